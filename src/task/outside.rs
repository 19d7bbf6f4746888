//! Threads that the simulation waits for.
//!
//! While blocking code runs on a thread of its own on behalf of a task, no simulated time passes:
//! otherwise the same test would take another course in every run. For the same reason its news is
//! taken in only when nothing else is ready, however fast it was.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, select, unbounded};

use super::hub::{Hub, hub};
use super::waker::NodeRef;

/// How often a kernel that waits for a thread looks whether it is asked for something else.
const LOOK_UP: Duration = Duration::from_millis(20);

/// What a thread leaves for a task when it ends its work.
pub(crate) trait News: Send + Sync {
    /// Called on the simulation's thread, when nothing else is ready: wakes the task.
    fn heard(&self);
}

/// The threads that one simulation waits for.
pub(super) struct Outside {
    count: Arc<AtomicUsize>,
    sender: Sender<Arc<dyn News>>,
    news: Receiver<Arc<dyn News>>,
    /// There was outside work since a look that found neither work nor news.
    pub(super) begun: Cell<bool>,
}

impl Default for Outside {
    fn default() -> Self {
        let (sender, news) = unbounded();
        Outside {
            count: Arc::default(),
            sender,
            news,
            begun: Cell::new(false),
        }
    }
}

/// The simulation waits, once nothing is ready, while one of these exists. Begun by the
/// simulation's thread; any thread may end it.
pub(crate) struct OutsideWork {
    count: Arc<AtomicUsize>,
    news: Sender<Arc<dyn News>>,
}

impl OutsideWork {
    pub(crate) fn begin() -> Self {
        let outside = &hub().outside;
        outside.begun.set(true);
        outside.count.fetch_add(1, Ordering::Relaxed);
        OutsideWork {
            count: Arc::clone(&outside.count),
            news: outside.sender.clone(),
        }
    }

    /// Ends the work with news, which is heard before any simulated time passes.
    pub(crate) fn end_with_news(self, news: Arc<dyn News>) {
        // Where the simulation is gone, so is who would hear it.
        let _ = self.news.send(news);
    }
}

impl Drop for OutsideWork {
    fn drop(&mut self) {
        // Releases: who sees the count without this work sees its news too.
        self.count.fetch_sub(1, Ordering::Release);
    }
}

enum Found {
    News(Arc<dyn News>),
    Woken(NodeRef),
    Nothing,
}

impl Hub {
    /// Waits a while for other threads, if there is outside work, and hears one piece of their
    /// news. `false` if there is no work and no news.
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
            recv(self.outside.news) -> news => news.map_or(Found::Nothing, Found::News),
            recv(self.inbox.received()) -> node => node.map_or(Found::Nothing, Found::Woken),
            default(limit) => Found::Nothing,
        };
        let found_nothing = matches!(found, Found::Nothing);
        match found {
            Found::News(news) => news.heard(),
            Found::Woken(node) => self.wake(node),
            Found::Nothing => {}
        }
        self.outside.begun.set(works || !found_nothing);
        self.outside.begun.get()
    }
}
