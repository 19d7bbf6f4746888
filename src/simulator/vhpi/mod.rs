//! The port over VHPI (IEEE 1076-2008, clauses 21 to 23).
//!
//! Written against NVC, the one open simulator that has it. What others are known to do otherwise
//! by the standard, and what this port makes of it:
//!
//! * Names keep the source's case in `vhpiCaseNameP` (NVC has capitals there too), so they are shown
//!   as they stand there; they are compared without case anywhere.
//! * `vhpiLineNoP`, variables and the regions of processes and subprograms are there; they are asked
//!   for, and shown where there is an answer. NVC has none of them, and shows if-generates and
//!   case-generates as blocks.
//! * Simulated time counts the resolution limit, which is asked for; it is a femtosecond on NVC and
//!   often a picosecond elsewhere.
//! * Integers of 64 bits come as `vhpiLongIntVal`, which is used where the simulator says that it
//!   holds them so.
//! * `vhpi_put_value` may change the value, and call value-change callbacks, before it returns; such
//!   a callback is only told on, as the VPI port's are.
//!
//! NVC 1 ends the process when it is asked for the type of an object whose type comes from a package
//! that is instantiated in an architecture. Nothing tells such an object beforehand; look-ups by name
//! ask only the objects that they find, lists of a scope ask all that it holds.

mod callback;
mod cursor;
mod description;
mod handles;
mod hierarchy;
mod object;
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
use std::io::Write as _;

use callback::{Delay, Zero};
use handles::Handles;
use object::{Contents, Object};
use raw::{Interface, Missing};

use super::event::check_not_over;
use super::{
    CallbackHandle, Description, Encoding, Events, Handle, Identity, Phase, Port, PortError,
    PortResult, Quirks, Unusable, Value, WriteMode, event,
};
use crate::sys::vhpi;
use crate::time::Precision;
use crate::value::{FieldLayout, LogicVec};

/// The simulator behind VHPI. One a process, on the simulator's thread.
struct VhpiPort {
    raw: Interface,
    identity: Identity,
    quirks: Quirks,
    arguments: Vec<String>,
    precision: Precision,
    /// The last time the simulator gave.
    last_time: Cell<u64>,
    /// A callback of the simulator's is being served.
    inside: Cell<bool>,
    /// The phase that it is for.
    phase: Cell<Option<Phase>>,
    /// It has written something, so that a cycle follows in this time step.
    cycle_asked_for: Cell<bool>,
    /// A read-write phase was asked for in one.
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
}

thread_local! {
    /// The port of this thread, for what the trait does not have.
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
            super::PORT.set(Some(port));
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

/// The power of ten that a resolution limit in femtoseconds is of a second.
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
        })
    }

    /// Notes that an object has a value written that is to be read until the next cycle.
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
            // What is written there takes effect in the cycle that is about to begin, which has
            // the number that is read now.
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

    /// Gives every handle back, when the simulation is over and nobody can ask any more.
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

impl Port for VhpiPort {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn quirks(&self) -> &Quirks {
        &self.quirks
    }

    fn arguments(&self) -> &[String] {
        &self.arguments
    }

    fn precision(&self) -> Precision {
        self.precision
    }

    fn now(&self) -> u64 {
        if !event::is_over()
            && let Some((time, _)) = self.raw.time()
        {
            self.last_time.set(time);
        }
        self.last_time.get()
    }

    fn roots(&self) -> Vec<Handle> {
        self.top().handles()
    }

    fn children(&self, scope: Handle) -> Vec<Handle> {
        self.contents(Object::of(scope)).handles()
    }

    fn find(&self, scope: Option<Handle>, name: &str) -> Option<Handle> {
        let found = self.find_by_path(scope.map(Object::of), name);
        found.map(Object::handle)
    }

    fn element(&self, array: Handle, index: i64) -> Option<Handle> {
        let element = self.array_element(Object::of(array), index);
        element.map(Object::handle)
    }

    fn borrow_element(&self, array: Handle, index: i64) -> Option<Handle> {
        let element = self.lend_element(Object::of(array), index);
        element.map(Object::handle)
    }

    fn give_back(&self, element: Handle) {
        self.give_back_element(Object::of(element));
    }

    fn known_element(&self, array: Handle, index: i64) -> Option<Handle> {
        let elements = Object::of(array).parts().elements.borrow();
        elements.get(&index).map(|element| element.handle())
    }

    fn name(&self, object: Handle) -> String {
        Object::of(object).name.to_string()
    }

    fn describe(&self, object: Handle) -> Description {
        self.description(Object::of(object))
    }

    fn is_local(&self, parameter: Handle) -> bool {
        let object = Object::of(parameter);
        let class = || self.with_handle(object, |raw| self.raw.get(vhpi::vhpiKindP, raw))?;
        object.is_constant()
            && !event::is_over()
            && class().and_then(|class| class.try_into().ok()) == Some(vhpi::vhpiConstDeclK)
    }

    fn structure(&self, record: Handle, fields: &'static [FieldLayout]) -> Result<Handle, String> {
        let structure = self.structure_of(Object::of(record), fields)?;
        Ok(structure.handle())
    }

    fn hidden(&self, object: Handle) -> Option<PortError> {
        self.hidden_contents(Object::of(object))
    }

    fn checks_writes(&self, object: Handle, _encoding: &Encoding) -> bool {
        self.refuses_values(Object::of(object))
    }

    fn check_write(&self, object: Handle, value: Value<'_>) -> Result<(), PortError> {
        self.check_value(Object::of(object), value)
    }

    fn read(
        &self,
        object: Handle,
        encoding: &Encoding,
        into: &mut LogicVec,
    ) -> Result<(), PortError> {
        let object = Object::of(object);
        match encoding {
            Encoding::Logic { .. } => self.read_vector(object, into),
            _ => Err(wrong_encoding("read", object, *encoding)),
        }
    }

    #[inline]
    fn read_small(&self, object: Handle, _width: u32, _two_state: bool) -> PortResult<(u64, u64)> {
        Ok(self.read_planes(Object::of(object))?)
    }

    fn read_real(&self, object: Handle) -> Result<f64, PortError> {
        self.get_real(Object::of(object))
    }

    fn read_text(&self, object: Handle) -> Result<String, PortError> {
        self.get_string(Object::of(object))
    }

    fn write(
        &self,
        object: Handle,
        encoding: &Encoding,
        value: &LogicVec,
        mode: WriteMode,
    ) -> Result<(), PortError> {
        let object = Object::of(object);
        match *encoding {
            Encoding::Logic { width, .. } if width == value.width() => {
                self.write_vector(object, value, mode)
            }
            _ => Err(wrong_encoding("write", object, *encoding)),
        }
    }

    #[inline]
    fn write_small(
        &self,
        object: Handle,
        _width: u32,
        value: u64,
        unknown: u64,
        mode: WriteMode,
    ) -> PortResult<()> {
        Ok(self.write_planes(Object::of(object), value, unknown, mode)?)
    }

    fn write_real(&self, object: Handle, value: f64, mode: WriteMode) -> Result<(), PortError> {
        self.put_real(Object::of(object), value, mode)
    }

    fn write_text(&self, object: Handle, value: &str) -> Result<(), PortError> {
        self.put_string(Object::of(object), value)
    }

    fn is_write_pending(&self, object: Handle) -> bool {
        let object = Object::of(object);
        match &object.structure {
            Some(structure) => structure.is_write_pending(),
            None => object.written.is_anything(),
        }
    }

    fn release(&self, object: Handle, _encoding: &Encoding) -> Result<(), PortError> {
        self.end_force(Object::of(object))
    }

    fn watch(&self, object: Handle, scalar: bool, token: u64) -> Result<CallbackHandle, PortError> {
        self.watch_changes(Object::of(object), scalar, token)
    }

    fn unwatch(&self, watch: CallbackHandle) {
        self.stop_watch(watch);
    }

    fn after(&self, steps: u64, token: u64) -> PortResult<CallbackHandle> {
        Ok(self.start_delay(steps, token)?)
    }

    fn cancel_after(&self, delay: CallbackHandle) {
        self.stop_delay(delay);
    }

    fn at_phase(&self, phase: Phase) -> PortResult<()> {
        Ok(self.await_phase(phase)?)
    }

    fn print(&self, text: &str) {
        let past_it = event::is_over() || self.quirks.prints_become_notes;
        if past_it || !self.raw.print(&raw::c_text(text)) {
            let _ = std::io::stdout().write_all(text.as_bytes());
        }
    }

    fn flush(&self) {
        let _ = std::io::stdout().flush();
    }

    fn finish(&self) {
        if !event::is_over() {
            // There is nobody to tell; the run ends with what it has to wait for.
            let _ = self.raw.finish();
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
