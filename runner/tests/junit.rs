//! The report is never greener than the run.

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use verifork_protocol::verdict::{self, Status as Judged, TestVerdict};

use common::{Harness, Run, icarus, process_of, script, wait_until};

const FAILED: i32 = 101;
const BROKEN: i32 = 2;

/// What stands in the case of a test, up to the next one.
fn case(text: &str, name: &str) -> String {
    let mut cases = text.split("<testcase ").skip(1);
    let start = format!("name=\"{name}\"");
    let case = cases.find(|case| case.starts_with(&start));
    case.unwrap_or_else(|| panic!("no `{name}` in:\n{text}"))
        .to_owned()
}

fn read(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.starts_with("<?xml"), "{text}");
    assert!(text.trim_end().ends_with("</testsuites>"), "{text}");
    // What the first line counts is what there is.
    let element = |name: &str| text.matches(&format!("<{name} ")).count();
    let counts = format!(
        "tests=\"{}\" skipped=\"{}\" failures=\"{}\" errors=\"{}\"",
        element("testcase"),
        element("skipped"),
        element("failure"),
        element("error")
    );
    assert!(text.contains(&counts), "{counts}:\n{text}");
    text
}

#[test]
fn a_harness_that_is_killed_leaves_what_did_not_finish_as_errors() {
    if !icarus() {
        return;
    }
    for signal in ["-KILL", "-TERM"] {
        let harness = Harness::new();
        let junit = harness.target.path().join("junit.xml");
        let variables = [("VERIFORK_JUNIT", junit.to_str().unwrap())];
        let arguments = [
            "--exact",
            "gate::icarus::passes",
            "gate::icarus::sleeps",
            "gate::icarus::waits",
            "gate::icarus::is_skipped",
            "--test-threads",
            "1",
        ];
        let mut command = harness.command("all", &variables, &arguments);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        process_of(&harness, "sleeps");
        let told = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status();
        assert!(told.unwrap().success());
        assert!(!child.wait().unwrap().success());
        let text = read(&junit);
        let passed = case(&text, "passes");
        assert!(
            !passed.contains("<error") && !passed.contains("<failure"),
            "{text}"
        );
        assert!(case(&text, "is_skipped").contains("<skipped message=\"no model yet\""));
        assert!(case(&text, "sleeps").contains("not finished"), "{text}");
        assert!(case(&text, "waits").contains("not run"), "{text}");
        assert!(case(&text, "the run").contains("did not finish"), "{text}");
        assert!(text.contains("errors=\"3\""), "{text}");
    }
}

#[test]
fn requirements_stand_beside_the_results_of_their_tests() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let junit = harness.target.path().join("junit.xml");
    let variables = [("VERIFORK_JUNIT", junit.to_str().unwrap())];
    let two = ["--exact", "gate::icarus::passes", "gate::icarus::fails"];
    harness.run("all", &variables, &two).status(FAILED);
    let text = read(&junit);
    let requirement = |name: &str| format!("<property name=\"covers\" value=\"{name}\"/>");
    for (test, covers) in [
        ("passes", &["REQ-12"][..]),
        ("fails", &["REQ-12", "REQ <13>"]),
    ] {
        let case = case(&text, test);
        for name in covers {
            let name = name.replace('<', "&lt;").replace('>', "&gt;");
            assert!(case.contains(&requirement(&name)), "{name}: {case}");
        }
        let read = TestVerdict::read(&harness.runs().join(test).join(verdict::FILE)).unwrap();
        assert_eq!(read.covers, covers);
        assert_eq!(read.status == Judged::Passed, test == "passes");
    }
}

#[test]
fn a_failure_after_a_tests_end_is_in_the_report() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let junit = harness.target.path().join("junit.xml");
    let variables = [("VERIFORK_JUNIT", junit.to_str().unwrap())];
    let one = ["--exact", "gate::icarus::passes_too"];
    harness
        .run("ends badly", &variables, &one)
        .status(FAILED)
        .says("the test passed, but after the last test the design reported");
    let text = read(&junit);
    assert!(case(&text, "passes_too").contains("<failure message=\"FATAL: "));
    harness.run("", &variables, &one).status(0);
    assert!(read(&junit).contains("tests=\"2\" skipped=\"0\" failures=\"0\" errors=\"0\""));
}

#[test]
fn what_fails_before_or_beside_the_tests_is_in_the_report() {
    let harness = Harness::new();
    let junit = harness.target.path().join("junit.xml");
    let place = ("VERIFORK_JUNIT", junit.to_str().unwrap());
    for (design, variables, said) in [
        ("no source", &[][..], "did you mean `gate.v`?"),
        ("", &[("VERIFORK_SIM", ",")], "a name is missing"),
        ("", &[("VERIFORK_FILTER", "zzz")], "no test fits"),
        (
            "",
            &[("VERIFORK_SIM", "all"), ("PATH", "/nonexistent")],
            "no test of `faulty_tb` could run",
        ),
    ] {
        fs::write(&junit, "<testsuites/> of yesterday").unwrap();
        harness
            .run(design, &[variables, &[place]].concat(), &[])
            .status(BROKEN)
            .says(said);
        let text = read(&junit);
        let run = case(&text, "the run");
        assert!(run.contains("<failure") && run.contains(said), "{text}");
    }
    // To list tests says nothing of them.
    fs::write(&junit, "of yesterday").unwrap();
    harness.run("", &[place], &["--list"]).status(0);
    assert_eq!(fs::read_to_string(&junit).unwrap(), "of yesterday");
}

#[test]
fn a_device_stays_what_it_is_and_one_that_is_full_fails_the_run() {
    if !icarus() {
        return;
    }
    use std::os::unix::fs::FileTypeExt as _;
    let harness = Harness::new();
    let one = ["--exact", "gate::icarus::passes"];
    harness
        .run("", &[("VERIFORK_JUNIT", "/dev/null")], &one)
        .status(0);
    let null = fs::symlink_metadata("/dev/null").unwrap();
    assert!(null.file_type().is_char_device());
    harness
        .run("", &[("VERIFORK_JUNIT", "/dev/full")], &one)
        .status(BROKEN)
        .says("cannot write the JUnit file `/dev/full`")
        .says("No space left on device");
    harness
        .run("", &[("VERIFORK_JUNIT", "/dev/stdout")], &one)
        .status(0)
        .says("1 passed")
        .says("<testcase name=\"passes\" classname=\"gate::icarus\"");
}

#[test]
fn a_test_that_nextest_kills_is_an_error() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let junit = harness.target.path().join("junit.xml");
    let variables = [
        ("VERIFORK_JUNIT", junit.to_str().unwrap()),
        ("NEXTEST_RUN_ID", "a-run"),
    ];
    let one = |test| ["--exact", test];
    harness
        .run("all", &variables, &one("gate::icarus::passes"))
        .status(0);
    let mut command = harness.command("all", &variables, &one("gate::icarus::sleeps"));
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    process_of(&harness, "sleeps");
    child.kill().unwrap();
    child.wait().unwrap();
    wait_until("it is told", || {
        let text = read(&junit);
        let sleeps = case(&text, "sleeps");
        assert!(text.contains("tests=\"2\" skipped=\"0\" failures=\"0\" errors=\"1\""));
        sleeps.contains("not finished").then_some(())
    });
}

/// As `cargo test --workspace` does it, with one path for all.
#[test]
fn harnesses_that_one_cargo_starts_add_to_one_report_and_the_next_cargo_begins_anew() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let junit = harness.target.path().join("junit.xml");
    let variables = [("VERIFORK_JUNIT", junit.to_str().unwrap())];
    // The name of the program that has started the harness counts, and that it is the same process.
    let cargo = harness.target.path().join("cargo");
    script(&cargo, "for test; do \"$HARNESS\" --exact \"$test\"; done");
    let run = |tests: &[&str]| {
        let own = harness.command("all", &variables, &[]);
        let mut command = Command::new(&cargo);
        command.env("HARNESS", own.get_program()).args(tests);
        for (name, value) in own.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let said = Run::of(command.output().unwrap());
        (said.text, read(&junit))
    };
    let (said, text) = run(&["gate::icarus::fails", "gate::icarus::passes"]);
    assert!(case(&text, "fails").contains("<failure"), "{said}{text}");
    assert!(!case(&text, "passes").contains("<failure"), "{text}");
    assert_eq!(text.matches("name=\"the run\"").count(), 2, "{text}");
    let (said, text) = run(&["gate::icarus::passes_too"]);
    assert!(!text.contains("name=\"fails\""), "{said}{text}");
    assert_eq!(text.matches("<testcase ").count(), 2, "{text}");
}
