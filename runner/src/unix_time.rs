//! The present time as other programs write it: seconds since 1970.

use std::time::SystemTime;

/// The present time, in seconds since 1970.
pub(crate) fn now() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}
