//! Loom's primitives, and replacements for those that loom lacks.

use std::cell::Cell;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

pub(crate) use loom::hint::spin_loop;
pub(crate) use loom::sync::Mutex;
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, fence};

use super::First;

thread_local! {
    /// Another thread's `membarrier` reaches this one. Loom runs all threads of a model on one.
    static BARRIERS_REACH: Cell<bool> = const { Cell::new(false) };
}

/// Sets whether later models on this thread have `membarrier`.
pub(crate) fn offer_barriers(offered: bool) {
    BARRIERS_REACH.set(offered);
}

/// In reality this only keeps the compiler from reordering. Together with the barrier that the other side
/// puts into this thread, it acts as a pair of fences, which is how loom can represent it.
pub(crate) fn compiler_fence(order: Ordering) {
    if BARRIERS_REACH.get() {
        fence(order);
    }
}

/// More items than a model sends.
const SLOTS: usize = 4;

/// A channel with only the guarantees that every channel gives: the receiver of an item sees what happened
/// before it was sent. Finding no item implies nothing, unless something else ordered the send before.
/// Loom's own channel, like any channel under one lock, guarantees more, and would hide code that relies on
/// that.
pub(crate) fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    let slots = Arc::new(Slots {
        begun: AtomicUsize::new(0),
        slots: std::array::from_fn(|_| Slot {
            is_full: AtomicBool::new(false),
            item: std::sync::Mutex::new(None),
        }),
    });
    let sender = Sender(Arc::clone(&slots));
    let taken = Cell::new(0);
    (sender, Receiver { slots, taken })
}

struct Slots<T> {
    begun: AtomicUsize,
    slots: [Slot<T>; SLOTS],
}

struct Slot<T> {
    is_full: AtomicBool,
    /// The standard library's lock, which loom does not see: it orders nothing in the model.
    item: std::sync::Mutex<Option<T>>,
}

pub(crate) struct Sender<T>(Arc<Slots<T>>);

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Sender(Arc::clone(&self.0))
    }
}

impl<T> Sender<T> {
    // Like the real one, which fails if the receiver is gone.
    #[allow(clippy::unnecessary_wraps)]
    pub(crate) fn send(&self, item: T) -> Result<(), T> {
        let slot = &self.0.slots[self.0.begun.fetch_add(1, Ordering::Relaxed)];
        *slot.item.lock().unwrap_or_else(PoisonError::into_inner) = Some(item);
        slot.is_full.store(true, Ordering::Release);
        Ok(())
    }
}

pub(crate) struct Receiver<T> {
    slots: Arc<Slots<T>>,
    taken: Cell<usize>,
}

/// Nothing has to become visible to this thread.
pub(crate) struct Empty;

impl<T> Receiver<T> {
    pub(crate) fn try_recv(&self) -> Result<T, Empty> {
        let slot = self.slots.slots.get(self.taken.get()).ok_or(Empty)?;
        if !slot.is_full.load(Ordering::Acquire) {
            return Err(Empty);
        }
        self.taken.set(self.taken.get() + 1);
        let mut item = slot.item.lock().unwrap_or_else(PoisonError::into_inner);
        item.take().ok_or(Empty)
    }

    pub(crate) fn recv_timeout(&self, _limit: Duration) -> Result<T, Empty> {
        self.try_recv().inspect_err(|_| loom::thread::yield_now())
    }
}

/// A wait that ends at once: models have no clock.
pub(crate) fn first_of<A, B>(
    left: &Receiver<A>,
    right: &Receiver<B>,
    _limit: Duration,
) -> First<A, B> {
    if let Ok(item) = left.try_recv() {
        First::Left(item)
    } else if let Ok(item) = right.try_recv() {
        First::Right(item)
    } else {
        loom::thread::yield_now();
        First::Neither
    }
}
