// What the testbenches in C++ share: a model of Verilator's, its clock, and the meter.
//
//   BENCH_COUNT=1000000 ./design
//
// Prints a line at the end, as ../plugin_c and ../plugin_rust do.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "Vdesign.h"
#include "verilated.h"

constexpr long WARM_UP = 1000;
constexpr int HALF_PERIOD = 5;

// Counts events: the first ones warm up, the others are timed.
class Meter {
public:
    explicit Meter(const char* name) : name{name} {
        if (const char* const text = std::getenv("BENCH_COUNT")) count = std::atol(text);
    }

    bool wants_more() {
        if (done == WARM_UP) begun = now();
        if (done++ < WARM_UP + count) return true;
        std::printf("bench=%s n=%ld ns_per_event=%.2f checksum=%llu\n", name, count,
                    (now() - begun) / count, static_cast<unsigned long long>(checksum));
        return false;
    }

    // Of what was read: the same in every language.
    uint64_t checksum = 0;

private:
    // Nanoseconds of the processor: what else runs on the machine matters less.
    static double now() {
        std::timespec time;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
        return time.tv_sec * 1e9 + time.tv_nsec;
    }

    const char* name;
    long count = 1000000;
    long done = 0;
    double begun = 0;
};

class Bench {
public:
    Bench() : design{&context} {
        design.clk = 0;
        design.eval();
    }

    ~Bench() { design.final(); }

    void rising_edge() {
        context.timeInc(HALF_PERIOD);
        design.clk = 1;
        design.eval();
    }

    void falling_edge() {
        context.timeInc(HALF_PERIOD);
        design.clk = 0;
        design.eval();
    }

    VerilatedContext context;
    Vdesign design;
};
