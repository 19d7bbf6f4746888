//! Writes that may not last. A program that was built by hand with an older Verilator does not show which variables
//! the design drives.

use std::cell::RefCell;

use super::memory::Location;
use super::object::Object;
use super::watches;

/// A write that the design has not seen.
struct Doubt {
    object: &'static Object,
    location: Location,
    before: Vec<u64>,
}

/// Writes that have changed a variable that the design may drive.
#[derive(Default)]
pub(super) struct Doubts {
    open: RefCell<Vec<Doubt>>,
    /// The objects that have been reported.
    reported: RefCell<Vec<&'static Object>>,
}

fn words(location: Location) -> Vec<u64> {
    let count = watches::words(location);
    (0..count).map(|index| location.word(index)).collect()
}

impl Doubts {
    /// Writes to such an object. Returns whether that has changed it.
    pub(super) fn write(
        &self,
        object: &'static Object,
        location: Location,
        store: impl FnOnce(),
    ) -> bool {
        let before = words(location);
        store();
        let changed = words(location) != before;
        if changed {
            self.open.borrow_mut().push(Doubt {
                object,
                location,
                before,
            });
        }
        changed
    }

    /// The objects that have their old value again, now that the design was evaluated. Each is reported once in a
    /// simulation.
    pub(super) fn lost(&self) -> Vec<&'static Object> {
        let open = std::mem::take(&mut *self.open.borrow_mut());
        let mut reported = self.reported.borrow_mut();
        let is_reported =
            |reported: &[&Object], object| reported.iter().any(|it| std::ptr::eq(*it, object));
        let mut lost = Vec::new();
        for doubt in open {
            if words(doubt.location) == doubt.before && !is_reported(&reported, doubt.object) {
                reported.push(doubt.object);
                lost.push(doubt.object);
            }
        }
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::ObjectKind;
    use crate::simulator::verilator::memory::MemoryLayout;
    use crate::simulator::verilator::object::{Body, Contents, Name, Scope};

    fn object() -> &'static Object {
        let name = Name::Own {
            name: "v".into(),
            path: "top.v".into(),
        };
        let scope = Scope {
            kind: ObjectKind::Module,
            definition: None,
            contents: Contents::default(),
        };
        Object::new(name, Body::Scope(scope))
    }

    #[test]
    fn a_write_is_lost_if_the_evaluation_brings_back_what_was_before_in_every_word() {
        let mut memory = Box::new([1u32, 2, 3]);
        // SAFETY: there are three words, which outlive the location's use.
        let location =
            unsafe { Location::new(memory.as_mut_ptr().cast(), MemoryLayout::Words(3), 70) };
        let (doubts, object) = (Doubts::default(), object());
        let write = |word: u64| doubts.write(object, location, || location.store_word(1, word));
        // No change, a change that stays, one that another change follows.
        assert!(!write(3));
        assert!(write(4) && doubts.lost().is_empty());
        assert!(write(5));
        location.store_word(0, 7);
        location.store_word(1, 4);
        assert!(doubts.lost().is_empty());
        // Lost, and reported once.
        for reported in [1, 0] {
            assert!(write(9));
            location.store_word(1, 4);
            assert_eq!(doubts.lost().len(), reported);
        }
        assert_eq!(memory[2], 4);
    }
}
