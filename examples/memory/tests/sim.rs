//! The testbench on the memory's Verilog and its VHDL, in several sizes: `cargo test -p memory_tb`.

use std::process::ExitCode;

use verifork_runner::{Design, Simulator};

/// The smallest memory, the usual one, and words that no integer holds.
fn sizes(design: Design) -> Design {
    design
        .variant("two_bytes", [("ADDR_WIDTH", 1), ("BYTES", 1)])
        .variant("words_of_4", [("ADDR_WIDTH", 8), ("BYTES", 4)])
        .variant("words_of_20", [("ADDR_WIDTH", 5), ("BYTES", 20)])
}

fn main() -> ExitCode {
    verifork_runner::main([
        sizes(Design::new("memory_bus").sources(["../../hdl/memory.v", "hdl/memory_bus.v"]))
            .skip_on(
                Simulator::Verilator,
                "",
                "the bus is X or Z at times, and Verilator has two states",
            ),
        sizes(
            Design::new("memory_bus")
                .sources(["../../hdl/memory.vhd", "hdl/memory_bus.vhd"])
                .label("vhdl"),
        )
        .skip_on(
            Simulator::Ghdl,
            "words_lie_at_their_addresses",
            "GHDL 2 cannot show a memory whose bounds a generic sets",
        ),
    ])
}
