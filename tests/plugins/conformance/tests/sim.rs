//! The promises of the library on every simulator that is installed: see `tests/works_where.rs`.

use std::process::ExitCode;

use verifork_runner::{Design, Simulator};

fn main() -> ExitCode {
    let plusargs = ["depth=4", "verbose", "verb=1", "empty="];
    let designs = [
        Design::new("conformance")
            .sources(["../../../hdl/conformance.v"])
            // Tests look names up that only they know.
            .public_all()
            .compile_argument(Simulator::Verilator, "-MAKEFLAGS")
            .compile_argument(Simulator::Verilator, "OPT_FAST=-O0 OPT_GLOBAL=-O0"),
        Design::new("conformance")
            .label("vhdl")
            .sources(["../../../hdl/conformance.vhd"]),
    ];
    verifork_runner::main(designs.map(|design| plusargs.into_iter().fold(design, Design::plusarg)))
}
