//! Results as `JUnit` XML: the form that CI systems read.
//!
//! From the start, a report has every planned test, as an error which says that it did not run. Results replace these
//! errors. The file is therefore complete whatever ends the process, even SIGKILL, and a test that did not pass does
//! not look as if it had. While tests run, each result is written into space that was reserved for it, so the work
//! per test is bounded. The space is small, and a long text is cut to fit. At the end the file is written again with
//! every text in full.

mod file;
mod shared;
mod target;
mod text;
mod write;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

pub use self::file::{JunitFile, write_report, write_report_after};
pub use self::shared::{Earlier, enter};

/// A report: suites in their order.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The name of the report.
    pub name: String,
    /// Its parts.
    pub suites: Vec<Suite>,
}

/// Tests that belong together.
#[derive(Clone, Debug, Default)]
pub struct Suite {
    /// The suite's name, which is also the class name of its tests.
    pub name: String,
    /// Names and values.
    pub properties: Vec<(String, String)>,
    /// The tests.
    pub cases: Vec<Case>,
}

/// A test in a report.
#[derive(Clone, Debug)]
pub struct Case {
    /// The test's name.
    pub name: String,
    /// File and line in the source, where it has a place there.
    pub place: Option<(String, u32)>,
    /// Its outcome.
    pub outcome: Outcome,
    /// Wall-clock time.
    pub time: Duration,
    /// Names and values.
    pub properties: Vec<(String, String)>,
    /// The output; empty if there was none.
    pub output: String,
}

/// The outcome of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has passed.
    Passed,
    /// It was not run, for this reason.
    Skipped(String),
    /// It ran and failed.
    Failed {
        /// One line.
        message: String,
        /// All there is to say.
        text: String,
    },
    /// It has no result.
    Error(String),
}

impl Case {
    /// A test that has not run, which is an error with this message until there is a result.
    pub fn without_result(name: impl Into<String>, message: impl Into<String>) -> Case {
        Case {
            name: name.into(),
            place: None,
            outcome: Outcome::Error(message.into()),
            time: Duration::ZERO,
            properties: Vec::new(),
            output: String::new(),
        }
    }
}

/// The property of a test that checks this requirement; a test that checks several has it several times.
pub fn covers(requirement: &str) -> (String, String) {
    ("covers".to_owned(), requirement.to_owned())
}

/// The suite of the run itself.
pub const RUN_SUITE: &str = "process";

/// The run itself as a test. No test of a user has such a name.
pub const RUN: &str = "the run";

/// A suite of one test, which is the run itself: it fails where the process does.
pub fn suite_of_run(outcome: Outcome) -> Suite {
    let case = Case {
        outcome,
        ..Case::without_result(RUN, "")
    };
    Suite {
        name: RUN_SUITE.to_owned(),
        properties: Vec::new(),
        cases: vec![case],
    }
}

/// A report of a run that came to no test, for this reason.
pub fn report_of_problem(name: impl Into<String>, text: &str) -> Report {
    Report {
        name: name.into(),
        suites: vec![suite_of_run(Outcome::failed(text))],
    }
}

impl Outcome {
    /// A failure whose message is the text's first line.
    pub fn failed(text: impl Into<String>) -> Outcome {
        let text = text.into();
        let first = text.lines().next().unwrap_or_default();
        Outcome::Failed {
            message: first.trim().to_owned(),
            text,
        }
    }
}

/// The report cannot be written.
#[derive(Debug)]
pub struct JunitError {
    path: PathBuf,
    doing: &'static str,
    source: io::Error,
}

impl fmt::Display for JunitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, doing) = (self.path.display(), self.doing);
        write!(
            f,
            "cannot write the JUnit file `{path}` (VERIFORK_JUNIT): {doing}: {}",
            self.source
        )
    }
}

impl std::error::Error for JunitError {}
