//! A RAM behind an AHB-Lite: what is read is what was written, by bursts of all kinds and transfers of all sizes, and
//! nothing breaks the rules of the bus.

use verifork::prelude::*;
use verifork_components::ahb::{
    Burst, Checker, Manager, Monitor, Request, Signals, Transfer, Word,
};
use verifork_components::memory::Memory;
use verifork_components::{Clocked, Pauses, Scoreboard};

#[derive(Dut)]
struct Ram {
    hclk: Signal<bool>,
    hresetn: Signal<bool>,
    #[dut(prefix = "")]
    bus: Signals,
    #[dut(path = "WORDS")]
    words: Parameter<u32>,
}

impl Ram {
    async fn start(&self) -> Clocked {
        let clocked = Clocked::new(&self.hclk, 10.ns());
        clocked.reset_low(&self.hresetn).start().await
    }
}

const BURSTS: [Burst; 8] = [
    Burst::Single,
    Burst::Incr,
    Burst::Wrap4,
    Burst::Incr4,
    Burst::Wrap8,
    Burst::Incr8,
    Burst::Wrap16,
    Burst::Incr16,
];

/// A burst in one kilobyte, of the RAM or just above it.
fn random(rng: &mut TestRng, size: u64) -> Request {
    let burst = *rng.choose(&BURSTS).expect("there are eight");
    let bytes = *rng.choose(&[1_u32, 2, 4]).expect("there are three");
    let beats = burst.length().unwrap_or_else(|| rng.random_range(1..=12));
    let block = rng.random_range(0..=size / 0x400) * 0x400;
    let place = rng.random_range(0..=0x400 - u64::from(bytes) * beats as u64);
    let address = block + place / u64::from(bytes) * u64::from(bytes);
    let request = if rng.random() {
        let word = |_| u64::from(rng.random::<u32>() >> (32 - 8 * bytes));
        let words: Vec<u64> = (0..beats).map(word).collect();
        Request::write_burst(address, burst, words)
    } else {
        Request::read_burst(address, burst).beats(beats)
    };
    request.bytes(bytes)
}

/// What a memory would have answered: whether with an error, and what is read.
fn predicted(memory: &Memory, size: u64, seen: &Transfer) -> (u64, bool, Word) {
    let (address, bytes) = (seen.address, seen.bytes as usize);
    let mut read = Word::default();
    let error = address >= size;
    match &seen.write {
        _ if error => {}
        Some(word) => memory.write(address, &word.to_le_bytes(bytes)),
        None => read = Word::from_le_bytes(&memory.read_bytes(address, bytes)),
    }
    (address, error, read)
}

#[verifork::test(
    timeout = 10.ms(),
    cases(at_full_speed = Pauses::none(), with_pauses = Pauses::random(0.4))
)]
async fn the_ram_keeps_its_words(dut: Ram, test: Test, pauses: Pauses) -> Result {
    let clocked = dut.start().await;
    let size = u64::from(dut.words.get()?) * 4;
    let mut rng = test.rng();
    let memory = Memory::sparse();
    let transfers = Scoreboard::in_order("transfers");
    scope(async |tm| {
        let bus = Manager::new(&dut.bus).pauses(&pauses).start(tm, &clocked);
        Checker::new(&dut.bus).max_wait(3).start(tm, &clocked);
        let seen = Monitor::new(&dut.bus).start(tm, &clocked).transfers();
        // Words of a RAM are unknown before they are written.
        for block in 0..size / 64 {
            let words: Vec<u64> = (0..16).map(|_| rng.random::<u32>().into()).collect();
            let burst = Request::write_burst(block * 64, Burst::Incr16, words);
            ensure!(bus.access(burst).await?.is_okay());
        }
        for _ in 0..100 {
            // Several at once: the address phase of one is in the data phase of another.
            scope(async |tm| {
                for at in 0..3 {
                    let (bus, request) = (bus.clone(), random(&mut rng, size));
                    tm.start_soon(format!("request {at}"), async move {
                        bus.access(request).await.map(|_| ())
                    });
                }
                Ok(())
            })
            .await?;
        }
        clocked.edge().await;
        while let Some(seen) = seen.try_recv() {
            transfers.expect(predicted(&memory, size, &seen));
            transfers.observe((seen.address, seen.error, seen.read.clone()))?;
        }
        Ok(())
    })
    .await?;
    ensure!(
        transfers.matched() > 1500,
        "{} transfers",
        transfers.matched()
    );
    transfers.finish()
}
