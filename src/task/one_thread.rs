//! The mark of futures that stay on the thread of their tasks.

use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Never implemented: its name is what the compiler says of a scope, or of a wait for tasks, that is moved to another
/// thread. `Send` and `Sync` are what it withholds.
pub(super) trait TasksOfTheSimulatorThread: Unpin + UnwindSafe + RefUnwindSafe {}

/// A future that holds tables of the executor. The mark alone says why it cannot be sent: without it, the compiler has
/// an error for each cell in the tables.
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
