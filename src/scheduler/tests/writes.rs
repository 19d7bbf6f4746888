//! Writes: kept for the read-write phase, the last one of a signal, in the order of the first ones.

use super::{signal, start, steps};
use crate::dut::WriteCause;
use crate::prelude::*;
use crate::scheduler::kernel;
use crate::simulator::testing::{
    Content, Design, Operation, Simulator, bits, clocked_register, register,
};
use crate::simulator::{
    Direction, Driver, ObjectKind, PortError, Processes, VectorFormats, WriteMode,
};
use crate::value::{Logic, LogicVec};

/// What has reached the simulator since this was asked last: names and values.
fn written(simulator: &Simulator) -> Vec<String> {
    let writes = simulator.writes.take();
    let shown = writes.iter().map(|(path, value, mode)| {
        assert_eq!(*mode, WriteMode::Deposit, "{path}");
        format!(
            "{}={}",
            path.trim_start_matches("top."),
            value.to_uppercase()
        )
    });
    shown.collect()
}

fn logic(text: &str) -> LogicVec {
    LogicVec::from_binary_str(text).unwrap()
}

#[test]
fn the_last_write_of_a_signal_wins_in_the_order_of_the_first_writes() {
    register().run(async |simulator| {
        let (d, q) = (signal::<u8>("d"), signal::<u8>("q"));
        d.set(1);
        q.set(2);
        d.set(3);
        assert!(written(simulator).is_empty(), "writes wait for their phase");
        read_write().await;
        assert_eq!(written(simulator), ["d=00000011", "q=00000010"]);
        Ok(())
    });
}

#[test]
fn a_phase_writes_what_was_kept_before_it_and_then_what_its_tasks_write() {
    clocked_register().run(async |simulator| {
        let (clk, d) = (signal::<bool>("clk"), signal::<u8>("d"));
        d.set(1);
        read_write().await;
        d.set(2);
        read_write().await;
        assert_eq!((steps(), d.get()), (0, Ok(2)));
        clk.rising_edge().await;
        d.set(3);
        clk.falling_edge().await;
        assert_eq!(
            written(simulator),
            ["d=00000001", "d=00000010", "d=00000011"]
        );
        Ok(())
    });
}

#[test]
fn who_answers_an_edge_of_a_flush_sees_all_of_it_and_writes_later_in_the_step() {
    let run = register().run(async |_| {
        let (flag, d, q) = (signal::<bool>("flag"), signal::<u8>("d"), signal::<u8>("q"));
        flag.set(false);
        read_only().await;
        timer(1.ns()).await;
        start("answers", async move {
            flag.rising_edge().await;
            assert_eq!(q.get(), Ok(5), "its edges come after all of a flush");
            d.set(9);
        });
        flag.set(true);
        q.set(5);
        read_only().await;
        assert_eq!((steps(), d.get(), q.get()), (1, Ok(9), Ok(5)));
        Ok(())
    });
    assert_eq!(run.bits("top.d"), "00001001");
}

#[test]
fn bits_and_slices_add_up_with_whole_writes_of_the_same_step() {
    register().run(async |simulator| {
        simulator.drive_bits("top.d", "00000000");
        let d = signal::<LogicVec>("d");
        let (bit, slice) = (d.bit(0), d.slice(7, 4));
        // Bits alone.
        bit.set(Logic::One);
        slice.set(logic("1010"));
        read_write().await;
        assert_eq!(written(simulator), ["d=10100001"]);
        // Bits over a whole.
        d.set(logic("11111111"));
        bit.set(Logic::Zero);
        slice.set(logic("00XZ"));
        read_write().await;
        assert_eq!(written(simulator), ["d=00XZ1110"]);
        // A whole over bits.
        bit.set(Logic::One);
        d.set(logic("00000010"));
        read_write().await;
        assert_eq!(written(simulator), ["d=00000010"]);
        Ok(())
    });
}

#[test]
fn states_beyond_four_add_up_too() {
    register().run(async |simulator| {
        let d = signal::<LogicVec>("d");
        let (bit, slice) = (d.bit(0), d.slice(7, 4));
        simulator.drive_bits("top.d", "00000000");
        // Nine states over four, four over nine.
        bit.set(Logic::One);
        slice.set(logic("HL-W"));
        d.bit(1).set(Logic::One);
        read_write().await;
        assert_eq!(written(simulator), ["d=HL-W0011"]);
        // Over a whole of nine states.
        d.set(logic("UUUUUUUU"));
        bit.set(Logic::One);
        slice.set(logic("LLLL"));
        read_write().await;
        assert_eq!(written(simulator), ["d=LLLLUUU1"]);
        // A whole of four states over parts of nine, and the other way.
        slice.set(logic("WWWW"));
        d.set(logic("00001111"));
        d.set(logic("HHHHHHHH"));
        d.set(logic("0000000L"));
        read_write().await;
        assert_eq!(written(simulator), ["d=0000000L"]);
        Ok(())
    });
}

#[test]
fn parts_of_a_wide_vector_keep_its_other_bits() {
    register().run(async |simulator| {
        simulator.drive_bits("top.wide", &"0".repeat(100));
        let wide = signal::<LogicVec>("wide");
        wide.bit(99).set(Logic::One);
        wide.slice(71, 0).set(LogicVec::ones(72));
        read_write().await;
        assert_eq!(
            written(simulator),
            [format!("wide=1{}{}", "0".repeat(27), "1".repeat(72))]
        );
        wide.set(LogicVec::zeros(100));
        wide.bit(98).set(Logic::HighImpedance);
        wide.bit(0).set_immediate(Logic::Zero);
        read_write().await;
        let expected = [
            format!("wide=1{}{}0", "0".repeat(27), "1".repeat(71)),
            format!("wide=0Z{}", "0".repeat(98)),
        ];
        assert_eq!(written(simulator), expected);
        Ok(())
    });
}

#[test]
fn bits_keep_the_others_where_two_planes_would_lose_their_states() {
    let mut design = register();
    design.quirks.vector_formats = VectorFormats::BinaryString;
    design.run(async |simulator| {
        simulator.drive_bits("top.d", "HHHHLLLL");
        let d = signal::<LogicVec>("d");
        d.bit(1).set(Logic::One);
        d.bit(6).set(Logic::Zero);
        read_write().await;
        assert_eq!(written(simulator), ["d=H0HHLL1L"]);
        Ok(())
    });
}

#[test]
fn reals_and_strings_are_kept_too() {
    register().run(async |simulator| {
        let (level, label) = (signal::<f64>("level"), signal::<String>("label"));
        level.set(1.5);
        label.set("cold".into());
        level.set(2.5);
        label.set("hot".into());
        read_write().await;
        assert_eq!(written(simulator), ["level=2.5", "label=HOT"]);
        level.set_immediate(3.5);
        label.set_immediate("none".into());
        assert_eq!(written(simulator), ["level=3.5", "label=NONE"]);
        Ok(())
    });
}

#[test]
fn an_immediate_write_overtakes_one_that_is_kept() {
    register().run(async |simulator| {
        let d = signal::<u8>("d");
        d.set(1);
        d.set_immediate(2);
        assert_eq!(d.get(), Ok(2));
        read_write().await;
        assert_eq!(written(simulator), ["d=00000010", "d=00000001"]);
        Ok(())
    });
}

#[test]
fn a_kept_write_that_the_simulator_refuses_breaks_the_run_with_its_line() {
    let run = register().try_run(async |simulator| {
        simulator.refuse(Operation::Write);
        signal::<u8>("d").set(1);
        timer(5.ns()).await;
        Ok(())
    });
    let place = format!("{}:{}", file!(), line!() - 4);
    let [broken] = &run.broken[..] else {
        panic!("{:?}", run.broken)
    };
    assert!(broken.contains("the write to `top.d` at"), "{broken}");
    assert!(
        broken.contains(&place) && broken.ends_with("it is Tuesday"),
        "{broken}"
    );
}

#[test]
fn unknown_bits_are_refused_where_there_are_two_states() {
    let mut design = register();
    design.quirks.two_states_only = true;
    design.run(async |simulator| {
        let (d, wide) = (signal::<LogicVec>("d"), signal::<LogicVec>("wide"));
        let errors = [
            d.try_set(logic("0000000X")),
            d.try_set(logic("0000000U")),
            d.bit(0).try_set(Logic::HighImpedance),
            wide.try_set(LogicVec::unknown(100)),
            wide.slice(70, 2).try_set(LogicVec::unknown(69)),
            d.try_set_immediate(logic("Z0000000")),
        ];
        for (number, error) in errors.into_iter().enumerate() {
            let error = error.expect_err(&number.to_string()).to_string();
            assert!(error.contains("cannot write X or Z to `top."), "{error}");
        }
        d.try_set(logic("00001111"))?;
        d.bit(0).try_set(Logic::Zero)?;
        wide.try_set(LogicVec::ones(100))?;
        read_write().await;
        assert_eq!(written(simulator).len(), 2);
        Ok(())
    });
}

#[test]
fn a_value_that_the_type_does_not_take_is_refused_before_it_is_kept() {
    let mut design = register();
    for path in ["top.d", "top.wide", "top.level", "top.label"] {
        let id = design.id(path);
        design.checks_writes(id);
    }
    design.run(async |_| {
        let (d, wide) = (signal::<LogicVec>("d"), signal::<LogicVec>("wide"));
        let refused = [
            d.try_set(logic("0000X000")),
            d.bit(1).try_set(Logic::Unknown),
            wide.try_set(LogicVec::unknown(100)),
            wide.slice(80, 1).try_set(LogicVec::unknown(80)),
        ];
        for error in refused {
            let error = error.unwrap_err().to_string();
            assert!(error.ends_with("its type takes no unknown bits"), "{error}");
        }
        d.try_set(logic("00001000"))?;
        wide.try_set(LogicVec::zeros(100))?;
        signal::<f64>("level").try_set(0.5)?;
        signal::<String>("label").try_set(String::new())?;
        Ok(())
    });
}

#[test]
fn nothing_is_written_in_the_read_only_phase() {
    register().run(async |_| {
        let d = signal::<u8>("d");
        read_only().await;
        for error in [
            d.try_set(1),
            d.try_set_immediate(1),
            d.try_force(1),
            d.try_release(),
        ] {
            let error = error.unwrap_err();
            assert_eq!(*error.cause(), WriteCause::ReadOnlyPhase);
            assert!(error.to_string().contains("next_time_step()"), "{error}");
        }
        Ok(())
    });
}

#[test]
fn an_object_that_the_simulator_cannot_write_says_why_and_may_be_assumed_undriven() {
    let mut design = register();
    let refusal = |path: &str| PortError::Unsupported {
        what: format!("write `{path}`"),
        simulator: "Fable 1".into(),
        remedy: "do not".into(),
    };
    let (d, q) = (design.id("top.d"), design.id("top.q"));
    design.refuses_writes(d, refusal("top.d"), true);
    design.refuses_writes(q, refusal("top.q"), false);
    design.run(async |_| {
        let kernel = crate::scheduler::kernel()?;
        for name in ["d", "q"] {
            let signal = signal::<u8>(name);
            let error = signal.try_set(1).unwrap_err().to_string();
            assert!(
                error.contains(&format!("cannot write `top.{name}`: do not")),
                "{error}"
            );
            kernel.assume_undriven(signal.index());
        }
        signal::<u8>("d").try_set(1)?;
        assert!(signal::<u8>("q").try_set(1).is_err());
        Ok(())
    });
}

#[test]
fn memory_of_very_many_writes_is_given_back() {
    let run = register().run(async |simulator| {
        let memory = super::top().array::<u8>("memory")?;
        for _ in 0..3 {
            for index in 0..16 {
                memory.set(index, 7);
            }
            read_write().await;
            assert_eq!(written(simulator).len(), 16);
        }
        Ok(())
    });
    assert_eq!(run.bits("top.memory[15]"), "00000111");
}

#[test]
fn a_test_that_ends_drops_what_it_kept_and_says_where_it_was_written() {
    register().run(async |simulator| {
        let memory = super::top().array::<u8>("memory")?;
        signal::<u8>("d").set(1);
        let line = line!() - 1;
        memory.set(3, 4);
        let dropped = crate::scheduler::kernel()?.drop_writes();
        let shown: Vec<_> = dropped
            .iter()
            .map(|(path, place)| (&**path, place.line()))
            .collect();
        assert_eq!(shown, [("top.d", line), ("top.memory[3]", line + 2)]);
        timer(1.ns()).await;
        assert!(written(simulator).is_empty());
        Ok(())
    });
}

#[test]
fn the_value_that_a_process_assigns_wins_over_one_that_was_deposited_before() {
    let mut design = clocked_register();
    let d = design.id("top.d");
    design.at(3, move |simulator| {
        simulator.assign(d, Content::bits("00000011"));
    });
    let run = design.run(async |_| {
        signal::<u8>("d").set(1);
        timer(10.ns()).await;
        Ok(())
    });
    assert_eq!(
        (run.bits("top.d"), run.bits("top.q")),
        ("00000011", "00000011")
    );
}

/// `register()` with outputs of the top, a net and a variable, and a module inside with ports.
fn with_outputs() -> Design {
    let mut design = register();
    for name in ["top.q", "top.flag"] {
        let id = design.id(name);
        design.describe(id).direction = Some(Direction::Output);
    }
    let top = design.id("top");
    let inner = design.module(Some(top), "inner");
    for (name, kind, direction) in [
        ("wire_out", ObjectKind::Net, Direction::Output),
        ("reg_out", ObjectKind::Variable, Direction::Output),
        ("wire_in", ObjectKind::Net, Direction::Input),
        ("pad", ObjectKind::Net, Direction::InOut),
    ] {
        let id = design.add(Some(inner), name, kind, Design::BIT);
        design.describe(id).direction = Some(direction);
    }
    design
}

/// How many lines have written the signal, and a driver of the design with it, since the test began.
fn quiet_lines(path: &str) -> usize {
    let signal = signal::<LogicVec>(path);
    kernel().unwrap().signal(signal.index()).quiet.count()
}

#[test]
fn an_output_net_takes_no_write_but_a_force() {
    with_outputs().run(async |simulator| {
        let flag = signal::<bool>("flag");
        let refused = [
            flag.try_set(true),
            flag.try_set_from(&true),
            flag.try_set_immediate(true),
        ];
        for error in refused.map(Result::unwrap_err) {
            assert_eq!(*error.cause(), WriteCause::Driven);
            let text = error.to_string();
            let begin = format!("cannot write `top.flag` at {}:", file!());
            assert!(text.starts_with(&begin), "{text}");
            assert!(text.contains("`force` holds a value"), "{text}");
        }
        assert!(flag.bit(0).try_set(Logic::One).is_err());
        assert!(signal::<bool>("inner.wire_out").try_set(true).is_err());
        read_write().await;
        assert!(written(simulator).is_empty());
        flag.force(true);
        assert_eq!(flag.get(), Ok(true));
        flag.release();
        flag.assume_undriven();
        flag.try_set(true)?;
        Ok(())
    });
}

#[test]
fn an_output_variable_is_written_and_warned_of_once_a_line_and_test() {
    with_outputs().run(async |simulator| {
        let q = signal::<u8>("q");
        for value in [8, 9] {
            q.try_set(value)?;
        }
        assert_eq!(quiet_lines("q"), 1);
        read_write().await;
        assert_eq!(written(simulator), ["q=00001001"]);
        q.try_set_immediate(9)?;
        assert_eq!(quiet_lines("q"), 2);
        kernel().unwrap().end_test();
        assert_eq!(quiet_lines("q"), 0, "another test is warned again");
        q.assume_undriven();
        q.try_set(9)?;
        kernel().unwrap().end_test();
        q.try_set(9)?;
        assert_eq!(quiet_lines("q"), 0, "it is meant");
        Ok(())
    });
}

/// `register()` with a variable that processes assign, and one of which they assign parts.
fn with_processes() -> Design {
    let mut design = register();
    let top = design.id("top");
    for (name, whole) in [("state", true), ("parts", false)] {
        let id = design.add(Some(top), name, ObjectKind::Variable, bits(7, 0));
        let place = Some("in `top`".to_owned());
        design.has_driver(id, Driver::Processes(Processes { whole, place }));
    }
    design
}

#[test]
fn what_processes_assign_is_written_and_warned_of_once_a_line() {
    with_processes().run(async |simulator| {
        let state = signal::<u8>("state");
        for value in [1, 2] {
            state.try_set(value)?;
            state.bit(7).try_set(Logic::One)?;
        }
        assert_eq!(quiet_lines("state"), 2);
        read_write().await;
        assert_eq!(written(simulator), ["state=10000010"]);
        state.force(3);
        state.release();
        assert_eq!(quiet_lines("state"), 2, "a force is no deposit");
        Ok(())
    });
}

#[test]
fn what_processes_leave_to_others_is_written_without_a_word() {
    let mut design = with_processes();
    design.initialize(design.id("top.state"), Content::bits("0000000Z"));
    let pad = design.id("top.parts");
    design.describe(pad).direction = Some(Direction::InOut);
    design.run(async |_| {
        for name in ["state", "parts"] {
            signal::<u8>(name).try_set(1)?;
            assert_eq!(quiet_lines(name), 0, "{name}");
        }
        Ok(())
    });
}

#[test]
fn a_write_of_bits_is_let_through_where_processes_assign_others() {
    with_processes().run(async |_| {
        let parts = signal::<u8>("parts");
        parts.bit(7).try_set(Logic::One)?;
        parts.slice(6, 0).typed::<u8>().try_set(1)?;
        assert_eq!(quiet_lines("parts"), 0);
        parts.slice(7, 0).typed::<u8>().try_set(1)?;
        parts.try_set(1)?;
        assert_eq!(quiet_lines("parts"), 2);
        Ok(())
    });
}

#[test]
fn a_deposit_changes_what_processes_assign_without_a_warning_and_no_net_with_a_driver() {
    let mut design = with_processes();
    let flag = design.id("top.flag");
    design.describe(flag).direction = Some(Direction::Output);
    design.run(async |simulator| {
        let state = signal::<u8>("state");
        state.try_deposit(1)?;
        state.bit(7).try_deposit(Logic::One)?;
        read_write().await;
        assert_eq!(written(simulator), ["state=10000001"]);
        // Both lines are noted, neither was warned of: nothing but the mark tells.
        assert_eq!(quiet_lines("state"), 2);
        let error = signal::<bool>("flag").try_deposit(true).unwrap_err();
        assert_eq!(*error.cause(), WriteCause::Driven);
        Ok(())
    });
}

#[test]
fn inputs_inouts_and_the_state_inside_of_a_design_are_written_without_a_word() {
    with_outputs().run(async |simulator| {
        let names = [
            "inner.reg_out",
            "inner.wire_in",
            "inner.pad",
            "clk",
            "next",
            "memory[3]",
        ];
        for name in &names[..4] {
            signal::<bool>(name).try_set(true)?;
        }
        for name in names {
            assert_eq!(quiet_lines(name), 0, "{name}");
        }
        read_write().await;
        assert_eq!(written(simulator).len(), 4);
        Ok(())
    });
}

#[test]
fn an_output_of_vhdl_is_written_and_warned_of_at_any_depth() {
    let mut design = with_outputs();
    design.quirks.vector_formats = VectorFormats::Positions;
    design.run(async |_| {
        for name in ["flag", "inner.wire_out"] {
            signal::<bool>(name).try_set(true)?;
            assert_eq!(quiet_lines(name), 1, "{name}");
        }
        Ok(())
    });
}

#[test]
fn a_net_with_a_driver_takes_no_write_where_the_simulator_tells_of_drivers() {
    let mut design = with_outputs();
    let inner = design.id("top.inner");
    for (name, value) in [("held", "1"), ("bus", "Z")] {
        let id = design.add(Some(inner), name, ObjectKind::Net, Design::BIT);
        design.has_driver(id, Driver::Continuous);
        design.initialize(id, Content::bits(value));
    }
    design.add(Some(inner), "free", ObjectKind::Net, Design::BIT);
    design.run(async |simulator| {
        let held = signal::<Logic>("inner.held");
        for error in [held.try_set(Logic::Zero), held.try_set(Logic::Zero)] {
            assert_eq!(*error.unwrap_err().cause(), WriteCause::Driven);
        }
        // The driver of a bus leaves it to others, once and for all.
        signal::<Logic>("inner.bus").try_set(Logic::One)?;
        signal::<Logic>("inner.free").try_set(Logic::One)?;
        read_write().await;
        signal::<Logic>("inner.bus").try_set(Logic::Zero)?;
        read_write().await;
        assert_eq!(
            written(simulator),
            ["inner.bus=1", "inner.free=1", "inner.bus=0"]
        );
        held.assume_undriven();
        held.try_set(Logic::Zero)?;
        Ok(())
    });
}
