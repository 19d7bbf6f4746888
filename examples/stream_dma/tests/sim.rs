//! The testbench on the design: `cargo test -p stream_dma_tb`.

use std::process::ExitCode;

use verifork_runner::Design;

fn main() -> ExitCode {
    verifork_runner::main([Design::new("stream_dma").sources(["../../hdl/stream_dma.v"])])
}
