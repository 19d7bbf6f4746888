//! What the harness writes: wave files, reports, compiled designs.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use common::{Harness, Run, exec, files, icarus, script};

/// The status of a harness in which a test has failed, as of any Rust test.
const FAILED: i32 = 101;

#[test]
fn waves_are_one_file_a_test() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    harness.run("", &[("VERIFORK_WAVES", "vcd")], &[]).status(0);
    for test in ["passes", "passes_too"] {
        let path = harness.runs().join(test).join("waves.vcd");
        assert!(
            fs::read_to_string(path).unwrap().contains("$var wire 8"),
            "{test}"
        );
    }
}

#[test]
fn a_simulator_without_the_format_writes_its_own_and_says_so() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let run = harness.run("", &[("VERIFORK_WAVES", "ghw")], &["passes_too"]);
    run.status(0)
        .says("note: Icarus Verilog writes waves as fst or vcd, not as ghw: as fst here");
    let waves = harness.runs().join("passes_too/waves.fst");
    assert!(waves.metadata().unwrap().len() > 100);
}

#[test]
fn waves_on_failure_are_those_of_a_second_run() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let variables = [("VERIFORK_WAVES", "on-failure")];
    let run = harness.run("all", &variables, &["fails"]);
    run.status(FAILED).says("fails/waves/waves.fst");
    assert!(harness.runs().join("fails/waves/waves.fst").is_file());
    assert!(!harness.runs().join("fails/waves.fst").exists());
}

#[test]
fn the_junit_file_has_every_test_of_the_run() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let path = harness.target.path().join("reports/junit.xml");
    let variables = [
        ("VERIFORK_JUNIT", path.to_str().unwrap()),
        ("VERIFORK_SEED", "5"),
    ];
    harness
        .run(
            "all",
            &variables,
            &["s", "--skip", "hangs", "--skip", "sleeps"],
        )
        .status(FAILED);
    let text = fs::read_to_string(path).unwrap();
    for part in [
        "classname=\"gate::icarus\"",
        "name=\"simulator\" value=\"Icarus Verilog\"",
        "name=\"seed\" value=\"5\"",
        "name=\"simulated_ns\"",
        "crashed (SIGSEGV)",
        "[[ATTACHMENT|",
        "<skipped message=\"no model yet\"/>",
    ] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
    assert!(
        !text.contains("<testsuites name=\"faulty_tb\" tests=\"0\""),
        "{text}"
    );
}

#[test]
fn a_design_is_compiled_again_only_when_something_has_changed() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let include = tempfile::tempdir().unwrap();
    let file = include.path().join("limit.vh");
    let place = include.path().to_str().unwrap();
    let one = ["--exact", "gate::icarus::fails"];
    let run = || harness.run("all", &[("FAULTY_INCLUDE", place)], &one);
    fs::write(&file, "`define LIMIT 6\n").unwrap();
    run().says("left: 6");
    let image = || {
        let designs = fs::read_dir(harness.target.path().join("verifork/designs")).unwrap();
        let mut images: Vec<_> = designs
            .map(|entry| entry.unwrap().path().join("design.vvp"))
            .filter(|image| image.is_file())
            .collect();
        assert_eq!(images.len(), 1, "{images:?}");
        images
            .pop()
            .unwrap()
            .metadata()
            .unwrap()
            .modified()
            .unwrap()
    };
    let first = image();
    run().says("left: 6");
    assert_eq!(image(), first, "compiled again without a change");
    fs::write(&file, "`define LIMIT 7\n").unwrap();
    run().says("left: 7");
    assert_ne!(image(), first);
}

/// Simulators that do as the real ones do, and add a line to a file for each design they compile.
fn counting(folder: &Path, version: &str) -> PathBuf {
    let compiled = folder.join("compiled");
    let text = format!("echo x >> '{}'; {}", compiled.display(), exec("iverilog"));
    script(&folder.join("iverilog"), &text);
    let vvp = format!(
        "case $1 in -V) echo '{version}'; exit 0;; esac\n{}",
        exec("vvp")
    );
    script(&folder.join("vvp"), &vvp);
    compiled
}

#[test]
fn a_design_is_compiled_once_by_all_who_need_it_and_anew_by_another_version() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let folder = tempfile::tempdir().unwrap();
    let compiled = counting(folder.path(), "first");
    let place = [("VERIFORK_ICARUS", folder.path().to_str().unwrap())];
    let compilations = || fs::read_to_string(&compiled).unwrap().lines().count();
    // As under nextest: processes of their own.
    let children: Vec<_> = ["passes", "passes_too", "waits", "passes"]
        .map(|test| {
            let test = format!("gate::icarus::{test}");
            let mut command = harness.command("all", &place, &["--exact", &test]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().unwrap()
        })
        .into();
    for child in children {
        Run::of(child.wait_with_output().unwrap())
            .status(0)
            .says("1 passed");
    }
    assert_eq!(compilations(), 1);
    counting(folder.path(), "second");
    let one = ["--exact", "gate::icarus::passes"];
    harness.run("all", &place, &one).status(0);
    assert_eq!(compilations(), 2);
    let again = [place[0], ("VERIFORK_CACHE", "0")];
    harness.run("all", &again, &one).status(0);
    assert_eq!(compilations(), 3);
    // Whoever was killed while it compiled has left a folder.
    let designs = harness.target.path().join("verifork/designs");
    let names = files(&designs);
    let key = names.iter().find_map(|name| name.strip_suffix(".lock"));
    fs::create_dir(designs.join(format!("{}.new-left", key.unwrap()))).unwrap();
    for version in ["first", "second"] {
        counting(folder.path(), version);
        harness.run("all", &again, &one).status(0);
    }
    assert_eq!(files(&designs), names);
}
