//! What simulators do differently, one fact a test: the same test has to see the same.

use std::cell::Cell;
use std::rc::Rc;

use super::{Log, signal, start, steps, top};
use crate::prelude::*;
use crate::simulator::Quirks;
use crate::simulator::testing::{Content, clocked_register, register};
use crate::value::LogicVec;

/// What a test sees at an edge that it made itself, and who is woken when.
fn writes_and_watches(set: fn(&mut Quirks)) {
    let mut design = register();
    set(&mut design.quirks);
    design.run(async |_| {
        let log = Log::default();
        let (clk, d, q) = (signal::<bool>("clk"), signal::<u8>("d"), signal::<u8>("q"));
        clk.set(false);
        d.set(3);
        read_only().await;
        next_step().await;
        let monitor = log.clone();
        start("monitor", async move {
            loop {
                clk.edge().await;
                monitor.add(format_args!("clk {}", clk.get().unwrap()));
            }
        });
        let monitor = log.clone();
        start("register", async move {
            loop {
                q.changed().await;
                monitor.add(format_args!("q {}", q.get().unwrap()));
            }
        });
        clk.set(true);
        read_only().await;
        next_step().await;
        clk.set_immediate(false);
        log.add("written");
        read_only().await;
        next_step().await;
        assert_eq!(q.get(), Ok(3));
        log.check(&["1 clk true", "1 q 3", "2 written", "2 clk false"]);
        Ok(())
    });
}

async fn next_step() {
    timer(1.ns()).await;
}

#[test]
fn a_test_sees_the_same_where_value_changes_come_after_a_write() {
    writes_and_watches(|_| {});
}

#[test]
fn a_test_sees_the_same_where_value_changes_come_inside_of_a_write() {
    writes_and_watches(|quirks| quirks.put_runs_value_changes = true);
}

#[test]
fn a_test_sees_the_same_where_a_write_takes_a_cycle() {
    writes_and_watches(|quirks| quirks.writes_take_a_cycle = true);
}

#[test]
fn a_test_sees_the_same_where_the_last_watch_comes_first() {
    writes_and_watches(|quirks| quirks.last_watch_first = true);
}

#[test]
fn a_test_sees_the_same_in_every_simulator_that_is_known() {
    writes_and_watches(|quirks| *quirks = of("Icarus Verilog", "11.0"));
    writes_and_watches(|quirks| *quirks = of("GHDL", "2.0"));
    writes_and_watches(|quirks| *quirks = of("GHDL", "5.0.1"));
    writes_and_watches(|quirks| *quirks = of("nvc", "1.23"));
}

fn of(product: &str, version: &str) -> Quirks {
    crate::simulator::testing::Design::new()
        .simulated_by(product, version)
        .quirks
}

/// How many time steps ten waits for the next one take, in a design with an event a step.
fn ten_next_time_steps(set: fn(&mut Quirks)) -> u64 {
    let mut design = clocked_register();
    set(&mut design.quirks);
    let run = design.run(async |_| {
        for step in 1..=10 {
            next_time_step().await;
            assert_eq!(steps(), 5 * step);
        }
        Ok(())
    });
    run.time
}

#[test]
fn each_wait_for_the_next_time_step_is_one_step() {
    assert_eq!(ten_next_time_steps(|_| {}), 50);
}

#[test]
fn the_next_time_step_is_not_asked_for_in_itself_where_it_would_repeat() {
    assert_eq!(
        ten_next_time_steps(|quirks| quirks.next_time_step_repeats = true),
        50
    );
}

#[test]
fn a_read_write_phase_after_an_idle_one_comes_in_the_same_step_or_the_next() {
    for (quirk, expected) in [(false, 0), (true, 5)] {
        let mut design = clocked_register();
        design.quirks.read_write_again_needs_write = quirk;
        design.run(async move |_| {
            read_write().await;
            read_write().await;
            assert_eq!(steps(), expected);
            Ok(())
        });
    }
}

#[test]
fn a_write_in_a_read_write_phase_in_which_nothing_was_flushed_is_of_this_step() {
    let mut design = clocked_register();
    design.quirks.read_write_again_needs_write = true;
    design.run(async |_| {
        let d = signal::<u8>("d");
        read_write().await;
        d.set(4);
        read_only().await;
        assert_eq!((steps(), d.get()), (0, Ok(4)));
        Ok(())
    });
}

#[test]
fn idle_value_changes_of_a_forced_signal_wake_nobody() {
    let mut design = clocked_register();
    design.quirks.idle_value_changes = true;
    design.run(async |simulator| {
        let (clk, q, d) = (signal::<bool>("clk"), signal::<u8>("q"), signal::<u8>("d"));
        let changes = Rc::new(Cell::new(0));
        let count = Rc::clone(&changes);
        d.set(1);
        timer(2.ns()).await;
        q.force(9);
        start("changes", async move {
            loop {
                q.changed().await;
                count.set(count.get() + 1);
            }
        });
        let told = simulator.reported.get();
        clk.rising_edges(3).await;
        read_only().await;
        assert!(
            simulator.reported.get() > told + 3,
            "the simulator tells of no change"
        );
        assert_eq!(changes.get(), 0);
        next_time_step().await;
        q.release();
        d.set(2);
        clk.rising_edge().await;
        read_only().await;
        assert_eq!(changes.get(), 1);
        Ok(())
    });
}

#[test]
fn idle_value_changes_at_the_start_wake_nobody() {
    for path in ["d", "level", "label"] {
        let mut design = register();
        design.quirks.idle_value_changes = true;
        design.run(async move |simulator| {
            let woken = Rc::new(Cell::new(false));
            let seen = Rc::clone(&woken);
            start("changes", async move {
                match path {
                    "level" => signal::<f64>(path).changed().await,
                    "label" => signal::<String>(path).changed().await,
                    _ => signal::<LogicVec>(path).changed().await,
                }
                seen.set(true);
            });
            simulator.report_without_change(simulator.id(&format!("top.{path}")));
            read_only().await;
            assert!(!woken.get(), "{path}");
            Ok(())
        });
    }
}

#[test]
fn an_assignment_of_the_same_value_is_no_change() {
    let mut design = register();
    let word = design.id("top.memory[2]");
    design.reports_assignments(word);
    for (time, value) in [(10, "00000001"), (20, "00000001"), (30, "00000010")] {
        design.at(time, move |simulator| {
            simulator.assign(word, Content::bits(value));
        });
    }
    design.run(async |simulator| {
        let log = Log::default();
        let word = top().array::<u8>("memory")?.at(2);
        let changes = log.clone();
        start("changes", async move {
            loop {
                word.changed().await;
                changes.add(word.get().unwrap());
            }
        });
        timer(40.ns()).await;
        log.check(&["10 1", "30 2"]);
        assert_eq!(simulator.reported.get(), 3);
        Ok(())
    });
}

#[test]
fn a_write_that_was_made_before_the_wait_is_no_change_where_it_takes_a_cycle() {
    let mut design = register();
    design.quirks.writes_take_a_cycle = true;
    design.run(async |_| {
        let d = signal::<u8>("d");
        d.set_immediate(5);
        // Its change is yet to come, and is not waited for.
        let change = with_timeout(10.ns(), d.changed()).await;
        assert!(change.is_err());
        assert_eq!(d.get(), Ok(5));
        Ok(())
    });
}

#[test]
fn a_change_at_the_time_of_a_limit_wins_where_it_comes_a_cycle_later() {
    let mut design = register();
    design.quirks.writes_take_a_cycle = true;
    design.run(async |_| {
        let flag = signal::<bool>("flag");
        start("driver", async move {
            timer(10.ns()).await;
            flag.set_immediate(true);
        });
        assert!(with_timeout(10.ns(), flag.rising_edge()).await.is_ok());
        assert!(with_timeout(10.ns(), flag.falling_edge()).await.is_err());
        assert_eq!(steps(), 20);
        Ok(())
    });
}

#[test]
fn a_deposit_that_passes_a_force_is_seen() {
    let mut design = register();
    design.quirks.deposits_pass_forces = true;
    design.run(async |_| {
        let d = signal::<u8>("d");
        d.force(1);
        d.set_immediate(2);
        assert_eq!(d.get(), Ok(2));
        d.release();
        Ok(())
    });
}
