//! A marker for handles that stay on the simulator's thread, and references with this marker.

use std::marker::PhantomData;
use std::ops::Deref;
use std::panic::{RefUnwindSafe, UnwindSafe};

/// Never implemented. Its name appears in the compiler's error when a handle is moved to another thread: it
/// is not `Send` or `Sync`.
pub(crate) trait HandleOfTheSimulatorThread: Unpin + UnwindSafe + RefUnwindSafe {}

/// Makes a type neither `Send` nor `Sync`: its number is meaningless on another thread.
pub(crate) type SimulatorThread = PhantomData<dyn HandleOfTheSimulatorThread>;

/// A reference into the scheduler's tables, in a handle. The marker alone is named when the handle is sent:
/// without it, the compiler would print an error for each cell in the tables.
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
