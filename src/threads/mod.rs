//! Atomics, locks and channels for code whose memory orders are tested: the gate between the simulator's
//! thread and the watchdog, wake-ups from other threads, and external work.
//!
//! They are the standard library's, except under `cfg(loom)`, which only the crate `tests/interleavings` sets. There
//! they are loom's, and the tests named `interleavings` try every order that the memory model allows.

#[cfg(loom)]
mod modelled;

#[cfg(loom)]
pub(crate) use self::modelled::*;
#[cfg(not(loom))]
pub(crate) use self::real::*;

/// Which of two channels had an item first.
pub(crate) enum First<A, B> {
    Left(A),
    Right(B),
    Neither,
}

#[cfg(not(loom))]
mod real {
    pub(crate) use std::hint::spin_loop;
    pub(crate) use std::sync::Mutex;
    pub(crate) use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, compiler_fence, fence};
    use std::time::Duration;

    use crossbeam_channel::select;
    pub(crate) use crossbeam_channel::{Receiver, Sender, unbounded};

    use super::First;

    /// Waits until one of two channels has an item, but no longer than `limit`.
    pub(crate) fn first_of<A, B>(
        left: &Receiver<A>,
        right: &Receiver<B>,
        limit: Duration,
    ) -> First<A, B> {
        select! {
            recv(left) -> item => item.map_or(First::Neither, First::Left),
            recv(right) -> item => item.map_or(First::Neither, First::Right),
            default(limit) => First::Neither,
        }
    }
}

/// A static of the process, which loom creates anew for each execution of a model.
macro_rules! process_wide {
    ($(#[$note:meta])* static $name:ident: $type:ty = $value:expr;) => {
        #[cfg(not(loom))]
        $(#[$note])*
        static $name: $type = $value;
        #[cfg(loom)]
        loom::lazy_static! {
            $(#[$note])*
            static ref $name: $type = $value;
        }
    };
}
pub(crate) use process_wide;

/// A constant function, except under loom, whose constructors are not constant.
macro_rules! constant {
    ($(#[$note:meta])* fn $($rest:tt)*) => {
        #[cfg(not(loom))]
        $(#[$note])*
        const fn $($rest)*
        #[cfg(loom)]
        $(#[$note])*
        fn $($rest)*
    };
}
pub(crate) use constant;
