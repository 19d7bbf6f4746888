//! The object of the design behind a [`Handle`].

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::ptr::NonNull;

use super::raw::Raw;
use super::shape::Shape;
use super::written::{Kept, Written};
use crate::simulator::{Direction, Handle, InOrder, ObjectKind};
use crate::sys::vhpi;
use crate::value::FieldLayout;

/// What an object was declared as; elements and fields are what the whole is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Region(ObjectKind),
    Port(Option<Direction>),
    Signal,
    Variable,
    /// A generic or a constant.
    Constant,
}

/// Where an object's handle comes from.
#[derive(Clone, Copy)]
pub(super) enum Source {
    /// It is held from the beginning.
    Held,
    /// It is at a position, from 0, in a relation of another object.
    Position {
        parent: &'static Object,
        relation: vhpi::vhpiOneToManyT,
        position: i32,
    },
    /// It is a row of an array of several dimensions, or a record as a structure: it has the handle of
    /// the array or the record.
    Row(&'static Object),
}

/// An object of the design. Each exists once, however it was found, and is never freed.
pub(super) struct Object {
    /// Where its handle comes from.
    pub(super) source: Source,
    /// The handle, once it is held.
    pub(super) held: Cell<Option<Raw>>,
    pub(super) role: Role,
    /// Whether it is an element or a field, and has no declaration of its own.
    pub(super) is_part: bool,
    /// As it is shown.
    pub(super) name: Box<str>,
    pub(super) path: Box<str>,
    /// For such a row, the position of its first element in the array.
    pub(super) row: Option<u32>,
    pub(super) shape: OnceCell<Shape>,
    pub(super) contents: OnceCell<Contents>,
    parts: OnceCell<Box<Parts>>,
    /// The element that it stands for, if it is a cursor.
    pub(super) stands_for: Option<StandsFor>,
    /// Its fields, if it is a record as a structure.
    pub(super) structure: Option<Box<Structure>>,
    pub(super) forced: Cell<bool>,
    pub(super) written: Written,
}

/// The contents of an object, by name.
#[derive(Default)]
pub(super) struct Contents {
    /// In the simulator's order.
    pub(super) objects: Vec<&'static Object>,
    pub(super) by_name: HashMap<String, &'static Object>,
}

impl Object {
    /// Keeps an object to the end of the run.
    pub(super) fn keep(
        source: Source,
        role: Role,
        is_part: bool,
        name: String,
        path: String,
        row: Option<u32>,
    ) -> &'static Object {
        Box::leak(Box::new(Self::new(source, role, is_part, name, path, row)))
    }

    fn new(
        source: Source,
        role: Role,
        is_part: bool,
        name: String,
        path: String,
        row: Option<u32>,
    ) -> Object {
        Object {
            source,
            held: Cell::new(None),
            role,
            is_part,
            name: name.into(),
            path: path.into(),
            row,
            shape: OnceCell::new(),
            contents: OnceCell::new(),
            parts: OnceCell::new(),
            stands_for: None,
            structure: None,
            forced: Cell::new(false),
            written: Written::default(),
        }
    }

    /// An object that stands for elements of an array.
    pub(super) fn keep_cursor(
        source: Source,
        role: Role,
        stands_for: StandsFor,
    ) -> &'static Object {
        let mut cursor = Object::new(source, role, true, String::new(), String::new(), None);
        cursor.stands_for = Some(stands_for);
        Box::leak(Box::new(cursor))
    }

    /// A record as a structure.
    pub(super) fn keep_structure(
        record: &'static Object,
        shape: Shape,
        structure: Structure,
    ) -> &'static Object {
        let (name, path) = (record.name.to_string(), record.path.to_string());
        let source = Source::Row(record);
        let mut object = Object::new(source, record.role, record.is_part, name, path, None);
        object.shape = OnceCell::from(shape);
        object.structure = Some(Box::new(structure));
        Box::leak(Box::new(object))
    }

    /// The full name.
    pub(super) fn path(&self) -> Cow<'_, str> {
        match &self.stands_for {
            Some(element) => format!("{}[{}]", element.array.path, element.index.get()).into(),
            None => Cow::Borrowed(&self.path),
        }
    }

    /// What it has of its elements, if it is an array.
    pub(super) fn parts(&self) -> &Parts {
        self.parts.get_or_init(Box::default)
    }

    pub(super) fn handle(&'static self) -> Handle {
        Handle(NonNull::from(self).cast())
    }

    /// The object of a handle.
    pub(super) fn of(handle: Handle) -> &'static Object {
        // SAFETY: a process has one port, handles are made by the port only, and all that this one
        // makes point to objects that are never freed and never borrowed mutably.
        unsafe { handle.0.cast().as_ref() }
    }

    pub(super) fn is_constant(&self) -> bool {
        self.role == Role::Constant
    }
}

type ByIndex<T> = HashMap<i64, T, BuildHasherDefault<InOrder>>;

/// What an array has of its elements, and a record of its structures.
#[derive(Default)]
pub(super) struct Parts {
    /// Those that are kept, by declared index.
    pub(super) elements: RefCell<ByIndex<&'static Object>>,
    pub(super) cursor: OnceCell<&'static Object>,
    /// The structures that a record is bound as.
    pub(super) structures: RefCell<Vec<&'static Object>>,
    /// What was written in this cycle to others.
    pub(super) written: RefCell<ByIndex<Kept>>,
}

/// The element that a cursor stands for.
pub(super) struct StandsFor {
    pub(super) array: &'static Object,
    pub(super) index: Cell<i64>,
}

impl Parts {
    pub(super) fn has_written(&self) -> bool {
        !self.written.borrow().is_empty()
    }

    pub(super) fn take_written(&self, index: i64) -> Option<Kept> {
        self.written.borrow_mut().remove(&index)
    }

    /// Forgets the written value and frees its memory.
    pub(super) fn forget_written(&self) {
        self.written.take();
    }
}

/// What a record is made of as a structure.
pub(super) struct Structure {
    pub(super) fields: &'static [FieldLayout],
    pub(super) parts: Box<[Part]>,
}

/// A field of a record that holds a value, and its bits in the structure.
pub(super) struct Part {
    pub(super) object: &'static Object,
    pub(super) low: u32,
    pub(super) width: u32,
    pub(super) form: Form,
}

/// How a field's value is converted to bits.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Bits,
    /// As a number, which may need more bits there than here, or fewer.
    Number {
        there: Number,
        here: Number,
    },
}

/// Which numbers some bits hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number {
    pub(super) width: u32,
    pub(super) signed: bool,
}
