//! A FIFO under random traffic: drivers, a monitor, a model and a scoreboard, each a named task of
//! one scope. Works for any `DEPTH`, `ALMOST_FULL_AT` and `WIDTH` up to 64.

mod model;

use model::{Inputs, Model, Outputs};
use verifork::prelude::*;

#[derive(Dut)]
struct Fifo {
    clk: Signal<bool>,
    rst: Signal<bool>,

    wr_en: Signal<bool>,
    wr_data: Signal<u64>,
    full: Signal<bool>,
    almost_full: Signal<bool>,

    rd_en: Signal<bool>,
    rd_data: Signal<u64>,
    empty: Signal<bool>,

    level: Signal<u32>,
    overflow: Signal<bool>,
    underflow: Signal<bool>,

    mem: Array<u64>,
    #[dut(path = "DEPTH")]
    depth: Parameter<u32>,
    #[dut(path = "ALMOST_FULL_AT")]
    almost_full_at: Parameter<u32>,
}

/// The two sides draw from random streams of their own; `VERIFORK_SEED` repeats both.
#[verifork::test(
    timeout = 10.ms(),
    cases(
        balanced = (0.5, 0.5),
        mostly_writes = (0.9, 0.4),
        mostly_reads = (0.4, 0.9),
        writes_without_pause = (1.0, 0.5),
        both_without_pause = (1.0, 1.0),
    )
)]
async fn random_traffic(dut: Fifo, test: Test, write_rate: f64, read_rate: f64) -> Result {
    start(&dut).await;
    let clocks = 200 + 20 * dut.depth.get()?; // enough to go round the memory several times
    checked(&dut, async {
        scope(async |tm| {
            tm.fork("writer", write_randomly(&dut, &test, write_rate, clocks));
            tm.fork("reader", read_randomly(&dut, &test, read_rate, clocks));
            Ok(())
        })
        .await?;
        Ok(())
    })
    .await
}

/// A write, a read, both and neither, at each level at which some flag is about to change.
#[verifork::test(timeout = 10.ms())]
async fn boundaries(dut: Fifo) -> Result {
    start(&dut).await;
    let depth = dut.depth.get()?;
    checked(&dut, async {
        for level in (0..=1).chain(depth.saturating_sub(3)..=depth) {
            for (write, read) in [(false, false), (true, false), (false, true), (true, true)] {
                clock(&dut, Inputs::RESET).await;
                for word in 0..level {
                    clock(&dut, Inputs::new(Some(word), false)).await;
                }
                clock(&dut, Inputs::new(write.then_some(level), read)).await;
                // A pointer that the clock above has moved wrongly shows in the words that follow.
                for word in depth..2 * depth {
                    clock(&dut, Inputs::new(Some(word), true)).await;
                }
                for _ in 0..=depth {
                    clock(&dut, Inputs::new(None, true)).await;
                }
            }
        }
        Ok(())
    })
    .await
}

/// Looks into the memory: the contract says where each word lies.
#[verifork::test(timeout = 10.ms())]
async fn wraps_at_the_depth(dut: Fifo) -> Result {
    start(&dut).await;
    let depth = dut.depth.get()?;
    checked(&dut, async {
        for word in 0..3 * depth {
            clock(&dut, Inputs::new(Some(word), false)).await;
            clock(&dut, Inputs::new(None, true)).await;
            let slot = dut.mem.at((word % depth).into()); // written one edge ago
            let (path, found, wanted) = (slot.path(), slot.get()?, fit(&dut, word.into()));
            ensure!(
                found == wanted,
                "{path} is {found} after word {word}, not {wanted}"
            );
        }
        Ok(())
    })
    .await
}

/// A clock, and one edge in reset.
async fn start(dut: &Fifo) {
    Clock::new(&dut.clk, 10.ns()).start();
    clock(dut, Inputs::RESET).await;
    dut.rst.set(false);
}

/// Drives all inputs for one clock, up to and including its rising edge.
async fn clock(dut: &Fifo, inputs: Inputs) {
    dut.rst.set(inputs.rst);
    dut.wr_en.set(inputs.write.is_some());
    dut.wr_data.set(fit(dut, inputs.write.unwrap_or_default()));
    dut.rd_en.set(inputs.read);
    dut.clk.rising_edge().await;
}

/// As much of the number as a word holds.
fn fit(dut: &Fifo, number: u64) -> u64 {
    number & (u64::MAX >> (64 - dut.wr_data.width()))
}

/// Offers a random word in some of the clocks, whether the FIFO is full or not.
async fn write_randomly(dut: &Fifo, test: &Test, rate: f64, clocks: u32) -> Result {
    let mut rng = test.rng();
    for _ in 0..clocks {
        dut.wr_en.set(rng.random_bool(rate));
        dut.wr_data.set(fit(dut, rng.random()));
        dut.clk.rising_edge().await;
    }
    dut.wr_en.set(false);
    Ok(())
}

/// Reads in some of the clocks, whether the FIFO is empty or not.
async fn read_randomly(dut: &Fifo, test: &Test, rate: f64, clocks: u32) -> Result {
    let mut rng = test.rng();
    for _ in 0..clocks {
        dut.rd_en.set(rng.random_bool(rate));
        dut.clk.rising_edge().await;
    }
    dut.rd_en.set(false);
    Ok(())
}

/// Runs the stimulus while every clock is monitored and compared with the model.
async fn checked(dut: &Fifo, stimulus: impl Future<Output = Result>) -> Result {
    let words = scope(async |tm| {
        let (seen, cycles) = unbounded();
        let monitor = tm.fork("monitor", monitor(dut, seen));
        let scoreboard = tm.fork("scoreboard", scoreboard(dut, cycles));
        tm.fork("stimulus", stimulus).await?;
        dut.clk.rising_edge().await; // shows what the last edge did
        monitor.cancel(); // its end of the channel goes, and so the scoreboard ends
        Ok(scoreboard.await?)
    })
    .await?;
    ensure!(
        words > 0,
        "no word went through {}: nothing was tested",
        dut.rd_data.path()
    );
    log::info!("{words} words went through");
    Ok(())
}

/// The inputs on one rising edge, and the outputs just before the design answers it.
struct Cycle {
    inputs: Inputs,
    outputs: Outputs,
}

/// A task that an edge wakes reads what the design's own registers sample on that edge.
async fn monitor(dut: &Fifo, seen: Sender<Cycle>) -> Result {
    loop {
        dut.clk.rising_edge().await;
        let inputs = Inputs {
            rst: dut.rst.get()?,
            write: if dut.wr_en.get()? {
                Some(dut.wr_data.get()?)
            } else {
                None
            },
            read: dut.rd_en.get()?,
        };
        let outputs = Outputs {
            full: dut.full.get()?,
            almost_full: dut.almost_full.get()?,
            empty: dut.empty.get()?,
            level: dut.level.get()?,
            overflow: dut.overflow.get()?,
            underflow: dut.underflow.get()?,
            rd_data: dut.rd_data.get()?,
        };
        seen.send(Cycle { inputs, outputs }).await?;
    }
}

/// Compares each clock with the model, which starts as the reset leaves the design. Returns how
/// many words came out.
async fn scoreboard(dut: &Fifo, cycles: Receiver<Cycle>) -> Result<u32> {
    let mut model = Model::new(dut.depth.get()?, dut.almost_full_at.get()?);
    let mut words = 0;
    while let Ok(Cycle {
        inputs,
        outputs: found,
    }) = cycles.recv().await
    {
        let wanted = model.outputs();
        let check = |path: &str, found: u64, wanted_value: u64| {
            let level = wanted.level;
            ensure!(
                found == wanted_value,
                "{path} is {found}, not {wanted_value}, with {level} inside"
            );
            Ok(())
        };
        check(dut.full.path(), found.full.into(), wanted.full.into())?;
        check(
            dut.almost_full.path(),
            found.almost_full.into(),
            wanted.almost_full.into(),
        )?;
        check(dut.empty.path(), found.empty.into(), wanted.empty.into())?;
        check(dut.level.path(), found.level.into(), wanted.level.into())?;
        check(
            dut.overflow.path(),
            found.overflow.into(),
            wanted.overflow.into(),
        )?;
        check(
            dut.underflow.path(),
            found.underflow.into(),
            wanted.underflow.into(),
        )?;
        check(dut.rd_data.path(), found.rd_data, wanted.rd_data)?;
        words += u32::from(inputs.read && !wanted.empty);
        model.clock(inputs);
    }
    Ok(words)
}
