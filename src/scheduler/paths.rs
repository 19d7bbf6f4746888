//! The paths of signals by number, for the task tree. Another thread may have to print it.

use std::cell::RefCell;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

type Paths = Arc<Mutex<Vec<String>>>;

thread_local! {
    /// The paths of this thread's simulation.
    static PATHS: RefCell<Option<Paths>> = const { RefCell::new(None) };
}

/// The paths of the simulation that began last, for other threads.
static PUBLISHED: Mutex<Option<Paths>> = Mutex::new(None);

/// Begins with no paths, for a simulation of this thread.
pub(super) fn publish() {
    let paths = Paths::default();
    PATHS.set(Some(Arc::clone(&paths)));
    *PUBLISHED.lock().unwrap_or_else(PoisonError::into_inner) = Some(paths);
}

/// Adds the path of the next signal.
pub(super) fn push(path: String) {
    if let Some(paths) = PATHS.with_borrow(Option::clone) {
        let mut paths = paths.lock().unwrap_or_else(PoisonError::into_inner);
        paths.push(path);
    }
}

/// Writes the path of the signal with this number.
pub(super) fn write(number: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let own = PATHS
        .try_with(|paths| paths.borrow().clone())
        .ok()
        .flatten();
    let paths = own.or_else(|| {
        let published = PUBLISHED.lock().unwrap_or_else(PoisonError::into_inner);
        published.clone()
    });
    let paths = paths.unwrap_or_default();
    let paths = paths.lock().unwrap_or_else(PoisonError::into_inner);
    match usize::try_from(number)
        .ok()
        .and_then(|entry| paths.get(entry))
    {
        Some(path) => f.write_str(path),
        None => write!(f, "signal {number}"),
    }
}
