//! What stands for the simulator's own objects and callbacks.

use std::ffi::c_void;
use std::ptr::NonNull;

/// An object of the simulator. Made by the port, valid until the end of the run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Handle(pub(super) NonNull<c_void>);

/// A callback that is registered with the simulator.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct CallbackHandle(pub(super) usize);

#[cfg(test)]
impl Handle {
    /// A handle for a port that stands in for a simulator in tests; `number` is not 0.
    pub(crate) fn for_test(number: usize) -> Handle {
        Handle(NonNull::new(std::ptr::without_provenance_mut(number)).expect("it is not 0"))
    }
}
