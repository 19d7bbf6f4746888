//! Clocks that the testbench drives.

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;

use crate::dut::Signal;
use crate::scheduler::{ClockIndex, ClockShape, SimulatorThread, Stage, Write, WriteError, kernel};
use crate::time::{SimDuration, TimeError};

/// A clock to be started on a signal of one bit.
///
/// It runs in the scheduler and wakes no task: a task hears of it by waiting for the signal's
/// edges. When it starts it writes 0 at once; its first rising edge comes after the phase and the
/// low time, and then one a period. One that is to [start high](Clock::starts_high) writes 1, and its
/// first falling edge comes after the phase and the high time. Where several clocks have an edge at the same time, they
/// toggle in the order in which they were started, before any task runs.
///
/// It ends with [`stop`](RunningClock::stop) or with the test. A clock that the design makes costs less than
/// half of this one in most simulators.
///
/// # Examples
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(clk: Signal<bool>, slow: Signal<bool>) -> verifork::Result {
/// Clock::new(&clk, 10.ns()).start();
/// let slow = Clock::new(&slow, 40.ns()).high_time(10.ns()).phase(5.ns()).start();
/// clk.rising_edges(100).await;
/// slow.stop();
/// log::info!("{} cycles of the slow clock", slow.cycles());
/// # Ok(())
/// # }
/// ```
#[doc(alias = "cocotb.clock")]
#[doc(alias = "clkgen")]
#[derive(Debug, Clone, Copy)]
#[must_use = "a clock runs only when started: add `.start()`"]
pub struct Clock {
    signal: Signal<bool>,
    period: SimDuration,
    high: High,
    phase: SimDuration,
    starts_high: bool,
}

#[derive(Debug, Clone, Copy)]
enum High {
    Half,
    Time(SimDuration),
    Fraction(f64),
}

/// Why a clock cannot be started.
///
/// Raised by [`Clock::try_start`]; [`Clock::start`] panics with its text.
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(clk: Signal<bool>) {
/// if let Err(error) = Clock::new(&clk, 3.ps()).try_start() {
///     log::warn!("{error}"); // the period has no two halves of whole steps
/// }
/// # }
/// ```
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ClockError {
    /// A time does not fit the design's precision.
    #[error("the {what} of the clock on `{path}` does not fit: {error}")]
    Time {
        /// Which time.
        what: &'static str,
        /// The signal's path.
        path: String,
        /// What is wrong with it.
        error: TimeError,
    },
    /// The high or the low time would be nothing, or not a whole number of steps.
    #[error(
        "a clock of {period} on `{path}` cannot be high for {high}: both halves have to be a whole \
         number of the design's steps of {step}, and more than none; choose the period or \
         `high_time` to fit, or a finer precision of the design"
    )]
    Shape {
        /// The signal's path.
        path: String,
        /// The period that was asked for.
        period: SimDuration,
        /// The high time that was asked for, in words.
        high: String,
        /// One step of the design's precision.
        step: SimDuration,
    },
    /// Another clock drives the signal.
    #[error("a clock runs on `{path}` already")]
    Running {
        /// The signal's path.
        path: String,
    },
    /// The signal cannot be written.
    #[error("a clock cannot write `{path}`: {reason}")]
    Write {
        /// The signal's path.
        path: String,
        /// Why not.
        reason: String,
    },
}

impl Clock {
    /// A clock with equal halves.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>) {
    /// Clock::new(&clk, 10.ns()).start(); // 100 MHz
    /// # }
    /// ```
    pub fn new(signal: &Signal<bool>, period: SimDuration) -> Self {
        Clock {
            signal: *signal,
            period,
            high: High::Half,
            phase: SimDuration::ZERO,
            starts_high: false,
        }
    }

    /// How long the clock is high in each period.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>) {
    /// Clock::new(&clk, 10.ns()).high_time(3.ns()).start();
    /// # }
    /// ```
    pub fn high_time(mut self, high: SimDuration) -> Self {
        self.high = High::Time(high);
        self
    }

    /// The part of each period for which the clock is high, between 0 and 1. It has to come to a
    /// whole number of the design's steps.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>) {
    /// Clock::new(&clk, 10.ns()).duty_cycle(0.3).start(); // high for 3 ns
    /// # }
    /// ```
    pub fn duty_cycle(mut self, high: f64) -> Self {
        self.high = High::Fraction(high);
        self
    }

    /// How much later than the start the first period begins: with its low half, or with its high half
    /// if it [starts high](Clock::starts_high). Until then the signal has that half's level.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(a: Signal<bool>, b: Signal<bool>) {
    /// Clock::new(&a, 10.ns()).start();
    /// Clock::new(&b, 10.ns()).phase(5.ns()).start(); // half a period behind
    /// # }
    /// ```
    pub fn phase(mut self, phase: SimDuration) -> Self {
        self.phase = phase;
        self
    }

    /// Begins with the high half of the period: the clock writes 1 at once, falls after the phase and the
    /// high time, and rises after the low time.
    ///
    /// To the design, the 1 that is written at the start is a rising edge if the signal was not 1 before.
    /// [`cycles`](RunningClock::cycles) counts the edges that come after it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>) {
    /// // High from 0 to 3 ns, low to 10 ns, and so on.
    /// Clock::new(&clk, 10.ns()).high_time(3.ns()).starts_high().start();
    /// clk.falling_edge().await;
    /// # }
    /// ```
    #[doc(alias = "start_high")]
    pub fn starts_high(mut self) -> Self {
        self.starts_high = true;
        self
    }

    /// Starts the clock.
    ///
    /// # Panics
    ///
    /// At the caller's line, where [`try_start`](Clock::try_start) returns an error.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>) {
    /// let clock = Clock::new(&clk, 10.ns()).start();
    /// timer(1.us()).await;
    /// clock.stop();
    /// # }
    /// ```
    #[track_caller]
    pub fn start(self) -> RunningClock {
        match self.try_start() {
            Ok(clock) => clock,
            Err(error) => panic!("{error}"),
        }
    }

    /// Whether a clock that was started, and not stopped, drives a signal.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>) {
    /// let clock = Clock::new(&clk, 10.ns()).start();
    /// assert!(Clock::drives(&clk));
    /// clock.stop();
    /// assert!(!Clock::drives(&clk));
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// No simulation runs on this thread.
    #[track_caller]
    pub fn drives(signal: &Signal<bool>) -> bool {
        let kernel = kernel().unwrap_or_else(|error| panic!("{error}"));
        kernel.has_clock(signal.index())
    }

    /// Starts the clock.
    ///
    /// # Errors
    ///
    /// A time is finer than the design's precision, a half has no steps, another clock drives the
    /// signal, the signal cannot be written (it is constant, or this is the read-only phase).
    ///
    /// # Panics
    ///
    /// No simulation runs on this thread.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>, period: SimDuration) -> Result {
    /// let clock = Clock::new(&clk, period).try_start()?;
    /// ensure!(clock.is_running(), "it was stopped");
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn try_start(self) -> Result<RunningClock, ClockError> {
        let place = Location::caller();
        let kernel = kernel().unwrap_or_else(|error| panic!("{error}"));
        let path = || self.signal.path().to_owned();
        let precision = kernel.precision();
        let steps = |what, time: SimDuration| {
            time.to_steps(precision).map_err(|error| ClockError::Time {
                what,
                path: path(),
                error,
            })
        };
        let period = steps("period", self.period)?;
        let phase = steps("phase", self.phase)?;
        let high = match self.high {
            High::Time(high) => Some(steps("high time", high)?),
            High::Half => period.is_multiple_of(2).then_some(period / 2),
            High::Fraction(part) => whole_part(period, part),
        };
        let Some(high) = high.filter(|&high| high > 0 && high < period) else {
            let high = match self.high {
                High::Time(high) => high.to_string(),
                High::Half => "half of it".to_owned(),
                High::Fraction(part) => format!("{part} of it"),
            };
            let step = precision.step();
            return Err(ClockError::Shape {
                path: path(),
                period: self.period,
                high,
                step,
            });
        };
        let signal = self.signal.index();
        if kernel.has_clock(signal) {
            return Err(ClockError::Running { path: path() });
        }
        if kernel.stage() == Stage::ReadOnly {
            let reason = WriteError::ReadOnlyPhase.to_string();
            return Err(ClockError::Write {
                path: path(),
                reason,
            });
        }
        let shape = ClockShape {
            high,
            low: period - high,
        };
        let begins_with = if self.starts_high {
            shape.high
        } else {
            shape.low
        };
        let first = phase.saturating_add(begins_with);
        if kernel.deadline(first).is_none() {
            return Err(ClockError::Time {
                what: "first edge",
                path: path(),
                error: kernel.beyond_the_end(first),
            });
        }
        let level = Write::Small {
            value: u64::from(self.starts_high),
            unknown: 0,
            mask: 1,
        };
        kernel
            .write_now(signal, level, place)
            .map_err(|error| ClockError::Write {
                path: path(),
                reason: error.to_string(),
            })?;
        let clock = kernel.start_clock(signal, shape, self.starts_high, first);
        Ok(RunningClock {
            clock,
            of_this_thread: PhantomData,
        })
    }
}

/// `part` of `period`, if that is a whole number of steps.
fn whole_part(period: u64, part: f64) -> Option<u64> {
    if !(part > 0.0 && part < 1.0) {
        return None;
    }
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the period, and checked to be whole"
    )]
    {
        let high = period as f64 * part;
        ((high - high.round()).abs() < 1e-6).then_some(high.round() as u64)
    }
}

/// A clock that was started. Dropping it changes nothing. It belongs to the thread of the simulation.
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(clk: Signal<bool>) {
/// let clock: RunningClock = Clock::new(&clk, 10.ns()).start();
/// assert!(clock.is_running());
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RunningClock {
    clock: ClockIndex,
    /// Not `Send`: on another thread there is no clock of this number, or another one's.
    of_this_thread: SimulatorThread,
}

impl RunningClock {
    /// Stops the clock; the signal keeps its level. Nothing happens if it has stopped.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>) {
    /// let clock = Clock::new(&clk, 10.ns()).start();
    /// clk.rising_edges(8).await;
    /// clock.stop(); // gated: the level stays high
    /// # }
    /// ```
    pub fn stop(&self) {
        if let Ok(kernel) = kernel() {
            kernel.stop_clock(self.clock);
        }
    }

    /// How many rising edges the clock has made. 0 once its test has ended.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>, done: Signal<bool>) {
    /// let clock = Clock::new(&clk, 10.ns()).start();
    /// done.wait_for(true).await;
    /// log::info!("done after {} cycles", clock.cycles());
    /// # }
    /// ```
    pub fn cycles(&self) -> u64 {
        kernel()
            .ok()
            .and_then(|kernel| kernel.clock_cycles(self.clock))
            .unwrap_or(0)
    }

    /// Whether the clock still toggles.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(clk: Signal<bool>) -> Result {
    /// let clock = Clock::new(&clk, 10.ns()).start();
    /// clock.stop();
    /// assert!(!clock.is_running());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_running(&self) -> bool {
        kernel().is_ok_and(|kernel| kernel.clock_runs(self.clock))
    }
}

impl fmt::Debug for RunningClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningClock")
            .field("is_running", &self.is_running())
            .field("cycles", &self.cycles())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
