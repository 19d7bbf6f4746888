//! The present time of a simulator of VHDL, queried at most once in a callback.
//!
//! Time advances only between callbacks. The time of two kinds of callbacks is known: that of a delay, and that of a
//! phase which was requested in the same time step, before the last known cycle.

use std::cell::Cell;

use super::written::CyclePosition;
use crate::simulator::Phase;

#[derive(Default)]
pub(super) struct KnownTime {
    present: Cell<Option<u64>>,
    /// The delay that began last, by its token, and when it is over.
    delay: Cell<Option<(u64, u64)>>,
    read_write: Cell<Option<u64>>,
    read_only: Cell<Option<u64>>,
}

impl KnownTime {
    /// The time, if it was queried or is known in this callback.
    #[inline]
    pub(super) fn present(&self) -> Option<u64> {
        self.present.get()
    }

    #[inline]
    pub(super) fn was_asked_for(&self, now: u64) {
        self.present.set(Some(now));
    }

    /// A callback of unknown time begins.
    #[inline]
    pub(super) fn enter(&self) {
        self.present.set(None);
    }

    /// A delay begins.
    #[inline]
    pub(super) fn begin_delay(&self, token: u64, over_at: u64) {
        self.delay.set(Some((token, over_at)));
    }

    /// A delay is over.
    #[inline]
    pub(super) fn enter_delay(&self, token: u64) {
        let known = self.delay.get().filter(|known| known.0 == token);
        self.present.set(known.map(|known| known.1));
    }

    /// A phase is asked for, from somewhere in a cycle of this time.
    #[inline]
    pub(super) fn ask_for_phase(&self, phase: Phase, place: CyclePosition, now: u64) {
        if let Some(known) = self.of_phase(phase) {
            known.set(Some(now).filter(|_| place != CyclePosition::Last));
        }
    }

    /// A phase comes.
    #[inline]
    pub(super) fn enter_phase(&self, phase: Phase) {
        let known = self.of_phase(phase).and_then(Cell::take);
        self.present.set(known);
    }

    fn of_phase(&self, phase: Phase) -> Option<&Cell<Option<u64>>> {
        match phase {
            Phase::ReadWrite => Some(&self.read_write),
            Phase::ReadOnly => Some(&self.read_only),
            Phase::NextTimeStep => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_knows_no_time_but_that_of_the_last_delay() {
        let time = KnownTime::default();
        assert_eq!(time.present(), None);
        time.was_asked_for(7);
        assert_eq!(time.present(), Some(7));
        time.enter();
        assert_eq!(time.present(), None);
        time.begin_delay(1, 10);
        time.begin_delay(2, 12);
        time.enter_delay(2);
        assert_eq!(time.present(), Some(12));
        // One that began before it, as a cancelled one that is over all the same.
        time.enter_delay(1);
        assert_eq!(time.present(), None);
    }

    #[test]
    fn a_phase_comes_in_the_time_step_that_asks_for_it_unless_its_last_cycle_has_begun() {
        let time = KnownTime::default();
        time.ask_for_phase(Phase::ReadWrite, CyclePosition::After, 5);
        time.ask_for_phase(Phase::ReadOnly, CyclePosition::Before, 5);
        time.ask_for_phase(Phase::NextTimeStep, CyclePosition::Before, 5);
        for phase in [Phase::ReadWrite, Phase::ReadOnly] {
            time.enter_phase(phase);
            assert_eq!(time.present(), Some(5));
            time.enter_phase(phase);
            assert_eq!(time.present(), None, "it was asked for once");
        }
        time.enter_phase(Phase::NextTimeStep);
        assert_eq!(time.present(), None);
        time.ask_for_phase(Phase::ReadWrite, CyclePosition::After, 5);
        time.ask_for_phase(Phase::ReadWrite, CyclePosition::Last, 5);
        time.enter_phase(Phase::ReadWrite);
        assert_eq!(time.present(), None);
    }
}
