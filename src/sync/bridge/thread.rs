//! The state that both sides of a thread share, and the list of running threads.

use std::fmt;
use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread::ThreadId;

use super::error::{BridgeError, CallError};
use crate::task::{
    Caught, Completion, Executor, ExternalWork, Name, WaitReason, executor, keep, wake_up,
    with_executor,
};

/// The threads of the process, oldest first.
static RUNNING: Mutex<Vec<Arc<Thread>>> = Mutex::new(Vec::new());

fn running() -> MutexGuard<'static, Vec<Arc<Thread>>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A description of each running thread: its name, where it was started, and what it does. From any thread.
pub(crate) fn running_threads() -> Vec<String> {
    running()
        .iter()
        .map(|thread| format!("{thread} {}", thread.lock().doing()))
        .collect()
}

/// Abandons the threads that work for this thread's tasks, at the end of a test: those whose future was
/// leaked or is kept. Returns a description of each.
pub(crate) fn abandon_all() -> Vec<String> {
    let own = std::thread::current().id();
    let of_own = |thread: &&Arc<Thread>| thread.owner == own;
    let threads: Vec<Arc<Thread>> = running().iter().filter(of_own).cloned().collect();
    let left = threads.iter().filter(|thread| thread.abandon());
    left.map(ToString::to_string).collect()
}

/// One thread. It calls `call`, `called` and `end` itself; the simulation calls the others.
pub(super) struct Thread {
    number: u64,
    name: Name,
    place: &'static Location<'static>,
    /// The thread whose task it works for.
    owner: ThreadId,
    state: Mutex<State>,
}

struct State {
    /// Present while the simulation waits for the thread.
    work: Option<ExternalWork>,
    /// The task that awaits the thread.
    awaiter: Option<Awaiter>,
    /// How many calls and ends were delivered but not seen yet.
    delivered: usize,
    calling: bool,
    /// The thread's function has returned.
    ended: bool,
    /// The future was dropped before.
    abandoned: bool,
    /// Why calls get no answer, if they get none any more.
    closed: Option<CallError>,
}

struct Awaiter {
    waker: Waker,
    /// One of our tasks, or part of one: completions of the thread are delivered when no task is ready.
    /// Otherwise some other executor, which has to be woken at once.
    is_task: bool,
}

impl State {
    fn doing(&self) -> &'static str {
        if self.abandoned {
            "is abandoned"
        } else if self.calling {
            "is blocked in a call into the simulation"
        } else {
            "computes"
        }
    }
}

impl Thread {
    pub(super) fn new(name: Name, place: &'static Location<'static>) -> Arc<Self> {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let state = Mutex::new(State {
            work: None,
            awaiter: None,
            delivered: 0,
            calling: false,
            ended: false,
            abandoned: false,
            closed: None,
        });
        let thread = Arc::new(Thread {
            number,
            name,
            place,
            owner: std::thread::current().id(),
            state,
        });
        running().push(Arc::clone(&thread));
        thread
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The simulation waits for the thread from now on, as long as the thread has work to do.
    pub(super) fn begin(&self) {
        let work = executor().begin_external_work();
        let mut state = self.lock();
        if !state.ended && state.closed.is_none() {
            state.work = Some(work);
        }
    }

    /// Wakes this task when a call or the end is delivered. Returns `true` if that may have happened
    /// already.
    ///
    /// A task that is polled earlier does not see what has arrived but is not delivered: what has arrived
    /// by then depends on the machine.
    pub(super) fn listen(&self, waker: &Waker) -> bool {
        let is_task = with_executor(Executor::runs_task) == Some(true);
        let waker = keep(waker);
        let mut state = self.lock();
        let delivered = state.delivered > 0;
        state.delivered = state.delivered.saturating_sub(1);
        let replaced = state.awaiter.replace(Awaiter { waker, is_task });
        drop(state);
        drop(replaced);
        delivered || !is_task
    }

    /// Sends a call, and lets the simulation continue once it has received it.
    pub(super) fn call(self: &Arc<Self>, send: impl FnOnce()) -> Result<(), CallError> {
        let mut state = self.lock();
        if let Some(error) = state.closed {
            return Err(error);
        }
        state.calling = true;
        // With the state locked: the answer begins new work, which must not end here.
        send();
        self.notify(state);
        Ok(())
    }

    /// Ends the thread's work for now: a call or the end can be delivered.
    fn notify(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        let work = state.work.take();
        // Before its first poll, it is treated as a task: another executor checks when it polls.
        let to_task = state.awaiter.as_ref().is_none_or(|awaiter| awaiter.is_task);
        drop(state);
        match work {
            Some(work) if to_task => work.complete(Arc::clone(self) as Arc<dyn Completion>),
            work => {
                self.deliver();
                drop(work);
            }
        }
    }

    pub(super) fn called(&self) {
        self.lock().calling = false;
    }

    pub(super) fn why_no_answer(&self) -> CallError {
        self.lock().closed.unwrap_or(CallError::Cancelled)
    }

    /// The thread's function has returned. Returns `true` if a task awaits its value.
    pub(super) fn end(&self) -> bool {
        running().retain(|thread| thread.number != self.number);
        let mut state = self.lock();
        state.ended = true;
        state.closed.get_or_insert(CallError::Over);
        !state.abandoned
    }

    /// Signals the end to the simulation, after the outcome is stored: the simulation may check for it at
    /// any moment before.
    pub(super) fn notify_end(self: &Arc<Self>) {
        self.notify(self.lock());
    }

    /// No task awaits the thread any more. Returns `false` if it has ended, with its outcome stored now or
    /// at once; or if it was abandoned before.
    pub(super) fn abandon(&self) -> bool {
        let (runs, left) = {
            let mut state = self.lock();
            let before = std::mem::replace(&mut state.abandoned, true);
            state.closed.get_or_insert(CallError::Cancelled);
            let left = (state.work.take(), state.awaiter.take());
            (!state.ended && !before, left)
        };
        drop(left);
        runs
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.lock().abandoned
    }

    pub(super) fn abandoned(&self) -> BridgeError {
        BridgeError::LeftBehind {
            name: self.name.clone().into_owned(),
            place: self.place,
        }
    }

    /// Records that a call panicked, unless this is forgotten or the future of the bridge is dropped.
    pub(super) fn expect_answer(&self) -> impl Drop {
        struct Guard<'a>(&'a Thread);
        impl Drop for Guard<'_> {
            fn drop(&mut self) {
                self.0.lock().closed.get_or_insert(CallError::Panicked);
            }
        }
        Guard(self)
    }

    pub(super) fn panicked(&self, caught: Caught) -> BridgeError {
        let (name, place) = (self.name.clone().into_owned(), self.place);
        let Caught {
            message,
            at,
            backtrace,
        } = caught;
        BridgeError::Panicked {
            name,
            place,
            message,
            at,
            backtrace,
        }
    }

    pub(super) fn wait_for_end(&self) -> WaitReason {
        WaitReason::Custom {
            describe: |number, _, f| describe(number, "", f),
            a: self.number,
            b: 0,
        }
    }

    pub(super) fn wait_in_call(&self) -> WaitReason {
        let describe = |number, _, f: &mut fmt::Formatter<'_>| describe(number, "a call of ", f);
        WaitReason::Custom {
            describe,
            a: self.number,
            b: 0,
        }
    }
}

fn describe(number: u64, before: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let found = running()
        .iter()
        .find(|thread| thread.number == number)
        .cloned();
    match found {
        Some(thread) => write!(f, "{before}{thread}"),
        None => write!(f, "{before}a thread that has ended"),
    }
}

impl fmt::Display for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "thread `{}` (started at {})", self.name, self.place)
    }
}

impl Completion for Thread {
    fn deliver(&self) {
        let awaiter = {
            let mut state = self.lock();
            state.delivered += 1;
            state.awaiter.take()
        };
        if let Some(Awaiter { waker, .. }) = awaiter {
            wake_up(waker);
        }
    }
}
