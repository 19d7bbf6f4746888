//! The harness: from designs and the command line to tests and the process's exit status.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;
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
    let designs = elaborations(designs, &testbench.folder)?;
    let (plugin, tests) = testbench::list(&testbench.plugin).map_err(one)?;
    if let Some(help) = &plugin.help {
        print!("{help}");
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(problem) = plugin.problem {
        return Err(vec![problem]);
    }
    check_names(&testbench, &designs, &tests)?;
    let context = context(testbench, settings, &plugin, arguments)?;
    let trials = trials(&context, &designs, &tests, arguments);
    Ok(libtest_mimic::run(arguments, trials).exit_code())
}

fn check_names(
    testbench: &Testbench,
    designs: &[Elaboration],
    tests: &[ListedTest],
) -> Result<(), Vec<String>> {
    if tests.is_empty() {
        return Err(vec![format!(
            "the plugin `{}` has no tests: mark an `async fn` with `#[verifork::test]`, in a module \
             that `lib.rs` reaches",
            testbench.plugin.display()
        )]);
    }
    let mut problems = Vec::new();
    for design in designs {
        if ALL
            .iter()
            .all(|simulator| !simulator.command_line().takes(design))
        {
            let languages: Vec<String> =
                design.languages().iter().map(ToString::to_string).collect();
            problems.push(format!(
                "design `{}`: no simulator takes {} in one design",
                design.name(),
                languages.join(" and ")
            ));
        }
        if !tests.iter().any(|test| design.has_test(&test.name)) {
            problems.push(format!(
                "design `{}`: none of the tests fits `.tests(…)`",
                design.name()
            ));
        }
    }
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
            let place: Option<&PathBuf> = context.settings.places.get(&simulator);
            let programs = command_line.find(place.map(PathBuf::as_path));
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
            let mut keys: Vec<&str> = ALL.map(Simulator::command_line).map(|it| it.key()).into();
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
