//! The scheduler's tables, and what the layers above call.

use std::cell::Cell;
use std::fmt;
use std::panic::Location;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;

use super::clocks::{ClockIndex, ClockShape, Clocks};
use super::forces::Forces;
use super::heap::{NEVER, TimerKey};
use super::index::SignalIndex;
use super::phase::Phases;
use super::signal::SignalEntry;
use super::signals::Signals;
use super::timer::Timers;
use super::wait_reasons::{self, Waits};
use super::words::Words;
use super::write_buffer::WriteBuffer;
use crate::simulator::{Direction, Handle, Phase, Port};
use crate::task::waiters::WaiterKey;
use crate::task::{self, Executor, WaitReason, executor, node_index};
use crate::time::{Precision, SimDuration, SimTime, TimeError};

/// The functions of the layer above that the scheduler calls.
#[derive(Clone, Copy)]
pub(crate) struct Hooks {
    /// Simulation is about to begin: tasks may be spawned, and run first at time 0.
    pub(crate) start: fn(&'static Kernel),
    /// Simulation has ended.
    pub(crate) end: fn(&'static Kernel),
    /// The flag of [`ask`] was seen, on the simulator's thread.
    pub(crate) asked: fn(&'static Kernel),
    /// The simulator refused something that no task requested directly.
    pub(crate) broken: fn(&'static Kernel, String),
}

/// The region of the time step (IEEE 1800, 4.4) that the present callback is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Region {
    /// The design is being evaluated.
    Active,
    ReadWrite,
    ReadOnly,
}

/// A signal that does not change although a task awaits an edge of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StillSignal<'a> {
    pub(crate) path: &'a str,
    /// When it last changed, or since when it is watched.
    pub(crate) since: SimTime,
    /// It looks like a clock, or like an input where no clock runs.
    pub(crate) wants_clock: bool,
}

/// `clk`, `aclk`, `clk_i`, `i_clock`, `CK`, `core_clk_100`.
pub(super) fn is_named_as_a_clock(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| word.contains("clk") || word.contains("clock") || word == "ck")
}

/// One per process, on the simulator's thread, until the process ends.
pub(crate) struct Kernel {
    pub(super) port: &'static dyn Port,
    pub(super) executor: Rc<Executor>,
    pub(super) hooks: Hooks,
    precision: Precision,
    /// The last time that the simulator can count to, in steps.
    last_time: u64,
    pub(super) now: Cell<u64>,
    /// A callback of the simulator is being served.
    pub(super) at_work: Cell<bool>,
    /// The kernel itself is writing: clocks, or the buffered writes.
    pub(super) writing: Cell<bool>,
    /// The last task that such a write has woken. It is not queued yet, because nearly always it is the
    /// only one.
    pub(super) held: Cell<Option<Waker>>,
    pub(super) region: Cell<Region>,
    pub(super) over: Cell<bool>,
    pub(super) signals: Signals,
    pub(super) words: Words,
    pub(super) timers: Timers,
    pub(super) phases: Phases,
    pub(super) writes: WriteBuffer,
    pub(super) forces: Forces,
    pub(super) clocks: Clocks,
}

thread_local! {
    pub(super) static KERNEL: Cell<Option<&'static Kernel>> = const { Cell::new(None) };
}

/// Another thread wants the simulator's thread to call [`Hooks::asked`].
pub(super) static ASKED: AtomicBool = AtomicBool::new(false);

/// Has the simulator's thread call [`Hooks::asked`] at its next opportunity. From any thread.
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
#[error("no simulation runs on this thread: this works only inside a `#[verifork::test]`")]
pub struct NoSimulation;

/// The kernel of this thread.
#[inline]
pub(crate) fn kernel() -> Result<&'static Kernel, NoSimulation> {
    KERNEL.get().ok_or(NoSimulation)
}

/// How many waits on signals, watches in the simulator and deadlines this thread's scheduler has. For tests
/// that check that a dropped wait leaves nothing behind.
pub fn leak_counts() -> (usize, usize, usize) {
    kernel().map_or((0, 0, 0), Kernel::leak_counts)
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kernel")
            .field("now", &self.now())
            .finish_non_exhaustive()
    }
}

impl Kernel {
    pub(super) fn new(port: &'static dyn Port, hooks: Hooks) -> Self {
        Kernel {
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
            writing: Cell::new(false),
            held: Cell::new(None),
            region: Cell::new(Region::Active),
            over: Cell::new(false),
            signals: Signals::new(),
            words: Words::new(),
            timers: Timers::new(port.agenda()),
            phases: Phases::new(port.agenda()),
            writes: WriteBuffer::new(),
            forces: Forces::default(),
            clocks: Clocks::new(),
        }
    }

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
    #[inline]
    pub(crate) fn now(&self) -> SimTime {
        SimTime::new(self.now.get(), self.precision)
    }

    #[inline]
    pub(crate) fn region(&self) -> Region {
        self.region.get()
    }

    // --- signals

    /// Opens an object. The same object always gets the same number.
    pub(crate) fn open(&'static self, handle: Handle) -> SignalIndex {
        self.signals.open(self, handle)
    }

    pub(crate) fn signal(&'static self, index: SignalIndex) -> &'static SignalEntry {
        self.signals.get(self.entry(index))
    }

    // --- time and phases

    /// The deadline `steps` from now. `None` if the simulator cannot count that far.
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

    /// Whether a task or a clock waits for a time.
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

    #[inline]
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

    /// Whether writes of this time step may still cause changes after this.
    pub(crate) fn changes_are_to_come(&self) -> bool {
        self.region.get() == Region::Active && self.port.quirks().writes_take_a_cycle
    }

    // --- clocks

    /// Starts a clock that is low until `first` steps from now and then toggles.
    pub(crate) fn start_clock(
        &'static self,
        signal: SignalIndex,
        shape: ClockShape,
        level: bool,
        first: u64,
    ) -> ClockIndex {
        let first = self.deadline(first).unwrap_or(NEVER);
        self.clocks.add(self.signal(signal), shape, level, first)
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

    pub(crate) fn has_clock(&'static self, signal: SignalIndex) -> bool {
        self.clocks.drives(self.signal(signal))
    }

    // --- the task tree

    /// Records what the running task awaits, where its waker does not name the task.
    #[inline]
    pub(crate) fn record_foreign_wait(&self, waker: &Waker, wait: impl FnOnce() -> WaitReason) {
        if node_index(waker, &self.executor).is_none() {
            self.executor.record_wait(wait());
        }
    }

    pub(crate) fn deadline_reason(&self, deadline: u64) -> WaitReason {
        wait_reasons::deadline_reason(deadline, self.precision)
    }

    /// A signal whose edge a task awaits and that does not change. One that lacks a clock is preferred,
    /// then the one that has not changed for longest.
    pub(crate) fn still_signal(&self) -> Option<StillSignal<'_>> {
        let clocks = self.clocks.earliest() != NEVER;
        let still = self.signals.still().map(|(signal, since)| {
            let description = &signal.description;
            let is_input = description.direction == Some(Direction::Input);
            StillSignal {
                path: &description.path,
                since: SimTime::new(since, self.precision),
                wants_clock: !self.clocks.drives(signal)
                    && (is_named_as_a_clock(&description.name) || is_input && !clocks),
            }
        });
        still.min_by_key(|still| (!still.wants_clock, still.since))
    }

    /// The living tasks: name, where forked, what each awaits and since when.
    pub(crate) fn task_tree(&self) -> String {
        let mut waits = Waits::new(&self.executor);
        self.signals.collect_waits(&mut waits);
        self.timers.collect_waits(self.precision, &mut waits);
        self.phases.collect_waits(&mut waits);
        task::tree(&self.executor, &waits.found)
    }

    // --- between tests

    /// Ends what a test has left in the scheduler: its clocks, and watches without waits.
    pub(crate) fn end_test(&self) {
        self.clocks.clear();
        self.signals.forget_warnings();
        if !self.over.get() {
            self.signals.unwatch_idle(self.port);
        }
    }

    /// Drops the buffered writes. Returns the paths of the signals, and where they were written.
    pub(crate) fn drop_writes(&self) -> Vec<(String, &'static Location<'static>)> {
        self.writes.clear(self)
    }

    /// How many waits on signals, watches in the simulator and deadlines there are.
    fn leak_counts(&self) -> (usize, usize, usize) {
        (
            self.signals.waiting(),
            self.signals.watched(),
            self.timers.len(),
        )
    }
}
