//! A run in which nothing ran does not pass: in every way in which that comes about.

mod common;

use std::path::Path;

use common::{Harness, find, icarus};

/// The status of a harness in which a test has failed, as of any Rust test.
const FAILED: i32 = 101;
/// The status of a harness whose designs or settings are wrong, or in which nothing could run.
const BROKEN: i32 = 2;

const ALLOWED: (&str, &str) = ("VERIFORK_ALLOW_EMPTY", "1");
const NOWHERE: (&str, &str) = ("PATH", "/nonexistent");

#[test]
fn a_simulator_that_is_named_and_not_there_fails_its_tests() {
    let harness = Harness::new();
    let named = [NOWHERE, ("VERIFORK_SIM", "icarus")];
    harness
        .run("", &named, &[])
        .status(FAILED)
        .says("0 passed; 2 failed; 1 ignored")
        .says("Icarus Verilog is not installed")
        .says("no simulator is installed");
    // That nothing ran may be allowed, but not that what was named did not.
    let allowed = [NOWHERE, ("VERIFORK_SIM", "icarus"), ALLOWED];
    harness.run("", &allowed, &[]).status(FAILED);
    let place = [("VERIFORK_SIM", "all"), ("VERIFORK_ICARUS", "/nonexistent")];
    harness
        .run("", &place, &["passes_too"])
        .status(FAILED)
        .says("Icarus Verilog is not where VERIFORK_ICARUS says: there is no program `iverilog`");
    let required = [
        NOWHERE,
        ("VERIFORK_SIM", "all"),
        ("VERIFORK_REQUIRE", "all"),
    ];
    harness
        .run("", &required, &["icarus::passes"])
        .status(FAILED)
        .says("0 passed; 2 failed");
    // To list them needs no simulator.
    harness
        .run("", &named, &["--list"])
        .status(0)
        .says("gate::icarus::passes: test");
}

#[test]
fn what_is_installed_is_named_if_another_is_asked_for() {
    if !icarus() {
        return;
    }
    let program = find("iverilog").unwrap();
    let folder = program.parent().and_then(Path::to_str).unwrap();
    let variables = [
        NOWHERE,
        ("VERIFORK_SIM", "verilator,icarus"),
        ("VERIFORK_ICARUS", folder),
    ];
    Harness::new()
        .run("", &variables, &["verilator::passes_too"])
        .status(FAILED)
        .says("Verilator is not installed")
        .says("installed are icarus");
}

#[test]
fn where_no_simulator_is_installed_tests_are_ignored_and_the_run_fails() {
    let harness = Harness::new();
    let any = [NOWHERE, ("VERIFORK_SIM", "all")];
    let run = harness.run("", &any, &[]);
    run.status(BROKEN)
        .says("0 passed; 0 failed; 6 ignored")
        .says("note: 3 tests are ignored: Icarus Verilog is not installed")
        .says("apt install iverilog");
    run.says("no test of `faulty_tb` could run (VERIFORK_ALLOW_EMPTY=1")
        .says("2 ignored: no model yet");
    // One of them, as somebody picks it.
    harness
        .run("", &any, &["passes_too"])
        .status(BROKEN)
        .says("no test of `faulty_tb` could run");
    harness
        .run("", &[any[0], any[1], ALLOWED], &[])
        .status(0)
        .says("0 passed; 0 failed; 6 ignored");
    // Who asks for ignored tests is told of each.
    harness
        .run("", &any, &["--include-ignored"])
        .status(FAILED)
        .says("0 passed; 6 failed");
}

#[test]
fn nextest_which_runs_nothing_ignored_is_given_tests_that_fail() {
    let harness = Harness::new();
    let variables = [NOWHERE, ("VERIFORK_SIM", "all"), ("NEXTEST", "1")];
    let list = ["--list", "--format", "terse", "--ignored"];
    let ignored = harness.run("", &variables, &list);
    ignored.status(0).does_not_say("passes: test");
    let one = ["--exact", "gate::icarus::passes", "--nocapture"];
    harness
        .run("", &variables, &one)
        .status(FAILED)
        .says("no test of `faulty_tb` could run");
    if !icarus() {
        return;
    }
    // What is skipped beside others stays so.
    let some = [("NEXTEST", "1")];
    harness
        .run("", &some, &list)
        .status(0)
        .says("gate::icarus::is_skipped: test")
        .does_not_say("passes");
    harness.run("", &some, &one).status(0).says("1 passed");
}

#[test]
fn a_filter_of_ours_that_fits_nothing_is_an_error_with_the_nearest_names() {
    let harness = Harness::new();
    let filter = ("VERIFORK_FILTER", "pasess");
    for arguments in [&[][..], &["--list"], &["passes"]] {
        harness
            .run("", &[filter], arguments)
            .status(BROKEN)
            .says("no test fits VERIFORK_FILTER=pasess")
            .says("`passes`");
    }
    harness
        .run("", &[filter, ALLOWED], &[])
        .status(0)
        .says("running 0 tests");
    if icarus() {
        let some = [("VERIFORK_FILTER", "=passes,unheard-of")];
        harness
            .run("", &some, &[])
            .status(0)
            .says("1 passed")
            .says("note: VERIFORK_FILTER: no test's name contains `unheard-of`");
    }
}

#[test]
fn filters_of_the_command_line_may_fit_nothing() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    for arguments in [
        &["zzz"][..],
        &["zzz", "yyy"],
        &["--exact", "passes"],
        &["--skip", "gate"],
        &["--ignored", "passes"],
    ] {
        harness
            .run("", &[], arguments)
            .status(0)
            .says("0 passed; 0 failed; 0 ignored");
    }
    // Nor is it asked for what the settings leave out.
    let other = [("VERIFORK_SIM", "ghdl")];
    harness.run("", &other, &["zzz"]).status(0);
    harness
        .run("", &[], &["is_skipped"])
        .status(0)
        .says("0 passed; 0 failed; 1 ignored");
}

#[test]
fn several_filters_are_taken_as_libtest_takes_them() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    harness
        .run("", &[], &["too", "is_skipped"])
        .status(0)
        .says("1 passed; 0 failed; 1 ignored; 0 measured; 1 filtered out");
    let exact = [
        "--exact",
        "gate::icarus::passes",
        "gate::icarus::passes_too",
    ];
    harness.run("", &[], &exact).status(0).says("2 passed");
    let skips = ["--skip", "too", "--skip", "is_"];
    harness
        .run("", &[], &skips)
        .status(0)
        .says("1 passed; 0 failed; 0 ignored; 0 measured; 2 filtered out");
    harness
        .run("", &[], &["--list", "too", "is_skipped"])
        .status(0)
        .says("passes_too: test")
        .says("is_skipped: test")
        .does_not_say("::passes: test");
    harness
        .run("", &[], &["--no-capture", "passes_too", "zzz"])
        .status(0)
        .says("PASS  passes_too");
    harness
        .run("", &[("RUST_TEST_THREADS", "1")], &["passes"])
        .status(0)
        .says("2 passed");
    for (variables, arguments) in [
        (&[("RUST_TEST_THREADS", "many")][..], &[][..]),
        (&[], &["--test-threads", "0"]),
    ] {
        harness
            .run("", variables, arguments)
            .status(BROKEN)
            .says("1 or more fits");
    }
}

#[test]
fn settings_that_leave_nothing_are_an_error_that_names_what_there_is() {
    let harness = Harness::new();
    let other = [("VERIFORK_SIM", "ghdl")];
    let run = harness.run("", &other, &[]);
    run.status(BROKEN)
        .says("VERIFORK_SIM=ghdl leaves no test of `faulty_tb`")
        .says("its designs run on icarus, verilator");
    harness
        .run("", &other, &["passes"])
        .status(BROKEN)
        .says("VERIFORK_SIM=ghdl leaves no test of");
    harness.run("", &[other[0], ALLOWED], &[]).status(0);
    // What is required beside it does not make anything run.
    for required in ["all", "icarus"] {
        harness
            .run("", &[other[0], ("VERIFORK_REQUIRE", required)], &[])
            .status(BROKEN)
            .says("VERIFORK_SIM=ghdl leaves no test of");
    }
    for (name, value) in [
        ("VERIFORK_SIM", ","),
        ("VERIFORK_SIM", "icarus,"),
        ("VERIFORK_REQUIRE", ","),
    ] {
        harness
            .run("", &[(name, value)], &[])
            .status(BROKEN)
            .says(&format!("{name}={value}: a name is missing"));
    }
    harness
        .run("", &[("VERIFORK_REQUIRE", "icraus")], &[])
        .status(BROKEN)
        .says("VERIFORK_REQUIRE=icraus: there is no simulator `icraus` (did you mean `icarus`?)");
}

#[test]
fn a_design_that_names_nothing_is_an_error_that_says_what_would_fit() {
    let harness = Harness::new();
    for (design, said) in [
        ("none", "no design is given to `main`"),
        (
            "no such test",
            "design `gate`: `.tests([…])` names `pasess`, which no test's name contains (did you \
             mean `passes`",
        ),
        ("no test", "`.tests([])` names no test"),
        (
            "no such skip",
            "`.skip_on(…)` names `fials`, which no test's name contains (did you mean `fails`?)",
        ),
        ("no simulator", "`.simulators([])` names none"),
        (
            "no such simulator",
            "none of `.simulators([…])` (ghdl, nvc) supports Verilog; icarus, verilator do",
        ),
    ] {
        let said_of = |variables: &[_]| {
            harness
                .run(design, variables, &[])
                .status(BROKEN)
                .says(said);
        };
        said_of(&[]);
        // It is a mistake, and not merely empty.
        said_of(&[ALLOWED]);
    }
}

#[test]
fn where_every_test_is_skipped_nothing_has_passed() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    for (design, said) in [
        ("all skipped", "1 ignored: no model yet"),
        ("all skipped here", "2 ignored: why"),
        ("all skip themselves", "all of them skipped themselves"),
    ] {
        harness
            .run(design, &[], &[])
            .status(BROKEN)
            .says("0 passed; 0 failed")
            .says(said);
        harness.run(design, &[ALLOWED], &[]).status(0);
    }
    // Who picks one sees that it is skipped, as in any run.
    harness
        .run("all skip themselves", &[], &["skips_itself"])
        .status(0)
        .says("1 ignored");
}

#[test]
fn a_design_that_no_simulator_is_left_for_is_not_silently_left_undescribed() {
    let harness = Harness::new();
    let folder = tempfile::tempdir().unwrap();
    let variables = [
        ("VERIFORK_SIM", "ghdl"),
        ("VERIFORK_DESCRIBE", folder.path().to_str().unwrap()),
    ];
    harness
        .run("", &variables, &[])
        .status(BROKEN)
        .says("design `gate`: no simulator in VERIFORK_SIM supports it");
}
