// The program around a design that Verilator has compiled: loads plugins through VPI and
// schedules their callbacks as a simulator of events does.
//
//     verilator --cc --exe --build --vpi --prefix Vdesign -CFLAGS "-DVL_USER_FINISH
//         -DVL_USER_STOP -DVL_USER_FATAL" -LDFLAGS "-rdynamic -ldl" ...
//     Vdesign -m PLUGIN [-waves FILE] [+ARGUMENT]...
//
// A time step:
//
//   1. callbacks of the next time step, of delays that are over
//   2. callbacks of values that callbacks have changed: the design has not seen them yet
//   3. the design is evaluated; callbacks of values that it has changed; delays of 0
//      2 and 3 again while there are any
//   4. read-write callbacks, and again from 2 if there were any
//   5. read-only callbacks; nothing changes any more
//   6. time moves to the next event of the design or of a callback; if neither has one, or
//      somebody has called $finish, the simulation is over
//
// So a plugin that awaits an edge made by a plugin runs before the design reacts to that edge, as
// with an event-driven simulator. An edge that the design makes itself is seen after everything
// that the design does in answer to it: a whole evaluation is one step for Verilator.

#include <dlfcn.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "Vdesign.h"
#include "verilated.h"
#include "verilated_vpi.h"

#if VM_TRACE_FST
#include "verilated_fst_c.h"
using Waves = VerilatedFstC;
#elif VM_TRACE
#include "verilated_vcd_c.h"
using Waves = VerilatedVcdC;
#endif

namespace {

/// What this process ends with unless a plugin's exit handler says otherwise.
int exit_status = EXIT_SUCCESS;

/// Ends the simulation after the present evaluation or callback.
void end_soon() { Verilated::threadContextp()->gotFinish(true); }

/// Ends the simulation and the process, wherever they are.
[[noreturn]] void end_now();

void say(const char* what, const char* file, int line) {
    if (file && *file) {
        VL_PRINTF("%s:%d: %s\n", file, line, what);
    } else {
        VL_PRINTF("%s\n", what);
    }
}

/// What a plugin may export to tell what the design has printed: 0 for nothing that says why it stops
/// there, 1 for an error with which the simulation goes on, 2 for one that ends it.
using Message = int (*)(const char* file, int line, int fatal);
Message message_of_plugin = nullptr;

enum class Cause { stop, error, fatal };

/// Whether the line of the source has a $fatal. Verilator 5.006 prints of it what it prints of $error, so
/// that nothing else tells them apart.
bool has_fatal(const char* file, int line) {
    std::ifstream source{file};
    std::string text;
    while (line-- > 0) {
        if (!std::getline(source, text)) return false;
    }
    return text.find("$fatal") != std::string::npos;
}

/// A place at which the design has stopped in this evaluation.
struct Stop {
    std::string file;
    int line;

    /// Why; $stop where nobody knows.
    Cause cause() const {
        if (!message_of_plugin) return Cause::stop;
        switch (message_of_plugin(file.c_str(), line, has_fatal(file.c_str(), line))) {
        case 1: return Cause::error;
        case 2: return Cause::fatal;
        default: return Cause::stop;
        }
    }
};

std::vector<Stop> stops;

/// Looks at what the design has stopped for in the evaluation that has just ended: an error lets it go
/// on, everything else ends it. Not before, since Verilator may print the message after the stop.
void resolve_stops() {
    for (const Stop& stop : std::exchange(stops, {})) {
        const Cause cause = stop.cause();
        if (cause == Cause::error) continue;
        if (cause == Cause::stop) {
            VL_PRINTF("- %s:%d: Verilog $stop\n", stop.file.c_str(), stop.line);
        }
        Verilated::threadContextp()->gotError(true);
        exit_status = EXIT_FAILURE;
        end_soon();
    }
}

[[noreturn]] void give_up(const std::string& reason) {
    std::fflush(stdout);
    std::fprintf(stderr, "error: %s\n", reason.c_str());
    std::exit(2);
}

}  // namespace

// What the run-time library calls. Its own versions end the process, before plugins learn of it.

void vl_finish(const char* file, int line, const char*) VL_MT_UNSAFE {
    // Without a file it is a plugin that ends the simulation.
    if (file && *file && !Verilated::threadContextp()->gotFinish()) {
        VL_PRINTF("- %s:%d: Verilog $finish\n", file, line);
    }
    end_soon();
}

void vl_fatal(const char* file, int line, const char*, const char* message) VL_MT_UNSAFE {
    // The caller relies on this not to return: a design that does not settle would go on for ever.
    VL_PRINTF("%%Fatal: ");
    say(message, file, line);
    if (message_of_plugin && file) message_of_plugin(file, line, 1);
    Verilated::threadContextp()->gotError(true);
    exit_status = EXIT_FAILURE;
    end_now();
}

// What Verilator makes of $stop, $fatal, $error and of assertions: it does not tell one from another
// here. With +verilator+error+limit+N it lets the first N-1 of all of them pass without a word.
void vl_stop(const char* file, int line, const char*) VL_MT_UNSAFE {
    stops.push_back({file ? file : "", line});
}

namespace {

struct Arguments {
    std::vector<std::string> plugins;
    std::string waves;
};

Arguments arguments_of(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        const bool plugin = argument == "-m";
        if (plugin || argument == "-waves") {
            if (i + 1 == argc) give_up("`" + argument + "` wants a file after it");
            ++i;
            if (plugin) {
                arguments.plugins.emplace_back(argv[i]);
            } else {
                arguments.waves = argv[i];
            }
        } else if (argument.empty() || (argument[0] != '+' && argument[0] != '-')) {
            give_up("`" + argument + "` is no argument: there are -m PLUGIN, -waves FILE, +ARGUMENT");
        }
    }
    if (arguments.plugins.empty()) give_up("no plugin is named: -m PLUGIN");
    return arguments;
}

/// Opens a plugin and runs its start-up routines (IEEE 1800-2017, 36.9.1). It stays open: its
/// exit handlers are yet to run.
void load(const std::string& path) {
    // Without a slash the name would be searched in the system's folders.
    const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
    void* const plugin = dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (!plugin) give_up(std::string{"cannot open the plugin: "} + dlerror());
    using Routine = void (*)();
    const auto* routine = static_cast<const Routine*>(dlsym(plugin, "vlog_startup_routines"));
    if (!routine) give_up("`" + path + "` is no VPI plugin: it has no `vlog_startup_routines`");
    for (; *routine; ++routine) (*routine)();
    if (void* const found = dlsym(plugin, "verifork_design_message")) {
        message_of_plugin = reinterpret_cast<Message>(found);
    }
}

class Host final {
    VerilatedContext& m_context;
    Vdesign& m_design;
    bool m_ended = false;
#if VM_TRACE
    Waves* m_waves = nullptr;
#endif

    bool over() const { return m_context.gotFinish(); }

    /// One kind of callback; `false` if there was none.
    bool call(PLI_INT32 reason) { return !over() && VerilatedVpi::callCbs(reason); }

    bool call_value_changes() {
        bool any = false;
        while (!over() && VerilatedVpi::callValueCbs()) any = true;
        return any;
    }

    /// Everything up to where only a read-write callback goes on.
    void settle() {
        do {
            call_value_changes();
            if (over()) return;
            m_design.eval_step();
            resolve_stops();
        } while (call_value_changes() | call(cbAfterDelay));
    }

    void time_step() {
        do {
            settle();
        } while (call(cbReadWriteSynch));
        if (!over()) {
            m_design.eval_end_step();
            resolve_stops();
        }
        call(cbReadOnlySynch);
#if VM_TRACE
        if (m_waves) m_waves->dump(m_context.time());
#endif
    }

    /// Moves time on; `false` if nothing is left to happen.
    bool advance() {
        uint64_t next = VerilatedVpi::cbNextDeadline();
        if (m_design.eventsPending() && m_design.nextTimeSlot() < next) {
            next = m_design.nextTimeSlot();
        }
        if (next == ~uint64_t{0}) return false;
        m_context.time(next);
        return true;
    }

public:
    Host(VerilatedContext& context, Vdesign& design)
        : m_context{context}
        , m_design{design} {}

#if VM_TRACE
    void waves(Waves* waves) { m_waves = waves; }
#endif

    void run() {
        VerilatedVpi::callCbs(cbStartOfSimulation);
        if (!over()) time_step();
        while (!over() && advance()) {
            call(cbNextSimTime);
            call(cbAfterDelay);
            if (!over()) time_step();
        }
        end();
    }

    /// Tells plugins that the simulation is over, once, and closes what is open.
    void end() {
        if (m_ended) return;
        m_ended = true;
        VerilatedVpi::callCbs(cbEndOfSimulation);
#if VM_TRACE
        if (m_waves) m_waves->close();
#endif
        std::fflush(stdout);
    }
};

Host* the_host = nullptr;

void end_now() {
    if (the_host) the_host->end();
    std::exit(exit_status);
}

}  // namespace

int main(int argc, char** argv) {
    const Arguments arguments = arguments_of(argc, argv);
    const auto context = std::make_unique<VerilatedContext>();
    context->commandArgs(argc, argv);
    context->fatalOnVpiError(false);  // an error is told to the plugin that made it
#if VM_TRACE
    context->traceEverOn(true);
#else
    if (!arguments.waves.empty()) give_up("`-waves`: the design was compiled without waves");
#endif
    // With a name, every path in the design would begin with it.
    const auto design = std::make_unique<Vdesign>(context.get(), "");
    for (const std::string& plugin : arguments.plugins) load(plugin);

    Host host{*context, *design};
    the_host = &host;
#if VM_TRACE
    Waves waves;
    if (!arguments.waves.empty()) {
        design->trace(&waves, 99);
        waves.open(arguments.waves.c_str());
        if (!waves.isOpen()) give_up("cannot write waves to `" + arguments.waves + "`");
        host.waves(&waves);
    }
#endif
    host.run();
    design->final();
    resolve_stops();
    std::fflush(stdout);
    std::exit(exit_status);
}
