//! The sending end.

use std::cell::RefMut;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::{Shared, State, debug_end};
use crate::sync::{POLLED_AGAIN, SendError, TrySendError, Turn};
use crate::task::waiters::WaiterKey;
use crate::task::{keep, let_go, record_wait};

/// The sending end of a [`channel`](super::channel); a clone sends into the same channel.
///
/// When the last one is dropped the channel is closed.
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example() -> Result {
/// let (words, inbox) = unbounded();
/// let more = words.clone();
/// words.send(1).await?;
/// more.send(2).await?;
/// assert_eq!((inbox.recv().await?, inbox.recv().await?), (1, 2));
/// # Ok(())
/// # }
/// ```
pub struct Sender<T> {
    pub(super) shared: Rc<Shared<T>>,
}

impl<T> Sender<T> {
    /// The first sender of a channel, which has counted it.
    pub(super) fn new(shared: Rc<Shared<T>>) -> Self {
        Sender { shared }
    }

    /// Sends an item, once there is room.
    ///
    /// Senders are served in order of arrival. A `send` that is dropped before it returns has not sent
    /// its item.
    ///
    /// # Errors
    ///
    /// Returns the item if the channel is closed, before the call or while it waits.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(requests: Sender<u32>) -> Result {
    /// requests.send(7).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn send(&self, item: T) -> SendWait<'_, T> {
        SendWait {
            shared: &self.shared,
            item: Some(item),
            turn: Turn::New,
        }
    }

    /// Sends an item if there is room that no waiting [`send`](Sender::send) is entitled to.
    ///
    /// ```
    /// use verifork::sync::{TrySendError, channel};
    ///
    /// let (requests, inbox) = channel(1);
    /// assert_eq!(requests.try_send(1), Ok(()));
    /// assert_eq!(requests.try_send(2), Err(TrySendError::Full(2)));
    /// drop(inbox);
    /// assert_eq!(requests.try_send(3), Err(TrySendError::Closed(3)));
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the item if there is no room or the channel is closed.
    pub fn try_send(&self, item: T) -> Result<(), TrySendError<T>> {
        let mut state = self.shared.state.borrow_mut();
        if state.closed {
            return Err(TrySendError::Closed(item));
        }
        if !state.has_room() {
            return Err(TrySendError::Full(item));
        }
        state.push(item);
        self.shared.settle_after(state);
        Ok(())
    }

    /// Closes the channel: nothing more can be sent, and remaining items can still be received. Waiting
    /// `send`s return their items.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let (words, inbox) = channel(4);
    /// words.send(7).await?;
    /// words.close(); // no more, whoever has a clone of the sender
    /// assert_eq!(inbox.recv().await, Ok(7));
    /// assert!(inbox.recv().await.is_err());
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn close(&self) {
        self.shared.close();
    }

    /// Whether the channel is closed.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// let (words, inbox) = channel::<u8>(4);
    /// drop(inbox);
    /// assert!(words.is_closed(), "nobody receives");
    /// ```
    pub fn is_closed(&self) -> bool {
        self.shared.is_closed()
    }

    /// The number of items in the channel.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// let (words, _inbox) = channel(4);
    /// words.try_send(7).unwrap();
    /// assert_eq!(words.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.shared.len()
    }

    /// Whether no item is in the channel.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// let (words, _inbox) = channel::<u8>(4);
    /// assert!(words.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The channel's capacity; `None` if there is no limit.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// let (words, _inbox) = channel::<u8>(4);
    /// assert_eq!(words.capacity(), Some(4));
    /// ```
    pub fn capacity(&self) -> Option<usize> {
        self.shared.capacity()
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.shared.state.borrow_mut().senders += 1;
        Sender {
            shared: Rc::clone(&self.shared),
        }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut state = self.shared.state.borrow_mut();
        state.senders -= 1;
        let last = state.senders == 0;
        drop(state);
        if last {
            self.shared.close();
        }
    }
}

debug_end!(Sender);

/// The future of [`Sender::send`].
///
/// # Panics
///
/// If polled again after it has finished.
///
/// # Examples
///
/// ```
/// use verifork::prelude::*;
///
/// # verifork::task::block_on(async {
/// let (words, inbox) = channel(1);
/// let sending = words.send(7);
/// sending.await?;
/// assert_eq!(inbox.recv().await?, 7);
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[must_use = "it waits only when awaited: add `.await`"]
pub struct SendWait<'a, T> {
    shared: &'a Shared<T>,
    item: Option<T>,
    turn: Turn,
}

// The item is only moved, never pinned.
impl<T> Unpin for SendWait<'_, T> {}

impl<T> Future for SendWait<'_, T> {
    type Output = Result<(), SendError<T>>;

    #[inline(always)] // as `ReceiveWait`'s
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let SendWait { shared, item, turn } = &mut *self;
        let waker = keep(context.waker());
        let mut state = shared.state.borrow_mut();
        // A channel that closes empties the queue.
        if !state.closed {
            match *turn {
                Turn::New if state.has_room() => {}
                Turn::New => {
                    *turn = Turn::Queued(shared.send_later(state, waker));
                    return Poll::Pending;
                }
                Turn::Queued(key) if state.sending.contains(key) => {
                    drop(state);
                    shared.send_still_later(key, waker);
                    return Poll::Pending;
                }
                Turn::Queued(_) => state.promised_room -= 1,
                Turn::Over => {}
            }
        }
        *turn = Turn::Over;
        let item = item.take().expect(POLLED_AGAIN);
        if state.closed {
            drop(state);
            return Poll::Ready(Err(SendError(item)));
        }
        state.push(item);
        shared.settle_after(state);
        let_go(waker);
        Poll::Ready(Ok(()))
    }
}

const WHAT: &str = "room in the channel";

impl<T> Shared<T> {
    /// Puts a sender into the queue.
    #[inline(never)]
    fn send_later(&self, mut state: RefMut<'_, State<T>>, waker: Waker) -> WaiterKey {
        let key = state.sending.insert_back((), waker);
        drop(state);
        record_wait(self.label.wait(WHAT));
        key
    }

    /// Has a sender that waits wake another task from now on.
    #[inline(never)]
    fn send_still_later(&self, key: WaiterKey, waker: Waker) {
        let replaced = self.state.borrow_mut().sending.update(key, waker);
        drop(replaced);
        record_wait(self.label.wait(WHAT));
    }
}

impl<T> SendWait<'_, T> {
    /// Gives the wait up, and room that was promised back.
    #[inline(never)]
    fn leave(&self, key: WaiterKey) {
        let mut state = self.shared.state.borrow_mut();
        let waiter = state.sending.take(key);
        if waiter.is_none() && !state.closed {
            state.promised_room -= 1;
        }
        drop(state);
        drop(waiter);
        self.shared.settle();
    }
}

impl<T> Drop for SendWait<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if let Turn::Queued(key) = self.turn {
            self.leave(key);
        }
    }
}

impl<T> fmt::Debug for SendWait<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendWait")
            .field("channel", &self.shared.label)
            .finish_non_exhaustive()
    }
}
