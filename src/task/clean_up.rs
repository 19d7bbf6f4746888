//! What `on_exit` adds: asynchronous clean-up after the last task.

use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::Pin;
use std::task::Poll;

use super::core::{BlockName, CleanUp, Core};
use super::error::TaskErrorKind;
use super::hub::hub;
use super::panics::catch;

/// # Safety
///
/// The future is polled only inside of the scope's future and dropped by the scope's guard: what it
/// borrows must outlive the scope. For a manager without a scope it must borrow nothing.
#[track_caller]
pub(super) unsafe fn add<'a>(
    core: &Core,
    future: impl Future<Output = anyhow::Result<()>> + 'a,
) {
    let place = Location::caller();
    let future: Pin<Box<dyn Future<Output = anyhow::Result<()>> + 'a>> = Box::pin(future);
    // SAFETY: the types differ in the lifetime bound alone; the caller promises that the future is
    // neither polled nor dropped too late.
    let future = unsafe { std::mem::transmute::<Pin<Box<dyn Future<Output = _> + 'a>>, CleanUp>(future) };
    core.clean_ups.borrow_mut().push((future, place));
}

/// Runs the clean-up, last added first. What goes wrong stands in the manager's list.
pub(super) async fn run_clean_ups(core: &Core, task: &BlockName) {
    loop {
        let next = core.clean_ups.borrow_mut().pop();
        let Some((future, place)) = next else { break };
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

async fn run_one(core: &Core, future: CleanUp) -> Result<(), TaskErrorKind> {
    let limit = core.options.exit_limit;
    let mut future = Some(future);
    let mut timer = hub().exit_timer.get().map(|timer| timer(limit));
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
