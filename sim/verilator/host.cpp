// The program around a design that Verilator has compiled. A plugin of verifork's is given a table of
// the design's variables and runs the simulation itself, without VPI in a time step. Any other plugin,
// and several at once, are loaded through VPI, and their callbacks are scheduled here, as a simulator of
// events does. VERIFORK_VERILATOR_PORT=vpi has the former take the latter's way.
//
//     verilator --cc --exe --build --vpi --prefix Vdesign -CFLAGS "-DVL_USER_FINISH
//         -DVL_USER_STOP -DVL_USER_FATAL" -LDFLAGS "-rdynamic -ldl" ...
//     Vdesign -m PLUGIN [-waves FILE] [+ARGUMENT]...
//
// A time step, through VPI:
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

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "verifork_design.h"
#include "verilated.h"
#include "verilated_config.h"
#include "verilated_sym_props.h"
#include "verilated_syms.h"
#include "verilated_vpi.h"

#if VM_COVERAGE
#include "verilated_cov.h"
#endif

// The design's part. The harness compiles it by itself, and the rest of this once for all designs.
#ifndef VERIFORK_DESIGN_APART
#include "verifork_design.cpp"
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

#if VM_COVERAGE
// Only newer versions know the name that +verilator+coverage+file+NAME gives.
template <class C>
auto coverage_file(const C& context, int) -> decltype(context.coverageFilename()) {
    return context.coverageFilename();
}
template <class C>
std::string coverage_file(const C&, long) {
    return "coverage.dat";
}
#endif

/// Leaves what --coverage has counted in the folder of the run.
void write_coverage() {
#if VM_COVERAGE
    VerilatedContext& context = *Verilated::threadContextp();
    context.coveragep()->write(coverage_file(context, 0).c_str());
#endif
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
            give_up("`" + argument + "` is not an argument: there are -m PLUGIN, -waves FILE, +ARGUMENT");
        }
    }
    if (arguments.plugins.empty()) give_up("no plugin is named: -m PLUGIN");
    return arguments;
}

/// Opens a plugin. It stays open: its exit handlers are yet to run.
void* open_plugin(const std::string& path) {
    // Without a slash the name would be searched in the system's folders.
    const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
    void* const plugin = dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (!plugin) give_up(std::string{"cannot open the plugin: "} + dlerror());
    if (void* const found = dlsym(plugin, "verifork_design_message")) {
        message_of_plugin = reinterpret_cast<Message>(found);
    }
    return plugin;
}

/// Runs a plugin's start-up routines (IEEE 1800-2017, 36.9.1).
void start_up(void* plugin, const std::string& path) {
    using Routine = void (*)();
    const auto* routine = static_cast<const Routine*>(dlsym(plugin, "vlog_startup_routines"));
    if (!routine) give_up("`" + path + "` is no VPI plugin: it has no `vlog_startup_routines`");
    for (; *routine; ++routine) (*routine)();
}

// The table that a plugin of verifork's is given. Its layout is that of `table.rs` in the library, and
// bears a version, which changes whenever the layout does.

constexpr uint32_t table_version = 3;

struct Range {
    int32_t left;
    int32_t right;
};

struct ScopeEntry {
    const char* name;        // as Verilator has it: "TOP", "top.gen__BRA__0__KET__"
    const char* definition;  // the module's name, or null
    uint32_t kind;           // 0 a module, 1 a block, 2 a package (to older versions a module)
    uint32_t first;          // its variables, in the table of those
    uint32_t count;
};

struct VariableEntry {
    const char* name;
    void* data;
    uint32_t type;           // 1, 2, 4, 8: words of so many bytes; 16 words of 4 bytes; 32 real; 64 string;
                             // 128 an unpacked structure, whose members follow by their names
    uint32_t element_bytes;  // of one element of an array, of all of anything else
    uint32_t flags;          // see below
    uint32_t first;          // its ranges, in the table of those: unpacked dimensions before packed ones
    uint32_t unpacked;
    uint32_t packed;
};

constexpr uint32_t flag_direction = 7;  // as VPI's, plus 1; 0 for none
constexpr uint32_t flag_writable = 1 << 3;
constexpr uint32_t flag_parameter = 1 << 4;
constexpr uint32_t flag_knows_signs = 1 << 5;
constexpr uint32_t flag_signed = 1 << 6;
constexpr uint32_t flag_net = 1 << 7;
constexpr uint32_t flag_driven = 1 << 8;  // by a continuous assignment
constexpr uint32_t flag_forceable = 1 << 9;
constexpr uint32_t flag_knows_arrays = 1 << 10;  // older versions have one of single bits as a vector

struct Table {
    uint32_t version;
    uint32_t bytes;
    void* host;
    const char* simulator;
    int32_t precision;
    int32_t argument_count;
    const char* const* arguments;
    const ScopeEntry* scopes;
    const VariableEntry* variables;
    const Range* ranges;
    uint64_t scope_count;
    uint64_t variable_count;
    uint64_t range_count;
    /// When the design itself wants to be evaluated next; the greatest number for never. Each evaluation
    /// writes it.
    const uint64_t* next_event;
    /// Evaluates the design at a time, which it takes over; 1 once the simulation is over.
    int (*evaluate)(void* host, uint64_t time);
    /// The last of a time step, in which nothing has changed since the last evaluation; null where there
    /// is nothing to do in it.
    int (*end_step)(void* host, uint64_t time);
    /// Moves time on for what comes after the simulation: evaluations take theirs along.
    void (*set_time)(void* host, uint64_t time);
    /// Ends the simulation, as $finish does.
    void (*finish)(void* host);
    void (*print)(void* host, const char* text, uint64_t bytes);
    void (*flush)(void* host);
    /// The characters of a string; they are valid until it is written or the design evaluated.
    const char* (*read_string)(const void* data, uint64_t* bytes);
    void (*write_string)(void* data, const char* text, uint64_t bytes);
};

/// Runs the simulation to its end: 0, or the version of the table that the plugin wants.
using RunTable = uint32_t (*)(const Table*);
/// Tells that the simulation ends here, wherever it is.
using EndTable = void (*)();
EndTable end_of_plugin = nullptr;

// What only newer versions tell. The second of each pair is taken where the first does not compile.

template <class V>
auto packed_ranges(const V& v, int) -> decltype(v.packedRanges()) {
    return v.packedRanges();
}
template <class V>
std::vector<VerilatedRange> packed_ranges(const V& v, long) {
    if (v.dims() == v.udims()) return {};
    return {VerilatedRange{v.left(0), v.right(0)}};
}

template <class V>
auto arrays(const V& v, int) -> decltype(v.packedRanges(), uint32_t{}) {
    return flag_knows_arrays;
}
template <class V>
uint32_t arrays(const V&, long) {
    return 0;
}

template <class V>
auto sign(const V& v, int) -> decltype(v.isSigned(), uint32_t{}) {
    return flag_knows_signs | (v.isSigned() ? flag_signed : 0);
}
template <class V>
uint32_t sign(const V&, long) {
    return 0;
}

template <class V>
auto is_net(const V& v, int) -> decltype(v.isNet()) {
    return v.isNet();
}
template <class V>
bool is_net(const V&, long) {
    return false;
}

template <class V>
auto is_driven(const V& v, int) -> decltype(v.isContinuously()) {
    return v.isContinuously();
}
template <class V>
bool is_driven(const V&, long) {
    return false;
}

template <class V>
auto is_forceable(const V& v, int) -> decltype(v.isForceable()) {
    return v.isForceable();
}
template <class V>
bool is_forceable(const V&, long) {
    return false;
}

/// What is read of a variable that can be forced; null for none.
template <class V>
auto read_of_forceable(const V& v, int)
    -> decltype(&v.forceControlSignals()->forceReadSignal) {
    const auto* const signals = v.forceControlSignals();
    return signals ? &signals->forceReadSignal : nullptr;
}
template <class V>
const V* read_of_forceable(const V&, long) {
    return nullptr;
}

template <class S>
auto definition(const S& scope, int) -> decltype(scope.defname()) {
    return scope.defname();
}
template <class S>
const char* definition(const S&, long) {
    return nullptr;
}

/// How the table names a type; 0 for those that are not in it.
uint32_t type_in_table(VerilatedVarType type, bool has_packed) {
    // By numbers: the last ones do not have a name in older versions.
    switch (static_cast<int>(type)) {
    case 2: return 1;
    case 3: return 2;
    case 4: return 4;
    // Before it had a type of its own, a real number was 64 bits without a range.
    case 5: return has_packed ? 8 : 32;
    case 6: return 16;
    case 7: return 64;
    case 8: return 32;
    case 9: return 128;
    default: return 0;
    }
}

/// The bytes of an element: older and newer versions do not tell those of all types.
uint32_t element_bytes(const VerilatedVar& v, uint32_t type) {
    switch (type) {
    case 32: return sizeof(double);
    case 64: return sizeof(std::string);
    default: return v.entSize();
    }
}

/// Everything that the design shows, gathered once.
class Reflection final {
    /// The values of parameters that are strings, of which but the characters are told.
    std::vector<std::unique_ptr<std::string>> m_texts;
    std::vector<ScopeEntry> m_scopes;
    std::vector<VariableEntry> m_variables;
    std::vector<Range> m_ranges;

    void add(const char* name, const VerilatedVar& v) {
        const auto& packed = packed_ranges(v, 0);
        const uint32_t type = type_in_table(v.vltype(), !packed.empty());
        if (!type) return;
        const auto first = static_cast<uint32_t>(m_ranges.size());
        for (int i = 1; i <= v.udims(); ++i) m_ranges.push_back({v.left(i), v.right(i)});
        for (const VerilatedRange& range : packed) m_ranges.push_back({range.left(), range.right()});
        uint32_t flags = sign(v, 0) | arrays(v, 0);
        if (is_net(v, 0)) flags |= flag_net;
        if (is_driven(v, 0)) flags |= flag_driven;
        if (is_forceable(v, 0)) flags |= flag_forceable;
        switch (v.vldir()) {
        case VLVD_IN: flags |= 1; break;
        case VLVD_OUT: flags |= 2; break;
        case VLVD_INOUT: flags |= 3; break;
        default: break;
        }
        if (v.isPublicRW()) flags |= flag_writable;
        if (v.isParam()) flags |= flag_parameter;
        void* data = v.datap();
        if (v.isParam() && type == 64 && !v.udims()) {
            m_texts.push_back(std::make_unique<std::string>(static_cast<const char*>(data)));
            data = m_texts.back().get();
        }
        m_variables.push_back({name, data, type, element_bytes(v, type), flags, first,
                               static_cast<uint32_t>(v.udims()),
                               static_cast<uint32_t>(packed.size())});
        if (const auto* const read = read_of_forceable(v, 0)) add(read->name(), *read);
    }

public:
    explicit Reflection(VerilatedContext& context) {
        for (const auto& entry : *context.scopeNameMap()) {
            const VerilatedScope& scope = *entry.second;
            const auto first = static_cast<uint32_t>(m_variables.size());
            if (const VerilatedVarNameMap* const variables = scope.varsp()) {
                for (const auto& variable : *variables) add(variable.first, variable.second);
            }
            m_scopes.push_back({scope.name(), definition(scope, 0),
                                static_cast<uint32_t>(scope.type()), first,
                                static_cast<uint32_t>(m_variables.size()) - first});
        }
    }

    void tell(Table& table) const {
        table.scopes = m_scopes.data();
        table.variables = m_variables.data();
        table.ranges = m_ranges.data();
        table.scope_count = m_scopes.size();
        table.variable_count = m_variables.size();
        table.range_count = m_ranges.size();
    }
};

class Host final {
    VerilatedContext& m_context;
    Vdesign& m_design;
    bool m_ended = false;
    uint64_t m_next_event = ~uint64_t{0};
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
            design_evaluate(m_design);
            resolve_stops();
        } while (call_value_changes() | call(cbAfterDelay));
    }

    void time_step() {
        do {
            settle();
        } while (call(cbReadWriteSynch));
        if (!over()) {
            design_end_step(m_design);
            resolve_stops();
        }
        call(cbReadOnlySynch);
#if VM_TRACE
        if (m_waves) m_waves->dump(m_context.time());
#endif
    }

    /// Moves time on; `false` if nothing is left to happen.
    bool advance() {
        const uint64_t next = std::min<uint64_t>(VerilatedVpi::cbNextDeadline(),
                                                 design_next_event(m_design));
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

    /// Has the plugin run the simulation on the table of the design.
    void run_table(RunTable run, int argc, char** argv) {
        const Reflection reflection{m_context};
        Table table{};
        table.version = table_version;
        table.bytes = sizeof(Table);
        table.host = this;
        table.simulator = VERILATOR_VERSION;
        table.precision = m_context.timeprecision();
        table.argument_count = argc;
        table.arguments = argv;
        reflection.tell(table);
        table.next_event = &m_next_event;
        table.evaluate = [](void* host, uint64_t time) -> int {
            return static_cast<Host*>(host)->evaluate(time);
        };
#if VM_TRACE
        table.end_step = [](void* host, uint64_t time) -> int {
            return static_cast<Host*>(host)->end_step(time);
        };
#endif
        table.set_time = [](void* host, uint64_t time) {
            static_cast<Host*>(host)->m_context.time(time);
        };
        table.finish = [](void*) { end_soon(); };
        table.print = [](void*, const char* text, uint64_t bytes) {
            std::fwrite(text, 1, bytes, stdout);
        };
        table.flush = [](void*) { std::fflush(stdout); };
        table.read_string = [](const void* data, uint64_t* bytes) -> const char* {
            const auto& text = *static_cast<const std::string*>(data);
            *bytes = text.size();
            return text.data();
        };
        table.write_string = [](void* data, const char* text, uint64_t bytes) {
            static_cast<std::string*>(data)->assign(text, bytes);
        };
        if (const uint32_t wanted = run(&table)) {
            give_up("the program was made with version " + std::to_string(table_version)
                    + " of the table of a design, the plugin has version " + std::to_string(wanted)
                    + ": compile the design with the host that comes with the plugin's library");
        }
        end();
    }

    int evaluate(uint64_t time) {
        m_context.time(time);
        m_next_event = design_evaluate(m_design);
        if (VL_UNLIKELY(!stops.empty())) resolve_stops();
        return over();
    }

#if VM_TRACE
    /// What the design itself does at the end of a time step is to write waves, and nothing else.
    int end_step(uint64_t time) {
        m_context.time(time);
        if (!over()) {
            design_end_step(m_design);
            if (VL_UNLIKELY(!stops.empty())) resolve_stops();
        }
        if (m_waves) m_waves->dump(time);
        return over();
    }
#endif

    /// Tells plugins that the simulation is over, once, and closes what is open.
    void end() {
        if (m_ended) return;
        m_ended = true;
        if (end_of_plugin) {
            end_of_plugin();
        } else {
            VerilatedVpi::callCbs(cbEndOfSimulation);
        }
#if VM_TRACE
        if (m_waves) m_waves->close();
#endif
        std::fflush(stdout);
    }
};

Host* the_host = nullptr;

void end_now() {
    if (the_host) the_host->end();
    write_coverage();
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
    Vdesign& design = design_make(*context);
    std::vector<void*> plugins;
    for (const std::string& path : arguments.plugins) plugins.push_back(open_plugin(path));
    RunTable run = nullptr;
    const char* const port = std::getenv("VERIFORK_VERILATOR_PORT");
    if (plugins.size() == 1 && !(port && std::strcmp(port, "vpi") == 0)) {
        run = reinterpret_cast<RunTable>(dlsym(plugins[0], "verifork_verilator_run"));
        end_of_plugin = reinterpret_cast<EndTable>(dlsym(plugins[0], "verifork_verilator_end"));
    }
    if (!run || !end_of_plugin) {
        run = nullptr;
        end_of_plugin = nullptr;
        for (std::size_t i = 0; i < plugins.size(); ++i) start_up(plugins[i], arguments.plugins[i]);
    }

    Host host{*context, design};
    the_host = &host;
#if VM_TRACE
    Waves waves;
    if (!arguments.waves.empty()) {
        design_trace(design, waves);
        waves.open(arguments.waves.c_str());
        if (!waves.isOpen()) give_up("cannot write waves to `" + arguments.waves + "`");
        host.waves(&waves);
    }
#endif
    if (run) {
        host.run_table(run, argc, argv);
    } else {
        host.run();
    }
    design_final(design);
    resolve_stops();
    write_coverage();
    std::fflush(stdout);
    std::exit(exit_status);
}
