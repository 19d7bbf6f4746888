//! What an event costs: the same work as in `plugin_c/` and `model_cpp/`, written as a user would.
//!
//! `+count=N` says how many events to time. Each test prints `bench=edge n=… ns_per_event=… checksum=…`.
//! `benches/rates/` runs them side by side, and the checks of `memory` too.

mod accesses;
mod allocations;
mod bursts;
mod designs;
mod memory;
mod soak;
mod streams;

use verifork::dut::Instance;
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

/// What this process has used of the processor, in nanoseconds: what else runs on the machine matters less.
#[allow(clippy::cast_precision_loss)] // a rate needs no more
fn processor_time() -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer is to a time of ours.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    assert_eq!(result, 0, "every Linux has this clock");
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// Counts events: the first ones warm up, the others are timed. As `counted` in the C plugin.
struct Meter<'a> {
    test: &'a Test,
    begun: f64,
    done: u64,
    count: u64,
    /// Of what was read: the same in every language.
    checksum: u64,
}

impl<'a> Meter<'a> {
    fn new(test: &'a Test) -> Result<Self> {
        Ok(Meter {
            test,
            begun: processor_time(),
            done: 0,
            checksum: 0,
            count: count_or(test, 1_000_000)?,
        })
    }

    /// Whether there is another event to have; reports the rate after the last one.
    #[inline]
    fn wants_more(&mut self) -> bool {
        self.wants_more_of(1)
    }

    /// Whether there are so many events to have, which come together.
    #[inline]
    fn wants_more_of(&mut self, events: u64) -> bool {
        if self.done < WARM_UP + events && self.done >= WARM_UP {
            self.begun = processor_time();
        }
        self.done += events;
        if self.done < WARM_UP + self.count + events {
            return true;
        }
        self.report();
        false
    }

    #[allow(clippy::cast_precision_loss)] // a rate needs no more
    #[cold]
    fn report(&self) {
        let (name, count) = (self.test.name(), self.count);
        let rate = (processor_time() - self.begun) / count as f64;
        let checksum = self.checksum;
        println!("bench={name} n={count} ns_per_event={rate:.2} checksum={checksum}");
    }
}

#[verifork::test(name = "timer", timeout = 10.seconds())]
async fn one_step(test: Test) -> Result {
    let mut meter = Meter::new(&test)?;
    while meter.wants_more() {
        timer(1.ns()).await;
    }
    Ok(())
}

#[verifork::test(timeout = 10.seconds())]
async fn edge(test: Test, dut: Bench) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    let mut meter = Meter::new(&test)?;
    while meter.wants_more() {
        dut.clk.rising_edge().await;
    }
    Ok(())
}

#[verifork::test(timeout = 10.seconds())]
async fn design_edge(test: Test, dut: Bench) -> Result {
    let mut meter = Meter::new(&test)?;
    while meter.wants_more() {
        dut.clk.rising_edge().await;
    }
    Ok(())
}

/// An edge of our clock, 32 bits written and 32 bits read in the read-write phase.
#[verifork::test(timeout = 10.seconds())]
async fn tb_cycle(test: Test, dut: Bench) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    let mut value = 0_u32;
    let mut meter = Meter::new(&test)?;
    while meter.wants_more() {
        dut.clk.rising_edge().await;
        value = value.wrapping_add(1);
        dut.data.set(value);
        read_write().await;
        meter.checksum += u64::from(dut.sum.get()?);
    }
    Ok(())
}

/// Words of a memory, written at once.
#[verifork::test(timeout = 10.seconds())]
async fn words_written(test: Test, dut: Instance) -> Result {
    let words = dut.array::<u32>("words")?;
    let mut meter = Meter::new(&test)?;
    let mut index = 0_u16;
    while meter.wants_more() {
        words.at(index.into()).set_immediate(index.into());
        index = index.wrapping_add(1);
    }
    Ok(())
}

#[verifork::test(timeout = 10.seconds())]
async fn words_read(test: Test, dut: Instance) -> Result {
    let words = dut.array::<u32>("words")?;
    for (index, word) in words.elements() {
        word.set_immediate(u32::try_from(index)?);
    }
    let mut meter = Meter::new(&test)?;
    let mut index = 0_u16;
    while meter.wants_more() {
        meter.checksum += u64::from(words.get(index.into())?);
        index = index.wrapping_add(1);
    }
    Ok(())
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
    let mut meter = Meter::new(&test)?;
    while meter.wants_more() {
        there.send(1).await?;
        answers.recv().await?;
    }
    Ok(())
}

#[verifork::test(timeout = 10.seconds())]
async fn fork_and_join(test: Test) -> Result {
    let mut meter = Meter::new(&test)?;
    while meter.wants_more() {
        spawn(async {
            yield_now().await;
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[verifork::test(timeout = 10.seconds())]
async fn edge_with_timeout(test: Test, dut: Bench) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    let mut meter = Meter::new(&test)?;
    while meter.wants_more() {
        with_timeout(100.us(), dut.clk.rising_edge()).await?;
    }
    Ok(())
}
