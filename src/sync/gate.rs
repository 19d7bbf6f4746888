//! A queue that is let through as a whole, for `Event` and `Barrier`.

use std::cell::{Cell, RefCell};
use std::task::{Poll, Waker};

use crate::task::waiters::{WaiterKey, WaiterList};
use crate::task::{keep, wake_up};

/// A gate counts its openings; each lets through whoever arrived before it.
#[derive(Debug)]
pub(super) struct Gate {
    openings: Cell<u64>,
    /// The payload is the number of openings at the arrival. Who has been let through may stand
    /// here for a moment more, while those before it are woken.
    waiters: RefCell<WaiterList<u64>>,
}

/// One who stands at a gate.
#[derive(Debug)]
pub(super) struct Arrival {
    openings: u64,
    key: Option<WaiterKey>,
}

impl Arrival {
    /// One who finds the gate open, and it stays so for it.
    pub(super) fn let_through() -> Self {
        Arrival {
            openings: u64::MAX,
            key: None,
        }
    }
}

impl Gate {
    pub(super) fn new() -> Self {
        Gate {
            openings: Cell::new(0),
            waiters: RefCell::new(WaiterList::new()),
        }
    }

    /// How many stand in the queue.
    pub(super) fn waiting(&self) -> usize {
        self.waiters.borrow().len()
    }

    #[cfg(test)]
    pub(super) fn slots(&self) -> usize {
        self.waiters.borrow().slots()
    }

    /// Arrives at the closed gate: any opening from now on lets it through.
    pub(super) fn arrive(&self) -> Arrival {
        Arrival {
            openings: self.openings.get(),
            key: None,
        }
    }

    /// Lets everyone through who has arrived, and wakes them in their order. The gate is closed
    /// again for whoever arrives meanwhile.
    pub(super) fn open(&self) {
        let now = self.openings.get() + 1;
        self.openings.set(now);
        loop {
            // Nothing is borrowed while a waker runs.
            let mut waiters = self.waiters.borrow_mut();
            if waiters.front().is_none_or(|&arrived| arrived >= now) {
                return;
            }
            let waiter = waiters.pop_front();
            drop(waiters);
            if let Some((_, waker)) = waiter {
                wake_up(waker);
            }
        }
    }

    pub(super) fn is_through(&self, arrival: &Arrival) -> bool {
        self.openings.get() != arrival.openings
    }

    /// Ready once the gate has been opened since the arrival, and from then on.
    pub(super) fn poll(&self, arrival: &mut Arrival, waker: &Waker) -> Poll<()> {
        if self.is_through(arrival) {
            self.leave(arrival);
            return Poll::Ready(());
        }
        let waker = keep(waker);
        let mut waiters = self.waiters.borrow_mut();
        let replaced = if let Some(key) = arrival.key {
            Some(waiters.update(key, waker))
        } else {
            arrival.key = Some(waiters.insert_back(arrival.openings, waker));
            None
        };
        drop(waiters);
        drop(replaced);
        Poll::Pending
    }

    /// Takes one who arrived out of the queue, if it stands there.
    pub(super) fn leave(&self, arrival: &mut Arrival) {
        if let Some(key) = arrival.key.take() {
            let waiter = self.waiters.borrow_mut().take(key);
            drop(waiter);
        }
    }
}
