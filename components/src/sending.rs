//! The queue of a sender, and the outcome of each item for its callers.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use verifork::sync::{Event, OneshotSender, oneshot};

/// The effect of a reset on transfers that were accepted but are not done.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, OnReset, axi_stream};
///
/// # fn example(tm: &TaskManager, input: &axi_stream::Signals, clocked: &Clocked) {
/// let source = axi_stream::Source::new(input).on_reset(OnReset::Retry).start(tm, clocked);
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnReset {
    /// They are dropped, and tasks that wait for them get [`Interrupted::Reset`].
    #[default]
    Fail,
    /// They are kept and done after the reset; the one in progress is repeated from its start.
    Retry,
}

/// Why an accepted transfer was not done.
///
/// ```
/// use verifork_components::Interrupted;
///
/// assert_eq!(Interrupted::Reset.to_string(), "a reset came before the transfer was done");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Interrupted {
    /// A reset came first.
    Reset,
    /// The component has ended.
    Ended,
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Interrupted::Reset => "a reset came before the transfer was done",
            Interrupted::Ended => "the component has ended before the transfer was done",
        })
    }
}

impl std::error::Error for Interrupted {}

/// A queue of items that are done in any order; each has a number.
pub(crate) struct Sending<T> {
    state: RefCell<State<T>>,
    /// Something was done, dropped or ended.
    done: Event,
    /// There is something new to send.
    filled: Event,
    capacity: usize,
}

struct State<T> {
    waiting: VecDeque<(u64, T)>,
    next: u64,
    /// Whether each from `first_open` on is done.
    done: VecDeque<bool>,
    first_open: u64,
    /// Numbers that a reset has dropped, as ranges from the first to the last.
    dropped: Vec<(u64, u64)>,
    ended: bool,
}

impl<T> Sending<T> {
    #[track_caller]
    pub(crate) fn new(name: &'static str, capacity: usize) -> Rc<Self> {
        Rc::new(Sending {
            state: RefCell::new(State {
                waiting: VecDeque::new(),
                next: 0,
                done: VecDeque::new(),
                first_open: 0,
                dropped: Vec::new(),
                ended: false,
            }),
            done: Event::new().named(name),
            filled: Event::new().named(name),
            capacity,
        })
    }

    /// Accepts an item as soon as there is room.
    pub(crate) async fn accept(self: Rc<Self>, item: T) -> Result<Ticket, Interrupted>
    where
        T: 'static,
    {
        let number = loop {
            let wait = {
                let mut state = self.state.borrow_mut();
                if state.ended {
                    return Err(Interrupted::Ended);
                }
                if state.waiting.len() < self.capacity {
                    let number = state.next;
                    state.next += 1;
                    state.waiting.push_back((number, item));
                    state.done.push_back(false);
                    break number;
                }
                self.done.wait()
            };
            wait.await;
        };
        self.filled.notify_all();
        Ok(Ticket {
            number,
            sending: self,
        })
    }

    /// Queues an item with an answer, and waits for the answer. If the item is dropped instead, the error says why.
    pub(crate) async fn ask<A>(
        self: Rc<Self>,
        item: impl FnOnce(OneshotSender<A>) -> T,
    ) -> verifork::Result<A>
    where
        T: 'static,
    {
        let (answer, receiver) = oneshot();
        let ticket = self.accept(item(answer)).await?;
        match receiver.await {
            Ok(answer) => Ok(answer),
            Err(_) => {
                let outcome = ticket.sent().await;
                Err(outcome.err().unwrap_or(Interrupted::Ended).into())
            }
        }
    }

    /// Takes the next item, if there is one that fits.
    pub(crate) fn take_first(&self, fits: impl Fn(&T) -> bool) -> Option<(u64, T)> {
        let taken = {
            let mut state = self.state.borrow_mut();
            let at = state.waiting.iter().position(|(_, item)| fits(item))?;
            state.waiting.remove(at)
        };
        // There is room.
        self.done.notify_all();
        taken
    }

    pub(crate) fn take(&self) -> Option<(u64, T)> {
        self.take_first(|_| true)
    }

    /// Puts an item back in front of all others, to be sent anew.
    pub(crate) fn put_back(&self, number: u64, item: T) {
        self.state.borrow_mut().waiting.push_front((number, item));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.state.borrow().waiting.is_empty()
    }

    /// Waits until something is there to send.
    pub(crate) async fn filled(&self) {
        while self.is_empty() {
            self.filled.wait().await;
        }
    }

    pub(crate) fn is_done(&self, number: u64) {
        let mut state = self.state.borrow_mut();
        let at = usize::try_from(number - state.first_open).unwrap_or(usize::MAX);
        if let Some(done) = state.done.get_mut(at) {
            *done = true;
        }
        while state.done.front() == Some(&true) {
            state.done.pop_front();
            state.first_open += 1;
        }
        drop(state);
        self.done.notify_all();
    }

    /// Drops all that is not done.
    pub(crate) fn drop_all(&self) {
        let dropped = {
            let mut state = self.state.borrow_mut();
            let first = state.first_open;
            let open = std::mem::take(&mut state.done);
            for (number, _) in (first..).zip(open).filter(|(_, done)| !done) {
                match state.dropped.last_mut() {
                    Some((_, last)) if *last + 1 == number => *last = number,
                    _ => state.dropped.push((number, number)),
                }
            }
            state.first_open = state.next;
            std::mem::take(&mut state.waiting)
        };
        drop(dropped);
        self.done.notify_all();
    }

    /// A reset, with an item that was taken and is not done.
    pub(crate) fn reset(&self, on_reset: OnReset, under_way: Option<(u64, T)>) {
        match (on_reset, under_way) {
            (OnReset::Fail, _) => self.drop_all(),
            (OnReset::Retry, Some((number, item))) => self.put_back(number, item),
            (OnReset::Retry, None) => {}
        }
    }

    /// Nothing more is sent.
    pub(crate) fn end(&self) {
        self.state.borrow_mut().ended = true;
        self.done.notify_all();
    }

    /// How many are accepted and not done.
    pub(crate) fn open(&self) -> usize {
        let state = self.state.borrow();
        state.done.iter().filter(|&&done| !done).count()
    }

    /// Waits until all that was accepted so far is done.
    pub(crate) async fn all_done(&self) -> Result<(), Interrupted> {
        let until = self.state.borrow().next;
        for number in self.first_open()..until {
            outcome_of(self, number).await?;
        }
        Ok(())
    }

    fn first_open(&self) -> u64 {
        self.state.borrow().first_open
    }
}

/// Waits for the outcome of an item.
async fn outcome_of(sending: &dyn Outcomes, number: u64) -> Result<(), Interrupted> {
    loop {
        let wait = sending.done().wait();
        if let Some(outcome) = sending.outcome(number) {
            return outcome;
        }
        wait.await;
    }
}

trait Outcomes {
    /// The outcome of an item; `None` if it is not done yet.
    fn outcome(&self, number: u64) -> Option<Result<(), Interrupted>>;
    fn done(&self) -> &Event;
}

impl<T> Outcomes for Sending<T> {
    fn outcome(&self, number: u64) -> Option<Result<(), Interrupted>> {
        let state = self.state.borrow();
        if number < state.first_open {
            let dropped = |(first, last): &(u64, u64)| (*first..=*last).contains(&number);
            return Some(if state.dropped.iter().any(dropped) {
                Err(Interrupted::Reset)
            } else {
                Ok(())
            });
        }
        let at = usize::try_from(number - state.first_open).unwrap_or(usize::MAX);
        match state.done.get(at) {
            Some(true) => Some(Ok(())),
            _ if state.ended => Some(Err(Interrupted::Ended)),
            _ => None,
        }
    }

    fn done(&self) -> &Event {
        &self.done
    }
}

/// A transfer that a source has accepted into its queue. Dropping the ticket changes nothing.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::axi_stream::{Frame, RunningSource};
///
/// # async fn example(source: RunningSource) -> Result {
/// let ticket = source.send(Frame::new([1, 2, 3])).await?; // it is in the queue
/// ticket.sent().await?; // its last beat was taken
/// assert!(ticket.is_over());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Ticket {
    number: u64,
    sending: Rc<dyn Outcomes>,
}

impl Ticket {
    /// Waits until the last beat of the transfer has been accepted.
    ///
    /// # Errors
    ///
    /// A reset has dropped the transfer, or the component has ended.
    pub async fn sent(&self) -> Result<(), Interrupted> {
        outcome_of(&*self.sending, self.number).await
    }

    /// Whether it was accepted or dropped.
    pub fn is_over(&self) -> bool {
        self.sending.outcome(self.number).is_some()
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket")
            .field("number", &self.number)
            .field("outcome", &self.sending.outcome(self.number))
            .finish_non_exhaustive()
    }
}

/// Closes the queue, however the component's task ends.
pub(crate) struct EndOnDrop<T>(pub(crate) Rc<Sending<T>>);

impl<T> Drop for EndOnDrop<T> {
    fn drop(&mut self) {
        self.0.end();
    }
}

#[cfg(test)]
mod tests {
    use verifork::task::{block_on, scope, yield_now};

    use super::*;
    use crate::received::Received;

    #[test]
    fn a_ticket_tells_when_its_own_transfer_is_done_whatever_the_order() {
        block_on(async {
            let sending = Sending::new("test", 8);
            let mut tickets = Vec::new();
            for item in 0..3 {
                tickets.push(Rc::clone(&sending).accept(item).await.unwrap());
            }
            let numbers: Vec<u64> = (0..3).map(|_| sending.take().unwrap().0).collect();
            sending.is_done(numbers[1]);
            assert!(tickets[1].is_over() && !tickets[0].is_over() && !tickets[2].is_over());
            assert_eq!(sending.open(), 2);
            tickets[1].sent().await.unwrap();
            sending.is_done(numbers[0]);
            sending.is_done(numbers[2]);
            sending.all_done().await.unwrap();
            assert_eq!(sending.open(), 0);
        });
    }

    #[test]
    fn a_reset_drops_what_is_not_done_and_no_more() {
        block_on(async {
            let sending = Sending::new("test", 8);
            let mut tickets = Vec::new();
            for item in 0..3 {
                tickets.push(Rc::clone(&sending).accept(item).await.unwrap());
            }
            let (first, _) = sending.take().unwrap();
            let (second, _) = sending.take().unwrap();
            sending.is_done(second);
            let _ = first;
            sending.drop_all();
            assert!(sending.is_empty());
            let after = Rc::clone(&sending).accept(7).await.unwrap();
            assert_eq!(tickets[0].sent().await, Err(Interrupted::Reset));
            assert_eq!(tickets[1].sent().await, Ok(()));
            assert_eq!(tickets[2].sent().await, Err(Interrupted::Reset));
            assert!(!after.is_over());
            sending.end();
            assert_eq!(after.sent().await, Err(Interrupted::Ended));
            assert_eq!(tickets[0].sent().await, Err(Interrupted::Reset));
        });
    }

    #[test]
    fn who_asks_gets_the_answer_or_hears_why_there_is_none() {
        block_on(async {
            let sending: Rc<Sending<OneshotSender<u8>>> = Sending::new("test", 8);
            let ask = async || {
                let asked = Rc::clone(&sending).ask(|answer| answer);
                let answer = asked.await;
                Ok(answer.map_err(|error| error.downcast_ref::<Interrupted>().copied()))
            };
            scope(async |tm| {
                let answered = tm.fork("answered", ask());
                yield_now().await;
                let (number, answer) = sending.take().unwrap();
                answer.send(5).unwrap();
                sending.is_done(number);
                assert_eq!(answered.await?, Ok(5));

                let dropped = tm.fork("dropped", ask());
                yield_now().await;
                sending.drop_all();
                assert_eq!(dropped.await?, Err(Some(Interrupted::Reset)));

                let left = tm.fork("left", ask());
                yield_now().await;
                drop(sending.take());
                sending.end();
                assert_eq!(left.await?, Err(Some(Interrupted::Ended)));
                Ok(())
            })
            .await
            .unwrap();
        });
    }

    #[test]
    fn a_full_queue_makes_its_callers_wait() {
        block_on(async {
            let sending = Sending::new("test", 1);
            scope(async |tm| {
                Rc::clone(&sending).accept(1).await?;
                let second = tm.fork("second", async { Ok(Rc::clone(&sending).accept(2).await?) });
                for _ in 0..3 {
                    yield_now().await;
                }
                assert!(!second.state().has_ended());
                sending.take();
                second.await?;
                Ok(())
            })
            .await
            .unwrap();
        });
    }

    #[test]
    fn who_waits_for_an_item_over_a_reset_hears_of_it_or_goes_on_waiting() {
        block_on(async {
            let received = Received::new("test", 8);
            scope(async |tm| {
                let failing = tm.fork("failing", async { Ok(received.take(OnReset::Fail).await) });
                let patient = tm.fork("patient", async { Ok(received.take(OnReset::Retry).await) });
                received.reset();
                assert_eq!(failing.await?, Err(Interrupted::Reset));
                received.push(5);
                assert_eq!(patient.await?, Ok(5));
                received.end();
                assert_eq!(received.take(OnReset::Retry).await, Err(Interrupted::Ended));
                Ok(())
            })
            .await
            .unwrap();
        });
    }
}
