//! The table of signals: each opened once, watched while anyone waits for it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::panic::Location;
use std::rc::Rc;
use std::task::Waker;

use elsa::FrozenVec;
use smallvec::SmallVec;

use super::index::SignalIndex;
use super::local::Local;
use super::signal_wait::{Change, Condition, SignalWait};
use super::wait_reasons::{self, Waits};
use super::write::{Write, WriteError};
use super::{Kernel, Stage, paths};
use crate::simulator::verilator::Direct;
use crate::simulator::{
    CallbackHandle, Description, Direction, Encoding, Handle, ObjectKind, Port, PortResult, Quirks,
};
use crate::task::wait_queue::{WaitQueue, Woken};
use crate::task::waiters::{Only, WaiterKey};
use crate::value::{Declared, Logic, LogicVec, low_mask};

/// What the design is known to do with a signal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Driven {
    No,
    /// The port knows whether there is a driver, and is asked at the first write.
    Unasked,
    /// It assigns to it now and then, so that a written value stays for a while.
    ByProcesses,
    /// It holds a value at any time, against which a written one means nothing.
    Continuously,
}

/// How many times a watch may fire for nobody before it is taken down. More than once, since a
/// task often waits for something else between two edges.
const IDLE_FIRES: u32 = 8;

#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, none excludes another"
)]
pub(crate) struct Signal {
    pub(crate) kernel: &'static Kernel,
    pub(crate) handle: Handle,
    /// The way past the port, where there is one.
    pub(super) direct: Option<Direct>,
    pub(crate) description: Description,
    /// What the declaration makes of its bits.
    pub(crate) declared: Declared,
    pub(super) width: u32,
    /// A bit for each of its bits, of up to 64.
    pub(crate) all: u64,
    pub(super) two_state: bool,
    /// It is not a constant, and the simulator refuses no writes.
    pub(super) is_writable: Cell<bool>,
    pub(super) driven: Cell<Driven>,
    /// It can be written without a force and without a word.
    pub(super) takes_deposits: Cell<bool>,
    /// Its type does not take every value: the port is asked before a write is kept.
    pub(super) checks_writes: bool,
    scalar: bool,
    last: Cell<Logic>,
    /// Where changes without a change are to be told apart: the last value of any other signal.
    last_wide: RefCell<Option<Last>>,
    /// Each event may tell of an assignment alone.
    compares_always: bool,
    /// The next event is to be compared, once.
    compares_next: Cell<bool>,
    pub(super) forced: Cell<bool>,
    watch: Cell<Option<CallbackHandle>>,
    watch_generation: Cell<u32>,
    idle_fires: Cell<u32>,
    /// When it last changed, in steps, or since when it is watched.
    changed_at: Cell<u64>,
    waits: WaitQueue<SignalWait>,
    /// The edges that somebody may await; 0 if nobody waits.
    awaited: Cell<u8>,
    /// The place of its pending write in the buffer, or [`NOT_QUEUED`].
    pub(super) queued: Cell<u32>,
}

/// The place of a write that is not in the buffer.
pub(super) const NOT_QUEUED: u32 = u32::MAX;

/// A value that the next one is compared with.
#[derive(PartialEq)]
enum Last {
    Bits(LogicVec),
    Real(f64),
    Text(String),
}

pub(super) struct Signals {
    table: FrozenVec<Box<Signal>>,
    by_handle: RefCell<HashMap<Handle, SignalIndex>>,
}

/// What a value is read from or written to.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) handle: Handle,
    pub(super) width: u32,
    pub(super) two_state: bool,
    pub(super) encoding: &'a Encoding,
}

impl Target<'_> {
    /// Another object of the same encoding.
    pub(super) fn at(self, handle: Handle) -> Self {
        Target { handle, ..self }
    }
}

impl Signals {
    pub(super) fn new() -> Self {
        paths::clear();
        Signals {
            table: FrozenVec::new(),
            by_handle: RefCell::default(),
        }
    }

    pub(super) fn get(&self, index: SignalIndex) -> &Signal {
        self.table
            .get(index.entry())
            .expect("signal numbers come from this table")
    }

    /// The path of an entry.
    pub(super) fn path(&self, entry: usize) -> Option<&str> {
        Some(&self.table.get(entry)?.description.path)
    }

    /// The number of an object that has been opened.
    pub(super) fn known(&self, handle: Handle) -> Option<SignalIndex> {
        self.by_handle.borrow().get(&handle).copied()
    }

    pub(super) fn open(&self, kernel: &'static Kernel, handle: Handle) -> SignalIndex {
        let port = kernel.port;
        if let Some(&index) = self.by_handle.borrow().get(&handle) {
            return index;
        }
        let description = port.describe(handle);
        let (width, two_state) = match &description.encoding {
            Encoding::Logic {
                width, two_state, ..
            } => (*width, *two_state),
            _ => (0, false),
        };
        let index = SignalIndex::of_entry(self.table.len());
        paths::push(description.path.clone());
        self.by_handle.borrow_mut().insert(handle, index);
        let is_writable = !description.constant && port.write_refusal(handle, false).is_none();
        let driven = if port.is_always_driven(handle) {
            Driven::Continuously
        } else {
            driven(&description, port.quirks())
        };
        self.table.push(Box::new(Signal {
            kernel,
            handle,
            direct: port.direct(handle),
            declared: description.declared(),
            width,
            all: low_mask(width.min(64)),
            two_state,
            is_writable: Cell::new(is_writable),
            driven: Cell::new(driven),
            takes_deposits: Cell::new(is_writable && driven == Driven::No),
            compares_always: width != 1 && port.tells_assignments(handle),
            checks_writes: port.checks_writes(handle, &description.encoding),
            scalar: width == 1 && description.array.is_none(),
            description,
            last: Cell::new(Logic::Unknown),
            last_wide: RefCell::new(None),
            compares_next: Cell::new(false),
            forced: Cell::new(false),
            watch: Cell::new(None),
            watch_generation: Cell::new(0),
            idle_fires: Cell::new(0),
            changed_at: Cell::new(0),
            waits: WaitQueue::new(),
            awaited: Cell::new(0),
            queued: Cell::new(NOT_QUEUED),
        }));
        index
    }

    /// A watched signal changed: wakes those whose wait is over, first come first, but for the
    /// last one, who is returned.
    pub(super) fn changed(
        &self,
        port: &dyn Port,
        now: u64,
        token: u64,
        scalar: Option<Logic>,
    ) -> Option<Waker> {
        let (index, generation) = from_token(token);
        let signal = self.table.get(index as usize)?;
        if signal.watch_generation.get() != generation {
            return None;
        }
        let change = match scalar {
            Some(new) => signal.change_to(new)?,
            None => signal.find_change(port)?,
        };
        signal.wake_for(change, now)
    }

    pub(super) fn collect_waits(&self, kernel: &Kernel, waits: &mut Waits) {
        for index in (0..self.table.len()).map(SignalIndex::of_entry) {
            for (_, wait, waker) in self.get(index).waits.look().iter() {
                let wait = match wait {
                    SignalWait::Edges {
                        edge, remaining, ..
                    } => wait_reasons::edge_reason(index, *edge, *remaining),
                    SignalWait::Until(_) => wait_reasons::condition_reason(index),
                };
                wait_reasons::add(waits, kernel, waker, wait);
            }
        }
    }

    /// The signals whose edges somebody awaits and that have not changed since the wait began, each with
    /// the time since when it has not, first come first.
    pub(super) fn still(&self) -> impl Iterator<Item = (&Signal, u64)> {
        self.table.iter().filter_map(|signal| {
            let at = signal.changed_at.get();
            let waits = signal.waits.look();
            let is_still = waits.iter().any(
                |(_, wait, _)| matches!(wait, SignalWait::Edges { since, .. } if at <= *since),
            );
            is_still.then_some((signal, at))
        })
    }

    /// What is written in the next test is warned of again.
    pub(super) fn forget_warnings(&self) {
        for signal in &self.table {
            let is_driven = signal.driven.get() != Driven::No;
            signal
                .takes_deposits
                .set(signal.is_writable.get() && !is_driven);
        }
    }

    /// Takes down every watch, at the end of a test.
    pub(super) fn unwatch_idle(&self, port: &dyn Port) {
        for signal in &self.table {
            if signal.waits.is_empty() {
                signal.unwatch(port);
            }
        }
    }

    pub(super) fn watched(&self) -> usize {
        self.table
            .iter()
            .filter(|signal| signal.watch.get().is_some())
            .count()
    }

    pub(super) fn waiting(&self) -> usize {
        self.table.iter().map(|signal| signal.waits.len()).sum()
    }
}

/// A wait for changes of a signal.
#[derive(Clone, Copy)]
pub(crate) struct SignalKey {
    signal: Local<Signal>,
    key: WaiterKey,
}

impl SignalKey {
    /// Whether the wait goes on; then it wakes this task from now on.
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
    /// Adds a waiter to a signal; the first one has it watched.
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

impl Signal {
    /// Has the signal watched, if it is not.
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

    /// Up to 64 bits as two planes, of this signal or of the word that is like it.
    #[inline]
    pub(crate) fn read_small(&self, index: SignalIndex) -> PortResult<(u64, u64)> {
        if index.is_word() {
            return self.kernel.read_small_word(index);
        }
        self.kernel
            .port
            .read_small(self.handle, self.width, self.two_state)
    }

    /// The value, if it is known without asking whether it is.
    #[inline]
    pub(crate) fn read_direct(&self, index: SignalIndex) -> Option<u64> {
        let direct = self.direct.as_ref().filter(|_| !index.is_word())?;
        direct.load()
    }

    /// Keeps a write for the read-write phase, to this signal or to the word that is like it.
    #[inline]
    pub(crate) fn write(
        &'static self,
        index: SignalIndex,
        write: Write<'_>,
        place: &'static Location<'static>,
    ) -> Result<(), Box<WriteError>> {
        match write {
            Write::Small {
                value,
                unknown: 0,
                mask,
            } if self.keep_small(index, (value, mask), place) => Ok(()),
            _ => self.kernel.write(index, write, place).map_err(Box::new),
        }
    }

    /// Keeps a known value of up to 64 bits, and its mask; `false` if somebody has to be asked before.
    #[inline(never)] // out of the user's tasks
    pub(crate) fn keep_small(
        &'static self,
        index: SignalIndex,
        value: (u64, u64),
        place: &'static Location<'static>,
    ) -> bool {
        if index.is_word() || !self.takes_now() {
            return false;
        }
        let kernel = self.kernel;
        kernel.phases.want_read_write();
        kernel.writes.push_small(self, index, value, place);
        true
    }

    /// Writes a value, its unknown bits and its mask past the port, if there is a way and they leave no bit
    /// out; whether it did.
    #[inline]
    pub(super) fn put_known(&self, (value, unknown, mask): (u64, u64, u64)) -> bool {
        let all = self.all;
        match &self.direct {
            Some(direct) if unknown == 0 && mask & all == all => direct.store(value),
            _ => false,
        }
    }

    /// Whether whatever is known can be written now, and nobody need be asked.
    #[inline]
    fn takes_now(&self) -> bool {
        let kernel = self.kernel;
        self.takes_deposits.get()
            && !self.checks_writes
            && kernel.stage.get() != Stage::ReadOnly
            && !kernel.over.get()
    }

    #[inline]
    pub(super) fn target(&self) -> Target<'_> {
        Target {
            handle: self.handle,
            width: self.width,
            two_state: self.two_state,
            encoding: &self.description.encoding,
        }
    }

    fn read_scalar(&self, port: &dyn Port) -> Option<Logic> {
        self.try_read_scalar(port).ok()
    }

    fn try_read_scalar(&self, port: &dyn Port) -> PortResult<Logic> {
        if !self.two_state && port.quirks().vector_formats.has_nine_states() {
            // U to X is a change too.
            let mut vector = LogicVec::default();
            port.read(self.handle, &self.description.encoding, &mut vector)?;
            return Ok(vector.bit(0).unwrap_or(Logic::Unknown));
        }
        let (value, unknown) = port.read_small(self.handle, 1, self.two_state)?;
        Ok(scalar_of(value, unknown))
    }

    /// Writes a level past the port, if there is a way: whether it is a change that somebody may await,
    /// of which nobody else tells.
    #[inline(always)] // in the way of every clock
    pub(super) fn set_level(&self, level: bool) -> Option<bool> {
        let direct = self.direct.as_ref().filter(|_| self.scalar)?;
        direct.store_untold(u64::from(level))
    }

    /// The kernel itself has changed the watched signal to a level: wakes as [`Signals::changed`] does.
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

    /// Wakes those whose wait a change ends, first come first, but for the last one, who is returned.
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

    /// What a new value of one bit changes; `None` if it is the old one.
    #[inline]
    fn change_to(&self, new: Logic) -> Option<Change> {
        let old = self.last.replace(new);
        (old != new).then(|| Change::of(old, new))
    }

    /// What has changed, where the simulator did not bring the value along; `None` if nothing did.
    #[inline(never)]
    fn find_change(&self, port: &dyn Port) -> Option<Change> {
        match self.scalar.then(|| self.read_scalar(port)).flatten() {
            Some(new) => self.change_to(new),
            None => (!self.wide_is_unchanged(port)).then_some(Change::ANY),
        }
    }

    /// Wakes those whose wait a change ends, where several wait or one of them has a condition; `asked`:
    /// the only one has one, and its wait has been looked at.
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

    /// Asks the conditions of those who wait for one, and takes out those for whom it is over.
    #[inline(never)]
    fn ask_conditions(&self, woken: &mut Woken) {
        let mut asked: SmallVec<[(WaiterKey, Rc<Condition>); 4]> = SmallVec::new();
        for (key, wait, _) in self.waits.look().iter() {
            if let SignalWait::Until(condition) = wait {
                asked.push((key, Rc::clone(condition)));
            }
        }
        // The conditions are the user's: asked with nothing borrowed.
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

    fn unwatch(&self, port: &dyn Port) {
        if let Some(watch) = self.watch.take() {
            self.watch_generation
                .set(self.watch_generation.get().wrapping_add(1));
            self.idle_fires.set(0);
            *self.last_wide.borrow_mut() = None;
            port.unwatch(watch);
        }
    }

    /// Keeps the present value of a wide signal, where the next event may be none of a change.
    fn prepare_to_compare(&self, port: &dyn Port) {
        let quirks = port.quirks();
        let compares = quirks.idle_value_changes || self.compares_always;
        if compares && self.last_wide.borrow().is_none() {
            self.remember_wide(port);
        }
        if quirks.writes_take_a_cycle && port.is_write_pending(self.handle) {
            // Its change is yet to come, and it was made before anybody waited for one.
            self.remember_wide(port);
            self.compares_next.set(true);
        }
    }

    fn remember_wide(&self, port: &dyn Port) {
        let value = match self.description.encoding {
            Encoding::Logic { .. } => {
                let mut value = LogicVec::zeros(0);
                port.read(self.handle, &self.description.encoding, &mut value)
                    .map(|()| Last::Bits(value))
            }
            Encoding::Real => port.read_real(self.handle).map(Last::Real),
            Encoding::Text => port.read_text(self.handle).map(Last::Text),
            Encoding::None => return,
        };
        if let Ok(value) = value {
            *self.last_wide.borrow_mut() = Some(value);
        }
    }

    /// The event came without a change, as some simulators send for forced signals, at the very start,
    /// and for each assignment to an element. Only there the value is compared, which costs a read.
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

/// What the design is known to do with an object. Only ports tell: an output of the top, or a net of
/// Verilog that is an output of a module inside. Variables inside of the design are state, which a
/// testbench may set, also where they are outputs of their module.
fn driven(description: &Description, quirks: &Quirks) -> Driven {
    let scope = description.path.strip_suffix(&description.name);
    let of_the_top = scope.is_some_and(|scope| !scope.trim_end_matches('.').contains('.'));
    let is_vhdl = quirks.vector_formats.has_nine_states();
    let is_net = description.kind == ObjectKind::Net && !is_vhdl;
    match description.direction {
        Some(Direction::Output) if is_net => Driven::Continuously,
        Some(Direction::Output) if of_the_top || is_vhdl => Driven::ByProcesses,
        Some(Direction::Output | Direction::InOut) => Driven::No,
        Some(Direction::Input) if of_the_top => Driven::No,
        _ if is_net && quirks.images_tell_drivers => Driven::Unasked,
        _ => Driven::No,
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
fn from_token(token: u64) -> (u32, u32) {
    (token as u32, (token >> 32) as u32)
}
