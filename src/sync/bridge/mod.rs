//! `blocking` and `bridge`: blocking code on a thread of its own, and its calls into the simulation.

mod error;
mod remote;
#[cfg(all(test, not(loom)))]
mod tests;
mod thread;

use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread::{Builder, JoinHandle};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, unbounded};

pub use error::{BridgeError, CallError};
pub use remote::Remote;
use remote::{Call, CallFuture};
use thread::Thread;
pub(crate) use thread::{abandon_all, running_threads};

use super::POLLED_AGAIN;
use crate::task::{Caught, Name, TaskName, catch, record_wait};

/// Runs blocking code on its own thread; the future resolves to its return value.
///
/// The thread starts at once and has the given name. **No simulated time passes while it computes**,
/// and other tasks run only as far as they can without it. Use it for work that would hold up all other
/// tasks: a reference model in another language, a file, a socket. For code that also needs the
/// simulation, see [`bridge`].
///
/// Await the future in a task, or in [`task::block_on`](crate::task::block_on). A thread cannot be
/// stopped from outside: if the future is dropped, the thread is abandoned, and the log says so. When
/// the test exceeds its time limit, the report names a thread that has not returned, with the line of
/// this call.
///
/// # Errors
///
/// The code panicked, or the operating system could not create the thread.
///
/// # Examples
///
/// ```
/// use verifork::sync::blocking;
///
/// # verifork::task::block_on(async {
/// let sum = blocking("reference model", || (1..=100).sum::<u32>()).await?;
/// assert_eq!(sum, 5050);
/// # Ok::<_, verifork::Error>(())
/// # }).unwrap();
/// ```
#[track_caller]
pub fn blocking<T, F>(name: impl TaskName, work: F) -> Blocking<T>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    start(Builder::new(), name.into_name(), (), |_remote| work())
}

/// Runs blocking code on its own thread, like [`blocking`], and lets it call back into the simulation:
/// [`Remote::call`] runs a closure as part of the task that awaits this future, and blocks the thread
/// until it returns.
///
/// The closures get `context`, which stays on the simulation's thread. Put handles of signals there,
/// since other threads must not use them.
///
/// # Simulated time and order
///
/// - Simulated time passes only while the thread is blocked in a call that awaits it.
/// - The simulation accepts a call, or the end of the thread, when no task is ready any more and before
///   any simulated time passes. With only one such thread at a time, a test therefore does not depend
///   on the thread's speed.
/// - With several threads at once, each thread's calls are made in order. Between threads, calls are
///   accepted as they come, one by one; their order is not determined.
/// - If two threads wait for each other, one of them in a call that awaits simulated time, both wait
///   forever: the simulation waits for the other one.
///
/// # Errors
///
/// The code panicked, or the operating system could not create the thread. A panic inside a call is a
/// panic of the task that awaits this future.
///
/// # Examples
///
/// ```
/// use std::cell::Cell;
/// use std::rc::Rc;
/// use verifork::sync::{CallError, bridge};
/// use verifork::task::yield_now;
///
/// # verifork::task::block_on(async {
/// let register = Rc::new(Cell::new(41)); // stands for the handle of a signal
/// let seen = bridge("driver", Rc::clone(&register), |remote| {
///     // Blocking code, on its own thread.
///     let value = remote.call(async |register| register.get())?;
///     remote.call(async move |register| {
///         yield_now().await; // or an edge of the clock
///         register.set(value + 1);
///     })?;
///     Ok::<_, CallError>(value)
/// })
/// .await??;
/// assert_eq!((seen, register.get()), (41, 42));
/// # Ok::<_, verifork::Error>(())
/// # }).unwrap();
/// ```
#[track_caller]
pub fn bridge<C, T, F>(name: impl TaskName, context: C, work: F) -> Bridge<C, T>
where
    C: 'static,
    T: Send + 'static,
    F: FnOnce(Remote<C>) -> T + Send + 'static,
{
    start(Builder::new(), name.into_name(), context, work)
}

/// The future of [`blocking`].
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork::sync::{Blocking, blocking};
///
/// # async fn example() -> Result {
/// let reads: Blocking<_> = blocking("reads a file", || std::fs::read("frames.bin"));
/// let bytes = reads.await??;
/// # Ok(())
/// # }
/// ```
pub type Blocking<T> = Bridge<(), T>;

/// The future of [`bridge`]: it runs the thread's calls, and resolves to its return value.
///
/// ```
/// use verifork::prelude::*;
/// use verifork::sync::{Bridge, bridge};
///
/// # verifork::task::block_on(async {
/// let model: Bridge<_, u32> = bridge("model", (), |_remote| 6 * 7); // the thread runs already
/// assert_eq!(model.await?, 42);
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[must_use = "the thread runs already: await this for its value; if it is dropped, its calls fail"]
pub struct Bridge<C, T> {
    call: Option<CallFuture>,
    context: Rc<C>,
    calls: Receiver<Call<C>>,
    outcome: Receiver<Result<T, Caught>>,
    thread: Arc<Thread>,
    status: ThreadStatus,
}

enum ThreadStatus {
    Running(JoinHandle<()>),
    NotStarted(BridgeError),
    Over,
}

#[track_caller]
fn start<C, T, F>(builder: Builder, name: Name, context: C, work: F) -> Bridge<C, T>
where
    C: 'static,
    T: Send + 'static,
    F: FnOnce(Remote<C>) -> T + Send + 'static,
{
    let place = Location::caller();
    // The operating system's names end at a NUL.
    let builder = builder.name(name.replace('\0', " "));
    let (thread, (send_calls, calls)) = (Thread::new(name, place), unbounded());
    let (send_outcome, outcome) = bounded(1);
    let remote = Remote::new(send_calls, Arc::clone(&thread));
    let own = Arc::clone(&thread);
    thread.begin();
    // Without the work's type, which would have all of the standard library's threads compiled for each bridge.
    let run: Box<dyn FnOnce() + Send> = Box::new(move || run(&own, remote, work, &send_outcome));
    let status = match builder.spawn(run) {
        Ok(handle) => ThreadStatus::Running(handle),
        Err(error) => {
            thread.end();
            thread.notify_end();
            let name = thread.name().to_owned();
            ThreadStatus::NotStarted(BridgeError::NotStarted {
                name,
                place,
                reason: error.to_string(),
            })
        }
    };
    Bridge {
        call: None,
        context: Rc::new(context),
        calls,
        outcome,
        thread,
        status,
    }
}

/// What the thread does.
fn run<C, T, F>(
    thread: &Arc<Thread>,
    remote: Remote<C>,
    work: F,
    send_outcome: &Sender<Result<T, Caught>>,
) where
    F: FnOnce(Remote<C>) -> T,
{
    let outcome = catch(|| work(remote));
    if thread.end() {
        // The future takes it even while it is being dropped.
        let _ = send_outcome.send(outcome);
        return thread.notify_end();
    }
    if let Err(caught) = outcome.and_then(|unwanted| catch(|| drop(unwanted))) {
        log::warn!("{}, after it was abandoned", thread.panicked(caught));
    }
}

impl<C, T> Bridge<C, T> {
    /// Takes the return value of a thread that has ended or is about to.
    fn finish(&mut self, outcome: Result<T, Caught>) -> Result<T, BridgeError> {
        if let ThreadStatus::Running(handle) =
            std::mem::replace(&mut self.status, ThreadStatus::Over)
        {
            // Only waits for the destructors of its thread-local data. It catches its own panics.
            let _ = handle.join();
        }
        outcome.map_err(|caught| self.thread.panicked(caught))
    }
}

// The context is never pinned.
impl<C, T> Unpin for Bridge<C, T> {}

impl<C: 'static, T> Future for Bridge<C, T> {
    type Output = Result<T, BridgeError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        match &this.status {
            ThreadStatus::Running(_) => {}
            ThreadStatus::Over => panic!("{POLLED_AGAIN}"),
            ThreadStatus::NotStarted(error) => {
                let error = error.clone();
                this.status = ThreadStatus::Over;
                return Poll::Ready(Err(error));
            }
        }
        if this.thread.is_abandoned() {
            this.status = ThreadStatus::Over;
            return Poll::Ready(Err(this.thread.abandoned()));
        }
        loop {
            if let Some(mut call) = this.call.take()
                && call.as_mut().poll(context).is_pending()
            {
                this.call = Some(call);
                record_wait(this.thread.wait_in_call());
                return Poll::Pending;
            }
            if !this.thread.listen(context.waker()) {
                record_wait(this.thread.wait_for_end());
                return Poll::Pending;
            }
            if let Ok(call) = this.calls.try_recv() {
                this.call = Some(call(Rc::clone(&this.context), Arc::clone(&this.thread)));
                continue;
            }
            return match this.outcome.try_recv() {
                Ok(outcome) => Poll::Ready(this.finish(outcome)),
                Err(TryRecvError::Empty) => {
                    record_wait(this.thread.wait_for_end());
                    Poll::Pending
                }
                Err(TryRecvError::Disconnected) => unreachable!("a thread sends its outcome"),
            };
        }
    }
}

impl<C, T> Drop for Bridge<C, T> {
    fn drop(&mut self) {
        let ThreadStatus::Running(_) = &self.status else {
            return;
        };
        if self.thread.is_abandoned() {
            return;
        }
        if self.thread.abandon() {
            log::warn!(
                "{} is abandoned because its future was dropped: it continues to run, and its calls \
                 into the simulation fail",
                self.thread
            );
        } else if let Ok(outcome) = self.outcome.recv()
            && let Err(error) = self.finish(outcome)
        {
            log::warn!("{error}, and no task awaited it");
        }
    }
}

impl<C, T> fmt::Debug for Bridge<C, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bridge")
            .field(&format_args!("{}", self.thread))
            .finish()
    }
}
