//! The public information on a task, during its life and after.

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::panic::Location;
use std::task::Waker;

use super::error::{TaskError, TaskErrorKind};
use super::executor::with_executor;
use super::name::Name;
use super::node_ref::NodeRef;
use super::result_error::ResultError;
use super::state::{State, TaskState};
use super::wait_queue::{WaitQueue, Woken};
use super::waiters::WaiterKey;
use super::waker::wake_up;

/// What an awaiter of a task waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Awaited {
    /// Its first suspension.
    Start,
    End,
}

/// A task, whatever the type of its value. The handle [`Task`](super::Task) dereferences to it, and it is
/// an entry of the map of a [`TaskManager`](super::TaskManager).
///
/// ```
/// use verifork::prelude::*;
///
/// # verifork::task::block_on(async {
/// let tm = TaskManager::new();
/// tm.fork("driver", async { Ok(()) });
/// tm.join_all().await?;
/// for task in tm.iter() {
///     println!("{} (forked at {}) is {}", task.name(), task.place(), task.state());
/// }
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
pub struct TaskInfo {
    name: Name,
    place: &'static Location<'static>,
    node: Cell<Option<NodeRef>>,
    /// Its number among the children of its manager.
    position: Cell<usize>,
    /// Its number among all tasks and managers of the thread, in the order in which they began.
    serial: Cell<u64>,
    state: State,
    error: OnceCell<TaskError>,
    /// A second error: a panic while the future was dropped after the first.
    late_error: OnceCell<TaskError>,
    awaiters: WaitQueue<Awaited>,
    value_type: &'static str,
}

impl TaskInfo {
    pub(super) fn new<T>(
        name: Name,
        place: &'static Location<'static>,
        continue_on_error: bool,
        background: bool,
    ) -> Self {
        TaskInfo {
            name,
            place,
            node: Cell::new(None),
            position: Cell::new(usize::MAX),
            serial: Cell::new(0),
            state: State::new(continue_on_error, background),
            error: OnceCell::new(),
            late_error: OnceCell::new(),
            awaiters: WaitQueue::new(),
            value_type: std::any::type_name::<T>(),
        }
    }

    /// The name, unique in the task's manager.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     let lane = tm.fork("lane 3", async { Ok(()) });
    ///     assert_eq!(lane.name(), "lane 3");
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn shared_name(&self) -> &Name {
        &self.name
    }

    /// Where the task was forked.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     let lane = tm.fork("lane", async { Ok(()) });
    ///     println!("forked at {}", lane.place()); // src/lib.rs:12:19
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn place(&self) -> &'static Location<'static> {
        self.place
    }

    /// How far the task has come.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::task::TaskState;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     let driver = tm.start_soon("driver", async { Ok(()) });
    ///     assert_eq!(driver.state(), TaskState::Queued);
    ///     yield_now().await;
    ///     assert_eq!(driver.state(), TaskState::Finished);
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn state(&self) -> TaskState {
        self.state.step()
    }

    /// The task returned a value.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     assert!(tm.fork("driver", async { Ok(()) }).is_finished());
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn is_finished(&self) -> bool {
        self.state() == TaskState::Finished
    }

    /// The task returned an error or panicked.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let tm = TaskManager::new();
    /// let check = tm.child("check").continue_on_error().fork::<Result, _>(async { bail!("3 is not 4") });
    /// assert!(check.is_failed());
    /// assert!(tm.join_all().await.is_err());
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn is_failed(&self) -> bool {
        matches!(self.state(), TaskState::Failed | TaskState::Panicked)
    }

    /// The task was cancelled.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     let monitor = tm.fork("monitor", pending::<()>());
    ///     monitor.cancel();
    ///     assert!(monitor.is_cancelled() && !monitor.is_failed());
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn is_cancelled(&self) -> bool {
        self.state() == TaskState::Cancelled
    }

    /// The task is a background task, added by [`background`](super::Scope::background).
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     tm.background("monitor", pending());
    ///     assert!(tm["monitor"].is_background());
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn is_background(&self) -> bool {
        self.state.is_background()
    }

    /// The task has ended, in whatever way.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     let driver = tm.fork("driver", async {
    ///         yield_now().await;
    ///     });
    ///     assert!(!driver.has_ended());
    ///     driver.cancel();
    ///     assert!(driver.has_ended());
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn has_ended(&self) -> bool {
        self.state().has_ended()
    }

    /// How the task failed, if it did.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let tm = TaskManager::new();
    /// tm.child("check").continue_on_error().fork::<Result, _>(async { bail!("3 is not 4") });
    /// let error = tm["check"].error().map(ToString::to_string);
    /// assert_eq!(error.as_deref(), Some("3 is not 4"));
    /// assert!(tm.join_all().await.is_err());
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn error(&self) -> Option<&TaskError> {
        let first = self.error.get().filter(|error| !error.is_cancelled());
        first.or_else(|| self.late_error.get())
    }

    /// Cancels the task: its future is dropped, and with it everything that it started in scopes.
    ///
    /// It is dropped before this returns, with two exceptions. A task that cancels itself, or a
    /// task that it runs inside, ends when that one next suspends (or finishes, if it does not).
    /// And a child of a scope that is cancelled from outside of the scope is dropped when the
    /// scope is next polled, before any of the scope's tasks runs. Nothing happens to a task that
    /// has ended.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// scope(async |tm| {
    ///     let noise = tm.fork("noise", async {
    ///         loop {
    ///             yield_now().await;
    ///         }
    ///     });
    ///     yield_now().await;
    ///     noise.cancel();
    ///     Ok(()) // without the line above, the scope would wait for ever
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    #[doc(alias = "kill")]
    #[doc(alias = "disable")]
    #[doc(alias = "abort")]
    pub fn cancel(&self) {
        if self.has_ended() {
            return;
        }
        if let Some(node) = self.node.get() {
            with_executor(|executor| executor.cancel(node));
        }
    }

    pub(super) fn attach(&self, node: NodeRef, position: usize, serial: u64) {
        self.node.set(Some(node));
        self.position.set(position);
        self.serial.set(serial);
    }

    pub(super) fn serial(&self) -> u64 {
        self.serial.get()
    }

    pub(super) fn mark_ended_with_test(&self) {
        self.state.end_with_test();
    }

    pub(super) fn was_ended_with_test(&self) -> bool {
        self.state.has_ended_with_test()
    }

    /// Name and place, for a list of tasks in a message.
    pub(super) fn with_place(&self) -> String {
        format!("`{}` (forked at {})", self.name, self.place)
    }

    pub(super) fn node(&self) -> Option<NodeRef> {
        self.node.get()
    }

    pub(super) fn position(&self) -> usize {
        self.position.get()
    }

    pub(super) fn has_started(&self) -> bool {
        self.state.has_started()
    }

    #[inline]
    pub(super) fn mark_started(&self) {
        if self.state.start() {
            self.wake_starters();
        }
    }

    #[inline(never)]
    fn wake_starters(&self) {
        if !self.awaiters.is_empty() {
            self.wake_awaiters_of(|awaited| awaited == Awaited::Start);
        }
    }

    #[inline]
    pub(super) fn set_state(&self, state: TaskState) {
        self.state.set_step(state);
    }

    pub(super) fn request_cancel(&self) {
        self.state.request_cancel();
    }

    #[inline]
    pub(super) fn is_cancel_requested(&self) -> bool {
        self.state.is_cancel_requested()
    }

    pub(super) fn continues_on_error(&self) -> bool {
        self.state.continues_on_error()
    }

    pub(super) fn value_type(&self) -> &'static str {
        self.value_type
    }

    /// Why the task has no value, unless it has finished.
    pub(super) fn check_finished(&self) -> Result<(), ResultError> {
        let name = self.name().to_owned();
        match self.state() {
            TaskState::Finished => Ok(()),
            TaskState::Queued | TaskState::Running => Err(ResultError::StillRunning {
                name,
                place: self.place,
            }),
            TaskState::Cancelled => Err(ResultError::Cancelled { name }),
            TaskState::Failed | TaskState::Panicked => {
                Err(ResultError::Failed(self.outcome_error()))
            }
        }
    }

    /// What an awaiter of a task without a value gets.
    pub(super) fn outcome_error(&self) -> TaskError {
        match self.error().or_else(|| self.error.get()) {
            Some(error) => error.clone(),
            None => self.make_error(TaskErrorKind::ValueGone),
        }
    }

    /// Ends the task with an error, or adds a panic of its drop to a task that has ended.
    pub(super) fn end_with(&self, kind: TaskErrorKind) {
        let state = match kind {
            TaskErrorKind::Failed(_) => TaskState::Failed,
            TaskErrorKind::Panicked { .. } => TaskState::Panicked,
            TaskErrorKind::Cancelled | TaskErrorKind::ValueGone => TaskState::Cancelled,
        };
        let error = self.make_error(kind);
        self.state.set_step(state);
        if let Err(error) = self.error.set(error) {
            let _ = self.late_error.set(error);
        }
    }

    /// The errors to report of this task: none, one, or one and the panic of its drop.
    pub(super) fn errors(&self) -> impl Iterator<Item = TaskError> + '_ {
        let both = self.error.get().into_iter().chain(self.late_error.get());
        both.filter(|error| !error.is_cancelled()).cloned()
    }

    pub(super) fn make_error(&self, kind: TaskErrorKind) -> TaskError {
        let (path, time) = with_executor(|executor| {
            let path = self
                .node
                .get()
                .and_then(|node| executor.directory.path_of(node));
            (
                path.unwrap_or_else(|| self.name.clone().into_owned()),
                executor.now(),
            )
        })
        .unwrap_or_default();
        TaskError::new(self.name.clone(), path, self.place, time, kind)
    }

    /// Wakes all awaiters: the task has ended.
    pub(super) fn wake_awaiters(&self) {
        if let Some(last) = self.awaiters.wake_all_but_last() {
            wake_up(last);
        }
    }

    /// Wakes those whose wait is over, in the order in which they began to wait. The others keep their
    /// places.
    fn wake_awaiters_of(&self, is_over: impl Fn(Awaited) -> bool) {
        let mut woken = Woken::new();
        self.awaiters
            .take_if(|awaited| is_over(*awaited), |waker| woken.push(waker));
        woken.wake_all();
    }

    /// Registers an awaiter, or updates the waker of one that is registered.
    pub(super) fn await_it(&self, awaited: Awaited, key: &mut Option<WaiterKey>, waker: &Waker) {
        if !key.is_some_and(|key| self.awaiters.still_waits(key, waker)) {
            *key = Some(self.awaiters.register(awaited, waker));
        }
    }

    /// How many awaiters the task has.
    #[cfg(test)]
    pub(super) fn awaiters(&self) -> usize {
        self.awaiters.len()
    }

    pub(super) fn leave(&self, key: Option<WaiterKey>) {
        if let Some(key) = key {
            self.awaiters.leave(key);
        }
    }
}

impl fmt::Debug for TaskInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("name", &self.name)
            .field("state", &self.state())
            .field("place", &format_args!("{}", self.place))
            .finish_non_exhaustive()
    }
}
