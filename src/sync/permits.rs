//! A count of permits and the queue for them, for `Semaphore` and `Mutex`.

use std::cell::RefCell;
use std::task::{Poll, Waker};

use super::{POLLED_AGAIN, Turn};
use crate::task::waiters::WaiterList;
use crate::task::{keep, wake_up};

/// Permits are given to the front of the queue when they become free, not when the woken task runs, so no
/// other task can overtake it.
#[derive(Debug)]
pub(super) struct Permits {
    state: RefCell<State>,
}

#[derive(Debug)]
struct State {
    /// Invariant, once `settle` has returned: the front of the queue wants more than this.
    available: usize,
    /// Available and taken together: at most `usize::MAX`, so that returning permits cannot overflow.
    total: usize,
    /// The payload is the number of permits wanted. A wait that has left the queue without being dropped
    /// owns its permits.
    waiters: WaiterList<usize>,
}

impl State {
    fn try_take(&mut self, wanted: usize) -> bool {
        let granted = self.available >= wanted && (self.waiters.is_empty() || wanted == 0);
        if granted {
            self.available -= wanted;
        }
        granted
    }
}

impl Permits {
    pub(super) fn new(permits: usize) -> Self {
        let waiters = WaiterList::new();
        Permits {
            state: RefCell::new(State {
                available: permits,
                total: permits,
                waiters,
            }),
        }
    }

    pub(super) fn available(&self) -> usize {
        self.state.borrow().available
    }

    /// How many waits are in the queue.
    pub(super) fn waiting(&self) -> usize {
        self.state.borrow().waiters.len()
    }

    #[cfg(test)]
    pub(super) fn slots(&self) -> usize {
        self.state.borrow().waiters.slots()
    }

    /// Takes permits if they are available and no task waits.
    pub(super) fn try_take(&self, wanted: usize) -> bool {
        self.state.borrow_mut().try_take(wanted)
    }

    /// Ready once the permits are the caller's.
    ///
    /// # Panics
    ///
    /// If polled again after it was ready or dropped.
    pub(super) fn poll_take(&self, wanted: usize, turn: &mut Turn, waker: &Waker) -> Poll<()> {
        let waker = keep(waker);
        let mut state = self.state.borrow_mut();
        match *turn {
            Turn::New if state.try_take(wanted) => {}
            Turn::New => {
                *turn = Turn::Queued(state.waiters.insert_back(wanted, waker));
                return Poll::Pending;
            }
            Turn::Queued(key) if state.waiters.contains(key) => {
                let replaced = state.waiters.update(key, waker);
                drop(state);
                drop(replaced);
                return Poll::Pending;
            }
            Turn::Queued(_) => {}
            Turn::Over => panic!("{POLLED_AGAIN}"),
        }
        *turn = Turn::Over;
        Poll::Ready(())
    }

    /// Ends a wait. Permits that it may already have go to the next one.
    pub(super) fn give_up(&self, wanted: usize, turn: &mut Turn) {
        let Turn::Queued(key) = std::mem::replace(turn, Turn::Over) else {
            return;
        };
        let mut state = self.state.borrow_mut();
        let waiter = state.waiters.take(key);
        if waiter.is_none() {
            state.available += wanted;
        }
        drop(state);
        drop(waiter);
        // The waits behind one that wanted many may be satisfied by the available permits.
        self.settle();
    }

    /// Returns permits that were taken.
    pub(super) fn give_back(&self, permits: usize) {
        self.state.borrow_mut().available += permits;
        self.settle();
    }

    /// Adds new permits. Returns `false` and changes nothing if there would be too many to count.
    #[must_use]
    pub(super) fn add(&self, permits: usize) -> bool {
        let mut state = self.state.borrow_mut();
        let Some(total) = state.total.checked_add(permits) else {
            return false;
        };
        state.total = total;
        drop(state);
        self.give_back(permits);
        true
    }

    /// Discards permits that were taken.
    pub(super) fn forget(&self, permits: usize) {
        self.state.borrow_mut().total -= permits;
    }

    /// Gives permits to the front of the queue, as far as they last.
    fn settle(&self) {
        loop {
            // Nothing is borrowed while a waker runs.
            let mut state = self.state.borrow_mut();
            let Some(&wanted) = state.waiters.front() else {
                return;
            };
            if wanted > state.available {
                return;
            }
            state.available -= wanted;
            let waiter = state.waiters.pop_front();
            drop(state);
            if let Some((_, waker)) = waiter {
                wake_up(waker);
            }
        }
    }
}
