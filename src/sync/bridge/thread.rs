//! What both sides know of a thread, and the list of the threads that run.

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

/// The threads that run now, in words: name, where started, and what each is at. From any thread.
pub(crate) fn running_threads() -> Vec<String> {
    running()
        .iter()
        .map(|thread| format!("{thread} {}", thread.lock().doing()))
        .collect()
}

/// Leaves behind the threads that work for this thread's tasks, at the end of a test: those whose
/// future was leaked, or is kept. Each in words.
pub(crate) fn leave_all_behind() -> Vec<String> {
    let own = std::thread::current().id();
    let of_own = |thread: &&Arc<Thread>| thread.owner == own;
    let threads: Vec<Arc<Thread>> = running().iter().filter(of_own).cloned().collect();
    let left = threads.iter().filter(|thread| thread.leave_behind());
    left.map(ToString::to_string).collect()
}

/// One thread. Its own side calls `call`, `called` and `end`; the simulation's side the others.
pub(super) struct Thread {
    number: u64,
    name: Name,
    place: &'static Location<'static>,
    /// The thread whose task it works for.
    owner: ThreadId,
    state: Mutex<State>,
}

struct State {
    /// There while the simulation waits for the thread.
    work: Option<ExternalWork>,
    /// Who awaits the thread.
    awaiter: Option<Awaiter>,
    /// How many calls and ends were delivered and not looked for yet.
    delivered: usize,
    calling: bool,
    /// The thread's function has returned.
    ended: bool,
    /// The future was dropped before.
    left_behind: bool,
    /// Why calls get no answer any more.
    closed: Option<CallError>,
}

struct Awaiter {
    waker: Waker,
    /// One of our tasks, or part of one: completions of the thread are delivered when nothing else is ready.
    /// Otherwise some other executor, which has to be woken at once.
    is_task: bool,
}

impl State {
    fn doing(&self) -> &'static str {
        if self.left_behind {
            "is left behind"
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
            left_behind: false,
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

    /// The simulation waits for the thread from now on, as long as that has work to do.
    pub(super) fn begin(&self) {
        let work = executor().begin_external_work();
        let mut state = self.lock();
        if !state.ended && state.closed.is_none() {
            state.work = Some(work);
        }
    }

    /// Wakes this task when there is something to take in. `true` if there may be already.
    ///
    /// A task does not see what has come until it is delivered, even if it is polled before: whether
    /// it had come by then depends on the machine.
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

    /// Sends a call, and lets the simulation go on once it has taken that in.
    pub(super) fn call(self: &Arc<Self>, send: impl FnOnce()) -> Result<(), CallError> {
        let mut state = self.lock();
        if let Some(error) = state.closed {
            return Err(error);
        }
        state.calling = true;
        // While the state is locked: the answer begins new work, which must not end here.
        send();
        self.tell(state);
        Ok(())
    }

    /// Ends the thread's work for now: there is something to take in.
    fn tell(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        let work = state.work.take();
        // Not polled yet, it is taken for a task: any other executor looks when it polls.
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

    /// The thread's function has returned. `true` if somebody awaits what.
    pub(super) fn end(&self) -> bool {
        running().retain(|thread| thread.number != self.number);
        let mut state = self.lock();
        state.ended = true;
        state.closed.get_or_insert(CallError::Over);
        !state.left_behind
    }

    /// Tells the simulation of the end, when the outcome is where it looks: it may look, and begin
    /// to listen, at any moment before.
    pub(super) fn tell_end(self: &Arc<Self>) {
        self.tell(self.lock());
    }

    /// Nobody awaits the thread any more. `false` if it has ended, and its outcome is there or comes
    /// at once; or if it was left behind before.
    pub(super) fn leave_behind(&self) -> bool {
        let (runs, left) = {
            let mut state = self.lock();
            let before = std::mem::replace(&mut state.left_behind, true);
            state.closed.get_or_insert(CallError::Cancelled);
            let left = (state.work.take(), state.awaiter.take());
            (!state.ended && !before, left)
        };
        drop(left);
        runs
    }

    pub(super) fn is_left_behind(&self) -> bool {
        self.lock().left_behind
    }

    pub(super) fn left_behind(&self) -> BridgeError {
        BridgeError::LeftBehind {
            name: self.name.clone().into_owned(),
            place: self.place,
        }
    }

    /// Says that a call panicked, unless it is forgotten, or the future of the bridge is dropped.
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
