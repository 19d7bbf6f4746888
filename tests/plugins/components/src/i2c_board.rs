//! An I²C whose lines are inouts of the design.

use verifork::prelude::*;
use verifork_components::i2c::{
    Address, Bus, Checker, Controller, MemoryDevice, Pins, Target, Timing,
};
use verifork_components::memory::Memory;
use verifork_components::{Clocked, Pauses};

#[derive(Dut)]
struct Board {
    clk: Signal<bool>,
    rst: Signal<bool>,
    #[dut(prefix = "")] // scl, sda
    pins: Pins,
}

/// The design and a target of the testbench, each of which pulls the lines low.
#[verifork::test(
    timeout = 10.ms(),
    skip(ghdl, "it does not let go of what was forced"),
    skip(verilator, "it does not force what is not marked for it")
)]
async fn what_is_written_is_read_by_inouts(dut: Board) -> Result {
    let clocked = Clocked::new(&dut.clk, 10.ns())
        .reset_high(&dut.rst)
        .start()
        .await;
    let timing = Timing::fast().divided_by(5);
    let (design, other) = (Address::seven(0x50), Address::seven(0x2f));
    scope(async |tm| {
        let bus = Bus::new(&dut.pins).reset_of(&clocked).start(tm);
        Checker::new(&bus, timing).start(tm);
        Target::new(&bus, other, MemoryDevice::new(&Memory::sparse(), 1))
            .stretch(&Pauses::random(0.5), 700.ns())
            .start(tm);
        let controller = Controller::new(&bus, timing).start(tm);
        for byte in 0..20 {
            for target in [design, other] {
                controller
                    .write(target, &[byte, byte ^ 0x5a, byte ^ 0xff])
                    .await?;
                let read = controller.write_read(target, &[byte], 2).await?;
                ensure!(
                    read == [byte ^ 0x5a, byte ^ 0xff],
                    "{read:02x?} from {target}"
                );
            }
        }
        Ok(())
    })
    .await?;
    Ok(())
}

/// Where a simulator cannot, that is an error and no wrong level.
#[verifork::test(
    skip(icarus, "it forces nets and lets go of them"),
    skip(nvc, "it forces signals and lets go of them"),
    should_fail = "cannot "
)]
async fn inouts_that_cannot_be_forced_are_an_error(dut: Board) -> Result {
    let clocked = Clocked::new(&dut.clk, 10.ns())
        .reset_high(&dut.rst)
        .start()
        .await;
    scope(async |tm| {
        let bus = Bus::new(&dut.pins).reset_of(&clocked).start(tm);
        let controller = Controller::new(&bus, Timing::fast().divided_by(5)).start(tm);
        controller.write(Address::seven(0x50), &[1, 2]).await
    })
    .await?;
    Ok(())
}
