//! Forces: which signals are held, and by which line. What a test leaves forced is released before
//! the next one begins.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::Location;

use super::signal::SignalIndex;
use super::write::{self, Write, WriteError};
use super::{Kernel, Stage};
use crate::simulator::WriteMode;

/// The lines that forced, by signal.
#[derive(Default)]
pub(super) struct Forces(RefCell<BTreeMap<SignalIndex, &'static Location<'static>>>);

impl Kernel {
    /// Writes at once, and holds the value against whatever the design drives.
    pub(crate) fn force(
        &self,
        index: SignalIndex,
        write: Write<'_>,
        place: &'static Location<'static>,
    ) -> Result<(), WriteError> {
        let index = self.entry(index);
        let signal = self.signals.get(index);
        self.check_writable(signal)?;
        // Before the write, which may call back.
        let before = signal.forced.replace(true);
        let written = write::put_now(self.port, signal.target(), write, WriteMode::Force);
        match written {
            Ok(()) => {
                self.forces.0.borrow_mut().insert(index, place);
            }
            Err(_) => signal.forced.set(before),
        }
        Ok(written?)
    }

    /// Ends a force.
    pub(crate) fn release(&self, index: SignalIndex) -> Result<(), WriteError> {
        let index = self.entry(index);
        let signal = self.signals.get(index);
        self.check_writable(signal)?;
        self.port
            .release(signal.handle, &signal.description.encoding)?;
        signal.forced.set(false);
        self.forces.0.borrow_mut().remove(&index);
        Ok(())
    }

    /// The paths of the signals that are forced, and the lines that did it.
    pub(crate) fn forces(&self) -> Vec<(&str, &'static Location<'static>)> {
        let forces = self.forces.0.borrow();
        let path = |index| &*self.signals.get(index).description.path;
        let found = forces.iter().map(|(&index, &place)| (path(index), place));
        found.collect()
    }

    /// Ends all forces, unless this is the read-only phase, in which nothing can be written.
    /// `true` if there were any.
    pub(crate) fn release_forces(&'static self) -> bool {
        if self.stage.get() == Stage::ReadOnly || self.over.get() {
            return false;
        }
        let forces = self.forces.0.take();
        for (&index, place) in &forces {
            if let Err(error) = self.release(index) {
                let path = &self.signals.get(index).description.path;
                let text = format!("the force of `{path}` at {place} cannot be ended: {error}");
                (self.hooks.broken)(self, text);
            }
        }
        !forces.is_empty()
    }
}
