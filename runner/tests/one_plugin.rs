//! One library, built once, is the plugin of every simulator.

mod common;

use std::fs;

use common::{Harness, find, root};

#[test]
fn the_same_file_loads_in_every_simulator() {
    let harness = Harness::of("counter_tb", root().join("examples/counter"));
    let bytes = fs::read(harness.plugin()).unwrap();
    let simulators = [
        ("icarus", "VERIFORK_ICARUS", "iverilog"),
        ("ghdl", "VERIFORK_GHDL", "ghdl-mcode"),
        ("ghdl", "VERIFORK_GHDL", "ghdl-llvm"),
        ("nvc", "VERIFORK_NVC", "nvc"),
        ("verilator", "VERIFORK_VERILATOR", "verilator"),
    ];
    for (simulator, variable, program) in simulators {
        let Some(path) = find(program) else {
            eprintln!("skipped: `{program}` is not installed");
            continue;
        };
        let only = [
            ("VERIFORK_SIM", simulator),
            (variable, path.to_str().unwrap()),
        ];
        let run = harness.run("", &only, &["::counts"]);
        run.status(0).says(&format!("::{simulator}::counts"));
        run.does_not_say(" 0 passed");
        assert_eq!(
            fs::read(harness.plugin()).unwrap(),
            bytes,
            "after {program}"
        );
    }
}
