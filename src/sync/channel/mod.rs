//! `channel`: items from many tasks to one, in the order in which they were sent or in another.

mod receiver;
mod sender;
#[cfg(all(test, not(loom)))]
mod tests;

use std::cell::{RefCell, RefMut};
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::Waker;

pub use receiver::{ReceiveStream, ReceiveWait, Receiver};
pub use sender::{SendWait, Sender};

use super::Label;
use crate::task::waiters::WaiterList;
use crate::task::wake_up;

/// The capacity of a channel without a limit.
const UNBOUNDED: usize = usize::MAX;

/// A channel with the given capacity: a sender waits while it is full. Messages name the line of this
/// call.
///
/// It is closed by [`Sender::close`], by [`Receiver::close`], and when the last sender or the receiver
/// is dropped. Remaining items can still be received.
///
/// ```
/// use futures_lite::future::{block_on, zip};
/// use verifork::sync::{RecvError, channel};
///
/// let (requests, inbox) = channel(2);
/// let driver = async move {
///     for request in 0..5 {
///         requests.send(request).await.unwrap();
///     }
/// };
/// let monitor = async {
///     for expected in 0..5 {
///         assert_eq!(inbox.recv().await, Ok(expected));
///     }
///     assert_eq!(inbox.recv().await, Err(RecvError)); // the driver has dropped its sender
/// };
/// block_on(zip(driver, monitor));
/// ```
///
/// # Panics
///
/// For a capacity of 0: no item would ever get through.
#[track_caller]
pub fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    with_capacity(checked(Some(capacity)), None)
}

/// A channel without a limit: a sender never waits. Messages name the line of this call.
///
/// ```
/// use verifork::sync::unbounded;
///
/// let (log, entries) = unbounded();
/// for entry in ["reset", "write", "read"] {
///     log.try_send(entry).unwrap();
/// }
/// assert_eq!((entries.len(), entries.try_recv()), (3, Ok("reset")));
/// ```
#[track_caller]
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    with_capacity(UNBOUNDED, None)
}

/// A channel that delivers the newest item first, with room for `capacity` items, or without a limit if
/// `None`. Messages name the line of this call.
///
/// Otherwise it is like [`channel()`]: senders and receivers are served in order of arrival.
///
/// ```
/// use verifork::sync::lifo_channel;
///
/// let (returns, calls) = lifo_channel(None);
/// for call in ["outer", "inner"] {
///     returns.try_send(call).unwrap();
/// }
/// assert_eq!((calls.try_recv(), calls.try_recv()), (Ok("inner"), Ok("outer")));
/// ```
///
/// # Panics
///
/// For a capacity of 0: no item would ever get through.
#[track_caller]
pub fn lifo_channel<T>(capacity: impl Into<Option<usize>>) -> (Sender<T>, Receiver<T>) {
    with_capacity(checked(capacity.into()), Some(VecDeque::push_front))
}

/// A channel that delivers the greatest item first, and of equal items the one that was sent first. It
/// has room for `capacity` items, or no limit if `None`. Messages name the line of this call.
///
/// Use [`Reverse`](std::cmp::Reverse) to receive the least first. If the channel is full, a greater
/// item waits like any other. Otherwise it is like [`channel()`]: senders and receivers are served in
/// order of arrival.
///
/// ```
/// use verifork::sync::priority_channel;
///
/// let (requests, bus) = priority_channel(8);
/// for request in [(1, "write"), (7, "interrupt"), (1, "read")] {
///     requests.try_send(request).unwrap();
/// }
/// assert_eq!(bus.try_recv(), Ok((7, "interrupt")));
/// assert_eq!(bus.try_recv(), Ok((1, "write")));
/// ```
///
/// # Panics
///
/// For a capacity of 0: no item would ever get through.
#[track_caller]
pub fn priority_channel<T: Ord>(capacity: impl Into<Option<usize>>) -> (Sender<T>, Receiver<T>) {
    let in_order: Insert<T> = |items, item| {
        let at = items.partition_point(|other| *other >= item);
        items.insert(at, item);
    };
    with_capacity(checked(capacity.into()), Some(in_order))
}

#[track_caller]
fn checked(capacity: Option<usize>) -> usize {
    assert!(
        capacity != Some(0),
        "a channel with room for 0 items lets none through: it needs room for at least 1"
    );
    capacity.unwrap_or(UNBOUNDED)
}

#[track_caller]
fn with_capacity<T>(capacity: usize, insert: Option<Insert<T>>) -> (Sender<T>, Receiver<T>) {
    let state = State {
        items: VecDeque::new(),
        insert,
        capacity,
        closed: false,
        senders: 1,
        sending: WaiterList::new(),
        receiving: WaiterList::new(),
        promised_room: 0,
        promised_items: 0,
    };
    let shared = Rc::new(Shared {
        state: RefCell::new(state),
        label: Label::here(),
    });
    (Sender::new(Rc::clone(&shared)), Receiver::new(shared))
}

type Insert<T> = fn(&mut VecDeque<T>, T);

struct Shared<T> {
    state: RefCell<State<T>>,
    label: Label,
}

/// Room and items that become free are promised to the front of a queue at once: a woken wait leaves the
/// queue with a promise, and no other can overtake it before its task runs. A wait that is dropped with a
/// promise returns it.
struct State<T> {
    /// In the order in which they are received.
    items: VecDeque<T>,
    /// Inserts an item at its position; `None`: at the end.
    insert: Option<Insert<T>>,
    capacity: usize,
    /// Once closed, it stays closed: no task waits to send, and when `items` is empty, none waits to
    /// receive.
    closed: bool,
    senders: usize,
    sending: WaiterList,
    receiving: WaiterList,
    /// Room that belongs to woken senders. Meaningless once the channel is closed.
    promised_room: usize,
    /// How many items at the front belong to woken receivers: at most `items.len()`.
    promised_items: usize,
}

impl<T> State<T> {
    #[inline]
    fn push(&mut self, item: T) {
        match self.insert {
            None => self.items.push_back(item),
            Some(insert) => insert(&mut self.items, item),
        }
    }

    #[inline]
    fn has_room(&self) -> bool {
        self.items.len().saturating_add(self.promised_room) < self.capacity
    }

    #[inline]
    fn has_item(&self) -> bool {
        self.items.len() > self.promised_items
    }

    /// A task waits to send or to receive.
    #[inline]
    fn is_awaited(&self) -> bool {
        !(self.sending.is_empty() && self.receiving.is_empty())
    }

    #[inline]
    fn is_over(&self) -> bool {
        self.closed && self.items.is_empty()
    }

    /// Takes the next wait that is over out of its queue, and promises it what it waits for.
    fn next_to_wake(&mut self) -> Option<Waker> {
        let room = !self.closed && self.has_room();
        if (room || self.closed)
            && let Some(((), waker)) = self.sending.pop_front()
        {
            self.promised_room += usize::from(room);
            return Some(waker);
        }
        let item = self.has_item();
        if (item || self.is_over())
            && let Some(((), waker)) = self.receiving.pop_front()
        {
            self.promised_items += usize::from(item);
            return Some(waker);
        }
        None
    }
}

impl<T> Shared<T> {
    /// Wakes the waits that are over; called after every change.
    fn settle(&self) {
        self.settle_after(self.state.borrow_mut());
    }

    /// [`settle`](Self::settle) with the borrowed state, which is released.
    #[inline(always)] // on the path of every item, for which mostly nobody waits
    fn settle_after<'a>(&'a self, state: RefMut<'a, State<T>>) {
        if state.is_awaited() {
            self.wake_who_need_not_wait(state);
        }
    }

    #[inline(never)]
    fn wake_who_need_not_wait<'a>(&'a self, mut state: RefMut<'a, State<T>>) {
        // Nothing is borrowed while a waker runs.
        while let Some(waker) = state.next_to_wake() {
            let was_last = !state.is_awaited();
            drop(state);
            wake_up(waker);
            // A wait that begins while the waker runs need not be woken by this change.
            if was_last {
                return;
            }
            state = self.state.borrow_mut();
        }
    }

    fn close(&self) {
        self.state.borrow_mut().closed = true;
        self.settle();
    }

    fn len(&self) -> usize {
        self.state.borrow().items.len()
    }

    fn capacity(&self) -> Option<usize> {
        Some(self.state.borrow().capacity).filter(|&capacity| capacity != UNBOUNDED)
    }

    fn is_closed(&self) -> bool {
        self.state.borrow().closed
    }
}

/// Both ends print the same.
macro_rules! debug_end {
    ($name:ident) => {
        impl<T> std::fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("label", &self.shared.label)
                    .field("len", &self.len())
                    .field("capacity", &self.capacity())
                    .field("closed", &self.is_closed())
                    .finish()
            }
        }
    };
}
use debug_end;
