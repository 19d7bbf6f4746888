//! Which task waits for what: signals, deadlines, phases; and the writes that wait for their phase.
//!
//! Invariants: tasks run in the outermost callback only; a callback that the simulator makes from
//! inside of one of our calls (a write does that on Icarus) only wakes them. No borrow of a table
//! is held while the simulator or user code is called. A wait that is dropped leaves its table.
//! Boundary: above are handles and triggers, which name signals by [`SignalIndex`]; below is the
//! [`Port`], which knows nothing of tasks.

mod clocks;
mod forces;
mod gate;
mod heap;
mod note;
mod phase;
mod signal;
mod timer;
mod write;

use std::cell::Cell;
use std::fmt;
use std::panic::Location;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;

pub(crate) use self::clocks::{ClockIndex, ClockShape};
pub(crate) use self::gate::inspect;
pub(crate) use self::heap::TimerKey;
pub(crate) use self::note::{condition_note, edge_note, phase_note};
pub(crate) use self::signal::{Condition, Edge, Signal, SignalIndex, SignalWait};
pub(crate) use self::write::{Write, WriteError};

use self::clocks::Clocks;
use self::forces::Forces;
use self::heap::NEVER;
use self::phase::Phases;
use self::signal::Signals;
use self::timer::Timers;
use self::write::Writes;
use crate::simulator::{Event, Handle, Phase, Port, PortError, WriteMode};
use crate::task::waiters::WaiterKey;
use crate::task::{self, Hub, Wait, hub, node_index};
use crate::time::{Precision, SimTime};
use crate::value::{Logic, LogicVec};

/// The token of the delay of 0 that the run begins with.
const BEGIN: u64 = u64::MAX;

/// The token of a delay of 0 after which the next time step is asked for.
const ASK_AGAIN: u64 = u64::MAX - 1;

/// What the floor above wants to be called for.
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
    hub: Rc<Hub>,
    hooks: Hooks,
    precision: Precision,
    now: Cell<u64>,
    depth: Cell<u32>,
    stage: Cell<Stage>,
    over: Cell<bool>,
    signals: Signals,
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
pub fn census() -> (usize, usize, usize) {
    kernel().map_or((0, 0, 0), Kernel::census)
}

/// Makes the kernel, when simulation is about to begin.
pub(crate) fn start(port: &'static dyn Port, hooks: Hooks) {
    let kernel: &'static Kernel = Box::leak(Box::new(Kernel {
        port,
        hub: hub(),
        hooks,
        precision: port.precision(),
        now: Cell::new(port.now()),
        depth: Cell::new(0),
        stage: Cell::new(Stage::Active),
        over: Cell::new(false),
        signals: Signals::new(),
        timers: Timers::new(),
        phases: Phases::new(),
        writes: Writes::new(),
        forces: Forces::default(),
        clocks: Clocks::new(),
    }));
    KERNEL.set(Some(kernel));
    gate::publish(kernel);
    kernel.hub.publish();
    let _inside = gate::enter();
    let _depth = Depth::enter(kernel);
    kernel.hub.set_precision(kernel.precision);
    kernel.hub.set_now(kernel.now.get());
    (hooks.start)(kernel);
    // Not at once: writes made at the start are lost on some simulators, and handles are not
    // there yet on others.
    if let Err(error) = port.after(0, BEGIN) {
        (hooks.broken)(kernel, error.to_string());
    }
}

/// Hands an event of the simulator to the kernel.
#[inline(always)] // once for each kind of event, below
pub(crate) fn deliver(event: Event) {
    if let Some(kernel) = KERNEL.get() {
        kernel.event(event);
    }
}

/// [`deliver`] for one kind.
pub(crate) fn change(token: u64, scalar: Option<Logic>) {
    deliver(Event::Change { token, scalar });
}

/// [`deliver`] for one kind.
pub(crate) fn timer(token: u64) {
    deliver(Event::Timer { token });
}

/// [`deliver`] for one kind.
pub(crate) fn phase(phase: Phase, token: u64) {
    deliver(Event::Phase { phase, token });
}

struct Depth<'a>(&'a Kernel);

impl<'a> Depth<'a> {
    #[inline]
    fn enter(kernel: &'a Kernel) -> Self {
        kernel.depth.set(kernel.depth.get() + 1);
        Depth(kernel)
    }
}

impl Drop for Depth<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.depth.set(self.0.depth.get() - 1);
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
    #[inline(always)] // the callers know the kind
    fn event(&'static self, event: Event) {
        if self.over.get() {
            return;
        }
        if self.depth.get() > 0 {
            self.inner_event(event);
            return;
        }
        let _inside = gate::enter();
        let _depth = Depth::enter(self);
        self.outer_event(event);
    }

    /// A call from inside of a call of ours: only notes what happened.
    #[inline(always)] // the callers know the kind
    fn inner_event(&'static self, event: Event) {
        match event {
            Event::Change { token, scalar } => {
                let last = self.signals.changed(self.port, &self.hub, token, scalar);
                if let Some(waker) = last {
                    self.hub.wake_waker(waker);
                }
            }
            Event::End => self.end(),
            // Simulators make no other calls from inside; were one to, nothing would be lost but
            // the order: it is as if the phase had come without us.
            Event::Timer { token } => {
                self.timers.fired(token);
            }
            Event::Phase { phase, .. } => {
                self.phases.reached(phase);
                if let Some(waker) = self.phases.wake(&self.hub, phase) {
                    self.hub.wake_waker(waker);
                }
            }
            Event::Start => {}
        }
    }

    #[inline(always)] // the callers know the kind
    fn outer_event(&'static self, event: Event) {
        // Everybody is woken at once but for the last one, who may well be the only one.
        let (stage, last) = match event {
            Event::Change { token, scalar } => {
                self.enter_step(Stage::Active, self.port.now());
                let last = self.signals.changed(self.port, &self.hub, token, scalar);
                (Stage::Active, last)
            }
            Event::Timer { token } => {
                let deadline = self.timers.fired(token);
                self.enter_step(Stage::Active, deadline.unwrap_or_else(|| self.port.now()));
                (Stage::Active, self.serve_deadlines())
            }
            Event::Phase { phase, .. } => {
                let stage = match phase {
                    Phase::ReadWrite => Stage::ReadWrite,
                    Phase::ReadOnly => Stage::ReadOnly,
                    Phase::NextTimeStep => Stage::Active,
                };
                self.enter_step(stage, self.port.now());
                self.phases.reached(phase);
                if phase == Phase::ReadWrite && !self.writes.is_empty() {
                    self.flush();
                    self.run(self.phases.wake(&self.hub, phase));
                    return self.leave(false);
                }
                (stage, self.phases.wake(&self.hub, phase))
            }
            Event::End => return self.end(),
            Event::Start => return,
        };
        self.run(last);
        // One flush a read-write phase. A second one would put writes that answer to an edge of
        // the first into the same instant as that edge; but where nothing was flushed, no edge
        // came of it, and some simulators would call again in the next time step only.
        if stage == Stage::ReadWrite && !self.writes.is_empty() {
            self.flush();
            self.run_ready();
        }
        if stage == Stage::ReadOnly {
            self.end_delays_of_zero();
        }
        self.leave(matches!(
            event,
            Event::Phase {
                phase: Phase::NextTimeStep,
                ..
            }
        ));
    }

    /// The end of a callback, which is that of the next time step or not.
    #[inline(always)] // in the way of every event
    fn leave(&'static self, next_time_step: bool) {
        self.arm(next_time_step && self.port.quirks().next_time_step_repeats);
        self.stage.set(Stage::Active);
    }

    #[inline]
    fn enter_step(&self, stage: Stage, now: u64) {
        self.stage.set(stage);
        self.now.set(now);
        self.hub.set_now(now);
    }

    /// Wakes `last`, and runs what is ready.
    #[inline(always)] // in the way of every event
    fn run(&'static self, last: Option<Waker>) {
        if let Some(waker) = last {
            self.hub.wake_and_run(waker);
        }
        if ASKED.load(Ordering::Relaxed) || self.hub.may_be_ready() {
            self.run_ready();
        }
    }

    #[inline(never)]
    fn run_ready(&'static self) {
        self.answer_if_asked();
        while !self.over.get() {
            self.hub.run_root(|| {
                self.answer_if_asked();
                self.over.get()
            });
            self.answer_if_asked();
            if self.over.get() || !self.hub.wait_for_outside() {
                break;
            }
        }
    }

    /// A delay of 0 that begins in the read-only phase ends there: its time has come, and nothing
    /// may be scheduled for this time step any more (Icarus ends the run if something is).
    #[inline(never)]
    fn end_delays_of_zero(&'static self) {
        while self.timers.is_due(self.now.get()) && !self.over.get() {
            let last = self.serve_deadlines();
            self.run(last);
        }
    }

    #[inline]
    fn answer_if_asked(&'static self) {
        if ASKED.load(Ordering::Relaxed) {
            self.answer();
        }
    }

    #[cold]
    fn answer(&'static self) {
        if ASKED.swap(false, Ordering::Relaxed) {
            (self.hooks.asked)(self);
        }
    }

    /// Wakes those whose time has come, but for the last one, who is returned.
    #[inline(always)] // in the way of every timer
    fn serve_deadlines(&'static self) -> Option<Waker> {
        let now = self.now.get();
        // Clocks first: a task that a timer wakes finds the level that the clock has from now on.
        self.clocks
            .serve(now, |signal, level| self.drive_clock(signal, level));
        let mut last = self.timers.pop_due(now)?;
        while self.timers.is_due(now) {
            let Some(next) = self.timers.pop_due(now) else {
                break;
            };
            self.hub.wake_waker(std::mem::replace(&mut last, next));
        }
        Some(last)
    }

    fn drive_clock(&'static self, signal: SignalIndex, level: bool) {
        let signal = self.signals.get(signal);
        let written =
            self.port
                .write_small(signal.handle, 1, u64::from(level), 0, WriteMode::Deposit);
        if let Err(error) = written {
            let path = &signal.description.path;
            (self.hooks.broken)(self, format!("a clock cannot write `{path}`: {error}"));
        }
    }

    fn flush(&'static self) {
        self.writes
            .flush(&self.signals, self.port, |signal, place, error| {
                let path = &signal.description.path;
                (self.hooks.broken)(
                    self,
                    format!("the write to `{path}` at {place} failed: {error}"),
                );
            });
    }

    /// Leaves with the simulator what there is to wait for. `later`: the next time step must not be
    /// asked for from this callback.
    #[inline(always)] // in the way of every event
    fn arm(&'static self, later: bool) {
        if self.over.get() {
            return;
        }
        let armed = self.phases.arm(self.port, !self.writes.is_empty(), later);
        let clocks = self.clocks.earliest();
        let armed = armed.and_then(|()| self.timers.arm(self.port, self.now.get(), clocks));
        if let Err(error) = armed {
            (self.hooks.broken)(self, error.to_string());
        }
    }

    fn end(&'static self) {
        if !self.over.replace(true) {
            (self.hooks.end)(self);
        }
    }

    pub(crate) fn port(&self) -> &'static dyn Port {
        self.port
    }

    pub(crate) fn hub(&self) -> &Hub {
        &self.hub
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
        self.signals.get(index)
    }

    pub(crate) fn read_small(&self, index: SignalIndex) -> Result<(u64, u64), PortError> {
        let signal = self.signals.get(index);
        self.port
            .read_small(signal.handle, signal.width, signal.two_state)
    }

    pub(crate) fn read(&self, index: SignalIndex, into: &mut LogicVec) -> Result<(), PortError> {
        let signal = self.signals.get(index);
        self.port
            .read(signal.handle, &signal.description.encoding, into)
    }

    pub(crate) fn read_real(&self, index: SignalIndex) -> Result<f64, PortError> {
        self.port.read_real(self.signals.get(index).handle)
    }

    pub(crate) fn read_text(&self, index: SignalIndex) -> Result<String, PortError> {
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
        let signal = self.signals.get(index);
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
        let signal = self.signals.get(index);
        self.check_writable(signal)?;
        self.check_states(signal, &write)?;
        self.writes.push(&self.signals, index, write, place);
        Ok(())
    }

    /// Writes at once, past what is kept.
    pub(crate) fn write_now(&self, index: SignalIndex, write: Write<'_>) -> Result<(), WriteError> {
        let signal = self.signals.get(index);
        self.check_writable(signal)?;
        self.check_states(signal, &write)?;
        Ok(write::put_now(
            self.port,
            signal,
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
        self.signals.wait(self.port, index, wait, waker)
    }

    pub(crate) fn signal_waits(&self, index: SignalIndex, key: WaiterKey, waker: &Waker) -> bool {
        self.signals.still_waits(index, key, waker)
    }

    pub(crate) fn leave_signal(&self, index: SignalIndex, key: WaiterKey) {
        self.signals.leave(index, key);
    }

    // --- time and phases

    /// The deadline `steps` from now.
    #[inline]
    pub(crate) fn deadline(&self, steps: u64) -> u64 {
        self.now.get().saturating_add(steps).min(NEVER - 1)
    }

    #[inline]
    pub(crate) fn wait_deadline(&self, deadline: u64, waker: &Waker) -> TimerKey {
        self.note_foreign(waker, || self.deadline_note(deadline));
        self.timers.wait(deadline, waker)
    }

    /// Whether the wait goes on; then it wakes this task from now on.
    #[inline]
    pub(crate) fn deadline_waits(&self, key: TimerKey, deadline: u64, waker: &Waker) -> bool {
        let waits = self.timers.holds(key);
        if waits {
            self.wait_deadline_on(key, deadline, waker);
        }
        waits
    }

    #[inline(never)]
    fn wait_deadline_on(&self, key: TimerKey, deadline: u64, waker: &Waker) {
        self.note_foreign(waker, || self.deadline_note(deadline));
        self.timers.update(key, waker);
    }

    pub(crate) fn leave_deadline(&self, key: TimerKey) {
        self.timers.leave(key);
    }

    pub(crate) fn wait_phase(&self, phase: Phase, waker: &Waker) -> WaiterKey {
        self.note_foreign(waker, || phase_note(phase));
        self.phases.wait(phase, waker)
    }

    /// Whether the wait goes on; then it wakes this task from now on.
    #[inline]
    pub(crate) fn phase_waits(&self, phase: Phase, key: WaiterKey, waker: &Waker) -> bool {
        let waits = self.phases.still_waits(phase, key, waker);
        if waits {
            self.note_foreign(waker, || phase_note(phase));
        }
        waits
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
        first: u64,
    ) -> ClockIndex {
        self.clocks.add(signal, shape, self.deadline(first))
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
        self.clocks.drives(signal)
    }

    // --- the task tree

    /// Notes what the running task awaits, where the tables cannot tell.
    #[inline]
    pub(crate) fn note_foreign(&self, waker: &Waker, wait: impl FnOnce() -> Wait) {
        if node_index(waker, &self.hub).is_none() {
            self.hub.note_wait(wait());
        }
    }

    pub(crate) fn deadline_note(&self, deadline: u64) -> Wait {
        note::deadline_note(deadline, self.precision)
    }

    /// The living tasks: name, where forked, what each awaits and since when.
    pub(crate) fn task_tree(&self) -> String {
        let mut found = note::Found::new();
        self.signals.note_waits(self, &mut found);
        self.timers.note_waits(self, &mut found);
        self.phases.note_waits(self, &mut found);
        task::tree(&self.hub, &found)
    }

    // --- between tests

    /// Ends what a test left with the kernel: its clocks, its writes that were not applied, and
    /// watches that nobody needs.
    pub(crate) fn end_test(&self) {
        self.clocks.clear();
        self.writes.clear(&self.signals);
        if !self.over.get() {
            self.signals.unwatch_idle(self.port);
        }
    }

    /// What is left with the kernel: waits on signals, watches in the simulator, deadlines.
    fn census(&self) -> (usize, usize, usize) {
        (
            self.signals.waiting(),
            self.signals.watched(),
            self.timers.len(),
        )
    }
}
