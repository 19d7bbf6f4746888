//! The thread's side: calls into the simulation.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use crossbeam_channel::{Sender, bounded};

use super::error::CallError;
use super::thread::Thread;

pub(super) type CallFuture = Pin<Box<dyn Future<Output = ()>>>;

/// A call in transit: creates its future from the context and the calling thread.
pub(super) type Call<C> = Box<dyn FnOnce(Rc<C>, Arc<Thread>) -> CallFuture + Send>;

/// Calls into the simulation from a thread started by [`bridge`](super::bridge()).
///
/// It may be moved to another thread, but serves one thread at a time: while one of its calls awaits
/// simulated time, the simulation waits for no other thread.
///
/// ```no_run
/// # use verifork::{prelude::*, sync::bridge};
/// # async fn example(clk: Signal<bool>) -> Result {
/// let cycles = bridge("model", clk, |remote| {
///     remote.call(async |clk| clk.rising_edges(3).await)?; // waits on this thread
///     Ok::<u32, verifork::sync::CallError>(3)
/// })
/// .await??;
/// # Ok(())
/// # }
/// ```
pub struct Remote<C> {
    calls: Sender<Call<C>>,
    thread: Arc<Thread>,
    /// Not `Sync`.
    one_at_a_time: PhantomData<Cell<()>>,
}

impl<C: 'static> Remote<C> {
    /// Runs `action` on the simulation's thread, as part of the task that awaits the bridge, and
    /// blocks this thread until it has returned.
    ///
    /// `action` gets the bridge's context and may await whatever a task may. Simulated time passes as far
    /// as `action` awaits it. What it captures and returns moves between threads.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork::sync::{CallError, bridge};
    /// # async fn example(address: Signal<u16>, data: Signal<u32>) -> Result {
    /// let words = bridge("firmware", (address, data), |remote| {
    ///     let mut words = Vec::new();
    ///     for next in 0..4 {
    ///         let word = remote.call(async move |(address, data)| {
    ///             address.set(next);
    ///             timer(10.ns()).await;
    ///             data.get() // a Result: `?` below is on the thread
    ///         })?;
    ///         words.push(word);
    ///     }
    ///     Ok::<_, CallError>(words)
    /// })
    /// .await??;
    /// log::info!("{words:?}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The bridge's future is gone or was cancelled before `action` returned, or `action` panicked. A call
    /// that can get no answer does not wait for one.
    pub fn call<R, F>(&self, action: F) -> Result<R, CallError>
    where
        R: Send + 'static,
        F: for<'a> AsyncFnOnce(&'a C) -> R + Send + 'static,
    {
        let (reply, answer) = bounded(1);
        let call: Call<C> = Box::new(move |context: Rc<C>, thread: Arc<Thread>| {
            Box::pin(async move {
                // A panic drops this before `reply`, which lets the thread continue.
                let unanswered = thread.expect_answer();
                let value = action(&context).await;
                std::mem::forget(unanswered);
                // The simulation waits for the thread again before the thread can continue.
                thread.begin();
                let _ = reply.send(value);
            })
        });
        self.thread.call(|| {
            // If the bridge is gone, the call is dropped, and there is no answer.
            let _ = self.calls.send(call);
        })?;
        let answer = answer.recv();
        self.thread.called();
        // The reason is set before a call is dropped without an answer.
        answer.map_err(|_| self.thread.why_no_answer())
    }
}

impl<C> Remote<C> {
    pub(super) fn new(calls: Sender<Call<C>>, thread: Arc<Thread>) -> Self {
        Remote {
            calls,
            thread,
            one_at_a_time: PhantomData,
        }
    }

    /// The name of the bridge.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::sync::bridge;
    ///
    /// # verifork::task::block_on(async {
    /// let name = bridge("model", (), |remote| remote.name().to_owned()).await?;
    /// assert_eq!(name, "model");
    /// # Ok::<(), verifork::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn name(&self) -> &str {
        self.thread.name()
    }
}

impl<C> fmt::Debug for Remote<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Remote")
            .field(&format_args!("{}", self.thread))
            .finish()
    }
}
