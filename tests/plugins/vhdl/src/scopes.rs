//! Names, kinds, scopes and packages.

use verifork::dut::Instance;
use verifork::prelude::*;
use verifork::{Direction, ObjectKind};

#[verifork::test]
async fn instances_know_their_entity_and_file(dut: Instance) -> Result {
    assert_eq!(
        (dut.name(), dut.path(), dut.kind(), dut.definition()),
        (
            "conformance",
            "conformance",
            ObjectKind::Module,
            Some("conformance")
        )
    );
    let file = dut.file().unwrap_or_default();
    assert!(file.ends_with("hdl/conformance.vhd"), "{file}");
    let adder = dut.instance("first.adder")?;
    assert_eq!(
        (adder.path(), adder.definition()),
        ("conformance.first.adder", Some("conformance_grandchild"))
    );
    Ok(())
}

#[verifork::test]
async fn children_have_the_kinds_of_their_declarations(dut: Instance) -> Result {
    let children = dut.children()?;
    let mut names: Vec<_> = children.iter().map(|child| child.name()).collect();
    names.sort_unstable();
    let listed = names.len();
    names.dedup();
    assert_eq!(names.len(), listed, "an object is listed twice: {names:?}");
    for (name, kind) in [
        ("d_8", ObjectKind::Net),
        ("mixed", ObjectKind::Net),
        ("two_state_bit", ObjectKind::Net),
        ("flag", ObjectKind::Net),
        ("two_state_int", ObjectKind::Integer),
        ("distance", ObjectKind::Integer),
        ("scaled", ObjectKind::Real),
        ("last_edge", ObjectKind::Time),
        ("text", ObjectKind::Text),
        ("state", ObjectKind::Enumeration),
        ("letter", ObjectKind::Enumeration),
        ("instruction", ObjectKind::Struct),
        ("mem", ObjectKind::Array),
        ("board", ObjectKind::Array),
        ("count", ObjectKind::Parameter),
        ("twice", ObjectKind::Parameter),
        ("null_vector", ObjectKind::Net),
        ("gen[3]", ObjectKind::GenerateScope),
        ("named_block", ObjectKind::NamedBlock),
        ("second", ObjectKind::Module),
    ] {
        let listed = children.iter().find(|child| child.name() == name);
        assert_eq!(listed.map(|child| child.kind()), Some(kind), "{name}");
        let found = dut.object(name)?;
        assert_eq!(Some(&found), listed, "{name}: one object");
        assert_eq!(found.path(), format!("conformance.{name}"));
    }
    assert!(!dut.contains("few") && !dut.contains("gen") && !dut.contains("gen[4]"));
    Ok(())
}

#[verifork::test]
async fn basic_names_have_no_case_and_indices_go_in_either_form(dut: Instance) -> Result {
    let clk = dut.signal::<bool>("clk")?;
    assert_eq!(dut.signal::<bool>("CLK")?, clk);
    assert_eq!(dut.signal::<bool>("Clk")?, clk);
    let copy = dut.signal::<Logic>("gen[2].bit_copy")?;
    assert_eq!(dut.signal::<Logic>("GEN(2).Bit_Copy")?, copy);
    assert_eq!(copy.path(), "conformance.gen[2].bit_copy");
    let cell = dut.signal::<Logic>("gen(1).inner(0).cell_copy")?;
    assert_eq!(cell.path(), "conformance.gen[1].inner[0].cell_copy");
    let word = dut.signal::<u8>("mem[3]")?;
    assert_eq!(dut.signal::<u8>("MEM(3)")?, word);
    Ok(())
}

#[verifork::test]
async fn extended_identifiers_keep_their_case(dut: Instance) -> Result {
    let upper = dut.signal::<Logic>(r"\CaseMatters\")?;
    let lower = dut.signal::<Logic>(r"\casematters\")?;
    assert!(upper != lower);
    assert_eq!(dut.signal::<Logic>("CaseMatters")?, upper);
    assert_eq!(upper.name(), "CaseMatters");
    assert!(!dut.contains("CASEMATTERS"));
    assert_eq!(
        dut.signal::<Logic>(r"\dotted.name\")?,
        dut.signal::<Logic>("dotted.name")?
    );
    assert_eq!(
        dut.signal::<u8>("first.in")?,
        dut.signal::<u8>(r"first.\in\")?
    );
    Ok(())
}

#[verifork::test]
async fn ports_have_their_modes(dut: Instance) -> Result {
    for (name, direction) in [
        ("clk", Some(Direction::Input)),
        ("q_8", Some(Direction::Output)),
        ("bus", Some(Direction::InOut)),
        ("state", None),
        ("first.in", Some(Direction::Input)),
        ("first.out", Some(Direction::Output)),
    ] {
        let found = dut.object(name)?.description().direction;
        assert_eq!(found, direction, "{name}");
    }
    Ok(())
}

/// A simulator may take it for a block.
#[verifork::test]
async fn if_generates_hold_what_they_declare(dut: Instance) -> Result {
    let kind = dut.object("many")?.kind();
    assert!(
        matches!(kind, ObjectKind::GenerateScope | ObjectKind::NamedBlock),
        "{kind}"
    );
    assert_eq!(
        dut.instance("many.inside")?.definition(),
        Some("conformance_grandchild")
    );
    assert_eq!(
        dut.signal::<u8>("many.chosen")?.path(),
        "conformance.many.chosen"
    );
    assert!(dut.signal::<u8>("named_block.previous").is_ok());
    Ok(())
}

#[verifork::test]
async fn packages_hold_their_constants() -> Result {
    let types = Instance::find("work.conformance_types")?;
    assert_eq!(types.kind(), ObjectKind::Package);
    let greeting = types.parameter::<String>("greeting_of_the_package")?;
    assert_eq!(greeting.get(), "from a package");
    let powers = types.array::<u8>("powers")?;
    assert_eq!((powers.range(), powers.get(3)?), ((0, 3), 8));
    assert!(powers.at(0).try_set(3).is_err());
    // Every package of the design can be walked.
    for root in Instance::roots()? {
        root.children()?;
    }
    Ok(())
}

#[verifork::test]
async fn generics_and_constants_are_read_only(dut: Instance) -> Result {
    assert_eq!(dut.parameter::<i32>("count")?.get()?, 5);
    assert_eq!(dut.parameter::<i16>("offset")?.get()?, -3);
    assert_eq!(
        dut.parameter::<u64>("pattern")?.get()?,
        0xdead_beef_0123_4567
    );
    assert_eq!(dut.parameter::<String>("greeting")?.get(), "hail");
    assert!((dut.parameter::<f64>("half")?.get() - 0.3125).abs() < 1e-12);
    assert_eq!(dut.parameter::<u8>("second.adder.step_bits")?.get()?, 16);
    assert_eq!(dut.parameter::<i32>("gen[3].index")?.get()?, 3);
    for name in ["count", "twice", "nibble"] {
        let constant = dut.signal::<LogicVec>(name)?;
        let value = constant.get();
        let refused = crate::refusal(constant.try_set(value));
        assert!(refused.contains("constant"), "{refused}");
    }
    Ok(())
}
