//! `cargo verifork` in an empty folder outside of the repository.
#![allow(dead_code, reason = "no file of tests needs everything")]

use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) const FAILED: i32 = 1;

pub(crate) struct Outside {
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) status: Option<i32>,
}

impl Run {
    #[track_caller]
    pub(crate) fn status(&self, status: i32) -> &Self {
        assert_eq!(self.status, Some(status), "{}", self.text);
        self
    }

    /// A new crate is as it should be on every simulator.
    #[track_caller]
    pub(crate) fn has_no_reservations(&self) {
        for text in ["is left out", "does not pass", "test checks n"] {
            assert!(!self.text.contains(text), "{text}:\n{}", self.text);
        }
    }

    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(
            self.text.contains(text),
            "`{text}` is not in:\n{}",
            self.text
        );
        self
    }
}

impl Outside {
    pub(crate) fn new() -> Outside {
        Outside {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn run(&self, mut command: Command, folder: &str) -> Run {
        for (name, _) in std::env::vars() {
            let ours = name.starts_with("VERIFORK_")
                || name.starts_with("NEXTEST")
                || name == "CARGO_MANIFEST_DIR";
            let given = command.get_envs().any(|(given, _)| *given == *name);
            if ours && !given {
                command.env_remove(name);
            }
        }
        // Verilator compiles for long, and is asked by the runner's own tests.
        if !command.get_envs().any(|(given, _)| given == "VERIFORK_SIM") {
            let there = [("icarus", "iverilog"), ("ghdl", "ghdl"), ("nvc", "nvc")];
            let there = there.iter().filter(|(_, program)| is_there(program));
            let keys: Vec<&str> = there.map(|(key, _)| *key).collect();
            command.env("VERIFORK_SIM", keys.join(","));
        }
        // One target folder for all: the library is built once. In it, crates need different
        // names, since cargo does not tell them apart by their places.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("outside");
        let output = command
            .env("CARGO_TARGET_DIR", target)
            .env("RUSTFLAGS", "--cap-lints=warn")
            .current_dir(self.path(folder))
            .output()
            .expect("the command starts");
        let text = [output.stdout, output.stderr].concat();
        Run {
            text: String::from_utf8_lossy(&text).into_owned(),
            status: output.status.code(),
        }
    }

    pub(crate) fn verifork(&self, folder: &str, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-verifork"));
        command.arg("verifork").args(arguments);
        self.run(command, folder)
    }

    pub(crate) fn cargo(&self, folder: &str, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO"));
        command.args(arguments);
        self.run(command, folder)
    }
}

pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

pub(crate) fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if !there {
        eprintln!("skipped: `{program}` is not installed");
    }
    there
}
