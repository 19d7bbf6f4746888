//! Registers behind an APB: a model of them, described in `registers.toml`, with the tests that it has ready.

use verifork::prelude::*;
use verifork_components::registers::{Map, Model};
use verifork_components::{Clocked, Pauses, apb};

#[derive(Dut)]
struct Registers {
    pclk: Signal<bool>,
    presetn: Signal<bool>,
    #[dut(prefix = "")]
    bus: apb::Signals,
    events: Signal<u8>,
    tick: Signal<bool>,
    status: Signal<u8>,
    key: Signal<u8>,
    irq: Signal<bool>,
    #[dut(path = "")]
    top: Instance,
}

struct Bench {
    clocked: Clocked,
    bus: apb::RunningManager,
    model: Model,
}

impl Registers {
    async fn start(&self, test: &Test, pauses: &Pauses) -> Result<Bench> {
        self.events.set(0);
        self.tick.set(false);
        self.status.set(0x5a);
        let clocked = Clocked::new(&self.pclk, 10.ns())
            .reset_low(&self.presetn)
            .start()
            .await;
        let bus = apb::Manager::new(&self.bus)
            .pauses(pauses)
            .start(test, &clocked);
        apb::Checker::new(&self.bus)
            .max_wait(3)
            .start(test, &clocked);
        let map = Map::from_toml("registers.toml", include_str!("registers.toml"))?;
        let model = Model::new(&map, bus.clone())?;
        model.bind_backdoor(&self.top)?;
        Ok(Bench {
            clocked,
            bus,
            model,
        })
    }
}

#[verifork::test]
async fn each_register_has_its_value_after_a_reset(dut: Registers, test: Test) -> Result {
    let Bench { clocked, model, .. } = dut.start(&test, &Pauses::none()).await?;
    model.reset_test().await?;
    model.write("control", 0x1234).await?;
    model.write("mask", 0xf).await?;
    clocked.reset().await;
    model.reset_test().await
}

#[verifork::test]
async fn each_bit_is_as_its_access_says(dut: Registers, test: Test) -> Result {
    let Bench { model, .. } = dut.start(&test, &Pauses::none()).await?;
    model.bit_bash_test().await
}

#[verifork::test(skip(ghdl < 5, "it cannot write what a process drives"))]
async fn the_bus_and_the_backdoor_have_the_same(dut: Registers, test: Test) -> Result {
    let Bench { model, .. } = dut.start(&test, &Pauses::none()).await?;
    model.access_test().await
}

#[verifork::test]
async fn nothing_is_between_the_registers(dut: Registers, test: Test) -> Result {
    let Bench { model, .. } = dut.start(&test, &Pauses::none()).await?;
    model.unmapped_test().await
}

/// What the design does to the registers by itself.
#[verifork::test]
async fn events_and_ticks_show_in_their_registers(dut: Registers, test: Test) -> Result {
    let Bench { clocked, model, .. } = dut.start(&test, &Pauses::none()).await?;
    ensure!(model.read("status.port").await? == 0x5a);
    model.write("mask", 0b0010).await?;
    dut.events.set(0b0110);
    dut.tick.set(true);
    clocked.edges(5).await;
    dut.events.set(0);
    dut.tick.set(false);
    clocked.edge().await;
    dut.irq.expect(true)?;
    model.predict("events", 0b0110)?;
    model.predict("count", 5)?;
    model.check("events").await?;
    model.check("count").await?;
    model.check("count").await?; // the read has cleared it
    model.write("events", 0b0010).await?;
    model.check("events").await?;
    dut.irq.expect(false)?;
    model.write("key", 0xc3).await?;
    dut.key.expect(0xc3)?;
    model.write("control.mode", 5).await?;
    ensure!(model.read("control").await? == 0x100a);
    model.write("lock", 1).await?;
    model.write("lock", 0).await?;
    ensure!(model.check("lock").await? == 1);
    Ok(())
}

/// Whoever writes, and whichever bytes: the model follows what a monitor sees, and compares what is read.
#[verifork::test(
    timeout = 5.ms(),
    cases(at_full_speed = Pauses::none(), with_pauses = Pauses::random(0.5))
)]
async fn the_model_follows_every_access(dut: Registers, test: Test, pauses: Pauses) -> Result {
    let Bench {
        clocked,
        bus,
        model,
    } = dut.start(&test, &pauses).await?;
    let monitor = apb::Monitor::new(&dut.bus).start(&test, &clocked);
    model.follow(&monitor);
    let mut rng = test.rng();
    for _ in 0..400 {
        let address = rng.random_range(0..12_u32) * 4;
        if rng.random() {
            let write = apb::Request::write(address, rng.random());
            bus.access(write.strobe(rng.random_range(0..16))).await?;
        } else {
            bus.access(apb::Request::read(address)).await?;
        }
    }
    clocked.edge().await; // the monitor has seen the last access
    for name in ["control.divider", "mask", "key", "scratch[0]", "scratch[1]"] {
        let (held, found) = (model.mirrored(name)?, model.peek(name)?);
        ensure!(held == found, "`{name}` holds {found:#x}, not {held:#x}");
    }
    Ok(())
}
