//! Loom's means, and what loom has none of.

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

/// Says for the models that follow on this thread whether there is a `membarrier`.
pub(crate) fn offer_barriers(offered: bool) {
    BARRIERS_REACH.set(offered);
}

/// Keeps the compiler from reordering only. With the barrier that the other side puts into this
/// thread, the two are a pair of fences, and loom knows nothing else to stand for them.
pub(crate) fn compiler_fence(order: Ordering) {
    if BARRIERS_REACH.get() {
        fence(order);
    }
}

/// More than a model sends.
const SLOTS: usize = 4;

/// A channel that promises no more than one has to: who receives an item sees what was done before
/// that was sent. Who finds none has learnt nothing, unless something else ordered the sending
/// before. Loom's own channel, as any under one lock, gives more, and would hide what relies on that.
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
    /// The standard library's lock, of which the model knows nothing: it orders nothing there.
    item: std::sync::Mutex<Option<T>>,
}

pub(crate) struct Sender<T>(Arc<Slots<T>>);

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Sender(Arc::clone(&self.0))
    }
}

impl<T> Sender<T> {
    // As the real one, which fails where the receiver is gone.
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

/// There is nothing that this thread has to see.
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

/// A wait that ends at once, for whatever reason: models have no clock.
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
