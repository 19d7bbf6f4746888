//! The outcome of a test, by how it ends.

use super::*;

#[test]
fn a_run_whose_tests_have_all_passed_is_green_and_writes_all_of_it() {
    let ran = run(&["passes", "sees_the_values_of_the_design"]);
    ran.check_status(0);
    assert!(ran.results.finished);
    assert_eq!(ran.results.ended.len(), 2);
    let ended = ran.ended("passes");
    assert_eq!((ended.status, ended.failures.len()), (Status::Passed, 0));
    assert_eq!(ended.simulated_ns, "15.00");
    assert!(ended.file.ends_with("cases.rs") && ended.line > 0);
    let loaded = ran.results.loaded.as_ref().unwrap();
    assert_eq!((&*loaded.simulator, &*loaded.version), ("Fable", "1"));
    assert!(
        ran.output.contains("two edges"),
        "the log is shown\n{}",
        ran.output
    );
}

#[test]
fn an_error_fails_its_test_and_the_run_and_not_the_test_after_it() {
    let ran = run(&["fails", "sees_the_values_of_the_design"]);
    ran.check_status(1);
    assert!(ran.failure("fails").contains("a wrong count"));
    let failure = &ran.ended("fails").failures[0];
    assert_eq!(failure.at_ns.as_deref(), Some("7.00"));
    assert_eq!(
        ran.status_of("sees_the_values_of_the_design"),
        Status::Passed
    );
    assert!(ran.results.finished);
}

#[test]
fn a_panic_fails_its_test_alone() {
    let ran = run(&["panics", "sees_the_values_of_the_design"]);
    ran.check_status(1);
    assert!(ran.failure("panics").contains("a broken test"));
    assert_eq!(
        ran.status_of("sees_the_values_of_the_design"),
        Status::Passed
    );
}

#[test]
fn a_test_that_passes_its_limit_of_simulated_time_fails_with_what_it_awaits() {
    let ran = run(&["times_out", "ends_at_its_limit"]);
    ran.check_status(1);
    let text = ran.failure("times_out");
    assert!(
        text.contains("did not end within 20 ns of simulated time"),
        "{text}"
    );
    assert!(text.contains("rising edge of top.flag"), "{text}");
    assert_eq!(
        ran.ended("times_out").failures[0].at_ns.as_deref(),
        Some("20.00")
    );
    assert_eq!(ran.status_of("ends_at_its_limit"), Status::Passed);
}

#[test]
fn the_limit_of_the_settings_is_for_tests_that_have_none() {
    let settings = [("VERIFORK_TIMEOUT", "10ns")];
    let ran = run_on(
        "plain",
        &["lets_the_design_report", "ends_at_its_limit"],
        &settings,
    );
    let text = ran.failure("lets_the_design_report");
    assert!(
        text.contains("within 10 ns") && text.contains("VERIFORK_TIMEOUT"),
        "{text}"
    );
    assert_eq!(ran.status_of("ends_at_its_limit"), Status::Passed);
}

#[test]
fn a_test_that_is_skipped_is_neither_run_nor_passed() {
    let ran = run(&["is_skipped", "skips_itself", "passes"]);
    ran.check_status(0);
    assert_eq!(ran.status_of("is_skipped"), Status::Skipped);
    assert_eq!(ran.ended("is_skipped").reason.as_deref(), Some("not today"));
    assert_eq!(
        ran.ended("skips_itself").reason.as_deref(),
        Some("no such feature")
    );
}

#[test]
fn a_run_in_which_all_were_skipped_is_not_green_unless_that_is_allowed() {
    let ran = run(&["is_skipped"]);
    ran.check_status(1);
    assert!(ran.output.contains("no test has run"), "{}", ran.output);
    run_on("plain", &["is_skipped"], &[("VERIFORK_ALLOW_EMPTY", "1")]).check_status(0);
}

#[test]
fn a_test_that_should_fail_passes_only_if_it_does_so_in_that_way() {
    let names = [
        "should_fail_and_does",
        "should_time_out_and_does",
        "should_fail_and_does_not",
        "should_panic_and_fails",
    ];
    let ran = run(&names);
    ran.check_status(1);
    let statuses = names.map(|name| ran.status_of(name));
    use Status::{Failed, Passed};
    assert_eq!(statuses, [Passed, Passed, Failed, Failed]);
}

#[test]
fn a_test_that_does_not_bind_fails_with_what_the_design_has() {
    let ran = run(&["does_not_bind"]);
    ran.check_status(1);
    let text = ran.failure("does_not_bind");
    assert!(text.contains("clock") && text.contains("clk"), "{text}");
}

#[test]
fn an_error_that_nobody_collects_fails_the_test() {
    let ran = run(&["loses_an_error"]);
    ran.check_status(1);
    assert!(ran.failure("loses_an_error").contains("nobody collects it"));
    assert!(
        ran.ended("loses_an_error").failures[0]
            .task
            .ends_with("beside")
    );
}

#[test]
fn an_error_that_panics_while_it_is_dropped_does_not_end_the_run() {
    let ran = run(&["fails_with_an_error_that_panics", "passes"]);
    ran.check_status(1);
    let failures = &ran.ended("fails_with_an_error_that_panics").failures;
    assert!(failures[0].text.contains("a bad error"), "{failures:?}");
    assert_eq!(ran.status_of("passes"), Status::Passed);
}

#[test]
fn what_a_test_leaves_does_not_reach_the_next_one_and_is_reported() {
    let ran = run(&["leaves_things_behind", "finds_nothing_left"]);
    ran.check_status(0);
    for text in [
        "has left `top.flag` forced",
        "has ended before its write to `top.d`",
        "has ended before its write to `top.q`",
    ] {
        assert!(ran.output.contains(text), "{text}\n{}", ran.output);
    }
}

#[test]
fn a_force_that_was_left_in_the_read_only_phase_is_released_before_the_next_test() {
    let ran = run(&["ends_in_the_read_only_phase", "finds_nothing_left"]);
    ran.check_status(0);
    assert!(
        ran.output.contains("has left `top.flag` forced"),
        "{}",
        ran.output
    );
}

#[test]
fn what_the_simulator_refuses_to_a_clock_fails_the_test_that_runs() {
    let ran = run_on(
        "breaks",
        &["has_a_clock_that_breaks", "ends_at_its_limit"],
        &[],
    );
    ran.check_status(1);
    let text = ran.failure("has_a_clock_that_breaks");
    assert!(text.contains("a clock cannot write `top.flag2`"), "{text}");
    assert_eq!(ran.status_of("ends_at_its_limit"), Status::Passed);
}

#[test]
fn an_error_that_the_design_reports_fails_the_test_that_runs() {
    let ran = run_on("reports", &["lets_the_design_report"], &[]);
    ran.check_status(1);
    let text = ran.failure("lets_the_design_report");
    assert!(text.contains("the design reports an error"), "{text}");
    assert!(text.contains("the design is wrong"), "{text}");
    assert_eq!(
        ran.ended("lets_the_design_report").failures[0].line,
        Some(3)
    );
    run_on("reports", &["ignores_what_the_design_reports"], &[]).check_status(0);
}

#[test]
fn the_limit_of_wall_clock_time_ends_the_run_in_good_order() {
    let ran = run(&[
        "never_lets_the_clock_on_the_wall_stop",
        "sees_the_values_of_the_design",
    ]);
    ran.check_status(1);
    let text = ran.failure("never_lets_the_clock_on_the_wall_stop");
    assert!(text.contains("within 50 ms of wall-clock time"), "{text}");
    assert!(
        ran.failure("sees_the_values_of_the_design")
            .contains("not run"),
        "{}",
        ran.output
    );
    assert!(ran.results.finished);
}
