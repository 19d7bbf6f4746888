//! The tasks that wait for the children of a manager: for the next to end, or for all.
//!
//! A task is woken only for what it waits for. If every end of a child woke every task in `join_all`, the
//! number of wake-ups would be quadratic.

use std::task::Waker;

use super::waiters::{WaiterKey, WaiterList};

/// What a joiner waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Want {
    /// The next child to end; ready at once if no child is left.
    Next,
    /// The first child to end.
    Any,
    /// The end of all children.
    All,
}

impl Want {
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Want::Next => "the next task of the manager to finish",
            Want::Any => "any task of the manager to finish",
            Want::All => "all tasks of the manager to finish",
        }
    }
}

/// Two queues with a common order: the payload is the number of the arrival.
#[derive(Default)]
pub(super) struct Joiners {
    /// Those that wait for any child.
    for_one: WaiterList<u64>,
    for_all: WaiterList<u64>,
    arrivals: u64,
}

/// A joiner's key, with the queue that it is in.
#[derive(Clone, Copy)]
pub(super) struct JoinerKey {
    want: Want,
    arrival: u64,
    key: WaiterKey,
}

impl Joiners {
    /// How many joiners have begun to wait so far.
    pub(super) fn arrivals(&self) -> u64 {
        self.arrivals
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.for_one.is_empty() && self.for_all.is_empty()
    }

    fn queue(&mut self, want: Want) -> &mut WaiterList<u64> {
        match want {
            Want::Next | Want::Any => &mut self.for_one,
            Want::All => &mut self.for_all,
        }
    }

    /// Adds a joiner at the end, unless it is waiting already. It then keeps its place, even if it was
    /// woken and found that a child had been added. Returns a waker to drop where nothing is borrowed.
    #[must_use = "foreign code may run when it is dropped: after the borrow of the queue"]
    pub(super) fn wait(
        &mut self,
        place: &mut Option<JoinerKey>,
        want: Want,
        waker: Waker,
    ) -> Option<Waker> {
        let arrival = match *place {
            Some(JoinerKey { want, key, .. }) if self.queue(want).contains(key) => {
                return Some(self.queue(want).update(key, waker));
            }
            Some(JoinerKey { arrival, .. }) => arrival,
            None => {
                self.arrivals += 1;
                self.arrivals - 1
            }
        };
        let is_later = |other: &u64| *other > arrival;
        let key = self.queue(want).insert_before(is_later, arrival, waker);
        *place = Some(JoinerKey { want, arrival, key });
        None
    }

    /// Takes a joiner out, if it is there.
    pub(super) fn take(&mut self, JoinerKey { want, key, .. }: JoinerKey) -> Option<Waker> {
        self.queue(want).take(key).map(|(_, waker)| waker)
    }

    /// Takes out the next joiner whose wait is over after the end of a child, among those that arrived
    /// `before`.
    pub(super) fn next(&mut self, before: u64, all_ended: bool) -> Option<Waker> {
        let one = self.for_one.front().copied();
        let all = self.for_all.front().copied().filter(|_| all_ended);
        let first = one.into_iter().chain(all).min()?;
        if first >= before {
            return None;
        }
        let queue = if one == Some(first) {
            &mut self.for_one
        } else {
            &mut self.for_all
        };
        queue.pop_front().map(|(_, waker)| waker)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use Want::{All, Any, Next};

    fn waits(joiners: &mut Joiners, want: Want) -> JoinerKey {
        let mut place = None;
        assert!(
            joiners
                .wait(&mut place, want, Waker::noop().clone())
                .is_none()
        );
        place.unwrap()
    }

    fn served(joiners: &mut Joiners, all_ended: bool) -> usize {
        let before = joiners.arrivals();
        std::iter::from_fn(|| joiners.next(before, all_ended)).count()
    }

    #[test]
    fn the_end_of_one_child_wakes_nobody_who_waits_for_all() {
        let mut joiners = Joiners::default();
        for want in [All, Next, All, Any, All] {
            waits(&mut joiners, want);
        }
        assert_eq!(served(&mut joiners, false), 2);
        assert_eq!(served(&mut joiners, false), 0);
        assert_eq!(served(&mut joiners, true), 3);
    }

    #[test]
    fn the_end_of_the_last_child_serves_all_in_the_order_in_which_they_came() {
        let mut joiners = Joiners::default();
        let order = [All, Next, Any, All, Next];
        let keys = order.map(|want| waits(&mut joiners, want));
        let before = joiners.arrivals();
        waits(&mut joiners, Next);
        for (number, &key) in keys.iter().enumerate() {
            let queue = joiners.queue(key.want);
            assert_eq!(queue.front(), Some(&(number as u64)));
            assert!(joiners.next(before, true).is_some());
        }
        assert!(joiners.next(before, true).is_none(), "it came later");
    }

    #[test]
    fn who_is_woken_and_has_to_wait_again_comes_back_to_its_place() {
        let mut joiners = Joiners::default();
        let mut keys = [0, 1].map(|_| Some(waits(&mut joiners, All)));
        assert_eq!(served(&mut joiners, true), 2);
        let third = waits(&mut joiners, All);
        for key in keys.iter_mut().rev() {
            let left = joiners.wait(key, All, Waker::noop().clone());
            assert!(left.is_none());
        }
        for (arrival, key) in keys.into_iter().flatten().chain([third]).enumerate() {
            assert_eq!(joiners.queue(All).front(), Some(&(arrival as u64)));
            assert!(joiners.take(key).is_some());
        }
    }

    #[test]
    fn who_waits_keeps_its_place_and_may_leave_it() {
        let mut joiners = Joiners::default();
        let mut first = Some(waits(&mut joiners, All));
        let second = waits(&mut joiners, All);
        let left = joiners.wait(&mut first, All, Waker::noop().clone());
        assert!(left.is_some());
        assert_eq!(joiners.queue(All).front(), Some(&0));
        assert!(joiners.take(first.unwrap()).is_some());
        assert!(joiners.take(first.unwrap()).is_none());
        assert_eq!(joiners.queue(All).front(), Some(&1));
        assert!(joiners.take(second).is_some());
    }
}
