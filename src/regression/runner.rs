//! The run of all tests: a task of the root set, driven by the same callbacks as the tests.
//!
//! Invariant: the run counts as failed until its last line is written with every selected test
//! passed or skipped. Whatever ends the process before that, its exit status says so.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Instant;

use anyhow::Context as _;

use super::config::Config;
use super::describe;
use super::failures;
use super::junit::JunitFile;
use super::outcome::{FailureEntry, Status, TestResult};
use super::registry::{self, TestContext, TestEntry, TestOptions};
use super::report::{self, Style, Totals};
use super::seed::Seed;
use super::select::{self, Candidate, Run, select};
use super::test::Test;
use super::watchdog::{GRACE, Watchdog};
use super::{crash, exit, logger, results};
use crate::scheduler::{self, Hooks, Kernel, kernel};
use crate::task::{self, catch};
use crate::time::{SimDuration, SimTime};
use crate::trigger::timer;

/// How long the simulator may take to end after it was told to.
const END_LIMIT: std::time::Duration = std::time::Duration::from_secs(20);

/// The scheduler's way up to here.
pub(crate) const HOOKS: Hooks = Hooks {
    start,
    end,
    asked,
    broken,
};

struct Runner {
    kernel: &'static Kernel,
    config: Config,
    style: Style,
    arguments: Vec<String>,
    plusargs: Rc<[String]>,
    tests: Vec<Planned>,
    junit: RefCell<Option<JunitFile>>,
    results: RefCell<Vec<TestResult>>,
    running: RefCell<Option<Running>>,
    watchdog: Option<Watchdog>,
    /// A test has run in this simulation.
    stirred: Cell<bool>,
    finished: Cell<bool>,
}

struct Planned {
    entry: &'static TestEntry,
    name: String,
    run: Run,
}

/// The test that runs now, and what is to end it.
struct Running {
    number: usize,
    begun: Instant,
    since: SimTime,
    abort: Option<String>,
    waker: Option<Waker>,
}

thread_local! {
    static RUNNER: RefCell<Option<Rc<Runner>>> = const { RefCell::new(None) };
}

fn runner() -> Option<Rc<Runner>> {
    RUNNER.with_borrow(Clone::clone)
}

/// Prints through the simulator, and without one to the standard error. At once: a process that
/// crashes next has told what it did before.
fn print(text: &str) {
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
        .hub()
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
        Ok(Some(runner)) => {
            RUNNER.set(Some(Rc::clone(&runner)));
            drop(task::spawn_root(async move {
                run_all(&runner).await;
                Ok(())
            }));
        }
        Ok(None) => {
            exit::set_status(exit::PASSED);
            kernel.port().finish();
        }
        Err(error) => {
            print(&format!("verifork: {error:#}\n"));
            warn_unwritten(results::problem(&format!("{error:#}")));
            exit::set_status(exit::FAILED);
            kernel.port().finish();
        }
    }
}

/// Reads the settings and chooses the tests; `None` if only a list was asked for.
fn prepare(kernel: &'static Kernel) -> anyhow::Result<Option<Rc<Runner>>> {
    let config = Config::from_environment()?;
    if let Some(help) = &config.help {
        print(help);
        return Ok(None);
    }
    let colored = config.colored_on_stdout();
    logger::install(
        &config.log,
        colored,
        logger::Hooks {
            now: || scheduler::kernel().ok().map(Kernel::now),
            task_path: |out| {
                task::with_hub(|hub| hub.write_current_path(out).ok());
            },
            sink: print,
        },
    );
    if let Some(path) = describe::wanted() {
        describe::write(kernel.port(), &path)?;
        return Ok(None);
    }
    let entries = registry::in_order();
    anyhow::ensure!(
        !entries.is_empty(),
        "this plugin has no tests: mark an `async fn` with `#[verifork::test]`, and let the \
         cdylib's `lib.rs` reach the module that it stands in"
    );
    let candidates: Vec<Candidate<'_>> = entries
        .iter()
        .map(|(entry, name)| Candidate {
            name,
            file: entry.place.file(),
            line: entry.place.line(),
        })
        .collect();
    let seed = match config.seed {
        Some(value) => Seed::new(value),
        None => Seed::from_os().context("no random seed is to be had; set VERIFORK_SEED")?,
    };
    let selection = select(
        &candidates,
        &config.filter,
        config.order,
        config.repeat.get(),
        seed,
    )?;
    for term in &selection.unmatched {
        log::warn!("VERIFORK_FILTER: no test's name contains `{term}`");
    }
    if config.list {
        let mut text = String::new();
        select::list(&mut text, &candidates, &selection)?;
        print(&text);
        return Ok(None);
    }
    let arguments = process_arguments();
    let port = kernel.port();
    let identity = port.identity();
    let junit = match &config.junit {
        None => None,
        Some(path) => {
            let properties = [
                ("seed", seed.value().to_string()),
                ("simulator", identity.product.clone()),
                ("simulator_version", identity.version.clone()),
                ("interface", identity.interface.to_owned()),
            ];
            let tests: Vec<_> = selection
                .runs
                .iter()
                .map(|run| (candidates[run.index], *run))
                .collect();
            let suite = top_name(kernel);
            Some(JunitFile::create(
                path,
                &suite,
                &properties,
                &tests,
                &arguments,
            )?)
        }
    };
    let labels: Vec<String> = selection
        .runs
        .iter()
        .map(|run| select::label(candidates[run.index].name, run.repetition))
        .collect();
    results::planned(&labels, seed)?;
    let style = Style::new(colored, labels.iter().map(String::as_str));
    let tests = selection
        .runs
        .iter()
        .map(|run| {
            let (entry, name) = &entries[run.index];
            Planned {
                entry,
                name: name.clone(),
                run: *run,
            }
        })
        .collect::<Vec<_>>();
    let watchdog = Watchdog::start(GRACE, last_resort)
        .inspect_err(|error| log::warn!("no limit of wall-clock time: no thread: {error}"))
        .ok();
    log::info!(
        "{} {} through {}; {} of {} tests; seed {}",
        identity.product,
        identity.version,
        identity.interface,
        tests.len(),
        candidates.len(),
        seed.value()
    );
    let plusargs = port
        .arguments()
        .iter()
        .filter(|argument| argument.starts_with('+'))
        .cloned()
        .collect();
    Ok(Some(Rc::new(Runner {
        kernel,
        config,
        style,
        arguments,
        plusargs,
        tests,
        junit: RefCell::new(junit),
        results: RefCell::default(),
        running: RefCell::default(),
        watchdog,
        stirred: Cell::new(false),
        finished: Cell::new(false),
    })))
}

/// A result that cannot be written is missed by whoever reads it: to say so is enough here.
fn warn_unwritten(written: anyhow::Result<()>) {
    if let Err(error) = written {
        print(&format!("verifork: {error:#}\n"));
    }
}

fn top_name(kernel: &Kernel) -> String {
    let port = kernel.port();
    port.roots()
        .first()
        .map_or_else(|| "design".to_owned(), |&root| port.describe(root).name)
}

/// The command line of the process, as the shell would take it again.
fn process_arguments() -> Vec<String> {
    std::env::args_os()
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect()
}

async fn run_all(runner: &Runner) {
    let mut stopped = false;
    for number in 0..runner.tests.len() {
        let result = if stopped {
            runner.skipped(
                number,
                "not run, since VERIFORK_FAIL_FAST is set and a test failed",
            )
        } else {
            run_one(runner, number).await
        };
        stopped |= runner.config.fail_fast && matches!(result.status, Status::Failed(_));
        runner.record(result);
    }
    runner.finish();
    runner.kernel.port().finish();
}

async fn run_one(runner: &Runner, number: usize) -> TestResult {
    let planned = &runner.tests[number];
    let entry = planned.entry;
    let options = match catch(entry.options) {
        Ok(options) => options,
        Err(caught) => {
            let text = format!("the test's options panicked: {}", caught.message);
            return runner.result(number, Status::Failed(vec![FailureEntry::of_test(text)]));
        }
    };
    if let Some(reason) = options.skip {
        return runner.skipped(number, reason);
    }
    if runner.stirred.replace(true) {
        leave_time_step(runner.kernel).await;
    }
    logger::clear_tail();
    let begun = runner.kernel.now();
    *runner.running.borrow_mut() = Some(Running {
        number,
        begun: Instant::now(),
        since: begun,
        abort: None,
        waker: None,
    });
    if let (Some(watchdog), Some(limit)) = (
        &runner.watchdog,
        options.wall_timeout.or(runner.config.wall_timeout),
    ) {
        watchdog.arm(&planned.name, limit, Box::new(scheduler::ask));
    }
    crash::during(&planned.name);
    let test = Test::new(
        planned.name.clone(),
        planned.run.seed,
        begun,
        Rc::clone(&runner.plusargs),
    );
    Test::set_current(Some(test.clone()));
    warn_unwritten(results::begun(&select::label(
        &planned.name,
        planned.run.repetition,
    )));
    log::debug!("begins");
    let mut failures = Failures::default();
    let context = TestContext {
        test,
        place: entry.place,
    };
    match catch(|| (entry.run)(&context)) {
        Ok(Ok(body)) => run_body(runner, planned, &options, body, &mut failures).await,
        Ok(Err(error)) => {
            let causes: Vec<_> = error.chain().map(ToString::to_string).collect();
            failures.push(runner, planned, causes.join("\nbecause "));
        }
        Err(caught) => failures.push(runner, planned, caught.message),
    }
    Test::set_current(None);
    runner.kernel.end_test();
    for error in task::hub().take_lost() {
        failures.entries.extend(failures::entries(&error.into()));
    }
    if let Some(watchdog) = &runner.watchdog {
        watchdog.disarm();
    }
    let mut status = match failures {
        Failures {
            entries,
            skipped: Some(reason),
        } if entries.is_empty() => Status::Skipped(reason),
        Failures { entries, .. } if entries.is_empty() => Status::Passed,
        Failures { entries, .. } => Status::Failed(entries),
    };
    if let Some(expected) = options.should_fail {
        status = status.judged_by_should_fail(expected);
    }
    let mut result = runner.result(number, status);
    result.simulated = runner.kernel.now().since(begun);
    *runner.running.borrow_mut() = None;
    crash::during("");
    result
}

#[derive(Default)]
struct Failures {
    entries: Vec<FailureEntry>,
    /// The test has ended itself as skipped.
    skipped: Option<String>,
}

impl Failures {
    fn push(&mut self, runner: &Runner, planned: &Planned, text: String) {
        let place = planned.entry.place;
        self.entries.push(failures::of_test(
            &planned.name,
            place,
            runner.kernel.now(),
            text,
        ));
    }
}

/// Runs the test's own code until it ends, or until one of its limits or the simulation ends it.
async fn run_body(
    runner: &Runner,
    planned: &Planned,
    options: &TestOptions,
    body: super::registry::TestFuture,
    failures: &mut Failures,
) {
    let limit = options.timeout.or(runner.config.timeout);
    let (timer, limit) = match limit.map(|limit| rounded_timer(runner.kernel, limit)) {
        Some((timer, limit)) => (Some(timer), Some(limit)),
        None => (None, None),
    };
    let mut timer = pin!(timer);
    let place: &'static Location<'static> = planned.entry.place;
    let ended = {
        let mut running = pin!(task::run_test(planned.name.clone().into(), place, body));
        poll_fn(|context| {
            if let Poll::Ready(outcome) = running.as_mut().poll(context) {
                return Poll::Ready(Ended::Itself(outcome));
            }
            if let Some(reason) = runner.take_abort(context.waker()) {
                return Poll::Ready(Ended::Aborted(reason));
            }
            let Some(timer) = timer.as_mut().as_pin_mut() else {
                return Poll::Pending;
            };
            timer.poll(context).map(|()| {
                Ended::Aborted(format!(
                    "the test did not end within {} of simulated time{}\n{}",
                    limit.unwrap_or(SimDuration::ZERO),
                    set_by(options.timeout.is_some(), "VERIFORK_TIMEOUT"),
                    task_tree(runner.kernel)
                ))
            })
        })
        .await
        // The test's future is dropped here, and its tasks with it, newest first.
    };
    match ended {
        Ended::Itself(Ok(())) => {}
        Ended::Itself(Err(errors)) => match failures::skip_reason(&errors, &planned.name) {
            Some(reason) => failures.skipped = Some(reason),
            None => failures.entries.extend(failures::entries(&errors)),
        },
        Ended::Aborted(reason) => failures.push(runner, planned, reason),
    }
    if let Some(reason) = runner
        .running
        .borrow_mut()
        .as_mut()
        .and_then(|now| now.abort.take())
    {
        failures.push(runner, planned, reason);
    }
}

enum Ended {
    Itself(Result<(), task::TaskErrors>),
    Aborted(String),
}

/// A timer of the limit, or of the next longer time that the design's precision can tell.
fn rounded_timer(
    kernel: &'static Kernel,
    limit: SimDuration,
) -> (crate::trigger::Timer, SimDuration) {
    let precision = kernel.precision();
    let steps = limit
        .to_steps_rounded(precision, crate::time::Rounding::Up)
        .unwrap_or(u64::MAX);
    let limit = SimDuration::from_steps(steps, precision);
    (crate::trigger::timer_of_steps(kernel, steps), limit)
}

/// The limit of an `on_exit` future: as every limit, rounded up to what the design's precision can tell.
async fn exit_timer(limit: SimDuration) {
    match kernel() {
        Ok(kernel) => rounded_timer(kernel, limit).0.await,
        Err(_) => std::future::pending().await,
    }
}

/// Where a limit comes from, if not from the test itself.
fn set_by(own: bool, variable: &str) -> String {
    if own {
        String::new()
    } else {
        format!(", the limit of {variable}")
    }
}

fn task_tree(kernel: &Kernel) -> String {
    format!("tasks:\n{}", kernel.task_tree())
}

/// A test may end in the read-only phase, or at an edge that the design has yet to react to. The next
/// one begins in a time step of its own: nothing of the other is seen there but settled values.
async fn leave_time_step(kernel: &Kernel) {
    timer(kernel.precision().step()).await;
}

impl Runner {
    fn result(&self, number: usize, status: Status) -> TestResult {
        let Planned { entry, name, run } = &self.tests[number];
        let wall = self
            .running
            .borrow()
            .as_ref()
            .map(|now| now.begun.elapsed());
        TestResult {
            name: name.clone(),
            repetition: run.repetition,
            file: entry.place.file(),
            line: entry.place.line(),
            status,
            simulated: SimDuration::ZERO,
            wall: wall.unwrap_or_default(),
            seed: run.seed.value(),
        }
    }

    fn skipped(&self, number: usize, reason: &str) -> TestResult {
        self.result(number, Status::Skipped(reason.to_owned()))
    }

    fn take_abort(&self, waker: &Waker) -> Option<String> {
        let mut running = self.running.borrow_mut();
        let running = running.as_mut()?;
        running.waker = Some(waker.clone());
        running.abort.take()
    }

    /// Has the running test end as failed; `false` if none runs.
    fn abort(&self, reason: &str) -> bool {
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

    fn record(&self, result: TestResult) {
        let mut text = String::new();
        let written = report::line(&mut text, &result, self.style)
            .and_then(|()| report::failure(&mut text, &result, &self.arguments, self.style));
        debug_assert!(written.is_ok(), "writing to a string does not fail");
        print(&text);
        let number = self.results.borrow().len();
        let failed = matches!(result.status, Status::Failed(_));
        let log = if failed {
            logger::tail()
        } else {
            String::new()
        };
        warn_unwritten(results::ended(&result, &log));
        if let Some(junit) = &mut *self.junit.borrow_mut()
            && let Err(error) = junit.record(number, &result, &log)
        {
            print(&format!("verifork: {error}\n"));
        }
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
        print(&text);
        let passed = Totals::of(&results).failed == 0 && results.len() == self.tests.len();
        exit::set_status(if passed { exit::PASSED } else { exit::FAILED });
        warn_unwritten(results::finished());
    }

    /// Ends the run early: the test that runs has failed, and those to come are not run.
    fn give_up(&self, reason: &str) {
        if self.finished.get() {
            return;
        }
        exit::set_status(exit::FAILED);
        let running = self.running.borrow_mut().take();
        let mut done = self.results.borrow().len();
        if let Some(running) = running {
            let planned = &self.tests[running.number];
            let mut failures = Failures::default();
            if let Some(abort) = running.abort {
                failures.push(self, planned, abort);
            }
            failures.push(self, planned, reason.to_owned());
            let mut result = self.result(running.number, Status::Failed(failures.entries));
            result.wall = running.begun.elapsed();
            result.simulated = self.kernel.now().since(running.since);
            self.record(result);
            done += 1;
        }
        for number in done..self.tests.len() {
            let text = "not run: the simulation ended before this test";
            self.record(self.result(number, Status::Failed(vec![FailureEntry::of_test(text)])));
        }
        self.finish();
    }
}

fn end(kernel: &'static Kernel) {
    let Some(runner) = runner() else { return };
    runner.give_up(&format!(
        "the simulation ended while the test ran: the design called `$finish` or `$fatal`, or \
         nothing was left to happen (is there a clock?)\n{}",
        task_tree(kernel)
    ));
}

/// The wall-clock limit has passed, and the simulator's thread has come by: it can tell what
/// everybody awaits, and ends the run in good order.
fn asked(kernel: &'static Kernel) {
    let Some(runner) = runner() else { return };
    let name = {
        let running = runner.running.borrow();
        let Some(running) = running.as_ref() else {
            return;
        };
        runner.tests[running.number].name.clone()
    };
    if let Some(watchdog) = &runner.watchdog {
        watchdog.arm("the end of the simulation", END_LIMIT, Box::new(|| {}));
    }
    let planned = runner.tests.iter().find(|planned| planned.name == name);
    let own = planned.and_then(|planned| (planned.entry.options)().wall_timeout);
    let limit = own.or(runner.config.wall_timeout).unwrap_or_default();
    let threads = crate::sync::running_threads();
    let threads = if threads.is_empty() {
        String::new()
    } else {
        format!("threads that a task waits for: {}\n", threads.join(", "))
    };
    runner.give_up(&format!(
        "the test did not end within {limit:?} of wall-clock time{}; the run ends here\n{threads}{}",
        set_by(own.is_some(), "VERIFORK_WALL_TIMEOUT"),
        task_tree(kernel)
    ));
    kernel.stop();
    kernel.port().finish();
}

/// The simulator's thread does not come by: it is stuck in a task, or in the design.
fn last_resort(what: &str) {
    let stuck_in_design = scheduler::inspect(Kernel::task_tree);
    let threads = crate::sync::running_threads().join(", ");
    let what = if threads.is_empty() {
        what.to_owned()
    } else {
        format!("{what}\nthreads that a task waits for: {threads}")
    };
    let text = match stuck_in_design {
        Some(tree) => format!(
            "{what}\nthe simulator does not advance: the design loops without simulated time\n\
             tasks:\n{tree}"
        ),
        None => format!(
            "{what}\na task runs without ever awaiting; tasks:\n{}",
            task::outline()
        ),
    };
    exit::abandon(&format!("verifork: {text}"));
}

/// Something failed that no task did itself.
fn broken(kernel: &'static Kernel, reason: String) {
    let aborted = runner().is_some_and(|runner| runner.abort(&reason));
    if !aborted {
        print(&format!("verifork: {reason}\n"));
        exit::set_status(exit::FAILED);
        kernel.port().finish();
    }
}

/// No test can run here: says why, and has the process leave as failed, whatever the simulator does
/// without us.
pub(crate) fn refuse_to_run(reason: &str) {
    let _ = exit::register();
    exit::set_status(exit::FAILED);
    eprintln!("verifork: {reason}");
}

/// A panic outside of every task: the run cannot be trusted any more.
pub(crate) fn on_escaped_panic(message: &str) {
    // It may be the first thing that happened.
    let _ = exit::register();
    exit::set_status(exit::FAILED);
    let text = format!("verifork: panicked outside of every task: {message}");
    match runner() {
        Some(runner) => runner.give_up(&text),
        None => print(&format!("{text}\n")),
    }
    if let Ok(kernel) = kernel() {
        kernel.stop();
        kernel.port().finish();
    }
}
