//! The testbench on the register file's Verilog and its VHDL: `cargo test -p axi_lite_tb`.

use std::process::ExitCode;

use verifork_runner::Design;

fn main() -> ExitCode {
    verifork_runner::main([
        Design::new("axi_lite")
            .sources(["../../hdl/axi_lite.v"])
            .variant("four_words", [("SCRATCH_WORDS", 4)])
            .variant("one_word", [("SCRATCH_WORDS", 1)]),
        Design::new("axi_lite")
            .sources(["../../hdl/axi_lite.vhd"])
            .label("vhdl")
            // GHDL 2 does not survive a look into the scratch registers, which the others take.
            .tests(["concurrent_clients", "an_event_is_not_lost"]),
    ])
}
