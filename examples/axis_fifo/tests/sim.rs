//! The testbench on both designs, Verilog and VHDL: `cargo test -p axis_fifo_tb`.

use std::process::ExitCode;

use verifork_runner::Design;

fn main() -> ExitCode {
    let in_both = |name: &str| {
        let design =
            |extension| Design::new(name).sources([format!("../../hdl/{name}.{extension}")]);
        [design("v"), design("vhd").label("vhdl")]
    };
    let fifos = in_both("axis_fifo").map(|design| {
        design
            .variant("words", [("BYTES", 4), ("DEPTH", 8)])
            .variant("bytes", [("BYTES", 1), ("DEPTH", 2)])
    });
    verifork_runner::main(fifos.into_iter().chain(in_both("axis_widen")))
}
