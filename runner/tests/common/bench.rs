//! A crate of its own for a test, whose design is made of the files that the test writes.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::{Harness, Run, crate_folder, find};

pub(crate) const PASSED: i32 = 0;
pub(crate) const FAILED: i32 = 101;

/// A crate in a folder of its own, whose design is made of the files that a test writes.
pub(crate) struct Bench {
    pub(crate) harness: Harness,
    pub(crate) folder: TempDir,
    pub(crate) simulator: &'static str,
    pub(crate) settings: Vec<(&'static str, String)>,
}

impl Bench {
    /// None, and a word about it, where one of the tools is missing.
    pub(crate) fn on(simulator: &'static str, tools: &[&str]) -> Option<Bench> {
        if let Some(tool) = tools.iter().find(|tool| find(tool).is_none()) {
            eprintln!("skipped: `{tool}` is not installed");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let manifest = crate_folder().join("Cargo.toml");
        let text = fs::read_to_string(manifest).unwrap();
        fs::write(folder.path().join("Cargo.toml"), text).unwrap();
        Some(Bench {
            harness: Harness::of("faulty_tb", folder.path().to_owned()),
            folder,
            simulator,
            settings: Vec::new(),
        })
    }

    pub(crate) fn icarus() -> Option<Bench> {
        Bench::on("icarus", &["iverilog", "vvp"])
    }

    pub(crate) fn verilator() -> Option<Bench> {
        Bench::on("verilator", &["verilator", "g++", "make"])
    }

    pub(crate) fn ghdl() -> Option<Bench> {
        Bench::on("ghdl", &["ghdl"])
    }

    pub(crate) fn nvc() -> Option<Bench> {
        Bench::on("nvc", &["nvc"])
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> &Bench {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    pub(crate) fn with(mut self, setting: &'static str, value: &str) -> Bench {
        self.settings.push((setting, value.to_owned()));
        self
    }

    /// Runs the harness, which is to run the test of the seven.
    pub(crate) fn run(&self) -> Run {
        let mut variables = vec![
            ("VERIFORK_SIM", self.simulator),
            ("FAULTY_TESTS", "shows_seven"),
        ];
        let settings = self.settings.iter();
        variables.extend(settings.map(|(name, value)| (*name, value.as_str())));
        self.harness.run("described", &variables, &["shows_seven"])
    }

    #[track_caller]
    pub(crate) fn ends(&self, status: i32) -> &Bench {
        let run = self.run();
        run.status(status);
        run.says(if status == PASSED {
            "1 passed"
        } else {
            "`q` is not seven"
        });
        self
    }

    /// When the compiled design was made; there is to be one.
    pub(crate) fn compiled(&self) -> std::time::SystemTime {
        let designs = self.harness.target.path().join("verifork/designs");
        let made: Vec<_> = fs::read_dir(designs)
            .unwrap()
            .flatten()
            .filter(|entry| entry.path().is_dir())
            .map(|entry| entry.metadata().unwrap().created().unwrap())
            .collect();
        assert_eq!(made.len(), 1, "{made:?}");
        made[0]
    }
}

/// Both simulators of Verilog, where they are installed.
pub(crate) fn verilog() -> Vec<Bench> {
    [Bench::icarus(), Bench::verilator()]
        .into_iter()
        .flatten()
        .collect()
}

/// Both simulators of VHDL, where they are installed.
pub(crate) fn vhdl() -> Vec<Bench> {
    [Bench::ghdl(), Bench::nvc()]
        .into_iter()
        .flatten()
        .collect()
}
