//! What the library promises, asked of a simulator that runs `hdl/conformance.v`.
//!
//! All tests share one simulation, in any order: each sets what it relies on and releases what it
//! forces.

mod clocks;
mod edges;
mod extras;
mod lookup;
mod parts;
mod phases;
mod select;
mod tasks;
mod threads;
mod values;
mod writes;

use verifork::prelude::*;
use verifork::skip;

/// The inputs of `conformance.v` and what it makes of them.
#[derive(Dut)]
pub struct Design {
    /// Everything clocked happens on its rising edge.
    #[dut(input)]
    pub clk: Signal<bool>,
    /// A second input of one bit.
    #[dut(input)]
    pub drive: Signal<bool>,
    /// A third.
    #[dut(input)]
    pub d_1: Signal<bool>,
    /// An input that nothing depends on before the next edge of `clk`.
    #[dut(input)]
    pub d_8: Signal<u8>,
    /// `d_8`, one clock later.
    #[dut(output)]
    pub q_8: Signal<u8>,
    /// `!q_8`, in the same time step.
    #[dut(output)]
    pub w_8: Signal<u8>,
}

impl Design {
    /// One clock, 2 ns long; returns 1 ns after the falling edge.
    pub async fn pulse(&self) {
        pulse(self.clk).await;
    }

    /// Brings the inputs that tests share to 0.
    pub async fn settle(&self) {
        self.clk.set(false);
        self.drive.set(false);
        self.d_1.set(false);
        self.d_8.set(0);
        timer(1.ns()).await;
    }
}

/// Whether everything holds 0 and 1 only, whatever it was declared as: then X and Z are read nowhere,
/// and writing them is an error.
///
/// # Errors
///
/// The design is another one.
pub fn has_two_states(top: Instance) -> Result<bool> {
    let logic = top.signal::<LogicVec>("q_8")?;
    Ok(logic.description().encoding.has_two_states())
}

/// Leaves a test where the design is `conformance.vhd` and VHDL, or a precision of a femtosecond, has
/// nothing of the kind. What VHDL has in its place is asked for in `tests/plugins/vhdl`.
fn not_in_vhdl(what: &str) -> Result {
    if Instance::find("conformance")?.contains("nine_states") {
        return skip(format!("not in VHDL: {what}"));
    }
    Ok(())
}

/// One clock, 2 ns long; returns 1 ns after the falling edge.
pub async fn pulse(clk: Signal<bool>) {
    clk.set(true);
    timer(1.ns()).await;
    clk.set(false);
    timer(1.ns()).await;
}
