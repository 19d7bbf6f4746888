//! What stands behind a [`Handle`]: one object of the design, with what is known of it.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::ptr::NonNull;

use super::cursor::{Parts, StandsFor};
use super::raw::Raw;
use super::shape::Shape;
use super::structure::Structure;
use crate::simulator::{Direction, Handle, ObjectKind};
use crate::sys::vhpi;
use crate::value::LogicVec;

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

/// An object of the design. There is one for each, whatever leads to it, and it is never freed.
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
    /// What it is made of, if it is a record as a structure.
    pub(super) structure: Option<Box<Structure>>,
    pub(super) forced: Cell<bool>,
    pub(super) written: Written,
}

/// What an object holds by name.
#[derive(Default)]
pub(super) struct Contents {
    /// In the simulator's order.
    pub(super) objects: Vec<&'static Object>,
    pub(super) by_name: HashMap<String, &'static Object>,
}

/// The value that was written in this cycle and is the object's from the next one on. Until then
/// it is what a read finds, as on simulators whose writes are done when they return.
#[derive(Default)]
pub(super) struct Written {
    form: Cell<Form>,
    planes: Cell<(u64, u64)>,
    vector: RefCell<LogicVec>,
    real: Cell<f64>,
    text: RefCell<String>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Form {
    #[default]
    Nothing,
    Planes,
    Vector,
    Real,
    Text,
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

/// A value that was written, without the room that an object has for the next one.
pub(super) enum Kept {
    Planes((u64, u64)),
    Vector(Box<LogicVec>),
    Real(f64),
    Text(Box<str>),
}

impl Written {
    /// Takes the value out.
    pub(super) fn take(&self) -> Option<Kept> {
        Some(match self.form.take() {
            Form::Nothing => return None,
            Form::Planes => Kept::Planes(self.planes.get()),
            Form::Vector => Kept::Vector(Box::new(self.vector.borrow().clone())),
            Form::Real => Kept::Real(self.real.get()),
            Form::Text => Kept::Text(self.text.borrow().as_str().into()),
        })
    }

    /// Puts a value back that was taken.
    pub(super) fn restore(&self, kept: &Kept) {
        match kept {
            Kept::Planes(planes) => self.set_planes(*planes),
            Kept::Vector(value) => self.set_vector(value),
            Kept::Real(value) => self.set_real(*value),
            Kept::Text(value) => self.set_text(value),
        }
    }

    #[inline]
    pub(super) fn is_anything(&self) -> bool {
        self.form.get() != Form::Nothing
    }

    pub(super) fn forget(&self) {
        self.form.set(Form::Nothing);
    }

    #[inline]
    pub(super) fn set_planes(&self, planes: (u64, u64)) {
        self.planes.set(planes);
        self.form.set(Form::Planes);
    }

    pub(super) fn set_vector(&self, value: &LogicVec) {
        self.vector.borrow_mut().clone_from(value);
        self.form.set(Form::Vector);
    }

    pub(super) fn set_real(&self, value: f64) {
        self.real.set(value);
        self.form.set(Form::Real);
    }

    pub(super) fn set_text(&self, value: &str) {
        value.clone_into(&mut self.text.borrow_mut());
        self.form.set(Form::Text);
    }

    /// Two planes of up to 64 bits.
    #[inline]
    pub(super) fn planes(&self) -> Option<(u64, u64)> {
        match self.form.get() {
            Form::Planes => Some(self.planes.get()),
            Form::Vector => {
                let vector = self.vector.borrow();
                Some((vector.value_word(0), vector.unknown_word(0)))
            }
            Form::Nothing | Form::Real | Form::Text => None,
        }
    }

    /// A vector of `width` bits, into memory that is reused.
    pub(super) fn read_vector(&self, width: u32, into: &mut LogicVec) -> bool {
        match self.form.get() {
            Form::Vector => into.clone_from(&self.vector.borrow()),
            Form::Planes => {
                let (value, unknown) = self.planes.get();
                *into = LogicVec::from_planes_u64(width, value, unknown);
            }
            Form::Nothing | Form::Real | Form::Text => return false,
        }
        true
    }

    pub(super) fn real(&self) -> Option<f64> {
        (self.form.get() == Form::Real).then(|| self.real.get())
    }

    pub(super) fn text(&self) -> Option<String> {
        (self.form.get() == Form::Text).then(|| self.text.borrow().clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_in_the_form_that_is_asked_for() {
        let written = Written::default();
        let mut vector = LogicVec::default();
        assert!(!written.is_anything() && !written.read_vector(8, &mut vector));
        written.set_planes((0x5a, 0));
        assert!(written.read_vector(8, &mut vector));
        assert_eq!(vector.to_string(), "8'h5a");
        written.set_vector(&LogicVec::ones(8));
        assert_eq!(written.planes(), Some((0xff, 0)));
        written.set_text("a");
        assert_eq!((written.planes(), written.text()), (None, Some("a".into())));
        let kept = written.take().expect("something was written");
        assert!(!written.is_anything() && written.take().is_none());
        written.restore(&kept);
        assert_eq!(written.text(), Some("a".into()));
        written.forget();
        assert_eq!(written.text(), None);
    }
}
