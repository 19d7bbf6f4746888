//! Starts the harness of the faulty testbench, built once, as cargo would.
#![allow(dead_code, reason = "each test binary uses a part of this")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// Whether Icarus is there; says so by name if it is not.
pub(crate) fn icarus() -> bool {
    let there = find("iverilog").is_some() && find("vvp").is_some();
    if !there {
        eprintln!("skipped: Icarus Verilog is not installed");
    }
    there
}

pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|it| it.is_file())
}

pub(crate) fn crate_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faulty")
}

/// The harness and its plugin, as cargo has built them.
fn built() -> &'static [PathBuf; 2] {
    static BUILT: OnceLock<[PathBuf; 2]> = OnceLock::new();
    BUILT.get_or_init(|| {
        let output = Command::new(env!("CARGO"))
            .args([
                "test",
                "--no-run",
                "--quiet",
                "--message-format=json",
                "--test",
                "sim",
            ])
            .current_dir(crate_folder())
            .output()
            .expect("cargo runs");
        let (out, error) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert!(
            output.status.success(),
            "the harness does not build:\n{error}"
        );
        let mut found = [None, None];
        for line in out.lines().filter(|line| line.contains("faulty_tb")) {
            for text in line.split('"') {
                if text.contains("/deps/sim-") && Path::new(text).extension().is_none() {
                    found[0] = Some(PathBuf::from(text));
                } else if text.ends_with("/libfaulty_tb.so") {
                    found[1] = Some(PathBuf::from(text));
                }
            }
        }
        found.map(|path| path.expect("cargo names what it has built"))
    })
}

/// A copy of the harness with a target folder of its own, so that tests do not meet.
pub(crate) struct Harness {
    pub(crate) target: TempDir,
    executable: PathBuf,
}

impl Harness {
    pub(crate) fn new() -> Harness {
        let target = tempfile::Builder::new()
            .prefix("verifork-runner-")
            .tempdir()
            .unwrap();
        let folder = target.path().join("debug/deps");
        fs::create_dir_all(&folder).unwrap();
        fs::write(target.path().join("CACHEDIR.TAG"), "").unwrap();
        let [harness, plugin] = built();
        let copy = |path: &Path| {
            let to = folder.join(path.file_name().unwrap());
            if fs::hard_link(path, &to).is_err() {
                fs::copy(path, &to).unwrap();
            }
            to
        };
        copy(plugin);
        Harness {
            executable: copy(harness),
            target,
        }
    }

    /// The harness on one of its designs, with `VERIFORK_…` as given and nothing else.
    pub(crate) fn command(
        &self,
        design: &str,
        variables: &[(&str, &str)],
        arguments: &[&str],
    ) -> Command {
        let mut command = Command::new(&self.executable);
        for (name, _) in std::env::vars() {
            if name.starts_with("VERIFORK_") || name.starts_with("NEXTEST") {
                command.env_remove(name);
            }
        }
        command
            .env("CARGO_MANIFEST_DIR", crate_folder())
            .env("FAULTY_DESIGN", design)
            .env_remove("RUST_BACKTRACE")
            .envs(variables.iter().copied())
            .args(arguments)
            .current_dir(crate_folder())
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, design: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
        Run::of(
            self.command(design, variables, arguments)
                .output()
                .expect("the harness starts"),
        )
    }

    /// The folder of the runs of `gate` on Icarus.
    pub(crate) fn runs(&self) -> PathBuf {
        self.target
            .path()
            .join("verifork/runs/faulty_tb/sim/gate/icarus")
    }
}

/// What a run of the harness printed, and its status.
pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) status: Option<i32>,
}

impl Run {
    pub(crate) fn of(output: Output) -> Run {
        let text = [output.stdout, output.stderr].concat();
        Run {
            text: String::from_utf8_lossy(&text).into_owned(),
            status: output.status.code(),
        }
    }

    #[track_caller]
    pub(crate) fn status(&self, status: i32) -> &Self {
        assert_eq!(self.status, Some(status), "{}", self.text);
        self
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

    #[track_caller]
    pub(crate) fn does_not_say(&self, text: &str) -> &Self {
        assert!(!self.text.contains(text), "`{text}` is in:\n{}", self.text);
        self
    }
}
