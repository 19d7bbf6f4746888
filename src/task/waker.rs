//! Wakers that are an index: cloned, kept and dropped at no cost, woken from any thread.
//!
//! The data word of the waker names the executor, the node and the node's generation. It refers to no
//! memory, so a waker that outlives its task, its scope or its thread is harmless: it wakes no task.

use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::executor::{Executor, add_uncollected_panic, with_own_executor};
use super::inbox::post;
use super::node_ref::NodeRef;
use super::panics::catch;

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake, drop_nothing);

/// The waker of a node, which need not be dropped.
#[inline]
pub(super) fn waker_of(node: NodeRef) -> impl Deref<Target = Waker> {
    #[allow(clippy::cast_possible_truncation)] // pointers have 64 bits here
    let data = std::ptr::without_provenance(node.bits() as usize);
    // SAFETY: the table's functions read the data word as a number only, are safe to call from any
    // thread, and there is nothing to release: the contract of `RawWaker` holds for any word.
    ManuallyDrop::new(unsafe { Waker::new(data, &VTABLE) })
}

#[inline]
fn is_ours(waker: &Waker) -> bool {
    std::ptr::eq(waker.vtable(), &raw const VTABLE)
}

/// The node that a waker names, if it is one of ours and of the executor `id`.
#[inline]
pub(super) fn node_of(waker: &Waker, id: u16) -> Option<NodeRef> {
    if !is_ours(waker) {
        return None;
    }
    let node = NodeRef::from_bits(waker.data().addr() as u64);
    (node.executor() == id).then_some(node)
}

/// The index of the task that a waker names, if it is a task of this executor.
#[inline]
pub(crate) fn node_index(waker: &Waker, executor: &Executor) -> Option<u32> {
    node_of(waker, executor.id()).map(NodeRef::index)
}

/// Clones a waker, without a virtual call if it is one of ours.
#[inline]
pub(crate) fn keep(waker: &Waker) -> Waker {
    keep_own(waker).unwrap_or_else(|| waker.clone())
}

/// [`keep`] for a waker of ours; `None` for a foreign one.
#[inline]
pub(crate) fn keep_own(waker: &Waker) -> Option<Waker> {
    // SAFETY: as in `waker_of`: the contract holds for any word.
    is_ours(waker).then(|| unsafe { Waker::new(waker.data(), &VTABLE) })
}

/// Drops a waker, without a virtual call if it is one of ours.
#[inline]
pub(crate) fn let_go(waker: Waker) {
    if is_ours(&waker) {
        std::mem::forget(waker);
    }
}

/// Wakes the task of a waker. Does not unwind.
#[inline]
pub(crate) fn wake_up(waker: Waker) {
    if is_ours(&waker) {
        let data = waker.data();
        // It has nothing that a drop would free.
        std::mem::forget(waker);
        wake(data);
    } else {
        wake_foreign(waker);
    }
}

/// [`wake_up`] without consuming the waker.
#[inline]
pub(crate) fn wake_by_ref(waker: &Waker) {
    if is_ours(waker) {
        wake(waker.data());
    } else {
        waker.wake_by_ref();
    }
}

/// Wakes a foreign waker. A panic of its code fails the test, but other tasks are still woken.
#[cold]
fn wake_foreign(waker: Waker) {
    if let Err(caught) = catch(move || waker.wake()) {
        add_uncollected_panic("a waker of another executor", caught);
    }
}

fn clone(data: *const ()) -> RawWaker {
    RawWaker::new(data, &VTABLE)
}

fn wake(data: *const ()) {
    let node = NodeRef::from_bits(data.addr() as u64);
    let is_own = with_own_executor(|executor| {
        let is_own = executor.id() == node.executor();
        if is_own {
            executor.wake(node);
        }
        is_own
    });
    if is_own != Some(true) {
        post(node);
    }
}

fn drop_nothing(_data: *const ()) {}
