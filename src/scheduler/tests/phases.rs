//! The order of events in a time step.

use super::{Log, signal, start, steps};
use crate::prelude::*;
use crate::simulator::testing::{Content, Design, clocked_register, register};

#[test]
fn a_task_at_an_edge_reads_what_the_design_has_not_yet_reacted_with() {
    clocked_register().run(async |_| {
        let (clk, d, q) = (signal::<bool>("clk"), signal::<u8>("d"), signal::<u8>("q"));
        d.set(7);
        clk.rising_edge().await;
        assert!(
            q.try_get().is_err(),
            "the register holds what it held before"
        );
        read_write().await;
        assert_eq!(q.get(), Ok(7));
        d.set(8);
        clk.rising_edge().await;
        assert_eq!((steps(), q.get()), (15, Ok(7)));
        read_only().await;
        assert_eq!((steps(), q.get()), (15, Ok(8)));
        Ok(())
    });
}

#[test]
fn a_write_at_an_edge_is_seen_by_the_next_edge_only() {
    clocked_register().run(async |_| {
        let (clk, d, q) = (signal::<bool>("clk"), signal::<u8>("d"), signal::<u8>("q"));
        d.set(1);
        clk.rising_edge().await;
        d.set(2);
        read_only().await;
        assert_eq!((d.get(), q.get()), (Ok(2), Ok(1)));
        clk.rising_edge().await;
        read_only().await;
        assert_eq!(q.get(), Ok(2));
        Ok(())
    });
}

#[test]
fn the_phases_come_in_the_order_of_the_standard() {
    let mut design = register();
    let flag = design.id("top.flag");
    design.at(3, move |simulator| {
        simulator.assign(flag, Content::bit(true));
    });
    design.run(async |_| {
        let log = Log::default();
        let flag = signal::<bool>("flag");
        let wait = |name, kind: u8| {
            let (log, flag) = (log.clone(), flag);
            let task: Task<()> = spawn_named(name, async move {
                match kind {
                    0 => read_only().await,
                    1 => read_write().await,
                    2 => flag.rising_edge().await,
                    _ => next_time_step().await,
                }
                log.add(name);
                Ok(())
            });
            task
        };
        next_time_step().await;
        log.add("next");
        // Asked for in another order than that of the standard.
        let tasks = [
            wait("read-only", 0),
            wait("read-write", 1),
            wait("edge", 2),
            wait("next again", 3),
        ];
        timer(4.ns()).await;
        for task in tasks {
            task.await?;
        }
        log.check(&[
            "3 next",
            "3 edge",
            "3 read-write",
            "3 read-only",
            "7 next again",
        ]);
        Ok(())
    });
}

#[test]
fn the_next_time_step_comes_before_anything_that_happens_in_it() {
    clocked_register().run(async |_| {
        let clk = signal::<bool>("clk");
        next_time_step().await;
        assert_eq!((steps(), clk.get()), (5, Ok(false)));
        clk.rising_edge().await;
        assert_eq!((steps(), clk.get()), (5, Ok(true)));
        next_time_step().await;
        assert_eq!((steps(), clk.get()), (10, Ok(true)));
        Ok(())
    });
}

#[test]
fn what_is_written_in_the_read_write_phase_is_reacted_to_in_the_same_step() {
    let run = register().run(async |_| {
        let (q, next) = (signal::<u8>("q"), signal::<u8>("next"));
        read_write().await;
        q.set(41);
        read_write().await;
        assert_eq!((steps(), q.get()), (0, Ok(41)));
        read_only().await;
        assert_eq!((steps(), next.get()), (0, Ok(42)));
        Ok(())
    });
    assert_eq!((run.time, run.bits("top.next")), (0, "00101010"));
}

#[test]
fn all_who_wait_for_a_phase_are_woken_by_one_callback_first_come_first() {
    register().run(async |simulator| {
        let log = Log::default();
        for name in ["a", "b", "c"] {
            let log = log.clone();
            start(name, async move {
                read_only().await;
                log.add(name);
            });
        }
        timer(1.ns()).await;
        log.check(&["0 a", "0 b", "0 c"]);
        assert_eq!(simulator.phases.get(), 1);
        Ok(())
    });
}

#[test]
fn a_phase_whose_waiter_has_gone_wakes_nobody() {
    let run = register().run(async |_| {
        let gone = with_timeout(2.ns(), pending::<()>());
        let mut waiting = Box::pin(next_time_step());
        futures_lite::future::poll_once(&mut waiting).await;
        drop(waiting);
        assert!(gone.await.is_err());
        Ok(())
    });
    assert_eq!(run.left, (0, 0, 0));
}

#[test]
fn in_the_read_only_phase_it_is_the_read_only_phase_at_once() {
    register().run(async |_| {
        timer(2.ns()).await;
        read_only().await;
        read_only().await;
        assert_eq!(steps(), 2);
        Ok(())
    });
}

#[test]
fn after_the_read_only_phase_there_is_no_read_write_phase() {
    let run = register().try_run(async |_| {
        read_only().await;
        read_write().await;
        Ok(())
    });
    let errors = run.errors();
    let line = line!() - 4;
    assert!(
        errors.contains("is awaited in the read-only phase"),
        "{errors}"
    );
    assert!(errors.contains(&format!("{}:{line}", file!())), "{errors}");
}

#[test]
fn a_delay_of_nothing_that_begins_in_the_read_only_phase_ends_there() {
    register().run(async |_| {
        read_only().await;
        timer(0.ns()).await;
        timer(0.ns()).await;
        assert_eq!(steps(), 0);
        let error = signal::<u8>("d").try_set(1).unwrap_err().to_string();
        assert!(error.contains("read-only phase"), "{error}");
        Ok(())
    });
}

#[test]
fn tasks_woken_by_one_event_run_in_the_order_in_which_they_began_to_wait() {
    clocked_register().run(async |_| {
        let log = Log::default();
        let clk = signal::<bool>("clk");
        for name in ["a", "b", "c", "d"] {
            let log = log.clone();
            start(name, async move {
                clk.rising_edge().await;
                log.add(name);
            });
        }
        clk.rising_edge().await;
        log.check(&["5 a", "5 b", "5 c", "5 d"]);
        Ok(())
    });
}

/// A simulator that calls for a change from inside of the write, as Icarus and Verilator's port do.
fn told_at_once() -> Design {
    let mut design = register();
    design.quirks.put_runs_value_changes = true;
    design
}

#[test]
fn tasks_woken_by_clocks_and_timers_of_one_time_run_in_the_order_of_what_woke_them() {
    told_at_once().run(async |_| {
        let log = Log::default();
        let (clk, flag) = (signal::<bool>("clk"), signal::<bool>("flag"));
        Clock::new(&clk, 10.ns()).start();
        Clock::new(&flag, 10.ns()).start();
        let timers = ["timer", "timer again"];
        for name in timers {
            let log = log.clone();
            start(name, async move {
                timer(5.ns()).await;
                log.add(name);
            });
        }
        for (name, of) in [("flag", flag), ("flag again", flag), ("clk", clk)] {
            let log = log.clone();
            start(name, async move {
                of.rising_edge().await;
                log.add(name);
                of.rising_edge().await;
                log.add(name);
            });
        }
        timer(16.ns()).await;
        log.check(&[
            "5 clk",
            "5 flag",
            "5 flag again",
            "5 timer",
            "5 timer again",
            "15 clk",
            "15 flag",
            "15 flag again",
        ]);
        Ok(())
    });
}

#[test]
fn who_is_woken_by_a_kept_write_runs_before_those_who_wait_for_its_phase() {
    told_at_once().run(async |_| {
        let log = Log::default();
        let d = signal::<u8>("d");
        for name in ["phase", "phase again"] {
            let log = log.clone();
            start(name, async move {
                read_write().await;
                log.add(name);
            });
        }
        start("change", {
            let log = log.clone();
            async move {
                d.changed().await;
                log.add("change");
            }
        });
        d.set(7);
        timer(1.ns()).await;
        log.check(&["0 change", "0 phase", "0 phase again"]);
        // Alone, it runs as well.
        let changed = d.changed();
        d.set(8);
        changed.await;
        log.add("alone");
        assert_eq!(log.0.borrow().last().unwrap(), "1 alone");
        Ok(())
    });
}
