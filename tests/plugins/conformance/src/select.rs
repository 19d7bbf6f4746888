//! Combinators of other crates over our futures, and what dropped waits leave behind: nothing.

use futures_concurrency::prelude::*;
use futures_lite::future;
use verifork::__private::leak_counts;
use verifork::prelude::*;

use crate::Design;

/// Waits on signals, and deadlines, that are pending; and the watches that the simulator has.
fn pending_waits() -> (usize, usize) {
    let (waits, _, deadlines) = leak_counts();
    (waits, deadlines)
}

#[verifork::test]
async fn futures_concurrency_races_and_joins_our_futures(dut: Design) -> Result {
    dut.settle().await;
    let before = pending_waits();
    let clock = Clock::new(&dut.clk, 10.ns()).start();
    let begun = now();
    let edge = async {
        dut.clk.rising_edge().await;
        "edge"
    };
    let time = async {
        timer(7.ns()).await;
        "time"
    };
    assert_eq!((edge, time).race().await, "edge");
    assert_eq!(now().since(begun), 5.ns());
    (
        dut.clk.falling_edge(),
        timer(20.ns()),
        dut.clk.rising_edges(3),
    )
        .join()
        .await;
    assert_eq!(now().since(begun), 35.ns());
    let all: Vec<_> = (1..=10_u64).map(|ns| timer(ns.ns())).collect();
    all.join().await;
    assert_eq!(now().since(begun), 45.ns());
    let first: Vec<_> = (1..=10_u64).map(|ns| timer(ns.ns())).collect();
    first.race().await;
    assert_eq!(now().since(begun), 46.ns());
    clock.stop();
    assert_eq!(pending_waits(), before);
    Ok(())
}

#[verifork::test]
async fn futures_lite_races_and_zips_our_futures(dut: Design) -> Result {
    dut.settle().await;
    let before = pending_waits();
    let clock = Clock::new(&dut.clk, 10.ns()).start();
    let begun = now();
    for _ in 0..10 {
        future::or(dut.clk.rising_edge(), timer(3.ns())).await;
    }
    future::zip(dut.clk.rising_edge(), dut.clk.falling_edges(2)).await;
    assert!(now().since(begun) > 30.ns());
    assert!(future::poll_once(dut.clk.rising_edge()).await.is_none());
    assert!(future::poll_once(timer(1.ns())).await.is_none());
    assert!(future::poll_once(read_only()).await.is_none());
    clock.stop();
    assert_eq!(pending_waits(), before);
    Ok(())
}

#[verifork::test]
async fn a_hundred_thousand_dropped_waits_leave_nothing(dut: Design) -> Result {
    dut.settle().await;
    let before = pending_waits();
    for _ in 0..20_000 {
        for wait in [dut.clk.rising_edge(), dut.d_8.changed()] {
            assert!(future::poll_once(wait).await.is_none());
        }
        assert!(future::poll_once(timer(1.us())).await.is_none());
        assert!(future::poll_once(next_time_step()).await.is_none());
        assert!(future::poll_once(dut.d_8.wait_for(77)).await.is_none());
    }
    assert_eq!(pending_waits(), before);
    Ok(())
}

/// A deadline that was given up does not keep time going: the next event is the one that is left.
#[verifork::test]
async fn a_deadline_that_was_given_up_is_not_waited_for(dut: Design) -> Result {
    dut.settle().await;
    let begun = now();
    assert!(future::poll_once(timer(1.ns())).await.is_none());
    timer(10.ns()).await;
    assert_eq!(now().since(begun), 10.ns());
    Ok(())
}

#[verifork::test]
async fn a_wait_can_be_polled_from_another_task(dut: Design) -> Result {
    dut.settle().await;
    let mut edge = Box::pin(dut.d_1.rising_edge());
    assert!(future::poll_once(&mut edge).await.is_none());
    // The wake-up has to reach the task that polled last.
    let moved = spawn(async move {
        edge.await;
        Ok(())
    });
    timer(1.ns()).await;
    dut.d_1.set(true);
    with_timeout(1.ns(), moved).await??;
    Ok(())
}

#[verifork::test]
async fn cancelled_tasks_take_their_waits_with_them(dut: Design) -> Result {
    dut.settle().await;
    let before = pending_waits();
    let clk = dut.clk;
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            spawn(async move {
                future::or(clk.rising_edge(), timer(1.us())).await;
                verifork::Result::Ok(())
            })
        })
        .collect();
    let (waits, deadlines) = pending_waits();
    assert_eq!((waits - before.0, deadlines - before.1), (50, 50));
    for task in &tasks {
        task.cancel();
    }
    assert_eq!(pending_waits(), before);
    Ok(())
}
