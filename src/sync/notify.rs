//! Waking all who wait, for `Event` and `Barrier`.

use std::cell::{Cell, RefCell};
use std::task::{Poll, Waker};

use crate::task::waiters::{WaiterKey, WaiterList};
use crate::task::{keep, wake_up};

/// Counts notifications; each is for whoever began to wait before it.
#[derive(Debug)]
pub(super) struct Notify {
    count: Cell<u64>,
    /// The payload is the count when the wait began. Who has been notified may stand here for a moment
    /// more, while those before it are woken.
    waiters: RefCell<WaiterList<u64>>,
}

/// A wait for a notification.
#[derive(Debug)]
pub(super) struct Notified {
    /// The count when the wait began.
    count: u64,
    key: Option<WaiterKey>,
}

impl Notified {
    /// A wait that is over before it began, and stays so.
    pub(super) fn already() -> Self {
        Notified {
            count: u64::MAX,
            key: None,
        }
    }
}

impl Notify {
    pub(super) fn new() -> Self {
        Notify {
            count: Cell::new(0),
            waiters: RefCell::new(WaiterList::new()),
        }
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiters.borrow().len()
    }

    #[cfg(test)]
    pub(super) fn slots(&self) -> usize {
        self.waiters.borrow().slots()
    }

    /// Begins to wait: any notification from now on ends the wait.
    pub(super) fn notified(&self) -> Notified {
        Notified {
            count: self.count.get(),
            key: None,
        }
    }

    /// Notifies everyone who has begun to wait, and wakes them in their order. Whoever begins
    /// meanwhile waits for the next notification.
    pub(super) fn notify_waiters(&self) {
        let now = self.count.get() + 1;
        self.count.set(now);
        loop {
            // Nothing is borrowed while a waker runs.
            let mut waiters = self.waiters.borrow_mut();
            if waiters.front().is_none_or(|&began| began >= now) {
                return;
            }
            let waiter = waiters.pop_front();
            drop(waiters);
            if let Some((_, waker)) = waiter {
                wake_up(waker);
            }
        }
    }

    pub(super) fn is_notified(&self, notified: &Notified) -> bool {
        self.count.get() != notified.count
    }

    /// Ready once there was a notification since the wait began, and from then on.
    pub(super) fn poll(&self, notified: &mut Notified, waker: &Waker) -> Poll<()> {
        if self.is_notified(notified) {
            self.leave(notified);
            return Poll::Ready(());
        }
        let waker = keep(waker);
        let mut waiters = self.waiters.borrow_mut();
        let replaced = if let Some(key) = notified.key {
            Some(waiters.update(key, waker))
        } else {
            notified.key = Some(waiters.insert_back(notified.count, waker));
            None
        };
        drop(waiters);
        drop(replaced);
        Poll::Pending
    }

    /// Ends a wait, wherever it stands in the queue.
    pub(super) fn leave(&self, notified: &mut Notified) {
        if let Some(key) = notified.key.take() {
            let waiter = self.waiters.borrow_mut().take(key);
            drop(waiter);
        }
    }
}
