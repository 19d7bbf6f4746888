//! Writes what has been covered when verifork's test ends, and meanwhile once a second.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use verifork::test_end::{at_test_end, keeps_functional_coverage, test_file};
use verifork::{SimulatorInfo, Test};

use crate::record::{EXTENSION, Record, Source};
use crate::registry;

/// How long what has been counted may be unwritten.
const INTERVAL: Duration = Duration::from_secs(1);

thread_local! {
    /// The generation whose end is expected.
    static EXPECTED: Cell<Option<u64>> = const { Cell::new(None) };
    static LAST: RefCell<Option<(Instant, String)>> = const { RefCell::new(None) };
}

/// A group counts for the running test: at its end it is written.
pub(crate) fn expect_end() {
    let generation = Some(registry::generation());
    if EXPECTED.replace(generation) == generation {
        return;
    }
    LAST.set(Some((Instant::now(), run_name())));
    let aim = crate::aim::read();
    at_test_end(|end| {
        let groups = registry::end();
        let Some(path) = file() else {
            return aim.map_err(verifork::Error::msg);
        };
        let record = Record {
            source: source(end.name(), end.simulator(), end.seed(), end.has_passed()),
            groups,
        };
        record.write(&path)?;
        aim.map_err(verifork::Error::msg)
    });
}

/// The file of the running test, if one is to be written.
fn file() -> Option<PathBuf> {
    test_file(EXTENSION).filter(|_| keeps_functional_coverage())
}

/// What tells this run of the test from all others.
fn run_name() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let nanoseconds = now.map_or(0, |now| now.as_nanos());
    format!("{nanoseconds:x}-{:x}", std::process::id())
}

fn source(test: &str, simulator: &SimulatorInfo, seed: u64, passed: bool) -> Source {
    Source {
        test: test.to_owned(),
        simulator: format!("{} {}", simulator.name(), simulator.version()),
        seed,
        run: LAST.with_borrow(|last| {
            last.as_ref()
                .map(|(_, run)| run.clone())
                .unwrap_or_default()
        }),
        passed,
    }
}

/// Whether a panic fails a test: one runs, and not to be torn down by a panic. Of what is dropped once the simulation has
/// ended, none may get out.
#[cold]
pub(crate) fn can_fail() -> bool {
    // Unit tests are not tests of verifork.
    (cfg!(test) || Test::current().is_some()) && !std::thread::panicking()
}

/// Writes what has been counted so far, if that was not done for a while: a process that is killed leaves it.
#[cold]
pub(crate) fn checkpoint() {
    let due = LAST.with_borrow_mut(|last| match last {
        Some((written, _)) if written.elapsed() >= INTERVAL => {
            *written = Instant::now();
            true
        }
        _ => false,
    });
    if !due {
        return;
    }
    let Some((test, path)) = Test::current().zip(file()) else {
        return;
    };
    let record = Record {
        source: source(test.name(), test.simulator(), test.seed(), false),
        groups: registry::so_far(),
    };
    // If it cannot be written, the end of the test says so.
    let _ = record.write(&path);
}
