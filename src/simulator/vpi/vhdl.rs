//! VHDL over VPI, as GHDL shows it: what its objects are, by which names, and what was written to
//! them.
//!
//! GHDL gives another handle at each look-up by name or index, and no true full name of what an
//! index leads to, so both are kept here. It knows fewer properties than Verilog's simulators, and
//! prints a line for each that it does not know: only those are asked for that it knows. What ends
//! the simulation when it is asked for, is not asked for: bits of constants, and elements that are
//! no vectors (see [`probe`]).
//!
//! What is written becomes the value in the next update of the design's signals, one in each delta
//! cycle. Until then reads find what was written, as on simulators whose writes are done when they
//! return.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use smallvec::SmallVec;

use super::VpiPort;
use super::hierarchy::{Scope, direction};
use super::probe;
use crate::simulator::vhpi::name;
use crate::simulator::{
    CallbackHandle, Description, Direction, Encoding, Handle, NameCase, ObjectKind, PortError,
    event,
};
use crate::sys::vpi;
use crate::value::LogicVec;

/// What is known of the objects of a VHDL design, and of what was written to them.
#[derive(Default)]
pub(super) struct Vhdl {
    objects: RefCell<HashMap<Handle, &'static Object>>,
    written: RefCell<Vec<Written>>,
    /// Releases that have to wait until the force is applied, with the widths.
    releases: RefCell<Vec<(Handle, u32)>>,
    /// Memory for what is written next.
    spare: RefCell<Vec<LogicVec>>,
    place: Cell<Place>,
    written_at: Cell<u64>,
    /// Who watches what has one bit.
    scalar_watches: RefCell<Vec<(CallbackHandle, Handle, u64)>>,
}

/// An object of the design. There is one for each, and it is never freed.
struct Object {
    scope: Option<Handle>,
    name: String,
    path: String,
    /// It is an element of an array.
    is_element: bool,
    /// Unknown bits become 0 in it: it is an integer or an enumeration.
    has_two_states: Cell<bool>,
    /// Its bits cannot be asked for.
    is_hidden_vector: Cell<bool>,
    elements: RefCell<HashMap<i64, Option<Handle>>>,
}

/// A value that is yet to become an object's.
struct Written {
    object: Handle,
    value: LogicVec,
    place: Place,
    is_force: bool,
}

/// Where in a cycle of the simulator a callback is.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// Before the signals are updated: delays, and the next time step.
    #[default]
    Before,
    /// After it, when changes are told. Several such callbacks follow each other in one cycle.
    After,
    /// At the end of a time step's last known cycle: the read-write and the read-only phase.
    Last,
}

/// What a scope has been asked for by names that it does not list; `None` if it does not have it.
pub(super) type Unlisted = RefCell<HashMap<Box<str>, Option<Handle>>>;

impl Vhdl {
    fn object(&self, handle: Handle) -> Option<&'static Object> {
        self.objects.borrow().get(&handle).copied()
    }

    /// The full name.
    pub(super) fn path(&self, handle: Handle) -> Option<String> {
        Some(self.object(handle)?.path.clone())
    }

    fn keep(&self, handle: Handle, scope: Option<Handle>, name: String, is_element: bool) {
        let path = match scope.and_then(|scope| self.object(scope)) {
            Some(array) if is_element => format!("{}{name}", array.path),
            Some(scope) => format!("{}.{name}", scope.path),
            None => name.clone(),
        };
        let name = match scope.and_then(|scope| self.object(scope)) {
            Some(array) if is_element => format!("{}{name}", array.name),
            _ => name,
        };
        let object = Box::leak(Box::new(Object {
            scope,
            name,
            path,
            is_element,
            has_two_states: Cell::new(false),
            is_hidden_vector: Cell::new(false),
            elements: RefCell::default(),
        }));
        self.objects.borrow_mut().insert(handle, object);
    }

    // --- what was written

    /// A callback begins: what was written before the signals were updated last, is over.
    pub(super) fn enter(&self, place: Place, now: impl FnOnce() -> u64) {
        self.place.set(place);
        if !self.written.borrow().is_empty() {
            self.forget(|written| match place {
                Place::Before => false,
                Place::After => written != Place::After,
                Place::Last => true,
            });
            if place == Place::Before && now() != self.written_at.get() {
                self.forget(|_| true);
            }
        }
    }

    /// The tokens of the watches on what was written and is now the design's, in the order of the
    /// writes: GHDL tells of changes in the order of the watches. Of signals of one bit only, since
    /// whether these have changed is found by their values.
    pub(super) fn changed_in_order(&self) -> SmallVec<[u64; 4]> {
        let (written, watches) = (self.written.borrow(), self.scalar_watches.borrow());
        if written.len() < 2 {
            return SmallVec::new();
        }
        let applied = written.iter().filter(|it| it.place != Place::After);
        let watched = applied.flat_map(|written| {
            let watches = watches.iter().filter(|watch| watch.1 == written.object);
            watches.map(|watch| watch.2)
        });
        watched.collect()
    }

    pub(super) fn note_watch(&self, watch: CallbackHandle, object: Handle, token: u64) {
        self.scalar_watches
            .borrow_mut()
            .push((watch, object, token));
    }

    pub(super) fn forget_watch(&self, callback: CallbackHandle) {
        self.scalar_watches
            .borrow_mut()
            .retain(|watch| watch.0 != callback);
    }

    /// A cycle begins that was asked for by [`VpiPort::start_cycle`]: what was written as changes
    /// were told is the design's after the next update.
    pub(super) fn enter_cycle(&self) {
        for written in &mut *self.written.borrow_mut() {
            written.place = Place::Before;
        }
    }

    pub(super) fn place(&self) -> Place {
        self.place.get()
    }

    fn forget(&self, is_over: impl Fn(Place) -> bool) {
        let mut written = self.written.borrow_mut();
        let mut spare = self.spare.borrow_mut();
        for over in written.extract_if(.., |written| is_over(written.place)) {
            spare.push(over.value);
        }
    }

    /// Notes a value that was written; `true` if a cycle has to be asked for, at whose begin it is
    /// known that others are told of what it made of the signals.
    pub(super) fn note_write(
        &self,
        object: Handle,
        value: &LogicVec,
        is_force: bool,
        now: u64,
    ) -> bool {
        let mut written = self.written.borrow_mut();
        self.written_at.set(now);
        let place = self.place.get();
        let at = written.iter().position(|it| it.object == object);
        let noted = if let Some(at) = at {
            &mut written[at]
        } else {
            let value = self.spare.borrow_mut().pop().unwrap_or_default();
            written.push(Written {
                object,
                value,
                place,
                is_force,
            });
            written.last_mut().expect("it was pushed")
        };
        noted.place = place;
        noted.is_force = is_force;
        if is_force {
            self.releases.borrow_mut().retain(|it| it.0 != object);
        }
        if self
            .object(object)
            .is_some_and(|it| it.has_two_states.get())
        {
            let known = value.value_word(0) & !value.unknown_word(0);
            noted.value = LogicVec::from_planes_u64(value.width(), known, 0);
        } else {
            noted.value.clone_from(value);
        }
        place == Place::After
    }

    /// A force is to end; `true` if it has not even begun, so that its end has to wait: of one cycle's
    /// writes, GHDL applies all releases first.
    pub(super) fn defers_release(&self, object: Handle, width: u32) -> bool {
        let mut written = self.written.borrow_mut();
        let Some(at) = written.iter().position(|it| it.object == object) else {
            return false;
        };
        let ended = written.swap_remove(at);
        if ended.is_force {
            self.releases.borrow_mut().push((object, width));
        }
        ended.is_force
    }

    /// The releases that have waited.
    pub(super) fn take_releases(&self) -> Vec<(Handle, u32)> {
        self.releases.take()
    }

    /// What was written to an object and is yet to become its value.
    pub(super) fn with_written<R>(
        &self,
        object: Handle,
        see: impl FnOnce(&LogicVec) -> R,
    ) -> Option<R> {
        let written = self.written.borrow();
        let found = written.iter().find(|it| it.object == object)?;
        Some(see(&found.value))
    }

    pub(super) fn is_written(&self, object: Handle) -> bool {
        self.with_written(object, |_| ()).is_some()
    }
}

/// A name as GHDL gives it, with the backslash that begins an extended identifier and that GHDL 2
/// leaves out.
fn whole_name(name: &str) -> String {
    if name.ends_with('\\') && !name.starts_with('\\') {
        format!("\\{name}")
    } else {
        name.to_owned()
    }
}

/// The names under which GHDL may find what it does not list: a basic identifier in lower case, or
/// an extended one with its marks.
fn names_to_ask_for(name: &str) -> Vec<String> {
    let is_basic = |name: &str| {
        name.chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    if is_basic(name) {
        return vec![name.to_lowercase()];
    }
    let shown = name::shown(name, NameCase::AsWritten);
    if name.starts_with('\\') || name::split_indices(name).is_none() {
        vec![format!("\\{}\\", shown.replace('\\', "\\\\"))]
    } else {
        vec![]
    }
}

impl VpiPort {
    /// The index of a scope's contents, or of the top of the design.
    pub(super) fn index_vhdl(
        &self,
        vhdl: &Vhdl,
        scope: Option<Handle>,
        objects: Vec<Handle>,
    ) -> Scope {
        let mut made = Scope::default();
        for object in objects {
            let Some(name) = self.raw.get_text(vpi::vpiName, object) else {
                continue;
            };
            let name = whole_name(&name);
            let shown = name::shown(&name, self.quirks.names);
            made.add(name::key(&name).into(), object);
            vhdl.keep(object, scope, shown, false);
        }
        made
    }

    pub(super) fn find_vhdl(
        &self,
        vhdl: &Vhdl,
        scope: Option<Handle>,
        path: &str,
    ) -> Option<Handle> {
        name::splits(path).find_map(|split| {
            let object = self.member(vhdl, scope, split.first)?;
            match split.rest {
                None => Some(object),
                Some(rest) if self.kind(object).is_scope() => {
                    self.find_vhdl(vhdl, Some(object), rest)
                }
                Some(_) => None,
            }
        })
    }

    /// The object that a scope holds by one name, which may have indices.
    fn member(&self, vhdl: &Vhdl, scope: Option<Handle>, name: &str) -> Option<Handle> {
        let index = self.scope(scope);
        if let Some(object) = name::keys(name).find_map(|key| index.get(&key)) {
            return Some(object);
        }
        if let Some(object) = self.unlisted(vhdl, &index, scope?, name) {
            return Some(object);
        }
        let (base, indices) = name::split_indices(name)?;
        let array = self.member(vhdl, scope, base)?;
        indices
            .into_iter()
            .try_fold(array, |array, index| self.element_vhdl(vhdl, array, index))
    }

    /// What iterating does not show: generics, constants, arrays.
    fn unlisted(&self, vhdl: &Vhdl, index: &Scope, scope: Handle, name: &str) -> Option<Handle> {
        names_to_ask_for(name).into_iter().find_map(|asked| {
            let known = index.unlisted.borrow().get(asked.as_str()).copied();
            if let Some(known) = known {
                return known;
            }
            let found = self
                .raw
                .by_name(&asked, Some(scope))
                // A generate loop as a whole is found, as if it were its first scope.
                .filter(|object| !self.kind(*object).is_scope());
            if let Some(object) = found {
                let shown = name::shown(&asked, self.quirks.names);
                vhdl.keep(object, Some(scope), shown, false);
            }
            index.unlisted.borrow_mut().insert(asked.into(), found);
            found
        })
    }

    pub(super) fn element_vhdl(&self, vhdl: &Vhdl, array: Handle, index: i64) -> Option<Handle> {
        let object = vhdl.object(array)?;
        let known = object.elements.borrow().get(&index).copied();
        if let Some(known) = known {
            return known;
        }
        let (left, right) = self.range(array)?;
        if !(left.min(right)..=left.max(right)).contains(&index) {
            return None;
        }
        let found = i32::try_from(index)
            .ok()
            .filter(|index| {
                // All elements are of one type.
                !object.elements.borrow().is_empty()
                    || probe::survives(|| {
                        self.raw
                            .by_index(array, *index)
                            .map(|element| self.raw.get(vpi::vpiSize, Some(element)));
                    })
            })
            .and_then(|index| self.raw.by_index(array, index));
        if let Some(element) = found {
            vhdl.keep(element, Some(array), format!("[{index}]"), true);
        }
        object.elements.borrow_mut().insert(index, found);
        found
    }

    pub(super) fn describe_vhdl(&self, vhdl: &Vhdl, handle: Handle) -> Description {
        let vpi_type = if event::is_over() {
            vpi::vpiUndefined
        } else {
            self.vpi_type(handle)
        };
        let object = vhdl.object(handle);
        let name = object.map(|object| object.name.clone()).unwrap_or_default();
        let mut description = Description {
            kind: super::description::object_kind(vpi_type),
            path: object.map(|object| object.path.clone()).unwrap_or_default(),
            name,
            definition: None,
            file: None,
            line: None,
            encoding: Encoding::None,
            direction: None,
            constant: false,
            array: None,
            literals: Vec::new(),
        };
        match vpi_type {
            vpi::vpiModule if description.name.ends_with(']') => {
                description.kind = ObjectKind::GenerateScope;
            }
            vpi::vpiNet | vpi::vpiPort => {
                description.encoding = self.encoding_vhdl(handle, &mut description.kind);
                description.direction = self.direction_vhdl(handle);
            }
            vpi::vpiParameter | vpi::vpiConstant => {
                description.kind = ObjectKind::Parameter;
                description.constant = true;
                description.encoding = self.encoding_of_constant(object, handle);
            }
            vpi::vpiNetArray => {
                description.array = self.range(handle);
                if let Some((left, _)) = description.array
                    && let Some(element) = self.element_vhdl(vhdl, handle, left)
                {
                    description.encoding = self.encoding_vhdl(element, &mut ObjectKind::Net);
                }
            }
            _ => {}
        }
        if let (Some(object), Encoding::Logic { two_state, .. }) = (object, &description.encoding) {
            object.has_two_states.set(*two_state);
        }
        description
    }

    fn direction_vhdl(&self, handle: Handle) -> Option<Direction> {
        direction(self.raw.get(vpi::vpiDirection, Some(handle))?)
    }

    /// How a signal is encoded. Integers have 32 bits and enumerations 8; of one bit are `bit`,
    /// `boolean` and `std_logic`, which are not told apart.
    fn encoding_vhdl(&self, handle: Handle, kind: &mut ObjectKind) -> Encoding {
        let width = self.raw.get(vpi::vpiSize, Some(handle)).unwrap_or(0);
        let Ok(width @ 1..) = u32::try_from(width) else {
            return Encoding::None;
        };
        if self.raw.get(vpi::vpiVector, Some(handle)) == Some(1) {
            let range = self.range(handle);
            return Encoding::Logic {
                width,
                range: range.filter(|(left, right)| left.abs_diff(*right) + 1 == u64::from(width)),
                signed: false,
                two_state: false,
            };
        }
        *kind = match width {
            8 => ObjectKind::Enumeration,
            32 => ObjectKind::Integer,
            _ => *kind,
        };
        Encoding::Logic {
            width,
            range: None,
            signed: width == 32,
            two_state: width > 1,
        }
    }

    fn encoding_of_constant(&self, object: Option<&Object>, handle: Handle) -> Encoding {
        let encoding = self.encoding_vhdl(handle, &mut ObjectKind::Parameter);
        if self.raw.get(vpi::vpiVector, Some(handle)) == Some(1) {
            if let Some(object) = object {
                object.is_hidden_vector.set(true);
            }
            return encoding;
        }
        // Strings and other arrays say that they had one bit, and have no value.
        match encoding {
            Encoding::Logic { .. } if self.binary_string(handle).is_none() => Encoding::None,
            encoding => encoding,
        }
    }

    /// Why an object's value can be neither read nor written, where that is known.
    pub(super) fn hidden_vhdl(&self, vhdl: &Vhdl, handle: Handle) -> Option<PortError> {
        let object = vhdl.object(handle)?;
        let (what, remedy) = match self.vpi_type(handle) {
            vpi::vpiParameter | vpi::vpiConstant => (
                "it is constant and a vector, an array or a real number",
                "have the design copy it into a signal of bits, or make it an integer",
            ),
            vpi::vpiNetArray => (
                "its elements are no vectors of bits",
                "have the design copy them into a vector",
            ),
            _ => return None,
        };
        Some(self.unsupported(&format!("show `{}`, since {what}", object.path), remedy))
    }

    /// Why an object's bits must not be asked for.
    pub(super) fn check_readable(&self, vhdl: &Vhdl, handle: Handle) -> Result<(), PortError> {
        let object = vhdl.object(handle);
        if object.is_some_and(|object| object.is_hidden_vector.get()) {
            return Err(self.hidden_vhdl(vhdl, handle).unwrap_or(PortError::Over));
        }
        Ok(())
    }

    /// Why nothing can be written to an object.
    pub(super) fn write_refusal_vhdl(&self, vhdl: &Vhdl, handle: Handle) -> Option<PortError> {
        let object = vhdl.object(handle)?;
        if object.is_element {
            let what = format!("write `{}`, an element of an array", object.path);
            return Some(self.unsupported(&what, "let the design write it"));
        }
        if !self.quirks.writes_last || self.kind(handle).is_scope() {
            return None;
        }
        let of_the_top = object
            .scope
            .and_then(|scope| vhdl.object(scope))
            .is_some_and(|scope| scope.scope.is_none());
        if of_the_top && self.direction_vhdl(handle) == Some(Direction::Input) {
            return None;
        }
        let what = format!(
            "write `{}` but as a force for good, which whatever drives it could not end",
            object.path
        );
        Some(self.unsupported(
            &what,
            "write inputs of the top, which nothing else drives, or use GHDL 5",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_identifiers_get_their_marks_back() {
        assert_eq!(whole_name("odd+name\\"), "\\odd+name\\");
        assert_eq!(whole_name("\\odd+name\\"), "\\odd+name\\");
        assert_eq!(whole_name("gen(2)"), "gen(2)");
    }

    #[test]
    fn only_identifiers_are_asked_for() {
        assert_eq!(names_to_ask_for("COUNT"), ["count"]);
        assert_eq!(names_to_ask_for("odd+name"), ["\\odd+name\\"]);
        assert_eq!(names_to_ask_for("\\index[3]\\"), ["\\index[3]\\"]);
        assert!(names_to_ask_for("mem[3]").is_empty());
    }

    fn byte(value: u64) -> LogicVec {
        LogicVec::from_planes_u64(8, value, 0)
    }

    fn read(vhdl: &Vhdl, object: Handle) -> Option<u64> {
        vhdl.with_written(object, |value| value.value_word(0))
    }

    #[test]
    fn a_write_is_read_until_the_signals_are_updated() {
        let (vhdl, object) = (Vhdl::default(), Handle::for_test(8));
        vhdl.enter(Place::Before, || 0);
        assert!(!vhdl.note_write(object, &byte(1), false, 0));
        assert!(!vhdl.note_write(object, &byte(2), false, 0));
        vhdl.enter(Place::Before, || 0);
        assert_eq!(read(&vhdl, object), Some(2));
        vhdl.enter(Place::After, || 0);
        assert_eq!(read(&vhdl, object), None);
        // One in the read-write phase is applied at once in the next cycle, or the next time step.
        vhdl.enter(Place::Last, || 0);
        vhdl.note_write(object, &byte(3), false, 0);
        vhdl.enter(Place::Before, || 0);
        assert_eq!(read(&vhdl, object), Some(3));
        vhdl.enter(Place::Before, || 1);
        assert_eq!(read(&vhdl, object), None);
    }

    #[test]
    fn a_force_ends_in_a_cycle_after_its_own() {
        let (vhdl, object) = (Vhdl::default(), Handle::for_test(8));
        vhdl.enter(Place::Last, || 0);
        vhdl.note_write(object, &byte(1), true, 0);
        assert!(vhdl.defers_release(object, 8));
        assert_eq!(vhdl.take_releases(), [(object, 8)]);
        // Forced once more, it is not released.
        vhdl.note_write(object, &byte(1), true, 0);
        assert!(vhdl.defers_release(object, 8));
        vhdl.note_write(object, &byte(2), true, 0);
        assert_eq!(vhdl.take_releases(), []);
        // A force that is applied ends at once.
        vhdl.enter(Place::After, || 0);
        assert!(!vhdl.defers_release(object, 8));
    }

    #[test]
    fn changes_are_told_in_the_order_of_the_writes() {
        let vhdl = Vhdl::default();
        let object = |number| Handle::for_test(8 * number);
        for number in 1..=3 {
            let watch = CallbackHandle(number);
            vhdl.note_watch(watch, object(number), number as u64);
        }
        vhdl.enter(Place::Last, || 0);
        for number in [3, 1, 2, 1] {
            vhdl.note_write(object(number), &byte(1), false, 0);
        }
        vhdl.forget_watch(CallbackHandle(2));
        assert_eq!(vhdl.changed_in_order().as_slice(), [3, 1]);
        vhdl.enter(Place::After, || 0);
        assert!(vhdl.changed_in_order().is_empty());
    }

    #[test]
    fn a_write_as_changes_are_told_is_not_over_at_the_next_change() {
        let (vhdl, object) = (Vhdl::default(), Handle::for_test(8));
        vhdl.enter(Place::After, || 0);
        assert!(vhdl.note_write(object, &byte(1), false, 0));
        vhdl.enter(Place::After, || 0);
        assert_eq!(read(&vhdl, object), Some(1));
        vhdl.enter_cycle();
        vhdl.enter(Place::After, || 0);
        assert_eq!(read(&vhdl, object), None);
    }

    #[test]
    fn unknown_bits_are_0_in_an_object_of_two_states() {
        let (vhdl, object) = (Vhdl::default(), Handle::for_test(8));
        vhdl.keep(object, None, "state".to_owned(), false);
        vhdl.object(object).unwrap().has_two_states.set(true);
        vhdl.note_write(object, &LogicVec::from_planes_u64(8, 0b11, 0b01), false, 0);
        assert_eq!(read(&vhdl, object), Some(0b10));
    }
}
