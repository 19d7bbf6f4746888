//! Facts about declarations that the simulator does not show.
//!
//! Icarus shows an unpacked array of several dimensions as one of a single dimension, with words from 0 on, and does
//! not show that words are signed. Verilator shows no signs before 5.044 and no ascending ranges before 5.040. The
//! harness of `cargo test` gets these facts from the compiler, and names their file in `VERIFORK_DECLARATIONS`, in the
//! format of [`verifork_protocol::declarations`].
//!
//! A row of such an array is an object that the simulator does not have. Its handle is an address of ours, which is
//! never passed to the simulator.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ptr::NonNull;

use verifork_protocol::declarations::Declaration;
use verifork_protocol::description::Literal;

use super::VpiPort;
use crate::simulator::declarations::{Declarations, is_unpacked};
use crate::simulator::description::length;
use crate::simulator::{Driver, Encoding, Handle, Identity, Port as _};
use crate::sys::vpi;

#[derive(Default)]
pub(super) struct Declared {
    objects: Declarations,
    rows: RefCell<HashMap<Handle, &'static Row>>,
    by_place: RefCell<HashMap<Indexed, Handle>>,
    /// The last queried array, and whether it has rows or is one.
    last: Cell<Option<(Handle, bool)>>,
}

/// An array, and some of its indices.
type Indexed = (Handle, Box<[i64]>);

/// The elements of an array behind some of its indices.
struct Row {
    array: Handle,
    indices: Box<[i64]>,
}

/// An array or a row of it.
struct ArrayRow {
    array: Handle,
    indices: Vec<i64>,
    dimensions: Vec<(i64, i64)>,
}

impl Declared {
    /// Reads the file, if there is one.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is no such file.
    pub(super) fn read() -> Result<Self, String> {
        Ok(Declared {
            objects: Declarations::read()?,
            ..Declared::default()
        })
    }

    pub(super) fn unshown_part(&self, path: &str, identity: &Identity) -> Option<String> {
        self.objects.unshown_part(path, identity)
    }

    fn row(&self, handle: Handle) -> Option<&'static Row> {
        if self.objects.is_empty() {
            return None;
        }
        self.rows.borrow().get(&handle).copied()
    }

    fn row_at(&self, array: Handle, indices: Vec<i64>) -> Handle {
        let key = (array, indices.into_boxed_slice());
        if let Some(known) = self.by_place.borrow().get(&key) {
            return *known;
        }
        let row: &'static Row = Box::leak(Box::new(Row {
            array,
            indices: key.1.clone(),
        }));
        let handle = Handle(NonNull::from(row).cast());
        self.rows.borrow_mut().insert(handle, row);
        self.by_place.borrow_mut().insert(key, handle);
        handle
    }
}

/// The position of an element among all, which Icarus counts from the least index of each dimension on.
fn position(dimensions: &[(i64, i64)], indices: &[i64]) -> Option<i32> {
    let mut position: u64 = 0;
    for (&(left, right), &index) in dimensions.iter().zip(indices) {
        let low = left.min(right);
        if index < low || index > left.max(right) {
            return None;
        }
        position = position * length((left, right)) + index.abs_diff(low);
    }
    i32::try_from(position).ok()
}

/// The indices of the element at a position.
fn indices(dimensions: &[(i64, i64)], position: u64) -> Vec<i64> {
    let mut rest = position;
    let mut indices: Vec<_> = dimensions
        .iter()
        .rev()
        .map(|&(left, right)| {
            let length = length((left, right));
            let index = left.min(right).saturating_add_unsigned(rest % length);
            rest /= length;
            index
        })
        .collect();
    indices.reverse();
    indices
}

fn in_brackets(indices: &[i64]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for index in indices {
        // Writing to a string cannot fail.
        let _ = write!(text, "[{index}]");
    }
    text
}

impl VpiPort {
    fn declared_array(&self, array: Handle) -> Option<&Declaration> {
        if self.declared.objects.is_empty() {
            return None;
        }
        let path = self.raw.get_text(vpi::vpiFullName, array)?;
        self.declared.objects.get(&path)
    }

    fn place(&self, array: Handle) -> Option<ArrayRow> {
        let (array, indices) = match self.declared.row(array) {
            Some(row) => (row.array, row.indices.to_vec()),
            None => (array, vec![]),
        };
        let dimensions = self.declared_array(array)?.dimensions.clone();
        (dimensions.len() > 1).then_some(ArrayRow {
            array,
            indices,
            dimensions,
        })
    }

    /// Whether an object is a row, which the simulator does not have.
    pub(super) fn is_row(&self, object: Handle) -> bool {
        self.declared.row(object).is_some()
    }

    /// Whether an array has several dimensions, or is a row of one that has. This is asked at each access
    /// to a word.
    #[inline]
    pub(super) fn has_dimensions(&self, array: Handle) -> bool {
        if self.declared.objects.is_empty() {
            return false;
        }
        match self.declared.last.get() {
            Some((last, answer)) if last == array => answer,
            _ => {
                let answer = self.place(array).is_some();
                self.declared.last.set(Some((array, answer)));
                answer
            }
        }
    }

    /// The element of an array of several dimensions, or of a row of one, if it has one of this index.
    pub(super) fn declared_element(&self, array: Handle, index: i64) -> Option<Handle> {
        let ArrayRow {
            array,
            mut indices,
            dimensions,
        } = self.place(array)?;
        indices.push(index);
        let position = position(&dimensions, &indices)?;
        if indices.len() < dimensions.len() {
            Some(self.declared.row_at(array, indices))
        } else {
            self.raw.by_index(array, position)
        }
    }

    /// The range of an array of several dimensions, or of a row of one.
    pub(super) fn declared_range(&self, array: Handle) -> Option<(i64, i64)> {
        let place = self.place(array)?;
        place.dimensions.get(place.indices.len()).copied()
    }

    /// The first word of an array of several dimensions.
    pub(super) fn first_word(&self, array: Handle) -> Option<Handle> {
        let place = self.place(array)?;
        self.raw.by_index(place.array, 0)
    }

    /// The name or the full name of a row, or of a word of an array of several dimensions, by the
    /// indices of its declaration.
    pub(super) fn declared_name(&self, property: i32, object: Handle) -> Option<String> {
        if let Some(row) = self.declared.row(object) {
            let name = self.raw.get_text(property, row.array)?;
            return Some(format!("{name}{}", in_brackets(&row.indices)));
        }
        if self.declared.objects.is_empty() {
            return None;
        }
        let shown = self.raw.get_text(vpi::vpiFullName, object)?;
        let (array, position) = shown.strip_suffix(']')?.rsplit_once('[')?;
        let declared = self.declared.objects.get(array)?;
        if declared.dimensions.len() < 2 {
            return None;
        }
        let indices = indices(&declared.dimensions, position.parse().ok()?);
        let name = self.raw.get_text(property, object)?;
        let (name, _) = name.rsplit_once('[')?;
        Some(format!("{name}{}", in_brackets(&indices)))
    }

    /// What is known about an object that is not shown.
    pub(super) fn unshown_declared(&self, path: &str) -> Option<String> {
        self.declared.objects.unshown(path, &self.identity)
    }

    /// The declared objects in a scope that are not shown.
    pub(super) fn unlisted_declared(&self, scope: Handle) -> Vec<(String, String)> {
        let objects = &self.declared.objects;
        if objects.is_empty() {
            return Vec::new();
        }
        objects.unlisted(&self.describe(scope).path, &self.identity)
    }

    /// What the compiler has said that drives an object.
    pub(super) fn declared_driver(&self, object: Handle) -> Driver {
        if self.declared.objects.is_empty() {
            return Driver::Unknown;
        }
        self.declared.objects.driver(&self.path(object))
    }

    /// Whether an object is shown as something else than it is: what has no value, as a bit; an array of real numbers
    /// or of strings, as one or as a vector, whose elements are all the first; one of unpacked structures, as one of bits.
    pub(super) fn is_declared_out_of_reach(&self, object: Handle) -> bool {
        if self.declared.objects.is_empty() {
            return false;
        }
        let declared = self.declared.objects.get(&self.path(object));
        declared.is_some_and(|it| {
            it.opaque.is_some()
                || !it.dimensions.is_empty() && (it.real || it.text)
                || it.structure && self.has_elements_of_another_width(object, it)
        })
    }

    /// Whether an object is an array of what was declared as a structure, and shown as something else.
    fn has_elements_of_another_width(&self, object: Handle, declared: &Declaration) -> bool {
        let vpi_type = self.vpi_type(object);
        if ![vpi::vpiMemory, vpi::vpiRegArray].contains(&vpi_type) {
            return false;
        }
        let element = self
            .range(object)
            .and_then(|(left, _)| self.array_element(object, left));
        let Some(element) = element else {
            return false;
        };
        let is_shown = self.is_unpacked_structure(self.vpi_type(element));
        let width = self.raw.get(vpi::vpiSize, Some(element));
        let width = width.and_then(|width| u32::try_from(width).ok());
        !is_shown && width.is_some_and(|width| is_unpacked(declared, width))
    }

    /// Whether an object that is shown as none is an array.
    pub(super) fn is_declared_array(&self, object: Handle) -> bool {
        if self.declared.objects.is_empty() {
            return false;
        }
        let declared = self.declared.objects.get(&self.path(object));
        declared.is_some_and(|declared| !declared.dimensions.is_empty())
    }

    /// Whether an object that is shown as one of this width is an unpacked structure.
    pub(super) fn is_declared_unpacked(&self, object: Handle, width: u32) -> bool {
        if self.declared.objects.is_empty() {
            return false;
        }
        let declared = self.declared.objects.get(&self.path(object));
        declared.is_some_and(|declared| is_unpacked(declared, width))
    }

    /// The literals of an object that is declared as one of an enumeration, or as an array of such.
    pub(super) fn declared_literals(&self, object: Handle, vpi_type: i32) -> Vec<Literal> {
        if self.declared.objects.is_empty() {
            return Vec::new();
        }
        let path = self.path(object);
        let path = match path.rsplit_once('[') {
            Some((array, _)) if vpi_type == vpi::vpiMemoryWord => array,
            _ => &path,
        };
        self.declared.objects.literals(path)
    }

    /// The encoding that VPI shows for an object, or for a word of an array, corrected by its declaration.
    pub(super) fn as_declared(&self, object: Handle, encoding: Encoding) -> Encoding {
        if self.declared.objects.is_empty() {
            return encoding;
        }
        let (
            Some(declared),
            Encoding::Logic {
                width,
                range,
                signed,
                two_state,
            },
        ) = (self.declared.objects.of(&self.path(object)), &encoding)
        else {
            return encoding;
        };
        let of_bits = declared
            .range
            .filter(|bounds| range.is_some() && length(*bounds) == u64::from(*width));
        Encoding::Logic {
            width: *width,
            range: of_bits.or(*range),
            signed: declared.signed.unwrap_or(*signed),
            two_state: *two_state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_counted_from_the_least_index_of_each_dimension() {
        let cube = [(1, 0), (3, 1), (-1, 1)];
        assert_eq!(position(&cube, &[1, 2, 0]), Some(13));
        assert_eq!(position(&cube, &[0, 1, -1]), Some(0));
        assert_eq!(position(&cube, &[1]), Some(1));
        for outside in [[2, 1, 0], [0, 0, 0], [0, 1, 2], [-1, 1, 0]] {
            assert_eq!(position(&cube, &outside), None);
        }
        for at in 0..18 {
            let found = indices(&cube, at);
            assert_eq!(position(&cube, &found), i32::try_from(at).ok());
        }
    }
}
