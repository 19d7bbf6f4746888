//! The beginning and the end of a simulation.

use super::{signal, steps};
use crate::dut::{ReadCause, WriteCause};
use crate::prelude::*;
use crate::scheduler::kernel;
use crate::simulator::PortError;
use crate::simulator::testing::{Operation, clocked_register, register};

#[test]
fn a_test_begins_in_a_callback_at_the_start_where_writes_are_kept() {
    let mut design = register();
    design.quirks.start_writes_are_lost = true;
    let run = design.run(async |_| {
        assert_eq!(steps(), 0);
        signal::<u8>("d").set_immediate(7);
        Ok(())
    });
    assert_eq!((run.time, run.bits("top.d")), (0, "00000111"));
}

#[test]
fn the_end_of_the_test_ends_the_simulation_once() {
    let run = clocked_register().run(async |_| {
        signal::<bool>("clk").rising_edges(2).await;
        Ok(())
    });
    assert_eq!((run.time, run.ends), (15, 1));
}

#[test]
fn a_design_that_finishes_ends_the_test_where_it_is() {
    let mut design = clocked_register();
    design.at(12, |simulator| simulator.finish_now());
    let run = design.try_run(async |_| {
        signal::<bool>("clk").rising_edges(100).await;
        Ok(())
    });
    assert!(run.outcome.is_none());
    assert_eq!((run.time, run.ends), (12, 1));
}

#[test]
fn a_test_that_waits_for_what_never_comes_ends_with_the_simulation() {
    let run = register().try_run(async |_| {
        signal::<bool>("clk").rising_edge().await;
        Ok(())
    });
    assert!(run.outcome.is_none());
    assert_eq!((run.time, run.ends, run.broken.len()), (0, 1, 0));
}

#[test]
fn no_task_runs_once_the_kernel_is_stopped() {
    let run = clocked_register().try_run(async |_| {
        let clk = signal::<bool>("clk");
        clk.rising_edge().await;
        kernel()?.stop();
        let refused = signal::<u8>("d").try_set(1).unwrap_err();
        assert_eq!(*refused.cause(), WriteCause::Port(PortError::Over));
        assert!(!kernel()?.release_forces());
        kernel()?.port().finish();
        clk.rising_edge().await;
        Ok(())
    });
    assert!(run.outcome.is_none());
    // A kernel that was stopped does not call the end hook.
    assert_eq!((run.time, run.ends), (5, 0));
}

#[test]
fn after_the_end_values_are_over() {
    let design = register();
    let simulator = design.begin();
    let top = Instance::find("top").unwrap();
    let d = top.signal::<u8>("d").unwrap();
    let memory = top.array::<u8>("memory").unwrap();
    simulator.run_to_end();
    let over = |cause: &ReadCause| matches!(cause, ReadCause::Port(PortError::Over));
    assert!(over(d.get().unwrap_err().cause()));
    assert!(over(memory.get(1).unwrap_err().cause()));
    assert!(d.try_set(1).is_err() && d.try_force(1).is_err());
    // Whatever comes too late changes nothing.
    simulator.drive_bits("top.d", "00000001");
    simulator.read_write_phase();
}

#[test]
fn without_a_first_delay_nothing_can_begin() {
    let run = register()
        .refusing(Operation::Delay)
        .try_run(async |_| Ok(()));
    assert!(run.outcome.is_none());
    assert_eq!(run.broken, ["cannot wait for `time`: it is Tuesday"]);
}

#[test]
fn on_a_thread_without_a_simulation_nothing_is_left_behind() {
    let left = std::thread::spawn(|| (crate::scheduler::leak_counts(), kernel().is_err()));
    assert_eq!(left.join().unwrap(), ((0, 0, 0), true));
}
