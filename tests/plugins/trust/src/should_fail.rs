//! Tests that have to fail, and do or do not, in one way or another. The design has a `count`.

use verifork::prelude::*;

#[derive(Dut)]
pub(crate) struct Misspelt {
    #[allow(dead_code, reason = "it is not there")]
    cuont: Signal<u8>,
}

async fn an_error() -> Result {
    bail!("the bus is stuck")
}

async fn never() {
    std::future::pending::<()>().await;
}

#[verifork::test(should_fail)]
async fn a_check_fails() {
    assert_eq!(1 + 1, 3, "the sum is wrong");
}

#[verifork::test(should_fail)]
async fn an_error_is_returned() -> Result {
    bail!("the bus is stuck")
}

#[verifork::test(should_fail = "stuck")]
async fn a_task_returns_an_error() -> Result {
    scope(async |tm| {
        tm.fork("bus", an_error());
        Ok(())
    })
    .await?;
    Ok(())
}

#[verifork::test(should_fail(panic = "nobody"))]
async fn a_panic_is_named() {
    panic!("nobody knows");
}

#[verifork::test(should_fail(timeout), timeout = 1.us())]
async fn a_time_out_is_named() {
    never().await;
}

#[verifork::test(should_fail(bind = "cuont"))]
async fn a_binding_is_named(dut: Misspelt) {
    let _: Misspelt = dut;
}

#[verifork::test(should_fail)]
async fn nothing_fails() {}

#[verifork::test(should_fail, timeout = 1.us())]
async fn it_times_out() {
    never().await;
}

#[verifork::test(should_fail = "within", timeout = 1.us())]
async fn it_times_out_with_the_text() {
    never().await;
}

#[verifork::test(should_fail)]
async fn a_field_is_misspelt(dut: Misspelt) -> Result {
    let _: Misspelt = dut;
    bail!("never reached")
}

#[verifork::test(should_fail = "count")]
async fn a_look_up_is_misspelt(dut: Instance) -> Result {
    let count = dut.signal::<u8>("cuont").context("looking for the count")?;
    ensure!(count.get()? == 3, "the count is wrong");
    Ok(())
}

#[verifork::test(should_fail)]
async fn a_look_up_is_unwrapped(dut: Instance) {
    let count = dut.signal::<u8>("cuont").unwrap();
    assert_eq!(count.get().unwrap(), 3, "the count is wrong");
}

#[verifork::test(should_fail(timeout))]
async fn an_error_comes_in_place_of_a_time_out() -> Result {
    bail!("the bus is stuck")
}
