//! The executor's tables of nodes and sets: adding, removing and listing.

use std::panic::Location;
use std::rc::Rc;

use super::cell::AnyTask;
use super::executor::Executor;
use super::manager::Manager;
use super::name::Name;
use super::node_ref::{NONE, NodeRef, ROOT_SET, index_of};
use super::tables::{Node, Queue, Reasons, SHOWN_WAITS, Set};
use super::wait_reason::WaitReason;
use crate::time::SimTime;

/// What a task recorded that it awaits in its last poll, and when that was.
pub(super) struct WaitReasons<'a> {
    pub(super) reasons: &'a [Option<WaitReason>],
    /// How many more awaits there are, which were not recorded for lack of room.
    pub(super) more: usize,
    pub(super) since: Option<SimTime>,
}

impl Executor {
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

    /// Removes a set, whose nodes have been removed before.
    pub(super) fn remove_set(&self, index: u32) {
        let waker = {
            let mut tables = self.tables.borrow_mut();
            // Entries of nodes that ended while they were queued.
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
        manager: Option<Rc<Manager>>,
        cell: Option<Rc<dyn AnyTask>>,
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
                manager: None,
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
        let older = manager
            .as_ref()
            .map_or(NONE, |manager| manager.newest.replace(index));
        if older != NONE {
            tables.nodes[older as usize].newer = index;
        }
        let node = &mut tables.nodes[index as usize];
        node.live = true;
        node.queued = false;
        node.set = set;
        node.older = older;
        node.newer = NONE;
        node.manager = manager;
        node.cell = cell;
        node.since = self.now.get();
        node.waits = 0;
        let reference = NodeRef::new(self.id, index, node.generation);
        self.directory.insert(reference, name, place, parent);
        reference
    }

    /// Removes the node from the tables; wakers of it do nothing from now on. Returns its task and manager,
    /// to be dropped where nothing is borrowed.
    pub(super) fn remove_node(&self, index: u32) -> (Option<Rc<dyn AnyTask>>, Option<Rc<Manager>>) {
        let removed = {
            let mut tables = self.tables.borrow_mut();
            let node = &mut tables.nodes[index as usize];
            debug_assert!(node.live, "a node is removed once");
            node.live = false;
            node.generation = NodeRef::next_generation(node.generation);
            let (older, newer, queued) = (node.older, node.newer, node.queued);
            let (cell, manager) = (node.cell.take(), node.manager.take());
            if older != NONE {
                tables.nodes[older as usize].newer = newer;
            }
            if newer != NONE {
                tables.nodes[newer as usize].older = older;
            } else if let Some(manager) = &manager {
                manager.newest.set(older);
            }
            if !queued {
                tables.free_nodes.push(index);
            }
            (cell, manager)
        };
        self.directory.remove(index);
        removed
    }

    #[cfg(test)]
    pub(super) fn put_cell(&self, node: NodeRef, cell: Rc<dyn AnyTask>) {
        self.tables.borrow_mut().nodes[node.index() as usize].cell = Some(cell);
    }

    /// The running node, with its generation.
    pub(super) fn current_reference(&self) -> Option<NodeRef> {
        let index = self.current();
        (index != NONE).then(|| self.reference(index))
    }

    pub(super) fn reference(&self, index: u32) -> NodeRef {
        NodeRef::new(
            self.id,
            index,
            self.tables.borrow().nodes[index as usize].generation,
        )
    }

    /// The living children of a manager, newest first.
    pub(super) fn living(&self, manager: &Manager) -> Vec<NodeRef> {
        let tables = self.tables.borrow();
        let mut found = Vec::new();
        let mut index = manager.newest.get();
        while index != NONE {
            let node = &tables.nodes[index as usize];
            found.push(NodeRef::new(self.id, index, node.generation));
            index = node.older;
        }
        found
    }

    /// The living tasks of the root set with a greater serial number, newest first.
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
    pub(super) fn has_living(&self, manager: &Manager, set: u32) -> bool {
        let tables = self.tables.borrow();
        let mut index = manager.newest.get();
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

    /// The most nodes and sets that existed at once so far.
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
}
