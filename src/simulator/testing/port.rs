//! The port to the stand-in.

use std::io::Write as _;
use std::num::NonZeroUsize;

use super::object::{Object, Operation, Watch};
use super::queue::QueuedEvent;
use super::value::Content;
use super::{
    CallbackHandle, Description, Driver, Encoding, Handle, Identity, ObjectId, Phase, Port,
    PortError, PortResult, Quirks, Simulator, Value, WriteMode,
};
use crate::time::Precision;
use crate::value::LogicVec;

pub(super) fn handle(id: ObjectId) -> Handle {
    let number = NonZeroUsize::MIN.saturating_add(id.0);
    Handle::for_test(number.get())
}

impl Simulator {
    fn content(&self, object: Handle) -> Result<Content, PortError> {
        let (_, object) = self.object(object);
        self.check(Operation::Read, &object.description.path)?;
        let written = object.written.borrow();
        Ok(written.as_ref().unwrap_or(&object.content.borrow()).clone())
    }

    fn put(&self, handle: Handle, content: Content, mode: WriteMode) -> Result<(), PortError> {
        let (id, object) = self.object(handle);
        self.check(Operation::Write, &object.description.path)?;
        if !self.quirks.read_only_writes_pass {
            self.check_not_read_only("a write");
        }
        let record = (object.description.path.clone(), content.text(), mode);
        self.writes.borrow_mut().push(record);
        self.write_content(id, content, mode);
        Ok(())
    }

    fn children_of(&self, scope: Option<Handle>) -> Vec<ObjectId> {
        match scope {
            Some(scope) => self.object(scope).1.children.clone(),
            None => self.tops().collect(),
        }
    }

    fn tops(&self) -> impl Iterator<Item = ObjectId> {
        let is_top = |&id: &ObjectId| self.objects[id.0].is_top;
        (0..self.objects.len()).map(ObjectId).filter(is_top)
    }

    fn described(&self, id: ObjectId) -> &Description {
        &self.objects[id.0].description
    }

    fn element_of(&self, array: Handle, index: i64) -> Option<Handle> {
        let name = format!("{}[{index}]", self.object(array).1.description.name);
        self.find(Some(array), &name)
    }
}

impl Port for Simulator {
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
        self.queue.now.get()
    }

    fn roots(&self) -> Vec<Handle> {
        self.tops().map(handle).collect()
    }
    fn children(&self, scope: Handle) -> Vec<Handle> {
        let (
            _,
            Object {
                description,
                children,
                ..
            },
        ) = self.object(scope);
        let shown = description.kind.is_scope().then_some(children);
        shown
            .into_iter()
            .flatten()
            .map(|&child| handle(child))
            .collect()
    }
    fn left_out(&self, scope: Handle) -> Option<PortError> {
        self.object(scope).1.left_out.clone()
    }
    fn ports(&self, scope: Handle) -> Vec<String> {
        self.object(scope).1.ports.clone()
    }
    fn find(&self, scope: Option<Handle>, name: &str) -> Option<Handle> {
        let plain = name.strip_prefix('\\').map_or(name, str::trim_end);
        self.children_of(scope).into_iter().find_map(|child| {
            let Description {
                name: own, array, ..
            } = self.described(child);
            let found = handle(child);
            let rest = plain.strip_prefix(own.as_str())?;
            match rest.strip_prefix('.') {
                _ if rest.is_empty() => Some(found),
                Some(rest) => self.find(Some(found), rest),
                None if array.is_some() => self.find(Some(found), plain),
                None => None,
            }
        })
    }
    fn element(&self, array: Handle, index: i64) -> Option<Handle> {
        self.element_lookups.set(self.element_lookups.get() + 1);
        self.element_of(array, index)
    }
    fn borrow_element(&self, array: Handle, index: i64) -> Option<Handle> {
        let found = self.element(array, index)?;
        self.lent.set(self.lent.get() + 1);
        Some(found)
    }
    fn give_back(&self, _: Handle) {
        let lent = self.lent.get().checked_sub(1);
        self.lent.set(lent.expect("an element is given back once"));
    }
    fn name(&self, object: Handle) -> String {
        self.object(object).1.description.name.clone()
    }
    fn describe(&self, object: Handle) -> Description {
        self.object(object).1.description.clone()
    }
    fn is_local(&self, parameter: Handle) -> bool {
        self.object(parameter).1.is_local
    }

    fn unlisted(&self, scope: Handle) -> Vec<(String, String)> {
        self.object(scope).1.unlisted.clone()
    }

    fn hidden(&self, object: Handle) -> Option<PortError> {
        self.object(object).1.hidden.clone()
    }
    fn unreadable(&self, object: Handle) -> Option<PortError> {
        self.object(object).1.unreadable.clone()
    }
    fn write_refusal(&self, object: Handle, undriven: bool) -> Option<PortError> {
        let (error, undriven_is_fine) = self.object(object).1.refusal.as_ref()?;
        (!(undriven && *undriven_is_fine)).then(|| error.clone())
    }
    fn driver(&self, object: Handle, _: &Description) -> Driver {
        self.object(object).1.driver.clone()
    }
    fn reports_assignments(&self, object: Handle) -> bool {
        self.object(object).1.reports_assignments
    }
    fn checks_writes(&self, object: Handle, _: &Encoding) -> bool {
        self.object(object).1.checks_writes
    }
    fn check_write(&self, object: Handle, value: Value<'_>) -> Result<(), PortError> {
        let unknown = match value {
            Value::Planes { unknown, .. } => unknown != 0,
            Value::Vector(vector) => vector.has_unknown(),
            Value::Bits { unknown } => unknown,
            Value::Real(_) | Value::Text(_) => false,
        };
        let path = &self.object(object).1.description.path;
        if unknown {
            return Err(PortError::Refused {
                operation: "write",
                path: path.clone(),
                message: "its type takes no unknown bits".into(),
            });
        }
        Ok(())
    }

    fn read(&self, object: Handle, _: &Encoding, into: &mut LogicVec) -> Result<(), PortError> {
        into.clone_from(self.content(object)?.logic());
        Ok(())
    }
    fn read_small(&self, object: Handle, width: u32, _: bool) -> PortResult<(u64, u64)> {
        let content = self.content(object)?;
        let vector = content.logic();
        assert_eq!(width, vector.width());
        Ok((vector.value_word(0), vector.unknown_word(0)))
    }
    fn read_real(&self, object: Handle) -> Result<f64, PortError> {
        match self.content(object)? {
            Content::Real(real) => Ok(real),
            other => panic!("read of {other:?} as real"),
        }
    }
    fn read_text(&self, object: Handle) -> Result<String, PortError> {
        match self.content(object)? {
            Content::Text(text) => Ok(text),
            other => panic!("read of {other:?} as text"),
        }
    }

    fn write(
        &self,
        object: Handle,
        encoding: &Encoding,
        value: &LogicVec,
        mode: WriteMode,
    ) -> Result<(), PortError> {
        assert_eq!(encoding.width(), Some(value.width()));
        self.put(object, Content::Logic(value.clone()), mode)
    }
    fn write_small(
        &self,
        object: Handle,
        width: u32,
        value: u64,
        unknown: u64,
        mode: WriteMode,
    ) -> PortResult<()> {
        let value = LogicVec::from_planes_u64(width, value, unknown);
        Ok(self.put(object, Content::Logic(value), mode)?)
    }
    fn write_real(&self, object: Handle, value: f64, mode: WriteMode) -> Result<(), PortError> {
        self.put(object, Content::Real(value), mode)
    }
    fn write_text(&self, object: Handle, value: &str) -> Result<(), PortError> {
        self.put(object, Content::Text(value.to_owned()), WriteMode::Deposit)
    }
    fn is_write_pending(&self, object: Handle) -> bool {
        self.object(object).1.written.borrow().is_some()
    }
    fn release(&self, object: Handle, _: &Encoding) -> Result<(), PortError> {
        self.put(object, Content::Nothing, WriteMode::Release)
    }

    fn watch(&self, object: Handle, scalar: bool, token: u64) -> Result<CallbackHandle, PortError> {
        let (_, object) = self.object(object);
        self.check(Operation::Watch, &object.description.path)?;
        let number = self.queue.number();
        object.watches.borrow_mut().push(Watch {
            number,
            token,
            scalar,
        });
        Ok(CallbackHandle(number))
    }
    fn unwatch(&self, watch: CallbackHandle) {
        let mut watches = self
            .objects
            .iter()
            .map(|object| object.watches.borrow_mut());
        let is_it = |it: &Watch| it.number == watch.0;
        let found = watches.find_map(|mut watches| {
            let at = watches.iter().position(is_it)?;
            Some(watches.remove(at))
        });
        found.expect("a watch is taken down once");
    }
    fn after(&self, steps: u64, token: u64) -> PortResult<CallbackHandle> {
        self.check(Operation::Delay, "time")?;
        if steps == 0 {
            self.check_not_read_only("a delay of 0");
        }
        let time = Port::now(self).checked_add(steps);
        let time = time.expect("the kernel knows the last time that there can be");
        let number = self.queue.number();
        self.delays.set(self.delays.get() + 1);
        self.queue.add(time, QueuedEvent::Timer { number, token });
        Ok(CallbackHandle(number))
    }
    fn cancel_after(&self, delay: CallbackHandle) {
        let found = if self.quirks.cancelled_delays_fire {
            self.queue.has(delay.0)
        } else {
            self.queue
                .cancel(delay.0, self.quirks.cancelled_delays_keep_time)
        };
        assert!(found, "a delay that is over is cancelled");
    }
    fn at_phase(&self, phase: Phase) -> PortResult<()> {
        self.check(Operation::Phase, "time")?;
        let here = self.phase();
        self.phases.set(self.phases.get() + 1);
        if phase == Phase::ReadWrite {
            self.check_not_read_only("a read-write phase");
            let is_idle = here == Some(Phase::ReadWrite) && !self.has_written.get();
            if is_idle && self.quirks.read_write_again_needs_write {
                self.queue.late_read_write.set(true);
                return Ok(());
            }
        }
        self.queue.ask(phase);
        Ok(())
    }

    fn print(&self, text: &str) {
        print!("{text}");
    }
    fn flush(&self) {
        // A reader that has gone misses it.
        let _ = std::io::stdout().flush();
    }
    fn finish(&self) {
        self.is_finished.set(true);
    }
}
