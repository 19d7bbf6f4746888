//! Which numbers and names the objects of a design have, asked of simulators that run
//! `tests/designs/values.sv` or its twin `values.vhd`.

mod arrays;
mod driven;
mod hidden;
mod names;
mod numbers;
mod optional;
mod refusals;
mod timescale;

use verifork::dut::{Instance, SignalValue};
use verifork::prelude::*;

/// The message of what was refused.
#[track_caller]
fn refusal<T: std::fmt::Debug, E: std::fmt::Display>(result: Result<T, E>) -> String {
    match result {
        Ok(value) => panic!("{value:?} was not refused"),
        Err(error) => error.to_string(),
    }
}

/// Checks the value of an object as one type.
#[track_caller]
fn is<T>(dut: Instance, path: &str, expected: T)
where
    T: SignalValue + PartialEq + std::fmt::Debug,
{
    let signal = dut
        .signal::<T>(path)
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        signal.try_get().unwrap_or_else(|error| panic!("{error}")),
        expected
    );
}

/// Whether the simulator tells that an object is signed.
fn is_signed(dut: Instance, path: &str) -> Result<bool> {
    use verifork::Encoding;
    let encoding = dut.object(path)?.description().encoding;
    Ok(matches!(encoding, Encoding::Logic { signed: true, .. }))
}
