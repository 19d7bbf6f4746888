//! The handle of a task, and waiting for its value.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_core::future::FusedFuture;

use super::cell::{Joinable, TaskValue};
use super::error::TaskError;
use super::executor::record_wait;
use super::info::{Awaited, TaskInfo};
use super::result_error::ResultError;
use super::wait_reason::WaitReason;
use super::waiters::WaiterKey;

/// The handle of a task, and the future of its value.
///
/// `.await` waits for the task to end and takes its value. It returns an error if the task failed,
/// panicked or was cancelled, or if the value was already taken. The handle is [`Unpin`], so it works
/// by value and by `&mut` in [`first_of!`](macro@crate::first_of), in `futures_lite::future::or`, and
/// in the `select!` and `join!` of other crates. Several awaiters use [`shared`](Task::shared) handles,
/// or await `&task`: these clone the value and need `T: Clone`. Awaiters are served in the order in
/// which they began to wait.
///
/// Dropping the handle changes nothing: the task belongs to its manager. The handle dereferences to
/// [`TaskInfo`].
///
/// # Examples
///
/// ```
/// use verifork::prelude::*;
///
/// # verifork::task::block_on(async {
/// scope(async |tm| {
///     let mut first = tm.fork("first", async { Ok(1) });
///     let second = tm.fork("second", async { Ok(2) }).shared();
///     assert_eq!((&mut first).await?, 1); // kept, but its value is taken
///     let (one, other) = (second.clone(), second);
///     assert_eq!((one.await?, other.await?), (2, 2));
///     Ok(())
/// })
/// .await?;
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
pub struct Task<T> {
    waiting: Waiting<T>,
}

impl<T: 'static> Task<T> {
    pub(super) fn new(cell: Rc<dyn Joinable<T>>) -> Self {
        Task {
            waiting: Waiting::new(cell),
        }
    }

    /// A reference to the task's value.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     let sum = tm.fork("sum", async { Ok(3) });
    ///     assert_eq!(sum.result()?, &3); // still there for `tm.result` and for others
    ///     let late = tm.start_soon("late", async { Ok(4) });
    ///     assert!(late.result().is_err(), "it has not ended");
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// The task is still running, was cancelled, failed, or its value was taken by an `.await`.
    pub fn result(&self) -> Result<&T, ResultError> {
        let info = &**self;
        info.check_finished()?;
        let output = self.waiting.cell.task_value();
        output.lend().ok_or_else(|| ResultError::Taken {
            name: info.name().to_owned(),
        })
    }

    /// The task as a future that may be cloned and awaited any number of times. Each `.await` returns a
    /// clone of the value.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     let configuration = tm.start_soon("configuration", async { Ok(0x40) }).shared();
    ///     for port in 0..2 {
    ///         let configuration = configuration.clone();
    ///         tm.fork(format!("port {port}"), async move {
    ///             ensure!(configuration.await? == 0x40);
    ///             Ok(())
    ///         });
    ///     }
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn shared(self) -> Shared<T>
    where
        T: Clone,
    {
        Shared {
            waiting: self.waiting,
        }
    }

    /// Waits until the task has run to its first suspension, and returns the handle.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     let driver = tm.start_soon("driver", async { Ok(3) }).started().await;
    ///     assert_eq!(driver.await?, 3);
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    #[doc(alias = "start")]
    pub fn started(self) -> Starting<T> {
        Starting { task: Some(self) }
    }
}

impl<T> Clone for Task<T> {
    /// Another handle of the same task. If several are awaited by value, the first gets the value.
    fn clone(&self) -> Self {
        Task {
            waiting: self.waiting.again(),
        }
    }
}

impl<T> Deref for Task<T> {
    type Target = TaskInfo;

    fn deref(&self) -> &TaskInfo {
        self.waiting.cell.info()
    }
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T, TaskError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.waiting.poll_value(context, TaskValue::take)
    }
}

/// For `select!` of the crate `futures`.
impl<T> FusedFuture for Task<T> {
    fn is_terminated(&self) -> bool {
        self.waiting.over
    }
}

impl<T: Clone + 'static> IntoFuture for &Task<T> {
    type Output = Result<T, TaskError>;
    type IntoFuture = Shared<T>;

    fn into_future(self) -> Shared<T> {
        self.clone().shared()
    }
}

/// A handle that clones the task's value, created by [`Task::shared`] and by `(&task).await`.
///
/// A clone takes its own place among the awaiters when it is first polled. The handle dereferences to
/// [`TaskInfo`].
///
/// ```
/// use verifork::prelude::*;
///
/// # verifork::task::block_on(async {
/// let both = scope(async |tm| {
///     let sum = tm.fork("sum", async { Ok(3) }).shared();
///     Ok((sum.clone().await?, sum.await?))
/// })
/// .await?;
/// assert_eq!(both, (3, 3));
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[must_use = "it waits only when awaited: add `.await`"]
pub struct Shared<T> {
    waiting: Waiting<T>,
}

impl<T: Clone> Future for Shared<T> {
    type Output = Result<T, TaskError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.waiting.poll_value(context, TaskValue::clone_value)
    }
}

impl<T: Clone> FusedFuture for Shared<T> {
    fn is_terminated(&self) -> bool {
        self.waiting.over
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared {
            waiting: self.waiting.again(),
        }
    }
}

impl<T> Deref for Shared<T> {
    type Target = TaskInfo;

    fn deref(&self) -> &TaskInfo {
        self.waiting.cell.info()
    }
}

impl<T> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

/// A wait for a task, in its queue of awaiters from the first poll until this is dropped.
struct Waiting<T> {
    cell: Rc<dyn Joinable<T>>,
    key: Option<WaiterKey>,
    /// It has returned its result.
    over: bool,
}

impl<T> Waiting<T> {
    fn new(cell: Rc<dyn Joinable<T>>) -> Self {
        Waiting {
            cell,
            key: None,
            over: false,
        }
    }

    /// Another wait for the same task.
    fn again(&self) -> Self {
        Self::new(Rc::clone(&self.cell))
    }

    fn poll_until(&mut self, context: &Context<'_>, awaited: Awaited) -> Poll<()> {
        let info = self.cell.info();
        let (done, what) = match awaited {
            Awaited::Start => (info.has_started(), "the start of a task"),
            Awaited::End => (info.has_ended(), "the end of a task"),
        };
        if done {
            self.leave();
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

    fn poll_value(
        &mut self,
        context: &Context<'_>,
        value: impl FnOnce(&TaskValue<T>) -> Option<T>,
    ) -> Poll<Result<T, TaskError>> {
        self.poll_ended(context).map(|()| {
            self.over = true;
            let info = self.cell.info();
            let value = if info.is_finished() {
                value(self.cell.task_value())
            } else {
                None
            };
            value.ok_or_else(|| info.outcome_error())
        })
    }

    fn leave(&mut self) {
        self.cell.info().leave(self.key.take());
    }
}

impl<T> Drop for Waiting<T> {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Waits for a task to end in any way.
pub(super) struct Ended<T> {
    waiting: Waiting<T>,
}

impl<T> Task<T> {
    pub(super) fn ended(&self) -> Ended<T> {
        Ended {
            waiting: self.waiting.again(),
        }
    }
}

impl<T> Future for Ended<T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.waiting.poll_ended(context)
    }
}

/// Waits until a task has run to its first suspension; made by [`Task::started`] and by `start`.
///
/// ```
/// use verifork::prelude::*;
///
/// # verifork::task::block_on(async {
/// let tm = TaskManager::new();
/// let driver = tm.start("driver", async { Ok(3) }).await; // it has run to its first `.await`
/// assert_eq!(driver.await?, 3);
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[must_use = "the task is queued already; await this to know that it has begun"]
pub struct Starting<T> {
    task: Option<Task<T>>,
}

impl<T> Future for Starting<T> {
    type Output = Task<T>;

    /// # Panics
    ///
    /// If polled again after it has finished.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Task<T>> {
        let task = self.task.as_mut().expect("polled again after it was ready");
        if task
            .waiting
            .poll_until(context, Awaited::Start)
            .is_pending()
        {
            return Poll::Pending;
        }
        Poll::Ready(self.task.take().expect("just seen"))
    }
}

impl<T> fmt::Debug for Starting<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Starting").field(&self.task).finish()
    }
}
