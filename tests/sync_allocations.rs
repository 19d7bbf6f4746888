//! A wait allocates nothing once as many waits as now have been pending before.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use verifork::sync::{Barrier, Event, Mutex, Semaphore, channel};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system's allocator unchanged; the counter is a plain thread-local
// without a destructor, so that touching it neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`, and `alloc` used this allocator.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Runs a round once to warm up, and then many times.
fn allocates_nothing(mut round: impl FnMut()) {
    round();
    let before = ALLOCATIONS.get();
    for _ in 0..10_000 {
        round();
    }
    assert_eq!(ALLOCATIONS.get() - before, 0);
}

#[test]
fn event() {
    let event = Event::new();
    allocates_nothing(|| {
        let (mut first, mut second) = (pin!(event.wait()), pin!(event.wait()));
        assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
        event.set();
        assert!(poll(first).is_ready() && poll(second).is_ready());
        event.clear();
    });
}

#[test]
fn channel_full_and_empty() {
    let (sender, receiver) = channel(2);
    allocates_nothing(|| {
        let mut recv = pin!(receiver.recv());
        assert!(poll(recv.as_mut()).is_pending());
        for item in 0..2 {
            assert!(poll(pin!(sender.send(item))).is_ready());
        }
        let mut send = pin!(sender.send(2));
        assert!(poll(send.as_mut()).is_pending());
        assert_eq!(poll(recv), Poll::Ready(Ok(0)));
        assert!(poll(send).is_ready());
        assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(1), Ok(2)));
    });
}

#[test]
fn lock() {
    let lock = Mutex::new(0);
    allocates_nothing(|| {
        let guard = lock.try_lock();
        let mut wait = pin!(lock.lock());
        assert!(poll(wait.as_mut()).is_pending());
        drop(guard);
        assert!(poll(wait).is_ready());
    });
}

#[test]
fn semaphore() {
    let semaphore = Semaphore::new(2);
    allocates_nothing(|| {
        let permit = semaphore.try_acquire();
        let (mut dropped, mut wait) = (pin!(semaphore.acquire_many(2)), pin!(semaphore.acquire()));
        assert!(poll(dropped.as_mut()).is_pending() && poll(wait.as_mut()).is_pending());
        drop(permit);
        assert!(poll(dropped).is_ready());
        assert!(poll(wait).is_ready());
    });
}

#[test]
fn barrier() {
    let barrier = Barrier::new(2);
    allocates_nothing(|| {
        let mut first = pin!(barrier.wait());
        assert!(poll(first.as_mut()).is_pending());
        assert!(poll(pin!(barrier.wait())).is_ready());
        assert!(poll(first).is_ready());
    });
}
