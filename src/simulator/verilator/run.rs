//! The way of a time step: see the module's own page.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::ModelPort;
use super::delays::NEVER;
use super::memory::Location;
use super::object::NOT_WATCHED;
use super::watches::Change;
use crate::simulator::event::{self, contain};
use crate::simulator::{Listener, Phase};
use crate::value::Logic;

impl ModelPort {
    pub(super) fn run(&'static self) {
        contain(|events| events.on_start(self));
        self.listener.set(event::listener());
        while !self.finished.get() && !self.contained(|| self.time_steps()) {}
        self.end();
    }

    /// Keeps a panic of the receiver from the host's frames, and reports it; `false` if there was one.
    /// Around the whole loop, since entering it costs; what was told of is not told of again.
    fn contained(&self, action: impl FnOnce()) -> bool {
        let Err(payload) = catch_unwind(AssertUnwindSafe(action)) else {
            return true;
        };
        self.watches.end_scans();
        event::escaped(payload);
        // The time step goes on where the panic cut it off.
        self.written.set(true);
        self.unseen.set(true);
        false
    }

    /// The present time step and those that follow, until nothing is left to happen.
    fn time_steps(&self) {
        loop {
            if !self.finished.get() {
                self.time_step();
            }
            if self.finished.get() || !self.advance() {
                return;
            }
            self.phase(Phase::NextTimeStep);
            self.end_delays();
        }
    }

    /// The last event, then silence.
    pub(super) fn end(&self) {
        self.finished.set(true);
        event::end();
    }

    /// Tells of an event, unless no other one is to come.
    #[inline]
    fn tell(&self, tell: impl FnOnce(&'static dyn Listener)) {
        if let Some(listener) = self.listener.get()
            && !event::is_ending()
        {
            tell(listener);
        }
    }

    #[inline]
    fn tell_change(&self, change: Change) {
        let scalar = change
            .level
            .map(|level| if level { Logic::One } else { Logic::Zero });
        self.tell(|listener| listener.on_change(change.token, scalar));
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
            while self.unseen.replace(false) && self.watches.scan(|change| self.tell_change(change))
            {
            }
            if self.finished.get() {
                return;
            }
            // What is watched changes by evaluation alone: who writes it tells at once.
            let mut changed = false;
            if self.written.replace(false) {
                if self.host.evaluate() {
                    self.finished.set(true);
                }
                changed = self.watches.scan(|change| self.tell_change(change));
            }
            if self.finished.get() || !(self.end_delays() | changed) {
                return;
            }
        }
    }

    /// Tells of a phase, if somebody waits for it.
    #[inline]
    fn phase(&self, phase: Phase) -> bool {
        let waiting = self.waiting(phase);
        if !waiting.get() || self.finished.get() {
            return false;
        }
        waiting.set(false);
        self.tell(|listener| listener.on_phase(phase));
        true
    }

    /// Tells of the delays that are over, those included that begin meanwhile and end at once.
    #[inline]
    fn end_delays(&self) -> bool {
        let now = self.now.get();
        let mut any = false;
        while let Some(token) = self.delays.take_due(now) {
            if self.finished.get() {
                break;
            }
            self.tell(|listener| listener.on_timer(token));
            any = true;
        }
        any
    }

    /// Moves time on; `false` if nothing is left to happen.
    #[inline]
    fn advance(&self) -> bool {
        let of_design = self.host.next_event().unwrap_or(NEVER);
        let next = self.delays.earliest().min(of_design);
        if next == NEVER {
            return false;
        }
        if of_design == next {
            self.written.set(true);
        }
        self.now.set(next);
        self.host.set_time(next);
        true
    }

    /// Tells at once of what was written to a place, by the watch of the object if it has one.
    #[inline]
    pub(super) fn tell_written(&self, at: usize, location: Location) {
        self.written.set(true);
        if at == NOT_WATCHED {
            if self.watches.may_have(location) {
                self.unseen.set(true);
            }
        } else if let Some(change) = self.watches.compare(at) {
            // From inside of a call of the receiver's, which contains what panics.
            self.tell_change(change);
        }
    }
}
