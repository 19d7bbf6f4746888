//! The testbench on the Verilog and its VHDL twin: `cargo test -p burst_addresses_tb`, and then
//! `cargo verifork coverage` for what was covered, or `cargo verifork report --requirements requirements.txt` for a
//! page of it. With `VERIFORK_COVERAGE=functional,code` it also shows which lines have run.

use std::process::ExitCode;

use verifork_runner::Design;

fn main() -> ExitCode {
    verifork_runner::main([
        Design::new("burst_addresses").sources(["../../hdl/burst_addresses.v"]),
        Design::new("burst_addresses")
            .sources(["../../hdl/burst_addresses.vhd"])
            .label("vhdl"),
    ])
}
