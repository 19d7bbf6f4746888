//! A user who forgets something is told the same on every simulator.

mod common;

use common::{Harness, crate_folder, find};

/// The simulators by the program that must be there.
const SIMULATORS: [(&str, &str); 4] = [
    ("icarus", "iverilog"),
    ("verilator", "verilator"),
    ("ghdl", "ghdl"),
    ("nvc", "nvc"),
];

/// What the failure of a test says, from its heading to its log, which differs by simulator.
fn explanation(output: &str, test: &str) -> Option<String> {
    let mut lines = output.lines();
    lines.find(|line| line.starts_with("---- ") && line.contains(test))?;
    let said = lines.take_while(|line| !line.starts_with("test  ") && *line != "log:");
    let said: Vec<&str> = said.collect();
    Some(said.join("\n"))
}

fn is_reported_alike(test: &str, words: &[&str], simulators: &[&str]) {
    let harness = Harness::new();
    let mut first: Option<(&str, String)> = None;
    for (simulator, program) in SIMULATORS {
        if !simulators.contains(&simulator) {
            continue;
        }
        if find(program).is_none() {
            eprintln!("skipped: {simulator} is not installed");
            continue;
        }
        let only = [("VERIFORK_SIM", simulator)];
        let run = harness.run("mistakes", &only, &[test]);
        let run = run.status(101).says("0 passed; 1 failed");
        let said = explanation(&run.text, test);
        let said = said.unwrap_or_else(|| panic!("{simulator} explains nothing:\n{}", run.text));
        for word in words {
            assert!(
                said.contains(word),
                "{simulator} does not say `{word}`:\n{said}"
            );
        }
        match &first {
            Some((other, before)) => assert_eq!(said, *before, "{simulator} and {other}"),
            None => first = Some((simulator, said)),
        }
    }
}

#[test]
fn a_forgotten_clock() {
    let words = [
        "did not end within 50 us",
        "awaits rising edge of counter.clk",
    ];
    is_reported_alike(
        "forgets_the_clock",
        &words,
        &["icarus", "ghdl", "nvc", "verilator"],
    );
}

#[test]
fn a_deadlock() {
    let words = [
        "did not end within 50 us",
        "left first",
        "right first",
        "awaits the mutex",
        "since 1 ns",
    ];
    is_reported_alike("deadlocks", &words, &["icarus", "ghdl", "nvc", "verilator"]);
}

/// Verilator has two states: nothing is unknown there.
#[test]
fn a_value_that_nobody_knows() {
    let words = ["cannot read `counter.count`", "bits 7:0 are unknown"];
    is_reported_alike("reads_before_the_reset", &words, &["icarus", "ghdl", "nvc"]);
}

/// Each variable once, at the line that sets it again and again; what nothing drives, and what is meant, never.
#[test]
fn a_set_of_what_processes_assign() {
    let file = "src/driven.rs";
    let text = std::fs::read_to_string(crate_folder().join(file)).unwrap();
    let marked = |line: &str| line.ends_with("// set again and again");
    let line = text.lines().position(marked).unwrap() + 1;
    let harness = Harness::new();
    for (simulator, place) in [
        ("icarus", "a process of the design in `assigned"),
        ("verilator", "hdl/assigned.sv:"),
        ("nvc", "a process of the design"),
    ] {
        let program = SIMULATORS.iter().find(|it| it.0 == simulator).unwrap().1;
        if find(program).is_none() {
            eprintln!("skipped: {simulator} is not installed");
            continue;
        }
        let only = [("VERIFORK_SIM", simulator)];
        let run = harness.run("driven", &only, &["--nocapture"]);
        let run = run.status(0).says("3 passed");
        let warnings = run.text.lines().filter(|line| line.contains(" WARN "));
        let warned: Vec<&str> = warnings
            .filter(|line| line.contains("`assigned."))
            .collect();
        for name in [
            "clocked",
            "blocking",
            "sensitive",
            "by_task",
            "by_function",
            "by_block",
            "both_parts",
            "stage.inner",
            "stage.q",
        ] {
            let warning = format!("`assigned.{name}`, which is set at ");
            let of_it: Vec<_> = warned.iter().filter(|it| it.contains(&warning)).collect();
            assert_eq!(of_it.len(), 1, "{simulator}, {name}: {}", run.text);
            for part in [&format!("{file}:{line}:"), place, "`deposit`"] {
                assert!(of_it[0].contains(part), "{simulator}, {part}: {}", of_it[0]);
            }
        }
        let is_other = |it: &&&str| !it.contains("combinational");
        assert_eq!(
            warned.iter().filter(is_other).count(),
            9,
            "{simulator}: {}",
            run.text
        );
        assert!(
            warned.len() > 9,
            "{simulator} says nothing of combinational logic: {}",
            run.text
        );
    }
}
