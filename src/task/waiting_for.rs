//! Waits that say in their own words what they are for.

use std::future::{Future, IntoFuture, poll_fn};
use std::pin::pin;

use super::executor::record_wait;
use super::wait_reason::WaitReason;

/// Awaits a future, and has the task tree say what for: a bus model awaits an edge of the clock, and means
/// that the other side is to be ready.
///
/// The tree of a hanging test then shows these words beside what the future itself awaits:
/// `awaits top.ready, to take a word | rising edge of top.clk`.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork::task::waiting_for;
///
/// async fn taken(clk: Signal<bool>, ready: Signal<bool>) -> Result {
///     while !ready.get()? {
///         waiting_for("`ready`, to take the word", clk.rising_edge()).await;
///     }
///     Ok(())
/// }
/// ```
pub async fn waiting_for<F: IntoFuture>(what: &'static str, future: F) -> F::Output {
    let mut future = pin!(future.into_future());
    poll_fn(|context| {
        let polled = future.as_mut().poll(context);
        if polled.is_pending() {
            record_wait(WaitReason::Text(what));
        }
        polled
    })
    .await
}
