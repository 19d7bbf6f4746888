//! Pollers for the tests of this layer.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

thread_local! {
    /// What `Poller::calling` runs: a waker must be `Send`, and these need not be.
    static ACTION: RefCell<Option<Box<dyn FnMut()>>> = const { RefCell::new(None) };
}

/// Polls once, with a waker that does nothing.
pub(super) fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// Represents one task: polls futures with its own waker and counts how often that is woken.
pub(super) struct Poller {
    wakes: Arc<Wakes>,
    waker: Waker,
}

/// What an executor would hold.
pub(super) type Task = Pin<Box<dyn Future<Output = ()>>>;

/// The order in which several pollers were woken.
pub(super) type Log = Arc<Mutex<Vec<usize>>>;

#[derive(Default)]
struct Wakes {
    count: AtomicUsize,
    log: Option<(usize, Log)>,
    calls: bool,
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.count.fetch_add(1, Ordering::Relaxed);
        if let Some((name, log)) = &self.log {
            log.lock().unwrap().push(*name);
        }
        if self.calls
            && let Some(mut action) = ACTION.take()
        {
            action();
        }
    }
}

impl Poller {
    pub(super) fn new() -> Self {
        Self::with(Wakes::default())
    }

    pub(super) fn log() -> Log {
        Log::default()
    }

    /// A poller whose wake-ups are logged under its name.
    pub(super) fn logging(name: usize, log: &Log) -> Self {
        let log = Some((name, Arc::clone(log)));
        Self::with(Wakes {
            log,
            ..Wakes::default()
        })
    }

    /// A poller whose first wake-up does this, before the waker returns.
    pub(super) fn calling(action: impl FnMut() + 'static) -> Self {
        ACTION.set(Some(Box::new(action)));
        Self::with(Wakes {
            calls: true,
            ..Wakes::default()
        })
    }

    fn with(wakes: Wakes) -> Self {
        let wakes = Arc::new(wakes);
        Poller {
            waker: Arc::clone(&wakes).into(),
            wakes,
        }
    }

    pub(super) fn poll<F: Future + Unpin>(&self, future: &mut F) -> Poll<F::Output> {
        Pin::new(future).poll(&mut Context::from_waker(&self.waker))
    }

    /// How often this was woken.
    pub(super) fn wakes(&self) -> usize {
        self.wakes.count.load(Ordering::Relaxed)
    }
}
