//! Packages of Python's index, in an environment of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A virtual environment.
pub(crate) struct Environment {
    bin: PathBuf,
}

impl Environment {
    /// The environment of these packages below a folder, made where it is not there yet.
    ///
    /// # Errors
    ///
    /// Why it is not available: there is no Python, no network, or no such package.
    pub(crate) fn new(folder: &Path, packages: &[&str]) -> Result<Environment, String> {
        let environment = folder.join(packages.join("-").replace("==", "-"));
        let bin = environment.join("bin");
        // One that was left half made lacks it.
        let done = environment.join("done");
        if !done.exists() {
            let mut make = Command::new("python3");
            make.args(["-m", "venv"]).arg(&environment);
            output(make)
                .map_err(|why| format!("no environment (`apt-get install python3-venv`): {why}"))?;
            let mut install = Command::new(bin.join("pip"));
            install.args(["install", "--quiet"]).args(packages);
            output(install).map_err(|why| format!("it cannot be installed: {why}"))?;
            fs::write(&done, "").map_err(|error| error.to_string())?;
        }
        Ok(Environment { bin })
    }

    /// The path of a program in it.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }
}

/// What a command prints, or the line that says why it failed.
pub(crate) fn output(mut command: Command) -> Result<String, String> {
    let name = Path::new(command.get_program()).to_owned();
    let name = name.display();
    let run = command.stdin(Stdio::null()).output();
    let run = run.map_err(|error| format!("`{name}` does not start: {error}"))?;
    let printed = String::from_utf8_lossy(&run.stdout);
    if run.status.success() {
        return Ok(printed.into_owned());
    }
    let errors = String::from_utf8_lossy(&run.stderr);
    let mut lines = printed.lines().chain(errors.lines());
    let told = lines.clone().find(|line| line.contains("rror: "));
    let why = told.or_else(|| lines.next_back());
    Err(why.map_or_else(|| format!("`{name}`: {}", run.status), str::to_owned))
}
