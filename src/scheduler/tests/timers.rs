//! Simulated time: deadlines, the one pending delay of the simulator, and the last time there is.

use std::pin::pin;

use futures_lite::future::{or, poll_once};

use super::{Log, start, steps};
use crate::prelude::*;
use crate::simulator::Quirks;
use crate::simulator::testing::{Operation, register};
use crate::trigger::try_timer;

#[test]
fn timers_end_in_the_order_of_their_deadlines_and_then_of_their_beginning() {
    register().run(async |_| {
        let log = Log::default();
        for (name, delay) in [("30", 30), ("10", 10), ("20", 20), ("10 again", 10)] {
            let log = log.clone();
            start(name, async move {
                timer(delay.ns()).await;
                log.add(name);
            });
        }
        timer(40.ns()).await;
        log.check(&["10 10", "10 10 again", "20 20", "30 30"]);
        Ok(())
    });
}

#[test]
fn equal_deadlines_are_one_delay_of_the_simulator() {
    register().run(async |simulator| {
        let before = simulator.delays.get();
        for number in 0..100 {
            drop(spawn_named(format!("t{number}"), async {
                timer(10.ns()).await;
                Ok(())
            }));
        }
        timer(10.ns()).await;
        assert_eq!(simulator.delays.get() - before, 1);
        Ok(())
    });
}

#[test]
fn an_earlier_deadline_takes_the_place_of_the_pending_delay() {
    register().run(async |simulator| {
        drop(spawn_named("late", async {
            timer(100.ns()).await;
            Ok(())
        }));
        timer(10.ns()).await;
        assert_eq!(steps(), 10);
        let before = simulator.delays.get();
        timer(90.ns()).await;
        assert_eq!((steps(), simulator.delays.get() - before), (100, 1));
        Ok(())
    });
}

#[test]
fn a_pending_delay_that_is_too_early_is_left_to_end() {
    register().run(async |simulator| {
        let gone = timer(5.ns());
        let mut gone = Box::pin(gone);
        poll_once(&mut gone).await;
        // Here the simulator is asked for the delay.
        read_only().await;
        drop(gone);
        let before = simulator.delays.get();
        timer(20.ns()).await;
        assert_eq!((steps(), simulator.delays.get() - before), (20, 1));
        Ok(())
    });
}

#[test]
fn a_timer_that_is_dropped_keeps_nothing_alive() {
    let run = register().run(async |_| {
        let mut gone = Box::pin(timer(1.ms()));
        poll_once(&mut gone).await;
        read_only().await;
        drop(gone);
        Ok(())
    });
    assert_eq!((run.time, run.left), (0, (0, 0, 0)));
}

#[test]
fn the_simulation_ends_where_nobody_waits_for_time() {
    let run = register().try_run(async |_| {
        let mut gone = Box::pin(timer(1.ms()));
        poll_once(&mut gone).await;
        read_only().await;
        drop(gone);
        pending().await
    });
    assert!(run.outcome.is_none());
    assert_eq!((run.time, run.ends), (0, 1));
}

fn given_up_and_awaited_again(set: fn(&mut Quirks)) -> u64 {
    let mut design = register();
    set(&mut design.quirks);
    design
        .run(async |_| {
            for _ in 0..3 {
                let mut gone = Box::pin(timer(10.ns()));
                poll_once(&mut gone).await;
                read_only().await;
                // No deadline is left: the delay is taken back.
                drop(gone);
                next_step_of(3).await;
            }
            timer(20.ns()).await;
            assert_eq!(steps(), 29);
            Ok(())
        })
        .time
}

async fn next_step_of(steps: u64) {
    timer(steps.ns()).await;
}

#[test]
fn a_cancelled_delay_wakes_nobody() {
    assert_eq!(given_up_and_awaited_again(|_| {}), 29);
}

#[test]
fn a_cancelled_delay_that_the_simulator_lets_end_wakes_nobody() {
    let quirk = |quirks: &mut Quirks| quirks.cancelled_delays_fire = true;
    assert_eq!(given_up_and_awaited_again(quirk), 29);
}

#[test]
fn a_cancelled_delay_whose_time_comes_wakes_nobody() {
    let quirk = |quirks: &mut Quirks| quirks.cancelled_delays_keep_time = true;
    assert_eq!(given_up_and_awaited_again(quirk), 29);
}

#[test]
fn a_timer_that_was_made_before_its_time_and_awaited_after_it_ends_at_once() {
    register().run(async |_| {
        let early = timer(5.ns());
        timer(8.ns()).await;
        early.await;
        assert_eq!(steps(), 8);
        Ok(())
    });
}

#[test]
fn another_task_may_go_on_to_await_a_timer() {
    register().run(async |_| {
        let mut shared = Box::pin(timer(5.ns()));
        poll_once(&mut shared).await;
        spawn_named("other", async move {
            shared.await;
            assert_eq!(steps(), 5);
            Ok(())
        })
        .await?;
        Ok(())
    });
}

#[test]
fn the_first_of_two_timers_leaves_nothing_of_the_other() {
    let run = register().run(async |_| {
        or(timer(9.ns()), timer(4.ns())).await;
        assert_eq!(steps(), 4);
        Ok(())
    });
    assert_eq!((run.time, run.left), (4, (0, 0, 0)));
}

/// The last time, and why there is none after it.
fn last_time(set: fn(&mut Quirks), last: u64) {
    let mut design = register();
    set(&mut design.quirks);
    design.start = last - 10;
    let run = design.run(async move |_| {
        let error = try_timer(11.ns()).unwrap_err().to_string();
        assert!(error.contains("11 ns"), "{error}");
        assert!(try_timer(SimDuration::from_steps(u64::MAX, kernel_precision())).is_err());
        timer(10.ns()).await;
        assert_eq!(steps(), last);
        assert!(try_timer(1.ns()).is_err());
        timer(0.ns()).await;
        Ok(())
    });
    assert_eq!(run.time, last);
}

fn kernel_precision() -> crate::time::Precision {
    crate::scheduler::kernel().unwrap().precision()
}

#[test]
fn time_is_waited_for_up_to_the_last_that_64_bits_can_tell() {
    last_time(|_| {}, u64::MAX - 1);
}

#[test]
fn time_is_waited_for_up_to_the_last_that_a_signed_simulator_can_tell() {
    last_time(|quirks| quirks.times_are_signed = true, u64::MAX / 2 - 1);
}

#[test]
fn a_delay_that_is_refused_breaks_the_run_and_says_why() {
    let run = register().try_run(async |simulator| {
        simulator.refuse(Operation::Delay);
        timer(5.ns()).await;
        Ok(())
    });
    assert_eq!(run.broken, ["cannot wait for `time`: it is Tuesday"]);
}

#[test]
fn a_phase_that_is_refused_breaks_the_run_and_says_why() {
    let run = register().try_run(async |simulator| {
        simulator.refuse(Operation::Phase);
        read_only().await;
        Ok(())
    });
    assert_eq!(
        run.broken,
        ["cannot wait for the phase of `time`: it is Tuesday"]
    );
}

#[test]
fn a_timeout_at_the_time_of_the_event_lets_the_event_win() {
    register().run(async |_| {
        let mut event = pin!(timer(10.ns()));
        poll_once(&mut event).await;
        assert!(with_timeout(10.ns(), event).await.is_ok());
        let late = with_timeout(10.ns(), timer(11.ns())).await;
        assert!(
            late.unwrap_err()
                .to_string()
                .contains("not done within 10 ns")
        );
        assert_eq!(steps(), 20);
        Ok(())
    });
}
