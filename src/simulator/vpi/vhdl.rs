//! VHDL over VPI, as GHDL shows it: names and kinds of objects.
//!
//! GHDL returns a new handle for each look-up by name or index, and no true full name of an indexed object, so both are
//! kept here. It supports fewer properties than simulators of Verilog, and prints a line for each unknown one, so only
//! supported ones are queried. Queries that would end the simulation are not made: for bits of constants, and for the
//! elements of many arrays (see [`probe`]).
//!
//! It shows `bit` as `std_logic`, so an unknown bit that is written to a `bit` reads as unknown until it becomes 0 in
//! the next delta cycle. It does not check that a written integer or enumeration position is in range: that is up to
//! the testbench.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;

use super::VpiPort;
use super::known_time::KnownTime;
use super::probe;
use super::scope::{Scope, direction};
use super::written::Writes;
use crate::simulator::vhdl_name;
use crate::simulator::{
    ByHandle, Description, Direction, Encoding, Handle, NameCase, ObjectKind, PortError,
    description::length, event, path,
};
use crate::sys::vpi;

/// What is known about the objects of a VHDL design, and the pending writes to them.
#[derive(Default)]
pub(super) struct Vhdl {
    objects: RefCell<ByHandle<&'static Object>>,
    pub(super) writes: Writes,
    pub(super) time: KnownTime,
}

/// An object of the design. Each exists once and is never freed.
struct Object {
    scope: Option<Handle>,
    name: String,
    path: String,
    /// It is an element of an array.
    is_element: bool,
    /// It is forced, and writes have no effect.
    is_forced: Cell<bool>,
    /// Unknown bits become 0 in it: it is an integer or an enumeration.
    has_two_states: Cell<bool>,
    /// Its value must not be queried.
    is_hidden: Cell<bool>,
    elements: RefCell<HashMap<i64, Option<Handle>>>,
    shown_elements: OnceCell<Shown>,
}

/// The queries for an array's elements that the simulator survives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shown {
    Nothing,
    /// What they are, but not their values.
    Encodings,
    Values,
}

impl Vhdl {
    #[inline]
    fn object(&self, handle: Handle) -> Option<&'static Object> {
        self.objects.borrow().get(&handle).copied()
    }

    /// The full name.
    pub(super) fn path(&self, handle: Handle) -> Option<String> {
        Some(self.object(handle)?.path.clone())
    }

    /// The name within its scope.
    pub(super) fn name(&self, handle: Handle) -> String {
        let object = self.object(handle);
        object.map(|object| object.name.clone()).unwrap_or_default()
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
            is_forced: Cell::new(false),
            has_two_states: Cell::new(false),
            is_hidden: Cell::new(false),
            elements: RefCell::default(),
            shown_elements: OnceCell::new(),
        }));
        self.objects.borrow_mut().insert(handle, object);
    }

    pub(super) fn set_forced(&self, object: Handle, is_forced: bool) {
        if let Some(object) = self.object(object) {
            object.is_forced.set(is_forced);
        }
    }

    pub(super) fn is_forced(&self, object: Handle) -> bool {
        self.object(object)
            .is_some_and(|object| object.is_forced.get())
    }

    /// Unknown bits that are written to it become 0.
    pub(super) fn has_two_states(&self, object: Handle) -> bool {
        self.object(object)
            .is_some_and(|object| object.has_two_states.get())
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

/// The names by which GHDL may find an object that it does not list: a basic identifier in lower case, or an extended
/// one with its backslashes.
fn names_to_ask_for(name: &str) -> Vec<String> {
    let is_basic = |name: &str| {
        name.chars()
            .all(|letter| letter.is_alphanumeric() || letter == '_')
    };
    let mut names = Vec::new();
    if is_basic(name) {
        names.push(name.to_lowercase());
    }
    // Letters beyond ASCII may be those of a UTF-8 source, of which VHDL makes no letters.
    let is_plain = names.is_empty() && vhdl_name::split_indices(name).is_none();
    if name.starts_with('\\') || is_plain || !name.is_ascii() {
        let shown = vhdl_name::shown(name, NameCase::AsWritten);
        names.push(format!("\\{}\\", shown.replace('\\', "\\\\")));
    }
    names
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
            if self.is_nameless(object) {
                made.holds_nameless = true;
                continue;
            }
            let Some(name) = self.raw.get_text(vpi::vpiName, object) else {
                continue;
            };
            let name = whole_name(&name);
            let shown = vhdl_name::shown(&name, self.quirks.names);
            made.add(vhdl_name::key(&name).into(), object);
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
        path::find(
            scope,
            path,
            vhdl_name::splits,
            |scope, name| self.member(vhdl, scope, name),
            |object| self.kind(object).is_scope(),
        )
    }

    /// The object in a scope with this name, which may have indices.
    fn member(&self, vhdl: &Vhdl, scope: Option<Handle>, name: &str) -> Option<Handle> {
        let index = self.scope(scope);
        if let Some(object) = vhdl_name::keys(name).find_map(|key| index.get(&key)) {
            return Some(object);
        }
        if let Some(object) = self.unlisted(vhdl, &index, scope?, name) {
            return Some(object);
        }
        let (base, indices) = vhdl_name::split_indices(name)?;
        let array = self.member(vhdl, scope, base)?;
        indices
            .into_iter()
            .try_fold(array, |array, index| self.element_vhdl(vhdl, array, index))
    }

    /// Objects that iterating does not show: generics, constants, arrays.
    fn unlisted(&self, vhdl: &Vhdl, index: &Scope, scope: Handle, name: &str) -> Option<Handle> {
        names_to_ask_for(name).into_iter().find_map(|asked| {
            let known = index.unlisted.borrow().get(asked.as_str()).copied();
            if let Some(known) = known {
                return known;
            }
            let found = self
                .search_vhdl(index, scope, &asked)
                // A generate loop as a whole is found, as if it were its first scope.
                .filter(|object| !self.kind(*object).is_scope());
            if let Some(object) = found {
                let shown = vhdl_name::shown(&asked, self.quirks.names);
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
        // All elements are of one type, so one query stands for all.
        let shown = *object
            .shown_elements
            .get_or_init(|| self.shown_elements(array, [left, right]));
        let found = i32::try_from(index)
            .ok()
            .filter(|_| shown != Shown::Nothing)
            .and_then(|index| self.raw.by_index(array, index));
        if let Some(element) = found {
            vhdl.keep(element, Some(array), format!("[{index}]"), true);
            if let Some(element) = vhdl.object(element) {
                element.is_hidden.set(shown == Shown::Encodings);
            }
        }
        object.elements.borrow_mut().insert(index, found);
        found
    }

    fn shown_elements(&self, array: Handle, ends: [i64; 2]) -> Shown {
        let look = |values| {
            probe::survives(|| {
                for end in ends {
                    let end = i32::try_from(end).ok();
                    let Some(element) = end.and_then(|end| self.raw.by_index(array, end)) else {
                        continue;
                    };
                    self.encoding_vhdl(element, &mut ObjectKind::Net);
                    if values {
                        self.binary_string(element);
                    }
                }
            })
        };
        if look(true) {
            // Elements that are arrays again are shown as if they were single bits, without a value.
            let first = i32::try_from(ends[0]).ok();
            let first = first.and_then(|first| self.raw.by_index(array, first));
            match first.and_then(|first| self.binary_string(first)) {
                Some(_) => Shown::Values,
                None => Shown::Nothing,
            }
        } else if look(false) {
            Shown::Encodings
        } else {
            Shown::Nothing
        }
    }

    pub(super) fn describe_vhdl(&self, vhdl: &Vhdl, handle: Handle) -> Description {
        let vpi_type = if event::is_over() {
            vpi::vpiUndefined
        } else {
            self.vpi_type(handle)
        };
        let object = vhdl.object(handle);
        let mut description = Description::new(
            super::description::object_kind(vpi_type),
            vhdl.name(handle),
            object.map(|object| object.path.clone()).unwrap_or_default(),
        );
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
                // GHDL shows neither the direction nor the length of a range. These are the bounds of
                // `0 to N - 1` and `N - 1 downto 0` for an N of 0, and of little else.
                description.is_empty = description.encoding == Encoding::None
                    && matches!(description.array, Some((0, -1) | (-1, 0)));
            }
            _ => {}
        }
        // What has several bits and is not a vector.
        description.number = matches!(
            description.encoding,
            Encoding::Logic {
                width: 2..,
                range: None,
                two_state: true,
                ..
            }
        );
        if let (Some(object), Encoding::Logic { two_state, .. }) = (object, &description.encoding) {
            object.has_two_states.set(*two_state);
        }
        description
    }

    fn direction_vhdl(&self, handle: Handle) -> Option<Direction> {
        direction(self.raw.get(vpi::vpiDirection, Some(handle))?)
    }

    /// How a signal is encoded. Integers have 32 bits and enumerations 8; of one bit are `bit`,
    /// `boolean` and `std_logic`, which GHDL does not distinguish.
    fn encoding_vhdl(&self, handle: Handle, kind: &mut ObjectKind) -> Encoding {
        let width = self.raw.get(vpi::vpiSize, Some(handle)).unwrap_or(0);
        let Ok(width @ 1..) = u32::try_from(width) else {
            return Encoding::None;
        };
        if self.raw.get(vpi::vpiVector, Some(handle)) == Some(1) {
            let range = self.range(handle);
            return Encoding::Logic {
                width,
                range: range.filter(|range| length(*range) == u64::from(width)),
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
                object.is_hidden.set(true);
            }
            return encoding;
        }
        // Strings and other arrays are shown with one bit and without a value.
        match encoding {
            Encoding::Logic { .. } if self.binary_string(handle).is_none() => Encoding::None,
            encoding => encoding,
        }
    }

    /// Why an object's value can be neither read nor written, if that is known.
    pub(super) fn hidden_vhdl(&self, vhdl: &Vhdl, handle: Handle) -> Option<PortError> {
        let object = vhdl.object(handle)?;
        let (what, remedy) = match self.vpi_type(handle) {
            vpi::vpiParameter | vpi::vpiConstant if object.is_hidden.get() => (
                "it is a constant vector",
                "have the design copy it into a signal, or make it an integer",
            ),
            vpi::vpiParameter | vpi::vpiConstant => (
                "it is a constant that is an array, a string or a real number",
                "have the design copy what you need into signals of bits, or make it an integer",
            ),
            vpi::vpiNetArray => (
                "its elements are not vectors of bits (but numbers, enumerations, characters, records or \
                 arrays), or it is a port whose bounds come from a generic: it does not tell which",
                "have the design copy what you need into signals that are not an array",
            ),
            _ if object.is_hidden.get() => (
                "it is an element of an array whose bounds, or those of its elements, come from a \
                 generic or a function",
                "have the design copy it into a signal, or use GHDL 5",
            ),
            _ => return None,
        };
        Some(self.unsupported(&format!("show `{}`, since {what}", object.path), remedy))
    }

    /// Why an object's bits must not be queried.
    pub(super) fn check_readable(&self, vhdl: &Vhdl, handle: Handle) -> Result<(), PortError> {
        let object = vhdl.object(handle);
        if object.is_some_and(|object| object.is_hidden.get()) {
            return Err(self.hidden_vhdl(vhdl, handle).unwrap_or(PortError::Over));
        }
        Ok(())
    }

    /// Why nothing can be written to an object.
    pub(super) fn write_refusal_vhdl(
        &self,
        vhdl: &Vhdl,
        handle: Handle,
        undriven: bool,
    ) -> Option<PortError> {
        let object = vhdl.object(handle)?;
        if object.is_element {
            let what = format!("write `{}`, an element of an array", object.path);
            return Some(self.unsupported(&what, "let the design write it"));
        }
        if undriven || !self.quirks.writes_last || self.kind(handle).is_scope() {
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
            "write `{}` except by a force that its drivers could never end",
            object.path
        );
        Some(self.unsupported(
            &what,
            "write inputs of the top, call `assume_undriven` on a signal that nothing in the design drives, \
             or use GHDL 5",
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
}
