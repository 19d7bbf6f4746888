//! The testbench on the Verilog and the VHDL, in all four modes: `cargo test -p spi_memory_tb`.

use std::process::ExitCode;

use verifork_runner::Design;

fn modes(design: Design) -> Design {
    let mode = |cpol, cpha| [("CPOL", cpol), ("CPHA", cpha)];
    design
        .variant("mode_0", mode(0, 0))
        .variant("mode_1", mode(0, 1))
        .variant("mode_2", mode(1, 0))
        .variant("mode_3", mode(1, 1))
}

fn main() -> ExitCode {
    verifork_runner::main([
        modes(Design::new("spi_memory").sources(["../../hdl/spi_memory.v"])),
        modes(
            Design::new("spi_memory")
                .sources(["../../hdl/spi_memory.vhd"])
                .label("vhdl"),
        ),
    ])
}
