//! Tasks in each other that the stack has no room for fail with their depth, and no process overflows.

use crate::common::{Icarus, plugin};
use crate::require;

#[test]
fn what_is_nested_too_deep_fails_its_test_with_its_depth() {
    require!("iverilog", "vvp");
    let design = Icarus::compile::<&str>("failing", &["tests/designs/failing.sv"], &[]);
    let variables = [("VERIFORK_FILTER", "deep::")];
    let run = design.run(&plugin("trust_tb"), &variables, &[]);
    run.failed().says("2 passed, 2 failed, 0 skipped");
    for test in ["seven_hundred", "a_hundred_thousand"] {
        let test = format!("deep::forked::{test}");
        let begin = run
            .output
            .find(&format!("{test} failed ("))
            .expect("it failed");
        let report = &run.output[begin..];
        let report = &report[..report.find("\n  seed ").expect("every report has it")];
        for text in [
            &format!("in `{test}/below/below/"),
            "levels deep, ",
            "KiB",
            "tests/plugins/trust/src/deep.rs:",
        ] {
            assert!(report.contains(text), "`{text}` is not in:\n{report}");
        }
        assert!(report.len() < 4_000, "{report}");
    }
}
