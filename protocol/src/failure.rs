//! The text of a failure: on the first line what went wrong and where, then which task and when, then details.

use std::fmt::Write as _;

use crate::time::simulated;

/// The heading of what every task awaits.
pub const TASKS: &str = "tasks:\n";
/// The words of the harness between a design's name and the compiler's message.
pub const DOES_NOT_COMPILE: &str = " does not compile: ";
/// How the line begins that says where the failed task was forked.
pub const FORKED: &str = "(the task was forked at ";

/// A failure to be printed.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// The message, and the details below it: where its task was forked, the stack, what all tasks await.
    pub text: &'a str,
    /// The file and line that failed.
    pub place: Option<(&'a str, u32)>,
    /// The names of the tasks that it happened in, joined by `/`; empty for the test itself.
    pub task: &'a str,
    /// When, in femtoseconds of the simulation.
    pub at: Option<u128>,
}

/// Formats the failures of a test that began at `since`, in femtoseconds of the simulation. They are numbered if
/// `numbered`, and each line begins with `by`.
#[must_use]
pub fn formatted(
    failures: &[Failure<'_>],
    test: &str,
    since: u128,
    numbered: bool,
    by: &str,
) -> String {
    let mut text = String::new();
    for (number, failure) in (1..).zip(failures) {
        let (number, below) = if numbered {
            (format!("{number}. "), format!("{by}   "))
        } else {
            (String::new(), by.to_owned())
        };
        let place = match failure.place {
            Some((file, line)) => format!("{file}:{line}: "),
            None => String::new(),
        };
        let (message, details) = parts(failure.text.trim_end());
        let (first, rest) = message.split_once('\n').unwrap_or((message, ""));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{by}{number}{place}{first}");
        let who = Some(failure.task).filter(|task| !task.is_empty() && *task != test);
        let who = who.map(|task| format!("in `{task}`"));
        let at = failure.at.map(|at| format!("at {}", moment(at, since)));
        let context: Vec<String> = who.into_iter().chain(at).collect();
        for line in [rest, &context.join(", "), details]
            .into_iter()
            .flat_map(str::lines)
        {
            let _ = writeln!(text, "{}", format!("{below}{line}").trim_end());
        }
    }
    text
}

/// The part of a failure that is equal in other tests with the same cause: its message, and what all tasks awaited.
#[must_use]
pub fn reason(text: &str) -> String {
    let (message, details) = parts(text);
    let tasks = details.split_once(TASKS).map_or("", |(_, tasks)| tasks);
    let mut reason = message.to_owned();
    for line in tasks.lines() {
        // The places of forks are those of the tests.
        let (before, after) = line.split_once(" (forked at ").unwrap_or((line, ""));
        let after = after.split_once(')').map_or(after, |(_, after)| after);
        let _ = write!(reason, "\n{before}{after}");
    }
    reason
}

/// The message of a failure, and its details.
fn parts(text: &str) -> (&str, &str) {
    let begins = |line: &str| {
        let number = line.trim_start().split_once(": ");
        let is_frame = line.starts_with(' ')
            && number.is_some_and(|(number, _)| number.bytes().all(|it| it.is_ascii_digit()));
        line.starts_with(FORKED) || line == TASKS.trim_end() || is_frame
    };
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        if end > 0 && begins(line.trim_end()) {
            break;
        }
        end += line.len();
    }
    let (message, details) = text.split_at(end);
    (message.trim_end(), details)
}

/// A time of the simulation as one of the test, and as what it is where that is another one.
fn moment(at: u128, since: u128) -> String {
    match at.checked_sub(since) {
        Some(own) if since > 0 => {
            format!(
                "{} of the test ({} of the run)",
                simulated(own),
                simulated(at)
            )
        }
        _ => simulated(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PANIC: Failure<'static> = Failure {
        text: "assertion `left == right` failed\n  left: 3\n right: 4\n(the task was forked at \
               src/bus.rs:9)\n   7: frame\n",
        place: Some(("src/lib.rs", 45)),
        task: "counts/driver",
        at: Some(3_120_000_000),
    };

    #[test]
    fn what_and_where_come_first_then_who_and_when() {
        assert_eq!(
            formatted(&[PANIC], "counts", 2_865_000_000, false, ""),
            "src/lib.rs:45: assertion `left == right` failed\n  left: 3\n right: 4\nin \
             `counts/driver`, at 255 ns of the test (3,120 ns of the run)\n(the task was forked at \
             src/bus.rs:9)\n   7: frame\n"
        );
    }

    #[test]
    fn several_are_numbered_and_a_test_that_began_with_the_run_has_one_time() {
        let own = Failure {
            text: "gave up",
            place: None,
            task: "counts",
            at: Some(1_500_000),
        };
        let late = Failure {
            text: "late",
            at: None,
            ..own
        };
        assert_eq!(
            formatted(&[own, late], "counts", 0, true, "  "),
            "  1. gave up\n     at 1.5 ns\n  2. late\n"
        );
    }

    #[test]
    fn the_reason_is_the_message_and_what_tasks_awaited() {
        assert_eq!(
            reason(PANIC.text),
            "assertion `left == right` failed\n  left: 3\n right: 4"
        );
        let late = |place: &str, what: &str| {
            reason(&format!(
                "did not end\ntasks:\nt (forked at {place}) awaits {what}, since 0 s"
            ))
        };
        assert_eq!(late("a:1", "clk"), late("a:2", "clk"));
        assert_ne!(late("a:1", "clk"), late("a:1", "rst"));
    }
}
