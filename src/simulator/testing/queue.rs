//! What is to happen: now, in this time step, and later.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};

use super::value::Content;
use super::{ObjectId, Phase};

/// One event of the simulator's queue.
#[derive(Debug)]
pub(super) enum QueuedEvent {
    /// A process is resumed.
    Process(usize),
    /// A delay of ours is over.
    Timer { number: usize, token: u64 },
    /// A time comes without any event.
    Nothing,
}

/// The queue, in the order of IEEE 1800-2017, 4.4.
#[derive(Default)]
pub(super) struct Queue {
    pub(super) now: Cell<u64>,
    /// The active region of this time step.
    pub(super) active: RefCell<VecDeque<QueuedEvent>>,
    /// Assignments and writes that come with the next delta cycle.
    pub(super) next_delta: RefCell<VecDeque<(ObjectId, Content, bool)>>,
    /// The active regions of later time steps.
    pub(super) later: RefCell<BTreeMap<u64, VecDeque<QueuedEvent>>>,
    /// Phases that were asked for in this time step.
    phases: [Cell<bool>; 3],
    /// A read-write phase comes in the next time step.
    pub(super) late_read_write: Cell<bool>,
    numbers: Cell<usize>,
}

impl Queue {
    pub(super) fn number(&self) -> usize {
        self.numbers.set(self.numbers.get() + 1);
        self.numbers.get()
    }

    pub(super) fn add(&self, time: u64, event: QueuedEvent) {
        if time == self.now.get() {
            self.active.borrow_mut().push_back(event);
        } else {
            let mut later = self.later.borrow_mut();
            later.entry(time).or_default().push_back(event);
        }
    }

    /// Takes a delay out, or leaves nothing but its time; `false` if there is none.
    pub(super) fn cancel(&self, number: usize, keeps_time: bool) -> bool {
        let is_it =
            |it: &QueuedEvent| matches!(it, QueuedEvent::Timer { number: n, .. } if *n == number);
        let mut active = self.active.borrow_mut();
        if let Some(at) = active.iter().position(is_it) {
            active.remove(at);
            return true;
        }
        let mut later = self.later.borrow_mut();
        let Some((&time, queue)) = later.iter_mut().find(|(_, queue)| queue.iter().any(is_it))
        else {
            return false;
        };
        if keeps_time {
            queue
                .iter_mut()
                .filter(|it| is_it(it))
                .for_each(|it| *it = QueuedEvent::Nothing);
        } else {
            queue.retain(|it| !is_it(it));
            if queue.is_empty() {
                later.remove(&time);
            }
        }
        true
    }

    pub(super) fn has(&self, number: usize) -> bool {
        let is_it =
            |it: &QueuedEvent| matches!(it, QueuedEvent::Timer { number: n, .. } if *n == number);
        self.active.borrow().iter().any(is_it) || self.later.borrow().values().flatten().any(is_it)
    }

    /// Something is left to happen in this time step.
    pub(super) fn has_more_now(&self) -> bool {
        !self.active.borrow().is_empty() || !self.next_delta.borrow().is_empty()
    }

    /// The time of the next event.
    pub(super) fn next_time(&self) -> Option<u64> {
        self.later.borrow().keys().next().copied()
    }

    pub(super) fn advance(&self, time: u64) {
        self.now.set(time);
        let events = self.later.borrow_mut().remove(&time).unwrap_or_default();
        self.active.borrow_mut().extend(events);
    }

    pub(super) fn ask(&self, phase: Phase) {
        let asked = &self.phases[phase as usize];
        assert!(!asked.replace(true), "{phase:?} is asked for twice");
    }

    /// Whether the phase was asked for; it is not from now on.
    pub(super) fn take(&self, phase: Phase) -> bool {
        self.phases[phase as usize].take()
    }
}
