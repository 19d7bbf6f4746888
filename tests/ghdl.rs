//! GHDL, over VPI, with each of its back ends: what it does not do is refused with a reason, and the
//! rest is as everywhere.

mod common;

use common::ghdl::{Ghdl, back_ends};
use common::{Mutant, Run, plugin};

/// The plus-arguments that the plugin's tests look for.
const PLUSARGS: [&str; 4] = ["+depth=4", "+verbose", "+verb=1", "+empty="];

/// A test that did not pass has been refused something by GHDL, and says what.
fn fails_by_refusals_only(run: &Run) {
    let (_, reports) = run.output.split_once("through VPI").expect("it began");
    let mut failed = 0;
    for report in reports.split("\nFAIL  ").skip(1) {
        let (report, _) = report.split_once("  seed  ").expect("each ends so");
        let refused = report
            .split_once("GHDL ")
            .is_some_and(|(_, said)| said.contains(" cannot "));
        assert!(refused, "no refusal: {report}");
        failed += 1;
    }
    run.says(&format!(" passed, {failed} failed, "));
    let passed = run.output.matches("\nPASS  ").count();
    assert!(passed > failed, "{passed} kept, {failed} refused");
}

#[test]
fn promises_are_kept_or_refused_in_any_order() {
    require!("ghdl");
    let plugin = plugin("conformance_tb");
    for back_end in back_ends() {
        let design = Ghdl::compile(back_end, "conformance", &["hdl/conformance.vhd"]);
        fails_by_refusals_only(&design.run(&plugin, &[], &PLUSARGS));
        for seed in ["1", "2"] {
            let settings = [("VERIFORK_ORDER", "random"), ("VERIFORK_SEED", seed)];
            fails_by_refusals_only(&design.run(&plugin, &settings, &PLUSARGS));
        }
    }
}

/// What GHDL has of VHDL beyond Verilog.
#[test]
fn a_signal_without_a_driver_takes_all_nine_states() {
    require!("ghdl");
    let plugin = plugin("vhdl_tb");
    for back_end in back_ends() {
        let design = Ghdl::compile(back_end, "conformance", &["hdl/conformance.vhd"]);
        let filter = "a_signal_that_is_said_to_have_no_driver_is_written";
        design
            .run(&plugin, &[("VERIFORK_FILTER", filter)], &[])
            .passed()
            .says("1 passed, 0 failed");
    }
}

#[test]
fn ends_hangs_and_mistakes_are_reported_as_everywhere() {
    require!("ghdl");
    let plugin = plugin("failures_tb");
    for back_end in back_ends() {
        let design = Ghdl::compile(back_end, "failing", &["tests/designs/failing.vhd"]);
        // Between two tests that have nothing to do with it.
        let between = |test: &str| {
            let filter = format!("=ends::a_passes_before,=ends::z_comes_after,={test}");
            design.run(&plugin, &[("VERIFORK_FILTER", &filter)], &[])
        };
        for (test, said) in [
            ("finishes", "simulation finished"),
            ("stops", "simulation stopped"),
            ("fails", "the design gave up"),
        ] {
            let name = format!("ends::the_design_{test}");
            between(&name)
                .failed()
                .says(said)
                .says("PASS  ends::a_passes_before")
                .says(&format!("{name} failed ("))
                .says("not run: the simulation ended before this test")
                .says("1 passed, 2 failed");
        }
        between("ends::the_design_reports_an_error")
            .failed()
            .says("the design reports an error (`severity error`):")
            .says("the design complains")
            .says("2 passed, 1 failed");
        between("hangs::waits_for_what_never_comes")
            .failed()
            .says("driver (forked at tests/plugins/failures/src/hangs.rs:")
            .says("failing.count")
            .says("2 passed, 1 failed");
        between("hangs::waits_without_a_clock")
            .failed()
            .says("awaits rising edge of failing.clk");
        between("hangs::spins_over_delays_of_nothing")
            .failed()
            .says("spins_over_delays_of_nothing failed");
        between("binding::everything_that_does_not_fit_is_reported_at_once")
            .failed()
            .says("there is no `cuont` in `failing` (did you mean `count`?)")
            .says("there is no `vlaue` in `failing.inner` (did you mean `value`?)")
            .says("`failing.nibble` is a net of logic [3:0] (4 bits), but bool takes 1 bit")
            .says("`failing.command` is an input port, not an output port");
        between("plain::writes_a_constant")
            .failed()
            .says("it is constant");
        // From version 5 on, it is written, and read with unknown bits.
        let read = between("plain::reads_unknown_bits");
        read.failed().says("failing.nibble");
        if read.output.contains("GHDL 2.") {
            read.says("cannot write `failing.nibble` except by a force")
                .says("assume_undriven");
        } else {
            read.says("4'b1x0z");
        }
    }
}

/// An example by hand, on its design and on a mutant of it, but for a look into memories that GHDL 2
/// does not show; all of them, by their harnesses, in `runner/tests/examples.rs`.
#[test]
fn an_example_passes_on_its_design_and_finds_a_mutant() {
    require!("ghdl", "patch");
    let plugin = plugin("fifo_tb");
    let settings = [
        ("VERIFORK_SEED", "1"),
        ("VERIFORK_FILTER", "!wraps_at_the_depth"),
    ];
    for back_end in back_ends() {
        let run = |source: &str| {
            let design = Ghdl::compile(back_end, "fifo", &[source]);
            design.run(&plugin, &settings, &[])
        };
        run("hdl/fifo.vhd").passed().says(" 0 failed, 0 skipped");
        run(Mutant::of("fifo_almost_full_late.vhd").source())
            .failed()
            .says("FAIL  ");
    }
}
