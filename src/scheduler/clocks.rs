//! Clocks: toggled by the scheduler itself, without waking a task.
//!
//! There are few, so each has its own deadline and all are checked: less work than a heap.

use std::cell::{Cell, RefCell};

use super::heap::NEVER;
use super::signal::SignalEntry;

/// How long a clock is high and low, in steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClockShape {
    pub(crate) high: u64,
    pub(crate) low: u64,
}

struct ClockState {
    signal: &'static SignalEntry,
    shape: ClockShape,
    level: bool,
    cycles: u64,
    /// When it toggles next; `NEVER` if it was stopped.
    next: u64,
    /// The number of this start, so that an old handle does not stop a new clock.
    start: u32,
}

impl ClockState {
    #[inline]
    fn toggle(&mut self, now: u64) {
        self.level = !self.level;
        let wait = if self.level {
            self.cycles += 1;
            self.shape.high
        } else {
            self.shape.low
        };
        self.next = now.saturating_add(wait);
    }
}

/// A clock that was started.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ClockIndex {
    number: u32,
    start: u32,
}

/// The clocks in the order in which they were started, which is the order in which they toggle.
pub(super) struct Clocks {
    states: RefCell<Vec<ClockState>>,
    starts: Cell<u32>,
    earliest: Cell<u64>,
}

impl Clocks {
    pub(super) fn new() -> Self {
        Clocks {
            states: RefCell::default(),
            starts: Cell::new(0),
            earliest: Cell::new(NEVER),
        }
    }

    /// Adds a clock that keeps `level` until `first`.
    pub(super) fn add(
        &self,
        signal: &'static SignalEntry,
        shape: ClockShape,
        level: bool,
        first: u64,
    ) -> ClockIndex {
        let mut states = self.states.borrow_mut();
        let start = self.starts.get();
        self.starts.set(start.wrapping_add(1));
        let number = u32::try_from(states.len()).expect("fewer clocks than that");
        states.push(ClockState {
            signal,
            shape,
            level,
            cycles: 0,
            next: first,
            start,
        });
        self.earliest.set(self.earliest.get().min(first));
        ClockIndex { number, start }
    }

    /// When the next clock toggles; [`NEVER`] if there is none.
    #[inline]
    pub(super) fn earliest(&self) -> u64 {
        self.earliest.get()
    }

    /// Toggles the only clock if it is due. This is the usual case, in which its next time is the earliest.
    #[inline]
    pub(super) fn toggle_only(&self, now: u64) -> Option<(&'static SignalEntry, bool)> {
        let mut states = self.states.borrow_mut();
        let [only] = &mut states[..] else { return None };
        if only.next > now {
            return None;
        }
        only.toggle(now);
        // Before the write, which may stop the clock.
        self.earliest.set(only.next);
        Some((only.signal, only.level))
    }

    /// Toggles the clocks that are due. Nothing is borrowed while `write` runs, which may call back.
    pub(super) fn serve_several(
        &self,
        now: u64,
        mut write: impl FnMut(&'static SignalEntry, bool),
    ) {
        let mut from = 0;
        while let Some((signal, level)) = self.toggle_next(&mut from, now) {
            write(signal, level);
        }
    }

    /// Toggles the next clock that is due, from number `from` on. When there are no more, sets the earliest
    /// time.
    fn toggle_next(&self, from: &mut usize, now: u64) -> Option<(&'static SignalEntry, bool)> {
        let mut states = self.states.borrow_mut();
        for state in states.iter_mut().skip(*from) {
            *from += 1;
            if state.next <= now {
                state.toggle(now);
                return Some((state.signal, state.level));
            }
        }
        self.earliest.set(earliest_of(&states));
        None
    }

    fn find_earliest(&self) {
        self.earliest.set(earliest_of(&self.states.borrow()));
    }

    fn with<R>(&self, clock: ClockIndex, action: impl FnOnce(&mut ClockState) -> R) -> Option<R> {
        let mut states = self.states.borrow_mut();
        let state = states.get_mut(clock.number as usize)?;
        (state.start == clock.start).then(|| action(state))
    }

    pub(super) fn cycles(&self, clock: ClockIndex) -> Option<u64> {
        self.with(clock, |state| state.cycles)
    }

    pub(super) fn stop(&self, clock: ClockIndex) {
        self.with(clock, |state| state.next = NEVER);
        self.find_earliest();
    }

    pub(super) fn is_running(&self, clock: ClockIndex) -> bool {
        self.with(clock, |state| state.next != NEVER)
            .unwrap_or(false)
    }

    pub(super) fn drives(&self, signal: &SignalEntry) -> bool {
        self.states
            .borrow()
            .iter()
            .any(|state| std::ptr::eq(state.signal, signal) && state.next != NEVER)
    }

    /// Forgets every clock.
    pub(super) fn clear(&self) {
        self.states.borrow_mut().clear();
        self.earliest.set(NEVER);
    }
}

fn earliest_of(states: &[ClockState]) -> u64 {
    states.iter().map(|state| state.next).min().unwrap_or(NEVER)
}
