// What the host asks of the design. The class that Verilator has made of it, which no two designs have in
// common, is known to verifork_design.cpp alone.

#ifndef VERIFORK_DESIGN_H
#define VERIFORK_DESIGN_H

#include <cstdint>

#include "verilated.h"

#if VM_TRACE_FST
#include "verilated_fst_c.h"
using Waves = VerilatedFstC;
#elif VM_TRACE
#include "verilated_vcd_c.h"
using Waves = VerilatedVcdC;
#endif

class Vdesign;

/// The design, for as long as the process lives.
Vdesign& design_make(VerilatedContext& context);

/// When the design itself wants to be evaluated next; the greatest number for never.
uint64_t design_next_event(Vdesign& design);

/// Evaluates the design at the context's time, and tells when it wants to be evaluated next.
uint64_t design_evaluate(Vdesign& design);

/// What the design does at the end of a time step.
void design_end_step(Vdesign& design);

/// What the design does at the end of the simulation.
void design_final(Vdesign& design);

#if VM_TRACE
/// Has everything in the design written to the waves.
void design_trace(Vdesign& design, Waves& waves);
#endif

#endif
