//! Which task waits for what: signals, deadlines, phases; and the writes that wait for their phase.
//!
//! Invariants: tasks run in the outermost callback only; a callback that the simulator makes from
//! inside of one of our calls (a write does that on Icarus) only wakes them. No borrow of a table
//! is held while the simulator or user code is called. A wait that is dropped leaves its table.
//! Boundary: above are handles and triggers, which name signals by [`SignalIndex`]; below is the
//! [`Port`], which knows nothing of tasks.

mod clocks;
mod events;
mod forces;
mod gate;
mod heap;
mod note;
mod phase;
mod signal;
#[cfg(test)]
mod tests;
mod timer;
mod words;
mod write;

use std::cell::Cell;
use std::fmt;
use std::panic::Location;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;

pub(crate) use self::clocks::{ClockIndex, ClockShape};
pub(crate) use self::events::Dispatch;
pub(crate) use self::gate::{Closed, inspect};
pub(crate) use self::heap::TimerKey;
pub(crate) use self::note::{condition_note, edge_note, phase_note};
pub(crate) use self::signal::{Condition, Edge, Signal, SignalIndex, SignalWait};
pub(crate) use self::write::{Write, WriteError};

use self::clocks::Clocks;
use self::events::Outermost;
use self::forces::Forces;
use self::heap::NEVER;
use self::phase::Phases;
use self::signal::Signals;
use self::timer::Timers;
use self::words::Words;
use self::write::Writes;
use crate::simulator::{Handle, Phase, Port, PortError, WriteMode};
use crate::task::waiters::WaiterKey;
use crate::task::{self, Executor, WaitReason, executor, node_index};
use crate::time::{Precision, SimDuration, SimTime, TimeError};
use crate::value::LogicVec;

/// The token of the delay of 0 that the run begins with.
const BEGIN: u64 = u64::MAX;

/// The token of a delay of 0 after which the next time step is asked for.
const ASK_AGAIN: u64 = u64::MAX - 1;

/// What the layer above wants to be called for.
#[derive(Clone, Copy)]
pub(crate) struct Hooks {
    /// Simulation is about to begin: tasks may be spawned, and run first at time 0.
    pub(crate) start: fn(&'static Kernel),
    /// Simulation has ended.
    pub(crate) end: fn(&'static Kernel),
    /// The flag of [`ask`] was seen, on the simulator's thread.
    pub(crate) asked: fn(&'static Kernel),
    /// The simulator refused something that no task asked for itself.
    pub(crate) broken: fn(&'static Kernel, String),
}

/// Where in a time step the present callback is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stage {
    /// The design is being evaluated.
    Active,
    ReadWrite,
    ReadOnly,
}

/// The scheduler of the process: one, on the simulator's thread, until the process ends.
pub(crate) struct Kernel {
    port: &'static dyn Port,
    executor: Rc<Executor>,
    hooks: Hooks,
    precision: Precision,
    /// The last time that there can be, in steps.
    last_time: u64,
    now: Cell<u64>,
    /// A callback of the simulator's is being served.
    at_work: Cell<bool>,
    stage: Cell<Stage>,
    over: Cell<bool>,
    signals: Signals,
    words: Words,
    timers: Timers,
    phases: Phases,
    writes: Writes,
    forces: Forces,
    clocks: Clocks,
}

thread_local! {
    static KERNEL: Cell<Option<&'static Kernel>> = const { Cell::new(None) };
}

/// Somebody wants the simulator's thread to say what it does.
static ASKED: AtomicBool = AtomicBool::new(false);

/// Has the simulator's thread call [`Hooks::asked`] when it next comes by. From any thread.
pub(crate) fn ask() {
    ASKED.store(true, Ordering::Relaxed);
}

/// There is no simulation on this thread.
///
/// Raised where a handle is used after the simulation, or on a thread that runs none.
///
/// ```
/// use verifork::NoSimulation;
///
/// assert!(NoSimulation.to_string().contains("no simulation runs on this thread"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no simulation runs on this thread: this works inside of a `#[verifork::test]` only")]
pub struct NoSimulation;

/// The kernel of this thread.
#[inline]
pub(crate) fn kernel() -> Result<&'static Kernel, NoSimulation> {
    KERNEL.get().ok_or(NoSimulation)
}

/// What is left with the scheduler of this thread: waits on signals, watches in the simulator,
/// deadlines. For tests that look whether a dropped wait has left anything behind.
pub fn leak_counts() -> (usize, usize, usize) {
    kernel().map_or((0, 0, 0), Kernel::leak_counts)
}

/// Makes the kernel, when simulation is about to begin.
pub(crate) fn start(port: &'static dyn Port, hooks: Hooks) {
    let kernel: &'static Kernel = Box::leak(Box::new(Kernel {
        port,
        executor: executor(),
        hooks,
        precision: port.precision(),
        last_time: if port.quirks().times_are_signed {
            i64::MAX.cast_unsigned() - 1
        } else {
            NEVER - 1
        },
        now: Cell::new(port.now()),
        at_work: Cell::new(false),
        stage: Cell::new(Stage::Active),
        over: Cell::new(false),
        signals: Signals::new(),
        words: Words::new(),
        timers: Timers::new(),
        phases: Phases::new(),
        writes: Writes::new(),
        forces: Forces::default(),
        clocks: Clocks::new(),
    }));
    KERNEL.set(Some(kernel));
    gate::publish(kernel);
    kernel.executor.publish();
    let _outermost = Outermost::enter(kernel);
    kernel.executor.set_precision(kernel.precision);
    kernel.executor.set_now(kernel.now.get());
    (hooks.start)(kernel);
    // Not at once: writes made at the start are lost on some simulators, and handles are not
    // there yet on others.
    if let Err(error) = port.after(0, BEGIN) {
        (hooks.broken)(kernel, error.to_string());
    }
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kernel")
            .field("now", &self.now())
            .finish_non_exhaustive()
    }
}

impl Kernel {
    pub(crate) fn port(&self) -> &'static dyn Port {
        self.port
    }

    pub(crate) fn executor(&self) -> &Executor {
        &self.executor
    }

    /// Runs no task any more: the run is being given up.
    pub(crate) fn stop(&self) {
        self.over.set(true);
    }

    #[inline]
    pub(crate) fn precision(&self) -> Precision {
        self.precision
    }

    /// The present time.
    pub(crate) fn now(&self) -> SimTime {
        SimTime::new(self.now.get(), self.precision)
    }

    #[inline]
    pub(crate) fn stage(&self) -> Stage {
        self.stage.get()
    }

    // --- signals

    /// The number of an object; the same object has the same number.
    pub(crate) fn open(&self, handle: Handle) -> SignalIndex {
        self.signals.open(self.port, handle)
    }

    pub(crate) fn signal(&self, index: SignalIndex) -> &Signal {
        self.signals.get(self.entry(index))
    }

    pub(crate) fn read_small(&self, index: SignalIndex) -> Result<(u64, u64), PortError> {
        if index.is_word() {
            return self.with_word(index, |port, it| {
                port.read_small(it.handle, it.width, it.two_state)
            });
        }
        let signal = self.signals.get(index);
        self.port
            .read_small(signal.handle, signal.width, signal.two_state)
    }

    pub(crate) fn read(&self, index: SignalIndex, into: &mut LogicVec) -> Result<(), PortError> {
        if index.is_word() {
            return self.with_word(index, |port, it| port.read(it.handle, it.encoding, into));
        }
        let signal = self.signals.get(index);
        self.port
            .read(signal.handle, &signal.description.encoding, into)
    }

    pub(crate) fn read_real(&self, index: SignalIndex) -> Result<f64, PortError> {
        if index.is_word() {
            return self.with_word(index, |port, it| port.read_real(it.handle));
        }
        self.port.read_real(self.signals.get(index).handle)
    }

    pub(crate) fn read_text(&self, index: SignalIndex) -> Result<String, PortError> {
        if index.is_word() {
            return self.with_word(index, |port, it| port.read_text(it.handle));
        }
        self.port.read_text(self.signals.get(index).handle)
    }

    fn check_writable(&self, signal: &Signal) -> Result<(), WriteError> {
        if !signal.is_writable.get() {
            return Err(self.not_writable(signal));
        }
        if self.over.get() {
            return Err(PortError::Over.into());
        }
        if self.stage.get() == Stage::ReadOnly {
            return Err(WriteError::ReadOnlyPhase);
        }
        Ok(())
    }

    #[cold]
    fn not_writable(&self, signal: &Signal) -> WriteError {
        match self.port.write_refusal(signal.handle, false) {
            Some(refusal) if !signal.description.constant => refusal.into(),
            _ => WriteError::Constant {
                kind: signal.description.kind.to_string(),
            },
        }
    }

    /// The user says that the design does not drive a signal.
    pub(crate) fn assume_undriven(&self, index: SignalIndex) {
        let signal = self.signal(index);
        let refusal = self.port.write_refusal(signal.handle, true);
        signal
            .is_writable
            .set(!signal.description.constant && refusal.is_none());
    }

    /// Keeps a write for the read-write phase.
    pub(crate) fn write(
        &self,
        index: SignalIndex,
        write: Write<'_>,
        place: &'static Location<'static>,
    ) -> Result<(), WriteError> {
        if index.is_word() {
            return self.write_word(index, write, place);
        }
        let signal = self.signals.get(index);
        self.check_write(signal, write)?;
        self.writes.push(&self.signals, index, write, place);
        Ok(())
    }

    /// Whether a write can be kept for later.
    #[inline]
    fn check_write(&self, signal: &Signal, write: Write<'_>) -> Result<(), WriteError> {
        self.check_now(signal, write)?;
        if signal.checks_writes {
            self.port.check_write(signal.handle, write.value(signal))?;
        }
        Ok(())
    }

    /// Whether a write can be made now, as far as the port would not say.
    #[inline]
    fn check_now(&self, signal: &Signal, write: Write<'_>) -> Result<(), WriteError> {
        self.check_writable(signal)?;
        self.check_states(signal, &write)
    }

    /// Writes at once, past what is kept.
    pub(crate) fn write_now(&self, index: SignalIndex, write: Write<'_>) -> Result<(), WriteError> {
        if index.is_word() {
            return self.write_word_now(index, write);
        }
        let signal = self.signals.get(index);
        self.check_now(signal, write)?;
        Ok(write::put_now(
            self.port,
            signal.target(),
            write,
            WriteMode::Deposit,
        )?)
    }

    /// Refuses unknown bits where the simulator would make something else of them.
    #[inline]
    fn check_states(&self, signal: &Signal, write: &Write<'_>) -> Result<(), WriteError> {
        let refused = match write {
            Write::Small { unknown: 0, .. } | Write::Real(_) | Write::Text(_) => false,
            Write::Small { unknown, mask, .. } => {
                self.port.quirks().two_states_only && unknown & mask != 0
            }
            Write::Wide(value) | Write::Part { value, .. } => {
                self.port.quirks().two_states_only && value.has_unknown()
            }
        };
        if refused {
            let path = &signal.description.path;
            return Err(PortError::two_states(self.port.identity(), path).into());
        }
        Ok(())
    }

    pub(crate) fn wait_signal(
        &self,
        index: SignalIndex,
        wait: SignalWait,
        waker: &Waker,
    ) -> Result<WaiterKey, PortError> {
        self.signals.wait(self.port, self.entry(index), wait, waker)
    }

    pub(crate) fn signal_waits(&self, index: SignalIndex, key: WaiterKey, waker: &Waker) -> bool {
        self.signals.still_waits(self.entry(index), key, waker)
    }

    pub(crate) fn leave_signal(&self, index: SignalIndex, key: WaiterKey) {
        self.signals.leave(self.entry(index), key);
    }

    // --- time and phases

    /// The deadline `steps` from now, unless the simulator cannot count so far.
    #[inline]
    pub(crate) fn deadline(&self, steps: u64) -> Option<u64> {
        let deadline = self.now.get().checked_add(steps)?;
        (deadline <= self.last_time).then_some(deadline)
    }

    /// Why there is no such deadline.
    #[cold]
    pub(crate) fn beyond_the_end(&self, steps: u64) -> TimeError {
        TimeError::BeyondTheEnd {
            duration: SimDuration::from_steps(steps, self.precision),
            now: self.now().to_string(),
            last: SimTime::new(self.last_time, self.precision).to_string(),
        }
    }

    /// Whether somebody waits for a time to come: a task or a clock.
    pub(crate) fn awaits_time(&self) -> bool {
        self.timers.len() > 0 || self.clocks.earliest() != NEVER
    }

    #[inline]
    pub(crate) fn wait_deadline(&self, deadline: u64, waker: &Waker) -> TimerKey {
        self.timers.wait(deadline, waker)
    }

    /// Whether the wait goes on; then it wakes this task from now on.
    #[inline]
    pub(crate) fn deadline_waits(&self, key: TimerKey, waker: &Waker) -> bool {
        self.timers.still_waits(key, waker)
    }

    pub(crate) fn leave_deadline(&self, key: TimerKey) {
        self.timers.leave(key);
    }

    pub(crate) fn wait_phase(&self, phase: Phase, waker: &Waker) -> WaiterKey {
        self.phases.wait(phase, waker)
    }

    /// Whether the wait goes on; then it wakes this task from now on.
    #[inline]
    pub(crate) fn phase_waits(&self, phase: Phase, key: WaiterKey, waker: &Waker) -> bool {
        self.phases.still_waits(phase, key, waker)
    }

    pub(crate) fn leave_phase(&self, phase: Phase, key: WaiterKey) {
        self.phases.leave(phase, key);
    }

    /// Whether changes made by what was written in this time step may still come after this.
    pub(crate) fn changes_are_to_come(&self) -> bool {
        self.stage.get() == Stage::Active && self.port.quirks().writes_take_a_cycle
    }

    // --- clocks

    /// Starts a clock that is low until `first` steps from now and then toggles.
    pub(crate) fn start_clock(
        &self,
        signal: SignalIndex,
        shape: ClockShape,
        level: bool,
        first: u64,
    ) -> ClockIndex {
        let first = self.deadline(first).unwrap_or(NEVER);
        self.clocks.add(self.entry(signal), shape, level, first)
    }

    pub(crate) fn stop_clock(&self, clock: ClockIndex) {
        self.clocks.stop(clock);
    }

    pub(crate) fn clock_cycles(&self, clock: ClockIndex) -> Option<u64> {
        self.clocks.cycles(clock)
    }

    pub(crate) fn clock_runs(&self, clock: ClockIndex) -> bool {
        self.clocks.is_running(clock)
    }

    pub(crate) fn has_clock(&self, signal: SignalIndex) -> bool {
        self.clocks.drives(self.entry(signal))
    }

    // --- the task tree

    /// Notes what the running task awaits, where the tables cannot tell.
    #[inline]
    pub(crate) fn record_foreign_wait(&self, waker: &Waker, wait: impl FnOnce() -> WaitReason) {
        if node_index(waker, &self.executor).is_none() {
            self.executor.record_wait(wait());
        }
    }

    pub(crate) fn deadline_note(&self, deadline: u64) -> WaitReason {
        note::deadline_note(deadline, self.precision)
    }

    /// The living tasks: name, where forked, what each awaits and since when.
    pub(crate) fn task_tree(&self) -> String {
        let mut found = note::Found::new();
        self.signals.note_waits(self, &mut found);
        self.timers.note_waits(self, &mut found);
        self.phases.note_waits(self, &mut found);
        task::tree(&self.executor, &found)
    }

    // --- between tests

    /// Ends what a test left with the kernel: its clocks, and watches that nobody needs.
    pub(crate) fn end_test(&self) {
        self.clocks.clear();
        if !self.over.get() {
            self.signals.unwatch_idle(self.port);
        }
    }

    /// Forgets the writes that wait for the read-write phase: the signals' paths, and where they were
    /// written.
    pub(crate) fn drop_writes(&self) -> Vec<(String, &'static Location<'static>)> {
        self.writes.clear(self)
    }

    /// What is left with the kernel: waits on signals, watches in the simulator, deadlines.
    fn leak_counts(&self) -> (usize, usize, usize) {
        (
            self.signals.waiting(),
            self.signals.watched(),
            self.timers.len(),
        )
    }
}
