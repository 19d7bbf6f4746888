//! Values on every simulator that is installed.

use std::process::ExitCode;

use verifork_runner::{Design, Simulator};

fn main() -> ExitCode {
    verifork_runner::main([
        Design::new("values")
            .sources(["../../designs/values.sv"])
            // Tests look names up that only they know.
            .public_all()
            .compile_argument(Simulator::Verilator, "-MAKEFLAGS")
            .compile_argument(Simulator::Verilator, "OPT_FAST=-O0 OPT_GLOBAL=-O0")
            .tests(["numbers::any_", "numbers::verilog_"]),
        Design::new("values")
            .label("vhdl")
            .sources(["../../designs/values.vhd"])
            .tests(["numbers::any_", "numbers::vhdl_"]),
        Design::new("values")
            .label("declared")
            .sources(["../../designs/values.sv"])
            .public_all()
            .compile_argument(Simulator::Verilator, "-MAKEFLAGS")
            .compile_argument(Simulator::Verilator, "OPT_FAST=-O0 OPT_GLOBAL=-O0")
            .tests(["numbers::declared_"]),
        Design::new("values")
            .label("declared_vhdl")
            .sources(["../../designs/values.vhd"])
            .simulators([Simulator::Nvc])
            .tests(["numbers::declared_"]),
        // GHDL tells no ranges: see `tests/trust`.
        Design::new("ranges")
            .sources(["../../designs/ranges.vhd"])
            .simulators([Simulator::Nvc])
            .tests(["refusals::what_"]),
        Design::new("latin_1")
            .sources(["../../designs/latin_1.v"])
            .public_all()
            .compile_argument(Simulator::Verilator, "-MAKEFLAGS")
            .compile_argument(Simulator::Verilator, "OPT_FAST=-O0 OPT_GLOBAL=-O0")
            .tests(["names::any_"]),
        Design::new("latin_1")
            .label("bound")
            .sources(["../../designs/latin_1.v"])
            .simulators([Simulator::Verilator])
            .compile_argument(Simulator::Verilator, "-MAKEFLAGS")
            .compile_argument(Simulator::Verilator, "OPT_FAST=-O0 OPT_GLOBAL=-O0")
            .tests(["names::bound_", "refusals::published_"]),
        Design::new("latin_1")
            .label("vhdl")
            .sources(["../../designs/latin_1.vhd"])
            .tests(["names::any_", "names::vhdl_"]),
        Design::new("arrays")
            .sources(["../../designs/arrays.sv"])
            .simulators([Simulator::Icarus])
            .tests(["names::verilog_", "arrays::"]),
        Design::new("driven")
            .sources(["../../designs/driven.sv"])
            .simulators([Simulator::Icarus])
            .tests(["driven::icarus_"]),
        Design::new("unscaled")
            .sources(["../../designs/unscaled.v"])
            .tests(["timescale::any_"]),
        Design::new("unscaled")
            .label("microseconds")
            .sources(["../../designs/unscaled.v"])
            .timescale("1us/1ns")
            .tests(["timescale::stated_"]),
        Design::new("hidden")
            .sources(["../../designs/hidden.vhd"])
            .simulators([Simulator::Nvc])
            .tests(["hidden::"]),
        Design::new("optional")
            .sources(["../../designs/optional.vhd"])
            .tests(["optional::any_"]),
        Design::new("optional")
            .label("shown")
            .sources(["../../designs/optional.vhd"])
            .simulators([Simulator::Nvc])
            .tests(["optional::shown_"]),
        Design::new("optional")
            .label("wide")
            .sources(["../../designs/optional.vhd"])
            .parameter("WIDTH", 4)
            .tests(["optional::wide_"])
            .skip_on(
                Simulator::Ghdl,
                "optional::wide_",
                "GHDL 2 does not show elements of arrays whose bounds a generic sets",
            ),
    ])
}
