//! What a test does wrong is told with its cause, its line and what would fit.

use super::*;

#[test]
fn each_failure_tells_its_cause_and_place() {
    require!("iverilog", "vvp");
    let run = run("plain,!report", &[("RUST_BACKTRACE", "0")]);
    run.failed();
    let tells = |test: &str, texts: &[&str]| tells(&run, &format!("plain::{test}"), texts);
    let at = |mark: &str| place("plain", mark);
    tells(
        "returns_an_error",
        &["cannot load the image\n     because the disk is full"],
    );
    tells(
        "panics",
        &[
            &at("panics"),
            "numbers differ",
            "left: 1",
            "right: 2",
            "at 3 ns",
        ],
    );
    tells(
        "expects_what_is_not_there",
        &[&at("expects"), "there should be something"],
    );
    tells("panics_in_a_drop", &["the bomb of the test went off"]);
    tells(
        "panics_in_the_drop_of_a_spawned_task",
        &["panicked while being dropped: the bomb of the task went off"],
    );
    let report = report(&run, "plain::destructors_find_errors");
    let found = [
        "request 2 was never answered",
        "request 1 was never answered",
    ];
    let told = found.map(|text| report.find(text));
    assert!(told[0].is_some() && told[0] < told[1], "{report}");
    assert!(
        report.contains("driver 2") && !report.contains("panicked"),
        "{report}"
    );
    tells(
        "a_spawned_task_fails",
        &["a_spawned_task_fails/monitor", "the monitor saw nonsense"],
    );
    tells(
        "a_spawned_task_panics",
        &["/checker", &at("spawned panic"), "the checker is lost"],
    );
    tells(
        "an_error_is_lost",
        &["an_error_is_lost/lonely", "nobody listens"],
    );
    tells("an_error_after_the_end", &["too late to tell"]);
    tells(
        "errors_of_scopes_in_scopes",
        &["errors_of_scopes_in_scopes/bus/driver", "no acknowledge"],
    );
    tells(
        "passes_though_it_should_fail",
        &["the test passed, but `should_fail"],
    );
    tells(
        "fails_otherwise_than_it_should",
        &["no error contains the text", "the disk is on fire"],
    );
    tells("is_even::three", &["3 is odd"]);
    tells(
        "reads_unknown_bits",
        &[
            "failing.nibble",
            &at("reads"),
            "4'b1x0z",
            "as u8",
            "bits 2, 0 are unknown (drive or reset it before, or read it as `LogicVec`",
        ],
    );
    tells(
        "expects_another_value",
        &["failing.nibble is 5, not 6", &at("another value")],
    );
    tells(
        "expects_unknown_bits",
        &[
            "failing.nibble",
            &at("unknown value"),
            "4'b1x0z",
            "bits 2, 0 are unknown",
        ],
    );
    tells(
        "writes_what_does_not_fit",
        &[
            "failing.nibble",
            &at("does not fit"),
            "16 does not fit 4 bits",
            "0 to 15",
        ],
    );
    tells(
        "writes_in_the_read_only_phase",
        &[
            "failing.nibble",
            &at("read-only"),
            "read-only phase",
            "await `next_time_step()`",
        ],
    );
    tells(
        "writes_a_constant",
        &[
            "failing.LIMIT",
            &at("constant"),
            "it is constant: its value is fixed when the design is elaborated",
        ],
    );
    tells(
        "waits_for_less_than_a_step",
        &[&at("too fine"), "1.5 ps", "use 1 ps or 2 ps"],
    );
    tells(
        "starts_a_clock_that_cannot_be",
        &[&at("odd clock"), "3 ps", "failing.clk"],
    );
    tells(
        "selects_a_bit_that_is_not_there",
        &[&at("no such bit"), "no bit 4", "[3:0]"],
    );
    for passed in [
        "passes",
        "fails_as_it_should",
        "is_even::two",
        "is_even::four",
    ] {
        run.says(&format!("PASS  plain::{passed} "));
    }
    run.says("SKIP  plain::is_skipped")
        .says("no model of the disk yet");
    run.says("SKIP  plain::skips_itself")
        .says("a nibble is too small");
    run.does_not_say("it was run all the same")
        .does_not_say("it went on")
        .says("4 passed, 23 failed, 2 skipped");
}

#[test]
fn a_check_of_a_signal_tells_both_values_path_line_and_time() {
    require!("iverilog", "vvp");
    let run = run("=plain::expects_another_value", &[]);
    let place = place("plain", "another value");
    let title = format!("{place}: failing.nibble is 5, not 6\n");
    tells(
        run.failed(),
        "plain::expects_another_value",
        &[&title, "     at 7 ns"],
    );
}

/// Before and after each test with a mistake, results are as they would be without it.
#[test]
fn mistakes_of_one_test_leave_the_results_of_the_others() {
    require!("iverilog", "vvp");
    let design = DESIGN.get();
    let file = design.folder().join("mistakes.xml");
    let path = file.to_str().expect("a plain name");
    let filter = "=binding::everything_that_does_not_fit_is_reported_at_once,=ends::a_passes_before,\
                  =ends::z_comes_after,=plain::reads_unknown_bits,=plain::writes_what_does_not_fit,\
                  =plain::writes_in_the_read_only_phase,=plain::writes_a_constant,\
                  =plain::waits_for_less_than_a_step,=plain::is_even::two";
    let variables = [("VERIFORK_JUNIT", path), ("VERIFORK_ORDER", "random")];
    for seed in ["1", "2"] {
        let run = run(
            filter,
            &[&variables[..], &[("VERIFORK_SEED", seed)]].concat(),
        );
        run.failed().says("3 passed, 6 failed, 0 skipped");
        for passed in [
            "ends::a_passes_before",
            "ends::z_comes_after",
            "plain::is_even::two",
        ] {
            run.says(&format!("PASS  {passed} "));
        }
        let cases = [
            ("a_passes_before", ""),
            ("z_comes_after", ""),
            ("is_even::two", ""),
            ("reported_at_once", "did you mean `count`?"),
            ("reads_unknown_bits", "bits 2, 0 are unknown"),
            ("writes_what_does_not_fit", "16 does not fit 4 bits"),
            ("writes_in_the_read_only_phase", "read-only phase"),
            ("writes_a_constant", "it is constant"),
            ("waits_for_less_than_a_step", "finer than the design"),
        ];
        junit(&file, &cases);
    }
}

#[test]
fn names_types_and_directions_that_do_not_fit_are_reported_at_once() {
    require!("iverilog", "vvp");
    let run = run("binding", &[]);
    let name = "binding::everything_that_does_not_fit_is_reported_at_once";
    let (misspelt, path) = (
        place("binding", "misspelt"),
        place("binding", "misspelt path"),
    );
    tells(
        run.failed(),
        name,
        &[
            "in 7 places",
            &format!("{misspelt}: Misspelt.cuont: there is no `cuont` in `failing`"),
            "did you mean `count`?",
            "it holds clk, command, ",
            "inner (module)",
            "Misspelt.value: there is no `vlaue` in `failing.inner` (did you mean `value`?)",
            "`failing.nibble` is a variable of logic [3:0] (4 bits), but bool takes 1 bit",
            "Signal<u8> or Signal<LogicVec> would fit",
            "Misspelt.count: `failing.count` is a variable: bind it as `Signal<u8>`",
            "Misspelt.inner: `failing.inner` is a module: bind it as `Instance`",
            "`failing.command` is an input port, not an output port",
            "but f64 takes a real number",
        ],
    );
    // The attribute stands on the line before the field.
    let attribute = path.replace(":11", ":10");
    assert!(
        run.output.contains(&path) || run.output.contains(&attribute),
        "{}",
        run.output
    );
    run.does_not_say("the test ran");
    let line = place("binding", "look-up");
    tells(
        &run,
        "binding::a_look_up_has_its_line",
        &[&line, "there is no `clock` in `failing`"],
    );
    run.says("PASS  binding::a_test_without_a_design_runs_on_any");
}

#[test]
fn a_plugin_for_another_design_says_what_is_missing() {
    require!("iverilog", "vvp");
    let run = DESIGN.get().run(&plugin("counter_tb"), &[], &[]);
    run.failed()
        .says("Counter.rst: there is no `rst` in `failing`")
        .says("no `core` in `failing`");
    run.says("1 passed, 4 failed")
        .says("examples/counter/src/lib.rs:10");
}

#[test]
fn one_of_several_tops_has_to_be_chosen() {
    require!("iverilog", "vvp");
    let design = Icarus::compile("failing", &SOURCE, &["-s", "another"]);
    let plugin = plugin("failures_tb");
    let filter = (
        "VERIFORK_FILTER",
        "=plain::reads_unknown_bits,=plain::passes",
    );
    let run = |top: &str| design.run(&plugin, &[filter, ("VERIFORK_TOP", top)], &[]);
    let several = run("");
    several
        .failed()
        .says("several tops")
        .says("`failing`")
        .says("`another`");
    several
        .says("choose one with VERIFORK_TOP")
        .says("PASS  plain::passes");
    run("failing").failed().says("4'b1x0z");
    run("another")
        .failed()
        .says("there is no `count` in `another`");
    run("failling")
        .failed()
        .says("VERIFORK_TOP=failling: the design has no such top");
}
