//! The mark of handles that stay on the simulator's thread, and references with it.

use std::marker::PhantomData;
use std::ops::Deref;
use std::panic::{RefUnwindSafe, UnwindSafe};

/// Never implemented: its name is what the compiler says of a handle that is moved to another thread.
/// `Send` and `Sync` are what it withholds; the rest is as for any handle.
pub(crate) trait HandleOfTheSimulatorThread: Unpin + UnwindSafe + RefUnwindSafe {}

/// Makes the type that holds it neither `Send` nor `Sync`: on another thread its number names nothing.
pub(crate) type SimulatorThread = PhantomData<dyn HandleOfTheSimulatorThread>;

/// A reference into the scheduler's tables, in a handle. The mark alone says why the handle cannot be sent: without
/// it, the compiler has an error for each cell in the tables.
pub(crate) struct Local<T: 'static, M = SimulatorThread> {
    to: &'static T,
    mark: M,
}

// SAFETY: `new` makes none but with the mark that is not `Send`.
unsafe impl<T, M: Send> Send for Local<T, M> {}
// SAFETY: as above, of `Sync`.
unsafe impl<T, M: Sync> Sync for Local<T, M> {}

impl<T> Local<T> {
    #[inline]
    pub(crate) fn new(to: &'static T) -> Self {
        Local {
            to,
            mark: PhantomData,
        }
    }

    #[inline]
    pub(crate) fn get(self) -> &'static T {
        self.to
    }
}

impl<T, M: Clone> Clone for Local<T, M> {
    #[inline]
    fn clone(&self) -> Self {
        Local {
            to: self.to,
            mark: self.mark.clone(),
        }
    }
}

impl<T, M: Copy> Copy for Local<T, M> {}

impl<T, M> Deref for Local<T, M> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.to
    }
}
