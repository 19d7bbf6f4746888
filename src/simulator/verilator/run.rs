//! The way of a time step: see the module's own page.

use super::ModelPort;
use super::object::NOT_WATCHED;
use super::watches::Change;
use crate::simulator::Phase;
use crate::simulator::event::{self, contain, deliver};
use crate::value::Logic;

fn tell(change: Change) {
    let scalar = change
        .level
        .map(|level| if level { Logic::One } else { Logic::Zero });
    deliver(|events| events.on_change(change.token, scalar));
}

impl ModelPort {
    pub(super) fn run(&'static self) {
        contain(|events| events.on_start(self));
        if !self.finished.get() {
            self.time_step();
        }
        while !self.finished.get() && self.advance() {
            self.phase(Phase::NextTimeStep);
            self.end_delays();
            if !self.finished.get() {
                self.time_step();
            }
        }
        self.end();
    }

    /// The last event, then silence.
    pub(super) fn end(&self) {
        self.finished.set(true);
        event::end();
    }

    fn time_step(&self) {
        loop {
            self.settle();
            if self.finished.get() || !self.phase(Phase::ReadWrite) {
                break;
            }
        }
        // Waves have the last time step too.
        if self.host.end_step() {
            self.finished.set(true);
        }
        self.phase(Phase::ReadOnly);
    }

    /// Everything up to where only the read-write phase goes on.
    #[inline]
    fn settle(&self) {
        loop {
            while self.unseen.replace(false) && self.watches.scan(tell) {}
            if self.finished.get() {
                return;
            }
            if self.written.replace(false) && self.host.evaluate() {
                self.finished.set(true);
            }
            let changed = self.watches.scan(tell);
            if self.finished.get() || !(changed | self.end_delays()) {
                return;
            }
        }
    }

    /// Tells of a phase, if somebody waits for it.
    #[inline]
    fn phase(&self, phase: Phase) -> bool {
        if self.finished.get() {
            return false;
        }
        if !self.waiting(phase).replace(false) {
            return false;
        }
        deliver(|events| events.on_phase(phase));
        true
    }

    /// Tells of the delays that are over, those included that begin meanwhile and end at once.
    #[inline]
    fn end_delays(&self) -> bool {
        let mut any = false;
        while !self.finished.get()
            && let Some(token) = self.next_due()
        {
            deliver(|events| events.on_timer(token));
            any = true;
        }
        any
    }

    /// Of the delays that are over, the one that ended first; of several, the one that began first.
    #[inline]
    fn next_due(&self) -> Option<u64> {
        let mut delays = self.delays.borrow_mut();
        let now = self.now.get();
        let due = (0..delays.len()).filter(|at| delays[*at].deadline <= now);
        let first = due.min_by_key(|at| (delays[*at].deadline, delays[*at].number))?;
        Some(delays.remove(first).token)
    }

    /// Moves time on; `false` if nothing is left to happen.
    #[inline]
    fn advance(&self) -> bool {
        let delay = self
            .delays
            .borrow()
            .iter()
            .map(|delay| delay.deadline)
            .min();
        let of_design = self.host.next_event();
        let next = match (delay, of_design) {
            (None, None) => return false,
            (Some(delay), Some(of_design)) => delay.min(of_design),
            (Some(next), None) | (None, Some(next)) => next,
        };
        if of_design == Some(next) {
            self.written.set(true);
        }
        self.now.set(next);
        self.host.set_time(next);
        true
    }

    /// Tells at once of what was written to `at`, the watch of the object if it has one.
    #[inline]
    pub(super) fn tell_written(&self, at: usize) {
        self.written.set(true);
        if at == NOT_WATCHED {
            self.unseen.set(true);
        } else if let Some(change) = self.watches.compare(at) {
            tell(change);
        }
    }
}
