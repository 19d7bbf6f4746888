//! One task: its future, its value and its public information, in one allocation.
//!
//! A child of a scope borrows from the scope's caller, yet its handle and the manager's map may outlive the
//! borrow. So the future's lifetime is erased, and the scope promises to drop the future in time (see
//! [`erase`]). Only the value is left after that, and it borrows nothing.

use std::any::Any;
use std::cell::{Cell, UnsafeCell};
use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::error::{TaskErrorKind, add_uncollected};
use super::info::TaskInfo;
use super::outcome::BlockOutput;
use super::panics::{Caught, catch, catch_call, catch_in_task};
use super::state::TaskState;
use super::waker::wake_by_ref;

/// A task, whatever the type of its value.
pub(crate) trait AnyTask {
    fn info(&self) -> &TaskInfo;

    /// Runs the task to its next suspension. Ready once it has ended in any way.
    fn poll(&self, context: &mut Context<'_>) -> Poll<()>;

    /// Drops the future, which ends the task. Returns `false` if the task is running: it then ends when it
    /// suspends.
    fn cancel(&self) -> bool;

    /// The task's `TaskValue<T>`.
    fn any_value(&self) -> &dyn Any;
}

/// A task with a value of type `T`.
pub(super) trait Joinable<T>: AnyTask {
    fn task_value(&self) -> &TaskValue<T>;
}

/// Makes the cell of a child that may be added. Called at most once. What adds a child is compiled for each type of
/// value, and not for each future.
pub(super) type MakeCell<'m, 'a, T> = &'m mut dyn FnMut(TaskInfo) -> Rc<dyn Joinable<T> + 'a>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum FutureState {
    Idle,
    Polling,
    Dropped,
}

pub(super) struct TaskCell<F, T> {
    header: Header,
    value: TaskValue<T>,
    /// Never dropped with the cell, because the last handle may outlive what the future borrows.
    /// `drop_future` drops it.
    future: UnsafeCell<ManuallyDrop<F>>,
}

/// The part of a cell that does not depend on its types. The steps of a task are here, so that they are compiled
/// once and not for each future.
struct Header {
    info: TaskInfo,
    future_state: Cell<FutureState>,
    /// It was polled again during its own poll, by an executor that it runs itself.
    missed: Cell<bool>,
}

/// The part that does.
trait Body {
    /// Polls the future. A value that it returns is held back until `publish`.
    ///
    /// # Safety
    ///
    /// The future is `Polling`, and was `Idle` before.
    unsafe fn poll_future(&self, context: &mut Context<'_>) -> Poll<Result<(), anyhow::Error>>;

    /// Drops the future in place.
    ///
    /// # Safety
    ///
    /// The future is `Dropped`, and was `Idle` before.
    unsafe fn drop_future(&self);

    /// Makes the value available.
    fn publish(&self);
}

impl Header {
    fn poll(&self, body: &dyn Body, context: &mut Context<'_>) -> Poll<()> {
        if self.future_state.get() != FutureState::Idle {
            self.missed.set(true);
            return Poll::Pending;
        }
        self.future_state.set(FutureState::Polling);
        self.info.set_state(TaskState::Running);
        // SAFETY: the state was `Idle` and is `Polling` until this call has ended.
        let outcome = catch_in_task(|| unsafe { body.poll_future(context) });
        self.future_state.set(FutureState::Idle);
        let outcome = match outcome {
            Ok(Poll::Pending) if self.info.is_cancel_requested() => Err(TaskErrorKind::Cancelled),
            Ok(Poll::Pending) => {
                if self.missed.take() {
                    wake_by_ref(context.waker());
                }
                self.info.mark_started();
                return Poll::Pending;
            }
            Ok(Poll::Ready(outcome)) => outcome.map_err(TaskErrorKind::Failed),
            Err(caught) => Err(TaskErrorKind::panicked(caught, false)),
        };
        let dropped = catch_in_task(|| self.drop_future(body));
        self.settle(body, outcome, dropped);
        Poll::Ready(())
    }

    fn cancel(&self, body: &dyn Body) -> bool {
        match self.future_state.get() {
            FutureState::Idle => {
                let dropped = catch(|| self.drop_future(body));
                self.settle(body, Err(TaskErrorKind::Cancelled), dropped);
                true
            }
            FutureState::Polling => {
                self.info.request_cancel();
                false
            }
            FutureState::Dropped => false,
        }
    }

    /// Drops the future, which is idle, in place.
    fn drop_future(&self, body: &dyn Body) {
        debug_assert!(self.future_state.get() == FutureState::Idle);
        self.future_state.set(FutureState::Dropped);
        // SAFETY: the state was `Idle`, and is `Dropped` from here on.
        unsafe { body.drop_future() };
    }

    fn settle(
        &self,
        body: &dyn Body,
        outcome: Result<(), TaskErrorKind>,
        dropped: Result<(), Caught>,
    ) {
        match outcome {
            Ok(()) => {
                body.publish();
                self.info.set_state(TaskState::Finished);
            }
            Err(kind) => self.info.end_with(kind),
        }
        if let Err(caught) = dropped {
            self.info.end_with(TaskErrorKind::panicked(caught, true));
        }
    }
}

impl Header {
    /// Drops a value, whose panic counts as an error of the task.
    fn catch_drop(&self, drop_value: &mut dyn FnMut()) {
        if let Err(caught) = catch_call(drop_value) {
            let kind = TaskErrorKind::panicked(caught, true);
            add_uncollected([self.info.make_error(kind)]);
        }
    }
}

impl<F, T> TaskCell<F, T>
where
    F: Future<Output: BlockOutput<Value = T>>,
    T: 'static,
{
    /// The cell of a future, which is taken out. In the form of [`MakeCell`].
    ///
    /// # Panics
    ///
    /// The future has been taken.
    pub(super) fn taking<'a>(info: TaskInfo, future: &mut Option<F>) -> Rc<dyn Joinable<T> + 'a>
    where
        F: 'a,
    {
        let future = future.take().expect("a cell is made once");
        Rc::new(TaskCell {
            header: Header {
                info,
                future_state: Cell::new(FutureState::Idle),
                missed: Cell::new(false),
            },
            value: TaskValue::new(),
            future: UnsafeCell::new(ManuallyDrop::new(future)),
        })
    }
}

impl<F, T> Body for TaskCell<F, T>
where
    F: Future<Output: BlockOutput<Value = T>>,
    T: 'static,
{
    unsafe fn poll_future(&self, context: &mut Context<'_>) -> Poll<Result<(), anyhow::Error>> {
        // SAFETY: the state was `Idle`, so the future is there and nothing else refers to it; it is `Polling` until
        // this reference is gone. The cell never moves the future: it is behind an `Rc` and dropped in place.
        let future = unsafe { Pin::new_unchecked(&mut **self.future.get()) };
        future
            .poll(context)
            .map(|output| output.into_result().map(|value| self.value.hold(value)))
    }

    unsafe fn drop_future(&self) {
        // SAFETY: the state was `Idle`, so no reference to the future is in use, and it is `Dropped` from here on, so
        // nothing refers to the future again. It is dropped where it stood since it was pinned.
        unsafe { ManuallyDrop::drop(&mut *self.future.get()) };
    }

    fn publish(&self) {
        self.value.publish();
    }
}

impl<F, T> AnyTask for TaskCell<F, T>
where
    F: Future<Output: BlockOutput<Value = T>>,
    T: 'static,
{
    fn info(&self) -> &TaskInfo {
        &self.header.info
    }

    fn poll(&self, context: &mut Context<'_>) -> Poll<()> {
        self.header.poll(self, context)
    }

    fn cancel(&self) -> bool {
        self.header.cancel(self)
    }

    fn any_value(&self) -> &dyn Any {
        &self.value
    }
}

impl<F, T> Joinable<T> for TaskCell<F, T>
where
    F: Future<Output: BlockOutput<Value = T>>,
    T: 'static,
{
    fn task_value(&self) -> &TaskValue<T> {
        &self.value
    }
}

impl<F, T> Drop for TaskCell<F, T> {
    /// Drops a value that was never taken. This runs the user's code, which may panic wherever the last
    /// handle or the manager is dropped. The panic counts as an error of this task.
    fn drop(&mut self) {
        if !std::mem::needs_drop::<T>() {
            return;
        }
        let value = self.value.value.get_mut();
        if value.is_some() {
            self.header.catch_drop(&mut || *value = None);
        }
    }
}

/// Forgets what a task's future borrows.
///
/// # Safety
///
/// The future must be polled or dropped only while everything that it borrows is alive: while the scope of
/// the task is being polled or dropped. It may be leaked.
pub(super) unsafe fn erase<'a, T: 'static>(
    cell: Rc<dyn Joinable<T> + 'a>,
) -> Rc<dyn Joinable<T> + 'static> {
    // SAFETY: both types differ in the lifetime bound of the trait object alone, which has no part
    // in its layout. That the future is not touched too late is the caller's promise; dropping the
    // cell itself does not touch it (`ManuallyDrop`).
    unsafe { std::mem::transmute(cell) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    Empty,
    Full,
    /// Being cloned, which runs the user's code: it must not be taken during this.
    Cloning,
    /// A reference was returned, which lives as long as the cell: the value stays.
    Lent,
    Taken,
}

/// A task's value: written once, then either taken once or lent for the rest of its life.
pub(super) struct TaskValue<T> {
    slot: Cell<Slot>,
    value: UnsafeCell<Option<T>>,
}

impl<T> TaskValue<T> {
    fn new() -> Self {
        TaskValue {
            slot: Cell::new(Slot::Empty),
            value: UnsafeCell::new(None),
        }
    }

    /// Stores the value, which nobody can take before `publish`.
    fn hold(&self, value: T) {
        assert!(self.slot.get() == Slot::Empty, "a task ends once");
        // SAFETY: the slot is `Empty`, so no reference to the value was ever given out.
        unsafe { *self.value.get() = Some(value) };
    }

    fn publish(&self) {
        assert!(self.slot.get() == Slot::Empty, "a task ends once");
        self.slot.set(Slot::Full);
    }

    /// Moves the value out. `None` if there is no value, or a reference to it was returned.
    pub(super) fn take(&self) -> Option<T> {
        if self.slot.get() != Slot::Full {
            return None;
        }
        self.slot.set(Slot::Taken);
        // SAFETY: the slot was `Full`, so no reference to the value was ever given out, and none
        // will be now that it is `Taken`.
        unsafe { (*self.value.get()).take() }
    }

    /// Lends the value, which can no longer be taken.
    pub(super) fn lend(&self) -> Option<&T> {
        if !matches!(self.slot.get(), Slot::Full | Slot::Cloning | Slot::Lent) {
            return None;
        }
        self.slot.set(Slot::Lent);
        // SAFETY: a `Lent` value is never written or moved again, so shared references to it may
        // live as long as the cell.
        unsafe { (*self.value.get()).as_ref() }
    }

    /// Clones the value. It may be taken afterwards, but not while it is being cloned.
    pub(super) fn clone_value(&self) -> Option<T>
    where
        T: Clone,
    {
        let before = self.slot.get();
        if !matches!(before, Slot::Full | Slot::Cloning | Slot::Lent) {
            return None;
        }
        let _lent = Cloning {
            slot: &self.slot,
            before,
        };
        if before == Slot::Full {
            self.slot.set(Slot::Cloning);
        }
        // SAFETY: the slot is `Cloning` or `Lent` until the guard is dropped, or becomes `Lent`:
        // the value is neither written nor moved while this reference is in use.
        unsafe { (*self.value.get()).as_ref() }.cloned()
    }
}

/// Ends the cloning, even if it panics. A value that was lent during it stays lent.
struct Cloning<'a> {
    slot: &'a Cell<Slot>,
    before: Slot,
}

impl Drop for Cloning<'_> {
    fn drop(&mut self) {
        if self.slot.get() == Slot::Cloning {
            self.slot.set(self.before);
        }
    }
}
