//! `try_set` refuses what the type does not take, at once and at the line of the write.

use std::panic::Location;

use verifork::dut::{Instance, SignalValue};
use verifork::prelude::*;

use crate::refusal;

/// Checks that every way to write a value refuses it, in the same words and at the line of the caller.
#[track_caller]
fn refuses<T: SignalValue + Clone>(dut: Instance, path: &str, value: T, reason: &str) {
    let place = Location::caller();
    let signal = dut
        .signal::<T>(path)
        .unwrap_or_else(|error| panic!("{error}"));
    let begin = format!("cannot write `ranges.{path}` at {place}: ");
    for refused in [
        signal.try_set(value.clone()),
        signal.try_set_from(&value),
        signal.try_set_immediate(value.clone()),
    ] {
        let text = refusal(refused);
        assert!(text.starts_with(&begin), "{text}");
        assert!(text.contains(reason), "{text}");
    }
}

#[verifork::test]
async fn what_a_type_does_not_take_is_refused_when_it_is_written(dut: Instance) -> Result {
    refuses(dut, "n", -1_i32, "-1 is not within 0 to 2147483647");
    refuses(dut, "p", 0_i32, "0 is not within 1 to 2147483647");
    refuses(dut, "i", 4_u32, "4 is not within 0 to 3");
    refuses(dut, "small", -3_i64, "-3 is not within -2 to 3");
    refuses(dut, "state", 4_i32, "4 does not fit 2 bits");
    refuses(dut, "working", -1_i8, "-1 does not fit 2 bits");
    refuses(dut, "letter", 256_u16, "256 does not fit 8 bits");
    refuses(dut, "unit", 1.5, "1.5 is not within 0 to 1");
    refuses(
        dut,
        "text",
        "short".to_owned(),
        "it holds 8 characters, not 5",
    );
    refuses(
        dut,
        "text",
        "far too long".to_owned(),
        "it holds 8 characters, not 12",
    );
    refuses(dut, "text", "zwölf€  ".to_owned(), "ISO 8859-1");
    refuses(dut, "delay", 5_i64, "a signal of a physical type");
    refuses(
        dut,
        "bits",
        "4'bx000".parse::<LogicVec>()?,
        "`bit`, which holds 0 and 1 only",
    );
    refuses(dut, "smalls[2]", 4_i32, "4 is not within -2 to 3");
    refuses(dut, "item.count", 10_u32, "10 is not within 0 to 9");
    refuses(
        dut,
        "item.text",
        "four5".to_owned(),
        "it holds 4 characters, not 5",
    );
    let element = dut.array::<i32>("smalls")?;
    assert!(element.at(1).try_set(-3).is_err());
    // Nothing of it is left for the read-write phase.
    timer(1.ns()).await;
    assert_eq!(dut.signal::<i32>("n")?.get()?, 0);
    assert_eq!(dut.signal::<String>("text")?.get(), "        ");
    Ok(())
}

/// An array of records, bound as one of values.
#[verifork::test]
async fn what_is_advised_for_composites_is_taken(dut: Instance) -> Result {
    #[derive(Dut)]
    struct Entry {
        count: Signal<u32>,
        text: Signal<String>,
    }
    let text = refusal(dut.array::<u8>("items"));
    assert!(
        text.contains("bind its elements, `items[1]` and so on, as structs that derive `Dut`"),
        "{text}"
    );
    let entry: Entry = dut.object("items[1]")?.bind()?;
    entry.count.set(4);
    entry.text.set("four".into());
    let text = refusal(dut.signal::<u8>("item"));
    assert!(text.contains("as a struct that derives `Dut`"), "{text}");
    timer(1.ns()).await;
    assert_eq!((entry.count.get()?, entry.text.get().as_str()), (4, "four"));
    dut.object("item")?.bind::<Entry>()?;
    Ok(())
}

#[verifork::test]
async fn what_a_type_takes_is_written(dut: Instance) -> Result {
    dut.signal::<i32>("n")?.set(i32::MAX);
    dut.signal::<i32>("small")?.set(-2);
    dut.signal::<u8>("working")?.set(2);
    dut.signal::<String>("text")?.set("hällo wo".into());
    dut.signal::<f64>("unit")?.set(1.0);
    dut.signal::<i32>("smalls[3]")?.set(3);
    dut.signal::<u8>("item.state")?.set(3);
    dut.signal::<String>("item.text")?.set("done".into());
    dut.signal::<u32>("i")?.set(2);
    timer(1.ns()).await;
    assert_eq!(dut.signal::<i32>("n")?.get()?, i32::MAX);
    assert_eq!(dut.signal::<i32>("small")?.get()?, -2);
    assert_eq!(dut.signal::<u8>("working")?.get()?, 2);
    assert_eq!(dut.signal::<String>("text")?.get(), "hällo wo");
    assert_eq!(dut.signal::<i32>("smalls[3]")?.get()?, 3);
    assert_eq!(dut.signal::<u8>("item.state")?.get()?, 3);
    assert_eq!(dut.signal::<String>("item.text")?.get(), "done");
    dut.signal::<i32>("seen")?.expect(12)?;
    Ok(())
}

/// GHDL tells no range, so that the write is done, and the design has to live with it: see
/// `tests/trust/values.rs`.
#[verifork::test]
async fn unchecked_index(dut: Instance) -> Result {
    dut.signal::<i32>("i")?.set(5);
    timer(1.ns()).await;
    Ok(())
}

/// The same for the position of an enumeration.
#[verifork::test]
async fn unchecked_position(dut: Instance) -> Result {
    dut.signal::<u8>("state")?.set(77);
    timer(1.ns()).await;
    Ok(())
}

/// In `latin_1.v`, by Verilator.
#[verifork::test]
async fn published_to_be_read_takes_no_write(dut: Instance) -> Result {
    let look = dut.signal::<u8>("look")?;
    timer(1.ns()).await;
    look.expect(5)?;
    let text = crate::refusal(look.try_set(6));
    ensure!(text.contains("it was published read-only"), "{text}");
    timer(1.ns()).await;
    Ok(look.expect(5)?)
}
