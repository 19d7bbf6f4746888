//! Simulated time to wait for: one heap of deadlines, one pending timer of the simulator.

use std::cell::{Cell, RefCell};
use std::task::Waker;

use super::note::{self, Found};
use super::Kernel;
use super::heap::{DeadlineHeap, TimerKey};
use crate::simulator::{CallbackHandle, Port, PortError};

struct PendingTimer {
    deadline: u64,
    handle: CallbackHandle,
}

pub(super) struct Timers {
    heap: RefCell<DeadlineHeap<Waker>>,
    /// The simulator's timer for the earliest deadline, or an earlier one that is left to fire.
    pending: Cell<Option<PendingTimer>>,
    /// The token of the pending timer; a fire with another token is stale.
    generation: Cell<u64>,
}

impl Timers {
    pub(super) fn new() -> Self {
        Timers {
            heap: RefCell::new(DeadlineHeap::new()),
            pending: Cell::new(None),
            generation: Cell::new(0),
        }
    }

    pub(super) fn wait(&self, deadline: u64, waker: &Waker) -> TimerKey {
        self.heap.borrow_mut().insert(deadline, waker.clone())
    }

    pub(super) fn still_waits(&self, key: TimerKey, waker: &Waker) -> bool {
        let mut heap = self.heap.borrow_mut();
        let replaced = match heap.get_mut(key) {
            Some(present) if present.will_wake(waker) => return true,
            Some(present) => std::mem::replace(present, waker.clone()),
            None => return false,
        };
        drop(heap);
        drop(replaced);
        true
    }

    pub(super) fn leave(&self, key: TimerKey) {
        let left = self.heap.borrow_mut().remove(key);
        drop(left);
    }

    /// The simulator's timer fired. `Some(deadline)` unless it was given up before.
    pub(super) fn fired(&self, token: u64) -> Option<u64> {
        if token != self.generation.get() {
            return None;
        }
        self.pending.take().map(|pending| pending.deadline)
    }

    pub(super) fn is_due(&self, now: u64) -> bool {
        self.heap.borrow().earliest().is_some_and(|deadline| deadline <= now)
    }

    pub(super) fn pop_due(&self, now: u64) -> Option<Waker> {
        self.heap.borrow_mut().pop_due(now)
    }

    /// Has the simulator call at the earliest deadline: a task's, or that of the clocks.
    ///
    /// A pending timer that is now too early stays: it costs less to let it fire than to take it
    /// back. With no deadline left it is taken back, so that it does not keep the simulation alive.
    pub(super) fn arm(
        &self,
        port: &dyn Port,
        now: u64,
        clocks: Option<u64>,
    ) -> Result<(), PortError> {
        let tasks = self.heap.borrow().earliest();
        let earliest = match (tasks, clocks) {
            (Some(task), Some(clock)) => Some(task.min(clock)),
            (one, other) => one.or(other),
        };
        let pending = self.pending.take();
        let keep = match (&pending, earliest) {
            (Some(pending), Some(earliest)) => pending.deadline <= earliest,
            (None, None) => return Ok(()),
            _ => false,
        };
        if keep {
            self.pending.set(pending);
            return Ok(());
        }
        if let Some(pending) = pending {
            port.cancel_after(pending.handle);
        }
        let Some(deadline) = earliest else { return Ok(()) };
        let generation = self.generation.get() + 1;
        self.generation.set(generation);
        // A deadline may have passed before anybody awaited it: time does not go back to it.
        let deadline = deadline.max(now);
        let handle = port.after(deadline - now, generation)?;
        self.pending.set(Some(PendingTimer { deadline, handle }));
        Ok(())
    }

    pub(super) fn note_waits(&self, kernel: &Kernel, found: &mut Found) {
        for (deadline, waker) in self.heap.borrow().iter() {
            note::enter(found, kernel, waker, kernel.deadline_note(deadline));
        }
    }

    pub(super) fn len(&self) -> usize {
        self.heap.borrow().len()
    }
}
