//! Triggers: edges, simulated time, and the phases of a time step.
//!
//! # The phases of a time step
//!
//! 1. Timers and clocks fire, the design evaluates, signals change, and tasks that wait for those
//!    changes run. A task that an edge has woken reads what signals held *before* the design
//!    reacted to that edge.
//! 2. [`read_write`]: the design has settled. Values written by [`set`](crate::dut::Signal::set) are applied now,
//!    and the design reacts to them in the same time step, which may lead back to 1.
//! 3. [`read_only`]: nothing changes any more in this time step. A task can read how the design reacted to the edge, but
//!    cannot write.
//! 4. [`next_time_step`]: time has advanced.
//!
//! # What an edge is
//!
//! A *rising* edge is a change to `1` (or `H`) from anything else, a *falling* edge a change to `0`
//! (or `L`) from anything else. X to 1 is a rising edge; 1 to X is not an edge. IEEE 1800-2017, 9.4.2, counts 0 to X and
//! 0 to Z as `posedge` too, but a testbench that acted on them would act on an unknown value. VHDL's `rising_edge`
//! (IEEE 1076-2008, 9.2.2) requires a change from 0 to 1.

mod change;
mod phase;
mod time;
mod timeout;
mod wait;

use std::fmt;

use crate::scheduler::{Kernel, kernel};
use crate::time::SimTime;

#[doc(alias("RisingEdge", "FallingEdge", "Edge", "ValueChange"))]
pub use self::change::EdgeWait;
pub use self::change::{ConditionWait, EdgeStream};
pub use self::phase::PhaseWait;
#[doc(alias = "NextTimeStep")]
pub use self::phase::next_time_step;
#[doc(alias("ReadOnly", "ReadOnlySynch", "postponed"))]
pub use self::phase::read_only;
#[doc(alias("ReadWrite", "ReadWriteSynch"))]
pub use self::phase::read_write;
#[doc(alias("sleep", "delay", "wait", "Timer", "Delay"))]
pub use self::time::timer;
pub(crate) use self::time::timer_of_steps;
pub use self::time::{Timer, try_timer};
pub use self::timeout::TimedOut;
#[doc(alias("SimTimeoutError", "timeout"))]
pub use self::timeout::with_timeout;
pub use crate::task::yield_now;

#[inline]
#[track_caller]
fn kernel_or_panic() -> &'static Kernel {
    match kernel() {
        Ok(kernel) => kernel,
        Err(error) => refuse(&error),
    }
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
///
/// # Examples
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(done: Signal<bool>) {
/// let begun = now();
/// done.wait_for(true).await;
/// log::info!("took {}", now() - begun);
/// # }
/// ```
#[doc(alias = "$time")]
#[doc(alias = "$realtime")]
#[doc(alias = "get_sim_time")]
#[track_caller]
pub fn now() -> SimTime {
    kernel_or_panic().now()
}
