//! What a simulator lists of a design is what it finds, at any depth and by any name.

mod common;

use common::{Harness, find};

#[test]
fn what_is_listed_is_found_again_on_every_simulator() {
    let harness = Harness::new();
    for (simulator, source) in [
        ("icarus", "hierarchy.sv"),
        ("verilator", "hierarchy.sv"),
        ("ghdl", "hierarchy.vhd"),
        ("nvc", "hierarchy.vhd"),
    ] {
        let program = if simulator == "icarus" {
            "iverilog"
        } else {
            simulator
        };
        if find(program).is_none() {
            eprintln!("skipped: `{program}` is not installed");
            continue;
        }
        let source = format!("hdl/{source}");
        let variables = [
            ("VERIFORK_SIM", simulator),
            ("FAULTY_SOURCES", source.as_str()),
            ("FAULTY_TOP", "hierarchy"),
            ("FAULTY_TESTS", "finds_what_is_listed"),
        ];
        let run = harness.run("described", &variables, &["finds_what", "--nocapture"]);
        run.status(0).says("1 passed");
        // Some simulators list no variables or constants; all list the instances.
        for path in [
            "hierarchy.m.rows[1].cols[0].cell_i.d ",
            "hierarchy.m.rows[1].extra.odd.leaf.d ",
        ] {
            let of_vhdl = path
                .replace('[', "(")
                .replace(']', ")")
                .replace("odd.leaf", "\\odd.leaf\\");
            assert!(
                run.text.contains(path) || run.text.contains(&of_vhdl),
                "{path} is not listed on {simulator}:\n{}",
                run.text
            );
        }
    }
}
