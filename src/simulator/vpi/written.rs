//! Writes to signals of VHDL over VPI that have not reached the design yet.
//!
//! GHDL applies a write at the next update of all signals, of which each delta cycle has one. Until then, reads return
//! the written value, as on simulators that apply writes at once. GHDL does not show its cycles; they are derived from
//! the kinds of the callbacks.

use std::cell::{Cell, RefCell};

use smallvec::SmallVec;

use crate::simulator::{CallbackHandle, Handle};
use crate::value::LogicVec;

/// What was written, in the order of the first writes.
#[derive(Default)]
pub(super) struct Writes {
    written: RefCell<Vec<Written>>,
    /// Releases that have to wait until the force is applied.
    releases: RefCell<Vec<Release>>,
    /// Vectors to reuse.
    spare: RefCell<Vec<LogicVec>>,
    place: Cell<CyclePosition>,
    written_at: Cell<u64>,
    /// The watches on signals of one bit.
    scalar_watches: RefCell<Vec<(CallbackHandle, Handle, u64)>>,
}

/// A written value that has not reached the object.
struct Written {
    object: Handle,
    value: LogicVec,
    place: CyclePosition,
    is_force: bool,
}

/// A force to end as soon as it is applied.
#[derive(Debug, PartialEq)]
pub(super) struct Release {
    pub(super) object: Handle,
    pub(super) width: u32,
    /// What was written after it.
    pub(super) then: Option<LogicVec>,
}

/// Where in a cycle of the simulator a callback is.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) enum CyclePosition {
    /// Before the signals are updated: delays, and the next time step.
    #[default]
    Before,
    /// After it, when changes are reported. A cycle may have several such callbacks.
    After,
    /// At the end of a time step's last known cycle: the read-write and the read-only phase.
    Last,
}

impl Writes {
    /// A callback begins: what was written before the signals were updated last, is over.
    pub(super) fn enter(&self, place: CyclePosition, now: impl FnOnce() -> u64) {
        self.place.set(place);
        if !self.written.borrow().is_empty() {
            self.forget(|written| match place {
                CyclePosition::Before => false,
                CyclePosition::After => written != CyclePosition::After,
                CyclePosition::Last => true,
            });
            if place == CyclePosition::Before && now() != self.written_at.get() {
                self.forget(|_| true);
            }
        }
    }

    /// The tokens of the watches on what was written and is now the design's, in the order of the
    /// writes: GHDL tells of changes in the order of the watches. Of signals of one bit only, since
    /// whether these have changed is found by their values.
    pub(super) fn changed_in_order(&self) -> SmallVec<[u64; 4]> {
        let (written, watches) = (self.written.borrow(), self.scalar_watches.borrow());
        if written.len() < 2 {
            return SmallVec::new();
        }
        let applied = written.iter().filter(|it| it.place != CyclePosition::After);
        let watched = applied.flat_map(|written| {
            let watches = watches.iter().filter(|watch| watch.1 == written.object);
            watches.map(|watch| watch.2)
        });
        watched.collect()
    }

    pub(super) fn note_watch(&self, watch: CallbackHandle, object: Handle, token: u64) {
        self.scalar_watches
            .borrow_mut()
            .push((watch, object, token));
    }

    pub(super) fn forget_watch(&self, callback: CallbackHandle) {
        self.scalar_watches
            .borrow_mut()
            .retain(|watch| watch.0 != callback);
    }

    /// A cycle begins that was asked for by [`VpiPort::start_cycle`](super::VpiPort::start_cycle): what was written as changes
    /// were told is the design's after the next update.
    pub(super) fn enter_cycle(&self) {
        for written in &mut *self.written.borrow_mut() {
            written.place = CyclePosition::Before;
        }
    }

    pub(super) fn place(&self) -> CyclePosition {
        self.place.get()
    }

    fn forget(&self, is_over: impl Fn(CyclePosition) -> bool) {
        let mut written = self.written.borrow_mut();
        let mut spare = self.spare.borrow_mut();
        for over in written.extract_if(.., |written| is_over(written.place)) {
            spare.push(over.value);
        }
    }

    /// Notes a value that was written; `true` if a cycle has to be asked for, at whose begin it is
    /// known that others are told of what it made of the signals.
    pub(super) fn note(&self, object: Handle, value: &LogicVec, is_force: bool, now: u64) -> bool {
        let mut written = self.written.borrow_mut();
        self.written_at.set(now);
        let place = self.place.get();
        let at = written.iter().position(|it| it.object == object);
        let noted = if let Some(at) = at {
            &mut written[at]
        } else {
            let value = self.spare.borrow_mut().pop().unwrap_or_default();
            written.push(Written {
                object,
                value,
                place,
                is_force,
            });
            written.last_mut().expect("it was pushed")
        };
        noted.place = place;
        noted.is_force = is_force;
        if is_force {
            self.releases.borrow_mut().retain(|it| it.object != object);
        }
        noted.value.clone_from(value);
        place == CyclePosition::After
    }

    /// A force is to end; `true` if it has not even begun, so that its end has to wait: of one cycle's
    /// writes, GHDL applies all releases first.
    pub(super) fn defers_release(&self, object: Handle, width: u32) -> bool {
        let mut written = self.written.borrow_mut();
        let Some(at) = written.iter().position(|it| it.object == object) else {
            return false;
        };
        let ended = written.remove(at);
        if ended.is_force {
            self.releases.borrow_mut().push(Release {
                object,
                width,
                then: None,
            });
        }
        ended.is_force
    }

    /// A value is written; `true` if it is to be written after a release that waits.
    pub(super) fn defers_write(&self, object: Handle, value: &LogicVec) -> bool {
        let mut releases = self.releases.borrow_mut();
        let waits = releases.iter_mut().find(|it| it.object == object);
        waits
            .map(|release| release.then = Some(value.clone()))
            .is_some()
    }

    /// The releases that have waited.
    pub(super) fn take_releases(&self) -> Vec<Release> {
        self.releases.take()
    }

    /// What was written to an object and is yet to become its value.
    pub(super) fn with_written<R>(
        &self,
        object: Handle,
        see: impl FnOnce(&LogicVec) -> R,
    ) -> Option<R> {
        let written = self.written.borrow();
        let found = written.iter().find(|it| it.object == object)?;
        Some(see(&found.value))
    }

    pub(super) fn is_written(&self, object: Handle) -> bool {
        self.with_written(object, |_| ()).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn byte(value: u64) -> LogicVec {
        LogicVec::from_planes_u64(8, value, 0)
    }

    fn read(writes: &Writes, object: Handle) -> Option<u64> {
        writes.with_written(object, |value| value.value_word(0))
    }

    #[test]
    fn a_write_is_read_until_the_signals_are_updated() {
        let (writes, object) = (Writes::default(), Handle::for_test(8));
        writes.enter(CyclePosition::Before, || 0);
        assert!(!writes.note(object, &byte(1), false, 0));
        assert!(!writes.note(object, &byte(2), false, 0));
        writes.enter(CyclePosition::Before, || 0);
        assert_eq!(read(&writes, object), Some(2));
        writes.enter(CyclePosition::After, || 0);
        assert_eq!(read(&writes, object), None);
        // One in the read-write phase is applied at once in the next cycle, or the next time step.
        writes.enter(CyclePosition::Last, || 0);
        writes.note(object, &byte(3), false, 0);
        writes.enter(CyclePosition::Before, || 0);
        assert_eq!(read(&writes, object), Some(3));
        writes.enter(CyclePosition::Before, || 1);
        assert_eq!(read(&writes, object), None);
    }

    #[test]
    fn a_force_ends_in_a_cycle_after_its_own() {
        let (writes, object) = (Writes::default(), Handle::for_test(8));
        writes.enter(CyclePosition::Last, || 0);
        writes.note(object, &byte(1), true, 0);
        assert!(writes.defers_release(object, 8));
        assert!(writes.defers_write(object, &byte(7)));
        let release = Release {
            object,
            width: 8,
            then: Some(byte(7)),
        };
        assert_eq!(writes.take_releases(), [release]);
        assert!(!writes.defers_write(object, &byte(7)));
        // Forced once more, it is not released.
        writes.note(object, &byte(1), true, 0);
        assert!(writes.defers_release(object, 8));
        writes.note(object, &byte(2), true, 0);
        assert_eq!(writes.take_releases(), []);
        // A force that is applied ends at once.
        writes.enter(CyclePosition::After, || 0);
        assert!(!writes.defers_release(object, 8));
    }

    #[test]
    fn changes_are_reported_in_the_order_of_the_writes() {
        let writes = Writes::default();
        let object = |number| Handle::for_test(8 * number);
        for number in 1..=3 {
            let watch = CallbackHandle(number);
            writes.note_watch(watch, object(number), number as u64);
        }
        writes.enter(CyclePosition::Last, || 0);
        for number in [3, 1, 2, 1] {
            writes.note(object(number), &byte(1), false, 0);
        }
        writes.forget_watch(CallbackHandle(2));
        assert_eq!(writes.changed_in_order().as_slice(), [3, 1]);
        writes.enter(CyclePosition::After, || 0);
        assert!(writes.changed_in_order().is_empty());
    }

    #[test]
    fn a_write_as_changes_are_reported_is_not_over_at_the_next_change() {
        let (writes, object) = (Writes::default(), Handle::for_test(8));
        writes.enter(CyclePosition::After, || 0);
        assert!(writes.note(object, &byte(1), false, 0));
        writes.enter(CyclePosition::After, || 0);
        assert_eq!(read(&writes, object), Some(1));
        writes.enter_cycle();
        writes.enter(CyclePosition::After, || 0);
        assert_eq!(read(&writes, object), None);
    }
}
