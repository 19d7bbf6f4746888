//! The manager, the monitor and the checker on a register file in Verilog and VHDL.

use verifork::prelude::*;
use verifork_components::axi_lite::{Checker, Manager, Monitor, Response, Signals};
use verifork_components::{Clocked, Pauses};

#[derive(Dut)]
struct Registers {
    aclk: Signal<bool>,
    aresetn: Signal<bool>,
    status: Signal<u32>,
    #[dut(prefix = "s_axi_")]
    bus: Signals,
}

#[verifork::test(timeout = 5.ms(), cases(at_full_speed = Pauses::none(), with_pauses = Pauses::random(0.6)))]
async fn registers_answer_by_their_map(dut: Registers, test: Test, pauses: Pauses) -> Result {
    let clocked = Clocked::new(&dut.aclk, 10.ns())
        .reset_low(&dut.aresetn)
        .start()
        .await;
    dut.status.set(0x55);
    let mut rng = test.rng();
    scope(async |tm| {
        let bus = Manager::new(&dut.bus).pauses(&pauses).start(tm, &clocked);
        Checker::new(&dut.bus).max_wait(100).start(tm, &clocked);
        let reads = Monitor::new(&dut.bus).start(tm, &clocked).reads();
        ensure!(bus.read(0x00).await? == 0x5646_0001);
        ensure!(bus.read(0x08).await? == 0x55);
        ensure!(bus.write_response(0x00, 1, 0xf).await? == Response::SlvErr);
        ensure!(bus.write_response(0x02, 1, 0xf).await? == Response::SlvErr);
        ensure!(bus.read_response(0x14).await? == (Response::DecErr, 0));
        let mut control = 0_u32;
        for _ in 0..100 {
            let (data, strobe) = (rng.random::<u32>(), rng.random_range(0..16_u8));
            let mask = (0..4).filter(|lane| strobe >> lane & 1 == 1);
            let mask = mask.fold(0_u32, |mask, lane| mask | 0xff << (8 * lane));
            control = control & !mask | data & mask;
            ensure!(bus.write_response(0x04, data.into(), strobe).await? == Response::Okay);
            let found = bus.read(0x04).await?;
            ensure!(found == u64::from(control), "{found:#x}, not {control:#x}");
        }
        clocked.edge().await;
        ensure!(reads.len() == 103, "{} reads", reads.len());
        Ok(())
    })
    .await?;
    Ok(())
}
