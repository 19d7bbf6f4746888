//! Which tests run, in which order and with which seed; and what is printed instead of a run.

use super::*;

/// The last names of the tests that have ended, in order.
fn order(ran: &Ran) -> Vec<&str> {
    let names = ran.results.ended.iter().map(|ended| &*ended.label);
    names
        .map(|label| label.rsplit("::").next().unwrap())
        .collect()
}

#[test]
fn tests_run_in_the_order_of_the_source() {
    let ran = run(&["panics", "fails", "passes"]);
    assert_eq!(order(&ran), ["passes", "fails", "panics"]);
}

#[test]
fn a_random_order_is_one_order_for_a_seed_and_all_tests() {
    let names = [
        "passes",
        "fails",
        "panics",
        "draws",
        "has_cases::one",
        "has_cases::two",
    ];
    let settings = |seed| [("VERIFORK_ORDER", "random"), ("VERIFORK_SEED", seed)];
    let orders: Vec<_> = ["1", "1", "2", "3", "4"]
        .iter()
        .map(|seed| order(&run_on("plain", &names, &settings(seed))).join(" "))
        .collect();
    assert_eq!(orders[0], orders[1]);
    assert!(
        orders[2..].iter().any(|order| *order != orders[0]),
        "{orders:?}"
    );
    let mut sorted: Vec<_> = orders
        .iter()
        .map(|it| {
            let mut names: Vec<_> = it.split(' ').collect();
            names.sort_unstable();
            names
        })
        .collect();
    sorted.dedup();
    assert_eq!(sorted.len(), 1, "every order has all of them once");
}

#[test]
fn coverage_that_nothing_keeps_gives_a_warning() {
    let told = |settings: &[(&str, &str)]| {
        let ran = run_on("plain", &["passes"], settings);
        ran.output
            .contains("so set VERIFORK_RESULTS to a file for them")
    };
    let wanted = ("VERIFORK_COVERAGE", "functional");
    assert!(told(&[wanted, ("VERIFORK_RESULTS", "")]));
    assert!(!told(&[wanted]), "there are results");
    assert!(!told(&[
        ("VERIFORK_COVERAGE", "off"),
        ("VERIFORK_RESULTS", "")
    ]));
}

#[test]
fn one_seed_draws_the_same_alone_and_among_others() {
    let drawn = |ran: &Ran| {
        let lines = ran.output.lines();
        let found = lines.filter_map(|line| line.strip_prefix("drew "));
        found.map(str::to_owned).collect::<Vec<_>>()
    };
    let alone = run(&["draws"]);
    let among = run(&["passes", "fails", "draws"]);
    let other = run_on("plain", &["draws"], &[("VERIFORK_SEED", "2")]);
    assert_eq!(drawn(&alone).len(), 1, "{}", alone.output);
    assert_eq!(drawn(&alone), drawn(&among));
    assert_ne!(drawn(&alone), drawn(&other));
    assert_eq!(alone.ended("draws").seed, among.ended("draws").seed);
}

#[test]
fn a_test_is_repeated_with_another_seed_each_time() {
    let ran = run_on("plain", &["draws"], &[("VERIFORK_REPEAT", "3")]);
    ran.check_status(0);
    let mut seeds: Vec<_> = ran.results.ended.iter().map(|ended| ended.seed).collect();
    assert_eq!(seeds.len(), 3);
    seeds.dedup();
    assert_eq!(seeds.len(), 3, "{seeds:?}");
    assert_eq!(ran.results.planned.len(), 3);
}

#[test]
fn each_case_is_a_test() {
    let ran = run(&["has_cases::one", "has_cases::two"]);
    ran.check_status(1);
    assert_eq!(ran.status_of("has_cases::one"), Status::Passed);
    assert!(ran.failure("has_cases::two").contains("it is 2"));
}

#[test]
fn after_a_failure_nothing_else_runs_where_that_was_asked_for() {
    let ran = run_on(
        "plain",
        &["fails", "passes", "panics"],
        &[("VERIFORK_FAIL_FAST", "1")],
    );
    ran.check_status(1);
    assert_eq!(order(&ran), ["passes", "fails", "panics"]);
    let reason = ran.ended("panics").reason.as_deref().unwrap();
    assert!(reason.contains("VERIFORK_FAIL_FAST"), "{reason}");
}

#[test]
fn a_filter_that_fits_nothing_is_an_error_unless_nothing_is_allowed() {
    let ran = run(&["passse"]);
    ran.check_status(1);
    let problem = ran.results.problem.as_deref().unwrap();
    assert!(problem.contains("passse"), "{problem}");
    assert!(ran.results.ended.is_empty() && !ran.results.finished);
    run_on("plain", &["passse"], &[("VERIFORK_ALLOW_EMPTY", "1")]).check_status(0);
}

#[test]
fn a_setting_that_does_not_fit_is_an_error_and_nothing_runs() {
    let ran = run_on("plain", &["passes"], &[("VERIFORK_TIMEOUT", "soon")]);
    ran.check_status(1);
    assert!(
        ran.results
            .problem
            .as_deref()
            .unwrap()
            .contains("VERIFORK_TIMEOUT=soon")
    );
    assert!(ran.results.ended.is_empty());
}

#[test]
fn tests_are_listed_and_not_run() {
    let ran = run_on("plain", &["passes", "panics"], &[("VERIFORK_LIST", "1")]);
    ran.check_status(0);
    assert!(ran.output.contains("cases::passes") && ran.output.contains("cases::panics"));
    assert!(!ran.output.contains("cases::fails"), "{}", ran.output);
    assert!(ran.results.ended.is_empty());
}

#[test]
fn help_is_shown_and_nothing_runs() {
    let ran = run_on("plain", &["passes"], &[("VERIFORK_HELP", "1")]);
    ran.check_status(0);
    assert!(
        ran.output.contains("VERIFORK_WALL_TIMEOUT"),
        "{}",
        ran.output
    );
    assert!(ran.results.ended.is_empty());
}

#[test]
fn the_design_is_described_and_nothing_runs() {
    let ran = run_on(
        "plain",
        &["passes"],
        &[("VERIFORK_DESCRIBE", "{}/design.json")],
    );
    ran.check_status(0);
    let text = std::fs::read_to_string(ran.path("design.json")).unwrap();
    assert!(text.contains("\"top.memory\""), "{text}");
    assert!(ran.results.ended.is_empty());
}

#[test]
fn a_report_is_written_as_the_tests_end() {
    let settings = [("VERIFORK_JUNIT", "{}/report.xml")];
    let ran = run_on(
        "plain",
        &["passes", "fails", "aborts_the_process"],
        &settings,
    );
    let text = std::fs::read_to_string(ran.path("report.xml")).unwrap();
    assert!(text.contains("a wrong count"), "{text}");
    // A test without a result is an error, also after a crash.
    assert!(
        text.contains("aborts_the_process") && text.contains("<error"),
        "{text}"
    );
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_before_the_first_test() {
    let settings = [("VERIFORK_JUNIT", "{}/printed/report.xml")];
    let ran = run_on("plain", &["passes"], &settings);
    ran.check_status(1);
    assert!(ran.results.ended.is_empty(), "{}", ran.output);
}
