//! A heap of deadlines from which any entry can be removed.
//!
//! A wait that is dropped removes its deadline, so the heap never has more entries than there are waits.

/// The deadline of a wait that has none.
pub(crate) const NEVER: u64 = u64::MAX;

/// The key of one entry. Finds nothing once the entry has left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TimerKey {
    slot: u32,
    generation: u32,
}

#[derive(Clone, Copy)]
struct HeapEntry {
    deadline: u64,
    /// Entries with the same deadline leave in order of arrival.
    order: u64,
    slot: u32,
}

impl HeapEntry {
    fn is_before(&self, other: &HeapEntry) -> bool {
        (self.deadline, self.order) < (other.deadline, other.order)
    }
}

struct Slot<T> {
    generation: u32,
    /// The entry's position; in a vacant slot, the next vacant one.
    position: u32,
    entry: Option<T>,
}

/// The position of the entry in front of the heap.
const FRONT: u32 = u32::MAX;
/// The end of the list of vacant slots.
const NONE: u32 = u32::MAX;

/// A binary heap of deadlines with an entry each.
///
/// An entry that arrives as the earliest is kept in front of the heap. So a task that waits for one short
/// time after another needs no sorting, whatever long deadlines there are.
pub(crate) struct DeadlineHeap<T> {
    /// The deadline of the first entry; [`NEVER`] if there is none.
    earliest: u64,
    front: Option<HeapEntry>,
    places: Vec<HeapEntry>,
    slots: Vec<Slot<T>>,
    /// The first vacant slot.
    vacant: u32,
    next_order: u64,
}

impl<T> DeadlineHeap<T> {
    pub(crate) const fn new() -> Self {
        DeadlineHeap {
            earliest: NEVER,
            front: None,
            places: Vec::new(),
            slots: Vec::new(),
            vacant: NONE,
            next_order: 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len() + usize::from(self.front.is_some())
    }

    /// The earliest deadline; [`NEVER`] if there is none.
    #[inline]
    pub(crate) fn earliest(&self) -> u64 {
        self.earliest
    }

    /// Adds an entry with a deadline before [`NEVER`].
    pub(crate) fn insert(&mut self, deadline: u64, entry: T) -> TimerKey {
        if deadline < self.earliest && self.front.is_some() {
            self.move_front_back();
        }
        let order = self.next_order;
        self.next_order += 1;
        let key = self.take_slot(entry);
        if deadline < self.earliest {
            self.put_in_front(deadline, order, key.slot);
        } else {
            self.push(deadline, order, key.slot);
        }
        key
    }

    /// [`insert`](Self::insert) in the cheapest case: the deadline is the earliest, no entry is in front of
    /// the heap, and there is a vacant slot. Otherwise `None`, and the entry is dropped.
    #[inline(always)] // on the path of every timer
    pub(crate) fn insert_first(&mut self, deadline: u64, entry: T) -> Option<TimerKey> {
        if deadline >= self.earliest || self.front.is_some() {
            return None;
        }
        let key = self.take_vacant(entry)?;
        let order = self.next_order;
        self.next_order += 1;
        self.put_in_front(deadline, order, key.slot);
        Some(key)
    }

    #[inline]
    fn put_in_front(&mut self, deadline: u64, order: u64, slot: u32) {
        self.earliest = deadline;
        self.front = Some(HeapEntry {
            deadline,
            order,
            slot,
        });
    }

    #[inline]
    fn take_vacant(&mut self, entry: T) -> Option<TimerKey> {
        let number = self.vacant;
        let slot = self.slots.get_mut(number as usize)?;
        self.vacant = slot.position;
        slot.position = FRONT;
        slot.entry = Some(entry);
        Some(TimerKey {
            slot: number,
            generation: slot.generation,
        })
    }

    fn take_slot(&mut self, entry: T) -> TimerKey {
        if self.vacant == NONE {
            self.add_vacant_slot();
        }
        self.take_vacant(entry).expect("a vacant slot was made")
    }

    #[cold]
    fn add_vacant_slot(&mut self) {
        self.vacant = to_u32(self.slots.len());
        self.slots.push(Slot {
            generation: 0,
            position: NONE,
            entry: None,
        });
    }

    #[inline(never)]
    fn move_front_back(&mut self) {
        if let Some(second) = self.front.take() {
            self.push(second.deadline, second.order, second.slot);
        }
    }

    #[inline(never)]
    fn push(&mut self, deadline: u64, order: u64, slot: u32) {
        let place = HeapEntry {
            deadline,
            order,
            slot,
        };
        self.places.push(place);
        self.rise(self.places.len() - 1, place);
    }

    #[inline]
    pub(crate) fn holds(&self, key: TimerKey) -> bool {
        let slot = self.slots.get(key.slot as usize);
        // The generation is incremented when an entry is removed.
        slot.is_some_and(|slot| slot.generation == key.generation)
    }

    pub(crate) fn get_mut(&mut self, key: TimerKey) -> Option<&mut T> {
        let slot = self.slots.get_mut(key.slot as usize)?;
        if slot.generation == key.generation {
            slot.entry.as_mut()
        } else {
            None
        }
    }

    /// Every entry with its deadline, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &T)> {
        let places = self.front.iter().chain(&self.places);
        places.filter_map(|place| {
            let entry = self.slots[place.slot as usize].entry.as_ref()?;
            Some((place.deadline, entry))
        })
    }

    /// Removes an entry, if it is still there.
    pub(crate) fn remove(&mut self, key: TimerKey) -> Option<T> {
        let slot = self.slots.get(key.slot as usize)?;
        if slot.generation != key.generation || slot.entry.is_none() {
            return None;
        }
        if slot.position == FRONT {
            self.take_front()
        } else {
            self.take_at(slot.position as usize)
        }
    }

    /// Removes the first entry, if its deadline has passed.
    #[inline]
    pub(crate) fn pop_due(&mut self, now: u64) -> Option<T> {
        if self.earliest > now {
            None
        } else if self.front.is_some() {
            self.take_front()
        } else {
            self.take_at(0)
        }
    }

    #[inline]
    fn take_front(&mut self) -> Option<T> {
        let place = self.front.take()?;
        self.earliest = self.places.first().map_or(NEVER, |place| place.deadline);
        self.give_back(place)
    }

    #[inline(never)]
    fn take_at(&mut self, position: usize) -> Option<T> {
        let place = *self.places.get(position)?;
        let last = self.places.pop()?;
        if position < self.places.len() {
            // The last one fills the gap, and moves to where it belongs.
            if position > 0 && last.is_before(&self.places[(position - 1) / 2]) {
                self.rise(position, last);
            } else {
                self.sink(position, last);
            }
        }
        if self.front.is_none() {
            self.earliest = self.places.first().map_or(NEVER, |place| place.deadline);
        }
        self.give_back(place)
    }

    #[inline]
    fn give_back(&mut self, place: HeapEntry) -> Option<T> {
        let slot = &mut self.slots[place.slot as usize];
        slot.generation = slot.generation.wrapping_add(1);
        slot.position = std::mem::replace(&mut self.vacant, place.slot);
        slot.entry.take()
    }

    fn put(&mut self, position: usize, place: HeapEntry) {
        self.places[position] = place;
        self.slots[place.slot as usize].position = to_u32(position);
    }

    /// Puts `place` at or above `position`, whose content is overwritten.
    fn rise(&mut self, mut position: usize, place: HeapEntry) {
        while position > 0 {
            let parent = (position - 1) / 2;
            if !place.is_before(&self.places[parent]) {
                break;
            }
            self.put(position, self.places[parent]);
            position = parent;
        }
        self.put(position, place);
    }

    /// Puts `place` at or below `position`, whose content is overwritten.
    fn sink(&mut self, mut position: usize, place: HeapEntry) {
        loop {
            let left = 2 * position + 1;
            let Some(mut first) = self.places.get(left).copied() else {
                break;
            };
            let mut child = left;
            if let Some(right) = self.places.get(left + 1)
                && right.is_before(&first)
            {
                first = *right;
                child = left + 1;
            }
            if !first.is_before(&place) {
                break;
            }
            self.put(position, first);
            position = child;
        }
        self.put(position, place);
    }
}

fn to_u32(index: usize) -> u32 {
    u32::try_from(index).expect("fewer than four thousand million deadlines")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn entries_of_one_deadline_leave_in_the_order_in_which_they_came() {
        let mut heap = DeadlineHeap::new();
        for entry in ["first", "second", "third"] {
            heap.insert(5, entry);
        }
        heap.insert(3, "earlier");
        assert_eq!(heap.pop_due(2), None);
        let order: Vec<_> = std::iter::from_fn(|| heap.pop_due(5)).collect();
        assert_eq!(order, ["earlier", "first", "second", "third"]);
    }

    #[test]
    fn a_million_deadlines_that_are_given_up_leave_nothing() {
        let mut heap = DeadlineHeap::new();
        let kept = heap.insert(1_000_000_000, ());
        for time in 0..1_000_000 {
            let key = heap.insert(time + 1000, ());
            assert_eq!(heap.remove(key), Some(()));
            assert_eq!(heap.remove(key), None);
        }
        assert_eq!((heap.len(), heap.slots.len()), (1, 2));
        assert!(heap.get_mut(kept).is_some());
    }

    proptest! {
        #[test]
        fn behaves_as_a_sorted_list(
            actions in prop::collection::vec((0_u8..3, 0_u64..50), 1..200),
        ) {
            let mut heap = DeadlineHeap::new();
            let mut model: Vec<(u64, usize, TimerKey)> = Vec::new();
            for (number, (action, value)) in actions.into_iter().enumerate() {
                match action {
                    0 => {
                        let key = heap.insert_first(value, number);
                        let key = key.unwrap_or_else(|| heap.insert(value, number));
                        model.push((value, number, key));
                    }
                    1 if !model.is_empty() => {
                        let index = usize::try_from(value).unwrap() % model.len();
                        let (_, entry, key) = model.swap_remove(index);
                        prop_assert_eq!(heap.remove(key), Some(entry));
                    }
                    _ => {
                        model.sort_unstable_by_key(|&(deadline, entry, _)| (deadline, entry));
                        let due = model.first().is_some_and(|&(deadline, ..)| deadline <= value);
                        let expected = due.then(|| model.remove(0).1);
                        prop_assert_eq!(heap.pop_due(value), expected);
                    }
                }
                let earliest = model.iter().map(|entry| entry.0).min();
                prop_assert_eq!(heap.earliest(), earliest.unwrap_or(NEVER));
                prop_assert_eq!(heap.len(), model.len());
            }
        }
    }
}
