//! The structs bound on every simulator that takes the design.

use std::process::ExitCode;

use verifork_runner::{Design, Simulator};

fn main() -> ExitCode {
    let structures = |label: &str, width: u32| {
        Design::new("structures")
            .sources(["hdl/structures.sv"])
            .label(label)
            .parameter("W", width)
            .tests(["structures::both_", "structures::packed_"])
    };
    verifork_runner::main([
        Design::new("binding")
            .sources(["hdl/binding.sv"])
            .tests(["handles::"]),
        Design::new("binding")
            .label("vhdl")
            .sources(["hdl/binding.vhd"])
            .tests(["handles::"]),
        Design::new("members")
            .sources(["hdl/members.sv"])
            .simulators([Simulator::Verilator])
            .tests(["members::known_"]),
        // Icarus's compiler does not tell what a packed structure is made of.
        Design::new("members")
            .label("undeclared")
            .sources(["hdl/members.sv"])
            .simulators([Simulator::Icarus])
            .tests(["members::unknown_"]),
        structures("narrow", 8),
        structures("wide", 40),
        // GHDL shows no records.
        Design::new("records")
            .sources(["hdl/records.vhd"])
            .simulators([Simulator::Nvc])
            .tests([
                "structures::both_",
                "structures::records_",
                "structures::enumerations_",
            ]),
        Design::new("records")
            .label("unshown")
            .sources(["hdl/records.vhd"])
            .simulators([Simulator::Ghdl])
            .tests(["structures::enumerations_", "structures::unshown_"]),
    ])
}
