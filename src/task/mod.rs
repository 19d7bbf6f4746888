//! Tasks.

#[allow(dead_code, reason = "the scheduler's share is not here yet")]
pub(crate) mod waiters;
