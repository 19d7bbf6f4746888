// ../hdl/still.v: a clock, and after each evaluation a look at a hundred words whether one of them has
// changed. An event is a clock cycle, which is two evaluations.
//
//   BENCH_WATCHED=0    none of them

#include "bench.h"

int main() {
    Bench bench;
    Vdesign& design = bench.design;
    const uint32_t* const words[] = {
        &design.w0, &design.w1, &design.w2, &design.w3, &design.w4, &design.w5, &design.w6,
        &design.w7, &design.w8, &design.w9, &design.w10, &design.w11, &design.w12, &design.w13,
        &design.w14, &design.w15, &design.w16, &design.w17, &design.w18, &design.w19, &design.w20,
        &design.w21, &design.w22, &design.w23, &design.w24, &design.w25, &design.w26, &design.w27,
        &design.w28, &design.w29, &design.w30, &design.w31, &design.w32, &design.w33, &design.w34,
        &design.w35, &design.w36, &design.w37, &design.w38, &design.w39, &design.w40, &design.w41,
        &design.w42, &design.w43, &design.w44, &design.w45, &design.w46, &design.w47, &design.w48,
        &design.w49, &design.w50, &design.w51, &design.w52, &design.w53, &design.w54, &design.w55,
        &design.w56, &design.w57, &design.w58, &design.w59, &design.w60, &design.w61, &design.w62,
        &design.w63, &design.w64, &design.w65, &design.w66, &design.w67, &design.w68, &design.w69,
        &design.w70, &design.w71, &design.w72, &design.w73, &design.w74, &design.w75, &design.w76,
        &design.w77, &design.w78, &design.w79, &design.w80, &design.w81, &design.w82, &design.w83,
        &design.w84, &design.w85, &design.w86, &design.w87, &design.w88, &design.w89, &design.w90,
        &design.w91, &design.w92, &design.w93, &design.w94, &design.w95, &design.w96, &design.w97,
        &design.w98, &design.w99
    };
    const char* const text = std::getenv("BENCH_WATCHED");
    const int watched = text ? std::atoi(text) : 100;
    uint32_t last[100];
    for (int i = 0; i < watched; ++i) last[i] = *words[i];
    Meter meter{"watched"};
    const auto look = [&] {
        for (int i = 0; i < watched; ++i) {
            if (*words[i] == last[i]) continue;
            last[i] = *words[i];
            ++meter.checksum;
        }
    };
    while (meter.wants_more()) {
        bench.rising_edge();
        look();
        bench.falling_edge();
        look();
    }
}
