//! The table of a thread's tasks: who is ready, in which set, and who runs now.
//!
//! Every task is a *node*, named by its index; every set of tasks has a queue of ready nodes. Waking
//! a node pushes its index to its set's queue and, the first time, wakes whoever polls that set. The
//! root set (index 0) has no such waker: the simulator's callbacks run it.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Waker};

use super::cell::Child;
use super::core::{Core, Phase};
use super::directory::Directory;
use super::error::TaskError;
use super::outside::Outside;
use super::panics::install_hook;
use super::wait::Wait;
use super::waker::{Inbox, NodeRef, keep, node_of, waker_of};
use super::{ExitTimer, Name};
use crate::time::{Precision, SimTime};

/// No node, no set.
pub(crate) const NONE: u32 = u32::MAX;
/// The set that the simulator's callbacks run.
pub(crate) const ROOT_SET: u32 = 0;

/// How many awaits of one task the tree can show; a task that races more says how many more.
const SHOWN_WAITS: usize = 4;

/// The awaits of one task that are shown.
type Noted = [Option<Wait>; SHOWN_WAITS];

/// What a task said since it was last polled, and when that was.
pub(super) struct Said<'a> {
    pub(super) waits: &'a [Option<Wait>],
    /// How many awaits it had no room to note.
    pub(super) more: usize,
    pub(super) since: Option<SimTime>,
}

/// Small, since every wake and every poll touches one: what few tasks note is elsewhere.
pub(super) struct Node {
    generation: u32,
    live: bool,
    /// It is in its set's queue. A node that ended meanwhile stays there until it is its turn, and
    /// its place in the table is given to nobody before.
    queued: bool,
    set: u32,
    /// The node behind it in the queue.
    next: u32,
    /// How many awaits it noted since it was last polled: see [`Tables::noted`].
    waits: u32,
    /// When it was last polled, in steps.
    since: u64,
    /// Absent in the node of a scope's block, whose future the scope itself holds.
    cell: Option<Rc<dyn Child>>,
    core: Option<Rc<Core>>,
    /// Neighbours among the living children of the same manager, in fork order.
    older: u32,
    newer: u32,
}

struct Set {
    queue: Queue,
    /// Whom to wake for the set; taken out for that, since its poller brings one again. A waker of
    /// others may run their code when it is cloned or dropped, so neither is done in the table.
    waker: Option<Waker>,
    /// The poller knows already that something is ready, or is at it.
    woken: bool,
    /// The set's futures may be touched now: their scope is being polled or dropped.
    open: bool,
    /// Children whose cancellation waits until the set is open.
    doomed: Vec<NodeRef>,
}

/// The ready nodes of a set, first come first, linked through the nodes themselves.
struct Queue {
    first: u32,
    last: u32,
    len: usize,
}

impl Queue {
    const EMPTY: Queue = Queue {
        first: NONE,
        last: NONE,
        len: 0,
    };

    fn is_empty(&self) -> bool {
        self.first == NONE
    }
}

#[derive(Default)]
struct Tables {
    nodes: Vec<Node>,
    /// What the tasks noted that they await, by node; few do.
    noted: Vec<Noted>,
    free_nodes: Vec<u32>,
    sets: Vec<Set>,
    free_sets: Vec<u32>,
}

impl Tables {
    /// Puts a node at the end of its set's queue.
    #[inline]
    fn push(&mut self, index: u32) -> &mut Set {
        let node = &mut self.nodes[index as usize];
        node.queued = true;
        node.next = NONE;
        let set = &mut self.sets[node.set as usize];
        match set.queue.last {
            NONE => set.queue.first = index,
            last => self.nodes[last as usize].next = index,
        }
        set.queue.last = index;
        set.queue.len += 1;
        set
    }

    /// Takes the next ready node of a set.
    #[inline]
    fn pop(&mut self, set: u32) -> Option<u32> {
        let queue = &mut self.sets[set as usize].queue;
        while queue.first != NONE {
            let index = queue.first;
            let node = &mut self.nodes[index as usize];
            queue.first = node.next;
            queue.len -= 1;
            if queue.first == NONE {
                queue.last = NONE;
            }
            node.queued = false;
            if node.live {
                return Some(index);
            }
            self.free_nodes.push(index);
        }
        None
    }
}

/// One a thread, made when the thread first uses a task.
pub(crate) struct Hub {
    id: u16,
    tables: RefCell<Tables>,
    pub(super) directory: Arc<Directory>,
    pub(super) inbox: Inbox,
    /// The simulated time in steps, and the length of a step; no step where nothing is simulated.
    now: Cell<u64>,
    precision: Cell<Option<Precision>>,
    /// Errors that nobody collected (rule 18).
    lost: RefCell<Vec<TaskError>>,
    pub(super) test: RefCell<Option<Rc<Core>>>,
    pub(super) exit_timer: Cell<Option<ExitTimer>>,
    pub(super) outside: Outside,
}

thread_local! {
    static HUB: Rc<Hub> = {
        let hub = Hub::new();
        OWN.set(u32::from(hub.id));
        Rc::new(hub)
    };
    /// The number of the thread's hub: a thread that only wakes tasks of others has none.
    static OWN: Cell<u32> = const { Cell::new(NONE) };
}

/// Whether the calling thread's tasks are those of the hub `id`.
pub(super) fn is_own(id: u16) -> bool {
    OWN.get() == u32::from(id)
}

/// The calling thread's hub.
pub(crate) fn hub() -> Rc<Hub> {
    HUB.with(Rc::clone)
}

/// Runs `action` on the calling thread's hub, unless the thread is ending.
pub(crate) fn with_hub<R>(action: impl FnOnce(&Hub) -> R) -> Option<R> {
    HUB.try_with(|hub| action(hub)).ok()
}

impl Hub {
    pub(super) fn new() -> Self {
        install_hook();
        let inbox = Inbox::new();
        let hub = Hub {
            id: inbox.id(),
            tables: RefCell::default(),
            directory: Arc::default(),
            inbox,
            now: Cell::new(0),
            precision: Cell::new(None),
            lost: RefCell::default(),
            test: RefCell::default(),
            exit_timer: Cell::new(None),
            outside: Outside::default(),
        };
        let root = hub.add_set();
        debug_assert_eq!(root, ROOT_SET);
        {
            let root = &mut hub.tables.borrow_mut().sets[root as usize];
            root.open = true;
            // Nobody is to be woken for it: the callbacks look.
            root.woken = true;
        }
        hub
    }

    pub(super) fn id(&self) -> u16 {
        self.id
    }

    /// Makes this hub's tasks those that [`outline`](super::outline) shows.
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
    pub(super) fn current(&self) -> u32 {
        self.directory.running()
    }

    /// A task is being polled or dropped.
    pub(crate) fn runs_task(&self) -> bool {
        self.current() != NONE
    }

    pub(super) fn enter(&self, index: u32) -> Entered<'_> {
        let previous = self.directory.running();
        self.directory.set_running(index);
        Entered {
            hub: self,
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
            doomed: Vec::new(),
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
            set.doomed.clear();
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
            tables.noted.push(Noted::default());
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
        node.since = self.now.get();
        node.waits = 0;
        let reference = NodeRef::new(self.id, index, node.generation);
        self.directory.insert(reference, name, place, parent);
        reference
    }

    /// Takes the node out of the tables; wakers that still name it do nothing from now on.
    pub(super) fn remove_node(&self, index: u32) -> Option<Rc<dyn Child>> {
        let (cell, core) = {
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
        drop(core);
        cell
    }

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

    /// Makes a task ready. A push to a queue; nothing if it is queued already or has ended.
    #[inline]
    pub(crate) fn wake(&self, node: NodeRef) {
        if let Some(poller) = self.push(node) {
            self.wake_poller(poller);
        }
    }

    /// Puts a task into its set's queue. Returns whom to wake for it, if anybody.
    #[inline]
    fn push(&self, node: NodeRef) -> Option<Waker> {
        let mut tables = self.tables.borrow_mut();
        let found = tables.nodes.get(node.index() as usize)?;
        if !found.live || found.generation != node.generation() || found.queued {
            return None;
        }
        let set = tables.push(node.index());
        if set.woken {
            return None;
        }
        set.woken = true;
        set.waker.take()
    }

    /// Wakes the poller of a set, which may be a task of another set, and so on up.
    #[inline(never)]
    fn wake_poller(&self, mut poller: Waker) {
        while let Some(node) = node_of(&poller, self.id) {
            match self.push(node) {
                Some(next) => poller = next,
                None => return,
            }
        }
        poller.wake();
    }

    /// Wakes the task of a waker, without the way round for wakers of this hub's tasks.
    #[inline]
    pub(crate) fn wake_waker(&self, waker: Waker) {
        match node_of(&waker, self.id) {
            Some(node) => {
                // There is nothing behind one of our own wakers that a drop would have to free.
                std::mem::forget(waker);
                self.wake(node);
            }
            None => waker.wake(),
        }
    }

    /// Wakes whoever polls `set`, without anything new in its queue.
    pub(super) fn wake_set(&self, set: u32) {
        let parent = {
            let mut tables = self.tables.borrow_mut();
            let set = &mut tables.sets[set as usize];
            if set.woken {
                return;
            }
            set.woken = true;
            set.waker.take()
        };
        if let Some(parent) = parent {
            parent.wake();
        }
    }

    /// The root set has something to run.
    #[inline]
    pub(crate) fn is_ready(&self) -> bool {
        !self.tables.borrow().sets[ROOT_SET as usize]
            .queue
            .is_empty()
    }

    /// Runs the root set until nothing in it is ready, or `interrupted` says stop between two
    /// tasks.
    pub(crate) fn run_root(&self, mut interrupted: impl FnMut() -> bool) {
        loop {
            self.inbox.drain(|node| self.wake(node));
            let Some((node, cell)) = self.begin_ready(ROOT_SET) else {
                break;
            };
            self.poll_begun(node, &cell);
            if interrupted() {
                break;
            }
        }
    }

    /// Wakes the task of a waker and, where it is next anyway, runs it without the way through the
    /// queue.
    #[inline(never)] // keeps its registers out of the callbacks' way
    pub(crate) fn wake_and_run(&self, waker: Waker) {
        if let Some((node, cell)) = self.begin_alone(waker) {
            self.poll_begun(node, &cell);
        }
    }

    /// Whether there may be something for [`run_root`](Self::run_root) or
    /// [`wait_for_outside`](Self::wait_for_outside) to do.
    #[inline]
    pub(crate) fn may_be_ready(&self) -> bool {
        self.is_ready() || self.inbox.is_filled() || self.outside.begun.get()
    }

    /// Wakes the task of a waker, or returns it to be polled now if it would be next anyway.
    #[inline(always)] // in the way of every event
    fn begin_alone(&self, waker: Waker) -> Option<(NodeRef, Rc<dyn Child>)> {
        let Some(reference) = node_of(&waker, self.id) else {
            waker.wake();
            return None;
        };
        // There is nothing behind one of our own wakers that a drop would have to free.
        std::mem::forget(waker);
        {
            let mut tables = self.tables.borrow_mut();
            let tables = &mut *tables;
            let node = tables.nodes.get_mut(reference.index() as usize)?;
            if !node.live || node.generation != reference.generation() {
                return None;
            }
            let is_next = node.set == ROOT_SET
                && tables.sets[ROOT_SET as usize].queue.is_empty()
                && !self.inbox.is_filled();
            if is_next {
                return self.begin(node, reference.index());
            }
        }
        self.wake(reference);
        None
    }

    /// Takes the next ready task of a set, to be polled now.
    #[inline(always)] // in the way of every event
    fn begin_ready(&self, set: u32) -> Option<(NodeRef, Rc<dyn Child>)> {
        let mut tables = self.tables.borrow_mut();
        loop {
            let index = tables.pop(set)?;
            if let Some(begun) = self.begin(&mut tables.nodes[index as usize], index) {
                return Some(begun);
            }
        }
    }

    pub(super) fn pop_ready(&self, set: u32) -> Option<u32> {
        self.tables.borrow_mut().pop(set)
    }

    pub(super) fn ready_count(&self, set: u32) -> usize {
        self.tables.borrow().sets[set as usize].queue.len
    }

    /// Opens the set for the time of its scope's poll or drop.
    pub(super) fn open_set(&self, set: u32, waker: Option<&Waker>) {
        // Before the tables are borrowed: a waker of others may run their code when it is cloned.
        let waker = waker.map(keep);
        let replaced = {
            let mut tables = self.tables.borrow_mut();
            let set = &mut tables.sets[set as usize];
            set.open = true;
            set.woken = true;
            waker.and_then(|waker| set.waker.replace(waker))
        };
        drop(replaced);
    }

    pub(super) fn close_set(&self, set: u32) {
        let again = {
            let mut tables = self.tables.borrow_mut();
            let set = &mut tables.sets[set as usize];
            set.open = false;
            set.woken = !set.queue.is_empty() || !set.doomed.is_empty();
            if set.woken { set.waker.take() } else { None }
        };
        if let Some(waker) = again {
            waker.wake();
        }
    }

    pub(super) fn is_open(&self, set: u32) -> bool {
        self.tables.borrow().sets[set as usize].open
    }

    pub(super) fn take_doomed(&self, set: u32) -> Vec<NodeRef> {
        std::mem::take(&mut self.tables.borrow_mut().sets[set as usize].doomed)
    }

    /// Polls the node's future as a task of its own; an ended task leaves the tables.
    pub(super) fn poll_node(&self, index: u32) {
        let begun = self.begin(&mut self.tables.borrow_mut().nodes[index as usize], index);
        if let Some((node, cell)) = begun {
            self.poll_begun(node, &cell);
        }
    }

    /// Marks the beginning of a poll. Returns what to poll, unless that is the block of a scope.
    #[inline(always)] // in the way of every event
    fn begin(&self, node: &mut Node, index: u32) -> Option<(NodeRef, Rc<dyn Child>)> {
        node.since = self.now.get();
        node.waits = 0;
        let cell = node.cell.clone()?;
        Some((NodeRef::new(self.id, index, node.generation), cell))
    }

    #[inline(always)] // in the way of every event
    fn poll_begun(&self, node: NodeRef, cell: &Rc<dyn Child>) {
        let waker = waker_of(node);
        let poll = {
            let _entered = self.enter(node.index());
            cell.poll(&mut Context::from_waker(&waker))
        };
        if poll.is_ready() {
            self.end(node.index(), &**cell);
        }
    }

    /// Marks a poll of the block of a scope, whose future is not in the tables.
    pub(super) fn begin_block(&self, index: u32) {
        self.begin(&mut self.tables.borrow_mut().nodes[index as usize], index);
    }

    pub(super) fn reference(&self, index: u32) -> NodeRef {
        NodeRef::new(
            self.id,
            index,
            self.tables.borrow().nodes[index as usize].generation,
        )
    }

    fn end(&self, index: u32, cell: &dyn Child) {
        let core = self.tables.borrow().nodes[index as usize].core.clone();
        self.remove_node(index);
        if let Some(core) = core {
            core.child_ended(self, cell);
        }
    }

    /// Cancels a task: at once where its future can be touched, else when its scope is next polled
    /// or, if it runs now, at its next suspension.
    pub(super) fn cancel(&self, node: NodeRef) {
        let index = node.index();
        let (cell, set, open) = {
            let tables = self.tables.borrow();
            let Some(found) = tables.nodes.get(index as usize) else {
                return;
            };
            if !found.live || found.generation != node.generation() {
                return;
            }
            let Some(cell) = found.cell.clone() else {
                return;
            };
            (cell, found.set, tables.sets[found.set as usize].open)
        };
        if !open {
            if cell.info().is_cancel_requested() {
                return;
            }
            cell.info().request_cancel();
            self.tables.borrow_mut().sets[set as usize]
                .doomed
                .push(node);
            self.wake_set(set);
            return;
        }
        let ended = {
            let _entered = self.enter(index);
            cell.cancel()
        };
        if ended {
            self.end(index, &*cell);
        }
    }

    pub(crate) fn note_wait(&self, wait: Wait) {
        let index = self.current();
        if index == NONE {
            return;
        }
        let mut tables = self.tables.borrow_mut();
        let tables = &mut *tables;
        let Some(node) = tables.nodes.get_mut(index as usize) else {
            return;
        };
        if let Some(place) = tables.noted[index as usize].get_mut(node.waits as usize) {
            *place = Some(wait);
        }
        node.waits += 1;
    }

    pub(super) fn for_each_live(&self, mut action: impl FnMut(u32, Said<'_>)) {
        let tables = self.tables.borrow();
        for (index, (node, noted)) in tables.nodes.iter().zip(&tables.noted).enumerate() {
            if node.live {
                let count = node.waits as usize;
                let waits = &noted[..count.min(SHOWN_WAITS)];
                let more = count - waits.len();
                action(
                    index_of(index),
                    Said {
                        waits,
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

    /// The test that runs has failed, and its tasks are being cancelled.
    pub(super) fn test_has_failed(&self) -> bool {
        self.test
            .borrow()
            .as_ref()
            .is_some_and(|test| test.phase() == Phase::Failed)
    }

    pub(crate) fn lose(&self, errors: impl IntoIterator<Item = TaskError>) {
        self.lost.borrow_mut().extend(errors);
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

impl Drop for Hub {
    /// The thread ends. Tasks that live still are neither run nor dropped any more, which would run
    /// their users' code in a thread without tables; and since they are pinned, their memory must
    /// then stay as it is.
    fn drop(&mut self) {
        for node in &mut self.tables.get_mut().nodes {
            std::mem::forget(node.cell.take());
        }
    }
}

/// Puts the node that ran before back, also when the poll in between unwinds.
pub(super) struct Entered<'a> {
    hub: &'a Hub,
    previous: u32,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.hub.directory.set_running(self.previous);
    }
}

fn index_of(index: usize) -> u32 {
    u32::try_from(index).expect("fewer than four thousand million entries")
}
