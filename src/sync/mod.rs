//! Synchronization between tasks: events, channels, mutexes, semaphores, barriers, and the bridge to blocking code.
//!
//! Everything here belongs to the simulator's thread and is not `Send`. The handles are reference counted: a clone of an
//! [`Event`], [`Mutex`], [`Semaphore`] or [`Barrier`] refers to the same object. A `'static` task takes a clone; a scope's
//! child may borrow.
//!
//! | for | use |
//! |---|---|
//! | telling other tasks that something has happened | [`Event`] |
//! | items from many tasks to one, in order | [`channel()`], [`unbounded`] |
//! | the newest or the greatest item first | [`lifo_channel`], [`priority_channel`] |
//! | one answer | [`oneshot`] |
//! | one task at a time | [`Mutex`] |
//! | so many tasks at a time | [`Semaphore`] |
//! | tasks that continue together | [`Barrier`] |
//! | blocking code | [`blocking`], and [`bridge()`] if it calls back |
//!
//! All of them keep these rules:
//!
//! - **First come, first served.** A wait takes its place in the queue when it is first polled, and a later one cannot
//!   overtake it. Nothing else influences the order in which tasks are woken.
//! - **A wait may be dropped at any time**, by a time limit or a race for example, and no item, permit or wake-up is
//!   lost. If it was already its turn, the next wait gets it. An item counts as sent or received only when the wait
//!   has returned.
//! - **A wait allocates nothing**, unless more waits are pending than ever before.
//! - **The task tree shows what is awaited**, by the name given with `named` and the line that created the object.
//!
//! No simulated time passes in any of them.

mod barrier;
mod bridge;
mod channel;
mod error;
mod event;
mod mutex;
mod notify;
mod oneshot;
mod permits;
mod semaphore;
#[cfg(all(test, not(loom)))]
mod testing;

use std::fmt;
use std::panic::Location;

#[doc(alias("WaitForBarrier", "uvm_barrier"))]
pub use barrier::Barrier;
pub use barrier::{BarrierWait, BarrierWaitResult};
#[doc(alias("spawn_blocking", "external", "thread"))]
pub use bridge::blocking;
#[doc(alias("external", "function", "resume", "thread"))]
pub use bridge::bridge;
pub use bridge::{Blocking, Bridge, BridgeError, CallError, Remote};
pub(crate) use bridge::{abandon_all, running_threads};
#[doc(alias("Queue", "mailbox", "fifo"))]
pub use channel::channel;
#[doc(alias = "LifoQueue")]
pub use channel::lifo_channel;
#[doc(alias = "PriorityQueue")]
pub use channel::priority_channel;
#[doc(alias("Queue", "mailbox"))]
pub use channel::unbounded;
pub use channel::{ReceiveStream, ReceiveWait, Receiver, SendWait, Sender};
pub use error::{RecvError, SendError, TryRecvError, TrySendError};
#[doc(alias("uvm_event", "notification", "notify", "condvar"))]
pub use event::Event;
pub use event::EventWait;
#[doc(alias = "Lock")]
pub use mutex::Mutex;
pub use mutex::{LockWait, MutexGuard};
pub use oneshot::{OneshotReceiver, OneshotSender, oneshot};
#[doc(alias("credits", "uvm_pool"))]
pub use semaphore::Semaphore;
pub use semaphore::{Acquire, SemaphorePermit};

use crate::task::WaitReason;
use crate::task::waiters::WaiterKey;

/// The panic of a future that is polled again after it has returned `Ready`.
const POLLED_AGAIN: &str = "a wait was polled again after it had finished";

/// The state of a wait for a turn in a queue.
#[derive(Clone, Copy, Debug)]
enum Turn {
    /// Not polled yet.
    New,
    /// In the queue. If the queue no longer has the key, it is this wait's turn.
    Queued(WaiterKey),
    /// Finished or dropped.
    Over,
}

/// How messages refer to an object: its name, if it has one, and the line that created it.
#[derive(Clone, Copy)]
struct Label {
    name: Option<&'static str>,
    at: &'static Location<'static>,
}

impl Label {
    #[track_caller]
    fn here() -> Self {
        Label {
            name: None,
            at: Location::caller(),
        }
    }

    fn named(self, name: &'static str) -> Self {
        Label {
            name: Some(name),
            ..self
        }
    }

    #[inline]
    fn wait(self, what: &'static str) -> WaitReason {
        let at = self.at;
        match self.name {
            Some(name) => WaitReason::Named { what, name, at },
            None => WaitReason::Place { what, at },
        }
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.name {
            write!(f, "`{name}` ")?;
        }
        write!(f, "({}:{})", self.at.file(), self.at.line())
    }
}
