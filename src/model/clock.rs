//! Simulated time for programs: a list of deadlines instead of a simulator.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::task::{Executor, keep};
use crate::time::{Precision, TimeUnit};

#[derive(Default)]
struct Clock {
    now: u64,
    begun: u64,
    waits: Vec<Deadline>,
}

struct Deadline {
    at: u64,
    number: u64,
    waker: Waker,
}

thread_local! {
    static CLOCK: RefCell<Clock> = RefCell::default();
}

/// Begins at 0, and sets the executor's time.
pub(super) fn reset(executor: &Executor) {
    CLOCK.with(RefCell::take);
    executor.set_precision(Precision::from(TimeUnit::Nanoseconds));
    executor.set_now(0);
    executor.limit_clean_up(|limit| {
        let precision = Precision::from(TimeUnit::Nanoseconds);
        Box::pin(Sleep::new(limit.to_steps(precision).expect("whole steps")))
    });
}

pub(super) fn now() -> u64 {
    CLOCK.with_borrow(|clock| clock.now)
}

pub(super) fn is_waited_for() -> bool {
    CLOCK.with_borrow(|clock| !clock.waits.is_empty())
}

/// Advances to the next deadline and wakes the tasks that wait for it, in order of arrival. Returns `false`
/// if there is none.
pub(super) fn advance(executor: &Executor) -> bool {
    let due = CLOCK.with_borrow_mut(|clock| {
        let next = clock.waits.iter().map(|wait| wait.at).min()?;
        clock.now = next;
        let mut due: Vec<Deadline> = clock.waits.extract_if(.., |wait| wait.at == next).collect();
        due.sort_by_key(|wait| wait.number);
        Some(due)
    });
    let Some(due) = due else { return false };
    executor.set_now(now());
    for wait in due {
        wait.waker.wake();
    }
    true
}

/// Ends after a number of steps of time.
pub(super) struct Sleep {
    at: u64,
    number: Option<u64>,
}

impl Sleep {
    pub(super) fn new(steps: u64) -> Self {
        Sleep {
            at: now() + steps,
            number: None,
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if now() >= self.at {
            return Poll::Ready(());
        }
        CLOCK.with_borrow_mut(|clock| {
            let waker = keep(context.waker());
            if let Some(number) = self.number {
                let wait = clock.waits.iter_mut().find(|wait| wait.number == number);
                wait.expect("its deadline is to come").waker = waker;
            } else {
                clock.begun += 1;
                self.number = Some(clock.begun);
                clock.waits.push(Deadline {
                    at: self.at,
                    number: clock.begun,
                    waker,
                });
            }
        });
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            CLOCK.with_borrow_mut(|clock| clock.waits.retain(|wait| wait.number != number));
        }
    }
}
