//! A task's state: one word.
//!
//! How far the task has come is in the low bits, what was decided about it in the others. Bits are only
//! ever set, but for the step, which only ever goes on; so a question may be asked at any time, also
//! while the task is being polled or dropped.
//!
//! The rest of what the task's life depends on is not its state: whether its future is still there is its
//! [cell](super::cell)'s, and whether it is ready to run its [node](super::tables)'s, of which nothing is
//! left once it has ended.

use std::cell::Cell;
use std::fmt;

use super::info::TaskState;

/// How far it has come: see [`TaskState`], whose variants are numbered so. Goes up, and stays once it is
/// [`TaskState::Finished`] or further, but that a panic of the future's drop makes a failure of any end.
const STEP: u8 = 0b111;
/// It has run to its first suspension, or ended. Set once, and its `start`ers are woken with it.
const STARTED: u8 = 1 << 3;
/// It was cancelled while it ran: it ends at its next suspension, as cancelled.
const CANCEL_REQUESTED: u8 = 1 << 4;
/// It was cancelled because its test had ended.
const SWEPT: u8 = 1 << 5;
/// Nobody waits for it. Set when it is made.
const BACKGROUND: u8 = 1 << 6;
/// Its error cancels nobody. Set when it is made.
const CONTINUES_ON_ERROR: u8 = 1 << 7;

const STEPS: [TaskState; 6] = [
    TaskState::Queued,
    TaskState::Running,
    TaskState::Finished,
    TaskState::Failed,
    TaskState::Panicked,
    TaskState::Cancelled,
];

/// The word.
pub(super) struct State(Cell<u8>);

impl State {
    pub(super) fn new(continue_on_error: bool, background: bool) -> Self {
        let mut bits = 0;
        if continue_on_error {
            bits |= CONTINUES_ON_ERROR;
        }
        if background {
            bits |= BACKGROUND;
        }
        State(Cell::new(bits))
    }

    fn has(&self, bit: u8) -> bool {
        self.0.get() & bit != 0
    }

    /// Sets a bit; whether it was set before.
    #[inline]
    fn set(&self, bit: u8) -> bool {
        self.0.replace(self.0.get() | bit) & bit != 0
    }

    #[inline]
    pub(super) fn step(&self) -> TaskState {
        STEPS[usize::from(self.0.get() & STEP)]
    }

    #[inline]
    pub(super) fn set_step(&self, step: TaskState) {
        self.0.set(self.0.get() & !STEP | step as u8);
    }

    pub(super) fn has_started(&self) -> bool {
        self.has(STARTED) || self.step().has_ended()
    }

    /// It has run to its first suspension; `false` if that is known already.
    #[inline]
    pub(super) fn start(&self) -> bool {
        !self.set(STARTED)
    }

    pub(super) fn request_cancel(&self) {
        self.set(CANCEL_REQUESTED);
    }

    #[inline]
    pub(super) fn is_cancel_requested(&self) -> bool {
        self.has(CANCEL_REQUESTED)
    }

    pub(super) fn sweep(&self) {
        self.set(SWEPT);
    }

    pub(super) fn was_swept(&self) -> bool {
        self.has(SWEPT)
    }

    pub(super) fn is_background(&self) -> bool {
        self.has(BACKGROUND)
    }

    pub(super) fn continues_on_error(&self) -> bool {
        self.has(CONTINUES_ON_ERROR)
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.step())?;
        for (bit, name) in [
            (STARTED, "started"),
            (CANCEL_REQUESTED, "cancel requested"),
            (SWEPT, "swept"),
            (BACKGROUND, "background"),
            (CONTINUES_ON_ERROR, "continues on error"),
        ] {
            if self.has(bit) {
                write!(f, ", {name}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_its_own_number() {
        for step in STEPS {
            let state = State::new(true, true);
            state.set_step(step);
            assert_eq!(state.step(), step);
            assert!(state.is_background() && state.continues_on_error());
        }
    }

    #[test]
    fn what_was_decided_stays_whatever_the_step() {
        let state = State::new(false, false);
        assert!(!state.has_started() && state.start() && !state.start());
        state.request_cancel();
        state.sweep();
        state.set_step(TaskState::Panicked);
        assert!(state.is_cancel_requested() && state.was_swept() && state.has_started());
        assert!(!state.is_background() && !state.continues_on_error());
        assert_eq!(
            format!("{state:?}"),
            "panicked, started, cancel requested, swept"
        );
    }

    #[test]
    fn a_task_that_ended_before_it_ran_has_started() {
        let state = State::new(false, false);
        state.set_step(TaskState::Cancelled);
        assert!(state.has_started());
    }
}
