//! How Verilator calls `make`. Verilator itself says so, since arguments for `make` may be in a file of arguments.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use verifork_protocol::shell::quote;

use super::super::BuildFolder;
use super::{PREFIX, RULES, c_sources, ccache};
use crate::resolved::ResolvedDesign;

/// The arguments, each ended by a zero.
const ARGUMENTS: &str = "make.arguments";
/// The goal for what designs have in common.
const LIBRARY: &str = "verifork_library";

/// Makes a command of Verilator note how it would have called `make`, instead of calling it.
pub(super) fn noted_by(command: &mut Command, folder: &Path) {
    let file = folder.join(ARGUMENTS).display().to_string();
    // The first words of a command for the shell, before the arguments.
    command.env("MAKE", format!("printf '%s\\0' >{}", quote(&file)));
}

/// The call that Verilator has noted.
pub(super) struct Make {
    arguments: Vec<String>,
    /// The variable with the options that are for the design's own C++ alone.
    includes: OsString,
}

impl Make {
    /// # Errors
    ///
    /// Verilator has noted none.
    pub(super) fn of(design: &ResolvedDesign, build: BuildFolder<'_>) -> io::Result<Make> {
        let text = fs::read_to_string(build.path.join(ARGUMENTS)).map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("Verilator has not called `make` ({error})"),
            )
        })?;
        let arguments = text.split_terminator('\0').map(str::to_owned);
        let mut includes = OsString::from("VERIFORK_INCLUDES=");
        includes.push(c_sources::include_options(design).join(" ".as_ref()));
        Ok(Make {
            arguments: arguments.collect(),
            includes,
        })
    }

    /// Whether it builds a hierarchy, for which Verilator has only written the makefile that calls Verilator again.
    pub(super) fn is_of_hierarchy(&self) -> bool {
        let makefile = format!("{PREFIX}_hier.mk");
        self.arguments.contains(&makefile)
    }

    /// The command that builds the program.
    pub(super) fn program(&self, build: BuildFolder<'_>) -> Command {
        let make = env::var("MAKE").unwrap_or_default();
        let mut words = make.split_whitespace();
        let mut command = Command::new(words.next().unwrap_or("make"));
        command.args(words).args(&self.arguments);
        // The commands that `make` runs are not shown.
        command.arg("-s");
        if !self.is_of_hierarchy() {
            // All objects depend on the makefile, which has just been written; without this, those of the library
            // would be compiled again.
            command.args(["-o", &format!("{PREFIX}.mk")]);
            command.args(["-f", &format!("../{RULES}")]);
            command.arg(&self.includes);
        }
        ccache::use_for(&mut command, build.path);
        command
    }

    /// The command that builds what designs have in common.
    pub(super) fn library(&self, build: BuildFolder<'_>) -> Command {
        let mut command = self.program(build);
        command.arg(LIBRARY);
        command
    }

    /// The commands that compile it, none of which is run; nothing if `make` does not say.
    pub(super) fn of_library(&self, build: BuildFolder<'_>) -> Option<String> {
        let mut command = self.library(build);
        let output = command.arg("--dry-run").output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then_some(text)
    }
}

/// Removes what Verilator has noted.
pub(super) fn forget(build: BuildFolder<'_>) {
    let _ = fs::remove_file(build.path.join(ARGUMENTS));
}
