//! `src/lib.rs` of a new crate: a driver, a monitor and a check, to be changed into a real test.

use std::fmt::Write as _;
use std::path::Path;

use verifork_protocol::description::Encoding;
use verifork_protocol::page::wrapped;

use super::observations::Observations;
use super::ports::Purpose;
use super::serial::serials;
use super::statements::{each, random, rows, set, zero};
use crate::source::{Port, Written};

/// The message of the first test's check if nothing has happened.
pub(super) const NOTHING_MOVED: &str = "no output has left its reset value";

/// The ports by what the first test does with them.
struct Ports<'a> {
    clocks: Vec<&'a Port<'a>>,
    /// And whether they are active low.
    resets: Vec<(&'a Port<'a>, bool)>,
    inputs: Vec<&'a Port<'a>>,
    /// The ports to compare: all logic that the design drives.
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
        // The clock of a serial line is its controller's.
        let serials = serials(written);
        for port in &written.ports {
            if !port.object.is_input() {
                if matches!(port.object.encoding, Some(Encoding::Logic { .. })) {
                    ports.outputs.push(port);
                }
                continue;
            }
            let single = port.value_type == "bool" && port.dimensions == 0;
            match Purpose::of(&port.object.name, &names) {
                Purpose::Clock if single && !serials.iter().any(|it| it.has(port)) => {
                    ports.clocks.push(port);
                }
                Purpose::Reset { active_low } if single => ports.resets.push((port, active_low)),
                _ => ports.inputs.push(port),
            }
        }
        ports
    }
}

/// The source of the first test of a design, which checks what the trial has seen.
pub(super) fn first_test(written: &Written<'_>, seen: &Observations) -> String {
    let ports = Ports::of(written);
    let name = &written.name;
    let driver = driver(name, &ports);
    let has_outputs = !ports.outputs.is_empty();
    let check = reset_check(name, &ports, seen);
    let mut arguments = dut_argument(written);
    if driver.is_some() {
        arguments.push("test: Test".to_owned());
    }
    let arguments = arguments.join(", ");
    let what = match (&check, seen.moved) {
        (Some(_), true) => {
            "Reset brings the outputs to their reset values, and random inputs move them"
        }
        (Some(_), false) => "Reset brings the outputs to their reset values",
        (None, _) if !has_outputs => "The design runs, and reports no error",
        (None, _) if ports.resets.is_empty() => "With random inputs, the outputs move",
        (None, _) => "After reset, with random inputs, the outputs move",
    };
    let mut text = preamble(written);
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "/// {what}.\n///\n/// A starting point for a real test.\n\
         #[verifork::test]\nasync fn starts({arguments}) -> Result {{\n"
    );
    text += &start_clocks(&ports);
    let check_now = "    reset(&dut).await;\n    check_reset(&dut).await?;\n";
    if check.is_some() {
        text += check_now;
    } else if !written.ports.is_empty() {
        text += "    reset(&dut).await;\n";
    }
    text += &release_resets(&ports);
    text += &run(driver.is_some(), has_outputs, seen.moved);
    if check.is_some() {
        if has_outputs {
            let _ = writeln!(
                text,
                "\n    {} // the monitor ended in the read-only phase",
                next_step(&ports)
            );
        }
        text += check_now;
    }
    text += "    Ok(())\n}\n";
    if !written.ports.is_empty() {
        text += &reset(name, &ports);
    }
    text += &check.unwrap_or_default();
    text += &driver.unwrap_or_default();
    if has_outputs {
        text += &monitor(name, &ports, Monitor::Whether);
    }
    text
}

/// The source of a test that passes, and writes into a file in the folder what the design does:
/// [`Observations::read`] reads it.
pub(super) fn trial(written: &Written<'_>, folder: &Path) -> String {
    let ports = Ports::of(written);
    let name = &written.name;
    let driver = driver(name, &ports);
    let has_outputs = !ports.outputs.is_empty();
    // There may be no output, or no port at all.
    let mut text = preamble(written).replacen("mod dut;", "#![allow(unused)]\n\nmod dut;", 1);
    text += "#[verifork::test]\n";
    let mut arguments = dut_argument(written);
    arguments.push("test: Test".to_owned());
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "async fn starts({}) -> Result {{\n{}",
        arguments.join(", "),
        start_clocks(&ports)
    );
    if !written.ports.is_empty() {
        text += "    reset(&dut).await;\n";
    }
    text += if written.ports.is_empty() {
        "    let names = Vec::<(String, Signal<LogicVec>)>::new();\n"
    } else {
        "    let names = names(&dut);\n"
    };
    text += "    read_only().await;\n    \
             let values: Vec<LogicVec> = names.iter().map(|(_, it)| it.get()).collect();\n    \
             timer(10.ns()).await;\n    \
             let (mut first, mut kept) = (Vec::<u32>::new(), vec![false; values.len()]);\n    \
             for round in 0..ROUNDS {\n";
    text += &release_resets(&ports);
    if driver.is_some() {
        text += "    let driver = spawn(drive(dut, TestRng::new(test.seed() ^ round)));\n";
    }
    if has_outputs {
        text += "    first.push(watch(&dut).await?);\n";
    }
    if driver.is_some() {
        text += "    driver.await?;\n";
    }
    text += "    timer(10.ns()).await;\n";
    if !written.ports.is_empty() {
        text += "    reset(&dut).await;\n";
    }
    let _ = write!(
        text,
        "    read_only().await;\n    \
         for ((kept, value), (_, output)) in kept.iter_mut().zip(&values).zip(&names) {{\n    \
         *kept |= output.get() != *value;\n    }}\n    timer(10.ns()).await;\n    }}\n    \
         let (slowest, fastest) = (first.iter().max(), first.iter().min());\n    \
         let moved = slowest.zip(fastest).is_some_and(|(&slowest, &fastest)| {{\n    \
         slowest < CYCLES / 4 || slowest < CYCLES && slowest - fastest <= 2\n    }});\n    \
         let mut text = format!(\"{{moved}}\\n\");\n    \
         for ((kept, value), (name, _)) in kept.iter().zip(&values).zip(&names) {{\n    \
         text += &format!(\"{{name}} {{value:b}} {{kept}}\\n\");\n    }}\n    \
         std::fs::write(format!(\"{{FOLDER}}/{{}}\", std::process::id()), text)?;\n    Ok(())\n}}\n\n\
         const ROUNDS: u64 = {ROUNDS};\nconst FOLDER: &str = {:?};\n",
        folder.display().to_string()
    );
    if written.ports.is_empty() {
        return text;
    }
    let _ = write!(
        text,
        "\nfn names(dut: &{name}) -> Vec<(String, Signal<LogicVec>)> {{\n    \
         let mut names = Vec::new();\n"
    );
    for port in &ports.outputs {
        let field = &port.field;
        let push = "names.push((NAME, element.as_logic()));";
        let _ = match port.dimensions {
            0 => writeln!(
                text,
                "    names.push((\"{field}\".to_owned(), dut.{field}.as_logic()));"
            ),
            1 => writeln!(
                text,
                "    for (index, element) in dut.{field}.elements() {{\n{}\n    }}",
                push.replace("NAME", &format!("format!(\"{field}.at({{index}})\")"))
            ),
            _ => writeln!(
                text,
                "    for (row, elements) in ({}).into_iter().enumerate() {{\n    \
                 for (index, element) in elements.elements() {{\n{}\n    }}\n    }}",
                rows(port),
                push.replace(
                    "NAME",
                    &format!("format!(\"{field}[{{row}}].at({{index}})\")")
                )
            ),
        };
    }
    text += "    names\n}\n";
    text += &reset(name, &ports);
    text += &driver.unwrap_or_default();
    if has_outputs {
        text += &monitor(name, &ports, Monitor::When);
    }
    text
}

/// Whether the design has outputs, whether it has resets, and whether a value in reset is checked.
pub(super) fn has_checks(written: &Written<'_>, seen: &Observations) -> (bool, bool, bool) {
    let ports = Ports::of(written);
    let is_checked = reset_check(&written.name, &ports, seen).is_some();
    (
        !ports.outputs.is_empty(),
        !ports.resets.is_empty(),
        is_checked,
    )
}

/// How often a trial resets the design. A bit that returns to its value only by chance differs in one of the rounds.
/// An output counts as moving only if it moves soon in each of them; otherwise it might not move in the first test.
const ROUNDS: u32 = 16;

/// The test's argument that is the design. A design without ports needs none, and Verilator would not know its top.
fn dut_argument(written: &Written<'_>) -> Vec<String> {
    let argument = (!written.ports.is_empty()).then(|| format!("dut: {}", written.name));
    argument.into_iter().collect()
}

fn preamble(written: &Written<'_>) -> String {
    let name = &written.name;
    let import = if written.ports.is_empty() {
        String::new()
    } else {
        format!("use crate::dut::{name};\n\n")
    };
    format!(
        "//! Tests of `{name}`.\n\nmod dut;\n\nuse verifork::prelude::*;\n\n{import}\
         /// The cycles of the first test.\nconst CYCLES: u32 = 100;\n\n"
    )
}

/// Statements that start the clocks of a design.
pub(super) fn clocks(written: &Written<'_>) -> String {
    start_clocks(&Ports::of(written))
}

/// Statements that release the resets of a design.
pub(super) fn release(written: &Written<'_>) -> String {
    release_resets(&Ports::of(written))
}

/// A wait for the next cycle of the design's ports, `ports`; and whether it has a clock.
pub(super) fn cycle_of(written: &Written<'_>) -> String {
    cycle(&Ports::of(written)).replace("dut.", "ports.")
}

fn start_clocks(ports: &Ports<'_>) -> String {
    let mut text = String::new();
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
    text
}

fn release_resets(ports: &Ports<'_>) -> String {
    let release = |(port, active_low): &(&Port<'_>, bool)| {
        format!("    dut.{}.set({active_low});\n", port.field)
    };
    ports.resets.iter().map(release).collect()
}

/// The driver and the monitor at work, and the check.
fn run(drives: bool, watches: bool, moved: bool) -> String {
    let mut text = match (drives, watches) {
        (true, true) => "    let moved = scope(async |tm| {\n        \
             tm.fork(\"driver\", drive(dut, test.rng()));\n        \
             let monitor = tm.fork(\"monitor\", watch(&dut));\n        \
             Ok(monitor.await?)\n    \
             })\n    .await?;\n"
            .to_owned(),
        (true, false) => "    drive(dut, test.rng()).await?;\n".to_owned(),
        (false, true) => "    let moved = watch(&dut).await?;\n".to_owned(),
        (false, false) => "    timer(u64::from(CYCLES) * 10.ns()).await;\n".to_owned(),
    };
    // Writing to a string cannot fail.
    let _ = match (watches, moved) {
        (true, true) => writeln!(text, "    ensure!(moved, \"{NOTHING_MOVED}\");"),
        (true, false) => write!(
            text,
            "    // When this crate was made none had: drive what makes the design work, and then check\n    \
             // it, `ensure!(moved, …)`.\n    \
             if !moved {{\n        log::warn!(\"{NOTHING_MOVED}: that is not checked\");\n    }}\n"
        ),
        (false, _) => writeln!(
            text,
            "    // The design shows no output that could be checked."
        ),
    };
    text
}

/// The check of the reset values; none where there is nothing to check.
fn reset_check(name: &str, ports: &Ports<'_>, seen: &Observations) -> Option<String> {
    if ports.resets.is_empty() {
        return None;
    }
    let mut checks = String::new();
    let mut any = false;
    for port in &ports.outputs {
        match seen.reset_value(port) {
            Ok(statements) => {
                any = true;
                checks += &statements;
            }
            Err(reason) => {
                // Writing to a string cannot fail.
                let _ = writeln!(checks, "    // `{}` is not checked: {reason}.", port.field);
            }
        }
    }
    any.then(|| {
        format!(
            "\n/// Checks the outputs in reset against the values that they had when this crate was created.\n\
             async fn check_reset(dut: &{name}) -> Result {{\n    \
             read_only().await; // the outputs have settled\n{checks}    \
             {} // writes are allowed again\n    Ok(())\n}}\n",
            next_step(ports)
        )
    })
}

/// A documentation comment of these lines; rustfmt would not break the long ones.
fn doc_comment(lines: &[&str]) -> String {
    let mut comment = String::new();
    for line in lines {
        let wrapped = wrapped(line, 0, 100 - "/// ".len());
        for line in wrapped.split('\n') {
            comment += format!("/// {line}").trim_end();
            comment.push('\n');
        }
    }
    comment
}

fn reset(name: &str, ports: &Ports<'_>) -> String {
    let clocks = ports.clocks.iter().map(|it| format!("`{}`", it.field));
    let clocks: Vec<String> = clocks.collect();
    let resets = ports.resets.iter().map(|(it, active_low)| {
        let level = if *active_low { "low" } else { "high" };
        format!("`{}` (active {level})", it.field)
    });
    let resets: Vec<String> = resets.collect();
    let first = if resets.is_empty() {
        "Sets all inputs to 0."
    } else {
        "Puts the design into reset, all other inputs at 0."
    };
    let list = |names: &[String]| match names {
        [] => "none".to_owned(),
        _ => names.join(", "),
    };
    let (clocks, resets) = (list(&clocks), list(&resets));
    let documentation = doc_comment(&[
        first,
        "",
        &format!("Clocks, by their names: {clocks}. Resets: {resets}."),
    ]);
    // An output that keeps its first value becomes a comment.
    let is_used = !ports.clocks.is_empty()
        || !ports.resets.is_empty()
        || ports.inputs.iter().any(|port| zero(port).is_some());
    let dut = if is_used { "dut" } else { "_dut" };
    let mut text = format!("\n{documentation}async fn reset({dut}: &{name}) {{\n");
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

/// A wait for this many cycles of every clock.
fn wait(ports: &Ports<'_>, cycles: u32) -> String {
    if ports.clocks.is_empty() {
        return format!("    timer({cycles}0.ns()).await;\n");
    }
    let wait =
        |clock: &&Port<'_>| format!("    dut.{}.rising_edges({cycles}).await;\n", clock.field);
    ports.clocks.iter().map(wait).collect()
}

/// A wait for a time step in which writes are allowed: without a clock there may be no next one.
fn next_step(ports: &Ports<'_>) -> &'static str {
    if ports.clocks.is_empty() {
        "timer(1.ns()).await;"
    } else {
        "next_time_step().await;"
    }
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
        "\n/// The driver: new random inputs in each cycle, from `VERIFORK_SEED`.\n\
         async fn drive(dut: {name}, mut rng: TestRng) -> Result {{\n    \
         for _ in 0..CYCLES {{\n{sets}{}    }}\n    Ok(())\n}}\n",
        cycle(ports)
    ))
}

/// What a monitor returns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Monitor {
    /// Whether an output has moved.
    Whether,
    /// In which cycle one did first; `CYCLES` if none has.
    When,
}

fn monitor(name: &str, ports: &Ports<'_>, watch: Monitor) -> String {
    let (doc, result, cycle_name, first, moves) = match watch {
        Monitor::Whether => (
            "whether an output goes from one known value to another",
            "bool",
            "_",
            "let mut moved = false;",
            "moved |= now != *last && !last.has_unknown();",
        ),
        Monitor::When => (
            "when an output goes from one known value to another",
            "u32",
            "cycle",
            "let mut moved = CYCLES;",
            "if now != *last && !last.has_unknown() {\n moved = moved.min(cycle);\n }",
        ),
    };
    let mut text = format!(
        "\n/// The monitor: {doc}.\n\
         async fn watch(dut: &{name}) -> Result<{result}> {{\n    \
         let outputs = outputs(dut);\n    \
         let mut last: Vec<LogicVec> = outputs.iter().map(|it| it.get()).collect();\n    \
         {first}\n    \
         for {cycle_name} in 0..CYCLES {{\n{}        \
         read_only().await; // the outputs have settled\n        \
         for (output, last) in outputs.iter().zip(&mut last) {{\n            \
         let now = output.get();\n            \
         if !now.has_unknown() {{\n                \
         {moves}\n                \
         *last = now;\n            \
         }}\n        }}\n    }}\n    Ok(moved)\n}}\n\n\
         /// The outputs, unknown bits included.\n\
         fn outputs(dut: &{name}) -> Vec<Signal<LogicVec>> {{\n",
        cycle(ports)
    );
    let (arrays, single): (Vec<&Port<'_>>, Vec<&Port<'_>>) =
        ports.outputs.iter().partition(|it| it.dimensions > 0);
    let mut fields = String::new();
    for port in single {
        // Writing to a string cannot fail.
        let _ = writeln!(fields, "        dut.{}.as_logic(),", port.field);
    }
    let vector = if fields.is_empty() {
        "Vec::new()".to_owned()
    } else {
        format!("vec![\n{fields}    ]")
    };
    if arrays.is_empty() {
        return text + &format!("    {vector}\n}}\n");
    }
    let _ = writeln!(text, "    let mut outputs = {vector};");
    for array in arrays {
        text += &each(array, "outputs.push(element.as_logic());");
    }
    text + "    outputs\n}\n"
}
