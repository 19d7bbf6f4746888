//! The paths of signals by number, for the task tree, which another thread may have to print.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::kernel;

static PATHS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Forgets all: a simulation begins.
pub(super) fn clear() {
    PATHS.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// The path of the next signal.
pub(super) fn push(path: String) {
    PATHS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(path);
}

/// Writes the path of the signal with this number.
pub(super) fn write(number: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let entry = usize::try_from(number).ok();
    // The thread of the simulation has the table itself; another one has a copy of the paths.
    if let Ok(kernel) = kernel()
        && let Some(path) = entry.and_then(|entry| kernel.signals.path(entry))
    {
        return f.write_str(path);
    }
    let paths = PATHS.lock().unwrap_or_else(PoisonError::into_inner);
    match entry.and_then(|entry| paths.get(entry)) {
        Some(path) => f.write_str(path),
        None => write!(f, "signal {number}"),
    }
}
