//! Running, waking and suspending tasks allocates nothing, however the wake-up comes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use futures_lite::future::or;
use verifork::Result;
use verifork::sync::Event;
use verifork::task::{block_on, scope, yield_now};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system's allocator unchanged; the counter is a plain thread-local
// without a destructor, so that touching it neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
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

/// Runs a round a few times to warm up, and then many times.
async fn allocates_nothing(mut round: impl AsyncFnMut()) {
    for _ in 0..10 {
        round().await;
    }
    let before = ALLOCATIONS.get();
    for _ in 0..10_000 {
        round().await;
    }
    assert_eq!(ALLOCATIONS.get() - before, 0);
}

#[test]
fn a_task_that_yields() {
    block_on(allocates_nothing(async || yield_now().await));
}

/// Two tasks of one scope that wake each other.
#[test]
fn tasks_that_wake_each_other() {
    let (there, back) = (Event::new(), Event::new());
    let outcome: Result = block_on(async {
        scope(async |tm| {
            let echo = tm.fork("echo", async {
                loop {
                    there.wait().await;
                    there.clear();
                    back.set();
                }
                #[allow(unreachable_code)] // says what the task returns
                Ok(())
            });
            allocates_nothing(async || {
                there.set();
                back.wait().await;
                back.clear();
            })
            .await;
            echo.cancel();
            Ok(())
        })
        .await?;
        Ok(())
    });
    outcome.unwrap();
}

/// A wake-up goes up through the scopes between the task and who polls it.
#[test]
fn a_task_in_scopes_in_scopes() {
    let outcome: Result = block_on(async {
        scope(async |outer| {
            let inner = outer.fork("inner", async {
                scope(async |tm| {
                    let task = tm.fork("innermost", async {
                        allocates_nothing(async || yield_now().await).await;
                        Ok(())
                    });
                    Ok(task.await?)
                })
                .await?;
                Ok(())
            });
            Ok(inner.await?)
        })
        .await?;
        Ok(())
    });
    outcome.unwrap();
}

/// A wait that a race gives up.
#[test]
fn a_race() {
    let never = Event::new();
    block_on(allocates_nothing(async || {
        or(never.wait(), yield_now()).await;
    }));
}
