//! An entry of the table of signals: one signal of the design.

use std::cell::{Cell, RefCell};

use super::driven::{Driven, QuietLines};
use super::kernel::Kernel;
use super::signal_wait::SignalWait;
use super::watch::LastValue;
use super::write::Target;
use crate::simulator::verilator::Direct;
use crate::simulator::{CallbackHandle, Description, Encoding, Handle};
use crate::task::wait_queue::WaitQueue;
use crate::value::{Declared, Logic, low_mask};

#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, none excludes another"
)]
pub(crate) struct SignalEntry {
    pub(crate) kernel: &'static Kernel,
    pub(crate) handle: Handle,
    /// Bypasses the port, where that is possible.
    pub(super) direct: Option<Direct>,
    pub(crate) description: Description,
    /// The range and the meaning of its bits by the declaration.
    pub(crate) declared: Declared,
    pub(super) width: u32,
    /// A mask of its bits, if it has up to 64.
    pub(crate) all: u64,
    pub(super) two_state: bool,
    /// It is not a constant, and the simulator refuses no writes.
    pub(super) is_writable: Cell<bool>,
    pub(super) driven: Cell<Driven>,
    pub(super) quiet: QuietLines,
    /// It can be written without a force, and nobody need be asked or warned.
    pub(super) takes_deposits: Cell<bool>,
    /// Its type cannot hold every value: the port checks a write before it is buffered.
    pub(super) checks_writes: bool,
    pub(super) scalar: bool,
    pub(super) last: Cell<Logic>,
    /// The last value of a signal that is not scalar, where callbacks may come without a change.
    pub(super) last_wide: RefCell<Option<LastValue>>,
    /// A callback may mean an assignment without a change.
    pub(super) compares_always: bool,
    /// The value is compared at the next callback, once.
    pub(super) compares_next: Cell<bool>,
    pub(super) forced: Cell<bool>,
    pub(super) watch: Cell<Option<CallbackHandle>>,
    pub(super) watch_generation: Cell<u32>,
    pub(super) idle_fires: Cell<u32>,
    /// When it last changed, in steps, or when the watch began.
    pub(super) changed_at: Cell<u64>,
    pub(super) waits: WaitQueue<SignalWait>,
    /// The edges that tasks may await, a bit each; 0 if no task waits.
    pub(super) awaited: Cell<u8>,
    /// The position of its pending write in the buffer, or [`NOT_QUEUED`].
    pub(super) queued: Cell<u32>,
}

/// The position of a write that is not in the buffer.
pub(super) const NOT_QUEUED: u32 = u32::MAX;

impl SignalEntry {
    /// The entry of an object that has just been opened.
    pub(super) fn new(kernel: &'static Kernel, handle: Handle, description: Description) -> Self {
        let port = kernel.port;
        let (width, two_state) = match &description.encoding {
            Encoding::Logic {
                width, two_state, ..
            } => (*width, *two_state),
            _ => (0, false),
        };
        let is_writable = !description.constant && port.write_refusal(handle, false).is_none();
        let driven = Driven::of(&description, port.quirks());
        SignalEntry {
            kernel,
            handle,
            direct: port.direct(handle),
            declared: description.declared(),
            width,
            all: low_mask(width.min(64)),
            two_state,
            is_writable: Cell::new(is_writable),
            driven: Cell::new(driven),
            quiet: QuietLines::default(),
            takes_deposits: Cell::new(is_writable && driven == Driven::No),
            compares_always: width != 1 && port.reports_assignments(handle),
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
        }
    }

    /// Writes a value with its unknown bits and its mask past the port, if that is possible and all bits
    /// are known and written. Returns whether it was written.
    #[inline]
    pub(super) fn put_known(&self, (value, unknown, mask): (u64, u64, u64)) -> bool {
        let all = self.all;
        match &self.direct {
            Some(direct) if unknown == 0 && mask & all == all => direct.store(value),
            _ => false,
        }
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

    /// Writes a level past the port, if that is possible. Returns whether that changes a watched signal,
    /// for which no callback comes.
    #[inline(always)] // on the path of every clock
    pub(super) fn set_level(&self, level: bool) -> Option<bool> {
        let direct = self.direct.as_ref().filter(|_| self.scalar)?;
        direct.store_silently(u64::from(level))
    }
}
