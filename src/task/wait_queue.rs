//! A queue of waiting tasks, for every table of waits: a task registers, is woken, or leaves.
//!
//! Cloning, waking or dropping a waker may run foreign code that uses the queue again: the queue is not
//! borrowed during any of these.

use std::cell::{Cell, Ref, RefCell};
use std::task::Waker;

use super::executor::with_executor;
use super::waiters::{Only, WaiterKey, WaiterList};
use super::waker::{keep, wake_up};

thread_local! {
    /// Memory for wakers, when more than one task is woken.
    static SPARE: Cell<Vec<Waker>> = const { Cell::new(Vec::new()) };
}

/// The waits for one thing in order of arrival, each with a payload.
#[derive(Debug)]
pub(crate) struct WaitQueue<P = ()>(RefCell<WaiterList<P>>);

impl<P> WaitQueue<P> {
    pub(crate) fn new() -> Self {
        WaitQueue(RefCell::new(WaiterList::new()))
    }

    /// Begins to wait.
    #[inline]
    pub(crate) fn register(&self, payload: P, waker: &Waker) -> WaiterKey {
        let waker = keep(waker);
        self.0.borrow_mut().insert_back(payload, waker)
    }

    /// Whether the wait continues. If so, it wakes this task from now on.
    #[inline]
    pub(crate) fn still_waits(&self, key: WaiterKey, waker: &Waker) -> bool {
        let waits = self.0.borrow().contains(key);
        if waits {
            self.update(key, waker);
        }
        waits
    }

    #[inline(never)]
    fn update(&self, key: WaiterKey, waker: &Waker) {
        let waker = keep(waker);
        let replaced = self.0.borrow_mut().update(key, waker);
        drop(replaced);
    }

    /// If there is exactly one wait and `is_over` is true for it, takes it out, for the caller to wake.
    #[inline]
    pub(crate) fn take_only_if(&self, is_over: impl FnOnce(&mut P) -> bool) -> Only<Waker> {
        let taken = self.0.borrow_mut().take_only_if(is_over);
        match taken {
            Only::Leaves((_, waker)) => Only::Leaves(waker),
            Only::Stays => Only::Stays,
            Only::None => Only::None,
        }
    }

    /// Takes all waits out and wakes them in order of arrival, except the last one, which is returned.
    #[inline]
    pub(crate) fn wake_all_but_last(&self) -> Option<Waker> {
        let only = self.0.borrow_mut().take_only();
        match only {
            Some((_, waker)) => Some(waker),
            None if self.is_empty() => None,
            None => self.wake_several_but_last(),
        }
    }

    #[inline(never)]
    fn wake_several_but_last(&self) -> Option<Waker> {
        let mut woken = Woken::new();
        self.take_if(|_| true, |waker| woken.push(waker));
        woken.wake_all_but_last()
    }

    /// Ends a wait, wherever it is in the queue.
    pub(crate) fn leave(&self, key: WaiterKey) {
        drop(self.take(key));
    }

    /// Takes a wait out, for the caller to wake.
    pub(crate) fn take(&self, key: WaiterKey) -> Option<Waker> {
        let taken = self.0.borrow_mut().take(key);
        taken.map(|(_, waker)| waker)
    }

    /// Takes out the waits for which `is_over` is true, in order of arrival, for the caller to wake after
    /// this has returned.
    #[inline]
    pub(crate) fn take_if(
        &self,
        mut is_over: impl FnMut(&mut P) -> bool,
        mut taken: impl FnMut(Waker),
    ) {
        let mut waits = self.0.borrow_mut();
        waits.take_if(|_, payload| is_over(payload), |_, waker| taken(waker));
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.0.borrow().len()
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// Borrows the waits: none may register or leave during this.
    pub(crate) fn look(&self) -> Ref<'_, WaiterList<P>> {
        self.0.borrow()
    }
}

/// Wakers that were taken out of their queues, to be woken in this order once nothing is borrowed. Nearly
/// always there is one, which needs no allocation.
pub(crate) struct Woken {
    first: Option<Waker>,
    more: Vec<Waker>,
}

impl Woken {
    #[inline]
    pub(crate) const fn new() -> Self {
        Woken {
            first: None,
            more: Vec::new(),
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, waker: Waker) {
        match self.first {
            None => self.first = Some(waker),
            Some(_) => self.push_more(waker),
        }
    }

    #[inline(never)]
    fn push_more(&mut self, waker: Waker) {
        if self.more.capacity() == 0 {
            self.more = SPARE.try_with(Cell::take).unwrap_or_default();
        }
        self.more.push(waker);
    }

    /// Wakes all tasks except the last one, which is returned.
    #[inline(always)] // on the path of every event
    pub(crate) fn wake_all_but_last(self) -> Option<Waker> {
        let Woken { first, more } = self;
        if more.capacity() == 0 {
            // Saves the usual case a call that would find nothing to free.
            std::mem::forget(more);
            return first;
        }
        wake_more(first, more)
    }

    /// Wakes all tasks.
    pub(crate) fn wake_all(self) {
        if let Some(last) = self.wake_all_but_last() {
            wake_up(last);
        }
    }
}

#[inline(never)]
fn wake_more(first: Option<Waker>, mut more: Vec<Waker>) -> Option<Waker> {
    let last = more.pop();
    let mut wakers = first.into_iter().chain(more.drain(..));
    with_executor(|executor| wakers.by_ref().for_each(|waker| executor.wake_waker(waker)));
    // The thread is ending.
    wakers.for_each(wake_up);
    let _ = SPARE.try_with(|spare| spare.set(more));
    last
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;
    use std::sync::Arc;
    use std::task::Wake;

    use super::*;

    thread_local! {
        static QUEUE: Rc<WaitQueue<u32>> = Rc::new(WaitQueue::new());
        static WOKEN: Cell<u32> = const { Cell::new(0) };
    }

    /// Comes back to the queue whatever happens to its waker.
    struct Meddler;

    impl Wake for Meddler {
        fn wake(self: Arc<Self>) {
            WOKEN.set(WOKEN.get() + 1);
            QUEUE.with(|queue| queue.register(7, Waker::noop()));
        }
    }

    impl Drop for Meddler {
        fn drop(&mut self) {
            let _ = QUEUE.try_with(|queue| queue.register(9, Waker::noop()));
        }
    }

    fn payloads(queue: &WaitQueue<u32>) -> Vec<u32> {
        let waits = queue.look();
        waits.iter().map(|(_, &payload, _)| payload).collect()
    }

    #[test]
    fn a_waker_may_come_back_to_the_queue_when_it_is_woken_replaced_or_dropped() {
        let queue = QUEUE.with(Rc::clone);
        let leaves = queue.register(1, &Arc::new(Meddler).into());
        queue.leave(leaves);
        assert_eq!(payloads(&queue), [9]);
        let replaced = queue.register(2, &Arc::new(Meddler).into());
        assert!(queue.still_waits(replaced, Waker::noop()));
        assert_eq!(payloads(&queue), [9, 2, 9]);
        queue.register(3, &Arc::new(Meddler).into());
        let mut woken = Woken::new();
        queue.take_if(|_| true, |waker| woken.push(waker));
        woken.wake_all();
        assert_eq!(WOKEN.get(), 1);
        // Registered by the waker as it ran, behind all who waited before.
        assert_eq!(payloads(&queue), [7, 9]);
    }

    #[test]
    fn a_wait_that_is_over_does_not_go_on_and_leaves_nothing() {
        let queue = WaitQueue::new();
        let first = queue.register(1, Waker::noop());
        let second = queue.register(2, Waker::noop());
        let mut woken = 0;
        queue.take_if(|&mut payload| payload == 1, |_| woken += 1);
        assert_eq!(woken, 1);
        assert!(!queue.still_waits(first, Waker::noop()));
        assert!(queue.still_waits(second, Waker::noop()));
        assert!(queue.take(first).is_none());
        assert!(queue.take(second).is_some());
        assert!(queue.is_empty());
    }
}
