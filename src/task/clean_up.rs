//! What `on_exit` adds: asynchronous clean-up after the last task.

use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::Pin;
use std::task::Poll;

use super::core::{BlockName, Core};
use super::error::TaskErrorKind;
use super::executor::{ROOT_SET, executor};
use super::panics::{Caught, catch};

type Borrowing<'a> = Pin<Box<dyn Future<Output = anyhow::Result<()>> + 'a>>;
type Boxed = Borrowing<'static>;

/// A future that a manager keeps for its end.
pub(super) struct CleanUp {
    future: Boxed,
    place: &'static Location<'static>,
    /// The set of the scope that it was given to, which alone may touch it; or the root set, if it
    /// borrows nothing.
    set: u32,
}

/// # Safety
///
/// `set` must be the root set and the future borrow nothing, or `set` must be that of the open
/// scope of the manager and what the future borrows outlive that scope.
#[track_caller]
pub(super) unsafe fn add<'a>(
    core: &Core,
    set: u32,
    future: impl Future<Output = anyhow::Result<()>> + 'a,
) {
    let place = Location::caller();
    let future: Borrowing<'a> = Box::pin(future);
    // SAFETY: the types differ in the lifetime bound alone. Only the scope of `set` takes the
    // future from the manager (`take_last`), and its guard does so before what it borrows is gone;
    // if the scope is forgotten, nobody does, and the scope keeps the manager's record alive for
    // good.
    let future = unsafe { std::mem::transmute::<Borrowing<'a>, Boxed>(future) };
    core.clean_ups
        .borrow_mut()
        .push(CleanUp { future, place, set });
}

/// The clean-up that was added last, of what borrows nothing and of the scope with `set`.
fn take_last(core: &Core, set: u32) -> Option<CleanUp> {
    let mut clean_ups = core.clean_ups.borrow_mut();
    let found = clean_ups
        .iter()
        .rposition(|known| known.set == ROOT_SET || known.set == set)?;
    Some(clean_ups.remove(found))
}

/// Drops the clean-up that will not run, last added first. Says how much that was, and what panicked.
pub(super) fn drop_clean_ups(core: &Core, set: u32, panics: &mut Vec<Caught>) -> usize {
    let mut count = 0;
    while let Some(clean_up) = take_last(core, set) {
        count += 1;
        panics.extend(catch(move || drop(clean_up)).err());
    }
    count
}

/// Runs the clean-up of a manager, last added first: that of the scope with `set`, if that is not
/// the root set, and what borrows nothing. What goes wrong stands in the manager's list.
pub(super) async fn run_clean_ups(core: &Core, set: u32, task: &BlockName) {
    while let Some(CleanUp { future, place, .. }) = take_last(core, set) {
        let outcome = run_one(core, future).await;
        let kind = match outcome {
            Ok(()) => continue,
            Err(kind) => kind,
        };
        let name = BlockName {
            name: "on_exit".into(),
            path: format!("{}/on_exit", task.path),
            place,
        };
        core.add_error(name.error(kind));
    }
}

async fn run_one(core: &Core, future: Boxed) -> Result<(), TaskErrorKind> {
    let limit = core.options.exit_limit;
    let mut future = Some(future);
    let mut timer = executor().exit_timer.get().map(|timer| timer(limit));
    let outcome = poll_fn(|context| {
        let running = future.as_mut().expect("polled until it is ready");
        match catch(|| running.as_mut().poll(context)) {
            Ok(Poll::Ready(Ok(()))) => return Poll::Ready(Ok(())),
            Ok(Poll::Ready(Err(error))) => {
                return Poll::Ready(Err(TaskErrorKind::Failed(error)));
            }
            Err(caught) => return Poll::Ready(Err(caught.into_kind(false))),
            Ok(Poll::Pending) => {}
        }
        match &mut timer {
            Some(timer) => timer.as_mut().poll(context).map(|()| {
                Err(TaskErrorKind::Failed(anyhow::anyhow!(
                    "the clean-up did not end within its limit of {limit} of simulated time"
                )))
            }),
            None => Poll::Pending,
        }
    })
    .await;
    let dropped = catch(|| drop(future.take()));
    match (outcome, dropped) {
        (Ok(()), Err(caught)) => Err(caught.into_kind(true)),
        (outcome, _) => outcome,
    }
}
