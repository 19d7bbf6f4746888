//! GHDL's command line: designs compile, parameters are checked, the plugin is loaded.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{Harness, find};

fn ghdl() -> bool {
    let there = find("ghdl").is_some();
    if !there {
        eprintln!("skipped: GHDL is not installed");
    }
    there
}

#[test]
fn a_design_with_a_library_and_generics_runs_with_waves() {
    if !ghdl() {
        return;
    }
    let harness = Harness::new();
    let one = ["--exact", "vhdl::ghdl::passes_too"];
    let run = harness.run("vhdl", &[("VERIFORK_WAVES", "ghw")], &one);
    run.status(0).says("1 passed");
    let runs = harness
        .target
        .path()
        .join("verifork/runs/faulty_tb/sim/vhdl/ghdl/passes_too");
    assert!(fs::metadata(runs.join("waves.ghw")).unwrap().len() > 0);
    assert!(Path::new(&runs).join("results.jsonl").is_file());
}

#[test]
fn a_generic_that_the_top_does_not_have_is_told() {
    if !ghdl() {
        return;
    }
    let harness = Harness::new();
    let run = harness.run("vhdl no generic", &[], &["passes_too"]);
    run.status(101)
        .says("does not compile")
        .says("cannot find in top entity generic 'widht'");
}

#[test]
fn the_compiler_is_the_one_that_is_named() {
    let Some(ghdl) = find("ghdl") else { return };
    let version = Command::new(&ghdl)
        .arg("--version")
        .output()
        .expect("GHDL starts");
    assert!(version.status.success());
    let harness = Harness::new();
    let place = ghdl.to_str().unwrap();
    let run = harness.run("vhdl", &[("VERIFORK_GHDL", place)], &["ghdl::passes_too"]);
    run.status(0).says("1 passed");
}
