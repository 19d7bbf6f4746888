//! The way of an event: who is woken for it, what runs, what is left with the simulator.

use std::sync::atomic::Ordering;
use std::task::Waker;

use super::gate;
use super::gate::Inside;
use super::kernel::{ASKED, Kernel, Region};
use super::signal::SignalEntry;
use crate::simulator::{Listener, Phase, PortError, WriteMode};
use crate::value::Logic;

/// The outermost callback: the kernel is at work on it while this lives.
pub(super) struct Outermost<'a> {
    kernel: &'a Kernel,
    _inside: Inside<'static>,
}

impl<'a> Outermost<'a> {
    #[inline(always)] // in the way of every event
    pub(super) fn enter(kernel: &'a Kernel) -> Self {
        let inside = gate::enter();
        kernel.at_work.set(true);
        Outermost {
            kernel,
            _inside: inside,
        }
    }
}

impl Drop for Outermost<'_> {
    #[inline]
    fn drop(&mut self) {
        self.kernel.writing.set(false);
        self.kernel.at_work.set(false);
    }
}

/// One call a kind of event. From inside of a call of ours, as simulators make for a write, an event
/// only wakes tasks; the outermost one runs them, and leaves with the simulator what there is to
/// wait for.
impl Listener for Kernel {
    fn on_change(&'static self, token: u64, scalar: Option<Logic>) {
        if self.over.get() {
            return;
        }
        if self.at_work.get() {
            // Whoever this change wakes stands behind.
            self.queue_held();
            if let Some(last) = self
                .signals
                .changed(self.port, self.now.get(), token, scalar)
            {
                self.wake_inside(last);
            }
            return;
        }
        let _outermost = Outermost::enter(self);
        self.enter_step(Region::Active, self.port.now());
        let last = self
            .signals
            .changed(self.port, self.now.get(), token, scalar);
        self.run(last);
        self.leave(false);
    }

    fn on_timer(&'static self, token: u64) {
        if self.over.get() {
            return;
        }
        if self.at_work.get() {
            // No simulator does this; were one to, nothing would be lost but the order.
            self.timers.fired(token);
            return;
        }
        let _outermost = Outermost::enter(self);
        let now = match self.timers.fired(token) {
            Some(deadline) => deadline,
            None => self.port.now(),
        };
        self.enter_step(Region::Active, now);
        let last = self.serve_deadlines(now);
        self.run(last);
        self.leave(false);
    }

    fn on_deadline(&'static self, now: u64) {
        if self.over.get() {
            return;
        }
        let _outermost = Outermost::enter(self);
        self.enter_step(Region::Active, now);
        let last = self.serve_deadlines(now);
        self.run(last);
        self.leave(false);
    }

    fn on_phase(&'static self, phase: Phase) {
        if self.over.get() {
            return;
        }
        if self.at_work.get() {
            // As above: as if the phase had come without us.
            self.phases.missed(phase);
            self.queue_held();
            if let Some(last) = self.phases.wake(phase) {
                self.executor.wake_waker(last);
            }
            return;
        }
        let _outermost = Outermost::enter(self);
        let region = match phase {
            Phase::ReadWrite => Region::ReadWrite,
            Phase::ReadOnly => Region::ReadOnly,
            Phase::NextTimeStep => Region::Active,
        };
        self.enter_step(region, self.port.now());
        self.phases.reached(phase);
        // One flush a read-write phase. A second one would put writes that answer to an edge of
        // the first into the same instant as that edge; but where nothing was flushed, no edge
        // came of it, and some simulators would call again in the next time step only.
        let flushes = region == Region::ReadWrite && !self.writes.is_empty();
        if flushes {
            self.flush();
        }
        if self.phases.is_awaited(phase) {
            self.queue_held();
            self.run(self.phases.wake(phase));
        } else {
            self.run(self.held.take());
        }
        if region == Region::ReadWrite && !flushes && !self.writes.is_empty() {
            self.flush();
            self.run(self.held.take());
        }
        if region == Region::ReadOnly {
            self.end_delays_of_zero();
        }
        self.leave(phase == Phase::NextTimeStep);
    }

    #[cold]
    fn on_lost_write(&'static self, path: &str) {
        let _outermost = (!self.at_work.get()).then(|| Outermost::enter(self));
        log::warn!(
            "`{path}` was written, and has the value again that it had before: something in the design drives \
             it all the time. Write what that is made of; with `cargo test`, and with Verilator from version 5.044 \
             on, such a write is refused"
        );
    }
}

impl Kernel {
    /// The end of a callback, which is that of the next time step or not.
    #[inline(always)] // in the way of every event
    fn leave(&'static self, next_time_step: bool) {
        self.arm(next_time_step && self.port.quirks().next_time_step_repeats);
        self.region.set(Region::Active);
    }

    #[inline]
    fn enter_step(&self, region: Region, now: u64) {
        self.region.set(region);
        self.now.set(now);
        self.executor.set_now(now);
    }

    /// Wakes `last`, and runs what is ready.
    #[inline(always)] // in the way of every event
    fn run(&'static self, last: Option<Waker>) {
        if let Some(waker) = last {
            self.executor.wake_and_run(waker);
        }
        if self.executor.may_be_ready() || ASKED.load(Ordering::Relaxed) {
            self.run_ready();
        }
    }

    #[inline(never)]
    fn run_ready(&'static self) {
        self.answer_if_asked();
        while !self.over.get() {
            self.executor.run_root(|| {
                self.answer_if_asked();
                self.over.get()
            });
            self.answer_if_asked();
            if self.over.get() || !self.executor.wait_for_external() {
                break;
            }
        }
    }

    /// A delay of 0 that begins in the read-only phase ends there: its time has come, and nothing
    /// may be scheduled for this time step any more (Icarus ends the run if something is).
    #[inline(never)]
    fn end_delays_of_zero(&'static self) {
        let now = self.now.get();
        while self.timers.is_due(now) && !self.over.get() {
            let last = self.serve_deadlines(now);
            self.run(last);
        }
    }

    #[inline]
    fn answer_if_asked(&'static self) {
        if ASKED.load(Ordering::Relaxed) {
            self.answer();
        }
    }

    #[cold]
    fn answer(&'static self) {
        if ASKED.swap(false, Ordering::Relaxed) {
            (self.hooks.asked)(self);
        }
    }

    /// Wakes those whose time has come, but for the last one, who is returned.
    #[inline(always)] // in the way of every timer
    fn serve_deadlines(&'static self, now: u64) -> Option<Waker> {
        // Clocks first: a task that a timer wakes finds the level that the clock has from now on.
        let woken = if self.clocks.earliest() <= now {
            self.serve_clocks(now)
        } else {
            None
        };
        if self.timers.is_due(now) {
            if let Some(waker) = woken {
                self.executor.wake_waker(waker);
            }
            self.queue_held();
            return self.serve_timers(now);
        }
        woken.or_else(|| self.held.take())
    }

    /// Toggles the clocks that are due. Whom they wake is queued or held, but for the only one that a
    /// clock wakes which toggles alone past the port.
    #[inline(always)] // in the way of every clock
    fn serve_clocks(&'static self, now: u64) -> Option<Waker> {
        let Some((signal, level)) = self.clocks.toggle_only(now) else {
            self.serve_several_clocks(now);
            return None;
        };
        match signal.set_level(level) {
            Some(true) => return signal.changed_to_level(now, level),
            Some(false) => {}
            None => self.write_clock(signal, level),
        }
        None
    }

    #[inline(never)]
    fn serve_several_clocks(&'static self, now: u64) {
        self.clocks
            .serve_several(now, |signal, level| self.drive_clock(signal, level));
    }

    /// Wakes a task from inside of a call of ours. Whom a write of the kernel's own wakes is held back, in
    /// case nobody else is woken.
    #[inline]
    fn wake_inside(&'static self, waker: Waker) {
        if self.writing.get() {
            self.queue_held();
            self.held.set(Some(waker));
        } else {
            self.executor.wake_waker(waker);
        }
    }

    /// Puts whoever is held back into the queue, before another one comes there.
    #[inline]
    fn queue_held(&self) {
        if let Some(waker) = self.held.take() {
            self.executor.wake_waker(waker);
        }
    }

    #[inline(always)] // in the way of every timer
    fn serve_timers(&'static self, now: u64) -> Option<Waker> {
        let (mut last, mut more) = self.timers.pop_due(now)?;
        while more {
            let Some((next, another)) = self.timers.pop_due(now) else {
                break;
            };
            self.executor.wake_waker(std::mem::replace(&mut last, next));
            more = another;
        }
        Some(last)
    }

    fn drive_clock(&'static self, signal: &'static SignalEntry, level: bool) {
        match signal.set_level(level) {
            // As an event from inside of the write would have it.
            Some(true) => {
                self.queue_held();
                self.held
                    .set(signal.changed_to_level(self.now.get(), level));
            }
            Some(false) => {}
            None => self.write_clock(signal, level),
        }
    }

    #[inline(never)]
    fn write_clock(&'static self, signal: &'static SignalEntry, level: bool) {
        let (handle, mode) = (signal.handle, WriteMode::Deposit);
        self.writing.set(true);
        let written = self.port.write_small(handle, 1, u64::from(level), 0, mode);
        self.writing.set(false);
        if let Err(error) = written {
            self.clock_failed(signal, &error);
        }
    }

    #[cold]
    fn clock_failed(&'static self, signal: &SignalEntry, error: &PortError) {
        let path = &signal.description.path;
        (self.hooks.broken)(self, format!("a clock cannot write `{path}`: {error}"));
    }

    fn flush(&'static self) {
        self.writing.set(true);
        self.writes.flush(self, |signal, place, error| {
            let path = &signal.description.path;
            (self.hooks.broken)(
                self,
                format!("the write to `{path}` at {place} failed: {error}"),
            );
        });
        self.writing.set(false);
    }

    /// Leaves with the simulator what there is to wait for. `later`: the next time step must not be
    /// asked for from this callback.
    #[inline(always)] // in the way of every event
    fn arm(&'static self, later: bool) {
        if self.over.get() {
            return;
        }
        if self.phases.wants_arming() {
            let armed = self.phases.arm(self.port, !self.writes.is_empty(), later);
            if let Err(error) = armed {
                return self.break_off(error);
            }
        }
        let clocks = self.clocks.earliest();
        if let Err(error) = self.timers.arm(self.port, self.now.get(), clocks) {
            self.break_off(error);
        }
    }

    #[cold]
    fn break_off(&'static self, error: Box<PortError>) {
        (self.hooks.broken)(self, error.to_string());
    }
}
