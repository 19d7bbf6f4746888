//! The harnesses of the examples find the mistakes of the mutants, each put in its design's place.

mod common;

use std::fs;
use std::path::Path;

use common::{Harness, find, root};

/// What one mutant makes of one test.
struct Finding {
    mutant: &'static str,
    test: &'static str,
    says: &'static str,
}

/// Puts the mutant into the place of its design, in a copy of what the example's harness reads.
fn finds(package: &'static str, design: &str, finding: &Finding) {
    let Finding { mutant, test, says } = finding;
    let mutant = Path::new(mutant);
    let extension = mutant.extension().unwrap().to_str().unwrap();
    let (simulator, program) = if test.contains("::verilator::") {
        ("verilator", "verilator")
    } else if extension == "v" {
        ("icarus", "iverilog")
    } else {
        ("ghdl", "ghdl")
    };
    let only = ("VERIFORK_SIM", simulator);
    if find(program).is_none() {
        eprintln!("skipped: `{program}` is not installed");
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let copy = |file: &str| {
        let to = place.path().join(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(root().join(file), to).unwrap();
    };
    let example = format!("examples/{}", package.strip_suffix("_tb").unwrap());
    copy(&format!("{example}/Cargo.toml"));
    // What the testbench puts around the design, if it does.
    for file in fs::read_dir(root().join(&example).join("hdl"))
        .into_iter()
        .flatten()
    {
        let name = file.unwrap().file_name();
        copy(&format!("{example}/hdl/{}", name.to_str().unwrap()));
    }
    for language in ["v", "vhd"] {
        copy(&format!("hdl/{design}.{language}"));
    }
    let mutant = root().join("hdl/mutants").join(mutant);
    let original = place.path().join(format!("hdl/{design}.{extension}"));
    let harness = Harness::of(package, place.path().join(example));
    harness.run("", &[only], &["--exact", test]).status(0);
    fs::copy(mutant, original).unwrap();
    harness
        .run("", &[only, ("VERIFORK_SEED", "1")], &["--exact", test])
        .status(101)
        .says(says)
        .says("repeat     VERIFORK_SEED=1 ")
        .says(&format!("--test sim -- --exact {test}"));
}

macro_rules! mutants {
    ($($name:ident: $package:literal, $design:literal, $mutant:literal, $test:literal, $says:literal;)*) => {
        $(
            #[test]
            fn $name() {
                finds($package, $design, &Finding { mutant: $mutant, test: $test, says: $says });
            }
        )*
    };
}

mutants! {
    counter_carry_lost: "counter_tb", "counter", "counter_carry_lost.v",
        "counter::icarus::counts", "right: 128";
    counter_carry_lost_on_verilator: "counter_tb", "counter", "counter_carry_lost.v",
        "counter::verilator::counts", "right: 128";
    counter_carry_lost_in_vhdl: "counter_tb", "counter", "counter_carry_lost.vhd",
        "counter::vhdl::ghdl::counts", "right: 128";
    fifo_almost_full_late: "fifo_tb", "fifo", "fifo_almost_full_late.v",
        "fifo::depth_16::icarus::random_traffic::mostly_writes",
        "fifo.almost_full is 0, not 1, with 14 inside";
    fifo_almost_full_late_on_verilator: "fifo_tb", "fifo", "fifo_almost_full_late.v",
        "fifo::depth_16::verilator::random_traffic::mostly_writes",
        "fifo.almost_full is 0, not 1, with 14 inside";
    fifo_almost_full_late_in_vhdl: "fifo_tb", "fifo", "fifo_almost_full_late.vhd",
        "fifo::vhdl::depth_16::ghdl::random_traffic::mostly_writes",
        "fifo.almost_full is 0, not 1, with 14 inside";
    fifo_refused_write_moves: "fifo_tb", "fifo", "fifo_refused_write_moves.v",
        "fifo::depth_16::icarus::boundaries", "fifo.rd_data is ";
    fifo_wraps_at_power_of_two: "fifo_tb", "fifo", "fifo_wraps_at_power_of_two.v",
        "fifo::depth_10::icarus::wraps_at_the_depth", "fifo.mem[0] is ";
    uart_stop_unchecked: "uart_tb", "uart", "uart_stop_unchecked.v",
        "uart::usual::icarus::receives::faulty", " with a framing error";
    uart_stop_unchecked_on_verilator: "uart_tb", "uart", "uart_stop_unchecked.v",
        "uart::usual::verilator::receives::faulty", " with a framing error";
    uart_stop_unchecked_in_vhdl: "uart_tb", "uart", "uart_stop_unchecked.vhd",
        "uart::vhdl::usual::ghdl::receives::faulty", " with a framing error";
    uart_parity_skips_top_bit: "uart_tb", "uart", "uart_parity_skips_top_bit.v",
        "uart::even_parity::icarus::receives::exact", " with a parity error";
    axi_lite_strobe_lane_2: "axi_lite_tb", "axi_lite", "axi_lite_strobe_lane_2.v",
        "axi_lite::four_words::icarus::random_accesses::at_full_speed", "axi_lite.";
    axi_lite_bvalid_dropped: "axi_lite_tb", "axi_lite", "axi_lite_bvalid_dropped.v",
        "axi_lite::four_words::icarus::concurrent_clients::with_backpressure",
        "axi_lite.s_axi_bvalid fell before axi_lite.s_axi_bready";
    axi_lite_bvalid_dropped_on_verilator: "axi_lite_tb", "axi_lite", "axi_lite_bvalid_dropped.v",
        "axi_lite::four_words::verilator::concurrent_clients::with_backpressure",
        "axi_lite.s_axi_bvalid fell before axi_lite.s_axi_bready";
    axi_lite_bvalid_dropped_in_vhdl: "axi_lite_tb", "axi_lite", "axi_lite_bvalid_dropped.vhd",
        "axi_lite::vhdl::ghdl::concurrent_clients::with_backpressure",
        "axi_lite.s_axi_bvalid fell before axi_lite.s_axi_bready";
    axis_arbiter_pause_unlocks: "axis_arbiter_tb", "axis_arbiter", "axis_arbiter_pause_unlocks.v",
        "axis_arbiter::five_inputs::icarus::random_packets::pauses",
        "axis_arbiter.s_axis_tready is 0b";
    axis_arbiter_pause_unlocks_in_vhdl: "axis_arbiter_tb", "axis_arbiter",
        "axis_arbiter_pause_unlocks.vhd",
        "axis_arbiter::vhdl::five_inputs::ghdl::random_packets::pauses",
        "axis_arbiter.s_axis_tready is 0b";
    axis_arbiter_single_beats_unfair: "axis_arbiter_tb", "axis_arbiter",
        "axis_arbiter_single_beats_unfair.v",
        "axis_arbiter::two_inputs::icarus::random_packets::single_beats",
        "axis_arbiter.s_axis_tready is 0b1, not 0b10, with tvalid 0b11 after input 0";
    spi_master_last_bit_leaves: "spi_tb", "spi_master", "spi_master_last_bit_leaves.v",
        "spi_master::mode_0::icarus::exchanges_words::with_gaps",
        "spi_master.mosi is false, not true, 32 clocks into the transfer of 0xff";
    spi_master_last_bit_leaves_in_vhdl: "spi_tb", "spi_master", "spi_master_last_bit_leaves.vhd",
        "spi_master::vhdl::mode_0::ghdl::exchanges_words::with_gaps",
        "spi_master.mosi is false, not true, 32 clocks into the transfer of 0xff";
    spi_master_no_pause: "spi_tb", "spi_master", "spi_master_no_pause.v",
        "spi_master::mode_1::icarus::exchanges_words::back_to_back",
        "spi_master.tx_ready is true, not false, 75 clocks into the transfer of 0x0";
    multiplier_valid_ignores_enable: "multiplier_tb", "multiplier",
        "multiplier_valid_ignores_enable.v",
        "multiplier::unsigned::icarus::a_reset_empties_the_pipeline::while_it_holds",
        "multiplier.out_valid is true, not false";
    multiplier_valid_ignores_enable_in_vhdl: "multiplier_tb", "multiplier",
        "multiplier_valid_ignores_enable.vhd",
        "multiplier::vhdl::unsigned::ghdl::a_reset_empties_the_pipeline::while_it_holds",
        "multiplier.out_valid is true, not false";
    multiplier_bits_left_out: "multiplier_tb", "multiplier", "multiplier_bits_left_out.v",
        "multiplier::signed::icarus::corners",
        "multiplier.product is 0xffff7777, not 0xffffffff, for 0x1 by 0xffff";
    memory_drives_while_written: "memory_tb", "memory", "memory_drives_while_written.v",
        "memory_bus::words_of_4::icarus::random_accesses::mostly_writes",
        "memory_bus.data is 32'";
    memory_drives_while_written_in_vhdl: "memory_tb", "memory", "memory_drives_while_written.vhd",
        "memory_bus::vhdl::words_of_4::ghdl::random_accesses::mostly_writes",
        "memory_bus.data is 32'";
    memory_write_shows: "memory_tb", "memory", "memory_write_shows.v",
        "memory_bus::words_of_20::icarus::random_accesses::mostly_reads",
        "memory_bus.data is 160'";
}
