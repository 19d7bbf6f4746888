// ../../hdl/rv32i.v with a memory that answers after one clock. An event is a clock cycle.
//
//   BENCH_PROGRAM=program.hex    a word a line, from address 0

#include <fstream>
#include <string>
#include <vector>

#include "bench.h"

int main() {
    std::vector<uint32_t> memory(0x2000);
    std::ifstream program{std::getenv("BENCH_PROGRAM")};
    std::string line;
    for (std::size_t i = 0; std::getline(program, line); ++i) {
        memory.at(i) = static_cast<uint32_t>(std::stoul(line, nullptr, 16));
    }

    Bench bench;
    Vdesign& core = bench.design;
    core.rst = 1;
    for (int i = 0; i < 2; ++i) {
        bench.rising_edge();
        bench.falling_edge();
    }
    core.rst = 0;

    Meter meter{"core"};
    while (meter.wants_more()) {
        // What there is just before the edge.
        const bool starts = core.mem_valid && !core.mem_ready;
        const uint32_t address = core.mem_addr;
        const uint32_t data = core.mem_wdata;
        const uint32_t strobes = core.mem_wstrb;
        bench.rising_edge();

        if (starts) {
            uint32_t& word = memory[address / 4 % memory.size()];
            if (strobes) {
                uint32_t mask = 0;
                for (int lane = 0; lane < 4; ++lane) {
                    if (strobes >> lane & 1) mask |= 0xffu << 8 * lane;
                }
                word = (word & ~mask) | (data & mask);
                meter.checksum = meter.checksum * 31 + word + address;
            } else {
                core.mem_rdata = word;
            }
        }
        core.mem_ready = starts;
        bench.falling_edge();
    }
}
