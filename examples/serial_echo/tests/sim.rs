//! The testbench on the Verilog and the VHDL, in three formats: `cargo test -p serial_echo_tb`.

use std::process::ExitCode;

use verifork_runner::Design;

/// A design with the usual format of a character, with parity, and with everything else than that.
fn formats(design: Design) -> Design {
    let format = |clocks, bits, parity, stop_halves| {
        [
            ("CLKS_PER_BIT", clocks),
            ("DATA_BITS", bits),
            ("PARITY", parity),
            ("STOP_HALVES", stop_halves),
        ]
    };
    design
        .variant("usual", format(16, 8, 0, 2))
        .variant("even_parity", format(20, 7, 1, 3))
        .variant("unusual", format(32, 9, 3, 4))
}

fn main() -> ExitCode {
    verifork_runner::main([
        formats(Design::new("serial_echo").sources(["../../hdl/serial_echo.v"])),
        formats(
            Design::new("serial_echo")
                .sources(["../../hdl/serial_echo.vhd"])
                .label("vhdl"),
        ),
    ])
}
