//! The executor's tables: nodes and sets by index, and the queues of ready nodes.
//!
//! No user code runs in here. The caller drops or wakes what is taken out, after the tables are released.

use std::rc::Rc;
use std::task::Waker;

use super::cell::AnyTask;
use super::manager::Manager;
use super::node_ref::{NONE, NodeRef};
use super::wait_reason::WaitReason;

/// How many awaits of one task the tree can show; of further ones, it shows the number.
pub(super) const SHOWN_WAITS: usize = 4;

/// The awaits of one task that are shown.
pub(super) type Reasons = [Option<WaitReason>; SHOWN_WAITS];

/// Small, because every wake-up and poll touches one. Recorded waits, which few tasks have, are elsewhere.
pub(super) struct Node {
    pub(super) generation: u32,
    pub(super) live: bool,
    /// It is in its set's queue. A node that ends while it is queued stays there until its turn, and its
    /// index is not reused before that.
    pub(super) queued: bool,
    pub(super) set: u32,
    /// The next node in the queue.
    pub(super) next: u32,
    /// How many awaits it recorded since it was last polled: see [`Tables::reasons`].
    pub(super) waits: u32,
    /// When it was last polled, in steps.
    pub(super) since: u64,
    /// `None` for a scope's block, whose future the scope itself holds.
    pub(super) cell: Option<Rc<dyn AnyTask>>,
    pub(super) manager: Option<Rc<Manager>>,
    /// Neighbours among the living children of the same manager, in fork order.
    pub(super) older: u32,
    pub(super) newer: u32,
}

pub(super) struct Set {
    pub(super) queue: Queue,
    /// The waker of the set's poller. It is taken out to wake the poller, which brings a new one. A foreign
    /// waker may run foreign code when it is cloned or dropped, so neither happens while the tables are
    /// borrowed.
    pub(super) waker: Option<Waker>,
    /// The poller has been woken, or is polling now.
    pub(super) woken: bool,
    /// The set's futures may be touched now, because their scope is being polled or dropped.
    pub(super) open: bool,
    /// Children whose cancellation waits until the set is open.
    pub(super) pending_cancels: Vec<NodeRef>,
}

/// The ready nodes of a set, first come first, linked through the nodes themselves.
pub(super) struct Queue {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) len: usize,
}

impl Queue {
    pub(super) const EMPTY: Queue = Queue {
        first: NONE,
        last: NONE,
        len: 0,
    };

    pub(super) fn is_empty(&self) -> bool {
        self.first == NONE
    }
}

/// An entry of a queue.
pub(super) enum Popped {
    Ready(u32),
    /// Its node ended while it was queued.
    Ended,
}

#[derive(Default)]
pub(super) struct Tables {
    pub(super) nodes: Vec<Node>,
    /// The waits that tasks have recorded, by node.
    pub(super) reasons: Vec<Reasons>,
    pub(super) free_nodes: Vec<u32>,
    pub(super) sets: Vec<Set>,
    pub(super) free_sets: Vec<u32>,
}

impl Tables {
    /// Puts a node at the end of its set's queue.
    #[inline]
    pub(super) fn push(&mut self, index: u32) -> &mut Set {
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
    pub(super) fn pop(&mut self, set: u32) -> Option<u32> {
        loop {
            if let Popped::Ready(index) = self.pop_entry(set)? {
                return Some(index);
            }
        }
    }

    /// Takes the next entry of a set's queue, which may be a node that has ended.
    #[inline]
    pub(super) fn pop_entry(&mut self, set: u32) -> Option<Popped> {
        let queue = &mut self.sets[set as usize].queue;
        let index = queue.first;
        if index == NONE {
            return None;
        }
        let node = &mut self.nodes[index as usize];
        queue.first = node.next;
        queue.len -= 1;
        if queue.first == NONE {
            queue.last = NONE;
        }
        node.queued = false;
        if node.live {
            return Some(Popped::Ready(index));
        }
        self.free_nodes.push(index);
        Some(Popped::Ended)
    }
}
