//! The delays that are not over.

use std::cell::{Cell, RefCell};

/// The end of what does not end: a time that is never reached.
pub(super) const NEVER: u64 = u64::MAX;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Delay {
    deadline: u64,
    token: u64,
    /// Of several that end at one time, the one that began first ends first.
    number: usize,
}

const NONE: Delay = Delay {
    deadline: NEVER,
    token: 0,
    number: 0,
};

/// Nearly always there is one, which is why the first to end has a place of its own.
pub(super) struct Delays {
    first: Cell<Delay>,
    others: RefCell<Vec<Delay>>,
    /// How many others there are.
    more: Cell<usize>,
    last_number: Cell<usize>,
}

impl Delays {
    pub(super) const fn new() -> Self {
        Delays {
            first: Cell::new(NONE),
            others: RefCell::new(Vec::new()),
            more: Cell::new(0),
            last_number: Cell::new(0),
        }
    }

    /// When the first of them ends; [`NEVER`] if there is none.
    #[inline]
    pub(super) fn earliest(&self) -> u64 {
        self.first.get().deadline
    }

    /// Begins a delay. Returns its number, which is not 0.
    #[inline]
    pub(super) fn begin(&self, deadline: u64, token: u64) -> usize {
        let number = self.last_number.get() + 1;
        self.last_number.set(number);
        let delay = Delay {
            deadline,
            token,
            number,
        };
        if self.first.get().deadline == NEVER {
            self.first.set(delay);
        } else {
            self.add(delay);
        }
        number
    }

    #[inline(never)]
    fn add(&self, delay: Delay) {
        let first = self.first.get();
        let other = if delay.deadline < first.deadline {
            self.first.replace(delay)
        } else {
            delay
        };
        self.others.borrow_mut().push(other);
        self.more.set(self.more.get() + 1);
    }

    /// Takes out the first, if its time has come, which is before [`NEVER`]; its token.
    #[inline]
    pub(super) fn take_due(&self, now: u64) -> Option<u64> {
        let first = self.first.get();
        if first.deadline > now {
            return None;
        }
        self.take_first();
        Some(first.token)
    }

    #[inline]
    fn take_first(&self) {
        self.first.set(NONE);
        if self.more.get() > 0 {
            self.move_up();
        }
    }

    /// Finds the one that is the first from now on.
    #[inline(never)]
    fn move_up(&self) {
        let mut others = self.others.borrow_mut();
        let order = |at: &usize| (others[*at].deadline, others[*at].number);
        if let Some(first) = (0..others.len()).min_by_key(order) {
            self.first.set(others.swap_remove(first));
        }
        self.more.set(others.len());
    }

    /// Gives a delay up, if it is not over.
    pub(super) fn cancel(&self, number: usize) {
        if self.first.get().number == number {
            self.take_first();
        } else {
            let mut others = self.others.borrow_mut();
            others.retain(|delay| delay.number != number);
            self.more.set(others.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(delays: &Delays, now: u64) -> Vec<u64> {
        std::iter::from_fn(|| delays.take_due(now)).collect()
    }

    #[test]
    fn delays_end_in_the_order_of_their_ends_and_of_their_beginnings() {
        let delays = Delays::new();
        for (deadline, token) in [(7, 1), (5, 2), (9, 3), (5, 4), (7, 5)] {
            delays.begin(deadline, token);
        }
        assert_eq!(delays.earliest(), 5);
        assert!(ended(&delays, 4).is_empty());
        assert_eq!(ended(&delays, 8), [2, 4, 1, 5]);
        assert_eq!(delays.earliest(), 9);
        assert_eq!(ended(&delays, 9), [3]);
        assert_eq!(delays.earliest(), NEVER);
        assert!(ended(&delays, NEVER - 1).is_empty());
    }

    #[test]
    fn a_delay_that_was_given_up_does_not_end() {
        let delays = Delays::new();
        let numbers: Vec<usize> = (0..4).map(|token| delays.begin(5 + token, token)).collect();
        delays.cancel(numbers[0]);
        delays.cancel(numbers[2]);
        assert_eq!(delays.earliest(), 6);
        assert_eq!(ended(&delays, 10), [1, 3]);
        // It is over, and its number is nobody else's.
        delays.cancel(numbers[1]);
        delays.begin(12, 7);
        delays.cancel(numbers[3]);
        assert_eq!(ended(&delays, 12), [7]);
    }
}
