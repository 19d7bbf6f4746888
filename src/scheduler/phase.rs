//! Waiting for a phase of a time step: one callback per phase, however many tasks wait.

use std::cell::Cell;
use std::task::Waker;

use super::wait_reasons::{Waits, phase_reason};
use crate::simulator::{Agenda, Phase, Port, PortResult};
use crate::task::wait_queue::WaitQueue;
use crate::task::waiters::WaiterKey;

/// The token of a delay of 0 after which the next time step is requested.
const ASK_AGAIN: u64 = u64::MAX - 1;

struct PhaseWaits {
    waits: WaitQueue,
    /// A callback is registered.
    armed: Cell<bool>,
}

pub(super) struct Phases {
    waits: [PhaseWaits; 3],
    /// A wait has begun or a signal was written since callbacks were last registered.
    changed: Cell<bool>,
    /// Where the port reads what is awaited; then no callbacks are registered.
    agenda: Option<&'static Agenda>,
}

const ALL: [Phase; 3] = [Phase::ReadWrite, Phase::ReadOnly, Phase::NextTimeStep];

impl Phases {
    pub(super) fn new(agenda: Option<&'static Agenda>) -> Self {
        let waits = ALL.map(|_| PhaseWaits {
            waits: WaitQueue::new(),
            armed: Cell::new(false),
        });
        Phases {
            waits,
            changed: Cell::new(false),
            agenda,
        }
    }

    /// Requests a callback for a phase.
    #[inline]
    fn ask(&self, phase: Phase) {
        match self.agenda {
            Some(agenda) => agenda.ask(phase),
            None => self.changed.set(true),
        }
    }

    #[inline]
    fn of(&self, phase: Phase) -> &PhaseWaits {
        &self.waits[phase as usize]
    }

    #[inline]
    pub(super) fn wait(&self, phase: Phase, waker: &Waker) -> WaiterKey {
        self.ask(phase);
        self.of(phase).waits.register((), waker)
    }

    #[inline]
    pub(super) fn still_waits(&self, phase: Phase, key: WaiterKey, waker: &Waker) -> bool {
        self.of(phase).waits.still_waits(key, waker)
    }

    pub(super) fn leave(&self, phase: Phase, key: WaiterKey) {
        self.of(phase).waits.leave(key);
    }

    pub(super) fn collect_waits(&self, waits: &mut Waits<'_>) {
        for phase in ALL {
            for (_, (), waker) in self.of(phase).waits.look().iter() {
                waits.add(waker, phase_reason(phase));
            }
        }
    }

    /// The phase has come, and its callback with it.
    #[inline]
    pub(super) fn reached(&self, phase: Phase) {
        self.of(phase).armed.set(false);
    }

    /// The phase has come, but could not be served: it is requested again.
    #[cold]
    pub(super) fn missed(&self, phase: Phase) {
        self.reached(phase);
        self.ask(phase);
    }

    /// A buffered write needs the read-write phase.
    #[inline]
    pub(super) fn want_read_write(&self) {
        self.ask(Phase::ReadWrite);
    }

    #[inline]
    pub(super) fn is_awaited(&self, phase: Phase) -> bool {
        !self.of(phase).waits.is_empty()
    }

    /// Whether a wait has begun or a signal was written since [`arm`](Self::arm).
    #[inline]
    pub(super) fn wants_arming(&self) -> bool {
        self.changed.get()
    }

    /// Wakes the tasks that wait for the phase in order of arrival, except the last one, which is returned.
    #[inline]
    pub(super) fn wake(&self, phase: Phase) -> Option<Waker> {
        self.of(phase).waits.wake_all_but_last()
    }

    /// Registers a callback for each phase that tasks wait for; with `writes`, for the read-write phase
    /// too. With `later`, the next time step is requested in a callback after this one.
    #[inline(never)]
    pub(super) fn arm(&self, port: &dyn Port, writes: bool, later: bool) -> PortResult<()> {
        self.changed.set(false);
        for phase in ALL {
            let waits = self.of(phase);
            let wanted = (writes && phase == Phase::ReadWrite) || !waits.waits.is_empty();
            if !wanted || waits.armed.get() {
                continue;
            }
            if later && phase == Phase::NextTimeStep {
                self.changed.set(true);
                port.after(0, ASK_AGAIN)?;
            } else {
                waits.armed.set(true);
                port.at_phase(phase)?;
            }
        }
        Ok(())
    }
}
