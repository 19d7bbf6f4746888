//! Clean-up: the futures given to `on_exit`, which run after the last task.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::Pin;
use std::task::Poll;

use super::error::TaskErrorKind;
use super::node_ref::ROOT_SET;
use super::panics::{Caught, catch};
use crate::time::SimDuration;

type Borrowing<'a> = Pin<Box<dyn Future<Output = anyhow::Result<()>> + 'a>>;
type Boxed = Borrowing<'static>;

/// Makes a future that ends after the given simulated time. The scheduler provides it.
pub(crate) type ExitTimer = fn(SimDuration) -> Pin<Box<dyn Future<Output = ()>>>;

/// The clean-up of a manager, in the order in which it was added.
#[derive(Default)]
pub(super) struct CleanUps(RefCell<Vec<CleanUp>>);

struct CleanUp {
    future: Boxed,
    place: &'static Location<'static>,
    /// The set of the scope that it was given to: only this scope may touch it. The root set if it borrows
    /// nothing.
    set: u32,
}

impl CleanUps {
    /// # Safety
    ///
    /// Either `set` is the root set and the future borrows nothing; or `set` is that of the manager's open
    /// scope, and what the future borrows outlives this scope.
    #[track_caller]
    pub(super) unsafe fn add<'a>(
        &self,
        set: u32,
        future: impl Future<Output = anyhow::Result<()>> + 'a,
    ) {
        let place = Location::caller();
        let future: Borrowing<'a> = Box::pin(future);
        // SAFETY: the types differ in the lifetime bound alone. Only the scope of `set` takes the future out
        // (`take_last`), and its guard does so before what it borrows is gone. If the scope is forgotten, nobody
        // takes it out, and the scope keeps the manager alive for good.
        let future = unsafe { std::mem::transmute::<Borrowing<'a>, Boxed>(future) };
        self.0.borrow_mut().push(CleanUp { future, place, set });
    }

    /// The clean-up that was added last and that the scope with `set` may touch.
    fn take_last(&self, set: u32) -> Option<CleanUp> {
        let mut all = self.0.borrow_mut();
        let found = all
            .iter()
            .rposition(|known| known.set == ROOT_SET || known.set == set)?;
        Some(all.remove(found))
    }

    /// Drops the clean-up that will not run, last added first. Returns how many futures were dropped.
    pub(super) fn drop_all(&self, set: u32, panics: &mut Vec<Caught>) -> usize {
        let mut count = 0;
        while let Some(clean_up) = self.take_last(set) {
            count += 1;
            panics.extend(catch(move || drop(clean_up)).err());
        }
        count
    }

    /// Runs the clean-up, last added first: that which borrows nothing, and that of the scope with `set`. Calls
    /// `failed` with the place and the cause of each failure.
    pub(super) async fn run(
        &self,
        set: u32,
        limit: SimDuration,
        timer: Option<ExitTimer>,
        mut failed: impl FnMut(&'static Location<'static>, TaskErrorKind),
    ) {
        while let Some(CleanUp { future, place, .. }) = self.take_last(set) {
            if let Err(kind) = run_one(future, limit, timer).await {
                failed(place, kind);
            }
        }
    }
}

async fn run_one(
    future: Boxed,
    limit: SimDuration,
    timer: Option<ExitTimer>,
) -> Result<(), TaskErrorKind> {
    let mut future = Some(future);
    let mut timer = timer.map(|timer| timer(limit));
    let outcome = poll_fn(|context| {
        let running = future.as_mut().expect("polled until it is ready");
        match catch(|| running.as_mut().poll(context)) {
            Ok(Poll::Ready(Ok(()))) => return Poll::Ready(Ok(())),
            Ok(Poll::Ready(Err(error))) => {
                return Poll::Ready(Err(TaskErrorKind::Failed(error)));
            }
            Err(caught) => return Poll::Ready(Err(TaskErrorKind::panicked(caught, false))),
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
        (Ok(()), Err(caught)) => Err(TaskErrorKind::panicked(caught, true)),
        (outcome, _) => outcome,
    }
}
