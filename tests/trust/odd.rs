//! An error whose own code fails is told all the same, and the next test runs.

use std::fs;

use crate::common::{Icarus, Shared, plugin};
use crate::require;

static DESIGN: Shared =
    Shared::new(|| Icarus::compile::<&str>("failing", &["tests/designs/failing.sv"], &[]));

const TESTS: [(&str, &[&str]); 10] = [
    (
        "returned::display_fails",
        &["an error that cannot be shown: its `Display` failed (`debug` to `Debug`)"],
    ),
    (
        "returned::display_panics",
        &[
            "its `Display` panicked: no display (at tests/plugins/trust/src/odd.rs:",
            "(`debug` to `Debug`)",
        ],
    ),
    (
        "returned::debug_panics_too",
        &[
            "its `Display` panicked: no display",
            "its `Debug` panicked: no debug",
        ],
    ),
    (
        "returned::source_has_no_end",
        &[
            "because display",
            "there are more causes, which are not shown",
        ],
    ),
    (
        "returned::source_panics",
        &["because the cause cannot be shown: the error's `source` panicked: no source"],
    ),
    (
        "returned::drop_panics",
        &[
            "display",
            "panicked while being dropped: the error that it returned: no drop",
        ],
    ),
    (
        "returned::all_panic",
        &["no display", "no debug", "no source", "no drop"],
    ),
    ("of_a_lost_task", &["no display", "no drop"]),
    ("logged", &["after the log"]),
    ("thrown", &["a panic whose payload is not a text"]),
];

/// What the run says of one failed test, from its title to its seed.
fn report<'a>(output: &'a str, test: &str) -> &'a str {
    let begin = output.find(&format!("odd::{test} failed ("));
    let rest = &output[begin.unwrap_or_else(|| panic!("`{test}` did not fail:\n{output}"))..];
    &rest[..rest.find("\n  seed ").expect("every report has the seed")]
}

#[test]
fn an_error_whose_code_fails_is_reported_and_the_next_test_runs() {
    require!("iverilog", "vvp");
    let design = DESIGN.get();
    let file = design.folder().join("odd.xml");
    let variables = [
        ("VERIFORK_FILTER", "odd"),
        ("VERIFORK_JUNIT", file.to_str().expect("a plain name")),
    ];
    let run = design.run(&plugin("trust_tb"), &variables, &[]);
    run.failed().says("1 passed, 10 failed, 0 skipped");
    let junit = fs::read_to_string(&file).expect("written");
    for (test, texts) in TESTS {
        let report = report(&run.output, test);
        for text in texts {
            assert!(report.contains(text), "`{text}` is not in:\n{report}");
        }
        let case = junit.split("<testcase ").find(|case| {
            case.contains(&format!("\"{test}\"")) || case.contains(&format!("odd::{test}\""))
        });
        let case = case.unwrap_or_else(|| panic!("`{test}` is not in:\n{junit}"));
        assert!(case.contains("<failure"), "{case}");
    }
}
