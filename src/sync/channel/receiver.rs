//! The receiving end.

use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;

use super::{Shared, debug_end};
use crate::sync::{POLLED_AGAIN, RecvError, TryRecvError, Turn};
use crate::task::waiters::WaiterKey;
use crate::task::{keep, let_go, record_wait};

/// The receiving end of a [`channel`](super::channel).
///
/// Dropping it closes the channel and drops the items in it.
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example() -> Result {
/// let (requests, inbox) = channel(4);
/// spawn(async move {
///     requests.send(7).await?;
///     Ok(())
/// });
/// assert_eq!(inbox.recv().await?, 7);
/// assert!(inbox.recv().await.is_err()); // the sender is gone
/// # Ok(())
/// # }
/// ```
pub struct Receiver<T> {
    pub(super) shared: Rc<Shared<T>>,
}

impl<T> Receiver<T> {
    pub(super) fn new(shared: Rc<Shared<T>>) -> Self {
        Receiver { shared }
    }

    /// Receives the next item, once there is one.
    ///
    /// Several tasks may share the receiver by reference; they are served in order of arrival. A `recv`
    /// that is dropped before it returns has taken no item.
    ///
    /// # Errors
    ///
    /// [`RecvError`] once the channel is closed and every item has been received.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(inbox: Receiver<u32>) -> Result {
    /// let word: u32 = inbox.recv().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn recv(&self) -> ReceiveWait<'_, T> {
        ReceiveWait {
            shared: &self.shared,
            turn: Turn::New,
        }
    }

    /// The items as a stream, for the combinators of `futures-lite` and the like. It ends when the channel
    /// is closed and empty.
    ///
    /// ```
    /// use futures_lite::StreamExt as _;
    /// use verifork::sync::unbounded;
    ///
    /// let (sender, words) = unbounded();
    /// (0..5).for_each(|word| sender.try_send(word).unwrap());
    /// drop(sender);
    /// let even = words.stream().filter(|word| word % 2 == 0).collect::<Vec<_>>();
    /// assert_eq!(futures_lite::future::block_on(even), vec![0, 2, 4]);
    /// ```
    pub fn stream(&self) -> ReceiveStream<'_, T> {
        ReceiveStream {
            receiver: self,
            wait: None,
        }
    }

    /// Receives the next item if there is one that no waiting [`recv`](Receiver::recv) is entitled to.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::sync::TryRecvError;
    ///
    /// let (words, inbox) = channel(4);
    /// words.try_send(7).unwrap();
    /// assert_eq!(inbox.try_recv(), Ok(7));
    /// assert_eq!(inbox.try_recv(), Err(TryRecvError::Empty));
    /// ```
    ///
    /// # Errors
    ///
    /// [`TryRecvError::Empty`] if there is none now, [`TryRecvError::Closed`] if there never will be.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        let mut state = self.shared.state.borrow_mut();
        let item = if state.has_item() {
            state.items.pop_front()
        } else {
            None
        };
        let missing = if state.is_over() {
            TryRecvError::Closed
        } else {
            TryRecvError::Empty
        };
        drop(state);
        if item.is_some() {
            self.shared.settle();
        }
        item.ok_or(missing)
    }

    /// Closes the channel: nothing more can be sent, and remaining items can still be received. Waiting
    /// `send`s return their items.
    ///
    /// ```
    /// use verifork::sync::{TryRecvError, channel};
    ///
    /// let (requests, inbox) = channel(4);
    /// requests.try_send("last").unwrap();
    /// inbox.close();
    /// assert!(requests.try_send("too late").is_err());
    /// assert_eq!(inbox.try_recv(), Ok("last"));
    /// assert_eq!(inbox.try_recv(), Err(TryRecvError::Closed));
    /// ```
    pub fn close(&self) {
        self.shared.close();
    }

    /// Whether the channel is closed. Items may be left in it.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// let (words, inbox) = channel(4);
    /// words.try_send(7).unwrap();
    /// drop(words);
    /// assert!(inbox.is_closed() && inbox.len() == 1); // what was sent can still be received
    /// ```
    pub fn is_closed(&self) -> bool {
        self.shared.is_closed()
    }

    /// The number of items in the channel.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// let (words, inbox) = channel(4);
    /// words.try_send(7).unwrap();
    /// assert_eq!(inbox.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.shared.len()
    }

    /// Whether no item is in the channel.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(expected: Receiver<u8>) -> Result {
    /// // At the end of a test: whatever the model expects has come.
    /// ensure!(expected.is_empty(), "{} words did not come", expected.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The channel's capacity; `None` if there is no limit.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// assert_eq!(channel::<u8>(4).1.capacity(), Some(4));
    /// assert_eq!(unbounded::<u8>().1.capacity(), None);
    /// ```
    pub fn capacity(&self) -> Option<usize> {
        self.shared.capacity()
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut state = self.shared.state.borrow_mut();
        state.closed = true;
        state.promised_items = 0;
        // Dropped last and with nothing borrowed: an item may hold a sender of this channel.
        let items = std::mem::take(&mut state.items);
        drop(state);
        self.shared.settle();
        drop(items);
    }
}

debug_end!(Receiver);

/// The future of [`Receiver::recv`].
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
/// let receiving = inbox.recv();
/// words.send(7).await?;
/// assert_eq!(receiving.await?, 7);
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[must_use = "it waits only when awaited: add `.await`"]
pub struct ReceiveWait<'a, T> {
    shared: &'a Shared<T>,
    turn: Turn,
}

impl<T> Future for ReceiveWait<'_, T> {
    type Output = Result<T, RecvError>;

    #[inline(always)] // on the path of every item: its values stay in the task's registers
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let ReceiveWait { shared, turn } = &mut *self;
        let waker = keep(context.waker());
        let mut state = shared.state.borrow_mut();
        match *turn {
            Turn::New if state.has_item() || state.is_over() => {}
            Turn::New => {
                *turn = Turn::Queued(state.receiving.insert_back((), waker));
                drop(state);
                record_wait(shared.label.wait(WHAT));
                return Poll::Pending;
            }
            Turn::Queued(key) if state.receiving.contains(key) => {
                drop(state);
                shared.receive_later(key, waker);
                return Poll::Pending;
            }
            Turn::Queued(_) if state.is_over() => {}
            Turn::Queued(_) => state.promised_items -= 1,
            Turn::Over => panic!("{POLLED_AGAIN}"),
        }
        *turn = Turn::Over;
        let item = state.items.pop_front();
        shared.settle_after(state);
        let_go(waker);
        Poll::Ready(item.ok_or(RecvError))
    }
}

const WHAT: &str = "an item from the channel";

impl<T> Shared<T> {
    /// Replaces the waker of a waiting receiver.
    #[inline(never)]
    fn receive_later(&self, key: WaiterKey, waker: Waker) {
        let replaced = self.state.borrow_mut().receiving.update(key, waker);
        drop(replaced);
        record_wait(self.label.wait(WHAT));
    }
}

impl<T> ReceiveWait<'_, T> {
    /// Ends the wait, and returns a promised item to the channel.
    #[inline(never)]
    fn leave(&self, key: WaiterKey) {
        let mut state = self.shared.state.borrow_mut();
        let waiter = state.receiving.take(key);
        if waiter.is_none() && !state.is_over() {
            state.promised_items -= 1;
        }
        drop(state);
        drop(waiter);
        self.shared.settle();
    }
}

impl<T> Drop for ReceiveWait<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if let Turn::Queued(key) = self.turn {
            self.leave(key);
        }
    }
}

impl<T> fmt::Debug for ReceiveWait<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiveWait")
            .field("channel", &self.shared.label)
            .finish_non_exhaustive()
    }
}

/// The stream of [`Receiver::stream`]. Dropping it loses no item.
///
/// ```
/// use verifork::prelude::*;
/// use futures_lite::StreamExt as _;
///
/// # verifork::task::block_on(async {
/// let (words, inbox) = unbounded();
/// for word in [3, 5, 8] {
///     words.send(word).await?;
/// }
/// drop(words); // the stream ends with the channel
/// let even: Vec<i32> = inbox.stream().filter(|word| word % 2 == 0).collect().await;
/// assert_eq!(even, [8]);
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[must_use = "a stream gives its items only when it is polled"]
pub struct ReceiveStream<'a, T> {
    receiver: &'a Receiver<T>,
    wait: Option<ReceiveWait<'a, T>>,
}

impl<T> Stream for ReceiveStream<'_, T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let receiver = self.receiver;
        let wait = self.wait.get_or_insert_with(|| receiver.recv());
        let received = Pin::new(wait).poll(context);
        if received.is_ready() {
            self.wait = None;
        }
        received.map(Result::ok)
    }
}

impl<T> fmt::Debug for ReceiveStream<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReceiveStream").field(self.receiver).finish()
    }
}
