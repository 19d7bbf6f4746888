//! The testbench on both designs, Verilog and VHDL: `cargo test -p registers_tb`.

use std::process::ExitCode;

use verifork_runner::Design;

fn main() -> ExitCode {
    let design = |extension| {
        Design::new("apb_registers")
            .sources([format!("../../hdl/apb_registers.{extension}")])
            .public_all() // the backdoor looks signals up by the paths of the map
            .variant("at_once", [("WAITS", 0)])
            .variant("waits", [("WAITS", 3)])
    };
    verifork_runner::main([design("v"), design("vhd").label("vhdl")])
}
