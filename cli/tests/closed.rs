//! The example `burst_addresses` closed end to end: its plan divided among machines, merged, and looked at.

mod common;
#[path = "../../runner/tests/common/mod.rs"]
mod runner;

use std::fs;
use std::path::Path;

use common::{has, verifork};
use runner::example::Example;
use runner::{Harness, find, root};

const PACKAGE: &str = "burst_addresses_tb";
const QUARTERS: [&str; 4] = ["first", "second", "third", "fourth"];

/// Two simulators that are installed, the design's name on each, and the programs.
fn two_simulators() -> Option<[(&'static str, &'static str); 2]> {
    let all = [
        ("icarus", "iverilog", "burst_addresses"),
        ("nvc", "nvc", "burst_addresses::vhdl"),
        ("ghdl", "ghdl", "burst_addresses::vhdl"),
    ];
    let mut there = all
        .into_iter()
        .filter(|(_, program, _)| find(program).is_some());
    let both = there.next().zip(there.next());
    if both.is_none() {
        eprintln!("skipped: two of Icarus Verilog, NVC and GHDL are not installed");
    }
    both.map(|(one, other)| [(one.0, one.2), (other.0, other.2)])
}

/// Runs a quarter on a machine of its own, which has a target folder of its own: on both simulators.
fn run_shard(folder: &Path, quarter: &str, simulators: [(&str, &str); 2], status: i32) -> Harness {
    let machine = Harness::of(PACKAGE, folder.to_owned());
    let settings = [
        ("VERIFORK_SIM", simulators.map(|(key, _)| key).join(",")),
        ("VERIFORK_SEED", "1".to_owned()),
        ("VERIFORK_COVERAGE", "functional,code".to_owned()),
    ];
    let settings = settings
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let names = simulators
        .map(|(key, design)| format!("{design}::{key}::a_quarter_of_the_kinds::{quarter}"));
    let run = machine.run("", &settings, &["--exact", &names[0], &names[1]]);
    run.status(status);
    machine
}

/// What a command of `cargo verifork` says about these machines, and its status.
fn told(command: &str, machines: &[&Harness], arguments: &[&str]) -> (String, Option<i32>) {
    let folders = machines
        .iter()
        .map(|machine| machine.target.path().join("verifork"));
    common::told(verifork().arg(command).args(folders).args(arguments))
}

#[test]
fn four_shards_on_two_simulators_cover_together_what_none_does_alone() {
    let Some(simulators) = two_simulators() else {
        return;
    };
    let Example { place, folder } = Example::of(PACKAGE);
    let machines = QUARTERS.map(|quarter| run_shard(&folder, quarter, simulators, 0));
    let machines = machines.each_ref();
    for machine in machines {
        let (text, status) = told("coverage", &[machine], &["--fail-under", "100"]);
        assert_eq!(status, Some(1), "{text}");
    }
    let (text, status) = told("coverage", &machines, &["--fail-under", "100"]);
    assert_eq!(status, Some(0), "{text}");
    has(&text, &["100.0 % of 1 group covered in 8 runs"]);
    // BURST-3 is for other tests, which these machines have not run.
    let page = place.path().join("report.html");
    let plan = root().join("examples/burst_addresses/requirements.txt");
    let options = [
        "--output",
        page.to_str().unwrap(),
        "--requirements",
        plan.to_str().unwrap(),
    ];
    let (text, status) = told("report", &machines, &options);
    assert_eq!(status, Some(0), "{text}");
    has(
        &text,
        &[
            "8 tests: 8 passed",
            "100.0 % of 1 group covered",
            "2 of 3 requirements passed",
        ],
    );
    let html = fs::read_to_string(page).unwrap();
    has(
        &html,
        &[
            "<strong>100.0 %</strong> functional coverage",
            "<strong>2 of 3</strong> requirements",
        ],
    );
    if simulators.iter().any(|(key, _)| *key == "nvc") {
        has(&text, &["% of the code"]);
        has(&html, &["hdl/burst_addresses.vhd", "code coverage"]);
    }
}

/// Its mask is too narrow for the one burst that is longest and widest.
#[test]
fn the_mutant_that_one_rare_cross_shows_is_found_by_the_shard_that_has_it() {
    let Some(simulators) = two_simulators() else {
        return;
    };
    let [(verilog, design), _] = simulators;
    if verilog != "icarus" {
        return eprintln!("skipped: Icarus Verilog is not installed");
    }
    let example = Example::of(PACKAGE);
    example.apply("burst_addresses_narrow_block.v");
    let Example { place, folder } = example;
    let only = [("VERIFORK_SIM", "icarus"), ("VERIFORK_SEED", "1")];
    let machines = QUARTERS.map(|quarter| {
        let machine = Harness::of(PACKAGE, folder.clone());
        let test = format!("{design}::icarus::a_quarter_of_the_kinds::{quarter}");
        let run = machine.run("", &only, &["--exact", &test]);
        (run.status == Some(0), machine)
    });
    let found = machines.iter().filter(|(passed, _)| !passed).count();
    // The quarter that has this bin, and who else meets it by chance.
    assert!(found > 0, "a quarter has that bin");
    let machines = machines.each_ref().map(|(_, machine)| machine);
    let page = place.path().join("report.html");
    let (text, _) = told("report", &machines, &["--output", page.to_str().unwrap()]);
    has(
        &text,
        &[
            &format!("4 tests: {} passed, {found} failed", 4 - found),
            "0 of 2 requirements passed",
        ],
    );
    let html = fs::read_to_string(page).unwrap();
    has(
        &html,
        &[
            &format!("{found} of 4 tests failed"),
            "length: f, size: 2, burst: Wrap",
            "--exact burst_addresses::icarus::a_quarter_of_the_kinds::",
        ],
    );
}
