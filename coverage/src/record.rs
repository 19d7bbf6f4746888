//! The coverage of one test, and its file.
//!
//! A file consists of lines of JSON: the version of the format, the source, a line for each instance of a group,
//! and a last line with their number, which shows whether the file is complete. The file is written under another
//! name and then renamed, so it is never seen half written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use verifork_protocol::whole_file;

use crate::definition::{Counts, GroupDefinition};

/// The version of the format.
const VERSION: u32 = 1;
/// The extension of coverage files.
///
/// ```
/// use std::path::Path;
/// use verifork_coverage::EXTENSION;
///
/// assert_eq!(Path::new("fifo__icarus.coverage").extension().unwrap(), EXTENSION);
/// ```
pub const EXTENSION: &str = "coverage";

/// The counts of one instance of a group.
///
/// ```
/// use verifork_coverage::{CoverGroup, GroupRecord, Point, take};
///
/// #[derive(CoverGroup)]
/// struct Accesses {
///     write: Point<bool>,
/// }
///
/// let covered = Accesses::new();
/// covered.write.sample(true);
/// let records: Vec<GroupRecord> = take();
/// assert!(records[0].definition.name.ends_with("Accesses"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GroupRecord {
    /// The instance's name, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Its source file and line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<(String, u32)>,
    /// Its definition.
    pub definition: GroupDefinition,
    /// Its counts.
    pub counts: Counts,
}

/// The source of coverage: one run of a test.
///
/// ```
/// use verifork_coverage::Source;
///
/// let source = Source { test: "fifo::fills".to_owned(), seed: 7, passed: true, ..Source::default() };
/// # let _ = source;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Source {
    /// The test.
    pub test: String,
    /// The simulator.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub simulator: String,
    /// The seed of its random streams.
    pub seed: u64,
    /// Distinguishes this run from others of the same test and seed.
    pub run: String,
    /// Whether the test passed.
    pub passed: bool,
}

/// The coverage of one run of a test.
///
/// ```no_run
/// use std::path::Path;
/// use verifork_coverage::{Record, Source, take};
///
/// // In a program that is not a test of verifork: what its groups have counted, in a file.
/// let source = Source { test: "model".to_owned(), ..Source::default() };
/// Record { source, groups: take() }.write(Path::new("model.coverage"))?;
/// # Ok::<(), verifork_coverage::FileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    /// The run.
    pub source: Source,
    /// Its groups.
    pub groups: Vec<GroupRecord>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    VeriforkCoverage(u32),
    Source(Source),
    Group(GroupRecord),
    End { groups: usize },
}

/// A coverage file that cannot be read or written.
///
/// ```
/// use std::path::Path;
/// use verifork_coverage::{FileError, Record};
///
/// let error = Record::read(Path::new("no such.coverage")).unwrap_err();
/// assert!(matches!(error, FileError::System { .. }));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The operating system reports an error.
    #[error("coverage file `{}`: {error}", path.display())]
    System {
        /// The file.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
    /// The file has another version of the format.
    #[error(
        "coverage file `{}` has version {version} of the format, and this program reads {VERSION}: \
         use one version of verifork for all", path.display()
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
    /// The file is incomplete, or is not a coverage file.
    #[error("coverage file `{}`, line {line}: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The reason.
        why: String,
    },
}

impl FileError {
    /// Whether the file was removed after its folder was listed: a test that begins clears its folder.
    ///
    /// ```
    /// use std::path::Path;
    /// use verifork_coverage::Record;
    ///
    /// let error = Record::read(Path::new("missing.coverage")).unwrap_err();
    /// assert!(error.has_vanished());
    /// ```
    pub fn has_vanished(&self) -> bool {
        match self {
            FileError::System { path, error } => whole_file::has_vanished(path, error),
            _ => false,
        }
    }
}

impl Record {
    /// The text of the file.
    pub fn text(&self) -> String {
        let groups = self.groups.iter().cloned().map(Line::Group);
        let lines = [
            Line::VeriforkCoverage(VERSION),
            Line::Source(self.source.clone()),
        ];
        let end = Line::End {
            groups: self.groups.len(),
        };
        let mut text = String::new();
        for line in lines.into_iter().chain(groups).chain([end]) {
            // Numbers, strings and lists can always be written as JSON.
            text.push_str(&serde_json::to_string(&line).unwrap_or_default());
            text.push('\n');
        }
        text
    }

    /// Writes the file, and replaces an existing one.
    ///
    /// # Errors
    ///
    /// If the system refuses it; then an existing file stays.
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        whole_file::write(path, self.text()).map_err(|error| FileError::System {
            path: path.to_owned(),
            error,
        })
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// It cannot be read, was cut short or changed, or is of another version.
    pub fn read(path: &Path) -> Result<Record, FileError> {
        let system = |error| FileError::System {
            path: path.to_owned(),
            error,
        };
        Record::parse(&fs::read_to_string(path).map_err(system)?, path)
    }

    fn parse(text: &str, path: &Path) -> Result<Record, FileError> {
        let damaged = |index: usize, why: String| FileError::Damaged {
            path: path.to_owned(),
            line: index + 1,
            why,
        };
        let mut source = None;
        let mut groups = Vec::new();
        let mut ended = false;
        let mut count = 0;
        for (index, text) in text.lines().enumerate() {
            count = index + 1;
            let line = serde_json::from_str(text).map_err(|error| {
                damaged(index, format!("it is not a line of coverage: {error}"))
            })?;
            match (index, line) {
                (0, Line::VeriforkCoverage(VERSION)) => {}
                (0, Line::VeriforkCoverage(version)) => {
                    return Err(FileError::Version {
                        path: path.to_owned(),
                        version,
                    });
                }
                (1, Line::Source(read)) => source = Some(read),
                (2.., Line::Group(group)) if !ended => {
                    if !group.definition.is_sound() || !group.counts.fit(&group.definition) {
                        let name = &group.definition.name;
                        let why = format!("the counts of group `{name}` do not fit its definition");
                        return Err(damaged(index, why));
                    }
                    groups.push(group);
                }
                (2.., Line::End { groups: written }) if !ended => {
                    if written != groups.len() {
                        let there = groups.len();
                        let why = format!("{written} groups were written, and {there} are there");
                        return Err(damaged(index, why));
                    }
                    ended = true;
                }
                _ => return Err(damaged(index, "this line does not belong here".into())),
            }
        }
        match source {
            Some(source) if ended => Ok(Record { source, groups }),
            _ => Err(damaged(
                count,
                "it ends before its end: it was cut short".into(),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bins, CrossBins, GroupBuilder, take};

    pub(crate) fn record() -> Record {
        let mut builder = GroupBuilder::new("transfers").instance("port 0");
        let length = builder.point(
            "length",
            Bins::<u8>::new().bin("low", 0..=9).illegal("high", 200..),
        );
        let length = length.unwrap();
        let write = builder.point("write", Bins::<bool>::new()).unwrap();
        let bins = CrossBins::new().ignore(["low", "false"]);
        let cross = builder.cross("both", &[&length, &write], bins).unwrap();
        drop(builder.build());
        length.sample(3);
        write.sample(true);
        cross.sample();
        Record {
            source: Source {
                test: "writes".to_owned(),
                seed: u64::MAX,
                ..Source::default()
            },
            groups: take(),
        }
    }

    #[test]
    fn a_file_that_several_write_at_once_is_that_of_one_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("größe 零.coverage");
        let records: Vec<Record> = (0..4)
            .map(|seed| {
                let mut record = record();
                record.source.seed = seed;
                record.groups = vec![record.groups[0].clone(); 20];
                record
            })
            .collect();
        std::thread::scope(|scope| {
            for record in &records {
                scope.spawn(|| (0..50).for_each(|_| record.write(&path).unwrap()));
            }
        });
        assert!(records.contains(&Record::read(&path).unwrap()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("writes.coverage");
        let record = record();
        record.write(&path).unwrap();
        record.write(&path).unwrap();
        assert_eq!(Record::read(&path).unwrap(), record);
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
        let group = &record.groups[0];
        assert_eq!(group.instance.as_deref(), Some("port 0"));
        assert_eq!(group.counts.crosses[0].values().sum::<u64>(), 1);
    }

    #[test]
    fn a_file_that_was_cut_short_anywhere_is_no_file() {
        let text = record().text();
        for len in 0..text.len() - 1 {
            let read = Record::parse(&text[..len], Path::new("x"));
            assert!(
                matches!(read, Err(FileError::Damaged { .. })),
                "{len}: {read:?}"
            );
        }
        let more = format!("{text}{text}");
        assert!(Record::parse(&more, Path::new("x")).is_err());
    }

    #[test]
    fn a_file_of_another_version_says_so() {
        let text =
            record()
                .text()
                .replacen("\"verifork_coverage\":1", "\"verifork_coverage\":2", 1);
        let error = Record::parse(&text, Path::new("x"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("has version 2 of the format, and this program reads 1"),
            "{error}"
        );
    }

    #[test]
    fn a_cross_that_leaves_out_what_it_does_not_have_is_refused() {
        for (ignored, illegal) in [
            (vec![(3, 1)], vec![]),
            (vec![(0, 99)], vec![]),
            (vec![(0, 2)], vec![(1, 2)]),
        ] {
            let mut record = record();
            let cross = &mut record.groups[0].definition.crosses[0];
            (cross.ignored, cross.illegal) = (ignored, illegal);
            let read = Record::parse(&record.text(), Path::new("x"));
            assert!(matches!(read, Err(FileError::Damaged { .. })), "{read:?}");
        }
    }

    #[test]
    fn counts_of_another_definition_are_refused() {
        let mut record = record();
        record.groups[0].counts.points[0].insert(99, 1);
        let error = Record::parse(&record.text(), Path::new("x"))
            .unwrap_err()
            .to_string();
        let wanted = "line 3: the counts of group `transfers` do not fit its definition";
        assert!(error.ends_with(wanted), "{error}");
    }
}
