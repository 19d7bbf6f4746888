//! Writes: when they are seen, forces, and the phases of a time step.

use verifork::dut::Instance;
use verifork::prelude::*;

use crate::{pulse, settle};

#[verifork::test]
async fn parts_written_in_one_cycle_add_up(dut: Instance) -> Result {
    let d_8 = dut.signal::<u8>("d_8")?;
    d_8.set(0);
    settle().await;
    // None of them is the design's value yet, and each comes upon the one before.
    d_8.bit(0).set_immediate(Logic::One);
    d_8.bit(7).set_immediate(Logic::One);
    d_8.slice(3, 2).typed::<u8>().set_immediate(3);
    assert_eq!(d_8.get()?, 0x8d);
    settle().await;
    assert_eq!(d_8.get()?, 0x8d);
    let wide = dut.signal::<LogicVec>("d_128")?;
    wide.set(LogicVec::zeros(128));
    settle().await;
    wide.bit(127).set_immediate(Logic::WeakOne);
    wide.bit(0).set_immediate(Logic::One);
    settle().await;
    assert_eq!(wide.bit(127).get(), Logic::WeakOne);
    assert_eq!(wide.bit(0).get(), Logic::One);
    Ok(())
}

/// On GHDL before version 5 it is not written without being said to have no driver.
#[verifork::test]
async fn a_signal_that_is_said_to_have_no_driver_is_written(dut: Instance) -> Result {
    let nine_states = dut.signal::<LogicVec>("nine_states")?;
    nine_states.assume_undriven();
    let seen = dut.signal::<LogicVec>("nine_states_seen")?;
    for value in ["9'bzzz000111", "9'bux01zwlh-"] {
        let value: LogicVec = value.parse()?;
        nine_states.set_from(&value);
        settle().await;
        assert_eq!((nine_states.get(), seen.get()), (value.clone(), value));
    }
    Ok(())
}

#[verifork::test]
async fn a_force_holds_against_the_design_and_against_writes(dut: Instance) -> Result {
    let (d_8, q_8) = (dut.signal::<u8>("d_8")?, dut.signal::<u8>("q_8")?);
    let w_8 = dut.signal::<u8>("w_8")?;
    dut.signal::<bool>("clk")?.set(false);
    d_8.set(0x11);
    settle().await;
    pulse(&dut).await?;
    assert_eq!(q_8.get()?, 0x11);
    q_8.force(0xaa);
    pulse(&dut).await?;
    assert_eq!((q_8.get()?, w_8.get()?), (0xaa, 0x55));
    q_8.set_immediate(0x33);
    assert_eq!(q_8.get()?, 0xaa, "a write does not get past a force");
    settle().await;
    assert_eq!(q_8.get()?, 0xaa);
    q_8.release();
    d_8.set(0x22);
    settle().await;
    pulse(&dut).await?;
    assert_eq!((q_8.get()?, w_8.get()?), (0x22, 0xdd));
    for name in ["state", "two_state_int", "flag", "letter", "scaled", "text"] {
        dut.object(name)?;
    }
    let state = dut.signal::<u8>("state")?;
    state.force(1);
    pulse(&dut).await?;
    pulse(&dut).await?;
    assert_eq!(state.get()?, 1);
    state.release();
    pulse(&dut).await?;
    let moved = state.get()?;
    pulse(&dut).await?;
    assert_ne!(state.get()?, moved, "the design drives it again");
    let real = dut.signal::<f64>("scaled")?;
    real.force(-1.0);
    pulse(&dut).await?;
    assert!((real.get() - -1.0).abs() < 1e-12);
    real.release();
    pulse(&dut).await?;
    assert!(real.get() > 0.0);
    Ok(())
}

#[verifork::test]
async fn the_same_value_again_is_written_over_a_deposit(dut: Instance) -> Result {
    let (d_8, q_8) = (dut.signal::<u8>("d_8")?, dut.signal::<u8>("q_8")?);
    dut.signal::<bool>("clk")?.set(false);
    d_8.set(0x44);
    settle().await;
    pulse(&dut).await?;
    assert_eq!(q_8.get()?, 0x44);
    q_8.set_immediate(0x99);
    settle().await;
    assert_eq!(q_8.get()?, 0x99, "until the design assigns it");
    pulse(&dut).await?;
    assert_eq!(q_8.get()?, 0x44, "the register has taken d_8 again");
    Ok(())
}

/// A change made before it is awaited is none, though the design sees it later.
#[verifork::test]
async fn a_change_that_was_made_before_the_wait_is_not_reported(dut: Instance) -> Result {
    let (d_8, d_1) = (dut.signal::<u8>("d_8")?, dut.signal::<bool>("d_1")?);
    d_8.set(0);
    d_1.set(false);
    settle().await;
    d_8.set_immediate(5);
    d_1.set_immediate(true);
    assert!(with_timeout(1.ns(), d_8.changed()).await.is_err());
    d_1.set_immediate(false);
    assert!(with_timeout(1.ns(), d_1.falling_edge()).await.is_err());
    d_8.set_immediate(6);
    let later = d_8.changed();
    d_8.set(7);
    with_timeout(1.ns(), later).await?;
    assert_eq!(d_8.get()?, 7);
    Ok(())
}

#[verifork::test]
async fn phases_and_delays_of_nothing_stay_within_a_time_step(dut: Instance) -> Result {
    let (q_8, w_8) = (dut.signal::<u8>("q_8")?, dut.signal::<u8>("w_8")?);
    settle().await;
    let begun = now();
    for round in 1..=5_u8 {
        timer(0.ns()).await;
        read_write().await;
        q_8.set(round);
        read_write().await;
        assert_eq!(q_8.get()?, round);
        timer(0.ns()).await;
    }
    read_only().await;
    assert_eq!((q_8.get()?, w_8.get()?, now()), (5, 0xfa, begun));
    // A phase asked for after one in which nothing was written is in this time step all the same.
    settle().await;
    let begun = now();
    for _ in 0..5 {
        read_write().await;
    }
    assert_eq!(now(), begun);
    q_8.set(9);
    read_only().await;
    assert_eq!((w_8.get()?, now()), (0xf6, begun));
    Ok(())
}

/// A delay of 0 is over before the time step has settled, and makes no time step of its own.
#[verifork::test]
async fn the_read_only_phase_comes_after_every_delay_of_nothing(dut: Instance) -> Result {
    let (q_8, w_8) = (dut.signal::<u8>("q_8")?, dut.signal::<u8>("w_8")?);
    q_8.set(0);
    settle().await;
    let begun = now();
    let settled = spawn(async move {
        read_only().await;
        verifork::Result::Ok(w_8.get()?)
    });
    let next = spawn(async {
        next_time_step().await;
        verifork::Result::Ok(now())
    });
    for round in 1..=3_u8 {
        timer(0.ns()).await;
        q_8.set(round);
    }
    assert_eq!(settled.await?, 0xfc, "what the last write made of it");
    timer(1.ns()).await;
    assert!(next.await?.since(begun) > SimDuration::ZERO);
    Ok(())
}
