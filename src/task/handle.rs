//! The handle of a task, and waiting for its value.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::cell::Joinable;
use super::core::value_of;
use super::error::{ResultError, TaskError};
use super::info::{Awaited, TaskInfo, TaskState};
use super::record_wait;
use super::wait_reason::WaitReason;
use super::waiters::WaiterKey;

/// The handle of a task whose value is a `T`.
///
/// `.await` waits for the task to end and takes its value; `(&task).await` leaves the value for
/// others and needs `T: Clone`. Dropping the handle changes nothing: the task belongs to its
/// manager. Everything of [`TaskInfo`] is there too.
pub struct Task<T> {
    cell: Rc<dyn Joinable<T>>,
}

impl<T: 'static> Task<T> {
    pub(super) fn new(cell: Rc<dyn Joinable<T>>) -> Self {
        Task { cell }
    }

    /// The task's value, which stays where it is.
    ///
    /// # Errors
    ///
    /// The task is still running, was cancelled, failed, or its value was taken by an `.await`.
    pub fn result(&self) -> Result<&T, ResultError> {
        let info = self.cell.info();
        value_of(info)?;
        let output = self.cell.typed_output();
        output.lend().ok_or_else(|| ResultError::Taken {
            name: info.name().to_owned(),
        })
    }
}

impl<T> Clone for Task<T> {
    /// Another handle of the same task. Where several are awaited by value, the first gets it.
    fn clone(&self) -> Self {
        Task {
            cell: Rc::clone(&self.cell),
        }
    }
}

impl<T: 'static> Deref for Task<T> {
    type Target = TaskInfo;

    fn deref(&self) -> &TaskInfo {
        self.cell.info()
    }
}

impl<T: 'static> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.cell.info(), f)
    }
}

impl<T: 'static> IntoFuture for Task<T> {
    type Output = Result<T, TaskError>;
    type IntoFuture = Join<T>;

    fn into_future(self) -> Join<T> {
        Join {
            waiting: Waiting::new(self.cell),
        }
    }
}

impl<T: Clone + 'static> IntoFuture for &Task<T> {
    type Output = Result<T, TaskError>;
    type IntoFuture = JoinCloned<T>;

    fn into_future(self) -> JoinCloned<T> {
        JoinCloned {
            waiting: Waiting::new(Rc::clone(&self.cell)),
        }
    }
}

/// A place among a task's awaiters, left when dropped.
struct Waiting<T> {
    cell: Rc<dyn Joinable<T>>,
    key: Option<WaiterKey>,
}

impl<T> Waiting<T> {
    fn new(cell: Rc<dyn Joinable<T>>) -> Self {
        Waiting { cell, key: None }
    }

    fn poll_until(&mut self, context: &Context<'_>, awaited: Awaited) -> Poll<()> {
        let info = self.cell.info();
        let (done, what) = match awaited {
            Awaited::Start => (info.has_started(), "the start of a task"),
            Awaited::End => (info.has_ended(), "the end of a task"),
        };
        if done {
            return Poll::Ready(());
        }
        info.await_it(awaited, &mut self.key, context.waker());
        record_wait(WaitReason::Place {
            what,
            at: info.place(),
        });
        Poll::Pending
    }

    fn poll_ended(&mut self, context: &Context<'_>) -> Poll<()> {
        self.poll_until(context, Awaited::End)
    }
}

impl<T> Drop for Waiting<T> {
    fn drop(&mut self) {
        self.cell.info().leave(self.key);
    }
}

/// Waits for a task and takes its value.
#[must_use = "it waits only when awaited: add `.await`"]
pub struct Join<T> {
    waiting: Waiting<T>,
}

impl<T> Future for Join<T> {
    type Output = Result<T, TaskError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.waiting.poll_ended(context).map(|()| {
            let cell = &self.waiting.cell;
            let finished = cell.info().state() == TaskState::Finished;
            let value = if finished {
                cell.typed_output().take()
            } else {
                None
            };
            value.ok_or_else(|| cell.info().outcome_error())
        })
    }
}

/// Waits for a task and clones its value.
#[must_use = "it waits only when awaited: add `.await`"]
pub struct JoinCloned<T> {
    waiting: Waiting<T>,
}

impl<T: Clone> Future for JoinCloned<T> {
    type Output = Result<T, TaskError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.waiting.poll_ended(context).map(|()| {
            let cell = &self.waiting.cell;
            let finished = cell.info().state() == TaskState::Finished;
            let value = if finished {
                cell.typed_output().clone_value()
            } else {
                None
            };
            value.ok_or_else(|| cell.info().outcome_error())
        })
    }
}

/// Waits for a task to end, however it does.
pub(super) struct Ended<T> {
    waiting: Waiting<T>,
}

impl<T: 'static> Task<T> {
    pub(super) fn ended(&self) -> Ended<T> {
        Ended {
            waiting: Waiting::new(Rc::clone(&self.cell)),
        }
    }
}

impl<T> Future for Ended<T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.waiting.poll_ended(context)
    }
}

/// Waits until a task has run to its first suspension; made by `start`.
#[must_use = "the task is queued already; await this to know that it has begun"]
pub struct Starting<T> {
    waiting: Waiting<T>,
}

impl<T: 'static> Starting<T> {
    pub(super) fn new(task: &Task<T>) -> Self {
        Starting {
            waiting: Waiting::new(Rc::clone(&task.cell)),
        }
    }
}

impl<T: 'static> Future for Starting<T> {
    type Output = Task<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Task<T>> {
        self.waiting
            .poll_until(context, Awaited::Start)
            .map(|()| Task::new(Rc::clone(&self.waiting.cell)))
    }
}
