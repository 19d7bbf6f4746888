//! `JUnit` XML of the whole run, over all designs and simulators.
//!
//! Every test that is asked for stands in the file from the start, as an error until it has a
//! result, and so does the run itself. Under nextest each test is a process of its own, which knows
//! of no other: they gather in a file of lines that carries nextest's number of the run, and
//! each rewrites the XML from all of them, once as a test that has not finished.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use verifork_protocol::junit::{
    self, JunitFile, Outcome, RUN, Report, Suite, report_of_problem, suite_of_run, write_report,
};

use crate::verdict::Verdict;

const NOT_RUN: &str = "not run: the harness ended before this test";
const NOT_FINISHED: &str = "not finished: the harness ended during this test";
const NOT_LEFT: &str = "the harness has not come to its end: it crashed, or was killed";

/// A test in the report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Case {
    /// The design and the simulator.
    pub(crate) suite: String,
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) result: Result,
    /// In seconds.
    pub(crate) wall: f64,
    pub(crate) properties: Vec<(String, String)>,
    pub(crate) log: String,
    pub(crate) attachments: Vec<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Result {
    NotRun,
    NotFinished,
    Passed,
    Skipped(String),
    Failed(String),
}

impl From<&Verdict> for Result {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Passed => Result::Passed,
            Verdict::Skipped(reason) => Result::Skipped(reason.clone()),
            Verdict::Failed(text) => Result::Failed(text.clone()),
        }
    }
}

/// The report of the run.
#[derive(Debug)]
pub(crate) struct Junit {
    path: PathBuf,
    name: String,
    form: Form,
}

#[derive(Debug)]
enum Form {
    /// This process runs every test.
    Whole(Box<Mutex<Whole>>),
    /// The lines of all processes of this run.
    Gathered(PathBuf),
}

#[derive(Debug)]
struct Whole {
    /// None at the end.
    file: Option<JunitFile>,
    /// The numbers of suite and test, by their names.
    places: HashMap<(String, String), (usize, usize)>,
    /// The number of the run's own suite.
    run: usize,
}

impl Junit {
    /// The report of these tests at `path`.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub(crate) fn create(
        path: PathBuf,
        name: &str,
        planned: &[Case],
    ) -> std::result::Result<Junit, String> {
        let mut report = report(name, planned);
        let mut places = HashMap::new();
        for (number, suite) in report.suites.iter().enumerate() {
            for (at, case) in suite.cases.iter().enumerate() {
                places.insert((suite.name.clone(), case.name.clone()), (number, at));
            }
        }
        let run = report.suites.len();
        let not_left = Outcome::Error(NOT_LEFT.to_owned());
        report.suites.push(suite_of_run(not_left));
        let file = JunitFile::create(&path, &report).map_err(|error| error.to_string())?;
        let whole = Whole {
            file: Some(file),
            places,
            run,
        };
        Ok(Junit {
            path,
            name: name.to_owned(),
            form: Form::Whole(Box::new(Mutex::new(whole))),
        })
    }

    /// The report at `path` of processes that share a file of lines.
    pub(crate) fn gathered(path: PathBuf, name: &str, lines: PathBuf) -> Junit {
        Junit {
            path,
            name: name.to_owned(),
            form: Form::Gathered(lines),
        }
    }

    /// Enters a test that begins now.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(crate) fn begin(&self, mut case: Case) -> std::result::Result<(), String> {
        case.result = Result::NotFinished;
        self.add(&case)
    }

    /// Enters a test that has ended.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(crate) fn add(&self, case: &Case) -> std::result::Result<(), String> {
        match &self.form {
            Form::Whole(whole) => {
                let mut whole = lock(whole);
                let key = (case.suite.clone(), case.name.clone());
                let place = whole.places.get(&key).copied();
                match (place, &mut whole.file) {
                    (Some((suite, number)), Some(file)) => file
                        .record(suite, number, &test_case(case))
                        .map_err(|error| error.to_string()),
                    _ => Err(format!("`{}` is not in the report", case.name)),
                }
            }
            Form::Gathered(lines) => self.gather(lines, case).map_err(|error| {
                let path = self.path.display();
                format!("cannot write `{path}` (VERIFORK_JUNIT): {error}")
            }),
        }
    }

    /// Completes the report; the run itself has failed if there is a problem that is none of a test.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(crate) fn finish(&self, problem: Option<&str>) -> std::result::Result<(), String> {
        let Form::Whole(whole) = &self.form else {
            return Ok(());
        };
        let mut whole = lock(whole);
        let run = whole.run;
        let Some(mut file) = whole.file.take() else {
            return Ok(());
        };
        let case = junit::Case {
            outcome: problem.map_or(Outcome::Passed, Outcome::failed),
            ..junit::Case::without_result(RUN, "")
        };
        let written = file.record(run, 0, &case).and_then(|()| file.finish());
        written.map_err(|error| error.to_string())
    }

    fn gather(&self, path: &Path, case: &Case) -> io::Result<()> {
        let folder = path.parent().unwrap_or(path);
        fs::create_dir_all(folder)?;
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        // Held until the XML is written too: the last one to write has seen all lines.
        file.lock()?;
        file.write_all(format!("{}\n", serde_json::to_string(case)?).as_bytes())?;
        // A retry takes the place of the one before.
        let mut places: HashMap<(String, String), usize> = HashMap::new();
        let mut cases: Vec<Case> = Vec::new();
        for line in fs::read_to_string(path)?.lines() {
            let case: Case = serde_json::from_str(line)?;
            let key = (case.suite.clone(), case.name.clone());
            match places.get(&key) {
                Some(&place) => cases[place] = case,
                None => {
                    places.insert(key, cases.len());
                    cases.push(case);
                }
            }
        }
        write_report(&self.path, &report(&self.name, &cases)).map_err(io::Error::other)
    }
}

/// Writes a report that tells only why there was no test, in place of whatever an earlier run has left.
///
/// # Errors
///
/// It cannot be written.
pub(crate) fn write_problem(path: &Path, text: &str) -> std::result::Result<(), String> {
    let written = write_report(path, &report_of_problem("verifork", text));
    written.map_err(|error| error.to_string())
}

fn lock(whole: &Mutex<Whole>) -> MutexGuard<'_, Whole> {
    whole.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The tests in suites by their names.
fn report(name: &str, cases: &[Case]) -> Report {
    let mut suites: BTreeMap<&str, Vec<junit::Case>> = BTreeMap::new();
    for case in cases {
        suites.entry(&case.suite).or_default().push(test_case(case));
    }
    let suite = |(name, cases): (&str, Vec<junit::Case>)| Suite {
        name: name.to_owned(),
        properties: Vec::new(),
        cases,
    };
    Report {
        name: name.to_owned(),
        suites: suites.into_iter().map(suite).collect(),
    }
}

fn test_case(case: &Case) -> junit::Case {
    let outcome = match &case.result {
        Result::Failed(text) => {
            let mut lines = text.lines();
            let first = lines.next().unwrap_or_default();
            // The heading of an error says where; the line after it says what.
            let message = match lines.next() {
                Some(second) if first.ends_with(':') => second.trim(),
                _ => first,
            };
            Outcome::Failed {
                message: message.to_owned(),
                text: text.clone(),
            }
        }
        Result::Skipped(reason) => Outcome::Skipped(reason.clone()),
        Result::Passed => Outcome::Passed,
        Result::NotRun => Outcome::Error(NOT_RUN.to_owned()),
        Result::NotFinished => Outcome::Error(NOT_FINISHED.to_owned()),
    };
    let mut output = case.log.clone();
    for path in &case.attachments {
        // What GitLab and Jenkins show as attached files; GitLab wants paths from the checkout.
        let checkout = std::env::var_os("CI_PROJECT_DIR");
        let path = checkout
            .and_then(|folder| path.strip_prefix(folder).ok())
            .unwrap_or(path);
        // Writing to a string cannot fail.
        let _ = write!(output, "\n[[ATTACHMENT|{}]]", path.display());
    }
    junit::Case {
        name: case.name.clone(),
        place: Some((case.file.clone(), case.line)),
        outcome,
        time: Duration::try_from_secs_f64(case.wall).unwrap_or_default(),
        properties: case.properties.clone(),
        output,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(suite: &str, name: &str, result: Result) -> Case {
        Case {
            suite: suite.to_owned(),
            name: name.to_owned(),
            file: "src/lib.rs".to_owned(),
            line: 7,
            result,
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
        let text = || fs::read_to_string(&path).unwrap();
        let not_run = [
            case("counter::icarus", "counts", Result::NotRun),
            case("counter::ghdl", "counts", Result::NotRun),
        ];
        let junit = Junit::create(path.clone(), "counter_tb", &not_run).unwrap();
        assert!(text().contains("tests=\"3\" skipped=\"0\" failures=\"0\" errors=\"3\""));
        junit.begin(not_run[0].clone()).unwrap();
        assert!(text().contains(NOT_FINISHED));
        junit
            .add(&case("counter::icarus", "counts", Result::Passed))
            .unwrap();
        let failure = "1. task counts, at src/lib.rs:7:\n   7 is not <8>\x1b[0m\0";
        junit
            .add(&case(
                "counter::ghdl",
                "counts",
                Result::Failed(failure.to_owned()),
            ))
            .unwrap();
        assert!(text().contains(NOT_LEFT), "{}", text());
        junit.finish(None).unwrap();
        let text = text();
        assert!(text.contains("classname=\"counter::icarus\""), "{text}");
        assert!(
            text.contains("message=\"7 is not &lt;8&gt;\\u{0}\""),
            "{text}"
        );
        assert!(text.contains("[[ATTACHMENT|/a/waves.fst]]"), "{text}");
        assert!(
            text.contains("tests=\"3\" skipped=\"0\" failures=\"1\" errors=\"0\""),
            "{text}"
        );
    }

    #[test]
    fn the_run_fails_for_what_no_test_tells() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("junit.xml");
        let passed = [case("counter::icarus", "counts", Result::Passed)];
        let junit = Junit::create(path.clone(), "counter_tb", &passed).unwrap();
        junit.finish(Some("nothing could run\nwhy")).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            text.contains("<failure message=\"nothing could run\">"),
            "{text}"
        );
        write_problem(&path, "no such design").unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("tests=\"1\" skipped=\"0\" failures=\"1\""));
    }

    #[test]
    fn processes_of_one_run_gather_and_a_retry_replaces() {
        let folder = tempfile::tempdir().unwrap();
        let (path, lines) = (
            folder.path().join("junit.xml"),
            folder.path().join("run.jsonl"),
        );
        let failed = || Result::Failed("broken".to_owned());
        let text = || fs::read_to_string(&path).unwrap();
        for (name, result) in [
            ("a", failed()),
            ("b", Result::Passed),
            ("a", Result::Passed),
        ] {
            let junit = Junit::gathered(path.clone(), "tb", lines.clone());
            junit
                .begin(case("counter::icarus", name, Result::NotRun))
                .unwrap();
            assert!(text().contains("errors=\"1\""), "{}", text());
            junit.add(&case("counter::icarus", name, result)).unwrap();
            junit.finish(None).unwrap();
        }
        assert!(
            text().contains("tests=\"2\" skipped=\"0\" failures=\"0\" errors=\"0\""),
            "{}",
            text()
        );
    }

    #[test]
    fn a_report_that_cannot_be_written_is_an_error() {
        let error = Junit::create("/proc/none/junit.xml".into(), "tb", &[]).unwrap_err();
        assert!(error.contains("VERIFORK_JUNIT"), "{error}");
    }
}
