//! What the layers above ask of the simulator, answered through VPI.

use std::ffi::CString;
use std::io::Write as _;

use super::{NO_TIME, VpiPort};
use crate::simulator::event;
use crate::simulator::{
    CallbackHandle, Description, Direction, Driver, Encoding, Handle, Identity, ObjectKind, Phase,
    Port, PortError, PortResult, Quirks, Value, WriteMode,
};
use crate::sys::vpi;
use crate::time::Precision;
use crate::value::LogicVec;

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
            None => self.own_name(object, ObjectKind::Other),
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

    fn driver(&self, object: Handle, description: &Description) -> Driver {
        let declared = self.declared_driver(object);
        // Both sides drive what leads both ways.
        let is_inout = description.direction == Some(Direction::InOut);
        if declared == Driver::Unknown && self.quirks.images_list_drivers && !is_inout {
            let image = self.arguments.first().map(String::as_str);
            return self.image.driver(&description.path, image);
        }
        declared
    }

    fn write_refusal(&self, object: Handle, undriven: bool) -> Option<PortError> {
        let Some(vhdl) = self.vhdl else {
            return self
                .refusal_of_inout(object)
                .or_else(|| self.refusal_of_read_only(object));
        };
        self.write_refusal_vhdl(vhdl, object, undriven)
    }

    fn is_write_pending(&self, object: Handle) -> bool {
        self.vhdl.is_some_and(|vhdl| vhdl.writes.is_written(object))
    }

    fn is_local(&self, parameter: Handle) -> bool {
        self.vhdl.is_none()
            && self.kind(parameter) == ObjectKind::Parameter
            && self.raw.get(vpi::vpiLocalParam, Some(parameter)) == Some(1)
    }

    fn reports_assignments(&self, object: Handle) -> bool {
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
