//! Edges, changes and conditions.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;

use verifork::prelude::*;

use crate::{Design, has_two_states, not_in_vhdl};

const STATES: [Logic; 4] = [
    Logic::Zero,
    Logic::One,
    Logic::Unknown,
    Logic::HighImpedance,
];

/// Which of the three waits a change from one state to another ends.
async fn told(signal: Signal<Logic>, from: Logic, to: Logic) -> (bool, bool, bool) {
    let mut told = [false; 3];
    for (wait, told) in told.iter_mut().enumerate() {
        signal.set(from);
        timer(1.ns()).await;
        signal.set(to);
        let edge = match wait {
            0 => signal.rising_edge(),
            1 => signal.falling_edge(),
            _ => signal.edge(),
        };
        *told = with_timeout(1.ns(), edge).await.is_ok();
        assert_eq!(signal.get(), to);
    }
    (told[0], told[1], told[2])
}

/// A net and a variable: X to 1 and Z to 1 rise, 1 to X does not, and so for falling.
#[verifork::test(cases(net = "drive", variable = "q_1", two_scopes_down = "gen[2].bit_copy"))]
async fn edges_are_changes_to_a_known_level(top: Instance, name: &str) -> Result {
    let signal = top.signal::<Logic>(name)?;
    let states = if has_two_states(top)? {
        &STATES[..2]
    } else {
        &STATES[..]
    };
    for &from in states {
        for &to in states {
            let rises = from != to && to == Logic::One;
            let falls = from != to && to == Logic::Zero;
            assert_eq!(
                told(signal, from, to).await,
                (rises, falls, from != to),
                "{from} to {to}"
            );
        }
    }
    Ok(())
}

#[verifork::test(cases(
    w1 = 1,
    w8 = 8,
    w32 = 32,
    w33 = 33,
    w64 = 64,
    w65 = 65,
    w128 = 128,
    w1024 = 1024
))]
async fn changed_tells_of_any_bit_of_a_vector(top: Instance, width: u32) -> Result {
    let states = if has_two_states(top)? {
        [Logic::One, Logic::Zero]
    } else {
        [Logic::Unknown, Logic::HighImpedance]
    };
    for letter in ["d", "q"] {
        let signal = top.signal::<LogicVec>(&format!("{letter}_{width}"))?;
        let mut value = LogicVec::zeros(width);
        signal.set_from(&value);
        timer(1.ns()).await;
        for (bit, to) in [
            (width - 1, Logic::One),
            (0, states[0]),
            (0, states[1]),
            (width - 1, Logic::Zero),
        ] {
            if value.bit(bit) == Some(to) {
                continue;
            }
            value.set_bit(bit, to)?;
            signal.set_from(&value);
            with_timeout(1.ns(), signal.changed()).await?;
            assert_eq!(signal.get(), value);
            timer(1.ns()).await;
        }
        signal.set_from(&value);
        assert!(
            with_timeout(1.ns(), signal.changed()).await.is_err(),
            "the same value again"
        );
    }
    Ok(())
}

#[verifork::test]
async fn changed_tells_of_real_numbers(dut: Design, top: Instance) -> Result {
    dut.settle().await;
    let real = top.signal::<f64>("scaled")?;
    for _ in 0..3 {
        dut.clk.set(true); // the design adds to it
        with_timeout(1.ns(), real.changed()).await?;
        dut.clk.set(false);
        timer(1.ns()).await;
    }
    assert!(with_timeout(5.ns(), real.changed()).await.is_err());
    for _ in 0..3 {
        real.try_set_immediate(real.get() + 1.0)?;
        real.set(real.get() + 1.0);
        with_timeout(1.ns(), real.changed()).await?;
    }
    Ok(())
}

#[verifork::test]
async fn changed_tells_of_integers_and_words(dut: Design, top: Instance) -> Result {
    dut.settle().await;
    let integer = top.signal::<i32>("rising_edges")?;
    let word = top.array::<u8>("mem")?.at(5);
    for _ in 0..3 {
        integer.set(integer.get()? + 1);
        with_timeout(1.ns(), integer.changed()).await?;
        word.set(word.get().map_or(0, |value| value.wrapping_add(1)));
        with_timeout(1.ns(), word.changed()).await?;
    }
    let other = top.array::<u8>("mem")?.at(6);
    other.set(other.get().map_or(0, |value| value.wrapping_add(1)));
    assert!(
        with_timeout(1.ns(), word.changed()).await.is_err(),
        "another word changed"
    );
    Ok(())
}

/// Polls `future` and counts how often.
async fn polls<F: Future>(future: F) -> (F::Output, u32) {
    let mut future = pin!(future);
    let mut count = 0;
    let output = poll_fn(|context| {
        count += 1;
        future.as_mut().poll(context)
    })
    .await;
    (output, count)
}

#[verifork::test]
async fn edges_are_counted_without_waking_the_task(dut: Design) -> Result {
    dut.settle().await;
    let clock = Clock::new(&dut.clk, 2.ns()).start();
    let begun = now();
    let ((), count) = polls(dut.clk.rising_edges(1000)).await;
    assert_eq!(count, 2);
    assert_eq!(now().since(begun), 1999.ns());
    assert_eq!(clock.cycles(), 1000);
    let ((), count) = polls(dut.clk.falling_edges(10)).await;
    assert_eq!((count, now().since(begun)), (2, 2018.ns()));
    let ((), count) = polls(dut.clk.rising_edges(0)).await;
    assert_eq!(count, 1, "no edge ahead is here already");
    clock.stop();
    Ok(())
}

#[verifork::test]
async fn a_condition_that_holds_is_no_wait_and_others_wake_once(
    dut: Design,
    top: Instance,
) -> Result {
    dut.settle().await;
    let ((), count) = polls(dut.d_8.wait_for(0)).await;
    assert_eq!(count, 1);
    let d_8 = dut.d_8;
    spawn(async move {
        for value in 1..=20 {
            timer(1.ns()).await;
            d_8.set(value);
        }
        Ok(())
    });
    let asked = Rc::new(Cell::new(0));
    let seen = Rc::clone(&asked);
    let begun = now();
    let ((), count) = polls(dut.d_8.wait_until(move |value| {
        seen.set(seen.get() + 1);
        value.is_ok_and(|value| value >= 12)
    }))
    .await;
    assert_eq!((count, asked.get(), now().since(begun)), (2, 13, 12.ns()));
    let ((), count) = polls(dut.d_8.wait_for(20)).await;
    assert_eq!((count, now().since(begun)), (2, 20.ns()));
    // Unknown bits are not value: it does not have this one, and nothing fails.
    if !has_two_states(top)? {
        dut.d_8.as_logic().set(LogicVec::unknown(8));
    }
    timer(1.ns()).await;
    dut.d_8.set(5);
    with_timeout(1.ns(), dut.d_8.wait_for(5)).await?;
    Ok(())
}

#[verifork::test(should_fail = "the condition says no")]
async fn a_condition_that_panics_fails_the_task_that_awaits_it(dut: Design) -> Result {
    dut.settle().await;
    let d_8 = dut.d_8;
    spawn(async move {
        timer(1.ns()).await;
        d_8.set(1);
        Ok(())
    });
    with_timeout(
        10.ns(),
        dut.d_8.wait_until(|value| {
            assert!(value.is_ok_and(|value| value == 0), "the condition says no");
            false
        }),
    )
    .await?;
    Ok(())
}

#[verifork::test]
async fn a_wait_that_begins_at_an_edge_awaits_the_next(dut: Design) -> Result {
    dut.settle().await;
    let clock = Clock::new(&dut.clk, 10.ns()).start();
    dut.clk.rising_edge().await;
    let first = now();
    dut.clk.rising_edge().await;
    assert_eq!(now().since(first), 10.ns());
    // The one and the other in turns, each beside a wait that is given up.
    for _ in 0..3 {
        dut.clk.falling_edge().await;
        assert!(with_timeout(1.ns(), dut.clk.falling_edge()).await.is_err());
        dut.clk.rising_edge().await;
        assert!(with_timeout(1.ns(), dut.clk.rising_edge()).await.is_err());
    }
    assert_eq!(now().since(first), 41.ns());
    assert_eq!(clock.cycles(), 5);
    clock.stop();
    Ok(())
}

#[verifork::test]
async fn a_glitch_within_a_time_step_has_two_edges(dut: Design) -> Result {
    not_in_vhdl("two writes to a signal in one delta cycle leave the last")?;
    dut.settle().await;
    let (d_1, edges) = (dut.d_1, Rc::new(Cell::new(0)));
    let seen = Rc::clone(&edges);
    spawn(async move {
        loop {
            d_1.edge().await;
            seen.set(seen.get() + 1);
        }
    });
    let begun = now();
    dut.d_1.set_immediate(true);
    yield_now().await;
    dut.d_1.set_immediate(false);
    yield_now().await;
    yield_now().await;
    assert_eq!((edges.get(), now()), (2, begun));
    Ok(())
}

/// A watch that nobody needs is taken down, and the next wait finds the present level.
#[verifork::test]
async fn a_signal_that_was_left_alone_is_awaited_again(dut: Design) -> Result {
    dut.settle().await;
    let clock = Clock::new(&dut.clk, 2.ns()).start();
    dut.clk.rising_edge().await;
    timer(101.ns()).await; // many edges for nobody
    let level = dut.clk.get()?;
    let begun = now();
    dut.clk.edge().await;
    assert_ne!(dut.clk.get()?, level);
    assert!(now().since(begun) <= 1.ns());
    dut.clk.rising_edges(3).await;
    assert!(dut.clk.get()?);
    clock.stop();
    Ok(())
}
