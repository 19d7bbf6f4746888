//! Tests that fail, hang and crash, each in its own way. What becomes of each is checked by
//! `tests/failures`; the design is there too.

mod binding;
mod ends;
mod hangs;
mod logs;
mod plain;
mod verdict;

use verifork::prelude::*;

/// The design of `tests/failures`.
#[derive(Dut)]
pub struct Design {
    /// Counts on its rising edge, and says so with `$display`.
    pub clk: Signal<bool>,
    /// X before the first edge.
    pub count: Signal<u8>,
    /// Four bits.
    pub nibble: Signal<u8>,
    /// Ends the simulation in one of several ways.
    pub command: Signal<u8>,
}
