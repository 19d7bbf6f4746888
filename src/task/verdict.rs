//! Ending the test from any of its tasks, as passed or as skipped.

use super::error::{TaskError, as_task_errors};

/// How a test ends itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    Passed,
    Skipped,
}

/// The error that ends a test. It is returned like every error, so tasks are cancelled in order and
/// clean-up runs. But a task that returns it has not failed.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", match .verdict { Verdict::Passed => "passed", Verdict::Skipped => "skipped" })]
pub(crate) struct EndTest {
    pub(crate) verdict: Verdict,
    pub(crate) reason: String,
    /// The test that it ends. In any other test it is a failure.
    pub(crate) test: Option<u64>,
}

impl EndTest {
    /// The verdict in a task's error, if it has one.
    pub(crate) fn of(error: &TaskError) -> Option<&EndTest> {
        error.cause()?.downcast_ref()
    }

    /// Whether it is such an error, or passes one on from other tasks.
    pub(super) fn is_in(error: &TaskError) -> bool {
        let inner = error.cause().and_then(as_task_errors);
        EndTest::of(error).is_some() || inner.is_some_and(|errors| errors.iter().any(Self::is_in))
    }
}
