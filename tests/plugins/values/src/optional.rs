//! What a generic makes nothing of, and the same testbench where it does not.

use verifork::dut::{Array, Instance};
use verifork::prelude::*;

use crate::refusal;

/// On some simulators the vectors of no bits are there, on others they are not.
#[derive(Dut)]
struct Ports {
    one: Signal<bool>,
    data: Option<Signal<u8>>,
    upwards: Option<Signal<LogicVec>>,
    number: Option<Signal<i32>>,
    #[dut(path = "flags")]
    flag: Option<Signal<LogicVec>>,
    words: Option<Array<u8>>,
    missing: Option<Signal<bool>>,
}

#[verifork::test]
async fn any_option_binds(dut: Ports) -> Result {
    assert!(dut.missing.is_none());
    assert_eq!(dut.flag.map_or(0, |flag| flag.width()), 0);
    assert_eq!(dut.words.map_or(0, |words| words.len()), 0);
    let widths = [
        dut.data.map(|data| data.width()),
        dut.upwards.map(|data| data.width()),
        dut.number.map(|data| data.width()),
    ];
    assert!(
        widths.iter().all(|width| width.unwrap_or(0) == 0),
        "{widths:?}"
    );
    dut.one.set(true);
    timer(1.ns()).await;
    dut.one.expect(true).map_err(Into::into)
}

/// A type that takes no vector of no bits: it is as if it were not there.
#[verifork::test]
async fn any_option_of_another_type_is_none(dut: Instance) -> Result {
    #[derive(Dut)]
    struct Narrow {
        data: Option<Signal<bool>>,
        words: Option<Signal<bool>>,
        one: Option<Signal<bool>>,
    }
    let bound = dut.bind::<Narrow>()?;
    assert!(bound.data.is_none() && bound.words.is_none() && bound.one.is_some());
    Ok(())
}

/// Where they are, they are what they were declared as.
#[verifork::test]
async fn shown_null_ranges_are_vectors_arrays_and_strings_of_nothing(dut: Instance) -> Result {
    for (path, range) in [
        ("data", "[-1:0]"),
        ("upwards", "[1:0]"),
        ("number", "[-1:0]"),
        ("flags", "[-1:0]"),
        ("item.tag", "[-1:0]"),
    ] {
        let vector = dut.signal::<LogicVec>(path)?;
        assert_eq!(
            (vector.width(), vector.get()),
            (0, LogicVec::default()),
            "{path}"
        );
        let encoding = vector.description().encoding.to_string();
        assert!(
            encoding.ends_with(&format!("of no bits, {range}")),
            "{encoding}"
        );
        vector.try_set(LogicVec::default())?;
        vector.try_set_immediate(LogicVec::default())?;
        assert!(vector.try_set(LogicVec::zeros(1)).is_err());
        for index in [-1, 0, 1] {
            assert!(vector.try_bit(index).is_err() && vector.try_slice(0, 0).is_err());
        }
        let number = dut.signal::<u16>(path)?;
        assert_eq!(number.get()?, 0);
        number.try_set(0)?;
        let text = refusal(number.try_set(1));
        assert!(
            text.contains("1 does not fit 0 bits, which hold only 0"),
            "{text}"
        );
        assert!(with_timeout(1.ns(), vector.changed()).await.is_err());
    }
    let text = dut.signal::<String>("text")?;
    assert_eq!(text.get(), "");
    text.set(String::new());
    assert!(text.try_set("a".into()).is_err());
    timer(1.ns()).await;
    assert_eq!(dut.parameter::<String>("note")?.get(), "");
    assert_eq!(
        dut.parameter::<LogicVec>("mask")?.get(),
        LogicVec::default()
    );

    for (path, range) in [
        ("words", (0, -1)),
        ("counts", (0, 1)),
        ("narrow", (5, 6)),
        ("states", (0, -1)),
    ] {
        let array = dut.array::<u8>(path)?;
        assert_eq!(
            (array.range(), array.len(), array.is_empty()),
            (range, 0, true),
            "{path}"
        );
        assert!(array.indices().next().is_none() && array.elements().next().is_none());
        for index in [range.0, range.1, 0] {
            let text = refusal(array.try_at(index));
            assert!(text.contains("has no elements"), "{text}");
            assert!(!dut.contains(&format!("{path}[{index}]")));
        }
        let text = refusal(dut.signal::<u8>(&format!("{path}[{}]", range.0)));
        assert!(text.contains("has no elements"), "{text}");
    }
    // Two rows of no columns.
    let grid = dut.array::<Logic>("grid")?;
    assert_eq!((grid.range(), grid.len()), ((0, 1), 0));
    assert_eq!(dut.array::<Logic>("grid[1]")?.range(), (0, -1));
    Ok(())
}

/// The same names where the generic makes something of them.
#[verifork::test]
async fn wide_what_is_there_is_bound(dut: Ports) -> Result {
    let (Some(data), Some(upwards)) = (dut.data, dut.upwards) else {
        return Err(verifork::error!("they are there"));
    };
    data.set(5);
    upwards.set("4'b0110".parse()?);
    timer(1.ns()).await;
    data.expect(5)?;
    assert_eq!(upwards.bit(1).get(), Logic::Zero);
    assert_eq!(dut.words.map(|words| words.len()), Some(4));
    Ok(())
}
