//! The reports on a test: the details of a failure, and its entry in the report of the run.

use std::fmt::Write as _;
use std::path::PathBuf;

use verifork_protocol::items::Items;
use verifork_protocol::junit::covers;
use verifork_protocol::listing::ListedTest;
use verifork_protocol::shell::quote;
use verifork_protocol::time::{of_nanoseconds, simulated};
use verifork_protocol::variables::Variable;

use super::verdict_file::VerdictUnwritable;
use super::{RunFiles, Suite};
use crate::junit::{Case, ReportError, Result as CaseResult};
use crate::simulation::{Execution, tail};
use crate::testbench::Testbench;
use crate::verdict::Verdict;

/// The outcome of a test cannot be written to reports.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotReported {
    #[error(transparent)]
    Verdict(#[from] VerdictUnwritable),
    #[error(transparent)]
    Junit(#[from] ReportError),
}

impl Suite {
    /// Adds the details that one needs to investigate a failure and to repeat it.
    pub(super) fn add_details(
        &self,
        message: &mut String,
        test: &ListedTest,
        execution: &Execution,
        waves: Option<&PathBuf>,
        items: Option<&Items>,
    ) {
        let ended = execution.ended(test);
        let mut line = |name: &str, value: &str| {
            // Writing to a string cannot fail.
            let _ = writeln!(message, "{name:<10} {value}");
        };
        line("test", &format!("{}:{}", test.file, test.line));
        if let Some(reason) = self.design.skips(self.simulator, &test.name) {
            line("ignored", reason);
        }
        if let Some(loaded) = &execution.results.loaded {
            line(
                "simulator",
                &format!("{} {}", loaded.simulator, loaded.version),
            );
        }
        if let Some(ended) = ended {
            let time = of_nanoseconds(&ended.simulated_ns).map(simulated);
            line("simulated", &time.unwrap_or_default());
        }
        let seed = ended.map_or(execution.seed, |ended| ended.seed);
        line("seed", &seed.to_string());
        line("log", &execution.log.display().to_string());
        if let Some(waves) = waves {
            line("waves", &waves.display().to_string());
        }
        line("repeat", &self.repeat_command(test, seed, items));
    }

    /// The command that runs just this test again, with waves, and with these items if there are some.
    pub(super) fn repeat_command(
        &self,
        test: &ListedTest,
        seed: u64,
        items: Option<&Items>,
    ) -> String {
        let Testbench {
            package,
            target,
            profile,
            ..
        } = &self.context.testbench;
        let mut command = format!("VERIFORK_SEED={seed} ");
        if let Some(items) = items {
            let items = quote(&items.to_string());
            let _ = write!(command, "{}={items} ", Variable::Items.name());
        }
        let _ = write!(
            command,
            "VERIFORK_WAVES={} ",
            self.backend().waves()[0].name()
        );
        if let Some(place) = self.context.settings.places.get(&self.simulator) {
            let place = quote(&place.to_string_lossy());
            let _ = write!(command, "{}={place} ", self.simulator.place().name());
        }
        let _ = write!(command, "cargo test -p {package} --test {target} ");
        if profile == "release" {
            command += "--release ";
        } else if profile != "debug" {
            let _ = write!(command, "--profile {profile} ");
        }
        let _ = write!(command, "-- --exact {}", quote(&self.full_name(test)));
        command
    }

    /// How long the test has taken, in seconds.
    pub(super) fn wall(&self, test: &ListedTest, execution: &Execution) -> f64 {
        match execution.ended(test) {
            // The process is the test's own unless it is shared.
            Some(ended) if self.design.shared => ended.wall,
            _ => execution.wall.as_secs_f64(),
        }
    }

    /// The test in a report.
    pub(crate) fn case(&self, test: &ListedTest, result: CaseResult) -> Case {
        Case {
            suite: self.name(),
            name: test.name.clone(),
            file: test.file.clone(),
            line: test.line,
            result,
            wall: 0.0,
            properties: test.covers.iter().map(|it| covers(it)).collect(),
            log: String::new(),
            attachments: Vec::new(),
        }
    }

    /// Notes in the reports that the test begins now.
    pub(super) fn begin(&self, test: &ListedTest, now: u64) -> Result<(), NotReported> {
        self.note_begun(test, now)?;
        let case = || self.case(test, CaseResult::NotFinished);
        let junit = self.context.junit.get();
        junit.map_or(Ok(()), |junit| Ok(junit.begin(case())?))
    }

    pub(super) fn report(
        &self,
        test: &ListedTest,
        verdict: &Verdict,
        left: RunFiles<'_>,
        begun: u64,
    ) -> Result<(), NotReported> {
        self.note_verdict(test, verdict, &left, begun)?;
        let RunFiles {
            execution, waves, ..
        } = left;
        let Some(junit) = self.context.junit.get() else {
            return Ok(());
        };
        let mut case = self.case(test, verdict.into());
        case.attachments.extend(waves);
        if let Some(execution) = execution {
            let ended = execution.ended(test);
            case.wall = self.wall(test, execution);
            let mut property = |name: &str, value: String| {
                case.properties.push((name.to_owned(), value));
            };
            property(
                "seed",
                ended.map_or(execution.seed, |ended| ended.seed).to_string(),
            );
            if let Some(loaded) = &execution.results.loaded {
                property("simulator", loaded.simulator.clone());
                property("simulator_version", loaded.version.clone());
            }
            if let Some(ended) = ended {
                property("simulated_ns", ended.simulated_ns.clone());
            }
            if matches!(verdict, Verdict::Failed(_)) {
                case.log = tail(&execution.log, 200);
                case.attachments.push(execution.log.clone());
            }
        }
        Ok(junit.add(&case)?)
    }
}
