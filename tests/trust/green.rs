//! A run that is green has something behind it.

use crate::common::{Icarus, Run, Shared, plugin};
use crate::require;

static DESIGN: Shared =
    Shared::new(|| Icarus::compile::<&str>("failing", &["tests/designs/failing.sv"], &[]));

fn run(filter: &str, variables: &[(&str, &str)]) -> Run {
    let variables = [&[("VERIFORK_FILTER", filter)], variables].concat();
    DESIGN.get().run(&plugin("failures_tb"), &variables, &[])
}

#[test]
fn a_run_in_which_every_test_is_skipped_has_not_passed() {
    require!("iverilog", "vvp");
    let skipped = "=plain::is_skipped,=plain::skips_itself";
    run(skipped, &[])
        .failed()
        .says("0 passed, 0 failed, 2 skipped")
        .says("verifork: no test has run: all that were selected were skipped");
    run(skipped, &[("VERIFORK_ALLOW_EMPTY", "1")])
        .passed()
        .says("2 skipped")
        .does_not_say("no test has run");
    run(&format!("{skipped},=plain::passes"), &[]).passed();
}

#[test]
fn a_filter_that_fits_nothing_passes_only_where_that_is_allowed() {
    require!("iverilog", "vvp");
    run("plain::paniks", &[])
        .failed()
        .says("VERIFORK_ALLOW_EMPTY=1 lets a run without tests pass");
    run("plain::paniks", &[("VERIFORK_ALLOW_EMPTY", "1")])
        .passed()
        .says("0 passed, 0 failed, 0 skipped");
}
