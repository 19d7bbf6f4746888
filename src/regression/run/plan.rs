//! Prepares a run: reads settings, selects tests, begins reports.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use anyhow::Context as _;

use verifork_protocol::results::label;
use verifork_protocol::variables::Variable;

use super::limits::last_resort;
use super::{PlannedTest, RegressionRun, print, print_record};
use crate::regression::config::Config;
use crate::regression::console;
use crate::regression::describe;
use crate::regression::exit;
use crate::regression::junit::{self, Junit};
use crate::regression::registry;
use crate::regression::repeat::Invocation;
use crate::regression::report::Style;
use crate::regression::seed::Seed;
use crate::regression::select::{self, Run, SelectError, Selection, select};
use crate::regression::simulator::SimulatorInfo;
use crate::regression::test_end::keeps_functional_coverage;
use crate::regression::watchdog::{GRACE, Watchdog};
use crate::regression::{logger, results};
use crate::scheduler::{self, Kernel};
use crate::task::{self, catch};

/// Reads the settings and chooses the tests; `None` if only a list was asked for.
pub(super) fn prepare(kernel: &'static Kernel) -> anyhow::Result<Option<Rc<RegressionRun>>> {
    let config = Config::from_environment()?;
    if let Some(help) = &config.help {
        print(help);
        return Ok(None);
    }
    let colored = config.colored_on_stdout();
    logger::install(
        &config.log,
        colored,
        logger::Hooks {
            now: || scheduler::kernel().ok().map(Kernel::now),
            task_path: |out| {
                task::with_executor(|executor| executor.write_current_path(out).ok());
            },
            sink: print_record,
        },
    );
    if let Some(path) = &config.describe {
        describe::write(kernel.port(), path)?;
        return Ok(None);
    }
    let entries = registry::in_order();
    anyhow::ensure!(
        !entries.is_empty() || config.allow_empty,
        "this plugin has no tests: mark an `async fn` with `#[verifork::test]`, in a \
         module that the cdylib's `lib.rs` includes"
    );
    let candidates = registry::candidates(&entries);
    let seed = match config.seed {
        Some(value) => Seed::new(value),
        None => Seed::from_os().context("no random seed is available; set VERIFORK_SEED")?,
    };
    let selection = select(
        &candidates,
        &config.filter,
        config.order,
        config.repeat.get(),
        seed,
    );
    let mut selection = match selection {
        Err(SelectError::NoTests | SelectError::NothingFits { .. }) if config.allow_empty => {
            Selection::default()
        }
        other => other?,
    };
    for remark in selection.remarks() {
        log::warn!("{remark}");
    }
    if config.list {
        let mut text = String::new();
        select::list(&mut text, &candidates, &selection)?;
        print(&text);
        return Ok(None);
    }
    // A test that wants the design to end the simulation comes after those that do not.
    let ends = |run: &Run| catch(entries[run.index].0.options).is_ok_and(|it| it.ends.is_some());
    selection.runs.sort_by_cached_key(ends);
    let invocation = Invocation {
        variables: config.shaping.clone(),
        arguments: process_arguments(),
    };
    let port = kernel.port();
    let identity = port.identity();
    if let Some(path) = &config.junit {
        let properties = [
            ("seed", seed.value().to_string()),
            ("simulator", identity.product.clone()),
            ("simulator_version", identity.version.clone()),
            ("interface", identity.interface.to_owned()),
        ];
        let tests: Vec<_> = selection
            .runs
            .iter()
            .map(|run| (candidates[run.index], *run))
            .collect();
        let suite = top_name(kernel);
        junit::keep(Junit::create(path, &suite, &properties, &tests)?);
    }
    let labels: Vec<String> = selection
        .runs
        .iter()
        .map(|run| label(candidates[run.index].name, run.repetition))
        .collect();
    results::planned(&labels, seed)?;
    if port.quirks().errors_make_the_status {
        exit::forgive_errors();
    }
    let messages = port.quirks().messages;
    if let Err(error) = console::begin(messages, kernel.precision(), results::are_written()) {
        log::warn!("the design's messages cannot be read, so they fail no test: {error}");
    }
    if Variable::Coverage.value().is_some()
        && keeps_functional_coverage()
        && !results::are_written()
    {
        log::warn!(
            "nothing keeps the coverage that VERIFORK_COVERAGE asks for: it is stored beside the results, so set \
             VERIFORK_RESULTS to a file for them"
        );
    }
    let style = Style::new(colored, labels.iter().map(String::as_str));
    let tests = selection
        .runs
        .iter()
        .map(|run| {
            let (entry, name) = &entries[run.index];
            PlannedTest {
                entry,
                name: name.clone(),
                run: *run,
            }
        })
        .collect::<Vec<_>>();
    let watchdog = Watchdog::start(GRACE, task::running_task, last_resort)
        .inspect_err(|error| {
            log::warn!(
                "tests have no limit of wall-clock time: the watchdog cannot start: {error}"
            );
        })
        .ok();
    // The harness has all of this from the results.
    let level = if results::are_written() {
        log::Level::Debug
    } else {
        log::Level::Info
    };
    log::log!(
        level,
        "{} {} through {}; {} of {} tests; seed {}",
        identity.product,
        identity.version,
        identity.interface,
        tests.len(),
        candidates.len(),
        seed.value()
    );
    let plusargs = port
        .arguments()
        .iter()
        .filter(|argument| argument.starts_with('+'))
        .cloned()
        .collect();
    Ok(Some(Rc::new(RegressionRun {
        kernel,
        config,
        style,
        invocation,
        plusargs,
        simulator: SimulatorInfo::of(port.identity()),
        tests,
        results: RefCell::default(),
        running: RefCell::default(),
        watchdog,
        finished: Cell::new(false),
    })))
}

fn top_name(kernel: &Kernel) -> String {
    let port = kernel.port();
    port.roots()
        .first()
        .map_or_else(|| "design".to_owned(), |&root| port.describe(root).name)
}

/// The command line of the process, as the shell would take it again.
fn process_arguments() -> Vec<String> {
    std::env::args_os()
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect()
}
