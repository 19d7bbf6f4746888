//! One test as the front runs it: compile, simulate, judge, report.

mod report;
mod smaller;
#[cfg(test)]
mod tests;
mod verdict_file;

pub(crate) use verdict_file::VerdictUnwritable;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use verifork_protocol::files::file_name;
use verifork_protocol::items::Items;
use verifork_protocol::listing::ListedTest;
use verifork_protocol::verdict::{DESCRIBED, SHARED};

use crate::cache::Compiled;
use crate::context::Context;
use crate::front::{Outcome, Warning};
use crate::known::Simulator;
use crate::refused::CompileError;
use crate::resolved::ResolvedDesign;
use crate::settings::WavesWanted;
use crate::simulation::{Execution, Simulation, StartError, shortage, tail};
use crate::simulator::{Backend, Installation, Unusable, Waves};
use crate::tidy::Owner;
use crate::unix_time::now;
use crate::verdict::{Failure, Verdict, judge};

/// The tests of one design on one simulator.
pub(crate) struct Suite {
    context: Arc<Context>,
    design: ResolvedDesign,
    simulator: Simulator,
    /// Its place, or why it does not exist.
    programs: Result<Vec<PathBuf>, NoSimulator>,
    installation: OnceLock<Result<Installation, NoSimulator>>,
}

/// Why the tests of a design have no simulator.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{reason}{others}")]
pub(crate) struct NoSimulator {
    reason: Unusable,
    /// What to report of other tests.
    others: String,
}

impl NoSimulator {
    pub(crate) fn beside(reason: Unusable, others: String) -> Self {
        NoSimulator { reason, others }
    }
}

impl From<Unusable> for NoSimulator {
    fn from(reason: Unusable) -> Self {
        NoSimulator::beside(reason, String::new())
    }
}

/// The reason why there is no description of a design.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotDescribed {
    #[error(transparent)]
    NoSimulator(#[from] NoSimulator),
    #[error(transparent)]
    Compile(#[from] CompileError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("`{name}` was not described:\n{printed}\n$ {command}")]
    NotWritten {
        name: String,
        printed: String,
        command: String,
    },
}

/// The settings with which a failed test is run again.
#[derive(Clone, Copy)]
struct Again<'a> {
    seed: u64,
    items: &'a Items,
}

/// The data of a test for reports.
#[derive(Default)]
struct RunFiles<'a> {
    execution: Option<&'a Execution>,
    /// The smallest items of its sequences with which it fails.
    items: Option<&'a Items>,
    waves: Option<PathBuf>,
}

/// The one simulation that the tests of a design share; the first of them runs it.
pub(crate) struct Shared {
    tests: Vec<ListedTest>,
    execution: OnceLock<Result<Execution, Failure>>,
}

impl Shared {
    /// The simulation of these tests, which has not been run.
    pub(crate) fn of(tests: Vec<ListedTest>) -> Self {
        Shared {
            tests,
            execution: OnceLock::new(),
        }
    }
}

impl Suite {
    pub(crate) fn new(
        context: Arc<Context>,
        design: ResolvedDesign,
        simulator: Simulator,
        programs: Result<Vec<PathBuf>, NoSimulator>,
    ) -> Arc<Suite> {
        Arc::new(Suite {
            context,
            design,
            simulator,
            programs,
            installation: OnceLock::new(),
        })
    }

    fn backend(&self) -> &'static dyn Backend {
        self.simulator.backend()
    }

    /// How the names of its tests begin; its name in reports.
    pub(crate) fn name(&self) -> String {
        self.design.name_on(self.simulator)
    }

    pub(crate) fn full_name(&self, test: &ListedTest) -> String {
        format!("{}::{}", self.name(), test.name)
    }

    /// Whether its tests share a simulation.
    pub(crate) fn is_shared(&self) -> bool {
        self.design.shared
    }

    pub(crate) fn run(&self, test: &ListedTest, shared: Option<&Shared>) -> Outcome {
        if let Some(reason) = self.context.cannot_run.get() {
            let failure = Failure::from(reason.clone());
            // That it is missing in the report is the lesser problem.
            let failed = Verdict::Failed(failure.clone());
            let _ = self.report(test, &failed, RunFiles::default(), now());
            return Outcome::Failed(failure);
        }
        let begun = now();
        // If this cannot be written, the test fails; an error of anything else explains more.
        let begins = self.begin(test, begun);
        let settings = &self.context.settings;
        let always = if let WavesWanted::Always(format) = settings.waves {
            Some(format)
        } else {
            None
        };
        let own;
        let execution = if let Some(shared) = shared {
            let run = || self.execute(&shared.tests, &self.runs().join(SHARED), always, None);
            shared.execution.get_or_init(run)
        } else {
            own = self.execute(std::slice::from_ref(test), &self.folder(test), always, None);
            &own
        };
        let mut verdict = match execution {
            Ok(execution) => judge(&test.name, execution),
            Err(failure) => Verdict::Failed(failure.clone()),
        };
        let mut waves = execution
            .as_ref()
            .ok()
            .and_then(|execution| execution.waves.clone());
        let mut items = None;
        if let (Verdict::Failed(failure), Ok(execution)) = (&mut verdict, execution) {
            items = self.make_smaller(test, execution, failure);
        }
        if let (Verdict::Failed(failure), WavesWanted::OnFailure(format), Ok(_)) =
            (&mut verdict, settings.waves, execution)
        {
            waves = self.again_with_waves(test, format, &mut failure.text);
        }
        if let (Verdict::Failed(failure), Ok(execution)) = (&mut verdict, execution) {
            let items = items.as_ref();
            self.add_details(&mut failure.text, test, execution, waves.as_ref(), items);
        }
        if let (Verdict::Failed(failure), Some(shortage)) =
            (&mut verdict, shortage(&self.context.testbench.output))
        {
            // Writing to a string cannot fail.
            let _ = write!(failure.text, "\n{shortage}\n");
        }
        let left = RunFiles {
            execution: execution.as_ref().ok(),
            items: items.as_ref(),
            waves,
        };
        let reported = self.report(test, &verdict, left, begun);
        if let Err(problem) = begins.and(reported) {
            match &mut verdict {
                Verdict::Failed(failure) => {
                    let _ = writeln!(failure.text, "{problem}");
                }
                _ => verdict = Verdict::Failed(Failure::from(problem.to_string())),
            }
        }
        match verdict {
            Verdict::Passed => match execution.as_ref().ok().and_then(|it| it.ended(test)) {
                Some(ended) if !ended.warnings.is_empty() => {
                    let warnings = ended.warnings.iter();
                    let warnings = warnings.map(|text| Warning::of(&test.name, text));
                    Outcome::Warned(warnings.collect())
                }
                _ => Outcome::Passed,
            },
            Verdict::Skipped(reason) => Outcome::Ignored(Some(reason)),
            Verdict::Failed(failure) => Outcome::Failed(failure),
        }
    }

    /// Runs a test that has failed once more, for its wave file.
    fn again_with_waves(
        &self,
        test: &ListedTest,
        format: Option<Waves>,
        message: &mut String,
    ) -> Option<PathBuf> {
        let format = format.unwrap_or(self.backend().waves()[0]);
        let folder = self.folder(test).join("waves");
        let execution = self.execute(std::slice::from_ref(test), &folder, Some(format), None);
        match execution {
            Err(failure) => {
                // Writing to a string cannot fail.
                let _ = writeln!(
                    message,
                    "the second run, with waves, was not possible: {}",
                    failure.text
                );
                None
            }
            Ok(execution) => {
                if !matches!(judge(&test.name, &execution), Verdict::Failed(_)) {
                    let _ = writeln!(
                        message,
                        "the second run, with waves and the same seed, passed"
                    );
                }
                execution.waves
            }
        }
    }

    /// Compiles what is to be compiled, and runs the tests in one process.
    fn execute(
        &self,
        tests: &[ListedTest],
        folder: &Path,
        waves: Option<Waves>,
        again: Option<Again<'_>>,
    ) -> Result<Execution, Failure> {
        let context = &self.context;
        let simulator = self.backend();
        let waves = waves.map(|format| simulator.nearest_waves(format));
        let once = |text: String, brief: String| Failure {
            cause: text.clone(),
            text,
            brief: Some(brief),
            reported: false,
        };
        let name = self.name();
        let asks = tests.first().map(|test| self.full_name(test));
        let asks = asks.unwrap_or_default();
        let found = self.installed().map_err(|reason| {
            once(
                reason.to_string(),
                format!("not run: `{name}` has no simulator, see above"),
            )
        })?;
        let compiled = self.compiled(found, waves, &asks);
        let compiled = compiled.map_err(|error| match error {
            CompileError::Reported(earlier) => Failure {
                reported: true,
                ..once(earlier.text.clone(), earlier.brief())
            },
            error => once(
                error.text().to_owned(),
                format!("not run: `{name}` did not compile, see above"),
            ),
        })?;
        let names: Vec<String> = tests.iter().map(|test| format!("={}", test.name)).collect();
        let limit = |test: &ListedTest| {
            test.wall_timeout
                .map(Duration::from_secs_f64)
                .or(context.wall_timeout)
        };
        let on_failure = matches!(context.settings.waves, WavesWanted::OnFailure(_));
        Simulation {
            simulator,
            found,
            design: &self.design,
            compiled: &compiled.folder,
            plugin: &context.testbench.plugin,
            folder,
            // A second run covers what the first has.
            covers: again.is_none() && !(waves.is_some() && on_failure),
            filter: &names.join(","),
            seed: again.map_or(context.seed, |again| again.seed),
            items: again.map(|again| again.items),
            waves,
            // No limit at all if one of them has none.
            limit: tests.iter().map(limit).sum(),
            live: context.live && again.is_none(),
            describe: None,
        }
        .run()
        .map_err(|error| Failure::from(error.to_string()))
    }

    /// Writes the simulator's view of the elaborated design to a file.
    ///
    /// # Errors
    ///
    /// It does not compile, or the simulator does not show it.
    pub(crate) fn describe(&self, path: &Path) -> Result<(), NotDescribed> {
        let context = &self.context;
        let found = self.installed()?;
        let compiled = self.compiled(found, None, &self.name())?;
        let execution = Simulation {
            simulator: self.backend(),
            found,
            design: &self.design,
            compiled: &compiled.folder,
            plugin: &context.testbench.plugin,
            folder: &self.runs().join(DESCRIBED),
            covers: false,
            filter: "",
            seed: context.seed,
            items: None,
            waves: None,
            limit: context.wall_timeout,
            live: context.live,
            describe: Some(path),
        }
        .run()?;
        if path.is_file() {
            return Ok(());
        }
        Err(NotDescribed::NotWritten {
            name: self.name(),
            printed: tail(&execution.log, 25),
            command: execution.command,
        })
    }

    /// The simulator, or why it is not available.
    fn installed(&self) -> Result<&Installation, NoSimulator> {
        let ask = || {
            let programs = self.programs.clone()?;
            Ok(self.backend().installation(programs)?)
        };
        let found = self.installation.get_or_init(ask);
        found.as_ref().map_err(Clone::clone)
    }

    /// The folder with the compiled design.
    fn compiled(
        &self,
        found: &Installation,
        waves: Option<Waves>,
        test: &str,
    ) -> Result<Compiled, CompileError> {
        let owner = Owner {
            suite: format!("{} {}", self.name(), waves.map_or("", Waves::name)),
            ..self.context.owner()
        };
        let cache = &self.context.cache;
        cache.compiled(self.backend(), found, &self.design, waves, &owner, test)
    }

    /// The folder of the runs of this design on this simulator.
    fn runs(&self) -> PathBuf {
        self.context.runs(&self.design, self.simulator)
    }

    /// The folder of the runs of a test.
    fn folder(&self, test: &ListedTest) -> PathBuf {
        self.runs().join(file_name(&test.name))
    }
}
