//! What a design may have at its top, and that options reach every command that elaborates.

mod common;

use common::bench::{Bench, FAILED, PASSED, verilog, vhdl};
use common::find;

/// An entity whose second architecture shows a seven; `only` is the configuration that takes it.
const ENTITY: &str = "library ieee; use ieee.std_logic_1164.all;\n\
    entity e is port (q : out std_logic_vector(7 downto 0)); end;\n\
    architecture seven of e is begin q <= \"00000111\"; end;\n\
    architecture one of e is begin q <= \"00000001\"; end;\n\
    configuration only of e is for seven end for; end;\n";

/// Each back end of GHDL that is installed, and NVC.
fn everywhere() -> Vec<Bench> {
    let back_ends = ["ghdl-mcode", "ghdl-llvm", "ghdl-gcc"];
    let back_ends = back_ends.into_iter().filter_map(find);
    let mut benches: Vec<Bench> = back_ends
        .filter_map(|place| Some(Bench::ghdl()?.with("VERIFORK_GHDL", place.to_str()?)))
        .collect();
    if benches.is_empty() {
        return vhdl();
    }
    benches.extend(Bench::nvc());
    benches
}

#[test]
fn an_architecture_and_a_configuration_are_tops() {
    for bench in everywhere() {
        bench.write("e.vhd", ENTITY);
        let mut bench = bench.with("FAULTY_SOURCES", "e.vhd");
        for (top, status) in [
            // The last one that was compiled.
            ("e", FAILED),
            ("e(seven)", PASSED),
            ("E(Seven)", PASSED),
            ("e-seven", PASSED),
            ("work.e(seven)", PASSED),
            ("e(one)", FAILED),
            ("only", PASSED),
            ("work.only", PASSED),
        ] {
            bench = bench.with("FAULTY_TOP", top);
            println!("{} on {}", top, bench.simulator);
            bench.ends(status);
        }
    }
}

#[test]
fn a_top_lies_in_the_library_that_is_named() {
    for bench in everywhere() {
        bench.write("e.vhd", ENTITY).write(
            "other.vhd",
            "entity other is end;\narchitecture a of other is begin end;\n",
        );
        // One source of `work`, so that the top has to say where it is.
        let mut bench = bench.with("FAULTY_SOURCES", "Lib=e.vhd,other.vhd");
        for (top, status) in [
            ("lib.e(seven)", PASSED),
            ("LIB.e-seven", PASSED),
            ("lib.only", PASSED),
            ("lib.e(one)", FAILED),
        ] {
            bench = bench.with("FAULTY_TOP", top);
            println!("{} on {}", top, bench.simulator);
            bench.ends(status);
        }
        let bench = bench.with("FAULTY_TOP", "e(seven)");
        bench.run().status(FAILED).says("does not compile");
        // Nothing in `work`: it can only be there.
        bench.with("FAULTY_SOURCES", "lib=e.vhd").ends(PASSED);
    }
}

#[test]
fn what_names_no_top_is_reported_before_anything_runs() {
    for bench in verilog().into_iter().chain(vhdl()).take(1) {
        bench.write("e.vhd", ENTITY);
        let bench = bench
            .with("FAULTY_SOURCES", "e.vhd")
            .with("FAULTY_TOP", "e(seven");
        bench
            .run()
            .status(2)
            .says("design `described`: `e(seven` names no top")
            .says("`name(architecture)`");
    }
}

#[test]
fn options_of_analysis_reach_every_command() {
    let text = "library ieee; use ieee.std_logic_1164.all; use ieee.std_logic_unsigned.all;\n\
        entity described is generic (G : natural := 3); \
            port (q : out std_logic_vector(7 downto 0)); end;\n\
        architecture a of described is signal six : std_logic_vector(7 downto 0) := \"00000110\";\n\
        begin q <= six + 1; end;\n";
    // A shared variable of a type that is not protected is of the standard of 1993, and of those who
    // are relaxed.
    let shared = "library ieee; use ieee.std_logic_1164.all;\n\
        entity described is port (q : out std_logic_vector(7 downto 0)); end;\n\
        architecture a of described is shared variable n : natural := 7;\n\
        begin process begin n := n; if n = 7 then q <= \"00000111\"; end if; wait; end process; \
        end;\n";
    for bench in everywhere() {
        bench.write("text.vhd", text).write("shared.vhd", shared);
        let options: &[(&str, &str)] = match bench.simulator {
            "ghdl" => &[
                ("text.vhd", "-fsynopsys"),
                ("text.vhd", "--ieee=synopsys,--std=93c"),
                ("shared.vhd", "-frelaxed"),
                ("shared.vhd", "--std=93"),
            ],
            _ => &[
                ("text.vhd", "--ieee-warnings=off"),
                ("shared.vhd", "--relaxed"),
                ("shared.vhd", "--std=1993"),
                ("shared.vhd", "--messages,compact,--relaxed"),
            ],
        };
        let mut bench = bench;
        for (source, option) in options {
            bench = bench
                .with("FAULTY_SOURCES", source)
                .with("FAULTY_ARGUMENTS", option);
            println!("{source} with {option} on {}", bench.simulator);
            bench.ends(PASSED);
        }
    }
}

#[test]
fn the_work_library_may_have_another_name() {
    for bench in everywhere() {
        bench.write("e.vhd", ENTITY);
        let bench = bench
            .with("FAULTY_SOURCES", "e.vhd")
            .with("FAULTY_ARGUMENTS", "--work=mine");
        let bench = bench.with("FAULTY_TOP", "e(seven)");
        bench.ends(PASSED);
        bench.with("FAULTY_TOP", "mine.only").ends(PASSED);
    }
}
