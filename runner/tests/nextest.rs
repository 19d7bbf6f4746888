//! cargo-nextest runs the harness: one test a process, retries, shards, and an archive that runs
//! elsewhere, the plugin included.

mod common;

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use common::{Run, find, icarus};

fn nextest<S: AsRef<OsStr>>(folder: &Path, arguments: &[S], variables: &[(&str, &str)]) -> Run {
    let mut command = Command::new(env!("CARGO"));
    for (name, _) in std::env::vars() {
        if name.starts_with("VERIFORK_") || name.starts_with("NEXTEST") {
            command.env_remove(name);
        }
    }
    command
        .args(["nextest"])
        .args(arguments)
        .current_dir(folder)
        .env("VERIFORK_SIM", "icarus")
        .envs(variables.iter().copied());
    Run::of(command.output().expect("cargo starts"))
}

/// The arguments for the faulty testbench. Among all tests, what these have built is taken: the crate by itself
/// has other features, and its plugin would be built anew beneath tests that load it.
fn of_faulty(arguments: &[&str]) -> Vec<String> {
    let built = std::env::var("TESTS_OF_WORKSPACE");
    let built = built.unwrap_or_else(|_| "--package faulty_tb".to_owned());
    let selection = built.split_whitespace().chain(["--test", "sim"]);
    let arguments = arguments.iter().copied().chain(selection);
    arguments.map(str::to_owned).collect()
}

fn usable() -> bool {
    let there = find("cargo-nextest").is_some();
    if !there {
        eprintln!("skipped: cargo-nextest is not installed");
    }
    there && icarus()
}

#[test]
fn each_test_is_a_process_and_a_failure_is_tried_again() {
    if !usable() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let junit = folder.path().join("junit.xml");
    let variables = [
        ("FAULTY_DESIGN", "all"),
        ("VERIFORK_JUNIT", junit.to_str().unwrap()),
    ];
    let filter = "package(faulty_tb) & (test(passes) | test(fails) | test(is_skipped))";
    let list = ["list", "-E", filter, "--message-format", "oneline"];
    let list = of_faulty(&list);
    nextest(&common::crate_folder(), &list, &[("FAULTY_DESIGN", "all")])
        .status(0)
        .says("faulty_tb::sim gate::icarus::fails\nfaulty_tb::sim gate::icarus::passes");
    let arguments = ["run", "--no-fail-fast", "--retries", "1", "-E", filter];
    let run = nextest(&common::crate_folder(), &of_faulty(&arguments), &variables);
    run.status(100)
        .says("3 tests run: 2 passed, 1 failed")
        .says("TRY 2 FAIL");
    run.says("the limit is wrong")
        .says("VERIFORK_WAVES=fst cargo test -p faulty_tb");
    let text = fs::read_to_string(junit).unwrap();
    assert!(
        text.contains("tests=\"3\" skipped=\"0\" failures=\"1\""),
        "{text}"
    );
}

#[test]
fn what_the_compiler_says_is_shown_by_one_test_of_a_run_and_by_each_that_runs_alone() {
    if !usable() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("broken.v");
    fs::write(&source, "module broken;\n  wire w = ;\nendmodule\n").unwrap();
    let variables = [
        ("FAULTY_DESIGN", "described"),
        ("FAULTY_SOURCES", source.to_str().unwrap()),
        ("FAULTY_TOP", "broken"),
        ("FAULTY_TESTS", "shows_seven,is_skipped,waits"),
    ];
    let shown = |filter: &str| {
        let filter = format!("package(faulty_tb) & ({filter})");
        let arguments = ["run", "--no-fail-fast", "-E", &filter];
        let run = nextest(&common::crate_folder(), &of_faulty(&arguments), &variables);
        run.status(100).says("broken.v:2: syntax error");
        let of = |what: &str| run.text.matches(what).count();
        (
            of("the compiler ended with status"),
            of("shows all of it: "),
        )
    };
    let both = "test(shows_seven) | test(waits)";
    assert_eq!(shown(both), (1, 1));
    // Another run is told of it anew.
    assert_eq!(shown(both), (1, 1));
    for alone in ["test(shows_seven)", "test(waits)"] {
        assert_eq!(shown(alone), (1, 0));
    }
}

#[test]
fn an_archive_has_the_plugin_and_its_shards_run_elsewhere() {
    if !usable() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("tests.tar.zst");
    let archive = archive.to_str().unwrap();
    let filter = "package(faulty_tb)";
    let build = of_faulty(&["archive", "-E", filter, "--archive-file", archive]);
    nextest(&common::crate_folder(), &build, &[]).status(0);
    // A checkout elsewhere, as the machine of a shard has it.
    let checkout = folder.path().join("checkout");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for name in [
        "Cargo.toml",
        "runner/Cargo.toml",
        "runner/tests/faulty/Cargo.toml",
    ] {
        copy(&root.join(name), &checkout.join(name));
    }
    for name in ["hdl/gate.v", "hdl/include/limit.vh"] {
        let name = Path::new("runner/tests/faulty").join(name);
        copy(&root.join(&name), &checkout.join(&name));
    }
    let mut passed = 0;
    for shard in ["hash:1/2", "hash:2/2"] {
        let run = [
            "run",
            "--archive-file",
            archive,
            "--workspace-remap",
            ".",
            "--partition",
            shard,
        ];
        let run = nextest(&checkout, &[&run[..], &["--no-tests=pass"]].concat(), &[]);
        run.status(0);
        passed += run.text.matches("PASS [").count();
    }
    assert_eq!(passed, 2);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(from, to).unwrap();
}
