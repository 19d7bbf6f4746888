//! The table of a thread's tasks: who is ready, in which set, and who runs now.
//!
//! Every task is a *node*, named by its index; every set of tasks has a queue of ready nodes. Waking
//! a node pushes its index to its set's queue and, the first time, wakes whoever polls that set. The
//! root set (index 0) has no such waker: the simulator's callbacks run it.

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

/// One a thread, made when the thread first uses a task.
pub(crate) struct Executor {
    pub(super) id: u16,
    pub(super) tables: RefCell<Tables>,
    pub(super) directory: Arc<Directory>,
    pub(super) inbox: Inbox,
    /// The simulated time in steps, and the length of a step; no step where nothing is simulated.
    pub(super) now: Cell<u64>,
    precision: Cell<Option<Precision>>,
    pub(super) test: RefCell<Option<Rc<Manager>>>,
    pub(super) exit_timer: Cell<Option<ExitTimer>>,
    pub(super) external: External,
    /// Something may be in the queue of the root set.
    pub(super) ready: Cell<bool>,
    /// How many managers and tasks were begun so far.
    serials: Cell<u64>,
    /// The managers that live, by the numbers that they know.
    pub(super) managers: Managers,
    /// What is begun after this number belongs to the next test, whose body is still being made.
    prepared: Cell<Option<u64>>,
    /// A test has ended, and what its tasks begin while they are dropped is not begun any more.
    pub(super) ending: Cell<bool>,
    /// Errors that could not be returned, until the task that fails the test for them has its turn.
    pub(super) unreturned: RefCell<Vec<TaskError>>,
    /// That of the thread.
    pub(super) stack: Stack,
}

/// The executor of a thread, which [`HERE`] names while this lives.
struct Own(Rc<Executor>);

impl Own {
    fn new() -> Self {
        let executor = Rc::new(Executor::new());
        keep_uncollected();
        HERE.set(Rc::as_ptr(&executor));
        Own(executor)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        HERE.set(ptr::null());
        drop_uncollected();
    }
}

thread_local! {
    static EXECUTOR: Own = Own::new();
    /// The thread's executor, found by one look-up; null on a thread that only wakes tasks of others, and
    /// on one that is ending.
    static HERE: Cell<*const Executor> = const { Cell::new(ptr::null()) };
}

/// The calling thread's executor.
pub(crate) fn executor() -> Rc<Executor> {
    EXECUTOR.with(|own| Rc::clone(&own.0))
}

/// Runs `action` on the calling thread's executor, unless the thread is ending.
#[inline]
pub(crate) fn with_executor<R>(action: impl FnOnce(&Executor) -> R) -> Option<R> {
    let here = HERE.get();
    if here.is_null() {
        return with_new_executor(action);
    }
    // SAFETY: the pointer is that of the executor which the thread's `Own` keeps, and `Own` takes it back
    // before it lets go of that. `Own` goes with the thread's other locals: not before `action` has
    // returned, or never will, as when it ends the process.
    Some(action(unsafe { &*here }))
}

#[cold]
fn with_new_executor<R>(action: impl FnOnce(&Executor) -> R) -> Option<R> {
    EXECUTOR.try_with(|own| action(&own.0)).ok()
}

/// [`with_executor`], unless the thread has none yet.
#[inline]
pub(super) fn with_own_executor<R>(action: impl FnOnce(&Executor) -> R) -> Option<R> {
    if HERE.get().is_null() {
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
            // Nobody is to be woken for it: the callbacks look.
            root.woken = true;
        }
        executor
    }

    #[inline]
    pub(super) fn id(&self) -> u16 {
        self.id
    }

    /// Makes this executor's tasks those that [`outline`](super::outline) shows.
    pub(crate) fn publish(&self) {
        super::directory::publish(Arc::clone(&self.directory));
    }

    /// The simulated time, as the scheduler last told it.
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

    /// Tells the simulated time, in steps.
    #[inline]
    pub(crate) fn set_now(&self, now: u64) {
        self.now.set(now);
    }

    /// Gives `on_exit` futures their limit of time.
    pub(crate) fn limit_clean_up(&self, timer: ExitTimer) {
        self.exit_timer.set(Some(timer));
    }

    /// The node that runs now, or `NONE`.
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

    /// A number for what is begun now, greater than those before.
    pub(super) fn next_serial(&self) -> u64 {
        let serial = self.serials.get() + 1;
        self.serials.set(serial);
        serial
    }

    /// What is begun from now on belongs to the test that runs next.
    pub(crate) fn prepare_test(&self) {
        if self.prepared.get().is_none() {
            self.prepared.set(Some(self.serials.get()));
        }
    }

    /// Where a test that begins now has begun: before its body was made, if that was said.
    pub(super) fn take_prepared(&self) -> u64 {
        self.prepared.take().unwrap_or(self.serials.get())
    }

    /// The test that runs has failed, and its tasks are being cancelled.
    pub(super) fn test_has_failed(&self) -> bool {
        self.test
            .borrow()
            .as_ref()
            .is_some_and(|test| test.state() == ManagerState::Failed)
    }

    /// Cancels what is left of the test that runs.
    pub(super) fn fail_test(&self) {
        let test = self.test.borrow().clone();
        if let Some(test) = test {
            test.fail(self);
        }
    }

    /// A panic of something that is not a task's own, as an error of the task that runs now.
    fn panic_of(&self, what: &'static str, mut caught: Caught) -> TaskError {
        caught.message = format!("{what} panicked: {}", caught.message);
        self.error_of_current(what, TaskErrorKind::panicked(caught, false))
    }

    /// An error of the task that runs now, or is dropped; of `what`, where none does.
    pub(super) fn error_of_current(&self, what: &'static str, kind: TaskErrorKind) -> TaskError {
        let task = self.directory.task_of(self.current());
        let (name, place) = self
            .directory
            .describe(task)
            .unwrap_or((Name::Borrowed(what), Location::caller()));
        TaskError::new(name, self.directory.path(task), place, self.now(), kind)
    }

    /// Writes the path of the running task, its names joined by `/`; nothing outside a task.
    pub(crate) fn write_current_path(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        self.directory.write_path(self.current(), out)
    }
}

impl Drop for Executor {
    /// The thread ends. Tasks that live still are neither run nor dropped any more, which would run
    /// their users' code in a thread without tables; and since they are pinned, their memory must
    /// then stay as it is.
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

/// Puts the node that ran before back, also when the poll in between unwinds.
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
