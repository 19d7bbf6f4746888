//! Runs tests as libtest does, and prints what it prints; failures with one cause are shown once.
//!
//! Tools that read libtest's lines or its JSON read these too.

mod print;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use print::Printer;

use crate::arguments::Arguments;
use crate::cause::cause;
use crate::verdict::Failure;

/// After this time a message says that a test is still running, as in libtest.
const SLOW: Duration = Duration::from_secs(60);

/// The width of the terminal that a stream goes to; without one, text is as wide as it likes.
pub(crate) fn width_of(stream: impl AsFd) -> usize {
    match rustix::termios::tcgetwinsize(stream) {
        Ok(size) if size.ws_col > 0 => size.ws_col.into(),
        _ => usize::MAX,
    }
}

/// A test as the front end sees it.
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) ignored: bool,
    pub(crate) run: Box<dyn FnOnce() -> Outcome + Send>,
}

/// The outcome of a test.
#[derive(Debug)]
pub(crate) enum Outcome {
    Passed,
    /// It has passed, and the library has warned of these while it ran.
    Warned(Vec<Warning>),
    /// The reason, if the test itself has given one.
    Ignored(Option<String>),
    Failed(Failure),
}

/// A warning of the library in a test that has passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Warning {
    pub(crate) text: String,
    /// The part that is equal for warnings with the same cause.
    pub(crate) cause: String,
}

impl Warning {
    pub(crate) fn of(test: &str, text: &str) -> Warning {
        Warning {
            text: text.to_owned(),
            cause: cause(text, test),
        }
    }
}

/// How many tests had which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) ignored: usize,
    pub(crate) filtered_out: usize,
}

impl Counts {
    /// As of any Rust test.
    pub(crate) fn exit_code(self) -> ExitCode {
        if self.failed > 0 {
            ExitCode::from(101)
        } else {
            ExitCode::SUCCESS
        }
    }
}

/// The file for the output cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{path}`: {source}")]
pub(crate) struct NoOutput {
    path: String,
    source: io::Error,
}

/// Lists the tests that the arguments select, or runs them.
///
/// # Errors
///
/// The file for the output cannot be written.
pub(crate) fn run(arguments: &Arguments, mut jobs: Vec<Job>) -> Result<Counts, NoOutput> {
    let all = jobs.len();
    jobs.retain(|job| arguments.select(&job.name, job.ignored));
    let mut counts = Counts {
        filtered_out: all - jobs.len(),
        ..Counts::default()
    };
    let (out, is_terminal): (Box<dyn Write>, bool) = match arguments.log_file() {
        None => (Box::new(io::stdout()), io::stdout().is_terminal()),
        Some(path) => {
            let unwritable = |source| NoOutput {
                path: path.to_owned(),
                source,
            };
            (Box::new(File::create(path).map_err(unwritable)?), false)
        }
    };
    let format = arguments.format();
    let names = jobs.iter().map(|job| job.name.as_str());
    let mut printer = Printer::new(out, format, arguments.colored(is_terminal), names);
    if is_terminal {
        printer.width = width_of(io::stdout());
    }
    if arguments.list() {
        for job in &jobs {
            printer.listed(&job.name);
        }
        return Ok(Counts::default());
    }
    let begun = Instant::now();
    printer.title(jobs.len());
    let mut ended = |name: &str, outcome: Outcome, printer: &mut Printer| {
        match &outcome {
            Outcome::Passed | Outcome::Warned(_) => counts.passed += 1,
            Outcome::Ignored(_) => counts.ignored += 1,
            Outcome::Failed(_) => counts.failed += 1,
        }
        printer.outcome(name, outcome);
    };
    match arguments.threads() {
        // On this thread, so that the output of a running test comes after its name.
        1 => {
            for job in jobs {
                printer.begins(&job.name, true);
                let name = job.name.clone();
                ended(&name, outcome_of(job, arguments), &mut printer);
            }
        }
        threads => in_parallel(jobs, arguments, threads, |event| match event {
            Event::Begins(name) => printer.begins(&name, false),
            Event::IsSlow(name) => printer.is_slow(&name, SLOW),
            Event::Ended(name, outcome) => ended(&name, outcome, &mut printer),
        }),
    }
    printer.warnings();
    printer.failures();
    printer.summary(counts, begun.elapsed());
    Ok(counts)
}

enum Event {
    Begins(String),
    IsSlow(String),
    Ended(String, Outcome),
}

/// Runs the jobs on several threads, and reports their events on this one.
fn in_parallel(
    jobs: Vec<Job>,
    arguments: &Arguments,
    threads: usize,
    mut report: impl FnMut(Event),
) {
    let (sender, events) = mpsc::channel();
    let threads = threads.min(jobs.len());
    let jobs = Mutex::new(VecDeque::from(jobs));
    let jobs = &jobs;
    thread::scope(|scope| {
        for _ in 0..threads {
            let sender = sender.clone();
            scope.spawn(move || {
                loop {
                    let next = jobs
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .pop_front();
                    let Some(job) = next else { return };
                    let name = job.name.clone();
                    // The receiver lives as long as this scope.
                    let _ = sender.send(Event::Begins(name.clone()));
                    let _ = sender.send(Event::Ended(name, outcome_of(job, arguments)));
                }
            });
        }
        drop(sender);
        // The running tests that have not been reported as slow, the oldest first.
        let mut running: VecDeque<(Instant, String)> = VecDeque::new();
        loop {
            let next = running.front().map(|(due, _)| *due);
            let event = match next {
                None => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(due) => events.recv_timeout(due.saturating_duration_since(Instant::now())),
            };
            match event {
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    if let Some((_, name)) = running.pop_front() {
                        report(Event::IsSlow(name));
                    }
                }
                Ok(event) => {
                    match &event {
                        Event::Begins(name) => {
                            running.push_back((Instant::now() + SLOW, name.clone()));
                        }
                        Event::Ended(name, _) => running.retain(|(_, other)| other != name),
                        Event::IsSlow(_) => {}
                    }
                    report(event);
                }
            }
        }
    });
}

fn outcome_of(job: Job, arguments: &Arguments) -> Outcome {
    if arguments.leave(job.ignored) {
        return Outcome::Ignored(None);
    }
    catch_unwind(AssertUnwindSafe(job.run)).unwrap_or_else(|payload| {
        let text = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or(payload.downcast_ref::<&str>().copied());
        let text = format!("the harness panicked: {}", text.unwrap_or("no message"));
        Outcome::Failed(Failure::from(text))
    })
}
