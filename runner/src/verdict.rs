//! What a simulator process says of a test: passed only if it is proven.

use std::fmt::Write as _;

use verifork_protocol::results::{Ended, Status, is_run_of};

use crate::process::{Ending, signal_name};
use crate::simulation::{Execution, last_lines, tail};

/// What became of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passed,
    Skipped(String),
    /// What to tell, without how to repeat it.
    Failed(String),
}

const LOG_LINES: usize = 25;

/// Judges the test with this name by what its process has left.
pub(crate) fn judge(name: &str, execution: &Execution) -> Verdict {
    let results = &execution.results;
    let with_log = |reason: String| Verdict::Failed(reason + &log_tail(execution));
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
        return Verdict::Failed(problem.clone());
    }
    let ended: Vec<&Ended> = results
        .ended
        .iter()
        .filter(|ended| ended.name == name)
        .collect();
    if let Some(failed) = ended.iter().find(|ended| ended.status == Status::Failed) {
        let mut text = failures(failed);
        if !failed.log.trim().is_empty() {
            let _ = write!(
                text,
                "log:\n{}\n",
                indented(&last_lines(&failed.log, LOG_LINES), "  ")
            );
        }
        return Verdict::Failed(text);
    }
    if results
        .interrupted()
        .is_some_and(|label| is_run_of(label, name))
    {
        return with_log(format!(
            "the simulator {} while the test ran",
            ending(execution.ending)
        ));
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
    // In a shared simulation, other tests may be why the process ended as failed.
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
        Ending::Killed(limit) => format!("hung and was killed after {} s", limit.as_secs_f64()),
    }
}

fn log_tail(execution: &Execution) -> String {
    let tail = tail(&execution.log, LOG_LINES);
    if tail.trim().is_empty() {
        return format!("\nit printed nothing\n$ {}\n", execution.command);
    }
    format!(
        "\nit printed last:\n{}\n$ {}\n",
        indented(&tail, "  "),
        execution.command
    )
}

fn failures(ended: &Ended) -> String {
    let mut text = String::new();
    for (number, failure) in (1..).zip(&ended.failures) {
        let who = if failure.task.is_empty() {
            "the test"
        } else {
            &failure.task
        };
        // Writing to a string cannot fail.
        let _ = write!(text, "{number}. {who}");
        if let (Some(file), Some(line)) = (&failure.file, failure.line) {
            let _ = write!(text, ", at {file}:{line}");
        }
        if let Some(at) = &failure.at_ns {
            let _ = write!(text, ", at {at} ns");
        }
        let _ = write!(text, ":\n{}\n", indented(failure.text.trim_end(), "   "));
    }
    text
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
            status,
            reason: None,
            failures: Vec::new(),
            simulated_ns: "1.00".to_owned(),
            wall: 0.5,
            seed: 7,
            log: String::new(),
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
            Verdict::Failed(text) => text,
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
        let told = reason(judge("a", &execution));
        assert!(told.starts_with("the test passed, but after the last test: it broke"));
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
