//! Functions to call when the running test has ended, however it ends.
//!
//! For crates that store data of a test beside its results, as `verifork-coverage` does.

use std::cell::RefCell;
use std::path::PathBuf;

use verifork_protocol::coverage::Coverage;
use verifork_protocol::files::file_name;
use verifork_protocol::variables::Variable;

use super::outcome::{FailureEntry, Status, TestResult};
use super::results;
use super::simulator::SimulatorInfo;
use crate::task::{catch, text_of};

type Call = Box<dyn FnOnce(&TestEnd<'_>) -> anyhow::Result<()>>;

#[derive(Default)]
struct Running {
    /// The name of this run of the test; empty while none runs.
    label: String,
    calls: Vec<Call>,
}

thread_local! {
    static RUNNING: RefCell<Running> = RefCell::new(Running::default());
}

/// A test that has ended.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork::test_end::{TestEnd, at_test_end};
/// # fn example() -> Result {
/// fn note(end: &TestEnd<'_>) -> Result {
///     let passed = if end.has_passed() { "passed" } else { "failed" };
///     log::info!("{} {passed} on {}", end.name(), end.simulator().name());
///     Ok(())
/// }
/// at_test_end(note);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TestEnd<'a> {
    result: &'a TestResult,
    simulator: &'a SimulatorInfo,
}

impl TestEnd<'_> {
    /// The name by which a filter finds the test.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork::test_end::at_test_end;
    /// # fn example() -> Result {
    /// at_test_end(|end| Ok(std::fs::write(format!("{}.done", end.name()), "")?));
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(&self) -> &str {
        &self.result.name
    }

    /// The seed; set `VERIFORK_SEED` to it to repeat the test.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork::test_end::at_test_end;
    /// # fn example() -> Result {
    /// at_test_end(|end| {
    ///     log::info!("repeat with VERIFORK_SEED={}", end.seed());
    ///     Ok(())
    /// });
    /// # Ok(())
    /// # }
    /// ```
    pub fn seed(&self) -> u64 {
        self.result.seed
    }

    /// Whether it has passed so far: an error of a function called at its end still fails it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork::test_end::at_test_end;
    /// # fn example(leftovers: std::rc::Rc<std::cell::Cell<u32>>) -> Result {
    /// at_test_end(move |end| {
    ///     // A failed test has a cause of its own.
    ///     ensure!(!end.has_passed() || leftovers.get() == 0, "{} items are left", leftovers.get());
    ///     Ok(())
    /// });
    /// # Ok(())
    /// # }
    /// ```
    pub fn has_passed(&self) -> bool {
        self.result.status == Status::Passed
    }

    /// The simulator that ran it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork::test_end::at_test_end;
    /// # fn example() -> Result {
    /// at_test_end(|end| {
    ///     log::info!("on {}", end.simulator().name());
    ///     Ok(())
    /// });
    /// # Ok(())
    /// # }
    /// ```
    pub fn simulator(&self) -> &SimulatorInfo {
        self.simulator
    }
}

/// Registers a function to call when the running test has ended: by itself, at one of its limits, or
/// with the simulation, but not if the process is killed. Functions are called in the order of
/// registration. An error or a panic fails the test.
///
/// Outside a test, the function is called at the end of the next one.
///
/// # Examples
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork::test_end::at_test_end;
///
/// #[verifork::test]
/// async fn notes_its_seed() -> Result {
///     at_test_end(|end| {
///         let passed = if end.has_passed() { "passed" } else { "failed" };
///         log::info!("{} has {passed} with seed {}", end.name(), end.seed());
///         Ok(())
///     });
///     Ok(())
/// }
/// ```
pub fn at_test_end(call: impl FnOnce(&TestEnd<'_>) -> anyhow::Result<()> + 'static) {
    RUNNING.with_borrow_mut(|running| running.calls.push(Box::new(call)));
}

/// The path of a file for data of the running test, in the folder of its results, named after the test with this
/// extension. In a run by hand, the name of the results' file comes first, so that runs with other such files in that
/// folder keep theirs. `None` if no results are written (`VERIFORK_RESULTS`) or no test runs.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork::test_end::{at_test_end, test_file};
/// # fn example() -> Result {
/// // None in a run by hand that asks for no results.
/// if let Some(file) = test_file("latency") {
///     at_test_end(move |_| Ok(std::fs::write(file, "3 4 3\n")?));
/// }
/// # Ok(())
/// # }
/// ```
pub fn test_file(extension: &str) -> Option<PathBuf> {
    RUNNING.with_borrow(|running| {
        let label = Some(&running.label).filter(|label| !label.is_empty())?;
        results::beside(&format!("{}.{extension}", file_name(label)))
    })
}

/// Whether functional coverage is recorded: unless `VERIFORK_COVERAGE` leaves it out.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork::test_end::{at_test_end, keeps_functional_coverage, test_file};
/// # fn example() -> Result {
/// if keeps_functional_coverage() && let Some(file) = test_file("bins") {
///     at_test_end(move |_| Ok(std::fs::write(file, "opcode add 12\n")?));
/// }
/// # Ok(())
/// # }
/// ```
pub fn keeps_functional_coverage() -> bool {
    let text = Variable::Coverage.value();
    // Invalid settings were reported when the run began, and then no test runs.
    let read = text.and_then(|text| Coverage::parse(text.to_string_lossy().trim()).ok());
    read.unwrap_or_default().functional
}

/// The folder with coverage of earlier runs whose holes draws should prefer (`VERIFORK_AIM`).
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork::test_end::stored_coverage;
/// # fn example() -> Result {
/// if let Some(folder) = stored_coverage() {
///     log::info!("draws prefer what {} does not have", folder.display());
/// }
/// # Ok(())
/// # }
/// ```
pub fn stored_coverage() -> Option<PathBuf> {
    Variable::Aim.value().map(PathBuf::from)
}

/// This run of a test begins.
pub(super) fn begin(label: &str) {
    RUNNING.with_borrow_mut(|running| label.clone_into(&mut running.label));
}

/// Calls what is to be called at the test's end; its errors are the test's.
pub(super) fn call_all(result: &mut TestResult, simulator: &SimulatorInfo) {
    // A function that is called may register another, which has no effect: the test has ended.
    let calls = RUNNING.with_borrow_mut(|running| std::mem::take(&mut running.calls));
    for call in calls {
        let end = TestEnd { result, simulator };
        let problem = match catch(|| call(&end)) {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => text_of(&error),
            Err(caught) => caught.message,
        };
        let entry = FailureEntry::of_test(format!("at the test's end: {problem}"));
        match &mut result.status {
            Status::Failed(entries) => entries.push(entry),
            status => *status = Status::Failed(vec![entry]),
        }
    }
    RUNNING.with_borrow_mut(|running| running.label.clear());
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;
    use crate::simulator::Identity;
    use crate::time::SimDuration;

    fn result(status: Status) -> TestResult {
        TestResult {
            name: "counts".to_owned(),
            repetition: None,
            file: "src/lib.rs",
            line: 7,
            covers: &[],
            status,
            since: SimDuration::ZERO,
            simulated: SimDuration::ZERO,
            wall: std::time::Duration::ZERO,
            seed: 3,
        }
    }

    fn simulator() -> SimulatorInfo {
        SimulatorInfo::of(&Identity {
            product: "Icarus Verilog".to_owned(),
            version: "11.0".to_owned(),
            interface: "VPI",
        })
    }

    #[test]
    fn what_is_called_at_the_end_is_called_once() {
        let told = Rc::new(Cell::new(0));
        let count = Rc::clone(&told);
        begin("counts");
        at_test_end(move |end| {
            assert_eq!(
                (end.name(), end.seed(), end.has_passed()),
                ("counts", 3, true)
            );
            count.set(count.get() + 1);
            Ok(())
        });
        let mut result = result(Status::Passed);
        call_all(&mut result, &simulator());
        call_all(&mut result, &simulator());
        assert_eq!((told.get(), &result.status), (1, &Status::Passed));
    }

    #[test]
    fn an_error_and_a_panic_at_the_end_fail_the_test() {
        begin("counts");
        at_test_end(|_| anyhow::bail!("the disk is full"));
        at_test_end(|end| panic!("passed: {}", end.has_passed()));
        let mut result = result(Status::Passed);
        call_all(&mut result, &simulator());
        let Status::Failed(entries) = &result.status else {
            panic!("{:?}", result.status);
        };
        let texts: Vec<_> = entries.iter().map(|entry| &*entry.text).collect();
        assert_eq!(
            texts,
            [
                "at the test's end: the disk is full",
                "at the test's end: passed: false"
            ]
        );
        assert_eq!(test_file("x"), None, "no test runs any more");
    }
}
