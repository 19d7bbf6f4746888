//! The testbench on the UART's Verilog and its VHDL, in two formats: `cargo test -p uart_tb`.

use std::process::ExitCode;

use verifork_runner::Design;

/// A design with the usual format of a character, and with everything else than that.
fn formats(design: Design) -> Design {
    let unusual = [
        ("CLKS_PER_BIT", 4),
        ("DATA_BITS", 9),
        ("PARITY", 2),
        ("STOP_BITS", 2),
    ];
    design
        .variant("usual", [("CLKS_PER_BIT", 16)])
        .variant("even_parity", [("PARITY", 1)])
        .variant("unusual", unusual)
}

fn main() -> ExitCode {
    verifork_runner::main([
        formats(Design::new("uart").sources(["../../hdl/uart.v"])),
        formats(
            Design::new("uart")
                .sources(["../../hdl/uart.vhd"])
                .label("vhdl"),
        ),
    ])
}
