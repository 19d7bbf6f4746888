//! What the design drives: a write to it is refused, or made with a warning.

use std::cell::RefCell;
use std::panic::Location;

use super::kernel::Kernel;
use super::signal::SignalEntry;
use super::write::{Write, WriteError};
use crate::simulator::{Description, Direction, Driver, Encoding, ObjectKind, Processes, Quirks};
use crate::value::{Logic, LogicVec};

/// How the design drives a signal, as far as is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Driven {
    No,
    /// Not known yet: the port is asked at the first write.
    Unasked,
    /// It is an output, so a written value stays until the design's next assignment.
    Output,
    /// Processes assign it.
    ByProcesses,
    /// Processes assign some of its bits, and perhaps not all.
    InParts,
    /// It is always driven, so a written value has no effect.
    Continuously,
}

impl Driven {
    /// From the direction of a port.
    pub(super) fn of(description: &Description, quirks: &Quirks) -> Driven {
        let scope = description.path.strip_suffix(&description.name);
        let of_the_top = scope.is_some_and(|scope| !scope.trim_end_matches('.').contains('.'));
        let is_vhdl = quirks.vector_formats.has_nine_states();
        let is_net = description.kind == ObjectKind::Net && !is_vhdl;
        match description.direction {
            Some(Direction::Output) if is_net => Driven::Continuously,
            Some(Direction::Output) if of_the_top || is_vhdl => Driven::Output,
            Some(Direction::Input) if of_the_top => Driven::No,
            _ => Driven::Unasked,
        }
    }

    /// From the simulator's port.
    fn by(driver: &Driver) -> Driven {
        match driver {
            Driver::Unknown => Driven::No,
            Driver::Processes(Processes { whole: true, .. }) => Driven::ByProcesses,
            Driver::Processes(Processes { whole: false, .. }) => Driven::InParts,
            Driver::Continuous => Driven::Continuously,
        }
    }
}

/// The lines of the running test whose writes to a signal need no warning: it was given already, or the
/// write is deliberate.
#[derive(Default)]
pub(super) struct QuietLines(RefCell<Vec<&'static Location<'static>>>);

impl QuietLines {
    /// Adds a line. Returns whether it is new.
    pub(super) fn add(&self, line: &'static Location<'static>) -> bool {
        let mut lines = self.0.borrow_mut();
        let is_new = !lines.contains(&line);
        if is_new {
            lines.push(line);
        }
        is_new
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.0.borrow().len()
    }

    pub(super) fn clear(&self) {
        self.0.borrow_mut().clear();
    }
}

impl Kernel {
    /// Checks that a signal can be written. A signal that processes of the design assign can, with a
    /// warning for each line.
    #[cold]
    pub(super) fn check_deposit(
        &self,
        signal: &SignalEntry,
        write: &Write<'_>,
        place: &'static Location<'static>,
    ) -> Result<(), WriteError> {
        self.check_writable(signal)?;
        if signal.driven.get() == Driven::Unasked {
            signal.driven.set(self.ask_driver(signal));
        }
        match signal.driven.get() {
            Driven::Continuously => return Err(WriteError::Driven),
            Driven::No | Driven::Unasked => signal.takes_deposits.set(true),
            // The other bits may be driven by the testbench.
            Driven::InParts if write.is_part(signal.width) => {}
            Driven::Output | Driven::ByProcesses | Driven::InParts => {
                if signal.quiet.add(place) {
                    self.warn_of_driver(signal, place);
                }
            }
        }
        Ok(())
    }

    fn ask_driver(&self, signal: &SignalEntry) -> Driven {
        let driver = self.port.driver(signal.handle, &signal.description);
        // Both sides assign what leads both ways.
        let is_inout = signal.description.direction == Some(Direction::InOut);
        match Driven::by(&driver) {
            Driven::ByProcesses | Driven::InParts if is_inout => Driven::No,
            Driven::No => Driven::No,
            _ if !self.holds_a_value(signal) => Driven::No,
            driven => driven,
        }
    }

    /// Whether a driver is not at high impedance now, as an idle driver of a bus is.
    fn holds_a_value(&self, signal: &SignalEntry) -> bool {
        let mut value = LogicVec::default();
        let encoding = &signal.description.encoding;
        if !matches!(encoding, Encoding::Logic { .. }) {
            return true;
        }
        let read = self.port.read(signal.handle, encoding, &mut value);
        let is_open = |bit| value.bit(bit) == Some(Logic::HighImpedance);
        read.is_err() || !(0..value.width()).any(is_open)
    }

    fn warn_of_driver(&self, signal: &SignalEntry, place: &'static Location<'static>) {
        let path = &signal.description.path;
        let what = match self.port.driver(signal.handle, &signal.description) {
            Driver::Processes(Processes { place, .. }) => {
                let place = place.map_or_else(String::new, |place| format!(" {place}"));
                format!("is assigned by a process of the design{place}")
            }
            _ => "is an output of the design".to_owned(),
        };
        log::warn!(
            "`{path}`, which is set at {place}, {what}: the value lasts only until the design assigns the next \
             one, and a test that reads it back proves nothing; set an input instead, hold the value with `force`, \
             or use `deposit` if this is meant"
        );
    }
}
