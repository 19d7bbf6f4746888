//! The testbench on the SPI master's Verilog and its VHDL, in all four modes: `cargo test -p spi_tb`.

use std::process::ExitCode;

use verifork_runner::Design;

/// A design in each mode, with the fastest clock of all among them.
fn modes(design: Design) -> Design {
    let mode = |cpol, cpha, divider, width| {
        [
            ("CPOL", cpol),
            ("CPHA", cpha),
            ("CLK_DIV", divider),
            ("WIDTH", width),
        ]
    };
    design
        .variant("mode_0", mode(0, 0, 2, 8))
        .variant("mode_1", mode(0, 1, 3, 12))
        .variant("mode_2", mode(1, 0, 1, 2))
        .variant("mode_3", mode(1, 1, 1, 64))
}

fn main() -> ExitCode {
    verifork_runner::main([
        modes(Design::new("spi_master").sources(["../../hdl/spi_master.v"])),
        modes(
            Design::new("spi_master")
                .sources(["../../hdl/spi_master.vhd"])
                .label("vhdl"),
        ),
    ])
}
