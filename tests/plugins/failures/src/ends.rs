//! Tests that end the simulation, or the process.

use verifork::prelude::*;

use crate::Design;

/// What the design does on a rising edge of `clk`, by `command`.
pub(crate) const FINISH: u8 = 1;
pub(crate) const FATAL: u8 = 2;
pub(crate) const STOP: u8 = 3;
pub(crate) const OSCILLATE: u8 = 4;
pub(crate) const ERROR: u8 = 5;
const ASSERTION: u8 = 7;
const LOOKS_SO: u8 = 8;

pub(crate) async fn command(dut: Design, command: u8) {
    dut.command.set(command);
    dut.clk.set(false);
    timer(1.ns()).await;
    dut.clk.set(true);
    timer(1.ns()).await;
}

#[verifork::test]
async fn a_passes_before() {}

#[verifork::test]
async fn the_design_finishes(dut: Design) -> Result {
    command(dut, FINISH).await;
    Ok(())
}

/// Ends in the same time step as the simulation: it has passed.
#[verifork::test]
async fn the_design_fails(dut: Design) -> Result {
    command(dut, FATAL).await;
    Ok(())
}

#[verifork::test]
async fn the_design_stops(dut: Design) -> Result {
    command(dut, STOP).await;
    Ok(())
}

#[verifork::test]
async fn the_design_reports_an_error(dut: Design) {
    command(dut, ERROR).await;
}

#[verifork::test]
async fn an_assertion_of_the_design_fails(dut: Design) {
    command(dut, ASSERTION).await;
    command(dut, LOOKS_SO).await;
}

#[verifork::test]
async fn the_design_prints_what_looks_like_an_error(dut: Design) {
    command(dut, LOOKS_SO).await;
}

#[verifork::test(design_errors = "ignore")]
async fn an_error_is_ignored(dut: Design) {
    command(dut, ERROR).await;
}

#[verifork::test(ends = "fatal")]
async fn wants_the_design_to_fail(dut: Design) {
    command(dut, FATAL).await;
}

#[verifork::test(ends = "finish")]
async fn wants_the_design_to_finish(dut: Design) {
    command(dut, FINISH).await;
}

#[verifork::test(ends = "stop")]
async fn wants_the_design_to_stop(dut: Design) {
    command(dut, STOP).await;
}

/// Asks for a failure of the `final` block.
#[verifork::test]
async fn the_design_fails_in_its_final_block(dut: Design) -> Result {
    dut.command.set(6);
    timer(1.ns()).await;
    Ok(())
}

#[verifork::test]
async fn aborts() {
    timer(1.ns()).await;
    std::process::abort();
}

#[verifork::test]
async fn exits() {
    timer(1.ns()).await;
    std::process::exit(0);
}

#[verifork::test]
async fn panics_while_panicking() {
    struct Again;
    impl Drop for Again {
        fn drop(&mut self) {
            panic!("and again");
        }
    }
    let _again = Again;
    timer(1.ns()).await;
    panic!("once");
}

/// Overflows the stack, or touches what is not there: the same signal.
#[verifork::test]
async fn touches_what_is_not_there() {
    timer(1.ns()).await;
    // SAFETY: there is none: the point is the crash.
    unsafe { std::ptr::null_mut::<u8>().write_volatile(1) };
}

#[verifork::test]
async fn z_comes_after() {}
