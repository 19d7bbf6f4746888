//! What has failed in the run of one test so far, and whether it has ended itself.

use super::{PlannedTest, RegressionRun};
use crate::regression::failure_kind::FailureKind;
use crate::regression::failures;
use crate::regression::outcome::{FailureEntry, Status};
use crate::task::{self, TaskErrors, Verdict, catch};
use crate::time::SimTime;

#[derive(Default)]
pub(super) struct Failures {
    pub(super) entries: Vec<FailureEntry>,
    /// The test's number.
    test: u64,
    /// The test has ended itself, so, for this reason: it did so first.
    ended: Option<(Verdict, String)>,
}

impl Failures {
    /// None yet of the test of this number.
    pub(super) fn of(test: u64) -> Self {
        Failures {
            test,
            ..Failures::default()
        }
    }

    /// Takes the errors that nobody collected. Errors are users' values; one that panics when it is dropped here
    /// counts as another.
    pub(super) fn take_lost(&mut self) {
        loop {
            let lost = task::take_uncollected();
            if lost.is_empty() {
                return;
            }
            for error in lost {
                self.take(&error.into());
            }
        }
    }

    pub(super) fn take(&mut self, errors: &TaskErrors) {
        let ended = &mut self.ended;
        let entries = failures::entries(errors, self.test, &mut |end| {
            ended.get_or_insert_with(|| (end.verdict, end.reason.clone()));
        });
        self.entries.extend(entries);
    }

    /// Drops a user's error, whose own code runs then.
    pub(super) fn drop_error(
        &mut self,
        regression: &RegressionRun,
        planned: &PlannedTest,
        error: anyhow::Error,
    ) {
        if let Err(caught) = catch(move || drop(error)) {
            let text = format!("the error panicked while being dropped: {caught}");
            self.push(regression, planned, FailureKind::Panic, text);
        }
    }

    /// When the test reached its limit of simulated time, if it did.
    pub(super) fn limit(&self) -> Option<SimTime> {
        let timeout = |entry: &&FailureEntry| entry.kind == FailureKind::Timeout;
        self.entries.iter().rfind(timeout)?.at
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.ended.is_none()
    }

    /// Why the test has ended itself as passed, at the time at which it did.
    pub(super) fn log_end(&self) {
        if let Some((Verdict::Passed, reason)) = &self.ended
            && self.entries.is_empty()
        {
            log::info!("the test has ended itself as passed: {reason}");
        }
    }

    pub(super) fn into_status(self) -> Status {
        match self {
            Failures { entries, .. } if !entries.is_empty() => Status::Failed(entries),
            Failures { ended, .. } => match ended {
                Some((Verdict::Skipped, reason)) => Status::Skipped(reason),
                Some((Verdict::Passed, _)) | None => Status::Passed,
            },
        }
    }

    pub(super) fn push(
        &mut self,
        regression: &RegressionRun,
        planned: &PlannedTest,
        kind: FailureKind,
        text: String,
    ) {
        let place = planned.entry.place;
        self.entries.push(failures::of_test(
            &planned.name,
            place,
            regression.kernel.now(),
            kind,
            text,
        ));
    }
}
