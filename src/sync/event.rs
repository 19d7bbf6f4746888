//! `Event`: something has happened.

use std::cell::Cell;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::Label;
use super::notify::{Notified, Notify};
use crate::task::record_wait;

/// A flag that tasks can wait for.
///
/// [`set`](Event::set) sets the flag, and every wait passes until [`clear`](Event::clear).
/// [`notify_all`](Event::notify_all) is a pulse: it ends all current waits and leaves the flag
/// unchanged. A clone is the same event.
///
/// ```
/// use futures_lite::future::{block_on, zip};
/// use verifork::sync::Event;
///
/// let configured = Event::new().named("configured");
/// block_on(async {
///     let driver = async {
///         configured.wait().await;
///         "driving"
///     };
///     let configure = async { configured.set() };
///     assert_eq!(zip(driver, configure).await.0, "driving");
/// });
/// assert!(configured.is_set());
/// ```
#[derive(Clone)]
pub struct Event {
    shared: Rc<Shared>,
}

struct Shared {
    set: Cell<bool>,
    notify: Notify,
    label: Cell<Label>,
}

impl Event {
    /// An event that is not set. Messages name the line of this call.
    ///
    /// ```
    /// use verifork::sync::Event;
    ///
    /// let link_up = Event::new();
    /// assert!(!link_up.is_set());
    /// ```
    #[track_caller]
    pub fn new() -> Self {
        Event {
            shared: Rc::new(Shared {
                set: Cell::new(false),
                notify: Notify::new(),
                label: Cell::new(Label::here()),
            }),
        }
    }

    /// Names the event, every clone of it included, in messages.
    ///
    /// ```
    /// use verifork::sync::Event;
    ///
    /// // A task that hangs here awaits "event `link up`" in the tree.
    /// let link_up = Event::new().named("link up");
    /// link_up.set();
    /// ```
    #[must_use]
    pub fn named(self, name: &'static str) -> Self {
        self.shared.label.set(self.shared.label.get().named(name));
        self
    }

    /// Sets the flag and wakes all waiting tasks, in order of arrival. Does nothing if it is already
    /// set.
    ///
    /// A wait that this has ended stays ended, even if the event is cleared before its task runs.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(irq: Signal<bool>) -> Result {
    /// let seen = Event::new().named("interrupt");
    /// let set = seen.clone();
    /// spawn(async move {
    ///     irq.rising_edge().await;
    ///     set.set();
    /// });
    /// seen.wait().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn set(&self) {
        if !self.shared.set.replace(true) {
            self.shared.notify.notify_waiters();
        }
    }

    /// Clears the flag: later waits last until the next [`set`](Event::set).
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let idle = Event::new();
    /// idle.set();
    /// idle.wait().await; // passes
    /// idle.clear(); // the next wait is for the next `set`
    /// assert!(!idle.is_set());
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn clear(&self) {
        self.shared.set.set(false);
    }

    /// Whether the flag is set.
    ///
    /// ```
    /// use verifork::sync::Event;
    ///
    /// let stop = Event::new();
    /// let mut frames = 0;
    /// while !stop.is_set() {
    ///     frames += 1;
    ///     if frames == 10 {
    ///         stop.set();
    ///     }
    /// }
    /// ```
    pub fn is_set(&self) -> bool {
        self.shared.set.get()
    }

    /// Wakes all waiting tasks, in order of arrival, and leaves the flag unchanged.
    ///
    /// ```
    /// use futures_lite::future::{block_on, poll_once};
    /// use verifork::sync::Event;
    ///
    /// let packet_done = Event::new();
    /// let wait = packet_done.wait();
    /// packet_done.notify_all();
    /// block_on(wait); // called before the pulse
    /// assert!(block_on(poll_once(packet_done.wait())).is_none()); // and after it
    /// ```
    pub fn notify_all(&self) {
        self.shared.notify.notify_waiters();
    }

    /// Waits until the event is set, or pulsed.
    ///
    /// The wait starts with this call, not with its first poll: it passes if the flag is set now, or is
    /// set or pulsed at any time afterwards. The future is `'static`.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let configured = Event::new().named("configured");
    /// scope(async |tm| {
    ///     tm.fork("traffic", async {
    ///         configured.wait().await;
    ///         Ok(())
    ///     });
    ///     configured.set();
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn wait(&self) -> EventWait {
        EventWait {
            notified: if self.is_set() {
                Notified::already()
            } else {
                self.shared.notify.notified()
            },
            shared: Rc::clone(&self.shared),
        }
    }
}

impl Default for Event {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("label", &self.shared.label.get())
            .field("set", &self.is_set())
            .field("waiting", &self.shared.notify.waiting())
            .finish()
    }
}

/// The future of [`Event::wait`]. May be polled again after it has finished.
///
/// ```
/// use verifork::prelude::*;
///
/// # verifork::task::block_on(async {
/// let done = Event::new();
/// let wait = done.wait();
/// done.set();
/// wait.await;
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[must_use = "it waits only when awaited: add `.await`"]
pub struct EventWait {
    shared: Rc<Shared>,
    notified: Notified,
}

impl Future for EventWait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let EventWait { shared, notified } = &mut *self;
        let poll = shared.notify.poll(notified, context.waker());
        if poll.is_pending() {
            record_wait(shared.label.get().wait("the event"));
        }
        poll
    }
}

impl Drop for EventWait {
    fn drop(&mut self) {
        self.shared.notify.leave(&mut self.notified);
    }
}

impl fmt::Debug for EventWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventWait")
            .field("event", &self.shared.label.get())
            .field("passed", &self.shared.notify.is_notified(&self.notified))
            .finish()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::sync::testing::{Poller, poll};

    #[test]
    fn set_lets_present_and_later_waits_pass() {
        let (event, present) = (Event::new(), Poller::new());
        let mut wait = event.wait();
        assert!(present.poll(&mut wait).is_pending());
        event.set();
        assert_eq!(present.wakes(), 1);
        assert!(present.poll(&mut wait).is_ready());
        assert!(poll(&mut event.wait()).is_ready());
        event.clear();
        assert!(!event.is_set());
        assert!(poll(&mut event.wait()).is_pending());
    }

    #[test]
    fn set_and_clear_before_the_waiter_runs_ends_its_wait() {
        let event = Event::new();
        let (mut polled, mut unpolled) = (event.wait(), event.wait());
        assert!(poll(&mut polled).is_pending());
        event.set();
        let mut while_set = event.wait();
        event.clear();
        let mut after = event.wait();
        assert!(poll(&mut polled).is_ready());
        assert!(poll(&mut unpolled).is_ready());
        assert!(poll(&mut while_set).is_ready());
        assert!(poll(&mut after).is_pending());
    }

    #[test]
    fn a_pulse_ends_the_waits_of_its_moment_only() {
        let event = Event::new();
        let (mut before, poller) = (event.wait(), Poller::new());
        assert!(poller.poll(&mut before).is_pending());
        event.notify_all();
        let mut after = event.wait();
        assert_eq!(poller.wakes(), 1);
        assert!(poll(&mut before).is_ready());
        assert!(poll(&mut after).is_pending());
        assert!(!event.is_set());
    }

    #[test]
    fn waiters_are_woken_in_the_order_in_which_they_came() {
        let event = Event::new();
        let log = Poller::log();
        let mut waits: Vec<_> = (0..5)
            .map(|n| (Poller::logging(n, &log), event.wait()))
            .collect();
        for n in [3, 0, 4, 1, 2] {
            let (poller, wait) = &mut waits[n];
            assert!(poller.poll(wait).is_pending());
        }
        event.set();
        assert_eq!(*log.lock().unwrap(), [3, 0, 4, 1, 2]);
    }

    #[test]
    fn only_the_last_waker_is_woken() {
        let event = Event::new();
        let (first, second, mut wait) = (Poller::new(), Poller::new(), event.wait());
        assert!(first.poll(&mut wait).is_pending());
        assert!(second.poll(&mut wait).is_pending());
        event.set();
        assert_eq!((first.wakes(), second.wakes()), (0, 1));
    }

    #[test]
    fn a_wait_owns_its_event() {
        let event = Event::new();
        let mut wait = event.wait();
        assert!(poll(&mut wait).is_pending());
        event.set();
        drop(event);
        assert!(poll(&mut wait).is_ready());
    }

    #[test]
    fn a_finished_wait_stays_ready() {
        let event = Event::new();
        event.set();
        let mut wait = event.wait();
        assert!(poll(&mut wait).is_ready());
        event.clear();
        assert!(poll(&mut wait).is_ready());
    }

    #[test]
    fn a_waker_that_waits_again_at_once_waits_for_the_next_pulse() {
        let event = Event::new();
        let again: Rc<Cell<Option<EventWait>>> = Rc::default();
        let mut wait = event.wait();
        let (event_inside, slot) = (event.clone(), Rc::clone(&again));
        let poller = Poller::calling(move || {
            let mut wait = event_inside.wait();
            assert!(poll(&mut wait).is_pending());
            slot.set(Some(wait));
        });
        assert!(poller.poll(&mut wait).is_pending());
        event.notify_all();
        assert_eq!(poller.wakes(), 1);
        assert_eq!(event.shared.notify.waiting(), 1);
        assert!(poll(&mut again.take().unwrap()).is_pending());
    }

    #[test]
    fn a_million_dropped_waits_leave_nothing() {
        let event = Event::new();
        for _ in 0..1_000_000 {
            assert!(poll(&mut event.wait()).is_pending());
        }
        assert_eq!(
            (event.shared.notify.waiting(), event.shared.notify.slots()),
            (0, 1)
        );
        assert_eq!(Rc::strong_count(&event.shared), 1);
    }

    #[test]
    fn the_name_and_the_place_are_shown() {
        let event = Event::new().named("reset done");
        let line = line!() - 1;
        let wait = event.shared.label.get().wait("the event").to_string();
        assert_eq!(wait, format!("the event `reset done` ({}:{line})", file!()));
        assert!(format!("{event:?}").contains("set: false, waiting: 0"));
    }
}
