//! Deadlines: a heap whose entries can be taken out from anywhere.
//!
//! A wait that is given up takes its deadline with it, so the heap never holds more entries than
//! there are waits and clocks.

/// Names one entry; finds nothing once the entry has left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TimerKey {
    slot: u32,
    generation: u32,
}

/// Which of the entries of one deadline comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Rank {
    /// Clocks toggle before any task hears of the time.
    Clock,
    Task,
}

#[derive(Clone, Copy)]
struct Place {
    deadline: u64,
    rank: Rank,
    /// Entries of one deadline and rank leave in the order in which they came.
    order: u64,
    slot: u32,
}

impl Place {
    fn is_before(&self, other: &Place) -> bool {
        (self.deadline, self.rank, self.order) < (other.deadline, other.rank, other.order)
    }
}

struct Slot<T> {
    generation: u32,
    position: u32,
    entry: Option<T>,
}

/// A binary heap of deadlines with an entry each.
pub(crate) struct DeadlineHeap<T> {
    places: Vec<Place>,
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
    next_order: u64,
}

impl<T> DeadlineHeap<T> {
    pub(crate) const fn new() -> Self {
        DeadlineHeap { places: Vec::new(), slots: Vec::new(), free: Vec::new(), next_order: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// The earliest deadline.
    pub(crate) fn earliest(&self) -> Option<u64> {
        self.places.first().map(|place| place.deadline)
    }

    pub(crate) fn insert(&mut self, deadline: u64, rank: Rank, entry: T) -> TimerKey {
        let order = self.next_order;
        self.next_order += 1;
        self.insert_as(deadline, rank, order, entry)
    }

    /// Inserts with an order of the caller's: a clock keeps its place among clocks.
    pub(crate) fn insert_as(
        &mut self,
        deadline: u64,
        rank: Rank,
        order: u64,
        entry: T,
    ) -> TimerKey {
        let position = to_u32(self.places.len());
        let slot = if let Some(slot) = self.free.pop() {
            let found = &mut self.slots[slot as usize];
            found.position = position;
            found.entry = Some(entry);
            slot
        } else {
            self.slots.push(Slot { generation: 0, position, entry: Some(entry) });
            to_u32(self.slots.len() - 1)
        };
        self.places.push(Place { deadline, rank, order, slot });
        self.rise(position as usize);
        TimerKey { slot, generation: self.slots[slot as usize].generation }
    }

    pub(crate) fn get_mut(&mut self, key: TimerKey) -> Option<&mut T> {
        let slot = self.slots.get_mut(key.slot as usize)?;
        if slot.generation == key.generation { slot.entry.as_mut() } else { None }
    }

    /// Takes an entry out, if it is still there.
    pub(crate) fn remove(&mut self, key: TimerKey) -> Option<T> {
        let slot = self.slots.get(key.slot as usize)?;
        if slot.generation != key.generation || slot.entry.is_none() {
            return None;
        }
        self.take_at(slot.position as usize)
    }

    /// Takes out the first entry, if its deadline has come.
    pub(crate) fn pop_due(&mut self, now: u64) -> Option<T> {
        if self.earliest()? > now {
            return None;
        }
        self.take_at(0)
    }

    fn take_at(&mut self, position: usize) -> Option<T> {
        let place = self.places.swap_remove(position);
        if position < self.places.len() {
            let moved = self.places[position].slot;
            self.slots[moved as usize].position = to_u32(position);
            self.sink(position);
            self.rise(self.slots[moved as usize].position as usize);
        }
        let slot = &mut self.slots[place.slot as usize];
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(place.slot);
        slot.entry.take()
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.places.swap(a, b);
        self.slots[self.places[a].slot as usize].position = to_u32(a);
        self.slots[self.places[b].slot as usize].position = to_u32(b);
    }

    fn rise(&mut self, mut position: usize) {
        while position > 0 {
            let parent = (position - 1) / 2;
            if !self.places[position].is_before(&self.places[parent]) {
                break;
            }
            self.swap(position, parent);
            position = parent;
        }
    }

    fn sink(&mut self, mut position: usize) {
        loop {
            let left = 2 * position + 1;
            let Some(mut first) = self.places.get(left).map(|_| left) else { break };
            let right = left + 1;
            if right < self.places.len() && self.places[right].is_before(&self.places[left]) {
                first = right;
            }
            if !self.places[first].is_before(&self.places[position]) {
                break;
            }
            self.swap(position, first);
            position = first;
        }
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
    fn one_deadline_serves_clocks_first_and_then_in_order_of_arrival() {
        let mut heap = DeadlineHeap::new();
        heap.insert(5, Rank::Task, "task 1");
        heap.insert(5, Rank::Clock, "clock 1");
        heap.insert(5, Rank::Task, "task 2");
        heap.insert_as(5, Rank::Clock, 0, "the first clock");
        heap.insert(3, Rank::Task, "earlier");
        let mut order = Vec::new();
        while let Some(entry) = heap.pop_due(5) {
            order.push(entry);
        }
        assert_eq!(order, ["earlier", "the first clock", "clock 1", "task 1", "task 2"]);
    }

    #[test]
    fn a_million_deadlines_that_are_given_up_leave_nothing() {
        let mut heap = DeadlineHeap::new();
        let kept = heap.insert(1_000_000_000, Rank::Task, ());
        for time in 0..1_000_000 {
            let key = heap.insert(time + 1000, Rank::Task, ());
            assert_eq!(heap.remove(key), Some(()));
            assert_eq!(heap.remove(key), None);
        }
        assert_eq!((heap.len(), heap.slots.len(), heap.free.len()), (1, 2, 1));
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
                    0 => model.push((value, number, heap.insert(value, Rank::Task, number))),
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
                prop_assert_eq!(heap.earliest(), model.iter().map(|entry| entry.0).min());
                prop_assert_eq!(heap.len(), model.len());
            }
        }
    }
}
