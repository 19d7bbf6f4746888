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
    /// Ends a force; the value is not looked at (`vpiReleaseFlag`).
    Release,
}

/// A value that is to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    /// Up to 64 bits as two planes.
    Planes {
        value: u64,
        unknown: u64,
    },
    /// The whole of a vector.
    Vector(&'a LogicVec),
    /// Some bits of an object, whose others stay as they are; which, the port need not know.
    Bits {
        unknown: bool,
    },
    Real(f64),
    Text(&'a str),
}

/// The simulator, seen from the scheduler.
///
/// Reads, writes, watches and waits allocate nothing and ask the simulator once. From
/// [`Events::on_end`] on watches and waits are [`PortError::Over`]; once it has returned,
/// everything fallible is, and the rest answers from what was last known.
///
/// Writes may call [`Listener::on_change`] before they return
/// ([`Quirks::put_runs_value_changes`]): hold no borrow across them that the receiver needs.
pub(crate) trait Port {
    /// Which simulator this is.
    fn identity(&self) -> &Identity;
    /// How it differs.
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
    /// Why [`children`](Port::children) of a scope leaves something out that the simulator has, where
    /// that is known.
    fn left_out(&self, _scope: Handle) -> Option<PortError> {
        None
    }
    /// The names of a scope's ports in the order of their declaration, where the simulator keeps it
    /// and [`children`](Port::children) have another one.
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
    /// The element of an array at a declared index, for one access, after which it is to be given back.
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
    /// Everything known of an object. Asks the simulator many times: keep the answer.
    fn describe(&self, object: Handle) -> Description;
    /// Whether a parameter is fixed inside of its scope, so that nobody can set it.
    fn is_local(&self, _parameter: Handle) -> bool {
        false
    }

    /// A record, which has no value as a whole, as an object whose value is that of its fields in the bits
    /// of a structure; or in what the structure's fields are not those of the record.
    fn structure(
        &self,
        _record: Handle,
        _fields: &'static [FieldLayout],
    ) -> Result<Handle, String> {
        Err("the simulator shows no records".to_owned())
    }
    /// Why an object that is there has no value to read or to write, or a scope nothing in it, where the
    /// port knows.
    fn hidden(&self, _object: Handle) -> Option<PortError> {
        None
    }
    /// What is known of an object with this path, which the design has and the simulator does not show.
    fn unshown(&self, _path: &str) -> Option<String> {
        None
    }
    /// What the design has in a scope, by its declarations, that the simulator never shows, with what is known of
    /// it; some of it may be shown all the same.
    fn unlisted(&self, _scope: Handle) -> Vec<(String, String)> {
        Vec::new()
    }
    /// What is known of a path into an object that is shown as a vector, and is a packed structure or array, where
    /// nothing is shown at the path.
    fn unshown_part(&self, _path: &str) -> Option<String> {
        None
    }
    /// What in the design gives an object its value. Asked when it is first written; may take long, once.
    fn driver(&self, _object: Handle, _description: &Description) -> Driver {
        Driver::Unknown
    }
    /// Why nothing can be written to an object, other than that it is constant. `undriven`: the user
    /// says that the design does not drive it.
    fn write_refusal(&self, _object: Handle, _undriven: bool) -> Option<PortError> {
        None
    }

    /// Whether the events of a watched object tell of assignments, of the same value too.
    fn tells_assignments(&self, _object: Handle) -> bool {
        false
    }
    /// Whether writes to an object may be refused for their value: then
    /// [`check_write`](Port::check_write) is to be asked before one is kept for later.
    fn checks_writes(&self, _object: Handle, _encoding: &Encoding) -> bool {
        false
    }
    /// Why a value cannot be written, as far as that is known before it is.
    fn check_write(&self, _object: Handle, _value: Value<'_>) -> Result<(), PortError> {
        Ok(())
    }

    /// A way to an object of up to 64 bits past this trait, if there is one.
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
    /// Whether a value was written in this cycle and is not yet the design's; it is what a read
    /// finds all the same. Only where [`Quirks::writes_take_a_cycle`].
    fn is_write_pending(&self, _object: Handle) -> bool {
        false
    }
    /// Of an object that is forced, holds these bits alone; `false` where all of them stay held, since
    /// the simulator forces objects as a whole.
    fn hold_bits(&self, _object: Handle, _held: &LogicVec) -> PortResult<bool> {
        Ok(false)
    }
    /// Ends a force on any object.
    fn release(&self, object: Handle, encoding: &Encoding) -> Result<(), PortError>;

    /// Calls [`Listener::on_change`] at every change until [`unwatch`](Port::unwatch). With `scalar`,
    /// which is for objects of 1 bit, the event brings the value.
    fn watch(&self, object: Handle, scalar: bool, token: u64) -> Result<CallbackHandle, PortError>;
    /// Ends a watch.
    fn unwatch(&self, watch: CallbackHandle);
    /// Calls [`Listener::on_timer`] after `steps`, once; a port with an [agenda](Port::agenda) calls
    /// [`Listener::on_deadline`] instead.
    fn after(&self, steps: u64, token: u64) -> PortResult<CallbackHandle>;
    /// What the port looks at for the next deadline and for phases, which it then need not be asked for.
    fn agenda(&'static self) -> Option<&'static Agenda> {
        None
    }
    /// Cancels a delay that is not over; a handle whose event has been delivered is stale and
    /// must not be given. See [`Quirks::cancelled_delays_fire`].
    fn cancel_after(&self, delay: CallbackHandle);
    /// Calls [`Listener::on_phase`] when the phase comes, once.
    fn at_phase(&self, phase: Phase) -> PortResult<()>;

    /// Prints through the simulator, so that it comes in order in its log.
    fn print(&self, text: &str);
    /// Flushes what was printed.
    fn flush(&self);
    /// Ends the simulation after the present callback, as `$finish` does.
    fn finish(&self);
}

thread_local! {
    pub(super) static PORT: Cell<Option<&'static dyn Port>> = const { Cell::new(None) };
}

/// The port to this process's simulator; there from [`Events::on_start`] on, on the simulator's own
/// thread.
pub(crate) fn port() -> Option<&'static dyn Port> {
    PORT.get()
}
