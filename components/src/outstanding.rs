//! Accesses that are asked for and not answered, in the order in which they were asked for.

use std::collections::VecDeque;

use crate::sending::OnReset;

/// The accesses of one direction: of the first `addressed` the address was sent, of the first `sent` the data.
pub(crate) struct Outstanding<T> {
    open: VecDeque<T>,
    addressed: usize,
    sent: usize,
}

impl<T> Default for Outstanding<T> {
    fn default() -> Self {
        Outstanding {
            open: VecDeque::new(),
            addressed: 0,
            sent: 0,
        }
    }
}

impl<T> Outstanding<T> {
    pub(crate) fn push(&mut self, access: T) {
        self.open.push_back(access);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Whose address is next.
    pub(crate) fn next_address(&self) -> Option<&T> {
        self.open.get(self.addressed)
    }

    pub(crate) fn address_is_sent(&mut self) {
        self.addressed += 1;
    }

    /// Whose data is next.
    pub(crate) fn next_data(&self) -> Option<&T> {
        self.open.get(self.sent)
    }

    pub(crate) fn data_is_sent(&mut self) {
        self.sent += 1;
    }

    /// The first whose address was sent and that an answer may belong to.
    pub(crate) fn find(&self, belongs: impl Fn(&T) -> bool) -> Option<usize> {
        (0..self.addressed).find(|&at| belongs(&self.open[at]))
    }

    /// Whether all data of one was sent.
    pub(crate) fn is_sent(&self, at: usize) -> bool {
        at < self.sent
    }

    pub(crate) fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        self.open.get_mut(at)
    }

    /// One is answered.
    pub(crate) fn remove(&mut self, at: usize) -> Option<T> {
        let removed = self.open.remove(at)?;
        self.addressed -= usize::from(at < self.addressed);
        self.sent -= usize::from(at < self.sent);
        Some(removed)
    }

    /// A reset: those that are dropped, or all begin anew.
    pub(crate) fn reset(&mut self, on_reset: OnReset) -> VecDeque<T> {
        (self.addressed, self.sent) = (0, 0);
        match on_reset {
            OnReset::Fail => std::mem::take(&mut self.open),
            OnReset::Retry => VecDeque::new(),
        }
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.open.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(accesses: impl IntoIterator<Item = u8>) -> Outstanding<u8> {
        let mut outstanding = Outstanding::default();
        accesses
            .into_iter()
            .for_each(|access| outstanding.push(access));
        outstanding
    }

    #[test]
    fn an_answer_belongs_to_the_first_of_its_id_whose_address_was_sent() {
        let mut outstanding = of([10, 20, 11, 21]);
        let of_tens = |tens: u8| move |access: &u8| access / 10 == tens;
        assert_eq!(outstanding.find(of_tens(1)), None);
        for _ in 0..3 {
            outstanding.address_is_sent();
        }
        outstanding.data_is_sent();
        assert_eq!(outstanding.find(of_tens(2)), Some(1));
        assert!(!outstanding.is_sent(1));
        assert_eq!(outstanding.remove(1), Some(20));
        assert_eq!(outstanding.find(of_tens(2)), None, "21 is not asked for");
        assert_eq!(outstanding.next_address(), Some(&21));
        assert_eq!(
            outstanding.next_data(),
            Some(&11),
            "that of 10 was sent, that of 20 never is"
        );
        assert_eq!(outstanding.remove(0), Some(10));
        assert_eq!(outstanding.next_data(), Some(&11));
        assert_eq!(outstanding.next_address(), Some(&21));
    }

    #[test]
    fn a_reset_drops_all_or_asks_for_all_again() {
        for (on_reset, dropped, next) in [(OnReset::Fail, 2, None), (OnReset::Retry, 0, Some(&1))] {
            let mut outstanding = of([1, 2]);
            outstanding.address_is_sent();
            outstanding.data_is_sent();
            assert_eq!(outstanding.reset(on_reset).len(), dropped);
            assert_eq!(outstanding.next_address(), next);
            assert_eq!(outstanding.next_data(), next);
        }
    }
}
