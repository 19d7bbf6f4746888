//! Viewers and simulators that are installed, or not, and the width of pages.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::common::{FAILED, Outside, find, is_there, told, verifork};

#[test]
fn waves_of_a_test_are_shown_in_what_is_installed() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::with("counter.v");
    let new = [
        "new",
        "waves-tb",
        "--top",
        "counter",
        "--sources",
        "counter.v",
    ];
    outside.verifork("", &new).status(0);
    // All programs but viewers of waves, and then one viewer after the other.
    let programs = outside.path("programs");
    fs::create_dir(&programs).unwrap();
    for name in ["iverilog", "vvp", "sh", "cc", "ld", "rustc", "cargo"] {
        if let Some(found) = find(name) {
            std::os::unix::fs::symlink(found, programs.join(name)).unwrap();
        }
    }
    let waves = |test: &str, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-verifork"));
        command
            .args(["verifork", "waves", test])
            .args(more)
            .env("PATH", &programs);
        outside.run(command, "waves-tb")
    };
    let whole = "counter::icarus::starts";
    waves(whole, &[])
        .status(0)
        .says("/waves-tb/sim/counter/icarus/starts/waves.fst")
        .says("no viewer is installed: surfer or gtkwave");
    for viewer in ["gtkwave", "surfer"] {
        let (path, shown) = (programs.join(viewer), outside.path(viewer));
        // It appears whole, whenever it is looked for.
        let text = format!(
            "#!/bin/sh\necho \"$1\" > '{shown}.new' && mv '{shown}.new' '{shown}'\n",
            shown = shown.display()
        );
        std::os::unix::fs::symlink(find("mv").unwrap(), programs.join("mv")).ok();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        waves("starts", &["--format", "vcd"]).status(0);
        let begun = Instant::now();
        while !shown.is_file() {
            assert!(begun.elapsed() < Duration::from_secs(30), "no {viewer}");
            std::thread::sleep(Duration::from_millis(10));
        }
        let file = fs::read_to_string(&shown).unwrap();
        assert!(
            file.ends_with("counter/icarus/starts/waves.vcd\n"),
            "{file}"
        );
        assert!(
            fs::read_to_string(file.trim())
                .unwrap()
                .contains("$enddefinitions")
        );
    }
    waves("counter::icarus::strats", &[])
        .status(FAILED)
        .says("there is no test")
        .says(whole);
    waves(whole, &["--format", "ghw"])
        .status(0)
        .says("Icarus Verilog writes waves as fst or vcd, not as ghw: as fst here")
        .says("starts/waves.fst");
    waves(whole, &["--format", "wav"])
        .status(FAILED)
        .says("left no waves");
    waves(whole, &["--viewer", "no-such-viewer"])
        .status(FAILED)
        .says("`no-such-viewer` does not start");
}

#[test]
fn the_doctor_tells_every_simulator_and_its_back_end() {
    let outside = Outside::new();
    outside
        .verifork("", &["doctor"])
        .says("Icarus Verilog")
        .says("Verilator")
        .says("GHDL")
        .says("languages")
        .says("works");
    for back_end in ["mcode", "llvm"] {
        let program = format!("ghdl-{back_end}");
        if is_there(&program) {
            let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-verifork"));
            command
                .args(["verifork", "doctor"])
                .env("VERIFORK_GHDL", &program);
            outside
                .run(command, "")
                .status(0)
                .says(&format!("{back_end} code generator"));
        }
    }
}

#[test]
fn the_pages_of_commands_fit_the_width() {
    for command in [
        "new", "bind", "run", "list", "close", "report", "doctor", "coverage", "waves",
    ] {
        let mut page = verifork();
        page.args([command, "--help"]).env("COLUMNS", "60");
        let (text, status) = told(&mut page);
        assert_eq!(status, Some(0), "{text}");
        // A line to copy is one.
        for line in text.lines().filter(|line| !line.starts_with("Usage:")) {
            assert!(line.chars().count() <= 60, "{command}: {line}");
        }
    }
}
