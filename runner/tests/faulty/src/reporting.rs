//! Tests of a design that reports errors and ends the simulation on its own.

use verifork::prelude::*;

/// `tests/designs/reporting` of the library.
#[derive(Dut)]
struct Reporting {
    clk: Signal<bool>,
    /// What the design does on a rising edge of `clk`.
    command: Signal<u8>,
}

impl Reporting {
    async fn does(&self, command: u8) {
        self.clk.set(false);
        self.command.set(command);
        timer(1.ns()).await;
        self.clk.set(true);
        timer(1.ns()).await;
        self.command.set(0);
        read_write().await;
    }
}

#[verifork::test(ends = "fatal")]
async fn wants_a_fatal_error(dut: Reporting) {
    dut.does(3).await;
}

#[verifork::test]
async fn sees_an_error(dut: Reporting) {
    log::info!("testbench: first");
    dut.does(8).await;
    log::info!("testbench: second");
    dut.does(1).await;
    log::info!("testbench: third");
}

#[verifork::test]
async fn sees_what_looks_like_errors(dut: Reporting) {
    dut.does(2).await;
    dut.does(6).await;
}

#[verifork::test(ends = "finish")]
async fn wants_to_finish(dut: Reporting) {
    dut.does(4).await;
}

#[verifork::test(design_errors = "ignore")]
async fn ignores_errors(dut: Reporting) {
    dut.does(7).await;
    dut.does(9).await;
}

#[verifork::test]
async fn sees_a_failed_assertion(dut: Reporting) {
    dut.does(9).await;
}

#[verifork::test]
async fn sees_a_fatal_error_in_its_last_time_step(dut: Reporting) {
    dut.clk.set(false);
    dut.command.set(3);
    timer(1.ns()).await;
    dut.clk.set(true);
    read_write().await;
}

#[verifork::test]
async fn asks_for_a_bad_end(dut: Reporting) {
    dut.command.set(10);
    timer(1.ns()).await;
}
