//! The results that the plugin writes as they come, read when the simulator has ended.

use std::fs;
use std::path::Path;

use serde::Deserialize;

/// Who loaded the plugin.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Loaded {
    pub(crate) simulator: String,
    pub(crate) version: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Planned {
    /// The labels of the tests, in their order.
    pub(crate) tests: Vec<String>,
}

/// A test that has ended.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Ended {
    pub(crate) name: String,
    /// The name, and which repetition this is.
    pub(crate) label: String,
    pub(crate) status: Status,
    pub(crate) reason: Option<String>,
    pub(crate) failures: Vec<Failure>,
    pub(crate) simulated_ns: String,
    /// In seconds.
    pub(crate) wall: f64,
    pub(crate) seed: u64,
    pub(crate) log: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Passed,
    Failed,
    Skipped,
}

/// One thing that went wrong.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Failure {
    /// Empty for the test itself.
    pub(crate) task: String,
    pub(crate) file: Option<String>,
    pub(crate) line: Option<u32>,
    pub(crate) at_ns: Option<String>,
    pub(crate) text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Loaded(Loaded),
    Planned(Planned),
    Begun(String),
    Ended(Ended),
    Problem(String),
    Finished(bool),
    Afterwards(String),
}

/// What one process has written; it may have ended anywhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Results {
    pub(crate) loaded: Option<Loaded>,
    pub(crate) planned: Vec<String>,
    /// The label of the test that ran last.
    pub(crate) begun: Option<String>,
    pub(crate) ended: Vec<Ended>,
    /// Why nothing could be run.
    pub(crate) problem: Option<String>,
    pub(crate) finished: bool,
    /// What went wrong after the last test.
    pub(crate) afterwards: Option<String>,
}

impl Results {
    /// Reads the file; one that is not there is that of a plugin that was never loaded.
    pub(crate) fn read(path: &Path) -> Results {
        Results::parse(&fs::read_to_string(path).unwrap_or_default())
    }

    fn parse(text: &str) -> Results {
        let mut results = Results::default();
        for line in text
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'))
        {
            // A line that we do not know is one of a later version.
            let Ok(line) = serde_json::from_str(line) else {
                continue;
            };
            match line {
                Line::Loaded(loaded) => results.loaded = Some(loaded),
                Line::Planned(planned) => results.planned = planned.tests,
                Line::Begun(label) => results.begun = Some(label),
                Line::Ended(ended) => results.ended.push(ended),
                Line::Problem(problem) => results.problem = Some(problem),
                Line::Finished(finished) => results.finished = finished,
                Line::Afterwards(text) => results.afterwards = Some(text),
            }
        }
        results
    }

    /// The test that was running when the process ended, by its label.
    pub(crate) fn interrupted(&self) -> Option<&str> {
        let begun = self.begun.as_deref()?;
        (!self.ended.iter().any(|ended| ended.label == begun)).then_some(begun)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_cut_short_is_left_out() {
        let text = "{\"loaded\":{\"simulator\":\"x\",\"version\":\"1\"}}\n\
                    {\"begun\":\"counts\"}\n{\"finished\":tr";
        let results = Results::parse(text);
        assert!(results.loaded.is_some());
        assert_eq!(results.interrupted(), Some("counts"));
        assert!(!results.finished);
    }

    #[test]
    fn lines_of_a_later_version_are_left_out() {
        assert_eq!(
            Results::parse("{\"news\":1}\n{\"finished\":true}\n")
                .ended
                .len(),
            0
        );
        assert!(Results::parse("{\"news\":1}\n{\"finished\":true}\n").finished);
    }
}
