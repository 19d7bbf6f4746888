//! What a message advises is taken by the design that it is about.

use super::*;
use crate::dut::testing::simulate;
use crate::dut::{Array, Dut, Instance, Parameter, Signal};
use crate::value::LogicVec;

/// Binds as a message says: "`Signal<u16>`".
fn follow(dut: Instance, path: &str, advice: &str) -> Result<(), String> {
    fn bind<D: Dut>(dut: Instance, path: &str) -> Result<(), String> {
        let bound = dut.object(path).and_then(|object| object.bind::<D>());
        bound.map(drop).map_err(|error| error.to_string())
    }
    let (holder, of) = advice.split_once('<').unwrap_or((advice, ""));
    macro_rules! of_a_value {
        ($holder:ident) => {
            match of {
                "bool>" => bind::<$holder<bool>>(dut, path),
                "u8>" => bind::<$holder<u8>>(dut, path),
                "u16>" => bind::<$holder<u16>>(dut, path),
                "u128>" => bind::<$holder<u128>>(dut, path),
                "i32>" => bind::<$holder<i32>>(dut, path),
                "f64>" => bind::<$holder<f64>>(dut, path),
                "String>" => bind::<$holder<String>>(dut, path),
                "LogicVec>" => bind::<$holder<LogicVec>>(dut, path),
                other => panic!("no such type: {other}"),
            }
        };
    }
    match holder {
        "Signal" => of_a_value!(Signal),
        "Array" => of_a_value!(Array),
        "Parameter" => of_a_value!(Parameter),
        "Instance" => bind::<Instance>(dut, path),
        other => panic!("no such holder: {other}"),
    }
}

/// Every object as everything that it is not.
#[test]
fn what_is_advised_is_not_refused_in_turn() {
    fn refused<D: Dut>(dut: Instance, path: &str) -> Option<String> {
        let bound = dut.object(path).unwrap().bind::<D>();
        bound.err().map(|error| error.to_string())
    }
    let (dut, _) = simulate();
    let mut followed = 0;
    let paths: Vec<_> = dut.children().unwrap();
    for path in paths.iter().map(|object| object.name()) {
        let refusals = [
            refused::<Signal<bool>>(dut, path),
            refused::<Signal<u8>>(dut, path),
            refused::<Signal<f64>>(dut, path),
            refused::<Signal<String>>(dut, path),
            refused::<Array<bool>>(dut, path),
            refused::<Array<u8>>(dut, path),
            refused::<Array<String>>(dut, path),
            refused::<Parameter<bool>>(dut, path),
            refused::<Parameter<f64>>(dut, path),
            refused::<Parameter<String>>(dut, path),
            refused::<Instance>(dut, path),
        ];
        for text in refusals.into_iter().flatten() {
            let (_, said) = text.split_once(&format!("`top.{path}`")).unwrap();
            for advice in said.split('`').skip(1).step_by(2) {
                if advice.contains('<') || advice == "Instance" {
                    let taken = follow(dut, path, advice);
                    assert_eq!(taken, Ok(()), "after {text}");
                    followed += 1;
                }
            }
        }
    }
    assert!(followed > 50, "{followed}");
}

#[test]
fn what_holds_no_value_is_advised_nothing() {
    let (dut, _) = simulate();
    let message = |error: crate::dut::BindError| error.field_errors()[0].kind().to_string();
    assert_eq!(
        message(dut.signal::<u8>("done").unwrap_err()),
        "`top.done` is a named event: it has no value"
    );
    assert_eq!(
        message(dut.array::<u8>("done").unwrap_err()),
        "`top.done` is a named event: it has no elements"
    );
    assert_eq!(
        message(dut.instance("done").unwrap_err()),
        "`top.done` is a named event: it holds no other objects"
    );
    assert_eq!(
        message(dut.instance("level").unwrap_err()),
        "`top.level` is a variable: it holds no other objects: bind it as `Signal<u16>`"
    );
    assert_eq!(
        message(dut.array::<u8>("level").unwrap_err()),
        "`top.level` is a variable: bind it as `Signal<u16>`, whose bits are selected by `bit`"
    );
    assert_eq!(
        message(dut.signal::<bool>("memory").unwrap_err()),
        "`top.memory` is an array: bind it as `Array<u8>`, whose elements are [0:3]"
    );
    assert_eq!(
        message(dut.parameter::<bool>("level").unwrap_err()),
        "`top.level` is a variable: it is not constant: bind it as `Signal<u16>`"
    );
}

#[test]
fn a_bit_that_is_looked_up_is_to_be_selected() {
    let (dut, _) = simulate();
    let message = |path: &str| dut.object(path).unwrap_err().to_string();
    assert!(
        message("level[3]").contains(
            "`level` is a vector [11:0]: bind it whole, and select `bit(3)` or a `slice` of it"
        ),
        "{}",
        message("level[3]")
    );
    let outside = "`level` is a vector without such a bit: it is declared [11:0]";
    assert!(
        message("level[12]").contains(outside),
        "{}",
        message("level[12]")
    );
    assert!(message("memory[4]").contains("the elements of the array are [0:3]"));
}

#[test]
fn no_name_is_reported_twice_and_each_that_is_suggested_is_there() {
    let (dut, _) = simulate();
    for missing in [
        "cout",
        "cunter_i",
        "next_count",
        "memry",
        "lane[0]",
        "valid",
    ] {
        let error = dut.object(missing).unwrap_err();
        let BindErrorKind::NotFound { nearest, holds, .. } = error.field_errors()[0].kind() else {
            panic!("{error}");
        };
        for name in nearest {
            assert!(dut.object(name).is_ok(), "{missing}: {name}");
            assert_eq!(nearest.iter().filter(|other| *other == name).count(), 1);
        }
        for name in holds {
            assert_eq!(holds.iter().filter(|other| *other == name).count(), 1);
        }
    }
}
