//! A memory on an I²C, with a target of the testbench beside it: what is read is what was written. The controller
//! is a component, and a checker knows the times.

use verifork::prelude::*;
use verifork::time::TimeUnit;
use verifork_components::i2c::{
    Address, Bus, Checker, Controller, MemoryDevice, Monitor, Pins, Refused, RunningBus, Target,
    Timing,
};
use verifork_components::memory::Memory;
use verifork_components::{Clocked, Scoreboard};

const PERIOD: SimDuration = SimDuration::new(20, TimeUnit::Nanoseconds);

#[derive(Dut)]
struct I2cMemory {
    clk: Signal<bool>,
    rst: Signal<bool>,
    #[dut(prefix = "")] // scl_i, scl_oe, sda_i, sda_oe
    pins: Pins,

    #[dut(path = "ADDRESS")]
    address: Parameter<u16>,
}

impl I2cMemory {
    async fn start(&self) -> Result<(Clocked, Address)> {
        let clocked = Clocked::new(&self.clk, PERIOD)
            .reset_high(&self.rst)
            .start()
            .await;
        Ok((clocked, Address::seven(self.address.get()?)))
    }
}

/// Five times fast mode. The design holds SDA for 3 clocks after SCL has fallen.
fn timing() -> Timing {
    Timing {
        hold_data: PERIOD * 3,
        ..Timing::fast().divided_by(5)
    }
}

/// The design is a memory like another: of two on the same bus, written and read alike, both give the same.
#[verifork::test(timeout = 100.ms())]
async fn what_is_read_was_written(dut: I2cMemory, test: Test) -> Result {
    let (clocked, address) = dut.start().await?;
    let mut rng = test.rng();
    let model = Address::ten(0x123);
    let read = Scoreboard::in_order("bytes");
    scope(async |tm| {
        let bus = Bus::new(&dut.pins).reset_of(&clocked).start(tm);
        let controller = Controller::new(&bus, timing()).start(tm);
        Checker::new(&bus, timing()).max_low(10.us()).start(tm);
        Target::new(&bus, model, MemoryDevice::new(&Memory::sparse(), 1))
            .output_delay(PERIOD * 3)
            .start(tm);
        let transfers = Monitor::new(&bus).start(tm).transfers();
        // All of it, so that nothing unknown is read.
        let fill: Vec<u8> = [0].into_iter().chain(0..=255).collect();
        for target in [address, model] {
            controller.write(target, &fill).await?;
        }
        for _ in 0..40 {
            let at: u8 = rng.random_range(0..250);
            let mut bytes = vec![0; rng.random_range(1..=5)];
            rng.fill_bytes(&mut bytes);
            if rng.random() {
                let written = [&[at], &bytes[..]].concat();
                controller.write(model, &written).await?;
                controller.write(address, &written).await?;
            } else {
                let count = bytes.len();
                read.expect(controller.write_read(model, &[at], count).await?);
                read.observe(controller.write_read(address, &[at], count).await?)?;
            }
        }
        while let Some(transfer) = transfers.try_recv() {
            ensure!(transfer.acknowledged, "{transfer:02x?}");
        }
        Ok(())
    })
    .await?;
    read.finish()
}

/// Another address is not acknowledged, whichever bit differs.
#[verifork::test(timeout = 10.ms())]
async fn another_address_is_not_acknowledged(dut: I2cMemory) -> Result {
    let (clocked, address) = dut.start().await?;
    scope(async |tm| {
        let bus: RunningBus = Bus::new(&dut.pins).reset_of(&clocked).start(tm);
        let controller = Controller::new(&bus, timing()).start(tm);
        Checker::new(&bus, timing()).start(tm);
        for bit in 0..7 {
            let other = Address::seven(address.bits() ^ 1 << bit);
            let error = controller.write(other, &[0]).await.unwrap_err();
            ensure!(
                error.downcast_ref() == Some(&Refused::Address(other)),
                "{error}"
            );
        }
        controller.write(address, &[]).await
    })
    .await?;
    Ok(())
}

/// A reset in the middle of a transfer lets go of the lines.
#[verifork::test(timeout = 10.ms())]
async fn a_reset_lets_go_of_the_lines(dut: I2cMemory) -> Result {
    let (clocked, address) = dut.start().await?;
    scope(async |tm| {
        let bus = Bus::new(&dut.pins).reset_of(&clocked).start(tm);
        let controller = Controller::new(&bus, timing()).reset_of(&clocked).start(tm);
        Checker::new(&bus, timing()).reset_of(&clocked).start(tm);
        // From address 0, at which it is after a reset, so that nothing unknown is read.
        controller.write(address, &[0; 64]).await?;
        controller.write(address, &[0x20, 1, 2, 3]).await?;
        for microseconds in [1, 4, 6, 7, 11, 15] {
            let other = controller.clone();
            let cut = spawn(async move { Ok(other.read(address, 8).await.is_err()) });
            timer(microseconds.us()).await;
            clocked.reset().await;
            ensure!(cut.await?, "it was done all the same");
            timer(1.us()).await;
            ensure!(bus.scl() && bus.sda(), "{bus:?} after a reset");
            ensure!(controller.write_read(address, &[0x20], 3).await? == [1, 2, 3]);
        }
        Ok(())
    })
    .await?;
    Ok(())
}
