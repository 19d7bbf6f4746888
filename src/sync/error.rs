//! Why an item could not be sent or received.

use std::fmt;

use thiserror::Error;

/// The channel is closed; the item comes back.
///
/// It converts into [`verifork::Error`](crate::Error) with `?` whatever the item is, and leaves the
/// item behind. (So it cannot be a [`std::error::Error`] itself: of those only the ones that may go
/// to other threads convert, and an item such as a reply's sender may not.)
///
/// Returned by [`Sender::send`](super::Sender::send) and
/// [`OneshotSender::send`](super::OneshotSender::send).
///
/// ```
/// use verifork::sync::{SendError, unbounded};
///
/// # verifork::task::block_on(async {
/// let (words, inbox) = unbounded();
/// drop(inbox);
/// assert_eq!(words.send(7).await, Err(SendError(7)));
/// # });
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot send: the channel is closed")
    }
}

impl<T> From<SendError<T>> for anyhow::Error {
    fn from(error: SendError<T>) -> Self {
        anyhow::Error::msg(error.to_string())
    }
}

impl<T> SendError<T> {
    /// The item that was not sent.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let (frames, inbox) = unbounded();
    /// drop(inbox);
    /// let error = frames.send(vec![1, 2]).await.unwrap_err();
    /// assert_eq!(error.into_inner(), [1, 2]);
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendError(..)")
    }
}

/// The item cannot be sent now, and is returned.
///
/// It converts into [`verifork::Error`](crate::Error) with `?`, as [`SendError`] does.
///
/// Returned by [`Sender::try_send`](super::Sender::try_send).
///
/// ```
/// use verifork::sync::{TrySendError, channel};
///
/// let (words, _inbox) = channel(1);
/// words.try_send(1).unwrap();
/// assert_eq!(words.try_send(2).unwrap_err().into_inner(), 2);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrySendError<T> {
    /// The channel has no room, or has promised it to a waiting [`send`](super::Sender::send).
    Full(T),
    /// The channel is closed.
    Closed(T),
}

impl<T> fmt::Display for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrySendError::Full(_) => "cannot send now: the channel is full",
            TrySendError::Closed(_) => "cannot send: the channel is closed",
        })
    }
}

impl<T> From<TrySendError<T>> for anyhow::Error {
    fn from(error: TrySendError<T>) -> Self {
        anyhow::Error::msg(error.to_string())
    }
}

impl<T> TrySendError<T> {
    /// The item that was not sent.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// let (frames, _inbox) = channel(1);
    /// frames.try_send("first").unwrap();
    /// let error = frames.try_send("second").unwrap_err();
    /// assert_eq!(error.into_inner(), "second");
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            TrySendError::Full(item) | TrySendError::Closed(item) => item,
        }
    }

    /// Whether the channel was full.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// let (words, _inbox) = channel(1);
    /// words.try_send(1).unwrap();
    /// assert!(words.try_send(2).unwrap_err().is_full());
    /// ```
    pub fn is_full(&self) -> bool {
        matches!(self, TrySendError::Full(_))
    }

    /// Whether the channel was closed.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// let (words, inbox) = channel(1);
    /// drop(inbox);
    /// assert!(words.try_send(1).unwrap_err().is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        matches!(self, TrySendError::Closed(_))
    }
}

impl<T> fmt::Debug for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrySendError::Full(_) => "Full(..)",
            TrySendError::Closed(_) => "Closed(..)",
        })
    }
}

/// The channel is closed and every item has been received.
///
/// Returned by [`Receiver::recv`](super::Receiver::recv) and by an awaited
/// [`OneshotReceiver`](super::OneshotReceiver).
///
/// ```
/// use verifork::sync::{RecvError, unbounded};
///
/// # verifork::task::block_on(async {
/// let (words, inbox) = unbounded::<u8>();
/// drop(words);
/// assert_eq!(inbox.recv().await, Err(RecvError));
/// # });
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("cannot receive: the channel is closed and empty")]
pub struct RecvError;

/// No item can be received now.
///
/// Returned by [`Receiver::try_recv`](super::Receiver::try_recv).
///
/// ```
/// use verifork::sync::{TryRecvError, unbounded};
///
/// let (words, inbox) = unbounded::<u8>();
/// assert_eq!(inbox.try_recv(), Err(TryRecvError::Empty));
/// drop(words);
/// assert_eq!(inbox.try_recv(), Err(TryRecvError::Closed));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum TryRecvError {
    /// The channel is empty, or its items are promised to waiting [`recv`](super::Receiver::recv)s.
    #[error("cannot receive now: the channel is empty")]
    Empty,
    /// The channel is closed and every item has been received.
    #[error("cannot receive: the channel is closed and empty")]
    Closed,
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;

    #[test]
    fn an_item_need_not_be_printable() {
        struct Opaque;
        assert_eq!(format!("{:?}", SendError(Opaque)), "SendError(..)");
        assert_eq!(format!("{:?}", TrySendError::Full(Opaque)), "Full(..)");
        assert!(TrySendError::Closed(Opaque).is_closed());
    }

    #[test]
    fn errors_convert_with_the_question_mark() {
        fn fails() -> anyhow::Result<()> {
            let item = Rc::new(Cell::new(1));
            let failed: Result<(), SendError<Rc<Cell<i32>>>> = Err(SendError(item));
            Ok(failed?)
        }
        assert_eq!(
            fails().unwrap_err().to_string(),
            "cannot send: the channel is closed"
        );
    }
}
