//! Code that blocks, on threads of its own, beside a simulation that goes on.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use verifork::Error;
use verifork::prelude::*;
use verifork::sync::{CallError, blocking, bridge};

use crate::Design;

/// Longer than any test here takes without it.
const A_WHILE: Duration = Duration::from_millis(50);

#[verifork::test]
async fn no_simulated_time_passes_while_a_thread_computes(dut: Design) -> Result {
    dut.settle().await;
    let clock = Clock::new(&dut.clk, 10.ns()).start();
    dut.clk.rising_edge().await;
    let (begun, cycles) = (now(), clock.cycles());
    let sum = blocking("adds slowly", || {
        thread::sleep(A_WHILE);
        (1..=10).sum::<u32>()
    });
    assert_eq!(sum.await?, 55);
    assert_eq!((now(), clock.cycles()), (begun, cycles));
    dut.clk.rising_edge().await;
    assert_eq!(now().since(begun), 10.ns());
    Ok(())
}

#[verifork::test]
async fn a_thread_writes_reads_and_waits_for_edges_and_time(dut: Design) -> Result {
    dut.settle().await;
    Clock::new(&dut.clk, 10.ns()).start();
    let begun = now();
    let seen = bridge("drives", dut, |remote| {
        let mut seen = Vec::new();
        for value in [3, 9, 27] {
            // A slow thread and a fast one make the same waves.
            thread::sleep(Duration::from_millis(u64::from(value)));
            let q = remote.call(async move |dut| {
                dut.d_8.set(value);
                dut.clk.falling_edge().await;
                dut.q_8.get()
            })?;
            seen.push((q?, remote.call(async |_| now())?));
        }
        remote.call(async |_| timer(1.us()).await)?;
        let inverted = remote.call(async |dut| dut.w_8.get())?;
        Ok::<_, Error>((seen, inverted?))
    })
    .await??;
    let (seen, inverted) = seen;
    let at = |time: SimTime| time.since(begun);
    let seen: Vec<_> = seen.into_iter().map(|(q, time)| (q, at(time))).collect();
    assert_eq!(seen, [(3, 10.ns()), (9, 20.ns()), (27, 30.ns())]);
    assert_eq!((inverted, at(now())), (!27, 1030.ns()));
    log::debug!("thread: {seen:?}");
    Ok(())
}

#[verifork::test]
async fn tasks_go_on_while_a_call_awaits_time(dut: Design) -> Result {
    dut.settle().await;
    Clock::new(&dut.clk, 10.ns()).start();
    let edges = Rc::new(Cell::new(0));
    let count = Rc::clone(&edges);
    spawn(async move {
        loop {
            dut.clk.rising_edge().await;
            count.set(count.get() + 1);
        }
        #[expect(unreachable_code, reason = "says what the task returns")]
        Ok(())
    });
    let counted = bridge("waits", (dut, edges), |remote| {
        remote.call(async |(dut, edges)| {
            dut.clk.falling_edges(7).await;
            edges.get()
        })
    });
    assert_eq!(counted.await??, 7);
    Ok(())
}

/// What a thread asked for is an error of the thread's, not of the test's.
#[verifork::test]
async fn a_thread_gets_the_errors_of_its_calls(dut: Design) -> Result {
    dut.settle().await;
    let (read, written) = bridge("errs", dut, |remote| {
        let read = remote.call(async |dut| {
            let wide = dut.q_8.try_slice(8, 1).map(|_| ());
            wide.map_err(|error| error.to_string())
        })?;
        let written = remote.call(async |dut| {
            read_only().await;
            dut.d_8.try_set(1).map_err(|error| error.to_string())
        })?;
        Ok::<_, CallError>((read, written))
    })
    .await??;
    let (read, written) = (read.unwrap_err(), written.unwrap_err());
    assert!(read.contains("conformance.q_8"), "{read}");
    assert!(written.contains("read-only phase"), "{written}");
    Ok(())
}

#[verifork::test]
async fn a_thread_whose_task_gives_up_learns_that_in_its_call(dut: Design) -> Result {
    dut.settle().await;
    let begun = now();
    let (tell, told) = mpsc::channel();
    let waits = bridge("waits for nothing", dut, move |remote| {
        // There is no clock.
        let answer = remote.call(async |dut| dut.clk.rising_edge().await);
        tell.send(answer).expect("the test waits for it");
    });
    assert!(with_timeout(30.ns(), waits).await.is_err());
    assert_eq!(now().since(begun), 30.ns());
    let answer = told.recv_timeout(Duration::from_secs(10))?;
    assert_eq!(answer, Err(CallError::Cancelled));
    Ok(())
}

#[verifork::test]
async fn a_panic_of_a_thread_is_an_error_with_its_name() -> Result {
    let panics = blocking("breaks", || -> () { panic!("the model broke") });
    let error = panics.await.unwrap_err().to_string();
    assert!(
        error.contains("thread `breaks`") && error.contains("the model broke"),
        "{error}"
    );
    Ok(())
}
