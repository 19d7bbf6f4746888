//! Forces: which signals are held, and by which line. Signals that a test leaves forced are released before
//! the next one begins.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::Location;

use super::index::SignalIndex;
use super::kernel::{Kernel, Region};
use super::write::{self, Write, WriteError};
use crate::simulator::WriteMode;
use crate::value::{Logic, LogicVec};

/// The forces that last, by signal.
#[derive(Default)]
pub(super) struct Forces(RefCell<BTreeMap<SignalIndex, Force>>);

struct Force {
    /// The line that forced last.
    place: &'static Location<'static>,
    /// `1` for each bit that is held; `None` if the whole signal is.
    parts: Option<LogicVec>,
}

impl Kernel {
    /// Writes at once, and holds the value against the design.
    pub(crate) fn force(
        &'static self,
        index: SignalIndex,
        write: Write<'_>,
        place: &'static Location<'static>,
    ) -> Result<(), WriteError> {
        self.hold(index, write, Force { place, parts: None })
    }

    /// Holds the bits of a part, `(low, width)`. The other bits are not held.
    pub(crate) fn force_part(
        &'static self,
        index: SignalIndex,
        part: (u32, u32),
        write: Write<'_>,
        place: &'static Location<'static>,
    ) -> Result<(), WriteError> {
        let index = self.entry(index);
        let nothing = LogicVec::zeros(self.signals.get(index).width);
        let held = match self.forces.0.borrow().get(&index) {
            Some(Force { parts: None, .. }) => None,
            Some(Force { parts, .. }) => parts.clone(),
            None => Some(nothing),
        };
        let parts = held.map(|held| marked(held, part, Logic::One));
        self.hold(index, write, Force { place, parts })
    }

    fn hold(
        &'static self,
        index: SignalIndex,
        write: Write<'_>,
        force: Force,
    ) -> Result<(), WriteError> {
        let index = self.entry(index);
        let signal = self.signals.get(index);
        self.check_writable(signal)?;
        // Before the write, which may call back.
        let before = signal.forced.replace(true);
        let written = write::put_now(self.port, signal.target(), write, WriteMode::Force);
        let written = match &force.parts {
            Some(parts) => {
                written.and_then(|()| self.port.hold_bits(signal.handle, parts).map(drop))
            }
            None => written,
        };
        match written {
            Ok(()) => {
                self.forces.0.borrow_mut().insert(index, force);
            }
            Err(_) => signal.forced.set(before),
        }
        Ok(written?)
    }

    /// Ends the force of a part. The signal is released once none of its bits is held.
    pub(crate) fn release_part(
        &'static self,
        index: SignalIndex,
        part: (u32, u32),
    ) -> Result<(), WriteError> {
        let index = self.entry(index);
        self.check_writable(self.signals.get(index))?;
        let mut forces = self.forces.0.borrow_mut();
        let last = match forces.get_mut(&index) {
            None => return Ok(()),
            Some(force) => {
                let width = self.signals.get(index).width;
                let held = force.parts.take().unwrap_or_else(|| LogicVec::ones(width));
                let held = marked(held, part, Logic::Zero);
                let last = held.count_ones() == 0;
                force.parts = Some(held);
                last
            }
        };
        let held = forces.get(&index).and_then(|force| force.parts.clone());
        drop(forces);
        match held {
            Some(held) if !last => {
                self.port.hold_bits(self.signals.get(index).handle, &held)?;
                Ok(())
            }
            _ => self.release(index),
        }
    }

    /// Ends a force.
    pub(crate) fn release(&'static self, index: SignalIndex) -> Result<(), WriteError> {
        let index = self.entry(index);
        let signal = self.signals.get(index);
        self.check_writable(signal)?;
        self.port
            .release(signal.handle, &signal.description.encoding)?;
        signal.forced.set(false);
        self.forces.0.borrow_mut().remove(&index);
        Ok(())
    }

    /// The paths of the forced signals, and the lines that forced them.
    pub(crate) fn forces(&self) -> Vec<(&str, &'static Location<'static>)> {
        let forces = self.forces.0.borrow();
        let path = |index| &*self.signals.get(index).description.path;
        let found = forces
            .iter()
            .map(|(&index, force)| (path(index), force.place));
        found.collect()
    }

    /// Ends all forces, except in the read-only phase, in which nothing can be written. Returns whether
    /// there were any.
    pub(crate) fn release_forces(&'static self) -> bool {
        if self.region.get() == Region::ReadOnly || self.over.get() {
            return false;
        }
        let forces = self.forces.0.take();
        for (&index, Force { place, .. }) in &forces {
            if let Err(error) = self.release(index) {
                let path = &self.signals.get(index).description.path;
                let text = format!("the force of `{path}` at {place} cannot be ended: {error}");
                (self.hooks.broken)(self, text);
            }
        }
        !forces.is_empty()
    }
}

/// The bits of a part, `(low, width)`, in one state.
fn marked(mut bits: LogicVec, (low, width): (u32, u32), state: Logic) -> LogicVec {
    let part = LogicVec::filled(width, state);
    bits.set_slice(low + width - 1, low, &part)
        .expect("a part is within its signal");
    bits
}
