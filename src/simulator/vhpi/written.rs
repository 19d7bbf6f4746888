//! What was written to an object in this cycle.

use std::cell::{Cell, RefCell};

use crate::value::LogicVec;

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
