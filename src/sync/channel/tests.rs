//! Against a queue: nothing lost, nothing overtaken, nobody left asleep.

use std::cell::Cell;
use std::task::Poll;

use proptest::prelude::*;

use super::*;
use crate::sync::testing::{Poller, Task, poll};
use crate::sync::{RecvError, SendError, TryRecvError, TrySendError};

#[test]
fn items_come_in_the_order_in_which_they_were_sent() {
    let (sender, receiver) = channel(8);
    for item in 0..8 {
        sender.clone().try_send(item).unwrap();
    }
    assert_eq!(sender.try_send(8), Err(TrySendError::Full(8)));
    assert_eq!((receiver.len(), receiver.capacity()), (8, Some(8)));
    for item in 0..8 {
        assert_eq!(receiver.try_recv(), Ok(item));
    }
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
}

#[test]
fn a_lifo_channel_gives_the_newest_item_and_serves_waiters_in_their_turn() {
    let (sender, receiver) = lifo_channel(2);
    sender.try_send(1).unwrap();
    sender.try_send(2).unwrap();
    let (first, second) = (Poller::new(), Poller::new());
    let (mut a, mut b) = (sender.send(3), sender.send(4));
    assert!(first.poll(&mut a).is_pending() && second.poll(&mut b).is_pending());
    assert_eq!(receiver.try_recv(), Ok(2));
    assert_eq!((first.wakes(), second.wakes()), (1, 0));
    // The room goes to the next, and no item is lost.
    drop(a);
    assert_eq!(second.poll(&mut b), Poll::Ready(Ok(())));
    assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(4), Ok(1)));
    assert_eq!((sender.capacity(), receiver.len()), (Some(2), 0));
}

#[test]
fn a_priority_channel_gives_the_greatest_item_and_of_equal_ones_the_oldest() {
    /// Compared by its first field alone.
    #[derive(Debug)]
    struct Request(u8, usize);
    impl PartialEq for Request {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
    impl Eq for Request {}
    impl PartialOrd for Request {
        fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
            Some(self.cmp(other))
        }
    }
    impl Ord for Request {
        fn cmp(&self, other: &Self) -> std::cmp::Ordering {
            self.0.cmp(&other.0)
        }
    }
    let (sender, receiver) = priority_channel(None);
    for (number, priority) in [3, 1, 9, 3, 9, 0].into_iter().enumerate() {
        sender.try_send(Request(priority, number)).unwrap();
    }
    assert_eq!(sender.capacity(), None);
    let order = std::iter::from_fn(|| receiver.try_recv().ok().map(|Request(_, number)| number));
    assert_eq!(order.collect::<Vec<_>>(), [2, 4, 0, 3, 1, 5]);
}

#[test]
fn a_promised_item_of_a_priority_channel_is_the_greatest_when_it_is_taken() {
    let (sender, receiver) = priority_channel(4);
    let (first, second) = (Poller::new(), Poller::new());
    let (mut a, mut b) = (receiver.recv(), receiver.recv());
    assert!(first.poll(&mut a).is_pending() && second.poll(&mut b).is_pending());
    sender.try_send(1).unwrap();
    sender.try_send(5).unwrap();
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    drop(a);
    assert_eq!(second.poll(&mut b), Poll::Ready(Ok(5)));
    assert_eq!(receiver.try_recv(), Ok(1));
}

#[test]
#[should_panic(expected = "it needs room for at least 1")]
fn a_priority_channel_of_no_capacity_panics() {
    let _ = priority_channel::<u8>(0);
}

#[test]
fn a_stream_that_is_dropped_while_it_waits_has_taken_no_item() {
    use futures_lite::StreamExt as _;
    let (sender, receiver) = channel(4);
    let mut stream = receiver.stream();
    let poller = Poller::new();
    assert!(poller.poll(&mut stream.next()).is_pending());
    sender.try_send(1).unwrap();
    assert_eq!(poller.wakes(), 1);
    drop(stream);
    let mut stream = receiver.stream();
    assert_eq!(poll(&mut stream.next()), Poll::Ready(Some(1)));
    drop(sender);
    assert_eq!(poll(&mut stream.next()), Poll::Ready(None));
}

#[test]
fn a_sender_waits_for_room_in_its_turn() {
    let (sender, receiver) = channel(1);
    let (first, second) = (Poller::new(), Poller::new());
    let (mut a, mut b) = (sender.send('a'), sender.send('b'));
    sender.try_send('x').unwrap();
    assert!(first.poll(&mut a).is_pending());
    assert!(second.poll(&mut b).is_pending());
    assert_eq!(receiver.try_recv(), Ok('x'));
    assert_eq!((first.wakes(), second.wakes()), (1, 0));
    // The room is promised to the first.
    assert_eq!(sender.try_send('y'), Err(TrySendError::Full('y')));
    assert!(second.poll(&mut b).is_pending());
    assert_eq!(first.poll(&mut a), Poll::Ready(Ok(())));
    assert_eq!(receiver.try_recv(), Ok('a'));
    assert_eq!(second.poll(&mut b), Poll::Ready(Ok(())));
    assert_eq!(receiver.try_recv(), Ok('b'));
}

#[test]
fn receivers_get_items_in_their_turn() {
    let (sender, receiver) = channel(4);
    let (first, second) = (Poller::new(), Poller::new());
    let (mut a, mut b) = (receiver.recv(), receiver.recv());
    assert!(first.poll(&mut a).is_pending());
    assert!(second.poll(&mut b).is_pending());
    sender.try_send(1).unwrap();
    assert_eq!((first.wakes(), second.wakes()), (1, 0));
    // The item is promised to the first.
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    sender.try_send(2).unwrap();
    assert_eq!(first.poll(&mut a), Poll::Ready(Ok(1)));
    assert_eq!(second.poll(&mut b), Poll::Ready(Ok(2)));
}

#[test]
fn a_dropped_send_has_not_sent_and_passes_its_room_on() {
    let (sender, receiver) = channel(1);
    let (mut a, mut b, poller) = (sender.send('a'), sender.send('b'), Poller::new());
    sender.try_send('x').unwrap();
    assert!(poll(&mut a).is_pending());
    assert!(poller.poll(&mut b).is_pending());
    assert_eq!(receiver.try_recv(), Ok('x'));
    assert_eq!(poller.wakes(), 0);
    drop(a);
    assert_eq!(poller.wakes(), 1);
    assert_eq!(poller.poll(&mut b), Poll::Ready(Ok(())));
    assert_eq!(receiver.try_recv(), Ok('b'));
}

#[test]
fn a_dropped_recv_leaves_its_item_to_the_next() {
    let (sender, receiver) = channel(1);
    let (mut a, mut b, poller) = (receiver.recv(), receiver.recv(), Poller::new());
    assert!(poll(&mut a).is_pending());
    assert!(poller.poll(&mut b).is_pending());
    sender.try_send(1).unwrap();
    drop(a);
    assert_eq!(poller.wakes(), 1);
    drop(b);
    assert_eq!(receiver.try_recv(), Ok(1));
}

#[test]
fn close_returns_waiting_items_and_lets_the_rest_be_received() {
    for close in [Sender::close as fn(&Sender<_>), |_| {}] {
        let (sender, receiver) = channel(1);
        let (mut wait, poller) = (sender.send(2), Poller::new());
        sender.try_send(1).unwrap();
        assert!(poller.poll(&mut wait).is_pending());
        close(&sender);
        receiver.close();
        assert_eq!(poller.wakes(), 1);
        assert_eq!(poller.poll(&mut wait), Poll::Ready(Err(SendError(2))));
        assert!(sender.is_closed() && receiver.is_closed());
        assert_eq!(poll(&mut receiver.recv()), Poll::Ready(Ok(1)));
        assert_eq!(poll(&mut receiver.recv()), Poll::Ready(Err(RecvError)));
        assert_eq!(poll(&mut sender.send(3)), Poll::Ready(Err(SendError(3))));
    }
}

#[test]
fn a_send_that_was_promised_room_fails_if_the_channel_is_closed() {
    let (sender, receiver) = channel(1);
    let (mut polled, mut dropped) = (sender.send(2), sender.send(3));
    sender.try_send(1).unwrap();
    assert!(poll(&mut polled).is_pending());
    assert!(poll(&mut dropped).is_pending());
    assert_eq!(receiver.try_recv(), Ok(1));
    drop(receiver);
    assert_eq!(poll(&mut polled), Poll::Ready(Err(SendError(2))));
    drop(dropped);
}

#[test]
fn the_last_sender_closes() {
    let (sender, receiver) = channel::<()>(1);
    let (mut wait, poller) = (receiver.recv(), Poller::new());
    assert!(poller.poll(&mut wait).is_pending());
    let other = sender.clone();
    drop(sender);
    assert_eq!(poller.wakes(), 0);
    drop(other);
    assert_eq!(poller.wakes(), 1);
    assert_eq!(poller.poll(&mut wait), Poll::Ready(Err(RecvError)));
}

#[test]
fn a_receiver_behind_a_promised_item_ends_only_when_that_is_taken() {
    for first_leaves in [false, true] {
        let (sender, receiver) = channel(1);
        let (mut a, mut b, poller) = (receiver.recv(), receiver.recv(), Poller::new());
        assert!(poll(&mut a).is_pending());
        assert!(poller.poll(&mut b).is_pending());
        sender.try_send(1).unwrap();
        drop(sender);
        assert_eq!(poller.wakes(), 0);
        let expected = if first_leaves {
            drop(a);
            Ok(1)
        } else {
            assert_eq!(poll(&mut a), Poll::Ready(Ok(1)));
            Err(RecvError)
        };
        assert_eq!(poller.wakes(), 1);
        assert_eq!(poller.poll(&mut b), Poll::Ready(expected));
    }
}

#[test]
fn no_limit_means_no_wait() {
    let (sender, receiver) = unbounded();
    for item in 0..1_000 {
        assert!(poll(&mut sender.send(item)).is_ready());
    }
    assert_eq!((sender.len(), sender.capacity()), (1_000, None));
    assert_eq!(receiver.try_recv(), Ok(0));
}

#[test]
#[should_panic(expected = "it needs room for at least 1")]
fn a_capacity_of_zero_panics() {
    let _ = channel::<()>(0);
}

#[test]
fn an_item_may_hold_an_end_of_its_own_channel() {
    struct Holds(#[allow(dead_code, reason = "held to be dropped")] Sender<Holds>);
    let (sender, receiver) = channel(2);
    sender.try_send(Holds(sender.clone())).unwrap();
    let state = Rc::downgrade(&receiver.shared);
    drop(receiver);
    assert!(sender.is_closed());
    drop(sender);
    assert!(state.upgrade().is_none());
}

#[test]
fn a_waker_that_receives_at_once_finds_its_item() {
    let (sender, receiver) = channel(1);
    let item = Rc::new(Cell::new(None));
    let slot = Rc::clone(&item);
    let task: Task = Box::pin(async move { slot.set(receiver.recv().await.ok()) });
    let task = Rc::new(RefCell::new(task));
    let woken = Rc::clone(&task);
    let poller = Poller::calling(move || assert!(poll(&mut *woken.borrow_mut()).is_ready()));
    assert!(poller.poll(&mut *task.borrow_mut()).is_pending());
    sender.try_send(5).unwrap();
    assert_eq!(item.get(), Some(5));
    assert!(sender.is_empty());
}

#[test]
fn a_million_dropped_waits_leave_nothing() {
    let (sender, receiver) = channel(1);
    for _ in 0..1_000_000 {
        assert!(poll(&mut receiver.recv()).is_pending());
    }
    sender.try_send(0).unwrap();
    for item in 0..1_000_000 {
        assert!(poll(&mut sender.send(item)).is_pending());
    }
    let state = receiver.shared.state.borrow();
    assert_eq!((state.receiving.slots(), state.sending.slots()), (1, 1));
    assert_eq!(
        (
            state.receiving.len(),
            state.sending.len(),
            state.items.len()
        ),
        (0, 0, 1)
    );
}

#[test]
fn a_wait_names_the_line_that_made_the_channel() {
    let (sender, _receiver) = channel::<()>(1);
    let line = line!() - 1;
    let wait = sender.shared.label.wait("room in the channel").to_string();
    assert_eq!(wait, format!("room in the channel ({}:{line})", file!()));
    assert!(format!("{sender:?}").contains("len: 0, capacity: Some(1), closed: false"));
}

#[derive(Clone, Copy, Debug)]
enum Step {
    TrySend,
    TryReceive,
    Send,
    Receive,
    DropSend(usize),
    DropReceive(usize),
    /// Polls this one, woken or not.
    PollSend(usize),
    PollReceive(usize),
    Close,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => Just(Step::TrySend),
        10 => Just(Step::TryReceive),
        20 => Just(Step::Send),
        20 => Just(Step::Receive),
        10 => (0..6_usize).prop_map(Step::DropSend),
        10 => (0..6_usize).prop_map(Step::DropReceive),
        10 => (0..6_usize).prop_map(Step::PollSend),
        10 => (0..6_usize).prop_map(Step::PollReceive),
        1 => Just(Step::Close),
    ]
}

/// A channel, the waits in progress, and the queue that it should be.
struct Model<'a> {
    sender: &'a Sender<u32>,
    receiver: &'a Receiver<u32>,
    items: VecDeque<u32>,
    closed: bool,
    next: u32,
    sending: Vec<(Poller, u32, SendWait<'a, u32>)>,
    receiving: Vec<(Poller, ReceiveWait<'a, u32>)>,
}

impl Model<'_> {
    fn step(&mut self, step: Step) -> Result<(), TestCaseError> {
        self.next += 1;
        let item = self.next;
        match step {
            Step::TrySend => match self.sender.try_send(item) {
                Ok(()) => self.items.push_back(item),
                Err(error) => {
                    prop_assert_eq!(error.is_closed(), self.closed);
                    prop_assert_eq!(error.into_inner(), item);
                }
            },
            Step::TryReceive => match self.receiver.try_recv() {
                Ok(item) => prop_assert_eq!(Some(item), self.items.pop_front()),
                Err(TryRecvError::Closed) => prop_assert!(self.closed && self.items.is_empty()),
                Err(TryRecvError::Empty) => {
                    let promised = self
                        .receiving
                        .iter()
                        .filter(|(poller, _)| poller.wakes() > 0);
                    prop_assert!(self.items.len() <= promised.count());
                }
            },
            Step::Send => {
                self.sending
                    .push((Poller::new(), item, self.sender.send(item)));
                self.poll_send(self.sending.len() - 1)?;
            }
            Step::Receive => {
                self.receiving.push((Poller::new(), self.receiver.recv()));
                self.poll_receive(self.receiving.len() - 1)?;
            }
            Step::DropSend(n) if n < self.sending.len() => drop(self.sending.remove(n)),
            Step::DropReceive(n) if n < self.receiving.len() => drop(self.receiving.remove(n)),
            Step::PollSend(n) if n < self.sending.len() => self.poll_send(n)?,
            Step::PollReceive(n) if n < self.receiving.len() => self.poll_receive(n)?,
            Step::Close => {
                self.closed = true;
                self.sender.close();
            }
            _ => {}
        }
        prop_assert_eq!(self.sender.len(), self.items.len());
        prop_assert!(
            self.sender
                .capacity()
                .is_none_or(|capacity| self.items.len() <= capacity)
        );
        Ok(())
    }

    fn poll_send(&mut self, n: usize) -> Result<(), TestCaseError> {
        let (poller, item, wait) = &mut self.sending[n];
        let woken = poller.wakes() > 0;
        match poller.poll(wait) {
            Poll::Pending => {
                prop_assert!(!woken && !self.closed);
                return Ok(());
            }
            Poll::Ready(Ok(())) => {
                prop_assert!(!self.closed);
                self.items.push_back(*item);
            }
            Poll::Ready(Err(SendError(back))) => {
                prop_assert!(self.closed);
                prop_assert_eq!(back, *item);
            }
        }
        drop(self.sending.remove(n));
        Ok(())
    }

    fn poll_receive(&mut self, n: usize) -> Result<(), TestCaseError> {
        let (poller, wait) = &mut self.receiving[n];
        let woken = poller.wakes() > 0;
        match poller.poll(wait) {
            Poll::Pending => {
                prop_assert!(!woken);
                return Ok(());
            }
            Poll::Ready(Ok(item)) => prop_assert_eq!(Some(item), self.items.pop_front()),
            Poll::Ready(Err(RecvError)) => prop_assert!(self.closed && self.items.is_empty()),
        }
        drop(self.receiving.remove(n));
        Ok(())
    }

    /// Polls the woken tasks until none is left.
    fn run(&mut self) -> Result<(), TestCaseError> {
        loop {
            if let Some(n) = self
                .sending
                .iter()
                .position(|(poller, ..)| poller.wakes() > 0)
            {
                self.poll_send(n)?;
            } else if let Some(n) = self
                .receiving
                .iter()
                .position(|(poller, _)| poller.wakes() > 0)
            {
                self.poll_receive(n)?;
            } else {
                return Ok(());
            }
        }
    }

    /// After a run, only those wait who have to.
    fn check_quiet(&self) -> Result<(), TestCaseError> {
        let full = Some(self.items.len()) == self.sender.capacity();
        prop_assert!(self.sending.is_empty() || (full && !self.closed));
        let empty = self.items.is_empty();
        prop_assert!(self.receiving.is_empty() || (empty && !self.closed));
        Ok(())
    }
}

proptest! {
    #[test]
    fn behaves_as_a_queue_whatever_is_cancelled(
        capacity in prop_oneof![3 => (1..4_usize).prop_map(Some), 1 => Just(None)],
        steps in prop::collection::vec((step(), any::<bool>()), 0..120),
    ) {
        let (sender, receiver) = capacity.map_or_else(unbounded, channel);
        let mut model = Model {
            sender: &sender,
            receiver: &receiver,
            items: VecDeque::new(),
            closed: false,
            next: 0,
            sending: Vec::new(),
            receiving: Vec::new(),
        };
        for (step, run) in steps {
            model.step(step)?;
            if run {
                model.run()?;
                model.check_quiet()?;
            }
        }
        model.step(Step::Close)?;
        model.run()?;
        model.check_quiet()?;
        while !model.items.is_empty() {
            model.step(Step::TryReceive)?;
        }
        let state = model.sender.shared.state.borrow();
        prop_assert_eq!((state.promised_items, state.sending.len()), (0, 0));
    }
}
