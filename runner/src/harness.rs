//! The harness: from designs and the command line to tests and the process's exit status.

use std::env;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use verifork_protocol::files::DESIGNS;
use verifork_protocol::junit::JunitError;
use verifork_protocol::listing::{ListedTest, PluginSettings};
use verifork_protocol::page::{report, wrapped};
use verifork_protocol::variables::Variable;

use crate::arguments::Arguments;
use crate::cache::Cache;
use crate::context::Context;
use crate::describe;
use crate::design::Design;
use crate::front::{self, width_of};
use crate::jobs;
use crate::junit::{self, Junit, Result as CaseResult};
use crate::known::{ALL, Simulator};
use crate::plan::{self, Plan, Planned};
use crate::process;
use crate::resolved::{ResolvedDesign, resolve};
use crate::settings::{Settings, WavesWanted};
use crate::testbench::{self, Testbench};
use crate::trial::VerdictUnwritable;

#[cfg(test)]
mod tests;

/// How far the lines of the settings' help are indented.
const HELP_MARGIN: usize = 6;
/// The exit status of a harness that could not run its tests.
const BROKEN: u8 = 2;

/// Runs the tests of this crate on the designs; to be the whole of `tests/sim.rs`'s `main`.
///
/// The status is success if a test ran and none failed, 101 if one did, as with any Rust test, and 2 if designs or
/// settings are wrong or no test could run; the reason is on standard error. Filters on the command line may select
/// nothing, as with any Rust test.
///
/// ```no_run
/// use verifork_runner::Design;
///
/// fn main() -> std::process::ExitCode {
///     verifork_runner::main([Design::new("counter").sources(["hdl/counter.v"])])
/// }
/// # main();
/// ```
pub fn main(designs: impl IntoIterator<Item = Design>) -> ExitCode {
    match try_main(designs.into_iter().collect()) {
        Ok(status) => status,
        Err(problems) => {
            for problem in problems {
                let text = format!("verifork: {problem}");
                eprintln!("{}", report(&text, width_of(io::stderr())));
            }
            ExitCode::from(BROKEN)
        }
    }
}

/// One error, as a list of texts for the user.
fn one(error: impl Display) -> Vec<String> {
    vec![format!("{error:#}")]
}

fn try_main(designs: Vec<Design>) -> Result<ExitCode, Vec<String>> {
    let mut arguments = Arguments::of_process().map_err(one)?;
    match prepare(designs, &mut arguments) {
        Ok(Prepared::Done) => Ok(ExitCode::SUCCESS),
        Ok(Prepared::Tests(tests)) => tests.run(&arguments),
        Err(mut problems) => {
            if !arguments.list() {
                problems.extend(report_problems(&problems));
            }
            Err(problems)
        }
    }
}

/// The work that is left once designs and settings are understood.
enum Prepared {
    /// Something else than tests was asked for.
    Done,
    Tests(Box<Tests>),
}

struct Tests {
    context: Arc<Context>,
    plan: Plan,
    designs: Vec<ResolvedDesign>,
    tests: Vec<ListedTest>,
}

impl Tests {
    fn run(self, arguments: &Arguments) -> Result<ExitCode, Vec<String>> {
        let context = &self.context;
        let status = run(context, self.plan, arguments);
        // Under nextest each test is a process: those that add nothing need not look.
        let adds = context.cache.has_compiled() || env::var_os("NEXTEST").is_none();
        if !arguments.list()
            && adds
            && let Some(text) = context.tidy(&self.designs, &self.tests).summary()
        {
            eprintln!("note: {text}");
        }
        status
    }
}

fn prepare(designs: Vec<Design>, arguments: &mut Arguments) -> Result<Prepared, Vec<String>> {
    let settings = Settings::from_environment()?;
    let testbench = Testbench::find().map_err(one)?;
    let designs = resolve(designs, &testbench.folder)?;
    let listed = testbench::list(&testbench.plugin).map_err(one)?;
    if !arguments.list() {
        process::end_groups_with_this_process()
            .map_err(|error| vec![format!("cannot watch for signals: {error}")])?;
    }
    understand(settings, testbench, designs, listed, arguments)
}

/// The work to do for these designs and the plugin's list of tests.
fn understand(
    settings: Settings,
    testbench: Testbench,
    mut designs: Vec<ResolvedDesign>,
    (plugin, tests): (PluginSettings, Vec<ListedTest>),
    arguments: &mut Arguments,
) -> Result<Prepared, Vec<String>> {
    for design in &mut designs {
        // Of all its tests, even those that are not selected, so that a filter does not compile anything again.
        let own = tests.iter().filter(|test| design.has_test(&test.name));
        let paths = own.flat_map(|test| test.paths.iter().cloned());
        design.looked_up = paths.collect();
        design.code_coverage = settings.code_coverage;
    }
    if let Some(help) = &plugin.help {
        let width = width_of(io::stdout());
        for line in help.lines() {
            // Nobody may be reading.
            let _ = writeln!(io::stdout(), "{}", wrapped(line, HELP_MARGIN, width));
        }
        return Ok(Prepared::Done);
    }
    if let Some(problem) = plugin.problem {
        return Err(vec![problem]);
    }
    if plugin.list {
        arguments.only_list();
    }
    check_languages(&designs)?;
    let context = context(testbench, settings, &plugin, arguments);
    if let Some(folder) = &context.settings.describe {
        describe::write(&context, &designs, folder)?;
        return Ok(Prepared::Done);
    }
    plan::check(&context.testbench, &designs, &tests, plugin.allow_empty)?;
    if let Some(problem) = plugin.none_selected.filter(|_| !plugin.allow_empty) {
        return Err(vec![problem]);
    }
    let mut plan = Plan::new(&context, &designs, &tests)?;
    plan.notes.extend(plugin.remarks);
    plan.notes.extend(notes_of_waves(&context, &designs));
    plan.notes.extend(notes_of_code(&context, &designs));
    if plan.tests.is_empty() && !plugin.allow_empty && plan::are_asked(&designs, &tests, arguments)
    {
        return Err(vec![plan::nothing_left(&context, &designs)]);
    }
    Ok(Prepared::Tests(Box::new(Tests {
        context,
        plan,
        designs,
        tests,
    })))
}

/// Which simulators write another format of waves than the one that is asked for.
fn notes_of_waves(context: &Context, designs: &[ResolvedDesign]) -> Vec<String> {
    let (WavesWanted::Always(wanted) | WavesWanted::OnFailure(Some(wanted))) =
        context.settings.waves
    else {
        return Vec::new();
    };
    let used = ALL.into_iter().filter(|&simulator| {
        let runs = designs.iter().any(|design| design.runs_on(simulator));
        runs && context.settings.wants(simulator) && context.find(simulator).is_ok()
    });
    let note = |simulator: Simulator| {
        let backend = simulator.backend();
        let written = backend.nearest_waves(wanted);
        let formats: Vec<&str> = backend.waves().iter().map(|it| it.name()).collect();
        (written != wanted).then(|| {
            format!(
                "{} writes waves as {}, not as {}: as {} here (VERIFORK_WAVES)",
                backend.product(),
                formats.join(" or "),
                wanted.name(),
                written.name()
            )
        })
    };
    used.filter_map(note).collect()
}

/// The simulators without code coverage, if it is requested.
fn notes_of_code(context: &Context, designs: &[ResolvedDesign]) -> Vec<String> {
    let used = ALL.into_iter().filter(|&simulator| {
        let runs = designs.iter().any(|design| design.runs_on(simulator));
        context.settings.code_coverage && runs && context.settings.wants(simulator)
    });
    let note = |simulator: Simulator| {
        let backend = simulator.backend();
        let found = backend.installation(context.find(simulator).ok()?).ok()?;
        let why = backend.without_code_coverage(&found)?;
        Some(format!(
            "no code coverage on {}: {why} (VERIFORK_COVERAGE)",
            backend.product()
        ))
    };
    used.filter_map(note).collect()
}

fn run(
    context: &Arc<Context>,
    mut plan: Plan,
    arguments: &Arguments,
) -> Result<ExitCode, Vec<String>> {
    let empty = plan.cannot_run(context, arguments);
    // Each of nextest's processes is there for one test, and none for those that are ignored.
    if let Some(reason) = empty.clone().filter(|_| env::var_os("NEXTEST").is_some()) {
        plan.fail_all(context, reason);
    }
    if !arguments.list() {
        begin_report(context, &plan, arguments).map_err(one)?;
        if !arguments.is_bench() {
            note_left_out(&plan, arguments).map_err(one)?;
        }
        for note in &plan.notes {
            eprintln!("note: {note}");
        }
    }
    let asked = plan.selected(arguments).next().is_some();
    let jobs = jobs::jobs(&plan.tests, arguments);
    let counts = front::run(arguments, jobs).map_err(one)?;
    if !arguments.list() {
        context.note_counts(counts);
    }
    let ran = counts.passed + counts.failed > 0;
    let may_be_empty = arguments.list() || arguments.is_bench() || context.allow_empty || !asked;
    let problem = match empty {
        _ if ran || may_be_empty => None,
        Some(reason) => Some(reason),
        None => arguments.ask_for_all().then(|| plan::all_skipped(context)),
    };
    let written = context.junit.get();
    let written = written.map_or(Ok(()), |junit| junit.finish(problem.as_deref()));
    let unwritten = written.err().map(|error| error.to_string());
    let problems: Vec<String> = problem.into_iter().chain(unwritten).collect();
    if problems.is_empty() {
        Ok(counts.exit_code())
    } else {
        Err(problems)
    }
}

/// Tells reports which of the tests that are asked for are left out.
fn note_left_out(plan: &Plan, arguments: &Arguments) -> Result<(), VerdictUnwritable> {
    let left = plan.selected(arguments).filter(|_| arguments.leave(true));
    let left = left.filter_map(|planned| Some((planned, planned.ignored.as_ref()?)));
    let mut noted =
        left.map(|(planned, reason)| planned.suite.note_left_out(&planned.test, reason));
    noted.try_for_each(|noted| noted)
}

/// Begins the report, if one is wanted, with every test that is asked for.
fn begin_report(context: &Context, plan: &Plan, arguments: &Arguments) -> Result<(), JunitError> {
    let Some(path) = &context.settings.junit else {
        return Ok(());
    };
    let testbench = &context.testbench;
    // Cargo starts tests in the folder of the crate; the path was meant from there too.
    let path = testbench.folder.join(path);
    let notes = testbench.notes();
    let junit = match env::var("NEXTEST_RUN_ID") {
        Ok(run) => Junit::shared(path, &notes, run),
        Err(_) => {
            let case = |planned: &Planned| {
                let left = planned.ignored.as_ref().filter(|_| arguments.leave(true));
                let left = left.cloned().map(CaseResult::Skipped);
                let result = left.unwrap_or(CaseResult::NotRun);
                planned.suite.case(&planned.test, result)
            };
            let cases: Vec<_> = plan.selected(arguments).map(case).collect();
            Junit::create(path, &notes, &testbench.package, &cases)?
        }
    };
    // There is one report per process.
    let _ = context.junit.set(junit);
    Ok(())
}

/// Tells the problems in the report, if one is wanted: that of an earlier run is not to be taken for
/// this one's.
fn report_problems(problems: &[String]) -> Option<String> {
    // Not from the settings, which may be what is wrong.
    let path = Variable::Junit.value()?;
    if env::var_os("NEXTEST_RUN_ID").is_some() {
        return None;
    }
    let folder = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let (path, text) = (Path::new(&folder).join(path), problems.join("\n"));
    let written = junit::write_problem(&path, &testbench::notes()?, &text);
    written.err().map(|error| error.to_string())
}

fn check_languages(designs: &[ResolvedDesign]) -> Result<(), Vec<String>> {
    let problem = |design: &ResolvedDesign| {
        if ALL.into_iter().any(|simulator| design.runs_on(simulator)) {
            return None;
        }
        let keys = |simulators: &mut dyn Iterator<Item = Simulator>| {
            let keys = simulators.map(Simulator::key);
            keys.collect::<Vec<_>>()
        };
        let taking = |simulator: &Simulator| design.is_taken_by(*simulator);
        let taking = keys(&mut ALL.into_iter().filter(taking));
        let languages: Vec<String> = design.languages().iter().map(ToString::to_string).collect();
        let languages = languages.join(" and ");
        let name = design.name();
        Some(match design.allowed() {
            Some(allowed) if !taking.is_empty() => format!(
                "design `{name}`: none of `.simulators([…])` ({}) supports {languages}; {} do",
                keys(&mut allowed.iter().copied()).join(", "),
                taking.join(", ")
            ),
            _ => format!("design `{name}`: no simulator supports {languages} in one design"),
        })
    };
    let problems: Vec<String> = designs.iter().filter_map(problem).collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

fn context(
    testbench: Testbench,
    settings: Settings,
    plugin: &PluginSettings,
    arguments: &Arguments,
) -> Arc<Context> {
    let cache = Cache::new(
        testbench.output.join(DESIGNS),
        testbench.folder.clone(),
        settings.cache,
    )
    .sharing_in(settings.shared.clone())
    .limited(settings.compile_timeout)
    .of_run(env::var("NEXTEST_RUN_ID").ok());
    Arc::new(Context {
        cache,
        junit: OnceLock::new(),
        seed: plugin.seed.unwrap_or_else(random_seed),
        run: junit::name_of_run(),
        wall_timeout: plugin.wall_timeout.map(Duration::from_secs_f64),
        live: arguments.shows_output(),
        allow_empty: plugin.allow_empty,
        cannot_run: OnceLock::new(),
        testbench,
        settings,
    })
}

/// A random seed.
fn random_seed() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    // The standard library seeds its hash maps from the operating system.
    RandomState::new().hash_one(std::process::id())
}
