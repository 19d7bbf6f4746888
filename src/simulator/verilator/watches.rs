//! Changes, found by comparing the watched variables with their last values.

use std::cell::{Cell, RefCell};

use super::memory::{Location, MemoryLayout};
use super::object::{NOT_WATCHED, Object};

/// One watched variable, or the whole of an array.
struct Watch {
    /// `None` once the watch was removed.
    object: Option<&'static Object>,
    location: Location,
    last: u64,
    /// The words above the first.
    more: Box<[u64]>,
    token: u64,
    scalar: bool,
}

/// A change: the token of the watch, and the level if the watch is scalar.
#[derive(Clone, Copy)]
pub(super) struct Change {
    pub(super) token: u64,
    pub(super) level: Option<bool>,
}

/// All watches. Only watched variables cost time.
#[derive(Default)]
pub(super) struct Watches {
    all: RefCell<Vec<Watch>>,
    /// Some watches in `all` were removed.
    gaps: Cell<bool>,
    /// The number of running scans: one may start inside another.
    scans: Cell<u32>,
    /// A bit for each place in memory that is or was watched, by its address. Several places share a bit.
    places: Cell<u64>,
}

/// The number of words of 64 bits at a location.
pub(super) fn words(location: Location) -> usize {
    match location.layout() {
        MemoryLayout::Words(count) | MemoryLayout::Forceable(count) => count.div_ceil(2) as usize,
        MemoryLayout::Part(width) => width.div_ceil(64) as usize,
        _ => 1,
    }
}

impl Watch {
    /// Takes over the present value. Returns whether it differs.
    #[inline]
    fn update(&mut self) -> bool {
        let value = self.location.load();
        if self.more.is_empty() {
            let changed = value != self.last;
            self.last = value;
            changed
        } else {
            self.update_wide(value)
        }
    }

    #[inline(never)]
    fn update_wide(&mut self, lowest: u64) -> bool {
        let mut changed = lowest != self.last;
        self.last = lowest;
        for (at, last) in self.more.iter_mut().enumerate() {
            let value = self.location.word(at + 1);
            changed |= value != *last;
            *last = value;
        }
        changed
    }

    /// The change to report; `None` if the watch was removed.
    #[inline]
    fn change(&self) -> Option<Change> {
        self.object?;
        Some(Change {
            token: self.token,
            level: self.scalar.then_some(self.last & 1 == 1),
        })
    }
}

impl Watches {
    /// Watches a variable from now on.
    pub(super) fn add(
        &self,
        object: &'static Object,
        location: Location,
        scalar: bool,
        token: u64,
    ) {
        let mut all = self.all.borrow_mut();
        object.watch.set(all.len());
        self.places.set(self.places.get() | location.place());
        let more = (1..words(location)).map(|at| location.word(at)).collect();
        all.push(Watch {
            object: Some(object),
            location,
            last: location.load(),
            more,
            token,
            scalar,
        });
    }

    /// Removes the watch of an object, if it has one.
    pub(super) fn remove(&self, object: &'static Object) {
        let at = object.watch.replace(NOT_WATCHED);
        if let Some(watch) = self.all.borrow_mut().get_mut(at) {
            watch.object = None;
            self.gaps.set(true);
        }
    }

    /// Whether something at this [place](Location::place) may be watched, under whatever name.
    #[inline]
    pub(super) fn may_have(&self, place: u64) -> bool {
        self.places.get() & place != 0
    }

    /// The change that the watch with this number has to report.
    #[inline]
    pub(super) fn compare(&self, at: usize) -> Option<Change> {
        let mut all = self.all.borrow_mut();
        let watch = all.get_mut(at)?;
        if watch.update() { watch.change() } else { None }
    }

    /// Takes over the present value of up to 64 bits for the watch with this number. Returns whether it is a change.
    #[inline]
    pub(super) fn take_over(&self, at: usize, value: u64) -> bool {
        let mut all = self.all.borrow_mut();
        let Some(watch) = all.get_mut(at) else {
            return false;
        };
        let changed = value != watch.last;
        watch.last = value;
        changed && watch.object.is_some()
    }

    /// Reports the changes of all watches. `notify` may add and remove watches. Returns whether there was a change.
    #[inline]
    pub(super) fn scan(&self, notify: impl Fn(Change)) -> bool {
        let mut at = 0;
        let first = self.next_change(&mut at);
        let any = first.is_some();
        if let Some(first) = first {
            self.notify_from(first, at, notify);
        }
        if self.gaps.get() && self.scans.get() == 0 {
            self.close_gaps();
        }
        any
    }

    /// Reports a change and those after it.
    #[inline(never)]
    fn notify_from(&self, first: Change, mut at: usize, notify: impl Fn(Change)) {
        self.scans.set(self.scans.get() + 1);
        let mut next = Some(first);
        while let Some(change) = next {
            notify(change);
            next = self.next_change(&mut at);
        }
        self.scans.set(self.scans.get() - 1);
    }

    /// Resets the count of scans after a panic.
    pub(super) fn end_scans(&self) {
        self.scans.set(0);
    }

    #[inline(always)] // in the way of every evaluation
    fn next_change(&self, at: &mut usize) -> Option<Change> {
        let mut all = self.all.borrow_mut();
        for watch in all.get_mut(*at..)? {
            *at += 1;
            if watch.update()
                && let Some(change) = watch.change()
            {
                return Some(change);
            }
        }
        None
    }

    #[cold]
    fn close_gaps(&self) {
        self.gaps.set(false);
        let mut all = self.all.borrow_mut();
        all.retain(|watch| watch.object.is_some());
        let mut places = 0;
        for (at, watch) in all.iter().enumerate() {
            places |= watch.location.place();
            if let Some(object) = watch.object {
                object.watch.set(at);
            }
        }
        self.places.set(places);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::simulator::verilator::object::{Body, Name, Shape, Variable, Writable};
    use crate::simulator::{Encoding, ObjectKind};

    struct InMemory {
        memory: Box<[u32; 4]>,
        location: Location,
        object: &'static Object,
    }

    fn variable(width: u32) -> InMemory {
        let mut memory = Box::new([0u32; 4]);
        let layout = MemoryLayout::of(if width > 64 { 16 } else { 4 }, width).unwrap();
        // SAFETY: there are four words of 32 bits, which outlive the location's use.
        let location = unsafe { Location::new(memory.as_mut_ptr().cast(), layout, width) };
        let name = Name::Own {
            name: "v".into(),
            path: "top.v".into(),
        };
        let value = Variable {
            location: Cell::new(location),
            kind: ObjectKind::Variable,
            encoding: Encoding::None,
            direction: None,
            writable: Writable::Yes,
            driven: false,
            may_be_driven: false,
            shape: Shape::default(),
            elements: RefCell::default(),
            parts: std::cell::OnceCell::new(),
        };
        InMemory {
            memory,
            location,
            object: Object::new(name, Body::Variable(value)),
        }
    }

    fn changes(watches: &Watches) -> Vec<(u64, Option<bool>)> {
        let all = RefCell::new(Vec::new());
        watches.scan(|change| all.borrow_mut().push((change.token, change.level)));
        all.into_inner()
    }

    #[test]
    fn a_change_is_reported_once_with_the_level_for_scalar_watches() {
        let watches = Watches::default();
        let (bit, vector, wide) = (variable(1), variable(32), variable(70));
        watches.add(bit.object, bit.location, true, 1);
        watches.add(vector.object, vector.location, false, 2);
        watches.add(wide.object, wide.location, false, 3);
        assert_eq!(changes(&watches), []);
        bit.location.store(1);
        vector.location.store(7);
        // The topmost word alone.
        wide.location.store_word(1, 1);
        assert_eq!(changes(&watches), [(1, Some(true)), (2, None), (3, None)]);
        assert_eq!(changes(&watches), []);
        assert_eq!(wide.memory[2], 1);
        assert_eq!((bit.memory[0], vector.memory[0]), (1, 7));
    }

    #[test]
    fn a_place_that_is_watched_is_known_under_any_name_of_it() {
        let watches = Watches::default();
        let watched = variable(32);
        assert!(!watches.may_have(watched.location.place()));
        watches.add(watched.object, watched.location, false, 1);
        assert!(watches.may_have(watched.location.place()));
        watches.remove(watched.object);
        watches.scan(|_| {});
        assert!(!watches.may_have(watched.location.place()));
    }

    #[test]
    fn what_a_receiver_adds_and_removes_costs_no_other_its_change() {
        let watches = Watches::default();
        let variables: Vec<InMemory> = (0..4).map(|_| variable(32)).collect();
        for (token, variable) in (0..).zip(&variables[..3]) {
            watches.add(variable.object, variable.location, false, token);
        }
        for variable in &variables {
            variable.location.store(1);
        }
        let all = RefCell::new(Vec::new());
        watches.scan(|change| {
            all.borrow_mut().push(change.token);
            if change.token == 0 {
                watches.remove(variables[0].object);
                watches.remove(variables[1].object);
                watches.add(variables[3].object, variables[3].location, false, 3);
                variables[3].location.store(2);
            }
        });
        assert_eq!(all.into_inner(), [0, 2, 3]);
        // The places are right once the gaps are closed.
        variables[2].location.store(5);
        let change = watches.compare(variables[2].object.watch.get()).unwrap();
        assert_eq!(change.token, 2);
        assert!(watches.compare(variables[0].object.watch.get()).is_none());
    }
}
