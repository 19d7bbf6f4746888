//! The testbench on the Verilog and the VHDL, with and without a stretched clock: `cargo test -p i2c_memory_tb`.

use std::process::ExitCode;

use verifork_runner::Design;

fn stretches(design: Design) -> Design {
    design
        .variant("usual", [("ADDRESS", 0x50), ("STRETCH", 0)])
        .variant("stretched", [("ADDRESS", 0x2f), ("STRETCH", 100)])
}

fn main() -> ExitCode {
    verifork_runner::main([
        stretches(Design::new("i2c_memory").sources(["../../hdl/i2c_memory.v"])),
        stretches(
            Design::new("i2c_memory")
                .sources(["../../hdl/i2c_memory.vhd"])
                .label("vhdl"),
        ),
    ])
}
