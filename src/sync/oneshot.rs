//! `oneshot`: one answer.

use std::cell::RefCell;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::{Label, RecvError, SendError, TryRecvError};
use crate::task::{keep, record_wait, wake_up};

/// A channel for one item: the answer to a request. Messages name the line of this call.
///
/// ```
/// use futures_lite::future::{block_on, zip};
/// use verifork::sync::{channel, oneshot};
///
/// let (requests, inbox) = channel(4);
/// let client = async {
///     let (answer, response) = oneshot();
///     requests.send((21, answer)).await.unwrap();
///     response.await
/// };
/// let server = async {
///     let (request, answer) = inbox.recv().await.unwrap();
///     answer.send(request * 2).unwrap();
/// };
/// assert_eq!(block_on(zip(client, server)).0, Ok(42));
/// ```
#[track_caller]
pub fn oneshot<T>() -> (OneshotSender<T>, OneshotReceiver<T>) {
    let state = RefCell::new(State {
        item: None,
        waker: None,
        open: true,
    });
    let shared = Rc::new(Shared {
        state,
        label: Label::here(),
    });
    (
        OneshotSender {
            shared: Rc::clone(&shared),
        },
        OneshotReceiver { shared },
    )
}

struct Shared<T> {
    state: RefCell<State<T>>,
    label: Label,
}

struct State<T> {
    item: Option<T>,
    /// The receiver's waker, while it waits.
    waker: Option<Waker>,
    /// Both ends exist, and nothing has been sent.
    open: bool,
}

impl<T> Shared<T> {
    /// Closes the channel, when the first end is dropped, and wakes the other one.
    fn close(&self) {
        let mut state = self.state.borrow_mut();
        state.open = false;
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            wake_up(waker);
        }
    }
}

/// The end of a [`oneshot`] that sends. Dropped without sending, it closes the channel.
///
/// ```
/// use verifork::prelude::*;
/// use verifork::sync::oneshot;
///
/// # verifork::task::block_on(async {
/// let (reply, answer) = oneshot();
/// reply.send(3).unwrap();
/// assert_eq!(answer.await?, 3);
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
pub struct OneshotSender<T> {
    shared: Rc<Shared<T>>,
}

impl<T> OneshotSender<T> {
    /// Sends the item. Never waits.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::sync::{OneshotSender, oneshot};
    ///
    /// # verifork::task::block_on(async {
    /// struct Read {
    ///     address: u32,
    ///     reply: OneshotSender<u32>,
    /// }
    /// let (requests, inbox) = unbounded();
    /// let (reply, answer) = oneshot();
    /// requests.send(Read { address: 0x40, reply }).await?;
    /// let read = inbox.recv().await?; // in the driver's task
    /// read.reply.send(read.address + 2)?;
    /// assert_eq!(answer.await?, 0x42);
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the item if the receiver is gone.
    pub fn send(self, item: T) -> Result<(), SendError<T>> {
        if self.is_closed() {
            return Err(SendError(item));
        }
        self.shared.state.borrow_mut().item = Some(item);
        Ok(()) // being dropped, `self` wakes the receiver
    }

    /// Whether the receiver is gone, so that the item is not needed.
    ///
    /// ```
    /// use verifork::sync::oneshot;
    ///
    /// let (reply, answer) = oneshot::<u32>();
    /// drop(answer); // the requester has given up
    /// assert!(reply.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        !self.shared.state.borrow().open
    }
}

impl<T> Drop for OneshotSender<T> {
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl<T> fmt::Debug for OneshotSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OneshotSender")
            .field("label", &self.shared.label)
            .field("closed", &self.is_closed())
            .finish()
    }
}

/// The end of a [`oneshot`] that receives: a future of the item.
///
/// It may be awaited by reference, `(&mut response).await`, so that a time limit loses nothing. Awaited
/// again after it has returned the item, it returns [`RecvError`].
///
/// ```
/// use verifork::prelude::*;
/// use verifork::sync::oneshot;
///
/// # verifork::task::block_on(async {
/// let (reply, answer) = oneshot::<u8>();
/// drop(reply);
/// assert!(answer.await.is_err()); // nobody can answer any more
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[must_use = "it waits only when awaited: add `.await`"]
pub struct OneshotReceiver<T> {
    shared: Rc<Shared<T>>,
}

impl<T> OneshotReceiver<T> {
    /// The item, if it has been sent.
    ///
    /// ```
    /// use verifork::sync::{TryRecvError, oneshot};
    ///
    /// let (reply, mut answer) = oneshot();
    /// assert_eq!(answer.try_recv(), Err(TryRecvError::Empty));
    /// reply.send(3).unwrap();
    /// assert_eq!(answer.try_recv(), Ok(3));
    /// ```
    ///
    /// # Errors
    ///
    /// [`TryRecvError::Empty`] if it may still come, [`TryRecvError::Closed`] if the sender is gone
    /// or the item has been received.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let mut state = self.shared.state.borrow_mut();
        let open = state.open;
        state.item.take().ok_or(if open {
            TryRecvError::Empty
        } else {
            TryRecvError::Closed
        })
    }
}

impl<T> Future for OneshotReceiver<T> {
    type Output = Result<T, RecvError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T, RecvError>> {
        match self.try_recv() {
            Ok(item) => Poll::Ready(Ok(item)),
            Err(TryRecvError::Closed) => Poll::Ready(Err(RecvError)),
            Err(TryRecvError::Empty) => {
                let waker = keep(context.waker());
                let replaced = self.shared.state.borrow_mut().waker.replace(waker);
                drop(replaced);
                record_wait(self.shared.label.wait("the answer through the oneshot"));
                Poll::Pending
            }
        }
    }
}

impl<T> Drop for OneshotReceiver<T> {
    fn drop(&mut self) {
        let mut state = self.shared.state.borrow_mut();
        state.open = false;
        // Nothing is borrowed while the item is dropped, and the receiver is no longer woken.
        let left = (state.item.take(), state.waker.take());
        drop(state);
        drop(left);
    }
}

impl<T> fmt::Debug for OneshotReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OneshotReceiver")
            .field("label", &self.shared.label)
            .field("sent", &self.shared.state.borrow().item.is_some())
            .finish()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::sync::testing::{Poller, poll};

    #[test]
    fn the_item_arrives_once() {
        let ((sender, mut receiver), poller) = (oneshot(), Poller::new());
        assert!(poller.poll(&mut receiver).is_pending());
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
        sender.send(7).unwrap();
        assert_eq!(poller.wakes(), 1);
        assert_eq!(poller.poll(&mut receiver), Poll::Ready(Ok(7)));
        assert_eq!(poller.poll(&mut receiver), Poll::Ready(Err(RecvError)));
    }

    #[test]
    fn a_sender_dropped_without_sending_ends_the_wait() {
        let ((sender, mut receiver), poller) = (oneshot::<()>(), Poller::new());
        assert!(poller.poll(&mut receiver).is_pending());
        drop(sender);
        assert_eq!(poller.wakes(), 1);
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
        assert_eq!(poll(&mut receiver), Poll::Ready(Err(RecvError)));
    }

    #[test]
    fn the_item_comes_back_from_a_dropped_receiver() {
        let (sender, receiver) = oneshot();
        drop(receiver);
        assert!(sender.is_closed());
        assert_eq!(sender.send("back"), Err(SendError("back")));
    }

    #[test]
    fn an_item_that_nobody_receives_is_dropped_with_the_receiver() {
        struct Own(#[allow(dead_code, reason = "held to be dropped")] Rc<()>);
        let held = Rc::new(());
        let (sender, receiver) = oneshot();
        sender.send(Own(Rc::clone(&held))).unwrap();
        drop(receiver);
        assert_eq!(Rc::strong_count(&held), 1);
    }
}
