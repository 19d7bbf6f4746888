//! The testbench on both designs, Verilog and VHDL: `cargo test -p stream_dma_tb`.

use std::process::ExitCode;

use verifork_runner::Design;

fn main() -> ExitCode {
    verifork_runner::main([
        Design::new("stream_dma").sources(["../../hdl/stream_dma.v"]),
        Design::new("stream_dma")
            .label("vhdl")
            .sources(["../../hdl/stream_dma.vhd"]),
    ])
}
