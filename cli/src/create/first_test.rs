//! `src/lib.rs` of a new crate: a driver, a monitor and a check, to be changed into a real test.

use std::fmt::Write as _;

use verifork_protocol::description::Encoding;

use super::ports::Purpose;
use crate::source::{Port, Written};

/// What the first test's check says when nothing has happened.
pub(super) const NOTHING_MOVED: &str = "no output has left its reset value";

/// The ports by what the first test does with them.
struct Ports<'a> {
    clocks: Vec<&'a Port<'a>>,
    /// With whether they are active at 0.
    resets: Vec<(&'a Port<'a>, bool)>,
    inputs: Vec<&'a Port<'a>>,
    /// What is compared: anything of logic that the design drives.
    outputs: Vec<&'a Port<'a>>,
}

impl<'a> Ports<'a> {
    fn of(written: &'a Written<'a>) -> Ports<'a> {
        let names: Vec<&str> = written
            .ports
            .iter()
            .map(|it| it.object.name.as_str())
            .collect();
        let mut ports = Ports {
            clocks: Vec::new(),
            resets: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
        };
        for port in &written.ports {
            if !port.object.is_input() {
                if matches!(port.object.encoding, Some(Encoding::Logic { .. })) {
                    ports.outputs.push(port);
                }
                continue;
            }
            let single = port.value_type == "bool" && port.object.array.is_none();
            match Purpose::of(&port.object.name, &names) {
                Purpose::Clock if single => ports.clocks.push(port),
                Purpose::Reset { active_low } if single => ports.resets.push((port, active_low)),
                _ => ports.inputs.push(port),
            }
        }
        ports
    }
}

/// The source of the first test; `checked` unless its check is known to fail.
pub(super) fn first_test(written: &Written<'_>, checked: bool) -> String {
    let ports = Ports::of(written);
    let name = &written.name;
    let driver = driver(name, &ports);
    let has_outputs = !ports.outputs.is_empty();
    let (test, dut) = (
        if driver.is_some() { ", test: Test" } else { "" },
        if written.ports.is_empty() {
            "_dut"
        } else {
            "dut"
        },
    );
    let mut text = format!(
        "//! Tests of `{name}`.\n\nmod dut;\n\nuse verifork::prelude::*;\n\nuse crate::dut::{name};\n\n\
         /// How many cycles the first test lasts.\nconst CYCLES: u32 = 100;\n\n\
         /// After reset, with random inputs, the outputs move: a beginning, to be made a real test.\n\
         #[verifork::test]\nasync fn starts({dut}: {name}{test}) -> Result {{\n"
    );
    if !written.ports.is_empty() {
        text += "    reset(&dut).await;\n";
    }
    if has_outputs {
        text += "    let reset_values = outputs(&dut);\n";
    }
    for (port, active_low) in &ports.resets {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "    dut.{}.set({active_low});", port.field);
    }
    text += &run(driver.is_some(), has_outputs, checked);
    text += "    Ok(())\n}\n";
    if !written.ports.is_empty() {
        text += &reset(name, &ports);
    }
    text += &driver.unwrap_or_default();
    if has_outputs {
        text += &monitor(name, &ports);
    }
    text
}

/// The driver and the monitor at work, and the check.
fn run(drives: bool, watches: bool, checked: bool) -> String {
    let mut text = match (drives, watches) {
        (true, true) => "    let moved = scope(async |tm| {\n        \
             tm.fork(\"driver\", drive(&dut, test.rng()));\n        \
             let monitor = tm.fork(\"monitor\", watch(&dut, &reset_values));\n        \
             Ok(monitor.await?)\n    \
             })\n    .await?;\n"
            .to_owned(),
        (true, false) => "    drive(&dut, test.rng()).await?;\n".to_owned(),
        (false, true) => "    let moved = watch(&dut, &reset_values).await?;\n".to_owned(),
        (false, false) => "    timer(u64::from(CYCLES) * 10.ns()).await;\n".to_owned(),
    };
    // Writing to a string cannot fail.
    let _ = match (watches, checked) {
        (true, true) => writeln!(text, "    ensure!(moved, \"{NOTHING_MOVED}\");"),
        (true, false) => write!(
            text,
            "    // When this crate was made none had: drive what makes the design work, and then check\n    \
             // it, `ensure!(moved, …)`.\n    \
             if !moved {{\n        log::warn!(\"{NOTHING_MOVED}: nothing is checked\");\n    }}\n"
        ),
        (false, _) => writeln!(
            text,
            "    // The design shows no output that could be checked."
        ),
    };
    text
}

fn reset(name: &str, ports: &Ports<'_>) -> String {
    let list = |names: Vec<String>| match names.len() {
        0 => "none".to_owned(),
        _ => names.join(", "),
    };
    let clocks = list(
        ports
            .clocks
            .iter()
            .map(|it| format!("`{}`", it.field))
            .collect(),
    );
    let resets = ports.resets.iter().map(|(it, active_low)| {
        let level = if *active_low { "low" } else { "high" };
        format!("`{}` (active {level})", it.field)
    });
    let resets = list(resets.collect());
    // What keeps its first value is a comment.
    let is_used = !ports.clocks.is_empty()
        || !ports.resets.is_empty()
        || ports.inputs.iter().any(|port| zero(port).is_some());
    let dut = if is_used { "dut" } else { "_dut" };
    let mut text = format!(
        "\n/// Starts the clocks and goes into reset, all other inputs at 0.\n///\n\
         /// Clocks, by their names: {clocks}. Resets: {resets}.\n\
         async fn reset({dut}: &{name}) {{\n"
    );
    for (number, clock) in ports.clocks.iter().enumerate() {
        // Clocks of different periods meet in all phases.
        let period = 10 + 4 * number;
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "    Clock::new(&dut.{}, {period}.ns()).start();",
            clock.field
        );
    }
    for (port, active_low) in &ports.resets {
        let _ = writeln!(text, "    dut.{}.set({});", port.field, !active_low);
    }
    for port in &ports.inputs {
        text += &set(port, zero(port));
    }
    text += &wait(ports, 4);
    text += "}\n";
    text
}

/// A wait for so many cycles of every clock.
fn wait(ports: &Ports<'_>, cycles: u32) -> String {
    if ports.clocks.is_empty() {
        return format!("    timer({cycles}0.ns()).await;\n");
    }
    let wait =
        |clock: &&Port<'_>| format!("    dut.{}.rising_edges({cycles}).await;\n", clock.field);
    ports.clocks.iter().map(wait).collect()
}

/// A wait for the next cycle.
fn cycle(ports: &Ports<'_>) -> String {
    match ports.clocks.first() {
        Some(clock) => format!("        dut.{}.rising_edge().await;\n", clock.field),
        None => "        timer(10.ns()).await;\n".to_owned(),
    }
}

fn driver(name: &str, ports: &Ports<'_>) -> Option<String> {
    let mut sets = String::new();
    for port in &ports.inputs {
        if let Some(value) = random(port) {
            let set = set(port, Some(value));
            sets.extend(set.lines().flat_map(|line| ["    ", line, "\n"]));
        }
    }
    if sets.is_empty() {
        return None;
    }
    Some(format!(
        "\n/// The driver: new values for the inputs in each cycle, by `VERIFORK_SEED`.\n\
         async fn drive(dut: &{name}, mut rng: TestRng) -> Result {{\n    \
         for _ in 0..CYCLES {{\n{sets}{}    }}\n    Ok(())\n}}\n",
        cycle(ports)
    ))
}

fn monitor(name: &str, ports: &Ports<'_>) -> String {
    let mut text = format!(
        "\n/// The monitor: whether an output comes to have another value than in reset.\n\
         async fn watch(dut: &{name}, reset_values: &[LogicVec]) -> Result<bool> {{\n    \
         let mut moved = false;\n    \
         for _ in 0..CYCLES {{\n{}        \
         read_only().await; // the outputs have settled\n        \
         let values = outputs(dut);\n        \
         let mut pairs = values.iter().zip(reset_values);\n        \
         moved |= pairs.any(|(now, then)| now != then && !now.has_unknown());\n    \
         }}\n    Ok(moved)\n}}\n\n\
         /// What the outputs show, unknown bits included.\n\
         fn outputs(dut: &{name}) -> Vec<LogicVec> {{\n",
        cycle(ports)
    );
    let (arrays, single): (Vec<&Port<'_>>, Vec<&Port<'_>>) = ports
        .outputs
        .iter()
        .partition(|it| it.object.array.is_some());
    let mut gets = String::new();
    for port in single {
        // Writing to a string cannot fail.
        let _ = writeln!(gets, "        dut.{}.as_logic().get(),", port.field);
    }
    let vector = if gets.is_empty() {
        "Vec::new()".to_owned()
    } else {
        format!("vec![\n{gets}    ]")
    };
    if arrays.is_empty() {
        return text + &format!("    {vector}\n}}\n");
    }
    let _ = writeln!(text, "    let mut outputs = {vector};");
    for array in arrays {
        let _ = writeln!(
            text,
            "    for (_, element) in dut.{}.elements() {{\n        \
             outputs.push(element.as_logic().get());\n    }}",
            array.field
        );
    }
    text + "    outputs\n}\n"
}

/// The statement that sets an input, or each element of it, or says why it is not set.
fn set(port: &Port<'_>, value: Option<String>) -> String {
    let field = &port.field;
    let Some(value) = value else {
        return format!(
            "    // `{field}` keeps its first value: which others it may have is not known.\n"
        );
    };
    if port.object.array.is_some() {
        let value = value.replace(&format!("dut.{field}."), "element.");
        return format!(
            "    for (_, element) in dut.{field}.elements() {{\n        \
             element.set({value});\n    }}\n"
        );
    }
    format!("    dut.{field}.set({value});\n")
}

/// Zero, or the first value; none where it may be out of the range of a type of VHDL.
fn zero(port: &Port<'_>) -> Option<String> {
    Some(match (&port.first_value, port.value_type.as_str()) {
        (Some(first), _) => format!("dut::{first}"),
        (None, "bool") => "false".to_owned(),
        (None, "f64" | "String") => return None,
        (None, "LogicVec") => format!("LogicVec::zeros(dut.{}.width())", port.field),
        (None, _) if port.object.is_integer() => return None,
        (None, _) => "0".to_owned(),
    })
}

/// A random value of a bit or of bits; none of what may not have every value.
fn random(port: &Port<'_>) -> Option<String> {
    let Some(Encoding::Logic { width, signed, .. }) = port.object.encoding else {
        return None;
    };
    let is_number = port.value_type.starts_with(['i', 'u']);
    let is_enumeration =
        port.object.kind == "enumeration variable" || !port.object.literals.is_empty();
    if port.object.is_integer() || is_enumeration {
        return (port.value_type == "bool").then(|| "rng.random()".to_owned());
    }
    match (port.value_type.as_str(), width) {
        ("bool", _) | (_, 8 | 16 | 32 | 64 | 128) if port.value_type == "bool" || is_number => {
            Some("rng.random()".to_owned())
        }
        _ if is_number && signed => {
            // Verilator before 5.044 does not tell that it has a sign.
            Some(format!("rng.random_range(0..1 << {})", width - 1))
        }
        _ if is_number => Some(format!("rng.random_range(0..1 << {width})")),
        _ => None,
    }
}
