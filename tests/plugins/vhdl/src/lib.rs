//! What VHDL has beyond Verilog, asked of a simulator that runs `hdl/conformance.vhd`.
//!
//! All tests share one simulation, in any order: each sets what it relies on.

mod composites;
mod scopes;
mod types;
mod writes;

use verifork::dut::Instance;
use verifork::prelude::*;

/// Lets what was written become the design's value, and the design react to it.
async fn settle() {
    timer(1.ns()).await;
}

/// The message of a refused write.
fn refusal<T: std::fmt::Debug, E: std::fmt::Display>(result: Result<T, E>) -> String {
    result.map_or_else(|error| error.to_string(), |value| panic!("{value:?}"))
}

/// One clock, from 0: VHDL's `rising_edge` is none from 'U'. Returns 1 ns after the falling edge.
async fn pulse(dut: &Instance) -> Result {
    let clk = dut.signal::<bool>("clk")?;
    clk.set(false);
    timer(1.ns()).await;
    clk.set(true);
    timer(1.ns()).await;
    clk.set(false);
    timer(1.ns()).await;
    Ok(())
}
