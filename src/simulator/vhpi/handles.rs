//! The simulator's handles: few are held, in an order that keeps the others cheap.
//!
//! NVC has a table of handles. A new handle takes the slot that was released last. If the next slot is taken, NVC
//! searches for a free one from the beginning of the table. So listed objects have no handle: they are known by their
//! position until their value is used. Long-lived handles are at the end of the table: for each, the last handle, the
//! tail, is released and made again behind it. The first slots are left to short-lived handles, so that a search ends
//! there.

use std::cell::{Cell, RefCell};

use super::object::{Object, Source};
use super::raw::{Interface, Raw};
use super::{VhpiPort, refusal};
use crate::simulator::PortError;
use crate::sys::vhpi;

/// The number of slots at the beginning of the table that are left free.
const LEFT_FREE: usize = 1024;

/// The simulator's table of handles.
pub(super) trait Table {
    /// A handle more, whatever it leads to.
    fn some(&self) -> Option<Raw>;
    fn give_back(&self, handle: Raw);
}

impl Table for Interface {
    fn some(&self) -> Option<Raw> {
        self.related(vhpi::vhpiTool, None)
    }

    fn give_back(&self, handle: Raw) {
        self.release(handle);
    }
}

/// The handles that are held to the end of the run.
#[derive(Default)]
pub(super) struct Handles {
    held: RefCell<Vec<Raw>>,
    tail: Cell<Option<Raw>>,
}

impl Handles {
    /// Leaves the first slots free, if the simulator searches its handles.
    pub(super) fn new(table: &impl Table, searched: bool) -> Handles {
        let handles = Handles::default();
        if searched {
            let first: Vec<Raw> = (0..LEFT_FREE).filter_map(|_| table.some()).collect();
            handles.tail.set(table.some());
            for handle in first.into_iter().rev() {
                table.give_back(handle);
            }
        }
        handles
    }

    /// Makes a handle that is held for long.
    pub(super) fn lasting<R>(&self, table: &impl Table, make: impl FnOnce() -> R) -> R {
        let Some(tail) = self.tail.take() else {
            return make();
        };
        table.give_back(tail);
        let made = make();
        self.tail.set(table.some());
        made
    }

    /// Holds a handle to the end of the run.
    pub(super) fn hold(&self, handle: Raw) {
        self.held.borrow_mut().push(handle);
    }

    /// Takes all held handles.
    pub(super) fn take(&self) -> impl Iterator<Item = Raw> + use<> {
        self.held.take().into_iter().chain(self.tail.take())
    }
}

impl VhpiPort {
    /// The handle of an object, which is held from now on.
    #[inline]
    pub(super) fn held(&self, object: &'static Object) -> Result<Raw, PortError> {
        match object.held.get() {
            Some(raw) => Ok(raw),
            None => self.hold(object),
        }
    }

    #[inline(never)]
    fn hold(&self, object: &'static Object) -> Result<Raw, PortError> {
        let (parent, relation, position) = match object.source {
            Source::Position {
                parent,
                relation,
                position,
            } => (self.held(parent)?, relation, position),
            Source::Row(array) => return self.held(array),
            Source::Held => return Err(lost(object)),
        };
        let found = self.handles.lasting(&self.raw, || {
            self.raw.by_position(relation, parent, position)
        });
        let raw = found.ok_or_else(|| lost(object))?;
        self.handles.hold(raw);
        object.held.set(Some(raw));
        Ok(raw)
    }

    /// Calls a function with the handle of an object, without holding the handle.
    pub(super) fn with_handle<R>(
        &self,
        object: &'static Object,
        act: impl FnOnce(Raw) -> R,
    ) -> Option<R> {
        if let Some(held) = object.held.get() {
            return Some(act(held));
        }
        let (parent, relation, position) = match object.source {
            Source::Position {
                parent,
                relation,
                position,
            } => (self.held(parent).ok()?, relation, position),
            Source::Row(array) => return self.with_handle(array, act),
            Source::Held => return None,
        };
        let raw = self.raw.by_position(relation, parent, position)?;
        let result = act(raw);
        self.raw.release(raw);
        Some(result)
    }
}

#[cold]
fn lost(object: &Object) -> PortError {
    let message = "the simulator does not find it again".to_owned();
    refusal("look up", object, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table as NVC has it, that counts the places which it looks at.
    #[derive(Default)]
    struct Searched {
        taken: RefCell<Vec<bool>>,
        hint: Cell<usize>,
        looks: Cell<usize>,
    }

    impl Table for Searched {
        fn some(&self) -> Option<Raw> {
            let mut taken = self.taken.borrow_mut();
            let mut place = self.hint.get();
            if place >= taken.len() || taken[place] {
                let free = taken.iter().position(|taken| !taken);
                place = free.unwrap_or(taken.len());
                self.looks.update(|looks| looks + place);
            }
            if place == taken.len() {
                // It doubles, as a vector does.
                let length = (place * 2).max(128);
                taken.resize(length, false);
            }
            taken[place] = true;
            self.hint.set(place + 1);
            Raw::of_address(place + 1)
        }

        fn give_back(&self, handle: Raw) {
            let place = handle.address() - 1;
            assert!(std::mem::replace(
                &mut self.taken.borrow_mut()[place],
                false
            ));
            self.hint.set(place);
        }
    }

    /// How many places are looked at for each of `count` handles that are held, with others that
    /// come and go between, in any order.
    fn looks_for_each(count: usize, searched: bool) -> usize {
        let table = Searched::default();
        let handles = Handles::new(&table, searched);
        let mut callbacks = [table.some(), table.some(), table.some()];
        for number in 0..count {
            let held = handles.lasting(&table, || table.some());
            handles.hold(held.unwrap());
            // As a list and types do.
            let temporaries = [table.some(), table.some(), table.some()];
            for handle in temporaries.into_iter().rev().flatten() {
                table.give_back(handle);
            }
            // As timers and phases do.
            let callback = &mut callbacks[number % 3];
            table.give_back(callback.take().unwrap());
            *callback = table.some();
        }
        table.looks.get() / count
    }

    #[test]
    fn a_search_does_not_grow_with_what_is_held() {
        assert!(looks_for_each(10_000, true) < 64);
        // What is seen here is what it is for.
        assert!(looks_for_each(10_000, false) > 1000);
    }
}
