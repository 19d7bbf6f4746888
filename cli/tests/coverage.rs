//! `cargo verifork coverage` on files as tests leave them.

use std::fs;
use std::path::Path;

use verifork_coverage::{CrossBins, EXTENSION};

mod common;

use common::{has, levels, told, verifork};

/// A run of a test that samples these values of up to `top`.
fn write(folder: &Path, test: &str, top: u8, values: &[u8]) {
    levels(test, 7, top, CrossBins::new(), values)
        .write(&folder.join(test).with_extension(EXTENSION))
        .unwrap();
}

/// What the command says, and its status.
fn coverage(arguments: &[&str], folder: &Path) -> (String, Option<i32>) {
    let mut command = verifork();
    told(command.arg("coverage").args(arguments).current_dir(folder))
}

#[test]
fn runs_are_merged_and_what_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "low", 3, &[0, 1]);
    write(folder.path(), "high", 3, &[1, 2]);
    let (text, status) = coverage(&["."], folder.path());
    assert_eq!(status, Some(0), "{text}");
    has(
        &text,
        &[
            "70.8 % of 1 group covered in 2 runs",
            "   75.0 %  level  3 of 4\n           missing: 3\n",
            "  100.0 %  odd  2 of 2\n",
            "   37.5 %  both  3 of 8\n           missing: 0 × true, 1 × false, 2 × true, 3 × false, 3 × true\n",
        ],
    );
}

#[test]
fn too_little_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "low", 3, &[0, 1]);
    let (text, status) = coverage(&[".", "--fail-under", "50"], folder.path());
    assert_eq!(status, Some(0), "{text}");
    let (text, status) = coverage(&[".", "--fail-under", "90"], folder.path());
    assert_eq!(status, Some(1), "{text}");
    assert!(text.contains("% is covered, less than 90 %"), "{text}");
}

#[test]
fn the_runs_that_are_enough_are_ranked() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "some", 3, &[0, 1]);
    write(folder.path(), "most", 3, &[0, 1, 2, 3]);
    let (text, _) = coverage(&[".", "--rank"], folder.path());
    let ranked = text
        .split("the same coverage with 1 of 2 runs:\n")
        .nth(1)
        .unwrap_or_default();
    let wanted = "      10  most  Icarus Verilog 11.0  VERIFORK_SEED=7\n";
    assert_eq!(ranked, wanted, "{text}");
}

#[test]
fn a_file_that_was_cut_short_is_no_smaller_coverage() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "low", 3, &[0, 1]);
    fs::write(
        folder.path().join("cut.coverage"),
        "{\"verifork_coverage\":1}\n",
    )
    .unwrap();
    let (text, status) = coverage(&["."], folder.path());
    assert_eq!(status, Some(1), "{text}");
    assert!(
        text.contains("cut.coverage`, line 2: it ends before its end"),
        "{text}"
    );
}

#[test]
fn no_coverage_is_an_error_that_says_what_leaves_some() {
    let folder = tempfile::tempdir().unwrap();
    let (text, status) = coverage(&["."], folder.path());
    assert_eq!(status, Some(1), "{text}");
    assert!(
        text.contains("there is no coverage in `.`: a test with a cover group"),
        "{text}"
    );
}

#[test]
fn definitions_that_differ_are_shown_apart() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "old", 2, &[0]);
    write(folder.path(), "new", 3, &[0]);
    let (text, _) = coverage(&["."], folder.path());
    assert!(text.contains("of 2 groups covered in 2 runs"), "{text}");
    assert_eq!(text.matches("levels (definition ").count(), 2, "{text}");
    for test in ["         of old\n", "         of new\n"] {
        assert!(text.contains(test), "{text}");
    }
}

#[test]
fn a_file_for_other_tools_is_written() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "low", 3, &[0, 1]);
    for (format, begin) in [
        ("ucis", "<?xml"),
        ("cobertura", "<?xml"),
        ("lcov", "TN:"),
        ("verilator", "# SystemC::Coverage-3"),
    ] {
        let (text, status) = coverage(&[".", "--format", format, "--output", "out"], folder.path());
        assert_eq!(status, Some(0), "{text}");
        let written = fs::read_to_string(folder.path().join("out")).unwrap();
        assert!(written.starts_with(begin), "{format}: {written}");
    }
}

/// What Verilator leaves of a test: two lines, of which one has run.
fn write_code(folder: &Path, executed: u64) {
    fs::create_dir_all(folder).unwrap();
    let point = |line: u32, count: u64| {
        format!(
            "C '\u{1}f\u{2}t.v\u{1}l\u{2}{line}\u{1}n\u{2}3\u{1}page\u{2}v_line/t\u{1}o\u{2}block\u{1}S\u{2}{line}' {count}\n"
        )
    };
    let text = format!(
        "# SystemC::Coverage-3\n{}{}# complete\n",
        point(2, executed),
        point(9, 0)
    );
    fs::write(folder.join("code.verilator"), text).unwrap();
}

#[test]
fn code_stands_beside_groups_merged_over_tests() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "low", 3, &[0, 1]);
    write_code(&folder.path().join("a"), 0);
    write_code(&folder.path().join("b"), 5);
    let file = folder.path().join("lcov.info");
    let file = file.to_str().unwrap();
    let (text, status) = coverage(&[".", "--format", "lcov", "--output", file], folder.path());
    assert_eq!(status, Some(0), "{text}");
    has(
        &text,
        &[
            "% of 1 group covered in 1 run",
            " 50.0 %  code  1 of 2\n   50.0 %  statement  1 of 2\n  t.v\n           missing: statement in lines 9\n",
        ],
    );
    let lcov = fs::read_to_string(file).unwrap();
    assert!(
        lcov.contains("SF:t.v\nBRF:0\nBRH:0\nDA:2,5\nDA:9,0\nLF:2\nLH:1\n"),
        "{lcov}"
    );
    let (text, status) = coverage(&[".", "--fail-under-code", "51"], folder.path());
    assert_eq!(status, Some(1), "{text}");
    assert!(
        text.contains("50.0 % of the code is covered, less than 51 %"),
        "{text}"
    );
    // Nothing known of the code is not enough of it.
    let without = tempfile::tempdir().unwrap();
    write(without.path(), "low", 3, &[0, 1]);
    let (text, status) = coverage(&[".", "--fail-under-code", "1"], without.path());
    assert_eq!(status, Some(1), "{text}");
}

#[test]
fn code_coverage_that_was_cut_short_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    write_code(folder.path(), 5);
    let file = folder.path().join("code.verilator");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("# complete\n", "")).unwrap();
    let (text, status) = coverage(&["."], folder.path());
    assert_eq!(status, Some(1), "{text}");
    assert!(
        text.contains("code.verilator`, line 3: it ends before its end"),
        "{text}"
    );
}
