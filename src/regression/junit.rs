//! Results as a `JUnit` XML file, from the start of the run to the end of its process.
//!
//! The file holds every selected test from the start, each as an error until it has a result, and
//! the run itself as one more test: an error until the process leaves, whose status it then has. So a
//! simulation that ends early, in whatever way, is never taken for a passed one, nor is a
//! failure after the last test lost.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use verifork_protocol::junit::{
    Case, JunitError, JunitFile, Outcome, RUN, RUN_SUITE, Report, Suite, covers, report_of_problem,
    suite_of_run, write_report,
};

use verifork_protocol::results::{Ended, Status, label};
use verifork_protocol::variables::Variable;

use super::exit;
use super::select::{Candidate, Run};

const NOT_RUN: &str = "not run: the simulation ended before this test";
const NOT_FINISHED: &str = "not finished: the simulation ended during this test";

const NOT_LEFT: &str =
    "the process did not finish: it crashed, was killed, or exited without a report";

/// Numbers of the suites in the file.
const TESTS: usize = 0;
const PROCESS: usize = 1;

/// The report of a run.
pub(crate) struct Junit {
    file: JunitFile,
    /// The tests as they were planned.
    planned: Vec<Case>,
    /// How many have passed or were skipped.
    good: usize,
    /// What went wrong with the run itself.
    problem: Option<String>,
    /// A copy of the process leaves the file alone.
    process: u32,
}

/// Not a thread's own: what belongs to the thread is gone when the process leaves.
static OPEN: Mutex<Option<Junit>> = Mutex::new(None);

fn open() -> MutexGuard<'static, Option<Junit>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes this the report of the process: it is completed when the process exits.
pub(crate) fn keep(junit: Junit) {
    *open() = Some(junit);
    exit::before_leaving(close);
}

/// Writes the result of the test with this index, if there is a report. The next test counts as begun. `told` is the
/// full text of a failure.
///
/// # Errors
///
/// The file cannot be written.
pub(crate) fn record(
    index: usize,
    ended: &Ended,
    details: impl FnOnce() -> String,
) -> Result<(), JunitError> {
    let mut open = open();
    let junit = open.as_mut();
    junit.map_or(Ok(()), |junit| junit.record(index, ended, &details()))
}

/// Writes what is wrong with the run itself. If there is no report yet, one with only that replaces the report of an
/// earlier run.
///
/// # Errors
///
/// The file cannot be written.
pub(crate) fn problem(text: &str) -> Result<(), JunitError> {
    if let Some(junit) = &mut *open() {
        junit.problem.get_or_insert_with(|| text.to_owned());
        return Ok(());
    }
    // Not from the settings, which may be what is wrong.
    match Variable::Junit.value() {
        Some(path) => write_problem(&PathBuf::from(path), text),
        None => Ok(()),
    }
}

fn write_problem(path: &Path, text: &str) -> Result<(), JunitError> {
    write_report(path, &report_of_problem(RUN_SUITE, text))
}

/// Completes the report, as the last thing that the process does.
fn close(status: i32, why: Option<&str>) -> Result<(), String> {
    let taken = match OPEN.try_lock() {
        Ok(mut open) => open.take(),
        Err(TryLockError::Poisoned(open)) => open.into_inner().take(),
        // Somebody leaves in the middle of a write: the file stays as it is, and says so.
        Err(TryLockError::WouldBlock) => None,
    };
    match taken {
        Some(junit) if junit.process == std::process::id() => {
            junit.close(status, why).map_err(|error| error.to_string())
        }
        _ => Ok(()),
    }
}

impl Junit {
    /// Writes the file as it is before the first test, which counts as begun.
    ///
    /// `suite` is the name of the design's top; `properties` identify the run: seed, simulator and its version.
    /// Missing folders are created.
    ///
    /// # Errors
    ///
    /// The path is not that of a file, or cannot be written.
    pub(crate) fn create(
        path: &Path,
        suite: &str,
        properties: &[(&str, String)],
        tests: &[(Candidate<'_>, Run)],
    ) -> Result<Self, JunitError> {
        let case = |(number, (test, run)): (usize, &(Candidate<'_>, Run))| {
            let message = if number == 0 { NOT_FINISHED } else { NOT_RUN };
            let covers = test.covers.iter().map(|it| covers(it));
            let properties = [("seed".to_owned(), run.seed.to_string())];
            let properties = properties.into_iter().chain(covers).collect();
            Case {
                place: Some((test.file.to_owned(), test.line)),
                properties,
                ..Case::without_result(label(test.name, run.repetition), message)
            }
        };
        let planned: Vec<Case> = tests.iter().enumerate().map(case).collect();
        let of_run = |(name, value): &(&str, String)| ((*name).to_owned(), value.clone());
        let report = Report {
            name: suite.to_owned(),
            suites: vec![
                Suite {
                    name: suite.to_owned(),
                    properties: properties.iter().map(of_run).collect(),
                    cases: planned.clone(),
                },
                suite_of_run(Outcome::Error(NOT_LEFT.to_owned())),
            ],
        };
        Ok(Junit {
            file: JunitFile::create(path, &report)?,
            planned,
            good: 0,
            problem: None,
            process: std::process::id(),
        })
    }

    /// As [`record`].
    fn record(&mut self, index: usize, ended: &Ended, details: &str) -> Result<(), JunitError> {
        let Some(planned) = self.planned.get(index) else {
            return Ok(());
        };
        let mut case = Case {
            outcome: outcome(ended, details),
            time: Duration::try_from_secs_f64(ended.wall).unwrap_or_default(),
            output: ended.log.clone(),
            ..planned.clone()
        };
        let simulated = ended.simulated_ns.clone();
        case.properties.push(("simulated_ns".to_owned(), simulated));
        self.good += usize::from(ended.status != Status::Failed);
        self.file.record(TESTS, index, &case)?;
        match self.planned.get(index + 1) {
            Some(next) => {
                let begun = Case {
                    outcome: Outcome::Error(NOT_FINISHED.to_owned()),
                    ..next.clone()
                };
                self.file.record(TESTS, index + 1, &begun)
            }
            None => Ok(()),
        }
    }

    /// Writes the final form. The run fails where the process does, unless a test says why already.
    fn close(mut self, status: i32, why: Option<&str>) -> Result<(), JunitError> {
        let all_good = self.good == self.planned.len();
        let problem = match (why, &self.problem) {
            (Some(why), _) => Some(why),
            (None, Some(problem)) => Some(problem.as_str()),
            (None, None) if status != exit::PASSED && all_good => {
                Some("the process failed, although no test did")
            }
            (None, None) => None,
        };
        let run = Case {
            outcome: problem.map_or(Outcome::Passed, Outcome::failed),
            ..Case::without_result(RUN, "")
        };
        self.file.record(PROCESS, 0, &run)?;
        self.file.finish()
    }
}

/// A failure's message is the first line of the first thing that went wrong.
fn outcome(ended: &Ended, details: &str) -> Outcome {
    match ended.status {
        Status::Passed => Outcome::Passed,
        Status::Skipped => Outcome::Skipped(ended.reason.clone().unwrap_or_default()),
        Status::Failed => {
            let first = ended.failures.first().map_or("", |it| it.text.trim());
            let first = first.lines().next().unwrap_or_default();
            let message = match ended.failures.len() {
                0 | 1 => first.to_owned(),
                2 => format!("{first} (and 1 more error)"),
                count => format!("{first} (and {} more errors)", count - 1),
            };
            Outcome::Failed {
                message,
                text: details.to_owned(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::regression::exit::{FAILED, PASSED};
    use crate::regression::outcome::{FailureEntry, Status, TestResult};
    use crate::regression::results;
    use crate::regression::seed::Seed;
    use crate::time::TimeUnits;

    const DETAILS: &str = "all that there is to say";
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
                    covers: &["REQ-1", "REQ <2>"],
                },
                run,
            )
        };
        (0..3).map(test).collect()
    }

    struct InFile {
        folder: tempfile::TempDir,
        junit: Option<Junit>,
    }

    impl InFile {
        fn new() -> InFile {
            let folder = tempfile::tempdir().unwrap();
            let properties = [("simulator", "Icarus Verilog <11>".to_owned())];
            let path = folder.path().join("results.xml");
            let junit = Junit::create(&path, "counter", &properties, &tests());
            InFile {
                junit: Some(junit.unwrap()),
                folder,
            }
        }

        fn record(&mut self, index: usize, status: Status, log: &str) {
            let result = TestResult {
                name: NAMES[index].to_owned(),
                repetition: None,
                file: "src/lib.rs",
                line: 9,
                covers: &[],
                status,
                since: crate::time::SimDuration::ZERO,
                simulated: 1500.ps(),
                wall: Duration::from_millis(250),
                seed: 7,
            };
            let junit = self.junit.as_mut().unwrap();
            let ended = results::record(&result, Vec::new(), log);
            junit.record(index, &ended, DETAILS).unwrap();
        }

        fn text(&self) -> String {
            fs::read_to_string(self.folder.path().join("results.xml")).unwrap()
        }

        /// The content of the case with this name.
        fn case(&self, name: &str) -> String {
            let text = self.text();
            let mut cases = text.split("<testcase ");
            let start = format!("name=\"{name}\"");
            let case = cases.find(|case| case.starts_with(&start));
            case.unwrap_or_else(|| panic!("no {name} in {text}"))
                .to_owned()
        }

        fn close(&mut self, status: i32, why: Option<&str>) {
            self.junit.take().unwrap().close(status, why).unwrap();
        }
    }

    #[test]
    fn before_the_first_test_ends_every_test_and_the_run_are_errors() {
        let report = InFile::new();
        assert!(
            report
                .text()
                .contains("tests=\"4\" skipped=\"0\" failures=\"0\" errors=\"4\"")
        );
        assert!(report.case("counts").contains(NOT_FINISHED));
        assert!(report.case("wraps").contains(NOT_RUN));
        assert!(report.case("the run").contains(NOT_LEFT));
    }

    #[test]
    fn a_test_has_its_requirements_before_and_after_it_ends() {
        let mut report = InFile::new();
        for _ in 0..2 {
            let counts = report.case("counts");
            for name in ["REQ-1", "REQ &lt;2&gt;"] {
                let property = format!("<property name=\"covers\" value=\"{name}\"/>");
                assert!(counts.contains(&property), "{counts}");
            }
            if report.junit.as_ref().is_some_and(|it| it.good == 0) {
                report.record(0, Status::Passed, "");
            }
        }
    }

    #[test]
    fn each_result_takes_its_place_and_the_next_test_counts_as_begun() {
        let mut report = InFile::new();
        report.record(0, Status::Passed, "");
        assert!(!report.case("counts").contains("<error"));
        assert!(report.case("wraps").contains(NOT_FINISHED));
        let errors = ["count is 7\nnot 8", "gave up"].map(FailureEntry::of_test);
        report.record(1, Status::Failed(errors.into()), "a line\n");
        report.record(2, Status::Skipped("no model".to_owned()), "");
        assert!(report.case("the run").contains(NOT_LEFT));
        report.close(FAILED, None);
        assert!(
            report
                .case("resets")
                .contains("<skipped message=\"no model\"/>")
        );
        // The test that failed is why the process does.
        assert!(!report.case("the run").contains("<failure"));
        let text = report.text();
        assert!(
            text.contains("tests=\"4\" skipped=\"1\" failures=\"1\" errors=\"0\" time=\"0.750\"")
        );
        for part in [
            "message=\"count is 7 (and 1 more error)\"",
            DETAILS,
            "a line",
            r#"<property name="simulated_ns" value="1.50"/>"#,
            r#"value="Icarus Verilog &lt;11&gt;""#,
            r#"file="src/lib.rs" line="9""#,
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }

    #[test]
    fn the_run_fails_where_the_process_does() {
        let all_passed = || {
            let mut report = InFile::new();
            (0..3).for_each(|index| report.record(index, Status::Passed, ""));
            report
        };
        let mut report = all_passed();
        report.close(PASSED, None);
        assert!(report.text().contains("failures=\"0\" errors=\"0\""));
        let mut report = all_passed();
        report.close(1, Some("the simulator ended with status 1"));
        assert!(
            report
                .case("the run")
                .contains("<failure message=\"the simulator ended")
        );
        let mut report = all_passed();
        report.close(FAILED, None);
        assert!(report.case("the run").contains("although no test did"));
        let mut report = all_passed();
        report.junit.as_mut().unwrap().problem = Some("the kernel broke".to_owned());
        report.close(FAILED, None);
        assert!(report.case("the run").contains("the kernel broke"));
    }

    #[test]
    fn a_problem_before_the_first_test_takes_the_place_of_an_earlier_report() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.xml");
        fs::write(&path, "all is well").unwrap();
        write_problem(
            &path,
            "VERIFORK_SEED=x: a number fits\nVERIFORK_HELP=1 shows all",
        )
        .unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            text.contains("tests=\"1\" skipped=\"0\" failures=\"1\""),
            "{text}"
        );
        assert!(text.contains("<failure message=\"VERIFORK_SEED=x: a number fits\">"));
    }
}
