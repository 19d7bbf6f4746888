//! Waiting for a phase of a time step: one callback of the simulator a phase, however many wait.

use std::cell::{Cell, RefCell};
use std::task::Waker;

use super::note::{self, Found};
use super::{ASK_AGAIN, Kernel};
use crate::simulator::{Phase, Port, PortError};
use crate::task::waiters::{WaiterKey, WaiterList};
use crate::task::{Executor, keep};

struct PhaseWaits {
    waits: RefCell<WaiterList>,
    /// The simulator has been asked to call.
    armed: Cell<bool>,
}

pub(super) struct Phases {
    waits: [PhaseWaits; 3],
    /// Somebody has begun to wait since the simulator was last asked to call.
    changed: Cell<bool>,
}

const ALL: [Phase; 3] = [Phase::ReadWrite, Phase::ReadOnly, Phase::NextTimeStep];

impl Phases {
    pub(super) fn new() -> Self {
        let waits = ALL.map(|_| PhaseWaits {
            waits: RefCell::new(WaiterList::new()),
            armed: Cell::new(false),
        });
        Phases {
            waits,
            changed: Cell::new(false),
        }
    }

    fn of(&self, phase: Phase) -> &PhaseWaits {
        &self.waits[phase as usize]
    }

    #[inline]
    pub(super) fn wait(&self, phase: Phase, waker: &Waker) -> WaiterKey {
        self.changed.set(true);
        let waker = keep(waker);
        self.of(phase).waits.borrow_mut().insert_back((), waker)
    }

    #[inline]
    pub(super) fn still_waits(&self, phase: Phase, key: WaiterKey, waker: &Waker) -> bool {
        let waker = keep(waker);
        let mut waits = self.of(phase).waits.borrow_mut();
        if !waits.contains(key) {
            return false;
        }
        let replaced = waits.update(key, waker);
        drop(waits);
        drop(replaced);
        true
    }

    pub(super) fn leave(&self, phase: Phase, key: WaiterKey) {
        let left = self.of(phase).waits.borrow_mut().take(key);
        drop(left);
    }

    pub(super) fn note_waits(&self, kernel: &Kernel, found: &mut Found) {
        for phase in ALL {
            for (_, (), waker) in self.of(phase).waits.borrow().iter() {
                note::enter(found, kernel, waker, note::phase_note(phase));
            }
        }
    }

    /// The phase has come: its callback is used up.
    pub(super) fn reached(&self, phase: Phase) {
        self.of(phase).armed.set(false);
    }

    /// Wakes those who wait for the phase, first come first, but for the last one, who is
    /// returned.
    pub(super) fn wake(&self, executor: &Executor, phase: Phase) -> Option<Waker> {
        let waits = &self.of(phase).waits;
        let mut last: Option<Waker> = None;
        let mut count = waits.borrow().len();
        while count > 0 {
            count -= 1;
            let next = waits.borrow_mut().pop_front();
            if let Some(((), waker)) = next
                && let Some(before) = last.replace(waker)
            {
                executor.wake_waker(before);
            }
        }
        last
    }

    /// Asks the simulator to call for each phase that somebody waits for; `writes` need the
    /// read-write phase too. With `later`, the next time step is asked for in a call after this
    /// one.
    #[inline]
    pub(super) fn arm(&self, port: &dyn Port, writes: bool, later: bool) -> Result<(), PortError> {
        if writes || self.changed.get() {
            self.arm_wanted(port, writes, later)
        } else {
            Ok(())
        }
    }

    #[inline(never)]
    fn arm_wanted(&self, port: &dyn Port, writes: bool, later: bool) -> Result<(), PortError> {
        self.changed.set(false);
        for phase in ALL {
            let waits = self.of(phase);
            let wanted = (writes && phase == Phase::ReadWrite) || !waits.waits.borrow().is_empty();
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
