// ../hdl/register.v: an edge of our clock, then 32 bits written and 32 read.

#include "bench.h"

int main() {
    Bench bench;
    Meter meter{"tb_cycle"};
    uint32_t value = 0;
    while (meter.wants_more()) {
        bench.rising_edge();
        bench.design.data = ++value;
        meter.checksum += bench.design.sum;
        bench.falling_edge();
    }
}
