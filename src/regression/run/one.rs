//! The run of one test: its start, its end, and its verdict.

use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Instant;

use verifork_protocol::results::label;

use super::design::TestEnd;
use super::failures::Failures;
use super::limits::{limit_after, set_by, unfinished};
use super::{PlannedTest, RegressionRun, RunningTest, warn_unwritten};
use crate::regression::failure_kind::FailureKind;
use crate::regression::failures;
use crate::regression::outcome::{FailureEntry, Status, TestResult};
use crate::regression::registry::{TestContext, TestFuture, TestOptions};
use crate::regression::test::Test;
use crate::regression::{console, crash, items, logger, results, test_end};
use crate::scheduler::{self, Kernel};
use crate::task::{self, catch, causes_of, text_of};
use crate::time::{SimDuration, SimTime};
use crate::trigger::timer;

pub(super) async fn run_one(regression: &RegressionRun, number: usize) -> TestResult {
    let planned = &regression.tests[number];
    let entry = planned.entry;
    let options = match catch(entry.options) {
        Ok(options) => options.on(&regression.simulator),
        Err(caught) => {
            let text = format!("the test's options panicked: {}", caught.message);
            return regression.result(number, Status::Failed(vec![FailureEntry::of_test(text)]));
        }
    };
    if let Some(reason) = options.skip {
        return regression.skipped(number, reason);
    }
    console::begin_test(options.ignores_design_errors);
    let begun = regression.kernel.now();
    *regression.running.borrow_mut() = Some(RunningTest {
        number,
        begun: Instant::now(),
        since: begun,
        abort: None,
        waker: None,
        options: options.clone(),
        over: None,
    });
    if let (Some(watchdog), Some(limit)) = (
        &regression.watchdog,
        options.wall_timeout.or(regression.config.wall_timeout),
    ) {
        watchdog.arm(&planned.name, limit, Box::new(scheduler::ask));
    }
    crash::during(&planned.name);
    let test = Test::new(
        planned.name.clone(),
        planned.run.seed,
        begun,
        Rc::clone(&regression.plusargs),
        regression.simulator.clone(),
    );
    Test::set_current(Some(test.clone()));
    let label = label(&planned.name, planned.run.repetition);
    warn_unwritten(results::begun(&label));
    // What came before is not this test's.
    logger::take_warnings();
    test_end::begin(&label);
    items::begin(&regression.config.items, |drawn| {
        warn_unwritten(results::drawn(drawn));
    });
    log::debug!("begins");
    let mut failures = Failures::of(test.number());
    task::executor().prepare_test();
    let context = TestContext {
        test,
        top: regression.config.top.clone(),
        place: entry.place,
    };
    match catch(|| (entry.run)(&context)) {
        Ok(Ok(body)) => run_body(regression, planned, &options, body, &mut failures).await,
        Ok(Err(error)) => {
            let mut texts = vec![text_of(&error)];
            texts.extend(causes_of(&error));
            let kind = if failures::is_of_binding(&error) {
                FailureKind::Bind
            } else {
                FailureKind::Error
            };
            failures.push(regression, planned, kind, texts.join("\nbecause "));
            failures.drop_error(regression, planned, error);
        }
        Err(caught) => failures.push(regression, planned, FailureKind::Panic, caught.message),
    }
    for thread in crate::sync::abandon_all() {
        log::warn!(
            "{thread} is abandoned because its test has ended: it continues to run, and its calls fail"
        );
    }
    Test::set_current(None);
    regression.kernel.end_test();
    let dropped = regression.kernel.drop_writes();
    // A failure stops the test anywhere, so writes may well be left.
    if failures.is_empty() {
        warn_of_writes(planned, &dropped);
    }
    for (path, place) in regression.kernel.forces() {
        let name = &planned.name;
        log::warn!("`{name}` has left `{path}` forced (at {place}): it is released");
    }
    regression.kernel.release_forces();
    failures.take_lost();
    failures.log_end();
    // A limit is noticed one time step after it.
    let ended = failures.limit().unwrap_or_else(|| regression.kernel.now());
    let simulated = ended.since(begun);
    // The design's reaction to the end of the test still belongs to this test.
    regression.is_over(failures, simulated);
    leave_time_step(regression.kernel).await;
    let mut failures = regression.take_over();
    let abort = regression
        .running
        .borrow_mut()
        .as_mut()
        .and_then(|now| now.abort.take());
    if let Some(reason) = abort {
        failures.push(regression, planned, FailureKind::Error, reason);
    }
    failures.take_lost();
    if let Some(watchdog) = &regression.watchdog {
        watchdog.disarm();
    }
    let status = regression.judge(planned, &options, failures, TestEnd::Itself);
    let mut result = regression.result(number, status);
    result.simulated = simulated;
    *regression.running.borrow_mut() = None;
    crash::during("");
    result
}

/// Runs the test's own code until it ends, or until one of its limits or the simulation ends it.
async fn run_body(
    regression: &RegressionRun,
    planned: &PlannedTest,
    options: &TestOptions,
    body: TestFuture,
    failures: &mut Failures,
) {
    let limit = options.timeout.or(regression.config.timeout);
    let limit = limit.and_then(|limit| limit_after(regression.kernel, limit));
    let (timer, limit) = limit.unzip();
    let mut timer = pin!(timer);
    let place: &'static Location<'static> = planned.entry.place;
    let ended = {
        let mut running = pin!(task::run_test(planned.name.clone().into(), place, body));
        poll_fn(|context| {
            if let Poll::Ready(outcome) = running.as_mut().poll(context) {
                return Poll::Ready(Ended::Itself(outcome));
            }
            if let Some(reason) = regression.take_abort(context.waker()) {
                return Poll::Ready(Ended::Aborted(reason));
            }
            let Some(timer) = timer.as_mut().as_pin_mut() else {
                return Poll::Pending;
            };
            timer.poll(context).map(|()| {
                let what = format!(
                    "the test did not end within {} of simulated time{}",
                    limit.unwrap_or(SimDuration::ZERO),
                    set_by(options.timeout.is_some(), "VERIFORK_TIMEOUT"),
                );
                Ended::TimedOut(unfinished(regression.kernel, &what, ""))
            })
        })
        .await
        // The test's future is dropped here, and its tasks with it, newest first.
    };
    match ended {
        Ended::Itself(Ok(())) => {}
        Ended::Itself(Err(errors)) => failures.take(&errors),
        Ended::Aborted(reason) => failures.push(regression, planned, FailureKind::Error, reason),
        Ended::TimedOut(reason) => {
            let (name, place) = (&planned.name, planned.entry.place);
            let at = regression.kernel.now();
            // It came one step after the limit.
            let at = SimTime::new(at.steps().saturating_sub(1), at.precision());
            let failure = failures::of_test(name, place, at, FailureKind::Timeout, reason);
            failures.entries.push(failure);
        }
    }
}

enum Ended {
    Itself(Result<(), task::TaskErrors>),
    Aborted(String),
    TimedOut(String),
}

fn warn_of_writes(planned: &PlannedTest, dropped: &[(String, &Location<'static>)]) {
    const SHOWN: usize = 10;
    let name = &planned.name;
    for (path, place) in dropped.iter().take(SHOWN) {
        log::warn!(
            "`{name}` has ended before its write to `{path}` (at {place}) was applied: it is dropped; \
             `read_write().await` waits for it"
        );
    }
    if let Some(more @ 1..) = dropped.len().checked_sub(SHOWN) {
        log::warn!("`{name}` has ended before {more} more of its writes were applied");
    }
}

/// A test may end in the read-only phase, or at an edge that the design has yet to react to. It is judged
/// after that time step, and the next one begins in a time step of its own: nothing of the other is seen
/// there but settled values.
async fn leave_time_step(kernel: &'static Kernel) {
    timer(kernel.precision().step()).await;
    // After a test that ended in the read-only phase, in which nothing can be released.
    if kernel.release_forces() {
        timer(kernel.precision().step()).await;
    }
}

impl RegressionRun {
    /// The running test's own code has ended, so.
    fn is_over(&self, failures: Failures, simulated: SimDuration) {
        if let Some(running) = &mut *self.running.borrow_mut() {
            running.over = Some((failures, simulated));
        }
    }

    fn take_over(&self) -> Failures {
        let mut running = self.running.borrow_mut();
        let over = running.as_mut().and_then(|running| running.over.take());
        over.map(|(failures, _)| failures).unwrap_or_default()
    }

    fn take_abort(&self, waker: &Waker) -> Option<String> {
        let mut running = self.running.borrow_mut();
        let running = running.as_mut()?;
        running.waker = Some(waker.clone());
        running.abort.take()
    }

    /// Ends the running test as failed; `false` if none runs.
    pub(super) fn abort(&self, reason: &str) -> bool {
        let waker = {
            let mut running = self.running.borrow_mut();
            let Some(running) = running.as_mut() else {
                return false;
            };
            match &mut running.abort {
                Some(present) => {
                    present.push('\n');
                    present.push_str(reason);
                }
                None => running.abort = Some(reason.to_owned()),
            }
            running.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        true
    }
}
