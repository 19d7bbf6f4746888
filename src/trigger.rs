//! What a task awaits of the simulation: edges, simulated time, and the phases of a time step.
//!
//! # When things happen in a time step
//!
//! 1. Timers and clocks fire, the design evaluates, signals change, and tasks that wait for those
//!    changes run. A task that an edge has woken reads what signals held *before* the design
//!    reacted to that edge.
//! 2. [`read_write`]: the design has settled. Values written by [`set`](crate::dut::Signal::set) are
//!    applied now, and the design reacts to them in this same time step, which may bring it back
//!    to 1.
//! 3. [`read_only`]: nothing changes any more. Here a task reads what the design made of the edge;
//!    it cannot write.
//! 4. [`next_time_step`]: time has advanced.
//!
//! # What an edge is
//!
//! A *rising* edge is a change to `1` (or `H`) from anything else, a *falling* edge a change to `0`
//! (or `L`) from anything else: X to 1 is a rising edge and 1 to X is none. IEEE 1800-2017, 9.4.2,
//! counts 0 to X and 0 to Z as `posedge` too; a testbench that acted on them would act on a value that
//! nobody knows. VHDL's `rising_edge` (IEEE 1076-2008, 9.2.2) wants 0 to 1 and nothing else.

use std::fmt;
use std::future::{Future, IntoFuture, poll_fn};
use std::panic::Location;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::scheduler::{
    self, Condition, Edge, Kernel, SignalIndex, SignalWait, Stage, TimerKey, kernel,
};
use crate::simulator::{Phase, PortError};
use crate::task::WaitReason;
use crate::task::waiters::WaiterKey;
use crate::time::{Precision, SimDuration, SimTime, TimeError};

pub use crate::task::yield_now;

#[inline]
#[track_caller]
fn kernel_or_panic() -> &'static Kernel {
    match kernel() {
        Ok(kernel) => kernel,
        Err(error) => refuse(&error),
    }
}

#[cold]
fn cannot_wait(place: &Location<'_>, error: &PortError) -> ! {
    panic!("the wait at {place} cannot be: {error}")
}

/// Panics at the caller's line.
#[cold]
#[track_caller]
fn refuse(error: &dyn fmt::Display) -> ! {
    panic!("{error}")
}

/// The present simulated time.
///
/// # Panics
///
/// No simulation runs on this thread.
#[track_caller]
pub fn now() -> SimTime {
    kernel_or_panic().now()
}

/// Waits for simulated time, counted from this call.
///
/// A delay of 0 ends in the same time step, after what was ready before; if it begins in the
/// read-only phase it ends there too, where nothing can be written yet.
///
/// # Panics
///
/// At the caller's line: the duration is finer than the design's precision (the message has the
/// neighbours), it ends beyond the last time that the simulator can count to (2⁶⁴ steps, or 2⁶³ on GHDL
/// and NVC), or no simulation runs. [`try_timer`] returns an error instead.
///
/// # Examples
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example() {
/// timer(10.ns()).await;
/// # }
/// ```
#[inline]
#[track_caller]
pub fn timer(duration: SimDuration) -> Timer {
    let kernel = kernel_or_panic();
    let precision = kernel.precision();
    let steps = match duration.to_finer_steps(precision) {
        Some(steps) => steps,
        None => coarser_steps(duration, precision),
    };
    match kernel.deadline(steps) {
        Some(deadline) => Timer::new(kernel, deadline),
        None => refuse_beyond_the_end(kernel, steps),
    }
}

/// Panics at the caller's line.
#[cold]
#[track_caller]
fn refuse_beyond_the_end(kernel: &Kernel, steps: u64) -> ! {
    refuse(&kernel.beyond_the_end(steps))
}

#[cold]
#[track_caller]
fn coarser_steps(duration: SimDuration, precision: Precision) -> u64 {
    match duration.to_steps(precision) {
        Ok(steps) => steps,
        // Not in a closure, whose caller would be this line.
        Err(error) => refuse(&error),
    }
}

/// [`timer`] without the panic.
///
/// # Errors
///
/// The duration is finer than the design's precision, or ends beyond the last time that the simulator
/// can count to.
///
/// # Panics
///
/// At the caller's line: no simulation runs.
#[track_caller]
pub fn try_timer(duration: SimDuration) -> Result<Timer, TimeError> {
    let kernel = kernel_or_panic();
    let steps = duration.to_steps(kernel.precision())?;
    timer_of_steps(kernel, steps)
}

/// A timer of a number of the design's steps.
#[inline]
pub(crate) fn timer_of_steps(kernel: &'static Kernel, steps: u64) -> Result<Timer, TimeError> {
    let deadline = kernel.deadline(steps);
    let deadline = deadline.ok_or_else(|| kernel.beyond_the_end(steps))?;
    Ok(Timer::new(kernel, deadline))
}

/// The future of [`timer`].
#[derive(Debug)]
#[must_use = "it waits only when awaited: add `.await`"]
pub struct Timer {
    kernel: &'static Kernel,
    deadline: u64,
    key: Option<TimerKey>,
}

impl Timer {
    #[inline]
    fn new(kernel: &'static Kernel, deadline: u64) -> Timer {
        Timer {
            kernel,
            deadline,
            key: None,
        }
    }
}

impl Future for Timer {
    type Output = ();

    #[inline(always)] // in the way of every timer
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let kernel = self.kernel;
        match self.key {
            None => self.key = Some(kernel.wait_deadline(self.deadline, context.waker())),
            Some(key) if kernel.deadline_waits(key, self.deadline, context.waker()) => {}
            Some(_) => {
                self.key = None;
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }
}

impl Drop for Timer {
    #[inline]
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.kernel.leave_deadline(key);
        }
    }
}

/// Waits for the next read-write phase: the design has settled and what was
/// [`set`](crate::dut::Signal::set) before has just been applied, with the design yet to react to
/// it. Values that are set now are applied in this time step too.
///
/// # Panics
///
/// When it is awaited in the read-only phase, after which no read-write phase comes in this time
/// step.
#[inline]
#[track_caller]
pub fn read_write() -> PhaseWait {
    PhaseWait::new(Phase::ReadWrite)
}

/// Waits for the read-only phase: the time step has settled. At once if it is there.
#[inline]
#[track_caller]
pub fn read_only() -> PhaseWait {
    PhaseWait::new(Phase::ReadOnly)
}

/// Waits for the next time step in which anything happens, before it happens.
///
/// The simulator may also make a time step of a deadline that was given up: a timer that was
/// dropped before its time. Await a timer where the time counts.
#[inline]
#[track_caller]
pub fn next_time_step() -> PhaseWait {
    PhaseWait::new(Phase::NextTimeStep)
}

/// The future of [`read_write`], [`read_only`] and [`next_time_step`].
#[derive(Debug)]
#[must_use = "it waits only when awaited: add `.await`"]
pub struct PhaseWait {
    kernel: &'static Kernel,
    phase: Phase,
    key: Option<WaiterKey>,
    place: &'static Location<'static>,
}

impl PhaseWait {
    #[inline]
    #[track_caller]
    fn new(phase: Phase) -> Self {
        PhaseWait {
            kernel: kernel_or_panic(),
            phase,
            key: None,
            place: Location::caller(),
        }
    }
}

impl Future for PhaseWait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let kernel = self.kernel;
        match self.key {
            None => {
                if kernel.stage() == Stage::ReadOnly {
                    match self.phase {
                        Phase::ReadOnly => return Poll::Ready(()),
                        Phase::ReadWrite => panic!(
                            "`read_write()` at {} is awaited in the read-only phase, and no \
                             read-write phase follows in this time step: await \
                             `next_time_step()` first",
                            self.place
                        ),
                        Phase::NextTimeStep => {}
                    }
                }
                self.key = Some(kernel.wait_phase(self.phase, context.waker()));
            }
            Some(key) if kernel.phase_waits(self.phase, key, context.waker()) => {}
            Some(_) => {
                self.key = None;
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }
}

impl Drop for PhaseWait {
    #[inline]
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.kernel.leave_phase(self.phase, key);
        }
    }
}

/// Waits for changes of one signal. Made by its methods, such as
/// [`rising_edge`](crate::dut::Signal::rising_edge).
///
/// Counted in the simulator's callback: the task is woken once, after the last one.
#[derive(Debug)]
#[must_use = "it waits only when awaited: add `.await`"]
pub struct EdgeWait {
    kernel: &'static Kernel,
    signal: SignalIndex,
    edge: Edge,
    count: u32,
    key: Option<WaiterKey>,
    place: &'static Location<'static>,
}

impl EdgeWait {
    #[inline]
    #[track_caller]
    pub(crate) fn new(signal: SignalIndex, edge: Edge, count: u32) -> Self {
        EdgeWait::at(signal, edge, count, Location::caller())
    }

    /// For a wait that was asked for at `place`.
    #[inline]
    #[track_caller]
    pub(crate) fn at(
        signal: SignalIndex,
        edge: Edge,
        count: u32,
        place: &'static Location<'static>,
    ) -> Self {
        EdgeWait {
            kernel: kernel_or_panic(),
            signal,
            edge,
            count,
            key: None,
            place,
        }
    }

    fn note(&self) -> WaitReason {
        scheduler::edge_note(self.signal, self.edge, self.count)
    }
}

impl Future for EdgeWait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let kernel = self.kernel;
        match self.key {
            None if self.count == 0 => return Poll::Ready(()),
            None => {
                kernel.record_foreign_wait(context.waker(), || self.note());
                let wait = SignalWait::Edges {
                    edge: self.edge,
                    remaining: self.count,
                };
                match kernel.wait_signal(self.signal, wait, context.waker()) {
                    Ok(key) => self.key = Some(key),
                    Err(error) => cannot_wait(self.place, &error),
                }
            }
            Some(key) if kernel.signal_waits(self.signal, key, context.waker()) => {
                kernel.record_foreign_wait(context.waker(), || self.note());
            }
            Some(_) => {
                self.key = None;
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }
}

impl Drop for EdgeWait {
    #[inline]
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.kernel.leave_signal(self.signal, key);
        }
    }
}

/// Waits until a condition on a signal holds: asked at once, and then in the simulator's callback at
/// each change of the signal. Made by [`wait_until`](crate::dut::Signal::wait_until).
#[must_use = "it waits only when awaited: add `.await`"]
pub struct ConditionWait {
    kernel: &'static Kernel,
    signal: SignalIndex,
    condition: Rc<Condition>,
    key: Option<WaiterKey>,
    place: &'static Location<'static>,
}

impl ConditionWait {
    #[track_caller]
    pub(crate) fn new(signal: SignalIndex, condition: impl Fn() -> bool + 'static) -> Self {
        let condition = Condition::new(condition);
        ConditionWait {
            kernel: kernel_or_panic(),
            signal,
            condition,
            key: None,
            place: Location::caller(),
        }
    }
}

impl fmt::Debug for ConditionWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConditionWait")
            .field("signal", &self.signal)
            .finish_non_exhaustive()
    }
}

impl Future for ConditionWait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let kernel = self.kernel;
        match self.key {
            Some(key) if kernel.signal_waits(self.signal, key, context.waker()) => {}
            Some(_) if !self.condition.has_panicked() => return Poll::Ready(()),
            // The first time; or it panicked in the callback, and does it again here, where the
            // panic is the task's.
            _ if self.condition.holds() => return Poll::Ready(()),
            _ => {
                let wait = SignalWait::Until(Rc::clone(&self.condition));
                match kernel.wait_signal(self.signal, wait, context.waker()) {
                    Ok(key) => self.key = Some(key),
                    Err(error) => cannot_wait(self.place, &error),
                }
            }
        }
        kernel.record_foreign_wait(context.waker(), || scheduler::condition_note(self.signal));
        Poll::Pending
    }
}

impl Drop for ConditionWait {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.kernel.leave_signal(self.signal, key);
        }
    }
}

/// A time limit was reached first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not done within {limit} of simulated time (at {place})")]
pub struct TimedOut {
    limit: SimDuration,
    place: &'static Location<'static>,
}

/// Runs a future for at most `limit` of simulated time; then it is dropped.
///
/// Where both come at once, the future wins.
///
/// # Errors
///
/// The limit was reached first.
///
/// # Panics
///
/// At the caller's line: the limit is finer than the design's precision, or no simulation runs.
///
/// # Examples
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(done: Signal<bool>) -> verifork::Result {
/// with_timeout(1.us(), done.rising_edge()).await?;
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn with_timeout<F: IntoFuture>(
    limit: SimDuration,
    future: F,
) -> impl Future<Output = Result<F::Output, TimedOut>> {
    let (timer, place) = (timer(limit), Location::caller());
    let future = future.into_future();
    async move {
        let kernel = timer.kernel;
        let (mut future, mut timer) = (pin!(future), pin!(timer));
        let mut settled: Option<PhaseWait> = None;
        poll_fn(|context| {
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(Ok(output));
            }
            let over = match &mut settled {
                None => timer.as_mut().poll(context),
                Some(settled) => Pin::new(settled).poll(context),
            };
            if over.is_ready() && settled.is_none() && kernel.changes_are_to_come() {
                // What comes at this time wins, also where it comes a delta cycle later.
                let settled = settled.insert(read_write());
                return Pin::new(settled)
                    .poll(context)
                    .map(|()| Err(TimedOut { limit, place }));
            }
            over.map(|()| Err(TimedOut { limit, place }))
        })
        .await
    }
}
