//! `Mutex`: one task at a time.

use std::cell::{Cell, RefCell, RefMut};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::permits::Permits;
use super::{Label, Turn};
use crate::task::record_wait;

/// A value that only one task at a time may use, also across `.await`: a bus, a register file.
///
/// Tasks lock it in order of arrival. A clone is the same mutex. There is no poisoning: a panic unlocks
/// the mutex.
///
/// ```
/// use futures_lite::future::{block_on, yield_now, zip};
/// use verifork::sync::Mutex;
///
/// let bus = Mutex::new(Vec::new()).named("bus");
/// let transfer = async |name| {
///     let mut bus = bus.lock().await;
///     bus.push(name);
///     yield_now().await; // the transfer takes its time
///     bus.push(name);
/// };
/// block_on(zip(transfer("read"), transfer("write")));
/// assert_eq!(*bus.try_lock().unwrap(), ["read", "read", "write", "write"]);
/// ```
pub struct Mutex<T> {
    shared: Rc<Shared<T>>,
}

struct Shared<T> {
    /// One permit; its holder may borrow the value.
    permits: Permits,
    value: RefCell<T>,
    label: Cell<Label>,
}

impl<T> Mutex<T> {
    /// An unlocked value. Messages name the line of this call.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// # verifork::task::block_on(async {
    /// let bus = Mutex::new(0_u32); // how many accesses there were
    /// *bus.lock().await += 1;
    /// assert_eq!(*bus.lock().await, 1);
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    #[track_caller]
    pub fn new(value: T) -> Self {
        let (permits, label) = (Permits::new(1), Cell::new(Label::here()));
        Mutex {
            shared: Rc::new(Shared {
                permits,
                value: RefCell::new(value),
                label,
            }),
        }
    }

    /// Names the mutex, every clone of it included, in messages.
    ///
    /// ```
    /// use verifork::sync::Mutex;
    ///
    /// // A task that hangs here awaits "mutex `register bus`" in the tree.
    /// let bus = Mutex::new(()).named("register bus");
    /// assert!(!bus.is_locked());
    /// ```
    #[must_use]
    pub fn named(self, name: &'static str) -> Self {
        self.shared.label.set(self.shared.label.get().named(name));
        self
    }

    /// Waits for the lock. A task that already holds it would wait for itself forever.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(bus: Mutex<Signal<u32>>, clk: Signal<bool>) -> Result {
    /// let data = bus.lock().await; // other tasks wait until this block ends
    /// data.set(1);
    /// clk.rising_edges(2).await;
    /// data.set(0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn lock(&self) -> LockWait<'_, T> {
        LockWait {
            shared: &self.shared,
            turn: Turn::New,
        }
    }

    /// Takes the lock if no task holds it or waits for it.
    ///
    /// ```
    /// use verifork::sync::Mutex;
    ///
    /// let bus = Mutex::new(());
    /// let held = bus.try_lock();
    /// assert!(held.is_some() && bus.try_lock().is_none());
    /// ```
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.shared
            .permits
            .try_take(1)
            .then(|| MutexGuard::new(&self.shared))
    }

    /// Whether a task holds the lock, or has been woken to take it.
    ///
    /// ```
    /// use verifork::sync::Mutex;
    ///
    /// let bus = Mutex::new(());
    /// let held = bus.try_lock();
    /// assert!(bus.is_locked());
    /// drop(held);
    /// assert!(!bus.is_locked());
    /// ```
    pub fn is_locked(&self) -> bool {
        self.shared.permits.available() == 0
    }
}

impl<T> Clone for Mutex<T> {
    fn clone(&self) -> Self {
        Mutex {
            shared: Rc::clone(&self.shared),
        }
    }
}

impl<T: Default> Default for Mutex<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Mutex");
        shown.field("label", &self.shared.label.get());
        // Locked during this: formatting the value runs user code, which may try to lock it too.
        match self.try_lock() {
            Some(guard) => shown.field("value", &*guard),
            None => shown.field("value", &format_args!("<locked>")),
        };
        shown
            .field("waiting", &self.shared.permits.waiting())
            .finish()
    }
}

/// The future of [`Mutex::lock`].
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
/// let bus = Mutex::new(0);
/// let turn = bus.lock();
/// *turn.await += 1;
/// assert_eq!(*bus.lock().await, 1);
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[must_use = "it waits only when awaited: add `.await`"]
pub struct LockWait<'a, T> {
    shared: &'a Shared<T>,
    turn: Turn,
}

impl<'a, T> Future for LockWait<'a, T> {
    type Output = MutexGuard<'a, T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<MutexGuard<'a, T>> {
        let shared = self.shared;
        if shared
            .permits
            .poll_take(1, &mut self.turn, context.waker())
            .is_pending()
        {
            record_wait(shared.label.get().wait("the mutex"));
            return Poll::Pending;
        }
        Poll::Ready(MutexGuard::new(shared))
    }
}

impl<T> Drop for LockWait<'_, T> {
    fn drop(&mut self) {
        self.shared.permits.give_up(1, &mut self.turn);
    }
}

impl<T> fmt::Debug for LockWait<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockWait")
            .field("mutex", &self.shared.label.get())
            .finish()
    }
}

/// The locked value; dropping this unlocks it.
///
/// ```
/// use verifork::prelude::*;
///
/// # verifork::task::block_on(async {
/// let bus = Mutex::new(0);
/// {
///     let mut guard = bus.lock().await;
///     *guard += 1;
/// } // given back
/// assert_eq!(*bus.lock().await, 1);
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[must_use = "a guard that is not kept unlocks at once"]
pub struct MutexGuard<'a, T> {
    // Before the permit: fields are dropped in order, and the next holder of the permit borrows the value.
    value: RefMut<'a, T>,
    permit: Permit<'a>,
}

/// The permit of a lock.
struct Permit<'a> {
    permits: &'a Permits,
    label: &'a Cell<Label>,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.permits.give_back(1);
    }
}

impl<'a, T> MutexGuard<'a, T> {
    /// For a caller that has taken the permit.
    fn new(shared: &'a Shared<T>) -> Self {
        let permit = Permit {
            permits: &shared.permits,
            label: &shared.label,
        };
        MutexGuard {
            value: shared.value.borrow_mut(),
            permit,
        }
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutexGuard")
            .field("mutex", &self.permit.label.get())
            .field("value", &*self.value)
            .finish()
    }
}

impl<T: fmt::Display> fmt::Display for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::sync::testing::{Poller, Task, poll};

    #[test]
    fn a_value_that_uses_the_lock_while_it_is_shown_finds_it_locked() {
        struct Looks(RefCell<Option<Mutex<Looks>>>);
        impl fmt::Debug for Looks {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let lock = self.0.take().expect("shown once");
                let free = lock.try_lock().is_some();
                let text = format!("{lock:?}");
                write!(f, "free: {free}, {}", text.contains("<locked>"))
            }
        }
        let lock = Mutex::new(Looks(RefCell::default()));
        let own = lock.clone();
        lock.try_lock().unwrap().0.replace(Some(own));
        assert!(format!("{lock:?}").contains("free: false, true"));
        assert!(!lock.is_locked());
    }

    #[test]
    fn one_holder_at_a_time_in_order() {
        let lock = Mutex::new(0);
        let (first, second) = (Poller::new(), Poller::new());
        let (mut a, mut b) = (lock.lock(), lock.lock());
        let guard = lock.try_lock().unwrap();
        assert!(first.poll(&mut a).is_pending());
        assert!(second.poll(&mut b).is_pending());
        drop(guard);
        assert_eq!((first.wakes(), second.wakes()), (1, 0));
        assert!(lock.is_locked() && lock.try_lock().is_none());
        assert!(second.poll(&mut b).is_pending());
        let Poll::Ready(mut guard) = first.poll(&mut a) else {
            panic!("its turn has come")
        };
        *guard += 1;
        drop(guard);
        assert_eq!(second.wakes(), 1);
        let Poll::Ready(guard) = second.poll(&mut b) else {
            panic!("its turn has come")
        };
        assert_eq!(*guard, 1);
    }

    #[test]
    fn a_woken_wait_that_is_dropped_passes_the_lock_on() {
        let lock = Mutex::new(());
        let guard = lock.try_lock();
        let (mut first, mut second, poller) = (lock.lock(), lock.lock(), Poller::new());
        assert!(poll(&mut first).is_pending());
        assert!(poller.poll(&mut second).is_pending());
        drop(guard);
        drop(first);
        assert_eq!(poller.wakes(), 1);
        drop(second);
        assert!(!lock.is_locked());
    }

    #[test]
    fn a_panic_unlocks() {
        let lock = Mutex::new(1);
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _guard = lock.try_lock().unwrap();
            panic!("while the lock is held");
        }));
        assert!(panicked.is_err());
        assert_eq!(*lock.try_lock().unwrap(), 1);
    }

    #[test]
    fn a_waker_that_locks_at_once_gets_the_value() {
        let lock = Mutex::new(0);
        let inside = lock.clone();
        let guard = lock.try_lock();
        let task: Task = Box::pin(async move { *inside.lock().await += 1 });
        let task = Rc::new(RefCell::new(task));
        let woken = Rc::clone(&task);
        let poller = Poller::calling(move || assert!(poll(&mut *woken.borrow_mut()).is_ready()));
        assert!(poller.poll(&mut *task.borrow_mut()).is_pending());
        drop(guard);
        assert_eq!(*lock.try_lock().unwrap(), 1);
    }

    #[test]
    fn a_million_dropped_waits_leave_nothing() {
        let lock = Mutex::new(());
        let guard = lock.try_lock();
        for _ in 0..1_000_000 {
            assert!(poll(&mut lock.lock()).is_pending());
        }
        assert_eq!(
            (lock.shared.permits.waiting(), lock.shared.permits.slots()),
            (0, 1)
        );
        drop(guard);
        assert!(!lock.is_locked());
    }

    #[test]
    fn debug_shows_the_value_or_that_it_is_locked() {
        let lock = Mutex::new(7).named("bus");
        assert!(format!("{lock:?}").contains("value: 7"));
        let guard = lock.try_lock().unwrap();
        assert!(format!("{lock:?}").contains("`bus`") && format!("{lock:?}").contains("<locked>"));
        assert_eq!(format!("{guard}"), "7");
    }
}
