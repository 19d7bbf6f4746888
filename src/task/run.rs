//! Waking, polling and cancelling tasks: what the executor does with its tables.
//!
//! No table is borrowed while a task, a foreign waker or a user's value is run or dropped.

use std::rc::Rc;
use std::task::{Context, Waker};

use super::cell::AnyTask;
use super::executor::Executor;
use super::external::ExternalWork;
use super::node_ref::{NodeRef, ROOT_SET};
use super::tables::{Node, Popped};
use super::waker::{keep, node_of, wake_up, waker_of};
use crate::threads::First;

impl Executor {
    /// Makes a task ready by a push to a queue. Does nothing if it is already queued or has ended.
    #[inline]
    pub(crate) fn wake(&self, node: NodeRef) {
        if let Some(poller) = self.push(node) {
            self.wake_poller(poller);
        }
    }

    /// Puts a task into its set's queue. Returns the waker of the set's poller, if that must be woken.
    #[inline(always)] // on the path of every wake-up
    fn push(&self, node: NodeRef) -> Option<Waker> {
        let mut tables = self.tables.borrow_mut();
        let found = tables.nodes.get(node.index() as usize)?;
        if !found.live || found.generation != node.generation() || found.queued {
            return None;
        }
        // For every set: a scope's set makes its poller ready.
        self.ready.set(true);
        let set = tables.push(node.index());
        if set.woken {
            return None;
        }
        set.woken = true;
        set.waker.take()
    }

    /// Wakes the poller of a set, which may be a task of another set, and so on up to the root set.
    #[inline(never)]
    fn wake_poller(&self, mut poller: Waker) {
        while let Some(node) = node_of(&poller, self.id) {
            match self.push(node) {
                Some(next) => poller = next,
                None => return,
            }
        }
        wake_up(poller);
    }

    /// Wakes the task of a waker, by a direct call if it is one of this executor's.
    #[inline]
    pub(crate) fn wake_waker(&self, waker: Waker) {
        match node_of(&waker, self.id) {
            Some(node) => {
                // One of our own wakers has nothing that a drop would free.
                std::mem::forget(waker);
                self.wake(node);
            }
            None => wake_up(waker),
        }
    }

    /// Wakes the poller of `set`, although nothing was added to its queue.
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
            wake_up(parent);
        }
    }

    /// The root set has something to run.
    #[inline]
    pub(crate) fn is_ready(&self) -> bool {
        !self.tables.borrow().sets[ROOT_SET as usize]
            .queue
            .is_empty()
    }

    /// Runs the root set until no task in it is ready, or until `interrupted` returns `true` between two
    /// tasks.
    pub(crate) fn run_root(&self, mut interrupted: impl FnMut() -> bool) {
        loop {
            self.inbox.drain(|node| self.wake(node));
            let Some((node, cell)) = self.begin_ready(ROOT_SET) else {
                self.ready.set(false);
                break;
            };
            self.poll_begun(node, &*cell);
            if interrupted() {
                break;
            }
        }
    }

    /// Wakes the task of a waker. If it is next anyway, it runs at once and skips the queue.
    #[inline(never)] // keeps its registers out of the callbacks
    pub(crate) fn wake_and_run(&self, waker: Waker) {
        if let Some((node, cell)) = self.begin_alone(waker) {
            self.poll_begun(node, &*cell);
        }
    }

    /// Whether [`run_root`](Self::run_root) or [`wait_for_external`](Self::wait_for_external) may have
    /// something to do.
    #[inline]
    pub(crate) fn may_be_ready(&self) -> bool {
        self.ready.get() || self.inbox.is_filled() || self.external.begun.get()
    }

    /// Begins the work of another thread: simulated time waits for its end.
    pub(crate) fn begin_external_work(&self) -> ExternalWork {
        self.external.begin()
    }

    /// Waits for a limited time for other threads, if there is external work, and delivers one completion.
    /// Returns `false` if there is no work and no completion.
    #[inline]
    pub(crate) fn wait_for_external(&self) -> bool {
        self.external.begun.get() && self.wait_for_completion()
    }

    #[cold]
    fn wait_for_completion(&self) -> bool {
        let first = self.external.listen(&self.inbox);
        match first {
            First::Left(completion) => completion.deliver(),
            First::Right(node) => self.wake(node),
            First::Neither => {}
        }
        self.external.begun.get()
    }

    /// Wakes the task of a waker, or returns it to be polled at once if it is next anyway.
    #[inline(always)] // on the path of every event
    fn begin_alone(&self, waker: Waker) -> Option<(NodeRef, Rc<dyn AnyTask>)> {
        let Some(reference) = node_of(&waker, self.id) else {
            wake_up(waker);
            return None;
        };
        // One of our own wakers has nothing that a drop would free.
        std::mem::forget(waker);
        if !self.ready.get() && !self.inbox.is_filled() {
            let mut tables = self.tables.borrow_mut();
            let node = tables.nodes.get_mut(reference.index() as usize)?;
            if !node.live || node.generation != reference.generation() {
                return None;
            }
            if node.set == ROOT_SET {
                return Some((reference, self.begin(node)?));
            }
        }
        self.wake(reference);
        None
    }

    /// Takes the next ready task of a set, to be polled at once.
    #[inline(always)] // on the path of every event
    fn begin_ready(&self, set: u32) -> Option<(NodeRef, Rc<dyn AnyTask>)> {
        let mut tables = self.tables.borrow_mut();
        loop {
            let index = tables.pop(set)?;
            let node = &mut tables.nodes[index as usize];
            if let Some(cell) = self.begin(node) {
                return Some((NodeRef::new(self.id, index, node.generation), cell));
            }
        }
    }

    pub(super) fn pop_ready(&self, set: u32) -> Option<u32> {
        self.tables.borrow_mut().pop(set)
    }

    /// Takes the next entry of the set's queue, which may be a task that has ended.
    pub(super) fn pop_entry(&self, set: u32) -> Option<Popped> {
        self.tables.borrow_mut().pop_entry(set)
    }

    pub(super) fn ready_count(&self, set: u32) -> usize {
        self.tables.borrow().sets[set as usize].queue.len
    }

    /// Opens the set while its scope is polled or dropped. Returns the replaced waker. Foreign code may run
    /// when that is dropped, so a guard that closes the set again must exist by then.
    #[must_use = "dropped when something is there that closes the set"]
    pub(super) fn open_set(&self, set: u32, waker: Option<&Waker>) -> Option<Waker> {
        // Before the tables are borrowed: cloning a foreign waker may run foreign code.
        let waker = waker.map(keep);
        let mut tables = self.tables.borrow_mut();
        let set = &mut tables.sets[set as usize];
        set.open = true;
        set.woken = true;
        waker.and_then(|waker| set.waker.replace(waker))
    }

    pub(super) fn close_set(&self, set: u32) {
        let again = {
            let mut tables = self.tables.borrow_mut();
            let set = &mut tables.sets[set as usize];
            set.open = false;
            set.woken = !set.queue.is_empty() || !set.pending_cancels.is_empty();
            if set.woken { set.waker.take() } else { None }
        };
        if let Some(waker) = again {
            wake_up(waker);
        }
    }

    pub(super) fn is_open(&self, set: u32) -> bool {
        self.tables.borrow().sets[set as usize].open
    }

    pub(super) fn take_pending_cancels(&self, set: u32) -> Vec<NodeRef> {
        std::mem::take(&mut self.tables.borrow_mut().sets[set as usize].pending_cancels)
    }

    /// Polls the node's task. A task that ends is removed from the tables.
    pub(super) fn poll_node(&self, index: u32) {
        let begun = {
            let node = &mut self.tables.borrow_mut().nodes[index as usize];
            let cell = self.begin(node);
            cell.map(|cell| (NodeRef::new(self.id, index, node.generation), cell))
        };
        if let Some((node, cell)) = begun {
            self.poll_begun(node, &*cell);
        }
    }

    /// [`poll_node`](Self::poll_node) for a task that was just added.
    #[inline]
    pub(super) fn poll_new(&self, node: NodeRef, cell: &dyn AnyTask) {
        self.poll_begun(node, cell);
    }

    /// Marks the beginning of a poll. Returns the task to poll; `None` for the block of a scope.
    #[inline(always)] // on the path of every event
    fn begin(&self, node: &mut Node) -> Option<Rc<dyn AnyTask>> {
        node.since = self.now.get();
        node.waits = 0;
        node.cell.clone()
    }

    #[inline(always)] // on the path of every event
    fn poll_begun(&self, node: NodeRef, cell: &dyn AnyTask) {
        let waker = waker_of(node);
        let poll = {
            let _entered = self.enter(node.index());
            cell.poll(&mut Context::from_waker(&waker))
        };
        if poll.is_ready() {
            self.end(node.index(), cell);
        }
    }

    /// Marks the beginning of a poll of a scope's block, whose future is not in the tables.
    pub(super) fn begin_block(&self, index: u32) {
        let node = &mut self.tables.borrow_mut().nodes[index as usize];
        node.since = self.now.get();
        node.waits = 0;
    }

    fn end(&self, index: u32, cell: &dyn AnyTask) {
        let (_, manager) = self.remove_node(index);
        if let Some(manager) = manager {
            manager.child_ended(self, cell);
        }
    }

    /// Cancels a task because its test has ended.
    pub(super) fn cancel_with_test(&self, node: NodeRef) {
        let cell = {
            let tables = self.tables.borrow();
            let found = tables.nodes.get(node.index() as usize);
            let found = found.filter(|found| found.live && found.generation == node.generation());
            found.and_then(|found| found.cell.clone())
        };
        if let Some(cell) = cell {
            cell.info().mark_ended_with_test();
            self.cancel(node);
        }
    }

    /// Cancels a task: at once if its future may be touched now; otherwise when its scope is next polled. A
    /// task that is running ends at its next suspension. Does not unwind: panics of user code are caught
    /// where it runs.
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
                .pending_cancels
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
}
