//! The course of a time step: see the module's own page.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::ModelPort;
use super::memory::Location;
use super::object::NOT_WATCHED;
use super::watches::Change;
use crate::simulator::event::{self, contain};
use crate::simulator::{Listener, Phase};
use crate::value::Logic;

/// The design has not seen everything that was written.
pub(super) const WRITTEN: u8 = 1;
/// Something was written that may be watched under another name.
pub(super) const UNSEEN: u8 = 2;
/// The simulation is over, or will be after the present callback.
pub(super) const FINISHED: u8 = 4;
/// Something was written to a variable that the design may drive.
pub(super) const DOUBTED: u8 = 8;

/// A time that is never reached.
const NEVER: u64 = u64::MAX;

impl ModelPort {
    pub(super) fn run(&'static self) {
        contain(|events| events.on_start(self));
        self.listener.set(event::listener());
        while !self.is(FINISHED) && !self.contained(|| self.time_steps()) {}
        self.host.set_time(self.now.get());
        self.end();
    }

    #[inline]
    fn is(&self, what: u8) -> bool {
        self.state.get() & what != 0
    }

    #[inline]
    pub(super) fn note(&self, what: u8) {
        self.state.set(self.state.get() | what);
    }

    /// Whether it was noted. Afterwards it is not.
    #[inline]
    fn take(&self, what: u8) -> bool {
        let state = self.state.get();
        self.state.set(state & !what);
        state & what != 0
    }

    /// Keeps a panic of the receiver out of the host's frames and reports it; `false` if there was one. It is around the
    /// whole loop, because entering costs. Events that were delivered are not delivered again.
    fn contained(&self, action: impl FnOnce()) -> bool {
        let Err(payload) = catch_unwind(AssertUnwindSafe(action)) else {
            return true;
        };
        self.watches.end_scans();
        event::escaped(payload);
        // The time step goes on where the panic cut it off.
        self.note(WRITTEN | UNSEEN);
        false
    }

    /// The present time step and those that follow, until nothing is left to happen.
    fn time_steps(&self) {
        loop {
            if !self.is(FINISHED) {
                self.time_step();
            }
            if self.is(FINISHED) || !self.advance() {
                return;
            }
            self.phase(Phase::NextTimeStep);
            self.meet_deadlines();
        }
    }

    /// Delivers the last event.
    pub(super) fn end(&self) {
        self.note(FINISHED);
        event::end();
    }

    /// Delivers an event, unless simulation is ending.
    #[inline]
    fn notify(&self, notify: impl FnOnce(&'static dyn Listener)) {
        if let Some(listener) = self.listener.get()
            && !event::is_ending()
        {
            notify(listener);
        }
    }

    #[inline(never)]
    fn notify_change(&self, change: Change) {
        let scalar = change
            .level
            .map(|level| if level { Logic::One } else { Logic::Zero });
        self.notify(|listener| listener.on_change(change.token, scalar));
    }

    #[inline]
    fn time_step(&self) {
        loop {
            self.settle();
            if !self.phase(Phase::ReadWrite) {
                break;
            }
        }
        // Waves have the last time step too.
        if self.host.end_step(self.now.get()) {
            self.note(FINISHED);
        }
        self.phase(Phase::ReadOnly);
    }

    /// Everything before the read-write phase.
    #[inline]
    fn settle(&self) {
        loop {
            if self.is(UNSEEN | FINISHED) && !self.notify_unseen() {
                return;
            }
            // Only the evaluation is compared here: writes report their changes at once.
            let mut changed = false;
            if self.take(WRITTEN) {
                if self.host.evaluate(self.now.get()) {
                    self.note(FINISHED);
                }
                changed = self.watches.scan(|change| self.notify_change(change));
                if self.is(FINISHED | DOUBTED) && !self.notify_lost() {
                    return;
                }
            }
            if !(self.meet_deadlines() | changed) {
                return;
            }
        }
    }

    /// Reports what was written under another name; `false` if the simulation is over.
    #[inline(never)]
    fn notify_unseen(&self) -> bool {
        while self.take(UNSEEN) && self.watches.scan(|change| self.notify_change(change)) {}
        !self.is(FINISHED)
    }

    /// Reports writes that the design has undone; `false` if the simulation is over.
    #[inline(never)]
    fn notify_lost(&self) -> bool {
        if self.take(DOUBTED) {
            for object in self.doubts.lost() {
                let path = object.path();
                self.notify(|listener| listener.on_lost_write(&path));
            }
        }
        !self.is(FINISHED)
    }

    /// Reports a phase, if a task waits for it.
    #[inline]
    fn phase(&self, phase: Phase) -> bool {
        if self.is(FINISHED) || !self.agenda.take(phase) {
            return false;
        }
        self.notify(|listener| listener.on_phase(phase));
        true
    }

    /// Reports the deadlines that have come, including those set meanwhile for the present time.
    #[inline(always)] // in every time step
    fn meet_deadlines(&self) -> bool {
        let now = self.now.get();
        let mut any = false;
        while self.agenda.deadline.get() <= now && !self.is(FINISHED) {
            // Before the call, which sets the next one.
            self.agenda.deadline.set(NEVER);
            self.notify(|listener| listener.on_deadline(now));
            any = true;
        }
        any
    }

    /// Moves time on; `false` if nothing is left to happen.
    #[inline]
    fn advance(&self) -> bool {
        let of_design = self.host.next_event();
        let next = self.agenda.deadline.get().min(of_design);
        if next == NEVER {
            return false;
        }
        if of_design == next {
            self.note(WRITTEN);
        }
        self.now.set(next);
        true
    }

    /// Reports a write to a location at once, through the watch of the object if it has one.
    #[inline]
    pub(super) fn notify_written(&self, at: usize, location: Location) {
        self.notify_written_at(at, location.place());
    }

    /// [`notify_written`](Self::notify_written) for one whose [place](Location::place) is known.
    #[inline]
    pub(super) fn notify_written_at(&self, at: usize, place: u64) {
        self.note(WRITTEN);
        if at == NOT_WATCHED {
            self.note_place(place);
        } else if let Some(change) = self.watches.compare(at) {
            // We are inside a call of the receiver, which contains panics.
            self.notify_change(change);
        }
    }

    /// Notes a write at a place, which may be watched under another name.
    #[inline]
    pub(super) fn note_place(&self, place: u64) {
        if self.watches.may_have(place) {
            self.note(UNSEEN);
        }
    }
}
