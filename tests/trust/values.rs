//! Values that a type does not take: refused where its range is told, and else in the words of the
//! simulator that met them.

use crate::common::ghdl::{Ghdl, versions};
use crate::common::nvc::Nvc;
use crate::common::plugin;
use crate::require;

/// GHDL tells no range, and takes what is written; the design that meets it ends the simulation.
#[test]
fn what_ghdl_dies_of_is_reported_in_its_own_words() {
    require!("ghdl");
    let plugin = plugin("values_tb");
    for version in versions() {
        let design = Ghdl::compile_with(&version, "ranges", &["tests/designs/ranges.vhd"]);
        let run = design.run(
            &plugin,
            &[("VERIFORK_FILTER", "=refusals::unchecked_index")],
            &[],
        );
        eprintln!("{version:?}");
        run.failed()
            .says("refusals::unchecked_index failed (tests/plugins/values/src/refusals.rs:")
            .says("index (5) out of bounds (0 to 3)");
    }
}

/// NVC tells it: `set` panics at its own line, and nothing is left for a later phase to fail.
#[test]
fn a_write_that_does_not_fit_fails_at_its_own_line() {
    require!("nvc");
    let design = Nvc::compile("ranges", &["tests/designs/ranges.vhd"], &[]);
    let run = design.run(
        &plugin("values_tb"),
        &[("VERIFORK_FILTER", "=refusals::unchecked_index")],
        &[],
        &[],
    );
    let source = include_str!("../plugins/values/src/refusals.rs");
    let line = source
        .lines()
        .position(|line| line.contains("(\"i\")?.set(5)"));
    let line = line.expect("it writes 5") + 1;
    run.failed().says(&format!(
        "tests/plugins/values/src/refusals.rs:{line}: cannot write `ranges.i`: 5 is not within 0 to 3"
    ));
}
