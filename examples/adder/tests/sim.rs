//! The testbench on the adder's Verilog and its VHDL: `cargo test -p adder_tb`.

use std::process::ExitCode;

use verifork_runner::Design;

fn main() -> ExitCode {
    verifork_runner::main([
        Design::new("adder").sources(["../../hdl/adder.v"]),
        Design::new("adder")
            .sources(["../../hdl/adder.vhd"])
            .label("vhdl"),
    ])
}
