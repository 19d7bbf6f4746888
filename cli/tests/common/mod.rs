//! `cargo verifork`, in an empty folder outside of the repository too, and what tests leave for it.
#![allow(dead_code, reason = "no file of tests needs everything")]

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use verifork_coverage::{Bins, CrossBins, GroupBuilder, Record, Source, take};

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
        for text in ["is left out", "does not pass", "first test checks"] {
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

    /// With a copy of this design of the repository's `hdl/`.
    pub(crate) fn with(design: &str) -> Outside {
        let outside = Outside::new();
        fs::copy(repository().join("hdl").join(design), outside.path(design)).unwrap();
        outside
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
        let is_given =
            |(name, value): (&OsStr, Option<_>)| name == "VERIFORK_SIM" && value.is_some();
        if !command.get_envs().any(is_given) {
            let there = [("icarus", "iverilog"), ("ghdl", "ghdl"), ("nvc", "nvc")];
            let there = there.iter().filter(|(_, program)| is_there(program));
            let keys: Vec<&str> = there.map(|(key, _)| *key).collect();
            command.env("VERIFORK_SIM", keys.join(","));
        }
        let output = command
            .env("CARGO", repository().join("cli/tests/common/cargo.sh"))
            .env("TESTED_CARGO", env!("CARGO"))
            .env("TESTED_LOCK", repository().join("Cargo.lock"))
            .env("CARGO_TARGET_DIR", target())
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
        let mut command = verifork();
        command.args(arguments);
        self.run(command, folder)
    }

    pub(crate) fn cargo(&self, folder: &str, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO"));
        command.args(arguments);
        self.run(command, folder)
    }
}

/// One target folder for all crates outside: the library is built once. In it, crates need different names, since
/// cargo does not tell them apart by their places.
fn target() -> &'static Path {
    static TARGET: OnceLock<PathBuf> = OnceLock::new();
    TARGET.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("outside");
        let built = Path::new(env!("CARGO_BIN_EXE_cargo-verifork")).parent();
        // What is missing there cargo compiles.
        let _ = take_dependencies(built.expect("it is in a folder"), &target.join("debug"));
        target
    })
}

/// Copies what cargo has made of crates of the registry, which are most of a build.
fn take_dependencies(from: &Path, to: &Path) -> io::Result<()> {
    for folder in [".fingerprint", "build", "deps"] {
        let (from, to) = (from.join(folder), to.join(folder));
        fs::create_dir_all(&to)?;
        for entry in fs::read_dir(&from)? {
            let entry = entry?;
            // Programs beside the libraries are tests.
            let is_program = folder == "deps" && entry.path().extension().is_none();
            if !is_program && is_of_the_registry(&entry.file_name().to_string_lossy()) {
                copy_with_age(&entry.path(), &to.join(entry.file_name()))?;
            }
        }
    }
    Ok(())
}

/// Whether a file of cargo's, `libserde-0123456789abcdef.rlib`, belongs to a library of no crate in this repository.
/// Their plugins have no hash in their names: those of crates outside would take their places.
fn is_of_the_registry(file: &str) -> bool {
    let (name, extension) = file.split_once('.').unwrap_or((file, ""));
    let Some((name, _)) = name.rsplit_once('-').filter(|(_, hash)| hash.len() == 16) else {
        return false;
    };
    !["verifork", "_tb", "-tb"]
        .iter()
        .any(|it| name.contains(it))
        && extension != "d"
}

/// Copies a file or a folder with its age, by which cargo knows that it is fresh. What is there already stays.
fn copy_with_age(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy_with_age(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    if to.exists() {
        return Ok(());
    }
    // Others do the same at the same time, and find all of it or nothing.
    let whole = to.with_extension(format!("{}.new", std::process::id()));
    fs::copy(from, &whole)?;
    let modified = from.metadata()?.modified()?;
    fs::File::options()
        .write(true)
        .open(&whole)?
        .set_modified(modified)?;
    fs::rename(whole, to)
}

pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// `cargo verifork`, without arguments yet.
pub(crate) fn verifork() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-verifork"));
    command.arg("verifork");
    command
}

/// What a command says, and its status.
pub(crate) fn told(command: &mut Command) -> (String, Option<i32>) {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.code())
}

#[track_caller]
pub(crate) fn has(text: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(text.contains(wanted), "no `{wanted}` in\n{text}");
    }
}

/// The coverage of a test that samples these values of up to `top`, crossed with whether they are odd.
pub(crate) fn levels(test: &str, seed: u64, top: u8, crosses: CrossBins, values: &[u8]) -> Record {
    let mut builder = GroupBuilder::new("levels");
    let level = builder
        .point("level", Bins::<u8>::new().each("", 0..=top))
        .unwrap();
    let odd = builder.point("odd", Bins::<bool>::new()).unwrap();
    let both = builder.cross("both", &[&level, &odd], crosses).unwrap();
    builder.build();
    for value in values {
        level.sample(*value);
        odd.sample(value % 2 == 1);
        both.sample();
    }
    Record {
        source: Source {
            test: test.to_owned(),
            simulator: "Icarus Verilog 11.0".to_owned(),
            seed,
            run: test.to_owned(),
            passed: true,
        },
        groups: take(),
    }
}

pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|it| it.is_file())
}

pub(crate) fn is_there(program: &str) -> bool {
    let there = find(program).is_some();
    if !there {
        eprintln!("skipped: `{program}` is not installed");
    }
    there
}
