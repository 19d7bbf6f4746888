//! Bursts of every kind into and out of a memory behind AXI4: what is read is what was written. A checker knows
//! the protocol's rules, and a scoreboard sees each read by a monitor.

use verifork::prelude::*;
use verifork_components::axi::{Burst, Channel, Checker, Manager, Monitor, Read, Signals};
use verifork_components::memory::Memory;
use verifork_components::{Clocked, OnReset, Pauses, Scoreboard};

#[derive(Dut)]
struct Ram {
    aclk: Signal<bool>,
    aresetn: Signal<bool>,
    #[dut(prefix = "s_axi_")]
    bus: Signals,
}

impl Ram {
    async fn start(&self) -> Clocked {
        let clocked = Clocked::new(&self.aclk, 10.ns()).reset_low(&self.aresetn);
        clocked.start().await
    }
}

/// A burst that the protocol allows, of beats that fit the bus, in these 4 KB.
fn random_burst(rng: &mut TestRng, page: u64, bus_bytes: usize) -> Burst {
    let bytes = 1_u8 << rng.random_range(0..=bus_bytes.ilog2());
    let size = u64::from(bytes);
    let address = page + rng.random_range(0..4096_u64);
    let aligned = address & !(size - 1);
    match rng.random_range(0..3) {
        0 => Burst::fixed(address, rng.random_range(1..=16), bytes),
        1 => Burst::wrap(aligned, 2 << rng.random_range(0..4), bytes),
        _ => {
            let room = ((page + 4096 - aligned) / size).min(40);
            let beats = rng.random_range(1..=room);
            Burst::incr(address, u16::try_from(beats).unwrap_or(1), bytes)
        }
    }
}

#[verifork::test(
    timeout = 50.ms(),
    cases(
        at_full_speed = (Pauses::none(), Pauses::none()),
        with_pauses = (Pauses::random(0.3), Pauses::random(0.5)),
        data_first = (Pauses::random(0.8), Pauses::none()),
    )
)]
async fn what_is_written_is_read(
    dut: Ram,
    test: Test,
    addresses: Pauses,
    others: Pauses,
) -> Result {
    let clocked = dut.start().await;
    let bytes = dut.bus.w.data.width() as usize / 8;
    let reads = Scoreboard::by_key("reads", |read: &Read| read.burst.id);
    scope(async |tm| {
        let manager = Manager::new(&dut.bus)
            .pauses(&others)
            .pauses_on(Channel::Aw, &addresses)
            .start(tm, &clocked);
        Checker::new(&dut.bus).start(tm, &clocked);
        let monitor = Monitor::new(&dut.bus).start(tm, &clocked);
        for client in 0..3_u32 {
            // Each has an ID and a page of its own.
            let bus = manager.with(|burst| burst.id(client));
            let reads = reads.clone();
            let page = u64::from(client) << 12;
            let mut rng = test.rng_named(&format!("client {client}"));
            tm.fork(format!("client {client}"), async move {
                let memory = Memory::sparse();
                let mut all = vec![0; 4096];
                rng.fill_bytes(&mut all);
                memory.write(page, &all);
                bus.write(page, &all).await?;
                for _ in 0..60 {
                    let burst = random_burst(&mut rng, page, bytes).id(client);
                    let places = burst.byte_addresses();
                    if rng.random() {
                        let mut data = vec![0; burst.data_bytes()];
                        rng.fill_bytes(&mut data);
                        for (address, byte) in places.zip(&data) {
                            memory.write(address, &[*byte]);
                        }
                        bus.write_burst(burst, data).await?;
                    } else {
                        let data: Vec<u8> = places.map(|at| memory.read_bytes(at, 1)[0]).collect();
                        reads.expect(Read::new(burst.clone(), data));
                        bus.read_burst(burst).await?;
                    }
                }
                Ok(())
            });
        }
        reads.watch(tm, monitor.reads());
        tm.join_all().await?;
        clocked.edge().await;
        Ok(())
    })
    .await?;
    reads.finish()
}

/// Whatever a reset interrupts is done again after it, and the memory keeps what it had.
#[verifork::test(timeout = 5.ms())]
async fn a_reset_interrupts_bursts_and_no_more(dut: Ram, test: Test) -> Result {
    let clocked = dut.start().await;
    let mut rng = test.rng();
    scope(async |tm| {
        let bus = Manager::new(&dut.bus)
            .on_reset(OnReset::Retry)
            .start(tm, &clocked);
        Checker::new(&dut.bus).start(tm, &clocked);
        let mut resets = test.rng_named("resets");
        tm.background("resets", async move {
            loop {
                clocked.edges(resets.random_range(10..600)).await;
                clocked.reset().await;
            }
        });
        for round in 0..10_u8 {
            let mut data = vec![round; 384];
            rng.fill_bytes(&mut data[1..]);
            bus.write(0x0f80, &data).await?;
            ensure!(bus.read(0x0f80, 384).await? == data, "round {round}");
        }
        Ok(())
    })
    .await?;
    Ok(())
}
