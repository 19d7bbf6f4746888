//! The harnesses of the examples find the mistakes of the mutants, each put in its design's place, on
//! every simulator of its language. That the examples pass on the designs, their own harnesses show.

mod common;

use std::collections::BTreeSet;
use std::fs;

use common::example::Example;
use common::{Harness, files, find, root};

/// A test of an example that fails on a mutant of its design.
struct Finding {
    mutant: &'static str,
    package: &'static str,
    /// The design's name, label and variant, as the names of tests have them.
    design: &'static str,
    test: &'static str,
    says: &'static str,
}

impl Finding {
    /// Runs the test on one simulator, in a copy of what the example's harness reads, which is returned.
    fn is_found_on(&self, simulator: &str) -> Option<Harness> {
        let program = if simulator == "icarus" {
            "iverilog"
        } else {
            simulator
        };
        if find(program).is_none() {
            eprintln!("skipped: `{program}` is not installed");
            return None;
        }
        let example = Example::of(self.package);
        example.apply(self.mutant);

        let harness = Harness::of(self.package, example.folder);
        let test = format!("{}::{simulator}::{}", self.design, self.test);
        let settings = [("VERIFORK_SIM", simulator), ("VERIFORK_SEED", "1")];
        let run = harness.run("", &settings, &["--exact", &test]);
        run.status(101)
            .says(self.says)
            .says("repeat     VERIFORK_SEED=1 ")
            .says(&format!("--test sim -- --exact {test}"));
        Some(harness)
    }
}

/// A module for each mutant, with a test for each simulator.
macro_rules! mutants {
    ($($name:ident($mutant:literal) of $package:literal, $design:literal, $test:literal
        on $($simulator:ident),+ says $says:literal;)*) => {
        const MUTANTS: &[&str] = &[$($mutant),*];
        $(
            mod $name {
                use super::Finding;

                pub(super) const FINDING: Finding = Finding {
                    mutant: $mutant,
                    package: $package,
                    design: $design,
                    test: $test,
                    says: $says,
                };
                $(
                    #[test]
                    fn $simulator() {
                        drop(FINDING.is_found_on(stringify!($simulator)));
                    }
                )+
            }
        )*
    };
}

#[test]
fn every_mutant_is_tried() {
    let tried: BTreeSet<String> = MUTANTS.iter().map(|name| format!("{name}.patch")).collect();
    let there: BTreeSet<String> = files(&root().join("hdl/mutants")).into_iter().collect();
    assert_eq!(tried, there);
}

#[test]
fn a_failed_test_leaves_what_it_has_covered() {
    let Some(harness) = burst_addresses_narrow_block::FINDING.is_found_on("icarus") else {
        return;
    };
    let runs = harness
        .target
        .path()
        .join("verifork/runs/burst_addresses_tb/sim");
    let test = "burst_addresses/icarus/every_kind_of_burst/every_kind_of_burst.coverage";
    let left = runs.join(test);
    let text = fs::read_to_string(left).unwrap();
    assert!(text.contains("\"passed\":false"), "{text}");
    assert!(text.ends_with("{\"end\":{\"groups\":1}}\n"), "{text}");
}

/// A few lines each: a mistake that a person makes.
#[test]
fn every_mutant_is_a_small_mistake() {
    for name in files(&root().join("hdl/mutants")) {
        let patch = fs::read_to_string(root().join("hdl/mutants").join(&name)).unwrap();
        let changed = patch.lines().filter(|line| {
            line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---")
        });
        let changed = changed.count();
        assert!((2..=7).contains(&changed), "{name} changes {changed} lines");
    }
}

mutants! {
    counter_carry_lost("counter_carry_lost.v") of "counter_tb", "counter", "counts"
        on icarus, verilator says "right: 128";
    counter_carry_lost_in_vhdl("counter_carry_lost.vhd") of "counter_tb", "counter::vhdl", "counts"
        on ghdl, nvc says "right: 128";
    counter_ignores_enable("counter_ignores_enable.v") of "counter_tb", "counter", "holds_and_goes_round"
        on icarus, verilator says "counter.count is 3, not 0";
    counter_no_wrap("counter_no_wrap.v") of "counter_tb", "counter", "holds_and_goes_round"
        on icarus, verilator says "counter.count is 255 (0xff), not 1";
    fifo_almost_full_late("fifo_almost_full_late.v") of "fifo_tb", "fifo::depth_16", "random_traffic::mostly_writes"
        on icarus, verilator says "fifo.almost_full is 0, not 1, with 14 inside";
    fifo_almost_full_late_in_vhdl("fifo_almost_full_late.vhd") of "fifo_tb", "fifo::vhdl::depth_16", "random_traffic::mostly_writes"
        on ghdl, nvc says "fifo.almost_full is 0, not 1, with 14 inside";
    fifo_refused_write_moves("fifo_refused_write_moves.v") of "fifo_tb", "fifo::depth_16", "boundaries"
        on icarus, verilator says "fifo.rd_data is ";
    fifo_refused_write_moves_in_vhdl("fifo_refused_write_moves.vhd") of "fifo_tb", "fifo::vhdl::depth_16", "boundaries"
        on ghdl, nvc says "fifo.rd_data is ";
    fifo_wraps_at_power_of_two("fifo_wraps_at_power_of_two.v") of "fifo_tb", "fifo::depth_10", "wraps_at_the_depth"
        on icarus, verilator says "fifo.mem[0] is ";
    uart_stop_unchecked("uart_stop_unchecked.v") of "uart_tb", "uart::usual", "receives::faulty"
        on icarus, verilator says " with a framing error";
    uart_stop_unchecked_in_vhdl("uart_stop_unchecked.vhd") of "uart_tb", "uart::vhdl::usual", "receives::faulty"
        on ghdl, nvc says " with a framing error";
    uart_parity_skips_top_bit("uart_parity_skips_top_bit.v") of "uart_tb", "uart::even_parity", "receives::exact"
        on icarus, verilator says " with a parity error";
    uart_parity_skips_top_bit_in_vhdl("uart_parity_skips_top_bit.vhd") of "uart_tb", "uart::vhdl::even_parity", "receives::exact"
        on ghdl, nvc says " with a parity error";
    axi_lite_strobe_lane_2("axi_lite_strobe_lane_2.v") of "axi_lite_tb", "axi_lite::four_words", "random_accesses::at_full_speed"
        on icarus, verilator says "axi_lite.";
    axi_lite_strobe_lane_2_in_vhdl("axi_lite_strobe_lane_2.vhd") of "axi_lite_tb", "axi_lite::vhdl", "random_accesses::at_full_speed"
        on nvc says "axi_lite.";
    axi_lite_bvalid_dropped("axi_lite_bvalid_dropped.v") of "axi_lite_tb", "axi_lite::four_words", "concurrent_clients::with_backpressure"
        on icarus, verilator says "axi_lite.s_axi_bvalid fell before axi_lite.s_axi_bready";
    axi_lite_bvalid_dropped_in_vhdl("axi_lite_bvalid_dropped.vhd") of "axi_lite_tb", "axi_lite::vhdl", "concurrent_clients::with_backpressure"
        on ghdl, nvc says "axi_lite.s_axi_bvalid fell before axi_lite.s_axi_bready";
    stream_dma_address_moves("stream_dma_address_moves.v") of "stream_dma_tb", "stream_dma", "frames_reach_memory::full_speed"
        on icarus, verilator says "scoreboard `writes`: ";
    stream_dma_strobes_left_out("stream_dma_strobes_left_out.v") of "stream_dma_tb", "stream_dma", "frames_reach_memory::full_speed"
        on icarus, verilator says "scoreboard `writes`: ";
    stream_dma_wlast_of_full_lane("stream_dma_wlast_of_full_lane.v") of "stream_dma_tb", "stream_dma", "frames_reach_memory::full_speed"
        on icarus, verilator says "AXI4_ERRM_WDATA_NUM: ";
    stream_dma_data_does_not_wait("stream_dma_data_does_not_wait.v") of "stream_dma_tb", "stream_dma", "frames_reach_memory::stalls"
        on icarus, verilator says "AXI4_ERRM_WDATA_STABLE: ";
    stream_dma_data_does_not_wait_in_vhdl("stream_dma_data_does_not_wait.vhd") of "stream_dma_tb", "stream_dma::vhdl", "frames_reach_memory::stalls"
        on ghdl, nvc says "AXI4_ERRM_WDATA_STABLE: ";
    stream_dma_lane_taken_too_soon("stream_dma_lane_taken_too_soon.v") of "stream_dma_tb", "stream_dma", "frames_reach_memory::stalls"
        on icarus, verilator says "AXI4_ERRM_WDATA_NUM: ";
    axis_arbiter_pause_unlocks("axis_arbiter_pause_unlocks.v") of "axis_arbiter_tb", "axis_arbiter::five_inputs", "random_packets::pauses"
        on icarus, verilator says "axis_arbiter.s_axis_tready is 0b";
    axis_arbiter_pause_unlocks_in_vhdl("axis_arbiter_pause_unlocks.vhd") of "axis_arbiter_tb", "axis_arbiter::vhdl::five_inputs", "random_packets::pauses"
        on ghdl, nvc says "axis_arbiter.s_axis_tready is 0b";
    axis_arbiter_single_beats_unfair("axis_arbiter_single_beats_unfair.v") of "axis_arbiter_tb", "axis_arbiter::two_inputs", "random_packets::single_beats"
        on icarus, verilator says "axis_arbiter.s_axis_tready is 0b1, not 0b10, with tvalid 0b11 after input 0";
    axis_fifo_one_too_many("axis_fifo_one_too_many.v") of "axis_fifo_tb", "axis_fifo::words", "frames_come_through::with_back_pressure"
        on icarus, verilator says "AXI4STREAM_ERRM_TDATA_STABLE: ";
    axis_fifo_valid_taken_back("axis_fifo_valid_taken_back.v") of "axis_fifo_tb", "axis_fifo::words", "frames_come_through::in_bursts"
        on icarus says "AXI4STREAM_ERRM_TVALID_STABLE: ";
    axis_fifo_id_not_stored("axis_fifo_id_not_stored.vhd") of "axis_fifo_tb", "axis_fifo::vhdl::words", "frames_come_through::with_back_pressure"
        on ghdl, nvc says "AXI4STREAM_ERRM_TID_STABLE: ";
    axis_fifo_reset_keeps_beats("axis_fifo_reset_keeps_beats.vhd") of "axis_fifo_tb", "axis_fifo::vhdl::words", "a_reset_forgets_what_is_inside"
        on ghdl, nvc says "AXI4STREAM_ERRM_TVALID_RESET: ";
    axis_widen_keep_left("axis_widen_keep_left.v") of "axis_fifo_tb", "axis_widen", "frames_come_through::at_full_speed"
        on icarus says "AXI4STREAM_ERRM_TKEEP_X: ";
    axis_widen_keep_left_in_vhdl("axis_widen_keep_left.vhd") of "axis_fifo_tb", "axis_widen::vhdl", "frames_come_through::at_full_speed"
        on ghdl, nvc says "AXI4STREAM_ERRM_TKEEP_X: ";
    axis_widen_always_ready("axis_widen_always_ready.v") of "axis_fifo_tb", "axis_widen", "frames_come_through::with_back_pressure"
        on icarus says "AXI4STREAM_ERRM_TDATA_STABLE: ";
    ahb_ram_error_at_once("ahb_ram_error_at_once.v") of "ahb_tb", "ahb_ram::at_once", "the_ram_keeps_its_words::at_full_speed"
        on icarus, verilator says "AHB_ERRS_HRESP_FIRST: ";
    ahb_ram_error_at_once_in_vhdl("ahb_ram_error_at_once.vhd") of "ahb_tb", "ahb_ram::vhdl::at_once", "the_ram_keeps_its_words::at_full_speed"
        on ghdl, nvc says "AHB_ERRS_HRESP_FIRST: ";
    ahb_ram_half_is_word("ahb_ram_half_is_word.v") of "ahb_tb", "ahb_ram::at_once", "the_ram_keeps_its_words::at_full_speed"
        on icarus says "transfers";
    ahb_ram_busy_is_taken("ahb_ram_busy_is_taken.v") of "ahb_tb", "ahb_ram::waits", "the_ram_keeps_its_words::with_pauses"
        on icarus says "AHB_ERRS_HREADY_IDLE: ";
    ahb_ram_busy_is_taken_in_vhdl("ahb_ram_busy_is_taken.vhd") of "ahb_tb", "ahb_ram::vhdl::waits", "the_ram_keeps_its_words::with_pauses"
        on ghdl, nvc says "AHB_ERRS_HREADY_IDLE: ";
    ahb_ram_late_address("ahb_ram_late_address.v") of "ahb_tb", "ahb_ram::waits", "the_ram_keeps_its_words::at_full_speed"
        on icarus says "AHB_ERRS_HRDATA_X: ";
    ahb_ram_error_writes("ahb_ram_error_writes.vhd") of "ahb_tb", "ahb_ram::vhdl::at_once", "the_ram_keeps_its_words::at_full_speed"
        on ghdl, nvc says "transfers";
    apb_bridge_enable_early("apb_bridge_enable_early.v") of "apb_bridge_tb", "apb_bridge", "commands_are_done::at_full_speed"
        on icarus says "APB_ERRM_PENABLE_SETUP: ";
    apb_bridge_address_moves("apb_bridge_address_moves.v") of "apb_bridge_tb", "apb_bridge", "commands_are_done::at_full_speed"
        on icarus, verilator says "APB_ERRM_PADDR_STABLE: ";
    apb_bridge_address_moves_in_vhdl("apb_bridge_address_moves.vhd") of "apb_bridge_tb", "apb_bridge::vhdl", "commands_are_done::at_full_speed"
        on ghdl, nvc says "APB_ERRM_PADDR_STABLE: ";
    apb_bridge_strobes_in_reads("apb_bridge_strobes_in_reads.v") of "apb_bridge_tb", "apb_bridge", "commands_are_done::at_full_speed"
        on icarus says "APB_ERRM_PSTRB_READ: ";
    apb_bridge_gives_up("apb_bridge_gives_up.v") of "apb_bridge_tb", "apb_bridge", "commands_are_done::with_waits"
        on icarus says "APB_ERRM_PSEL_STABLE: ";
    apb_bridge_enable_pulses("apb_bridge_enable_pulses.vhd") of "apb_bridge_tb", "apb_bridge::vhdl", "commands_are_done::with_waits"
        on ghdl, nvc says "APB_ERRM_PENABLE_ACCESS: ";
    apb_bridge_reset_keeps_select("apb_bridge_reset_keeps_select.vhd") of "apb_bridge_tb", "apb_bridge::vhdl", "a_reset_forgets_what_is_under_way"
        on ghdl, nvc says "APB_ERRM_PSEL_RESET: ";
    apb_registers_reset_value("apb_registers_reset_value.v") of "registers_tb", "apb_registers::at_once", "each_register_has_its_value_after_a_reset"
        on icarus, verilator says "the reset test of `apb_registers`: `control.divider` (bits 15:8 at 0x4) is 0x1, not 0x10";
    apb_registers_event_stays("apb_registers_event_stays.v") of "registers_tb", "apb_registers::at_once", "each_bit_is_as_its_access_says"
        on icarus says "the bit-bash test of `apb_registers`: `events.seen` (bits 3:0 at 0xc) is ";
    apb_registers_mode_short("apb_registers_mode_short.v") of "registers_tb", "apb_registers::at_once", "each_bit_is_as_its_access_says"
        on icarus, verilator says "the bit-bash test of `apb_registers`: `control.mode` (bits 3:1 at 0x4) is ";
    apb_registers_mode_short_in_vhdl("apb_registers_mode_short.vhd") of "registers_tb", "apb_registers::vhdl::at_once", "the_bus_and_the_backdoor_have_the_same"
        on nvc says "`control.mode` (bits 3:1 at 0x4) is ";
    apb_registers_hole_answers("apb_registers_hole_answers.v") of "registers_tb", "apb_registers::at_once", "nothing_is_between_the_registers"
        on icarus says "a read at 0x28, where there is no register, was not refused";
    apb_registers_count_kept("apb_registers_count_kept.v") of "registers_tb", "apb_registers::at_once", "events_and_ticks_show_in_their_registers"
        on icarus says "`count.ticks` (bits 15:0 at 0x10) is 0x5, not 0x0";
    apb_registers_strobe_ignored("apb_registers_strobe_ignored.vhd") of "registers_tb", "apb_registers::vhdl::at_once", "the_model_follows_every_access::at_full_speed"
        on ghdl, nvc says "a read of `apb_registers` that the monitor has seen: `scratch[";
    apb_registers_taken_back("apb_registers_taken_back.vhd") of "registers_tb", "apb_registers::vhdl::at_once", "each_bit_is_as_its_access_says"
        on ghdl, nvc says "`lock.lock` (bit 0 at 0x1c) is ";
    axi_ram_narrow_wraps_wide("axi_ram_narrow_wraps_wide.v") of "axi_ram_tb", "axi_ram::words", "what_is_written_is_read::at_full_speed"
        on icarus, verilator says "scoreboard `reads`: ";
    axi_ram_narrow_wraps_wide_in_vhdl("axi_ram_narrow_wraps_wide.vhd") of "axi_ram_tb", "axi_ram::vhdl::words", "what_is_written_is_read::at_full_speed"
        on ghdl, nvc says "scoreboard `reads`: ";
    axi_ram_rlast_early("axi_ram_rlast_early.v") of "axi_ram_tb", "axi_ram::words", "what_is_written_is_read::at_full_speed"
        on icarus, verilator says "AXI4_ERRS_RDATA_NUM: ";
    axi_ram_fetches_too_soon("axi_ram_fetches_too_soon.v") of "axi_ram_tb", "axi_ram::words", "what_is_written_is_read::with_pauses"
        on icarus, verilator says "AXI4_ERRS_RDATA_STABLE: ";
    axi_ram_rvalid_taken_back("axi_ram_rvalid_taken_back.v") of "axi_ram_tb", "axi_ram::words", "what_is_written_is_read::with_pauses"
        on icarus says "AXI4_ERRS_RVALID_STABLE: ";
    axi_ram_bid_not_stored("axi_ram_bid_not_stored.v") of "axi_ram_tb", "axi_ram::words", "what_is_written_is_read::at_full_speed"
        on icarus says "AXI4_ERRS_BRESP_AW: ";
    axi_ram_answers_too_soon("axi_ram_answers_too_soon.v") of "axi_ram_tb", "axi_ram::words", "what_is_written_is_read::with_pauses"
        on icarus says "AXI4_ERRS_BRESP_WLAST: ";
    axi_ram_rvalid_not_reset("axi_ram_rvalid_not_reset.v") of "axi_ram_tb", "axi_ram::words", "a_reset_interrupts_bursts_and_no_more"
        on icarus says "AXI4_ERRS_RVALID_X: ";
    axi_ram_strobe_lane_0("axi_ram_strobe_lane_0.v") of "axi_ram_tb", "axi_ram::words", "what_is_written_is_read::at_full_speed"
        on icarus says "scoreboard `reads`: ";
    wishbone_memory_ack_stays("wishbone_memory_ack_stays.v") of "wishbone_tb", "wishbone_memory::standard", "the_memory_keeps_its_words::at_full_speed"
        on icarus, verilator says "WB_3.50_NEGATED: ";
    wishbone_memory_ack_stays_in_vhdl("wishbone_memory_ack_stays.vhd") of "wishbone_tb", "wishbone_memory::vhdl::standard", "the_memory_keeps_its_words::at_full_speed"
        on ghdl, nvc says "WB_3.50_NEGATED: ";
    wishbone_memory_error_with_ack("wishbone_memory_error_with_ack.v") of "wishbone_tb", "wishbone_memory::pipelined", "the_memory_keeps_its_words::at_full_speed"
        on icarus says "WB_3.45_ONE_TERMINATION: ";
    wishbone_memory_wraps_at_eight("wishbone_memory_wraps_at_eight.v") of "wishbone_tb", "wishbone_memory::standard", "the_memory_keeps_its_words::at_full_speed"
        on icarus says "accesses";
    wishbone_memory_stall_takes("wishbone_memory_stall_takes.v") of "wishbone_tb", "wishbone_memory::pipelined_stalls", "the_memory_keeps_its_words::at_full_speed"
        on icarus says "WB_3.35_ASKED: ";
    wishbone_memory_retry_writes("wishbone_memory_retry_writes.v") of "wishbone_tb", "wishbone_memory::pipelined", "a_busy_memory_is_tried_again"
        on icarus says "9 was written while the memory was busy";
    wishbone_memory_top_lane_always("wishbone_memory_top_lane_always.vhd") of "wishbone_tb", "wishbone_memory::vhdl::standard", "the_memory_keeps_its_words::with_pauses"
        on ghdl, nvc says "accesses";
    serial_echo_parity_skips_top_bit("serial_echo_parity_skips_top_bit.v") of "serial_echo_tb", "serial_echo::even_parity", "characters_come_back::at_full_speed"
        on icarus, verilator says "UART_PARITY: the parity bit of ";
    serial_echo_parity_skips_top_bit_in_vhdl("serial_echo_parity_skips_top_bit.vhd") of "serial_echo_tb", "serial_echo::vhdl::even_parity", "characters_come_back::at_full_speed"
        on ghdl, nvc says "UART_PARITY: the parity bit of ";
    serial_echo_stop_short("serial_echo_stop_short.v") of "serial_echo_tb", "serial_echo::usual", "characters_come_back::fast"
        on icarus, verilator says "UART_STOP_LENGTH: the next character begins 0.";
    serial_echo_stop_short_in_vhdl("serial_echo_stop_short.vhd") of "serial_echo_tb", "serial_echo::vhdl::usual", "characters_come_back::fast"
        on ghdl, nvc says "UART_STOP_LENGTH: the next character begins 0.";
    serial_echo_bit_too_long("serial_echo_bit_too_long.v") of "serial_echo_tb", "serial_echo::usual", "characters_come_back::with_pauses"
        on icarus, verilator says "UART_BIT_TIME: the line changed ";
    serial_echo_bit_too_long_in_vhdl("serial_echo_bit_too_long.vhd") of "serial_echo_tb", "serial_echo::vhdl::usual", "characters_come_back::with_pauses"
        on ghdl, nvc says "UART_BIT_TIME: the line changed ";
    serial_echo_wrong_parity_passes("serial_echo_wrong_parity_passes.v") of "serial_echo_tb", "serial_echo::even_parity", "characters_come_back::faulty"
        on icarus says "scoreboard `characters`: ";
    spi_memory_shifts_at_the_sample("spi_memory_shifts_at_the_sample.v") of "spi_memory_tb", "spi_memory::mode_1", "what_is_read_was_written::slowly"
        on icarus, verilator says "SPI_MISO_HOLD: MISO changed ";
    spi_memory_shifts_at_the_sample_in_vhdl("spi_memory_shifts_at_the_sample.vhd") of "spi_memory_tb", "spi_memory::vhdl::mode_1", "what_is_read_was_written::slowly"
        on ghdl, nvc says "SPI_MISO_HOLD: MISO changed ";
    spi_memory_address_late("spi_memory_address_late.v") of "spi_memory_tb", "spi_memory::mode_0", "what_is_read_was_written::at_full_speed"
        on icarus, verilator says "scoreboard `words`: ";
    spi_memory_address_late_in_vhdl("spi_memory_address_late.vhd") of "spi_memory_tb", "spi_memory::vhdl::mode_2", "what_is_read_was_written::at_full_speed"
        on ghdl, nvc says "scoreboard `words`: ";
    i2c_memory_changes_while_high("i2c_memory_changes_while_high.v") of "i2c_memory_tb", "i2c_memory::usual", "what_is_read_was_written"
        on icarus, verilator says "I2C_SDA_STABLE: SDA changed while SCL was 1";
    i2c_memory_changes_while_high_in_vhdl("i2c_memory_changes_while_high.vhd") of "i2c_memory_tb", "i2c_memory::vhdl::usual", "what_is_read_was_written"
        on ghdl, nvc says "I2C_SDA_STABLE: SDA changed while SCL was 1";
    i2c_memory_address_bit_ignored("i2c_memory_address_bit_ignored.v") of "i2c_memory_tb", "i2c_memory::stretched", "another_address_is_not_acknowledged"
        on icarus, verilator says "examples/i2c_memory/src/lib.rs:";
    i2c_memory_address_bit_ignored_in_vhdl("i2c_memory_address_bit_ignored.vhd") of "i2c_memory_tb", "i2c_memory::vhdl::stretched", "another_address_is_not_acknowledged"
        on ghdl, nvc says "examples/i2c_memory/src/lib.rs:";
    i2c_memory_write_stays("i2c_memory_write_stays.v") of "i2c_memory_tb", "i2c_memory::usual", "what_is_read_was_written"
        on icarus says "I2C_LINE_X: ";
    i2c_memory_write_stays_in_vhdl("i2c_memory_write_stays.vhd") of "i2c_memory_tb", "i2c_memory::vhdl::usual", "what_is_read_was_written"
        on ghdl, nvc says "scoreboard `bytes`: ";
    spi_master_last_bit_leaves("spi_master_last_bit_leaves.v") of "spi_tb", "spi_master::mode_0", "exchanges_words::with_gaps"
        on icarus, verilator says "spi_master.mosi is false, not true, 32 clocks into the transfer of 0xff";
    spi_master_last_bit_leaves_in_vhdl("spi_master_last_bit_leaves.vhd") of "spi_tb", "spi_master::vhdl::mode_0", "exchanges_words::with_gaps"
        on ghdl, nvc says "spi_master.mosi is false, not true, 32 clocks into the transfer of 0xff";
    spi_master_no_pause("spi_master_no_pause.v") of "spi_tb", "spi_master::mode_1", "exchanges_words::back_to_back"
        on icarus, verilator says "spi_master.tx_ready is true, not false, 75 clocks into the transfer of 0x0";
    multiplier_valid_ignores_enable("multiplier_valid_ignores_enable.v") of "multiplier_tb", "multiplier::unsigned", "a_reset_empties_the_pipeline::while_it_holds"
        on icarus, verilator says "multiplier.out_valid is true, not false";
    multiplier_valid_ignores_enable_in_vhdl("multiplier_valid_ignores_enable.vhd") of "multiplier_tb", "multiplier::vhdl::unsigned", "a_reset_empties_the_pipeline::while_it_holds"
        on ghdl, nvc says "multiplier.out_valid is true, not false";
    burst_addresses_narrow_block("burst_addresses_narrow_block.v") of "burst_addresses_tb", "burst_addresses", "every_kind_of_burst"
        on icarus, verilator says "length: f, size: 2, burst: Wrap } is at ";
    multiplier_bits_left_out("multiplier_bits_left_out.v") of "multiplier_tb", "multiplier::signed", "corners"
        on icarus, verilator says "multiplier.product is 0xffff7777, not 0xffffffff, for 0x1 by 0xffff";
    memory_drives_while_written("memory_drives_while_written.v") of "memory_tb", "memory_bus::words_of_4", "random_accesses::mostly_writes"
        on icarus says "memory_bus.data is 32'";
    memory_drives_while_written_in_vhdl("memory_drives_while_written.vhd") of "memory_tb", "memory_bus::vhdl::words_of_4", "random_accesses::mostly_writes"
        on ghdl, nvc says "memory_bus.data is 32'";
    memory_write_shows("memory_write_shows.v") of "memory_tb", "memory_bus::words_of_20", "random_accesses::mostly_reads"
        on icarus says "memory_bus.data is 160'";
    rv32i_half_unsigned("rv32i_half_unsigned.v") of "rv32i_tb", "rv32i::from_0", "random_instructions::at_once"
        on icarus says "rv32i.regs[5] is 0xb2ef, not 0xffffb2ef";
    rv32i_request_not_held("rv32i_request_not_held.v") of "rv32i_tb", "rv32i::from_0", "random_instructions::late"
        on icarus, verilator says "rv32i.mem_valid is false, not true";
}
