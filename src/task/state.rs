//! A task's state: one word.
//!
//! The low bits hold the step, from queued to ended; the others are flags. The step only advances, and a
//! flag, once set, stays set. The state may therefore be read at any time, even while the task is being
//! polled or dropped.
//!
//! Two facts are kept elsewhere: the [cell](super::cell) knows whether the future still exists, and the
//! [node](super::tables), which goes when the task ends, knows whether the task is ready to run.

use std::cell::Cell;
use std::fmt;

/// How far a task has come.
///
/// ```
/// use verifork::prelude::*;
/// use verifork::task::TaskState;
///
/// # verifork::task::block_on(async {
/// let tm = TaskManager::new();
/// let task = tm.start_soon("later", async { Ok(()) });
/// assert_eq!(task.state(), TaskState::Queued);
/// tm.join_all().await?;
/// assert_eq!(task.state(), TaskState::Finished);
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[non_exhaustive]
pub enum TaskState {
    /// Added, and not run yet.
    Queued,
    /// Has run, and awaits something or is ready to go on.
    Running,
    /// Returned a value.
    Finished,
    /// Returned an error.
    Failed,
    /// Panicked.
    Panicked,
    /// Was cancelled.
    Cancelled,
}

impl TaskState {
    /// Nothing more will happen.
    ///
    /// ```
    /// use verifork::task::TaskState;
    ///
    /// assert!(TaskState::Cancelled.has_ended());
    /// assert!(!TaskState::Running.has_ended());
    /// ```
    pub fn has_ended(self) -> bool {
        !matches!(self, TaskState::Queued | TaskState::Running)
    }
}

impl fmt::Display for TaskState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            TaskState::Queued => "queued",
            TaskState::Running => "running",
            TaskState::Finished => "finished",
            TaskState::Failed => "failed",
            TaskState::Panicked => "panicked",
            TaskState::Cancelled => "cancelled",
        })
    }
}

/// The step: the number of a [`TaskState`] variant. It only goes up and stays once the task has ended, with
/// one exception: a panic while the future is dropped turns any end into a panic.
const STEP: u8 = 0b111;
/// It has run to its first suspension, or ended. Those that await its start are woken when this is set.
const STARTED: u8 = 1 << 3;
/// It was cancelled while it ran: at its next suspension it ends as cancelled.
const CANCEL_REQUESTED: u8 = 1 << 4;
/// It was cancelled because its test had ended.
const ENDED_WITH_TEST: u8 = 1 << 5;
/// Its manager does not wait for it. Set at creation.
const BACKGROUND: u8 = 1 << 6;
/// Its error cancels no other task. Set at creation.
const CONTINUES_ON_ERROR: u8 = 1 << 7;

const STEPS: [TaskState; 6] = [
    TaskState::Queued,
    TaskState::Running,
    TaskState::Finished,
    TaskState::Failed,
    TaskState::Panicked,
    TaskState::Cancelled,
];

/// The state word of one task.
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

    /// Sets a bit. Returns whether it was set before.
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

    /// Notes that it has run to its first suspension. Returns `false` if that was noted before.
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

    pub(super) fn end_with_test(&self) {
        self.set(ENDED_WITH_TEST);
    }

    pub(super) fn has_ended_with_test(&self) -> bool {
        self.has(ENDED_WITH_TEST)
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
            (ENDED_WITH_TEST, "ended with its test"),
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

#[cfg(all(test, not(loom)))]
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
        state.end_with_test();
        state.set_step(TaskState::Panicked);
        assert!(state.is_cancel_requested() && state.has_ended_with_test() && state.has_started());
        assert!(!state.is_background() && !state.continues_on_error());
        assert_eq!(
            format!("{state:?}"),
            "panicked, started, cancel requested, ended with its test"
        );
    }

    #[test]
    fn a_task_that_ended_before_it_ran_has_started() {
        let state = State::new(false, false);
        state.set_step(TaskState::Cancelled);
        assert!(state.has_started());
    }
}
