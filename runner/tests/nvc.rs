//! NVC's command line: designs compile, generics are checked, the plugin is loaded.

mod common;

use std::fs;

use common::{Harness, find};

fn nvc() -> bool {
    let there = find("nvc").is_some();
    if !there {
        eprintln!("skipped: NVC is not installed");
    }
    there
}

#[test]
fn a_design_with_a_library_and_generics_runs_with_waves() {
    if !nvc() {
        return;
    }
    for format in ["fst", "vcd"] {
        let harness = Harness::new();
        let one = ["--exact", "vhdl::nvc::passes_too"];
        let run = harness.run("vhdl", &[("VERIFORK_WAVES", format)], &one);
        run.status(0).says("1 passed");
        let runs = harness
            .target
            .path()
            .join("verifork/runs/faulty_tb/sim/vhdl/nvc/passes_too");
        let waves = runs.join(format!("waves.{format}"));
        assert!(fs::metadata(waves).unwrap().len() > 0);
        assert!(runs.join("results.jsonl").is_file());
    }
}

#[test]
fn a_generic_that_the_top_does_not_have_is_reported() {
    if !nvc() {
        return;
    }
    let harness = Harness::new();
    let only = [("VERIFORK_SIM", "nvc")];
    let run = harness.run("vhdl no generic", &only, &["passes_too"]);
    run.status(101)
        .says("does not compile")
        .says("no such generic: `WIDHT`");
}

#[test]
fn the_program_is_the_one_that_is_named() {
    let Some(nvc) = find("nvc") else {
        return eprintln!("skipped: NVC is not installed");
    };
    let harness = Harness::new();
    let folder = nvc.parent().unwrap().to_str().unwrap();
    let only = [
        ("VERIFORK_SIM", "nvc"),
        ("VERIFORK_NVC", folder),
        ("VERIFORK_GHDL", "/nowhere"),
    ];
    let run = harness.run("vhdl", &only, &["passes_too"]);
    run.status(0).says("1 passed");
    let nowhere = [("VERIFORK_SIM", "nvc"), ("VERIFORK_NVC", "/nowhere")];
    let required = [nowhere[0], nowhere[1], ("VERIFORK_REQUIRE", "nvc")];
    let run = harness.run("vhdl", &required, &["passes_too"]);
    run.status(101).says("VERIFORK_NVC");
}
