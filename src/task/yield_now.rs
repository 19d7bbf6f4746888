//! Letting the other ready tasks run.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::executor::record_wait;
use super::wait_reason::WaitReason;
use super::waker::wake_by_ref;

/// Lets every other ready task run before this one continues. No simulated time passes.
///
/// # Examples
///
/// ```
/// # verifork::task::block_on(async {
/// verifork::task::yield_now().await;
/// # });
/// ```
pub fn yield_now() -> YieldNow {
    YieldNow { yielded: false }
}

/// The future of [`yield_now`].
///
/// ```
/// use verifork::prelude::*;
/// use verifork::task::YieldNow;
///
/// # verifork::task::block_on(async {
/// let turn: YieldNow = yield_now();
/// turn.await;
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
#[must_use = "it waits only when awaited: add `.await`"]
pub struct YieldNow {
    yielded: bool,
}

impl Future for YieldNow {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.yielded, true) {
            return Poll::Ready(());
        }
        record_wait(WaitReason::Text("its next turn"));
        wake_by_ref(context.waker());
        Poll::Pending
    }
}
