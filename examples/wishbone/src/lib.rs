//! A memory behind a Wishbone, in standard mode and pipelined: what is read is what was written, and nothing
//! breaks the rules of the bus.

use verifork::prelude::*;
use verifork_components::memory::Memory;
use verifork_components::wishbone::{
    Burst, Checker, Manager, Monitor, Request, Signals, Termination, Transfer,
};
use verifork_components::{Clocked, Pauses, Scoreboard};

#[derive(Dut)]
struct Ram {
    clk_i: Signal<bool>,
    rst_i: Signal<bool>,
    busy: Signal<bool>,
    #[dut(prefix = "wb_")]
    bus: Signals,
    #[dut(path = "WORDS")]
    words: Parameter<u32>,
    #[dut(path = "PIPELINED")]
    pipelined: Parameter<u32>,
}

impl Ram {
    async fn start(&self) -> Result<(Clocked, Signals)> {
        self.busy.set(false);
        let clocked = Clocked::new(&self.clk_i, 10.ns())
            .reset_high(&self.rst_i)
            .start()
            .await;
        // It has a STALL in both modes.
        let bus = if self.pipelined.get()? == 0 {
            self.bus.classic()
        } else {
            self.bus
        };
        Ok((clocked, bus))
    }
}

const BURSTS: [Burst; 5] = [
    Burst::Constant,
    Burst::Linear,
    Burst::Wrap4,
    Burst::Wrap8,
    Burst::Wrap16,
];

/// What a memory would have answered.
fn predicted(memory: &Memory, size: u64, seen: &Transfer) -> (Request, Termination, u64) {
    let Request {
        address,
        write,
        select,
    } = seen.request;
    let select = select.unwrap_or(0xf);
    if seen.answer.termination == Termination::Rty || address >= size {
        let ends = if seen.answer.termination == Termination::Rty {
            Termination::Rty
        } else {
            Termination::Err
        };
        return (seen.request, ends, 0);
    }
    let mut word = memory.read_bytes(address, 4);
    if let Some(data) = write {
        memory.write_enabled(address, &data.to_le_bytes()[..4], |lane| {
            select >> lane & 1 == 1
        });
        word.fill(0);
    }
    for (lane, byte) in word.iter_mut().enumerate() {
        if select >> lane & 1 == 0 {
            *byte = 0;
        }
    }
    word.resize(8, 0);
    let read = u64::from_le_bytes(word.try_into().expect("eight bytes"));
    (seen.request, Termination::Ack, read)
}

#[verifork::test(
    timeout = 10.ms(),
    cases(at_full_speed = Pauses::none(), with_pauses = Pauses::random(0.4))
)]
async fn the_memory_keeps_its_words(dut: Ram, test: Test, pauses: Pauses) -> Result {
    let (clocked, bus) = dut.start().await?;
    let size = u64::from(dut.words.get()?) * 4;
    let mut rng = test.rng();
    let memory = Memory::sparse();
    let accesses = Scoreboard::in_order("accesses");
    scope(async |tm| {
        let manager = Manager::new(&bus).pauses(&pauses).start(tm, &clocked);
        Checker::new(&bus).max_wait(3).start(tm, &clocked);
        let transfers = Monitor::new(&bus).start(tm, &clocked).transfers();
        // Words of a memory are unknown before they are written.
        for block in 0..size / 64 {
            let words: Vec<u64> = (0..16).map(|_| rng.random::<u32>().into()).collect();
            manager
                .write_burst(block * 64, &words, Burst::Linear)
                .await?;
        }
        for turn in 0..150 {
            let first = rng.random_range(0..size / 4) * 4;
            let burst = *rng.choose(&BURSTS).expect("there are five");
            let count = if burst == Burst::Linear {
                usize::try_from(rng.random_range(1..=(size - first) / 4))?
            } else {
                rng.random_range(1..=20)
            };
            match turn % 3 {
                0 => {
                    let words: Vec<u64> = (0..count).map(|_| rng.random::<u32>().into()).collect();
                    manager.write_burst(first, &words, burst).await?;
                }
                1 => _ = manager.read_burst(first, count, burst).await?,
                _ => {
                    // Some of them are above the memory.
                    let requests: Vec<Request> = (0..count)
                        .map(|_| {
                            let address = rng.random_range(0..size / 4 + 4) * 4;
                            let request = if rng.random() {
                                Request::write(address, rng.random::<u32>().into())
                            } else {
                                Request::read(address)
                            };
                            request.select(rng.random_range(0..16))
                        })
                        .collect();
                    manager.block(requests).await?;
                }
            }
        }
        clocked.edge().await;
        while let Some(seen) = transfers.try_recv() {
            accesses.expect(predicted(&memory, size, &seen));
            accesses.observe((seen.request, seen.answer.termination, seen.answer.data))?;
        }
        Ok(())
    })
    .await?;
    ensure!(accesses.matched() > 500, "{} accesses", accesses.matched());
    accesses.finish()
}

/// What ends with RTY changes nothing, and is tried again.
#[verifork::test]
async fn a_busy_memory_is_tried_again(dut: Ram, test: Test) -> Result {
    let (clocked, bus) = dut.start().await?;
    let size = u64::from(dut.words.get()?) * 4;
    Checker::new(&bus).max_wait(3).start(&test, &clocked);
    let manager = Manager::new(&bus).retries(20).start(&test, &clocked);
    manager.write(8, 1).await?;
    dut.busy.set(true);
    let answer = manager.access(Request::write(8, 9)).await?;
    ensure!(answer.termination == Termination::Rty);
    dut.busy.set(false);
    let word = manager.read(8).await?;
    ensure!(word == 1, "{word} was written while the memory was busy");
    dut.busy.set(true);
    let other = manager.clone();
    let writing = spawn(async move { other.write(8, 2).await });
    clocked.edges(30).await;
    dut.busy.set(false);
    writing.await?;
    ensure!(manager.read(8).await? == 2);
    let before = manager.modify(8, |word| word + 5).await?;
    ensure!(before == 2 && manager.read(8).await? == 7);
    let answer = manager.access(Request::read(size)).await?;
    ensure!(answer.termination == Termination::Err);
    Ok(())
}
