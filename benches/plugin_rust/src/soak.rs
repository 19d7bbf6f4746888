//! Very many of everything in one simulation: what they cost, and whether memory stays flat. Each
//! test prints a line that begins with `soak:`; memory that grows fails it, time is only told.
//!
//! `+count=N` says how many events, tasks, signals or tests there are.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use futures_lite::future::or;
use verifork::dut::Instance;
use verifork::prelude::*;
use verifork::sync::{Event, Mutex, channel};

use crate::memory::resident_kib;
use crate::{Bench, count_or};

/// What the heap may grow by for other reasons, such as a vector that doubles late.
const TOLERATED_KIB: u64 = 512;

/// Time and memory at one moment.
struct Mark {
    at: Instant,
    kib: u64,
}

impl Mark {
    fn now() -> Result<Mark> {
        Ok(Mark {
            at: Instant::now(),
            kib: resident_kib()?,
        })
    }

    /// Nanoseconds of the wall clock for each of so many things since then.
    #[allow(clippy::cast_precision_loss)] // told to a person
    fn ns_each(&self, count: u64) -> f64 {
        self.at.elapsed().as_nanos() as f64 / count.max(1) as f64
    }

    fn is_flat(&self, tolerated_kib: u64) -> Result<u64> {
        let now = resident_kib()?;
        ensure!(
            now <= self.kib + tolerated_kib,
            "the memory grew from {} KiB to {now} KiB",
            self.kib
        );
        Ok(now)
    }
}

/// How many events a round of `mixed_events` has.
const EVENTS_A_ROUND: u64 = 10;

#[verifork::test(timeout = 100_000.seconds())]
async fn mixed_events(test: Test, dut: Bench) -> Result {
    let count = count_or(&test, 1_000_000)?;
    Clock::new(&dut.clk, 10.ns()).start();
    let (items, inbox) = channel::<u64>(4);
    let received = Rc::new(Cell::new(0_u64));
    let total = Rc::clone(&received);
    spawn(async move {
        while let Ok(item) = inbox.recv().await {
            total.set(total.get() + item);
        }
        Ok(())
    });
    let (lock, never) = (Mutex::new(0_u64), Event::new());
    let round = async |number: u64| -> Result {
        dut.clk.rising_edge().await;
        dut.data.set(u32::try_from(number & 0xffff)?);
        timer(1.ns()).await;
        items.send(1).await?;
        *lock.lock().await += 1;
        spawn(async { Ok(yield_now().await) }).await?;
        scope(async |tm| {
            tm.fork("short", async { Ok(timer(1.ns()).await) });
            Ok(())
        })
        .await?;
        with_timeout(1.us(), dut.clk.falling_edge()).await?;
        or(never.wait(), timer(1.ns())).await;
        yield_now().await;
        Ok(())
    };
    let rounds = count / EVENTS_A_ROUND;
    let tenth = (rounds / 10).max(1);
    let begun = Mark::now()?;
    for number in 0..tenth {
        round(number).await?;
    }
    let first = begun.ns_each(tenth * EVENTS_A_ROUND);
    let early = Mark::now()?;
    for number in tenth..rounds - tenth {
        round(number).await?;
    }
    let late = Mark::now()?;
    for number in rounds - tenth..rounds {
        round(number).await?;
    }
    let last = late.ns_each(tenth * EVENTS_A_ROUND);
    ensure!(*lock.lock().await == rounds, "rounds were lost");
    ensure!(received.get() == rounds, "items were lost");
    let kib = early.is_flat(TOLERATED_KIB)?;
    println!(
        "soak: {} mixed events: {first:.0} ns an event in the first tenth, {last:.0} ns in the last; \
         {} KiB early, {kib} KiB at the end",
        rounds * EVENTS_A_ROUND,
        early.kib
    );
    Ok(())
}

#[verifork::test(timeout = 100_000.seconds())]
async fn tasks_on_one_edge(test: Test, dut: Bench) -> Result {
    const EDGES: u64 = 10;
    let count = count_or(&test, 10_000)?;
    Clock::new(&dut.clk, 10.ns()).start();
    let woken = Rc::new(Cell::new(0_u64));
    let mut tasks = Vec::new();
    for _ in 0..count {
        let (woken, clk) = (Rc::clone(&woken), dut.clk);
        tasks.push(spawn(async move {
            for _ in 0..EDGES {
                clk.rising_edge().await;
                woken.set(woken.get() + 1);
            }
            Ok(())
        }));
    }
    dut.clk.rising_edges(2).await;
    let begun = Mark::now()?;
    for task in tasks {
        task.await?;
    }
    let each = begun.ns_each(count * (EDGES - 2));
    ensure!(woken.get() == count * EDGES, "{} wake-ups", woken.get());
    let kib = begun.is_flat(TOLERATED_KIB)?;
    println!("soak: {count} tasks on one edge: {each:.0} ns a wake-up; {kib} KiB");
    Ok(())
}

/// As many tasks as others that each of them joins: no more than the square.
#[verifork::test(timeout = 100_000.seconds())]
async fn tasks_that_join_all_others(test: Test) -> Result {
    let count = count_or(&test, 200)?;
    for (number, count) in [count, 2 * count].into_iter().enumerate() {
        let others = TaskManager::new();
        for other in 0..count {
            others.fork(format!("{other}"), async move {
                for _ in 0..other {
                    yield_now().await;
                }
                Ok(())
            });
        }
        let begun = Mark::now()?;
        scope(async |tm| {
            for waiting in 0..count {
                tm.fork(format!("{waiting}"), others.join_all());
            }
            Ok(())
        })
        .await?;
        println!(
            "soak: {count} tasks that join {count} others: {:.1} ns for each of the square{}",
            begun.ns_each(count * count),
            if number == 0 { "" } else { " (twice as many)" }
        );
    }
    Ok(())
}

/// One of very many that run one after the other.
#[verifork::test(timeout = 1.us())]
async fn one_of_many_tests(test: Test, dut: Bench) -> Result {
    /// The report keeps a line of each.
    const BYTES_A_TEST: u64 = 4096;
    static DONE: AtomicU64 = AtomicU64::new(0);
    static EARLY_KIB: AtomicU64 = AtomicU64::new(0);
    static BEGUN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    Clock::new(&dut.clk, 10.ns()).start();
    dut.clk.rising_edge().await;
    let count = count_or(&test, 1000)?;
    let done = 1 + DONE.fetch_add(1, Ordering::Relaxed);
    if done == count / 10 {
        EARLY_KIB.store(resident_kib()?, Ordering::Relaxed);
        BEGUN.get_or_init(Instant::now);
    } else if done == count {
        let (at, kib) = (BEGUN.get(), EARLY_KIB.load(Ordering::Relaxed));
        let early = Mark {
            at: *at.context("a tenth of the tests came first")?,
            kib,
        };
        let rest = count - count / 10;
        let each = early.ns_each(rest);
        let kib = early.is_flat(TOLERATED_KIB + rest * BYTES_A_TEST / 1024)?;
        println!(
            "soak: {count} tests: {each:.0} ns a test; {} KiB early, {kib} KiB at the end",
            early.kib
        );
    }
    Ok(())
}

/// The design has a register `s0`, `s1`, … for each.
#[verifork::test(timeout = 100_000.seconds())]
async fn distinct_signals(test: Test, dut: Instance) -> Result {
    let count = count_or(&test, 1000)?;
    let begun = Mark::now()?;
    let signals: Vec<Signal<u8>> = (0..count)
        .map(|number| Ok(dut.signal::<u8>(&format!("s{number}"))?))
        .collect::<Result<_>>()?;
    let bound = begun.ns_each(count);
    let (mut early, mut last) = (None, 0.0);
    for round in 0..10_u8 {
        let written = Mark::now()?;
        let first = signals[0].changed();
        for (signal, value) in signals.iter().zip(0_u64..) {
            signal.set(u8::try_from(value % 200)?.wrapping_add(round + 1));
        }
        first.await;
        read_only().await;
        for (signal, value) in signals.iter().zip(0_u64..) {
            let expected = u8::try_from(value % 200)?.wrapping_add(round + 1);
            signal.expect(expected)?;
        }
        last = written.ns_each(count);
        timer(1.ns()).await;
        if round == 1 {
            early = Some(Mark::now()?);
        }
    }
    let early = early.context("there were two rounds")?;
    let kib = early.is_flat(TOLERATED_KIB)?;
    println!(
        "soak: {count} distinct signals: {bound:.0} ns to bind one, {last:.0} ns to write and read \
         it; {kib} KiB"
    );
    Ok(())
}
