//! Objects of the design, each with one handle, which is its address. They live as long as the program.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::ptr::NonNull;

use super::memory::Location;
use crate::simulator::description::{length, packed_element};
use crate::simulator::{Direction, Encoding, Handle, ObjectKind};

/// A scope, a variable, an array or an element of one.
pub(super) struct Object {
    pub(super) name: Name,
    pub(super) body: Body,
    /// The number of the watch on it, or [`NOT_WATCHED`].
    pub(super) watch: Cell<usize>,
}

pub(super) const NOT_WATCHED: usize = usize::MAX;

pub(super) enum Name {
    Own {
        name: Box<str>,
        path: Box<str>,
    },
    /// An element of an array. The index changes if the object is lent to another element.
    Element {
        array: &'static Object,
        index: Cell<i64>,
    },
}

pub(super) enum Body {
    Scope(Scope),
    Variable(Variable),
    Array(Array),
}

pub(super) struct Scope {
    pub(super) kind: ObjectKind,
    pub(super) definition: Option<String>,
    pub(super) contents: Contents,
}

/// What a scope holds, in the order in which it is listed.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) objects: Vec<&'static Object>,
    by_name: HashMap<Box<str>, &'static Object>,
}

pub(super) struct Variable {
    /// Changes if the object is lent to another element.
    pub(super) location: Cell<Location>,
    pub(super) kind: ObjectKind,
    pub(super) encoding: Encoding,
    pub(super) direction: Option<Direction>,
    pub(super) writable: Writable,
    /// The design drives it all the time.
    pub(super) driven: bool,
    /// The design may drive it: that is not known.
    pub(super) may_be_driven: bool,
    /// What it is made of, but for an array's elements.
    pub(super) shape: Shape,
    /// The objects of the members, made when one is looked for.
    pub(super) parts: OnceCell<Contents>,
    /// The objects of the elements of a packed array that were looked for.
    pub(super) elements: RefCell<HashMap<i64, &'static Object>>,
}

/// How the bits of a vector are divided.
#[derive(Clone, Copy, Default)]
pub(super) struct Shape {
    /// Its dimensions, the one of its elements' bits last, if it is a packed array.
    pub(super) packed: &'static [(i64, i64)],
    /// The members of a packed structure, or of each element of an array of such.
    pub(super) members: &'static [Member],
}

impl Shape {
    /// The members of the vector itself, not of elements in it.
    pub(super) fn own_members(self) -> &'static [Member] {
        if self.packed.is_empty() {
            self.members
        } else {
            &[]
        }
    }
}

/// A member of a packed structure.
pub(super) struct Member {
    pub(super) name: Box<str>,
    /// Its least significant bit, counted from that of the structure which it is a member of.
    pub(super) low: u32,
    pub(super) encoding: Encoding,
    pub(super) shape: Shape,
}

/// Whether a variable takes a write, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writable {
    Yes,
    /// A parameter.
    Constant,
    /// Published to be read only.
    ReadOnly,
    /// The copy of a top's output that each evaluation makes beside the top.
    Copy,
    /// An inout port of the top, which shows only what the design itself drives.
    InOut,
}

pub(super) struct Array {
    /// Of the first element.
    pub(super) location: Location,
    pub(super) range: (i64, i64),
    /// The further dimensions.
    pub(super) rest: Box<[(i64, i64)]>,
    pub(super) element_bytes: usize,
    /// Of an array of unpacked structures, where the first is and what is in it.
    pub(super) structure: Option<(Location, &'static Object)>,
    pub(super) kind: ObjectKind,
    pub(super) encoding: Encoding,
    pub(super) direction: Option<Direction>,
    pub(super) writable: Writable,
    pub(super) driven: bool,
    /// That of each element.
    pub(super) shape: Shape,
    pub(super) elements: RefCell<HashMap<i64, &'static Object>>,
}

impl Contents {
    /// Adds an object; of two of one name the first stays.
    pub(super) fn add(&mut self, object: &'static Object) {
        let name = object.name();
        if !self.by_name.contains_key(name.as_str()) {
            self.by_name.insert(name.into(), object);
            self.objects.push(object);
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'static Object> {
        self.by_name.get(name).copied()
    }
}

impl Object {
    pub(super) fn new(name: Name, body: Body) -> &'static Object {
        Box::leak(Box::new(Object {
            name,
            body,
            watch: Cell::new(NOT_WATCHED),
        }))
    }

    pub(super) fn handle(&'static self) -> Handle {
        Handle(NonNull::from(self).cast())
    }

    #[inline]
    pub(super) fn of(handle: Handle) -> &'static Object {
        // SAFETY: this port is the process's only one, so each handle was made by `handle` above, of an
        // object that lives as long as the program.
        unsafe { handle.0.cast::<Object>().as_ref() }
    }

    pub(super) fn kind(&self) -> ObjectKind {
        match &self.body {
            Body::Scope(scope) => scope.kind,
            Body::Variable(value) => value.kind,
            Body::Array(_) => ObjectKind::Array,
        }
    }

    pub(super) fn name(&self) -> String {
        match &self.name {
            Name::Own { name, .. } => name.to_string(),
            Name::Element { array, index } => format!("{}[{}]", array.name(), index.get()),
        }
    }

    pub(super) fn path(&self) -> String {
        match &self.name {
            Name::Own { path, .. } => path.to_string(),
            Name::Element { array, index } => format!("{}[{}]", array.path(), index.get()),
        }
    }
}

impl Object {
    /// The path of what is declared: of an element, that of the array.
    pub(super) fn declared_path(&self) -> String {
        match &self.name {
            Name::Own { path, .. } => path.to_string(),
            Name::Element { array, .. } => array.declared_path(),
        }
    }

    /// What is at a path that many bytes behind what is in this object.
    ///
    /// # Safety
    ///
    /// The same is there: this is in an element of an array, and that in another one.
    unsafe fn body_behind(&self, bytes: usize, path: &str) -> Body {
        // SAFETY: the caller's promise.
        let behind = |location: Location| unsafe { location.offset(bytes) };
        match &self.body {
            Body::Scope(scope) => {
                let mut contents = Contents::default();
                for object in &scope.contents.objects {
                    let name = object.name();
                    let path = format!("{path}.{name}");
                    // SAFETY: what is in the element goes with it.
                    let body = unsafe { object.body_behind(bytes, &path) };
                    let name = Name::Own {
                        name: name.into(),
                        path: path.into(),
                    };
                    contents.add(Object::new(name, body));
                }
                Body::Scope(Scope {
                    kind: scope.kind,
                    definition: scope.definition.clone(),
                    contents,
                })
            }
            Body::Variable(value) => Body::Variable(Variable {
                location: Cell::new(behind(value.location.get())),
                parts: OnceCell::new(),
                elements: RefCell::default(),
                ..*value
            }),
            Body::Array(array) => Body::Array(Array {
                location: behind(array.location),
                rest: array.rest.clone(),
                structure: array.structure.map(|(first, structure)| {
                    // SAFETY: as above.
                    let body = unsafe { structure.body_behind(bytes, path) };
                    let name = Name::Own {
                        name: structure.name().into(),
                        path: path.into(),
                    };
                    (behind(first), Object::new(name, body))
                }),
                elements: RefCell::default(),
                ..*array
            }),
        }
    }
}

impl Variable {
    /// The members of a packed structure, at this path.
    pub(super) fn parts(&self, path: &str) -> &Contents {
        self.parts.get_or_init(|| {
            let whole = self.location.get();
            let mut contents = Contents::default();
            for member in self.shape.own_members() {
                let width = member.encoding.width().unwrap_or(0);
                let Some(location) = whole.bits(member.low, width) else {
                    continue;
                };
                contents.add(Object::new(
                    Name::Own {
                        name: member.name.clone(),
                        path: format!("{path}.{}", member.name).into(),
                    },
                    Body::Variable(self.part(location, member.encoding, member.shape)),
                ));
            }
            contents
        })
    }

    /// Some of its bits.
    fn part(&self, location: Location, encoding: Encoding, shape: Shape) -> Variable {
        Variable {
            location: Cell::new(location),
            encoding,
            shape,
            parts: OnceCell::new(),
            elements: RefCell::default(),
            ..*self
        }
    }

    /// The element of a packed array at a declared index: each has one object.
    pub(super) fn element(
        &self,
        index: i64,
        path: impl FnOnce() -> String,
    ) -> Option<&'static Object> {
        let [_, packed @ ..] = self.shape.packed else {
            return None;
        };
        let bits = packed.last()?;
        if let Some(known) = self.elements.borrow().get(&index) {
            return Some(known);
        }
        let (low, width) = packed_element(self.shape.packed, index)?;
        let (low, width) = (u32::try_from(low).ok()?, u32::try_from(width).ok()?);
        let location = self.location.get().bits(low, width)?;
        let is_plain = packed.len() == 1;
        let encoding = Encoding::Logic {
            width,
            range: Some(if is_plain {
                *bits
            } else {
                (i64::from(width) - 1, 0)
            }),
            signed: false,
            two_state: true,
        };
        let shape = Shape {
            packed: if is_plain { &[] } else { packed },
            ..self.shape
        };
        let path = format!("{}[{index}]", path());
        let name = path.rsplit_once('.').map_or(&*path, |it| it.1);
        let own = Name::Own {
            name: name.into(),
            path: (&*path).into(),
        };
        let element = Object::new(own, Body::Variable(self.part(location, encoding, shape)));
        self.elements.borrow_mut().insert(index, element);
        Some(element)
    }
}

impl Array {
    /// Where the element, or the row, at a declared index begins.
    fn at(&self, index: i64) -> Option<Location> {
        let (left, right) = self.range;
        let low = left.min(right);
        if index < low || index > left.max(right) {
            return None;
        }
        let row: u64 = self.rest.iter().map(|range| length(*range)).product();
        let before = usize::try_from(index.abs_diff(low) * row).ok()?;
        // SAFETY: the array has elements for all indices of its ranges, from the lowest on.
        Some(unsafe { self.location.offset(before * self.element_bytes) })
    }

    fn body(&self, location: Location) -> Body {
        match &*self.rest {
            [] => Body::Variable(Variable {
                location: Cell::new(location),
                kind: self.kind,
                encoding: self.encoding,
                direction: None,
                writable: self.writable,
                driven: self.driven,
                may_be_driven: false,
                shape: self.shape,
                parts: OnceCell::new(),
                elements: RefCell::default(),
            }),
            [range, rest @ ..] => Body::Array(Array {
                location,
                range: *range,
                rest: rest.into(),
                element_bytes: self.element_bytes,
                structure: self.structure,
                kind: self.kind,
                encoding: self.encoding,
                direction: None,
                writable: self.writable,
                driven: self.driven,
                shape: self.shape,
                elements: RefCell::default(),
            }),
        }
    }

    /// The element or the row at a declared index: each has one object.
    pub(super) fn element(&self, array: &'static Object, index: i64) -> Option<&'static Object> {
        if let Some(known) = self.elements.borrow().get(&index) {
            return Some(known);
        }
        let name = Name::Element {
            array,
            index: Cell::new(index),
        };
        let location = self.at(index)?;
        let body = match self.structure.filter(|_| self.rest.is_empty()) {
            Some((first, structure)) => {
                let path = format!("{}[{index}]", array.path());
                // SAFETY: the elements lie one behind the other, each with its members.
                unsafe { structure.body_behind(location.bytes_behind(first), &path) }
            }
            None => self.body(location),
        };
        let element = Object::new(name, body);
        self.elements.borrow_mut().insert(index, element);
        Some(element)
    }

    /// The element at a declared index, in an object that is used for others later.
    pub(super) fn lend(
        &self,
        array: &'static Object,
        index: i64,
        spare: &Cell<Option<&'static Object>>,
    ) -> Option<&'static Object> {
        if !self.rest.is_empty() || self.structure.is_some() {
            return self.element(array, index);
        }
        if let Some(known) = self.elements.borrow().get(&index) {
            return Some(known);
        }
        let location = self.at(index)?;
        if let Some(lent) = spare.take()
            && let Name::Element {
                array: of,
                index: at,
            } = &lent.name
            && let Body::Variable(value) = &lent.body
            && std::ptr::eq(*of, array)
        {
            at.set(index);
            value.location.set(location);
            return Some(lent);
        }
        let name = Name::Element {
            array,
            index: Cell::new(index),
        };
        Some(Object::new(name, self.body(location)))
    }

    /// Whether an object was lent, and not kept.
    pub(super) fn is_lent(&self, index: i64) -> bool {
        self.rest.is_empty() && !self.elements.borrow().contains_key(&index)
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::c_void;

    use super::*;
    use crate::simulator::verilator::memory::MemoryLayout;

    fn own(name: &str, path: &str) -> Name {
        Name::Own {
            name: name.into(),
            path: path.into(),
        }
    }

    fn array(location: Location, range: (i64, i64), element_bytes: usize) -> Array {
        Array {
            location,
            range,
            rest: Box::new([]),
            element_bytes,
            structure: None,
            kind: ObjectKind::Variable,
            encoding: Encoding::None,
            direction: None,
            writable: Writable::Yes,
            driven: false,
            shape: Shape::default(),
            elements: RefCell::default(),
        }
    }

    fn cube(memory: &mut [u16]) -> &'static Object {
        assert_eq!(memory.len(), 2 * 3 * 4);
        // SAFETY: there are as many elements as the ranges below hold.
        let location = unsafe { Location::new(memory.as_mut_ptr().cast(), MemoryLayout::Half, 16) };
        let rest = Box::new([(-1, 1), (7, 4)]);
        let array = Array {
            rest,
            ..array(location, (1, 0), 2)
        };
        Object::new(own("m", "top.m"), Body::Array(array))
    }

    fn at(object: &'static Object, index: i64) -> Option<&'static Object> {
        match &object.body {
            Body::Array(array) => array.element(object, index),
            _ => None,
        }
    }

    #[test]
    fn elements_lie_from_the_least_index_of_each_dimension_on() {
        let mut memory: Vec<u16> = (0..24).collect();
        let cube = cube(&mut memory);
        for (path, position) in [([0, -1, 4], 0), ([1, 0, 5], 17), ([1, 1, 7], 23)] {
            let element = path
                .iter()
                .try_fold(cube, |object, &index| at(object, index))
                .unwrap();
            let Body::Variable(value) = &element.body else {
                panic!()
            };
            assert_eq!(value.location.get().load(), position, "{path:?}");
            let [first, second, third] = path;
            assert_eq!(element.path(), format!("top.m[{first}][{second}][{third}]"));
        }
        for outside in [-1, 2] {
            assert!(at(cube, outside).is_none());
        }
        // Each has one object.
        assert!(std::ptr::eq(at(cube, 0).unwrap(), at(cube, 0).unwrap()));
    }

    #[test]
    fn structures_in_an_array_have_members_of_their_own() {
        // Three times a byte, and three half-words two bytes behind it.
        let mut memory = [0_u16; 3 * 4];
        let start: *mut c_void = memory.as_mut_ptr().cast();
        // SAFETY: they are in the memory, as is what is behind them.
        let [id, words] = [(0, MemoryLayout::Byte), (2, MemoryLayout::Half)]
            .map(|(at, layout)| unsafe { Location::new(start.byte_add(at), layout, 8) });
        let body_of_id = array(id, (0, 0), 1).body(id);
        let mut contents = Contents::default();
        contents.add(Object::new(own("id", "top.s.id"), body_of_id));
        let of_words = array(words, (2, 0), 2);
        contents.add(Object::new(
            own("words", "top.s.words"),
            Body::Array(of_words),
        ));
        let scope = Scope {
            kind: ObjectKind::Struct,
            definition: None,
            contents,
        };
        let first = Object::new(own("s", "top.s"), Body::Scope(scope));
        let all = Array {
            structure: Some((id, first)),
            ..array(id, (1, 3), 8)
        };
        let all = Object::new(own("s", "top.s"), Body::Array(all));
        for index in 1..=3_u8 {
            let Some(Body::Scope(element)) = at(all, index.into()).map(|it| &it.body) else {
                panic!()
            };
            let id = element.contents.get("id").unwrap();
            assert_eq!(id.path(), format!("top.s[{index}].id"));
            let word = at(element.contents.get("words").unwrap(), 1).unwrap();
            assert_eq!(word.path(), format!("top.s[{index}].words[1]"));
            for (object, value) in [(id, index), (word, 16 * index)] {
                let Body::Variable(value_of) = &object.body else {
                    panic!()
                };
                value_of.location.get().store(value.into());
            }
        }
        assert_eq!(memory, [1, 0, 16, 0, 2, 0, 32, 0, 3, 0, 48, 0]);
        assert!(at(all, 0).is_none() && at(all, 4).is_none());
        // Such an element is kept, not lent.
        let Body::Array(array) = &all.body else {
            panic!()
        };
        let lent = array.lend(all, 2, &Cell::new(None)).unwrap();
        assert!(std::ptr::eq(lent, at(all, 2).unwrap()) && !array.is_lent(2));
    }

    #[test]
    fn a_lent_element_is_used_again_for_another_of_its_array() {
        let mut memory: Vec<u16> = (0..24).collect();
        let row = at(at(cube(&mut memory), 1).unwrap(), 0).unwrap();
        let Body::Array(array) = &row.body else {
            panic!()
        };
        let spare = Cell::new(None);
        let first = array.lend(row, 4, &spare).unwrap();
        spare.set(Some(first));
        let second = array.lend(row, 6, &spare).unwrap();
        assert!(std::ptr::eq(first, second));
        let Body::Variable(value) = &second.body else {
            panic!()
        };
        assert_eq!(value.location.get().load(), 18);
        assert_eq!(second.path(), "top.m[1][0][6]");
        assert!(array.lend(row, 3, &spare).is_none());
        // One that is kept is not a spare.
        let kept = array.element(row, 5).unwrap();
        assert!(std::ptr::eq(array.lend(row, 5, &spare).unwrap(), kept));
        assert!(!array.is_lent(5));
    }
}
