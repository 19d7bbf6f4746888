//! Testbenches that do not fit the design.

use verifork::prelude::*;

/// Several mistakes at once.
#[derive(Dut)]
struct Misspelt {
    clk: Signal<bool>,
    cuont: Signal<u8>, // misspelt
    #[dut(path = "inner.vlaue")]
    value: Signal<u8>, // misspelt path
    nibble: Signal<bool>, // too narrow
    count: Array<u8>,  // no array
    inner: Signal<u8>, // a scope
    #[dut(output)]
    command: Signal<u8>, // wrong direction
    word: Signal<f64>, // no real
}

#[verifork::test]
async fn everything_that_does_not_fit_is_reported_at_once(dut: Misspelt) {
    let _ = (
        dut.clk,
        dut.cuont,
        dut.value,
        dut.nibble,
        dut.count,
        dut.inner,
        dut.command,
        dut.word,
    );
    panic!("the test ran");
}

#[verifork::test]
async fn a_look_up_has_its_line(top: Instance) -> Result {
    top.signal::<bool>("clock")?; // look-up
    Ok(())
}

#[verifork::test]
async fn a_test_without_a_design_runs_on_any() {
    timer(1.ns()).await;
}
