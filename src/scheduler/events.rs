//! The way of an event: who is woken for it, what runs, what is left with the simulator.

use std::sync::atomic::Ordering;
use std::task::Waker;

use super::{ASKED, Kernel, SignalIndex, Stage, gate};
use crate::simulator::{Event, Phase, WriteMode};

/// The kernel is at work on an event while this lives.
pub(super) struct Depth<'a>(&'a Kernel);

impl<'a> Depth<'a> {
    #[inline]
    pub(super) fn enter(kernel: &'a Kernel) -> Self {
        kernel.depth.set(kernel.depth.get() + 1);
        Depth(kernel)
    }
}

impl Drop for Depth<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.depth.set(self.0.depth.get() - 1);
    }
}

impl Kernel {
    #[inline(always)] // the callers know the kind
    pub(super) fn event(&'static self, event: Event) {
        if self.over.get() {
            return;
        }
        if self.depth.get() > 0 {
            self.inner_event(event);
            return;
        }
        let _inside = gate::enter();
        let _depth = Depth::enter(self);
        self.outer_event(event);
    }

    /// A call from inside of a call of ours: only notes what happened.
    #[inline(always)] // the callers know the kind
    fn inner_event(&'static self, event: Event) {
        match event {
            Event::Change { token, scalar } => {
                let last = self
                    .signals
                    .changed(self.port, &self.executor, token, scalar);
                if let Some(waker) = last {
                    self.executor.wake_waker(waker);
                }
            }
            Event::End => self.end(),
            // Simulators make no other calls from inside; were one to, nothing would be lost but
            // the order: it is as if the phase had come without us.
            Event::Timer { token } => {
                self.timers.fired(token);
            }
            Event::Phase { phase, .. } => {
                self.phases.reached(phase);
                if let Some(waker) = self.phases.wake(&self.executor, phase) {
                    self.executor.wake_waker(waker);
                }
            }
            Event::Start => {}
        }
    }

    #[inline(always)] // the callers know the kind
    fn outer_event(&'static self, event: Event) {
        // Everybody is woken at once but for the last one, who may well be the only one.
        let (stage, last) = match event {
            Event::Change { token, scalar } => {
                self.enter_step(Stage::Active, self.port.now());
                let last = self
                    .signals
                    .changed(self.port, &self.executor, token, scalar);
                (Stage::Active, last)
            }
            Event::Timer { token } => {
                let deadline = self.timers.fired(token);
                self.enter_step(Stage::Active, deadline.unwrap_or_else(|| self.port.now()));
                (Stage::Active, self.serve_deadlines())
            }
            Event::Phase { phase, .. } => {
                let stage = match phase {
                    Phase::ReadWrite => Stage::ReadWrite,
                    Phase::ReadOnly => Stage::ReadOnly,
                    Phase::NextTimeStep => Stage::Active,
                };
                self.enter_step(stage, self.port.now());
                self.phases.reached(phase);
                if phase == Phase::ReadWrite && !self.writes.is_empty() {
                    self.flush();
                    self.run(self.phases.wake(&self.executor, phase));
                    return self.leave(false);
                }
                (stage, self.phases.wake(&self.executor, phase))
            }
            Event::End => return self.end(),
            Event::Start => return,
        };
        self.run(last);
        // One flush a read-write phase. A second one would put writes that answer to an edge of
        // the first into the same instant as that edge; but where nothing was flushed, no edge
        // came of it, and some simulators would call again in the next time step only.
        if stage == Stage::ReadWrite && !self.writes.is_empty() {
            self.flush();
            self.run_ready();
        }
        if stage == Stage::ReadOnly {
            self.end_delays_of_zero();
        }
        self.leave(matches!(
            event,
            Event::Phase {
                phase: Phase::NextTimeStep,
                ..
            }
        ));
    }

    /// The end of a callback, which is that of the next time step or not.
    #[inline(always)] // in the way of every event
    fn leave(&'static self, next_time_step: bool) {
        self.arm(next_time_step && self.port.quirks().next_time_step_repeats);
        self.stage.set(Stage::Active);
    }

    #[inline]
    fn enter_step(&self, stage: Stage, now: u64) {
        self.stage.set(stage);
        self.now.set(now);
        self.executor.set_now(now);
    }

    /// Wakes `last`, and runs what is ready.
    #[inline(always)] // in the way of every event
    fn run(&'static self, last: Option<Waker>) {
        if let Some(waker) = last {
            self.executor.wake_and_run(waker);
        }
        if ASKED.load(Ordering::Relaxed) || self.executor.may_be_ready() {
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
        while self.timers.is_due(self.now.get()) && !self.over.get() {
            let last = self.serve_deadlines();
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
    fn serve_deadlines(&'static self) -> Option<Waker> {
        let now = self.now.get();
        // Clocks first: a task that a timer wakes finds the level that the clock has from now on.
        self.clocks
            .serve(now, |signal, level| self.drive_clock(signal, level));
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

    fn drive_clock(&'static self, signal: SignalIndex, level: bool) {
        let signal = self.signals.get(signal);
        let written =
            self.port
                .write_small(signal.handle, 1, u64::from(level), 0, WriteMode::Deposit);
        if let Err(error) = written {
            let path = &signal.description.path;
            (self.hooks.broken)(self, format!("a clock cannot write `{path}`: {error}"));
        }
    }

    fn flush(&'static self) {
        self.writes.flush(self, |signal, place, error| {
            let path = &signal.description.path;
            (self.hooks.broken)(
                self,
                format!("the write to `{path}` at {place} failed: {error}"),
            );
        });
    }

    /// Leaves with the simulator what there is to wait for. `later`: the next time step must not be
    /// asked for from this callback.
    #[inline(always)] // in the way of every event
    fn arm(&'static self, later: bool) {
        if self.over.get() {
            return;
        }
        let armed = self.phases.arm(self.port, !self.writes.is_empty(), later);
        let clocks = self.clocks.earliest();
        let armed = armed.and_then(|()| self.timers.arm(self.port, self.now.get(), clocks));
        if let Err(error) = armed {
            (self.hooks.broken)(self, error.to_string());
        }
    }

    fn end(&'static self) {
        if !self.over.replace(true) {
            (self.hooks.end)(self);
        }
    }
}
