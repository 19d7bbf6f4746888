use super::*;
use crate::dut::Instance;
use crate::prelude::*;
use crate::simulator::Quirks;
use crate::simulator::testing::{Operation, register};

fn signal(name: &str) -> Signal<bool> {
    let top = Instance::find("top").unwrap();
    top.signal(name).unwrap()
}

fn steps() -> u64 {
    now().steps()
}

/// The times of the next edges and the level after each.
async fn edges(signal: Signal<bool>, count: u32) -> Vec<(u64, bool)> {
    let mut seen = Vec::new();
    for _ in 0..count {
        signal.edge().await;
        seen.push((steps(), signal.get().unwrap()));
    }
    seen
}

fn error(clock: Clock) -> String {
    clock.try_start().unwrap_err().to_string()
}

#[test]
fn a_clock_is_low_when_it_starts_and_rises_after_the_low_half() {
    register().run(async |_| {
        let clk = signal("clk");
        let clock = Clock::new(&clk, 10.ns()).start();
        assert_eq!((clk.get(), clock.cycles()), (Ok(false), 0));
        let expected = [(5, true), (10, false), (15, true), (20, false)];
        assert_eq!(edges(clk, 4).await, expected);
        assert_eq!(clock.cycles(), 2);
        Ok(())
    });
}

#[test]
fn a_clock_that_starts_high_falls_after_the_high_half() {
    register().run(async |_| {
        let clk = signal("clk");
        Clock::new(&clk, 10.ns())
            .high_time(3.ns())
            .starts_high()
            .start();
        assert_eq!(clk.get(), Ok(true));
        let expected = [(3, false), (10, true), (13, false)];
        assert_eq!(edges(clk, 3).await, expected);
        Ok(())
    });
}

#[test]
fn the_high_time_and_the_phase_shift_the_edges() {
    register().run(async |_| {
        let clk = signal("clk");
        Clock::new(&clk, 10.ns())
            .high_time(2.ns())
            .phase(7.ns())
            .start();
        let expected = [(15, true), (17, false), (25, true)];
        assert_eq!(edges(clk, 3).await, expected);
        Ok(())
    });
}

#[test]
fn a_duty_cycle_is_a_part_of_the_period() {
    register().run(async |_| {
        let clk = signal("clk");
        Clock::new(&clk, 20.ns()).duty_cycle(0.25).start();
        assert_eq!(edges(clk, 3).await, [(15, true), (20, false), (35, true)]);
        Ok(())
    });
}

#[test]
fn clocks_toggle_in_the_order_of_their_starts_before_any_task_runs() {
    register().run(async |simulator| {
        let (clk, flag) = (signal("clk"), signal("flag"));
        Clock::new(&flag, 20.ns()).start();
        Clock::new(&clk, 10.ns()).start();
        simulator.writes.take();
        timer(10.ns()).await;
        // The task that waited for this time reads the levels from this time on.
        assert_eq!((flag.get(), clk.get()), (Ok(true), Ok(false)));
        let order: Vec<_> = simulator
            .writes
            .take()
            .into_iter()
            .map(|write| write.0)
            .collect();
        assert_eq!(order, ["top.clk", "top.flag", "top.clk"]);
        clk.rising_edge().await;
        flag.falling_edge().await;
        assert_eq!((steps(), clk.get()), (20, Ok(false)));
        Ok(())
    });
}

#[test]
fn all_clocks_of_a_time_are_one_delay_of_the_simulator() {
    register().run(async |simulator| {
        Clock::new(&signal("flag"), 10.ns()).start();
        Clock::new(&signal("clk"), 10.ns()).start();
        timer(100.ns()).await;
        // One for each half, and that with which the run began.
        assert_eq!(simulator.delays.get(), 21);
        Ok(())
    });
}

#[test]
fn a_clock_that_is_stopped_keeps_its_level_and_can_be_started_again() {
    register().run(async |_| {
        let clk = signal("clk");
        let first = Clock::new(&clk, 10.ns()).start();
        clk.rising_edges(2).await;
        first.stop();
        first.stop();
        timer(100.ns()).await;
        assert_eq!(
            (clk.get(), first.is_running(), first.cycles()),
            (Ok(true), false, 2)
        );
        let second = Clock::new(&clk, 4.ns()).start();
        assert!(second.is_running() && first != second);
        // The handle of the one does nothing to the other.
        first.stop();
        assert_eq!(clk.get(), Ok(false));
        clk.rising_edge().await;
        assert_eq!(steps(), 117);
        assert_eq!(
            format!("{second:?}"),
            "RunningClock { is_running: true, cycles: 1, .. }"
        );
        Ok(())
    });
}

#[test]
fn a_clock_that_is_stopped_keeps_nothing_alive() {
    let run = register().try_run(async |_| {
        let clk = signal("clk");
        let clock = Clock::new(&clk, 10.ns()).start();
        clk.rising_edge().await;
        clock.stop();
        pending().await
    });
    assert!(run.outcome.is_none());
    assert_eq!(run.time, 5);
}

#[test]
fn a_clock_ends_with_its_test() {
    register().run(async |_| {
        let clk = signal("clk");
        let clock = Clock::new(&clk, 10.ns()).start();
        clk.rising_edge().await;
        kernel()?.end_test();
        assert!(!clock.is_running());
        assert_eq!(clock.cycles(), 0);
        let again = Clock::new(&clk, 10.ns()).start();
        assert!(!clock.is_running() && again.is_running());
        Ok(())
    });
}

#[test]
fn a_signal_has_one_clock_at_a_time() {
    register().run(async |_| {
        let clk = signal("clk");
        Clock::new(&clk, 10.ns()).start();
        assert_eq!(
            error(Clock::new(&clk, 8.ns())),
            "a clock already runs on `top.clk`"
        );
        Ok(())
    });
}

#[test]
fn a_period_whose_halves_are_no_whole_steps_is_refused_with_what_would_fit() {
    register().run(async |_| {
        let clk = signal("clk");
        let odd = error(Clock::new(&clk, 5.ns()));
        assert!(
            odd.contains("half of it") && odd.contains("steps of 1 ns"),
            "{odd}"
        );
        let part = error(Clock::new(&clk, 10.ns()).duty_cycle(0.33));
        assert!(part.contains("0.33 of it"), "{part}");
        for clock in [
            Clock::new(&clk, 10.ns()).high_time(10.ns()),
            Clock::new(&clk, 10.ns()).high_time(0.ns()),
            Clock::new(&clk, 0.ns()),
            Clock::new(&clk, 10.ns()).duty_cycle(1.0),
            Clock::new(&clk, 10.ns()).duty_cycle(f64::NAN),
        ] {
            assert!(
                matches!(clock.try_start(), Err(ClockError::Shape { .. })),
                "{clock:?}"
            );
        }
        Ok(())
    });
}

#[test]
fn a_time_finer_than_the_precision_is_refused_and_said_which() {
    register().run(async |_| {
        let clk = signal("clk");
        for (clock, what) in [
            (Clock::new(&clk, 1.ps()), "the period of"),
            (
                Clock::new(&clk, 10.ns()).high_time(1.ps()),
                "the high time of",
            ),
            (Clock::new(&clk, 10.ns()).phase(1.ps()), "the phase of"),
        ] {
            let text = error(clock);
            assert!(text.starts_with(what), "{text}");
        }
        Ok(())
    });
}

#[test]
fn a_first_edge_beyond_the_last_time_is_refused() {
    let mut design = register();
    design.quirks = Quirks {
        times_are_signed: true,
        ..Quirks::STANDARD
    };
    design.start = u64::MAX / 2 - 10;
    design.run(async |_| {
        let clk = signal("clk");
        let text = error(Clock::new(&clk, 100.ns()));
        assert!(text.starts_with("the first edge of"), "{text}");
        Ok(())
    });
}

#[test]
fn a_clock_cannot_start_where_it_cannot_write() {
    register().run(async |simulator| {
        let clk = signal("clk");
        simulator.refuse(Operation::Write);
        let text = error(Clock::new(&clk, 10.ns()));
        assert!(text.starts_with("a clock cannot write `top.clk`"), "{text}");
        simulator.refuse_nothing();
        read_only().await;
        let text = error(Clock::new(&clk, 10.ns()));
        assert!(text.contains("read-only phase"), "{text}");
        Ok(())
    });
}

#[test]
fn a_clock_whose_write_is_refused_later_breaks_the_run() {
    let run = register().try_run(async |simulator| {
        Clock::new(&signal("clk"), 10.ns()).start();
        timer(3.ns()).await;
        simulator.refuse(Operation::Write);
        timer(4.ns()).await;
        Ok(())
    });
    assert_eq!(
        run.broken,
        ["a clock cannot write `top.clk`: cannot write `top.clk`: it is Tuesday"]
    );
}

#[test]
fn start_panics_at_the_line_of_the_caller() {
    let run = register().try_run(async |_| {
        Clock::new(&signal("clk"), 5.ns()).start();
        Ok(())
    });
    let line = line!() - 3;
    let errors = run.errors();
    assert!(errors.contains(&format!("{}:{line}", file!())), "{errors}");
}

#[test]
fn a_clock_drives_the_registers_of_the_design() {
    let run = register().run(async |_| {
        let top = Instance::find("top").unwrap();
        let (d, q) = (top.signal::<u8>("d")?, top.signal::<u8>("q")?);
        let clk = signal("clk");
        Clock::new(&clk, 2.ns()).start();
        for value in 0..100 {
            d.set(value);
            clk.rising_edge().await;
            read_only().await;
            q.expect(value)?;
            next_time_step().await;
        }
        Ok(())
    });
    assert_eq!((run.time, run.bits("top.q")), (200, "01100011"));
}
