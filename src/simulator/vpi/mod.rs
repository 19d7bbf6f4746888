//! The port over VPI (IEEE 1800-2017, clauses 36 to 38).

mod callback;
mod declared;
mod description;
mod digits;
mod hierarchy;
mod image;
mod known_time;
mod nameless;
mod port;
mod probe;
mod raw;
mod scope;
mod time;
mod value;
mod verilator;
mod vhdl;
mod vhdl_value;
mod written;

use std::cell::{Cell, RefCell};

use raw::{Interface, Missing};
use vhdl::Vhdl;

use super::{
    Encoding, Events, Handle, Identity, PortError, Quirks, Unusable, VectorFormats, event,
};
use crate::sys::vpi::{self, t_vpi_vecval};
use crate::time::Precision;

/// No simulation reaches this time. GHDL returns such times at the end.
const NO_TIME: u64 = i64::MAX as u64;

/// The simulator behind VPI. There is one in a process, on the simulator's thread.
struct VpiPort {
    raw: Interface,
    identity: Identity,
    quirks: Quirks,
    /// Copied from [`Quirks`], since every read and write checks them.
    errors_are_silent: bool,
    integers_extend: bool,
    formats: VectorFormats,
    /// State for simulators of VHDL.
    vhdl: Option<&'static Vhdl>,
    arguments: Vec<String>,
    precision: Precision,
    /// The last plausible time of the simulator.
    last_time: Cell<u64>,
    /// The buffer for writes of wide vectors.
    elements: Cell<Vec<t_vpi_vecval>>,
    /// The buffer for reads of wide vectors.
    words: Cell<Vec<(u64, u64)>>,
    /// The buffer for writes of strings of digits.
    digits: Cell<Vec<u8>>,
    scopes: RefCell<scope::Scopes>,
    /// Facts about declarations that the simulator does not show.
    declared: declared::Declared,
    image: image::Image,
    /// State for Verilator, which compares values and makes new handles.
    kept: verilator::Kept,
}

thread_local! {
    /// The port, for callbacks of its own.
    static VPI: Cell<Option<&'static VpiPort>> = const { Cell::new(None) };
}

/// Registers with the simulator; the work of the start-up routine. Nothing else is touched: the
/// same routine runs in Icarus's compiler, and GHDL has no objects yet.
///
/// # Errors
///
/// Why this simulator cannot be used.
pub(crate) fn start_up() -> Result<(), String> {
    let raw = Interface::load().map_err(|error| error.to_string())?;
    callback::register_start_and_end(&raw)
        .map_err(|Missing(function)| format!("it does not export `{function}`"))
}

/// The start of simulation: makes the port.
fn start(events: &'static dyn Events) {
    match VpiPort::open() {
        Ok(port) => {
            let port: &'static VpiPort = Box::leak(Box::new(port));
            VPI.set(Some(port));
            super::port::PORT.set(Some(port));
            events.on_start(port);
        }
        Err(reason) => event::escaped(Box::new(Unusable(reason))),
    }
}

impl VpiPort {
    fn open() -> Result<VpiPort, String> {
        let raw = Interface::load().map_err(|error| error.to_string())?;
        let (product, version, arguments) = raw.information().unwrap_or_default();
        let identity = Identity {
            product,
            version,
            interface: "VPI",
        };
        let quirks = Quirks::of(&identity);
        if quirks.warnings_are_refusals {
            raw.refuse_from(vpi::vpiWarning);
        }
        if quirks.names_are_escaped {
            raw.unescape_names();
        }
        let exponent = raw
            .get(vpi::vpiTimePrecision, None)
            .ok_or_else(|| format!("{identity} gives no time precision"))?;
        let precision = Precision::new(exponent).map_err(|error| format!("{identity}: {error}"))?;
        Ok(VpiPort {
            errors_are_silent: quirks.errors_are_silent,
            integers_extend: quirks.integers_extend,
            formats: quirks.vector_formats,
            vhdl: (quirks.vector_formats == VectorFormats::BinaryString).then(callback::vhdl),
            raw,
            identity,
            quirks,
            arguments,
            precision,
            last_time: Cell::new(0),
            elements: Cell::default(),
            words: Cell::default(),
            digits: Cell::default(),
            scopes: RefCell::default(),
            declared: declared::Declared::read()?,
            image: image::Image::default(),
            kept: verilator::Kept::default(),
        })
    }

    #[cold]
    fn missing(&self, Missing(function): Missing) -> PortError {
        PortError::Missing {
            function,
            simulator: self.identity.to_string(),
        }
    }

    #[cold]
    fn unsupported(&self, what: &str, remedy: &str) -> PortError {
        PortError::Unsupported {
            what: what.to_owned(),
            simulator: self.identity.to_string(),
            remedy: remedy.to_owned(),
        }
    }

    #[cold]
    fn two_states_only(&self, object: Handle) -> PortError {
        PortError::two_states(&self.identity, &self.path(object))
    }

    #[cold]
    fn cannot_force(&self) -> PortError {
        self.unsupported(
            "force or release a signal",
            "drive it from the testbench alone, or use a simulator that can",
        )
    }

    /// A refusal, with the simulator's own message if it has one.
    #[cold]
    fn refused(&self, operation: &'static str, object: Handle) -> PortError {
        self.refused_or(operation, Some(object))
    }

    #[cold]
    fn refused_or(&self, operation: &'static str, object: Option<Handle>) -> PortError {
        let message = self.raw.error();
        PortError::Refused {
            operation,
            path: object.map_or_else(|| "the simulation".to_owned(), |object| self.path(object)),
            message: message.unwrap_or_else(|| format!("{} refuses", self.identity)),
        }
    }

    /// Turns the error of the last call, if it had one, into ours.
    fn check_error(&self, operation: &'static str, object: Handle) -> Result<(), PortError> {
        match self.raw.error() {
            None => Ok(()),
            Some(message) => Err(PortError::Refused {
                operation,
                path: self.path(object),
                message,
            }),
        }
    }

    #[cold]
    fn wrong_encoding(
        &self,
        operation: &'static str,
        object: Handle,
        encoding: Encoding,
    ) -> PortError {
        let message = format!("it is declared as {encoding}");
        PortError::Refused {
            operation,
            path: self.path(object),
            message,
        }
    }
}
