//! What the layers above ask of the simulator, answered from the model's memory.

use std::io::Write as _;

use super::memory::{Location, MemoryLayout};
use super::object::{Array, Body, Contents, Name, Object, Scope, Variable, Writable};
use super::run::{DOUBTED, FINISHED, WRITTEN};
use super::{Direct, ModelPort};
use crate::simulator::event::{self, check_not_over};
use crate::simulator::verilog_name;
use crate::simulator::{
    Agenda, CallbackHandle, Description, Driver, Encoding, Handle, Identity, Phase, Port,
    PortError, PortResult, Quirks, WriteMode, path,
};
use crate::time::Precision;
use crate::value::LogicVec;

impl ModelPort {
    fn contents(&self, scope: Option<&'static Object>) -> Option<&Contents> {
        match scope {
            None => Some(&self.roots),
            Some(scope) => match &scope.body {
                Body::Scope(scope) => Some(&scope.contents),
                Body::Variable(value) if !value.shape.own_members().is_empty() => {
                    Some(value.parts(&scope.path()))
                }
                _ => None,
            },
        }
    }

    fn child(&self, scope: Option<&'static Object>, name: &str) -> Option<&'static Object> {
        if let Some(object) = self.contents(scope)?.get(verilog_name::plain(name)) {
            return Some(object);
        }
        let (base, index) = verilog_name::split_index(name)?;
        let array = self.child(scope, base)?;
        match &array.body {
            Body::Array(elements) => elements.element(array, index),
            Body::Variable(vector) => vector.element(index, || array.path()),
            Body::Scope(_) => None,
        }
    }

    #[cold]
    fn unsupported(&self, what: String, remedy: &str) -> PortError {
        PortError::Unsupported {
            what,
            simulator: self.identity.to_string(),
            remedy: remedy.to_owned(),
        }
    }

    #[cold]
    fn cannot_force(&self, object: &Object) -> PortError {
        let remedy = if self.identity.is_before(5, 32) {
            "it does so from version 5.032 on, for what is marked `forceable`: drive it from the \
             testbench alone, or use a simulator that can"
        } else {
            "it does so for what is marked: write `/*verilator forceable*/` behind its declaration, or \
             `forceable -module \"…\" -var \"…\"` into a file `.vlt` among the compile arguments"
        };
        self.unsupported(format!("force or release `{}`", object.path()), remedy)
    }

    /// The place of what is forced.
    fn to_force(&self, object: &'static Object) -> Result<Location, PortError> {
        if event::is_over() {
            return Err(PortError::Over);
        }
        match &object.body {
            Body::Variable(value) if value.location.get().can_be_forced() => {
                Ok(value.location.get())
            }
            Body::Variable(_) => Err(self.cannot_force(object)),
            _ => Err(refused("force", object, "it is not a variable")),
        }
    }

    fn refusal(&self, object: &Object, writable: Writable) -> Option<PortError> {
        let (what, remedy) = match writable {
            Writable::Yes | Writable::Constant => return None,
            Writable::InOut => {
                return Some(PortError::inout_of_top(&self.identity, &object.path()));
            }
            Writable::ReadOnly => (
                format!("write `{}`", object.path()),
                "it was published read-only",
            ),
            Writable::Copy => (
                format!("write the output `{}`", object.path()),
                "write what drives it; an output that the top itself stores can be written if an \
                 inner object of the top is bound as well",
            ),
        };
        Some(self.unsupported(what, remedy))
    }

    /// Why a value is not written.
    #[cold]
    fn not_written(
        &self,
        object: &'static Object,
        unknown: u64,
        mode: WriteMode,
    ) -> PortResult<()> {
        if unknown != 0 {
            return Err(PortError::two_states(&self.identity, &object.path()).into());
        }
        self.to_write(object, mode)?;
        Err(PortError::Over.into())
    }

    #[cold]
    fn force(&self, object: &'static Object, value: u64) -> PortResult<()> {
        let location = self.to_force(object)?;
        location.force_word(0, value, u64::MAX);
        self.notify_written(object.watch.get(), location);
        Ok(())
    }

    /// Writes to a writable variable. If the design may drive it, checks later whether the write lasts.
    #[inline]
    fn deposit(&self, object: &'static Object, variable: &Variable, store: impl FnOnce()) {
        if !variable.may_be_driven {
            store();
        } else if self.doubts.write(object, variable.location.get(), store) {
            self.note(DOUBTED);
        }
    }

    /// Where a write goes.
    fn to_write(
        &self,
        object: &'static Object,
        mode: WriteMode,
    ) -> Result<&'static Variable, PortError> {
        if event::is_over() {
            return Err(PortError::Over);
        }
        if mode != WriteMode::Deposit {
            return Err(self.cannot_force(object));
        }
        match &object.body {
            Body::Variable(value) if value.writable == Writable::Yes => Ok(value),
            Body::Variable(value) => Err(self
                .refusal(object, value.writable)
                .unwrap_or_else(|| refused("write", object, "it is constant"))),
            _ => Err(refused("write", object, "it is not a variable")),
        }
    }
}

/// Whether it is a scope, or a packed structure.
fn holds_names(object: &'static Object) -> bool {
    match &object.body {
        Body::Scope(_) => true,
        Body::Variable(value) => !value.shape.own_members().is_empty(),
        Body::Array(_) => false,
    }
}

/// Why there is nothing to read.
#[cold]
fn not_read<T>(object: Handle) -> PortResult<T> {
    variable("read", object)?;
    Err(PortError::Over.into())
}

#[inline]
fn variable(operation: &'static str, object: Handle) -> Result<&'static Variable, PortError> {
    check_not_over()?;
    let object = Object::of(object);
    match &object.body {
        Body::Variable(value) => Ok(value),
        _ => Err(refused(operation, object, "it is not a variable")),
    }
}

#[cold]
fn refused(operation: &'static str, object: &Object, message: &str) -> PortError {
    PortError::Refused {
        operation,
        path: object.path(),
        message: message.to_owned(),
    }
}

#[cold]
fn wrong_encoding(operation: &'static str, object: &Object, encoding: Encoding) -> PortError {
    refused(operation, object, &format!("it is declared as {encoding}"))
}

impl Port for ModelPort {
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

    #[inline]
    fn now(&self) -> u64 {
        self.now.get()
    }

    fn roots(&self) -> Vec<Handle> {
        self.roots
            .objects
            .iter()
            .map(|object| object.handle())
            .collect()
    }

    fn children(&self, scope: Handle) -> Vec<Handle> {
        let objects = self
            .contents(Some(Object::of(scope)))
            .map(|contents| &contents.objects);
        let objects = objects.into_iter().flatten();
        objects.map(|object| object.handle()).collect()
    }

    fn find(&self, scope: Option<Handle>, path: &str) -> Option<Handle> {
        if event::is_over() {
            return None;
        }
        let found = path::find(
            scope.map(Object::of),
            path,
            verilog_name::splits,
            |scope, name| self.child(scope, name),
            holds_names,
        );
        found.map(Object::handle)
    }

    fn element(&self, array: Handle, index: i64) -> Option<Handle> {
        let object = Object::of(array);
        match &object.body {
            Body::Array(array) => array.element(object, index).map(Object::handle),
            _ => None,
        }
    }

    fn borrow_element(&self, array: Handle, index: i64) -> Option<Handle> {
        let object = Object::of(array);
        match &object.body {
            Body::Array(array) => array.lend(object, index, &self.spare).map(Object::handle),
            _ => None,
        }
    }

    fn give_back(&self, element: Handle) {
        let object = Object::of(element);
        if let Name::Element { array, index } = &object.name
            && let Body::Array(array) = &array.body
            && array.is_lent(index.get())
        {
            self.spare.set(Some(object));
        }
    }

    fn known_element(&self, array: Handle, index: i64) -> Option<Handle> {
        self.borrow_element(array, index)
    }

    fn name(&self, object: Handle) -> String {
        Object::of(object).name()
    }

    fn describe(&self, object: Handle) -> Description {
        let object = Object::of(object);
        let mut description = Description::new(object.kind(), object.name(), object.path());
        match &object.body {
            Body::Scope(Scope { definition, .. }) => description.definition.clone_from(definition),
            Body::Variable(value) => {
                description.encoding = value.encoding;
                description.direction = value.direction;
                description.constant = value.writable == Writable::Constant;
                description.has_members = !value.shape.own_members().is_empty();
            }
            Body::Array(Array {
                range,
                encoding,
                direction,
                writable,
                ..
            }) => {
                description.array = Some(*range);
                description.direction = *direction;
                description.encoding = *encoding;
                description.constant = *writable == Writable::Constant;
            }
        }
        description.literals = self.declared.literals(&object.declared_path());
        description
    }

    fn unshown(&self, path: &str) -> Option<String> {
        self.declared.unshown(path, &self.identity)
    }

    fn unlisted(&self, scope: Handle) -> Vec<(String, String)> {
        let path = Object::of(scope).declared_path();
        self.declared.unlisted(&path, &self.identity)
    }

    fn unshown_part(&self, path: &str) -> Option<String> {
        self.declared.missing_element(path)
    }

    fn driver(&self, object: Handle, _: &Description) -> Driver {
        let object = Object::of(object);
        let driven = match &object.body {
            Body::Variable(value) => value.driven,
            Body::Array(array) => array.driven,
            Body::Scope(_) => false,
        };
        match &object.name {
            _ if driven => Driver::Continuous,
            Name::Own { path, .. } => self.declared.driver(path),
            // An element of an array.
            Name::Element { .. } => Driver::Unknown,
        }
    }

    fn write_refusal(&self, object: Handle, _undriven: bool) -> Option<PortError> {
        let object = Object::of(object);
        match &object.body {
            Body::Variable(value) => self.refusal(object, value.writable),
            Body::Array(array) => self.refusal(object, array.writable),
            Body::Scope(_) => None,
        }
    }

    fn read(
        &self,
        object: Handle,
        encoding: &Encoding,
        into: &mut LogicVec,
    ) -> Result<(), PortError> {
        let value = variable("read", object)?;
        match *encoding {
            Encoding::Logic { width, .. } => {
                let location = value.location.get();
                into.assign_planes(width, |index| (location.word(index), 0));
                Ok(())
            }
            _ => Err(wrong_encoding("read", Object::of(object), *encoding)),
        }
    }

    #[inline]
    fn read_small(&self, object: Handle, _width: u32, _two_state: bool) -> PortResult<(u64, u64)> {
        match &Object::of(object).body {
            Body::Variable(value) if !event::is_over() => Ok((value.location.get().load(), 0)),
            _ => not_read(object),
        }
    }

    fn read_real(&self, object: Handle) -> Result<f64, PortError> {
        let location = variable("read", object)?.location.get();
        Ok(f64::from_bits(location.load()))
    }

    fn read_text(&self, object: Handle) -> Result<String, PortError> {
        let bytes = variable("read", object)?.location.get().text(self.host);
        Ok(crate::simulator::text::decoded(&bytes))
    }

    fn write(
        &self,
        object: Handle,
        encoding: &Encoding,
        value: &LogicVec,
        mode: WriteMode,
    ) -> Result<(), PortError> {
        let object = Object::of(object);
        if value.has_unknown() {
            return Err(PortError::two_states(&self.identity, &object.path()));
        }
        let location = match mode {
            WriteMode::Deposit => {
                let variable = self.to_write(object, mode)?;
                let location = variable.location.get();
                if let Encoding::Logic { width, .. } = *encoding
                    && width == value.width()
                {
                    self.deposit(object, variable, || {
                        for index in 0..width.div_ceil(64) as usize {
                            location.store_word(index, value.value_word(index));
                        }
                    });
                }
                location
            }
            WriteMode::Force | WriteMode::Release => self.to_force(object)?,
        };
        match *encoding {
            Encoding::Logic { width, .. } if width == value.width() => {
                for index in 0..width.div_ceil(64) as usize {
                    match mode {
                        WriteMode::Deposit => {}
                        WriteMode::Force => {
                            location.force_word(index, value.value_word(index), u64::MAX);
                        }
                        WriteMode::Release => location.hold_word(index, 0),
                    }
                }
                self.notify_written(object.watch.get(), location);
                Ok(())
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
        let object = Object::of(object);
        match &object.body {
            Body::Variable(variable)
                if variable.writable == Writable::Yes
                    && unknown == 0
                    && mode == WriteMode::Deposit
                    && !event::is_over() =>
            {
                let location = variable.location.get();
                self.deposit(object, variable, || location.store_word(0, value));
                self.notify_written(object.watch.get(), location);
                Ok(())
            }
            _ if mode == WriteMode::Force && unknown == 0 => self.force(object, value),
            _ => self.not_written(object, unknown, mode),
        }
    }

    fn write_real(&self, object: Handle, value: f64, mode: WriteMode) -> Result<(), PortError> {
        let object = Object::of(object);
        let location = self.to_write(object, mode)?.location.get();
        location.store_real(value);
        self.notify_written(object.watch.get(), location);
        Ok(())
    }

    fn write_text(&self, object: Handle, value: &str) -> Result<(), PortError> {
        let object = Object::of(object);
        let variable = self.to_write(object, WriteMode::Deposit)?;
        variable.location.get().store_text(self.host, value);
        self.note(WRITTEN);
        Ok(())
    }

    fn release(&self, object: Handle, encoding: &Encoding) -> Result<(), PortError> {
        let width = encoding.width().unwrap_or(0);
        self.hold_bits(object, &LogicVec::zeros(width))
            .map(drop)
            .map_err(|error| *error)
    }

    fn hold_bits(&self, object: Handle, held: &LogicVec) -> PortResult<bool> {
        let object = Object::of(object);
        let location = self.to_force(object)?;
        for index in 0..held.width().div_ceil(64) as usize {
            location.hold_word(index, held.value_word(index));
        }
        self.notify_written(object.watch.get(), location);
        Ok(true)
    }

    fn watch(&self, object: Handle, scalar: bool, token: u64) -> Result<CallbackHandle, PortError> {
        check_not_over()?;
        let object = Object::of(object);
        let location = match &object.body {
            Body::Variable(value) => value.location.get(),
            Body::Array(_) => {
                let what = format!("watch the whole array `{}`", object.path());
                return Err(self.unsupported(what, "watch its elements"));
            }
            Body::Scope(_) => return Err(refused("watch", object, "it is not a variable")),
        };
        if location.layout() == MemoryLayout::Text {
            let what = format!("watch `{}`", object.path());
            return Err(self.unsupported(what, "watch what makes it change"));
        }
        self.watches.add(object, location, scalar, token);
        Ok(CallbackHandle(
            std::ptr::from_ref(object).expose_provenance(),
        ))
    }

    fn unwatch(&self, watch: CallbackHandle) {
        let object: *const Object = std::ptr::with_exposed_provenance(watch.0);
        // SAFETY: `watch` made it, of an object that lives as long as the program.
        self.watches.remove(unsafe { &*object });
    }

    fn direct(&'static self, object: Handle) -> Option<Direct> {
        Direct::of(self, Object::of(object))
    }

    fn agenda(&'static self) -> Option<&'static Agenda> {
        Some(&self.agenda)
    }

    fn after(&self, steps: u64, _token: u64) -> PortResult<CallbackHandle> {
        if event::is_ending() {
            return Err(PortError::Over.into());
        }
        let deadline = self.now.get().saturating_add(steps);
        self.agenda.call_by(deadline);
        Ok(CallbackHandle(0))
    }

    // With an agenda there is nothing to take back.
    fn cancel_after(&self, _delay: CallbackHandle) {}

    fn at_phase(&self, phase: Phase) -> PortResult<()> {
        if event::is_ending() {
            return Err(PortError::Over.into());
        }
        self.agenda.ask(phase);
        Ok(())
    }

    fn print(&self, text: &str) {
        if event::is_over() {
            let _ = std::io::stdout().write_all(text.as_bytes());
        } else {
            self.host.print(text);
        }
    }

    fn flush(&self) {
        if !event::is_over() {
            self.host.flush();
        }
        let _ = std::io::stdout().flush();
    }

    fn finish(&self) {
        if !event::is_over() {
            self.note(FINISHED);
            self.host.finish();
        }
    }
}
