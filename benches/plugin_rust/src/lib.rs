//! What an event costs: the same work as `plugin_c/vpi_bench.c`, written as a user would.
//!
//! `+count=N` says how many events to time. Each test prints `bench=edge n=… ns_per_event=…`.
//! `benches/rates.rs` runs both side by side, and the checks of [`memory`] too.
#![allow(
    clippy::unit_arg,
    reason = "an event that is measured is one expression"
)]

mod allocations;
mod memory;

use std::fmt::Write as _;
use std::time::Instant;

use verifork::prelude::*;
use verifork::sync::channel;

const WARM_UP: u64 = 1000;

#[derive(Dut)]
struct Bench {
    clk: Signal<bool>,
    data: Signal<u32>,
    sum: Signal<u32>,
}

/// How many events to have, unless `+count=N` says so.
fn count_or(test: &Test, usual: u64) -> Result<u64> {
    test.plusarg("count")
        .map_or(Ok(usual), |count| Ok(count.parse()?))
}

/// Runs `event` until it is warm, and then times it.
async fn measure(test: &Test, mut event: impl AsyncFnMut() -> Result) -> Result {
    let count = count_or(test, 1_000_000)?;
    for _ in 0..WARM_UP {
        event().await?;
    }
    let begun = Instant::now();
    for _ in 0..count {
        event().await?;
    }
    report(test, count, begun);
    Ok(())
}

#[allow(clippy::cast_precision_loss)] // a rate needs no more
fn report(test: &Test, count: u64, begun: Instant) {
    let rate = begun.elapsed().as_nanos() as f64 / count as f64;
    let mut line = String::new();
    let _ = write!(
        line,
        "bench={} n={count} ns_per_event={rate:.1}",
        test.name()
    );
    println!("{line}");
}

#[verifork::test(name = "timer", timeout = 10.seconds())]
async fn one_step(test: Test) -> Result {
    measure(&test, async || Ok(timer(1.ns()).await)).await
}

#[verifork::test(timeout = 10.seconds())]
async fn edge(test: Test, dut: Bench) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    measure(&test, async || Ok(dut.clk.rising_edge().await)).await
}

#[verifork::test(timeout = 10.seconds())]
async fn design_edge(test: Test, dut: Bench) -> Result {
    measure(&test, async || Ok(dut.clk.rising_edge().await)).await
}

/// An edge of our clock, 32 bits written and 32 bits read in the read-write phase.
#[verifork::test(timeout = 10.seconds())]
async fn tb_cycle(test: Test, dut: Bench) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    dut.clk.rising_edge().await;
    dut.data.set(0);
    let mut value = 0_u32;
    // The register is unknown until something known has been summed up.
    dut.sum.set(0);
    read_write().await;
    measure(&test, async || {
        dut.clk.rising_edge().await;
        value = value.wrapping_add(1);
        dut.data.set(value);
        read_write().await;
        dut.sum.get()?;
        Ok(())
    })
    .await
}

#[verifork::test(timeout = 10.seconds())]
async fn queue_ping_pong(test: Test) -> Result {
    let (there, inbox) = channel::<u64>(1);
    let (back, answers) = channel::<u64>(1);
    spawn_named("echo", async move {
        while let Ok(value) = inbox.recv().await {
            back.send(value).await?;
        }
        Ok(())
    });
    measure(&test, async || {
        there.send(1).await?;
        answers.recv().await?;
        Ok(())
    })
    .await
}

#[verifork::test(timeout = 10.seconds())]
async fn fork_and_join(test: Test) -> Result {
    measure(&test, async || {
        spawn(async {
            yield_now().await;
            Ok(())
        })
        .await?;
        Ok(())
    })
    .await
}

#[verifork::test(timeout = 10.seconds())]
async fn edge_with_timeout(test: Test, dut: Bench) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    measure(&test, async || {
        Ok(with_timeout(100.us(), dut.clk.rising_edge()).await?)
    })
    .await
}
