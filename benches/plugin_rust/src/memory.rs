//! Whether anything is left behind by what ends: each test does one thing `+count=N` times (ten
//! million) and fails if the process holds more memory at the end than after a tenth of it.

use std::fs;

use futures_lite::future::or;
use verifork::prelude::*;

use crate::{Bench, count_or};

/// What the heap may grow by for other reasons, such as a vector that doubles late.
const TOLERATED_KIB: u64 = 256;

/// The memory of this process that is in the machine's memory, in KiB.
pub(crate) fn resident_kib() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number
        .context("the system does not tell the resident memory")?
        .parse()?)
}

async fn stays_flat(test: &Test, mut event: impl AsyncFnMut() -> Result) -> Result {
    let count = count_or(test, 10_000_000)?;
    let tenth = count / 10;
    for _ in 0..tenth {
        event().await?;
    }
    let early = resident_kib()?;
    for _ in tenth..count {
        event().await?;
    }
    let late = resident_kib()?;
    println!(
        "memory={} n={count} kib_at_10_percent={early} kib_at_end={late}",
        test.name()
    );
    ensure!(
        late <= early + TOLERATED_KIB,
        "the memory grew from {early} KiB after {tenth} rounds to {late} KiB after {count}"
    );
    Ok(())
}

#[verifork::test(timeout = 1000.seconds())]
async fn edges(test: Test, dut: Bench) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    stays_flat(&test, async || Ok(dut.clk.rising_edge().await)).await
}

#[verifork::test(timeout = 1000.seconds())]
async fn timers(test: Test) -> Result {
    stays_flat(&test, async || Ok(timer(1.ns()).await)).await
}

#[verifork::test(timeout = 1000.seconds())]
async fn forks(test: Test) -> Result {
    stays_flat(&test, async || {
        Ok(spawn(async { Ok(yield_now().await) }).await?)
    })
    .await
}

/// The handles are dropped: nobody waits for the tasks.
#[verifork::test(timeout = 1000.seconds())]
async fn forks_left_alone(test: Test) -> Result {
    stays_flat(&test, async || {
        drop(spawn(async { Ok(timer(1.ns()).await) }));
        timer(1.ns()).await;
        Ok(())
    })
    .await
}

#[verifork::test(timeout = 1000.seconds())]
async fn scopes(test: Test) -> Result {
    stays_flat(&test, async || {
        scope(async |tm| {
            tm.fork("short", async { Ok(yield_now().await) });
            Ok(())
        })
        .await?;
        Ok(())
    })
    .await
}

/// A limit that is given up each time: its deadline goes with it.
#[verifork::test(timeout = 1000.seconds())]
async fn limits_that_are_not_reached(test: Test, dut: Bench) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    stays_flat(&test, async || {
        Ok(with_timeout(1.seconds(), dut.clk.rising_edge()).await?)
    })
    .await
}

/// A wait for an edge that is given up each time, in a race of another crate.
#[verifork::test(timeout = 1000.seconds())]
async fn races(test: Test, dut: Bench) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    stays_flat(&test, async || {
        or(dut.clk.rising_edge(), dut.clk.falling_edge()).await;
        Ok(())
    })
    .await
}
