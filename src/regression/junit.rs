//! Results as a `JUnit` XML file, whole at every moment.
//!
//! The file is there from the start of the run and holds every selected test. Tests that have
//! not run stand in it as errors, so that a simulation that ends early is never taken for a
//! passed one. It is replaced by renaming, so a reader sees the old or the new, nothing between.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::durations::nanoseconds;
use super::outcome::{Status, TestResult};
use super::repeat::Invocation;
use super::report::{self, Style};
use super::select::{Candidate, Run, label};
use super::xml_text::legal;

/// The file of one run.
pub(crate) struct JunitFile {
    path: PathBuf,
    report: Report,
    /// What a report of a failure says about repeating it.
    invocation: Invocation,
}

/// The file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the JUnit file `{}` (VERIFORK_JUNIT): {doing}: {source}", path.display())]
pub(crate) struct JunitError {
    path: PathBuf,
    doing: &'static str,
    source: io::Error,
}

const NOT_RUN: &str = "not run: the simulation ended before this test";
const NOT_FINISHED: &str = "not finished: the simulation ended during this test";

impl JunitFile {
    /// Writes the file as it is before the first test, which counts as begun.
    ///
    /// `suite` is the name of the design's top; `properties` tell the run apart from others:
    /// seed, simulator and its version. Folders that are missing are made.
    ///
    /// # Errors
    ///
    /// The path is none of a file, or cannot be written.
    pub(crate) fn create(
        path: &Path,
        suite: &str,
        properties: &[(&str, String)],
        tests: &[(Candidate<'_>, Run)],
        invocation: &Invocation,
    ) -> Result<Self, JunitError> {
        let mut test_suite = TestSuite::new(legal(suite));
        for (name, value) in properties {
            test_suite.add_property(Property::new(*name, legal(value)));
        }
        for (test, run) in tests {
            let mut case = TestCase::new(legal(&label(test.name, run.repetition)), ended(NOT_RUN));
            case.set_classname(legal(suite));
            case.extra.insert("file".into(), legal(test.file).into());
            case.extra
                .insert("line".into(), test.line.to_string().into());
            case.add_property(Property::new("seed", run.seed.to_string()));
            test_suite.add_test_case(case);
        }
        let mut report = Report::new(legal(suite));
        report.add_test_suite(test_suite);
        let mut file = JunitFile {
            path: path.to_owned(),
            report,
            invocation: invocation.clone(),
        };
        file.begin(0);
        file.make_folder()?;
        file.write()?;
        Ok(file)
    }

    /// Enters the result of the test with this index among those given to
    /// [`create`](Self::create), and rewrites the file; the next test counts as begun.
    ///
    /// `log` is the end of the log; empty leaves it out.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(crate) fn record(
        &mut self,
        index: usize,
        result: &TestResult,
        log: &str,
    ) -> Result<(), JunitError> {
        let status = self.status(result);
        if let Some(case) = self.case(index) {
            case.status = status;
            case.set_time(result.wall);
            let simulated = nanoseconds(result.simulated);
            case.add_property(Property::new("simulated_ns", simulated));
            if !log.is_empty() {
                case.set_system_out(legal(log));
            }
        }
        self.begin(index + 1);
        self.write()
    }

    fn case(&mut self, index: usize) -> Option<&mut TestCase> {
        self.report.test_suites[0].test_cases.get_mut(index)
    }

    fn begin(&mut self, index: usize) {
        if let Some(case) = self.case(index) {
            case.status = ended(NOT_FINISHED);
        }
    }

    fn status(&self, result: &TestResult) -> TestCaseStatus {
        match &result.status {
            Status::Passed => TestCaseStatus::success(),
            Status::Skipped(reason) => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(legal(reason));
                status
            }
            Status::Failed(entries) => {
                let first = entries.first().map_or("", |entry| entry.text.trim());
                let first = first.lines().next().unwrap_or_default();
                let message = match entries.len() {
                    0 | 1 => first.to_owned(),
                    2 => format!("{first} (and 1 more error)"),
                    count => format!("{first} (and {} more errors)", count - 1),
                };
                let mut details = String::new();
                // Writing to a string cannot fail.
                let _ = report::failure(&mut details, result, &self.invocation, Style::default());
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status
                    .set_message(legal(&message))
                    .set_description(legal(&details));
                status
            }
        }
    }

    fn count(&mut self) {
        let suite = &mut self.report.test_suites[0];
        let count = |counts: fn(&TestCaseStatus) -> bool| {
            suite
                .test_cases
                .iter()
                .filter(|case| counts(&case.status))
                .count()
        };
        let failures = count(|status| {
            matches!(
                status,
                TestCaseStatus::NonSuccess {
                    kind: NonSuccessKind::Failure,
                    ..
                }
            )
        });
        let errors = count(|status| {
            matches!(
                status,
                TestCaseStatus::NonSuccess {
                    kind: NonSuccessKind::Error,
                    ..
                }
            )
        });
        let skipped = count(|status| matches!(status, TestCaseStatus::Skipped { .. }));
        let time = suite.test_cases.iter().filter_map(|case| case.time).sum();
        (suite.failures, suite.errors, suite.skipped) = (failures, errors, skipped);
        suite.set_time(time);
        let report = &mut self.report;
        (report.failures, report.errors, report.skipped) = (failures, errors, skipped);
        report.set_time(time);
    }

    fn make_folder(&self) -> Result<(), JunitError> {
        fs::create_dir_all(self.folder())
            .map_err(|source| self.error("the folder cannot be made", source))
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    fn write(&mut self) -> Result<(), JunitError> {
        self.count();
        let mut text = Vec::new();
        self.report
            .serialize(&mut text)
            .map_err(|error| self.error("it cannot be made", io::Error::other(error)))?;
        let Some(name) = self.path.file_name() else {
            let source = io::Error::from(io::ErrorKind::InvalidInput);
            return Err(self.error("this is no path of a file", source));
        };
        // In the same folder, because a rename cannot cross file systems; with the process's
        // number, because several may have been given one path.
        let mut temporary = std::ffi::OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{}.tmp", std::process::id()));
        let temporary = self.folder().join(temporary);
        let written = write_durably(&temporary, &text)
            .map_err(|source| self.error("a temporary file beside it cannot be written", source))
            .and_then(|()| {
                fs::rename(&temporary, &self.path)
                    .map_err(|source| self.error("it cannot be replaced", source))
            });
        if written.is_err() {
            // It may not be there; the first error is the one to report.
            let _ = fs::remove_file(&temporary);
        }
        written?;
        // Makes the rename last through a loss of power. Some file systems cannot, and the
        // file is whole without it.
        let _ = File::open(self.folder()).and_then(|folder| folder.sync_all());
        Ok(())
    }

    fn error(&self, doing: &'static str, source: io::Error) -> JunitError {
        JunitError {
            path: self.path.clone(),
            doing,
            source,
        }
    }
}

fn write_durably(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text)?;
    file.sync_all()
}

/// The status of a test that has not come to its end.
fn ended(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(message);
    status
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::regression::outcome::FailureEntry;
    use crate::regression::seed::Seed;
    use crate::time::TimeUnits;

    const NAMES: [&str; 3] = ["counts", "wraps", "resets"];

    fn tests() -> Vec<(Candidate<'static>, Run)> {
        let test = |index: usize| {
            let run = Run {
                index,
                repetition: None,
                seed: Seed::new(7),
            };
            (
                Candidate {
                    name: NAMES[index],
                    file: "src/lib.rs",
                    line: 9,
                },
                run,
            )
        };
        (0..3).map(test).collect()
    }

    fn invocation() -> Invocation {
        Invocation {
            variables: Vec::new(),
            arguments: vec!["vvp".to_owned()],
        }
    }

    fn create(path: &Path) -> Result<JunitFile, JunitError> {
        let properties = [("simulator", "Icarus Verilog <11>".to_owned())];
        JunitFile::create(path, "counter", &properties, &tests(), &invocation())
    }

    fn result(index: usize, status: Status) -> TestResult {
        TestResult {
            name: NAMES[index].to_owned(),
            repetition: None,
            file: "src/lib.rs",
            line: 9,
            status,
            simulated: 1500.ps(),
            wall: Duration::from_millis(250),
            seed: 7,
        }
    }

    fn read(path: &Path) -> Report {
        Report::deserialize_from_str(&fs::read_to_string(path).unwrap()).unwrap()
    }

    fn messages(report: &Report) -> Vec<Option<String>> {
        let cases = report.test_suites[0].test_cases.iter();
        cases
            .map(|case| match &case.status {
                TestCaseStatus::NonSuccess { message, .. }
                | TestCaseStatus::Skipped { message, .. } => {
                    message.as_ref().map(|it| it.as_str().to_owned())
                }
                TestCaseStatus::Success { .. } => None,
            })
            .collect()
    }

    #[test]
    fn before_the_first_test_ends_every_test_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/results.xml");
        create(&path).unwrap();
        let report = read(&path);
        assert_eq!((report.tests, report.errors, report.failures), (3, 3, 0));
        let not_run = Some(NOT_RUN.to_owned());
        assert_eq!(
            messages(&report),
            [Some(NOT_FINISHED.to_owned()), not_run.clone(), not_run]
        );
    }

    #[test]
    fn each_result_takes_its_place_and_the_next_test_counts_as_begun() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.xml");
        let mut file = create(&path).unwrap();
        file.record(0, &result(0, Status::Passed), "").unwrap();
        let report = read(&path);
        assert_eq!((report.errors, report.failures, report.skipped), (2, 0, 0));
        assert_eq!(
            messages(&report)[..2],
            [None, Some(NOT_FINISHED.to_owned())]
        );

        let errors = ["count is 7\nnot 8", "gave up"].map(FailureEntry::of_test);
        file.record(1, &result(1, Status::Failed(errors.into())), "a line\n")
            .unwrap();
        file.record(2, &result(2, Status::Skipped("no model".to_owned())), "")
            .unwrap();
        let report = read(&path);
        assert_eq!((report.tests, report.errors), (3, 0));
        assert_eq!((report.failures, report.skipped), (1, 1));
        let failed = Some("count is 7 (and 1 more error)".to_owned());
        assert_eq!(
            messages(&report),
            [None, failed, Some("no model".to_owned())]
        );
        assert_eq!(report.time, Some(Duration::from_millis(750)));

        let text = fs::read_to_string(&path).unwrap();
        for part in [
            "     not 8",
            "a line",
            "VERIFORK_SEED=7",
            r#"<property name="simulated_ns" value="1.50"/>"#,
            r#"value="Icarus Verilog &lt;11&gt;""#,
            r#"file="src/lib.rs" line="9""#,
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }

    #[test]
    fn nothing_but_the_file_is_left_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        create(&folder.path().join("results.xml")).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn characters_that_xml_cannot_hold_become_visible() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.xml");
        let mut file = create(&path).unwrap();
        let status = Status::Failed(vec![FailureEntry::of_test("a \0 <b> & \"c\" ]]>")]);
        file.record(0, &result(0, status), "\x1b \x0c").unwrap();
        assert_eq!(
            messages(&read(&path))[0].as_deref(),
            Some("a \\u{0} <b> & \"c\" ]]>")
        );
    }

    #[test]
    fn a_path_that_cannot_be_written_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("file");
        fs::write(&blocked, "").unwrap();
        let error = |path: &Path| create(path).err().unwrap().to_string();
        let text = error(&blocked.join("results.xml"));
        assert!(
            text.contains("file/results.xml` (VERIFORK_JUNIT): the folder cannot be"),
            "{text}"
        );
        // A folder of that name: the temporary file goes, too.
        let taken = folder.path().join("taken");
        fs::create_dir(&taken).unwrap();
        assert!(error(&taken).contains("it cannot be replaced"));
        assert!(error(Path::new("/..")).contains("this is no path of a file"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
