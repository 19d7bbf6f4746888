//! The groups of the test that runs, on the simulator's thread.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::record::GroupRecord;

/// What counts for the test that runs: a group.
pub(crate) trait Counting {
    /// What it has counted so far.
    fn record(&self) -> GroupRecord;

    /// It counts no more.
    #[cfg(feature = "verifork")]
    fn end(&self);
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

/// The same at the end of a test: who samples one of them later is told, since no file would have it.
#[cfg(feature = "verifork")]
pub(crate) fn end() -> Vec<GroupRecord> {
    GROUPS.with_borrow(|groups| groups.iter().for_each(|group| group.end()));
    take()
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

#[cfg(all(test, feature = "verifork"))]
mod tests {
    use crate::{Bins, GroupBuilder, Sequence};

    #[test]
    #[should_panic = "cover group `kept (of two tests)` is sampled at coverage/src/registry.rs:"]
    fn a_sample_after_the_end_of_the_test_is_refused() {
        let mut builder = GroupBuilder::new("kept").instance("of two tests");
        let write = builder.point("write", Bins::<bool>::new()).unwrap();
        builder.build();
        write.sample(true);
        assert_eq!(super::end()[0].counts.points[0][&1], 1);
        // What was counted can still be asked for.
        assert_eq!(write.count("true"), Some(1));
        write.sample(false);
    }

    #[test]
    #[should_panic = "cover group `req then gnt` is sampled"]
    fn a_clock_of_a_sequence_after_the_end_is_refused() {
        let granted = Sequence::new("req then gnt", [1..=4]);
        granted.clock([true, false]);
        super::end();
        granted.clock([false, true]);
    }

    #[test]
    fn a_group_of_the_next_test_counts() {
        let group = || {
            let mut builder = GroupBuilder::new("again");
            let write = builder.point("write", Bins::<bool>::new()).unwrap();
            builder.build();
            write
        };
        group().sample(true);
        super::end();
        let write = group();
        for _ in 0..5000 {
            write.sample(true);
        }
        assert_eq!(super::end()[0].counts.points[0][&1], 5000);
    }
}
