//! Errors that a design reports, under the harness: the same on every simulator, in a simulation of each
//! test's own and in one that they share.

mod common;

use std::fs;

use common::{Harness, Run, find};

/// The simulators that are installed, by the beginnings of their tests' names.
fn suites() -> Vec<(&'static str, &'static str)> {
    let all = [
        ("iverilog", "reporting::icarus"),
        ("verilator", "reporting::verilator"),
        ("ghdl", "reporting::vhdl::ghdl"),
        ("nvc", "reporting::vhdl::nvc"),
    ];
    let installed = |(program, _): &(&str, &str)| {
        let there = find(program).is_some();
        if !there {
            eprintln!("skipped: `{program}` is not installed");
        }
        there
    };
    all.into_iter().filter(installed).collect()
}

const ALL: (&str, &str) = ("VERIFORK_SIM", "icarus,verilator,ghdl,nvc");

/// What the harness says of one failed test.
#[track_caller]
fn report<'a>(run: &'a Run, name: &str) -> &'a str {
    let title = format!("---- {name} ----\n");
    let begin = run.text.find(&title);
    let begin = begin.unwrap_or_else(|| panic!("`{name}` did not fail:\n{}", run.text));
    let end = run.text[begin..].find("\nrepeat ");
    &run.text[begin..begin + end.expect("every report has the command")]
}

#[track_caller]
fn in_order(text: &str, words: &[&str]) {
    let mut from = 0;
    for word in words {
        let found = text[from..].find(word);
        from += found.unwrap_or_else(|| panic!("`{word}` does not come next in:\n{text}"));
    }
}

fn check(design: &str) {
    let suites = suites();
    if suites.is_empty() {
        return;
    }
    let harness = Harness::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("results.xml");
    let junit = ("VERIFORK_JUNIT", file.to_str().unwrap());
    let run = harness.run(design, &[ALL, junit], &["--skip", "asks_for_a_bad_end"]);
    run.status(101);
    let written = fs::read_to_string(&file).unwrap();
    for (program, suite) in suites {
        let failed = |test: &str| report(&run, &format!("{suite}::reporting::{test}"));
        for passed in [
            "sees_what_looks_like_errors",
            "ignores_errors",
            "wants_a_fatal_error",
            "wants_to_finish",
        ] {
            let line = format!("test {suite}::reporting::{passed}");
            // Some run for so long that this is said of them.
            let ends = |it: &&str| it.starts_with(&line) && it.contains(" ... ");
            let line = run.text.lines().find(ends);
            assert!(
                line.is_some_and(|line| line.ends_with(" ok")),
                "{line:?}\n{}",
                run.text
            );
        }
        let error = failed("sees_an_error");
        let vhdl = suite.contains("vhdl");
        let (word, place) = match (vhdl, program) {
            (false, _) => ("`$error`", "reporting.sv:14: "),
            (true, "ghdl") => ("`severity error`", "reporting.vhd:27: "),
            // NVC tells the line of the process.
            (true, _) => ("`severity error`", "reporting.vhd:"),
        };
        in_order(
            error,
            &[place, "the design reports an error (", word, "complains"],
        );
        assert!(!error.contains("\n2. "), "{error}");
        let missing = match (vhdl, program) {
            (true, _) => "rom is missing",
            (false, "verilator") => "$readmem file not found",
            (false, _) => "$readmemh: Unable to open missing.hex",
        };
        let printed = [
            "testbench: first",
            "design: before",
            missing,
            "design: after",
            "testbench: second",
            "the design complains",
            "testbench: third",
        ];
        in_order(error, &[&["\nlog:\n"], &printed[..]].concat());
        let class = suite.to_owned() + "\"";
        let cases = written.split("<testcase ");
        let case = cases
            .filter(|case| case.contains("::sees_an_error\""))
            .find(|case| case.contains(&class));
        let case = case.unwrap_or_else(|| panic!("{suite} is not in:\n{written}"));
        in_order(case, &[&["<system-out>"], &printed[..]].concat());
        assert!(failed("sees_a_failed_assertion").contains("the design reports an error"));
        let fatal = failed("sees_a_fatal_error_in_its_last_time_step");
        in_order(
            fatal,
            &[
                "in the time step in which the test ended",
                "the design gave up",
            ],
        );
    }
}

#[test]
fn each_test_in_a_simulation_of_its_own_hears_its_design() {
    check("reporting");
}

#[test]
fn in_a_shared_simulation_each_test_hears_what_the_design_said_while_it_ran() {
    check("reporting shared");
}

#[test]
fn what_the_design_reports_after_its_test_fails_it() {
    let harness = Harness::new();
    let verilog = suites()
        .into_iter()
        .filter(|(_, suite)| !suite.contains("vhdl"));
    for (program, suite) in verilog {
        let only = (
            "VERIFORK_SIM",
            if program == "iverilog" {
                "icarus"
            } else {
                program
            },
        );
        let name = format!("{suite}::reporting::asks_for_a_bad_end");
        let run = harness.run("reporting", &[only], &["--exact", &name]);
        run.status(101);
        in_order(
            report(&run, &name),
            &[
                "the test passed, but after the last test the design reported:",
                "the design ended badly",
            ],
        );
    }
}
