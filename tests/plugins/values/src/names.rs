//! Names with letters beyond ASCII, and with characters that the simulator has a meaning for.

use std::collections::HashSet;

use verifork::dut::Instance;
use verifork::prelude::*;

/// Of two names that differ in one letter, each is found as itself, whatever the file was written in.
#[verifork::test]
async fn any_letters_beyond_ascii_are_distinguished(dut: Instance) -> Result {
    timer(1.ns()).await;
    for (name, value) in [
        ("caf\u{e8}", false),
        ("caf\u{e9}", true),
        ("utf\u{e9}", true),
        ("utf\u{e8}", false),
    ] {
        let signal = dut.signal::<bool>(name)?;
        assert_eq!((signal.name(), signal.get()?), (name, value));
        assert_eq!(signal.path(), format!("latin_1.{name}"));
    }
    dut.signal::<u8>("value")?.set(1);
    timer(1.ns()).await;
    let held = [("m\u{fc}ller", true), ("m\u{f6}ller", false)];
    for (scope, value) in held {
        let scope_path = format!("latin_1.{scope}");
        let inner = dut.instance(scope)?;
        assert_eq!((inner.name(), inner.path()), (scope, &*scope_path));
        let kept = inner.signal::<bool>("kept")?;
        assert_eq!(kept.get()?, value);
        assert_eq!(dut.signal::<bool>(&format!("{scope}.kept"))?, kept);
    }
    // What is listed is listed once, and is found by its name.
    let children = dut.children()?;
    let names: HashSet<_> = children.iter().map(|child| child.name()).collect();
    assert_eq!(names.len(), children.len());
    for child in children {
        assert_eq!(dut.object(child.name())?, child);
    }
    let text = crate::refusal(dut.object("caf\u{ea}"));
    assert!(
        text.contains("caf\u{e8}") || text.contains("caf\u{e9}"),
        "{text}"
    );
    Ok(())
}

/// Generics are looked up by the simulator where it does not list them.
#[verifork::test]
async fn vhdl_generics_have_letters_beyond_ascii(dut: Instance) -> Result {
    assert_eq!(dut.parameter::<i32>("gr\u{f6}\u{df}e")?.get()?, 7);
    assert_eq!(dut.parameter::<i32>("\\gr\u{fc}\u{df}e\\")?.get()?, 8);
    assert!(dut.object("gr\u{e4}\u{df}e").is_err());
    Ok(())
}

/// Backslashes, dots, brackets and quotes, with the marks of an escaped identifier and without.
#[verifork::test]
async fn verilog_escaped_names_are_found_as_they_are_written(dut: Instance) -> Result {
    timer(1.ns()).await;
    for (name, value) in [
        ("a\\b", false),
        ("a.b", true),
        ("back\\\\slash", false),
        ("c[3]", true),
        ("[1]", false),
    ] {
        let plain = dut.signal::<bool>(name)?;
        let marked = dut.signal::<bool>(&format!("\\{name} "))?;
        assert_eq!(plain, marked);
        assert_eq!((plain.name(), plain.get()?), (name, value));
    }
    Ok(())
}

/// Where everything is shown, nobody is told to have everything shown.
#[verifork::test]
async fn any_advice_is_of_use(dut: Instance) -> Result {
    let text = crate::refusal(dut.object("nothing_of_the_kind"));
    assert!(!text.contains("public"), "{text}");
    Ok(())
}

/// Only what a test binds is shown, and the error says how to show the rest.
#[derive(Dut)]
struct Bound {
    value: Signal<u8>,
}

#[verifork::test]
async fn bound_names_alone_are_shown(dut: Bound, top: Instance) -> Result {
    dut.value.set(1);
    timer(1.ns()).await;
    let text = crate::refusal(top.object("caf\u{e9}"));
    assert!(
        text.contains("everything with `Design::public_all()`"),
        "{text}"
    );
    Ok(())
}
