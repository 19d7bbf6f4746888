//! Why a thread returned no value, or a call no answer.

use std::panic::Location;

use thiserror::Error;

/// A thread returned no value.
///
/// Returned by an awaited [`blocking`](super::blocking) or [`bridge`](super::bridge()).
///
/// ```
/// use verifork::sync::{BridgeError, blocking};
///
/// # verifork::task::block_on(async {
/// let outcome = blocking("model", || panic!("no license")).await;
/// assert!(matches!(outcome, Err::<(), _>(BridgeError::Panicked { message, .. }) if message == "no license"));
/// # });
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum BridgeError {
    /// The code on the thread panicked.
    #[error("thread `{name}` (started at {place}) panicked{}: {message}", At(at.as_deref()))]
    Panicked {
        /// The thread's name.
        name: String,
        /// Where it was started.
        place: &'static Location<'static>,
        /// The panic's message.
        message: String,
        /// Where it panicked, as `file:line:column`.
        at: Option<String>,
        /// The backtrace, if `RUST_BACKTRACE` is set.
        backtrace: Option<String>,
    },
    /// The test that started it ended first, so its return value is discarded.
    #[error("thread `{name}` (started at {place}) was abandoned when its test ended")]
    LeftBehind {
        /// The thread's name.
        name: String,
        /// Where it was started.
        place: &'static Location<'static>,
    },
    /// The operating system could not create the thread; the code did not run.
    #[error("thread `{name}` could not be started at {place}: {reason}")]
    NotStarted {
        /// The thread's name.
        name: String,
        /// Where it should have been started.
        place: &'static Location<'static>,
        /// The operating system's error.
        reason: String,
    },
}

struct At<'a>(Option<&'a str>);

impl std::fmt::Display for At<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(place) => write!(f, " at {place}"),
            None => Ok(()),
        }
    }
}

/// A thread's call into the simulation returned no answer. Later calls of the thread fail too.
///
/// Returned by [`Remote::call`](super::Remote::call), on the thread.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork::sync::bridge;
///
/// # async fn example(irq: Signal<bool>) -> Result {
/// bridge("model", irq, |remote| {
///     while remote.call(async |irq| irq.rising_edge().await).is_ok() {
///         println!("interrupt");
///     } // `CallError`: the test has ended
/// })
/// .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum CallError {
    /// The future of the bridge was dropped, as when its task is cancelled, the test fails or the
    /// simulation ends.
    #[error("the simulation does not answer: what awaited this thread was cancelled or dropped")]
    Cancelled,
    /// A call of this thread panicked, and so did the task that awaited the thread.
    #[error("the simulation does not answer: a call of this thread panicked")]
    Panicked,
    /// The thread's own function has returned. Only a [`Remote`](super::Remote) that was moved to another
    /// thread can return this.
    #[error("the simulation does not answer: the bridge ended when its function returned")]
    Over,
}
