//! One test as the front runs it: compile, simulate, judge, report.

mod report;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use verifork_protocol::files::file_name;
use verifork_protocol::listing::ListedTest;

use crate::arguments::Arguments;
use crate::cache::{Cache, Compiled};
use crate::design::Simulator;
use crate::front::{Job, Outcome};
use crate::junit::Junit;
use crate::plan::{self, Planned};
use crate::resolved::ResolvedDesign;
use crate::settings::{Settings, WavesWanted};
use crate::simulation::{Execution, Simulation, shortage, tail};
use crate::simulator::{ALL, Backend, Installation, Waves};
use crate::testbench::Testbench;
use crate::tidy::{self, Owner, Removed};
use crate::verdict::{Failure, Verdict, judge};

/// The folder of the one simulation of tests that share it, and of that which describes a design.
const SHARED: &str = "shared";
const DESCRIBED: &str = ".describe";

/// What all tests of this harness have in common.
pub(crate) struct Context {
    pub(crate) testbench: Testbench,
    pub(crate) settings: Settings,
    pub(crate) cache: Cache,
    pub(crate) junit: OnceLock<Junit>,
    pub(crate) seed: u64,
    /// Of tests that have no limit of their own.
    pub(crate) wall_timeout: Option<Duration>,
    pub(crate) live: bool,
    /// A run in which no test has run may pass.
    pub(crate) allow_empty: bool,
    /// Why every test fails.
    pub(crate) cannot_run: OnceLock<String>,
}

impl Context {
    /// The simulator's programs, or what is missing.
    pub(crate) fn find(&self, simulator: Simulator) -> Result<Vec<PathBuf>, String> {
        let place = self.settings.places.get(&simulator);
        simulator.backend().find(place.map(PathBuf::as_path))
    }

    fn owner(&self) -> Owner {
        Owner {
            crate_folder: self.testbench.folder.clone(),
            target: self.testbench.target.clone(),
            suite: String::new(),
        }
    }

    /// Removes what none of these tests names any more, whether they are selected or not.
    pub(crate) fn tidy(
        self: &Arc<Self>,
        designs: &[ResolvedDesign],
        tests: &[ListedTest],
    ) -> Removed {
        let mut removed = Removed::default();
        let (mut suites, mut runs) = (BTreeSet::new(), BTreeSet::new());
        for design in designs {
            for simulator in ALL {
                let none = Err(String::new());
                let suite = Suite::new(Arc::clone(self), design.clone(), simulator, none);
                let formats = Waves::ALL.map(Waves::name);
                for format in formats.into_iter().chain([""]) {
                    suites.insert(format!("{} {format}", suite.name()));
                }
                let own = tests.iter().filter(|test| design.has_test(&test.name));
                runs.extend(own.map(|test| suite.folder(test)));
                runs.extend([SHARED, DESCRIBED].map(|name| suite.runs().join(name)));
            }
        }
        let output = &self.testbench.output;
        let own = output.join("runs").join(&self.testbench.package);
        let compiled = output.join("designs");
        tidy::designs(&compiled, &self.owner(), &suites, &mut removed);
        for (prefix, mark) in ALL.iter().filter_map(|it| it.backend().shared_parts()) {
            tidy::shared_parts(&compiled, prefix, mark, &mut removed);
        }
        tidy::runs(&own.join(&self.testbench.target), &runs, &mut removed);
        removed
    }
}

/// The tests of one design on one simulator.
pub(crate) struct Suite {
    context: Arc<Context>,
    design: ResolvedDesign,
    simulator: Simulator,
    /// Where it is, or why it is not.
    programs: Result<Vec<PathBuf>, String>,
    installation: OnceLock<Result<Installation, String>>,
}

/// The tests for the front, in their order; those that are not run are noted in the report.
pub(crate) fn jobs(tests: &[Planned], arguments: &Arguments) -> Vec<Job> {
    let mut shared: Option<(Arc<Suite>, Arc<Shared>)> = None;
    let runs = |test: &Planned| {
        let ignored = test.ignored.is_some();
        arguments.select(&test.name, ignored) && !arguments.leave(ignored)
    };
    let mut jobs = Vec::with_capacity(tests.len());
    for (number, planned) in tests.iter().enumerate() {
        let suite = &planned.suite;
        // Tests of one design and simulator stand together.
        let known = shared.as_ref().filter(|(of, _)| Arc::ptr_eq(of, suite));
        if suite.design.shared && known.is_none() {
            let own = tests[number..].iter();
            let own = own.take_while(|other| Arc::ptr_eq(&other.suite, suite));
            let own = own.filter(|it| runs(it) && !it.test.ends);
            let own = own.map(|it| it.test.clone());
            let own = Shared {
                tests: own.collect(),
                execution: OnceLock::new(),
            };
            shared = Some((Arc::clone(suite), Arc::new(own)));
        }
        // The simulation that a test ends is of no use to others.
        let shares = suite.design.shared && !planned.test.ends;
        let of_suite = shared.as_ref().filter(|_| shares);
        let of_suite = of_suite.map(|(_, shared)| Arc::clone(shared));
        let (suite, test) = (Arc::clone(suite), planned.test.clone());
        let run = move || suite.run(&test, of_suite.as_deref());
        jobs.push(Job {
            name: planned.name.clone(),
            ignored: planned.ignored.is_some(),
            run: Box::new(run),
        });
    }
    jobs
}

/// The one simulation of a design whose tests share it, run by whoever comes first.
struct Shared {
    tests: Vec<ListedTest>,
    execution: OnceLock<Result<Execution, Failure>>,
}

impl Suite {
    pub(crate) fn new(
        context: Arc<Context>,
        design: ResolvedDesign,
        simulator: Simulator,
        programs: Result<Vec<PathBuf>, String>,
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
        plan::suite_name(&self.design, self.simulator)
    }

    pub(crate) fn full_name(&self, test: &ListedTest) -> String {
        format!("{}::{}", self.name(), test.name)
    }

    fn run(&self, test: &ListedTest, shared: Option<&Shared>) -> Outcome {
        if let Some(reason) = self.context.cannot_run.get() {
            let failure = Failure::from(reason.clone());
            // That it is not in the report is the lesser problem.
            let _ = self.report(test, &Verdict::Failed(failure.clone()), None, None);
            return Outcome::Failed(failure);
        }
        if let Err(problem) = self.begin(test) {
            return Outcome::Failed(Failure::from(problem));
        }
        let settings = &self.context.settings;
        let always = if let WavesWanted::Always(format) = settings.waves {
            Some(format)
        } else {
            None
        };
        let own;
        let execution = if let Some(shared) = shared {
            let run = || self.execute(&shared.tests, &self.runs().join(SHARED), always);
            shared.execution.get_or_init(run)
        } else {
            own = self.execute(std::slice::from_ref(test), &self.folder(test), always);
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
        if let (Verdict::Failed(failure), WavesWanted::OnFailure(format), Ok(_)) =
            (&mut verdict, settings.waves, execution)
        {
            waves = self.again_with_waves(test, format, &mut failure.text);
        }
        if let (Verdict::Failed(failure), Ok(execution)) = (&mut verdict, execution) {
            self.add_details(&mut failure.text, test, execution, waves.as_ref());
        }
        if let (Verdict::Failed(failure), Some(shortage)) =
            (&mut verdict, shortage(&self.context.testbench.output))
        {
            // Writing to a string cannot fail.
            let _ = write!(failure.text, "\n{shortage}\n");
        }
        let reported = self.report(test, &verdict, execution.as_ref().ok(), waves);
        if let Err(problem) = reported {
            match &mut verdict {
                Verdict::Failed(failure) => {
                    let _ = writeln!(failure.text, "{problem}");
                }
                _ => verdict = Verdict::Failed(Failure::from(problem)),
            }
        }
        match verdict {
            Verdict::Passed => Outcome::Passed,
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
        let execution = self.execute(std::slice::from_ref(test), &folder, Some(format));
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
    ) -> Result<Execution, Failure> {
        let context = &self.context;
        let simulator = self.backend();
        let waves = waves.map(|format| simulator.nearest_waves(format));
        let once = |text: String, brief: String| Failure {
            cause: text.clone(),
            text,
            brief: Some(brief),
        };
        let name = self.name();
        let found = self.installed().map_err(|text| {
            once(
                text,
                format!("not run: `{name}` has no simulator, see above"),
            )
        })?;
        let compiled = self.compiled(found, waves).map_err(|text| {
            once(
                text,
                format!("not run: `{name}` did not compile, see above"),
            )
        })?;
        let names: Vec<String> = tests.iter().map(|test| format!("={}", test.name)).collect();
        let limit = |test: &ListedTest| {
            test.wall_timeout
                .map(Duration::from_secs_f64)
                .or(context.wall_timeout)
        };
        Simulation {
            simulator,
            found,
            design: &self.design,
            compiled: &compiled.folder,
            plugin: &context.testbench.plugin,
            folder,
            filter: &names.join(","),
            seed: context.seed,
            waves,
            // No limit at all if one of them has none.
            limit: tests.iter().map(limit).sum(),
            live: context.live,
            describe: None,
        }
        .run()
        .map_err(Failure::from)
    }

    /// Writes what the simulator shows of the elaborated design to a file.
    ///
    /// # Errors
    ///
    /// It does not compile, or the simulator does not show it: a text for the user.
    pub(crate) fn describe(&self, path: &Path) -> Result<(), String> {
        let context = &self.context;
        let found = self.installed()?;
        let compiled = self.compiled(found, None)?;
        let execution = Simulation {
            simulator: self.backend(),
            found,
            design: &self.design,
            compiled: &compiled.folder,
            plugin: &context.testbench.plugin,
            folder: &self.runs().join(DESCRIBED),
            filter: "",
            seed: context.seed,
            waves: None,
            limit: context.wall_timeout,
            live: context.live,
            describe: Some(path),
        }
        .run()?;
        if path.is_file() {
            return Ok(());
        }
        let printed = tail(&execution.log, 25);
        Err(format!(
            "`{}` was not described:\n{printed}\n$ {}",
            self.name(),
            execution.command
        ))
    }

    /// The simulator, or why it is not to be had.
    fn installed(&self) -> Result<&Installation, String> {
        let ask = || {
            let programs = self.programs.clone()?;
            self.backend().installation(programs)
        };
        let found = self.installation.get_or_init(ask);
        found.as_ref().map_err(Clone::clone)
    }

    /// The folder with the compiled design.
    fn compiled(&self, found: &Installation, waves: Option<Waves>) -> Result<Compiled, String> {
        let owner = Owner {
            suite: format!("{} {}", self.name(), waves.map_or("", Waves::name)),
            ..self.context.owner()
        };
        let cache = &self.context.cache;
        cache.compiled(self.backend(), found, &self.design, waves, &owner)
    }

    /// The folder of the runs of this design on this simulator.
    fn runs(&self) -> PathBuf {
        let Testbench {
            output,
            package,
            target,
            ..
        } = &self.context.testbench;
        let mut folder = output.join("runs").join(package).join(target);
        folder.extend(&self.design.segments);
        folder.push(self.backend().key());
        folder
    }

    /// The folder of the runs of a test.
    fn folder(&self, test: &ListedTest) -> PathBuf {
        self.runs().join(file_name(&test.name))
    }
}
