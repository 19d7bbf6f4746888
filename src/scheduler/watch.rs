//! Watching a signal while somebody waits for its changes: one callback of the simulator for all of them.

use std::fmt;
use std::rc::Rc;
use std::task::Waker;

use smallvec::SmallVec;

use super::index::SignalIndex;
use super::kernel::Kernel;
use super::local::Local;
use super::signal::SignalEntry;
use super::signal_wait::{Change, Condition, SignalWait};
use crate::simulator::{Encoding, Port, PortResult};
use crate::task::wait_queue::Woken;
use crate::task::waiters::{Only, WaiterKey};
use crate::value::{Logic, LogicVec};

/// How many times a watch may fire without waits before it is removed. More than once, because a task often
/// waits for something else between two edges.
const IDLE_FIRES: u32 = 8;

/// A value that the next one is compared with.
#[derive(PartialEq)]
pub(super) enum LastValue {
    Bits(LogicVec),
    Real(f64),
    Text(String),
}

/// A wait for changes of a signal.
#[derive(Clone, Copy)]
pub(crate) struct SignalKey {
    signal: Local<SignalEntry>,
    key: WaiterKey,
}

impl SignalKey {
    /// Whether the wait continues. If so, it wakes this task from now on.
    #[inline]
    pub(crate) fn still_waits(self, waker: &Waker) -> bool {
        self.signal.waits.still_waits(self.key, waker)
    }

    pub(crate) fn leave(self) {
        self.signal.waits.leave(self.key);
    }
}

impl fmt::Debug for SignalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.key, f)
    }
}

impl Kernel {
    /// Adds a wait for a signal. The first one has it watched.
    pub(crate) fn wait_signal(
        &'static self,
        index: SignalIndex,
        wait: SignalWait,
        waker: &Waker,
    ) -> PortResult<SignalKey> {
        let index = self.entry(index);
        let signal = self.signals.get(index);
        if signal.watch.get().is_none() || !signal.scalar {
            signal.prepare_to_wait(index)?;
        }
        signal.idle_fires.set(0);
        signal.awaited.set(signal.awaited.get() | wait.edges());
        let key = signal.waits.register(wait, waker);
        let signal = Local::new(signal);
        Ok(SignalKey { signal, key })
    }
}

impl SignalEntry {
    /// Has the signal watched, if it is not yet.
    #[inline(never)]
    fn prepare_to_wait(&self, index: SignalIndex) -> PortResult<()> {
        let port = self.kernel.port;
        if self.watch.get().is_none() {
            if self.scalar {
                self.last.set(self.try_read_scalar(port)?);
            }
            let token = token(index, self.watch_generation.get());
            let watch = port.watch(self.handle, self.scalar, token)?;
            self.watch.set(Some(watch));
            self.changed_at.set(self.kernel.now.get());
        }
        if !self.scalar {
            self.prepare_to_compare(port);
        }
        Ok(())
    }

    fn read_scalar(&self, port: &dyn Port) -> Option<Logic> {
        self.try_read_scalar(port).ok()
    }

    fn try_read_scalar(&self, port: &dyn Port) -> PortResult<Logic> {
        if !self.two_state && port.quirks().vector_formats.has_nine_states() {
            // A change from U to X counts too.
            let mut vector = LogicVec::default();
            port.read(self.handle, &self.description.encoding, &mut vector)?;
            return Ok(vector.bit(0).unwrap_or(Logic::Unknown));
        }
        let (value, unknown) = port.read_small(self.handle, 1, self.two_state)?;
        Ok(scalar_of(value, unknown))
    }

    /// The watch has fired: wakes the tasks whose wait is over in order of arrival, except the last one,
    /// which is returned.
    #[inline]
    pub(super) fn changed(
        &self,
        port: &dyn Port,
        now: u64,
        generation: u32,
        scalar: Option<Logic>,
    ) -> Option<Waker> {
        if self.watch_generation.get() != generation {
            return None;
        }
        let change = match scalar {
            Some(new) => self.change_to(new)?,
            None => self.find_change(port)?,
        };
        self.wake_for(change, now)
    }

    /// The kernel itself has changed the watched signal to a level: wakes as [`changed`](Self::changed) does.
    #[inline]
    pub(super) fn changed_to_level(&self, now: u64, level: bool) -> Option<Waker> {
        let new = if level { Logic::One } else { Logic::Zero };
        let change = self.change_to(new)?;
        let awaited = self.awaited.get();
        if awaited != 0 && !change.is_any_of(awaited) {
            self.changed_at.set(now);
            return None;
        }
        self.wake_for(change, now)
    }

    /// Wakes the tasks whose wait a change ends in order of arrival, except the last one, which is
    /// returned.
    #[inline]
    fn wake_for(&self, change: Change, now: u64) -> Option<Waker> {
        self.changed_at.set(now);
        let mut asks = false;
        let only = self
            .waits
            .take_only_if(|wait| wait.is_over(change, &mut asks));
        match only {
            Only::Leaves(waker) => {
                self.awaited.set(0);
                Some(waker)
            }
            Only::Stays if !asks => None,
            Only::None if self.waits.is_empty() => {
                self.fired_for_nobody();
                None
            }
            _ => self.wake_several(change, asks),
        }
    }

    /// The change to a new value of one bit. `None` if it is the old value.
    #[inline]
    fn change_to(&self, new: Logic) -> Option<Change> {
        let old = self.last.replace(new);
        (old != new).then(|| Change::of(old, new))
    }

    /// The change, where the callback did not bring the value. `None` if nothing has changed.
    #[inline(never)]
    fn find_change(&self, port: &dyn Port) -> Option<Change> {
        match self.scalar.then(|| self.read_scalar(port)).flatten() {
            Some(new) => self.change_to(new),
            None => (!self.wide_is_unchanged(port)).then_some(Change::ANY),
        }
    }

    /// Wakes the tasks whose wait a change ends, if there are several waits or conditions. `asked`: there
    /// is one wait, which has been checked and has a condition.
    #[inline(never)]
    fn wake_several(&self, change: Change, asked: bool) -> Option<Waker> {
        let mut woken = Woken::new();
        let mut asks = asked;
        if !asked {
            self.waits.take_if(
                |wait| wait.is_over(change, &mut asks),
                |waker| woken.push(waker),
            );
        }
        if asks {
            self.ask_conditions(&mut woken);
        }
        woken.wake_all_but_last()
    }

    /// Evaluates the conditions, and takes out the waits that are over.
    #[inline(never)]
    fn ask_conditions(&self, woken: &mut Woken) {
        let mut asked: SmallVec<[(WaiterKey, Rc<Condition>); 4]> = SmallVec::new();
        for (key, wait, _) in self.waits.look().iter() {
            if let SignalWait::Until(condition) = wait {
                asked.push((key, Rc::clone(condition)));
            }
        }
        // Conditions are user code: nothing is borrowed while they run.
        for (key, condition) in asked {
            if condition.is_over()
                && let Some(waker) = self.waits.take(key)
            {
                woken.push(waker);
            }
            condition.drop_here();
        }
    }

    #[inline(never)]
    fn fired_for_nobody(&self) {
        let port = self.kernel.port;
        let fires = self.idle_fires.get() + 1;
        self.idle_fires.set(fires);
        if fires >= IDLE_FIRES || port.quirks().idle_watches_cost {
            self.unwatch(port);
        }
    }

    pub(super) fn unwatch(&self, port: &dyn Port) {
        if let Some(watch) = self.watch.take() {
            self.watch_generation
                .set(self.watch_generation.get().wrapping_add(1));
            self.idle_fires.set(0);
            *self.last_wide.borrow_mut() = None;
            port.unwatch(watch);
        }
    }

    /// Keeps the current value of a wide signal, if the next callback may come without a change.
    fn prepare_to_compare(&self, port: &dyn Port) {
        let quirks = port.quirks();
        let compares = quirks.idle_value_changes || self.compares_always;
        if compares && self.last_wide.borrow().is_none() {
            self.remember_wide(port);
        }
        if quirks.writes_take_a_cycle && port.is_write_pending(self.handle) {
            // Its change has not arrived yet, and was caused before the wait began.
            self.remember_wide(port);
            self.compares_next.set(true);
        }
    }

    fn remember_wide(&self, port: &dyn Port) {
        let value = match self.description.encoding {
            Encoding::Logic { .. } => {
                let mut value = LogicVec::zeros(0);
                port.read(self.handle, &self.description.encoding, &mut value)
                    .map(|()| LastValue::Bits(value))
            }
            Encoding::Real => port.read_real(self.handle).map(LastValue::Real),
            Encoding::Text => port.read_text(self.handle).map(LastValue::Text),
            Encoding::None => return,
        };
        if let Ok(value) = value {
            *self.last_wide.borrow_mut() = Some(value);
        }
    }

    /// Whether the callback came without a change. Some simulators send such callbacks for forced signals,
    /// at the very start, and for each assignment to an element. Only then is the value compared, which
    /// costs a read.
    fn wide_is_unchanged(&self, port: &dyn Port) -> bool {
        if self.compares_next.take() {
            let before = self.last_wide.borrow_mut().take();
            self.remember_wide(port);
            let now = self.last_wide.borrow_mut().take();
            return before.is_some() && before == now;
        }
        let idle = port.quirks().idle_value_changes && (self.forced.get() || port.now() == 0);
        if !idle && !self.compares_always {
            *self.last_wide.borrow_mut() = None;
            return false;
        }
        let before = self.last_wide.borrow_mut().take();
        self.remember_wide(port);
        before.is_some() && before == *self.last_wide.borrow()
    }
}

fn scalar_of(value: u64, unknown: u64) -> Logic {
    match (value & 1, unknown & 1) {
        (0, 0) => Logic::Zero,
        (_, 0) => Logic::One,
        (0, _) => Logic::HighImpedance,
        _ => Logic::Unknown,
    }
}

fn token(index: SignalIndex, generation: u32) -> u64 {
    u64::from(generation) << 32 | index.number()
}

#[allow(clippy::cast_possible_truncation)] // the two halves of the word
pub(super) fn from_token(token: u64) -> (u32, u32) {
    (token as u32, (token >> 32) as u32)
}
