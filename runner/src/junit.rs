//! `JUnit` XML of the whole run, over all designs and simulators.
//!
//! From the start, the file has every selected test and the run itself, each as an error until it has a result. The
//! harnesses of one `cargo test` may all write to one path: each adds to the report of those before it. Under nextest
//! each test is a process of its own: each adds its own test, at first as one that has not finished.

use std::collections::{BTreeMap, HashMap};
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use verifork_protocol::files::file_name;
use verifork_protocol::junit::{
    self, Earlier, JunitError, JunitFile, Outcome, RUN, Report, Suite, report_of_problem,
    suite_of_run, write_report_after,
};

use crate::unix_time::now;
use crate::verdict::Verdict;

const NOT_RUN: &str = "not run: the harness ended before this test";
const NOT_FINISHED: &str = "not finished: the harness ended during this test";
const NOT_LEFT: &str = "the harness did not finish: it crashed or was killed";

/// A test in the report.
#[derive(Clone, Debug)]
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

#[derive(Clone, Debug, PartialEq, Eq)]
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
            Verdict::Failed(failure) => Result::Failed(failure.text.clone()),
        }
    }
}

/// The report of the run.
#[derive(Debug)]
pub(crate) struct Junit {
    path: PathBuf,
    form: ReportKind,
}

#[derive(Debug)]
enum ReportKind {
    /// This process runs every test.
    Whole(Box<Mutex<Whole>>),
    /// Each test is a process: the index of what they have entered, and the number of the run.
    Shared { index: PathBuf, run: String },
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

/// Why a test is not in the report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReportError {
    #[error(transparent)]
    Unwritable(#[from] JunitError),
    #[error("`{0}` is not in the report")]
    NotPlanned(String),
}

impl Junit {
    /// The report of these tests at `path`. What is to be known of it for others is in `notes`.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub(crate) fn create(
        path: PathBuf,
        notes: &Path,
        name: &str,
        planned: &[Case],
    ) -> std::result::Result<Junit, JunitError> {
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
        let earlier = earlier(&path, notes, run_of_cargo().as_deref());
        let file = JunitFile::create_after(&path, earlier, &report)?;
        let whole = Whole {
            file: Some(file),
            places,
            run,
        };
        Ok(Junit {
            path,
            form: ReportKind::Whole(Box::new(Mutex::new(whole))),
        })
    }

    /// The report at `path` of processes that each run one test of this run.
    pub(crate) fn shared(path: PathBuf, notes: &Path, run: String) -> Junit {
        let index = notes.join(file_name(&path.to_string_lossy()));
        Junit {
            path,
            form: ReportKind::Shared { index, run },
        }
    }

    /// Enters a test that begins now.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(crate) fn begin(&self, mut case: Case) -> std::result::Result<(), ReportError> {
        case.result = Result::NotFinished;
        self.add(&case)
    }

    /// Enters a test that has ended.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(crate) fn add(&self, case: &Case) -> std::result::Result<(), ReportError> {
        match &self.form {
            ReportKind::Whole(whole) => {
                let mut whole = lock(whole);
                let key = (case.suite.clone(), case.name.clone());
                let place = whole.places.get(&key).copied();
                match (place, &mut whole.file) {
                    (Some((suite, number)), Some(file)) => {
                        Ok(file.record(suite, number, &test_case(case))?)
                    }
                    _ => Err(ReportError::NotPlanned(case.name.clone())),
                }
            }
            ReportKind::Shared { index, run } => {
                let case = (&*case.suite, &test_case(case));
                Ok(junit::enter(&self.path, index, run, case.0, case.1)?)
            }
        }
    }

    /// Completes the report. The run itself has failed if there is a problem that does not belong to a test.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(crate) fn finish(&self, problem: Option<&str>) -> std::result::Result<(), JunitError> {
        let ReportKind::Whole(whole) = &self.form else {
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
        file.record(run, 0, &case).and_then(|()| file.finish())
    }
}

/// Writes a report that only says why there was no test, in place of the report of an earlier run.
///
/// # Errors
///
/// It cannot be written.
pub(crate) fn write_problem(
    path: &Path,
    notes: &Path,
    text: &str,
) -> std::result::Result<(), JunitError> {
    let earlier = earlier(path, notes, run_of_cargo().as_deref());
    write_report_after(path, earlier, &report_of_problem("verifork", text))
}

/// The part of the report that other harnesses of this run have written. From now on the report belongs to this run.
fn earlier(path: &Path, notes: &Path, run: Option<&str>) -> Earlier {
    let note = notes.join(file_name(&path.to_string_lossy()) + ".run");
    let Some(run) = run else {
        // It may never have been there.
        let _ = fs::remove_file(note);
        return Earlier::default();
    };
    let is_known = fs::read_to_string(&note).is_ok_and(|known| known == run);
    let read = is_known.then(|| Earlier::read(path)).flatten();
    // Without the note the next harness takes the place of this one's report, as if run by hand.
    let _ = fs::create_dir_all(notes).and_then(|()| fs::write(note, run));
    read.unwrap_or_default()
}

/// Identifies the present run. It is shared by all harnesses of one `cargo test`, all processes of one nextest run,
/// and all seeds of one `cargo verifork close`.
pub(crate) fn name_of_run() -> String {
    let nextest = env::var("NEXTEST_RUN_ID").ok().or_else(run_of_cargo);
    nextest.unwrap_or_else(|| format!("harness {} {}", std::process::id(), now()))
}

/// The `cargo`, or `cargo verifork`, that has started this process, and others of the run with it.
fn run_of_cargo() -> Option<String> {
    let parent = rustix::process::getppid()?.as_raw_nonzero();
    run_of(
        parent.into(),
        &fs::read_to_string(format!("/proc/{parent}/stat")).ok()?,
    )
}

/// The run of a process with this number and these data of the kernel's, if it is one that starts harnesses.
fn run_of(process: i32, stat: &str) -> Option<String> {
    // The name of the program is in parentheses and may itself contain some. The time of its start is the twentieth
    // word after them (proc_pid_stat(5)).
    let (before, after) = stat.rsplit_once(')')?;
    let (_, name) = before.split_once('(')?;
    let start = after.split_whitespace().nth(19)?;
    ["cargo", "cargo-verifork"]
        .contains(&name)
        .then(|| format!("cargo {process} {start}"))
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
        // The form in which GitLab and Jenkins show attached files; GitLab needs paths relative to the checkout.
        let checkout = env::var_os("CI_PROJECT_DIR");
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
    fn what_one_cargo_or_one_close_has_started_is_one_run() {
        let stat = |name: &str| format!("7 ({name}) S 1 {} 99 0", "0 ".repeat(17).trim_end());
        for name in ["cargo", "cargo-verifork"] {
            assert_eq!(run_of(7, &stat(name)).as_deref(), Some("cargo 7 99"));
        }
        for name in ["bash", "cargo-nextest", "a) (cargo"] {
            assert_eq!(run_of(7, &stat(name)), None);
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
        let junit = Junit::create(path.clone(), folder.path(), "counter_tb", &not_run).unwrap();
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
        let junit = Junit::create(path.clone(), folder.path(), "counter_tb", &passed).unwrap();
        junit.finish(Some("nothing could run\nwhy")).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            text.contains("<failure message=\"nothing could run\">"),
            "{text}"
        );
        write_problem(&path, folder.path(), "no such design").unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("tests=\"1\" skipped=\"0\" failures=\"1\""));
    }

    #[test]
    fn a_process_a_test_enters_that_it_has_begun_and_how_it_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("junit.xml");
        let text = || fs::read_to_string(&path).unwrap();
        for (name, result) in [
            ("a", Result::Failed("broken".to_owned())),
            ("b", Result::Passed),
            ("a", Result::Passed),
        ] {
            let junit = Junit::shared(path.clone(), &folder.path().join("notes"), "1".to_owned());
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
    fn only_harnesses_of_the_same_run_add_to_a_report() {
        let folder = tempfile::tempdir().unwrap();
        let (path, notes) = (folder.path().join("j.xml"), folder.path().join("notes"));
        let add = |run: Option<&str>, name: &str| {
            let earlier = earlier(&path, &notes, run);
            write_report_after(&path, earlier, &report_of_problem("tb", name)).unwrap();
            fs::read_to_string(&path).unwrap()
        };
        let both = ["first", "second"].map(|name| add(Some("cargo 1 2"), name));
        assert!(
            both[1].contains("first") && both[1].contains("second"),
            "{both:?}"
        );
        for run in [Some("cargo 1 3"), None] {
            let text = add(run, "third");
            assert!(text.contains("third") && !text.contains("second"), "{text}");
        }
    }

    #[test]
    fn a_report_that_cannot_be_written_is_an_error() {
        let error = Junit::create(
            "/proc/none/junit.xml".into(),
            Path::new("/proc/none"),
            "tb",
            &[],
        )
        .unwrap_err();
        assert!(error.to_string().contains("VERIFORK_JUNIT"), "{error}");
    }
}
