//! Tests that do not end.

use std::time::Duration;

use verifork::prelude::*;
use verifork::sync::{blocking, bridge};
use verifork::task::spawn_named;

use crate::Design;
use crate::ends::{OSCILLATE, command};

const SHORT: Duration = Duration::from_secs(1);
/// Of tests that keep a processor busy all the time.
const SHORTER: Duration = Duration::from_millis(300);

/// The tree names every task, where it was forked, what it awaits and since when.
#[verifork::test(timeout = 100.ns())]
async fn waits_for_what_never_comes(dut: Design) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    dut.clk.rising_edges(2).await;
    let event = Event::new().named("ready");
    let (sender, receiver) = channel::<u8>(1);
    spawn_named("watcher", async move {
        dut.command.changed().await; // watcher
        Ok(())
    });
    scope(async |tm| {
        tm.fork("driver", async {
            dut.count.wait_for(200).await;
            Ok(())
        }); // driver
        tm.fork("listener", async {
            event.wait().await;
            Ok(())
        });
        tm.fork("queue", async {
            receiver.recv().await?;
            Ok(())
        });
        tm.fork("sleeper", async {
            timer(1.ms()).await;
            Ok(())
        });
        dut.clk.falling_edges(1000).await;
        Ok(())
    })
    .await?;
    drop(sender);
    Ok(())
}

/// A thread that computes for ever: simulated time stands still for it.
#[verifork::test(wall_timeout = SHORT)]
async fn awaits_a_thread_that_never_returns() -> Result {
    timer(1.ns()).await;
    let stuck = blocking("golden model", || {
        loop {
            std::thread::park(); // nobody unparks it
        }
    }); // thread
    stuck.await?
}

/// A thread in a call that never answers: simulated time passes.
#[verifork::test(timeout = 100.ns())]
async fn awaits_a_thread_in_a_call_that_never_answers(dut: Design) -> Result {
    let called = bridge("script", dut, |remote| {
        remote.call(async |dut| dut.count.wait_for(200).await)
    }); // calling thread
    Ok(called.await??)
}

#[verifork::test]
async fn waits_without_a_clock(dut: Design) {
    dut.clk.rising_edge().await;
}

#[verifork::test(wall_timeout = SHORTER)]
async fn spins_over_awaits() {
    loop {
        yield_now().await;
    }
}

#[verifork::test(wall_timeout = SHORTER)]
async fn spins_over_delays_of_nothing() {
    loop {
        timer(0.ns()).await;
    }
}

#[verifork::test(wall_timeout = SHORTER)]
async fn spins_over_delays_of_nothing_in_the_read_only_phase() {
    read_only().await;
    loop {
        timer(0.ns()).await;
    }
}

#[verifork::test(wall_timeout = SHORTER)]
async fn runs_a_clock_for_ever(dut: Design) {
    Clock::new(&dut.clk, 10.ns()).start();
    pending::<()>().await;
}

#[verifork::test(wall_timeout = SHORTER)]
async fn spins_without_an_await() {
    timer(1.ns()).await;
    let mut count = 0_u64;
    loop {
        count = std::hint::black_box(count.wrapping_add(1));
    }
}

/// It comes back before the process is ended from outside.
#[verifork::test(wall_timeout = SHORT)]
async fn sleeps_longer_than_its_limit() {
    timer(1.ns()).await;
    std::thread::sleep(SHORT + SHORT / 2);
}

#[verifork::test(wall_timeout = SHORTER)]
async fn spins_in_the_design(dut: Design) {
    spawn_named("bystander", async move {
        dut.count.wait_for(99).await;
        Ok(())
    });
    command(dut, OSCILLATE).await;
}
