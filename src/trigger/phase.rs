//! Waiting for a phase of a time step.

use std::panic::Location;
use std::task::Waker;

use super::kernel_or_panic;
use super::wait::{Trigger, Wait, futures};
use crate::scheduler::{Kernel, Region, phase_reason};
use crate::simulator::Phase;
use crate::task::WaitReason;
use crate::task::waiters::WaiterKey;

/// Waits for the next read-write phase. The design has settled, and values
/// [`set`](crate::dut::Signal::set) before have just been applied; the design has not reacted to them
/// yet. Values that are set now are applied in the same time step.
///
/// # Panics
///
/// When awaited in the read-only phase, which no read-write phase follows in the same time step.
///
/// # Examples
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(data: Signal<u8>, valid: Signal<bool>) {
/// data.set(1);
/// read_write().await; // applied
/// valid.set(true); // applied in the same time step
/// # }
/// ```
#[inline]
#[track_caller]
pub fn read_write() -> PhaseWait {
    PhaseWait::new(Phase::ReadWrite)
}

/// Waits for the read-only phase, in which the time step has settled. Resolves at once if it has
/// already begun.
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(clk: Signal<bool>, count: Signal<u8>) -> Result {
/// clk.rising_edge().await;
/// read_only().await; // what the design made of the edge
/// count.expect(3)?;
/// # Ok(())
/// # }
/// ```
#[inline]
#[track_caller]
pub fn read_only() -> PhaseWait {
    PhaseWait::new(Phase::ReadOnly)
}

/// Waits for the next time step in which anything happens, before it happens.
///
/// This may be the time of an abandoned deadline, such as a timer that was dropped early. Await a timer
/// if the time matters.
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(q: Signal<u8>, d: Signal<u8>) -> Result {
/// read_only().await;
/// let level = q.get()?;
/// next_time_step().await; // writes are allowed again
/// d.set(level);
/// # Ok(())
/// # }
/// ```
#[inline]
#[track_caller]
pub fn next_time_step() -> PhaseWait {
    PhaseWait::new(Phase::NextTimeStep)
}

/// The future of [`read_write`], [`read_only`] and [`next_time_step`].
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example() {
/// let settled = read_only();
/// settled.await;
/// # }
/// ```
#[derive(Debug)]
#[must_use = "it waits only when awaited: add `.await`"]
pub struct PhaseWait(Wait<PhaseReached>);

futures!(PhaseWait);

#[derive(Debug)]
struct PhaseReached {
    phase: Phase,
    place: &'static Location<'static>,
}

impl PhaseWait {
    #[inline]
    #[track_caller]
    fn new(phase: Phase) -> Self {
        let (kernel, place) = (kernel_or_panic(), Location::caller());
        PhaseWait(Wait::new(kernel, PhaseReached { phase, place }))
    }
}

impl PhaseReached {
    /// Whether the phase has come, in the read-only phase.
    #[cold]
    fn is_here_or_gone(&self) -> bool {
        match self.phase {
            Phase::ReadOnly => true,
            Phase::ReadWrite => panic!(
                "`read_write()` at {} is awaited in the read-only phase, and no read-write \
                 phase follows in this time step: await `next_time_step()` first",
                self.place
            ),
            Phase::NextTimeStep => false,
        }
    }
}

impl Trigger for PhaseReached {
    type Key = WaiterKey;

    #[inline]
    fn prime(&self, kernel: &'static Kernel, waker: &Waker) -> Option<WaiterKey> {
        if kernel.region() == Region::ReadOnly && self.is_here_or_gone() {
            return None;
        }
        Some(kernel.wait_phase(self.phase, waker))
    }

    #[inline]
    fn is_primed(&self, kernel: &'static Kernel, key: WaiterKey, waker: &Waker) -> bool {
        kernel.phase_waits(self.phase, key, waker)
    }

    fn unprime(&self, kernel: &'static Kernel, key: WaiterKey) {
        kernel.leave_phase(self.phase, key);
    }

    fn reason(&self, _: &'static Kernel) -> WaitReason {
        phase_reason(self.phase)
    }
}
