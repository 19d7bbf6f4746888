//! Waking all waiting tasks, for `Event` and `Barrier`.

use std::cell::Cell;
use std::task::{Poll, Waker};

use crate::task::wait_queue::{WaitQueue, Woken};
use crate::task::waiters::WaiterKey;

/// Counts notifications. Each ends the waits that began before it.
#[derive(Debug)]
pub(super) struct Notify {
    count: Cell<u64>,
    /// The payload is the count when the wait began.
    waiters: WaitQueue<u64>,
}

/// A wait for a notification.
#[derive(Debug)]
pub(super) struct Notified {
    /// The count when the wait began.
    count: u64,
    key: Option<WaiterKey>,
}

impl Notified {
    /// A wait that is over from the beginning.
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
            waiters: WaitQueue::new(),
        }
    }

    /// How many waits there are.
    pub(super) fn waiting(&self) -> usize {
        self.waiters.len()
    }

    #[cfg(test)]
    pub(super) fn slots(&self) -> usize {
        self.waiters.look().slots()
    }

    /// Begins to wait: any notification from now on ends the wait.
    pub(super) fn notified(&self) -> Notified {
        Notified {
            count: self.count.get(),
            key: None,
        }
    }

    /// Ends all waits that have begun, and wakes their tasks in order of arrival. A wait that begins during
    /// this waits for the next notification.
    pub(super) fn notify_waiters(&self) {
        let now = self.count.get() + 1;
        self.count.set(now);
        let mut woken = Woken::new();
        self.waiters
            .take_if(|began| *began < now, |waker| woken.push(waker));
        woken.wake_all();
    }

    pub(super) fn is_notified(&self, notified: &Notified) -> bool {
        self.count.get() != notified.count
    }

    /// Ready from the first notification after the wait began.
    pub(super) fn poll(&self, notified: &mut Notified, waker: &Waker) -> Poll<()> {
        if self.is_notified(notified) {
            self.leave(notified);
            return Poll::Ready(());
        }
        match notified.key {
            Some(key) if self.waiters.still_waits(key, waker) => {}
            _ => notified.key = Some(self.waiters.register(notified.count, waker)),
        }
        Poll::Pending
    }

    /// Ends a wait, wherever it is in the queue.
    pub(super) fn leave(&self, notified: &mut Notified) {
        if let Some(key) = notified.key.take() {
            self.waiters.leave(key);
        }
    }
}
