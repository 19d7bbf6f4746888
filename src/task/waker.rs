//! Wakers that are an index: cloned, kept and dropped for nothing, woken from any thread.
//!
//! The data word of the waker names the executor, the node and the node's generation. There is no memory
//! behind it, so a waker that outlives its task, its scope or its thread is harmless: at worst it
//! wakes nobody.

use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::executor::{Executor, lose_panic, with_own_executor};
use super::inbox::post;
use super::panics::catch;

#[cfg(not(target_pointer_width = "64"))]
compile_error!("verifork packs a task's name into a pointer and needs a 64-bit host");

/// A node by executor (16 bits), generation (24 bits) and index (24 bits).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NodeRef(u64);

impl NodeRef {
    pub(super) const MAX_INDEX: u32 = (1 << 24) - 1;

    #[inline]
    pub(super) fn new(executor: u16, index: u32, generation: u32) -> Self {
        NodeRef(u64::from(executor) << 48 | u64::from(generation) << 24 | u64::from(index))
    }

    /// Generations wrap: a waker that is sixteen million tasks old may wake a stranger, which every
    /// future has to bear anyway.
    pub(super) fn next_generation(generation: u32) -> u32 {
        (generation + 1) & Self::MAX_INDEX
    }

    #[inline]
    pub(super) fn executor(self) -> u16 {
        (self.0 >> 48) as u16
    }

    #[allow(clippy::cast_possible_truncation)] // masked to 24 bits
    #[inline]
    pub(super) fn generation(self) -> u32 {
        (self.0 >> 24) as u32 & Self::MAX_INDEX
    }

    #[allow(clippy::cast_possible_truncation)] // masked to 24 bits
    #[inline]
    pub(super) fn index(self) -> u32 {
        self.0 as u32 & Self::MAX_INDEX
    }
}

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake, drop_nothing);

/// The waker of a node, without the bother of dropping it.
#[inline]
pub(super) fn waker_of(node: NodeRef) -> impl Deref<Target = Waker> {
    #[allow(clippy::cast_possible_truncation)] // pointers have 64 bits here
    let data = std::ptr::without_provenance(node.0 as usize);
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
    let node = NodeRef(waker.data().addr() as u64);
    (node.executor() == id).then_some(node)
}

/// The index of the task that a waker names, if it is a task of this executor.
#[inline]
pub(crate) fn node_index(waker: &Waker, executor: &Executor) -> Option<u32> {
    node_of(waker, executor.id()).map(NodeRef::index)
}

/// A waker to keep: as `clone`, which a waker of ours needs no call for.
#[inline]
pub(crate) fn keep(waker: &Waker) -> Waker {
    keep_own(waker).unwrap_or_else(|| waker.clone())
}

/// [`keep`] for a waker of ours; `None` for anybody else's.
#[inline]
pub(crate) fn keep_own(waker: &Waker) -> Option<Waker> {
    // SAFETY: as in `waker_of`: the contract holds for any word.
    is_ours(waker).then(|| unsafe { Waker::new(waker.data(), &VTABLE) })
}

/// Drops a waker, for which one of ours needs no call.
#[inline]
pub(crate) fn let_go(waker: Waker) {
    if is_ours(&waker) {
        std::mem::forget(waker);
    }
}

/// Wakes whoever the waker belongs to. Does not unwind.
#[inline]
pub(crate) fn wake_up(waker: Waker) {
    if is_ours(&waker) {
        let data = waker.data();
        // There is nothing behind it that a drop would have to free.
        std::mem::forget(waker);
        wake(data);
    } else {
        wake_foreign(waker);
    }
}

/// [`wake_up`] for a task that goes on with its waker.
#[inline]
pub(crate) fn wake_by_ref(waker: &Waker) {
    if is_ours(waker) {
        wake(waker.data());
    } else {
        waker.wake_by_ref();
    }
}

/// Wakes a task of another executor. A panic of that one's code fails the test, and keeps nobody
/// else from being woken.
#[cold]
fn wake_foreign(waker: Waker) {
    if let Err(caught) = catch(move || waker.wake()) {
        lose_panic("a waker of another executor", caught);
    }
}

fn clone(data: *const ()) -> RawWaker {
    RawWaker::new(data, &VTABLE)
}

fn wake(data: *const ()) {
    let node = NodeRef(data.addr() as u64);
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
