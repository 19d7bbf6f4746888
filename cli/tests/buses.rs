//! Components at the buses of a new crate's design.

use std::fs;

mod common;

use common::{Outside, is_there, repository};

const DESIGN: &str = "cli/tests/designs/buses.v";

#[test]
fn components_are_started_at_every_bus_of_a_design_and_find_what_breaks_a_rule() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::new();
    let text = fs::read_to_string(repository().join(DESIGN)).unwrap();
    let design = outside.path("buses.v");
    fs::write(&design, &text).unwrap();
    let new = |name| ["new", name, "--top", "buses", "--sources", "buses.v"];
    let made = outside.verifork("", &new("buses-tb"));
    made.status(0).says(
        "components at the design's buses: `apb` (APB); `m_axi` (AXI4-Lite); `req`, `rsp` (valid/ready); \
         `s_b`, `m_b` (AXI4-Stream)",
    );
    made.has_no_reservations();
    let source = fs::read_to_string(outside.path("buses-tb/src/buses.rs")).unwrap();
    for part in [
        "#[dut(prefix = \"M_AXI_\")]\n    m_axi: axi_lite::Signals,",
        "r#type: rng.random_range(0..1 << 3),",
        "Clocked::external(&dut.ports.clk_b).reset_low(&dut.ports.rst_b_n);",
        ".start(tm, &clocked_clk_b);",
        "ensure!(!m_b.is_empty(), \"nothing has come out of `m_b`\");",
    ] {
        assert!(source.contains(part), "{part} is not in:\n{source}");
    }
    // Whatever the seed.
    for _ in 0..3 {
        outside
            .cargo("buses-tb", &["test"])
            .status(0)
            .says("buses::icarus::buses::traffic ... ok");
    }
    // The checkers check, and so does what has to come out.
    for (right, wrong, told) in [
        (
            "else if (s_b_tready) begin",
            "else begin",
            "AXI4STREAM_ERRM_T",
        ),
        (
            "rsp_valid <= req_valid",
            "rsp_valid <= 0",
            "nothing has come out of `rsp`",
        ),
        (
            "M_AXI_ARVALID <= !(M_AXI_ARVALID && M_AXI_ARREADY)",
            "M_AXI_ARVALID <= !M_AXI_ARVALID",
            "AXI4LITE_ERRM_ARVALID_STABLE",
        ),
    ] {
        assert!(text.contains(right), "{right}");
        fs::write(&design, text.replace(right, wrong)).unwrap();
        outside.cargo("buses-tb", &["test"]).status(101).says(told);
    }
}

#[test]
fn what_names_do_not_tell_of_a_bus_is_tried() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::new();
    // The first has STALL, and does not use it.
    for (design, name, part) in [
        (
            "wishbone_memory",
            "Wishbone",
            "wishbone::Manager::new(&dut.wb.classic())",
        ),
        ("axi_ram", "AXI4", "axi::Burst::incr(address,"),
        ("ahb_ram", "AHB-Lite", "ahb::Request::read(address)"),
    ] {
        let folder = format!("{}-tb", design.replace('_', "-"));
        let source = repository().join(format!("hdl/{design}.v"));
        let new = [
            "new",
            &folder,
            "--top",
            design,
            "--sources",
            source.to_str().unwrap(),
        ];
        let made = outside.verifork("", &new);
        made.status(0).says(&format!("({name})"));
        assert!(!made.text.contains("is skipped"), "{}", made.text);
        let written = fs::read_to_string(outside.path(&folder).join("src/buses.rs")).unwrap();
        assert!(written.contains(part), "{part} is not in:\n{written}");
        outside
            .cargo(&folder, &["test"])
            .status(0)
            .says("icarus::buses::traffic ... ok");
    }
}

#[test]
fn traffic_that_a_design_fails_is_skipped_with_its_reason_and_what_gives_nothing_is_not_checked() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::new();
    let text = fs::read_to_string(repository().join(DESIGN)).unwrap();
    let design = outside.path("buses.v");
    let new = |name| ["new", name, "--top", "buses", "--sources", "buses.v"];
    fs::write(
        &design,
        text.replace("else if (s_b_tready) begin", "else begin"),
    )
    .unwrap();
    outside
        .verifork("", &new("breaks-tb"))
        .status(0)
        .says("note: `buses::traffic` is skipped: it fails on Icarus Verilog:\nsrc/buses.rs:")
        .says("AXI4STREAM_ERRM_T");
    outside
        .cargo("breaks-tb", &["test"])
        .status(0)
        .says("buses::icarus::buses::traffic ... ignored")
        .says("1 passed; 0 failed; 1 ignored");
    let source = fs::read_to_string(outside.path("breaks-tb/src/buses.rs")).unwrap();
    assert!(
        source.contains("skip = \"when this crate was made: AXI4STREAM_ERRM_T"),
        "{source}"
    );

    fs::write(
        &design,
        text.replace("rsp_valid <= req_valid", "rsp_valid <= 0"),
    )
    .unwrap();
    let made = outside.verifork("", &new("silent-tb"));
    made.status(0);
    assert!(!made.text.contains("is skipped"), "{}", made.text);
    let source = fs::read_to_string(outside.path("silent-tb/src/buses.rs")).unwrap();
    assert!(
        source.contains("came out of `rsp`: that is not checked"),
        "{source}"
    );
    outside
        .cargo("silent-tb", &["test"])
        .status(0)
        .says("buses::icarus::buses::traffic ... ok");
}

#[test]
fn components_are_started_at_serial_lines_with_the_settings_that_the_design_shows() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::new();
    let text = fs::read_to_string(repository().join("cli/tests/designs/serial.v")).unwrap();
    let design = outside.path("serial.v");
    fs::write(&design, &text).unwrap();
    let others = ["serial_echo", "spi_master", "i2c_memory"]
        .map(|name| repository().join(format!("hdl/{name}.v")));
    let mut new = vec![
        "new",
        "serial-tb",
        "--top",
        "serial",
        "--simulator",
        "icarus",
    ];
    new.extend(["--sources", "serial.v"]);
    new.extend(others.iter().map(|it| it.to_str().unwrap()));
    let made = outside.verifork("", &new);
    made.status(0)
        .says("components at the design's buses: `i2c` (I2C); `spi` (SPI); `uart` (UART)");
    made.has_no_reservations();
    assert!(!made.text.contains("is skipped"), "{}", made.text);
    assert!(!made.text.contains("warning"), "{}", made.text);
    let source = fs::read_to_string(outside.path("serial-tb/src/buses.rs")).unwrap();
    for part in [
        "// `uart`: choose the rate and the format",
        "uart::Format::bit_time(200.ns()).parity(uart::Parity::Even);",
        "// `spi`: choose the mode",
        "spi::Mode::new(3)",
        "ports.start.set(rng.random());",
        "// `i2c`: choose the timing",
        "sda_t: Some(dut.i2c_sda_t),",
    ] {
        assert!(source.contains(part), "{part} is not in:\n{source}");
    }
    outside
        .cargo("serial-tb", &["test"])
        .status(0)
        .says("serial::icarus::buses::traffic ... ok");
    for (right, wrong, told) in [
        (".CPHA(1)", ".CPHA(0)", "SPI_"),
        (
            ".ADDRESS(9)",
            ".ADDRESS(1)",
            "no address is acknowledged on `i2c`",
        ),
    ] {
        assert!(text.contains(right), "{right}");
        fs::write(&design, text.replace(right, wrong)).unwrap();
        outside.cargo("serial-tb", &["test"]).status(101).says(told);
    }
}
