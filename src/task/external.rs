//! Threads that the simulation waits for.
//!
//! While a thread runs blocking code for a task, no simulated time passes: otherwise the same test could run
//! differently each time. For the same reason, a completion is delivered only when no task is ready, however
//! fast the thread was.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::inbox::Inbox;
use super::node_ref::NodeRef;
use crate::threads::{AtomicUsize, First, Receiver, Sender, first_of, unbounded};

/// How often a wait for a thread is interrupted, so that the simulator's thread can answer the watchdog.
const LOOK_UP: Duration = Duration::from_millis(20);

/// The completion of a thread's work, for the task that waits for it.
pub(crate) trait Completion: Send + Sync {
    /// Called on the simulator's thread when no task is ready: wakes the waiting task.
    fn deliver(&self);
}

/// The threads that one simulation waits for.
pub(super) struct External {
    count: Arc<AtomicUsize>,
    sender: Sender<Arc<dyn Completion>>,
    completions: Receiver<Arc<dyn Completion>>,
    /// External work has begun, and [`listen`](Self::listen) has not yet found that all of it is complete.
    pub(super) begun: Cell<bool>,
}

impl Default for External {
    fn default() -> Self {
        let (sender, completions) = unbounded();
        External {
            count: Arc::default(),
            sender,
            completions,
            begun: Cell::new(false),
        }
    }
}

/// While one of these exists, the simulation waits as soon as no task is ready. Created by the simulator's
/// thread; any thread may end it.
pub(crate) struct ExternalWork {
    count: Arc<AtomicUsize>,
    completions: Sender<Arc<dyn Completion>>,
}

impl ExternalWork {
    /// Ends the work; the completion is delivered before any simulated time passes.
    pub(crate) fn complete(self, completion: Arc<dyn Completion>) {
        // If the simulation has ended, so has the task that this would wake.
        let _ = self.completions.send(completion);
    }
}

impl Drop for ExternalWork {
    fn drop(&mut self) {
        // Release: a thread that sees the count without this work also sees its completion.
        self.count.fetch_sub(1, Ordering::Release);
    }
}

impl External {
    pub(super) fn begin(&self) -> ExternalWork {
        self.begun.set(true);
        self.count.fetch_add(1, Ordering::Relaxed);
        ExternalWork {
            count: Arc::clone(&self.count),
            completions: self.sender.clone(),
        }
    }

    /// Waits for a limited time for a completion or a wake-up, and records whether there may be more.
    pub(super) fn listen(&self, inbox: &Inbox) -> First<Arc<dyn Completion>, NodeRef> {
        let works = self.count.load(Ordering::Acquire) > 0;
        // The completion of work that has already ended is in the channel.
        let limit = if works { LOOK_UP } else { Duration::ZERO };
        let first = first_of(&self.completions, inbox.received(), limit);
        self.begun.set(works || !matches!(first, First::Neither));
        first
    }
}

/// Every order of accesses that the memory model allows, by loom: see `tests/sanitize.sh`.
#[cfg(all(test, loom))]
mod interleavings {
    use loom::thread;

    use super::super::inbox::post;
    use super::*;

    struct Nothing;

    impl Completion for Nothing {
        fn deliver(&self) {}
    }

    /// Listens as the kernel does, which lets simulated time pass as soon as nothing has begun.
    fn listen_to_the_end(external: &External, inbox: &Inbox) -> (u32, u32) {
        let (mut completions, mut wakes) = (0, 0);
        while external.begun.get() {
            match external.listen(inbox) {
                First::Left(_) => completions += 1,
                First::Right(_) => wakes += 1,
                First::Neither => {}
            }
        }
        (completions, wakes)
    }

    #[test]
    fn no_order_lets_time_pass_before_the_completions_of_all_work() {
        let mut model = loom::model::Builder::new();
        // Every order of two threads that end their work would take minutes.
        model.preemption_bound = Some(3);
        model.check(|| {
            let (external, inbox) = (External::default(), Inbox::new());
            for _ in 0..2 {
                let work = external.begin();
                thread::spawn(move || work.complete(Arc::new(Nothing)));
            }
            assert_eq!(listen_to_the_end(&external, &inbox), (2, 0));
        });
    }

    #[test]
    fn no_order_lets_time_pass_before_a_wake_up_of_work_that_has_ended() {
        loom::model(|| {
            let (external, inbox) = (External::default(), Inbox::new());
            let (work, id) = (external.begin(), inbox.id());
            thread::spawn(move || {
                post(NodeRef::new(id, 0, 0));
                work.complete(Arc::new(Nothing));
            });
            assert_eq!(listen_to_the_end(&external, &inbox), (1, 1));
        });
    }

    #[test]
    fn no_order_waits_for_work_that_ends_without_a_completion() {
        loom::model(|| {
            let (external, inbox) = (External::default(), Inbox::new());
            let work = external.begin();
            thread::spawn(move || drop(work));
            assert_eq!(listen_to_the_end(&external, &inbox), (0, 0));
        });
    }
}
