//! What is logged, and where it stands.

use verifork::prelude::*;

use crate::Design;

/// The design prints "design: count N" at each rising edge.
#[verifork::test]
async fn logs_in_order(dut: Design) {
    Clock::new(&dut.clk, 10.ns()).start();
    for cycle in 0..5 {
        dut.clk.rising_edge().await;
        read_only().await;
        log::info!("testbench: cycle {cycle}");
    }
}

#[verifork::test]
async fn logs_at_every_level() {
    log::error!("an error");
    log::warn!("a warning");
    log::info!("an information");
    log::debug!("a detail");
    log::trace!("a trace");
}

#[verifork::test]
async fn logs_from_another_thread() -> Result {
    let thread = std::thread::Builder::new().name("helper".to_owned());
    let handle = thread.spawn(|| log::info!("from outside"))?;
    handle.join().expect("it only logs");
    log::info!("100% of \0 and \u{1b}[0m and %s %n");
    Ok(())
}
