//! The outcome of a test.

use std::fmt;
use std::time::Duration;

use verifork_protocol::results::label;

use super::failure_kind::FailureKind;
use super::registry::ShouldFail;
use crate::time::{SimDuration, SimTime};

/// A test that has ended, or was left out.
#[derive(Clone, Debug)]
pub(crate) struct TestResult {
    /// The test's name as it was declared: a filter finds it.
    pub(crate) name: String,
    /// Which round it belongs to, counted from 1, when tests are repeated.
    pub(crate) repetition: Option<u32>,
    /// The test's place in the source.
    pub(crate) file: &'static str,
    pub(crate) line: u32,
    /// The requirements that it checks.
    pub(crate) covers: &'static [&'static str],
    pub(crate) status: Status,
    /// When the test began, of the simulation's time.
    pub(crate) since: SimDuration,
    /// Simulated time that went by during the test.
    pub(crate) simulated: SimDuration,
    /// Wall-clock time that went by during the test.
    pub(crate) wall: Duration,
    /// The value of `VERIFORK_SEED` that repeats this test.
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
    pub(crate) kind: FailureKind,
}

impl FailureEntry {
    /// A failure of the test as a whole, without a line of code.
    pub(crate) fn of_test(text: impl Into<String>) -> Self {
        FailureEntry {
            task: String::new(),
            place: None,
            at: None,
            text: text.into(),
            kind: FailureKind::default(),
        }
    }
}

impl Status {
    /// The status of a test that is declared with `should_fail`. It passed only if all failures are of the expected
    /// kind, and the text of one contains the expected text, with the same upper and lower case.
    ///
    /// Anything else is a failure that says what was expected. A skipped test stays skipped.
    #[must_use]
    pub(crate) fn judged_by_should_fail(self, expected: ShouldFail) -> Status {
        let ShouldFail { kind, text } = expected;
        let mut entries = match self {
            Status::Skipped(reason) => return Status::Skipped(reason),
            Status::Passed => {
                let mut said = format!(
                    "the test passed, but `{expected}` requires it to fail with {}",
                    kind.described()
                );
                if !text.is_empty() {
                    said += " that contains this text";
                }
                return Status::Failed(vec![FailureEntry::of_test(said)]);
            }
            Status::Failed(entries) => entries,
        };
        let other = entries.iter().find(|entry| !kind.includes(entry.kind));
        let explanation = if let Some(other) = other {
            let option = match other.kind.named() {
                "" => String::new(),
                option => format!(" (`{option}` is for that)"),
            };
            format!(
                "the test failed, but not as expected: `{expected}` is for {}, and this is \
                 {}{option}; the failure follows",
                kind.described(),
                other.kind.described()
            )
        } else if entries.iter().any(|entry| entry.text.contains(text)) {
            return Status::Passed;
        } else {
            format!(
                "the test failed, as it should, but no error contains the text that \
                 `{expected}` names; the failure follows"
            )
        };
        entries.insert(0, FailureEntry::of_test(explanation));
        Status::Failed(entries)
    }
}

impl fmt::Display for ShouldFail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ShouldFail { kind, text } = self;
        let named = kind.named();
        match named.strip_suffix(')') {
            _ if text.is_empty() => f.write_str(named),
            Some(open) => write!(f, "{open} = {text:?})"),
            None => write!(f, "{named} = {text:?}"),
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

    fn expected(kind: FailureKind, text: &'static str) -> ShouldFail {
        ShouldFail { kind, text }
    }

    fn error(text: &'static str) -> ShouldFail {
        expected(FailureKind::Error, text)
    }

    fn failed_by(kinds: &[FailureKind]) -> Status {
        let entry = |&kind| FailureEntry {
            kind,
            ..FailureEntry::of_test("count is 7")
        };
        Status::Failed(kinds.iter().map(entry).collect())
    }

    #[test]
    fn any_of_several_errors_may_be_the_expected_one() {
        let status = failed(&["the bus hangs", "count is 7"]);
        assert_eq!(
            status.judged_by_should_fail(error("count is")),
            Status::Passed
        );
    }

    #[test]
    fn a_test_that_should_fail_and_passes_fails() {
        let said = |expected| texts(&Status::Passed.judged_by_should_fail(expected))[0].to_owned();
        assert_eq!(
            said(error("count is")),
            "the test passed, but `should_fail = \"count is\"` requires it to fail with a \
             failed check or an error of the test's own that contains this text"
        );
        assert_eq!(
            said(error("")),
            "the test passed, but `should_fail` requires it to fail with a failed check or an \
             error of the test's own"
        );
        assert!(
            said(expected(FailureKind::Timeout, "50 us"))
                .contains("`should_fail(timeout = \"50 us\")` requires it to fail with a time-out")
        );
    }

    #[test]
    fn a_test_that_fails_otherwise_than_expected_fails_with_its_own_errors_too() {
        let status = failed(&["the bus hangs"]).judged_by_should_fail(error("count is"));
        assert!(texts(&status)[0].contains("no error contains the text"));
        assert_eq!(texts(&status)[1..], ["the bus hangs"]);
    }

    #[test]
    fn a_failure_of_another_kind_is_not_the_expected_one() {
        use FailureKind::{Bind, Design, Error, Panic, Run, Timeout};
        let all = [Error, Panic, Bind, Timeout, Design, Run];
        for wanted in [Error, Panic, Bind, Timeout] {
            for came in all {
                let status = failed_by(&[came]).judged_by_should_fail(expected(wanted, "count"));
                let fits = wanted == came || (wanted, came) == (Error, Panic);
                assert_eq!(status == Status::Passed, fits, "{wanted:?} {came:?}");
                if !fits {
                    let said = texts(&status)[0];
                    assert!(said.contains(came.described()), "{said}");
                    assert!(said.contains(came.named()), "{said}");
                }
            }
        }
        // Nor beside an expected one.
        let both = failed_by(&[Error, Timeout]).judged_by_should_fail(error(""));
        assert!(texts(&both)[0].contains("and this is a time-out (`should_fail(timeout)` is for"));
    }

    #[test]
    fn a_skipped_test_stays_skipped() {
        let skipped = Status::Skipped("no memory model".to_owned());
        assert_eq!(skipped.clone().judged_by_should_fail(error("x")), skipped);
    }
}
