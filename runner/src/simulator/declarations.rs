//! Facts about declarations that a compiler knows and a running simulator does not provide. They are written beside
//! the compiled design, in the format of [`verifork_protocol::declarations`], and read by the plugin.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use verifork_protocol::variables::Variable;

const FILE: &str = "declarations.txt";

/// Writes the lines, if there are any.
pub(super) fn write(folder: &Path, lines: &str) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    fs::write(folder.join(FILE), lines)
}

/// Tells the plugin in a simulation of them.
pub(super) fn give(command: &mut Command, folder: &Path) {
    let file = folder.join(FILE);
    if file.is_file() {
        command.env(Variable::Declarations.name(), file);
    }
}
