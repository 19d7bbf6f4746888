//! The testbench on the FIFO's Verilog and its VHDL, at several depths: `cargo test -p fifo_tb`.

use std::process::ExitCode;

use verifork_runner::{Design, Simulator};

/// A design with the depths at which a FIFO's pointers go wrong: a power of two, none, one word.
fn depths(design: Design) -> Design {
    design
        .variant("depth_16", [("DEPTH", 16)])
        .variant("depth_10", [("DEPTH", 10)])
        .variant("depth_1", [("DEPTH", 1)])
}

fn main() -> ExitCode {
    verifork_runner::main([
        depths(Design::new("fifo").sources(["../../hdl/fifo.v"])),
        depths(
            Design::new("fifo")
                .sources(["../../hdl/fifo.vhd"])
                .label("vhdl"),
        )
        .skip_on(
            Simulator::Ghdl,
            "wraps_at_the_depth",
            "GHDL 2 cannot show a memory whose bounds a generic sets",
        ),
    ])
}
