//! What a simulator cannot show is said to be so, with the true reason.

use verifork::dut::{Instance, Object};
use verifork::prelude::*;

/// Objects beside generates of which the simulator may not show all.
#[verifork::test]
async fn what_lies_beside_generates_is_bound(dut: Instance) -> Result {
    for (path, value) in [
        ("stored", 0x5a),
        ("size", 5),
        ("first_branch.chosen", 0x22),
        ("lane[0].parity.even", 0),
        ("lane[0].tail.stored", 1),
        ("lane[1].tail.stored", 1),
        ("nested.middle", 6),
        ("nested.before.stored", 1),
        ("nested.later.stored", 1),
        ("last.stored", 1),
    ] {
        let signal = dut.signal::<u32>(path)?;
        timer(1.ns()).await;
        assert_eq!(signal.get()?, value, "{path}");
        assert_eq!(signal.path(), format!("generates.{path}"));
    }
    Ok(())
}

/// A scope by its path, and the scopes in it.
const SCOPES: [(&str, &[&str]); 4] = [
    (
        "",
        &[
            "first_branch",
            "second_branch",
            "lane[0]",
            "lane[1]",
            "nested",
            "last",
        ],
    ),
    ("lane[0]", &["parity", "tail"]),
    ("lane[1]", &["parity", "tail"]),
    ("nested", &["before", "inner", "later"]),
];

/// A list has all that is in a scope, or is an error that tells what it would lack.
#[verifork::test]
async fn no_list_lacks_a_generate_without_a_word(dut: Instance) -> Result {
    let mut whole = 0;
    for (path, scopes) in SCOPES {
        let scope = if path.is_empty() {
            dut
        } else {
            dut.instance(path)?
        };
        match scope.children() {
            Ok(children) => {
                whole += 1;
                for name in scopes {
                    let listed = children.iter().find(|child| child.name() == *name);
                    assert!(listed.is_some(), "{name} is not in {children:?}");
                    assert_eq!(Some(&scope.object(name)?), listed);
                }
            }
            Err(error) => {
                let error = error.to_string();
                let (path, file) = (scope.path(), file!());
                let said = format!("cannot show an `if` generate in `{path}` whose first branch");
                assert!(error.contains(&said) && error.contains(file), "{error}");
            }
        }
    }
    assert!(whole > 0, "{SCOPES:?}");
    Ok(())
}

/// Branches that are not the first: bound with what they hold, or missed with a reason.
#[verifork::test]
async fn later_branches_are_bound_or_missed_with_a_reason(dut: Instance) -> Result {
    timer(1.ns()).await;
    for (path, value) in [
        ("second_branch.some", 0x32),
        ("second_branch.held.stored", 1),
        ("lane[1].parity.odd", 0),
        ("nested.inner.narrow", 4),
    ] {
        match dut.signal::<u8>(path) {
            Ok(signal) => assert_eq!(signal.get()?, value, "{path}"),
            Err(error) => {
                let error = error.to_string();
                assert!(error.contains("cannot show an `if` generate in"), "{error}");
            }
        }
    }
    // The branches that were not taken are nowhere.
    for path in [
        "first_branch.other",
        "second_branch.few",
        "nested.inner.wide",
    ] {
        assert!(dut.object(path).is_err(), "{path}");
    }
    Ok(())
}

/// Why an object has no value, or is not there.
fn reason(dut: &Instance, path: &str) -> String {
    let bound = dut.object(path).and_then(|object: Object| {
        if object.range().is_some() {
            let array = object.bind::<Array<LogicVec>>()?;
            let first = array.at(array.range().0);
            return Ok(first
                .try_get()
                .map(|_| ())
                .map_err(|error| error.to_string()));
        }
        let signal = object.bind::<Signal<LogicVec>>()?;
        Ok(signal
            .try_get()
            .map(|_| ())
            .map_err(|error| error.to_string()))
    });
    match bound {
        Ok(Ok(())) => "it is shown".to_owned(),
        Ok(Err(error)) => error,
        Err(error) => error.to_string(),
    }
}

/// What GHDL does not show, and why. `of_old`: GHDL 5 does.
#[verifork::test]
async fn refusals_name_the_true_reason(dut: Instance, test: Test) -> Result {
    let of_old = test.plusarg("of_old").is_some();
    let shown_since = |reason| if of_old { reason } else { "it is shown" };
    let no_vectors = "its elements are not vectors of bits";
    let kinds = "cannot show reals, times and other physical types, records, null vectors, arrays \
                 of several dimensions";
    let constant = "it is a constant that is an array, a string or a real number";
    for (path, expected) in [
        ("fixed", "it is shown"),
        ("fixed[3]", "it is shown"),
        ("fixed[4]", "the elements of the array are [0:3]"),
        ("fixed(4)", "the elements of the array are [0:3]"),
        ("sized", shown_since("come from a generic or a function")),
        ("sized[2]", shown_since("come from a generic or a function")),
        (
            "computed[1]",
            shown_since("come from a generic or a function"),
        ),
        (
            "sized_words[1]",
            shown_since("come from a generic or a function"),
        ),
        ("banks", no_vectors),
        ("banks[1]", no_vectors),
        ("banks[1][2]", no_vectors),
        ("board", kinds),
        ("numbers", no_vectors),
        ("numbers[2]", no_vectors),
        ("pair", kinds),
        ("pairs[0].valid", no_vectors),
        ("states[1]", no_vectors),
        ("level", kinds),
        ("levels[0]", no_vectors),
        ("edge_time", kinds),
        ("text", no_vectors),
        ("text[1]", no_vectors),
        ("nothing", kinds),
        ("mask", "it is a constant vector"),
        ("known", "it is a constant vector"),
        ("table", constant),
        ("table[0]", constant),
        ("factor", constant),
        ("rate", constant),
        ("label_text", constant),
        ("delay", kinds),
        ("size", "it is shown"),
    ] {
        let reason = reason(&dut, path);
        assert!(reason.contains(expected), "{path}: {reason}");
    }
    Ok(())
}
