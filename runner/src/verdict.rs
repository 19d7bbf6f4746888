//! Judges a test by its simulator process: passed only if that is proven.

use std::fmt::Write as _;

use verifork_protocol::failure;
use verifork_protocol::results::{self, Ended, Status, is_run_of};
use verifork_protocol::time::{of_nanoseconds, wall_clock};

use crate::cause::cause;
use crate::process::{Ending, signal_name};
use crate::simulation::{Execution, last_lines, tail};

/// The outcome of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passed,
    Skipped(String),
    Failed(Failure),
}

/// Why a test has failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The full text, with the cause on its first line.
    pub(crate) text: String,
    /// The part that is equal for failures with the same cause: see [`cause`].
    pub(crate) cause: String,
    /// The short text, to print after the full text of another test with this cause.
    pub(crate) brief: Option<String>,
    /// Another process has printed the text.
    pub(crate) reported: bool,
}

impl From<String> for Failure {
    /// One whose text is its cause.
    fn from(text: String) -> Self {
        Failure {
            cause: text.clone(),
            text,
            brief: None,
            reported: false,
        }
    }
}

const LOG_LINES: usize = 25;
/// How many lines of the plugin's last message are shown.
const LAST_WORDS: usize = 60;

/// Judges the test with this name by what its process has left.
pub(crate) fn judge(name: &str, execution: &Execution) -> Verdict {
    let results = &execution.results;
    let failed = |reason: &str, text: String| {
        Verdict::Failed(Failure {
            cause: cause(reason, name),
            text,
            brief: None,
            reported: false,
        })
    };
    let with_log = |reason: String| {
        let text = reason.clone() + &log_tail(execution);
        failed(&reason, text)
    };
    if let Some(problem) = &results.misunderstood {
        return with_log(problem.clone());
    }
    if results.loaded.is_none() {
        return with_log(format!(
            "the plugin was never started: the simulator {} before the simulation began",
            ending(execution.ending)
        ));
    }
    if let Some(problem) = &results.problem {
        return failed(problem, problem.clone());
    }
    let ended: Vec<&Ended> = results
        .ended
        .iter()
        .filter(|ended| ended.name == name)
        .collect();
    if let Some(ended) = ended.iter().find(|ended| ended.status == Status::Failed) {
        let mut text = failures(ended);
        if !ended.log.trim().is_empty() {
            let _ = write!(
                text,
                "log:\n{}\n",
                indented(&last_lines(&ended.log, LOG_LINES), "  ")
            );
        }
        let reasons = ended.failures.iter();
        let reasons: Vec<String> = reasons.map(|it| failure::reason(&it.text)).collect();
        return failed(&reasons.join("\n"), text);
    }
    if results
        .interrupted()
        .is_some_and(|label| is_run_of(label, name))
    {
        let ended = format!(
            "the simulator {} while the test ran",
            ending(execution.ending)
        );
        // A process that was killed or crashed has printed no reason. For the others, the status says nothing.
        let said = match execution.ending {
            Ending::Exited(_) => last_words(execution),
            _ => None,
        };
        return match said {
            Some((before, words)) => {
                let printed = printed(&before, execution);
                let text = format!("{words}\n{ended}{printed}");
                failed(words.lines().next().unwrap_or_default(), text)
            }
            None => with_log(ended),
        };
    }
    let planned = results
        .planned
        .iter()
        .filter(|label| is_run_of(label, name))
        .count();
    if planned == 0 || ended.len() < planned {
        let during = match results.interrupted() {
            Some(other) => format!(" during `{other}`"),
            None => String::new(),
        };
        let ending = ending(execution.ending);
        return with_log(format!(
            "the test has no result: the simulator {ending}{during}"
        ));
    }
    // In a shared simulation, the process may have failed because of other tests.
    let failed = results
        .ended
        .iter()
        .any(|ended| ended.status == Status::Failed);
    let proper = matches!(execution.ending, Ending::Exited(0))
        || (failed && execution.ending == Ending::Exited(1));
    if let Some(text) = &results.afterwards {
        return with_log(format!("the test passed, but {text}"));
    }
    // Another test that was interrupted is the one to blame.
    if results.interrupted().is_none() && (!results.finished || !proper) {
        return with_log(format!(
            "the test passed, but afterwards the simulator {}",
            ending(execution.ending)
        ));
    }
    match ended.iter().find(|ended| ended.status == Status::Skipped) {
        Some(skipped) => Verdict::Skipped(skipped.reason.clone().unwrap_or_default()),
        None => Verdict::Passed,
    }
}

fn ending(ending: Ending) -> String {
    match ending {
        Ending::Exited(status) => format!("ended with status {status}"),
        Ending::Signalled(
            signal @ (signal_hook::consts::SIGKILL
            | signal_hook::consts::SIGTERM
            | signal_hook::consts::SIGINT),
        ) => {
            format!("was killed ({})", signal_name(signal))
        }
        Ending::Signalled(signal) => format!("crashed ({})", signal_name(signal)),
        Ending::Killed(limit) => format!("hung and was killed after {}", wall_clock(limit)),
    }
}

fn log_tail(execution: &Execution) -> String {
    printed(&tail(&execution.log, LOG_LINES), execution)
}

fn printed(tail: &str, execution: &Execution) -> String {
    if tail.trim().is_empty() {
        return format!("\nit printed nothing\n$ {}\n", execution.command);
    }
    format!(
        "\nit printed last:\n{}\n$ {}\n",
        indented(tail, "  "),
        execution.command
    )
}

/// The plugin's reason for ending the process, and the last lines before it.
fn last_words(execution: &Execution) -> Option<(String, String)> {
    const SAID_BY: &str = "verifork: ";
    let printed = tail(&execution.log, LOG_LINES + LAST_WORDS);
    let lines: Vec<&str> = printed.lines().collect();
    let at = lines.iter().rposition(|line| line.starts_with(SAID_BY))?;
    let words = lines[at..].join("\n");
    let before = last_lines(&lines[..at].join("\n"), LOG_LINES);
    Some((before, words.strip_prefix(SAID_BY)?.to_owned()))
}

/// All failures of a test.
fn failures(ended: &Ended) -> String {
    let failures: Vec<_> = ended.failures.iter().map(to_print).collect();
    let since = of_nanoseconds(&ended.since_ns);
    let several = failures.len() > 1;
    failure::formatted(&failures, &ended.name, since.unwrap_or(0), several, "")
}

fn to_print(failed: &results::Failure) -> failure::Failure<'_> {
    failure::Failure {
        text: &failed.text,
        place: failed.file.as_deref().zip(failed.line),
        task: &failed.task,
        at: failed.at_ns.as_deref().and_then(of_nanoseconds),
    }
}

fn indented(text: &str, by: &str) -> String {
    let lines = text
        .lines()
        .map(|line| format!("{by}{line}").trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use verifork_protocol::results::{Loaded, Results};

    use super::*;

    fn ended(name: &str, status: Status) -> Ended {
        Ended {
            name: name.to_owned(),
            label: name.to_owned(),
            file: "src/lib.rs".to_owned(),
            line: 7,
            covers: Vec::new(),
            status,
            reason: None,
            failures: Vec::new(),
            simulated_ns: "1.00".to_owned(),
            since_ns: "0.00".to_owned(),
            wall: 0.5,
            seed: 7,
            sequences: Vec::new(),
            log: String::new(),
            warnings: Vec::new(),
        }
    }

    fn execution(ending: Ending, tests: &[(&str, Option<Status>)]) -> Execution {
        let mut results = Results {
            loaded: Some(Loaded::by("x", "1", "VPI")),
            finished: tests.iter().all(|(_, status)| status.is_some()),
            ..Results::default()
        };
        for (name, status) in tests {
            results.planned.push((*name).to_owned());
            if results.interrupted().is_none() {
                results.begun = Some((*name).to_owned());
            }
            results
                .ended
                .extend(status.map(|status| ended(name, status)));
        }
        Execution {
            ending,
            results,
            log: "/nonexistent".into(),
            waves: None,
            seed: 7,
            wall: Duration::ZERO,
            command: "vvp".to_owned(),
        }
    }

    fn reason(verdict: Verdict) -> String {
        match verdict {
            Verdict::Failed(failure) => failure.text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_simulator_that_never_started_the_plugin_fails_the_test() {
        let mut execution = execution(Ending::Exited(0), &[]);
        execution.results.loaded = None;
        assert!(reason(judge("a", &execution)).contains("the plugin was never started"));
    }

    #[test]
    fn a_passed_test_in_results_that_are_not_understood_fails() {
        let mut execution = execution(Ending::Exited(0), &[("a", Some(Status::Passed))]);
        execution.results.misunderstood = Some("format 2 and not 1".to_owned());
        assert!(reason(judge("a", &execution)).starts_with("format 2 and not 1"));
    }

    #[test]
    fn a_crash_fails_the_test_that_ran_and_those_after_it_but_none_before() {
        let tests = [("a", Some(Status::Passed)), ("b", None), ("c", None)];
        let execution = execution(Ending::Signalled(signal_hook::consts::SIGSEGV), &tests);
        assert_eq!(judge("a", &execution), Verdict::Passed);
        assert!(reason(judge("b", &execution)).contains("crashed (SIGSEGV) while the test ran"));
        assert!(reason(judge("c", &execution)).contains("during `b`"));
    }

    #[test]
    fn a_passed_test_of_a_process_that_ends_badly_fails() {
        let execution = execution(Ending::Exited(1), &[("a", Some(Status::Passed))]);
        assert!(reason(judge("a", &execution)).contains("ended with status 1"));
    }

    #[test]
    fn what_the_design_reports_after_a_passed_test_fails_it() {
        let mut execution = execution(Ending::Exited(1), &[("a", Some(Status::Passed))]);
        execution.results.afterwards = Some("after the last test: it broke".to_owned());
        let text = reason(judge("a", &execution));
        assert!(text.starts_with("the test passed, but after the last test: it broke"));
    }

    #[test]
    fn in_a_shared_simulation_a_test_passes_beside_one_that_fails() {
        let tests = [("a", Some(Status::Passed)), ("b", Some(Status::Failed))];
        let execution = execution(Ending::Exited(1), &tests);
        assert_eq!(judge("a", &execution), Verdict::Passed);
        assert!(matches!(judge("b", &execution), Verdict::Failed(_)));
    }

    #[test]
    fn a_test_that_was_not_run_has_not_passed() {
        let execution = execution(Ending::Exited(0), &[("a", Some(Status::Passed))]);
        assert!(reason(judge("other", &execution)).contains("has no result"));
    }

    #[test]
    fn each_repetition_has_to_pass() {
        let mut execution = execution(Ending::Exited(0), &[("a#1", Some(Status::Passed))]);
        execution.results.ended[0].name = "a".to_owned();
        assert_eq!(judge("a", &execution), Verdict::Passed);
        execution.results.planned.push("a#2".to_owned());
        assert!(reason(judge("a", &execution)).contains("has no result"));
    }
}
