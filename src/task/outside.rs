//! Threads that the simulation waits for.
//!
//! While blocking code runs on a thread of its own on behalf of a task, no simulated time passes:
//! otherwise the same test would take another course in every run. For the same reason its news is
//! taken in only when nothing else is ready, however fast it was.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::executor::{Executor, executor};
use super::inbox::Inbox;
use super::waker::NodeRef;
use crate::threads::{AtomicUsize, First, Receiver, Sender, first_of, unbounded};

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
        executor().outside.begin()
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

impl Outside {
    fn begin(&self) -> OutsideWork {
        self.begun.set(true);
        self.count.fetch_add(1, Ordering::Relaxed);
        OutsideWork {
            count: Arc::clone(&self.count),
            news: self.sender.clone(),
        }
    }

    /// Waits a while for news, or for a wake-up, and notes whether there may be more.
    fn listen(&self, inbox: &Inbox) -> First<Arc<dyn News>, NodeRef> {
        let works = self.count.load(Ordering::Acquire) > 0;
        // The news of work that has ended by now is in the channel already.
        let limit = if works { LOOK_UP } else { Duration::ZERO };
        let first = first_of(&self.news, inbox.received(), limit);
        self.begun.set(works || !matches!(first, First::Neither));
        first
    }
}

impl Executor {
    /// Waits a while for other threads, if there is outside work, and hears one piece of their
    /// news. `false` if there is no work and no news.
    #[inline]
    pub(crate) fn wait_for_outside(&self) -> bool {
        self.outside.begun.get() && self.wait_for_news()
    }

    #[cold]
    fn wait_for_news(&self) -> bool {
        let first = self.outside.listen(&self.inbox);
        match first {
            First::Left(news) => news.heard(),
            First::Right(node) => self.wake(node),
            First::Neither => {}
        }
        self.outside.begun.get()
    }
}

/// Every order of accesses that the memory model allows, by loom: see `tests/sanitize.sh`.
#[cfg(all(test, loom))]
mod interleavings {
    use loom::thread;

    use super::super::inbox::post;
    use super::*;

    struct Nothing;

    impl News for Nothing {
        fn heard(&self) {}
    }

    /// Listens as the kernel does, which lets simulated time pass as soon as nothing has begun.
    fn listen_to_the_end(outside: &Outside, inbox: &Inbox) -> (u32, u32) {
        let (mut news, mut wakes) = (0, 0);
        while outside.begun.get() {
            match outside.listen(inbox) {
                First::Left(_) => news += 1,
                First::Right(_) => wakes += 1,
                First::Neither => {}
            }
        }
        (news, wakes)
    }

    #[test]
    fn no_order_lets_time_pass_before_the_news_of_all_work() {
        let mut model = loom::model::Builder::new();
        // Every order of two threads that end their work would take minutes.
        model.preemption_bound = Some(3);
        model.check(|| {
            let (outside, inbox) = (Outside::default(), Inbox::new());
            for _ in 0..2 {
                let work = outside.begin();
                thread::spawn(move || work.end_with_news(Arc::new(Nothing)));
            }
            assert_eq!(listen_to_the_end(&outside, &inbox), (2, 0));
        });
    }

    #[test]
    fn no_order_lets_time_pass_before_a_wake_up_of_work_that_has_ended() {
        loom::model(|| {
            let (outside, inbox) = (Outside::default(), Inbox::new());
            let (work, id) = (outside.begin(), inbox.id());
            thread::spawn(move || {
                post(NodeRef::new(id, 0, 0));
                work.end_with_news(Arc::new(Nothing));
            });
            assert_eq!(listen_to_the_end(&outside, &inbox), (1, 1));
        });
    }

    #[test]
    fn no_order_waits_for_work_that_ends_without_news() {
        loom::model(|| {
            let (outside, inbox) = (Outside::default(), Inbox::new());
            let work = outside.begin();
            thread::spawn(move || drop(work));
            assert_eq!(listen_to_the_end(&outside, &inbox), (0, 0));
        });
    }
}
