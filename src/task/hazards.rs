//! Attempts to break the layer `task`: user code that runs where it is least expected, wakers that
//! are not ours, things forgotten or dropped out of order. Each test is named after its hazard.

mod depth;
mod drops;
mod errors;
mod executors;
mod forgotten;
mod wakers;

use std::cell::{Cell, RefCell};
use std::future::{Future, IntoFuture, pending, poll_fn};
use std::marker::PhantomPinned;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Wake, Waker};

use anyhow::{Result, anyhow};
use futures::future::{join, select_all};
use futures::stream::{FuturesUnordered, StreamExt as _};
use futures_lite::future::or;

use super::cell::{AnyTask, TaskCell};
use super::info::TaskInfo;
use super::*;

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Runs a closure when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

type ToldWhat = Box<dyn FnMut(&'static str)>;

thread_local! {
    /// What a `Foreign` waker runs: a waker must be `Send`, and these need not be.
    static ON_WAKE: RefCell<Option<Box<dyn FnMut()>>> = const { RefCell::new(None) };
    static ON_WAKER_DROP: RefCell<Option<Box<dyn FnMut()>>> = const { RefCell::new(None) };
    /// What a waker `by_hand` runs.
    static BY_HAND: RefCell<Option<ToldWhat>> = const { RefCell::new(None) };
}

/// A waker of another executor, which does as it likes when it is woken or dropped.
#[derive(Default)]
struct Foreign {
    wakes: AtomicUsize,
}

impl Wake for Foreign {
    fn wake(self: Arc<Self>) {
        self.wakes.fetch_add(1, Ordering::Relaxed);
        let action = ON_WAKE.take();
        if let Some(mut action) = action {
            action();
            ON_WAKE.set(Some(action));
        }
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        if let Some(mut action) = ON_WAKER_DROP.take() {
            action();
        }
    }
}

fn foreign() -> Waker {
    Arc::new(Foreign::default()).into()
}

fn poll_with<F: Future + ?Sized>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    poll_with(future, Waker::noop())
}

/// Where the leak sanitizer finds what is leaked on purpose.
static LEAKED: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// A task that its thread leaks when it ends.
async fn pending_for_good() -> Result<()> {
    let inside = [0_usize];
    LEAKED.lock().unwrap().push((&raw const inside).addr());
    let ended = pending().await;
    assert_eq!(inside, [0]);
    ended
}

fn forget<T>(future: Boxed<'_, T>) {
    // SAFETY: the future stays where it is, for good: it is not used or dropped again.
    let pointer = Box::into_raw(unsafe { Pin::into_inner_unchecked(future) });
    LEAKED.lock().unwrap().push(pointer.cast::<()>().addr());
}

fn nothing_lives() {
    assert_eq!(executor().live_count(), 0, "{}", tree(&executor(), &[]));
    assert!(take_uncollected().is_empty());
}

async fn turns(count: usize) {
    for _ in 0..count {
        yield_now().await;
    }
}

async fn turns_ok(count: usize) -> Result<()> {
    turns(count).await;
    Ok(())
}

fn test_of(body: impl Future<Output = Result<()>> + 'static) -> Result<(), TaskErrors> {
    block_on(run_test("test".into(), Location::caller(), body))
}

fn panic_text(errors: &TaskErrors) -> String {
    errors
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" | ")
}
