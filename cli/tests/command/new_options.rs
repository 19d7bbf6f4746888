//! The options of `new`, and what it does where it cannot create a crate as usual.

use std::fs;
use std::process::Command;

use crate::common::{FAILED, Outside, is_there, repository};

#[test]
fn a_simulator_that_does_not_take_the_source_is_left_out_and_the_next_one_is_tried() {
    if !is_there("nvc") || !is_there("ghdl") {
        return;
    }
    let outside = Outside::new();
    // Attributes of interfaces are of 2019, and GHDL does not know them.
    let design = "\
library ieee; use ieee.std_logic_1164.all;
entity e is port (a : in std_logic; y : out std_logic); end;
architecture rtl of e is
begin
  y <= not a when true else '0';
`if TOOL_TYPE = \"SIMULATION\" then
`if TOOL_NAME /= \"NVC\" and TOOL_NAME /= \"nvc\" then
  only nvc reads this
`end
`end
end;
";
    fs::write(outside.path("e.vhd"), design).unwrap();
    let new = ["new", "left-tb", "--top", "e", "--sources", "e.vhd"];
    let arguments = [&new[..], &["--standard", "19"]].concat();
    outside
        .verifork("", &arguments)
        .status(0)
        .says("GHDL is left out: `e` does not compile: ");
    let harness = fs::read_to_string(outside.path("left-tb/tests/sim.rs")).unwrap();
    assert!(harness.contains("// Not on GHDL: "), "{harness}");
    assert!(
        harness.contains(".simulators([Simulator::Nvc])"),
        "{harness}"
    );
    let test = outside.cargo("left-tb", &["test"]);
    test.status(0).says("e::nvc::starts ... ok");
    assert!(!test.text.contains("ghdl"), "{}", test.text);
}

#[test]
fn a_simulator_that_shows_the_design_otherwise_is_left_out_with_what_does_not_fit() {
    if !is_there("nvc") || !is_there("ghdl") {
        return;
    }
    let outside = Outside::new();
    let design = "\
package parts is type pair is record a, b : bit; end record; end;
use work.parts.all;
entity swap is port (clk : in boolean; resetn : in bit; x : in pair; y : out pair); end;
architecture rtl of swap is begin
  process (clk) begin
    if clk then
      if resetn = '0' then y <= ('0', '1'); else y <= (x.b, x.a); end if;
    end if;
  end process;
end;
";
    fs::write(outside.path("swap.vhd"), design).unwrap();
    let new = ["new", "swap-tb", "--top", "swap", "--sources", "swap.vhd"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-verifork"));
    command.arg("verifork").args(new);
    command.env("VERIFORK_SIM", "ghdl,nvc");
    let made = outside.run(command, "");
    // A simulator of 2024 shows records.
    if made.text.contains("is left out") {
        made.status(0)
            .says("GHDL is left out: it shows the design differently from nvc")
            .says("`--simulator ghdl` makes a crate for it")
            .says("there is no `x` in `swap`");
        let harness = fs::read_to_string(outside.path("swap-tb/tests/sim.rs")).unwrap();
        assert!(
            harness.contains("// Not on GHDL: it shows the design differently from nvc"),
            "{harness}"
        );
    }
    let library = fs::read_to_string(outside.path("swap-tb/src/lib.rs")).unwrap();
    for part in ["dut.y.a.expect(false)?;", "dut.y.b.expect(true)?;"] {
        assert!(library.contains(part), "{part} is not in:\n{library}");
    }
    outside.cargo("swap-tb", &["test"]).status(0);
    fs::write(
        outside.path("swap.vhd"),
        design.replace("resetn = '0'", "resetn = '1'"),
    )
    .unwrap();
    outside.cargo("swap-tb", &["test"]).status(101);
}

#[test]
fn options_of_the_design_stand_in_the_harness() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::new();
    let design = "\
`include \"width.vh\"
module m #(parameter N = 1, parameter NAME = \"x\") (input [`WIDTH-1:0] a, output [N-1:0] y);
`ifdef INVERTED
  assign y = {N{~^a}};
`else
  broken
`endif
  helper h();
endmodule
";
    fs::create_dir_all(outside.path("include")).unwrap();
    fs::create_dir_all(outside.path("modules")).unwrap();
    fs::write(outside.path("include/width.vh"), "`define WIDTH `BITS\n").unwrap();
    fs::write(
        outside.path("modules/helper.v"),
        "module helper; endmodule\n",
    )
    .unwrap();
    fs::write(outside.path("m.v"), design).unwrap();
    let new = [
        "new",
        "options-tb",
        "--top",
        "m",
        "--sources",
        "m.v",
        "--include",
        "include",
        "--library-folder",
        "modules",
        "--define",
        "INVERTED",
        "--define",
        "BITS=5",
        "--parameter",
        "N=3",
        "--parameter",
        "NAME=abc",
        "--argument",
        "icarus=-Wall",
        "--simulator",
        "icarus",
        "--timescale",
        "1us/1ns",
    ];
    outside.verifork("", &new).status(0);
    let harness = fs::read_to_string(outside.path("options-tb/tests/sim.rs")).unwrap();
    for part in [
        ".include_folders([\"../include\"])",
        ".library_folders([\"../modules\"])",
        ".define(\"INVERTED\")",
        ".define_as(\"BITS\", \"5\")",
        ".parameter(\"N\", 3)",
        ".parameter(\"NAME\", \"abc\")",
        ".timescale(\"1us/1ns\")",
        ".compile_argument(Simulator::Icarus, \"-Wall\")",
        ".simulators([Simulator::Icarus])",
    ] {
        assert!(harness.contains(part), "{part} is not in:\n{harness}");
    }
    let dut = fs::read_to_string(outside.path("options-tb/src/dut.rs")).unwrap();
    assert!(
        dut.contains("/// Input, 5 bits `[4:0]`.") && dut.contains("/// Output, 3 bits"),
        "{dut}"
    );
    let list = "+incdir+include -y modules\n+define+INVERTED+BITS=4 // four\nm.v\n";
    fs::write(outside.path("m.f"), list).unwrap();
    let new = ["new", "list-tb", "--top", "m", "-f", "m.f"];
    outside.verifork("", &new).status(0);
    let harness = fs::read_to_string(outside.path("list-tb/tests/sim.rs")).unwrap();
    assert!(harness.contains(".file_list(\"../m.f\")"), "{harness}");
    // What the list says is looked at anew in each run.
    outside
        .cargo("list-tb", &["test"])
        .status(0)
        .says("m::icarus::starts ... ok");
    fs::write(outside.path("m.f"), list.replace("BITS=4", "BITS=6")).unwrap();
    outside
        .verifork("list-tb", &["bind", "--check"])
        .status(FAILED)
        .says("+    /// Input, 6 bits `[5:0]`.");
    let wrong = |option: &str, value: &str, words: &str| {
        let new = [
            "new",
            "wrong-tb",
            "--top",
            "m",
            "--sources",
            "m.v",
            option,
            value,
        ];
        let run = outside.verifork("", &new);
        assert_ne!(run.status, Some(0), "{}", run.text);
        run.says(words);
        assert!(!outside.path("wrong-tb").exists());
    };
    wrong("--simulator", "icraus", "did you mean `icarus`?");
    wrong("--argument", "-Wall", "--argument icarus=-Wall");
    wrong("--parameter", "WIDTH", "--parameter WIDTH=8");
    wrong("--standard", "87", "use 1993, 2008 or 2019");
    wrong("--include", "nowhere", "there is no `nowhere`");
}

#[test]
fn inside_a_workspace_the_crate_becomes_a_member() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::with("counter.v");
    let manifest = "[workspace]\nmembers = [\"one\"]\nresolver = \"3\"\n";
    fs::write(outside.path("Cargo.toml"), manifest).unwrap();
    fs::create_dir_all(outside.path("one/src")).unwrap();
    let one = "[package]\nname = \"one\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    fs::write(outside.path("one/Cargo.toml"), one).unwrap();
    fs::write(outside.path("one/src/lib.rs"), "").unwrap();
    let new = [
        "new",
        "member-tb",
        "--top",
        "countre",
        "--sources",
        "counter.v",
    ];
    outside.verifork("", &new).status(FAILED);
    let restored = fs::read_to_string(outside.path("Cargo.toml")).unwrap();
    assert_eq!(restored, manifest);
    let new = [
        "new",
        "member-tb",
        "--top",
        "counter",
        "--sources",
        "counter.v",
    ];
    outside.verifork("", &new).status(0);
    let joined = fs::read_to_string(outside.path("Cargo.toml")).unwrap();
    assert!(joined.contains("\"member-tb\""), "{joined}");
    outside
        .cargo("", &["test", "-p", "member-tb"])
        .status(0)
        .says("counter::icarus::starts ... ok");
}

#[test]
fn at_the_root_of_a_workspace_the_harness_is_its_only_one_or_that_of_the_named_crate() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::with("counter.v");
    let manifest = "[workspace]\nmembers = []\nresolver = \"3\"\n";
    fs::write(outside.path("Cargo.toml"), manifest).unwrap();
    let new = |name: &str| {
        let new = [
            "new",
            name,
            "--top",
            "counter",
            "--sources",
            "counter.v",
            "--simulator",
            "icarus",
        ];
        outside.verifork("", &new).status(0);
    };
    new("first-of-two-tb");
    outside.verifork("", &["run"]).status(0).says("1 passed");
    new("second-of-two-tb");
    for command in [
        &["run"][..],
        &["list"],
        &["bind", "--check"],
        &["waves", "starts", "--viewer", "true"],
    ] {
        let both = "several crates of this workspace have a harness `sim`: `-p NAME` chooses one of \
                    first-of-two-tb, second-of-two-tb";
        outside.verifork("", command).status(FAILED).says(both);
        let named = [command, &["-p", "second-of-two-tb"]].concat();
        outside.verifork("", &named).status(0);
    }
}

#[test]
fn a_harness_that_cargo_takes_for_its_own_fails_with_the_line_to_add() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::with("counter.v");
    let new = [
        "new",
        "forgotten-tb",
        "--top",
        "counter",
        "--sources",
        "counter.v",
    ];
    outside.verifork("", &new).status(0);
    let path = outside.path("forgotten-tb/Cargo.toml");
    let manifest = fs::read_to_string(&path).unwrap();
    // What cargo prints last is the result of the simulations.
    let test = outside.cargo("forgotten-tb", &["test"]);
    test.status(0);
    assert_eq!(
        test.text.matches("test result:").count(),
        1,
        "{}",
        test.text
    );
    assert!(manifest.contains("harness = false"), "{manifest}");
    fs::write(&path, manifest.replace("harness = false\n", "")).unwrap();
    outside
        .cargo("forgotten-tb", &["test"])
        .status(101)
        .says("put `harness = false` below");
}

#[test]
fn what_cannot_become_a_crate_leaves_nothing_behind() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::with("counter.v");
    let root = repository().to_str().unwrap();
    let new = |name: &str, top: &str, source: &str| {
        outside.verifork(
            "",
            &[
                "new",
                name,
                "--top",
                top,
                "--sources",
                source,
                "--verifork",
                root,
            ],
        )
    };
    let misspelt = new("tb", "countre", "counter.v");
    misspelt
        .status(FAILED)
        .says("Icarus Verilog is left out")
        .says("root module \"countre\"");
    // The compiler's words, once, and none of cargo's about a test.
    let told = misspelt.text.matches("Icarus Verilog is left out").count();
    assert_eq!(told, 1, "{}", misspelt.text);
    assert!(!misspelt.text.contains("test failed"), "{}", misspelt.text);
    new("tb", "counter", "nowhere.v")
        .status(FAILED)
        .says("there is no `nowhere.v`");
    new("1tb", "counter", "counter.v")
        .status(FAILED)
        .says("is not a name for a crate: a letter, then");
    new("verifork-runner", "counter", "counter.v")
        .status(FAILED)
        .says("is the name of a crate that the new one needs");
    let vhdl_only = ["new", "tb", "--top", "counter", "--sources", "counter.v"];
    outside
        .verifork(
            "",
            &[&vhdl_only[..], &["--simulator", "icarus,nvc"]].concat(),
        )
        .status(FAILED)
        .says("--simulator nvc: it does not support Verilog; icarus, verilator do");
    assert!(!outside.path("tb").exists());
}

#[test]
fn a_library_that_cannot_be_found_is_reported() {
    let outside = Outside::with("counter.v");
    let new = |library: &[&str]| {
        let new = [
            "new",
            "library-tb",
            "--top",
            "counter",
            "--sources",
            "counter.v",
        ];
        outside.verifork("", &[&new[..], library].concat())
    };
    new(&["--verifork", "."])
        .status(FAILED)
        .says("is not a checkout of verifork");
    new(&["--git", "file:///nowhere/verifork"])
        .status(FAILED)
        .says("file:///nowhere/verifork");
    new(&["--git", "file:///nowhere", "--published", "0.1"])
        .status(2)
        .says("cannot be used with");
    assert!(!outside.path("library-tb").exists());
}
