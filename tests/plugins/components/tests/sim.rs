//! The components on every simulator that is installed: `cargo test -p components_tb`.

use std::process::ExitCode;

use verifork_runner::{Design, Simulator};

/// The tests of plain wires that hold for any width.
const OF_ANY_WIDTH: &[&str] = &["models::"];
/// Those and the rest, for four bytes.
const ALL: &[&str] = &[
    "apb::",
    "apb_rules::",
    "binding::",
    "life::",
    "lite::",
    "lite_rules::",
    "models::",
    "register_model::",
    "stream_rules::",
    "valid_ready_rules::",
];

fn wires(label: &str, source: &str, bytes: i64, tests: &[&str]) -> Design {
    of_wires("wires", label, source, bytes, tests)
}

fn wishbone(label: &str, source: &str, bytes: i64, tests: &[&str]) -> Design {
    of_wires("wishbone_wires", label, source, bytes, tests)
}

fn ahb(label: &str, source: &str, bytes: i64, tests: &[&str]) -> Design {
    of_wires("ahb_wires", label, source, bytes, tests)
}

fn of_wires(name: &str, label: &str, source: &str, bytes: i64, tests: &[&str]) -> Design {
    Design::new(name)
        .sources([format!("hdl/{source}")])
        .label(label)
        .parameter("BYTES", bytes)
        .tests(tests.iter().copied())
        .shared_simulation()
        .compile_argument(Simulator::Verilator, "-MAKEFLAGS")
        .compile_argument(Simulator::Verilator, "OPT_FAST=-O0 OPT_GLOBAL=-O0")
}

/// The tests of an AHB-Lite of any width.
const AHB_OF_ANY_WIDTH: &[&str] = &["ahb::what_is_written_is_read", "ahb::a_word_is_as_wide"];

/// The tests of an AXI4 of any width.
const AXI_OF_ANY_WIDTH: &[&str] = &["axi::any_width::"];
/// Those and the rest, for four bytes.
const AXI: &[&str] = &["axi::", "axi_rules::"];

fn axi_wires(label: &str, source: &str, bytes: i64, tests: &[&str]) -> Design {
    of_wires("axi_wires", label, source, bytes, tests)
}

fn main() -> ExitCode {
    let registers = |source: &str| {
        Design::new("axi_lite")
            .sources([format!("../../../hdl/{source}")])
            .tests(["lite_registers::"])
            .shared_simulation()
    };
    let serial = |source: &str| {
        Design::new("serial")
            .sources([format!("hdl/{source}")])
            .tests([
                "i2c::",
                "i2c_rules::",
                "spi::",
                "spi_rules::",
                "uart::",
                "uart_rules::",
            ])
            .shared_simulation()
    };
    let i2c_board = |extension: &str| {
        Design::new("i2c_board")
            .sources([
                format!("../../../hdl/i2c_memory.{extension}"),
                format!("hdl/i2c_board.{extension}"),
            ])
            .tests(["i2c_board::"])
    };
    // Widths that are a word, less, more, and the most that a stream may have.
    verifork_runner::main([
        wires("verilog", "wires.v", 4, ALL),
        wires("vhdl", "wires.vhd", 4, ALL),
        wires("narrow", "wires.v", 1, OF_ANY_WIDTH).simulators([Simulator::Icarus]),
        wires("odd", "wires.v", 11, OF_ANY_WIDTH).simulators([Simulator::Icarus]),
        wires("wide", "wires.v", 128, OF_ANY_WIDTH).simulators([Simulator::Icarus]),
        wires("wide_vhdl", "wires.vhd", 128, OF_ANY_WIDTH).simulators([Simulator::Nvc]),
        ahb("verilog", "ahb_wires.v", 4, &["ahb::", "ahb_rules::"]),
        ahb("vhdl", "ahb_wires.vhd", 4, &["ahb::", "ahb_rules::"]),
        ahb("bytes", "ahb_wires.v", 1, &["ahb::"]).simulators([Simulator::Icarus]),
        ahb("wide", "ahb_wires.v", 8, &["ahb::"]).simulators([Simulator::Icarus]),
        ahb("widest", "ahb_wires.v", 128, AHB_OF_ANY_WIDTH).simulators([Simulator::Icarus]),
        ahb("widest_vhdl", "ahb_wires.vhd", 128, AHB_OF_ANY_WIDTH).simulators([Simulator::Nvc]),
        wishbone(
            "verilog",
            "wishbone_wires.v",
            4,
            &["wishbone::", "wishbone_rules::"],
        ),
        wishbone(
            "vhdl",
            "wishbone_wires.vhd",
            4,
            &["wishbone::", "wishbone_rules::"],
        ),
        wishbone("bytes", "wishbone_wires.v", 1, &["wishbone::"]).simulators([Simulator::Icarus]),
        wishbone("wide", "wishbone_wires.v", 8, &["wishbone::"]).simulators([Simulator::Icarus]),
        axi_wires("verilog", "axi_wires.v", 4, AXI),
        axi_wires("vhdl", "axi_wires.vhd", 4, AXI),
        axi_wires("byte", "axi_wires.v", 1, AXI_OF_ANY_WIDTH).simulators([Simulator::Icarus]),
        axi_wires("wider", "axi_wires.vhd", 16, AXI_OF_ANY_WIDTH).simulators([Simulator::Ghdl]),
        axi_wires("widest", "axi_wires.v", 128, AXI_OF_ANY_WIDTH).simulators([Simulator::Icarus]),
        axi_wires("widest_vhdl", "axi_wires.vhd", 128, AXI_OF_ANY_WIDTH)
            .simulators([Simulator::Nvc]),
        registers("axi_lite.v"),
        registers("axi_lite.vhd").label("vhdl"),
        i2c_board("v"),
        i2c_board("vhd").label("vhdl"),
        serial("serial.v"),
        serial("serial.vhd").label("vhdl"),
    ])
}
