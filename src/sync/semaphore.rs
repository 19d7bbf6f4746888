//! `Semaphore`: so many tasks at a time.

use std::cell::Cell;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::permits::Permits;
use super::{Label, Turn};
use crate::task::record_wait;

/// A number of permits that tasks take and return.
///
/// Permits are given out in order of arrival: a task that wants many is not overtaken by later ones
/// that want few. A clone is the same semaphore.
///
/// ```
/// use futures_lite::future::block_on;
/// use verifork::sync::Semaphore;
///
/// let outstanding = Semaphore::new(2).named("outstanding reads");
/// block_on(async {
///     let first = outstanding.acquire().await;
///     let _second = outstanding.acquire().await;
///     assert!(outstanding.try_acquire().is_none());
///     drop(first);
///     assert_eq!(outstanding.available_permits(), 1);
/// });
/// ```
#[derive(Clone)]
pub struct Semaphore {
    shared: Rc<Shared>,
}

struct Shared {
    permits: Permits,
    label: Cell<Label>,
}

impl Semaphore {
    /// A semaphore with this many permits, which may be none. Messages name the line of this call.
    ///
    /// ```
    /// use verifork::sync::Semaphore;
    ///
    /// let outstanding = Semaphore::new(4); // as many reads as the design takes
    /// assert_eq!(outstanding.available_permits(), 4);
    /// ```
    #[track_caller]
    pub fn new(permits: usize) -> Self {
        let (permits, label) = (Permits::new(permits), Cell::new(Label::here()));
        Semaphore {
            shared: Rc::new(Shared { permits, label }),
        }
    }

    /// Names the semaphore, every clone of it included, in messages.
    ///
    /// ```
    /// use verifork::sync::Semaphore;
    ///
    /// // A task that hangs here awaits "semaphore `read tags`" in the tree.
    /// let tags = Semaphore::new(16).named("read tags");
    /// assert!(tags.try_acquire().is_some());
    /// ```
    #[must_use]
    pub fn named(self, name: &'static str) -> Self {
        self.shared.label.set(self.shared.label.get().named(name));
        self
    }

    /// Waits for one permit. The future is `'static`.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let credits = Semaphore::new(2);
    /// let credit = credits.acquire().await;
    /// assert_eq!(credits.available_permits(), 1);
    /// drop(credit); // given back
    /// assert_eq!(credits.available_permits(), 2);
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn acquire(&self) -> Acquire {
        self.acquire_many(1)
    }

    /// Waits for this many permits at once; for none, it does not wait.
    ///
    /// While it waits, no later task is served. If it wants more permits than exist, it waits for
    /// [`add_permits`](Semaphore::add_permits).
    ///
    /// ```
    /// use futures_lite::future::block_on;
    /// use verifork::sync::Semaphore;
    ///
    /// let credits = Semaphore::new(8);
    /// let burst = block_on(credits.acquire_many(6));
    /// assert_eq!((burst.count(), credits.available_permits()), (6, 2));
    /// ```
    pub fn acquire_many(&self, permits: usize) -> Acquire {
        Acquire {
            shared: Rc::clone(&self.shared),
            wanted: permits,
            turn: Turn::New,
        }
    }

    /// Takes one permit if one is available and no task waits.
    ///
    /// ```
    /// use verifork::sync::Semaphore;
    ///
    /// let credits = Semaphore::new(1);
    /// let credit = credits.try_acquire();
    /// assert!(credit.is_some() && credits.try_acquire().is_none());
    /// ```
    pub fn try_acquire(&self) -> Option<SemaphorePermit> {
        self.try_acquire_many(1)
    }

    /// Takes this many permits if they are available and no task waits.
    ///
    /// ```
    /// use verifork::sync::Semaphore;
    ///
    /// let buffer = Semaphore::new(1024); // bytes
    /// let frame = buffer.try_acquire_many(1000);
    /// assert!(frame.is_some() && buffer.try_acquire_many(64).is_none());
    /// ```
    pub fn try_acquire_many(&self, permits: usize) -> Option<SemaphorePermit> {
        let taken = self.shared.permits.try_take(permits);
        taken.then(|| SemaphorePermit {
            shared: Rc::clone(&self.shared),
            count: permits,
        })
    }

    /// Adds permits, which go to waiting tasks first.
    ///
    /// ```
    /// use verifork::sync::Semaphore;
    ///
    /// let credits = Semaphore::new(0);
    /// credits.add_permits(1); // the receiver returned a credit
    /// credits.try_acquire().unwrap().forget(); // and the sender used it up
    /// assert!(credits.try_acquire().is_none());
    /// ```
    ///
    /// # Panics
    ///
    /// If the semaphore's permits, available and taken, would be more than `usize::MAX`.
    #[track_caller]
    pub fn add_permits(&self, permits: usize) {
        let added = self.shared.permits.add(permits);
        let label = self.shared.label.get();
        assert!(
            added,
            "{permits} more permits are too many for the semaphore {label:?}: it counts up to {}",
            usize::MAX
        );
    }

    /// The number of available permits. May be positive while a task waits that wants more.
    ///
    /// ```
    /// use verifork::sync::Semaphore;
    ///
    /// let credits = Semaphore::new(3);
    /// let held = credits.try_acquire_many(2);
    /// assert_eq!(credits.available_permits(), 1);
    /// # drop(held);
    /// ```
    pub fn available_permits(&self) -> usize {
        self.shared.permits.available()
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore")
            .field("label", &self.shared.label.get())
            .field("available", &self.available_permits())
            .field("waiting", &self.shared.permits.waiting())
            .finish()
    }
}

/// The future of [`Semaphore::acquire`] and [`Semaphore::acquire_many`].
///
/// # Panics
///
/// If polled again after it has finished.
///
/// # Examples
///
/// ```
/// use verifork::prelude::*;
///
/// # verifork::task::block_on(async {
/// let slots = Semaphore::new(2);
/// let permit = slots.acquire().await;
/// drop(permit);
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[must_use = "it waits only when awaited: add `.await`"]
pub struct Acquire {
    shared: Rc<Shared>,
    wanted: usize,
    turn: Turn,
}

impl Future for Acquire {
    type Output = SemaphorePermit;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<SemaphorePermit> {
        let Acquire {
            shared,
            wanted,
            turn,
        } = &mut *self;
        if shared
            .permits
            .poll_take(*wanted, turn, context.waker())
            .is_pending()
        {
            record_wait(shared.label.get().wait("permits of the semaphore"));
            return Poll::Pending;
        }
        Poll::Ready(SemaphorePermit {
            shared: Rc::clone(shared),
            count: *wanted,
        })
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        self.shared.permits.give_up(self.wanted, &mut self.turn);
    }
}

impl fmt::Debug for Acquire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acquire")
            .field("semaphore", &self.shared.label.get())
            .field("permits", &self.wanted)
            .finish_non_exhaustive()
    }
}

/// Permits of a [`Semaphore`], returned when this is dropped.
///
/// It borrows nothing, so it may be stored, or sent through a channel together with a request.
///
/// ```
/// use verifork::prelude::*;
///
/// # verifork::task::block_on(async {
/// let slots = Semaphore::new(1);
/// let permit = slots.acquire().await;
/// assert!(slots.try_acquire().is_none());
/// drop(permit); // given back
/// assert!(slots.try_acquire().is_some());
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[must_use = "permits that are not kept are given back at once"]
pub struct SemaphorePermit {
    shared: Rc<Shared>,
    count: usize,
}

impl SemaphorePermit {
    /// The number of permits.
    ///
    /// ```
    /// use verifork::sync::Semaphore;
    ///
    /// let frame = Semaphore::new(8).try_acquire_many(5).unwrap();
    /// assert_eq!(frame.count(), 5);
    /// ```
    pub fn count(&self) -> usize {
        self.count
    }

    /// Discards the permits: they are not returned.
    ///
    /// ```
    /// use verifork::sync::Semaphore;
    ///
    /// let retries = Semaphore::new(3);
    /// retries.try_acquire().unwrap().forget(); // one less for good
    /// assert_eq!(retries.available_permits(), 2);
    /// ```
    pub fn forget(mut self) {
        self.shared.permits.forget(std::mem::take(&mut self.count));
    }
}

impl Drop for SemaphorePermit {
    fn drop(&mut self) {
        self.shared.permits.give_back(self.count);
    }
}

impl fmt::Debug for SemaphorePermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SemaphorePermit")
            .field("semaphore", &self.shared.label.get())
            .field("count", &self.count)
            .finish()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sync::testing::{Poller, poll};

    #[test]
    fn permits_come_back_when_dropped_and_not_when_forgotten() {
        let semaphore = Semaphore::new(2);
        let first = semaphore.try_acquire().unwrap();
        let second = semaphore.try_acquire().unwrap();
        assert!(semaphore.try_acquire().is_none());
        drop(first);
        assert_eq!(semaphore.available_permits(), 1);
        second.forget();
        assert_eq!(semaphore.available_permits(), 1);
    }

    #[test]
    fn a_wait_for_many_is_not_overtaken() {
        let semaphore = Semaphore::new(2);
        let held = semaphore.try_acquire().unwrap();
        let (mut many, mut one) = (semaphore.acquire_many(2), semaphore.acquire());
        assert!(poll(&mut many).is_pending());
        assert!(poll(&mut one).is_pending());
        assert!(semaphore.try_acquire().is_none());
        assert!(semaphore.try_acquire_many(0).is_some());
        drop(held);
        assert!(poll(&mut one).is_pending());
        let Poll::Ready(permits) = poll(&mut many) else {
            panic!("its turn has come")
        };
        assert_eq!(permits.count(), 2);
        drop(permits);
        assert!(poll(&mut one).is_ready());
    }

    #[test]
    fn a_wait_for_many_that_leaves_lets_those_behind_it_go_on() {
        let semaphore = Semaphore::new(1);
        let (mut many, mut one, poller) = (
            semaphore.acquire_many(2),
            semaphore.acquire(),
            Poller::new(),
        );
        assert!(poll(&mut many).is_pending());
        assert!(poller.poll(&mut one).is_pending());
        drop(many);
        assert_eq!(poller.wakes(), 1);
        assert!(poller.poll(&mut one).is_ready());
    }

    #[test]
    fn a_woken_wait_that_is_dropped_passes_its_turn_on() {
        let semaphore = Semaphore::new(1);
        let held = semaphore.try_acquire();
        let (mut first, mut second, poller) =
            (semaphore.acquire(), semaphore.acquire(), Poller::new());
        assert!(poll(&mut first).is_pending());
        assert!(poller.poll(&mut second).is_pending());
        drop(held);
        assert_eq!(poller.wakes(), 0);
        drop(first);
        assert_eq!(poller.wakes(), 1);
        drop(second);
        assert_eq!(semaphore.available_permits(), 1);
    }

    #[test]
    fn added_permits_go_to_those_who_wait() {
        let semaphore = Semaphore::new(0);
        let (mut wait, poller) = (semaphore.acquire_many(3), Poller::new());
        assert!(poller.poll(&mut wait).is_pending());
        semaphore.add_permits(2);
        assert_eq!((poller.wakes(), semaphore.available_permits()), (0, 2));
        semaphore.add_permits(2);
        assert_eq!((poller.wakes(), semaphore.available_permits()), (1, 1));
    }

    #[test]
    #[should_panic(expected = "1 more permits are too many for the semaphore `all`")]
    fn too_many_permits_to_count_panic() {
        let semaphore = Semaphore::new(usize::MAX).named("all");
        let _held = semaphore.try_acquire();
        semaphore.add_permits(1);
    }

    #[test]
    fn a_million_dropped_waits_leave_nothing() {
        let semaphore = Semaphore::new(0);
        for _ in 0..1_000_000 {
            assert!(poll(&mut semaphore.acquire()).is_pending());
        }
        assert_eq!(
            (
                semaphore.shared.permits.waiting(),
                semaphore.shared.permits.slots()
            ),
            (0, 1)
        );
        assert_eq!(Rc::strong_count(&semaphore.shared), 1);
    }

    proptest! {
        /// Against a count: no permit is lost or made, whoever can go on has been woken, and turns
        /// come in the order of the queue.
        #[test]
        fn no_permit_is_lost(
            permits in 0..4_usize,
            steps in prop::collection::vec((0..5_u8, 0..4_usize, 0..8_usize), 0..200),
        ) {
            let semaphore = Semaphore::new(permits);
            let mut total = permits;
            let mut held: Vec<SemaphorePermit> = Vec::new();
            let mut queue: Vec<(Poller, Acquire)> = Vec::new();
            for (step, permits, place) in steps {
                match step {
                    0 | 1 => {
                        let (poller, mut wait) = (Poller::new(), semaphore.acquire_many(permits));
                        match poller.poll(&mut wait) {
                            Poll::Ready(permit) => held.push(permit),
                            Poll::Pending => queue.push((poller, wait)),
                        }
                    }
                    2 if place < held.len() => drop(held.remove(place)),
                    3 if place < queue.len() => drop(queue.remove(place)),
                    4 if total < 6 => {
                        semaphore.add_permits(1);
                        total += 1;
                    }
                    _ => {}
                }
                // The woken ones are the first in the queue. Not all of them run before the next
                // step, so that it may drop a woken one.
                let woken = queue.iter().take_while(|(poller, _)| poller.wakes() > 0).count();
                prop_assert!(queue[woken..].iter().all(|(poller, _)| poller.wakes() == 0));
                for _ in 0..woken.min(place) {
                    let (poller, mut wait) = queue.remove(0);
                    let Poll::Ready(permit) = poller.poll(&mut wait) else {
                        return Err(TestCaseError::fail("woken without its permits"));
                    };
                    held.push(permit);
                }
                let granted: usize = queue.iter()
                    .filter(|(poller, _)| poller.wakes() > 0)
                    .map(|(_, wait)| wait.wanted)
                    .sum();
                let taken: usize = held.iter().map(SemaphorePermit::count).sum();
                prop_assert_eq!(semaphore.available_permits() + taken + granted, total);
                if let Some((_, front)) = queue.iter().find(|(poller, _)| poller.wakes() == 0) {
                    prop_assert!(front.wanted > semaphore.available_permits());
                }
            }
            drop((held, queue));
            prop_assert_eq!(semaphore.available_permits(), total);
        }
    }
}
