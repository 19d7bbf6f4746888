//! Watches: taken up with the first who waits, shared, taken down when nobody does; which changes count.

use std::cell::Cell;
use std::rc::Rc;

use futures_lite::future::poll_once;

use super::{Log, signal, start, steps, top};
use crate::prelude::*;
use crate::scheduler::kernel;
use crate::simulator::VectorFormats;
use crate::simulator::testing::{Content, Design, Operation, clocked_register, register};
use crate::value::LogicVec;

/// The flag, and what it is at these times.
fn with_flag(values: &[(u64, &'static str)]) -> Design {
    let mut design = register();
    let flag = design.id("top.flag");
    for &(time, value) in values {
        design.at(time, move |simulator| {
            simulator.assign(flag, Content::bits(value));
        });
    }
    design
}

#[test]
fn however_many_wait_for_a_signal_it_is_watched_once() {
    clocked_register().run(async |simulator| {
        let clk = signal::<bool>("clk");
        for name in ["a", "b", "c"] {
            start(name, async move {
                clk.rising_edges(2).await;
            });
        }
        clk.edge().await;
        assert_eq!(simulator.watches(), 1);
        clk.rising_edges(2).await;
        Ok(())
    });
}

#[test]
fn a_watch_is_taken_down_once_it_has_fired_for_nobody_several_times() {
    clocked_register().run(async |simulator| {
        let clk = signal::<bool>("clk");
        clk.rising_edge().await;
        timer(20.ns()).await;
        // Four edges: tasks often wait for something else between two edges.
        assert_eq!(simulator.watches(), 1);
        clk.rising_edge().await;
        timer(45.ns()).await;
        assert_eq!(simulator.watches(), 0);
        let told = simulator.reported.get();
        timer(100.ns()).await;
        assert_eq!(simulator.reported.get(), told, "nobody is called any more");
        clk.rising_edge().await;
        assert_eq!((steps(), simulator.watches()), (175, 1));
        Ok(())
    });
}

#[test]
fn a_watch_that_costs_is_taken_down_at_once() {
    let mut design = clocked_register();
    design.quirks.idle_watches_cost = true;
    design.run(async |simulator| {
        signal::<bool>("clk").rising_edge().await;
        timer(6.ns()).await;
        assert_eq!(simulator.watches(), 0);
        Ok(())
    });
}

#[test]
fn the_end_of_a_test_takes_down_its_watches() {
    let run = clocked_register().run(async |_| {
        signal::<bool>("clk").rising_edge().await;
        assert_eq!(crate::scheduler::leak_counts().1, 1);
        Ok(())
    });
    assert_eq!((run.left, run.watches), ((0, 0, 0), 0));
}

#[test]
fn a_wait_that_is_dropped_leaves_nothing_and_wakes_nobody() {
    let run = clocked_register().run(async |_| {
        let clk = signal::<bool>("clk");
        let mut edge = Box::pin(clk.rising_edge());
        poll_once(&mut edge).await;
        let mut condition = Box::pin(clk.wait_for(true));
        poll_once(&mut condition).await;
        assert_eq!(crate::scheduler::leak_counts().0, 2);
        drop(edge);
        drop(condition);
        assert_eq!(crate::scheduler::leak_counts().0, 0);
        timer(20.ns()).await;
        Ok(())
    });
    assert_eq!(run.left, (0, 0, 0));
}

#[test]
fn an_edge_is_to_1_or_to_0_from_anything_else() {
    let values = [
        (10, "0"),
        (20, "X"),
        (30, "1"),
        (40, "Z"),
        (50, "H"),
        (60, "1"),
        (70, "L"),
        (80, "0"),
        (90, "U"),
        (100, "1"),
    ];
    let mut design = with_flag(&values);
    design.quirks.vector_formats = VectorFormats::Positions;
    design.run(async |_| {
        let log = Log::default();
        let flag = signal::<Logic>("flag");
        let (rises, falls, changes) = (log.clone(), log.clone(), Rc::new(Cell::new(0)));
        start("rising", async move {
            loop {
                flag.rising_edge().await;
                rises.add("rises");
            }
        });
        start("falling", async move {
            loop {
                flag.falling_edge().await;
                falls.add("falls");
            }
        });
        let count = Rc::clone(&changes);
        start("changes", async move {
            loop {
                flag.edge().await;
                count.set(count.get() + 1);
            }
        });
        timer(120.ns()).await;
        log.check(&["10 falls", "30 rises", "50 rises", "70 falls", "100 rises"]);
        assert_eq!(changes.get(), 10);
        Ok(())
    });
}

#[test]
fn counted_edges_wake_the_task_once() {
    clocked_register().run(async |_| {
        let clk = signal::<bool>("clk");
        clk.rising_edges(3).await;
        assert_eq!(steps(), 25);
        clk.falling_edges(2).await;
        assert_eq!(steps(), 40);
        clk.rising_edges(0).await;
        assert_eq!(steps(), 40);
        Ok(())
    });
}

#[test]
fn events_that_do_not_bring_the_value_are_read() {
    let mut design = clocked_register();
    design.brings_values = false;
    design.run(async |_| {
        signal::<bool>("clk").rising_edges(2).await;
        assert_eq!(steps(), 15);
        Ok(())
    });
}

#[test]
fn a_vector_changes_whatever_it_changes_to() {
    let mut design = register();
    let d = design.id("top.d");
    for (time, value) in [
        (10, "0000XXXX"),
        (20, "00000001"),
        (30, "00000001"),
        (40, "1ZZZZZZZ"),
    ] {
        design.at(time, move |simulator| {
            simulator.assign(d, Content::bits(value));
        });
    }
    design.at(50, |_| {});
    design.run(async |_| {
        let log = Log::default();
        let d = signal::<LogicVec>("d");
        let changes = log.clone();
        start("changes", async move {
            loop {
                d.changed().await;
                changes.add(d.get().to_binary_string());
            }
        });
        timer(60.ns()).await;
        log.check(&["10 0000XXXX", "20 00000001", "40 1ZZZZZZZ"]);
        Ok(())
    });
}

#[test]
fn a_condition_is_asked_at_each_change_and_wakes_its_task_once() {
    clocked_register().run(async |_| {
        let (clk, d, next) = (
            signal::<bool>("clk"),
            signal::<u8>("d"),
            signal::<u8>("next"),
        );
        start("counts", async move {
            for value in 0.. {
                d.set(value);
                clk.rising_edge().await;
            }
        });
        let asked = Rc::new(Cell::new(0));
        let count = Rc::clone(&asked);
        next.wait_until(move |next| {
            count.set(count.get() + 1);
            next == Ok(5)
        })
        .await;
        assert_eq!((next.get(), steps()), (Ok(5), 45));
        assert_eq!(asked.get(), 6, "once at the start, and for each change");
        next.wait_for(5).await;
        assert_eq!(steps(), 45, "it is so already");
        next.wait_for(8).await;
        assert_eq!(steps(), 75);
        Ok(())
    });
}

#[test]
fn a_condition_that_panics_fails_the_task_that_awaits_it() {
    let run = with_flag(&[(5, "1")]).try_run(async |_| {
        let flag = signal::<bool>("flag");
        flag.wait_until(|level| {
            assert!(level.is_err(), "the condition is broken");
            false
        })
        .await;
        Ok(())
    });
    assert!(
        run.errors().contains("the condition is broken"),
        "{}",
        run.errors()
    );
}

#[test]
fn a_signal_that_cannot_be_watched_fails_the_wait_at_its_line() {
    for operation in [Operation::Watch, Operation::Read] {
        let run = register().try_run(async move |simulator| {
            let flag = signal::<bool>("flag");
            simulator.refuse(operation);
            flag.rising_edge().await;
            Ok(())
        });
        let place = format!("cannot wait at {}:{}", file!(), line!() - 3);
        let errors = run.errors();
        assert!(
            errors.contains(&place) && errors.contains("it is Tuesday"),
            "{errors}"
        );
    }
}

#[test]
fn a_condition_on_what_cannot_be_watched_fails_at_its_line() {
    let run = register().try_run(async |simulator| {
        let d = signal::<u8>("d");
        simulator.refuse(Operation::Watch);
        d.wait_for(1).await;
        Ok(())
    });
    let place = format!("cannot wait at {}:{}", file!(), line!() - 3);
    assert!(run.errors().contains(&place), "{}", run.errors());
}

#[test]
fn a_watch_of_an_earlier_wait_does_not_wake_a_later_one() {
    let mut design = clocked_register();
    design.quirks.idle_watches_cost = true;
    design.run(async |simulator| {
        let clk = signal::<bool>("clk");
        for _ in 0..3 {
            clk.rising_edge().await;
            // The next edge takes the watch down, the one after it is waited for by another.
            timer(7.ns()).await;
            assert_eq!(simulator.watches(), 0);
        }
        assert_eq!(steps(), 32);
        Ok(())
    });
}

#[test]
fn two_names_of_an_object_share_its_waits() {
    clocked_register().run(async |simulator| {
        let (one, other) = (signal::<bool>("clk"), top().signal::<Logic>("clk")?);
        let both = futures_lite::future::zip(one.rising_edge(), other.rising_edge());
        both.await;
        assert_eq!((steps(), simulator.watches()), (5, 1));
        Ok(())
    });
}

#[test]
fn the_tree_of_tasks_tells_what_each_awaits() {
    clocked_register().run(async |_| {
        let (clk, d) = (signal::<bool>("clk"), signal::<u8>("d"));
        start("edge", async move { clk.rising_edges(3).await });
        start("fall", async move { clk.falling_edge().await });
        start("change", async move { d.changed().await });
        start("condition", async move { d.wait_for(3).await });
        start("time", async { timer(1.us()).await });
        start("phase", async { next_time_step().await });
        start("write", async { read_write().await });
        start("read", async { read_only().await });
        let tree = kernel()?.task_tree();
        for (task, wait) in [
            ("edge", "3 rising edges of top.clk"),
            ("fall", "falling edge of top.clk"),
            ("change", "change of top.d"),
            ("condition", "a condition on top.d"),
            ("time", "the time 1 us"),
            ("phase", "the next time step"),
            ("write", "the read-write phase"),
            ("read", "the read-only phase"),
        ] {
            let start = format!("{task} (");
            let mut lines = tree.lines().map(str::trim_start);
            let line = lines.find(|line| line.starts_with(&start));
            let line = line.unwrap_or_else(|| panic!("no {task} in\n{tree}"));
            assert!(line.contains(wait), "{wait} in {line}\n{tree}");
        }
        Ok(())
    });
}

/// What hangs, and whether it is for want of a clock.
fn still() -> Option<(String, String, bool)> {
    let still = kernel().unwrap().still_signal()?;
    let (path, since) = (still.path.to_owned(), still.since.to_string());
    Some((path, since, still.wants_clock))
}

#[test]
fn a_signal_that_never_changes_is_known_to_be_still_and_an_input_to_want_a_clock() {
    register().run(async |_| {
        timer(20.ns()).await;
        assert_eq!(still(), None, "nobody awaits anything");
        start("waits", async {
            signal::<bool>("clk").rising_edges(2).await;
        });
        start("sleeps", timer(1.us()));
        timer(30.ns()).await;
        assert_eq!(still(), Some(("top.clk".into(), "20 ns".into(), true)));
        Ok(())
    });
}

#[test]
fn a_signal_that_changes_is_not_still_however_many_edges_are_awaited() {
    clocked_register().run(async |_| {
        start("waits", async {
            signal::<bool>("clk").rising_edges(1000).await;
        });
        timer(42.ns()).await;
        assert_eq!(still(), None);
        // With the clock at work, who waits in vain wants something else.
        start("waits in vain", async {
            signal::<bool>("flag").edge().await;
        });
        timer(42.ns()).await;
        assert_eq!(still(), Some(("top.flag".into(), "42 ns".into(), false)));
        Ok(())
    });
}

#[test]
fn a_clock_that_is_missing_is_named_before_what_waits_for_its_edges() {
    let clocks = ["clk", "aclk", "clk_i", "core_clock2", "CK"];
    for name in clocks {
        assert!(
            crate::scheduler::kernel::is_named_as_a_clock(name),
            "{name}"
        );
    }
    for name in ["valid", "ack", "click", "back"] {
        assert!(
            !crate::scheduler::kernel::is_named_as_a_clock(name),
            "{name}"
        );
    }
    register().run(async |_| {
        start("waits for the result", async {
            signal::<bool>("flag").rising_edge().await;
        });
        timer(10.ns()).await;
        start("waits", async {
            signal::<bool>("clk").rising_edge().await;
        });
        timer(10.ns()).await;
        assert_eq!(still(), Some(("top.clk".into(), "10 ns".into(), true)));
        Ok(())
    });
}

#[test]
fn a_stream_of_edges_is_the_same_wait_again_and_leaves_nothing() {
    use futures_lite::StreamExt as _;
    clocked_register().run(async |_| {
        let mut edges = signal::<bool>("clk").rising_edge().stream();
        for expected in [5, 15, 25] {
            assert_eq!(edges.next().await, Some(()));
            assert_eq!(steps(), expected);
        }
        // An edge that comes while nobody polls is none of its items.
        timer(15.ns()).await;
        assert_eq!((edges.next().await, steps()), (Some(()), 45));
        let _pending = futures_lite::future::poll_once(edges.next()).await;
        drop(edges);
        assert_eq!(crate::scheduler::leak_counts().0, 0);
        Ok(())
    });
}
