//! What a running simulator does not tell of declarations, and its compiler knows: written beside the
//! compiled design, and read by the plugin from the file that a variable names.
//!
//! A line is an object: its path, the dimensions of the array that it is, `signed` or `unsigned`, and the
//! range of its bits, with tabs between. `[0:3][16:31]` is two dimensions, and nothing is none.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

const FILE: &str = "declarations.txt";
const VARIABLE: &str = "VERIFORK_DECLARATIONS";

/// One line.
pub(super) fn line(
    path: &str,
    dimensions: &str,
    signed: bool,
    range: Option<(i64, i64)>,
) -> String {
    let sign = if signed { "signed" } else { "unsigned" };
    let range = range.map_or_else(String::new, |(left, right)| format!("[{left}:{right}]"));
    format!("{path}\t{dimensions}\t{sign}\t{range}\n")
}

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
        command.env(VARIABLE, file);
    }
}
