//! A limit of simulated time on any future.

use std::future::{Future, IntoFuture, poll_fn};
use std::panic::Location;
use std::pin::{Pin, pin};
use std::task::Poll;

use super::{PhaseWait, read_write, timer};
use crate::time::SimDuration;

/// A time limit was reached first.
///
/// Returned by [`with_timeout`].
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(irq: Signal<bool>) -> Result {
/// if with_timeout(1.us(), irq.rising_edge()).await.is_err() {
///     bail!("no interrupt");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not done within {limit} of simulated time (at {place})")]
pub struct TimedOut {
    limit: SimDuration,
    place: &'static Location<'static>,
}

/// Runs a future for at most `limit` of simulated time, then drops it.
///
/// If both finish at the same time, the future wins.
///
/// # Errors
///
/// The limit was reached first.
///
/// # Panics
///
/// At the caller's line: the limit is finer than the design's precision, or no simulation runs.
///
/// # Examples
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(done: Signal<bool>) -> verifork::Result {
/// with_timeout(1.us(), done.rising_edge()).await?;
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn with_timeout<F: IntoFuture>(
    limit: SimDuration,
    future: F,
) -> impl Future<Output = Result<F::Output, TimedOut>> {
    let (timer, place) = (timer(limit), Location::caller());
    let future = future.into_future();
    async move {
        let kernel = timer.kernel();
        let (mut future, mut timer) = (pin!(future), pin!(timer));
        let mut settled: Option<PhaseWait> = None;
        poll_fn(|context| {
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(Ok(output));
            }
            let over = match &mut settled {
                None => timer.as_mut().poll(context),
                Some(settled) => Pin::new(settled).poll(context),
            };
            if over.is_ready() && settled.is_none() && kernel.changes_are_to_come() {
                // The future wins at this time, even a delta cycle later.
                let settled = settled.insert(read_write());
                return Pin::new(settled)
                    .poll(context)
                    .map(|()| Err(TimedOut { limit, place }));
            }
            over.map(|()| Err(TimedOut { limit, place }))
        })
        .await
    }
}
