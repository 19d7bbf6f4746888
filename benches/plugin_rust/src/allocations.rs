//! What is allocated an event, once things are warm: nothing where nothing begins or ends.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::rc::Rc;

use futures_lite::future::or;
use verifork::prelude::*;

use crate::{Bench, count_or};

thread_local! {
    /// Those of this thread: what others print meanwhile is their own.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

/// How many there were on this thread.
pub(crate) fn allocations() -> u64 {
    ALLOCATIONS.get()
}

struct Counting;

// SAFETY: every call goes to the system's allocator unchanged, and counting neither allocates nor
// unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // The thread may be at its end.
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`, and `alloc` used this allocator.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Prints the allocations an event, and gives their number.
#[allow(clippy::cast_precision_loss)] // a rate needs no more
async fn measure(test: &Test, mut event: impl AsyncFnMut() -> Result) -> Result<u64> {
    let count = count_or(test, 100_000)?;
    for _ in 0..1000 {
        event().await?;
    }
    let before = allocations();
    for _ in 0..count {
        event().await?;
    }
    let allocated = allocations() - before;
    let rate = allocated as f64 / count as f64;
    println!("allocations={} n={count} an_event={rate:.3}", test.name());
    Ok(allocated)
}

async fn allocates_nothing(test: &Test, event: impl AsyncFnMut() -> Result) -> Result {
    let allocated = measure(test, event).await?;
    ensure!(
        allocated == 0,
        "{allocated} allocations where there should be none"
    );
    Ok(())
}

#[verifork::test(timeout = 10.seconds())]
async fn timers(test: Test) -> Result {
    allocates_nothing(&test, async || Ok(timer(1.ns()).await)).await
}

#[verifork::test(timeout = 10.seconds())]
async fn edges(test: Test, dut: Bench) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    allocates_nothing(&test, async || Ok(dut.clk.rising_edge().await)).await
}

/// Several tasks that one edge wakes, and a condition that is asked at each.
#[verifork::test(timeout = 10.seconds())]
async fn edges_for_many(test: Test, dut: Bench) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    for number in 0..5 {
        spawn_named(format!("waiter {number}"), async move {
            loop {
                dut.clk.rising_edge().await;
            }
            #[allow(unreachable_code)] // says what the task returns
            Ok(())
        });
    }
    let asked = Rc::new(Cell::new(0_u64));
    let count = Rc::clone(&asked);
    spawn_named("condition", async move {
        let never = move |_| {
            count.set(count.get() + 1);
            false
        };
        Ok(dut.clk.wait_until(never).await)
    });
    allocates_nothing(&test, async || Ok(dut.clk.rising_edges(2).await)).await?;
    ensure!(asked.get() > 4000, "asked {} times only", asked.get());
    Ok(())
}

#[verifork::test(timeout = 10.seconds())]
async fn reads_and_writes(test: Test, dut: Bench) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    dut.sum.set(0);
    let mut value = 0_u32;
    allocates_nothing(&test, async || {
        dut.clk.rising_edge().await;
        value = value.wrapping_add(1);
        dut.data.set(value);
        read_write().await;
        dut.data.set_immediate(value);
        dut.sum.get()?;
        dut.clk.get()?;
        dut.sum.as_logic().get();
        read_only().await;
        next_time_step().await;
        Ok(())
    })
    .await
}

#[verifork::test(timeout = 10.seconds())]
async fn races(test: Test, dut: Bench) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    allocates_nothing(&test, async || {
        with_timeout(1.us(), dut.clk.rising_edge()).await?;
        or(dut.clk.rising_edge(), dut.clk.falling_edge()).await;
        Ok(())
    })
    .await
}

#[verifork::test(timeout = 10.seconds())]
async fn channels(test: Test) -> Result {
    let (there, inbox) = channel::<u64>(1);
    let (back, answers) = channel::<u64>(1);
    spawn_named("echo", async move {
        while let Ok(value) = inbox.recv().await {
            back.send(value).await?;
        }
        Ok(())
    });
    allocates_nothing(&test, async || {
        there.send(1).await?;
        answers.recv().await?;
        Ok(())
    })
    .await
}

/// A task has to be somewhere: its future, its name.
#[verifork::test(timeout = 10.seconds())]
async fn forks(test: Test) -> Result {
    measure(&test, async || {
        Ok(spawn(async { Ok(yield_now().await) }).await?)
    })
    .await?;
    Ok(())
}

#[verifork::test(timeout = 10.seconds())]
async fn scopes(test: Test) -> Result {
    measure(&test, async || {
        scope(async |tm| {
            tm.fork("short", async { Ok(yield_now().await) });
            Ok(())
        })
        .await?;
        Ok(())
    })
    .await?;
    Ok(())
}
