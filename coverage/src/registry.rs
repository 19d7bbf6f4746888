//! The groups of the running test, on the simulator's thread.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::record::GroupRecord;

/// Something that counts for the running test: a group.
pub(crate) trait Counting {
    /// Its counts so far.
    fn record(&self) -> GroupRecord;

    /// The test has ended: further samples do not count.
    #[cfg(feature = "verifork")]
    fn end(&self);
}

thread_local! {
    /// The number of times that the groups were taken.
    static GENERATION: Cell<u64> = const { Cell::new(0) };
    static GROUPS: RefCell<Vec<Rc<dyn Counting>>> = const { RefCell::new(Vec::new()) };
}

/// Adds a group to the running test.
pub(crate) fn add(group: Rc<dyn Counting>) {
    GROUPS.with_borrow_mut(|groups| groups.push(group));
}

/// Takes the counts of the groups that were made on this thread. The groups are then forgotten, so later counts are
/// lost.
///
/// With the feature `verifork`, which is on by default, this happens at the end of each test, and the counts are
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

/// The same at the end of a test. A later sample of one of the groups panics, since no file would contain it.
#[cfg(feature = "verifork")]
pub(crate) fn end() -> Vec<GroupRecord> {
    GROUPS.with_borrow(|groups| groups.iter().for_each(|group| group.end()));
    take()
}

/// Groups of other generations are not affected.
pub(crate) fn generation() -> u64 {
    GENERATION.get()
}

/// Their counts so far.
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
        // The counts can still be read.
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
