//! The testbench on both designs, Verilog and VHDL: `cargo test -p axi_ram_tb`.

use std::process::ExitCode;

use verifork_runner::Design;

fn main() -> ExitCode {
    let of_all_widths = |extension: &str| {
        Design::new("axi_ram")
            .sources([format!("../../hdl/axi_ram.{extension}")])
            .variant("byte", [("BYTES", 1)])
            .variant("words", [("BYTES", 4)])
            .variant("wide", [("BYTES", 16)])
            .variant("widest", [("BYTES", 128)])
    };
    verifork_runner::main([of_all_widths("v"), of_all_widths("vhd").label("vhdl")])
}
