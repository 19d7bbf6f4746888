//! The testbench on both designs, Verilog and VHDL: `cargo test -p ahb_tb`.

use std::process::ExitCode;

use verifork_runner::Design;

fn main() -> ExitCode {
    let design = |extension| {
        Design::new("ahb_ram")
            .sources([format!("../../hdl/ahb_ram.{extension}")])
            .variant("at_once", [("WAITS", 0)])
            .variant("waits", [("WAITS", 2)])
    };
    verifork_runner::main([design("v"), design("vhd").label("vhdl")])
}
