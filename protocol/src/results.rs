//! The results of one simulation, which the plugin writes one by one and the harness reads. The file is named by
//! [`Variable::Results`](crate::variables::Variable::Results) and has a JSON object per line.
//!
//! Lines are only appended, each in one write. Whatever ends the process, the file shows how far it came: a test that
//! has begun and not ended was running then. A last line without a newline was cut short and does not count.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::items::Drawn;

/// Which records there are and what they mean. Another number: another meaning.
pub const FORMAT: u32 = 1;

/// A line of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Record {
    /// The first line: a simulator has loaded the plugin.
    Loaded(Loaded),
    /// The tests that will run.
    Planned(Planned),
    /// The test with this label runs now.
    Begun(String),
    /// The running test has drawn a sequence. If the process ends with it, this is the only record.
    Drawn(Drawn),
    /// A test has ended.
    Ended(Box<Ended>),
    /// Nothing can be run, for this reason.
    Problem(String),
    /// Every planned test has a record that it ended.
    Finished(bool),
    /// Something went wrong after the last test: the simulation, or the process, ended badly.
    Afterwards(String),
}

/// The simulator that has loaded the plugin. Fields that a later version adds are ignored, so that its number can
/// always be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    /// The writer's [`FORMAT`].
    #[serde(default)]
    pub format: u32,
    /// The version of the library that the plugin was built with.
    #[serde(default)]
    pub library: String,
    /// The simulator, as it names itself.
    pub simulator: String,
    /// Its version.
    pub version: String,
    /// The interface through which it speaks with the plugin: `VPI` or `VHPI`.
    #[serde(default)]
    pub interface: String,
    /// The number of its process.
    #[serde(default)]
    pub process: u32,
}

impl Loaded {
    /// Loaded by this simulator, with the number of this process and the versions of this library.
    pub fn by(simulator: &str, version: &str, interface: &str) -> Loaded {
        Loaded {
            format: FORMAT,
            library: crate::VERSION.to_owned(),
            simulator: simulator.to_owned(),
            version: version.to_owned(),
            interface: interface.to_owned(),
            process: std::process::id(),
        }
    }
}

/// The plan of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// The labels of the tests, in their order.
    pub tests: Vec<String>,
    /// The base seed.
    pub seed: u64,
}

/// A test that has ended, or was left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    /// The test's name.
    pub name: String,
    /// The [`label`] of this run of it.
    pub label: String,
    /// The file of its source.
    pub file: String,
    /// The line in it.
    pub line: u32,
    /// The requirements that it checks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<String>,
    /// Its outcome.
    pub status: Status,
    /// Why it was skipped.
    pub reason: Option<String>,
    /// The failures, in order; not empty if it has failed.
    pub failures: Vec<Failure>,
    /// When it began, in nanoseconds of the simulation.
    pub since_ns: String,
    /// Simulated time that went by, in nanoseconds.
    pub simulated_ns: String,
    /// Wall-clock time that went by, in seconds.
    pub wall: f64,
    /// The seed that repeats it.
    pub seed: u64,
    /// The sequences that it has drawn, if it has failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sequences: Vec<Drawn>,
    /// The end of the log, if it has failed.
    pub log: String,
    /// What the library has warned of while it ran.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// The outcome of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(clippy::exhaustive_enums, reason = "another status is another format")]
pub enum Status {
    /// It has passed.
    Passed,
    /// It ran and failed.
    Failed,
    /// It was not run.
    Skipped,
}

/// One thing that went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// Names of tasks joined by `/`, the outermost first; empty for the test itself.
    pub task: String,
    /// The file of the source.
    pub file: Option<String>,
    /// The line in it.
    pub line: Option<u32>,
    /// The simulated time, in nanoseconds from the start of the simulation.
    pub at_ns: Option<String>,
    /// The error with its causes.
    pub text: String,
}

impl Record {
    /// The record as a line with its newline.
    ///
    /// ```
    /// use verifork_protocol::results::Record;
    ///
    /// assert_eq!(Record::Begun("counts".to_owned()).line(), "{\"begun\":\"counts\"}\n");
    /// ```
    pub fn line(&self) -> String {
        let mut line = serde_json::to_string(self).expect("a record has no keys but names");
        line.push('\n');
        line
    }
}

/// The name of one repetition of a test: `counts#2` is the second.
///
/// ```
/// use verifork_protocol::results::{is_run_of, label};
///
/// assert_eq!(label("counts", Some(2)), "counts#2");
/// assert!(is_run_of("counts#2", "counts") && !is_run_of("counts_up", "counts"));
/// ```
pub fn label(name: &str, repetition: Option<u32>) -> String {
    match repetition {
        Some(number) => format!("{name}#{number}"),
        None => name.to_owned(),
    }
}

/// Whether a label is that of a run of the test with this name.
pub fn is_run_of(label: &str, name: &str) -> bool {
    let rest = label.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
}

/// The records of one process, which may have ended anywhere.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// The simulator that has loaded the plugin, if any.
    pub loaded: Option<Loaded>,
    /// The labels of the tests that were to run.
    pub planned: Vec<String>,
    /// The label of the test that began last.
    pub begun: Option<String>,
    /// The sequences that this test has drawn.
    pub drawn: Vec<Drawn>,
    /// The tests that have ended.
    pub ended: Vec<Ended>,
    /// Why nothing could be run.
    pub problem: Option<String>,
    /// Whether every planned test has ended.
    pub finished: bool,
    /// What went wrong after the last test.
    pub afterwards: Option<String>,
    /// Why the file, or a part of it, could not be understood: nothing that it says counts then.
    pub misunderstood: Option<String>,
}

impl Results {
    /// Reads the file. One that is not there is that of a plugin that was never loaded.
    pub fn read(path: &Path) -> Results {
        match fs::read(path) {
            Ok(bytes) => Results::parse(&String::from_utf8_lossy(&bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Results::default(),
            Err(error) => Results {
                misunderstood: Some(format!("cannot read `{}`: {error}", path.display())),
                ..Results::default()
            },
        }
    }

    /// Understands the text of the file.
    ///
    /// ```
    /// use verifork_protocol::results::{Loaded, Record, Results};
    ///
    /// let text = Record::Loaded(Loaded::by("nvc", "1.23", "VHPI")).line() + "{\"begun\":\"cou";
    /// let results = Results::parse(&text);
    /// assert_eq!(results.loaded.unwrap().simulator, "nvc");
    /// assert_eq!(results.begun, None);
    /// ```
    pub fn parse(text: &str) -> Results {
        let mut results = Results::default();
        for line in text.split_inclusive('\n') {
            // Cut short by the end of the process.
            let Some(line) = line.strip_suffix('\n') else {
                break;
            };
            match serde_json::from_str(line) {
                Ok(record) => results.add(record),
                Err(error) => results.misread(line, &error),
            }
            if results.misunderstood.is_some() {
                break;
            }
        }
        results
    }

    fn add(&mut self, record: Record) {
        match record {
            Record::Loaded(loaded) => {
                if loaded.format != FORMAT {
                    self.misunderstood = Some(format!(
                        "the plugin writes its results in format {}, and this harness reads format {FORMAT}: {}",
                        loaded.format,
                        crate::versions(&loaded.library)
                    ));
                }
                self.loaded = Some(loaded);
            }
            Record::Planned(planned) => self.planned = planned.tests,
            Record::Begun(label) => {
                self.begun = Some(label);
                self.drawn.clear();
            }
            Record::Drawn(drawn) => {
                self.drawn.retain(|it| it.name != drawn.name);
                self.drawn.push(drawn);
            }
            Record::Ended(ended) => self.ended.push(*ended),
            Record::Problem(problem) => self.problem = Some(problem),
            Record::Finished(finished) => self.finished = finished,
            Record::Afterwards(text) => self.afterwards = Some(text),
        }
    }

    fn misread(&mut self, line: &str, error: &serde_json::Error) {
        const SHOWN: usize = 120;
        let shown = &line[..line.floor_char_boundary(SHOWN)];
        let cut = if shown.len() < line.len() { "…" } else { "" };
        let library = self.loaded.as_ref().map_or("", |it| it.library.as_str());
        self.misunderstood = Some(format!(
            "a line of the plugin's results is not understood: {error}\n  {shown}{cut}\n{}",
            crate::versions(library)
        ));
    }

    /// The test that was running when the process ended, by its label.
    pub fn interrupted(&self) -> Option<&str> {
        let begun = self.begun.as_deref()?;
        let ended = self.ended.iter().any(|ended| ended.label == begun);
        (!ended).then_some(begun)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded() -> String {
        Record::Loaded(Loaded::by("Icarus Verilog", "11.0", "VPI")).line()
    }

    fn ended() -> Ended {
        Ended {
            name: "counts".to_owned(),
            label: "counts#2".to_owned(),
            file: "src/lib.rs".to_owned(),
            line: 7,
            covers: vec!["REQ-12".to_owned()],
            status: Status::Failed,
            reason: None,
            failures: vec![Failure {
                task: "monitor".to_owned(),
                file: Some("src/lib.rs".to_owned()),
                line: Some(9),
                at_ns: Some("10.00".to_owned()),
                text: "count is \"7\"\nand not 8\u{2028}\0".to_owned(),
            }],
            since_ns: "0.00".to_owned(),
            simulated_ns: "10.00".to_owned(),
            wall: 0.25,
            seed: u64::MAX,
            sequences: vec![Drawn {
                name: "writes".to_owned(),
                of: 3,
                items: Vec::new(),
            }],
            log: "log\n".to_owned(),
            warnings: vec!["`top.q` is an output".to_owned()],
        }
    }

    #[test]
    fn what_is_written_is_read_as_it_was() {
        let planned = Planned {
            tests: vec!["counts#1".to_owned(), "counts#2".to_owned()],
            seed: u64::MAX,
        };
        let records = [
            Record::Planned(planned.clone()),
            Record::Drawn(ended().sequences.remove(0)),
            // The sequences of an earlier test no longer count.
            Record::Begun("counts#2".to_owned()),
            Record::Drawn(ended().sequences.remove(0)),
            Record::Drawn(ended().sequences.remove(0)),
            Record::Ended(Box::new(ended())),
            Record::Problem("p".to_owned()),
            Record::Finished(true),
            Record::Afterwards("a".to_owned()),
        ];
        let lines = records.iter().map(Record::line);
        assert!(lines.clone().all(|line| line.matches('\n').count() == 1));
        let results = Results::parse(&(loaded() + &lines.collect::<String>()));
        assert_eq!(
            results,
            Results {
                loaded: Some(Loaded::by("Icarus Verilog", "11.0", "VPI")),
                planned: planned.tests,
                begun: Some("counts#2".to_owned()),
                drawn: ended().sequences,
                ended: vec![ended()],
                problem: Some("p".to_owned()),
                finished: true,
                afterwards: Some("a".to_owned()),
                misunderstood: None,
            }
        );
        assert_eq!(results.interrupted(), None);
    }

    #[test]
    fn a_line_cut_short_anywhere_is_no_result_and_nothing_worse() {
        let last = Record::Ended(Box::new(ended())).line();
        let before = loaded() + &Record::Begun("counts#2".to_owned()).line();
        for end in 0..last.len() - 1 {
            let cut = [before.as_bytes(), &last.as_bytes()[..end]].concat();
            let results = Results::parse(&String::from_utf8_lossy(&cut));
            assert_eq!(results.interrupted(), Some("counts#2"));
            assert_eq!(results.misunderstood, None);
        }
    }

    #[test]
    fn another_format_is_reported_with_both_versions_whatever_else_it_has() {
        let text = "{\"loaded\":{\"format\":7,\"library\":\"9.8.7\",\"simulator\":\"x\",\
                    \"version\":\"1\",\"new\":[1]}}\n{\"news\":1}\n";
        let message = Results::parse(text).misunderstood.unwrap();
        for part in ["format 7", "format 1", "9.8.7", env!("CARGO_PKG_VERSION")] {
            assert!(message.contains(part), "no {part} in {message}");
        }
    }

    #[test]
    fn an_unknown_record_or_field_is_reported_with_both_versions() {
        let unknown = [
            "{\"news\":1}",
            "{\"planned\":{\"tests\":[],\"seed\":1,\"news\":1}}",
        ];
        for line in unknown {
            let text = format!("{}{line}\n{{\"finished\":true}}\n", loaded());
            let results = Results::parse(&text);
            let message = results.misunderstood.unwrap();
            assert!(message.contains("news"), "{message}");
            assert!(
                message.contains(&format!("verifork {}", crate::VERSION)),
                "{message}"
            );
            assert!(!results.finished, "what follows counts");
        }
    }
}
