//! What is known of each task and each set, by index: nodes, and the queues of those that are ready.
//!
//! Nothing of a user's runs in here: what is taken out is dropped or woken by the caller, once the
//! tables are free again.

use std::rc::Rc;
use std::task::Waker;

use super::cell::Child;
use super::manager::Manager;
use super::node_ref::{NONE, NodeRef};
use super::wait_reason::WaitReason;

/// How many awaits of one task the tree can show; a task that races more says how many more.
pub(super) const SHOWN_WAITS: usize = 4;

/// The awaits of one task that are shown.
pub(super) type Reasons = [Option<WaitReason>; SHOWN_WAITS];

/// Small, since every wake and every poll touches one: what few tasks record is elsewhere.
pub(super) struct Node {
    pub(super) generation: u32,
    pub(super) live: bool,
    /// It is in its set's queue. A node that ended meanwhile stays there until it is its turn, and
    /// its place in the table is given to nobody before.
    pub(super) queued: bool,
    pub(super) set: u32,
    /// The node behind it in the queue.
    pub(super) next: u32,
    /// How many awaits it recorded since it was last polled: see [`Tables::reasons`].
    pub(super) waits: u32,
    /// When it was last polled, in steps.
    pub(super) since: u64,
    /// Absent in the node of a scope's block, whose future the scope itself holds.
    pub(super) cell: Option<Rc<dyn Child>>,
    pub(super) manager: Option<Rc<Manager>>,
    /// Neighbours among the living children of the same manager, in fork order.
    pub(super) older: u32,
    pub(super) newer: u32,
}

pub(super) struct Set {
    pub(super) queue: Queue,
    /// Whom to wake for the set; taken out for that, since its poller brings one again. A waker of
    /// others may run their code when it is cloned or dropped, so neither is done in the table.
    pub(super) waker: Option<Waker>,
    /// The poller knows already that something is ready, or is at it.
    pub(super) woken: bool,
    /// The set's futures may be touched now: their scope is being polled or dropped.
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
    /// What the tasks recorded that they await, by node; few do.
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

    /// Takes the next entry of a set's queue, which may be that of a node that has ended meanwhile.
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
