//! Managers held as values: their tasks borrow nothing and end with the manager.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::panic::Location;
use std::rc::Rc;

use super::child::ChildBuilder;
use super::error::{TaskErrorKind, TaskErrors};
use super::executor::{Executor, with_executor};
use super::info::TaskInfo;
use super::manager::Manager;
use super::name::TaskName;
use super::node_ref::{NONE, ROOT_SET};
use super::one_thread::OneThread;
use super::options::ManagerOptions;
use super::outcome::BlockOutput;
use super::scope::{Made, Scope, run_scope};
use super::spawn_methods::spawn_methods;
use super::task_map::TaskMap;

/// A group of named tasks, held as a value.
///
/// Its tasks are `'static` and run beside the task that created it. [`join_all`](TaskManager::join_all)
/// waits for them and returns their errors. Dropping the manager cancels them, with a warning that
/// names them, except [background](TaskManager::background) tasks, which are meant to end this way. A
/// manager that outlives its test ends with the test: its tasks are cancelled, its errors fail the
/// test, a warning names it, and it accepts no more tasks.
///
/// [`scope`](TaskManager::scope) runs a block whose tasks may borrow, like the function
/// [`scope`](super::scope()), and keeps the outcomes here. The manager dereferences to [`TaskMap`].
///
/// # Examples
///
/// ```
/// use verifork::prelude::*;
///
/// # verifork::task::block_on(async {
/// let tm = TaskManager::new();
/// tm.scope(async |tm| {
///     tm.fork("answer", async { Ok(42) });
///     Ok(())
/// })
/// .await?;
/// assert_eq!(tm.result::<i32>("answer")?, &42);
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
pub struct TaskManager {
    map: TaskMap,
}

impl TaskManager {
    /// A manager without tasks.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let tm = TaskManager::new();
    /// tm.fork("driver", async { Ok(()) });
    /// tm.join_all().await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    #[track_caller]
    #[allow(clippy::new_without_default)] // the caller's place is part of the manager
    pub fn new() -> Self {
        Self::with_options(ManagerOptions::new())
    }

    /// A manager without tasks, with options.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::task::ManagerOptions;
    ///
    /// # verifork::task::block_on(async {
    /// let tm = TaskManager::with_options(ManagerOptions::new().name("bus").continue_on_error(true));
    /// tm.fork("driver", async { Ok(()) });
    /// tm.join_all().await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    #[track_caller]
    pub fn with_options(options: ManagerOptions) -> Self {
        TaskManager {
            map: TaskMap(Manager::new_owned(Location::caller(), options)),
        }
    }

    /// A builder for a child with options: see [`ChildBuilder`]. For the usual cases there are
    /// [`fork`](Self::fork) and the methods below.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let tm = TaskManager::new();
    /// tm.child("checker").continue_on_error().fork(async { Ok(()) });
    /// tm.join_all().await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn child(&self, name: impl TaskName) -> ChildBuilder<'static> {
        ChildBuilder::in_root(self.manager(), name.into_name())
    }

    spawn_methods!('static);

    fn manager(&self) -> &Rc<Manager> {
        &self.map.0
    }

    #[allow(clippy::unused_self)] // the twin of a scope's
    fn child_set(&self) -> u32 {
        ROOT_SET
    }

    /// Runs a block like [`scope`](super::scope()), with this manager's names and outcomes, which stay
    /// readable afterwards. The scope waits for the manager's other tasks too. A manager can run only
    /// one scope, and accepts no more tasks after it.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let words = [3, 5, 8];
    /// let manager = TaskManager::new();
    /// manager
    ///     .scope(async |tm| {
    ///         tm.fork("sum", async { Ok(words.iter().sum::<i32>()) }); // borrows
    ///         Ok(())
    ///     })
    ///     .await?;
    /// assert_eq!(*manager.result::<i32>("sum")?, 16); // after the scope
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Every error, in the order in which they happened.
    ///
    /// # Panics
    ///
    /// The manager has run a scope before.
    #[track_caller]
    pub fn scope<'env, R, F>(&self, block: F) -> impl Future<Output = Result<R::Value, TaskErrors>>
    where
        F: for<'scope> AsyncFnOnce(&'scope Scope<'scope, 'env>) -> R,
        R: BlockOutput,
    {
        let manager = Rc::clone(self.manager());
        let place = Location::caller();
        assert!(
            manager.begin_scope(),
            "the manager made at {} has run a scope already",
            manager.place
        );
        OneThread::new(run_scope(Made::Before(manager), place, block))
    }

    /// Waits for all tasks to finish, cancels those in the [`background`](TaskManager::background),
    /// newest first, then runs the clean-up of [`on_exit`](TaskManager::on_exit).
    ///
    /// While a scope of the manager is open, background tasks are left to the scope.
    ///
    /// # Errors
    ///
    /// Every error of the manager, in the order in which they happened, as
    /// [`TaskErrors`](crate::task::TaskErrors); use `downcast` to get them.
    ///
    /// # Examples
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::task::TaskErrors;
    ///
    /// # verifork::task::block_on(async {
    /// let tm = TaskManager::new();
    /// for name in ["first", "second"] {
    ///     tm.child(name).continue_on_error().fork(async {
    ///         ensure!(1 + 1 == 3, "it is 2");
    ///         Ok(())
    ///     });
    /// }
    /// let errors: TaskErrors = tm.join_all().await.unwrap_err().downcast()?;
    /// assert_eq!((errors.len(), errors.first().task()), (2, "first"));
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    #[doc(alias = "Join")]
    #[doc(alias = "gather")]
    #[doc(alias = "wait fork")]
    pub fn join_all(&self) -> impl Future<Output = anyhow::Result<()>> {
        OneThread::new(async {
            self.map.all_ended().await;
            if self.manager().scope_set.get() == NONE {
                with_executor(|executor| self.manager().cancel_living(executor));
                // The tasks that they added when they were dropped.
                self.map.all_ended().await;
            }
            // The clean-up of an open scope runs with the scope.
            let manager = self.manager();
            manager.run_clean_ups(ROOT_SET, &manager.block_name()).await;
            Ok(self.manager().collect()?)
        })
    }
}

impl Deref for TaskManager {
    type Target = TaskMap;

    fn deref(&self) -> &TaskMap {
        &self.map
    }
}

impl fmt::Debug for TaskManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Drop for TaskManager {
    fn drop(&mut self) {
        let manager = self.manager();
        manager.release();
        manager.close();
        let living: Vec<String> = self
            .iter()
            .filter(|task| !task.is_background())
            .filter(|task| task.was_ended_with_test() || !task.has_ended())
            .map(TaskInfo::with_place)
            .collect();
        // The thread may be ending, without tasks. A forgotten scope stays untouched: it is never polled
        // again.
        with_executor(|executor| manager.cancel_living(executor));
        if !living.is_empty() && !manager.has_ended_with_test() {
            // A failed test drops everything: one more warning would hide the cause.
            let level = if with_executor(Executor::test_has_failed) == Some(true) {
                log::Level::Debug
            } else {
                log::Level::Warn
            };
            log::log!(
                level,
                "the task manager made at {} is dropped, which cancels {}: {}",
                manager.place,
                if living.len() == 1 {
                    "its task"
                } else {
                    "its tasks"
                },
                living.join(", ")
            );
        }
        let mut panics = Vec::new();
        let left = manager.clean_ups.drop_all(ROOT_SET, &mut panics);
        for caught in panics {
            manager.add_error(
                manager
                    .block_name()
                    .error(TaskErrorKind::panicked(caught, true)),
            );
        }
        if left > 0 {
            log::warn!(
                "the task manager made at {} is dropped without `join_all`: {left} of its \
                 `on_exit` futures do not run",
                manager.place,
            );
        }
        manager.orphan();
    }
}
