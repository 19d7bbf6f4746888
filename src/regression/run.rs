//! The run of all tests: a task of the root set, driven by the same callbacks as the tests.
//!
//! Invariant: the run counts as failed until its last line is written with every selected test
//! passed or skipped. Whatever ends the process before that, its exit status says so.

mod design;
mod failures;
mod limits;
mod one;
mod plan;
#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::future::{Future as _, poll_fn};
use std::io::Write as _;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Instant;

use self::design::TestEnd;
use self::failures::Failures;
use self::limits::{asked, exit_timer};
use self::one::run_one;
use self::plan::prepare;
use super::config::Config;
use super::failure_kind::FailureKind;
use super::outcome::{FailureEntry, Status, TestResult};
use super::registry::{TestEntry, TestOptions};
use super::repeat::Invocation;
use super::report::{self, Style, Totals};
use super::select::Run;
use super::simulator::SimulatorInfo;
use super::watchdog::Watchdog;
use super::{console, crash, exit, items, junit, logger, results, test_end};
use crate::scheduler::{Hooks, Kernel, kernel};
use crate::task::{self, catch};
use crate::time::{SimDuration, SimTime};

/// The scheduler's way up to here.
pub(crate) const HOOKS: Hooks = Hooks {
    start,
    end,
    asked,
    broken,
};

struct RegressionRun {
    kernel: &'static Kernel,
    config: Config,
    style: Style,
    invocation: Invocation,
    plusargs: Rc<[String]>,
    simulator: SimulatorInfo,
    tests: Vec<PlannedTest>,
    results: RefCell<Vec<TestResult>>,
    running: RefCell<Option<RunningTest>>,
    watchdog: Option<Watchdog>,
    finished: Cell<bool>,
}

struct PlannedTest {
    entry: &'static TestEntry,
    name: String,
    run: Run,
}

/// The running test, and what ends it.
struct RunningTest {
    number: usize,
    begun: Instant,
    since: SimTime,
    abort: Option<String>,
    waker: Option<Waker>,
    options: TestOptions,
    /// Its own code has ended, with this outcome after this time, and its time step is to end.
    over: Option<(Failures, SimDuration)>,
}

thread_local! {
    static CURRENT: RefCell<Option<Rc<RegressionRun>>> = const { RefCell::new(None) };
}

/// `None` if the thread is ending.
fn current() -> Option<Rc<RegressionRun>> {
    CURRENT
        .try_with(|regression| regression.borrow().clone())
        .ok()
        .flatten()
}

/// Prints through the simulator, or without one to standard error. It flushes, so that the text is there if the
/// process crashes next.
fn print(text: &str) {
    console::print_own(|| print_at_once(text));
}

/// [`print`] for a record of the log. Only a record of several lines can look like a message of the simulator.
fn print_record(text: &str) {
    if text.trim_end().contains('\n') {
        print(text);
    } else {
        print_at_once(text);
    }
}

fn print_at_once(text: &str) {
    match kernel() {
        Ok(kernel) => {
            kernel.port().print(text);
            kernel.port().flush();
        }
        Err(_) => eprint!("{text}"),
    }
}

fn start(kernel: &'static Kernel) {
    kernel
        .executor()
        .limit_clean_up(|limit| Box::pin(exit_timer(limit)));
    if let Err(error) = exit::register() {
        print(&format!(
            "verifork: the exit status cannot be set: {error}\n"
        ));
    }
    crash::explain();
    let begun = results::begin(kernel.port().identity());
    let begun = begun.and_then(|()| {
        catch(|| prepare(kernel))
            .unwrap_or_else(|caught| Err(anyhow::anyhow!("{}", caught.message)))
    });
    match begun {
        Ok(Some(regression)) => {
            CURRENT.set(Some(Rc::clone(&regression)));
            drop(task::spawn_root(async move {
                let mut run = pin!(run_all(&regression));
                let outcome = poll_fn(|context| match catch(|| run.as_mut().poll(context)) {
                    Ok(poll) => poll.map(Ok),
                    Err(caught) => Poll::Ready(Err(caught)),
                });
                if let Err(caught) = outcome.await {
                    // Nothing awaits this task, and no other task could go on.
                    on_escaped_panic(&caught.to_string());
                }
                Ok(())
            }));
        }
        Ok(None) => {
            exit::set_status(exit::PASSED);
            kernel.port().finish();
        }
        Err(error) => {
            let text = format!("{error:#}");
            print(&format!("verifork: {text}\n"));
            warn_unwritten(results::problem(&text));
            warn_unwritten(junit::problem(&text).map_err(Into::into));
            exit::set_status(exit::FAILED);
            kernel.port().finish();
        }
    }
}

/// Whoever reads the results will notice that one is missing, so a message is enough here.
pub(super) fn warn_unwritten(written: anyhow::Result<()>) {
    if let Err(error) = written {
        print(&format!("verifork: {error:#}\n"));
    }
}

async fn run_all(regression: &RegressionRun) {
    let mut stopped = false;
    for number in 0..regression.tests.len() {
        let result = if stopped {
            regression.skipped(
                number,
                "not run, since VERIFORK_FAIL_FAST is set and a test failed",
            )
        } else {
            run_one(regression, number).await
        };
        stopped |= regression.config.fail_fast && matches!(result.status, Status::Failed(_));
        regression.record(result);
    }
    regression.finish();
    regression.kernel.port().finish();
}

fn task_tree(kernel: &Kernel) -> String {
    format!("tasks:\n{}", kernel.task_tree())
}

impl RegressionRun {
    fn result(&self, number: usize, status: Status) -> TestResult {
        let PlannedTest { entry, name, run } = &self.tests[number];
        let running = self.running.borrow();
        let running = running.as_ref();
        let wall = running.map(|now| now.begun.elapsed());
        let since = running.map_or(SimDuration::ZERO, |now| now.since.since_start());
        TestResult {
            name: name.clone(),
            repetition: run.repetition,
            file: entry.place.file(),
            line: entry.place.line(),
            covers: entry.covers,
            status,
            since,
            simulated: SimDuration::ZERO,
            wall: wall.unwrap_or_default(),
            seed: run.seed.value(),
        }
    }

    fn skipped(&self, number: usize, reason: &str) -> TestResult {
        self.result(number, Status::Skipped(reason.to_owned()))
    }

    fn record(&self, mut result: TestResult) {
        test_end::call_all(&mut result, &self.simulator);
        let drawn = items::end(&mut result);
        // Before the report itself, which is printed too.
        let failed = matches!(result.status, Status::Failed(_));
        let (drawn, log) = if failed {
            (drawn, console::tail())
        } else {
            Default::default()
        };
        let mut text = String::new();
        let written = report::line(&mut text, &result, self.style)
            .and_then(|()| report::details(&mut text, &result, &self.invocation, self.style));
        debug_assert!(written.is_ok(), "writing to a string does not fail");
        print(&text);
        let details = || {
            let mut text = String::new();
            // Writing to a string cannot fail.
            let _ = report::details(&mut text, &result, &self.invocation, Style::default());
            text
        };
        let number = self.results.borrow().len();
        let mut ended = results::record(&result, drawn, &log);
        ended.warnings = logger::take_warnings();
        warn_unwritten(results::ended(&ended));
        warn_unwritten(junit::record(number, &ended, details).map_err(Into::into));
        self.results.borrow_mut().push(result);
    }

    /// Prints the table; the run has passed if every test has, and not otherwise.
    fn finish(&self) {
        if self.finished.replace(true) {
            return;
        }
        let results = self.results.borrow();
        let mut text = String::from("\n");
        let written = report::table(&mut text, &results, self.style);
        debug_assert!(written.is_ok(), "writing to a string does not fail");
        let totals = Totals::of(&results);
        let ran = totals.passed + totals.failed > 0;
        if !ran && !self.config.allow_empty {
            let problem = "no test has run: all that were selected were skipped \
                           (VERIFORK_ALLOW_EMPTY=1 lets such a run pass)";
            text.extend(["verifork: ", problem, "\n"]);
            warn_unwritten(junit::problem(problem).map_err(Into::into));
        }
        print(&text);
        let all = totals.failed == 0 && results.len() == self.tests.len();
        let passed = all && (ran || self.config.allow_empty);
        exit::set_status(if passed { exit::PASSED } else { exit::FAILED });
        warn_unwritten(results::finished());
    }

    /// Ends the run early: the test that runs has failed, and those to come are not run.
    fn give_up(&self, kind: FailureKind, reason: &str) {
        self.end_early(Some((kind, reason)));
    }

    /// Ends the run before all tests have run: for a reason, or since the simulation has ended.
    fn end_early(&self, reason: Option<(FailureKind, &str)>) {
        if self.finished.get() {
            return;
        }
        exit::set_status(exit::FAILED);
        let running = self.running.borrow_mut().take();
        let mut done = self.results.borrow().len();
        let mut wanted = None;
        if let Some(running) = running {
            let planned = &self.tests[running.number];
            let after = running.over.is_some();
            let (mut failures, simulated) = running.over.unwrap_or_else(|| {
                let simulated = self.kernel.now().since(running.since);
                (Failures::default(), simulated)
            });
            if let Some(abort) = running.abort {
                failures.push(self, planned, FailureKind::Error, abort);
            }
            let ended = match reason {
                Some((kind, reason)) => {
                    failures.push(self, planned, kind, reason.to_owned());
                    TestEnd::GivenUp
                }
                None => {
                    exit::end_is_judged();
                    TestEnd::Simulation { after }
                }
            };
            let status = self.judge(planned, &running.options, failures, ended);
            if running.options.ends.is_some() && status == Status::Passed {
                wanted = Some(&planned.name);
            }
            let mut result = self.result(running.number, status);
            result.wall = running.begun.elapsed();
            result.simulated = simulated;
            self.record(result);
            done += 1;
        }
        for number in done..self.tests.len() {
            let mut text = "not run: the simulation ended before this test".to_owned();
            if let Some(wanted) = wanted {
                let own = &self.tests[number].name;
                // Writing to a string cannot fail.
                let _ = write!(
                    text,
                    ", as `{wanted}` wants it to: run it in a simulation of its own \
                     (VERIFORK_FILTER='={own}')"
                );
            }
            self.record(self.result(number, Status::Failed(vec![FailureEntry::of_test(text)])));
        }
        self.finish();
    }
}

fn end(_: &'static Kernel) {
    if let Some(regression) = current() {
        regression.end_early(None);
    }
}

/// Something failed that no task did itself.
fn broken(kernel: &'static Kernel, reason: String) {
    let aborted = current().is_some_and(|regression| regression.abort(&reason));
    if !aborted {
        print(&format!("verifork: {reason}\n"));
        warn_unwritten(junit::problem(&reason).map_err(Into::into));
        exit::set_status(exit::FAILED);
        kernel.port().finish();
    }
}

/// No test can run here: says why, and has the process leave as failed, whatever the simulator does
/// without us. Does not unwind.
pub(crate) fn refuse_to_run(reason: &str) {
    fail_process();
    let text = format!(
        "cannot use this simulator: {reason}\n\
         no test can run; `cargo verifork doctor` says which simulators can be used"
    );
    let _ = writeln!(std::io::stderr(), "verifork: {text}");
    if let Err(error) = junit::problem(&text) {
        let _ = writeln!(std::io::stderr(), "verifork: {error}");
    }
}

/// Makes the process exit as failed. Nothing else may have happened before.
fn fail_process() {
    // If that cannot be, the message that follows has to do.
    let _ = exit::register();
    exit::set_status(exit::FAILED);
}

/// A panic outside of every task: the run cannot be trusted any more.
pub(crate) fn on_escaped_panic(message: &str) {
    fail_process();
    let text = format!("verifork: panicked outside of every task: {message}");
    warn_unwritten(junit::problem(&text).map_err(Into::into));
    match current() {
        Some(regression) => regression.give_up(FailureKind::Run, &text),
        None => print(&format!("{text}\n")),
    }
    if let Ok(kernel) = kernel() {
        kernel.stop();
        kernel.port().finish();
    }
}
