// ../../hdl/fifo.v with WIDTH 32: random traffic, and a scoreboard. An event is a clock cycle.

#include <deque>

#include "bench.h"

int main() {
    Bench bench;
    Vdesign& fifo = bench.design;
    fifo.rst = 1;
    for (int i = 0; i < 2; ++i) {
        bench.rising_edge();
        bench.falling_edge();
    }
    fifo.rst = 0;

    Meter meter{"fifo"};
    std::deque<uint32_t> inside;
    uint32_t random = 1;
    uint32_t expected = 0;
    bool was_read = false;
    while (meter.wants_more()) {
        // What there is just before the edge.
        if (was_read) {
            if (fifo.rd_data != expected) {
                std::printf("a word is %x, not %x\n", fifo.rd_data, expected);
                return 1;
            }
            meter.checksum = meter.checksum * 31 + fifo.rd_data;
        }
        if (fifo.level != inside.size()) {
            std::printf("the level is %d, not %zu\n", fifo.level, inside.size());
            return 1;
        }
        was_read = fifo.rd_en && !fifo.empty;
        const bool is_written = fifo.wr_en && !fifo.full;
        if (was_read) {
            expected = inside.front();
            inside.pop_front();
        }
        if (is_written) inside.push_back(fifo.wr_data);
        bench.rising_edge();

        random = random * 1664525 + 1013904223;
        fifo.wr_en = random >> 30 & 1;
        fifo.rd_en = random >> 29 & 1;
        fifo.wr_data = random;
        bench.falling_edge();
    }
}
