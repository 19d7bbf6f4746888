//! The files of code coverage that runs write.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use verifork_coverage::{Code, CodeFormat, FileError};
use verifork_protocol::coverage::simulator_of_code_file;
use verifork_protocol::simulators::Simulator;
use verifork_protocol::whole_file::has_vanished;

/// Reads a file if its name is that of a file of code coverage.
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

/// Reads the files in a folder and below. What is wrong with one is added to the problems; one that vanishes
/// meanwhile is none, because a test that begins clears its folder.
///
/// # Errors
///
/// A folder cannot be read.
pub(crate) fn read_folder(
    root: &Path,
    code: &mut Code,
    problems: &mut Vec<FileError>,
) -> io::Result<()> {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(error) if folder != root && has_vanished(&folder, &error) => continue,
            entries => entries?,
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
                continue;
            }
            match read(&path) {
                Some(Ok(read)) => code.merge(read),
                Some(Err(error)) if !error.has_vanished() => problems.push(error),
                _ => {}
            }
        }
    }
    Ok(())
}

/// The same coverage, with paths of other machines replaced by those of this one. A file is looked for in the
/// current folder and those above it, by the longest end of its path that has at least two names.
pub(crate) fn relocated(code: &Code) -> Code {
    let here = std::env::current_dir().unwrap_or_default();
    let mut relocated = Code::new();
    for (file, points) in code.files() {
        let path = place(Path::new(file), &here);
        let file = path.as_deref().map_or(file.into(), Path::to_string_lossy);
        for (point, count) in points {
            relocated.add(&file, point.clone(), *count);
        }
    }
    relocated
}

fn place(file: &Path, here: &Path) -> Option<PathBuf> {
    if file.exists() {
        return None;
    }
    let names: Vec<_> = file.components().collect();
    let ends =
        (0..names.len().saturating_sub(1)).map(|from| names[from..].iter().collect::<PathBuf>());
    let ends = ends.filter(|end| end.is_relative());
    let mut places = ends.flat_map(|end| here.ancestors().map(move |it| it.join(&end)));
    places.find(|place| place.is_file())
}

/// Line numbers as ranges: `3, 7-9`.
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
    use std::thread;

    use verifork_protocol::coverage::code_file;
    use verifork_protocol::whole_file;

    use super::*;

    #[test]
    fn a_file_of_another_machine_is_that_of_ours_with_the_longest_end_in_common() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().join("crate");
        for file in ["hdl/t.v", "t.v", "crate/hdl/t.v"] {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let found = |file: &str| place(Path::new(file), &here);
        let of = |file: &str| Some(folder.path().join(file));
        assert_eq!(found("/ci/checkout/hdl/t.v"), of("crate/hdl/t.v"));
        assert_eq!(found("/ci/checkout/crate/hdl/t.v"), of("crate/hdl/t.v"));
        assert_eq!(
            found("/ci/checkout/other/t.v"),
            None,
            "one name is not a place"
        );
        assert_eq!(
            found(of("hdl/t.v").unwrap().to_str().unwrap()),
            None,
            "it is here"
        );
    }

    #[test]
    fn files_that_tests_clear_meanwhile_are_no_problem() {
        let folder = tempfile::tempdir().unwrap();
        let test = folder.path().join("a/test");
        let file = test.join(code_file("verilator"));
        thread::scope(|scope| {
            let tests = scope.spawn(|| {
                for _ in 0..300 {
                    whole_file::write(&file, "").unwrap();
                    fs::remove_dir_all(&test).unwrap();
                }
            });
            while !tests.is_finished() {
                let (mut code, mut problems) = (Code::new(), Vec::new());
                read_folder(folder.path(), &mut code, &mut problems).unwrap();
                // A file with nothing in it is damaged; that is not in question here.
                problems.retain(|it| matches!(it, FileError::System { .. }));
                assert!(problems.is_empty(), "{problems:?}");
            }
        });
    }

    #[test]
    fn lines_that_follow_each_other_are_a_range() {
        assert_eq!(ranges([3, 7, 8, 8, 9, 11].into_iter()), "3, 7-9, 11");
        assert_eq!(ranges([].into_iter()), "");
    }
}
