//! Work on larger designs. `model_cpp/` does the same by hand on Verilator's models.

use std::cell::Cell;
use std::collections::VecDeque;
use std::fs;

use verifork::dut::Instance;
use verifork::prelude::*;

use crate::Meter;

#[derive(Dut)]
struct Fifo {
    clk: Signal<bool>,
    rst: Signal<bool>,
    wr_en: Signal<bool>,
    wr_data: Signal<u32>,
    full: Signal<bool>,
    rd_en: Signal<bool>,
    rd_data: Signal<u32>,
    empty: Signal<bool>,
    level: Signal<u8>,
}

/// Random traffic from one task, and a scoreboard in another one. An event is a clock cycle.
#[verifork::test(timeout = 10.seconds())]
async fn fifo(test: Test, dut: Fifo) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    dut.wr_en.set(false);
    dut.rd_en.set(false);
    dut.wr_data.set(0);
    dut.rst.set(true);
    dut.clk.rising_edges(2).await;
    dut.rst.set(false);
    scope(async |tm| {
        tm.background("driver", async {
            let mut random = 1_u32;
            loop {
                dut.clk.rising_edge().await;
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                dut.wr_en.set(random >> 30 & 1 == 1);
                dut.rd_en.set(random >> 29 & 1 == 1);
                dut.wr_data.set(random);
            }
        });
        tm.fork("scoreboard", scoreboard(&test, &dut)).await?;
        Ok(())
    })
    .await?;
    Ok(())
}

async fn scoreboard(test: &Test, dut: &Fifo) -> Result {
    let mut meter = Meter::new(test)?;
    let mut inside = VecDeque::new();
    let mut read = None;
    while meter.wants_more() {
        dut.clk.rising_edge().await;
        if let Some(expected) = read.take() {
            dut.rd_data.expect(expected)?;
            meter.checksum = next(meter.checksum, expected.into());
        }
        dut.level.expect(inside.len().try_into()?)?;
        if dut.rd_en.get()? && !dut.empty.get()? {
            read = inside.pop_front();
        }
        if dut.wr_en.get()? && !dut.full.get()? {
            inside.push_back(dut.wr_data.get()?);
        }
    }
    Ok(())
}

fn next(checksum: u64, value: u64) -> u64 {
    checksum.wrapping_mul(31).wrapping_add(value)
}

#[derive(Dut)]
struct Core {
    clk: Signal<bool>,
    rst: Signal<bool>,
    mem_valid: Signal<bool>,
    mem_ready: Signal<bool>,
    mem_addr: Signal<u32>,
    mem_wdata: Signal<u32>,
    mem_wstrb: Signal<u8>,
    mem_rdata: Signal<u32>,
}

/// A memory that answers after one clock, with the program in the file of `+program=`. An event is a
/// clock cycle.
#[verifork::test(timeout = 10.seconds())]
async fn core(test: Test, dut: Core) -> Result {
    let mut memory = program(&test)?;
    Clock::new(&dut.clk, 10.ns()).start();
    dut.mem_ready.set(false);
    dut.mem_rdata.set(0);
    dut.rst.set(true);
    dut.clk.rising_edges(2).await;
    dut.rst.set(false);
    let mut meter = Meter::new(&test)?;
    let mut answers = false;
    while meter.wants_more() {
        dut.clk.rising_edge().await;
        if answers {
            answers = false;
            dut.mem_ready.set(false);
        } else if dut.mem_valid.get()? {
            answers = true;
            dut.mem_ready.set(true);
            let address = dut.mem_addr.get()?;
            let strobes = dut.mem_wstrb.get()?;
            let place = (address / 4) as usize % memory.len();
            if strobes == 0 {
                dut.mem_rdata.set(memory[place]);
            } else {
                let lanes = (0..4).filter(|lane| strobes >> lane & 1 == 1);
                let mask = lanes.fold(0_u32, |mask, lane| mask | 0xff << (8 * lane));
                let word = memory[place] & !mask | dut.mem_wdata.get()? & mask;
                memory[place] = word;
                let stored = u64::from(word) + u64::from(address);
                meter.checksum = next(meter.checksum, stored);
            }
        }
    }
    Ok(())
}

fn program(test: &Test) -> Result<Vec<u32>> {
    let file = test
        .plusarg("program")
        .context("`+program=` names no file")?;
    let text = fs::read_to_string(file)?;
    let mut memory = vec![0; 0x2000];
    for (word, line) in memory.iter_mut().zip(text.lines()) {
        *word = u32::from_str_radix(line, 16)?;
    }
    Ok(memory)
}

#[derive(Dut)]
struct Still {
    clk: Signal<bool>,
    change: Signal<bool>,
}

/// Tasks that await a change of a signal each, of as many as `+watched=` says, while a clock runs. An event
/// is a clock cycle.
#[verifork::test(timeout = 10.seconds())]
async fn watched(test: Test, dut: Still, top: Instance) -> Result {
    let watched = test
        .plusarg("watched")
        .map_or(Ok(100), |number| number.parse())?;
    let changes = Cell::new(0);
    let done = Cell::new(false);
    Clock::new(&dut.clk, 10.ns()).start();
    scope(async |tm| {
        for number in 0..watched {
            let word = top.signal::<u32>(&format!("w{number}"))?;
            word.set_immediate(1);
            let (changes, done) = (&changes, &done);
            tm.fork(format!("watcher {number}"), async move {
                word.changed().await;
                ensure!(done.get(), "{} has changed", word.path());
                changes.set(changes.get() + 1);
                Ok(())
            });
        }
        let mut meter = Meter::new(&test)?;
        while meter.wants_more() {
            dut.clk.rising_edge().await;
        }
        // They have been awake.
        done.set(true);
        dut.change.set(true);
        Ok(())
    })
    .await?;
    ensure!(changes.get() == watched, "not all changes were noticed");
    Ok(())
}
