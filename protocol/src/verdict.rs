//! The verdict of the harness on a test, for reports: a file in the folder of the test's run. It is written when the
//! test begins, and says that the test has not finished until it ends.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::whole_file;

/// The version of the format. It changes when a field gets another meaning.
pub const FORMAT: u32 = 1;
/// The file's name.
pub const FILE: &str = "verdict.json";
/// The folder of the one simulation of tests that share it, and of that which describes a design: beside
/// those of the tests.
pub const SHARED: &str = "shared";
/// See [`SHARED`].
pub const DESCRIBED: &str = ".describe";

/// A test on one design and simulator, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::exhaustive_structs, reason = "another field is another format")]
pub struct TestVerdict {
    /// The crate of the testbench.
    pub package: String,
    /// Its test target.
    pub target: String,
    /// The design, with its variant and label.
    pub design: String,
    /// The simulator's key: `icarus`.
    pub simulator: String,
    /// The simulator as it names itself, with its version; none if it was not started.
    pub product: Option<String>,
    /// The test's name, with those of the modules around it.
    pub test: String,
    /// The file of its source.
    pub file: String,
    /// The line in it.
    pub line: u32,
    /// The requirements that it checks.
    pub covers: Vec<String>,
    /// Its outcome.
    pub status: Status,
    /// The full text of a failure, or why the test was skipped.
    pub text: String,
    /// The seed that repeats it.
    pub seed: Option<u64>,
    /// Simulated time that went by, in nanoseconds.
    pub simulated_ns: Option<String>,
    /// Wall-clock time that went by, in seconds.
    pub wall: f64,
    /// When it began, in seconds since 1970.
    pub at: u64,
    /// Identifies the run of all tests: the same for all harnesses of one `cargo test`.
    pub run: String,
    /// The command that runs just this test again.
    pub repeat: String,
}

/// Its outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(clippy::exhaustive_enums, reason = "another status is another format")]
pub enum Status {
    /// It has begun, and not ended.
    #[default]
    Unfinished,
    /// It has passed.
    Passed,
    /// It has failed.
    Failed,
    /// It was not run, or skipped itself.
    Skipped,
}

/// A verdict that cannot be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum VerdictError {
    /// The operating system says why.
    System(PathBuf, io::Error),
    /// It is of another format.
    Format(PathBuf, u64),
    /// It was cut short, or is something else.
    Damaged(PathBuf, String),
}

impl std::fmt::Display for VerdictError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            VerdictError::System(path, error) => {
                write!(f, "verdict `{}`: {error}", path.display())
            }
            VerdictError::Format(path, format) => write!(
                f,
                "verdict `{}` has format {format}, and this program reads {FORMAT}: use one version of verifork \
                 for all",
                path.display()
            ),
            VerdictError::Damaged(path, why) => write!(
                f,
                "verdict `{}` was cut short, or is something else: {why}",
                path.display()
            ),
        }
    }
}

impl std::error::Error for VerdictError {}

impl VerdictError {
    /// Whether the file was removed after its folder was listed: see [`whole_file::has_vanished`].
    pub fn has_vanished(&self) -> bool {
        match self {
            VerdictError::System(path, error) => whole_file::has_vanished(path, error),
            _ => false,
        }
    }
}

#[derive(Serialize)]
struct Written<'a> {
    verifork_verdict: u32,
    verdict: &'a TestVerdict,
}

#[derive(Deserialize)]
struct Read {
    verifork_verdict: u64,
    verdict: serde_json::Value,
}

impl TestVerdict {
    /// Writes the file into this folder, whole or not at all. Folders that are missing are created.
    ///
    /// # Errors
    ///
    /// The system refuses it.
    pub fn write(&self, folder: &Path) -> Result<(), VerdictError> {
        let written = Written {
            verifork_verdict: FORMAT,
            verdict: self,
        };
        let text = serde_json::to_string(&written).expect("a verdict has no keys but names");
        let path = folder.join(FILE);
        whole_file::write(&path, text).map_err(|error| VerdictError::System(path, error))
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// It cannot be read, was cut short, or is of another format.
    pub fn read(path: &Path) -> Result<TestVerdict, VerdictError> {
        let text = fs::read(path).map_err(|error| VerdictError::System(path.to_owned(), error))?;
        let damaged =
            |error: serde_json::Error| VerdictError::Damaged(path.to_owned(), error.to_string());
        let read: Read = serde_json::from_slice(&text).map_err(damaged)?;
        if read.verifork_verdict != u64::from(FORMAT) {
            return Err(VerdictError::Format(path.to_owned(), read.verifork_verdict));
        }
        serde_json::from_value(read.verdict).map_err(damaged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict() -> TestVerdict {
        TestVerdict {
            package: "counter_tb".to_owned(),
            design: "counter::narrow".to_owned(),
            test: "counts".to_owned(),
            covers: vec!["REQ-12".to_owned()],
            status: Status::Failed,
            text: "count is \"7\"\n</script>\u{2028}".to_owned(),
            seed: Some(u64::MAX),
            ..TestVerdict::default()
        }
    }

    #[test]
    fn what_is_written_is_read_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("runs/counts");
        verdict().write(&below).unwrap();
        verdict().write(&below).unwrap();
        assert_eq!(TestVerdict::read(&below.join(FILE)).unwrap(), verdict());
        let left: Vec<_> = fs::read_dir(&below).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }

    #[test]
    fn a_file_cut_short_anywhere_is_no_verdict() {
        let folder = tempfile::tempdir().unwrap();
        verdict().write(folder.path()).unwrap();
        let path = folder.path().join(FILE);
        let whole = fs::read(&path).unwrap();
        for end in 0..whole.len() {
            fs::write(&path, &whole[..end]).unwrap();
            let message = TestVerdict::read(&path).unwrap_err().to_string();
            assert!(message.contains("cut short"), "{message}");
        }
    }

    #[test]
    fn another_format_is_reported_with_both_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        fs::write(&path, "{\"verifork_verdict\":7,\"verdict\":{\"news\":1}}").unwrap();
        let message = TestVerdict::read(&path).unwrap_err().to_string();
        assert!(
            message.contains("format 7") && message.contains("reads 1"),
            "{message}"
        );
    }

    #[test]
    fn a_verdict_that_nothing_is_said_of_has_not_passed() {
        assert_eq!(TestVerdict::default().status, Status::Unfinished);
    }
}
