//! Simulations and processes that end before their tests do: what was found by then is kept.

use super::*;

/// What the report says of the run itself.
fn the_run(file: &std::path::Path) -> String {
    let text = fs::read_to_string(file).expect("written from the start");
    let (_, case) = text
        .split_once("<testcase name=\"the run\"")
        .expect("it is a test");
    case.to_owned()
}

#[test]
fn a_design_that_ends_the_simulation_fails_the_test_that_ran() {
    require!("iverilog", "vvp");
    for (test, said) in [
        ("finishes", "the design called `$finish`"),
        ("fails", "the design called `$fatal`: FATAL: "),
    ] {
        let name = format!("ends::the_design_{test}");
        let run = between(&name, &[]);
        run.failed()
            .says("PASS  ends::a_passes_before")
            .says("1 passed, 2 failed");
        tells(
            &run,
            &name,
            &[
                "the simulation ended while the test ran: ",
                said,
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
    let design = DESIGN.get();
    let file = design.folder().join("final.xml");
    let variables = [("VERIFORK_JUNIT", file.to_str().expect("a plain name"))];
    let run = between("ends::the_design_fails_in_its_final_block", &variables);
    run.says("3 passed, 0 failed")
        .says("the design ended badly");
    run.failed()
        .says("verifork: after the last test the design reported:\nFATAL: ");
    let said = "<failure message=\"after the last test the design reported:\">";
    assert!(the_run(&file).contains(said), "{}", the_run(&file));
    assert!(the_run(&file).contains("FATAL: "), "{}", the_run(&file));
    let text = fs::read_to_string(&file).expect("just read");
    assert!(
        text.contains("tests=\"4\" skipped=\"0\" failures=\"1\" errors=\"0\""),
        "{text}"
    );
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
        let said = match signal {
            0 => "<failure message=\"the process ended before the tests did",
            _ => "<error message=\"the process did not finish",
        };
        assert!(the_run(&file).contains(said), "{}", the_run(&file));
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
