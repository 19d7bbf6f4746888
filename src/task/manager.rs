//! A manager of tasks: its children by name, its errors, and the tasks that wait for it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::panic::Location;
use std::rc::Rc;

use elsa::FrozenVec;

use super::add_error::AddError;
use super::cell::{AnyTask, Joinable, MakeCell, erase};
use super::clean_up::CleanUps;
use super::error::{
    TaskError, TaskErrorKind, TaskErrors, add_uncollected, as_task_errors, shortened,
};
use super::executor::{Executor, executor, with_executor};
use super::info::TaskInfo;
use super::joiners::Joiners;
use super::name::Name;
use super::node_ref::{NONE, NodeRef, ROOT_SET};
use super::options::{ChildOptions, ManagerOptions};
use super::verdict::EndTest;
use super::waker::wake_up;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ManagerState {
    Open,
    /// A child or the block failed; everything else is being cancelled.
    Failed,
    /// The scope has ended.
    Closed,
}

/// When a new child first runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Begin {
    Now,
    Queued,
}

pub(crate) struct Manager {
    pub(super) place: &'static Location<'static>,
    /// Its number among all tasks and managers of the thread, in the order in which they began.
    pub(super) serial: u64,
    /// Its number in the executor's [`Managers`](super::managers::Managers).
    number: Cell<Option<usize>>,
    /// It has an owner: a [`TaskManager`](super::TaskManager) or the future of a scope.
    owned: Cell<bool>,
    /// Where its scope was opened.
    scope_place: Cell<Option<&'static Location<'static>>>,
    ended_with_test: Cell<bool>,
    pub(super) name: Name,
    /// The task that made the manager.
    pub(super) parent: Cell<Option<NodeRef>>,
    /// The set of the manager's open scope, or `NONE`.
    pub(super) scope_set: Cell<u32>,
    /// The depth of the manager: its tasks are one level deeper.
    level: Cell<usize>,
    /// The newest living child: the head of a list through the executor's nodes.
    pub(super) newest: Cell<u32>,
    /// In fork order; `positions` finds them by name.
    children: FrozenVec<Rc<dyn AnyTask>>,
    positions: RefCell<HashMap<Name, usize>>,
    /// Ended children stay in the map.
    keeps_ended: bool,
    state: Cell<ManagerState>,
    /// Its owner is gone, so its errors go to the test.
    orphaned: Cell<bool>,
    scoped: Cell<bool>,
    errors: RefCell<Vec<TaskError>>,
    /// How many of the errors have been returned to a caller.
    collected: Cell<usize>,
    living: Cell<usize>,
    /// How many of the living children the manager waits for: all but those in the background.
    foreground: Cell<usize>,
    /// The positions of ended children, without those in the background, in the order in which they ended.
    pub(super) ended: RefCell<Vec<usize>>,
    /// How many of those `join_next` has returned or skipped.
    pub(super) joined: Cell<Option<usize>>,
    pub(super) joiners: RefCell<Joiners>,
    pub(super) clean_ups: CleanUps,
    pub(super) options: ManagerOptions,
}

impl Manager {
    pub(super) fn new(
        place: &'static Location<'static>,
        options: ManagerOptions,
        keeps_ended: bool,
    ) -> Rc<Self> {
        let executor = executor();
        Rc::new(Manager {
            place,
            serial: executor.next_serial(),
            number: Cell::new(None),
            owned: Cell::new(false),
            scope_place: Cell::new(None),
            ended_with_test: Cell::new(false),
            name: options.name.clone().unwrap_or_default(),
            parent: Cell::new(executor.current_reference()),
            scope_set: Cell::new(NONE),
            level: Cell::new(executor.directory.levels(executor.current())),
            newest: Cell::new(NONE),
            children: FrozenVec::new(),
            positions: RefCell::default(),
            keeps_ended,
            state: Cell::new(ManagerState::Open),
            orphaned: Cell::new(false),
            scoped: Cell::new(false),
            errors: RefCell::default(),
            collected: Cell::new(0),
            living: Cell::new(0),
            foreground: Cell::new(0),
            ended: RefCell::default(),
            joined: Cell::new(None),
            joiners: RefCell::default(),
            clean_ups: CleanUps::default(),
            options,
        })
    }

    /// A manager with an owner, which must [`release`](Self::release) it before the test ends.
    pub(super) fn new_owned(
        place: &'static Location<'static>,
        options: ManagerOptions,
    ) -> Rc<Self> {
        let manager = Self::new(place, options, true);
        manager.owned.set(true);
        manager
            .number
            .set(Some(executor().managers.insert(Rc::downgrade(&manager))));
        manager
    }

    /// Its owner is gone.
    pub(super) fn release(&self) {
        self.owned.set(false);
    }

    pub(super) fn is_owned(&self) -> bool {
        self.owned.get()
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
        // A manager held as a value still has its owner.
        if !self.scoped.get() {
            self.release();
        }
    }

    pub(super) fn scope_place(&self) -> &'static Location<'static> {
        self.scope_place.get().unwrap_or(self.place)
    }

    /// Removes the tasks of the open scope from the directory: they never run again.
    pub(super) fn retire(&self, executor: &Executor) {
        let block = self.parent.get().into_iter();
        for node in executor.living(self).into_iter().chain(block) {
            executor.directory.remove(node.index());
        }
    }

    /// Fails the open scope, but touches none of its tasks before it is polled again.
    pub(super) fn fail_untouched(&self, error: TaskError) {
        self.ended_with_test.set(true);
        self.state.set(ManagerState::Failed);
        self.errors.borrow_mut().push(error);
        self.collected.set(self.errors.borrow().len());
    }

    /// The name under which errors of the manager itself are reported.
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

    pub(super) fn state(&self) -> ManagerState {
        self.state.get()
    }

    /// Marks the manager's only scope as begun. Returns `false` if it had begun before.
    pub(super) fn begin_scope(&self) -> bool {
        !self.scoped.replace(true)
    }

    pub(super) fn close(&self) {
        self.state.set(ManagerState::Closed);
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

    /// A child lives that the manager waits for.
    pub(super) fn has_foreground(&self) -> bool {
        self.foreground.get() > 0
    }

    /// No child has this name.
    pub(super) fn is_free(&self, name: &str) -> bool {
        self.find(name).is_none()
    }

    /// It is the test itself, or the run of all tests, which have no map.
    pub(super) fn is_test(&self) -> bool {
        !self.keeps_ended
    }

    fn check(&self, executor: &Executor, name: &Name) -> Result<(), AddError> {
        if self.keeps_ended
            && let Some(present) = self.find(name)
        {
            let place = present.info().place();
            return Err(AddError::NameTaken {
                name: name.clone().into_owned(),
                place,
            });
        }
        let reason = match self.state.get() {
            ManagerState::Open if !executor.ending.get() => return Ok(()),
            ManagerState::Open => "the test has ended".to_owned(),
            ManagerState::Failed => {
                // Displaying the error runs user code: nothing is borrowed during it.
                let first = self.errors.borrow().first().cloned();
                match first {
                    Some(first) => format!("task `{}` failed: {first}", first.task()),
                    None => "it has failed".to_owned(),
                }
            }
            ManagerState::Closed if self.ended_with_test.get() => {
                format!(
                    "the test in which it was made, at {}, has ended",
                    self.place
                )
            }
            ManagerState::Closed => format!("the scope opened at {} has ended", self.scope_place()),
        };
        Err(AddError::Closed {
            name: name.clone().into_owned(),
            reason,
        })
    }

    /// Why the manager can take no tasks at its depth, if the stack is nearly used up.
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
    pub(super) unsafe fn add<T: 'static>(
        self: &Rc<Self>,
        set: u32,
        info: TaskInfo,
        begin: Begin,
        make: MakeCell<'_, '_, T>,
    ) -> Result<Rc<dyn Joinable<T>>, AddError> {
        let executor = self.admit(info.shared_name())?;
        // SAFETY: the root set's futures borrow nothing. A scope's set is touched only while it
        // is open (`Executor::cancel`, `Scope`'s driver), which is while the scope's future, inside of
        // which everything borrowed is alive, is being polled or dropped; and the scope's guard
        // drops all its futures before that future is gone.
        let cell = unsafe { erase(make(info)) };
        self.adopt(&executor, set, cell.clone(), begin);
        Ok(cell)
    }

    /// Whether a child of this name may be added now, to this executor.
    fn admit(&self, name: &Name) -> Result<Rc<Executor>, AddError> {
        let executor = executor();
        self.check(&executor, name)?;
        match self.depth_refusal(&executor) {
            Some(reason) => Err(Self::too_deep(&executor, name, reason)),
            None => Ok(executor),
        }
    }

    /// Gives the child its node, and starts it.
    fn adopt(self: &Rc<Self>, executor: &Executor, set: u32, child: Rc<dyn AnyTask>, begin: Begin) {
        let name = child.info().shared_name().clone();
        let (place, parent) = (child.info().place(), self.parent.get());
        if self.keeps_ended {
            let position = self.children.len();
            self.positions.borrow_mut().insert(name.clone(), position);
        }
        let manager = Some(Rc::clone(self));
        let node = executor.add_node(set, name, place, parent, manager, Some(Rc::clone(&child)));
        child
            .info()
            .attach(node, self.children.len(), executor.next_serial());
        if self.keeps_ended {
            self.children.push(Rc::clone(&child));
        }
        self.living.set(self.living.get() + 1);
        if !child.info().is_background() {
            self.foreground.set(self.foreground.get() + 1);
        }
        if begin == Begin::Now && (set == ROOT_SET || executor.is_open(set)) {
            executor.poll_new(node, &*child);
        } else {
            executor.wake(node);
        }
    }

    /// The information on a child that will be added.
    pub(super) fn child_info<T>(
        &self,
        name: Name,
        place: &'static Location<'static>,
        options: ChildOptions,
    ) -> TaskInfo {
        let continues = options
            .continue_on_error
            .unwrap_or(self.options.continue_on_error);
        TaskInfo::new::<T>(name, place, continues, options.background)
    }

    /// A task that is cancelled before it starts, because its manager has failed.
    pub(super) fn cancelled<T: 'static>(
        info: TaskInfo,
        make: MakeCell<'_, '_, T>,
    ) -> Rc<dyn Joinable<T>> {
        let cell = make(info);
        cell.cancel();
        // SAFETY: the future has been dropped just now and is not touched again.
        unsafe { erase(cell) }
    }

    /// Called when a child has left the tables.
    pub(super) fn child_ended(&self, executor: &Executor, child: &dyn AnyTask) {
        let info = child.info();
        self.living.set(self.living.get() - 1);
        if !info.is_background() {
            self.foreground.set(self.foreground.get() - 1);
            if self.keeps_ended {
                self.ended.borrow_mut().push(info.position());
            }
        }
        let failed = !info.is_finished() && self.take_errors(info);
        let ends_test = failed && info.error().is_some_and(EndTest::is_in);
        if failed && (!info.continues_on_error() || ends_test) {
            self.fail(executor);
        }
        if ends_test && self.scope_set.get() == NONE {
            // No scope returns it.
            executor.fail_test();
        }
        if failed && self.orphaned.get() {
            self.hand_over_uncollected();
        }
        info.wake_awaiters();
        if !info.is_background() {
            self.wake_joiners();
        }
        if !self.has_foreground() || failed {
            self.wake_scope(executor);
        }
    }

    /// Keeps the errors of a child that has ended. Returns whether there are any.
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

    /// Wakes the joiners whose wait is over: a child has ended.
    fn wake_joiners(&self) {
        // A joiner that waits again during this is behind those that wait now.
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

    /// Keeps the error that the block returned, unless it only passes on errors of the children.
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

    /// Runs the clean-up of the open scope, or of a manager held as a value with the root set. Failures are
    /// added to the errors.
    pub(super) async fn run_clean_ups(&self, set: u32, task: &BlockName) {
        let timer = executor().exit_timer.get();
        let failed = |place, kind| {
            let clean_up = BlockName {
                name: "on_exit".into(),
                path: format!("{}/on_exit", task.path),
                place,
            };
            self.add_error(clean_up.error(kind));
        };
        let limit = self.options.exit_limit;
        self.clean_ups.run(set, limit, timer, failed).await;
    }

    /// The first error: cancels every child, newest first; the scope then drops its block.
    pub(super) fn fail(&self, executor: &Executor) {
        if self.state.get() == ManagerState::Open {
            self.state.set(ManagerState::Failed);
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

    /// Returns every error so far. They count as collected now.
    pub(super) fn collect(&self) -> Result<(), TaskErrors> {
        let errors = self.errors.borrow().clone();
        self.collected.set(errors.len());
        TaskErrors::new(errors).map_or(Ok(()), Err)
    }

    /// The manager's owner is gone: errors go to the test from now on.
    pub(super) fn orphan(&self) {
        self.orphaned.set(true);
        self.hand_over_uncollected();
    }

    /// Gives the test the errors that have not been collected.
    pub(super) fn hand_over_uncollected(&self) {
        let errors: Vec<TaskError> = {
            let errors = self.errors.borrow();
            let uncollected = &errors[self.collected.replace(errors.len())..];
            uncollected.to_vec()
        };
        add_uncollected(errors);
    }

    pub(super) fn find(&self, name: &str) -> Option<&dyn AnyTask> {
        let position = self.positions.borrow().get(name).copied()?;
        self.children.get(position)
    }

    pub(super) fn child_at(&self, position: usize) -> &TaskInfo {
        self.children
            .get(position)
            .expect("children are never taken out")
            .info()
    }

    /// How many children were added.
    pub(super) fn len(&self) -> usize {
        self.children.len()
    }

    pub(super) fn infos(&self) -> impl Iterator<Item = &TaskInfo> {
        (0..self.len()).map(|position| self.child_at(position))
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        if let Some(number) = self.number.get() {
            with_executor(|executor| executor.managers.remove(number));
        }
    }
}

/// The task that the block of a scope is part of, for errors of the block.
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
