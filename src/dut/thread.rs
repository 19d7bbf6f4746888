//! The mark of handles that stay on the simulator's thread.

use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};

/// Never implemented: its name is what the compiler says of a handle that is moved to another thread.
/// `Send` and `Sync` are what it withholds; the rest is as for any handle.
pub(crate) trait HandleOfTheSimulatorThread: Unpin + UnwindSafe + RefUnwindSafe {}

/// Makes the type that holds it neither `Send` nor `Sync`: on another thread its number names nothing.
pub(crate) type SimulatorThread = PhantomData<dyn HandleOfTheSimulatorThread>;
