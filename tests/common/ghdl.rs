//! Designs for GHDL.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::newer::{self, inside};
use super::{Run, find_tool, root, run, without_settings};

const BACK_ENDS: [&str; 3] = ["ghdl-mcode", "ghdl-llvm", "ghdl-gcc"];

/// The back ends that are installed, which are programs of their own; else what `ghdl` is.
pub fn back_ends() -> Vec<&'static str> {
    let installed = |name: &&str| find_tool(name).is_some();
    let found: Vec<_> = BACK_ENDS.into_iter().filter(installed).collect();
    if found.is_empty() {
        vec!["ghdl"]
    } else {
        found
    }
}

/// A GHDL: its program, and the root of another system if it is there.
#[derive(Clone, Debug)]
pub struct Version {
    pub program: &'static str,
    pub root: Option<PathBuf>,
}

/// Those that are installed, and those of Debian 13 where `make newer` has put them.
pub fn versions() -> Vec<Version> {
    let here = back_ends()
        .into_iter()
        .filter(|name| find_tool(name).is_some());
    let mut versions: Vec<_> = here
        .map(|program| Version {
            program,
            root: None,
        })
        .collect();
    match newer::root() {
        Some(root) => versions.extend(
            BACK_ENDS
                .into_iter()
                .filter(|program| root.join("usr/bin").join(program).exists())
                .map(|program| Version {
                    program,
                    root: Some(root.clone()),
                }),
        ),
        None => eprintln!("skipped: Debian 13's GHDL is not there: `make newer` gets it"),
    }
    versions
}

/// A design for GHDL: compiled into a temporary folder that goes with this value.
pub struct Ghdl {
    version: Version,
    folder: TempDir,
    top: String,
}

impl Ghdl {
    /// Compiles sources, given relative to the repository, with one of the back ends.
    pub fn compile(program: &'static str, top: &str, sources: &[&str]) -> Self {
        let here = Version {
            program,
            root: None,
        };
        Self::compile_with(&here, top, sources)
    }

    /// Compiles sources, given relative to the repository.
    pub fn compile_with(version: &Version, top: &str, sources: &[&str]) -> Self {
        let mut builder = tempfile::Builder::new();
        builder.prefix("verifork-");
        let folder = match &version.root {
            Some(root) => builder.tempdir_in(root.join("tmp")),
            None => builder.tempdir(),
        };
        let design = Ghdl {
            version: version.clone(),
            folder: folder.expect("a folder"),
            top: top.to_owned(),
        };
        let mut analyse = vec![];
        for (number, source) in sources.iter().enumerate() {
            let name = format!("{number}.vhd");
            fs::copy(root().join(source), design.folder.path().join(&name)).expect("the source");
            analyse.push(name);
        }
        for (step, arguments) in [("-a", &analyse), ("-e", &vec![top.to_owned()])] {
            let mut command = design.command(step);
            command.args(arguments);
            let output = command.output().expect("ghdl runs");
            assert!(
                output.status.success(),
                "{top} does not compile:\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        design
    }

    fn command(&self, step: &str) -> Command {
        let folder = self.folder.path();
        let mut command = match &self.version.root {
            Some(root) => newer::command(root, folder, self.version.program),
            None => Command::new(self.version.program),
        };
        command.args([step, "--std=08"]).current_dir(folder);
        command
    }

    /// Runs the design with a plugin; `VERIFORK_*` variables and plus-arguments as given.
    pub fn run(&self, plugin: &Path, variables: &[(&str, &str)], plusargs: &[&str]) -> Run {
        let mut plugin = plugin.to_owned();
        if let Some(root) = &self.version.root {
            let copy = self.folder.path().join("plugin.so");
            fs::copy(&plugin, &copy).expect("the plugin");
            plugin = inside(root, &copy);
        }
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
