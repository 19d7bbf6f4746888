//! `Barrier`: tasks that continue together.

use std::cell::Cell;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::notify::{Notified, Notify};
use super::{Label, POLLED_AGAIN};
use crate::task::record_wait;

/// Holds tasks back until a given number have arrived, then lets all of them continue; reusable.
///
/// A clone is the same barrier.
///
/// ```
/// use futures_lite::future::{block_on, zip};
/// use verifork::sync::Barrier;
///
/// let configured = Barrier::new(2).named("both ports configured");
/// let port = async || configured.wait().await.is_leader();
/// let (first, second) = block_on(zip(port(), port()));
/// assert!(!first && second); // the last to arrive leads
/// ```
#[derive(Clone)]
pub struct Barrier {
    shared: Rc<Shared>,
}

struct Shared {
    parties: usize,
    /// Waits that have not been notified: always fewer than `parties`.
    arrived: Cell<usize>,
    notify: Notify,
    label: Cell<Label>,
}

impl Barrier {
    /// A barrier for this many tasks. Messages name the line of this call.
    ///
    /// ```
    /// use verifork::sync::Barrier;
    ///
    /// let lanes = 4;
    /// let aligned = Barrier::new(lanes).named("all lanes aligned");
    /// assert_eq!(aligned.parties(), 4);
    /// ```
    ///
    /// # Panics
    ///
    /// If the number is 0: no task could ever arrive last.
    #[track_caller]
    pub fn new(parties: usize) -> Self {
        assert!(
            parties > 0,
            "a barrier for 0 tasks never opens: it needs at least 1"
        );
        let label = Cell::new(Label::here());
        Barrier {
            shared: Rc::new(Shared {
                parties,
                arrived: Cell::new(0),
                notify: Notify::new(),
                label,
            }),
        }
    }

    /// Names the barrier, every clone of it included, in messages.
    ///
    /// ```
    /// use verifork::sync::Barrier;
    ///
    /// // A task that hangs here awaits "barrier `reset done`" in the tree.
    /// let reset_done = Barrier::new(2).named("reset done");
    /// assert_eq!(reset_done.arrived(), 0);
    /// ```
    #[must_use]
    pub fn named(self, name: &'static str) -> Self {
        self.shared.label.set(self.shared.label.get().named(name));
        self
    }

    /// The number of tasks that the barrier waits for.
    ///
    /// ```
    /// use verifork::sync::Barrier;
    ///
    /// assert_eq!(Barrier::new(3).parties(), 3);
    /// ```
    pub fn parties(&self) -> usize {
        self.shared.parties
    }

    /// The number of tasks that have arrived and wait for the others.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::sync::Barrier;
    ///
    /// # verifork::task::block_on(async {
    /// let ready = Barrier::new(2);
    /// scope(async |tm| {
    ///     tm.fork("one", async {
    ///         ready.wait().await;
    ///     });
    ///     assert_eq!(ready.arrived(), 1);
    ///     ready.wait().await;
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn arrived(&self) -> usize {
        self.shared.arrived.get()
    }

    /// Arrives, with the first poll, and waits for the others.
    ///
    /// A wait that is dropped before the last task arrives does not count. The future is `'static`.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::sync::Barrier;
    ///
    /// # verifork::task::block_on(async {
    /// let configured = Barrier::new(2);
    /// scope(async |tm| {
    ///     for port in 0..2 {
    ///         let configured = &configured;
    ///         tm.fork(format!("port {port}"), async move {
    ///             // … writes its registers
    ///             configured.wait().await; // traffic begins on both at once
    ///             Ok(())
    ///         });
    ///     }
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn wait(&self) -> BarrierWait {
        BarrierWait {
            shared: Rc::clone(&self.shared),
            state: State::New,
        }
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier")
            .field("label", &self.shared.label.get())
            .field("parties", &self.parties())
            .field("arrived", &self.arrived())
            .finish()
    }
}

/// The future of [`Barrier::wait`].
///
/// # Panics
///
/// If polled again after it has finished.
///
/// # Examples
///
/// ```
/// use verifork::prelude::*;
/// use verifork::sync::Barrier;
///
/// # verifork::task::block_on(async {
/// let barrier = Barrier::new(1);
/// let wait = barrier.wait();
/// assert!(wait.await.is_leader());
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[must_use = "it waits only when awaited: add `.await`"]
pub struct BarrierWait {
    shared: Rc<Shared>,
    state: State,
}

enum State {
    New,
    Arrived(Notified),
    Over,
}

impl Future for BarrierWait {
    type Output = BarrierWaitResult;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<BarrierWaitResult> {
        let BarrierWait { shared, state } = &mut *self;
        if matches!(state, State::New) {
            let arrived = shared.arrived.get() + 1;
            if arrived == shared.parties {
                *state = State::Over;
                shared.arrived.set(0);
                shared.notify.notify_waiters();
                return Poll::Ready(BarrierWaitResult { is_leader: true });
            }
            shared.arrived.set(arrived);
            *state = State::Arrived(shared.notify.notified());
        }
        let State::Arrived(notified) = state else {
            panic!("{POLLED_AGAIN}")
        };
        if shared.notify.poll(notified, context.waker()).is_pending() {
            record_wait(shared.label.get().wait("the other tasks at the barrier"));
            return Poll::Pending;
        }
        *state = State::Over;
        Poll::Ready(BarrierWaitResult { is_leader: false })
    }
}

impl Drop for BarrierWait {
    fn drop(&mut self) {
        if let State::Arrived(notified) = &mut self.state {
            if !self.shared.notify.is_notified(notified) {
                self.shared.arrived.set(self.shared.arrived.get() - 1);
            }
            self.shared.notify.leave(notified);
        }
    }
}

impl fmt::Debug for BarrierWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BarrierWait")
            .field("barrier", &self.shared.label.get())
            .field("arrived", &matches!(self.state, State::Arrived(_)))
            .finish()
    }
}

/// The result of a wait for a [`Barrier`].
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork::sync::Barrier;
///
/// # async fn example(barrier: &Barrier) {
/// if barrier.wait().await.is_leader() {
///     log::info!("all have come");
/// }
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BarrierWaitResult {
    is_leader: bool,
}

impl BarrierWaitResult {
    /// Whether this task arrived last: `true` for exactly one task in each round.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::sync::Barrier;
    ///
    /// # verifork::task::block_on(async {
    /// let round = Barrier::new(1);
    /// if round.wait().await.is_leader() {
    ///     println!("once a round");
    /// }
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn is_leader(&self) -> bool {
        self.is_leader
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::sync::testing::{Poller, poll};

    fn leader(poll: Poll<BarrierWaitResult>) -> Option<bool> {
        match poll {
            Poll::Ready(result) => Some(result.is_leader()),
            Poll::Pending => None,
        }
    }

    #[test]
    fn all_go_on_when_the_last_arrives_round_after_round() {
        let barrier = Barrier::new(3);
        for _ in 0..3 {
            let (poller, mut waits) = (Poller::new(), [(); 3].map(|()| barrier.wait()));
            assert_eq!(leader(poller.poll(&mut waits[0])), None);
            assert_eq!(leader(poller.poll(&mut waits[1])), None);
            assert_eq!(leader(poller.poll(&mut waits[1])), None);
            assert_eq!((barrier.arrived(), poller.wakes()), (2, 0));
            assert_eq!(leader(poll(&mut waits[2])), Some(true));
            assert_eq!((barrier.arrived(), poller.wakes()), (0, 2));
            assert_eq!(leader(poller.poll(&mut waits[0])), Some(false));
            assert_eq!(leader(poller.poll(&mut waits[1])), Some(false));
        }
    }

    #[test]
    fn a_dropped_wait_has_not_arrived() {
        let barrier = Barrier::new(2);
        let mut dropped = barrier.wait();
        assert!(poll(&mut dropped).is_pending());
        drop(dropped);
        let (mut first, mut second) = (barrier.wait(), barrier.wait());
        assert_eq!(leader(poll(&mut first)), None);
        assert_eq!(leader(poll(&mut second)), Some(true));
        drop(first); // let through: it does not count against the next round
        assert_eq!(barrier.arrived(), 0);
    }

    #[test]
    fn a_slow_task_does_not_miss_its_round() {
        let barrier = Barrier::new(2);
        let mut slow = barrier.wait();
        assert_eq!(leader(poll(&mut slow)), None);
        assert_eq!(leader(poll(&mut barrier.wait())), Some(true));
        let mut next = barrier.wait();
        assert_eq!(leader(poll(&mut next)), None);
        assert_eq!(leader(poll(&mut slow)), Some(false));
        assert_eq!(leader(poll(&mut next)), None);
        assert_eq!(barrier.arrived(), 1);
    }

    #[test]
    fn a_barrier_for_one_never_waits() {
        let barrier = Barrier::new(1);
        assert_eq!(leader(poll(&mut barrier.wait())), Some(true));
        assert_eq!(leader(poll(&mut barrier.wait())), Some(true));
    }

    #[test]
    #[should_panic(expected = "a barrier for 0 tasks never opens")]
    fn a_barrier_for_none_panics() {
        let _ = Barrier::new(0);
    }

    #[test]
    fn a_million_dropped_waits_leave_nothing() {
        let barrier = Barrier::new(2);
        for _ in 0..1_000_000 {
            assert!(poll(&mut barrier.wait()).is_pending());
        }
        assert_eq!(barrier.arrived(), 0);
        assert_eq!(
            (
                barrier.shared.notify.waiting(),
                barrier.shared.notify.slots()
            ),
            (0, 1)
        );
    }
}
