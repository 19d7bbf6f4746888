//! When writes are seen, and by whom.

use std::cell::RefCell;
use std::rc::Rc;

use verifork::ObjectKind;
use verifork::prelude::*;

use crate::{Design, has_two_states};

/// Interfaces tell outputs, and those of Verilog but Verilator's nets from variables: a net is refused, the
/// others are warned of. Of Verilator's, the compiler tells, where it is asked; of the variables that Icarus's
/// processes assign, the compiled design.
#[verifork::test]
async fn what_the_design_drives_is_not_set_without_a_word(dut: Design) -> Result {
    dut.settle().await;
    for value in [0x31, 0x32] {
        dut.q_8.set(value); // warned of, once
    }
    read_only().await;
    assert_eq!((dut.q_8.get()?, dut.w_8.get()?), (0x32, 0xcd));
    timer(1.ns()).await;
    let is_vhdl = Instance::find("conformance")?.contains("nine_states");
    let tells = !is_vhdl && dut.w_8.description().kind == ObjectKind::Net;
    let refused = dut.w_8.try_set(1);
    let may_tell = dut.q_8.description().encoding.has_two_states();
    ensure!(
        refused.is_err() == tells || may_tell && refused.is_err(),
        "{refused:?}"
    );
    if let Err(error) = refused {
        let text = error.to_string();
        ensure!(
            text.contains("`force` holds a value against the design"),
            "{text}"
        );
        read_only().await;
        assert_eq!(dut.w_8.get()?, 0xcd);
    }
    Ok(())
}

#[verifork::test]
async fn set_is_seen_in_the_read_write_phase_and_by_the_design_after_it(dut: Design) -> Result {
    dut.settle().await;
    dut.q_8.set_immediate(0x0f);
    timer(1.ns()).await;
    dut.q_8.set(0x33);
    assert_eq!((dut.q_8.get()?, dut.w_8.get()?), (0x0f, 0xf0));
    yield_now().await;
    assert_eq!(dut.q_8.get()?, 0x0f);
    let before = now();
    read_write().await;
    assert_eq!(
        (dut.q_8.get()?, dut.w_8.get()?),
        (0x33, 0xf0),
        "applied, not yet propagated"
    );
    read_only().await;
    assert_eq!((dut.q_8.get()?, dut.w_8.get()?), (0x33, 0xcc));
    assert_eq!(now(), before);
    Ok(())
}

#[verifork::test]
async fn set_immediate_is_seen_at_once(dut: Design) -> Result {
    dut.q_8.set_immediate(0x77);
    assert_eq!(dut.q_8.get()?, 0x77);
    dut.d_8.set_immediate(0x78);
    assert_eq!(dut.d_8.get()?, 0x78);
    let before = now();
    read_only().await;
    assert_eq!((dut.w_8.get()?, now()), (0x88, before));
    Ok(())
}

#[verifork::test]
async fn a_write_at_an_edge_is_not_seen_by_that_edge(dut: Design) -> Result {
    dut.settle().await;
    dut.q_8.set(0);
    let clock = Clock::new(&dut.clk, 10.ns()).start();
    dut.d_8.set(1);
    dut.clk.rising_edge().await;
    assert_eq!(
        dut.q_8.get()?,
        0,
        "what was there before the design reacted to the edge"
    );
    dut.d_8.set(2); // as a non-blocking assignment at the edge
    read_only().await;
    assert_eq!(dut.q_8.get()?, 1);
    dut.clk.rising_edge().await;
    read_only().await;
    assert_eq!(dut.q_8.get()?, 2);
    clock.stop();
    Ok(())
}

#[verifork::test]
async fn the_last_write_of_a_step_wins(dut: Design, top: Instance) -> Result {
    dut.settle().await;
    dut.d_8.set(1);
    dut.d_8.set(2);
    if !has_two_states(top)? {
        dut.d_8.as_logic().set(LogicVec::unknown(8));
    }
    dut.d_8.set(3);
    let wide = top.signal::<LogicVec>("d_1024")?;
    wide.set(LogicVec::ones(1024));
    wide.set(LogicVec::zeros(1024));
    timer(1.ns()).await;
    assert_eq!((dut.d_8.get()?, wide.get()), (3, LogicVec::zeros(1024)));
    Ok(())
}

#[verifork::test]
async fn parts_and_wholes_lie_over_each_other_in_order(dut: Design, top: Instance) -> Result {
    dut.settle().await;
    dut.d_8.set(0xff);
    dut.d_8.bit(0).set(Logic::Zero);
    dut.d_8.slice(7, 4).typed::<u8>().set(0x5);
    timer(1.ns()).await;
    assert_eq!(dut.d_8.get()?, 0x5e);
    dut.d_8.bit(7).set(Logic::One);
    dut.d_8.bit(0).set(Logic::One);
    timer(1.ns()).await;
    assert_eq!(dut.d_8.get()?, 0xdf, "other bits keep what they have");
    dut.d_8.bit(7).set(Logic::Zero);
    dut.d_8.set(0x80);
    timer(1.ns()).await;
    assert_eq!(dut.d_8.get()?, 0x80);

    let wide = top.signal::<LogicVec>("d_128")?;
    wide.set(LogicVec::from_u128(0, 128)?);
    wide.slice(67, 60).typed::<u8>().set(0xff);
    timer(1.ns()).await;
    assert_eq!(wide.get().to_u128()?, 0xff << 60);
    wide.bit(127).set(Logic::One);
    wide.bit(60).set(Logic::Zero);
    timer(1.ns()).await;
    assert_eq!(wide.get().to_u128()?, (1 << 127) | (0x7f << 61));
    wide.bit(0).set(Logic::One);
    wide.set(LogicVec::from_u128(7, 128)?);
    timer(1.ns()).await;
    assert_eq!(wide.get().to_u128()?, 7);
    Ok(())
}

#[verifork::test]
async fn writes_are_applied_in_the_order_of_the_first_ones(dut: Design) -> Result {
    dut.settle().await;
    let order = Rc::new(RefCell::new(Vec::new()));
    for (name, signal) in [("clk", dut.clk), ("d_1", dut.d_1), ("drive", dut.drive)] {
        let order = Rc::clone(&order);
        spawn(async move {
            signal.rising_edge().await;
            order.borrow_mut().push(name);
            Ok(())
        });
    }
    dut.drive.set(true);
    dut.clk.set(true);
    dut.d_1.set(true);
    dut.drive.set(false);
    dut.drive.set(true); // still the first
    timer(1.ns()).await;
    assert_eq!(*order.borrow(), ["drive", "clk", "d_1"]);
    Ok(())
}

#[verifork::test]
async fn a_write_in_answer_to_a_write_is_applied_in_the_same_time_step(dut: Design) -> Result {
    dut.settle().await;
    let (d_1, drive) = (dut.d_1, dut.drive);
    spawn(async move {
        d_1.rising_edge().await;
        drive.set(true);
        Ok(())
    });
    let before = now();
    dut.d_1.set(true);
    dut.drive.rising_edge().await;
    assert_eq!(now(), before);
    Ok(())
}

#[verifork::test]
async fn a_force_holds_a_variable_against_the_design(dut: Design) -> Result {
    dut.settle().await;
    dut.d_8.set(1);
    dut.pulse().await;
    dut.q_8.force(0xaa);
    assert_eq!(dut.q_8.get()?, 0xaa, "at once");
    dut.pulse().await;
    assert_eq!((dut.q_8.get()?, dut.w_8.get()?), (0xaa, 0x55));
    dut.q_8.release();
    assert_eq!(
        dut.q_8.get()?,
        0xaa,
        "a variable keeps it until it is assigned"
    );
    dut.pulse().await;
    assert_eq!((dut.q_8.get()?, dut.w_8.get()?), (1, 0xfe));
    Ok(())
}

#[verifork::test]
async fn a_released_net_takes_what_drives_it(dut: Design, top: Instance) -> Result {
    dut.settle().await;
    dut.q_8.set_immediate(0x12);
    timer(1.ns()).await;
    dut.w_8.force(0x34);
    assert_eq!(dut.w_8.get()?, 0x34);
    dut.q_8.set_immediate(0x13);
    timer(1.ns()).await;
    assert_eq!(dut.w_8.get()?, 0x34);
    dut.w_8.release();
    timer(1.ns()).await;
    assert_eq!(dut.w_8.get()?, 0xec);
    // Wide, and with unknown bits.
    let (q, w) = (
        top.signal::<LogicVec>("q_128")?,
        top.signal::<LogicVec>("w_128")?,
    );
    q.set_immediate(LogicVec::zeros(128));
    w.force(LogicVec::unknown(128));
    timer(1.ns()).await;
    assert_eq!(w.get(), LogicVec::unknown(128));
    w.release();
    timer(1.ns()).await;
    assert_eq!(w.get(), LogicVec::ones(128));
    Ok(())
}

#[verifork::test]
async fn freeze_holds_the_present_value_unknown_bits_included(dut: Design) -> Result {
    dut.settle().await;
    dut.q_8.as_logic().set_immediate("8'b1x0z1x0z".parse()?);
    dut.q_8.freeze();
    dut.d_8.set(0x11);
    dut.pulse().await;
    assert_eq!(dut.q_8.as_logic().get().to_binary_string(), "1X0Z1X0Z");
    dut.q_8.release();
    dut.pulse().await;
    assert_eq!(dut.q_8.get()?, 0x11);
    Ok(())
}

#[verifork::test]
async fn a_forced_signal_tells_its_changes_and_no_others(dut: Design) -> Result {
    dut.settle().await;
    dut.q_8.set_immediate(0);
    timer(1.ns()).await;
    dut.w_8.force(0x0f);
    timer(1.ns()).await;
    // The driver changes behind the force: no change of the signal.
    dut.q_8.set(0x55);
    let quiet = with_timeout(2.ns(), dut.w_8.changed()).await;
    let forced = dut.w_8.get()?;
    let told = {
        let wait = dut.w_8.changed();
        let w_8 = dut.w_8;
        spawn(async move {
            w_8.force(0xf0);
            Ok(())
        });
        // Forced before it was awaited.
        with_timeout(2.ns(), wait).await.is_ok()
    };
    dut.w_8.release();
    assert!(quiet.is_err(), "no change, and yet it was told");
    assert_eq!(forced, 0x0f);
    assert!(!told);
    Ok(())
}

/// What a test has written last and did not wait for is not applied behind its back.
#[verifork::test(cases(once = (), twice = ()))]
async fn a_write_ends_with_its_test(top: Instance, _round: ()) {
    let signal = top.signal::<LogicVec>("never_written").expect("declared");
    let untouched = if has_two_states(top).expect("declared") {
        LogicVec::zeros(8)
    } else {
        LogicVec::unknown(8)
    };
    assert_eq!(signal.get(), untouched, "a test that has ended wrote");
    signal.set(LogicVec::ones(8));
}

/// What a test has left forced is released, also if it ended where nothing can be written.
#[verifork::test(cases(once = false, in_the_read_only_phase = true, again = false))]
async fn a_force_ends_with_its_test(dut: Design, ends_in_read_only: bool) -> Result {
    dut.settle().await;
    dut.d_8.set(0x21);
    dut.pulse().await;
    assert_eq!(
        (dut.q_8.get()?, dut.w_8.get()?),
        (0x21, 0xde),
        "a test that has ended forces"
    );
    dut.q_8.force(0x0f); // left forced
    dut.w_8.freeze(); // left frozen
    if ends_in_read_only {
        read_only().await;
    }
    Ok(())
}

#[verifork::test]
async fn the_bus_is_seen_whoever_drives_it(dut: Design, top: Instance) -> Result {
    dut.settle().await;
    let bus = top.signal::<LogicVec>("bus")?;
    let seen = top.signal::<LogicVec>("bus_seen")?;
    timer(1.ns()).await;
    bus.set("8'b10xz10xz".parse()?);
    timer(1.ns()).await;
    assert_eq!(seen.get().to_binary_string(), bus.get().to_binary_string());
    dut.q_8.set_immediate(0x42);
    dut.drive.set(true);
    timer(1.ns()).await;
    assert_eq!(seen.get().to_u64()?, 0x42);
    dut.drive.set(false);
    timer(1.ns()).await;
    Ok(())
}
