//! A failing test with a random sequence is made smaller, and stays failed.

mod common;

use std::fs;

use common::{Harness, Run, find, icarus};
use verifork_protocol::verdict::{self, TestVerdict};

const FAILED: i32 = 101;
const SEED: (&str, &str) = ("VERIFORK_SEED", "7");

fn run(harness: &Harness, variables: &[(&str, &str)], test: &str) -> Run {
    run_on("icarus", harness, variables, test)
}

fn run_on(simulator: &str, harness: &Harness, variables: &[(&str, &str)], test: &str) -> Run {
    let design = match simulator {
        "icarus" | "verilator" => "gate",
        _ => "vhdl",
    };
    let name = format!("{design}::{simulator}::sequences::{test}");
    let mut all = vec![("VERIFORK_SIM", simulator), SEED];
    all.extend(variables);
    harness.run("sequences", &all, &["--exact", &name])
}

/// The verdict of the one test that was run.
fn verdict(harness: &Harness) -> TestVerdict {
    let mut folders = vec![harness.target.path().join("verifork/runs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.ends_with(verdict::FILE) {
                return TestVerdict::read(&path).unwrap();
            }
        }
    }
    panic!("no verdict was written");
}

fn value<'a>(text: &'a str, variable: &str) -> &'a str {
    let start = format!("{variable}=");
    let words = text.split_whitespace();
    let mut found = words.filter_map(|word| word.strip_prefix(&start));
    let value = found
        .next()
        .unwrap_or_else(|| panic!("no {variable} in:\n{text}"));
    value.trim_matches('\'')
}

#[test]
fn the_report_shows_the_smallest_items_that_still_fail_and_how_to_have_them_again() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let junit = harness.target.path().join("junit.xml");
    let variables = [("VERIFORK_JUNIT", junit.to_str().unwrap())];
    let failed = run(&harness, &variables, "two_are_long");
    failed.status(FAILED);
    let text = &failed.text;
    assert!(text.contains("a second one is long"), "{text}");
    assert!(
        text.contains("it fails in the same way with 2 of"),
        "{text}"
    );
    let smallest = "Write { address: 0, length: 100 }";
    assert_eq!(text.matches(smallest).count(), 2, "{text}");
    assert!(
        !text.contains("none is long"),
        "another failure is none:\n{text}"
    );
    // The reader of JUnit XML sees the same.
    let report = fs::read_to_string(&junit).unwrap();
    assert_eq!(report.matches(smallest).count(), 2, "{report}");

    // Reports have the same command.
    let repeat = verdict(&harness).repeat;
    assert!(
        repeat.contains("VERIFORK_ITEMS=") && text.contains(&repeat),
        "{repeat}"
    );

    // What is told repeats it: still failed, with two items, and nothing is made smaller again.
    let items = value(text, "VERIFORK_ITEMS");
    let again = run(&harness, &[("VERIFORK_ITEMS", items)], "two_are_long");
    again.status(FAILED).says("a second one is long");
    again.does_not_say("it fails in the same way with");

    let off = run(&harness, &[("VERIFORK_SHRINK", "off")], "two_are_long");
    off.status(FAILED).does_not_say("smaller");
}

#[test]
fn a_process_that_ends_in_a_test_has_smallest_items_too() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let failed = run(&harness, &[], "dies_of_long_ones");
    failed.status(FAILED).says("crashed (SIGABRT)");
    failed.says("it fails in the same way with 1 of");
    failed.says("Write { address: 0, length: 100 }");
    let repeat = verdict(&harness).repeat;
    let items = value(&repeat, "VERIFORK_ITEMS");
    let again = run(&harness, &[("VERIFORK_ITEMS", items)], "dies_of_long_ones");
    again.status(FAILED).says("crashed (SIGABRT)");
}

#[test]
fn a_failure_is_made_smaller_on_the_other_simulators_too() {
    for (simulator, program) in [("ghdl", "ghdl"), ("nvc", "nvc"), ("verilator", "verilator")] {
        if find(program).is_none() {
            eprintln!("skipped: {program} is not installed");
            continue;
        }
        let harness = Harness::new();
        let failed = run_on(simulator, &harness, &[], "two_are_long");
        failed
            .status(FAILED)
            .says("it fails in the same way with 2 of");
        assert_eq!(
            failed
                .text
                .matches("Write { address: 0, length: 100 }")
                .count(),
            2,
            "{}",
            failed.text
        );
    }
}

#[test]
fn a_failure_that_does_not_repeat_stays_one_and_is_reported_as_such() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let failed = run(&harness, &[], "goes_wrong_once");
    failed.status(FAILED).says("the first run fails");
    failed.says("did not fail in the same way again");
}

#[test]
fn items_of_a_sequence_that_a_test_does_not_draw_fail_it() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let passed = run(&harness, &[("VERIFORK_ITEMS", "writes=2")], "always_pass");
    passed.status(0);
    for (items, told) in [
        (
            "wirtes=2",
            "`wirtes`, which this test has not drawn; it has drawn `writes`",
        ),
        ("writes=70", "names item 70 of `writes`"),
        ("writes", "`writes` is not a sequence"),
    ] {
        let failed = run(&harness, &[("VERIFORK_ITEMS", items)], "always_pass");
        assert_ne!(failed.status, Some(0), "{}", failed.text);
        failed.says(told);
    }
}
