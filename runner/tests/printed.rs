//! What a person reads of failures: the cause first, and each cause once.

mod common;

use common::bench::{Bench, FAILED};
use common::{Harness, Run, icarus};

/// What is told under a test's name.
#[track_caller]
fn told<'a>(run: &'a Run, test: &str) -> &'a str {
    let title = format!("---- {test} ----\n");
    let begin = run.text.find(&title);
    let begin = begin.unwrap_or_else(|| panic!("`{test}` is not told of:\n{}", run.text));
    &run.text[begin + title.len()..]
}

#[test]
fn the_compiler_speaks_first_and_once_for_all_tests_of_a_design() {
    let Some(bench) = Bench::icarus() else {
        return;
    };
    bench.write(
        "gate.v",
        "// one\nmodule gate(input a, output y);\n  assign y = ;\nendmodule\n",
    );
    let sources = bench.path("gate.v");
    let run = bench.harness.run(
        "described",
        &[
            ("VERIFORK_SIM", "icarus"),
            ("FAULTY_SOURCES", sources.to_str().unwrap()),
            ("FAULTY_TESTS", "sleeps,fails,shows_seven"),
        ],
        &[],
    );
    run.status(FAILED);
    assert_eq!(
        run.text.matches("gate.v:3: syntax error").count(),
        1,
        "{}",
        run.text
    );
    assert_eq!(
        run.text.matches("does not compile").count(),
        1,
        "{}",
        run.text
    );
    let lines: Vec<&str> = run.text.lines().collect();
    let first = lines
        .iter()
        .position(|it| it.contains("does not compile"))
        .unwrap();
    assert!(lines[first].contains("gate.v:3: "), "{}", lines[first]);
    let command = lines.iter().position(|it| it.starts_with("$ ")).unwrap();
    assert!(command > first, "{}", run.text);
    assert_eq!(
        run.text
            .matches("not run: `described::icarus` did not compile, see above")
            .count(),
        2,
        "{}",
        run.text
    );
}

#[test]
fn an_assertion_says_what_and_where_on_the_first_line() {
    if !icarus() {
        return;
    }
    let run = Harness::new().run("all", &[("VERIFORK_SIM", "icarus")], &["::fails"]);
    let told = told(run.status(FAILED), "gate::icarus::fails");
    let mut lines = told.lines();
    let first = lines.next().unwrap();
    assert!(
        first.contains("src/lib.rs:") && first.ends_with("failed: the limit is wrong"),
        "{told}"
    );
    assert_eq!(lines.next().map(str::trim), Some("left: 5"), "{told}");
    assert!(told.contains("\nat 12 ns\n"), "{told}");
}

#[test]
fn a_test_that_spins_says_so_before_what_the_simulator_printed() {
    if !icarus() {
        return;
    }
    let settings = [
        ("VERIFORK_SIM", "icarus"),
        ("VERIFORK_WALL_TIMEOUT", "300ms"),
    ];
    let run = Harness::new().run("all", &settings, &["::hangs"]);
    let told = told(run.status(FAILED), "gate::icarus::hangs");
    let first = told.lines().next().unwrap();
    assert!(
        first.starts_with("`hangs` ran ") && first.ends_with("it spins or blocks"),
        "{told}"
    );
    assert!(!first.contains("the simulator ended with status"), "{told}");
    assert_eq!(told.matches("without awaiting").count(), 1, "{told}");
}
