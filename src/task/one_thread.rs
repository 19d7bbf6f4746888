//! A marker for futures that stay on the thread of their tasks.

use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Never implemented. Its name appears in the compiler's error when a scope, or a wait for tasks, is moved
/// to another thread: it is not `Send` or `Sync`.
pub(super) trait TasksOfTheSimulatorThread: Unpin + UnwindSafe + RefUnwindSafe {}

/// A future that refers to the executor's tables. The marker alone is named when it is sent: without it,
/// the compiler would print an error for each cell in the tables.
pub(super) struct OneThread<F, M = PhantomData<dyn TasksOfTheSimulatorThread>> {
    future: F,
    _mark: M,
}

// SAFETY: `new` makes none but with the mark that is not `Send`.
unsafe impl<F, M: Send> Send for OneThread<F, M> {}
// SAFETY: as above, of `Sync`.
unsafe impl<F, M: Sync> Sync for OneThread<F, M> {}

impl<F> OneThread<F> {
    #[inline]
    pub(super) fn new(future: F) -> Self {
        OneThread {
            future,
            _mark: PhantomData,
        }
    }
}

impl<F: Future> Future for OneThread<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: the future is pinned where this is: nothing else gives it out, this has no `Drop`, and is `Unpin`
        // only if the future is.
        let future = unsafe { self.map_unchecked_mut(|this| &mut this.future) };
        future.poll(context)
    }
}
