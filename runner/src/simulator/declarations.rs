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

/// Writes what `read` finds in the output of an undocumented option, and removes that. Without the output nothing is
/// known. Names that are not UTF-8 go without.
pub(super) fn take(folder: &Path, output: &str, read: fn(&str) -> String) -> io::Result<()> {
    let output = folder.join(output);
    let Ok(text) = fs::read(&output) else {
        return Ok(());
    };
    write(folder, &read(&String::from_utf8_lossy(&text)))?;
    fs::remove_file(output)
}

/// Tells the plugin in a simulation of them.
pub(super) fn give(command: &mut Command, folder: &Path) {
    let file = folder.join(FILE);
    if file.is_file() {
        command.env(Variable::Declarations.name(), file);
    }
}
