//! Requirements and the tests that check them. One is green only if a test of it has passed, and none failed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use serde::Serialize;
use verifork_protocol::nearest::{did_you_mean, nearest};
use verifork_protocol::verdict::{Status, TestVerdict};

/// A requirement, and what is known of it.
#[derive(Debug, Serialize)]
pub(super) struct Requirement {
    pub(super) name: String,
    /// Its description in the plan.
    text: String,
    pub(super) state: State,
    /// Its tests, by their numbers among the verdicts.
    tests: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// A test of it has failed, or not come to its end.
    Failed,
    /// No test covers it.
    None,
    /// All of its tests were skipped.
    Skipped,
    Passed,
}

/// The lines of a plan.
pub(super) struct Plan {
    file: String,
    lines: Vec<String>,
}

/// Reads a plan.
///
/// # Errors
///
/// It cannot be read, has no requirement, or one twice.
pub(super) fn read(path: &Path) -> anyhow::Result<Plan> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read the requirements `{}`", path.display()))?;
    let lines: Vec<String> = text
        .trim_start_matches('\u{feff}')
        .lines()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    if lines.is_empty() {
        bail!("`{}` has no requirement: a name a line", path.display());
    }
    let mut names: Vec<&str> = lines.iter().map(|line| parts(line).0).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|it| it[0] == it[1])
        && lines
            .iter()
            .filter(|line| *line == twice[0] || parts(line).0 == twice[0])
            .count()
            > 1
    {
        bail!(
            "`{}` has the requirement `{}` twice",
            path.display(),
            twice[0]
        );
    }
    Ok(Plan {
        file: path.display().to_string(),
        lines,
    })
}

/// Name and description.
fn parts(line: &str) -> (&str, &str) {
    let split = line
        .split_once('\t')
        .or_else(|| line.split_once(char::is_whitespace));
    let (name, text) = split.unwrap_or((line, ""));
    (name.trim_end().trim_end_matches(':'), text.trim())
}

/// The requirements of the plan in its order, and then those that only tests name, which are a problem if
/// there is a plan.
pub(super) fn of(
    verdicts: &[TestVerdict],
    plan: Option<Plan>,
    problems: &mut Vec<String>,
) -> Vec<Requirement> {
    let mut tests: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, verdict) in verdicts.iter().enumerate() {
        for name in &verdict.covers {
            tests.entry(name).or_default().push(number);
        }
    }
    let requirement = |name: &str, text: &str, tests: Vec<usize>| Requirement {
        name: name.to_owned(),
        text: text.to_owned(),
        state: state(&tests, verdicts),
        tests,
    };
    let mut all = Vec::new();
    let mut planned = Vec::new();
    for line in plan.iter().flat_map(|plan| &plan.lines) {
        // A name of several words is alone on its line, or known from a test.
        let (name, text) = if tests.contains_key(line.as_str()) {
            (line.as_str(), "")
        } else {
            parts(line)
        };
        planned.push(name);
        all.push(requirement(
            name,
            text,
            tests.remove(name).unwrap_or_default(),
        ));
    }
    for (name, numbers) in tests {
        if let Some(plan) = &plan {
            let test = &verdicts[numbers[0]];
            problems.push(format!(
                "test `{}` ({}:{}) covers `{name}`, which is not in `{}`{}",
                test.test,
                test.file,
                test.line,
                plan.file,
                did_you_mean(&nearest(name, planned.iter().copied(), 1))
            ));
        }
        all.push(requirement(name, "", numbers));
    }
    all
}

fn state(tests: &[usize], verdicts: &[TestVerdict]) -> State {
    let has = |status| tests.iter().any(|test| verdicts[*test].status == status);
    if has(Status::Failed) || has(Status::Unfinished) {
        State::Failed
    } else if has(Status::Passed) {
        State::Passed
    } else if tests.is_empty() {
        State::None
    } else {
        State::Skipped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(status: Status, covers: &[&str]) -> TestVerdict {
        TestVerdict {
            status,
            covers: covers.iter().map(|it| (*it).to_owned()).collect(),
            ..TestVerdict::default()
        }
    }

    fn states(verdicts: &[TestVerdict], plan: Option<&str>) -> (Vec<(String, State)>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.txt");
        let plan = plan.map(|text| {
            fs::write(&path, text).unwrap();
            read(&path).unwrap()
        });
        let mut problems = Vec::new();
        let all = of(verdicts, plan, &mut problems);
        (
            all.into_iter().map(|it| (it.name, it.state)).collect(),
            problems,
        )
    }

    #[test]
    fn only_a_test_that_passed_makes_a_requirement_green_and_one_that_failed_makes_it_red() {
        for (statuses, state) in [
            (&[Status::Passed, Status::Skipped][..], State::Passed),
            (&[Status::Passed, Status::Failed], State::Failed),
            (&[Status::Passed, Status::Unfinished], State::Failed),
            (&[Status::Skipped], State::Skipped),
        ] {
            let verdicts: Vec<_> = statuses.iter().map(|it| verdict(*it, &["A"])).collect();
            assert_eq!(states(&verdicts, None).0, [("A".to_owned(), state)]);
        }
    }

    #[test]
    fn a_requirement_of_the_plan_without_a_test_is_reported() {
        let verdicts = [verdict(Status::Passed, &["REQ-1", "two words"])];
        let plan = "# the plan\nREQ-1  counts\nREQ-2: wraps\n\ntwo words\n";
        let (all, problems) = states(&verdicts, Some(plan));
        let wanted = [
            ("REQ-1", State::Passed),
            ("REQ-2", State::None),
            ("two words", State::Passed),
        ];
        assert_eq!(all, wanted.map(|(name, state)| (name.to_owned(), state)));
        assert_eq!(problems, [""; 0]);
    }

    #[test]
    fn a_test_that_names_what_is_not_in_the_plan_is_a_problem_with_the_nearest() {
        let verdicts = [verdict(Status::Passed, &["REQ-12"])];
        let (all, problems) = states(&verdicts, Some("REQ-21\n"));
        assert_eq!(all.len(), 2);
        assert!(
            problems[0].contains("covers `REQ-12`, which is not in"),
            "{problems:?}"
        );
        assert!(
            problems[0].contains("did you mean `REQ-21`?"),
            "{problems:?}"
        );
    }

    #[test]
    fn a_plan_that_is_none_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.txt");
        for (text, message) in [
            ("# none\n", "has no requirement"),
            ("A x\nB\nA y\n", "has the requirement `A` twice"),
        ] {
            fs::write(&path, text).unwrap();
            let error = read(&path).err().unwrap().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
