//! A manager's record: its children by name, its errors, and who waits for it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::future::{Future, poll_fn};
use std::ops::Index;
use std::panic::Location;
use std::rc::Rc;
use std::task::Poll;

use elsa::FrozenVec;
use verifork_protocol::nearest::{did_you_mean, nearest};

use super::Name;
use super::cell::{Child, Output, TaskCell, erase};
use super::clean_up::CleanUp;
use super::error::{
    AddError, ResultError, TaskError, TaskErrorKind, TaskErrors, as_task_errors, shortened,
};
use super::executor::{Executor, ROOT_SET, executor, with_executor};
use super::handle::Task;
use super::info::{TaskInfo, TaskState};
use super::joiners::{JoinerKey, Joiners, Want};
use super::one_thread::OneThread;
use super::options::{ChildOptions, ManagerOptions};
use super::outcome::BlockOutput;
use super::tables::NONE;
use super::verdict::EndTest;
use super::wait_reason::WaitReason;
use super::waker::{NodeRef, keep, wake_up};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    Open,
    /// A child or the block failed: everything else is being cancelled.
    Failed,
    /// The scope has ended.
    Closed,
}

/// How a new child begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Begin {
    Now,
    Queued,
}

pub(crate) struct Core {
    pub(super) place: &'static Location<'static>,
    /// Its number among all tasks and managers of the thread, in the order in which they began.
    pub(super) serial: u64,
    /// The executor's number for it.
    number: Cell<Option<usize>>,
    /// Its owner has it: a [`TaskManager`](super::TaskManager) or the future of a scope.
    kept: Cell<bool>,
    /// Where its scope was opened.
    scope_place: Cell<Option<&'static Location<'static>>>,
    ended_with_test: Cell<bool>,
    pub(super) name: Name,
    /// The task that made the manager.
    pub(super) parent: Cell<Option<NodeRef>>,
    /// The set of the scope that is open for this manager, or `NONE`.
    pub(super) scope_set: Cell<u32>,
    /// How deep the manager stands: its tasks are one level below.
    level: Cell<usize>,
    /// The newest living child: the head of a list through the executor's nodes.
    pub(super) newest: Cell<u32>,
    /// In fork order; looked up through `positions`.
    children: FrozenVec<Rc<dyn Child>>,
    positions: RefCell<HashMap<Name, usize>>,
    /// Ended children stay in the map.
    keeps: bool,
    phase: Cell<Phase>,
    /// Its owner is gone: nobody will collect its errors.
    orphaned: Cell<bool>,
    scoped: Cell<bool>,
    errors: RefCell<Vec<TaskError>>,
    /// How many of the errors somebody was given.
    collected: Cell<usize>,
    living: Cell<usize>,
    /// How many of the living are waited for: all but those in the background.
    foreground: Cell<usize>,
    /// The positions of the ended children that are waited for, in the order in which they ended.
    ended: RefCell<Vec<usize>>,
    /// How many of those `join_next` has passed.
    joined: Cell<Option<usize>>,
    joiners: RefCell<Joiners>,
    pub(super) clean_ups: RefCell<Vec<CleanUp>>,
    pub(super) options: ManagerOptions,
}

impl Core {
    pub(super) fn new(
        place: &'static Location<'static>,
        options: ManagerOptions,
        keeps: bool,
    ) -> Rc<Self> {
        let executor = executor();
        Rc::new(Core {
            place,
            serial: executor.next_serial(),
            number: Cell::new(None),
            kept: Cell::new(false),
            scope_place: Cell::new(None),
            ended_with_test: Cell::new(false),
            name: options.name.clone().unwrap_or_default(),
            parent: Cell::new(executor.current_reference()),
            scope_set: Cell::new(NONE),
            level: Cell::new(executor.directory.levels(executor.current())),
            newest: Cell::new(NONE),
            children: FrozenVec::new(),
            positions: RefCell::default(),
            keeps,
            phase: Cell::new(Phase::Open),
            orphaned: Cell::new(false),
            scoped: Cell::new(false),
            errors: RefCell::default(),
            collected: Cell::new(0),
            living: Cell::new(0),
            foreground: Cell::new(0),
            ended: RefCell::default(),
            joined: Cell::new(None),
            joiners: RefCell::default(),
            clean_ups: RefCell::default(),
            options,
        })
    }

    /// A manager with an owner, who is to [`release`](Self::release) it before its test ends.
    pub(super) fn new_kept(place: &'static Location<'static>, options: ManagerOptions) -> Rc<Self> {
        let core = Self::new(place, options, true);
        core.kept.set(true);
        core.number
            .set(Some(executor().register_manager(Rc::downgrade(&core))));
        core
    }

    /// Its owner is gone.
    pub(super) fn release(&self) {
        self.kept.set(false);
    }

    pub(super) fn is_kept(&self) -> bool {
        self.kept.get()
    }

    pub(super) fn open_scope(
        &self,
        executor: &Executor,
        set: u32,
        block: NodeRef,
        place: &'static Location<'static>,
    ) {
        self.scope_set.set(set);
        self.parent.set(Some(block));
        self.level.set(executor.directory.levels(block.index()));
        self.scope_place.set(Some(place));
    }

    pub(super) fn close_scope(&self) {
        self.scope_set.set(NONE);
        // Of a manager held as a value, its owner has it still.
        if !self.scoped.get() {
            self.release();
        }
    }

    pub(super) fn scope_place(&self) -> &'static Location<'static> {
        self.scope_place.get().unwrap_or(self.place)
    }

    /// Takes what belongs to the open scope out of the directory: it never runs again.
    pub(super) fn retire(&self, executor: &Executor) {
        let block = self.parent.get().into_iter();
        for node in executor.living(self).into_iter().chain(block) {
            executor.directory.remove(node.index());
        }
    }

    /// The open scope has failed, and its tasks are not touched before it is polled again.
    pub(super) fn fail_untouched(&self, error: TaskError) {
        self.ended_with_test.set(true);
        self.phase.set(Phase::Failed);
        self.errors.borrow_mut().push(error);
        self.collected.set(self.errors.borrow().len());
    }

    /// The manager itself, where an error is nobody's who has a name.
    pub(super) fn block_name(&self) -> BlockName {
        let name = if self.name.is_empty() {
            "task manager".into()
        } else {
            self.name.clone()
        };
        let path = name.clone().into_owned();
        BlockName {
            name,
            path,
            place: self.place,
        }
    }

    pub(super) fn phase(&self) -> Phase {
        self.phase.get()
    }

    /// Marks the manager's one scope as begun; `false` if it has been before.
    pub(super) fn begin_scope(&self) -> bool {
        !self.scoped.replace(true)
    }

    pub(super) fn close(&self) {
        self.phase.set(Phase::Closed);
    }

    pub(super) fn has_ended_with_test(&self) -> bool {
        self.ended_with_test.get()
    }

    pub(super) fn close_with_test(&self) {
        self.ended_with_test.set(true);
        self.close();
    }

    pub(super) fn has_living(&self) -> bool {
        self.living.get() > 0
    }

    /// A child lives that is waited for.
    pub(super) fn has_foreground(&self) -> bool {
        self.foreground.get() > 0
    }

    /// No child has this name.
    pub(super) fn is_free(&self, name: &str) -> bool {
        self.find(name).is_none()
    }

    /// It is the test itself, or the run of all: what it spawns has no map.
    pub(super) fn is_test(&self) -> bool {
        !self.keeps
    }

    fn check(&self, executor: &Executor, name: &Name) -> Result<(), AddError> {
        if self.keeps
            && let Some(present) = self.find(name)
        {
            let place = present.info().place();
            return Err(AddError::NameTaken {
                name: name.clone().into_owned(),
                place,
            });
        }
        let reason = match self.phase.get() {
            Phase::Open if !executor.ending.get() => return Ok(()),
            Phase::Open => "the test has ended".to_owned(),
            Phase::Failed => {
                // Its text is the user's code: nothing is borrowed while that runs.
                let first = self.errors.borrow().first().cloned();
                match first {
                    Some(first) => format!("task `{}` failed: {first}", first.task()),
                    None => "it has failed".to_owned(),
                }
            }
            Phase::Closed if self.ended_with_test.get() => {
                format!(
                    "the test in which it was made, at {}, has ended",
                    self.place
                )
            }
            Phase::Closed => format!("the scope opened at {} has ended", self.scope_place()),
        };
        Err(AddError::Closed {
            name: name.clone().into_owned(),
            reason,
        })
    }

    /// Why nothing more may stand below, if the stack is nearly used up.
    #[inline]
    pub(super) fn depth_refusal(&self, executor: &Executor) -> Option<String> {
        executor.stack.refusal(self.level.get() + 1)
    }

    #[cold]
    fn too_deep(executor: &Executor, name: &Name, reason: String) -> AddError {
        AddError::TooDeep {
            name: name.clone().into_owned(),
            below: shortened(executor.directory.path(executor.current())),
            reason,
        }
    }

    /// Adds a child to `set`.
    ///
    /// # Safety
    ///
    /// `set` must be the root set and the future borrow nothing, or `set` must be that of the open
    /// scope of this manager and what the future borrows outlive that scope.
    pub(super) unsafe fn add<'a, T, F>(
        self: &Rc<Self>,
        set: u32,
        info: TaskInfo,
        future: F,
        begin: Begin,
    ) -> Result<Task<T>, AddError>
    where
        F: Future<Output: BlockOutput<Value = T>> + 'a,
        T: 'static,
    {
        let executor = executor();
        let name = info.shared_name().clone();
        self.check(&executor, &name)?;
        if let Some(reason) = self.depth_refusal(&executor) {
            return Err(Self::too_deep(&executor, &name, reason));
        }
        // SAFETY: the root set's futures borrow nothing. A scope's set is touched only while it
        // is open (`Executor::cancel`, `Scope`'s driver), which is while the scope's future, inside of
        // which everything borrowed is alive, is being polled or dropped; and the scope's guard
        // drops all its futures before that future is gone.
        let cell = unsafe { erase::<T>(Rc::new(TaskCell::new(info, future))) };
        let (place, parent) = (cell.info().place(), self.parent.get());
        if self.keeps {
            let position = self.children.len();
            self.positions.borrow_mut().insert(name.clone(), position);
        }
        let child: Rc<dyn Child> = cell.clone();
        let core = Some(Rc::clone(self));
        let node = executor.add_node(set, name, place, parent, core, Some(child));
        cell.info()
            .attach(node, self.children.len(), executor.next_serial());
        if self.keeps {
            self.children.push(cell.clone());
        }
        self.living.set(self.living.get() + 1);
        if !cell.info().is_background() {
            self.foreground.set(self.foreground.get() + 1);
        }
        if begin == Begin::Now && (set == ROOT_SET || executor.is_open(set)) {
            executor.poll_new(node, &*cell);
        } else {
            executor.wake(node);
        }
        Ok(Task::new(cell))
    }

    /// A task that was never started, since its manager has failed already.
    pub(super) fn cancelled<'a, T, F>(info: TaskInfo, future: F) -> Task<T>
    where
        F: Future<Output: BlockOutput<Value = T>> + 'a,
        T: 'static,
    {
        let cell = TaskCell::new(info, future);
        cell.cancel();
        // SAFETY: the future has been dropped just now and is not touched again.
        Task::new(unsafe { erase::<T>(Rc::new(cell)) })
    }

    /// Called when a child has left the tables.
    pub(super) fn child_ended(&self, executor: &Executor, child: &dyn Child) {
        let info = child.info();
        self.living.set(self.living.get() - 1);
        if !info.is_background() {
            self.foreground.set(self.foreground.get() - 1);
            if self.keeps {
                self.ended.borrow_mut().push(info.position());
            }
        }
        let failed = !info.is_finished() && self.take_errors(info);
        let ends_test = failed && info.error().is_some_and(EndTest::is_in);
        if failed && (!info.continues_on_error() || ends_test) {
            self.fail(executor);
        }
        if ends_test && self.scope_set.get() == NONE {
            // No scope hands it on.
            executor.fail_test();
        }
        if failed && self.orphaned.get() {
            self.lose_uncollected(executor);
        }
        info.wake_awaiters();
        if !info.is_background() {
            self.wake_joiners();
        }
        if !self.has_foreground() || failed {
            self.wake_scope(executor);
        }
    }

    /// Keeps the errors of a child that has ended; whether there are any.
    #[inline(never)]
    fn take_errors(&self, info: &TaskInfo) -> bool {
        let mut errors = self.errors.borrow_mut();
        let before = errors.len();
        errors.extend(info.errors());
        errors.len() > before
    }

    fn wake_scope(&self, executor: &Executor) {
        let set = self.scope_set.get();
        if set != NONE {
            executor.wake_set(set);
        }
    }

    /// Wakes those that wait for what has just happened: a child has ended.
    fn wake_joiners(&self) {
        // Those that wait again meanwhile stand behind the ones that wait now.
        let before = {
            let joiners = self.joiners.borrow();
            if joiners.is_empty() {
                return;
            }
            joiners.arrivals()
        };
        loop {
            // Nothing is borrowed while a waker runs, which may add children.
            let all_ended = !self.has_foreground();
            let next = self.joiners.borrow_mut().next(before, all_ended);
            match next {
                Some(waker) => wake_up(waker),
                None => return,
            }
        }
    }

    /// Keeps an error of the manager's own work: its block or its clean-up.
    pub(super) fn add_error(&self, error: TaskError) {
        self.errors.borrow_mut().push(error);
    }

    /// Keeps the error that the block returned, unless it hands on what the children's list has.
    pub(super) fn add_block_error(&self, error: anyhow::Error, task: &BlockName) {
        let known = as_task_errors(&error).is_some_and(|errors| {
            let list = self.errors.borrow();
            errors
                .iter()
                .all(|error| list.iter().any(|known| known.is_same(error)))
        });
        if !known {
            self.add_error(task.error(TaskErrorKind::Failed(error)));
        }
    }

    /// The first error: cancels every child, newest first; the scope then drops its block.
    pub(super) fn fail(&self, executor: &Executor) {
        if self.phase.get() == Phase::Open {
            self.phase.set(Phase::Failed);
            self.cancel_living(executor);
        }
    }

    pub(super) fn cancel_living(&self, executor: &Executor) {
        for node in executor.living(self) {
            executor.cancel(node);
        }
    }

    pub(super) fn has_errors(&self) -> bool {
        !self.errors.borrow().is_empty()
    }

    /// Every error so far, which now counts as collected.
    pub(super) fn collect(&self) -> Result<(), TaskErrors> {
        let errors = self.errors.borrow().clone();
        self.collected.set(errors.len());
        TaskErrors::new(errors).map_or(Ok(()), Err)
    }

    /// The manager's owner is gone: what goes wrong from now on is the test's.
    pub(super) fn orphan(&self, executor: &Executor) {
        self.orphaned.set(true);
        self.lose_uncollected(executor);
    }

    /// Hands the errors that nobody was given to the test.
    pub(super) fn lose_uncollected(&self, executor: &Executor) {
        let errors = self
            .errors
            .borrow()
            .iter()
            .skip(self.collected.get())
            .cloned()
            .collect();
        self.collected.set(self.errors.borrow().len());
        let errors: Vec<TaskError> = errors;
        executor.lose(errors);
    }

    fn find(&self, name: &str) -> Option<&dyn Child> {
        let position = self.positions.borrow().get(name).copied()?;
        self.children.get(position)
    }

    fn child_at(&self, position: usize) -> &TaskInfo {
        self.children
            .get(position)
            .expect("children are never taken out")
            .info()
    }

    pub(super) fn infos(&self) -> impl Iterator<Item = &TaskInfo> {
        (0..self.children.len()).map(|position| self.child_at(position))
    }

    /// Waits until `done` has an answer; it is asked again when what is wanted has happened.
    async fn wait_for<R>(&self, want: Want, mut done: impl FnMut() -> Option<R>) -> R {
        struct Leave<'a>(&'a Core, Option<JoinerKey>);
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
            super::record_wait(WaitReason::Place {
                what: want.in_words(),
                at: self.place,
            });
            Poll::Pending
        })
        .await
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        if let Some(number) = self.number.get() {
            with_executor(|executor| executor.forget_manager(number));
        }
    }
}

/// The map of a manager's tasks and the ways to wait for them; what a
/// [`TaskManager`](super::TaskManager) and a [`Scope`](super::Scope) have in common.
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
pub struct TaskMap(pub(super) Rc<Core>);

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
        self.0.find(name).map(Child::info)
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
        self.0.children.len()
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
    /// No task has this name (with the nearest one), or the task is still running, was cancelled,
    /// failed, returned another type, or its value was taken by an `.await` of its handle.
    pub fn result<T: 'static>(&self, name: &str) -> Result<&T, ResultError> {
        let Some(child) = self.0.find(name) else {
            return Err(ResultError::NoSuchTask {
                name: name.to_owned(),
                hint: self.hint(name),
            });
        };
        let info = child.info();
        value_of(info)?;
        let Some(output) = child.output().downcast_ref::<Output<T>>() else {
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

    /// Waits for the next task to finish, in whatever way, and gives its name; at once `None` if
    /// all have.
    ///
    /// "Next" is counted from the previous call, so that a loop over `join_next` sees each task
    /// that ends after it has begun, also those that end in one time step. What had ended before
    /// the first call, before a `join_all` or before the last `None` is not given. Background tasks
    /// are passed over.
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
            let core = &*self.0;
            let ended = core.ended.borrow().len();
            let seen = core.joined.get().unwrap_or(ended);
            if seen == ended && !core.has_foreground() {
                core.joined.set(None);
                return None;
            }
            core.joined.set(Some(seen));
            let position = core
                .wait_for(Want::Next, || core.ended.borrow().get(seen).copied())
                .await;
            core.joined.set(core.joined.get().max(Some(seen + 1)));
            Some(core.child_at(position).name())
        })
    }

    /// Waits until one task has finished, in whatever way, and gives the name of the first that
    /// has; at once if one has already. `None` if there are no tasks, or none but background tasks.
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
            let core = &*self.0;
            if !core.has_foreground() && core.ended.borrow().is_empty() {
                return None;
            }
            let position = core
                .wait_for(Want::Any, || core.ended.borrow().first().copied())
                .await;
            Some(core.child_at(position).name())
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
        // Where the thread is ending, so are its tasks.
        with_executor(|executor| self.0.cancel_living(executor));
    }

    pub(super) async fn all_ended(&self) {
        let core = &*self.0;
        core.wait_for(Want::All, || (!core.has_foreground()).then_some(()))
            .await;
        core.joined.set(None);
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

/// Fails unless the task has finished well.
pub(super) fn value_of(info: &TaskInfo) -> Result<(), ResultError> {
    let name = info.name().to_owned();
    match info.state() {
        TaskState::Finished => Ok(()),
        TaskState::Queued | TaskState::Running => Err(ResultError::StillRunning {
            name,
            place: info.place(),
        }),
        TaskState::Cancelled => Err(ResultError::Cancelled { name }),
        TaskState::Failed | TaskState::Panicked => Err(ResultError::Failed(info.outcome_error())),
    }
}

/// The task that a scope's block is part of, for the block's own errors.
pub(super) struct BlockName {
    pub(super) name: Name,
    pub(super) path: String,
    pub(super) place: &'static Location<'static>,
}

impl BlockName {
    pub(super) fn error(&self, kind: TaskErrorKind) -> TaskError {
        let now = with_executor(Executor::now).flatten();
        TaskError::new(self.name.clone(), self.path.clone(), self.place, now, kind)
    }
}

pub(super) fn child_info<T>(
    core: &Core,
    name: Name,
    place: &'static Location<'static>,
    options: ChildOptions,
) -> TaskInfo {
    let continues = options
        .continue_on_error
        .unwrap_or(core.options.continue_on_error);
    TaskInfo::new::<T>(name, place, continues, options.background)
}
