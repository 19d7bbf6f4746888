//! What GHDL does not show: told with the true reason, and never by an end of the process.

use crate::common::ghdl::{Ghdl, Version, versions};
use crate::common::plugin;
use crate::require;

#[test]
fn a_generate_whose_first_branch_is_not_taken_hides_nothing_else() {
    require!("ghdl");
    let plugin = plugin("trust_tb");
    for version in versions() {
        let design = Ghdl::compile_with(&version, "generates", &["tests/designs/generates.vhd"]);
        for test in [
            "what_lies_beside_generates_is_bound",
            "no_list_lacks_a_generate_without_a_word",
            "later_branches_are_bound_or_missed_with_a_reason",
        ] {
            // Alone, so that no other test has asked before.
            let filter = format!("=shown::{test}");
            let run = design.run(&plugin, &[("VERIFORK_FILTER", &filter)], &[]);
            eprintln!("{version:?}");
            run.passed().says("1 passed, 0 failed");
        }
    }
}

#[test]
fn refusals_name_the_true_reason() {
    require!("ghdl");
    let plugin = plugin("trust_tb");
    let filter = [("VERIFORK_FILTER", "=shown::refusals_name_the_true_reason")];
    for version in versions() {
        let design = Ghdl::compile_with(&version, "unshown", &["tests/designs/unshown.vhd"]);
        let Version { program, root } = &version;
        let first = design.run(&plugin, &filter, &["+of_old"]);
        if first.output.contains("GHDL 2.") {
            first.passed().says("1 passed, 0 failed");
        } else {
            eprintln!("{program} of {root:?} is not 2.x");
            let run = design.run(&plugin, &filter, &[]);
            run.passed().says("1 passed, 0 failed");
        }
    }
}
