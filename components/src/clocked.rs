//! The clock and the reset that a bus belongs to.

use verifork::Clock;
use verifork::dut::Signal;
use verifork::task::waiting_for;
use verifork::time::SimDuration;
use verifork::trigger::EdgeWait;
use verifork::{Result, first_of};

/// A clock and its reset, on which every component runs.
///
/// At rising edges, components sample the values from before the edge and write after it, like the
/// design's registers.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::Clocked;
///
/// # #[derive(Dut)]
/// # struct Top { clk: Signal<bool>, rst_n: Signal<bool> }
/// # async fn example(dut: Top) -> Result {
/// // Starts a clock, and holds the reset for four edges.
/// let clocked = Clocked::new(&dut.clk, 10.ns()).reset_low(&dut.rst_n).start().await;
/// // … in the middle of traffic:
/// clocked.reset().await;
/// # Ok(())
/// # }
/// ```
///
/// While the reset is active, a component keeps its handshakes idle and checks no rules. A reset that
/// is neither 0 nor 1 counts as active.
#[derive(Clone, Copy, Debug)]
pub struct Clocked {
    clk: Signal<bool>,
    period: Option<SimDuration>,
    reset: Option<Reset>,
    reset_cycles: u32,
}

#[derive(Clone, Copy, Debug)]
struct Reset {
    signal: Signal<bool>,
    active: bool,
}

impl Clocked {
    /// A clock with this period, started by [`start`](Self::start).
    pub fn new(clk: &Signal<bool>, period: SimDuration) -> Self {
        Clocked {
            period: Some(period),
            ..Clocked::external(clk)
        }
    }

    /// A clock that the design drives, or that is already running.
    pub fn external(clk: &Signal<bool>) -> Self {
        Clocked {
            clk: *clk,
            period: None,
            reset: None,
            reset_cycles: 4,
        }
    }

    /// The reset, active while it is 0.
    #[must_use]
    pub fn reset_low(self, reset: &Signal<bool>) -> Self {
        self.with_reset(reset, false)
    }

    /// The reset, active while it is 1.
    #[must_use]
    pub fn reset_high(self, reset: &Signal<bool>) -> Self {
        self.with_reset(reset, true)
    }

    fn with_reset(self, signal: &Signal<bool>, active: bool) -> Self {
        let signal = *signal;
        Clocked {
            reset: Some(Reset { signal, active }),
            ..self
        }
    }

    /// The number of rising edges for which [`start`](Self::start) and [`reset`](Self::reset) hold the
    /// reset; 4 by default.
    #[must_use]
    pub fn reset_cycles(self, cycles: u32) -> Self {
        Clocked {
            reset_cycles: cycles,
            ..self
        }
    }

    /// Starts the clock, if it has a period, and resets the design, if it has a reset. Both begin with
    /// this call; the future resolves when the reset has been released.
    ///
    /// # Panics
    ///
    /// At the caller's line: as [`Clock::start`], and if the reset cannot be written.
    #[track_caller]
    #[must_use = "await it: the reset is active until then"]
    pub fn start(self) -> impl Future<Output = Self> + use<> {
        if let Some(period) = self.period {
            Clock::new(&self.clk, period).start();
        }
        let reset = self.reset();
        // It was started; whether it is stopped later is the test's affair.
        let started = Clocked {
            period: None,
            ..self
        };
        async move {
            reset.await;
            started
        }
    }

    /// Activates the reset with this call, for [`reset_cycles`](Self::reset_cycles) rising edges. Does
    /// nothing without a reset.
    ///
    /// # Panics
    ///
    /// At the caller's line: the reset cannot be written.
    #[track_caller]
    #[must_use = "await it: the reset is active until then"]
    pub fn reset(&self) -> impl Future<Output = ()> + use<> {
        let Clocked {
            clk,
            reset,
            reset_cycles,
            ..
        } = *self;
        if let Some(Reset { signal, active }) = reset {
            signal.set(active);
        }
        async move {
            if let Some(Reset { signal, active }) = reset {
                clk.rising_edges(reset_cycles).await;
                signal.set(!active);
            }
        }
    }

    /// Every component asks it as it is started.
    ///
    /// # Panics
    ///
    /// At the caller's line: it has a period, and nobody has started it. Whether one without a period runs is
    /// not known before its first edge.
    #[track_caller]
    pub(crate) fn check_runs(&self) {
        assert!(
            self.period.is_none() || Clock::drives(&self.clk),
            "the clock `{}` does not run: `Clocked::new(…)` is started by `.start().await`, before the components \
             on it",
            self.clk.path()
        );
    }

    /// The clock's signal.
    pub fn clk(&self) -> Signal<bool> {
        self.clk
    }

    /// Waits for the next rising edge.
    #[inline]
    #[track_caller]
    pub fn edge(&self) -> EdgeWait {
        self.clk.rising_edge()
    }

    /// Waits for this many rising edges; returns at once for 0.
    #[inline]
    #[track_caller]
    pub fn edges(&self, count: u32) -> EdgeWait {
        self.clk.rising_edges(count)
    }

    /// Whether the reset is active now; one that is neither 0 nor 1 is.
    #[inline]
    pub fn is_in_reset(&self) -> bool {
        match self.reset {
            Some(Reset { signal, active }) => signal.try_get().map_or(true, |now| now == active),
            None => false,
        }
    }

    /// Waits until an edge at which the reset is not active.
    pub(crate) async fn out_of_reset(&self) {
        loop {
            self.edge().await;
            if !self.is_in_reset() {
                return;
            }
        }
    }
}

/// Runs a body while no reset is active, and anew after each: for components that have no clock. A body that is
/// cut short leaves its state to `at_reset`.
pub(crate) async fn between_resets<S>(
    clocked: Option<Clocked>,
    state: &mut S,
    body: impl AsyncFn(&mut S) -> Result,
    at_reset: impl Fn(&mut S) -> Result,
) -> Result {
    let Some(Reset { signal, active }) = clocked.and_then(|clocked| clocked.reset) else {
        return body(state).await;
    };
    loop {
        let inactive = signal.wait_until(move |now| now.is_ok_and(|now| now != active));
        waiting_for("the end of the reset", inactive).await;
        first_of! {
            // First, so that reactions of others to the same reset are not observed.
            () = signal.wait_until(move |now| now.map_or(true, |now| now == active)) => {},
            ended = body(state) => return ended,
        }
        at_reset(state)?;
    }
}
