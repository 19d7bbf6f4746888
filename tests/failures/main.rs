//! What goes wrong is told once, with its cause and its place; the exit status says so, and what
//! went right before is kept. See `tests/plugins/failures`.

#[path = "../common/mod.rs"]
mod common;
mod ends;
mod hangs;
mod logs;
mod mistakes;
mod settings;
mod verdict;

use std::fs;

use common::{Icarus, Run, Shared, plugin, root};

const SOURCE: [&str; 1] = ["tests/designs/failing.sv"];

static DESIGN: Shared = Shared::new(|| Icarus::compile::<&str>("failing", &SOURCE, &[]));

/// Runs the tests that the filter selects.
fn run(filter: &str, variables: &[(&str, &str)]) -> Run {
    let variables = [&[("VERIFORK_FILTER", filter)], variables].concat();
    DESIGN.get().run(&plugin("failures_tb"), &variables, &[])
}

/// The place of the line of the plugin that ends in `// mark`, as messages give it.
fn place(file: &str, mark: &str) -> String {
    let file = format!("tests/plugins/failures/src/{file}.rs");
    let text = fs::read_to_string(root().join(&file)).expect("a file of ours");
    let mark = format!("// {mark}");
    let line = text.lines().position(|line| line.ends_with(&mark));
    format!(
        "{file}:{}",
        line.unwrap_or_else(|| panic!("no line ends in `{mark}`")) + 1
    )
}

/// What the run says of one failed test, from its title to its seed.
#[track_caller]
fn report<'a>(run: &'a Run, test: &str) -> &'a str {
    let title = format!("{test} failed (");
    let begin = run.output.find(&title);
    let begin = begin.unwrap_or_else(|| panic!("`{test}` did not fail:\n{}", run.output));
    let end = run.output[begin..]
        .find("\n  seed ")
        .expect("every report has the seed");
    &run.output[begin..begin + end]
}

#[track_caller]
fn tells(run: &Run, test: &str, texts: &[&str]) {
    let report = report(run, test);
    for text in texts {
        assert!(report.contains(text), "`{text}` is not in:\n{report}");
    }
    // One cause, told once.
    assert!(
        !report.contains("\n  2. ") || test.contains("otherwise"),
        "{report}"
    );
}

/// Runs a test between two that have nothing to do with it.
fn between(test: &str, variables: &[(&str, &str)]) -> Run {
    run(
        &format!("=ends::a_passes_before,=ends::z_comes_after,={test}"),
        variables,
    )
}

/// The file is whole, and each test's case contains the text, or no failure for an empty one. The run
/// itself is one more.
#[track_caller]
fn junit(file: &std::path::Path, cases: &[(&str, &str)]) {
    let text = fs::read_to_string(file).expect("written from the start");
    assert!(text.starts_with("<?xml"), "{text}");
    assert!(text.trim_end().ends_with("</testsuites>"), "{text}");
    assert_eq!(
        text.matches("<testcase ").count(),
        cases.len() + 1,
        "{text}"
    );
    for (name, expected) in cases {
        let case = text.split("<testcase ").skip(1).find(|case| {
            let name_of = case
                .split("name=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next());
            name_of.is_some_and(|found| found.ends_with(name))
        });
        let case = case.unwrap_or_else(|| panic!("no case `{name}` in:\n{text}"));
        let failed = case.contains("<error") || case.contains("<failure");
        assert_eq!(failed, !expected.is_empty(), "{name}: {case}");
        assert!(case.contains(expected), "{name}: {case}");
    }
}
