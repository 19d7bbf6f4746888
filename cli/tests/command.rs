//! `cargo verifork` in an empty folder outside of the repository, against the real Icarus.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const FAILED: i32 = 1;

struct Outside {
    folder: tempfile::TempDir,
}

struct Run {
    text: String,
    status: Option<i32>,
}

impl Run {
    #[track_caller]
    fn status(&self, status: i32) -> &Self {
        assert_eq!(self.status, Some(status), "{}", self.text);
        self
    }

    #[track_caller]
    fn says(&self, text: &str) -> &Self {
        assert!(
            self.text.contains(text),
            "`{text}` is not in:\n{}",
            self.text
        );
        self
    }
}

impl Outside {
    fn new() -> Outside {
        Outside {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, mut command: Command, folder: &str) -> Run {
        for (name, _) in std::env::vars() {
            if name.starts_with("VERIFORK_")
                || name.starts_with("NEXTEST")
                || name == "CARGO_MANIFEST_DIR"
            {
                command.env_remove(name);
            }
        }
        // One target folder for all: the library is built once.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("outside");
        let output = command
            .env("CARGO_TARGET_DIR", target)
            .env("RUSTFLAGS", "--cap-lints=allow")
            .current_dir(self.path(folder))
            .output()
            .expect("the command starts");
        let text = [output.stdout, output.stderr].concat();
        Run {
            text: String::from_utf8_lossy(&text).into_owned(),
            status: output.status.code(),
        }
    }

    fn verifork(&self, folder: &str, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-verifork"));
        command.arg("verifork").args(arguments);
        self.run(command, folder)
    }

    fn cargo(&self, folder: &str, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO"));
        command.args(arguments);
        self.run(command, folder)
    }
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if !there {
        eprintln!("skipped: `{program}` is not installed");
    }
    there
}

#[test]
fn a_new_crate_passes_at_once_fails_on_a_broken_design_and_follows_a_changed_one() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::new();
    let design = outside.path("counter.v");
    let text = fs::read_to_string(repository().join("hdl/counter.v")).unwrap();
    fs::write(&design, &text).unwrap();
    let root = repository().to_str().unwrap();
    let new = [
        "new",
        "counter-tb",
        "--top",
        "counter",
        "--sources",
        "counter.v",
        "--verifork",
        root,
    ];
    outside
        .verifork("", &new)
        .status(0)
        .says("counter-tb is ready");
    outside
        .verifork("", &new)
        .status(FAILED)
        .says("is there already");

    let library = fs::read_to_string(outside.path("counter-tb/src/lib.rs")).unwrap();
    assert!(
        library.contains("Clock::new(&dut.clk, 10.ns()).start();"),
        "{library}"
    );
    assert!(library.contains("dut.rst.set(true);"), "{library}");
    let dut = fs::read_to_string(outside.path("counter-tb/src/dut.rs")).unwrap();
    assert!(
        dut.contains("/// Output, 8 bits `[7:0]`.\n    pub count: Signal<u8>,"),
        "{dut}"
    );

    outside
        .cargo("counter-tb", &["test"])
        .status(0)
        .says("counter::icarus::starts ... ok");
    outside
        .verifork("counter-tb", &["list"])
        .status(0)
        .says("counter::icarus::starts: test");
    outside
        .verifork("counter-tb", &["run"])
        .status(0)
        .says("counter::icarus       1       0        0");
    outside
        .verifork("counter-tb", &["bind", "--check"])
        .status(0)
        .says("is up to date");
    if is_there("cargo-nextest") {
        outside
            .cargo("counter-tb", &["nextest", "run"])
            .status(0)
            .says("1 passed");
    }

    let checked = library.replace(
        "    read_only().await;\n",
        "    dut.en.set(true);\n    dut.clk.rising_edges(3).await;\n    read_only().await;\n    \
         assert_eq!(dut.count.get()?, 3);\n",
    );
    fs::write(outside.path("counter-tb/src/lib.rs"), checked).unwrap();
    outside.cargo("counter-tb", &["test"]).status(0);
    fs::write(&design, text.replace("count + 1'b1", "count + 2'd2")).unwrap();
    let broken = outside.cargo("counter-tb", &["test"]);
    broken
        .status(101)
        .says("left: 6")
        .says("right: 3")
        .says("VERIFORK_SEED=")
        .says("--exact");
    let run = outside.verifork("counter-tb", &["run"]);
    run.status(101).says("FAILED counter::icarus::starts");

    fs::write(
        &design,
        text.replace("parameter WIDTH = 8", "parameter WIDTH = 12"),
    )
    .unwrap();
    let check = outside.verifork("counter-tb", &["bind", "--check"]);
    check
        .status(FAILED)
        .says("-    pub count: Signal<u8>,")
        .says("+    pub count: Signal<u16>,");
    outside.verifork("counter-tb", &["bind"]).status(0);
    outside
        .verifork("counter-tb", &["bind", "--check"])
        .status(0);
}

#[test]
fn what_cannot_become_a_crate_leaves_nothing_behind() {
    if !is_there("iverilog") {
        return;
    }
    let outside = Outside::new();
    fs::copy(
        repository().join("hdl/counter.v"),
        outside.path("counter.v"),
    )
    .unwrap();
    let root = repository().to_str().unwrap();
    let new = |name: &str, top: &str, source: &str| {
        outside.verifork(
            "",
            &[
                "new",
                name,
                "--top",
                top,
                "--sources",
                source,
                "--verifork",
                root,
            ],
        )
    };
    new("tb", "countre", "counter.v")
        .status(FAILED)
        .says("root module \"countre\"");
    new("tb", "counter", "nowhere.v")
        .status(FAILED)
        .says("there is no `nowhere.v`");
    new("1tb", "counter", "counter.v")
        .status(FAILED)
        .says("no name for a crate");
    assert!(!outside.path("tb").exists());
}

#[test]
fn the_doctor_tells_every_simulator() {
    let outside = Outside::new();
    outside
        .verifork("", &["doctor"])
        .says("Icarus Verilog")
        .says("GHDL")
        .says("languages");
}
