//! The structs that `bind` writes.

use std::fs;
use std::process::Command;

use crate::common::{FAILED, Outside, is_there, repository};

#[test]
fn bind_needs_no_test_and_takes_the_first_design_or_the_one_that_is_named() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::new();
    let lanes = "\
module leaf #(parameter W = 4) (input clk, output reg [W-1:0] q);
  always @(posedge clk) q <= q + 1;
endmodule
module lanes #(parameter N = 2) (input clk, output [8*N-1:0] q);
  genvar i;
  generate for (i = 0; i < N; i = i + 1) begin : lane
    leaf #(.W(8)) u(.clk(clk), .q(q[8*i+:8]));
  end endgenerate
endmodule
";
    fs::write(outside.path("lanes.v"), lanes).unwrap();
    let new = ["new", "lanes-tb", "--top", "lanes", "--sources", "lanes.v"];
    outside.verifork("", &new).status(0);
    let harness = "use verifork_runner::Design;\n\
        fn main() -> std::process::ExitCode {\n    let lanes = || Design::new(\"lanes\").sources([\"../lanes.v\"]);\n    \
        verifork_runner::main([\n        lanes().label(\"zwei\").variant(\"wide\", [(\"N\", 3)]).variant(\"narrow\", [(\"N\", 1)]),\n        \
        lanes().label(\"alpha\"),\n    ])\n}\n";
    fs::write(outside.path("lanes-tb/tests/sim.rs"), harness).unwrap();
    fs::write(
        outside.path("lanes-tb/src/lib.rs"),
        "pub mod dut;\npub type Top = verifork::dut::Signal<bool>;\n",
    )
    .unwrap();
    let bind = |more: &[&str]| {
        let run = outside.verifork("lanes-tb", &[&["bind", "--depth", "2"], more].concat());
        run.status(0);
        fs::read_to_string(outside.path("lanes-tb/src/dut.rs")).unwrap()
    };
    // The first by declaration, and not by name.
    assert!(bind(&[]).contains("pub lane: [Lane; 3],"));
    assert!(bind(&["--design", "lanes::zwei::narrow"]).contains("pub lane: [Lane; 1],"));
    let second = bind(&["--design", "lanes::alpha"]);
    assert!(
        second.contains("pub lane: [Lane; 2],") && second.contains("pub u: Leaf,"),
        "{second}"
    );
    outside
        .verifork("lanes-tb", &["bind", "--design", "lanes::gamma"])
        .status(FAILED)
        .says("there is no design `lanes::gamma`; there are lanes::zwei::wide, lanes::zwei::narrow, lanes::alpha");
    // It binds: the arrays are there when a test starts.
    let test = "mod dut;\nuse verifork::prelude::*;\n\
        #[verifork::test]\nasync fn counts(dut: dut::Lanes) -> Result {\n    \
        ensure!(dut.lane[1].u.q.path() == \"lanes.lane[1].u.q\");\n    Ok(())\n}\n";
    fs::write(outside.path("lanes-tb/src/lib.rs"), test).unwrap();
    outside
        .cargo("lanes-tb", &["test", "alpha"])
        .status(0)
        .says("1 passed");
}

#[test]
fn what_bind_writes_fits_one_of_everything() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::new();
    let design = repository().join("hdl/conformance.v");
    let new = [
        "new",
        "all",
        "--top",
        "conformance",
        "--sources",
        design.to_str().unwrap(),
    ];
    outside.verifork("", &new).status(0);
    outside
        .verifork("all", &["bind", "--depth", "6", "--internal"])
        .status(0);
    let dut = fs::read_to_string(outside.path("all/src/dut.rs")).unwrap();
    for part in [
        "/// Input, 1024 bits `[1023:0]`.\n    pub d_1024: Signal<LogicVec>,",
        "/// Inout, 8 bits `[7:0]`.\n    pub bus: Signal<LogicVec>,",
        "#[dut(path = \"RATIO\")]\n    pub ratio: Parameter<f64>,",
        "#[dut(path = \"NAME\")]\n    pub name: Parameter<String>,",
        "/// Inside, 8 bits `[7:0]`, elements `[15:8]`.\n    pub mem_descending: Array<u8>,",
        "/// Constant, 4 bits.\n    #[dut(path = \"NIBBLE\")]\n    pub nibble: Parameter<u8>,",
        "#[dut(path = \"CaseMatters\")]\n    pub case_matters: Signal<bool>,",
        "#[dut(path = \"odd+name\")]\n    pub odd_name: Signal<bool>,",
        "pub first: ConformanceChild,",
        "pub second: ConformanceChild,",
        "/// `gen`, elements `[0:3]`.\n    pub r#gen: [Gen; 4],",
        "pub adder: ConformanceGrandchild,",
        "pub named_block: NamedBlock,",
    ] {
        assert!(dut.contains(part), "{part} is not in:\n{dut}");
    }
    // All of it is bound when the test starts.
    outside
        .cargo("all", &["test"])
        .status(0)
        .says("conformance::icarus::starts ... ok");
}

#[test]
fn types_of_vhdl_are_bound_as_far_as_the_simulator_tells_them() {
    let told: [(&str, &[&str]); 2] = [
        (
            "nvc",
            &[
                "pub cmd: Signal<Cmd>,",
                "pub last: Signal<Cmd>,",
                "#[logic(width = 2)]\npub enum Cmd {\n    /// `idle`\n    Idle,\n    \
                 /// `run_fast`\n    RunFast,\n    /// `done`\n    Done,\n}",
                "/// Input, a record.\n    pub request: Request,",
                "/// Input, 4 bits `[3:0]`.\n    pub data: Signal<u8>,",
                "/// Parameter, 32 bits, signed.\n    pub width: Parameter<i32>,",
                "pub sum: Signal<i8>,",
            ],
        ),
        ("ghdl", &["pub cmd: Signal<u8>,", "pub last: Signal<u8>,"]),
    ];
    for (simulator, parts) in told {
        if !is_there(simulator) {
            continue;
        }
        let outside = Outside::new();
        let (name, design) = (
            format!("kinds-{simulator}"),
            repository().join("cli/tests/designs/kinds.vhd"),
        );
        let verifork = |folder: &str, arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-verifork"));
            command
                .arg("verifork")
                .args(arguments)
                .env("VERIFORK_SIM", simulator);
            outside.run(command, folder)
        };
        let new = ["new", &name, "--top", "kinds", "--sources"];
        verifork("", &[&new[..], &[design.to_str().unwrap()]].concat()).status(0);
        let dut = fs::read_to_string(outside.path(&name).join("src/dut.rs")).unwrap();
        let both = ["pub amount: Signal<i32>,", "pub enable: Signal<bool>,"];
        for part in parts.iter().chain(&both) {
            assert!(dut.contains(part), "{part} is not in:\n{dut}");
        }
        assert!(!dut.contains("twice"), "{dut}");
        // Blocks and generates are levels of their own.
        verifork(&name, &["bind", "--internal", "--depth", "1"])
            .status(0)
            .says("+pub struct Kept {\n")
            .says("+    pub enabled: Signal<bool>,\n")
            .says("+pub struct Wide {\n")
            .says("+    pub top_bit: Signal<bool>,\n");
        verifork(&name, &["run"])
            .status(0)
            .says(&format!("kinds::{simulator}"));
    }
}
