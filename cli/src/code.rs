//! Files of code coverage, as runs leave them.

use std::fs;
use std::io;
use std::path::Path;

use verifork_coverage::{Code, CodeFormat, FileError};
use verifork_protocol::coverage::simulator_of_code_file;
use verifork_protocol::simulators::Simulator;

/// Reads a file, if its name is one of code coverage.
pub(crate) fn read(path: &Path) -> Option<Result<Code, FileError>> {
    let name = path.file_name()?.to_str()?;
    let format = match simulator_of_code_file(name)? {
        Simulator::Verilator => CodeFormat::Verilator,
        Simulator::Nvc => CodeFormat::Nvc,
        Simulator::Ghdl => CodeFormat::Ghdl,
        Simulator::Icarus => return None,
    };
    Some(Code::read(path, format))
}

/// Reads what lies in a folder and below; what is wrong with a file goes to the problems.
///
/// # Errors
///
/// A folder cannot be read.
pub(crate) fn read_folder(
    folder: &Path,
    code: &mut Code,
    problems: &mut Vec<FileError>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            read_folder(&entry.path(), code, problems)?;
        } else {
            match read(&entry.path()) {
                Some(Ok(read)) => code.merge(read),
                Some(Err(error)) => problems.push(error),
                None => {}
            }
        }
    }
    Ok(())
}

/// The lines of a file with something that has not happened, as ranges: `3, 7-9`.
pub(crate) fn ranges(lines: impl Iterator<Item = u32>) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for line in lines {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 >= line => *last = line,
            _ => ranges.push((line, line)),
        }
    }
    let texts: Vec<_> = ranges
        .iter()
        .map(|(first, last)| {
            if first == last {
                first.to_string()
            } else {
                format!("{first}-{last}")
            }
        })
        .collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_follow_each_other_are_a_range() {
        assert_eq!(ranges([3, 7, 8, 8, 9, 11].into_iter()), "3, 7-9, 11");
        assert_eq!(ranges([].into_iter()), "");
    }
}
