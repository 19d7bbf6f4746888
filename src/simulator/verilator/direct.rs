//! Direct access to a variable of up to 64 bits in memory.

use super::ModelPort;
use super::memory::Location;
use super::object::{Body, NOT_WATCHED, Object, Writable};
use super::run::WRITTEN;
use crate::simulator::event;

/// A vector of up to 64 bits that cannot be forced. A read needs its location only, and a write also its watch.
#[derive(Clone, Copy)]
pub(crate) struct Direct {
    port: &'static ModelPort,
    object: &'static Object,
    location: Location,
    /// See [`Location::place`].
    place: u64,
    /// Whether it takes writes, and the design does not drive it.
    writable: bool,
}

impl Direct {
    pub(super) fn of(port: &'static ModelPort, object: &'static Object) -> Option<Direct> {
        let Body::Variable(value) = &object.body else {
            return None;
        };
        let location = value.location.get();
        let is_small = value.encoding.width().is_some_and(|width| width <= 64);
        (is_small && location.is_plain()).then(|| Direct {
            port,
            object,
            location,
            place: location.place(),
            writable: value.writable == Writable::Yes && !value.may_be_driven,
        })
    }

    /// The value; `None` once the simulation is over.
    #[inline]
    pub(crate) fn load(&self) -> Option<u64> {
        (!event::is_over()).then(|| self.location.load())
    }

    /// Writes a value and reports the change; `false` if it cannot be written.
    #[inline]
    pub(crate) fn store(&self, value: u64) -> bool {
        if !self.can_be_stored() {
            return false;
        }
        self.location.store(value);
        self.port
            .notify_written_at(self.object.watch.get(), self.place);
        true
    }

    /// As [`store`](Self::store), but the caller reports the change: `Some(true)` if a watched variable changed.
    #[inline]
    pub(crate) fn store_silently(&self, value: u64) -> Option<bool> {
        if !self.can_be_stored() {
            return None;
        }
        self.location.store(value);
        self.port.note(WRITTEN);
        let at = self.object.watch.get();
        if at == NOT_WATCHED {
            self.port.note_place(self.place);
            return Some(false);
        }
        Some(self.port.watches.take_over(at, self.location.masked(value)))
    }

    #[inline]
    fn can_be_stored(&self) -> bool {
        self.writable && !event::is_over()
    }
}
