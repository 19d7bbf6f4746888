//! Forces: held against the design, ended by a release or by the end of the test.

use super::signal;
use crate::prelude::*;
use crate::scheduler::kernel;
use crate::simulator::testing::{Content, Design, Operation, clocked_register};

/// The flag, a net, rises at 20 and falls at 40; the register takes `d`.
fn design() -> Design {
    let mut design = clocked_register();
    let flag = design.id("top.flag");
    design.initialize(flag, Content::bit(false));
    design.at(20, move |simulator| {
        simulator.assign(flag, Content::bit(true));
    });
    design.at(40, move |simulator| {
        simulator.assign(flag, Content::bit(false));
    });
    design
}

fn forced() -> Vec<String> {
    let forces = kernel().unwrap().forces();
    forces.iter().map(|(path, _)| (*path).to_owned()).collect()
}

#[test]
fn a_force_holds_against_the_design_until_it_is_released() {
    design().run(async |_| {
        let (flag, q, clk) = (
            signal::<bool>("flag"),
            signal::<u8>("q"),
            signal::<bool>("clk"),
        );
        signal::<u8>("d").set(3);
        flag.force(false);
        q.force(9);
        assert_eq!(forced(), ["top.flag", "top.q"]);
        timer(30.ns()).await;
        assert_eq!((flag.get(), q.get()), (Ok(false), Ok(9)));
        flag.release();
        q.release();
        // A net is what drives it, a variable what it was until it is assigned.
        assert_eq!((flag.get(), q.get()), (Ok(true), Ok(9)));
        clk.rising_edge().await;
        read_only().await;
        assert_eq!(q.get(), Ok(3));
        assert!(forced().is_empty());
        Ok(())
    });
}

#[test]
fn a_write_to_a_forced_signal_shows_once_it_is_released() {
    design().run(async |_| {
        let flag = signal::<bool>("flag");
        flag.force(true);
        flag.set(false);
        read_write().await;
        assert_eq!(flag.get(), Ok(true));
        flag.release();
        assert_eq!(flag.get(), Ok(false));
        Ok(())
    });
}

#[test]
fn a_signal_is_frozen_at_what_it_has() {
    design().run(async |_| {
        let flag = signal::<bool>("flag");
        timer(25.ns()).await;
        flag.freeze();
        timer(25.ns()).await;
        assert_eq!(flag.get(), Ok(true));
        flag.release();
        assert_eq!(flag.get(), Ok(false));
        Ok(())
    });
}

#[test]
fn what_is_left_forced_is_released_once_and_named_with_its_line() {
    design().run(async |_| {
        let flag = signal::<bool>("flag");
        let memory = super::top().array::<u8>("memory")?;
        let line = line!() + 1;
        flag.force(true);
        memory.at(2).force(5);
        let kernel = kernel()?;
        let forces = kernel.forces();
        assert_eq!(forces[0].0, "top.flag");
        assert_eq!((forces[0].1.line(), forces[1].1.line()), (line, line + 1));
        assert_eq!(forces[1].0, "top.memory[2]");
        assert!(kernel.release_forces());
        assert_eq!(flag.get(), Ok(false));
        assert!(!kernel.release_forces());
        Ok(())
    });
}

#[test]
fn forces_stay_in_the_read_only_phase_and_end_after_it() {
    design().run(async |_| {
        let flag = signal::<bool>("flag");
        flag.force(true);
        read_only().await;
        assert!(!kernel()?.release_forces());
        assert_eq!(forced(), ["top.flag"]);
        next_time_step().await;
        assert!(kernel()?.release_forces());
        assert!(forced().is_empty());
        Ok(())
    });
}

#[test]
fn a_force_that_is_refused_is_none() {
    design().run(async |simulator| {
        let flag = signal::<bool>("flag");
        simulator.refuse(Operation::Write);
        assert!(flag.try_force(true).is_err());
        assert!(forced().is_empty());
        simulator.refuse_nothing();
        flag.force(true);
        simulator.refuse(Operation::Write);
        // The first one still holds.
        assert!(flag.try_force(false).is_err() && flag.try_release().is_err());
        assert_eq!(forced(), ["top.flag"]);
        simulator.refuse_nothing();
        flag.release();
        Ok(())
    });
}

#[test]
fn a_force_that_cannot_be_ended_breaks_the_run() {
    let run = design().try_run(async |simulator| {
        signal::<bool>("flag").force(true);
        simulator.refuse(Operation::Write);
        kernel()?.release_forces();
        Ok(())
    });
    let [broken] = &run.broken[..] else {
        panic!("{:?}", run.broken)
    };
    assert!(broken.starts_with("the force of `top.flag` at"), "{broken}");
    assert!(
        broken.contains("cannot be ended") && broken.contains("Tuesday"),
        "{broken}"
    );
}
