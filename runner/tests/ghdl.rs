//! GHDL's command line: designs compile, parameters are checked, the plugin is loaded.

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use common::{Harness, find};

fn ghdl() -> bool {
    let there = find("ghdl").is_some();
    if !there {
        eprintln!("skipped: GHDL is not installed");
    }
    there
}

/// Every back end that is installed, by a name that only it has; they compile and run in ways of
/// their own.
fn back_ends() -> Vec<PathBuf> {
    let there = ["ghdl-mcode", "ghdl-llvm", "ghdl-gcc"]
        .into_iter()
        .filter_map(find)
        .collect::<Vec<_>>();
    if there.is_empty() {
        find("ghdl").into_iter().collect()
    } else {
        there
    }
}

#[test]
fn a_design_with_a_library_and_generics_runs_with_waves_on_each_back_end() {
    if !ghdl() {
        return;
    }
    // One cache: what one back end has compiled is not taken for that of another.
    let harness = Harness::new();
    for ghdl in back_ends() {
        let one = ["--exact", "vhdl::ghdl::passes_too"];
        let place = ("VERIFORK_GHDL", ghdl.to_str().unwrap());
        for format in ["ghw", "fst", "vcd"] {
            let run = harness.run("vhdl", &[place, ("VERIFORK_WAVES", format)], &one);
            run.status(0).says("1 passed");
            let runs = harness
                .target
                .path()
                .join("verifork/runs/faulty_tb/sim/vhdl/ghdl/passes_too");
            let waves = runs.join(format!("waves.{format}"));
            assert!(fs::metadata(waves).unwrap().len() > 0);
            assert!(runs.join("results.jsonl").is_file());
        }
    }
}

#[test]
fn a_generic_that_the_top_does_not_have_is_reported() {
    if !ghdl() {
        return;
    }
    let harness = Harness::new();
    for ghdl in back_ends() {
        let place = ("VERIFORK_GHDL", ghdl.to_str().unwrap());
        let run = harness.run("vhdl no generic", &[place], &["passes_too"]);
        run.status(101).says("does not compile").says("'widht'");
    }
}

#[test]
fn sources_are_compiled_as_the_edition_that_is_named() {
    if !ghdl() {
        return;
    }
    let run = Harness::new().run("vhdl 1993", &[], &["fifo::ghdl::passes_too"]);
    run.status(101)
        .says("not allowed before VHDL 2008")
        .says("--std=93c");
}

#[test]
fn the_compiler_is_the_one_that_is_named() {
    let Some(ghdl) = find("ghdl") else { return };
    let harness = Harness::new();
    let folder = tempfile::tempdir().unwrap();
    let (other, mark) = (folder.path().join("my-ghdl"), folder.path().join("mark"));
    let text = format!(
        "#!/bin/sh\necho \"$1\" >> '{}'\nexec '{}' \"$@\"\n",
        mark.display(),
        ghdl.display()
    );
    fs::write(&other, text).unwrap();
    fs::set_permissions(&other, fs::Permissions::from_mode(0o755)).unwrap();
    let place = [("VERIFORK_GHDL", other.to_str().unwrap())];
    harness
        .run("vhdl", &place, &["ghdl::passes_too"])
        .status(0)
        .says("1 passed");
    let asked = fs::read_to_string(mark).unwrap();
    assert!(asked.starts_with("--version\n-a\n-a\n-e\n-r\n"), "{asked}");
    let by_name = [("VERIFORK_GHDL", "ghdl")];
    harness
        .run("vhdl", &by_name, &["ghdl::passes_too"])
        .status(0)
        .says("1 passed");
    let missing = [("VERIFORK_GHDL", "/nonexistent/ghdl")];
    harness
        .run("vhdl", &missing, &["ghdl::passes_too"])
        .status(101)
        .says("GHDL is not where VERIFORK_GHDL says")
        .says("1 failed");
}
