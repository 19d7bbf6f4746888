//! Wake-ups from other threads.

use super::node_ref::NodeRef;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use crate::threads::{AtomicBool, Mutex, Receiver, Sender, process_wide, unbounded};

/// Where wake-ups of other threads arrive.
pub(crate) struct Inbox {
    id: u16,
    received: Receiver<NodeRef>,
    /// Something was sent since the inbox was last drained. Checked many times per time step, so it is one
    /// load.
    filled: Arc<AtomicBool>,
}

/// The sending end of an inbox.
struct Outbox {
    sender: Sender<NodeRef>,
    filled: Arc<AtomicBool>,
}

process_wide! {
    /// The sending ends of the inboxes of all living executors, by the executor's number in a waker.
    static OUTBOXES: Mutex<Vec<Option<Outbox>>> = Mutex::new(Vec::new());
}

/// Sends a wake-up to the inbox of the node's executor. From any thread.
pub(super) fn post(node: NodeRef) {
    let outboxes = OUTBOXES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(Some(outbox)) = outboxes.get(usize::from(node.executor())) {
        // Its executor may be ending; then there is no task to wake.
        let _ = outbox.sender.send(node);
        // A swap on both sides: the thread that clears the flag acquires what all threads that set it have
        // sent.
        outbox.filled.swap(true, Ordering::Release);
    }
}

impl Inbox {
    pub(super) fn new() -> Self {
        let (sender, received) = unbounded();
        let mut outboxes = OUTBOXES.lock().unwrap_or_else(PoisonError::into_inner);
        let free = outboxes
            .iter()
            .position(Option::is_none)
            .unwrap_or_else(|| {
                outboxes.push(None);
                outboxes.len() - 1
            });
        let filled = Arc::new(AtomicBool::new(false));
        outboxes[free] = Some(Outbox {
            sender,
            filled: Arc::clone(&filled),
        });
        let id = u16::try_from(free).expect("fewer than 65,536 threads run tasks at once");
        Inbox {
            id,
            received,
            filled,
        }
    }

    pub(super) fn id(&self) -> u16 {
        self.id
    }

    pub(super) fn is_filled(&self) -> bool {
        self.filled.load(Ordering::Relaxed)
    }

    #[inline]
    pub(super) fn drain(&self, wake: impl FnMut(NodeRef)) {
        if self.is_filled() {
            self.drain_filled(wake);
        }
    }

    #[cold]
    fn drain_filled(&self, mut wake: impl FnMut(NodeRef)) {
        // Before the channel is read: an item that is sent during the reading sets the flag again, and the
        // items that had set it can be read. A plain store could clear the flag for an item that it has not
        // acquired.
        self.filled.swap(false, Ordering::Acquire);
        while let Ok(node) = self.received.try_recv() {
            wake(node);
        }
    }

    pub(super) fn received(&self) -> &Receiver<NodeRef> {
        &self.received
    }

    /// Waits until another thread wakes one of this thread's tasks, or the limit has passed.
    pub(super) fn wait_for(&self, limit: Duration) -> Option<NodeRef> {
        self.received.recv_timeout(limit).ok()
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        let mut outboxes = OUTBOXES.lock().unwrap_or_else(PoisonError::into_inner);
        outboxes[usize::from(self.id)] = None;
    }
}

/// Every order of accesses that the memory model allows, by loom: see `tests/sanitize.sh`.
#[cfg(all(test, loom))]
mod interleavings {
    use loom::thread;

    use super::*;

    /// Threads that each wake one node of this inbox, whose number is their own.
    fn wakers(inbox: &Inbox, threads: u32) -> Vec<thread::JoinHandle<()>> {
        let id = inbox.id();
        (0..threads)
            .map(|index| thread::spawn(move || post(NodeRef::new(id, index, 0))))
            .collect()
    }

    fn drain(inbox: &Inbox, into: &mut Vec<u32>) {
        inbox.drain(|node| into.push(node.index()));
    }

    #[test]
    fn no_order_loses_a_wake_up_or_gives_it_twice() {
        loom::model(|| {
            let inbox = Inbox::new();
            let waking = wakers(&inbox, 2);
            let mut woken = Vec::new();
            drain(&inbox, &mut woken);
            drain(&inbox, &mut woken);
            waking.into_iter().for_each(|thread| thread.join().unwrap());
            // All that was not found before has to be announced now.
            drain(&inbox, &mut woken);
            woken.sort_unstable();
            assert_eq!(woken, [0, 1]);
            assert!(!inbox.is_filled());
        });
    }

    #[test]
    fn a_wake_up_that_comes_as_the_executor_ends_finds_nobody_or_the_executor_in_every_order() {
        loom::model(|| {
            let inbox = Inbox::new();
            let waking = wakers(&inbox, 2);
            drop(inbox);
            waking.into_iter().for_each(|thread| thread.join().unwrap());
            // The number is free again, and nothing of the old inbox comes with it.
            let next = Inbox::new();
            assert_eq!(next.id(), 0);
            next.drain(|node| panic!("woken: {node:?}"));
        });
    }
}
