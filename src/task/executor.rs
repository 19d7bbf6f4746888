//! The table of a thread's tasks: who is ready, in which set, and who runs now.
//!
//! Every task is a *node*, named by its index; every set of tasks has a queue of ready nodes. Waking
//! a node pushes its index to its set's queue and, the first time, wakes whoever polls that set. The
//! root set (index 0) has no such waker: the simulator's callbacks run it.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::Location;
use std::ptr;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use super::cell::Child;
use super::core::{Core, Phase};
use super::depth::Stack;
use super::directory::Directory;
use super::error::{TaskError, TaskErrorKind};
use super::external::External;
use super::inbox::Inbox;
use super::panics::{Caught, install_hook};
use super::tables::{NONE, Node, Queue, Reasons, SHOWN_WAITS, Set, Tables, index_of};
use super::wait_reason::WaitReason;
use super::waker::NodeRef;
use super::{ExitTimer, Name};
use crate::time::{Precision, SimTime};

/// The set that the simulator's callbacks run.
pub(crate) const ROOT_SET: u32 = 0;

/// What a task awaits, as it recorded since it was last polled, and when that was.
pub(super) struct WaitReasons<'a> {
    pub(super) reasons: &'a [Option<WaitReason>],
    /// How many awaits it had no room to record.
    pub(super) more: usize,
    pub(super) since: Option<SimTime>,
}

/// One a thread, made when the thread first uses a task.
pub(crate) struct Executor {
    pub(super) id: u16,
    pub(super) tables: RefCell<Tables>,
    pub(super) directory: Arc<Directory>,
    pub(super) inbox: Inbox,
    /// The simulated time in steps, and the length of a step; no step where nothing is simulated.
    pub(super) now: Cell<u64>,
    precision: Cell<Option<Precision>>,
    /// Errors that nobody collected (rule 18).
    lost: RefCell<Vec<TaskError>>,
    pub(super) test: RefCell<Option<Rc<Core>>>,
    pub(super) exit_timer: Cell<Option<ExitTimer>>,
    pub(super) external: External,
    /// Something may be in the queue of the root set.
    pub(super) ready: Cell<bool>,
    /// How many managers and tasks were begun so far.
    serials: Cell<u64>,
    /// The managers that live, by the numbers that they know.
    managers: RefCell<Managers>,
    /// What is begun after this number belongs to the next test, whose body is still being made.
    prepared: Cell<Option<u64>>,
    /// A test has ended, and what its tasks begin while they are dropped is not begun any more.
    pub(super) ending: Cell<bool>,
    /// Errors that could not be returned, until the task that fails the test for them has its turn.
    pub(super) found: RefCell<Vec<TaskError>>,
    /// That of the thread.
    pub(super) stack: Stack,
}

/// The executor of a thread, which [`HERE`] names while this lives.
struct Own(Rc<Executor>);

impl Own {
    fn new() -> Self {
        let executor = Rc::new(Executor::new());
        HERE.set(Rc::as_ptr(&executor));
        Own(executor)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        HERE.set(ptr::null());
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

/// The managers of a thread. The number of one that is gone is given again.
#[derive(Default)]
struct Managers {
    entries: Vec<Weak<Core>>,
    vacant: Vec<usize>,
}

impl Managers {
    fn insert(&mut self, core: Weak<Core>) -> usize {
        match self.vacant.pop() {
            Some(number) => {
                self.entries[number] = core;
                number
            }
            None => {
                self.entries.push(core);
                self.entries.len() - 1
            }
        }
    }

    fn remove(&mut self, number: usize) {
        // There is nothing behind it that is the user's: the manager has been dropped.
        self.entries[number] = Weak::new();
        self.vacant.push(number);
    }
}

/// [`with_executor`], unless the thread has none yet.
#[inline]
pub(super) fn with_own_executor<R>(action: impl FnOnce(&Executor) -> R) -> Option<R> {
    if HERE.get().is_null() {
        return None;
    }
    with_executor(action)
}

/// Keeps an error that nobody will collect for the test that runs. On a thread that runs no tasks,
/// or none any more, all that can be done is to say it.
#[cold]
pub(super) fn lose_here(error: TaskError) {
    let mut error = Some(error);
    with_own_executor(|executor| executor.lose(error.take()));
    if let Some(error) = error {
        log::error!("{}", error.report());
    }
}

/// Keeps a panic of something that is not a task: `what` says what it was.
#[cold]
pub(super) fn lose_panic(what: &'static str, caught: Caught) {
    let mut caught = Some(caught);
    with_own_executor(|executor| {
        let error = caught.take().map(|caught| executor.panic_of(what, caught));
        executor.lose(error);
    });
    if let Some(caught) = caught {
        log::error!("{what} panicked: {caught}");
    }
}

impl Executor {
    pub(super) fn new() -> Self {
        install_hook();
        let inbox = Inbox::new();
        let executor = Executor {
            id: inbox.id(),
            tables: RefCell::default(),
            directory: Arc::default(),
            inbox,
            now: Cell::new(0),
            precision: Cell::new(None),
            lost: RefCell::default(),
            test: RefCell::default(),
            exit_timer: Cell::new(None),
            external: External::default(),
            ready: Cell::new(false),
            serials: Cell::new(0),
            managers: RefCell::default(),
            prepared: Cell::new(None),
            ending: Cell::new(false),
            found: RefCell::default(),
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

    fn time(&self, steps: u64) -> Option<SimTime> {
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

    pub(super) fn add_set(&self) -> u32 {
        let mut tables = self.tables.borrow_mut();
        if let Some(index) = tables.free_sets.pop() {
            return index;
        }
        tables.sets.push(Set {
            queue: Queue::EMPTY,
            waker: None,
            woken: false,
            open: false,
            pending_cancels: Vec::new(),
        });
        index_of(tables.sets.len() - 1)
    }

    /// Gives the set back. Its nodes have been removed before.
    pub(super) fn remove_set(&self, index: u32) {
        let waker = {
            let mut tables = self.tables.borrow_mut();
            // Those that ended while they were queued.
            while tables.pop(index).is_some() {
                debug_assert!(false, "a set outlives its nodes");
            }
            let set = &mut tables.sets[index as usize];
            set.pending_cancels.clear();
            set.woken = false;
            set.open = false;
            let waker = set.waker.take();
            tables.free_sets.push(index);
            waker
        };
        drop(waker);
    }

    pub(super) fn add_node(
        &self,
        set: u32,
        name: Name,
        place: &'static Location<'static>,
        parent: Option<NodeRef>,
        core: Option<Rc<Core>>,
        cell: Option<Rc<dyn Child>>,
    ) -> NodeRef {
        let mut tables = self.tables.borrow_mut();
        let index = tables.free_nodes.pop().unwrap_or_else(|| {
            tables.nodes.push(Node {
                generation: 0,
                live: false,
                queued: false,
                set: NONE,
                next: NONE,
                older: NONE,
                newer: NONE,
                cell: None,
                core: None,
                since: 0,
                waits: 0,
            });
            tables.reasons.push(Reasons::default());
            index_of(tables.nodes.len() - 1)
        });
        assert!(
            index <= NodeRef::MAX_INDEX,
            "more than sixteen million tasks alive at once"
        );
        let older = core
            .as_ref()
            .map_or(NONE, |core| core.newest.replace(index));
        if older != NONE {
            tables.nodes[older as usize].newer = index;
        }
        let node = &mut tables.nodes[index as usize];
        node.live = true;
        node.queued = false;
        node.set = set;
        node.older = older;
        node.newer = NONE;
        node.core = core;
        node.cell = cell;
        node.since = self.now.get();
        node.waits = 0;
        let reference = NodeRef::new(self.id, index, node.generation);
        self.directory.insert(reference, name, place, parent);
        reference
    }

    /// Takes the node out of the tables; wakers that still name it do nothing from now on. Returns what was
    /// the node's, to be dropped where nothing is borrowed.
    pub(super) fn remove_node(&self, index: u32) -> (Option<Rc<dyn Child>>, Option<Rc<Core>>) {
        let removed = {
            let mut tables = self.tables.borrow_mut();
            let node = &mut tables.nodes[index as usize];
            debug_assert!(node.live, "a node is removed once");
            node.live = false;
            node.generation = NodeRef::next_generation(node.generation);
            let (older, newer, queued) = (node.older, node.newer, node.queued);
            let (cell, core) = (node.cell.take(), node.core.take());
            if older != NONE {
                tables.nodes[older as usize].newer = newer;
            }
            if newer != NONE {
                tables.nodes[newer as usize].older = older;
            } else if let Some(core) = &core {
                core.newest.set(older);
            }
            if !queued {
                tables.free_nodes.push(index);
            }
            (cell, core)
        };
        self.directory.remove(index);
        removed
    }

    #[cfg(test)]
    pub(super) fn put_cell(&self, node: NodeRef, cell: Rc<dyn Child>) {
        self.tables.borrow_mut().nodes[node.index() as usize].cell = Some(cell);
    }

    /// The running task as a reference that tells when it is gone.
    pub(super) fn current_reference(&self) -> Option<NodeRef> {
        let index = self.current();
        (index != NONE).then(|| self.reference(index))
    }

    /// The living children of a manager, newest first.
    pub(super) fn living(&self, core: &Core) -> Vec<NodeRef> {
        let tables = self.tables.borrow();
        let mut found = Vec::new();
        let mut index = core.newest.get();
        while index != NONE {
            let node = &tables.nodes[index as usize];
            found.push(NodeRef::new(self.id, index, node.generation));
            index = node.older;
        }
        found
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

    /// Registers a manager, until [`forget_manager`](Self::forget_manager).
    pub(super) fn register_manager(&self, core: Weak<Core>) -> usize {
        self.managers.borrow_mut().insert(core)
    }

    pub(super) fn forget_manager(&self, number: usize) {
        self.managers.borrow_mut().remove(number);
    }

    /// The managers begun since then that their owners keep, newest first.
    pub(super) fn kept_managers(&self, since: u64) -> Vec<Rc<Core>> {
        let mut kept: Vec<Rc<Core>> = {
            let managers = self.managers.borrow();
            let living = managers.entries.iter().filter_map(Weak::upgrade);
            living.collect()
        };
        kept.retain(|core| core.serial > since && core.is_kept());
        kept.sort_by_key(|core| std::cmp::Reverse(core.serial));
        kept
    }

    /// The tasks of the root set begun since then, newest first.
    pub(super) fn living_since(&self, since: u64) -> Vec<NodeRef> {
        let tables = self.tables.borrow();
        let mut found: Vec<(u64, NodeRef)> = Vec::new();
        for (index, node) in tables.nodes.iter().enumerate() {
            if let Some(cell) = &node.cell
                && node.live
                && node.set == ROOT_SET
                && cell.info().serial() > since
            {
                let node = NodeRef::new(self.id, index_of(index), node.generation);
                found.push((cell.info().serial(), node));
            }
        }
        found.sort_unstable_by_key(|&(serial, _)| std::cmp::Reverse(serial));
        found.into_iter().map(|(_, node)| node).collect()
    }

    /// Whether a child of the manager lives in this set.
    pub(super) fn has_living(&self, core: &Core, set: u32) -> bool {
        let tables = self.tables.borrow();
        let mut index = core.newest.get();
        while index != NONE {
            let node = &tables.nodes[index as usize];
            if node.set == set {
                return true;
            }
            index = node.older;
        }
        false
    }

    #[inline]
    pub(crate) fn record_wait(&self, reason: WaitReason) {
        let index = self.current();
        if index == NONE {
            return;
        }
        let mut tables = self.tables.borrow_mut();
        let tables = &mut *tables;
        let Some(node) = tables.nodes.get_mut(index as usize) else {
            return;
        };
        if let Some(place) = tables.reasons[index as usize].get_mut(node.waits as usize) {
            *place = Some(reason);
        }
        node.waits += 1;
    }

    pub(super) fn for_each_live(&self, mut action: impl FnMut(u32, WaitReasons<'_>)) {
        let tables = self.tables.borrow();
        for (index, (node, reasons)) in tables.nodes.iter().zip(&tables.reasons).enumerate() {
            if node.live {
                let count = node.waits as usize;
                let reasons = &reasons[..count.min(SHOWN_WAITS)];
                let more = count - reasons.len();
                action(
                    index_of(index),
                    WaitReasons {
                        reasons,
                        more,
                        since: self.time(node.since),
                    },
                );
            }
        }
    }

    /// How many tasks live, blocks of scopes included.
    #[cfg(test)]
    pub(crate) fn live_count(&self) -> usize {
        let mut count = 0;
        self.for_each_live(|_, _| count += 1);
        count
    }

    /// The most nodes and sets that there ever were at once.
    #[cfg(test)]
    pub(crate) fn capacity(&self) -> (usize, usize) {
        let tables = self.tables.borrow();
        (tables.nodes.len(), tables.sets.len())
    }

    /// How many sets there are now, the root set included.
    #[cfg(test)]
    pub(crate) fn sets_in_use(&self) -> usize {
        let tables = self.tables.borrow();
        tables.sets.len() - tables.free_sets.len()
    }

    /// The test that runs has failed, and its tasks are being cancelled.
    pub(super) fn test_has_failed(&self) -> bool {
        self.test
            .borrow()
            .as_ref()
            .is_some_and(|test| test.phase() == Phase::Failed)
    }

    /// Cancels what is left of the test that runs.
    pub(super) fn fail_test(&self) {
        let test = self.test.borrow().clone();
        if let Some(test) = test {
            test.fail(self);
        }
    }

    pub(crate) fn lose(&self, errors: impl IntoIterator<Item = TaskError>) {
        self.lost.borrow_mut().extend(errors);
    }

    /// A panic of something that is not a task's own, as an error of the task that runs now.
    fn panic_of(&self, what: &'static str, mut caught: Caught) -> TaskError {
        caught.message = format!("{what} panicked: {}", caught.message);
        self.error_of_current(what, caught.into_kind(false))
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

    /// Takes the errors that nobody has collected.
    pub(crate) fn take_lost(&self) -> Vec<TaskError> {
        std::mem::take(&mut self.lost.borrow_mut())
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
            std::mem::forget((node.cell.take(), node.core.take()));
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
