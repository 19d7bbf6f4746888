//! The testbench on the multiplier's Verilog and its VHDL, at several widths and depths:
//! `cargo test -p multiplier_tb`.

use std::process::ExitCode;

use verifork_runner::Design;

/// A design in sizes that divide evenly and that do not, signed and unsigned, up to the widest.
fn sizes(design: Design) -> Design {
    let size = |width, stages, is_signed| {
        [
            ("WIDTH", width),
            ("STAGES", stages),
            ("IS_SIGNED", is_signed),
        ]
    };
    design
        .variant("unsigned", size(16, 4, 0))
        .variant("signed", size(16, 5, 1))
        .variant("one_stage", size(64, 1, 1))
        .variant("more_stages_than_bits", size(3, 5, 1))
        .variant("one_bit", size(1, 2, 0))
}

fn main() -> ExitCode {
    verifork_runner::main([
        // The stages are looked up by their numbers, which only the running test knows.
        sizes(
            Design::new("multiplier")
                .sources(["../../hdl/multiplier.v"])
                .public_all(),
        ),
        sizes(
            Design::new("multiplier")
                .sources(["../../hdl/multiplier.vhd"])
                .label("vhdl"),
        ),
    ])
}
