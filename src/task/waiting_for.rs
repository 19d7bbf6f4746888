//! Waits with a description for the task tree.

use std::future::{Future, IntoFuture, poll_fn};
use std::pin::pin;

use super::executor::record_wait;
use super::wait_reason::WaitReason;

/// Awaits a future, with a description for the task tree. For example, a bus model awaits edges of the
/// clock until the other side is ready.
///
/// The tree of a hanging test then shows the description beside what the future itself awaits: `awaits
/// top.ready, to take a word | rising edge of top.clk`.
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
