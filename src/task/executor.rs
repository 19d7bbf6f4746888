//! The executor of a thread: its tables, its current test and the simulated time.
//!
//! Every task is a *node*, named by its index. Every set of tasks has a queue of ready nodes. Waking a node
//! pushes its index to the queue of its set and, the first time, wakes the task that polls the set. The
//! root set (index 0) has no such task: the simulator's callbacks run it.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::Location;
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;

use super::clean_up::ExitTimer;
use super::depth::Stack;
use super::directory::Directory;
use super::error::{TaskError, TaskErrorKind, add_uncollected, drop_uncollected, keep_uncollected};
use super::external::External;
use super::inbox::Inbox;
use super::manager::{Manager, ManagerState};
use super::managers::Managers;
use super::name::Name;
use super::node_ref::{NONE, ROOT_SET};
use super::panics::{Caught, catch_panics_of_tasks};
use super::tables::Tables;
use super::wait_reason::WaitReason;
use crate::time::{Precision, SimTime};

/// One per thread, created when the thread first uses a task.
pub(crate) struct Executor {
    pub(super) id: u16,
    pub(super) tables: RefCell<Tables>,
    pub(super) directory: Arc<Directory>,
    pub(super) inbox: Inbox,
    /// The simulated time in steps, and below the length of a step, which is `None` without a simulation.
    pub(super) now: Cell<u64>,
    precision: Cell<Option<Precision>>,
    pub(super) test: RefCell<Option<Rc<Manager>>>,
    pub(super) exit_timer: Cell<Option<ExitTimer>>,
    pub(super) external: External,
    /// The queue of the root set may be filled.
    pub(super) ready: Cell<bool>,
    /// How many managers and tasks have begun so far.
    serials: Cell<u64>,
    /// The living managers; each knows its number here.
    pub(super) managers: Managers,
    /// What begins after this serial number belongs to the next test, whose body is still being built.
    prepared: Cell<Option<u64>>,
    /// A test has ended, and its tasks can start nothing more while they are dropped.
    pub(super) ending: Cell<bool>,
    /// Errors passed to [`fail_test`](super::fail_test()), until the task that fails the test has its turn.
    pub(super) unreturned: RefCell<Vec<TaskError>>,
    /// The thread's stack.
    pub(super) stack: Stack,
}

/// Owns the thread's executor, which [`CURRENT`] points to while this lives.
struct Own(Rc<Executor>);

impl Own {
    fn new() -> Self {
        let executor = Rc::new(Executor::new());
        keep_uncollected();
        CURRENT.set(Rc::as_ptr(&executor));
        Own(executor)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        CURRENT.set(ptr::null());
        drop_uncollected();
    }
}

thread_local! {
    static EXECUTOR: Own = Own::new();
    /// The thread's executor, found without initialization checks. Null on a thread that only wakes tasks
    /// of other threads, and on one that is ending.
    static CURRENT: Cell<*const Executor> = const { Cell::new(ptr::null()) };
}

/// The calling thread's executor.
pub(crate) fn executor() -> Rc<Executor> {
    EXECUTOR.with(|own| Rc::clone(&own.0))
}

/// Runs `action` on the calling thread's executor, unless the thread is ending.
#[inline]
pub(crate) fn with_executor<R>(action: impl FnOnce(&Executor) -> R) -> Option<R> {
    let here = CURRENT.get();
    if here.is_null() {
        return with_new_executor(action);
    }
    // SAFETY: the thread's `Own` keeps the executor that the pointer refers to, and resets the pointer
    // before it drops the executor. `Own` is dropped with the thread's other locals, and so not before
    // `action` has returned.
    Some(action(unsafe { &*here }))
}

#[cold]
fn with_new_executor<R>(action: impl FnOnce(&Executor) -> R) -> Option<R> {
    EXECUTOR.try_with(|own| action(&own.0)).ok()
}

/// [`with_executor`], unless the thread has none yet.
#[inline]
pub(super) fn with_own_executor<R>(action: impl FnOnce(&Executor) -> R) -> Option<R> {
    if CURRENT.get().is_null() {
        return None;
    }
    with_executor(action)
}

/// Gives the running test a panic of something that is not a task: `what` says what panicked.
#[cold]
pub(super) fn add_uncollected_panic(what: &'static str, caught: Caught) {
    let mut caught = Some(caught);
    with_own_executor(|executor| {
        let error = caught.take().map(|caught| executor.panic_of(what, caught));
        add_uncollected(error);
    });
    if let Some(caught) = caught {
        log::error!("{what} panicked: {caught}");
    }
}

/// Records for the task tree what the running task awaits. Called by a future that returns `Pending`.
#[inline]
pub(crate) fn record_wait(reason: WaitReason) {
    with_executor(|executor| executor.record_wait(reason));
}

impl Executor {
    pub(super) fn new() -> Self {
        catch_panics_of_tasks(|| with_executor(Executor::runs_task).unwrap_or(false));
        let inbox = Inbox::new();
        let executor = Executor {
            id: inbox.id(),
            tables: RefCell::default(),
            directory: Arc::default(),
            inbox,
            now: Cell::new(0),
            precision: Cell::new(None),
            test: RefCell::default(),
            exit_timer: Cell::new(None),
            external: External::default(),
            ready: Cell::new(false),
            serials: Cell::new(0),
            managers: Managers::default(),
            prepared: Cell::new(None),
            ending: Cell::new(false),
            unreturned: RefCell::default(),
            stack: Stack::of_this_thread(),
        };
        let root = executor.add_set();
        debug_assert_eq!(root, ROOT_SET);
        {
            let root = &mut executor.tables.borrow_mut().sets[root as usize];
            root.open = true;
            // No task polls it: the callbacks check its queue.
            root.woken = true;
        }
        executor
    }

    #[inline]
    pub(super) fn id(&self) -> u16 {
        self.id
    }

    /// Has [`outline`](super::outline) show this executor's tasks.
    pub(crate) fn publish(&self) {
        super::directory::publish(Arc::clone(&self.directory));
    }

    /// The simulated time that the scheduler last set.
    pub(crate) fn now(&self) -> Option<SimTime> {
        self.time(self.now.get())
    }

    pub(super) fn time(&self, steps: u64) -> Option<SimTime> {
        self.precision
            .get()
            .map(|precision| SimTime::new(steps, precision))
    }

    pub(crate) fn set_precision(&self, precision: Precision) {
        self.precision.set(Some(precision));
    }

    /// Sets the simulated time, in steps.
    #[inline]
    pub(crate) fn set_now(&self, now: u64) {
        self.now.set(now);
    }

    /// Provides the timer that limits `on_exit` futures.
    pub(crate) fn limit_clean_up(&self, timer: ExitTimer) {
        self.exit_timer.set(Some(timer));
    }

    /// The running node, or `NONE`.
    #[inline]
    pub(super) fn current(&self) -> u32 {
        self.directory.running()
    }

    /// A task is being polled or dropped.
    pub(crate) fn runs_task(&self) -> bool {
        self.current() != NONE
    }

    #[inline]
    pub(super) fn enter(&self, index: u32) -> Entered<'_> {
        let previous = self.directory.running();
        self.directory.set_running(index);
        Entered {
            executor: self,
            previous,
        }
    }

    /// The serial number for what begins now, greater than all before.
    pub(super) fn next_serial(&self) -> u64 {
        let serial = self.serials.get() + 1;
        self.serials.set(serial);
        serial
    }

    /// What begins from now on belongs to the next test.
    pub(crate) fn prepare_test(&self) {
        if self.prepared.get().is_none() {
            self.prepared.set(Some(self.serials.get()));
        }
    }

    /// The serial number after which everything belongs to the test that begins now.
    pub(super) fn take_prepared(&self) -> u64 {
        self.prepared.take().unwrap_or(self.serials.get())
    }

    /// The running test has failed, and its tasks are being cancelled.
    pub(super) fn test_has_failed(&self) -> bool {
        self.test
            .borrow()
            .as_ref()
            .is_some_and(|test| test.state() == ManagerState::Failed)
    }

    /// Cancels what is left of the running test.
    pub(super) fn fail_test(&self) {
        let test = self.test.borrow().clone();
        if let Some(test) = test {
            test.fail(self);
        }
    }

    /// A panic of something that is not a task, as an error of the running task.
    fn panic_of(&self, what: &'static str, mut caught: Caught) -> TaskError {
        caught.message = format!("{what} panicked: {}", caught.message);
        self.error_of_current(what, TaskErrorKind::panicked(caught, false))
    }

    /// An error of the task that runs or is being dropped now; of `what` if there is none.
    pub(super) fn error_of_current(&self, what: &'static str, kind: TaskErrorKind) -> TaskError {
        let task = self.directory.task_of(self.current());
        let (name, place) = self
            .directory
            .describe(task)
            .unwrap_or((Name::Borrowed(what), Location::caller()));
        TaskError::new(name, self.directory.path(task), place, self.now(), kind)
    }

    /// Writes the path of the running task, its names joined by `/`. Writes nothing outside a task.
    pub(crate) fn write_current_path(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        self.directory.write_path(self.current(), out)
    }
}

impl Drop for Executor {
    /// The thread ends. Living tasks are leaked: dropping them would run user code on a thread without an
    /// executor, and because they are pinned, their memory must not be freed without a drop.
    fn drop(&mut self) {
        let tables = self.tables.get_mut();
        for node in &mut tables.nodes {
            std::mem::forget((node.cell.take(), node.manager.take()));
        }
        for set in &mut tables.sets {
            std::mem::forget(set.waker.take());
        }
    }
}

/// Restores the node that ran before, even if the poll unwinds.
pub(super) struct Entered<'a> {
    executor: &'a Executor,
    previous: u32,
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        self.executor.directory.set_running(self.previous);
    }
}
