//! Tasks.

#[allow(dead_code, reason = "other floors' share is not here yet")]
pub(crate) mod wait;
#[allow(dead_code, reason = "other floors' share is not here yet")]
pub(crate) mod waiters;

pub(crate) use wait::Wait;

/// Notes what the task that is being polled awaits.
pub(crate) fn note_wait(_what: Wait) {}
