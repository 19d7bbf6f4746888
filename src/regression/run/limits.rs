//! The limits of simulated and wall-clock time that end a test which does not end by itself.

use std::fmt::Write as _;
use std::panic::Location;
use std::time::Duration;

use verifork_protocol::time::wall_clock;

use super::{current, task_tree};
use crate::regression::exit;
use crate::regression::failure_kind::FailureKind;
use crate::regression::watchdog::{Overdue, Watchdog};
use crate::scheduler::{self, Kernel, kernel};
use crate::task;
use crate::time::{Rounding, SimDuration};
use crate::trigger::{Timer, timer_of_steps};

/// How long the simulator may take to end after a request.
const END_LIMIT: Duration = Duration::from_secs(20);

/// A timer for the first time after the limit, which is rounded up to the design's precision: what happens at the
/// limit itself is still in time. `None` for a limit that no simulation reaches.
pub(super) fn limit_after(
    kernel: &'static Kernel,
    limit: SimDuration,
) -> Option<(Timer, SimDuration)> {
    let precision = kernel.precision();
    let steps = limit.to_steps_rounded(precision, Rounding::Up).ok()?;
    let timer = timer_of_steps(kernel, steps.checked_add(1)?).ok()?;
    Some((timer, SimDuration::from_steps(steps, precision)))
}

/// The limit of an `on_exit` future, rounded up to the design's precision like every limit.
pub(super) async fn exit_timer(limit: SimDuration) {
    let timer = kernel().ok().and_then(|kernel| {
        let steps = limit.to_steps_rounded(kernel.precision(), Rounding::Up);
        timer_of_steps(kernel, steps.ok()?).ok()
    });
    match timer {
        Some(timer) => timer.await,
        // None that a simulation reaches.
        None => std::future::pending().await,
    }
}

/// Where a limit comes from, if not from the test itself.
pub(super) fn set_by(own: bool, variable: &str) -> String {
    if own {
        String::new()
    } else {
        format!(", the limit of {variable}")
    }
}

/// The report on a test that did not end: the reason as far as it is known, and what all tasks await. A clock that
/// was never started comes first, since it is the cause.
pub(super) fn unfinished(kernel: &Kernel, what: &str, details: &str) -> String {
    let mut text = what.to_owned();
    if let Some(still) = kernel.still_signal() {
        let fact = format!("`{}` has not changed since {}", still.path, still.since);
        text = if still.wants_clock {
            format!("{fact}: is a clock started?\n{text}")
        } else {
            format!("{text}\n{fact}")
        };
    }
    // Writing to a string cannot fail.
    let _ = write!(text, "\n{details}{}", task_tree(kernel));
    text
}

/// The wall-clock limit has passed, and the simulator's thread is in our code: it can report what all tasks await,
/// and ends the run properly.
pub(super) fn asked(kernel: &'static Kernel) {
    let Some(regression) = current() else { return };
    let name = {
        let running = regression.running.borrow();
        let Some(running) = running.as_ref() else {
            return;
        };
        regression.tests[running.number].name.clone()
    };
    let watchdog = regression.watchdog.as_ref();
    let busy = watchdog.and_then(Watchdog::busy);
    if let Some(watchdog) = watchdog {
        watchdog.arm("the end of the simulation", END_LIMIT, Box::new(|| {}));
    }
    let planned = regression.tests.iter().find(|planned| planned.name == name);
    let own = planned.and_then(|planned| (planned.entry.options)().wall_timeout);
    let limit = own.or(regression.config.wall_timeout).unwrap_or_default();
    let threads = crate::sync::running_threads();
    let threads = if threads.is_empty() {
        String::new()
    } else {
        format!("threads that a task waits for: {}\n", threads.join(", "))
    };
    let set_by = set_by(own.is_some(), "VERIFORK_WALL_TIMEOUT");
    let reason = if let Some(((task, place), silent)) = busy {
        let ran = ran_without_awaiting(&task, silent, Some(place));
        let limit = wall_clock(limit);
        let tree = task_tree(kernel);
        format!(
            "{ran}; limit {limit}{set_by}: it spins or blocks\nthe run ends here\n{threads}{tree}"
        )
    } else {
        let what = format!(
            "the test did not end within {} of wall-clock time{set_by}; the run ends here",
            wall_clock(limit),
        );
        unfinished(kernel, &what, &threads)
    };
    regression.give_up(FailureKind::Timeout, &reason);
    kernel.stop();
    kernel.port().finish();
}

/// The simulator's thread does not come by: it is stuck in a task, or in the design.
pub(super) fn last_resort(overdue: &Overdue) {
    let tree = scheduler::inspect(Kernel::task_tree);
    let threads = crate::sync::running_threads().join(", ");
    let threads = if threads.is_empty() {
        String::new()
    } else {
        format!("threads that a task waits for: {threads}\n")
    };
    let text = diagnosis(overdue, tree, task::running_task(), &threads, task::outline);
    exit::abandon(&format!("verifork: {text}"));
}

/// The report if the simulator's thread does not enter our code, with the cause first: what all tasks await if that
/// could be read, or else their names and places.
fn diagnosis(
    overdue: &Overdue,
    tree: Result<String, scheduler::Closed>,
    running: Option<(String, &Location<'_>)>,
    threads: &str,
    outline: impl FnOnce() -> String,
) -> String {
    use scheduler::Closed;
    let test = &overdue.what;
    let limit = format!("limit {}", wall_clock(overdue.limit));
    match tree {
        Ok(tree) => format!(
            "the design loops without simulated time in `{test}`: the simulator has not called back \
             for {}; {limit}\n{threads}tasks:\n{tree}",
            wall_clock(overdue.silent)
        ),
        Err(Closed::Inside | Closed::Absent) => {
            let (task, place) = running.unzip();
            let who = task.as_ref().unwrap_or(test);
            let who = ran_without_awaiting(who, overdue.silent, place);
            format!(
                "{who}; {limit}: it spins or blocks\n{threads}tasks:\n{}",
                outline()
            )
        }
        Err(Closed::NoBarrier) => format!(
            "`{test}` does not advance: either the design loops without simulated time, or a task \
             spins or blocks; {limit}\n\
             the operating system refuses membarrier(2), which would show which\n{threads}tasks:\n{}",
            outline()
        ),
    }
}

/// What is known of a task that blocks the simulator's thread, to a tenth of a second.
fn ran_without_awaiting(task: &str, time: Duration, place: Option<&Location<'_>>) -> String {
    let tenths = (time.as_millis() + 50) / 100;
    let time = wall_clock(Duration::from_millis(100) * u32::try_from(tenths).unwrap_or(u32::MAX));
    let place = place.map_or_else(String::new, |place| {
        format!(", {}:{}", place.file(), place.line())
    });
    format!("`{task}` ran {time} without awaiting{place}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::Closed;

    #[test]
    fn the_first_line_of_the_diagnosis_says_the_cause_and_no_more_than_is_known() {
        let outline = || "test (a.rs:1)\n".to_owned();
        let overdue = Overdue {
            what: "test".to_owned(),
            limit: Duration::from_millis(1500),
            silent: Duration::from_secs(2),
        };
        let first = |text: &str| text.lines().next().unwrap_or_default().to_owned();
        let place = Location::caller();
        let running = Some(("test/driver".to_owned(), place));
        let loops = diagnosis(
            &overdue,
            Ok("test awaits\n".into()),
            None,
            "",
            || unreachable!(),
        );
        assert!(first(&loops).starts_with("the design loops without simulated time in `test`"));
        assert!(loops.ends_with("; limit 1.5 s\ntasks:\ntest awaits\n"));
        let spins = diagnosis(&overdue, Err(Closed::Inside), running.clone(), "", outline);
        assert_eq!(
            first(&spins),
            format!(
                "`test/driver` ran 2 s without awaiting, {}:{}; limit 1.5 s: it spins or blocks",
                place.file(),
                place.line()
            )
        );
        assert!(spins.ends_with("\ntasks:\ntest (a.rs:1)\n"));
        let nobody = diagnosis(&overdue, Err(Closed::Inside), None, "threads: x\n", outline);
        assert!(nobody.starts_with("`test` ran 2 s without awaiting; limit"));
        assert!(nobody.contains("blocks\nthreads: x\ntasks:\n"));
        // Which task it is would be a guess.
        let either = diagnosis(&overdue, Err(Closed::NoBarrier), running, "", outline);
        assert!(first(&either).contains("either the design loops") && !either.contains("driver"));
        assert!(either.contains("refuses membarrier(2)") && either.ends_with("test (a.rs:1)\n"));
    }
}
