//! The rules of the harness, each against the real Icarus Verilog.

mod common;

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{Harness, Run, exec, files, icarus, process_of, script, wait_until};

/// The status of a harness in which a test has failed, as of any Rust test.
const FAILED: i32 = 101;

#[test]
fn tests_are_listed_without_a_simulator_in_the_order_of_the_source() {
    let harness = Harness::new();
    let variables = [("PATH", "/nonexistent"), ("VERIFORK_SIM", "all")];
    let run = harness.run(
        "",
        &variables,
        &["--list", "--format", "terse", "--ignored"],
    );
    run.status(0)
        .says("gate::icarus::passes: test\ngate::icarus::passes_too: test\n");
    run.says("gate::icarus::is_skipped: test\n");
    harness
        .run("", &[variables[0], ("VERIFORK_LIST", "1")], &[])
        .status(0)
        .says("gate::icarus::passes: test\n")
        .does_not_say("running");
}

#[test]
fn a_filter_exact_and_skip_choose_tests() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    harness
        .run("", &[], &["icarus::passes"])
        .status(0)
        .says("2 passed");
    harness
        .run("", &[], &["--exact", "gate::icarus::passes"])
        .status(0)
        .says("1 passed");
    harness
        .run("", &[], &["--skip", "too"])
        .status(0)
        .says("1 passed; 0 failed; 1 ignored");
    harness
        .run("", &[("VERIFORK_FILTER", "=passes")], &[])
        .status(0)
        .says("1 passed");
}

#[test]
fn a_skipped_test_is_ignored_and_says_why_when_it_is_run() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    harness
        .run("", &[], &[])
        .status(0)
        .says("2 passed; 0 failed; 1 ignored");
    harness
        .run("", &[], &["--ignored"])
        .status(0)
        .says("no model yet");
}

#[test]
fn a_test_may_be_skipped_on_one_simulator() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    harness
        .run("skipped", &[], &[])
        .status(0)
        .says("2 passed; 0 failed; 1 ignored");
    harness
        .run("skipped", &[], &["--ignored"])
        .status(FAILED)
        .says("ignored    it always fails");
}

#[test]
fn a_failure_tells_values_time_seed_and_how_to_repeat_it() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let variables = [("VERIFORK_SEED", "77")];
    let run = harness.run("all", &variables, &["--exact", "gate::icarus::fails"]);
    run.status(FAILED)
        .says("left: 5")
        .says("right: 1234")
        .says("the limit is wrong");
    run.says("at 12 ns")
        .says("src/lib.rs:")
        .says("about to fail");
    run.says(
        "VERIFORK_SEED=77 VERIFORK_WAVES=fst cargo test -p faulty_tb --test sim -- \
         --exact gate::icarus::fails",
    );
}

#[test]
fn a_crash_fails_its_test_and_no_other() {
    if !icarus() {
        return;
    }
    let run = Harness::new().run("all", &[], &["s", "--skip", "hangs", "--skip", "sleeps"]);
    run.status(FAILED)
        .says("3 passed; 4 failed; 1 ignored")
        .says("the simulator crashed (SIGSEGV) while the test ran");
    run.says("about to crash");
    run.says("gate::icarus::passes           ... ok");
}

/// The ways in which a testbench ends the process with status 0, which nobody who runs the simulator
/// by hand sees.
#[test]
fn a_process_that_leaves_has_not_passed() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let junit = harness.target.path().join("junit.xml");
    let variables = [("VERIFORK_JUNIT", junit.to_str().unwrap())];
    let run = harness.run("ends the process", &variables, &[]);
    run.status(FAILED)
        .says("1 passed; 4 failed")
        .says("gate::icarus::passes_too      ... ok");
    for test in ["leaves", "quits", "becomes_another", "exits"] {
        let title = format!("---- gate::icarus::{test} ----\n");
        let (_, said) = run.text.split_once(&title).expect("it failed by name");
        let said = said.lines().next().unwrap_or_default();
        // The plugin hears of `exit` alone, and says why.
        let cause = match test {
            "exits" => "the process ended before the tests did: ",
            _ => "the simulator ended with status 0 while the test ran",
        };
        assert!(said.starts_with(cause), "{said}");
    }
    let report = fs::read_to_string(&junit).unwrap();
    assert_eq!(report.matches("<failure").count(), 4, "{report}");
}

#[test]
fn a_hang_ends_at_the_wall_limit_and_names_the_task() {
    if !icarus() {
        return;
    }
    let run = Harness::new().run("all", &[], &["hangs"]);
    run.status(FAILED).says("without awaiting").says("hangs");
}

#[test]
fn a_design_that_finishes_early_fails_the_test_that_ran() {
    if !icarus() {
        return;
    }
    let run = Harness::new().run("finish", &[], &["--skip", "is_"]);
    run.status(FAILED)
        .says("the design called `$finish`")
        .says("2 passed; 1 failed");
}

#[test]
fn a_design_that_stops_does_not_wait_for_somebody_to_type() {
    if !icarus() {
        return;
    }
    let begun = Instant::now();
    let run = Harness::new().run("stop", &[], &[]);
    run.status(FAILED).says("waits").says("0 passed; 1 failed");
    assert!(begun.elapsed() < Duration::from_secs(60), "{}", run.text);
}

#[test]
fn every_variable_is_documented() {
    let harness = Harness::new();
    let help = harness.run("", &[("VERIFORK_HELP", "1")], &[]);
    help.status(0);
    let documentation = fs::read_to_string(common::root().join("runner/src/lib.rs")).unwrap();
    let (mut names, mut undocumented) = (0, Vec::new());
    for word in help
        .text
        .split(|c: char| !c.is_ascii_uppercase() && c != '_')
    {
        if word.starts_with("VERIFORK_") {
            names += 1;
            if !documentation.contains(word) {
                undocumented.push(word);
            }
        }
    }
    assert!(names >= 20, "{}", help.text);
    assert_eq!(undocumented, Vec::<&str>::new());
}

#[test]
fn a_simulator_that_does_not_load_the_plugin_fails_the_test() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let folder = tempfile::tempdir().unwrap();
    script(&folder.path().join("iverilog"), &exec("iverilog"));
    let vvp = format!(
        "case $1 in -V) {};; esac\necho nothing to do\nexit 0",
        exec("vvp")
    );
    script(&folder.path().join("vvp"), &vvp);
    let place = folder.path().to_str().unwrap();
    let run = harness.run(
        "",
        &[("VERIFORK_ICARUS", place)],
        &["--exact", "gate::icarus::passes"],
    );
    run.status(FAILED)
        .says("the plugin was never started")
        .says("status 0")
        .says("nothing to do");
}

#[test]
fn parameters_defines_files_and_folders_reach_the_design() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    harness
        .run("configured", &[], &[])
        .status(0)
        .says("1 passed");
    assert!(
        harness
            .runs()
            .join("is_as_configured/work/litter.txt")
            .is_file()
    );
    harness
        .run("cell nowhere", &[], &["--exact", "gate::icarus::passes"])
        .status(FAILED)
        .says("Unknown module type: gate_cell");
}

#[test]
fn a_shared_simulation_is_one_process_and_a_crash_spares_what_passed() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let arguments = [
        "--skip", "leaves", "--skip", "hangs", "--skip", "sleeps", "--skip", "is_",
    ];
    let run = harness.run("shared", &[], &arguments);
    run.status(FAILED).says("gate::icarus::passes     ... ok");
    run.says("crashed (SIGSEGV) while the test ran");
    run.says("the test has no result: the simulator crashed (SIGSEGV) during `crashes`");
    // Each test has a folder with its verdict; one of all has a simulation's log.
    let folders = fs::read_dir(harness.runs()).unwrap();
    let simulations = folders.filter(|it| it.as_ref().unwrap().path().join("log.txt").is_file());
    assert_eq!(simulations.count(), 1);
    harness
        .run("shared", &[], &["passes"])
        .status(0)
        .says("2 passed");
}

#[test]
fn each_test_has_a_folder_of_its_own_whatever_its_name() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    // Twice: each finds its own folder empty again.
    for _ in 0..2 {
        let run = harness.run("names", &[], &[]);
        run.status(0).says("0 failed; 0 ignored");
        run.says("names::long_long").says("::two ... ok");
    }
    let mut names: Vec<String> = files(&harness.runs())
        .iter()
        .map(|folder| fs::read_to_string(harness.runs().join(folder).join("work/mine")).unwrap())
        .collect();
    names.sort();
    let long = |case: &str| format!("names::{}::{case}", ["long"; 64].join("_"));
    let (one, two) = (long("one"), long("two"));
    assert!(one.len() > 255);
    let all = [
        "names::..",
        "names::A::b",
        "names::a.b",
        "names::a::b",
        &one,
        &two,
    ];
    assert_eq!(names, all);
    let command = ["--exact", &format!("gate::icarus::{two}")];
    harness
        .run("names", &[], &command)
        .status(0)
        .says("1 passed");
}

#[test]
fn nocapture_shows_what_the_simulator_prints() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let one = ["--exact", "gate::icarus::passes"];
    harness
        .run("", &[], &one)
        .status(0)
        .does_not_say("PASS  passes");
    harness
        .run("", &[], &[&one[..], &["--nocapture"]].concat())
        .says("PASS  passes");
}

#[test]
fn killing_one_simulator_fails_one_test() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let mut command = harness.command("all", &[], &["s", "--skip", "hangs", "--skip", "crashes"]);
    command.args(["--skip", "leaves", "--skip", "fails", "--skip", "is_as"]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let process = process_of(&harness, "sleeps");
    assert!(
        Command::new("kill")
            .args(["-KILL", &process])
            .status()
            .unwrap()
            .success()
    );
    let run = Run::of(child.wait_with_output().unwrap());
    run.status(FAILED)
        .says("the simulator was killed (SIGKILL) while the test ran");
    run.says("3 passed; 1 failed; 1 ignored");
}

#[test]
fn no_simulator_outlives_a_harness_that_is_ended() {
    if !icarus() {
        return;
    }
    for signal in ["-INT", "-TERM", "-KILL"] {
        let harness = Harness::new();
        let mut command = harness.command("all", &[], &["sleeps"]);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let process = process_of(&harness, "sleeps");
        let harness_id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &harness_id])
                .status()
                .unwrap()
                .success()
        );
        assert!(!child.wait().unwrap().success());
        wait_until(&format!("vvp is gone after {signal}"), || {
            let status = fs::read_to_string(format!("/proc/{process}/status"));
            status
                .is_ok_and(|text| !text.contains("Z (zombie)"))
                .then_some(())
                .is_none()
                .then_some(())
        });
    }
}

#[test]
fn two_hundred_tests_leave_no_process_and_nothing_outside_the_target_folder() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let temporary = tempfile::tempdir().unwrap();
    let crate_before = files(&common::crate_folder());
    let variables = [("TMPDIR", temporary.path().to_str().unwrap())];
    let run = harness.run("many", &variables, &["--test-threads", "2"]);
    run.status(0).says("200 passed; 0 failed");
    assert_eq!(files(&common::crate_folder()), crate_before);
    assert_eq!(files(temporary.path()), Vec::<String>::new());
    let target = harness.target.path().to_str().unwrap();
    for process in fs::read_dir("/proc").unwrap().flatten() {
        let command = fs::read(process.path().join("cmdline")).unwrap_or_default();
        assert!(
            !String::from_utf8_lossy(&command).contains(target),
            "{process:?} lives"
        );
    }
}
