//! Elements of arrays that are looked up for one access.
//!
//! An object and a handle for each word of a memory would cost more than the memory itself. So an array has one
//! object, the cursor, that stands for one element at a time and has its handle until it is given back. A written
//! value that has not reached an element is kept with the array.

use std::cell::Cell;

use super::VhpiPort;
use super::object::{Object, Source, StandsFor};
use crate::simulator::event;
use crate::sys::vhpi;

impl VhpiPort {
    /// The element at a declared index, to be given back.
    pub(super) fn lend_element(
        &self,
        array: &'static Object,
        index: i64,
    ) -> Option<&'static Object> {
        let parts = array.parts();
        if let Some(kept) = parts.elements.borrow().get(&index) {
            return Some(kept);
        }
        let (position, inner) = self.position_of_element(array, index)?;
        if event::is_over() || !inner.is_empty() {
            return self.array_element(array, index);
        }
        let cursor = parts.cursor.get_or_init(|| self.make_cursor(array));
        if cursor.held.get().is_some() {
            // A callback of the simulator in the middle of a write.
            return self.array_element(array, index);
        }
        let of = self.held(array).ok()?;
        let position = i32::try_from(position).ok()?;
        let raw = self.raw.by_position(vhpi::vhpiIndexedNames, of, position)?;
        cursor.held.set(Some(raw));
        if let Some(stands_for) = &cursor.stands_for {
            stands_for.index.set(index);
        }
        if let Some(kept) = parts.written.borrow().get(&index) {
            cursor.written.restore(kept);
        }
        Some(cursor)
    }

    /// Ends the access to an element.
    pub(super) fn give_back_element(&self, element: &'static Object) {
        let Some(StandsFor { array, index }) = &element.stands_for else {
            return;
        };
        if let Some(raw) = element.held.take() {
            self.raw.release(raw);
        }
        if let Some(kept) = element.written.take() {
            let mut written = array.parts().written.borrow_mut();
            written.insert(index.get(), kept);
        }
    }

    fn make_cursor(&self, array: &'static Object) -> &'static Object {
        let stands_for = StandsFor {
            array,
            index: Cell::new(0),
        };
        let cursor = Object::keep_cursor(Source::Held, array.role, stands_for);
        let first = self.first_index(array);
        if let Some(first) = first.and_then(|index| self.array_element(array, index)) {
            // All elements are of one type.
            cursor.shape.get_or_init(|| self.shape(first).clone());
        }
        cursor
    }
}
