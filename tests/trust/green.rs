//! A run that is green has something behind it.

use std::fs;

use crate::common::{Icarus, Run, Shared, plugin};
use crate::require;

static DESIGN: Shared =
    Shared::new(|| Icarus::compile::<&str>("failing", &["tests/designs/failing.sv"], &[]));

fn run(filter: &str, variables: &[(&str, &str)]) -> Run {
    let variables = [&[("VERIFORK_FILTER", filter)], variables].concat();
    DESIGN.get().run(&plugin("failures_tb"), &variables, &[])
}

#[test]
fn a_run_in_which_every_test_is_skipped_has_not_passed() {
    require!("iverilog", "vvp");
    let skipped = "=plain::is_skipped,=plain::skips_itself";
    run(skipped, &[])
        .failed()
        .says("0 passed, 0 failed, 2 skipped")
        .says("verifork: no test has run: all that were selected were skipped");
    run(skipped, &[("VERIFORK_ALLOW_EMPTY", "1")])
        .passed()
        .says("2 skipped")
        .does_not_say("no test has run");
    run(&format!("{skipped},=plain::passes"), &[]).passed();
}

#[test]
fn a_filter_that_fits_nothing_passes_only_where_that_is_allowed() {
    require!("iverilog", "vvp");
    run("plain::paniks", &[])
        .failed()
        .says("VERIFORK_ALLOW_EMPTY=1 lets a run without tests pass");
    run("plain::paniks", &[("VERIFORK_ALLOW_EMPTY", "1")])
        .passed()
        .says("0 passed, 0 failed, 0 skipped");
}

#[test]
fn a_test_that_should_fail_passes_by_the_failure_that_is_meant_and_no_other() {
    require!("iverilog", "vvp");
    let variables = [("VERIFORK_FILTER", "should_fail::")];
    let run = DESIGN.get().run(&plugin("trust_tb"), &variables, &[]);
    run.failed().says("6 passed, 7 failed, 0 skipped");
    for test in [
        "a_check_fails",
        "an_error_is_returned",
        "a_task_returns_an_error",
        "a_panic_is_named",
        "a_time_out_is_named",
        "a_binding_is_named",
    ] {
        run.says(&format!("PASS  should_fail::{test}"));
    }
    let own = "a failed check or an error of the test's own";
    let not_so =
        |expected: &str| format!("not as expected: `{expected}` is for {own}, and this is");
    let bare = not_so("should_fail");
    for (test, said) in [
        (
            "nothing_fails",
            format!("the test passed, but `should_fail` requires it to fail with {own}\n"),
        ),
        (
            "it_times_out",
            format!("{bare} a time-out (`should_fail(timeout)` is for that)"),
        ),
        (
            "it_times_out_with_the_text",
            format!("{} a time-out", not_so("should_fail = \"within\"")),
        ),
        (
            "a_field_is_misspelt",
            format!(
                "{bare} a binding that does not fit the design (`should_fail(bind)` is for that)"
            ),
        ),
        (
            "a_look_up_is_misspelt",
            format!("{} a binding", not_so("should_fail = \"count\"")),
        ),
        ("a_look_up_is_unwrapped", format!("{bare} a binding")),
        (
            "an_error_comes_in_place_of_a_time_out",
            format!("`should_fail(timeout)` is for a time-out, and this is {own}"),
        ),
    ] {
        let title = format!("should_fail::{test} failed (");
        let (_, report) = run.output.split_once(&title).expect("it failed");
        let (report, _) = report.split_once("\n  seed ").expect("every report has it");
        assert!(report.contains(said.trim_end()), "{test}: {report}");
    }
}

/// The process's status is 0, and nobody by hand can know; the report does not say that it has passed.
#[test]
fn a_testbench_that_leaves_without_a_word_is_an_error_in_the_report() {
    require!("iverilog", "vvp");
    let design = DESIGN.get();
    let file = design.folder().join("left.xml");
    let variables = [
        ("VERIFORK_FILTER", "=green::leaves_without_a_word"),
        ("VERIFORK_JUNIT", file.to_str().expect("a plain name")),
    ];
    let run = design.run(&plugin("trust_tb"), &variables, &[]);
    run.passed().does_not_say("PASS");
    let text = fs::read_to_string(&file).expect("written from the start");
    assert!(
        text.contains("tests=\"2\" skipped=\"0\" failures=\"0\" errors=\"2\""),
        "{text}"
    );
}

#[test]
fn a_report_costs_the_same_a_test_however_many_tests_there_are() {
    require!("iverilog", "vvp");
    let design = DESIGN.get();
    let file = design.folder().join("many.xml");
    let written = |count: u64| -> u64 {
        let repeat = count.to_string();
        let variables = [
            ("VERIFORK_FILTER", "=green::tells_what_was_written"),
            ("VERIFORK_REPEAT", &repeat),
            ("VERIFORK_JUNIT", file.to_str().expect("a plain name")),
        ];
        let run = design.run(&plugin("trust_tb"), &variables, &[]);
        run.passed().says(&format!("{count} passed"));
        let text = fs::read_to_string(&file).expect("written");
        assert_eq!(text.matches("<testcase ").count() as u64, count + 1);
        assert!(text.contains("failures=\"0\" errors=\"0\""));
        let lines = run.output.lines();
        let last = lines
            .filter_map(|line| line.split_once("written: "))
            .next_back();
        last.expect("each test tells")
            .1
            .trim()
            .parse()
            .expect("a number")
    };
    let (few, many) = (written(1000), written(10_000));
    // The names of more tests are a digit longer.
    assert!(
        many < 12 * few,
        "{few} bytes of 1000 tests, {many} of 10,000"
    );
}
