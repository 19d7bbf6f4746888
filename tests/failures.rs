//! What goes wrong is told once, with its cause and its place; the exit status says so, and what
//! went right before is kept. See `tests/plugins/failures`.

mod common;

use std::fs;

use common::{Icarus, Run, Shared, plugin, root};

const SOURCE: [&str; 1] = ["tests/designs/failing.sv"];

static DESIGN: Shared = Shared::new(|| Icarus::compile::<&str>("failing", &SOURCE, &[]));

/// Runs the tests that the filter selects.
fn run(filter: &str, variables: &[(&str, &str)]) -> Run {
    let variables = [&[("VERIFORK_FILTER", filter)], variables].concat();
    DESIGN.get().run(&plugin("failures_tb"), &variables, &[])
}

/// The place of the line of the plugin that ends in `// mark`, as messages give it.
fn place(file: &str, mark: &str) -> String {
    let file = format!("tests/plugins/failures/src/{file}.rs");
    let text = fs::read_to_string(root().join(&file)).expect("a file of ours");
    let mark = format!("// {mark}");
    let line = text.lines().position(|line| line.ends_with(&mark));
    format!(
        "{file}:{}",
        line.unwrap_or_else(|| panic!("no line ends in `{mark}`")) + 1
    )
}

/// What the run says of one failed test, from its title to its seed.
#[track_caller]
fn report<'a>(run: &'a Run, test: &str) -> &'a str {
    let title = format!("{test} failed (");
    let begin = run.output.find(&title);
    let begin = begin.unwrap_or_else(|| panic!("`{test}` did not fail:\n{}", run.output));
    let end = run.output[begin..]
        .find("\n  seed ")
        .expect("every report has the seed");
    &run.output[begin..begin + end]
}

#[track_caller]
fn tells(run: &Run, test: &str, texts: &[&str]) {
    let report = report(run, test);
    for text in texts {
        assert!(report.contains(text), "`{text}` is not in:\n{report}");
    }
    // One cause, told once.
    assert!(
        !report.contains("\n  2. ") || test.contains("otherwise"),
        "{report}"
    );
}

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
            "at 3.",
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
        "a_task_would_skip_the_test",
        &["a_task_would_skip_the_test/tired", "skipped: no mind to"],
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
            "it is constant: its value is chosen where the design is elaborated",
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

/// Before and after each test with a mistake, results are as they would be without it.
#[test]
fn mistakes_of_one_test_leave_the_results_of_the_others() {
    require!("iverilog", "vvp");
    let file = DESIGN.get().folder().join("mistakes.xml");
    let path = file.to_str().expect("a plain name");
    let filter = "=binding::everything_that_does_not_fit_is_told_at_once,=ends::a_passes_before,\
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
            ("told_at_once", "did you mean `count`?"),
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
fn a_check_of_a_signal_tells_both_values_path_line_and_time() {
    require!("iverilog", "vvp");
    let run = run("=plain::expects_another_value", &[]);
    let place = place("plain", "another value");
    let title = format!("task plain::expects_another_value, at {place}, at 7.00ns:\n");
    tells(
        run.failed(),
        "plain::expects_another_value",
        &[&title, "     failing.nibble is 5, not 6\n"],
    );
}

#[test]
fn names_types_and_directions_that_do_not_fit_are_told_at_once() {
    require!("iverilog", "vvp");
    let run = run("binding", &[]);
    let name = "binding::everything_that_does_not_fit_is_told_at_once";
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
    run.says("1 passed, 3 failed")
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

/// Runs a test between two that have nothing to do with it.
fn between(test: &str, variables: &[(&str, &str)]) -> Run {
    run(
        &format!("=ends::a_passes_before,=ends::z_comes_after,={test}"),
        variables,
    )
}

#[test]
fn a_design_that_ends_the_simulation_fails_the_test_that_ran() {
    require!("iverilog", "vvp");
    for (test, said) in [("finishes", ""), ("fails", "the design gave up")] {
        let name = format!("ends::the_design_{test}");
        let run = between(&name, &[]);
        run.failed()
            .says(said)
            .says("PASS  ends::a_passes_before")
            .says("1 passed, 2 failed");
        tells(
            &run,
            &name,
            &[
                "the design called `$finish` or `$fatal`",
                "awaits the time 2.001 ns",
            ],
        );
        tells(
            &run,
            "ends::z_comes_after",
            &["not run: the simulation ended before this test"],
        );
    }
}

#[test]
fn a_failure_after_the_last_test_is_none_the_less_one() {
    require!("iverilog", "vvp");
    let run = between("ends::the_design_fails_in_its_final_block", &[]);
    run.says("3 passed, 0 failed")
        .says("the design ended badly");
    run.failed()
        .says("the simulator ended with a failure after all tests had passed");
}

/// With `-n`, as a runner gives it; without, Icarus waits for a command, and at the end of its input
/// goes on.
#[test]
fn a_design_that_stops_ends_the_simulation() {
    require!("iverilog", "vvp");
    let design = DESIGN.get();
    let mut command = std::process::Command::new("vvp");
    command
        .arg("-n")
        .arg("-m")
        .arg(plugin("failures_tb"))
        .arg(design.image());
    command.env(
        "VERIFORK_FILTER",
        "=ends::the_design_stops,=ends::z_comes_after",
    );
    common::run(command)
        .failed()
        .says("FAIL  ends::the_design_stops")
        .says("0 passed, 2 failed");
}

/// Nothing runs on after a crash: the output is whole, the file says which test it was, and the
/// status is not 0.
#[test]
fn a_crash_keeps_the_results_before_it() {
    require!("iverilog", "vvp");
    let design = DESIGN.get();
    let tests = [
        (
            "ends::aborts",
            "aborted (SIGABRT) during the test `ends::aborts`",
            libc::SIGABRT,
        ),
        (
            "ends::touches_what_is_not_there",
            "crashed (SIGSEGV) during",
            libc::SIGSEGV,
        ),
        (
            "ends::panics_while_panicking",
            "panicked: once (at",
            libc::SIGABRT,
        ),
        ("ends::exits", "the process ended before the tests did", 0),
    ];
    for (test, said, signal) in tests {
        let file = design
            .folder()
            .join(format!("{}.xml", test.replace("::", "_")));
        let run = between(
            test,
            &[("VERIFORK_JUNIT", file.to_str().expect("a plain name"))],
        );
        run.says("PASS  ends::a_passes_before").says(said);
        let expected = if signal == 0 {
            (Some(1), None)
        } else {
            (None, Some(signal))
        };
        assert_eq!((run.status, run.signal), expected, "{test}");
        junit(
            &file,
            &[
                ("a_passes_before", ""),
                (test, "not finished"),
                ("z_comes_after", "not run"),
            ],
        );
    }
}

/// The file is whole, and each test's case contains the text, or no failure for an empty one.
#[track_caller]
fn junit(file: &std::path::Path, cases: &[(&str, &str)]) {
    let text = fs::read_to_string(file).expect("written from the start");
    assert!(text.starts_with("<?xml"), "{text}");
    assert!(text.trim_end().ends_with("</testsuites>"), "{text}");
    assert_eq!(text.matches("<testcase ").count(), cases.len(), "{text}");
    for (name, expected) in cases {
        let case = text.split("<testcase ").find(|case| {
            let name_of = case
                .split("name=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next());
            name_of.is_some_and(|found| found.ends_with(name))
        });
        let case = case.unwrap_or_else(|| panic!("no case `{name}` in:\n{text}"));
        let failed = case.contains("<error") || case.contains("<failure");
        assert_eq!(failed, !expected.is_empty(), "{name}: {case}");
        assert!(case.contains(expected), "{name}: {case}");
    }
}

#[test]
fn the_report_is_whole_while_tests_run() {
    require!("iverilog", "vvp");
    let design = DESIGN.get();
    let file = design.folder().join("while.xml");
    let path = file.to_str().expect("a plain name");
    let filter = "=plain::panics,=plain::is_skipped,=plain::skips_itself,\
                  =plain::reads_the_report_while_it_runs";
    let run = run(filter, &[("VERIFORK_JUNIT", path), ("VERIFORK_SEED", "5")]);
    run.failed()
        .says("PASS  plain::reads_the_report_while_it_runs");
    let cases = [
        ("plain::panics", "numbers differ"),
        ("is_skipped", ""),
        ("plain::skips_itself", ""),
        ("reads_the_report_while_it_runs", ""),
    ];
    junit(&file, &cases);
    let text = fs::read_to_string(&file).expect("just read");
    for reason in ["no model of the disk yet", "a nibble is too small"] {
        assert!(
            text.contains(&format!("<skipped message=\"{reason}\"/>")),
            "{text}"
        );
    }
    assert!(text.contains("skipped=\"2\""), "{text}");
}

#[test]
fn a_time_limit_shows_what_every_task_awaits() {
    require!("iverilog", "vvp");
    let run = run("=hangs::waits_for_what_never_comes", &[]);
    let name = "hangs::waits_for_what_never_comes";
    tells(
        run.failed(),
        name,
        &[
            "the test did not end within 100 ns of simulated time\n",
            &format!("     {name} (forked at tests/plugins/failures/src/hangs.rs:"),
            "awaits 991 falling edges of failing.clk, since 15 ns",
            "       watcher (forked at tests/plugins/failures/src/hangs.rs:",
            "awaits change of failing.command, since 15 ns",
            "driver (forked at",
            "awaits a condition on failing.count, since 15 ns",
            "awaits the event `ready` (tests/plugins/failures/src/hangs.rs:",
            "awaits an item from the channel (tests/plugins/failures/src/hangs.rs:",
            "awaits the time 1.000015 ms, since 15 ns",
        ],
    );
}

/// The simulator's thread waits for the other one, and tells its name when it is asked.
#[test]
fn a_thread_that_never_returns_is_named_at_the_time_out() {
    require!("iverilog", "vvp");
    let name = "hangs::awaits_a_thread_that_never_returns";
    let run = between(name, &[]);
    run.failed().says("PASS  ends::a_passes_before");
    let thread = "thread `golden model` (started at tests/plugins/failures/src/hangs.rs:";
    tells(
        &run,
        name,
        &[
            "did not end within 1s of wall-clock time",
            &format!("threads that a task waits for: {thread}"),
            ") computes\n",
            &format!("awaits {thread}"),
        ],
    );
    run.does_not_say("a task runs without ever awaiting");
}

#[test]
fn a_thread_in_a_call_that_never_answers_is_named_with_what_the_call_awaits() {
    require!("iverilog", "vvp");
    let name = "hangs::awaits_a_thread_in_a_call_that_never_answers";
    let run = between(name, &[]);
    tells(
        run.failed(),
        name,
        &[
            "the test did not end within 100 ns of simulated time\n",
            "awaits a call of thread `script` (started at tests/plugins/failures/src/hangs.rs:",
            ") | a condition on failing.count, since ",
        ],
    );
    // Only the test that hangs has failed.
    run.says("PASS  ends::z_comes_after")
        .says("2 passed, 1 failed");
}

#[test]
fn a_test_without_events_ends_by_its_limit_or_with_the_simulation() {
    require!("iverilog", "vvp");
    let name = "hangs::waits_without_a_clock";
    let limited = between(name, &[("VERIFORK_TIMEOUT", "3us")]);
    let texts = [
        "3 us of simulated time, the limit of VERIFORK_TIMEOUT",
        "rising edge of failing.clk",
    ];
    tells(limited.failed(), name, &texts);
    let unlimited = run(
        &format!("={name},=plain::panics"),
        &[("VERIFORK_TIMEOUT", "off")],
    );
    let texts = [
        "nothing was left to happen (is there a clock?)",
        "rising edge of failing.clk",
    ];
    tells(unlimited.failed(), name, &texts);
}

/// The simulator's thread still comes by: it tells what everybody awaits, and ends in good order.
#[test]
fn a_loop_over_awaits_ends_at_the_wall_clock_limit() {
    require!("iverilog", "vvp");
    for (test, awaits) in [
        ("spins_over_awaits", "awaits its next turn"),
        ("spins_over_delays_of_nothing", "awaits the time"),
        (
            "spins_over_delays_of_nothing_in_the_read_only_phase",
            "awaits the time",
        ),
        (
            "runs_a_clock_for_ever",
            "hangs::runs_a_clock_for_ever (forked",
        ),
    ] {
        let name = format!("hangs::{test}");
        let run = between(&name, &[]);
        run.failed().says("PASS  ends::a_passes_before");
        tells(
            &run,
            &name,
            &["did not end within 1s of wall-clock time", awaits],
        );
    }
}

/// The simulator's thread does not come by any more: the process is ended from outside of it.
#[test]
fn a_task_that_never_awaits_is_named() {
    require!("iverilog", "vvp");
    let design = DESIGN.get();
    let file = design.folder().join("spins.xml");
    let path = file.to_str().expect("a plain name");
    let name = "hangs::spins_without_an_await";
    let run = between(name, &[("VERIFORK_JUNIT", path)]);
    run.failed()
        .says("PASS  ends::a_passes_before")
        .says("a task runs without ever awaiting");
    run.says(&format!("{name} (tests/plugins/failures/src/hangs.rs:"))
        .says("<- running");
    junit(
        &file,
        &[
            ("a_passes_before", ""),
            ("z_comes_after", ""),
            (name, "not finished"),
        ],
    );
}

#[test]
fn a_design_that_never_settles_is_told_from_a_task_that_spins() {
    require!("iverilog", "vvp");
    let run = between("hangs::spins_in_the_design", &[]);
    run.failed()
        .says("PASS  ends::a_passes_before")
        .says("design: count x");
    run.says("the design loops without simulated time");
    run.says("bystander (forked at")
        .says("awaits a condition on failing.count");
    run.does_not_say("a task runs without ever awaiting");
}

#[test]
fn two_tests_of_one_name_are_refused_with_their_places() {
    require!("iverilog", "vvp");
    let run = DESIGN.get().run(&plugin("duplicates_tb"), &[], &[]);
    run.failed()
        .says("test names have to be unique")
        .says("`group::one`")
        .says("`same`");
    for line in [9, 13, 17, 21] {
        run.says(&format!("tests/plugins/duplicates/src/lib.rs:{line}"));
    }
    run.does_not_say("PASS");
}

#[test]
fn a_plugin_without_tests_is_refused() {
    require!("iverilog", "vvp");
    DESIGN
        .get()
        .run(&plugin("empty_tb"), &[], &[])
        .failed()
        .says("this plugin has no tests");
}

/// A process that stands for a simulator exports less of VPI than a plugin needs.
#[test]
fn a_simulator_that_lacks_functions_is_told_by_name_and_fails() {
    require!("cc");
    let folder = tempfile::tempdir().expect("a folder");
    let run = |macros: &[&str]| {
        let program = folder.path().join(format!("simulator{}", macros.len()));
        let compiled = std::process::Command::new("cc")
            .args(["-rdynamic", "-o"])
            .arg(&program)
            .args(macros)
            .arg(root().join("tests/designs/lacking.c"))
            .arg("-ldl")
            .status();
        assert!(compiled.expect("cc runs").success());
        let mut command = std::process::Command::new(program);
        command
            .arg(plugin("failures_tb"))
            .env("VERIFORK_FILTER", "=plain::passes");
        common::run(command)
    };
    let refused = run(&[]);
    refused
        .failed()
        .says("verifork: cannot use this simulator: it does not export `vpi_register_cb`")
        .says("no test can run; `cargo verifork doctor` says which simulators can be used");
    // It goes on without us, and its own good end does not count.
    refused.says("the simulation ends").does_not_say("PASS");
    run(&["-DHAS_REGISTER_CB"])
        .failed()
        .says("cannot use this simulator")
        .says("gives no time precision");
    // Enough to begin with, but not to run a test.
    run(&["-DHAS_REGISTER_CB", "-DHAS_GET"])
        .failed()
        .says("the process ended before the tests did")
        .does_not_say("PASS");
}

#[test]
fn a_filter_that_fits_nothing_is_refused_with_the_nearest_names() {
    require!("iverilog", "vvp");
    let none = run("plain::paniks", &[]);
    none.failed()
        .says("no test fits VERIFORK_FILTER=plain::paniks")
        .says("`plain::panics`");
    let some = run("=plain::passes,unheard-of", &[]);
    some.passed()
        .says("no test's name contains `unheard-of`")
        .says("1 passed");
}

#[test]
fn settings_that_cannot_be_understood_are_all_told() {
    require!("iverilog", "vvp");
    let variables = [
        ("VERIFORK_SEED", "abc"),
        ("VERIFORK_FILTR", "x"),
        ("VERIFORK_ORDER", "alphabet"),
    ];
    let run = run("plain::passes", &variables);
    run.failed()
        .says("VERIFORK_SEED=abc: a number of 64 bits fits")
        .does_not_say("PASS");
    run.says("VERIFORK_FILTR=x: there is no such variable (did you mean `VERIFORK_FILTER`?)");
    run.says("VERIFORK_ORDER=alphabet")
        .says("VERIFORK_HELP=1 shows every variable");
}

#[test]
fn settings_choose_order_and_repeat_the_tests() {
    require!("iverilog", "vvp");
    let list = run("is_even,binding", &[("VERIFORK_LIST", "1")]);
    list.passed()
        .says("plain::is_even::three\ttests/plugins/failures/src/plain.rs:");
    list.says("binding::a_look_up_has_its_line")
        .does_not_say("PASS")
        .does_not_say("passed");

    let help = run("plain::passes", &[("VERIFORK_HELP", "1")]);
    help.passed()
        .says("VERIFORK_WALL_TIMEOUT")
        .does_not_say("PASS");

    let order = |order: &str| {
        let run = run(
            "is_even,plain::passes",
            &[("VERIFORK_ORDER", order), ("VERIFORK_SEED", "3")],
        );
        let lines = run
            .output
            .lines()
            .filter(|line| line.starts_with("PASS ") || line.starts_with("FAIL "));
        let names =
            lines.filter_map(|line| line.split_whitespace().nth(1)?.strip_prefix("plain::"));
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let declared = [
        "passes",
        "is_even::two",
        "is_even::three",
        "is_even::four",
        "passes_though_it_should_fail",
    ];
    let mut by_name = declared.map(str::to_owned).to_vec();
    by_name.sort();
    assert_eq!(order("name"), by_name);
    assert_eq!(order("random"), order("random"));
    assert_ne!(order("declared"), by_name);
    let mut random = order("random");
    random.sort();
    assert_eq!(random, by_name);

    let fast = run(
        "=plain::passes,=plain::panics,=plain::fails_as_it_should",
        &[("VERIFORK_FAIL_FAST", "1")],
    );
    fast.failed()
        .says("not run, since VERIFORK_FAIL_FAST is set")
        .says("1 passed, 1 failed, 1 skipped");

    let repeat = run("=plain::passes", &[("VERIFORK_REPEAT", "3")]);
    repeat
        .passed()
        .says("plain::passes#1")
        .says("plain::passes#3")
        .says("3 passed");
}

/// What a failure prints under "repeat" repeats it.
#[test]
fn the_printed_command_repeats_the_failure() {
    require!("iverilog", "vvp");
    let design = DESIGN.get();
    let variables = [("VERIFORK_SEED", "9"), ("VERIFORK_TOP", "failing")];
    let first = run("is_even", &variables);
    let line = first
        .output
        .lines()
        .find_map(|line| line.strip_prefix("  repeat  "));
    let command = line.unwrap_or_else(|| panic!("no such line:\n{}", first.output));
    assert!(command.contains(" VERIFORK_TOP=failing "), "{command}");
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", command]).current_dir(design.folder());
    common::run(shell)
        .failed()
        .says("FAIL  plain::is_even::three")
        .says("0 passed, 1 failed");
}

/// Through the simulator's own output, whatever is buffered where.
#[test]
fn the_log_stands_in_order_with_what_the_design_prints() {
    require!("iverilog", "vvp");
    let run = run("=logs::logs_in_order", &[]);
    let lines: Vec<_> = run.passed().output.lines().collect();
    let said = |text: &str| {
        let at = lines.iter().position(|line| line.contains(text));
        at.unwrap_or_else(|| panic!("no `{text}` in {lines:#?}"))
    };
    let begin = said("design: count x");
    for (cycle, pair) in lines[begin..begin + 10].chunks(2).enumerate() {
        assert!(pair[0].starts_with("design: count "), "{pair:?}");
        assert!(
            pair[1].ends_with(&format!("testbench: cycle {cycle}")),
            "{pair:?}"
        );
        assert!(pair[1].contains(&format!(
            "{}.00ns INFO  logs::logs_in_order",
            5 + 10 * cycle
        )));
    }
}

#[test]
fn the_log_is_filtered_by_level_module_and_text() {
    require!("iverilog", "vvp");
    let log = |filter: &str| run("=logs::logs_at_every_level", &[("VERIFORK_LOG", filter)]);
    let all = [
        "an error",
        "a warning",
        "an information",
        "a detail",
        "a trace",
    ];
    for (filter, count) in [
        ("off", 0),
        ("error", 1),
        ("info", 3),
        ("", 3),
        ("trace", 5),
        ("warn,failures_tb=debug", 4),
    ] {
        let run = log(filter);
        let shown = all.map(|text| run.passed().output.contains(text));
        assert_eq!(
            shown.iter().filter(|shown| **shown).count(),
            count,
            "{filter}: {}",
            run.output
        );
        assert!(
            shown.is_sorted_by(|a, b| a >= b),
            "{filter}: {}",
            run.output
        );
    }
    log("trace/detail").says("a detail").does_not_say("a trace");
    log("info").says("an error (failures_tb::logs tests/plugins/failures/src/logs.rs:");
    log("failures_tb=loud")
        .failed()
        .says("VERIFORK_LOG=failures_tb=loud");
}

#[test]
fn other_threads_log_with_their_name_and_text_is_no_format() {
    require!("iverilog", "vvp");
    let run = run("=logs::logs_from_another_thread", &[]);
    run.passed()
        .says("INFO  thread helper  from outside")
        .says("%s %n");
}
