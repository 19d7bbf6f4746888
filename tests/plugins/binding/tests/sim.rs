//! The structs bound on every simulator that takes the design.

use std::process::ExitCode;

use verifork_runner::Design;

fn main() -> ExitCode {
    verifork_runner::main([
        Design::new("binding")
            .sources(["hdl/binding.sv"])
            .timescale("1ns/1ps"),
        Design::new("binding")
            .label("vhdl")
            .sources(["hdl/binding.vhd"]),
    ])
}
