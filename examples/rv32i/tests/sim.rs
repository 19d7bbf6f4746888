//! The testbench on the processor, started at the bottom of the memory and elsewhere:
//! `cargo test -p rv32i_tb`.

use std::process::ExitCode;

use verifork_runner::Design;

fn main() -> ExitCode {
    verifork_runner::main([Design::new("rv32i")
        .sources(["../../hdl/rv32i.v"])
        .variant("from_0", [("RESET_ADDR", 0)])
        .variant("from_elsewhere", [("RESET_ADDR", 0x7fff_fff0)])])
}
