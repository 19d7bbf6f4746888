//! What ends a test that does not end itself: limits of simulated and of wall-clock time.

use super::{current, task_tree};
use crate::regression::exit;
use crate::regression::outcome::FailureKind;
use crate::scheduler::{self, Kernel, kernel};
use crate::task;
use crate::time::{Rounding, SimDuration};
use crate::trigger::{Timer, timer_of_steps};

/// How long the simulator may take to end after it was told to.
const END_LIMIT: std::time::Duration = std::time::Duration::from_secs(20);

/// A timer for the time after the limit, or after the next longer one that the design's precision can
/// tell: what happens at the limit itself is still in time. None for a limit that no simulation reaches.
pub(super) fn limit_after(
    kernel: &'static Kernel,
    limit: SimDuration,
) -> Option<(Timer, SimDuration)> {
    let precision = kernel.precision();
    let steps = limit.to_steps_rounded(precision, Rounding::Up).ok()?;
    let timer = timer_of_steps(kernel, steps.checked_add(1)?).ok()?;
    Some((timer, SimDuration::from_steps(steps, precision)))
}

/// The limit of an `on_exit` future: as every limit, rounded up to what the design's precision can tell.
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

/// The wall-clock limit has passed, and the simulator's thread has come by: it can tell what
/// everybody awaits, and ends the run in good order.
pub(super) fn asked(kernel: &'static Kernel) {
    let Some(regression) = current() else { return };
    let name = {
        let running = regression.running.borrow();
        let Some(running) = running.as_ref() else {
            return;
        };
        regression.tests[running.number].name.clone()
    };
    if let Some(watchdog) = &regression.watchdog {
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
    let reason = format!(
        "the test did not end within {limit:?} of wall-clock time{}; the run ends here\n{threads}{}",
        set_by(own.is_some(), "VERIFORK_WALL_TIMEOUT"),
        task_tree(kernel)
    );
    regression.give_up(FailureKind::Timeout, &reason);
    kernel.stop();
    kernel.port().finish();
}

/// The simulator's thread does not come by: it is stuck in a task, or in the design.
pub(super) fn last_resort(what: &str) {
    let tree = scheduler::inspect(Kernel::task_tree);
    let threads = crate::sync::running_threads().join(", ");
    let what = if threads.is_empty() {
        what.to_owned()
    } else {
        format!("{what}\nthreads that a task waits for: {threads}")
    };
    let text = diagnosis(&what, tree, task::outline);
    exit::abandon(&format!("verifork: {text}"));
}

/// What is said of a simulator's thread that does not come by: what all tasks await, where that could
/// be seen, or else who and where they are.
fn diagnosis(
    what: &str,
    tree: Result<String, scheduler::Closed>,
    outline: impl FnOnce() -> String,
) -> String {
    use scheduler::Closed;
    match tree {
        Ok(tree) => format!(
            "{what}\nthe simulator does not advance: the design loops without simulated time\n\
             tasks:\n{tree}"
        ),
        Err(Closed::Inside | Closed::Absent) => format!(
            "{what}\na task runs without ever awaiting; tasks:\n{}",
            outline()
        ),
        Err(Closed::NoBarrier) => format!(
            "{what}\neither the design loops without simulated time, or a task runs without ever \
             awaiting: the operating system refuses membarrier(2), which would tell; tasks:\n{}",
            outline()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::Closed;

    #[test]
    fn the_diagnosis_says_no_more_than_is_known() {
        let outline = || "test (a.rs:1)\n".to_owned();
        let design = diagnosis("late", Ok("test awaits\n".into()), || unreachable!());
        assert!(design.contains("the design loops without") && design.ends_with("test awaits\n"));
        let task = diagnosis("late", Err(Closed::Inside), outline);
        assert!(task.contains("\na task runs without ever awaiting; tasks:\ntest (a.rs:1)"));
        let either = diagnosis("late", Err(Closed::NoBarrier), outline);
        assert!(either.contains("either the design loops without simulated time, or a task runs"));
        assert!(either.contains("refuses membarrier(2)") && either.ends_with("test (a.rs:1)\n"));
    }
}
