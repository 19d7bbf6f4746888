//! The first of several futures to be ready.

use std::future::{Future, IntoFuture, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

/// Waits for the first of several futures, and runs the expression of its branch.
///
/// Each branch is `pattern = future => expression,`. The futures may be triggers, tasks or anything else
/// that can be awaited, of different types. The branch whose future is ready first runs, with the pattern
/// bound to its output. Its expression may use `?`, `return`, `break` and `.await` of the surrounding
/// function. All branches have the same type, which is the type of the whole.
///
/// **Ties** go to the branch that is written first. The futures are polled in this order, and those after a
/// ready one are not polled. If two triggers fire in one time step, and both have fired when the task runs,
/// the first branch wins.
///
/// **The others are dropped** before the branch runs. A trigger that is dropped is no longer waited for. A
/// task is not cancelled: only its handle goes, and not even that if the branch awaits `&mut task`.
///
/// For any number of futures of one type, see [`first_of`](crate::task::first_of()).
///
/// # Examples
///
/// ```
/// use verifork::prelude::*;
///
/// /// Receives words until none has come for a microsecond.
/// async fn words(inbox: Receiver<u32>, mut monitor: Task<()>) -> Result<Vec<u32>> {
///     let mut words = Vec::new();
///     loop {
///         first_of! {
///             word = inbox.recv() => words.push(word?),
///             ended = &mut monitor => bail!("the monitor has ended: {ended:?}"),
///             () = timer(1.us()) => return Ok(words),
///         }
///     }
/// }
/// ```
#[macro_export]
macro_rules! first_of {
    ($($pattern:pat = $future:expr => $branch:expr),+ $(,)?) => {{
        let first = $crate::__first_of_futures!($($future),+).await;
        $crate::__first_of_branches!(first, $($pattern => $branch),+)
    }};
}

/// Nests the futures: the first, or the first of the rest.
#[doc(hidden)]
#[macro_export]
macro_rules! __first_of_futures {
    ($future:expr) => { $crate::__private::IntoFuture::into_future($future) };
    ($future:expr, $($rest:expr),+) => {
        $crate::__private::either($future, $crate::__first_of_futures!($($rest),+))
    };
}

/// Takes the nested outputs apart.
#[doc(hidden)]
#[macro_export]
macro_rules! __first_of_branches {
    ($first:expr, $pattern:pat => $branch:expr) => {
        match $first { $pattern => $branch }
    };
    ($first:expr, $pattern:pat => $branch:expr, $($rest:tt)+) => {
        match $first {
            $crate::__private::Either::Left($pattern) => $branch,
            $crate::__private::Either::Right(first) => {
                $crate::__first_of_branches!(first, $($rest)+)
            }
        }
    };
}

/// The output of the future that was ready first.
#[derive(Debug)]
pub enum Either<A, B> {
    /// The first future's.
    Left(A),
    /// The second future's.
    Right(B),
}

/// Waits for the first of two futures. If both are ready, the first one wins.
pub async fn either<A, B>(first: A, second: B) -> Either<A::Output, B::Output>
where
    A: IntoFuture,
    B: IntoFuture,
{
    let mut first = pin!(first.into_future());
    let mut second = pin!(second.into_future());
    poll_fn(|context| {
        if let Poll::Ready(output) = first.as_mut().poll(context) {
            return Poll::Ready(Either::Left(output));
        }
        second.as_mut().poll(context).map(Either::Right)
    })
    .await
}

/// Waits for the first of any number of futures of one type. Returns its index and its output.
///
/// Futures of different types need the macro [`first_of!`](macro@crate::first_of). The same rules hold: if
/// several are ready, the one with the lowest index wins, and the others are dropped, which does not cancel
/// tasks. Without any futures, it waits forever.
///
/// # Examples
///
/// ```
/// use verifork::prelude::*;
///
/// # verifork::task::block_on(async {
/// scope(async |tm| {
///     let mut tasks = vec![
///         tm.fork("waits", pending::<Result<u8>>()),
///         tm.fork("ends", async { Ok(5) }),
///     ];
///     let (index, output) = first_of(&mut tasks).await;
///     assert_eq!((index, output?), (1, 5));
///     tasks[0].cancel();
///     Ok(())
/// })
/// .await?;
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
pub async fn first_of<I>(futures: I) -> (usize, <I::Item as IntoFuture>::Output)
where
    I: IntoIterator<Item: IntoFuture>,
{
    let mut futures: Vec<Pin<Box<_>>> = futures
        .into_iter()
        .map(|future| Box::pin(future.into_future()))
        .collect();
    poll_fn(|context| {
        for (index, future) in futures.iter_mut().enumerate() {
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready((index, output));
            }
        }
        Poll::Pending
    })
    .await
}
