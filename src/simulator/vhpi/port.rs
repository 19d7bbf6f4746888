//! What the layers above ask of the simulator, answered through VHPI.

use std::io::Write as _;

use super::object::Object;
use super::raw;
use super::{VhpiPort, wrong_encoding};
use crate::simulator::event;
use crate::simulator::{
    CallbackHandle, Description, Driver, Encoding, Handle, Identity, Phase, Port, PortError,
    PortResult, Quirks, Value, WriteMode,
};
use crate::sys::vhpi;
use crate::time::Precision;
use crate::value::{FieldLayout, LogicVec};

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

    fn unreadable(&self, object: Handle) -> Option<PortError> {
        let object = Object::of(object);
        self.unreadable_value(object, self.shape(object))
    }

    /// From the file alone: NVC has none of the relations of drivers that VHPI defines.
    fn driver(&self, _: Handle, description: &Description) -> Driver {
        if self.declared.is_empty() {
            return Driver::Unknown;
        }
        self.declared.driver(&description.path.to_lowercase())
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
            // No one is left to report an error to. The run then ends once no event is left.
            let _ = self.raw.finish();
        }
    }
}
