//! The harness: from designs and the command line to tests and the process's exit status.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Arguments, Trial};

use crate::cache::Cache;
use crate::design::{Design, Simulator};
use crate::elaboration::{Elaboration, elaborations};
use crate::junit::Junit;
use crate::process;
use crate::settings::Settings;
use crate::simulator::ALL;
use crate::testbench::{self, ListedTest, PluginSettings, Testbench};
use crate::trial::{Bench, Context};

/// The exit status of a harness that could not run its tests.
const BROKEN: u8 = 2;

/// Runs the tests of this crate on the designs; to be the whole of `tests/sim.rs`'s `main`.
///
/// The status is success if no test failed, 101 if one did, as with any Rust test, and 2 if
/// designs or settings are wrong, which is told on standard error.
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
    let arguments = Arguments::from_args();
    match run(designs.into_iter().collect(), &arguments) {
        Ok(status) => status,
        Err(problems) => {
            for problem in problems {
                eprintln!("verifork: {problem}");
            }
            ExitCode::from(BROKEN)
        }
    }
}

fn run(designs: Vec<Design>, arguments: &Arguments) -> Result<ExitCode, Vec<String>> {
    let one = |error: anyhow::Error| vec![format!("{error:#}")];
    let settings = Settings::from_environment()?;
    let testbench = Testbench::find().map_err(one)?;
    let mut designs = elaborations(designs, &testbench.folder)?;
    let (plugin, tests) = testbench::list(&testbench.plugin).map_err(one)?;
    for design in &mut designs {
        // Of all its tests, also those that are not selected, so that a filter compiles nothing anew.
        let own = tests.iter().filter(|test| design.has_test(&test.name));
        let paths = own.flat_map(|test| test.paths.iter().cloned());
        design.looked_up = paths.collect();
    }
    if let Some(help) = &plugin.help {
        print!("{help}");
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(problem) = plugin.problem {
        return Err(vec![problem]);
    }
    check_languages(&designs)?;
    if settings.describe.is_none() {
        check_tests(&testbench, &designs, &tests)?;
    }
    let context = context(testbench, settings, &plugin, arguments)?;
    if let Some(folder) = &context.settings.describe {
        return describe(&context, &designs, folder);
    }
    let trials = trials(&context, &designs, &tests, arguments);
    Ok(libtest_mimic::run(arguments, trials).exit_code())
}

fn check_languages(designs: &[Elaboration]) -> Result<(), Vec<String>> {
    let taken = |design: &&Elaboration| {
        !ALL.iter()
            .any(|simulator| simulator.command_line().takes(design))
    };
    let problem = |design: &Elaboration| {
        let languages: Vec<String> = design.languages().iter().map(ToString::to_string).collect();
        let languages = languages.join(" and ");
        format!(
            "design `{}`: no simulator takes {languages} in one design",
            design.name()
        )
    };
    let problems: Vec<String> = designs.iter().filter(taken).map(problem).collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

fn check_tests(
    testbench: &Testbench,
    designs: &[Elaboration],
    tests: &[ListedTest],
) -> Result<(), Vec<String>> {
    if tests.is_empty() {
        return Err(vec![format!(
            "the plugin `{}` has no tests: mark an `async fn` with `#[verifork::test]`, in a \
             module that `lib.rs` reaches",
            testbench.plugin.display()
        )]);
    }
    let empty = designs
        .iter()
        .filter(|design| !tests.iter().any(|it| design.has_test(&it.name)));
    let problem =
        |design: &Elaboration| format!("design `{}`: no test fits `.tests(…)`", design.name());
    let problems: Vec<String> = empty.map(problem).collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// Writes a description of each design, by the first of its simulators that is installed.
fn describe(
    context: &Arc<Context>,
    designs: &[Elaboration],
    folder: &Path,
) -> Result<ExitCode, Vec<String>> {
    let mut problems = Vec::new();
    fs::create_dir_all(folder)
        .map_err(|error| vec![format!("cannot write `{}`: {error}", folder.display())])?;
    for design in designs {
        let mut design = design.clone();
        design.public_all = true;
        let design = &design;
        let wanted = ALL.into_iter().filter(|&simulator| {
            runs_on(design, simulator.command_line().key()) && context.settings.wants(simulator)
        });
        let benches: Vec<Arc<Bench>> = wanted
            .map(|simulator| {
                let programs = context.find(simulator);
                Bench::new(Arc::clone(context), design.clone(), simulator, programs)
            })
            .collect();
        let bench = benches
            .iter()
            .find(|bench| bench.is_installed())
            .or(benches.first());
        let Some(bench) = bench else { continue };
        let path = folder.join(format!("{}.json", bench.suite().replace("::", ".")));
        if let Err(problem) = bench.describe(&path) {
            problems.push(problem);
        }
    }
    if problems.is_empty() {
        Ok(ExitCode::SUCCESS)
    } else {
        Err(problems)
    }
}

fn context(
    testbench: Testbench,
    settings: Settings,
    plugin: &PluginSettings,
    arguments: &Arguments,
) -> Result<Arc<Context>, Vec<String>> {
    let one = |text: String| vec![text];
    if !arguments.list {
        process::end_groups_with_this_process()
            .map_err(|error| one(format!("cannot watch for signals: {error}")))?;
    }
    let junit = match &settings.junit {
        Some(path) if !arguments.list => {
            // Cargo starts tests in the folder of the crate; the path was meant from there too.
            let path = testbench.folder.join(path);
            let run = env::var("NEXTEST_RUN_ID").ok();
            let gathered = run.map(|run| testbench.output.join(format!("junit/{run}.jsonl")));
            Some(Junit::create(path, &testbench.package, gathered).map_err(one)?)
        }
        _ => None,
    };
    let cache = Cache::new(
        testbench.output.join("designs"),
        testbench.folder.clone(),
        settings.cache,
    );
    Ok(Arc::new(Context {
        cache,
        junit,
        seed: plugin.seed.unwrap_or_else(random_seed),
        wall_timeout: plugin.wall_timeout.map(Duration::from_secs_f64),
        live: arguments.nocapture,
        testbench,
        settings,
    }))
}

/// A seed that nobody has chosen.
fn random_seed() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    // The standard library seeds its hash maps from the operating system.
    RandomState::new().hash_one(std::process::id())
}

/// Every test on every design and simulator, in the order designs, simulators, tests.
fn trials(
    context: &Arc<Context>,
    designs: &[Elaboration],
    tests: &[ListedTest],
    arguments: &Arguments,
) -> Vec<Trial> {
    let mut trials = Vec::new();
    let mut missing: BTreeMap<Simulator, (String, usize)> = BTreeMap::new();
    for design in designs {
        for simulator in ALL {
            let command_line = simulator.command_line();
            if !command_line.takes(design)
                || !design.allows(simulator)
                || !context.settings.wants(simulator)
            {
                continue;
            }
            let programs = context.find(simulator);
            let absent = programs.is_err() && !context.settings.required.contains(&simulator);
            if let (Err(reason), true) = (&programs, absent) {
                missing.entry(simulator).or_insert((reason.clone(), 0)).1 += tests
                    .iter()
                    .filter(|test| design.has_test(&test.name))
                    .count();
            }
            let own: Vec<ListedTest> = tests
                .iter()
                .filter(|test| test.selected && design.has_test(&test.name))
                .cloned()
                .collect();
            let bench = Bench::new(Arc::clone(context), design.clone(), simulator, programs);
            trials.extend(bench.trials(own, absent, arguments));
        }
    }
    if !arguments.list {
        for (reason, count) in missing.values() {
            eprintln!("note: {count} tests are ignored: {reason}");
        }
        if trials.is_empty() {
            let mut keys = crate::installed::known_simulators_keys();
            keys.retain(|key| designs.iter().any(|design| runs_on(design, key)));
            let keys = keys.join(", ");
            eprintln!(
                "note: no test is left by VERIFORK_SIM and VERIFORK_FILTER; the designs run on {keys}"
            );
        }
    }
    trials
}

fn runs_on(design: &Elaboration, key: &str) -> bool {
    Simulator::from_key(key)
        .is_some_and(|simulator| simulator.command_line().takes(design) && design.allows(simulator))
}
