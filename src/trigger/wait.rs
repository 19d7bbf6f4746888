//! The one future behind every trigger.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::scheduler::{Kernel, Local};
use crate::task::WaitReason;

/// An event that a task can wait for, and the scheduler's table of such waits.
pub(super) trait Trigger: Unpin {
    /// A wait's key in the table. It finds nothing once the wait is over.
    type Key: Copy + Unpin + fmt::Debug;

    /// Begins a wait, unless it is over at once.
    fn prime(&self, kernel: &'static Kernel, waker: &Waker) -> Option<Self::Key>;
    /// Whether the wait continues; if so, it wakes this task from now on.
    fn is_primed(&self, kernel: &'static Kernel, key: Self::Key, waker: &Waker) -> bool;
    /// Whether the event has come, after the table has woken the task. If not, the wait begins again.
    #[inline]
    fn has_come(&self) -> bool {
        true
    }
    /// Ends the wait, if it is not over.
    fn unprime(&self, kernel: &'static Kernel, key: Self::Key);
    /// What is awaited, for the task tree.
    fn reason(&self, kernel: &'static Kernel) -> WaitReason;
}

/// A wait for a trigger, which ends when it is dropped.
pub(super) struct Wait<T: Trigger> {
    pub(super) kernel: Local<Kernel>,
    trigger: T,
    key: Option<T::Key>,
}

impl<T: Trigger> Wait<T> {
    #[inline]
    pub(super) fn new(kernel: &'static Kernel, trigger: T) -> Self {
        Wait {
            kernel: Local::new(kernel),
            trigger,
            key: None,
        }
    }

    #[inline(always)] // in the way of every timer
    fn pending(&self, waker: &Waker) -> Poll<()> {
        let kernel = self.kernel.get();
        kernel.record_foreign_wait(waker, || self.trigger.reason(kernel));
        Poll::Pending
    }
}

impl<T: Trigger> Future for Wait<T> {
    type Output = ();

    #[inline(always)] // in the way of every timer
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let (kernel, waker) = (self.kernel.get(), context.waker());
        match self.key {
            Some(key) if self.trigger.is_primed(kernel, key, waker) => {
                return self.pending(waker);
            }
            Some(_) if self.trigger.has_come() => {
                self.key = None;
                return Poll::Ready(());
            }
            _ => {}
        }
        self.key = self.trigger.prime(kernel, waker);
        match self.key {
            Some(_) => self.pending(waker),
            None => Poll::Ready(()),
        }
    }
}

impl<T: Trigger> Drop for Wait<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.trigger.unprime(self.kernel.get(), key);
        }
    }
}

impl<T: Trigger + fmt::Debug> fmt::Debug for Wait<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait")
            .field("trigger", &self.trigger)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// The public futures are each a wait for one trigger.
macro_rules! futures {
    ($($future:ident),*) => {$(
        impl std::future::Future for $future {
            type Output = ();

            #[inline(always)] // in the way of every timer
            fn poll(
                mut self: std::pin::Pin<&mut Self>,
                context: &mut std::task::Context<'_>,
            ) -> std::task::Poll<()> {
                std::pin::Pin::new(&mut self.0).poll(context)
            }
        }
    )*};
}
pub(super) use futures;
