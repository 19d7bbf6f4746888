//! The testbench on the register file's Verilog and its VHDL: `cargo test -p axi_lite_tb`.

use std::process::ExitCode;

use verifork_runner::{Design, Simulator};

fn main() -> ExitCode {
    verifork_runner::main([
        Design::new("axi_lite")
            .sources(["../../hdl/axi_lite.v"])
            .variant("four_words", [("SCRATCH_WORDS", 4)])
            .variant("one_word", [("SCRATCH_WORDS", 1)]),
        Design::new("axi_lite")
            .sources(["../../hdl/axi_lite.vhd"])
            .label("vhdl")
            .skip_on(
                Simulator::Ghdl,
                "random_accesses",
                "GHDL 2 cannot show a memory whose bounds a generic sets",
            ),
    ])
}
