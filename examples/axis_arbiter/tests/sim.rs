//! The testbench on the arbiter's Verilog and its VHDL, with few inputs and many:
//! `cargo test -p axis_arbiter_tb`.

use std::process::ExitCode;

use verifork_runner::Design;

/// A design with as few inputs as it takes, a number that is not a power of two, and wide beats.
fn sizes(design: Design) -> Design {
    design
        .variant("two_inputs", [("PORTS", 2), ("WIDTH", 1)])
        .variant("four_inputs", [("PORTS", 4), ("WIDTH", 8)])
        .variant("five_inputs", [("PORTS", 5), ("WIDTH", 64)])
}

fn main() -> ExitCode {
    verifork_runner::main([
        sizes(Design::new("axis_arbiter").sources(["../../hdl/axis_arbiter.v"])),
        sizes(
            Design::new("axis_arbiter")
                .sources(["../../hdl/axis_arbiter.vhd"])
                .label("vhdl"),
        ),
    ])
}
