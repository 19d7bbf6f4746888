//! The file with the verdict on a test, for reports.

use verifork_protocol::listing::ListedTest;
use verifork_protocol::verdict::{Status, TestVerdict, VerdictError};

use super::{RunFiles, Suite};
use crate::locked::{Lock, lock};
use crate::unix_time::now;
use crate::verdict::Verdict;

/// The file of a test's verdict cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the {0}")]
pub(crate) struct VerdictUnwritable(#[from] VerdictError);

impl Suite {
    /// The test began at this time, and has not ended.
    pub(super) fn note_begun(
        &self,
        test: &ListedTest,
        begun: u64,
    ) -> Result<(), VerdictUnwritable> {
        self.write(test, &self.unfinished(test, begun))
    }

    /// The test is left out, for this reason.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(crate) fn note_left_out(
        &self,
        test: &ListedTest,
        reason: &str,
    ) -> Result<(), VerdictUnwritable> {
        let left_out = TestVerdict {
            status: Status::Skipped,
            text: reason.to_owned(),
            ..self.unfinished(test, now())
        };
        // The lock marks the folder as that of a run, which is removed when its test no longer exists.
        let path = self.folder(test).join("lock");
        let lock = lock(&path, Lock::Alone);
        let _lock = lock.map_err(|error| VerdictError::System(path, error))?;
        self.write(test, &left_out)
    }

    /// The test has ended so.
    pub(super) fn note_verdict(
        &self,
        test: &ListedTest,
        verdict: &Verdict,
        &RunFiles {
            execution, items, ..
        }: &RunFiles<'_>,
        begun: u64,
    ) -> Result<(), VerdictUnwritable> {
        let (status, text) = match verdict {
            Verdict::Passed => (Status::Passed, String::new()),
            Verdict::Skipped(reason) => (Status::Skipped, reason.clone()),
            Verdict::Failed(failure) => (Status::Failed, failure.text.clone()),
        };
        let ended = execution.and_then(|execution| execution.ended(test));
        let seed = execution.map(|execution| ended.map_or(execution.seed, |ended| ended.seed));
        let loaded = execution.and_then(|execution| execution.results.loaded.as_ref());
        let written = TestVerdict {
            product: loaded.map(|loaded| format!("{} {}", loaded.simulator, loaded.version)),
            status,
            text,
            seed,
            simulated_ns: ended.map(|ended| ended.simulated_ns.clone()),
            wall: execution.map_or(0.0, |execution| self.wall(test, execution)),
            repeat: self.repeat_command(test, seed.unwrap_or(self.context.seed), items),
            ..self.unfinished(test, begun)
        };
        self.write(test, &written)
    }

    fn unfinished(&self, test: &ListedTest, at: u64) -> TestVerdict {
        let testbench = &self.context.testbench;
        TestVerdict {
            package: testbench.package.clone(),
            target: testbench.target.clone(),
            design: self.design.name(),
            simulator: self.simulator.key().to_owned(),
            test: test.name.clone(),
            file: test.file.clone(),
            line: test.line,
            covers: test.covers.clone(),
            at,
            run: self.context.run.clone(),
            repeat: self.repeat_command(test, self.context.seed, None),
            ..TestVerdict::default()
        }
    }

    fn write(&self, test: &ListedTest, verdict: &TestVerdict) -> Result<(), VerdictUnwritable> {
        Ok(verdict.write(&self.folder(test))?)
    }
}
