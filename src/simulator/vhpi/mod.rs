//! The port over VHPI (IEEE 1076-2008, clauses 21 to 23).
//!
//! Written for NVC, the only open simulator that has VHPI. Where the standard lets others differ, this port does the
//! following:
//!
//! * Names keep the source's case in `vhpiCaseNameP` (NVC has capitals there too), so they are shown
//!   as they stand there; they are compared without case anywhere.
//! * `vhpiLineNoP`, variables and the regions of processes and subprograms are queried, and shown if the simulator
//!   has them. NVC has none of them, and shows if-generates and case-generates as blocks.
//! * Simulated time counts the resolution limit, which is queried. It is a femtosecond on NVC and often a picosecond
//!   elsewhere.
//! * Integers of 64 bits are passed as `vhpiLongIntVal`, if the simulator reports that as their format.
//! * `vhpi_put_value` may change the value, and call value-change callbacks, before it returns. Such a callback is only
//!   passed on, as by the VPI port.
//!
//! NVC 1 ends the process when it is asked for the type of an object whose type comes from a package
//! that is instantiated in an architecture. Such an object cannot be recognized beforehand. A look-up by name queries
//! only the object that it finds; a list of a scope queries everything in it.

mod callback;
mod cursor;
mod description;
mod handles;
mod hierarchy;
mod object;
mod port;
mod position;
mod raw;
mod read;
mod scalar;
mod shape;
mod structure;
mod types;
mod write;
mod written;

use std::cell::{Cell, OnceCell, RefCell};

use callback::{Delay, Zero};
use handles::Handles;
use object::{Contents, Object};
use raw::{Interface, Missing};

use super::declarations::Declarations;
use super::event::check_not_over;
use super::{Encoding, Events, Identity, Phase, PortError, Quirks, Unusable, event};
use crate::sys::vhpi;
use crate::time::Precision;

/// The simulator behind VHPI. There is one in a process, on the simulator's thread.
struct VhpiPort {
    raw: Interface,
    identity: Identity,
    quirks: Quirks,
    arguments: Vec<String>,
    precision: Precision,
    /// The simulator's last known time.
    last_time: Cell<u64>,
    /// A callback of the simulator is being served.
    inside: Cell<bool>,
    /// The phase that it is for.
    phase: Cell<Option<Phase>>,
    /// The callback has written something, so a cycle follows in this time step.
    cycle_asked_for: Cell<bool>,
    /// A read-write phase was requested in one.
    read_write_again: Cell<bool>,
    zeros: RefCell<Vec<Zero>>,
    last_zero: Cell<usize>,
    delays: RefCell<Vec<Delay>>,
    /// What was written since the time and cycle beside it, and whether that was before the first
    /// cycle of a time step.
    written: RefCell<Vec<&'static Object>>,
    written_at: Cell<((u64, i64), bool)>,
    /// The buffer for writes of vectors.
    positions: Cell<Vec<u32>>,
    /// The buffer for reads of wide vectors.
    characters: Cell<Vec<u8>>,
    top: OnceCell<Contents>,
    handles: Handles,
    declared: Declarations,
}

thread_local! {
    /// The port of this thread, for methods that the trait does not have.
    static PORT: Cell<Option<&'static VhpiPort>> = const { Cell::new(None) };
}

#[inline]
fn port() -> Option<&'static VhpiPort> {
    PORT.get()
}

/// Registers with the simulator; the work of the start-up routine. Nothing else is touched.
///
/// # Errors
///
/// Why the simulator cannot be used.
pub(crate) fn start_up() -> Result<(), String> {
    let raw = Interface::load().map_err(|error| error.to_string())?;
    match callback::register_start_and_end(&raw) {
        Ok(true) => Ok(()),
        // GHDL has the functions and does nothing in them.
        Ok(false) => Err(
            "it refuses callbacks over VHPI; load the plugin into GHDL with `--vpi=` \
             in place of `--vhpi=`"
                .to_owned(),
        ),
        Err(Missing(function)) => Err(format!("it does not export `{function}`")),
    }
}

/// The start of simulation: makes the port.
fn start(events: &'static dyn Events) {
    match VhpiPort::open() {
        Ok(port) => {
            let port: &'static VhpiPort = Box::leak(Box::new(port));
            PORT.set(Some(port));
            super::port::PORT.set(Some(port));
            events.on_start(port);
        }
        Err(reason) => event::escaped(Box::new(Unusable(reason))),
    }
}

/// The end of simulation.
fn end() {
    if event::end()
        && let Some(port) = port()
    {
        port.release_everything();
    }
}

/// The power of ten of a second that equals a resolution limit in femtoseconds.
fn exponent_of(femtoseconds: i64) -> Option<i32> {
    let zeros = femtoseconds.checked_ilog10()?;
    (10_i64.checked_pow(zeros)? == femtoseconds).then_some(zeros.cast_signed() - 15)
}

#[cold]
fn refusal(operation: &'static str, object: &Object, message: String) -> PortError {
    PortError::Refused {
        operation,
        path: object.path().into_owned(),
        message,
    }
}

#[cold]
fn wrong_encoding(operation: &'static str, object: &Object, encoding: Encoding) -> PortError {
    refusal(operation, object, format!("it is declared as {encoding}"))
}

impl VhpiPort {
    fn open() -> Result<VhpiPort, String> {
        let raw = Interface::load().map_err(|error| error.to_string())?;
        let tool = raw.related(vhpi::vhpiTool, None);
        let text = |property| tool.and_then(|tool| raw.get_text(property, tool));
        let identity = Identity {
            product: text(vhpi::vhpiNameP).unwrap_or_default(),
            version: text(vhpi::vhpiToolVersionP).unwrap_or_default(),
            interface: "VHPI",
        };
        let arguments = raw.all_related(vhpi::vhpiArgvs, tool);
        let arguments = arguments.into_iter().map(|argument| {
            let text = raw.get_text(vhpi::vhpiStrValP, argument);
            raw.release(argument);
            text.unwrap_or_default()
        });
        let arguments = arguments.collect();
        if let Some(tool) = tool {
            raw.release(tool);
        }
        let quirks = Quirks::of(&identity);
        let exponent = raw
            .get_physical(vhpi::vhpiResolutionLimitP, None)
            .and_then(exponent_of)
            .ok_or_else(|| format!("{identity} gives no time precision"))?;
        let precision = Precision::new(exponent).map_err(|error| format!("{identity}: {error}"))?;
        let handles = Handles::new(&raw, quirks.handles_are_searched);
        Ok(VhpiPort {
            raw,
            identity,
            quirks,
            arguments,
            precision,
            last_time: Cell::new(0),
            inside: Cell::new(false),
            phase: Cell::new(None),
            cycle_asked_for: Cell::new(false),
            read_write_again: Cell::new(false),
            zeros: RefCell::default(),
            last_zero: Cell::new(usize::MAX),
            delays: RefCell::default(),
            written: RefCell::default(),
            written_at: Cell::default(),
            positions: Cell::default(),
            characters: Cell::default(),
            top: OnceCell::new(),
            handles,
            declared: Declarations::read()?,
        })
    }

    /// Notes a written object. Reads return the written value until the next cycle.
    fn note_write(&self, object: &'static Object) {
        if let Some(element) = &object.stands_for
            && element.array.parts().has_written()
        {
            // Another element of the array was noted.
            return;
        }
        let mut written = self.written.borrow_mut();
        if written.is_empty() {
            let time = self.raw.time().unwrap_or_default();
            // The write takes effect in the cycle that is about to begin, whose number is read now.
            let before = self.phase.get() == Some(Phase::NextTimeStep);
            self.written_at.set((time, before));
        }
        written.push(object);
    }

    /// Forgets what was written in an earlier cycle.
    #[inline]
    fn forget_written(&self) {
        if !self.written.borrow().is_empty() {
            let (at, before) = self.written_at.get();
            if before || self.raw.time() != Some(at) {
                for object in self.written.borrow_mut().drain(..) {
                    object.written.forget();
                    if let Some(element) = &object.stands_for {
                        element.array.parts().forget_written();
                    }
                }
            }
        }
    }

    /// Releases every handle, once the simulation is over and no call can follow.
    fn release_everything(&self) {
        let delays = self.delays.take().into_iter().map(Delay::into_raw);
        for raw in self.handles.take().chain(delays) {
            self.raw.release(raw);
        }
    }

    #[cold]
    fn missing(&self, Missing(function): Missing) -> PortError {
        PortError::Missing {
            function,
            simulator: self.identity.to_string(),
        }
    }

    #[cold]
    fn unsupported(&self, operation: &str, object: &Object, what: &str, remedy: &str) -> PortError {
        PortError::Unsupported {
            what: format!("{operation} `{}`, {what}", object.path()),
            simulator: self.identity.to_string(),
            remedy: remedy.to_owned(),
        }
    }

    /// A refusal, with the simulator's own message if it has one.
    #[cold]
    fn refused(&self, operation: &'static str, object: &Object) -> PortError {
        let message = self.raw.error();
        let message = message.unwrap_or_else(|| format!("{} refuses", self.identity));
        refusal(operation, object, message)
    }

    #[cold]
    fn refused_simulation(&self, operation: &'static str) -> PortError {
        let message = self.raw.error();
        PortError::Refused {
            operation,
            path: "the simulation".to_owned(),
            message: message.unwrap_or_else(|| format!("{} refuses", self.identity)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resolution_limit_is_a_power_of_ten() {
        assert_eq!(exponent_of(1), Some(-15));
        assert_eq!(exponent_of(1_000_000), Some(-9));
        assert_eq!(exponent_of(10), Some(-14));
        assert_eq!(exponent_of(0), None);
        assert_eq!(exponent_of(5), None);
    }
}
