//! The testbench on both designs, Verilog and VHDL: `cargo test -p apb_bridge_tb`.

use std::process::ExitCode;

use verifork_runner::Design;

fn main() -> ExitCode {
    let design = |extension| {
        Design::new("apb_bridge").sources([format!("../../hdl/apb_bridge.{extension}")])
    };
    verifork_runner::main([design("v"), design("vhd").label("vhdl")])
}
