//! How a run ends that is not ended by its last test.

use super::*;

#[test]
fn a_process_that_crashes_leaves_the_test_that_began_and_no_green() {
    let ran = run(&["passes", "aborts_the_process", "fails"]);
    assert!(!ran.status.success());
    assert_eq!(ran.status_of("passes"), Status::Passed);
    let interrupted = ran.results.interrupted().unwrap();
    assert!(interrupted.ends_with("aborts_the_process"), "{interrupted}");
    assert!(!ran.results.finished);
    assert_eq!(ran.results.planned.len(), 3);
}

#[test]
fn a_test_that_exits_the_process_fails_it() {
    let ran = run(&["exits_the_process", "passes"]);
    ran.check_status(1);
    assert!(!ran.results.finished);
    assert!(
        ran.output
            .contains("the process ended before the tests did"),
        "{}",
        ran.output
    );
}

#[test]
fn a_design_that_finishes_fails_the_test_that_runs_and_those_to_come() {
    let ran = run_on(
        "finishes",
        &["does_not_want_the_design_to_finish", "fails"],
        &[],
    );
    ran.check_status(1);
    let text = &ran.failure("does_not_want_the_design_to_finish");
    assert!(
        text.contains("the simulation ended while the test ran"),
        "{text}"
    );
    assert!(text.contains("rising edges of top.clk"), "{text}");
    assert!(ran.results.finished);
}

#[test]
fn tests_after_the_end_of_the_simulation_are_failed_as_not_run() {
    let ran = run_on(
        "finishes",
        &[
            "does_not_want_the_design_to_finish",
            "lets_the_design_report",
        ],
        &[],
    );
    let text = ran.failure("lets_the_design_report");
    assert!(
        text.contains("not run: the simulation ended before this test"),
        "{text}"
    );
}

#[test]
fn the_end_that_a_test_wants_is_a_pass() {
    let ran = run_on("is fatal", &["wants_a_fatal_error"], &[]);
    ran.check_status(0);
    let ran = run_on("finishes", &["wants_the_design_to_finish"], &[]);
    ran.check_status(0);
}

#[test]
fn tests_that_want_the_end_come_last_and_the_error_for_those_after_one_says_how_to_run_them() {
    let names = [
        "wants_the_design_to_finish",
        "wants_a_stop_and_ends_first",
        "passes",
    ];
    let ran = run_on("finishes", &names, &[]);
    ran.check_status(1);
    assert_eq!(ran.results.ended[0].name, format!("{CASES}::passes"));
    let text = ran.failure("wants_a_stop_and_ends_first");
    assert!(text.contains("VERIFORK_FILTER="), "{text}");
}

#[test]
fn another_end_than_the_one_that_was_wanted_fails_the_test() {
    let ran = run_on("finishes", &["wants_a_fatal_error"], &[]);
    let text = ran.failure("wants_a_fatal_error");
    assert!(
        text.contains("`ends = \"fatal\"` requires it to be"),
        "{text}"
    );
    let ran = run_on("is fatal", &["wants_the_design_to_finish"], &[]);
    let text = ran.failure("wants_the_design_to_finish");
    assert!(text.contains("the design gives up"), "{text}");
    let ran = run(&["wants_a_stop_and_ends_first"]);
    let text = ran.failure("wants_a_stop_and_ends_first");
    assert!(
        text.contains("the test ended, but `ends = \"stop\"`"),
        "{text}"
    );
}

#[test]
fn a_fatal_error_of_the_design_fails_the_test_at_the_designs_line() {
    let ran = run_on("is fatal", &["lets_the_design_report"], &[]);
    ran.check_status(1);
    let text = ran.failure("lets_the_design_report");
    assert!(
        text.contains("`$fatal`") && text.contains("the design gives up"),
        "{text}"
    );
    let failure = &ran.ended("lets_the_design_report").failures[0];
    assert_eq!(
        (failure.file.as_deref(), failure.line),
        (Some("top.v"), Some(4))
    );
}

#[test]
fn a_simulator_that_refuses_the_first_delay_fails_the_run() {
    let ran = run_on("refuses", &["passes"], &[]);
    ran.check_status(1);
    assert!(
        ran.output.contains("cannot wait for `time`: it is Tuesday"),
        "{}",
        ran.output
    );
    assert!(
        ran.results
            .ended
            .iter()
            .all(|ended| ended.status == Status::Failed)
    );
}

#[test]
fn a_panic_outside_of_every_task_gives_the_run_up() {
    let ran = run(&["sees_the_run_given_up", "sees_the_values_of_the_design"]);
    ran.check_status(1);
    let text = ran.failure("sees_the_run_given_up");
    assert!(
        text.contains("panicked outside of every task: somebody else's code"),
        "{text}"
    );
    assert!(
        ran.failure("sees_the_values_of_the_design")
            .contains("not run")
    );
}
