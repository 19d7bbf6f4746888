//! The trait [`Port`]: the simulator, as the scheduler sees it.

use std::cell::Cell;

use super::{
    Agenda, CallbackHandle, Description, Driver, Encoding, Handle, Identity, Phase, PortError,
    PortResult, Quirks, verilator,
};
use crate::time::Precision;
use crate::value::{FieldLayout, LogicVec};

/// What a write does to the design's own drivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum WriteMode {
    /// Sets the value until the design changes it (`vpiNoDelay`).
    Deposit,
    /// Sets the value and holds it against the design (`vpiForceFlag`).
    Force,
    /// Ends a force; the value is ignored (`vpiReleaseFlag`).
    Release,
}

/// A value to write.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    /// Up to 64 bits as two planes.
    Planes {
        value: u64,
        unknown: u64,
    },
    /// A whole vector.
    Vector(&'a LogicVec),
    /// Some bits of an object. The port need not know which.
    Bits {
        unknown: bool,
    },
    Real(f64),
    Text(&'a str),
}

/// The simulator, seen from the scheduler.
///
/// Reads, writes, watches and waits allocate nothing and call the simulator once. From
/// [`Events::on_end`](super::Events::on_end) on, watches and waits are [`PortError::Over`]. Once it has returned, so is
/// everything fallible, and the rest returns what was last known.
///
/// Writes may call [`Listener::on_change`](super::Listener::on_change) before they return
/// ([`Quirks::put_runs_value_changes`]): hold no borrow across them that the receiver needs.
pub(crate) trait Port {
    /// Which simulator this is.
    fn identity(&self) -> &Identity;
    /// How it differs from the standard.
    fn quirks(&self) -> &Quirks;
    /// The command line of the simulation, plus-arguments included.
    fn arguments(&self) -> &[String];
    /// The time of one step.
    fn precision(&self) -> Precision;
    /// The present time, in steps.
    fn now(&self) -> u64;

    /// The scopes at the top of the design, packages and `$unit` last.
    fn roots(&self) -> Vec<Handle>;
    /// What a scope holds: scopes, nets, variables, parameters, arrays, events.
    /// An object that is not a scope holds nothing here.
    fn children(&self, scope: Handle) -> Vec<Handle>;
    /// Why [`children`](Port::children) of a scope is known to omit something that the design has.
    fn left_out(&self, _scope: Handle) -> Option<PortError> {
        None
    }
    /// The names of a scope's ports in the order of their declaration, if the simulator keeps that order and
    /// [`children`](Port::children) does not.
    fn ports(&self, _scope: Handle) -> Vec<String> {
        Vec::new()
    }
    /// Finds an object by its name relative to `scope`, or from the top.
    ///
    /// The name may go down through scopes (`core.next_count`), take an element of an array
    /// (`memory[3]`), and hold escaped identifiers with or without their backslash.
    fn find(&self, scope: Option<Handle>, name: &str) -> Option<Handle>;
    /// The element of an array at a declared index.
    fn element(&self, array: Handle, index: i64) -> Option<Handle>;
    /// The element of an array at a declared index, for one access. [Give it back](Port::give_back) afterwards.
    fn borrow_element(&self, array: Handle, index: i64) -> Option<Handle> {
        self.element(array, index)
    }
    /// Ends the access to an element, whose handle is not used any more.
    fn give_back(&self, _element: Handle) {}
    /// The element of an array at a declared index, if [`element`](Port::element) or
    /// [`find`](Port::find) may have given it before.
    fn known_element(&self, array: Handle, index: i64) -> Option<Handle> {
        self.element(array, index)
    }
    /// An object's own name, as in its [`Description`].
    fn name(&self, object: Handle) -> String;
    /// Everything known about an object. Calls the simulator many times: keep the result.
    fn describe(&self, object: Handle) -> Description;
    /// Whether a parameter cannot be overridden (`localparam`).
    fn is_local(&self, _parameter: Handle) -> bool {
        false
    }

    /// Makes a record, which has no value as a whole, an object whose value is that of its fields, laid out as a
    /// structure's. The error says how the structure's fields differ from the record's.
    fn structure(
        &self,
        _record: Handle,
        _fields: &'static [FieldLayout],
    ) -> Result<Handle, String> {
        Err("the simulator shows no records".to_owned())
    }
    /// Why an existing object has no value, or a scope no contents, if the port knows.
    fn hidden(&self, _object: Handle) -> Option<PortError> {
        None
    }
    /// Why an object cannot be read although it has a value, which may be written.
    fn unreadable(&self, _object: Handle) -> Option<PortError> {
        None
    }
    /// What is known about the object at this path that the design has and the simulator does not show.
    fn unshown(&self, _path: &str) -> Option<String> {
        None
    }
    /// The names that a scope declares and the simulator usually does not show, with what is known about each. Some
    /// of them may be shown after all.
    fn unlisted(&self, _scope: Handle) -> Vec<(String, String)> {
        Vec::new()
    }
    /// What is known about a path into a packed structure or array that the simulator shows as a plain vector.
    fn unshown_part(&self, _path: &str) -> Option<String> {
        None
    }
    /// What drives an object in the design. Called when the object is first written; the first call may be slow.
    fn driver(&self, _object: Handle, _description: &Description) -> Driver {
        Driver::Unknown
    }
    /// Why an object that is not constant cannot be written. `undriven`: the user declares that the design does not
    /// drive it.
    fn write_refusal(&self, _object: Handle, _undriven: bool) -> Option<PortError> {
        None
    }

    /// Whether the events of a watched object are assignments, including those of the same value.
    fn reports_assignments(&self, _object: Handle) -> bool {
        false
    }
    /// Whether writes to an object may be refused because of the value. If so, call
    /// [`check_write`](Port::check_write) before buffering one.
    fn checks_writes(&self, _object: Handle, _encoding: &Encoding) -> bool {
        false
    }
    /// Why a value cannot be written, as far as is known before the write.
    fn check_write(&self, _object: Handle, _value: Value<'_>) -> Result<(), PortError> {
        Ok(())
    }

    /// Direct access to an object of up to 64 bits, past this trait, if the port has it.
    fn direct(&'static self, _object: Handle) -> Option<verilator::Direct> {
        None
    }
    /// Reads any object of logic values into `into`, whose memory is reused.
    fn read(
        &self,
        object: Handle,
        encoding: &Encoding,
        into: &mut LogicVec,
    ) -> Result<(), PortError>;
    /// Reads up to 64 bits as two planes, encoded as in [`LogicVec::from_planes_u64`].
    fn read_small(&self, object: Handle, width: u32, two_state: bool) -> PortResult<(u64, u64)>;
    /// Reads a real number.
    fn read_real(&self, object: Handle) -> Result<f64, PortError>;
    /// Reads a string.
    fn read_text(&self, object: Handle) -> Result<String, PortError>;

    /// Writes any object of logic values. `value` has the object's width.
    fn write(
        &self,
        object: Handle,
        encoding: &Encoding,
        value: &LogicVec,
        mode: WriteMode,
    ) -> Result<(), PortError>;
    /// Writes up to 64 bits given as two planes.
    fn write_small(
        &self,
        object: Handle,
        width: u32,
        value: u64,
        unknown: u64,
        mode: WriteMode,
    ) -> PortResult<()>;
    /// Writes a real number.
    fn write_real(&self, object: Handle, value: f64, mode: WriteMode) -> Result<(), PortError>;
    /// Writes a string.
    fn write_text(&self, object: Handle, value: &str) -> Result<(), PortError>;
    /// Whether a value was written in this cycle and has not reached the design. Reads return it already. Only with
    /// [`Quirks::writes_take_a_cycle`].
    fn is_write_pending(&self, _object: Handle) -> bool {
        false
    }
    /// Limits the force on an object to these bits. `false` if all bits stay forced, because the simulator forces
    /// whole objects.
    fn hold_bits(&self, _object: Handle, _held: &LogicVec) -> PortResult<bool> {
        Ok(false)
    }
    /// Ends a force on any object.
    fn release(&self, object: Handle, encoding: &Encoding) -> Result<(), PortError>;

    /// Calls [`Listener::on_change`](super::Listener::on_change) at every change until [`unwatch`](Port::unwatch). With `scalar`,
    /// which is for objects of 1 bit, the event brings the value.
    fn watch(&self, object: Handle, scalar: bool, token: u64) -> Result<CallbackHandle, PortError>;
    /// Ends a watch.
    fn unwatch(&self, watch: CallbackHandle);
    /// Calls [`Listener::on_timer`](super::Listener::on_timer) after `steps`, once. A port with an
    /// [agenda](Port::agenda) calls [`Listener::on_deadline`](super::Listener::on_deadline) instead.
    fn after(&self, steps: u64, token: u64) -> PortResult<CallbackHandle>;
    /// The agenda from which the port takes the next deadline and the phases, instead of being asked for callbacks.
    fn agenda(&'static self) -> Option<&'static Agenda> {
        None
    }
    /// Cancels a delay that is not over. A handle whose event has been delivered is stale and must not be passed. See [`Quirks::cancelled_delays_fire`].
    fn cancel_after(&self, delay: CallbackHandle);
    /// Calls [`Listener::on_phase`](super::Listener::on_phase) when the phase comes, once.
    fn at_phase(&self, phase: Phase) -> PortResult<()>;

    /// Prints through the simulator, in order with its own output.
    fn print(&self, text: &str);
    /// Flushes what was printed.
    fn flush(&self);
    /// Ends the simulation after the present callback, as `$finish` does.
    fn finish(&self);
}

thread_local! {
    pub(super) static PORT: Cell<Option<&'static dyn Port>> = const { Cell::new(None) };
}

/// The port to this process's simulator, on the simulator's thread, from
/// [`Events::on_start`](super::Events::on_start) on.
pub(crate) fn port() -> Option<&'static dyn Port> {
    PORT.get()
}
