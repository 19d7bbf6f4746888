//! Clocks: toggled by the scheduler itself, without waking a task.

use std::cell::{Cell, RefCell};

use super::heap::TimerKey;
use super::signal::SignalIndex;

/// The course of a clock, in steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClockShape {
    pub(crate) high: u64,
    pub(crate) low: u64,
}

struct ClockState {
    signal: SignalIndex,
    shape: ClockShape,
    level: bool,
    cycles: u64,
    key: Option<TimerKey>,
    /// Which start of this number it is: an old handle must not stop a new clock.
    generation: u32,
}

/// A clock that was started.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ClockIndex {
    pub(super) number: u32,
    generation: u32,
}

pub(super) struct Clocks {
    states: RefCell<Vec<ClockState>>,
    starts: Cell<u32>,
}

/// What a toggle does.
pub(super) struct Toggle {
    pub(super) signal: SignalIndex,
    pub(super) level: bool,
    pub(super) next: u64,
}

impl Clocks {
    pub(super) fn new() -> Self {
        Clocks { states: RefCell::default(), starts: Cell::new(0) }
    }

    /// Adds a clock that is low; its first toggle makes it high. Numbers of stopped clocks are
    /// not used again within a test, so that the order of the clocks is that of their starts.
    pub(super) fn add(&self, signal: SignalIndex, shape: ClockShape) -> ClockIndex {
        let mut states = self.states.borrow_mut();
        let generation = self.starts.get();
        self.starts.set(generation.wrapping_add(1));
        let number = u32::try_from(states.len()).expect("fewer clocks than that");
        states.push(ClockState { signal, shape, level: false, cycles: 0, key: None, generation });
        ClockIndex { number, generation }
    }

    pub(super) fn toggle(&self, number: u32, now: u64) -> Option<Toggle> {
        let mut states = self.states.borrow_mut();
        let state = states.get_mut(number as usize)?;
        state.level = !state.level;
        let wait = if state.level {
            state.cycles += 1;
            state.shape.high
        } else {
            state.shape.low
        };
        Some(Toggle { signal: state.signal, level: state.level, next: now.saturating_add(wait) })
    }

    pub(super) fn set_key(&self, number: u32, key: TimerKey) {
        if let Some(state) = self.states.borrow_mut().get_mut(number as usize) {
            state.key = Some(key);
        }
    }

    fn with<R>(&self, clock: ClockIndex, action: impl FnOnce(&mut ClockState) -> R) -> Option<R> {
        let mut states = self.states.borrow_mut();
        let state = states.get_mut(clock.number as usize)?;
        (state.generation == clock.generation).then(|| action(state))
    }

    pub(super) fn cycles(&self, clock: ClockIndex) -> Option<u64> {
        self.with(clock, |state| state.cycles)
    }

    /// The deadline to take back, if the clock runs.
    pub(super) fn stop(&self, clock: ClockIndex) -> Option<TimerKey> {
        self.with(clock, |state| state.key.take()).flatten()
    }

    pub(super) fn is_running(&self, clock: ClockIndex) -> bool {
        self.with(clock, |state| state.key.is_some()).unwrap_or(false)
    }

    pub(super) fn drives(&self, signal: SignalIndex) -> bool {
        let states = self.states.borrow();
        states.iter().any(|state| state.signal == signal && state.key.is_some())
    }

    /// Forgets every clock and gives the deadlines to take back.
    pub(super) fn clear(&self) -> Vec<TimerKey> {
        self.states.borrow_mut().drain(..).filter_map(|state| state.key).collect()
    }
}
