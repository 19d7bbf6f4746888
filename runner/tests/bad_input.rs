//! What users get wrong, and machines: each told clearly, with a status that is not 0.

mod common;

use std::fs;
use std::process::{Command, Stdio};

use common::{Harness, Run, find, icarus};

/// The status of a harness in which a test has failed, as of any Rust test.
const FAILED: i32 = 101;
/// The status of a harness whose designs or settings are wrong.
const BROKEN: i32 = 2;

#[test]
fn what_is_wrong_with_a_design_is_reported() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    let one = ["--exact", "gate::icarus::passes"];
    let run = harness.run("no parameter", &[], &one);
    run.status(FAILED)
        .says("no such parameter")
        .says("WIDHT")
        .says("$ /");
    harness
        .run("no top", &[], &one)
        .status(FAILED)
        .says("Unable to find the root module \"gaet\"");
    if find("ghdl").is_some() {
        harness
            .run("vhdl no top", &[], &["vhdl::ghdl::passes_too"])
            .status(FAILED)
            .says("does not compile")
            .says("vdhl");
    }
    harness
        .run("no source", &[], &one)
        .status(BROKEN)
        .says("did you mean `gate.v`?");
    harness
        .run("twice", &[], &one)
        .status(BROKEN)
        .says("two designs are called `gate`");
    harness
        .run("mixed", &[], &one)
        .status(BROKEN)
        .says("no simulator supports Verilog and VHDL");
}

#[test]
fn wrong_settings_are_reported_before_anything_runs() {
    let harness = Harness::new();
    let wrong = |name, value| harness.run("", &[(name, value)], &["--list"]);
    wrong("VERIFORK_SIM", "icraus")
        .status(BROKEN)
        .says("did you mean `icarus`?");
    wrong("VERIFORK_WAVES", "vdc")
        .status(BROKEN)
        .says("did you mean `vcd`?");
    wrong("VERIFORK_SIMM", "icarus")
        .status(BROKEN)
        .says("VERIFORK_SIM");
    wrong("VERIFORK_TIMEOUT", "soon")
        .status(BROKEN)
        .says("VERIFORK_TIMEOUT");
}

#[test]
fn a_target_folder_that_cannot_be_written_is_reported() {
    if !icarus() {
        return;
    }
    let harness = Harness::new();
    // Root may write to a folder that is read-only, but nobody below a file.
    fs::write(harness.target.path().join("verifork"), "in the way").unwrap();
    let run = harness.run("", &[], &["--exact", "gate::icarus::passes"]);
    run.status(FAILED).says("cannot write compiled designs to");
}

#[test]
fn the_error_for_a_crate_without_a_cdylib_has_the_lines_to_add() {
    for library in ["", "[lib]\n", "[lib]\ncrate-type = [\"rlib\"]\n"] {
        let folder = tempfile::tempdir().unwrap();
        let manifest = format!("[package]\nname = \"my-tb\"\nversion = \"0.1.0\"\n{library}");
        fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
        let harness = Harness::of("faulty_tb", folder.path().to_owned());
        harness
            .run("", &[], &["--list"])
            .status(BROKEN)
            .says("the crate `my-tb` builds no plugin for simulators")
            .says("crate-type = [\"cdylib\", \"rlib\"]")
            .says("Cargo.toml");
    }
}

#[test]
fn a_plugin_that_is_not_there_or_is_none_is_reported() {
    let harness = Harness::new();
    let plugin = harness.target.path().join("debug/deps/libfaulty_tb.so");
    fs::remove_file(&plugin).unwrap();
    harness
        .run("", &[], &[])
        .status(BROKEN)
        .says("the plugin `libfaulty_tb.so` has not been built")
        .says("`cargo build --lib` builds it");
    fs::write(&plugin, "no library").unwrap();
    harness
        .run("", &[], &[])
        .status(BROKEN)
        .says("cannot open the plugin");
}

/// Runs a script of the shell as the root of a user namespace, in which it may mount what nobody
/// else sees; `$OUTPUT` is the folder of the runner's output, and the arguments are the command
/// of one test. None where the system has no such namespaces.
fn in_namespace(harness: &Harness, script: &str) -> Option<Run> {
    let namespace = ["--user", "--map-root-user", "--mount"];
    let possible = Command::new("unshare")
        .args(namespace)
        .args(["sh", "-c", "mount -t tmpfs none /mnt"])
        .stderr(Stdio::null())
        .status();
    if !possible.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no user namespaces, to mount a small disk in");
        return None;
    }
    let output = harness.target.path().join("verifork");
    fs::create_dir_all(&output).unwrap();
    let test = harness.command("", &[], &["--exact", "gate::icarus::passes"]);
    let mut command = Command::new("unshare");
    command
        .args(namespace)
        .args(["sh", "-euc", script, "sh"])
        .arg(test.get_program())
        .args(test.get_args())
        .env("OUTPUT", &output)
        .current_dir(test.get_current_dir().unwrap())
        .stdin(Stdio::null());
    for (name, value) in test.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.env("VERIFORK_JUNIT", output.join("junit.xml"));
    Some(Run::of(command.output().expect("unshare starts")))
}

#[test]
fn a_full_disk_is_reported_and_leaves_nothing_half_written() {
    if !icarus() {
        return;
    }
    let script = "
        mount -t tmpfs -o size=256k none $OUTPUT
        for free in 0 4 8 12 16 20 24 28 32 40 48 56 64; do
            head -c $((256 - free))k /dev/zero > $OUTPUT/fill
            if \"$@\" > $OUTPUT/../said 2>&1; then echo passes with $free; break; fi
            grep -Eq 'No space left on device|is full: [0-9]+ KiB' $OUTPUT/../said && echo told with $free
            echo fails with $free
            cat $OUTPUT/../said
            rm $OUTPUT/fill
            \"$@\" > $OUTPUT/../said 2>&1 || { cat $OUTPUT/../said; exit 1; }
            rm -r $OUTPUT/*
        done";
    let reported = script.replace(
        "            rm -r",
        "            grep -q '</testsuites>' $OUTPUT/junit.xml\n            rm -r",
    );
    // A report needs room of its own, and without one the other places are the first to run out.
    for script in [&format!("unset VERIFORK_JUNIT; {script}"), &reported] {
        let Some(run) = in_namespace(&Harness::new(), script) else {
            return;
        };
        run.status(0).says("told with 0").says("passes with ");
        let count = |what: &str| run.text.matches(what).count();
        assert_eq!(count("told with"), count("fails with"), "{}", run.text);
        assert!(count("told with") >= 3, "{}", run.text);
    }
}

#[test]
fn a_target_folder_that_is_read_only_is_reported() {
    if !icarus() {
        return;
    }
    let script = "mount -t tmpfs -o ro none $OUTPUT; unset VERIFORK_JUNIT; exec \"$@\"";
    let Some(run) = in_namespace(&Harness::new(), script) else {
        return;
    };
    run.status(FAILED)
        .says("cannot write compiled designs to")
        .says("Read-only file system");
}
