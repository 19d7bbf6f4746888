//! Publishes transactions to any number of subscribers.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use verifork::sync::{Receiver, RecvError, Sender, unbounded};

/// Publishes transactions to all subscribers. Each gets a reference to the same transaction, without a
/// copy.
///
/// A clone is the same publisher. Without subscribers, transactions are dropped.
///
/// ```
/// use std::rc::Rc;
/// use verifork_components::Publisher;
///
/// let writes = Publisher::new();
/// let (first, second) = (writes.subscribe(), writes.subscribe());
/// writes.publish(vec![1, 2, 3]);
/// let (one, other) = (first.try_recv().unwrap(), second.try_recv().unwrap());
/// assert!(Rc::ptr_eq(&one, &other));
/// ```
pub struct Publisher<T> {
    receivers: Rc<RefCell<Vec<Target<T>>>>,
}

type Call<T> = Rc<dyn Fn(&Rc<T>)>;

enum Target<T> {
    Queue(Sender<Rc<T>>),
    Call(Call<T>),
}

impl<T> Clone for Target<T> {
    fn clone(&self) -> Self {
        match self {
            Target::Queue(sender) => Target::Queue(sender.clone()),
            Target::Call(function) => Target::Call(Rc::clone(function)),
        }
    }
}

impl<T> Publisher<T> {
    /// A publisher without subscribers.
    pub fn new() -> Self {
        Publisher {
            receivers: Rc::default(),
        }
    }

    /// Subscribes to everything that is published from now on, in order.
    #[track_caller]
    pub fn subscribe(&self) -> Subscription<T> {
        let (sender, receiver) = unbounded();
        self.receivers.borrow_mut().push(Target::Queue(sender));
        Subscription { receiver }
    }

    /// Calls a function immediately with each transaction that is published from now on.
    pub fn for_each(&self, function: impl Fn(&Rc<T>) + 'static) {
        self.receivers
            .borrow_mut()
            .push(Target::Call(Rc::new(function)));
    }

    /// Whether there are subscribers. Check this first if a transaction is expensive to create.
    #[inline]
    pub fn has_receivers(&self) -> bool {
        !self.receivers.borrow().is_empty()
    }

    /// Publishes a transaction to all current subscribers.
    pub fn publish(&self, transaction: T) {
        if !self.has_receivers() {
            return;
        }
        let transaction = Rc::new(transaction);
        // Nothing is borrowed while a function is called: it may subscribe.
        let target_at = |index: usize| self.receivers.borrow().get(index).cloned();
        let mut index = 0;
        while let Some(target) = target_at(index) {
            match target {
                Target::Call(function) => function(&transaction),
                Target::Queue(sender) if sender.try_send(Rc::clone(&transaction)).is_ok() => {}
                Target::Queue(_) => {
                    // The subscription is gone.
                    drop(self.receivers.borrow_mut().remove(index));
                    continue;
                }
            }
            index += 1;
        }
    }
}

impl<T> Default for Publisher<T> {
    fn default() -> Self {
        Publisher::new()
    }
}

impl<T> Clone for Publisher<T> {
    fn clone(&self) -> Self {
        Publisher {
            receivers: Rc::clone(&self.receivers),
        }
    }
}

impl<T> fmt::Debug for Publisher<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher")
            .field("receivers", &self.receivers.borrow().len())
            .finish()
    }
}

/// The receiving end for one subscriber, created by [`Publisher::subscribe`] and by monitors.
///
/// It queues transactions until they are received. Dropping it ends the subscription.
///
/// ```
/// use verifork_components::Publisher;
///
/// let publisher = Publisher::new();
/// let subscription = publisher.subscribe();
/// publisher.publish(3);
/// assert_eq!(subscription.try_recv().as_deref(), Some(&3));
/// ```
#[derive(Debug)]
pub struct Subscription<T> {
    receiver: Receiver<Rc<T>>,
}

impl<T> Subscription<T> {
    /// Waits for the next transaction.
    ///
    /// # Errors
    ///
    /// The publisher has ended, and all transactions were received.
    pub async fn recv(&self) -> Result<Rc<T>, RecvError> {
        self.receiver.recv().await
    }

    /// The next transaction, if one has already come.
    pub fn try_recv(&self) -> Option<Rc<T>> {
        self.receiver.try_recv().ok()
    }

    /// The number of queued transactions.
    pub fn len(&self) -> usize {
        self.receiver.len()
    }

    /// Whether no transactions are queued.
    pub fn is_empty(&self) -> bool {
        self.receiver.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[derive(Debug)]
    struct NoClone(u32);

    #[test]
    fn all_receive_the_same_one_in_order_and_none_is_copied() {
        let publisher = Publisher::new();
        publisher.publish(NoClone(0)); // nobody hears of it
        let sum = Rc::new(Cell::new(0));
        let added = Rc::clone(&sum);
        publisher.for_each(move |it: &Rc<NoClone>| added.set(added.get() + it.0));
        let (first, second) = (publisher.subscribe(), publisher.clone().subscribe());
        for number in 1..=3 {
            publisher.publish(NoClone(number));
        }
        assert_eq!((first.len(), sum.get()), (3, 6));
        for number in 1..=3 {
            let (one, other) = (first.try_recv().unwrap(), second.try_recv().unwrap());
            assert!(Rc::ptr_eq(&one, &other) && one.0 == number);
        }
        assert!(first.is_empty() && first.try_recv().is_none());
    }

    #[test]
    fn a_subscription_that_is_dropped_takes_nothing_from_the_others() {
        let publisher = Publisher::new();
        let (first, second) = (publisher.subscribe(), publisher.subscribe());
        drop(first);
        publisher.publish(NoClone(1));
        publisher.publish(NoClone(2));
        assert_eq!(second.len(), 2);
        drop(second);
        publisher.publish(NoClone(3));
        assert!(!publisher.has_receivers());
    }

    #[test]
    fn a_function_may_subscribe_while_it_is_called() {
        let publisher = Publisher::<NoClone>::new();
        let late = Rc::new(RefCell::new(Vec::new()));
        let (kept, again) = (Rc::clone(&late), publisher.clone());
        publisher.for_each(move |_| kept.borrow_mut().push(again.subscribe()));
        publisher.publish(NoClone(1));
        publisher.publish(NoClone(2));
        assert!(late.borrow().len() == 2 && !late.borrow()[0].is_empty());
        late.borrow_mut().clear();
    }
}
