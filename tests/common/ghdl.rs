//! Designs for GHDL.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::{Run, find_tool, root, run, without_settings};

/// The back ends that are installed, which are programs of their own; else what `ghdl` is.
pub fn back_ends() -> Vec<&'static str> {
    let installed = |name: &&str| find_tool(name).is_some();
    let back_ends = ["ghdl-mcode", "ghdl-llvm", "ghdl-gcc"];
    let found: Vec<_> = back_ends.into_iter().filter(installed).collect();
    if found.is_empty() {
        vec!["ghdl"]
    } else {
        found
    }
}

/// A design for GHDL: compiled into a temporary folder that goes with this value.
pub struct Ghdl {
    program: &'static str,
    folder: TempDir,
    top: String,
}

impl Ghdl {
    /// Compiles sources, given relative to the repository, with one of the back ends.
    pub fn compile(program: &'static str, top: &str, sources: &[&str]) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("verifork-")
            .tempdir()
            .expect("a folder");
        let design = Ghdl {
            program,
            folder,
            top: top.to_owned(),
        };
        let mut analyse = design.command("-a");
        analyse.args(sources.iter().map(|source| root().join(source)));
        let mut elaborate = design.command("-e");
        elaborate.arg(top);
        for mut command in [analyse, elaborate] {
            let output = command.output().expect("ghdl runs");
            assert!(
                output.status.success(),
                "{top} does not compile:\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        design
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new(self.program);
        command
            .args([what, "--std=08"])
            .current_dir(self.folder.path());
        command
    }

    /// Runs the design with a plugin; `VERIFORK_*` variables and plus-arguments as given.
    pub fn run(&self, plugin: &Path, variables: &[(&str, &str)], plusargs: &[&str]) -> Run {
        let mut command = self.command("-r");
        command
            .arg(&self.top)
            .arg(format!("--vpi={}", plugin.display()))
            .args(plusargs);
        without_settings(&mut command);
        command.envs(variables.iter().copied());
        run(command)
    }
}
