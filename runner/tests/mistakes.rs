//! A user who forgets something is told the same on every simulator.

mod common;

use common::{Harness, find};

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

fn is_told_the_same(test: &str, words: &[&str], simulators: &[&str]) {
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
    is_told_the_same(
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
    is_told_the_same("deadlocks", &words, &["icarus", "ghdl", "nvc", "verilator"]);
}

/// Verilator has two states: nothing is unknown there.
#[test]
fn a_value_that_nobody_knows() {
    let words = ["cannot read `counter.count`", "bits 7:0 are unknown"];
    is_told_the_same("reads_before_the_reset", &words, &["icarus", "ghdl", "nvc"]);
}
