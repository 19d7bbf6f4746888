//! The map of a manager's tasks, and the waits for them.

use std::fmt;
use std::future::{Future, poll_fn};
use std::ops::Index;
use std::rc::Rc;
use std::task::Poll;

use verifork_protocol::nearest::{did_you_mean, nearest};

use super::cell::{AnyTask, TaskValue};
use super::executor::{record_wait, with_executor};
use super::info::TaskInfo;
use super::joiners::{JoinerKey, Want};
use super::manager::Manager;
use super::one_thread::OneThread;
use super::result_error::ResultError;
use super::wait_reason::WaitReason;
use super::waker::keep;

/// The map of a manager's tasks and the methods to wait for them, common to
/// [`TaskManager`](super::TaskManager) and [`Scope`](super::Scope).
///
/// ```
/// use verifork::prelude::*;
///
/// # verifork::task::block_on(async {
/// scope(async |tm| {
///     tm.fork("driver", async { Ok(3) });
///     tm.fork("monitor", async { Ok(4) });
///     tm.join_all().await?;
///     assert_eq!(tm.names().collect::<Vec<_>>(), ["driver", "monitor"]);
///     assert!(tm["driver"].is_finished());
///     assert_eq!(*tm.result::<i32>("monitor")?, 4);
///     Ok(())
/// })
/// .await?;
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
pub struct TaskMap(pub(super) Rc<Manager>);

impl fmt::Debug for TaskMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl TaskMap {
    /// The task of this name, living or ended.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     tm.fork("driver", async { Ok(()) });
    ///     assert!(tm.get("driver").is_some_and(|task| task.is_finished()));
    ///     assert!(tm.get("monitor").is_none());
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn get(&self, name: &str) -> Option<&TaskInfo> {
        self.0.find(name).map(AnyTask::info)
    }

    /// Whether a task of this name was ever added.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let tm = TaskManager::new();
    /// if !tm.contains("scoreboard") {
    ///     tm.fork("scoreboard", async { Ok(()) });
    /// }
    /// tm.join_all().await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// How many tasks were added, ended ones included.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let tm = TaskManager::new();
    /// for lane in 0..4 {
    ///     tm.fork(format!("lane {lane}"), async { Ok(()) });
    /// }
    /// assert_eq!(tm.len(), 4);
    /// tm.join_all().await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no task was ever added.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// assert!(TaskManager::new().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The names, in fork order.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let tm = TaskManager::new();
    /// tm.fork("read", async { Ok(()) });
    /// tm.fork("write", async { Ok(()) });
    /// assert_eq!(tm.names().collect::<Vec<_>>(), ["read", "write"]);
    /// tm.join_all().await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(TaskInfo::name)
    }

    /// The tasks, in fork order.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let tm = TaskManager::new();
    /// tm.fork("read", async { Ok(()) });
    /// tm.start_soon("write", async { Ok(()) });
    /// let living: Vec<_> = tm.iter().filter(|task| !task.has_ended()).map(|task| task.name()).collect();
    /// assert_eq!(living, ["write"]);
    /// tm.join_all().await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &TaskInfo> {
        self.0.infos()
    }

    /// The value that the task `name` returned. It stays in the manager.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let tm = TaskManager::new();
    /// tm.fork("count", async { Ok(3_u32) });
    /// tm.join_all().await?;
    /// assert_eq!(*tm.result::<u32>("count")?, 3);
    /// assert!(tm.result::<u32>("cuont").unwrap_err().to_string().contains("`count`"));
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// No task has this name (the error suggests the nearest one); or the task is still running, was
    /// cancelled, failed or returned another type; or an `.await` of its handle has taken the value.
    pub fn result<T: 'static>(&self, name: &str) -> Result<&T, ResultError> {
        let Some(child) = self.0.find(name) else {
            return Err(ResultError::NoSuchTask {
                name: name.to_owned(),
                hint: self.hint(name),
            });
        };
        let info = child.info();
        info.check_finished()?;
        let Some(output) = child.any_value().downcast_ref::<TaskValue<T>>() else {
            return Err(ResultError::WrongType {
                name: name.to_owned(),
                actual: info.value_type(),
                wanted: std::any::type_name::<T>(),
            });
        };
        output.lend().ok_or_else(|| ResultError::Taken {
            name: name.to_owned(),
        })
    }

    fn hint(&self, wanted: &str) -> String {
        let names: Vec<&str> = self.names().collect();
        if names.is_empty() {
            return "; the manager has no tasks".to_owned();
        }
        let nearest = did_you_mean(&nearest(wanted, names.iter().copied(), 1));
        format!("{nearest}; the manager has {}", names.join(", "))
    }

    /// Waits for the next task to end in any way, and returns its name. Returns `None` at once if all have
    /// ended.
    ///
    /// "Next" counts from the previous call, so a loop over `join_next` sees each task that ends after the
    /// loop has begun, including several that end in one time step. Tasks that had ended before the first
    /// call, before a `join_all` or before the last `None` are not returned. Background tasks are ignored.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let tm = TaskManager::new();
    /// for lane in 0..3_u32 {
    ///     tm.start_soon(format!("lane {lane}"), async move { Ok(10 * lane) });
    /// }
    /// while let Some(name) = tm.join_next().await {
    ///     println!("{name} gives {}", tm.result::<u32>(name)?);
    /// }
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn join_next(&self) -> impl Future<Output = Option<&str>> {
        OneThread::new(async {
            let manager = &*self.0;
            let ended = manager.ended.borrow().len();
            let seen = manager.joined.get().unwrap_or(ended);
            if seen == ended && !manager.has_foreground() {
                manager.joined.set(None);
                return None;
            }
            manager.joined.set(Some(seen));
            let position = manager
                .wait_for(Want::Next, || manager.ended.borrow().get(seen).copied())
                .await;
            manager.joined.set(manager.joined.get().max(Some(seen + 1)));
            Some(manager.child_at(position).name())
        })
    }

    /// Waits until one task has ended in any way, and returns the name of the first that has, at once if
    /// there is one already. Returns `None` if there are no tasks other than background tasks.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     tm.fork("interrupt", async {
    ///         yield_now().await;
    ///     });
    ///     tm.fork("polling", pending::<()>());
    ///     assert_eq!(tm.join_any().await, Some("interrupt"));
    ///     tm.cancel_all();
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    #[doc(alias = "First")]
    #[doc(alias = "first_completed")]
    #[doc(alias = "fork join_any")]
    pub fn join_any(&self) -> impl Future<Output = Option<&str>> {
        OneThread::new(async {
            let manager = &*self.0;
            if !manager.has_foreground() && manager.ended.borrow().is_empty() {
                return None;
            }
            let position = manager
                .wait_for(Want::Any, || manager.ended.borrow().first().copied())
                .await;
            Some(manager.child_at(position).name())
        })
    }

    /// Cancels every living task, background tasks included, newest first. See [`TaskInfo::cancel`].
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     for lane in 0..4 {
    ///         tm.fork(format!("lane {lane}"), pending::<()>());
    ///     }
    ///     tm.cancel_all();
    ///     assert!(tm.iter().all(|lane| lane.is_cancelled()));
    ///     Ok(())
    /// })
    /// .await?; // cancelled is not an error
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    #[doc(alias = "kill")]
    #[doc(alias = "disable fork")]
    #[doc(alias = "abort")]
    pub fn cancel_all(&self) {
        // If the thread is ending, so are its tasks.
        with_executor(|executor| self.0.cancel_living(executor));
    }

    pub(super) async fn all_ended(&self) {
        let manager = &*self.0;
        manager
            .wait_for(Want::All, || (!manager.has_foreground()).then_some(()))
            .await;
        manager.joined.set(None);
    }
}

impl Index<&str> for TaskMap {
    type Output = TaskInfo;

    /// # Panics
    ///
    /// No task has this name.
    #[track_caller]
    fn index(&self, name: &str) -> &TaskInfo {
        match self.get(name) {
            Some(info) => info,
            None => panic!("no task is named `{name}`{}", self.hint(name)),
        }
    }
}

impl Manager {
    /// Waits until `done` returns `Some`; it is called again when the awaited end has happened.
    async fn wait_for<R>(&self, want: Want, mut done: impl FnMut() -> Option<R>) -> R {
        struct Leave<'a>(&'a Manager, Option<JoinerKey>);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                if let Some(key) = self.1 {
                    let left = self.0.joiners.borrow_mut().take(key);
                    drop(left);
                }
            }
        }
        let mut place = Leave(self, None);
        poll_fn(|context| {
            if let Some(answer) = done() {
                return Poll::Ready(answer);
            }
            let waker = keep(context.waker());
            let replaced = self.joiners.borrow_mut().wait(&mut place.1, want, waker);
            drop(replaced);
            record_wait(WaitReason::Place {
                what: want.in_words(),
                at: self.place,
            });
            Poll::Pending
        })
        .await
    }
}
