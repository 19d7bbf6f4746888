//! Designs for NVC.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::{Run, root, run, without_settings};

/// A design for NVC: compiled into a temporary folder that goes with this value.
pub struct Nvc {
    folder: TempDir,
    top: String,
}

impl Nvc {
    /// Compiles sources, given relative to the repository, with generics of the top (`-gWIDTH=4`).
    pub fn compile(top: &str, sources: &[&str], generics: &[&str]) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("verifork-")
            .tempdir()
            .expect("a folder");
        let design = Nvc {
            folder,
            top: top.to_owned(),
        };
        let mut command = design.command();
        command
            .arg("-a")
            .args(sources.iter().map(|source| root().join(source)))
            .arg("-e")
            .args(generics)
            .arg(top);
        let output = command.output().expect("nvc runs");
        assert!(
            output.status.success(),
            "{top} does not compile:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        design
    }

    fn command(&self) -> Command {
        let mut command = Command::new("nvc");
        let library = self.folder.path().join("work");
        command
            .arg("--std=2008")
            .arg(format!("--work=work:{}", library.display()));
        command
    }

    /// Runs the design with a plugin; `VERIFORK_*` variables, global options and plus-arguments as
    /// given.
    pub fn run(
        &self,
        plugin: &Path,
        variables: &[(&str, &str)],
        options: &[&str],
        plusargs: &[&str],
    ) -> Run {
        let mut command = self.command();
        command
            .args(options)
            .arg(format!("--load={}", plugin.display()))
            .args(["-r", &self.top])
            .args(plusargs)
            .current_dir(self.folder.path());
        without_settings(&mut command);
        command.envs(variables.iter().copied());
        run(command)
    }
}
