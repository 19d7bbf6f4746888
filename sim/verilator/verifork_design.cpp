// The class that Verilator has made of the design, as the host sees it.

// Nothing is left of it where this is compiled together with that class.
#ifndef VERIFORK_DESIGN_ELSEWHERE

#include "verifork_design.h"

#include "Vdesign.h"

Vdesign& design_make(VerilatedContext& context) {
    // With a name, every path in the design would begin with it.
    return *new Vdesign{&context, ""};
}

uint64_t design_next_event(Vdesign& design) {
    return design.eventsPending() ? design.nextTimeSlot() : ~uint64_t{0};
}

uint64_t design_evaluate(Vdesign& design) {
    design.eval_step();
    return design_next_event(design);
}

void design_end_step(Vdesign& design) { design.eval_end_step(); }

void design_final(Vdesign& design) { design.final(); }

#if VM_TRACE
void design_trace(Vdesign& design, Waves& waves) { design.trace(&waves, 99); }
#endif

#endif
