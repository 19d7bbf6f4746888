//! Serving the simulator's callbacks: which tasks are woken, what runs, and which callbacks are registered
//! next.

use std::sync::atomic::Ordering;
use std::task::Waker;

use super::gate;
use super::gate::Inside;
use super::kernel::{ASKED, Kernel, Region};
use super::signal::SignalEntry;
use crate::simulator::{Listener, Phase, PortError, WriteMode};
use crate::value::Logic;

/// Marks the outermost callback while this lives.
pub(super) struct Outermost<'a> {
    kernel: &'a Kernel,
    _inside: Inside<'static>,
}

impl<'a> Outermost<'a> {
    #[inline(always)] // on the path of every event
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

/// One call per kind of event. An event from inside one of our calls, which simulators make for a write,
/// only wakes tasks. The outermost event runs them, and registers the callbacks that are needed next.
impl Listener for Kernel {
    fn on_change(&'static self, token: u64, scalar: Option<Logic>) {
        if self.over.get() {
            return;
        }
        if self.at_work.get() {
            // The task that is held back is ahead of those that this change wakes.
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
            // No simulator does this. If one did, only the order would be lost.
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
            // No simulator does this either: the phase is requested again.
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
        // One flush per read-write phase. A second one would make writes that respond to an edge of the
        // first at the same instant as that edge. But if nothing was flushed, there was no edge, and some
        // simulators would call again only in the next time step.
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
            "`{path}` was written, but has its old value again, because the design drives it continuously. \
             Write the signals that drive it instead. With `cargo test`, and from Verilator 5.044 on, such a \
             write is refused"
        );
    }
}

impl Kernel {
    /// Ends a callback; `next_time_step`: it was that of the next time step.
    #[inline(always)] // on the path of every event
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
    #[inline(always)] // on the path of every event
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

    /// A delay of 0 that begins in the read-only phase ends there: it is due, and nothing more may be
    /// scheduled for this time step (Icarus would end the run).
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

    /// Wakes the tasks whose deadlines have passed, except the last one, which is returned.
    #[inline(always)] // on the path of every timer
    fn serve_deadlines(&'static self, now: u64) -> Option<Waker> {
        // Clocks first: a task that a timer wakes sees the new level of the clock.
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

    /// Toggles the clocks that are due. The tasks that they wake are queued or held back. If there is only
    /// one clock, which bypasses the port, its last task is returned.
    #[inline(always)] // on the path of every clock
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

    /// Wakes a task from inside one of our calls. A task that the kernel's own write wakes is held back, in
    /// case it stays the only one.
    #[inline]
    fn wake_inside(&'static self, waker: Waker) {
        if self.writing.get() {
            self.queue_held();
            self.held.set(Some(waker));
        } else {
            self.executor.wake_waker(waker);
        }
    }

    /// Queues the task that is held back, before another one is queued.
    #[inline]
    fn queue_held(&self) {
        if let Some(waker) = self.held.take() {
            self.executor.wake_waker(waker);
        }
    }

    #[inline(always)] // on the path of every timer
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
            // As an event from inside the write would do.
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

    /// Registers the callbacks that are needed next. `later`: the next time step must not be requested from
    /// this callback.
    #[inline(always)] // on the path of every event
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
