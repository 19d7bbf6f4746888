//! The components on every simulator that is installed: `cargo test -p components_tb`.

use std::process::ExitCode;

use verifork_runner::{Design, Simulator};

fn main() -> ExitCode {
    let wires = |label: &str, source: &str, bytes: i64| {
        Design::new("wires")
            .sources([format!("hdl/{source}")])
            .label(label)
            .parameter("BYTES", bytes)
            .shared_simulation()
            .compile_argument(Simulator::Verilator, "-MAKEFLAGS")
            .compile_argument(Simulator::Verilator, "OPT_FAST=-O0 OPT_GLOBAL=-O0")
    };
    // Widths that are a word, less, more, and the most that a stream may have.
    verifork_runner::main([
        wires("verilog", "wires.v", 4),
        wires("vhdl", "wires.vhd", 4),
        wires("narrow", "wires.v", 1)
            .simulators([Simulator::Icarus])
            .tests(["models::"]),
        wires("odd", "wires.v", 11)
            .simulators([Simulator::Icarus])
            .tests(["models::"]),
        wires("wide", "wires.v", 128)
            .simulators([Simulator::Icarus])
            .tests(["models::"]),
        wires("wide_vhdl", "wires.vhd", 128)
            .simulators([Simulator::Nvc])
            .tests(["models::"]),
    ])
}
