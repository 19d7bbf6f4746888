//! Waiting for changes of signals.

use std::fmt;
use std::future::Future as _;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;

use super::kernel_or_panic;
use super::wait::{Trigger, Wait, futures};
use crate::scheduler::{
    Condition, Edge, Kernel, SignalIndex, SignalKey, SignalWait, condition_reason, edge_reason,
};
use crate::simulator::PortError;
use crate::task::WaitReason;

/// Waits for changes of one signal. Created by its methods, such as
/// [`rising_edge`](crate::dut::Signal::rising_edge).
///
/// Counted in the simulator's callback: the task is woken once, after the last one.
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(clk: Signal<bool>) {
/// let (up, down) = (clk.rising_edge(), clk.falling_edge());
/// first_of! {
///     () = up => log::info!("up"),
///     () = down => log::info!("down"),
/// }
/// # }
/// ```
#[derive(Debug)]
#[must_use = "it waits only when awaited: add `.await`"]
pub struct EdgeWait(Wait<Edges>);

/// Waits until a condition on a signal holds. It is evaluated at once, and then in the simulator's
/// callback at each change of the signal. Created by [`wait_until`](crate::dut::Signal::wait_until).
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(level: Signal<u8>, ready: Signal<bool>) {
/// level.wait_until(|level| level.is_ok_and(|level| level > 12)).await;
/// ready.wait_for(true).await;
/// # }
/// ```
#[derive(Debug)]
#[must_use = "it waits only when awaited: add `.await`"]
pub struct ConditionWait(Wait<Holds>);

futures!(EdgeWait, ConditionWait);

/// The changes as an endless stream of `()`. Created by [`EdgeWait::stream`].
///
/// ```no_run
/// # use verifork::prelude::*;
/// # use futures_lite::StreamExt as _;
/// # async fn example(clk: Signal<bool>) {
/// let mut edges = clk.rising_edge().stream().enumerate();
/// while let Some((number, ())) = edges.next().await {
///     log::info!("edge {number}");
/// }
/// # }
/// ```
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct EdgeStream(EdgeWait);

impl EdgeWait {
    /// The same wait, repeated each time it has resolved. A change while nothing polls the stream is
    /// not an item of it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use futures_lite::StreamExt as _;
    /// # async fn example(clk: Signal<bool>, data: Signal<u8>) -> Result {
    /// let mut edges = clk.rising_edge().stream().take(16);
    /// while edges.next().await.is_some() {
    ///     log::info!("{:#04x}", data.get()?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream(self) -> EdgeStream {
        EdgeStream(self)
    }
}

impl Stream for EdgeStream {
    type Item = ();

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<()>> {
        // Polled again after it resolved, the wait begins again.
        Pin::new(&mut self.0).poll(context).map(Some)
    }
}

/// A signal, and who waits for it.
#[derive(Clone, Copy, Debug)]
struct Watched {
    signal: SignalIndex,
    place: &'static Location<'static>,
}

#[derive(Debug)]
struct Edges {
    of: Watched,
    edge: Edge,
    count: u32,
}

struct Holds {
    of: Watched,
    condition: Rc<Condition>,
}

impl EdgeWait {
    #[inline]
    #[track_caller]
    pub(crate) fn new(
        kernel: &'static Kernel,
        signal: SignalIndex,
        edge: Edge,
        count: u32,
    ) -> Self {
        EdgeWait::at(kernel, signal, (edge, count), Location::caller())
    }

    /// A wait that was created at `place`.
    #[inline]
    pub(crate) fn at(
        kernel: &'static Kernel,
        signal: SignalIndex,
        (edge, count): (Edge, u32),
        place: &'static Location<'static>,
    ) -> Self {
        let of = Watched { signal, place };
        EdgeWait(Wait::new(kernel, Edges { of, edge, count }))
    }
}

impl ConditionWait {
    #[track_caller]
    pub(crate) fn new(signal: SignalIndex, condition: impl Fn() -> bool + 'static) -> Self {
        let condition = Condition::new(condition);
        let place = Location::caller();
        let of = Watched { signal, place };
        ConditionWait(Wait::new(kernel_or_panic(), Holds { of, condition }))
    }
}

impl Watched {
    #[inline]
    fn wait(self, kernel: &'static Kernel, wait: SignalWait, waker: &Waker) -> SignalKey {
        match kernel.wait_signal(self.signal, wait, waker) {
            Ok(key) => key,
            Err(error) => self.cannot_be(&error),
        }
    }

    #[cold]
    fn cannot_be(self, error: &PortError) -> ! {
        panic!("cannot wait at {}: {error}", self.place)
    }
}

impl Trigger for Edges {
    type Key = SignalKey;

    #[inline]
    fn prime(&self, kernel: &'static Kernel, waker: &Waker) -> Option<SignalKey> {
        let wait = SignalWait::Edges {
            edge: self.edge,
            remaining: self.count,
            since: kernel.now().steps(),
        };
        (self.count > 0).then(|| self.of.wait(kernel, wait, waker))
    }

    #[inline]
    fn is_primed(&self, _: &'static Kernel, key: SignalKey, waker: &Waker) -> bool {
        key.still_waits(waker)
    }

    fn unprime(&self, _: &'static Kernel, key: SignalKey) {
        key.leave();
    }

    fn reason(&self, _: &'static Kernel) -> WaitReason {
        edge_reason(self.of.signal, self.edge, self.count)
    }
}

impl Trigger for Holds {
    type Key = SignalKey;

    fn prime(&self, kernel: &'static Kernel, waker: &Waker) -> Option<SignalKey> {
        if self.condition.holds() {
            return None;
        }
        let wait = SignalWait::Until(Rc::clone(&self.condition));
        Some(self.of.wait(kernel, wait, waker))
    }

    #[inline]
    fn is_primed(&self, _: &'static Kernel, key: SignalKey, waker: &Waker) -> bool {
        key.still_waits(waker)
    }

    /// A condition that panicked in the callback is evaluated again in the task, which then panics.
    fn has_come(&self) -> bool {
        !self.condition.has_panicked()
    }

    fn unprime(&self, _: &'static Kernel, key: SignalKey) {
        key.leave();
    }

    fn reason(&self, _: &'static Kernel) -> WaitReason {
        condition_reason(self.of.signal)
    }
}

impl fmt::Debug for Holds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holds")
            .field("of", &self.of)
            .finish_non_exhaustive()
    }
}
