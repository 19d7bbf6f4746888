//! `cargo verifork` in an empty folder outside of the repository, against the real Icarus.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::{Duration, Instant};

mod common;

use common::{FAILED, Outside, find, is_there, repository};

#[test]
fn a_new_crate_passes_at_once_fails_on_a_broken_design_and_follows_a_changed_one() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::new();
    let design = outside.path("counter.v");
    let text = fs::read_to_string(repository().join("hdl/counter.v")).unwrap();
    fs::write(&design, &text).unwrap();
    let root = repository().to_str().unwrap();
    let new = [
        "new",
        "counter-tb",
        "--top",
        "counter",
        "--sources",
        "counter.v",
        "--verifork",
        root,
    ];
    outside
        .verifork("", &new)
        .status(0)
        .says("counter-tb is ready");
    outside
        .verifork("", &new)
        .status(FAILED)
        .says("already exists");

    let library = fs::read_to_string(outside.path("counter-tb/src/lib.rs")).unwrap();
    assert!(
        library.contains("Clock::new(&dut.clk, 10.ns()).start();"),
        "{library}"
    );
    assert!(library.contains("dut.rst.set(true);"), "{library}");
    let dut = fs::read_to_string(outside.path("counter-tb/src/dut.rs")).unwrap();
    assert!(
        dut.contains("/// Output, 8 bits `[7:0]`.\n    pub count: Signal<u8>,"),
        "{dut}"
    );

    outside
        .cargo("counter-tb", &["test"])
        .status(0)
        .says("counter::icarus::starts ... ok");
    outside
        .verifork("counter-tb", &["list"])
        .status(0)
        .says("counter::icarus::starts: test");
    outside
        .verifork("counter-tb", &["run"])
        .status(0)
        .says("counter::icarus       1       0        0")
        .says("ok: 1 passed, 0 failed, 0 ignored in ");
    for command in ["list", "run"] {
        let mut wrong = Command::new(env!("CARGO_BIN_EXE_cargo-verifork"));
        wrong.args(["verifork", command]).env("VERIFORK_SIM", "zzz");
        outside
            .run(wrong, "counter-tb")
            .status(2)
            .says("there is no simulator `zzz`");
    }
    let mut settings = Command::new(env!("CARGO_BIN_EXE_cargo-verifork"));
    settings.args(["verifork", "run"]).env("VERIFORK_HELP", "1");
    let settings = outside.run(settings, "counter-tb");
    settings
        .status(0)
        .says("verifork reads these environment variables:");
    assert!(!settings.text.contains("passed,"), "{}", settings.text);
    outside
        .verifork("counter-tb", &["run", "strats"])
        .status(FAILED)
        .says("no test's name contains `strats` (did you mean `counter::icarus::starts`?)")
        .says("`cargo verifork list` shows all 1");
    let mut nothing_left = Command::new(env!("CARGO_BIN_EXE_cargo-verifork"));
    nothing_left
        .args(["verifork", "run"])
        .env("VERIFORK_SIM", "nvc");
    outside
        .run(nothing_left, "counter-tb")
        .status(2)
        .says("is left by VERIFORK_SIM=nvc");
    outside
        .verifork("counter-tb", &["bind", "--check"])
        .status(0)
        .says("is up to date");
    if is_there("cargo-nextest") {
        outside
            .cargo("counter-tb", &["nextest", "run"])
            .status(0)
            .says("1 passed");
    }

    let checked = library.replace(
        "    let moved =",
        "    dut.en.set(true);\n    dut.clk.rising_edges(3).await;\n    read_only().await;\n    \
         assert_eq!(dut.count.get()?, 3);\n    next_time_step().await;\n    let moved =",
    );
    fs::write(outside.path("counter-tb/src/lib.rs"), checked).unwrap();
    outside.cargo("counter-tb", &["test"]).status(0);
    fs::write(&design, text.replace("count + 1'b1", "count + 2'd2")).unwrap();
    let broken = outside.cargo("counter-tb", &["test"]);
    broken
        .status(101)
        .says("left: 6")
        .says("right: 3")
        .says("VERIFORK_SEED=")
        .says("--exact");
    let run = outside.verifork("counter-tb", &["run"]);
    run.status(101)
        .says("FAILED counter::icarus::starts\nsrc/lib.rs:")
        .says("\nFAILED: 0 passed, 1 failed, 0 ignored in ");
    assert!(!run.text.contains("Error: \""), "{}", run.text);

    fs::write(
        &design,
        text.replace("parameter WIDTH = 8", "parameter WIDTH = 12"),
    )
    .unwrap();
    let check = outside.verifork("counter-tb", &["bind", "--check"]);
    check
        .status(FAILED)
        .says("-    pub count: Signal<u8>,")
        .says("+    pub count: Signal<u16>,");
    outside.verifork("counter-tb", &["bind"]).status(0);
    outside
        .verifork("counter-tb", &["bind", "--check"])
        .status(0);
}

/// A design whose outputs move only if each reset has been released, and was active before.
const RESETS: &str = "\
module resets(input clk_i, input clk2, input rst_ni, input areset, input RST_B, input [2:0] d_i,
              output reg [7:0] q, output reg r);
  initial begin q = 0; r = 0; end
  reg [2:0] seen = 0;
  always @(posedge clk_i) begin
    seen <= seen | {!RST_B, areset, !rst_ni};
    if (!rst_ni || areset || !RST_B) q <= 0;
    else if (seen == 3'b111) q <= q + d_i;
  end
  always @(posedge clk2) r <= ~r;
endmodule
";

#[test]
fn every_clock_and_reset_is_driven_at_the_level_that_its_name_tells() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::new();
    fs::write(outside.path("resets.v"), RESETS).unwrap();
    let new = [
        "new",
        "resets-tb",
        "--top",
        "resets",
        "--sources",
        "resets.v",
    ];
    let made = outside.verifork("", &new);
    made.status(0);
    made.has_no_reservations();
    let library = fs::read_to_string(outside.path("resets-tb/src/lib.rs")).unwrap();
    for part in [
        "Clock::new(&dut.clk_i, 10.ns()).start();",
        "Clock::new(&dut.clk2, 14.ns()).start();",
        "dut.rst_ni.set(false);\n    dut.areset.set(true);\n    dut.rst_b.set(false);",
        "dut.rst_ni.set(true);\n    dut.areset.set(false);\n    dut.rst_b.set(true);",
        "`clk_i`, `clk2`. Resets: `rst_ni` (active low), `areset` (active high), `rst_b` (active low).",
        "dut.d_i.set(rng.random_range(0..1 << 3));",
        "dut.q.expect(0)?;",
        "// `r` is not checked: a second reset does not bring its value back.",
    ] {
        assert!(library.contains(part), "{part} is not in:\n{library}");
    }
    // It checks something: a reset that does nothing, one that works at the other level, another reset
    // value, and a reset that is never released.
    for (right, wrong, told) in [
        (
            "if (!rst_ni || areset || !RST_B) q <= 0;\n    else if",
            "if",
            "resets.q is ",
        ),
        ("|| areset ||", "|| !areset ||", "no output has left"),
        (
            "q <= 0;\n    else",
            "q <= 9;\n    else",
            "resets.q is 9, not 0",
        ),
    ] {
        let broken = RESETS.replace(right, wrong).replace("r <= ~r", "r <= r");
        fs::write(outside.path("resets.v"), broken).unwrap();
        outside.cargo("resets-tb", &["test"]).status(101).says(told);
    }
    let broken = RESETS
        .replace("if (!rst_ni ||", "if (1 ||")
        .replace("r <= ~r", "r <= r");
    fs::write(outside.path("resets.v"), broken).unwrap();
    outside
        .cargo("resets-tb", &["test"])
        .status(101)
        .says("no output has left its reset value");
    // Of such a design, a new crate says that nothing is checked.
    let new = [
        "new",
        "stuck-tb",
        "--top",
        "resets",
        "--sources",
        "resets.v",
    ];
    outside
        .verifork("", &new)
        .status(0)
        .says("the first test checks only reset values until you drive");
    let test = outside.cargo("stuck-tb", &["test"]);
    test.status(0).says("resets::icarus::starts ... ok");
    assert!(!test.text.contains("warning"), "{}", test.text);
}

#[test]
fn designs_without_inputs_or_outputs_or_any_port_have_a_test_without_warnings() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::new();
    let designs = "\
module none; reg a; initial a = 0; endmodule
module ins(input a, input [3:0] b); endmodule
module outs(output [3:0] q); reg [3:0] r = 0; always #5 r = r + 1; assign q = r; endmodule
";
    fs::write(outside.path("few.v"), designs).unwrap();
    for top in ["none", "ins", "outs"] {
        let folder = format!("few-{top}-tb");
        let new = ["new", &folder, "--top", top, "--sources", "few.v"];
        let options = ["--simulator", "icarus"];
        outside
            .verifork("", &[&new[..], &options].concat())
            .status(0);
        let manifest = outside.path(&folder).join("Cargo.toml");
        let text = fs::read_to_string(&manifest).unwrap();
        fs::write(&manifest, text + "\n[lints.rust]\nwarnings = \"deny\"\n").unwrap();
        let test = outside.cargo(&folder, &["test"]);
        test.status(0)
            .says(&format!("{top}::icarus::starts ... ok"));
        assert!(!test.text.contains("warning"), "{}", test.text);
    }
}

#[test]
fn names_that_only_an_escape_allows_are_bound_and_driven() {
    if !is_there("iverilog") || !is_there("nvc") {
        return;
    }
    let outside = Outside::new();
    let verilog = "\
module esc(input \\clk.in , input [3:0] \\a+b , input signed [4:0] s, inout [3:0] io,
           output reg [3:0] \\end );
  always @(posedge \\clk.in ) \\end <= \\a+b ;
endmodule
";
    let vhdl = "\
library ieee; use ieee.std_logic_1164.all;
entity ext is
  port (\\clk in\\ : in std_logic; \\Rst-N\\ : in std_logic; \\a+b\\ : in std_logic_vector(3 downto 0);
        \\A+B\\ : out std_logic_vector(3 downto 0); \\end\\ : out std_logic);
end;
architecture rtl of ext is begin
  process (\\clk in\\) begin
    if rising_edge(\\clk in\\) then \\A+B\\ <= \\a+b\\; end if;
  end process;
  \\end\\ <= \\Rst-N\\;
end;
";
    fs::write(outside.path("esc.v"), verilog).unwrap();
    fs::write(outside.path("ext.vhd"), vhdl).unwrap();
    for (name, source, parts) in [
        (
            "esc",
            "esc.v",
            &[
                "#[dut(path = \"\\\\clk.in \")]\n    pub clk_in: Signal<bool>,",
                "pub a_b: Signal<u8>,",
                "pub end: Signal<u8>,",
            ],
        ),
        (
            "ext",
            "ext.vhd",
            &[
                "#[dut(path = \"clk in\")]\n    pub clk_in: Signal<bool>,",
                "#[dut(path = \"a+b\")]\n    pub a_b: Signal<u8>,",
                "#[dut(path = \"A+B\")]\n    pub a_b_2: Signal<u8>,",
            ],
        ),
    ] {
        let folder = format!("{name}-tb");
        let made = outside.verifork("", &["new", &folder, "--top", name, "--sources", source]);
        made.status(0);
        assert!(!made.text.contains("does not pass"), "{}", made.text);
        let dut = fs::read_to_string(outside.path(&folder).join("src/dut.rs")).unwrap();
        for part in parts {
            assert!(dut.contains(part), "{part} is not in:\n{dut}");
        }
        // Each port once, and no other.
        assert_eq!(dut.matches("pub ").count(), 6, "{dut}");
        assert!(!dut.contains("does not list"), "{dut}");
    }
}

/// A top that has the name of a type in the prelude, and names of ports that differ in Verilog alone.
const CUBES: &str = "\
module clock(input clk, input test, input nreset, input [2:0] rows [1:0][2:3], input self, Self,
             output reg [2:0] up [0:1][3:2], output reg cube [0:1][0:1][0:1], output reg a__b);
  integer i, j;
  always @(posedge clk)
    for (i = 0; i < 2; i = i + 1) for (j = 2; j < 4; j = j + 1) begin
      up[i][j] <= nreset ? rows[i][j] : i + j;
      cube[i][j - 2][0] <= nreset & test; cube[i][j - 2][1] <= nreset & self;
      a__b <= nreset & Self;
    end
endmodule
";

#[test]
fn arrays_of_arrays_are_driven_and_checked_whatever_the_names() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::new();
    fs::write(outside.path("clock.sv"), CUBES).unwrap();
    let new = ["new", "cubes-tb", "--top", "clock", "--sources", "clock.sv"];
    let made = outside.verifork("", &new);
    made.status(0);
    made.has_no_reservations();
    let dut = fs::read_to_string(outside.path("cubes-tb/src/dut.rs")).unwrap();
    for part in [
        "/// Input, 3 bits `[2:0]`, elements `[1:0][2:3]`.\n    pub rows: [Array<u8>; 2],",
        "pub cube: [[Array<bool>; 2]; 2],",
        "#[dut(path = \"self\")]\n    pub self_: ",
        "#[dut(path = \"Self\")]\n    pub self_2: ",
        "#[dut(path = \"a__b\")]\n    pub a_b: ",
    ] {
        assert!(dut.contains(part), "{part} is not in:\n{dut}");
    }
    let library = fs::read_to_string(outside.path("cubes-tb/src/lib.rs")).unwrap();
    for part in ["dut.up[1].at(3).expect(4)?;", "element.expect(false)?;"] {
        assert!(library.contains(part), "{part} is not in:\n{library}");
    }
    let manifest = outside.path("cubes-tb/Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text + "\n[lints.rust]\nwarnings = \"deny\"\n").unwrap();
    outside.cargo("cubes-tb", &["test"]).status(0);
    fs::write(outside.path("clock.sv"), CUBES.replace("i + j;", "i;")).unwrap();
    outside
        .cargo("cubes-tb", &["test"])
        .status(101)
        .says("clock.up[0][2] is 0, not 2");
}

#[test]
fn ports_of_vhdl_are_driven_in_records_and_arrays_too() {
    if !is_there("nvc") {
        return;
    }
    let outside = Outside::new();
    let design = "\
library ieee; use ieee.std_logic_1164.all;
package parts is
  type word_array is array (natural range <>) of std_logic_vector(7 downto 0);
  type pair is record data : std_logic_vector(4 downto 0); valid : boolean; end record;
  type pair_array is array (natural range <>) of pair;
end;
library ieee; use ieee.std_logic_1164.all; use work.parts.all;
entity Parts_E is
  generic (Depth : positive := 2);
  port (Clk, RstN_i : in std_logic; Words : in word_array(1 to Depth); Level : in positive;
        Request : in pair; Results : out pair_array(3 to 4); Last : out std_logic);
end;
architecture rtl of Parts_E is begin
  process (Clk) begin
    if rising_edge(Clk) then
      if RstN_i = '0' then
        Results <= (others => ((others => '0'), false));
      else
        Results <= (others => Request);
      end if;
    end if;
  end process;
  Last <= Words(Depth)(0);
end;
";
    fs::write(outside.path("parts.vhd"), design).unwrap();
    let new = [
        "new",
        "parts-tb",
        "--top",
        "Parts_E",
        "--sources",
        "parts.vhd",
    ];
    let arguments = [&new[..], &["--simulator", "nvc", "--standard", "2008"]].concat();
    let made = outside.verifork("", &arguments);
    made.status(0);
    made.has_no_reservations();
    let dut = fs::read_to_string(outside.path("parts-tb/src/dut.rs")).unwrap();
    for part in [
        "pub clk: Signal<bool>,\n    /// Input, 1 bit.\n    pub rstn_i: Signal<bool>,",
        "/// Output, records, elements `[3:4]`.\n    pub results: [Results; 2],",
        "pub depth: Parameter<i32>,",
    ] {
        assert!(dut.contains(part), "{part} is not in:\n{dut}");
    }
    let library = fs::read_to_string(outside.path("parts-tb/src/lib.rs")).unwrap();
    for part in [
        "dut.rstn_i.set(false);",
        "// `level` keeps its first value",
        "dut.request.data.set(rng.random_range(0..1 << 5));",
        "dut.results[1].valid.as_logic(),",
        "dut.results[0].data.expect(0)?;",
    ] {
        assert!(library.contains(part), "{part} is not in:\n{library}");
    }
    let harness = fs::read_to_string(outside.path("parts-tb/tests/sim.rs")).unwrap();
    assert!(
        harness.contains(".simulators([Simulator::Nvc])"),
        "{harness}"
    );
    assert!(
        harness.contains(".vhdl_standard(VhdlStandard::V2008)"),
        "{harness}"
    );
}

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
    let outside = Outside::new();
    let manifest = "[workspace]\nmembers = [\"one\"]\nresolver = \"3\"\n";
    fs::write(outside.path("Cargo.toml"), manifest).unwrap();
    fs::create_dir_all(outside.path("one/src")).unwrap();
    let one = "[package]\nname = \"one\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    fs::write(outside.path("one/Cargo.toml"), one).unwrap();
    fs::write(outside.path("one/src/lib.rs"), "").unwrap();
    fs::copy(
        repository().join("hdl/counter.v"),
        outside.path("counter.v"),
    )
    .unwrap();
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
fn a_harness_that_cargo_takes_for_its_own_fails_with_the_line_to_add() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::new();
    fs::copy(
        repository().join("hdl/counter.v"),
        outside.path("counter.v"),
    )
    .unwrap();
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
fn what_cannot_become_a_crate_leaves_nothing_behind() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::new();
    fs::copy(
        repository().join("hdl/counter.v"),
        outside.path("counter.v"),
    )
    .unwrap();
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
fn a_new_crate_for_vhdl_passes_at_once_and_binds_what_is_inside() {
    if !is_there("ghdl") {
        return;
    }
    let outside = Outside::new();
    fs::copy(
        repository().join("hdl/counter.vhd"),
        outside.path("counter.vhd"),
    )
    .unwrap();
    let new = [
        "new",
        "vhdl-tb",
        "--top",
        "counter",
        "--sources",
        "counter.vhd",
    ];
    outside.verifork("", &new).status(0);
    outside
        .cargo("vhdl-tb", &["test"])
        .status(0)
        .says("counter::ghdl::starts ... ok");
    let bind = ["bind", "--depth", "1", "--internal"];
    outside
        .verifork("vhdl-tb", &bind)
        .status(0)
        .says("+    pub core: ")
        .says("+    pub next_count: Signal<u8>,");
    outside
        .cargo("vhdl-tb", &["test"])
        .status(0)
        .says("counter::ghdl::starts ... ok");
    // The command to repeat is that of the file.
    outside
        .verifork("vhdl-tb", &["bind", "--check"])
        .status(FAILED)
        .says("-//! `cargo verifork bind --internal --depth 1`");
    outside
        .verifork("vhdl-tb", &[&bind[..], &["--check"]].concat())
        .status(0);
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
        "/// Both ways, 8 bits `[7:0]`.\n    pub bus: Signal<LogicVec>,",
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

#[test]
fn a_library_that_is_not_to_be_had_is_told() {
    let outside = Outside::new();
    fs::copy(
        repository().join("hdl/counter.v"),
        outside.path("counter.v"),
    )
    .unwrap();
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

#[test]
fn waves_of_a_test_are_shown_in_what_is_installed() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::new();
    fs::copy(
        repository().join("hdl/counter.v"),
        outside.path("counter.v"),
    )
    .unwrap();
    let new = [
        "new",
        "waves-tb",
        "--top",
        "counter",
        "--sources",
        "counter.v",
    ];
    outside.verifork("", &new).status(0);
    // All programs but viewers of waves, and then one viewer after the other.
    let programs = outside.path("programs");
    fs::create_dir(&programs).unwrap();
    for name in ["iverilog", "vvp", "sh", "cc", "ld", "rustc", "cargo"] {
        if let Some(found) = find(name) {
            std::os::unix::fs::symlink(found, programs.join(name)).unwrap();
        }
    }
    let waves = |test: &str, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-verifork"));
        command
            .args(["verifork", "waves", test])
            .args(more)
            .env("PATH", &programs);
        outside.run(command, "waves-tb")
    };
    let whole = "counter::icarus::starts";
    waves(whole, &[])
        .status(0)
        .says("/waves-tb/sim/counter/icarus/starts/waves.fst")
        .says("no viewer is installed: surfer or gtkwave");
    for viewer in ["gtkwave", "surfer"] {
        let (path, shown) = (programs.join(viewer), outside.path(viewer));
        // It appears whole, whenever it is looked for.
        let text = format!(
            "#!/bin/sh\necho \"$1\" > '{shown}.new' && mv '{shown}.new' '{shown}'\n",
            shown = shown.display()
        );
        std::os::unix::fs::symlink(find("mv").unwrap(), programs.join("mv")).ok();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        waves("starts", &["--format", "vcd"]).status(0);
        let begun = Instant::now();
        while !shown.is_file() {
            assert!(begun.elapsed() < Duration::from_secs(30), "no {viewer}");
            std::thread::sleep(Duration::from_millis(10));
        }
        let file = fs::read_to_string(&shown).unwrap();
        assert!(
            file.ends_with("counter/icarus/starts/waves.vcd\n"),
            "{file}"
        );
        assert!(
            fs::read_to_string(file.trim())
                .unwrap()
                .contains("$enddefinitions")
        );
    }
    waves("counter::icarus::strats", &[])
        .status(FAILED)
        .says("there is no test")
        .says(whole);
    waves(whole, &["--format", "ghw"])
        .status(0)
        .says("Icarus Verilog writes waves as fst or vcd, not as ghw: as fst here")
        .says("starts/waves.fst");
    waves(whole, &["--format", "wav"])
        .status(FAILED)
        .says("left no waves");
    waves(whole, &["--viewer", "no-such-viewer"])
        .status(FAILED)
        .says("`no-such-viewer` does not start");
}

#[test]
fn the_doctor_tells_every_simulator_and_its_back_end() {
    let outside = Outside::new();
    outside
        .verifork("", &["doctor"])
        .says("Icarus Verilog")
        .says("Verilator")
        .says("GHDL")
        .says("languages")
        .says("works");
    for back_end in ["mcode", "llvm"] {
        let program = format!("ghdl-{back_end}");
        if is_there(&program) {
            let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-verifork"));
            command
                .args(["verifork", "doctor"])
                .env("VERIFORK_GHDL", &program);
            outside
                .run(command, "")
                .status(0)
                .says(&format!("{back_end} code generator"));
        }
    }
}

#[test]
fn the_pages_of_commands_fit_the_width() {
    for command in [
        "new", "bind", "run", "list", "close", "report", "doctor", "coverage", "waves",
    ] {
        let mut page = common::verifork();
        page.args([command, "--help"]).env("COLUMNS", "60");
        let (text, status) = common::told(&mut page);
        assert_eq!(status, Some(0), "{text}");
        // A line to copy is one.
        for line in text.lines().filter(|line| !line.starts_with("Usage:")) {
            assert!(line.chars().count() <= 60, "{command}: {line}");
        }
    }
}
