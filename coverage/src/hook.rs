//! Writes coverage when a verifork test ends, and once a second until then.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use verifork::test_end::{at_test_end, keeps_functional_coverage, test_file};
use verifork::{SimulatorInfo, Test};

use crate::record::{EXTENSION, Record, Source};
use crate::registry;

/// The longest time that counts stay unwritten.
const INTERVAL: Duration = Duration::from_secs(1);

thread_local! {
    /// The generation of tests at whose end coverage is written.
    static EXPECTED: Cell<Option<u64>> = const { Cell::new(None) };
    static LAST: RefCell<Option<(Instant, String)>> = const { RefCell::new(None) };
}

/// Registers that the running test has a group, so that coverage is written at its end.
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

/// The coverage file of the running test, if it has one.
fn file() -> Option<PathBuf> {
    test_file(EXTENSION).filter(|_| keeps_functional_coverage())
}

/// The identity of this run of the test.
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

/// Whether a panic fails a test: one is running and not already panicking. After the end of the simulation, drops
/// must not panic.
#[cold]
pub(crate) fn can_fail() -> bool {
    // Unit tests are not verifork tests.
    (cfg!(test) || Test::current().is_some()) && !std::thread::panicking()
}

/// Writes the current counts if the last write is some time ago, so that a killed process leaves them.
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
    // If it cannot be written, the end of the test reports it.
    let _ = record.write(&path);
}
