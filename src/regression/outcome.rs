//! What became of a test.

use std::time::Duration;

use super::select::label;
use crate::time::{SimDuration, SimTime};

/// A test that has ended, or was left out.
#[derive(Clone, Debug)]
pub(crate) struct TestResult {
    /// The test's name as it was declared: a filter finds it.
    pub(crate) name: String,
    /// Which round it belongs to, counted from 1, when tests are repeated.
    pub(crate) repetition: Option<u32>,
    /// Where the test stands in the source.
    pub(crate) file: &'static str,
    pub(crate) line: u32,
    pub(crate) status: Status,
    /// Simulated time that went by during the test.
    pub(crate) simulated: SimDuration,
    /// Wall-clock time that went by during the test.
    pub(crate) wall: Duration,
    /// What `VERIFORK_SEED` takes to have this very test again.
    pub(crate) seed: u64,
}

impl TestResult {
    /// The name under which reports show this run of the test.
    pub(crate) fn label(&self) -> String {
        label(&self.name, self.repetition)
    }
}

/// How a test ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Passed,
    /// At least one entry, in the order in which things went wrong.
    Failed(Vec<FailureEntry>),
    /// The reason.
    Skipped(String),
}

/// One thing that went wrong in a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FailureEntry {
    /// Names of tasks joined by `/`, the outermost first; empty for the test itself.
    pub(crate) task: String,
    /// The source's file and line.
    pub(crate) place: Option<(String, u32)>,
    /// When, in simulated time.
    pub(crate) at: Option<SimTime>,
    /// The error with its causes; may have several lines.
    pub(crate) text: String,
}

impl FailureEntry {
    /// A failure of the test as a whole, which no line of code stands for.
    pub(crate) fn of_test(text: impl Into<String>) -> Self {
        FailureEntry {
            task: String::new(),
            place: None,
            at: None,
            text: text.into(),
        }
    }
}

impl Status {
    /// The status of a test that is declared with `should_fail = "text"`: passed only if the
    /// test failed and the text of one of its errors contains `expected`, in the same letters.
    ///
    /// Both other ways are failures that say what was expected. A skipped test stays skipped.
    #[must_use]
    pub(crate) fn judged_by_should_fail(self, expected: &str) -> Status {
        match self {
            Status::Passed => Status::Failed(vec![FailureEntry::of_test(format!(
                "the test passed, but `should_fail = {expected:?}` says that it has to fail \
                 with an error that contains this text"
            ))]),
            Status::Failed(entries) if entries.iter().any(|e| e.text.contains(expected)) => {
                Status::Passed
            }
            Status::Failed(mut entries) => {
                let explanation = FailureEntry::of_test(format!(
                    "the test failed, as it should, but no error contains the text that \
                     `should_fail = {expected:?}` names; what follows is how it failed"
                ));
                entries.insert(0, explanation);
                Status::Failed(entries)
            }
            Status::Skipped(reason) => Status::Skipped(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(texts: &[&str]) -> Status {
        Status::Failed(
            texts
                .iter()
                .map(|&text| FailureEntry::of_test(text))
                .collect(),
        )
    }

    fn texts(status: &Status) -> Vec<&str> {
        match status {
            Status::Failed(entries) => entries.iter().map(|entry| entry.text.as_str()).collect(),
            other => panic!("{other:?} is not a failure"),
        }
    }

    #[test]
    fn any_of_several_errors_may_be_the_expected_one() {
        let status = failed(&["the bus hangs", "count is 7"]).judged_by_should_fail("count is");
        assert_eq!(status, Status::Passed);
    }

    #[test]
    fn a_test_that_should_fail_and_passes_fails() {
        let status = Status::Passed.judged_by_should_fail("count is");
        assert!(texts(&status)[0].contains("passed, but `should_fail = \"count is\"`"));
    }

    #[test]
    fn a_test_that_fails_otherwise_than_expected_fails_with_its_own_errors_too() {
        let status = failed(&["the bus hangs"]).judged_by_should_fail("count is");
        assert!(texts(&status)[0].contains("no error contains the text"));
        assert_eq!(texts(&status)[1..], ["the bus hangs"]);
    }

    #[test]
    fn a_skipped_test_stays_skipped() {
        let skipped = Status::Skipped("no memory model".to_owned());
        assert_eq!(skipped.clone().judged_by_should_fail("x"), skipped);
    }
}
