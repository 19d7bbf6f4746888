//! Names, kinds, places, scopes and parameters.

use verifork::dut::Instance;
use verifork::prelude::*;
use verifork::value::LogicVec;
use verifork::{Direction, ObjectKind};

use crate::{Design, not_in_vhdl};

#[verifork::test]
async fn the_top_knows_its_definition_and_place(dut: Instance) -> Result {
    not_in_vhdl("other files, and places in them that a simulator may not tell")?;
    assert_eq!(
        (dut.name(), dut.path(), dut.kind()),
        ("conformance", "conformance", ObjectKind::Module)
    );
    if dut.definition().is_none() || dut.file().is_none() {
        return skip("the simulator tells neither definitions nor places");
    }
    assert_eq!(dut.definition(), Some("conformance"));
    assert!(
        dut.file()
            .is_some_and(|file| file.ends_with("hdl/conformance.v")),
        "{:?}",
        dut.file()
    );
    assert!(dut.line().is_some());
    let first = dut.instance("first")?;
    assert_eq!(
        (first.name(), first.definition()),
        ("first", Some("conformance_child"))
    );
    assert!(first.line() > dut.line());
    Ok(())
}

#[verifork::test]
async fn roots_are_modules_first_and_then_packages() -> Result {
    let roots = Instance::roots()?;
    assert_eq!(roots[0].name(), "conformance");
    assert!(
        roots[1..]
            .iter()
            .all(|root| root.kind() == ObjectKind::Package),
        "{roots:?}"
    );
    assert_eq!(Instance::find("conformance.first.adder")?.name(), "adder");
    assert_eq!(Instance::find("conformance")?, roots[0]);
    for unit in &roots[1..] {
        assert_eq!(Instance::find(unit.name())?, *unit);
        unit.children()?;
    }
    Ok(())
}

#[verifork::test]
async fn children_are_listed_once_and_are_what_is_looked_up(dut: Instance) -> Result {
    not_in_vhdl("its names go without case")?;
    let children = dut.children()?;
    let names: Vec<_> = children.iter().map(|child| child.name()).collect();
    let mut unique = names.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(
        unique.len(),
        names.len(),
        "an object is listed twice: {names:?}"
    );
    for child in &children {
        assert_eq!(
            dut.object(child.name())?,
            *child,
            "{}: listed and looked up are one object",
            child.name()
        );
        assert_eq!(child.path(), format!("conformance.{}", child.name()));
    }
    assert!(!dut.contains("few") && !dut.contains("gen") && !dut.contains("gen[4]"));
    Ok(())
}

#[verifork::test]
async fn what_is_listed_at_any_depth_is_found_again_by_its_name_and_its_path(
    dut: Instance,
) -> Result {
    let mut scopes = vec![dut];
    let mut listed = Vec::new();
    while let Some(scope) = scopes.pop() {
        for child in scope.children()? {
            let path = child.path();
            let below = path.strip_prefix("conformance.");
            let below = below.expect("the top is above all that is in it");
            ensure!(dut.object(below)? == child, "{path} is another object");
            ensure!(
                scope.object(child.name())? == child,
                "{} is another object in {}",
                child.name(),
                scope.path()
            );
            listed.push(below.replace(['(', ')'], "_").replace(['[', ']'], "_"));
            scopes.extend(child.as_instance());
        }
    }
    for index in ["gen_0_.inner_0_", "gen_3_.inner_1_"] {
        let instance = format!("{index}.nested.adder");
        ensure!(
            listed.contains(&instance),
            "{instance} is not listed: {listed:?}"
        );
    }
    Ok(())
}

#[verifork::test]
async fn children_have_the_kinds_of_their_declarations(dut: Instance) -> Result {
    not_in_vhdl("its declarations have other kinds")?;
    let children = dut.children()?;
    if dut.object("rising_edges")?.kind() == ObjectKind::Variable {
        return skip("the simulator tells integers as variables");
    }
    for (name, kind) in [
        ("d_8", ObjectKind::Net),
        ("q_8", ObjectKind::Variable),
        ("rising_edges", ObjectKind::Integer),
        ("two_state_long", ObjectKind::Integer),
        ("scaled", ObjectKind::Real),
        ("mem", ObjectKind::Array),
        ("COUNT", ObjectKind::Parameter),
        ("TWICE", ObjectKind::Parameter),
        ("edge_seen", ObjectKind::NamedEvent),
        ("gen[3]", ObjectKind::GenerateScope),
        ("many", ObjectKind::GenerateScope),
        ("named_block", ObjectKind::NamedBlock),
        ("swap_nibbles", ObjectKind::Function),
        ("count_ones", ObjectKind::Task),
        ("second", ObjectKind::Module),
    ] {
        let listed = children.iter().find(|child| child.name() == name);
        assert_eq!(listed.map(|child| child.kind()), Some(kind), "{name}");
    }
    Ok(())
}

#[verifork::test]
async fn ports_have_directions_and_other_signals_none(dut: Instance) -> Result {
    for (name, direction) in [
        ("clk", Some(Direction::Input)),
        ("q_8", Some(Direction::Output)),
        ("w_1024", Some(Direction::Output)),
        ("bus", Some(Direction::InOut)),
        ("ascending", None),
    ] {
        assert_eq!(
            dut.object(name)?.description().direction,
            direction,
            "{name}"
        );
    }
    let inner = dut.object("first.in")?.description().direction;
    if inner.is_none() {
        return skip("the simulator tells the directions of the top's ports only");
    }
    assert_eq!(inner, Some(Direction::Input));
    Ok(())
}

#[verifork::test]
async fn generate_scopes_and_blocks_are_walked_by_path(dut: Instance) -> Result {
    not_in_vhdl("its subprograms are not scopes")?;
    for index in 0..4 {
        let scope = dut.instance(&format!("gen[{index}]"))?;
        assert_eq!(scope.parameter::<u8>("INDEX")?.get()?, index);
        assert_eq!(scope.path(), format!("conformance.gen[{index}]"));
        scope.signal::<bool>("bit_copy")?;
    }
    let cell = dut.signal::<Logic>("gen[1].inner[0].cell_copy")?;
    assert_eq!(cell.path(), "conformance.gen[1].inner[0].cell_copy");
    assert_eq!(
        dut.instance("gen[1]")?
            .instance("inner[0]")?
            .signal::<Logic>("cell_copy")?,
        cell
    );
    dut.signal::<u8>("many.chosen")?;
    dut.signal::<u8>("named_block.previous")?;
    assert_eq!(dut.parameter::<i32>("first.adder.STEP")?.get()?, 1);
    assert_eq!(dut.parameter::<u8>("second.adder.STEP_BITS")?.get()?, 16);
    Ok(())
}

#[verifork::test]
async fn functions_and_tasks_show_what_they_declare(dut: Instance) -> Result {
    not_in_vhdl("its subprograms are not scopes")?;
    if !dut.contains("swap_nibbles") && !dut.contains("count_ones") {
        return skip("the simulator shows neither functions nor tasks");
    }
    dut.signal::<u8>("swap_nibbles.value")?;
    dut.signal::<i32>("count_ones.index")?;
    Ok(())
}

#[verifork::test]
async fn escaped_names_go_with_and_without_their_marks(dut: Instance) -> Result {
    for (plain, escaped) in [
        ("odd+name", "\\odd+name "),
        ("dotted.name", "\\dotted.name "),
        ("index[3]", "\\index[3] "),
    ] {
        let signal = dut.signal::<Logic>(plain)?;
        assert_eq!(signal.name(), plain);
        for name in [escaped, escaped.trim_end()] {
            assert_eq!(dut.signal::<Logic>(name)?, signal, "{name}");
        }
        // A value goes to this object and no other.
        signal.set_immediate(Logic::One);
        assert_eq!(dut.signal::<Logic>(escaped)?.get(), Logic::One);
        signal.set_immediate(Logic::Zero);
    }
    Ok(())
}

#[verifork::test]
async fn names_differ_by_case(dut: Instance) -> Result {
    let (upper, lower) = (
        dut.signal::<bool>("CaseMatters")?,
        dut.signal::<bool>("casematters")?,
    );
    upper.set_immediate(true);
    lower.set_immediate(false);
    assert!(upper != lower && upper.get()? && !lower.get()?);
    assert!(!dut.contains("CASEMATTERS"));
    Ok(())
}

#[verifork::test]
async fn parameters_of_every_type_are_read(dut: Instance) -> Result {
    assert_eq!(dut.parameter::<i32>("COUNT")?.get()?, 5);
    assert_eq!(
        dut.parameter::<u8>("COUNT")?.get()?,
        5,
        "a narrow type fits a small value"
    );
    assert_eq!(dut.parameter::<i16>("OFFSET")?.get()?, -3);
    assert_eq!(dut.parameter::<i64>("OFFSET")?.get()?, -3);
    assert_eq!(
        dut.parameter::<u64>("PATTERN")?.get()?,
        0xdead_beef_0123_4567
    );
    assert_eq!(dut.parameter::<u8>("NIBBLE")?.get()?, 0b1010);
    assert_eq!(
        dut.parameter::<LogicVec>("NIBBLE")?.get().to_string(),
        "4'ha"
    );
    assert_eq!(dut.parameter::<u32>("TWICE")?.get()?, 10);
    assert!((dut.parameter::<f64>("RATIO")?.get() - 0.625).abs() < 1e-12);
    assert!((dut.parameter::<f64>("HALF")?.get() - 0.3125).abs() < 1e-12);

    // VHDL's simulators show names without case.
    let unsigned = dut.parameter::<u8>("OFFSET").unwrap_err().to_string();
    let lower = unsigned.to_lowercase();
    assert!(lower.contains("conformance.offset"), "{unsigned}");
    let variable = dut.parameter::<u8>("q_8").unwrap_err().to_string();
    assert!(variable.contains("not constant"), "{variable}");
    Ok(())
}

#[verifork::test]
async fn parameters_of_text_are_read(dut: Instance) -> Result {
    let bits = dut.parameter::<LogicVec>("NAME");
    if bits.is_ok_and(|bits| bits.get().width() == 88) {
        return skip("the simulator tells text as bits");
    }
    assert_eq!(dut.parameter::<String>("NAME")?.get(), "conformance");
    assert_eq!(dut.parameter::<String>("GREETING")?.get(), "hail");
    let name = dut.signal::<String>("NAME")?;
    assert!(name.try_set("x".to_owned()).is_err());
    Ok(())
}

#[verifork::test]
async fn constants_refuse_writes_at_the_callers_line(dut: Instance) -> Result {
    let count = dut.signal::<i32>("COUNT")?;
    assert_eq!(count.get()?, 5);
    let (error, line) = (count.try_set(6).unwrap_err(), line!());
    assert_eq!(
        (&*error.path().to_lowercase(), error.location().line()),
        ("conformance.count", line)
    );
    assert!(error.location().file().ends_with("lookup.rs"));
    assert!(error.to_string().contains("it is constant"), "{error}");
    assert!(count.try_set_immediate(6).is_err() && count.try_force(6).is_err());
    assert!(count.try_release().is_err());
    assert!(dut.signal::<f64>("RATIO")?.try_set(1.0).is_err());
    assert_eq!(count.get()?, 5);
    Ok(())
}

#[derive(Dut)]
struct Partial<T: verifork::dut::SignalValue> {
    #[dut(path = "first.adder.sum")]
    sum: Signal<T>,
    r#in: Option<Signal<T>>,
    missing: Option<Signal<bool>>,
    first: Child,
    mem: Array<u8>,
    #[dut(path = "COUNT")]
    count: Parameter<u8>,
}

#[derive(Dut)]
struct Child {
    #[dut(input)]
    r#in: Signal<u8>,
    adder: Instance,
}

#[verifork::test]
async fn structs_bind_below_each_other_and_at_any_instance(
    dut: Partial<u8>,
    top: Instance,
) -> Result {
    assert_eq!(dut.sum.path(), "conformance.first.adder.sum");
    assert!(dut.r#in.is_none() && dut.missing.is_none());
    assert_eq!(dut.first.r#in.path(), "conformance.first.in");
    assert_eq!(dut.first.adder.path(), "conformance.first.adder");
    // GHDL tells of no definition, and so not of the top's, which others have to (above).
    if top.definition().is_some() {
        assert_eq!(dut.first.adder.definition(), Some("conformance_grandchild"));
    }
    assert_eq!((dut.mem.len(), dut.count.get()?), (16, 5));
    let second: Child = top.instance("second")?.bind()?;
    assert_eq!(second.r#in.path(), "conformance.second.in");
    let _: Design = top.bind()?;
    Ok(())
}

/// Icarus 11 gives string variables no name: asked for, they are missing, and nothing breaks.
#[verifork::test]
async fn what_the_simulator_does_not_show_is_said_to_be_missing(dut: Instance) -> Result {
    match dut.signal::<String>("text") {
        Ok(text) => assert!(!text.get().is_empty()),
        Err(error) => assert!(error.to_string().contains("there is no `text`"), "{error}"),
    }
    Ok(())
}
