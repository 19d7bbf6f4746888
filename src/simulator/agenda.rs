//! What the scheduler waits for: phases of a time step, and the next deadline.

use std::cell::Cell;

/// The phases of a time step that can be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Phase {
    /// The design has settled, and writes are seen in the same time step
    /// (`cbReadWriteSynch`, IEEE 1800-2017, 38.36.2).
    ReadWrite,
    /// Nothing changes any more in this time step (`cbReadOnlySynch`).
    ReadOnly,
    /// Before the first event of the next time step at which anything happens (`cbNextSimTime`).
    NextTimeStep,
}

/// What the scheduler waits for. A port that runs the simulation looks here instead of being asked for callbacks.
#[derive(Debug)]
pub(crate) struct Agenda {
    /// When to call [`Listener::on_deadline`](super::Listener::on_deadline) next, in steps; `u64::MAX` means never.
    /// Reset to that before the call.
    pub(crate) deadline: Cell<u64>,
    /// A bit for each phase that a task waits for, cleared before it is reported.
    phases: Cell<u8>,
}

impl Agenda {
    pub(super) const fn new() -> Self {
        Agenda {
            deadline: Cell::new(u64::MAX),
            phases: Cell::new(0),
        }
    }

    /// Moves the deadline to this time, unless it is earlier.
    pub(super) fn call_by(&self, time: u64) {
        self.deadline.set(self.deadline.get().min(time));
    }

    /// Asks for a phase, once.
    #[inline]
    pub(crate) fn ask(&self, phase: Phase) {
        self.phases.set(self.phases.get() | 1 << phase as u8);
    }

    /// Whether the phase was asked for. Afterwards it is not.
    #[inline]
    pub(super) fn take(&self, phase: Phase) -> bool {
        let (phases, bit) = (self.phases.get(), 1 << phase as u8);
        let asked = phases & bit != 0;
        if asked {
            self.phases.set(phases & !bit);
        }
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_the_agenda_is_taken_once() {
        let agenda = Agenda::new();
        assert!(!agenda.take(Phase::ReadWrite));
        agenda.ask(Phase::ReadWrite);
        agenda.ask(Phase::NextTimeStep);
        agenda.ask(Phase::ReadWrite);
        assert!(!agenda.take(Phase::ReadOnly));
        assert!(agenda.take(Phase::ReadWrite) && !agenda.take(Phase::ReadWrite));
        assert!(agenda.take(Phase::NextTimeStep));
    }

    #[test]
    fn the_deadline_on_the_agenda_is_the_earliest_that_was_asked_for() {
        let agenda = Agenda::new();
        for (time, deadline) in [(7, 7), (9, 7), (3, 3)] {
            agenda.call_by(time);
            assert_eq!(agenda.deadline.get(), deadline);
        }
    }
}
