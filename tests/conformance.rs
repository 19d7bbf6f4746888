//! The promises of the library, each kept on a simulator: see `tests/plugins/conformance`.

mod common;

use common::{Icarus, Run, Shared, plugin};

static DESIGN: Shared =
    Shared::new(|| Icarus::compile::<&str>("conformance", &["hdl/conformance.v"], &[]));

/// The plus-arguments that the plugin's tests look for.
const PLUSARGS: [&str; 4] = ["+depth=4", "+verbose", "+verb=1", "+empty="];

fn run(variables: &[(&str, &str)]) -> Run {
    DESIGN
        .get()
        .run(&plugin("conformance_tb"), variables, &PLUSARGS)
}

/// The line of the log that holds `mark`.
fn line<'a>(run: &'a Run, mark: &str) -> &'a str {
    let line = run.output.lines().find(|line| line.contains(mark));
    line.unwrap_or_else(|| panic!("no line has `{mark}`:\n{}", run.output))
}

#[test]
fn every_promise_is_kept_in_declared_order() {
    require!("iverilog", "vvp");
    run(&[])
        .passed()
        .says(" 0 failed, 0 skipped")
        .does_not_say("SCHEDULER ERROR");
}

#[test]
fn an_output_that_a_process_assigns_is_warned_of_once_at_its_line() {
    require!("iverilog", "vvp");
    let name = "=writes::what_the_design_drives_is_not_set_without_a_word";
    let run = run(&[("VERIFORK_FILTER", name)]);
    let file = "tests/plugins/conformance/src/writes.rs";
    let text = std::fs::read_to_string(common::root().join(file)).expect("a file of ours");
    let is_first = |line: &str| line.ends_with("// warned of, once");
    let number = text.lines().position(is_first).expect("the line is marked") + 1;
    let warning = format!("`conformance.q_8`, which is set at {file}:{number}:");
    run.passed().says(&warning);
    let who = "is assigned by a process of the design in `conformance`";
    assert_eq!(run.output.matches(who).count(), 1);
}

/// Each test finds what it needs, whatever ran before it.
#[test]
fn every_promise_is_kept_in_any_order() {
    require!("iverilog", "vvp");
    for seed in ["1", "2", "3"] {
        run(&[("VERIFORK_ORDER", "random"), ("VERIFORK_SEED", seed)]).passed();
    }
}

#[test]
fn every_promise_is_kept_again_in_the_same_simulation() {
    require!("iverilog", "vvp");
    run(&[
        ("VERIFORK_REPEAT", "2"),
        ("VERIFORK_FILTER", "phases,edges,writes,clocks,tasks"),
    ])
    .passed();
}

#[test]
fn random_streams_are_the_same_whatever_else_runs() {
    require!("iverilog", "vvp");
    let filter = (
        "VERIFORK_FILTER",
        "=extras::random_streams_depend_on_the_seed_and_the_names_alone",
    );
    let drawn = |variables: &[(&str, &str)]| {
        let run = run(variables);
        let line = line(run.passed(), "streams [").to_owned();
        line.split_once("streams ")
            .expect("just found")
            .1
            .to_owned()
    };
    let alone = drawn(&[("VERIFORK_SEED", "7"), filter]);
    let others = ("VERIFORK_FILTER", "extras,tasks");
    assert_eq!(drawn(&[("VERIFORK_SEED", "7"), others]), alone);
    assert_eq!(
        drawn(&[("VERIFORK_SEED", "7"), others, ("VERIFORK_ORDER", "random")]),
        alone
    );
    assert_ne!(drawn(&[("VERIFORK_SEED", "8"), filter]), alone);
}

/// The next test does not inherit it, which the tests check, and the log says what it was.
#[test]
fn what_a_test_leaves_forced_is_reported_and_released() {
    require!("iverilog", "vvp");
    let run = run(&[("VERIFORK_FILTER", "writes::a_force_ends_with_its_test")]);
    run.passed();
    let source = include_str!("plugins/conformance/src/writes.rs");
    for (signal, mark) in [("q_8", "// left forced"), ("w_8", "// left frozen")] {
        let line = source.lines().position(|line| line.ends_with(mark));
        let line = line.expect("marked") + 1;
        for case in ["once", "in_the_read_only_phase", "again"] {
            run.says(&format!(
                "`writes::a_force_ends_with_its_test::{case}` has left `conformance.{signal}` \
                 forced (at tests/plugins/conformance/src/writes.rs:{line}:"
            ));
        }
    }
    let warnings = run.output.lines().filter(|line| line.contains("WARN"));
    assert_eq!(warnings.count(), 6, "{}", run.output);
}

/// Same design, same seed: the same output, times of the machine aside.
#[test]
fn a_run_repeats_itself() {
    require!("iverilog", "vvp");
    let log = || {
        let run = run(&[("VERIFORK_SEED", "7"), ("VERIFORK_LOG", "debug")]);
        let lines = run
            .output
            .lines()
            .filter(|line| line.contains("ns DEBUG") || line.contains("ns INFO"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let first = log();
    assert!(first.len() > 50, "{first:?}");
    assert_eq!(log(), first);
}
