//! Threads that the simulation waits for.
//!
//! While blocking code runs on a thread of its own on behalf of a task, no simulated time passes:
//! otherwise the same test would take another course in every run. For the same reason its news is
//! taken in only when nothing else is ready, however fast it was.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Waker;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, select, unbounded};

use super::hub::{Hub, hub};
use super::waker::NodeRef;

/// How often a kernel that waits for a thread looks whether it is asked for something else.
const LOOK_UP: Duration = Duration::from_millis(20);

/// The threads that one simulation waits for.
pub(super) struct Outside {
    count: Arc<AtomicUsize>,
    news: (Sender<Waker>, Receiver<Waker>),
    /// There was outside work since a look that found neither work nor news.
    begun: Cell<bool>,
}

impl Default for Outside {
    fn default() -> Self {
        Outside {
            count: Arc::default(),
            news: unbounded(),
            begun: Cell::new(false),
        }
    }
}

/// The simulation waits, once nothing is ready, while one of these exists. Begun by the
/// simulation's thread; any thread may end it.
pub(crate) struct OutsideWork {
    count: Arc<AtomicUsize>,
    news: Sender<Waker>,
}

impl OutsideWork {
    pub(crate) fn begin() -> Self {
        let outside = &hub().outside;
        outside.begun.set(true);
        outside.count.fetch_add(1, Ordering::Relaxed);
        OutsideWork {
            count: Arc::clone(&outside.count),
            news: outside.news.0.clone(),
        }
    }

    /// Ends the work with news for a task, which runs before any simulated time passes.
    pub(crate) fn end_with_news(self, task: Waker) {
        // Where the simulation is gone, so is the task.
        let _ = self.news.send(task);
    }
}

impl Drop for OutsideWork {
    fn drop(&mut self) {
        // Releases: who sees the count without this work sees its news too.
        self.count.fetch_sub(1, Ordering::Release);
    }
}

enum Found {
    News(Waker),
    Woken(NodeRef),
    Nothing,
}

impl Hub {
    /// Waits a while for other threads, if there is outside work, and wakes one task that they have
    /// news for. `false` if there is no work and no news.
    #[inline]
    pub(crate) fn wait_for_outside(&self) -> bool {
        self.outside.begun.get() && self.wait_for_news()
    }

    #[cold]
    fn wait_for_news(&self) -> bool {
        let works = self.outside.count.load(Ordering::Acquire) > 0;
        // The news of work that has ended by now is in the channel already.
        let limit = if works { LOOK_UP } else { Duration::ZERO };
        let found = select! {
            recv(self.outside.news.1) -> task => task.map_or(Found::Nothing, Found::News),
            recv(self.inbox.received()) -> word => word.map_or(Found::Nothing, Found::Woken),
            default(limit) => Found::Nothing,
        };
        let found_nothing = matches!(found, Found::Nothing);
        match found {
            Found::News(task) => task.wake(),
            Found::Woken(node) => self.wake(node),
            Found::Nothing => {}
        }
        self.outside.begun.set(works || !found_nothing);
        self.outside.begun.get()
    }
}
