//! A limit of wall-clock time that holds even when the simulator no longer calls us.
//!
//! A thread waits for the deadline. When it passes, the owner is asked first: a flag is set that
//! the owner's thread polls whenever the simulator calls in, so that it can print the task tree
//! itself and end the test. Only when the owner does not answer within a grace period, because
//! the simulator or a task spins or blocks, does the last resort run, on this thread.

use std::panic::Location;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long the owner has to answer before the last resort.
pub(crate) const GRACE: Duration = Duration::from_secs(2);

/// How long the owner has to answer before it is looked what keeps it.
const LOOK: Duration = Duration::from_millis(100);

/// What the watchdog's thread does on expiry, besides setting the flag.
pub(crate) type OnExpiry = Box<dyn FnOnce() + Send>;

/// The thread, started once and armed for each test. Dropping it ends the thread.
pub(crate) struct Watchdog {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    asked: AtomicBool,
    state: Mutex<State>,
    changed: Condvar,
    grace: Duration,
    look: fn() -> Option<Busy>,
    last_resort: fn(&Overdue),
}

/// A task that runs and does not await.
pub(crate) type Busy = (String, &'static Location<'static>);

enum State {
    Idle,
    Armed {
        what: String,
        limit: Duration,
        deadline: Instant,
        on_expiry: OnExpiry,
    },
    Asked {
        what: String,
        limit: Duration,
        since: Instant,
        /// Whether it was looked what keeps the owner, and what was seen.
        looked: bool,
        busy: Option<Busy>,
    },
    Stopped,
}

/// What took too long and does not respond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Overdue {
    /// The name of the test.
    pub(crate) what: String,
    pub(crate) limit: Duration,
    /// How long the simulator has not called back since the limit passed.
    pub(crate) silent: Duration,
}

/// The thread's next step, which depends only on the state and the time.
enum Step {
    Wait(Option<Duration>),
    Ask(OnExpiry),
    Look,
    LastResort(Overdue),
    Stop,
}

impl Watchdog {
    /// Starts the thread, with no limit yet.
    ///
    /// `look` returns the running task, if there is one. `last_resort` receives what took too long. Both run while
    /// the owner's thread may hold any lock, so they take none; the latter writes what it can and ends the process.
    ///
    /// # Errors
    ///
    /// The system provides no thread.
    pub(crate) fn start(
        grace: Duration,
        look: fn() -> Option<Busy>,
        last_resort: fn(&Overdue),
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            asked: AtomicBool::new(false),
            state: Mutex::new(State::Idle),
            changed: Condvar::new(),
            grace,
            look,
            last_resort,
        });
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("verifork-watchdog".to_owned())
            .spawn(move || of_thread.watch())?;
        Ok(Watchdog {
            shared,
            thread: Some(thread),
        })
    }

    /// From now on `what` (a test's name) has `limit` of wall-clock time. An earlier limit is
    /// forgotten, and so is its answer to [`asked`](Self::asked).
    pub(crate) fn arm(&self, what: &str, limit: Duration, on_expiry: OnExpiry) {
        let state = match Instant::now().checked_add(limit) {
            Some(deadline) => State::Armed {
                what: what.to_owned(),
                limit,
                deadline,
                on_expiry,
            },
            // Later than the clock can express: never.
            None => State::Idle,
        };
        self.change(state);
    }

    /// No limit any more. Not asked any more either.
    pub(crate) fn disarm(&self) {
        self.change(State::Idle);
    }

    /// The task that has kept the owner from an answer since the limit passed, and for how long.
    pub(crate) fn busy(&self) -> Option<(Busy, Duration)> {
        match &*self.shared.lock() {
            State::Asked { since, busy, .. } => Some((busy.clone()?, since.elapsed())),
            _ => None,
        }
    }

    /// Whether the limit has passed.
    #[cfg(test)]
    pub(crate) fn asked(&self) -> bool {
        self.shared.asked.load(Ordering::Relaxed)
    }

    fn change(&self, state: State) {
        let mut guard = self.shared.lock();
        *guard = state;
        self.shared.asked.store(false, Ordering::Relaxed);
        drop(guard);
        self.shared.changed.notify_one();
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.change(State::Stopped);
        if let Some(thread) = self.thread.take() {
            // A panic there came from a function that was handed in and has been reported.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // No code that can panic runs under this lock, so the state is whole in any case.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(&self) {
        let mut state = self.lock();
        loop {
            match state.step(Instant::now(), self.grace) {
                Step::Wait(None) => {
                    state = self
                        .changed
                        .wait(state)
                        .unwrap_or_else(PoisonError::into_inner);
                }
                Step::Wait(Some(time)) => {
                    let waited = self.changed.wait_timeout(state, time);
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
                Step::Ask(on_expiry) => {
                    // Set under the lock: `disarm` cannot come between and be overwritten.
                    self.asked.store(true, Ordering::Relaxed);
                    drop(state);
                    on_expiry();
                    state = self.lock();
                }
                Step::Look => {
                    drop(state);
                    let seen = (self.look)();
                    state = self.lock();
                    // Unless the owner has answered meanwhile.
                    if let State::Asked { busy, .. } = &mut *state {
                        *busy = seen;
                    }
                }
                Step::LastResort(overdue) => {
                    drop(state);
                    (self.last_resort)(&overdue);
                    state = self.lock();
                }
                Step::Stop => return,
            }
        }
    }
}

impl State {
    fn step(&mut self, now: Instant, grace: Duration) -> Step {
        match std::mem::replace(self, State::Idle) {
            State::Idle => Step::Wait(None),
            State::Stopped => {
                *self = State::Stopped;
                Step::Stop
            }
            State::Armed {
                what,
                limit,
                deadline,
                on_expiry,
            } if now >= deadline => {
                *self = State::Asked {
                    what,
                    limit,
                    since: now,
                    looked: false,
                    busy: None,
                };
                Step::Ask(on_expiry)
            }
            armed @ State::Armed { deadline, .. } => {
                *self = armed;
                Step::Wait(Some(deadline - now))
            }
            State::Asked {
                what, limit, since, ..
            } if now >= since + grace => Step::LastResort(Overdue {
                what,
                limit,
                silent: grace,
            }),
            State::Asked {
                what,
                limit,
                since,
                looked,
                busy,
            } => {
                let look = since + LOOK.min(grace);
                let step = if looked {
                    Step::Wait(Some(since + grace - now))
                } else if now >= look {
                    Step::Look
                } else {
                    Step::Wait(Some(look - now))
                };
                *self = State::Asked {
                    what,
                    limit,
                    since,
                    looked: now >= look,
                    busy,
                };
                step
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn armed(deadline: Instant) -> State {
        let on_expiry = Box::new(|| ());
        State::Armed {
            what: "hangs".to_owned(),
            limit: 60 * SECOND,
            deadline,
            on_expiry,
        }
    }

    #[test]
    fn before_the_deadline_it_waits_for_just_the_rest() {
        let start = Instant::now();
        let mut state = armed(start + 5 * SECOND);
        let step = state.step(start + 2 * SECOND, GRACE);
        assert!(matches!(step, Step::Wait(Some(rest)) if rest == 3 * SECOND));
        assert!(matches!(state, State::Armed { .. }));
    }

    #[test]
    fn at_the_deadline_it_asks_once_then_looks_once_and_gives_the_grace_period() {
        let start = Instant::now();
        let mut state = armed(start);
        assert!(matches!(state.step(start, GRACE), Step::Ask(_)));
        let step = state.step(start, GRACE);
        assert!(matches!(step, Step::Wait(Some(rest)) if rest == LOOK));
        assert!(matches!(state.step(start + LOOK, GRACE), Step::Look));
        let step = state.step(start + LOOK, GRACE);
        assert!(matches!(step, Step::Wait(Some(rest)) if rest + LOOK == GRACE));
    }

    #[test]
    fn after_the_grace_period_comes_the_last_resort_once() {
        let start = Instant::now();
        let mut state = armed(start);
        assert!(matches!(state.step(start, GRACE), Step::Ask(_)));
        let Step::LastResort(overdue) = state.step(start + GRACE, GRACE) else {
            panic!()
        };
        let expected = Overdue {
            what: "hangs".to_owned(),
            limit: 60 * SECOND,
            silent: GRACE,
        };
        assert_eq!(overdue, expected);
        assert!(matches!(
            state.step(start + 2 * GRACE, GRACE),
            Step::Wait(None)
        ));
    }

    #[test]
    fn nothing_armed_waits_for_ever() {
        assert!(matches!(
            State::Idle.step(Instant::now(), GRACE),
            Step::Wait(None)
        ));
    }

    fn asks(watchdog: &Watchdog) {
        let (sender, receiver) = channel();
        watchdog.arm(
            "test",
            Duration::ZERO,
            Box::new(move || sender.send(()).unwrap()),
        );
        receiver.recv().unwrap();
        assert!(watchdog.asked());
    }

    #[test]
    fn one_thread_serves_many_tests() {
        let watchdog = Watchdog::start(3600 * SECOND, || None, |_| unreachable!()).unwrap();
        assert!(!watchdog.asked());
        for _ in 0..3 {
            asks(&watchdog);
            watchdog.disarm();
            assert!(!watchdog.asked());
        }
        watchdog.arm("never", Duration::MAX, Box::new(|| unreachable!()));
        watchdog.arm("far away", 3600 * SECOND, Box::new(|| unreachable!()));
        assert!(!watchdog.asked());
    }

    #[test]
    fn an_owner_that_does_not_answer_gets_the_last_resort() {
        static MESSAGES: Mutex<Option<Sender<String>>> = Mutex::new(None);
        let (sender, receiver) = channel();
        *MESSAGES.lock().unwrap() = Some(sender);
        let last_resort = |overdue: &Overdue| {
            MESSAGES
                .lock()
                .unwrap()
                .as_ref()
                .unwrap()
                .send(overdue.what.clone())
                .unwrap();
        };
        let watchdog = Watchdog::start(Duration::ZERO, || None, last_resort);
        let watchdog = watchdog.unwrap();
        asks(&watchdog);
        assert_eq!(receiver.recv().unwrap(), "test");
    }

    #[test]
    fn the_task_that_keeps_the_owner_is_reported_until_the_next_limit() {
        static LOOKED: Mutex<Option<Sender<()>>> = Mutex::new(None);
        let (sender, receiver) = channel();
        *LOOKED.lock().unwrap() = Some(sender);
        let look = || {
            LOOKED.lock().unwrap().as_ref().unwrap().send(()).unwrap();
            Some(("test/driver".to_owned(), Location::caller()))
        };
        let watchdog = Watchdog::start(3600 * SECOND, look, |_| unreachable!()).unwrap();
        asks(&watchdog);
        receiver.recv().unwrap();
        // What was seen is kept once the lock is free again.
        let ((task, _), since) = loop {
            if let Some(busy) = watchdog.busy() {
                break busy;
            }
            std::thread::yield_now();
        };
        assert_eq!(task, "test/driver");
        assert!(since >= LOOK);
        watchdog.arm("next", 3600 * SECOND, Box::new(|| ()));
        assert_eq!(watchdog.busy(), None);
    }
}
