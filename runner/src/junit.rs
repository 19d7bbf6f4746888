//! `JUnit` XML of the whole run, over all designs and simulators.
//!
//! The file is replaced after every test by renaming, so it is whole at every moment. Under
//! nextest each test is a process of its own: they gather in a file of lines that carries
//! nextest's number of the run, and each rewrites the XML from all of them.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};
use serde::{Deserialize, Serialize};

use crate::verdict::Verdict;

/// A test in the report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Case {
    /// The design and the simulator.
    pub(crate) suite: String,
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) line: u32,
    /// None: passed.
    pub(crate) failure: Option<String>,
    pub(crate) skipped: Option<String>,
    /// In seconds.
    pub(crate) wall: f64,
    pub(crate) properties: Vec<(String, String)>,
    pub(crate) log: String,
    pub(crate) attachments: Vec<PathBuf>,
}

impl Case {
    pub(crate) fn set_verdict(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Passed => {}
            Verdict::Skipped(reason) => self.skipped = Some(reason.clone()),
            Verdict::Failed(text) => self.failure = Some(text.clone()),
        }
    }
}

/// The report of the run.
#[derive(Debug)]
pub(crate) struct Junit {
    path: PathBuf,
    name: String,
    /// The lines of all processes of this run, where there are several.
    gathered: Option<PathBuf>,
    cases: Mutex<Vec<Case>>,
}

impl Junit {
    /// The report at `path`, relative to the folder of the crate; `gathered` is the file of lines
    /// that processes of one run share.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub(crate) fn create(
        path: PathBuf,
        name: &str,
        gathered: Option<PathBuf>,
    ) -> Result<Junit, String> {
        let junit = Junit {
            path,
            name: name.to_owned(),
            gathered,
            cases: Mutex::default(),
        };
        if junit.gathered.is_none() {
            junit.write(&[]).map_err(|error| junit.unwritten(&error))?;
        }
        Ok(junit)
    }

    /// Whether several processes write it, one for each test.
    pub(crate) fn is_gathered(&self) -> bool {
        self.gathered.is_some()
    }

    fn unwritten(&self, error: &io::Error) -> String {
        format!(
            "cannot write `{}` (VERIFORK_JUNIT): {error}",
            self.path.display()
        )
    }

    /// Adds a test that has ended.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(crate) fn add(&self, case: Case) -> Result<(), String> {
        let mut cases = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        let written = match &self.gathered {
            None => {
                cases.push(case);
                self.write(&cases)
            }
            Some(path) => self.gather(path, &case),
        };
        written.map_err(|error| self.unwritten(&error))
    }

    fn gather(&self, path: &Path, case: &Case) -> io::Result<()> {
        let folder = path.parent().unwrap_or(path);
        fs::create_dir_all(folder)?;
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        // Held until the XML is written too: the last one to write has seen all lines.
        file.lock()?;
        file.write_all(format!("{}\n", serde_json::to_string(case)?).as_bytes())?;
        let mut cases: Vec<Case> = Vec::new();
        for line in fs::read_to_string(path)?.lines() {
            let case: Case = serde_json::from_str(line)?;
            // A retry takes the place of the one before.
            cases.retain(|other| (&other.suite, &other.name) != (&case.suite, &case.name));
            cases.push(case);
        }
        self.write(&cases)
    }

    fn write(&self, cases: &[Case]) -> io::Result<()> {
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder)?;
        let text = self.report(cases).to_string().map_err(io::Error::other)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        readable(file.as_file())?;
        file.persist(&self.path)?;
        Ok(())
    }

    fn report(&self, cases: &[Case]) -> Report {
        let mut report = Report::new(legal(&self.name));
        let mut names: Vec<&str> = cases.iter().map(|case| case.suite.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let mut suite = TestSuite::new(legal(name));
            for case in cases.iter().filter(|case| case.suite == name) {
                suite.add_test_case(test_case(case));
            }
            suite.set_time(suite.test_cases.iter().filter_map(|case| case.time).sum());
            report.add_test_suite(suite);
        }
        report.set_time(cases.iter().map(|case| seconds(case.wall)).sum());
        report
    }
}

fn test_case(case: &Case) -> TestCase {
    let status = match (&case.failure, &case.skipped) {
        (Some(text), _) => {
            let mut lines = text.lines();
            let first = lines.next().unwrap_or_default();
            // The heading of an error says where; the line after it says what.
            let message = match lines.next() {
                Some(second) if first.ends_with(':') => second.trim(),
                _ => first,
            };
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status
                .set_message(legal(message))
                .set_description(legal(text));
            status
        }
        (None, Some(reason)) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(legal(reason));
            status
        }
        (None, None) => TestCaseStatus::success(),
    };
    let mut test = TestCase::new(legal(&case.name), status);
    test.set_classname(legal(&case.suite))
        .set_time(seconds(case.wall));
    test.extra.insert("file".into(), legal(&case.file).into());
    test.extra
        .insert("line".into(), case.line.to_string().into());
    for (name, value) in &case.properties {
        test.add_property(Property::new(legal(name), legal(value)));
    }
    let mut out = case.log.clone();
    for path in &case.attachments {
        // What GitLab and Jenkins show as attached files; GitLab wants paths from the checkout.
        let checkout = std::env::var_os("CI_PROJECT_DIR");
        let path = checkout
            .and_then(|folder| path.strip_prefix(folder).ok())
            .unwrap_or(path);
        // Writing to a string cannot fail.
        let _ = write!(out, "\n[[ATTACHMENT|{}]]", path.display());
    }
    if !out.trim().is_empty() {
        test.set_system_out(legal(&out));
    }
    test
}

fn seconds(wall: f64) -> Duration {
    Duration::try_from_secs_f64(wall).unwrap_or_default()
}

/// Temporary files are their owner's alone, and a report is read by others.
fn readable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

/// The text without codes of colour, and with what XML cannot hold made visible.
fn legal(text: &str) -> String {
    let mut legal = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\x1b' if characters.peek() == Some(&'[') => {
                characters.next();
                characters.by_ref().find(|it| ('@'..='~').contains(it));
            }
            '\n' | '\t' => legal.push(character),
            '\r' => {}
            '\u{FFFE}' | '\u{FFFF}' => legal.extend(character.escape_unicode()),
            other if other.is_control() => legal.extend(other.escape_unicode()),
            other => legal.push(other),
        }
    }
    legal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(suite: &str, name: &str, failure: Option<&str>) -> Case {
        Case {
            suite: suite.to_owned(),
            name: name.to_owned(),
            file: "src/lib.rs".to_owned(),
            line: 7,
            failure: failure.map(str::to_owned),
            skipped: None,
            wall: 0.25,
            properties: vec![("seed".to_owned(), "7".to_owned())],
            log: String::new(),
            attachments: vec!["/a/waves.fst".into()],
        }
    }

    #[test]
    fn suites_are_designs_and_a_failure_keeps_its_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reports/junit.xml");
        let junit = Junit::create(path.clone(), "counter_tb", None).unwrap();
        junit.add(case("counter::icarus", "counts", None)).unwrap();
        let failure = "1. task counts, at src/lib.rs:7:\n   7 is not <8>\x1b[0m\0";
        junit
            .add(case("counter::ghdl", "counts", Some(failure)))
            .unwrap();
        let text = fs::read_to_string(path).unwrap();
        assert!(text.contains("classname=\"counter::icarus\""), "{text}");
        assert!(
            text.contains("message=\"7 is not &lt;8&gt;\\u{0}\""),
            "{text}"
        );
        assert!(text.contains("[[ATTACHMENT|/a/waves.fst]]"), "{text}");
        assert!(
            text.contains("tests=\"2\" skipped=\"0\" failures=\"1\""),
            "{text}"
        );
    }

    #[test]
    fn processes_of_one_run_gather_and_a_retry_replaces() {
        let folder = tempfile::tempdir().unwrap();
        let (path, lines) = (
            folder.path().join("junit.xml"),
            folder.path().join("run.jsonl"),
        );
        for (name, failure) in [("a", Some("broken")), ("b", None), ("a", None)] {
            let junit = Junit::create(path.clone(), "tb", Some(lines.clone())).unwrap();
            junit.add(case("counter::icarus", name, failure)).unwrap();
        }
        let text = fs::read_to_string(path).unwrap();
        assert!(
            text.contains("tests=\"2\" skipped=\"0\" failures=\"0\""),
            "{text}"
        );
    }

    #[test]
    fn a_report_that_cannot_be_written_is_an_error() {
        let error = Junit::create("/proc/none/junit.xml".into(), "tb", None).unwrap_err();
        assert!(error.contains("VERIFORK_JUNIT"), "{error}");
    }
}
