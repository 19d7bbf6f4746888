//! Threads that the simulation waits for.
//!
//! While blocking code runs on a thread of its own on behalf of a task, no simulated time passes:
//! otherwise the same test would take another course in every run.

use std::time::Duration;

use super::hub::{Hub, hub};

/// How often a kernel that waits for a thread looks whether it is asked for something else.
const LOOK_UP: Duration = Duration::from_millis(20);

/// The simulation waits, once nothing is ready, while one of these exists.
pub(crate) struct OutsideWork(());

impl OutsideWork {
    pub(crate) fn begin() -> Self {
        let hub = hub();
        hub.outside.set(hub.outside.get() + 1);
        OutsideWork(())
    }
}

impl Drop for OutsideWork {
    fn drop(&mut self) {
        super::with_hub(|hub| hub.outside.set(hub.outside.get() - 1));
    }
}

impl Hub {
    /// Another thread has woken a task, or may do so before simulated time goes on.
    pub(crate) fn awaits_threads(&self) -> bool {
        self.inbox.is_filled() || self.outside.get() > 0
    }

    /// Waits a while for other threads, if there is outside work. `false` if there is none.
    pub(crate) fn wait_for_outside(&self) -> bool {
        if self.outside.get() == 0 {
            return false;
        }
        if let Some(node) = self.inbox.wait_for(LOOK_UP) {
            self.wake(node);
        }
        true
    }
}
