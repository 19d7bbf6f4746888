//! Accesses that a manager was asked for and that are not answered, in the order in which they were asked for.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::rc::Rc;

use verifork::Result;
use verifork::sync::{Event, OneshotReceiver};
use verifork::task::waiting_for;

use crate::Clocked;
use crate::sending::{Interrupted, OnReset};
use crate::violation::Ignored;

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

    /// Of how many the address was sent, and of how many the data.
    pub(crate) fn progress(&self) -> Progress {
        Progress {
            addressed: self.addressed,
            sent: self.sent,
        }
    }

    /// Whether the answer to an access keeps a rule: by the progress before the edge, or, where the rule is ignored,
    /// by that of the edge itself.
    pub(crate) fn is_in_time(
        &self,
        at: Option<usize>,
        before: Progress,
        has: fn(Progress, usize) -> bool,
        (rule, ignored): (&str, &Ignored),
    ) -> bool {
        let has = |progress| at.is_some_and(|at| has(progress, at));
        has(before) || ignored.has(rule) && has(self.progress())
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

/// The progress of the accesses in one direction. A response at an edge belongs to a request at an earlier one, so
/// it is checked against the progress before that edge, unless the rule is ignored.
#[derive(Clone, Copy)]
pub(crate) struct Progress {
    addressed: usize,
    sent: usize,
}

impl Progress {
    /// Whether the address of one was sent.
    pub(crate) fn is_addressed(self, at: usize) -> bool {
        at < self.addressed
    }

    /// Whether all data of one was sent.
    pub(crate) fn is_sent(self, at: usize) -> bool {
        at < self.sent
    }
}

/// The queue of accesses in one direction, between the tasks that request them and the task that makes them.
pub(crate) struct Requests<T> {
    pub(crate) open: RefCell<Outstanding<T>>,
    arrived: Event,
    ended: Cell<bool>,
}

impl<T> Requests<T> {
    #[track_caller]
    pub(crate) fn new(name: &'static str) -> Rc<Self> {
        Rc::new(Requests {
            open: RefCell::default(),
            arrived: Event::new().named(name),
            ended: Cell::new(false),
        })
    }

    /// Requests an access, whose response `receiver` gets.
    pub(crate) fn ask<A>(
        self: &Rc<Self>,
        access: T,
        receiver: OneshotReceiver<A>,
    ) -> impl Future<Output = Result<A>> + use<T, A> {
        if !self.ended.get() {
            self.open.borrow_mut().push(access);
            self.arrived.notify_all();
        }
        let asked = Rc::clone(self);
        async move {
            match receiver.await {
                Ok(answer) => Ok(answer),
                Err(_) if asked.ended.get() => Err(Interrupted::Ended.into()),
                Err(_) => Err(Interrupted::Reset.into()),
            }
        }
    }

    /// Waits until something is asked for.
    async fn arrived(&self) {
        loop {
            let wait = self.arrived.wait();
            if !self.open.borrow().is_empty() {
                return;
            }
            wait.await;
        }
    }
}

/// Nobody is answered any more, however the task ends.
struct EndOnDrop<T>(Rc<Requests<T>>);

impl<T> Drop for EndOnDrop<T> {
    fn drop(&mut self) {
        self.0.ended.set(true);
        drop(self.0.open.take());
    }
}

/// The channels of one direction of a bus.
pub(crate) trait Side {
    type Access;

    fn idle(&mut self) -> Result;

    /// The condition that it waits for while accesses are in flight.
    fn waits_for(&self) -> &'static str;

    /// An edge out of reset.
    fn edge(&mut self, open: &mut Outstanding<Self::Access>) -> Result;

    /// Restarts the accesses that a reset leaves.
    fn reset(&mut self, open: &mut Outstanding<Self::Access>);
}

/// Makes accesses forever. It waits for no edges while there are none.
pub(crate) async fn make_all<S: Side>(
    mut side: S,
    asked: Rc<Requests<S::Access>>,
    clocked: Clocked,
    on_reset: OnReset,
) -> Result {
    let end = EndOnDrop(asked);
    let asked = &end.0;
    side.idle()?;
    let mut was_in_reset = false;
    loop {
        if asked.open.borrow().is_empty() {
            asked.arrived().await;
            // Requests during a reset are made after it.
            was_in_reset = clocked.is_in_reset();
        }
        waiting_for(side.waits_for(), clocked.edge()).await;
        let in_reset = clocked.is_in_reset();
        if !in_reset {
            side.edge(&mut asked.open.borrow_mut())?;
        } else if !was_in_reset {
            side.idle()?;
            let mut open = asked.open.borrow_mut();
            let dropped = open.reset(on_reset);
            side.reset(&mut open);
            drop((open, dropped));
        }
        was_in_reset = in_reset;
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
        let progress = outstanding.progress();
        assert!(progress.is_addressed(2) && !progress.is_addressed(3));
        assert!(progress.is_sent(0) && !progress.is_sent(1));
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
