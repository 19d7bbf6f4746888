//! The groups of the test that runs, on the simulator's thread.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::record::GroupRecord;

/// What counts for the test that runs: a group.
pub(crate) trait Counting {
    /// What it has counted so far.
    fn record(&self) -> GroupRecord;
}

thread_local! {
    /// How often the groups have been taken.
    static GENERATION: Cell<u64> = const { Cell::new(0) };
    static GROUPS: RefCell<Vec<Rc<dyn Counting>>> = const { RefCell::new(Vec::new()) };
}

/// A group counts for the test that runs.
pub(crate) fn add(group: Rc<dyn Counting>) {
    GROUPS.with_borrow_mut(|groups| groups.push(group));
}

/// What the groups that were made on this thread have counted. They are forgotten: what is counted later is
/// not told again.
///
/// With the feature `verifork`, which is on by default, this is done at the end of each test, and the outcome
/// written to a file.
///
/// ```
/// use verifork_coverage::{Bins, GroupBuilder, take};
///
/// GroupBuilder::new("empty").build();
/// assert_eq!(take().len(), 1);
/// assert!(take().is_empty()); // each is told once
/// ```
pub fn take() -> Vec<GroupRecord> {
    GENERATION.set(GENERATION.get() + 1);
    let groups = GROUPS.take();
    groups.iter().map(|group| group.record()).collect()
}

/// Groups that were made in another generation are not told any more.
pub(crate) fn generation() -> u64 {
    GENERATION.get()
}

/// What they have counted so far.
#[cfg(feature = "verifork")]
pub(crate) fn so_far() -> Vec<GroupRecord> {
    GROUPS.with_borrow(|groups| groups.iter().map(|group| group.record()).collect())
}
