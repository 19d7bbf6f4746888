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
    let program = if extension == "v" { "iverilog" } else { "ghdl" };
    if find(program).is_none() {
        eprintln!("skipped: `{program}` is not installed");
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let (hdl, folder) = (
        place.path().join("hdl"),
        place.path().join("examples").join(design),
    );
    fs::create_dir_all(&hdl).unwrap();
    fs::create_dir_all(&folder).unwrap();
    let manifest = format!("examples/{design}/Cargo.toml");
    fs::copy(root().join(manifest), folder.join("Cargo.toml")).unwrap();
    for language in ["v", "vhd"] {
        let file = format!("{design}.{language}");
        fs::copy(root().join("hdl").join(&file), hdl.join(&file)).unwrap();
    }
    let mutant = root().join("hdl/mutants").join(mutant);
    let original = hdl.join(format!("{design}.{extension}"));
    let harness = Harness::of(package, folder);
    harness.run("", &[], &["--exact", test]).status(0);
    fs::copy(mutant, original).unwrap();
    harness
        .run("", &[("VERIFORK_SEED", "1")], &["--exact", test])
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
    counter_carry_lost_in_vhdl: "counter_tb", "counter", "counter_carry_lost.vhd",
        "counter::vhdl::ghdl::counts", "right: 128";
    fifo_almost_full_late: "fifo_tb", "fifo", "fifo_almost_full_late.v",
        "fifo::depth_16::icarus::random_traffic::mostly_writes",
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
    uart_stop_unchecked_in_vhdl: "uart_tb", "uart", "uart_stop_unchecked.vhd",
        "uart::vhdl::usual::ghdl::receives::faulty", " with a framing error";
    uart_parity_skips_top_bit: "uart_tb", "uart", "uart_parity_skips_top_bit.v",
        "uart::even_parity::icarus::receives::exact", " with a parity error";
    axi_lite_strobe_lane_2: "axi_lite_tb", "axi_lite", "axi_lite_strobe_lane_2.v",
        "axi_lite::four_words::icarus::random_accesses::at_full_speed", "axi_lite.";
    axi_lite_bvalid_dropped: "axi_lite_tb", "axi_lite", "axi_lite_bvalid_dropped.v",
        "axi_lite::four_words::icarus::concurrent_clients::with_backpressure",
        "axi_lite.s_axi_bvalid fell before axi_lite.s_axi_bready";
    axi_lite_bvalid_dropped_in_vhdl: "axi_lite_tb", "axi_lite", "axi_lite_bvalid_dropped.vhd",
        "axi_lite::vhdl::ghdl::concurrent_clients::with_backpressure",
        "axi_lite.s_axi_bvalid fell before axi_lite.s_axi_bready";
}
