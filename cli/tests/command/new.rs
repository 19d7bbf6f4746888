//! Designs of many shapes become crates whose first test passes.

use std::fs;
use std::process::Command;

use crate::common::{FAILED, Outside, is_there, repository};

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
        .says("VERIFORK_SIM=nvc leaves no test of");
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
        "`clk_i`, `clk2`. Resets: `rst_ni` (active low), `areset` (active high),\n/// `rst_b` (active low).",
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
        let library = fs::read_to_string(outside.path(&folder).join("src/lib.rs")).unwrap();
        let begins = match top {
            // Verilator knows no top of which nothing is bound.
            "none" => "async fn starts() -> Result {",
            "ins" => "/// The design runs, and reports no error.",
            _ => "/// With random inputs, the outputs move.",
        };
        assert!(library.contains(begins), "{begins} is not in:\n{library}");
        assert!(!library.contains("into reset"), "{library}");
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
  type digit is range 0 to 9;
end;
library ieee; use ieee.std_logic_1164.all; use work.parts.all;
entity Parts_E is
  generic (Depth : positive := 2);
  port (Clk, RstN_i : in std_logic; Words : in word_array(1 to Depth); Level : in positive;
        Request : in pair; Results : out pair_array(3 to 4); Last : out std_logic; Digit_O : out digit);
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
        "// `digit_o`, output: ",
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
fn a_new_crate_for_vhdl_passes_at_once_and_binds_what_is_inside() {
    if !is_there("ghdl") {
        return;
    }
    let outside = Outside::with("counter.vhd");
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
