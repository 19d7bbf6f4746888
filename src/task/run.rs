//! Waking, polling and cancelling tasks: what the executor does with its tables.
//!
//! No table is borrowed while a task, a waker of others or a value of a user's is run or dropped.

use std::rc::Rc;
use std::task::{Context, Waker};

use super::cell::Child;
use super::executor::Executor;
use super::external::ExternalWork;
use super::node_ref::{NodeRef, ROOT_SET};
use super::tables::{Node, Popped};
use super::waker::{keep, node_of, wake_up, waker_of};
use crate::threads::First;

impl Executor {
    /// Makes a task ready. A push to a queue; nothing if it is queued already or has ended.
    #[inline]
    pub(crate) fn wake(&self, node: NodeRef) {
        if let Some(poller) = self.push(node) {
            self.wake_poller(poller);
        }
    }

    /// Puts a task into its set's queue. Returns whom to wake for it, if anybody.
    #[inline(always)] // in the way of every wake-up
    fn push(&self, node: NodeRef) -> Option<Waker> {
        let mut tables = self.tables.borrow_mut();
        let found = tables.nodes.get(node.index() as usize)?;
        if !found.live || found.generation != node.generation() || found.queued {
            return None;
        }
        // Whatever the set is: that of a scope makes its poller ready.
        self.ready.set(true);
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
        wake_up(poller);
    }

    /// Wakes the task of a waker, without the way round for wakers of this executor's tasks.
    #[inline]
    pub(crate) fn wake_waker(&self, waker: Waker) {
        match node_of(&waker, self.id) {
            Some(node) => {
                // There is nothing behind one of our own wakers that a drop would have to free.
                std::mem::forget(waker);
                self.wake(node);
            }
            None => wake_up(waker),
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

    /// Runs the root set until nothing in it is ready, or `interrupted` says stop between two
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

    /// Wakes the task of a waker and, where it is next anyway, runs it without the way through the
    /// queue.
    #[inline(never)] // keeps its registers out of the callbacks' way
    pub(crate) fn wake_and_run(&self, waker: Waker) {
        if let Some((node, cell)) = self.begin_alone(waker) {
            self.poll_begun(node, &*cell);
        }
    }

    /// Whether there may be something for [`run_root`](Self::run_root) or
    /// [`wait_for_external`](Self::wait_for_external) to do.
    #[inline]
    pub(crate) fn may_be_ready(&self) -> bool {
        self.ready.get() || self.inbox.is_filled() || self.external.begun.get()
    }

    /// Begins work of another thread: simulated time waits for its end.
    pub(crate) fn begin_external_work(&self) -> ExternalWork {
        self.external.begin()
    }

    /// Waits a while for other threads, if there is external work, and delivers one completion.
    /// `false` if there is no work and no completion.
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

    /// Wakes the task of a waker, or returns it to be polled now if it would be next anyway.
    #[inline(always)] // in the way of every event
    fn begin_alone(&self, waker: Waker) -> Option<(NodeRef, Rc<dyn Child>)> {
        let Some(reference) = node_of(&waker, self.id) else {
            wake_up(waker);
            return None;
        };
        // There is nothing behind one of our own wakers that a drop would have to free.
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

    /// Takes the next ready task of a set, to be polled now.
    #[inline(always)] // in the way of every event
    fn begin_ready(&self, set: u32) -> Option<(NodeRef, Rc<dyn Child>)> {
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

    /// The next entry of the set's queue: nothing is to be run for one that has ended meanwhile.
    pub(super) fn pop_entry(&self, set: u32) -> Option<Popped> {
        self.tables.borrow_mut().pop_entry(set)
    }

    pub(super) fn ready_count(&self, set: u32) -> usize {
        self.tables.borrow().sets[set as usize].queue.len
    }

    /// Opens the set for the time of its scope's poll or drop. Returns the waker that is left over:
    /// foreign code may run when it is dropped, so only once something will close the set again.
    #[must_use = "dropped when something is there that closes the set"]
    pub(super) fn open_set(&self, set: u32, waker: Option<&Waker>) -> Option<Waker> {
        // Before the tables are borrowed: a waker of others may run their code when it is cloned.
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

    /// Polls the node's future as a task of its own; an ended task leaves the tables.
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

    /// [`poll_node`](Self::poll_node) for one that was added just now and has not been polled yet.
    #[inline]
    pub(super) fn poll_new(&self, node: NodeRef, cell: &dyn Child) {
        self.poll_begun(node, cell);
    }

    /// Marks the beginning of a poll. Returns what to poll, unless that is the block of a scope.
    #[inline(always)] // in the way of every event
    fn begin(&self, node: &mut Node) -> Option<Rc<dyn Child>> {
        node.since = self.now.get();
        node.waits = 0;
        node.cell.clone()
    }

    #[inline(always)] // in the way of every event
    fn poll_begun(&self, node: NodeRef, cell: &dyn Child) {
        let waker = waker_of(node);
        let poll = {
            let _entered = self.enter(node.index());
            cell.poll(&mut Context::from_waker(&waker))
        };
        if poll.is_ready() {
            self.end(node.index(), cell);
        }
    }

    /// Marks a poll of the block of a scope, whose future is not in the tables.
    pub(super) fn begin_block(&self, index: u32) {
        let node = &mut self.tables.borrow_mut().nodes[index as usize];
        node.since = self.now.get();
        node.waits = 0;
    }

    fn end(&self, index: u32, cell: &dyn Child) {
        let (_, manager) = self.remove_node(index);
        if let Some(manager) = manager {
            manager.child_ended(self, cell);
        }
    }

    /// Cancels a task since its test has ended.
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

    /// Cancels a task: at once where its future can be touched, else when its scope is next polled
    /// or, if it runs now, at its next suspension. Does not unwind: users' code is caught where it is
    /// run.
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
