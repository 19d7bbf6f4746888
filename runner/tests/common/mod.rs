//! Starts the harness of the faulty testbench, built once, as cargo would.
#![allow(dead_code, reason = "each test binary uses a part of this")]

pub(crate) mod bench;
#[path = "../../../tests/common/built.rs"]
#[allow(unreachable_pub, reason = "the library's tests use it too")]
mod built;
pub(crate) mod example;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

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

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("a crate of the workspace")
}

/// The simulators that are installed and compile quickly; Verilator compiles for long: its own
/// tests ask for it.
fn quick_simulators() -> String {
    let there = [("icarus", "iverilog"), ("ghdl", "ghdl"), ("nvc", "nvc")];
    let there = there.iter().filter(|(_, program)| find(program).is_some());
    let keys: Vec<&str> = there.map(|(key, _)| *key).collect();
    if keys.is_empty() {
        return "all".to_owned();
    }
    keys.join(",")
}

/// A copy of the harness with a target folder of its own, so that tests do not meet.
pub(crate) struct Harness {
    pub(crate) target: TempDir,
    /// The folder of the crate.
    folder: PathBuf,
    executable: PathBuf,
}

impl Harness {
    pub(crate) fn new() -> Harness {
        Harness::of("faulty_tb", crate_folder())
    }

    /// The harness of another crate; paths of designs are relative to `crate_folder`.
    pub(crate) fn of(package: &'static str, crate_folder: PathBuf) -> Harness {
        let target = tempfile::Builder::new()
            .prefix("verifork-runner-")
            .tempdir()
            .unwrap();
        let folder = target.path().join("debug/deps");
        fs::create_dir_all(&folder).unwrap();
        fs::write(target.path().join("CACHEDIR.TAG"), "").unwrap();
        let [harness, plugin] = &built::harness(package);
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
            folder: crate_folder,
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
            .env("CARGO_MANIFEST_DIR", &self.folder)
            .env("FAULTY_DESIGN", design)
            .env("VERIFORK_SIM", quick_simulators())
            .env("VERIFORK_VERILATOR_LIBRARY", kept_library())
            .env_remove("RUST_BACKTRACE")
            .envs(variables.iter().copied())
            .args(arguments)
            .current_dir(&self.folder)
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

    /// The testbench, which simulators load.
    pub(crate) fn plugin(&self) -> PathBuf {
        let folder = self.executable.parent().expect("it is in a folder");
        let plugin = files(folder)
            .into_iter()
            .find(|name| Path::new(name).extension() == Some("so".as_ref()));
        folder.join(plugin.expect("the plugin is beside it"))
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

/// The names of what is in a folder, in order.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<_> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// What a script runs to be another program.
pub(crate) fn exec(program: &str) -> String {
    format!("exec '{}' \"$@\"", find(program).unwrap().display())
}

/// Writes a program in the language of the shell.
pub(crate) fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The number of the process that runs the test, once it has begun.
pub(crate) fn process_of(harness: &Harness, test: &str) -> String {
    let results = harness.runs().join(test).join("results.jsonl");
    wait_until("the test begins", || {
        let written = fs::read_to_string(&results).ok()?;
        let (_, rest) = written.split_once("\"process\":")?;
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?.to_owned();
        written.contains("\"begun\"").then_some(digits)
    })
}

/// Waits until there is something.
pub(crate) fn wait_until<T>(what: &str, mut is: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = is() {
            return found;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{what}: not within a minute"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Where tests share Verilator's own library, which is most of what a compilation takes. It is used only while
/// nothing that it was made of has changed, and is named by the compilers and options: a test that changes these
/// finds none.
pub(crate) fn kept_library() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("verilator")
}
