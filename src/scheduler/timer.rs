//! Deadlines: one heap of them, and one pending timer of the simulator.

use std::cell::{Cell, RefCell};
use std::task::Waker;

use super::heap::{DeadlineHeap, NEVER, TimerKey};
use super::wait_reasons::{Waits, deadline_reason};
use crate::simulator::{Agenda, CallbackHandle, Port, PortResult};
use crate::task::{keep, keep_own};
use crate::time::Precision;

pub(super) struct Timers {
    heap: RefCell<DeadlineHeap<Waker>>,
    /// The earliest of the heap, which is read far more often than it changes.
    earliest: Cell<u64>,
    /// The deadline of the simulator's timer, which may be before the earliest one. `NEVER` if there is no
    /// timer.
    pending: Cell<u64>,
    handle: Cell<Option<CallbackHandle>>,
    /// The token of the pending timer. A timer that fires with another token is stale.
    generation: Cell<u64>,
    /// Where the port reads the earliest deadline; then there is no timer.
    agenda: Option<&'static Agenda>,
}

impl Timers {
    pub(super) fn new(agenda: Option<&'static Agenda>) -> Self {
        Timers {
            agenda,
            earliest: Cell::new(NEVER),
            heap: RefCell::new(DeadlineHeap::new()),
            pending: Cell::new(NEVER),
            handle: Cell::new(None),
            generation: Cell::new(0),
        }
    }

    #[inline(always)] // on the path of every timer
    pub(super) fn wait(&self, deadline: u64, waker: &Waker) -> TimerKey {
        match self.wait_as_first(deadline, waker) {
            Some(key) => key,
            None => self.wait_anywhere(deadline, waker),
        }
    }

    /// The usual case, inlined so that it costs the task no registers: one of our own wakers, the earliest
    /// deadline, and room in the heap.
    #[inline(always)] // on the path of every timer
    fn wait_as_first(&self, deadline: u64, waker: &Waker) -> Option<TimerKey> {
        let waker = keep_own(waker)?;
        let mut heap = self.heap.try_borrow_mut().ok()?;
        let key = heap.insert_first(deadline, waker)?;
        self.earliest.set(deadline);
        Some(key)
    }

    #[inline(never)]
    fn wait_anywhere(&self, deadline: u64, waker: &Waker) -> TimerKey {
        let waker = keep(waker);
        let mut heap = self.heap.borrow_mut();
        let key = heap.insert(deadline, waker);
        self.earliest.set(heap.earliest());
        key
    }

    /// Whether the wait continues. If so, it wakes this task from now on.
    #[inline]
    pub(super) fn still_waits(&self, key: TimerKey, waker: &Waker) -> bool {
        let waits = self.heap.borrow().holds(key);
        if waits {
            self.update(key, waker);
        }
        waits
    }

    #[inline(never)]
    fn update(&self, key: TimerKey, waker: &Waker) {
        let waker = keep(waker);
        let mut heap = self.heap.borrow_mut();
        let replaced = match heap.get_mut(key) {
            Some(present) => std::mem::replace(present, waker),
            None => waker,
        };
        drop(heap);
        drop(replaced);
    }

    pub(super) fn leave(&self, key: TimerKey) {
        let mut heap = self.heap.borrow_mut();
        let left = heap.remove(key);
        self.earliest.set(heap.earliest());
        drop(heap);
        drop(left);
    }

    /// The simulator's timer has fired. Returns its deadline, unless it is stale.
    #[inline]
    pub(super) fn fired(&self, token: u64) -> Option<u64> {
        if token != self.generation.get() {
            return None;
        }
        let deadline = self.pending.replace(NEVER);
        (deadline != NEVER).then_some(deadline)
    }

    #[inline]
    pub(super) fn is_due(&self, now: u64) -> bool {
        self.earliest.get() <= now
    }

    /// Takes out the first wait that is due. Also returns whether another one is due.
    #[inline]
    pub(super) fn pop_due(&self, now: u64) -> Option<(Waker, bool)> {
        let mut heap = self.heap.borrow_mut();
        let waker = heap.pop_due(now)?;
        self.earliest.set(heap.earliest());
        Some((waker, heap.earliest() <= now))
    }

    /// Has the simulator call at the earliest deadline: that of a task, or `clocks`, that of the clocks.
    #[inline(always)] // on the path of every event
    pub(super) fn arm(&self, port: &dyn Port, now: u64, clocks: u64) -> PortResult<()> {
        let earliest = self.earliest.get().min(clocks);
        if let Some(agenda) = self.agenda {
            agenda.deadline.set(earliest);
            return Ok(());
        }
        let pending = self.pending.get();
        if pending == earliest {
            Ok(())
        } else if pending == NEVER {
            self.start(port, now, earliest)
        } else {
            self.start_again(port, now, earliest)
        }
    }

    /// A pending timer that is too early stays, because letting it fire costs less than cancelling it. It
    /// is cancelled if no deadline is left, so that it does not keep the simulation alive.
    #[inline(never)]
    fn start_again(&self, port: &dyn Port, now: u64, earliest: u64) -> PortResult<()> {
        if self.pending.get() < earliest && earliest != NEVER {
            return Ok(());
        }
        self.pending.set(NEVER);
        if let Some(handle) = self.handle.take() {
            port.cancel_after(handle);
        }
        if earliest == NEVER {
            return Ok(());
        }
        self.start(port, now, earliest)
    }

    #[inline(always)] // on the path of every timer
    fn start(&self, port: &dyn Port, now: u64, earliest: u64) -> PortResult<()> {
        let generation = self.generation.get() + 1;
        self.generation.set(generation);
        // A deadline may already have passed when it is first awaited.
        let deadline = earliest.max(now);
        let handle = port.after(deadline - now, generation)?;
        self.handle.set(Some(handle));
        self.pending.set(deadline);
        Ok(())
    }

    pub(super) fn collect_waits(&self, precision: Precision, waits: &mut Waits<'_>) {
        for (deadline, waker) in self.heap.borrow().iter() {
            waits.add(waker, deadline_reason(deadline, precision));
        }
    }

    pub(super) fn len(&self) -> usize {
        self.heap.borrow().len()
    }
}
