//! Words: elements of arrays that have no entry of their own until one is needed.

use super::{signal, top};
use crate::dut::Array;
use crate::prelude::*;
use crate::simulator::testing::{Design, Operation, bits, clocked_register, register};
use crate::simulator::{Encoding, ObjectKind};
use crate::value::LogicVec;

#[test]
fn words_are_read_and_written_by_their_declared_index_and_given_back() {
    let mut design = register();
    let top_id = design.id("top");
    design.array(top_id, "down", (7, 4), bits(7, 0));
    design.run(async |simulator| {
        let down: Array<u8> = top().array("down")?;
        for index in 4..8 {
            down.set(index, u8::try_from(index)?);
        }
        read_write().await;
        for index in 4..8 {
            let bits = simulator.bits_of(&format!("top.down[{index}]"));
            assert_eq!(u64::from_str_radix(&bits, 2)?, u64::try_from(index)?);
            assert_eq!(down.get(index), Ok(u8::try_from(index)?));
        }
        assert_eq!(simulator.lent.get(), 0);
        Ok(())
    });
}

#[test]
fn a_word_that_is_waited_for_is_the_same_as_the_one_that_is_written() {
    register().run(async |simulator| {
        let memory: Array<u8> = top().array("memory")?;
        memory.set(5, 1);
        read_write().await;
        let word = memory.at(5);
        let waiting: Task<()> = spawn_named("waits", async move {
            word.changed().await;
            assert_eq!(word.get(), Ok(2));
            Ok(())
        });
        timer(1.ns()).await;
        memory.set(5, 2);
        waiting.await?;
        // From now on it has an entry: the last write wins whichever way it came.
        memory.set(5, 3);
        memory.at(5).set(4);
        memory.set(5, 5);
        simulator.writes.take();
        read_write().await;
        let writes = simulator.writes.take();
        let values: Vec<_> = writes
            .iter()
            .map(|(path, value, _)| (&**path, &**value))
            .collect();
        assert_eq!(values, [("top.memory[5]", "00000101")]);
        Ok(())
    });
}

#[test]
fn writes_to_words_and_signals_keep_their_common_order() {
    register().run(async |simulator| {
        let memory: Array<u8> = top().array("memory")?;
        let d = signal::<u8>("d");
        memory.set(1, 1);
        d.set(2);
        memory.set(0, 3);
        memory.set(1, 4);
        d.set(5);
        read_write().await;
        let writes = simulator.writes.take();
        let order: Vec<_> = writes
            .iter()
            .map(|(path, value, _)| format!("{path}={value}"))
            .collect();
        assert_eq!(
            order,
            [
                "top.memory[1]=00000100",
                "top.d=00000101",
                "top.memory[0]=00000011"
            ]
        );
        Ok(())
    });
}

#[test]
fn words_of_reals_and_strings_and_wide_vectors_are_read_and_written() {
    let mut design = register();
    let top_id = design.id("top");
    for (name, kind, encoding) in [
        ("reals", ObjectKind::Array, Encoding::Real),
        ("texts", ObjectKind::Array, Encoding::Text),
        ("wides", ObjectKind::Array, bits(99, 0)),
    ] {
        let id = design.array(top_id, name, (0, 1), encoding);
        design.describe(id).kind = kind;
    }
    design.run(async |simulator| {
        let (reals, texts): (Array<f64>, Array<String>) =
            (top().array("reals")?, top().array("texts")?);
        let wides: Array<LogicVec> = top().array("wides")?;
        reals.set(1, 2.5);
        texts.set(0, "zero".into());
        wides.set(1, LogicVec::ones(100));
        read_write().await;
        assert!((reals.get(1) - 2.5).abs() < 1e-9);
        assert_eq!(texts.get(0), "zero");
        assert_eq!(wides.get(1), LogicVec::ones(100));
        assert_eq!(simulator.lent.get(), 0);
        Ok(())
    });
}

#[test]
fn a_word_that_is_refused_is_named() {
    let run = register().try_run(async |simulator| {
        let memory: Array<u8> = top().array("memory")?;
        simulator.refuse(Operation::Read);
        let error = memory
            .get(3)
            .map_err(|error| error.to_string())
            .unwrap_err();
        assert!(error.contains("`top.memory[3]`"), "{error}");
        simulator.refuse(Operation::Write);
        memory.set(4, 1);
        read_write().await;
        assert_eq!(simulator.lent.get(), 0);
        Ok(())
    });
    assert!(run.outcome.is_some_and(|outcome| outcome.is_ok()));
    assert!(
        run.broken[0].starts_with("the write to `top.memory[4]` at"),
        "{:?}",
        run.broken
    );
}

#[test]
fn a_whole_memory_is_seen_by_processes_of_the_design() {
    let mut design = Design::new();
    let top_id = design.module(None, "top");
    let memory = design.array(top_id, "memory", (0, 3), bits(7, 0));
    let sum = design.variable(top_id, "sum", bits(7, 0));
    let words: Vec<_> = (0..4)
        .map(|index| design.id(&format!("top.memory[{index}]")))
        .collect();
    let _ = memory;
    let read = words.clone();
    design.always(&words, move |simulator| {
        let values = read
            .iter()
            .filter_map(|&id| u64::from_str_radix(&simulator.bits(id), 2).ok());
        let total = values.sum::<u64>() & 0xff;
        simulator.assign(sum, crate::simulator::testing::Content::number(total, 8));
    });
    design.run(async |_| {
        let memory: Array<u8> = top().array("memory")?;
        for index in 0..4 {
            memory.set(index, 10);
        }
        read_only().await;
        assert_eq!(signal::<u8>("sum").get(), Ok(40));
        Ok(())
    });
}

#[test]
fn edges_of_a_clock_and_words_do_not_disturb_each_other() {
    clocked_register().run(async |_| {
        let memory: Array<u8> = top().array("memory")?;
        let clk = signal::<bool>("clk");
        for round in 0..20u8 {
            clk.rising_edge().await;
            memory.set(i64::from(round % 16), round);
        }
        read_only().await;
        assert_eq!((memory.get(3), memory.get(15)), (Ok(19), Ok(15)));
        Ok(())
    });
}
