//! Waiting for simulated time.

use std::task::Waker;

use super::wait::{Trigger, Wait, futures};
use super::{kernel_or_panic, refuse};
use crate::scheduler::{Kernel, TimerKey};
use crate::task::WaitReason;
use crate::time::{Precision, SimDuration, TimeError};

/// Waits for simulated time, counted from this call.
///
/// A delay of 0 ends in the same time step, after all tasks that were already ready. If it starts in
/// the read-only phase, it also ends there, where nothing can be written.
///
/// # Panics
///
/// At the caller's line: the duration is finer than the design's precision (the message names the
/// nearest possible values), it ends beyond the simulator's last time (2⁶⁴ steps, or 2⁶³ on GHDL and
/// NVC), or no simulation runs. [`try_timer`] returns an error for the first two.
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
        // Not in a closure: `track_caller` would report this line.
        Err(error) => refuse(&error),
    }
}

/// [`timer`] without the panic.
///
/// # Errors
///
/// The duration is finer than the design's precision, or ends beyond the simulator's last time.
///
/// # Panics
///
/// At the caller's line: no simulation runs.
///
/// # Examples
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example() {
/// if let Err(error) = verifork::trigger::try_timer(1.fs()) {
///     log::warn!("{error}"); // finer than the precision: the nearest are 0 and 1 ps
/// }
/// # }
/// ```
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
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(dut: Signal<bool>) {
/// let pause = timer(1.us()); // counted from here
/// dut.rising_edge().await;
/// pause.await;
/// # }
/// ```
#[derive(Debug)]
#[must_use = "it waits only when awaited: add `.await`"]
pub struct Timer(Wait<Deadline>);

futures!(Timer);

#[derive(Debug)]
struct Deadline(u64);

impl Timer {
    #[inline]
    fn new(kernel: &'static Kernel, deadline: u64) -> Timer {
        Timer(Wait::new(kernel, Deadline(deadline)))
    }

    pub(super) fn kernel(&self) -> &'static Kernel {
        self.0.kernel.get()
    }
}

impl Trigger for Deadline {
    type Key = TimerKey;

    #[inline(always)] // in the way of every timer
    fn prime(&self, kernel: &'static Kernel, waker: &Waker) -> Option<TimerKey> {
        Some(kernel.wait_deadline(self.0, waker))
    }

    #[inline(always)] // in the way of every timer
    fn is_primed(&self, kernel: &'static Kernel, key: TimerKey, waker: &Waker) -> bool {
        kernel.deadline_waits(key, waker)
    }

    #[inline]
    fn unprime(&self, kernel: &'static Kernel, key: TimerKey) {
        kernel.leave_deadline(key);
    }

    fn reason(&self, kernel: &'static Kernel) -> WaitReason {
        kernel.deadline_reason(self.0)
    }
}
