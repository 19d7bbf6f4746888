//! The port over VPI (IEEE 1800-2017, clauses 36 to 38).

mod callback;
mod declared;
mod description;
mod digits;
mod hierarchy;
mod image;
mod known_time;
mod nameless;
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
use std::ffi::CString;
use std::io::Write as _;

use raw::{Interface, Missing};
use vhdl::Vhdl;

use super::event::check_not_over;
use super::{
    CallbackHandle, Description, Encoding, Events, Handle, Identity, Phase, Port, PortError,
    PortResult, Quirks, Unusable, Value, VectorFormats, WriteMode, event,
};
use crate::sys::vpi::{self, t_vpi_vecval};
use crate::time::Precision;
use crate::value::LogicVec;

/// From here on, what a simulator gives is not a time that any simulation reaches.
const NO_TIME: u64 = i64::MAX as u64;

/// The simulator behind VPI. One a process, on the simulator's thread.
struct VpiPort {
    raw: Interface,
    identity: Identity,
    quirks: Quirks,
    /// From [`Quirks`], beside the code that asks for them in every read and write.
    errors_are_silent: bool,
    integers_extend: bool,
    formats: VectorFormats,
    /// What a simulator of VHDL needs beyond.
    vhdl: Option<&'static Vhdl>,
    arguments: Vec<String>,
    precision: Precision,
    /// The last time the simulator gave that can be believed.
    last_time: Cell<u64>,
    /// The buffer for writes of wide vectors.
    elements: Cell<Vec<t_vpi_vecval>>,
    /// The buffer for reads of wide vectors.
    words: Cell<Vec<(u64, u64)>>,
    /// The buffer for writes of strings of digits.
    digits: Cell<Vec<u8>>,
    scopes: RefCell<scope::Scopes>,
    /// What the simulator does not tell of declarations.
    declared: declared::Declared,
    image: image::Image,
    /// What has to be kept for a simulator that compares values and makes handles anew.
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
            super::PORT.set(Some(port));
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

impl Port for VpiPort {
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
        if event::is_over() {
            return self.last_time.get();
        }
        if let Some(vhdl) = self.vhdl
            && let Some(time) = vhdl.time.present()
        {
            debug_assert!(
                self.raw
                    .time()
                    .is_none_or(|asked| asked == time || asked >= NO_TIME),
                "it is {:?}, not {time}",
                self.raw.time()
            );
            self.last_time.set(time);
            return time;
        }
        match self.raw.time() {
            // What GHDL gives at the end, and no time any simulation reaches.
            Some(time) if time < NO_TIME => {
                self.last_time.set(time);
                if let Some(vhdl) = self.vhdl {
                    vhdl.time.was_asked_for(time);
                }
                time
            }
            _ => self.last_time.get(),
        }
    }

    fn roots(&self) -> Vec<Handle> {
        self.all_roots()
    }

    fn ports(&self, scope: Handle) -> Vec<String> {
        self.declared_ports(scope)
    }

    fn children(&self, scope: Handle) -> Vec<Handle> {
        self.all_children(scope)
    }

    fn find(&self, scope: Option<Handle>, name: &str) -> Option<Handle> {
        self.find_by_path(scope, name)
    }

    fn element(&self, array: Handle, index: i64) -> Option<Handle> {
        self.array_element(array, index)
    }

    fn left_out(&self, scope: Handle) -> Option<PortError> {
        self.nameless_vhdl(self.vhdl?, scope)
    }

    fn borrow_element(&self, array: Handle, index: i64) -> Option<Handle> {
        if self.vhdl.is_some() || self.quirks.handles_are_not_unique {
            return self.array_element(array, index);
        }
        self.plain_element(array, index)
    }

    fn known_element(&self, array: Handle, index: i64) -> Option<Handle> {
        self.borrow_element(array, index)
    }

    fn name(&self, object: Handle) -> String {
        if event::is_over() {
            return String::new();
        }
        match self.vhdl {
            Some(vhdl) => vhdl.name(object),
            None if self.quirks.generate_scopes_are_hidden => {
                self.own_name(object, self.kind(object))
            }
            None => self.own_name(object, super::ObjectKind::Other),
        }
    }

    fn describe(&self, object: Handle) -> Description {
        match self.vhdl {
            Some(vhdl) => self.describe_vhdl(vhdl, object),
            None => self.description(object),
        }
    }

    fn hidden(&self, object: Handle) -> Option<PortError> {
        self.hidden_vhdl(self.vhdl?, object)
    }

    fn unshown(&self, path: &str) -> Option<String> {
        self.unshown_declared(path)
    }

    fn unlisted(&self, scope: Handle) -> Vec<(String, String)> {
        self.unlisted_declared(scope)
    }

    fn unshown_part(&self, path: &str) -> Option<String> {
        self.declared.unshown_part(path, &self.identity)
    }

    fn is_always_driven(&self, object: Handle) -> bool {
        self.is_declared_driven(object)
    }

    fn write_refusal(&self, object: Handle, undriven: bool) -> Option<PortError> {
        let Some(vhdl) = self.vhdl else {
            return self
                .refusal_of_inout(object)
                .or_else(|| self.refusal_of_read_only(object));
        };
        self.write_refusal_vhdl(vhdl, object, undriven)
    }

    fn is_driven(&self, _net: Handle, path: &str) -> bool {
        let image = self.arguments.first();
        self.quirks.images_tell_drivers && self.image.is_driven(path, image.map(String::as_str))
    }

    fn is_write_pending(&self, object: Handle) -> bool {
        self.vhdl.is_some_and(|vhdl| vhdl.writes.is_written(object))
    }

    fn is_local(&self, parameter: Handle) -> bool {
        self.vhdl.is_none()
            && self.kind(parameter) == super::ObjectKind::Parameter
            && self.raw.get(vpi::vpiLocalParam, Some(parameter)) == Some(1)
    }

    fn tells_assignments(&self, object: Handle) -> bool {
        self.quirks.element_events_are_assignments && self.vpi_type(object) == vpi::vpiMemoryWord
    }

    fn checks_writes(&self, object: Handle, encoding: &Encoding) -> bool {
        matches!(encoding, Encoding::Real | Encoding::Text) || self.is_copy(object)
    }

    fn check_write(&self, object: Handle, value: Value<'_>) -> Result<(), PortError> {
        self.check_no_copy(object)?;
        match value {
            Value::Real(_) => self.check_takes_reals(object),
            Value::Text(text) => self.text_to_write(object, text).map(drop),
            Value::Planes { .. } | Value::Vector(_) | Value::Bits { .. } => Ok(()),
        }
    }

    fn read(
        &self,
        object: Handle,
        encoding: &Encoding,
        into: &mut LogicVec,
    ) -> Result<(), PortError> {
        match *encoding {
            Encoding::Logic {
                width, two_state, ..
            } => self.read_logic(object, width, two_state, into),
            _ => Err(self.wrong_encoding("read", object, *encoding)),
        }
    }

    #[inline]
    fn read_small(&self, object: Handle, width: u32, two_state: bool) -> PortResult<(u64, u64)> {
        Ok(self.read_planes(object, width, two_state)?)
    }

    fn read_real(&self, object: Handle) -> Result<f64, PortError> {
        self.get_real(object)
    }

    fn read_text(&self, object: Handle) -> Result<String, PortError> {
        self.get_string(object)
    }

    fn write(
        &self,
        object: Handle,
        encoding: &Encoding,
        value: &LogicVec,
        mode: WriteMode,
    ) -> Result<(), PortError> {
        match *encoding {
            Encoding::Logic { width, .. } if width == value.width() => {
                self.write_logic(object, value, mode)
            }
            _ => Err(self.wrong_encoding("write", object, *encoding)),
        }
    }

    #[inline]
    fn write_small(
        &self,
        object: Handle,
        width: u32,
        value: u64,
        unknown: u64,
        mode: WriteMode,
    ) -> PortResult<()> {
        Ok(self.write_planes(object, width, value, unknown, mode)?)
    }

    fn write_real(&self, object: Handle, value: f64, mode: WriteMode) -> Result<(), PortError> {
        self.put_real(object, value, mode)
    }

    fn write_text(&self, object: Handle, value: &str) -> Result<(), PortError> {
        self.put_string(object, value)
    }

    fn release(&self, object: Handle, encoding: &Encoding) -> Result<(), PortError> {
        self.end_force(object, encoding)
    }

    fn hold_bits(&self, object: Handle, held: &LogicVec) -> PortResult<bool> {
        if !self.quirks.watches_compare || self.quirks.force_is_ignored {
            return Ok(false);
        }
        Ok(self.release_all_bits_but(object, held)?)
    }

    fn watch(&self, object: Handle, scalar: bool, token: u64) -> Result<CallbackHandle, PortError> {
        self.watch_changes(object, scalar, token)
    }

    fn unwatch(&self, watch: CallbackHandle) {
        if self.quirks.watches_compare {
            self.forget_watch(watch);
        }
        self.remove_callback(watch);
    }

    fn after(&self, steps: u64, token: u64) -> PortResult<CallbackHandle> {
        Ok(self.start_delay(steps, token)?)
    }

    fn cancel_after(&self, delay: CallbackHandle) {
        if self.quirks.fired_handles_are_ours {
            self.forget_delay(delay);
        }
        self.remove_callback(delay);
    }

    fn at_phase(&self, phase: Phase) -> PortResult<()> {
        Ok(self.await_phase(phase)?)
    }

    fn print(&self, text: &str) {
        let clean = CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default();
        if event::is_over() || !self.raw.print(&clean) {
            let _ = std::io::stdout().write_all(text.as_bytes());
        }
    }

    fn flush(&self) {
        if !event::is_over() {
            self.raw.flush();
        }
        let _ = std::io::stdout().flush();
    }

    fn finish(&self) {
        if event::is_over() || self.raw.finish().is_err() {
            return;
        }
        if self.quirks.finish_needs_delay {
            self.start_idle_delay();
        }
    }
}
