//! A queue of wakers in order of arrival, which any waiter may leave.
//!
//! The queue is a doubly linked list inside one vector. Vacant slots form a free list, so a queue allocates
//! only when it has more waiters than ever before. Each slot counts its reuses, so an old key finds
//! nothing; this is how a waiter learns that it was popped.

use std::iter;
use std::task::Waker;

/// The end of a list: no slot has this index.
const NONE: u32 = u32::MAX;

/// A first-in, first-out queue of waiters, each a payload and a waker.
///
/// Cloning, waking or dropping a waker may run foreign code. So methods take owned wakers, and return those
/// that are left over: the caller clones and drops while it does not borrow the queue.
#[derive(Debug)]
pub(crate) struct WaiterList<P = ()> {
    /// The first is stored inline, because more than one waiter is rare.
    slots: Slots<P>,
    /// The first vacant slot; the others follow through `next`.
    vacant: u32,
    front: u32,
    back: u32,
    len: usize,
}

/// What became of the only waiter.
pub(crate) enum Only<T> {
    /// There is no waiter, or more than one.
    None,
    Stays,
    Leaves(T),
}

/// The key of one waiter of one list. Finds nothing once the waiter has left, even if its slot is reused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct WaiterKey {
    index: u32,
    generation: u32,
}

/// The slots; the first needs no allocation.
#[derive(Debug)]
struct Slots<P> {
    first: Option<Slot<P>>,
    more: Vec<Slot<P>>,
}

impl<P> Slots<P> {
    const fn new() -> Self {
        Slots {
            first: None,
            more: Vec::new(),
        }
    }

    fn len(&self) -> usize {
        self.more.len() + usize::from(self.first.is_some())
    }

    #[inline]
    fn get(&self, index: u32) -> Option<&Slot<P>> {
        match index {
            0 => self.first.as_ref(),
            _ => self.more.get(index as usize - 1),
        }
    }

    #[inline]
    fn get_mut(&mut self, index: u32) -> Option<&mut Slot<P>> {
        match index {
            0 => self.first.as_mut(),
            _ => self.more.get_mut(index as usize - 1),
        }
    }

    /// One that is in the list.
    #[inline]
    fn of(&mut self, index: u32) -> &mut Slot<P> {
        self.get_mut(index).expect("lists are of slots")
    }
}

#[derive(Debug)]
struct Slot<P> {
    /// How many waiters have left this slot.
    generation: u32,
    previous: u32,
    next: u32,
    waiter: Option<(P, Waker)>,
}

impl<P> WaiterList<P> {
    /// An empty queue. Allocates with the second waiter.
    pub(crate) fn new() -> Self {
        WaiterList {
            slots: Slots::new(),
            vacant: NONE,
            front: NONE,
            back: NONE,
            len: 0,
        }
    }

    /// How many waiters there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no waiters.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether the waiter is still in the queue.
    #[inline]
    pub(crate) fn contains(&self, key: WaiterKey) -> bool {
        self.slots
            .get(key.index)
            .is_some_and(|slot| slot.holds(key))
    }

    /// The payload of the waiter that came first.
    pub(crate) fn front(&self) -> Option<&P> {
        let slot = self.slots.get(self.front)?;
        slot.waiter.as_ref().map(|(payload, _)| payload)
    }

    /// Puts a waiter at the end of the queue.
    ///
    /// # Panics
    ///
    /// With 2³² - 1 waiters in the queue.
    #[inline]
    pub(crate) fn insert_back(&mut self, payload: P, waker: Waker) -> WaiterKey {
        let index = self.vacant;
        // The usual case: there is no other waiter.
        if self.front == NONE
            && let Some(slot) = self.slots.get_mut(index)
        {
            self.vacant = slot.next;
            slot.waiter = Some((payload, waker));
            slot.previous = NONE;
            slot.next = NONE;
            self.front = index;
            self.back = index;
            self.len = 1;
            return WaiterKey {
                index,
                generation: slot.generation,
            };
        }
        self.append(payload, waker)
    }

    #[inline(never)]
    fn append(&mut self, payload: P, waker: Waker) -> WaiterKey {
        if self.slots.first.is_none() {
            return self.insert_first(payload, waker);
        }
        if self.vacant == NONE {
            self.add_slot();
        }
        let index = self.vacant;
        let previous = self.back;
        let slot = self.slots.of(index);
        self.vacant = slot.next;
        slot.waiter = Some((payload, waker));
        slot.previous = previous;
        slot.next = NONE;
        let key = WaiterKey {
            index,
            generation: slot.generation,
        };
        self.back = index;
        match self.slots.get_mut(previous) {
            Some(slot) => slot.next = index,
            None => self.front = index,
        }
        self.len += 1;
        key
    }

    /// Adds the first waiter to a queue without slots.
    fn insert_first(&mut self, payload: P, waker: Waker) -> WaiterKey {
        let (index, generation) = (0, 0);
        self.slots.first = Some(Slot {
            generation,
            previous: NONE,
            next: NONE,
            waiter: Some((payload, waker)),
        });
        self.front = index;
        self.back = index;
        self.len = 1;
        WaiterKey { index, generation }
    }

    /// Inserts a waiter before the first one for which `is_later` is true; at the end if there is none.
    ///
    /// # Panics
    ///
    /// As [`insert_back`](Self::insert_back).
    pub(crate) fn insert_before(
        &mut self,
        is_later: impl Fn(&P) -> bool,
        payload: P,
        waker: Waker,
    ) -> WaiterKey {
        // The usual case: it is the last one.
        let is_at = |slots: &Slots<P>, index: u32| {
            let waiter = slots.get(index)?.waiter.as_ref()?;
            Some(is_later(&waiter.0))
        };
        if is_at(&self.slots, self.back) != Some(true) {
            return self.insert_back(payload, waker);
        }
        let mut behind = self.front;
        while is_at(&self.slots, behind) == Some(false) {
            behind = self.slots.of(behind).next;
        }
        let key = self.insert_back(payload, waker);
        let last = self.slots.of(key.index).previous;
        self.back = last;
        self.slots.of(last).next = NONE;
        let before = std::mem::replace(&mut self.slots.of(behind).previous, key.index);
        let slot = self.slots.of(key.index);
        (slot.previous, slot.next) = (before, behind);
        match self.slots.get_mut(before) {
            Some(slot) => slot.next = key.index,
            None => self.front = key.index,
        }
        key
    }

    /// Replaces the waker of a waiter, if it is still in the queue.
    ///
    /// Returns the waker that is left over: the one it had, or the new one if it has left.
    #[must_use = "foreign code may run when it is dropped: after the borrow of the queue"]
    pub(crate) fn update(&mut self, key: WaiterKey, waker: Waker) -> Waker {
        let slot = self.slots.get_mut(key.index);
        let waiter = slot
            .filter(|slot| slot.holds(key))
            .and_then(|slot| slot.waiter.as_mut());
        match waiter {
            Some((_, present)) => std::mem::replace(present, waker),
            None => waker,
        }
    }

    /// Takes a waiter out, wherever it is, and drops its waker. `None` if it has left already.
    #[cfg(test)]
    pub(crate) fn remove(&mut self, key: WaiterKey) -> Option<P> {
        self.take(key).map(|(payload, _)| payload)
    }

    /// Takes a waiter out, wherever it is. `None` if it has left already.
    pub(crate) fn take(&mut self, key: WaiterKey) -> Option<(P, Waker)> {
        if self.contains(key) {
            self.unlink(key.index)
        } else {
            None
        }
    }

    /// Takes out the waiters for which `is_over` is true, in order of arrival.
    #[inline]
    pub(crate) fn take_if(
        &mut self,
        mut is_over: impl FnMut(WaiterKey, &mut P) -> bool,
        mut taken: impl FnMut(P, Waker),
    ) {
        let mut index = self.front;
        while let Some(slot) = self.slots.get_mut(index) {
            let (at, generation) = (index, slot.generation);
            index = slot.next;
            let key = WaiterKey {
                index: at,
                generation,
            };
            let over = slot
                .waiter
                .as_mut()
                .is_some_and(|(payload, _)| is_over(key, payload));
            if over && let Some((payload, waker)) = self.unlink(at) {
                taken(payload, waker);
            }
        }
    }

    /// Takes out the only waiter, if `is_over` is true for it.
    #[inline]
    pub(crate) fn take_only_if(
        &mut self,
        is_over: impl FnOnce(&mut P) -> bool,
    ) -> Only<(P, Waker)> {
        let index = self.front;
        if index != self.back {
            return Only::None;
        }
        let Some(slot) = self.slots.get_mut(index) else {
            return Only::None;
        };
        let is_over = slot
            .waiter
            .as_mut()
            .is_some_and(|(payload, _)| is_over(payload));
        if !is_over {
            return Only::Stays;
        }
        slot.generation = slot.generation.wrapping_add(1);
        slot.next = self.vacant;
        self.vacant = index;
        self.front = NONE;
        self.back = NONE;
        self.len = 0;
        match slot.waiter.take() {
            Some(waiter) => Only::Leaves(waiter),
            None => Only::None,
        }
    }

    /// Takes out the only waiter; `None` if there are more, or none.
    #[inline]
    pub(crate) fn take_only(&mut self) -> Option<(P, Waker)> {
        match self.take_only_if(|_| true) {
            Only::Leaves(waiter) => Some(waiter),
            Only::None | Only::Stays => None,
        }
    }

    /// Takes out the waiter that came first.
    #[inline]
    pub(crate) fn pop_front(&mut self) -> Option<(P, Waker)> {
        if self.front == self.back {
            self.take_only()
        } else {
            self.unlink(self.front)
        }
    }

    /// The waiters, in order of arrival.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (WaiterKey, &P, &Waker)> {
        let mut index = self.front;
        iter::from_fn(move || {
            let slot = self.slots.get(index)?;
            let key = WaiterKey {
                index,
                generation: slot.generation,
            };
            index = slot.next;
            slot.waiter
                .as_ref()
                .map(|(payload, waker)| (key, payload, waker))
        })
    }

    /// How many slots there are, taken or vacant: what the queue costs in memory.
    #[cfg(test)]
    pub(crate) fn slots(&self) -> usize {
        self.slots.len()
    }

    /// Adds a vacant slot behind the first, when there is none.
    #[cold]
    fn add_slot(&mut self) {
        let index = u32::try_from(self.slots.len())
            .ok()
            .filter(|&index| index != NONE);
        let index = index.expect("a queue holds fewer than 2^32 - 1 waiters");
        self.slots.more.push(Slot {
            generation: 0,
            previous: NONE,
            next: NONE,
            waiter: None,
        });
        self.vacant = index;
    }

    #[inline]
    fn unlink(&mut self, index: u32) -> Option<(P, Waker)> {
        let slot = self.slots.of(index);
        let waiter = slot.waiter.take();
        let (previous, next) = (slot.previous, slot.next);
        slot.generation = slot.generation.wrapping_add(1);
        slot.next = self.vacant;
        self.vacant = index;
        match self.slots.get_mut(previous) {
            Some(slot) => slot.next = next,
            None => self.front = next,
        }
        match self.slots.get_mut(next) {
            Some(slot) => slot.previous = previous,
            None => self.back = previous,
        }
        self.len -= 1;
        waiter
    }
}

impl<P> Default for WaiterList<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P> Slot<P> {
    #[inline]
    fn holds(&self, key: WaiterKey) -> bool {
        // The generation is incremented when a waiter leaves, and a key is given out only when one arrives.
        self.generation == key.generation
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use proptest::prelude::*;

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn payloads<P: Copy>(list: &WaiterList<P>) -> Vec<P> {
        list.iter().map(|(_, &payload, _)| payload).collect()
    }

    #[test]
    fn first_come_first_out() {
        let mut list = WaiterList::new();
        for payload in 0..3 {
            list.insert_back(payload, Waker::noop().clone());
        }
        assert_eq!(list.front(), Some(&0));
        let order: Vec<_> =
            iter::from_fn(|| list.pop_front().map(|(payload, _)| payload)).collect();
        assert_eq!(order, [0, 1, 2]);
        assert!(list.is_empty() && list.front().is_none());
    }

    #[test]
    fn a_waiter_leaves_from_any_place() {
        for leaves in 0..3 {
            let mut list = WaiterList::new();
            let keys: Vec<_> = (0..3)
                .map(|payload| list.insert_back(payload, Waker::noop().clone()))
                .collect();
            assert_eq!(list.remove(keys[leaves]), Some(leaves));
            let left: Vec<_> = (0..3).filter(|&payload| payload != leaves).collect();
            assert_eq!(payloads(&list), left);
            list.insert_back(3, Waker::noop().clone());
            assert_eq!(payloads(&list), [&left[..], &[3]].concat());
        }
    }

    #[test]
    fn a_stale_key_finds_nothing_in_a_reused_slot() {
        let mut list = WaiterList::new();
        let stale = list.insert_back('a', Waker::noop().clone());
        list.pop_front();
        let key = list.insert_back('b', Waker::noop().clone());
        assert_eq!(list.slots(), 1);
        assert!(!list.contains(stale) && list.contains(key));
        assert_eq!(list.remove(stale), None);
        assert_eq!(list.remove(key), Some('b'));
    }

    #[test]
    fn who_comes_back_stands_before_those_who_came_later() {
        for arrival in [0, 15, 25, 35] {
            let mut list = WaiterList::new();
            for other in [10, 20, 30] {
                list.insert_back(other, Waker::noop().clone());
            }
            let is_later = |other: &u32| *other > arrival;
            let key = list.insert_before(is_later, arrival, Waker::noop().clone());
            let mut expected = vec![10, 20, 30, arrival];
            expected.sort_unstable();
            assert_eq!(payloads(&list), expected);
            assert_eq!(list.len(), 4);
            assert_eq!(list.remove(key), Some(arrival));
            list.insert_back(40, Waker::noop().clone());
            assert_eq!(payloads(&list), [10, 20, 30, 40]);
        }
    }

    #[test]
    fn only_a_waiter_that_is_alone_is_taken_as_such() {
        let mut list = WaiterList::new();
        assert!(matches!(list.take_only_if(|_| true), Only::None) && list.take_only().is_none());
        let first = list.insert_back(1, Waker::noop().clone());
        let second = list.insert_back(2, Waker::noop().clone());
        assert!(matches!(list.take_only_if(|_| true), Only::None) && list.take_only().is_none());
        list.remove(first);
        let stays = list.take_only_if(|payload| *payload != 2);
        assert!(matches!(stays, Only::Stays));
        assert_eq!(list.take_only().map(|(payload, _)| payload), Some(2));
        assert!(list.is_empty() && !list.contains(second));
        list.insert_back(3, Waker::noop().clone());
        list.insert_back(4, Waker::noop().clone());
        assert_eq!((payloads(&list), list.slots()), (vec![3, 4], 2));
    }

    #[test]
    fn update_changes_who_is_woken() {
        let (first, second) = (Arc::new(Count::default()), Arc::new(Count::default()));
        let (first_waker, second_waker): (Waker, Waker) =
            (first.clone().into(), second.clone().into());
        let mut list = WaiterList::new();
        let key = list.insert_back((), first_waker.clone());
        let left = list.update(key, second_waker.clone());
        assert!(left.will_wake(&first_waker));
        let ((), waker) = list.pop_front().unwrap();
        waker.wake();
        assert_eq!(second.0.load(Ordering::Relaxed), 1);
        assert_eq!(first.0.load(Ordering::Relaxed), 0);
        let left = list.update(key, first_waker.clone());
        assert!(left.will_wake(&first_waker) && list.is_empty());
    }

    #[test]
    fn no_waker_is_kept_beyond_its_wait() {
        let count = Arc::new(Count::default());
        let mut list = WaiterList::new();
        let key = list.insert_back((), count.clone().into());
        list.insert_back((), count.clone().into());
        assert_eq!(Arc::strong_count(&count), 3);
        list.remove(key);
        drop(list.pop_front());
        assert_eq!(Arc::strong_count(&count), 1);
    }

    #[test]
    fn memory_stays_flat_over_a_million_waits() {
        let mut list = WaiterList::new();
        let mut keys: VecDeque<_> = (0..8)
            .map(|n| list.insert_back(n, Waker::noop().clone()))
            .collect();
        for n in 8..1_000_008_u32 {
            let leaves = if n % 3 == 0 {
                keys.pop_back()
            } else {
                keys.pop_front()
            };
            assert!(list.remove(leaves.unwrap()).is_some());
            keys.push_back(list.insert_back(n, Waker::noop().clone()));
        }
        assert_eq!((list.slots(), list.len()), (8, 8));
    }

    proptest! {
        #[test]
        fn behaves_as_a_queue_of_keys(steps in prop::collection::vec((0..4_u8, 0..16_usize), 0..200)) {
            let mut list = WaiterList::new();
            let mut model: VecDeque<(WaiterKey, usize)> = VecDeque::new();
            let mut left: Vec<WaiterKey> = Vec::new();
            let mut most = 0;
            for (serial, (step, place)) in steps.into_iter().enumerate() {
                match step {
                    0 | 1 => {
                        model.push_back((list.insert_back(serial, Waker::noop().clone()), serial));
                    }
                    2 => {
                        let front = model.pop_front();
                        let popped = list.pop_front().map(|(payload, _)| payload);
                        prop_assert_eq!(popped, front.map(|(_, payload)| payload));
                        left.extend(front.map(|(key, _)| key));
                    }
                    _ => {
                        if let Some((key, payload)) = model.remove(place) {
                            prop_assert_eq!(list.remove(key), Some(payload));
                            left.push(key);
                        }
                    }
                }
                most = most.max(model.len());
                prop_assert_eq!(list.len(), model.len());
                prop_assert_eq!(list.front(), model.front().map(|(_, payload)| payload));
                let mut seen = None;
                let stays = list.take_only_if(|payload| {
                    seen = Some(*payload);
                    false
                });
                let only = (model.len() == 1).then(|| model[0].1);
                prop_assert_eq!((seen, matches!(stays, Only::Stays)), (only, only.is_some()));
                let now: Vec<_> = list.iter().map(|(key, &payload, _)| (key, payload)).collect();
                prop_assert_eq!(&now[..], &*model.make_contiguous());
                prop_assert!(left.iter().all(|&key| !list.contains(key)));
            }
            prop_assert_eq!(list.slots(), most);
        }
    }
}
