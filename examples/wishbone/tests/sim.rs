//! The testbench on both designs, Verilog and VHDL: `cargo test -p wishbone_tb`.

use std::process::ExitCode;

use verifork_runner::Design;

fn main() -> ExitCode {
    let design = |extension| {
        Design::new("wishbone_memory")
            .sources([format!("../../hdl/wishbone_memory.{extension}")])
            .variant("standard", [("PIPELINED", 0), ("WAITS", 0)])
            .variant("standard_waits", [("PIPELINED", 0), ("WAITS", 2)])
            .variant("pipelined", [("PIPELINED", 1), ("WAITS", 0)])
            .variant("pipelined_stalls", [("PIPELINED", 1), ("WAITS", 2)])
    };
    verifork_runner::main([design("v"), design("vhd").label("vhdl")])
}
