//! The simulator's handles: few are held, and in an order that keeps the others cheap.
//!
//! NVC has a table of handles. It takes the place that was given back last; where the next one is taken,
//! it looks for a free place from the table's beginning. So what is found in a list is not held: it is
//! known by its position there until its value is used. What is held to the end lies behind all
//! else: for it, the last handle of the table, the tail, is given back, and made anew behind it. And the
//! table's first places are left to what comes and goes, so that a search ends there.

use std::cell::{Cell, RefCell};

use super::object::{Object, Source};
use super::raw::{Interface, Raw};
use super::{VhpiPort, refusal};
use crate::simulator::PortError;
use crate::sys::vhpi;

/// The places at the table's beginning that are left free.
const LEFT_FREE: usize = 1024;

/// The handles that are held to the end of the run.
#[derive(Default)]
pub(super) struct Handles {
    held: RefCell<Vec<Raw>>,
    tail: Cell<Option<Raw>>,
}

impl Handles {
    /// Leaves the first places free, where the simulator searches its handles.
    pub(super) fn new(raw: &Interface, searched: bool) -> Handles {
        let handles = Handles::default();
        if searched {
            let some = || raw.related(vhpi::vhpiTool, None);
            let first: Vec<Raw> = (0..LEFT_FREE).filter_map(|_| some()).collect();
            handles.tail.set(some());
            for handle in first.into_iter().rev() {
                raw.release(handle);
            }
        }
        handles
    }

    /// Makes a handle that is held for long.
    pub(super) fn lasting<R>(&self, raw: &Interface, make: impl FnOnce() -> R) -> R {
        let Some(tail) = self.tail.take() else {
            return make();
        };
        raw.release(tail);
        let made = make();
        self.tail.set(raw.related(vhpi::vhpiTool, None));
        made
    }

    /// Holds a handle to the end.
    pub(super) fn hold(&self, handle: Raw) {
        self.held.borrow_mut().push(handle);
    }

    /// Those that are held, which are given up.
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

    /// Does something with the handle of an object, which is not held for it.
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
