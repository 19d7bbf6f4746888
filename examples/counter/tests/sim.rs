//! The testbench on the counter's Verilog and its VHDL: `cargo test -p counter_tb`.

use std::process::ExitCode;

use verifork_runner::Design;

fn main() -> ExitCode {
    verifork_runner::main([
        Design::new("counter")
            .sources(["../../hdl/counter.v"])
            .parameter("WIDTH", 8),
        Design::new("counter")
            .sources(["../../hdl/counter.vhd"])
            .label("vhdl"),
    ])
}
