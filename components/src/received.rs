//! A queue of received items, from which tasks take them.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use verifork::sync::Event;

use crate::sending::{Interrupted, OnReset};

/// The items that a sink has received and no task has taken yet.
pub(crate) struct Received<T> {
    pub(crate) items: RefCell<VecDeque<T>>,
    pub(crate) arrived: Event,
    pub(crate) epoch: Cell<u64>,
    pub(crate) ended: Cell<bool>,
    pub(crate) capacity: usize,
}

impl<T> Received<T> {
    #[track_caller]
    pub(crate) fn new(name: &'static str, capacity: usize) -> Rc<Self> {
        Rc::new(Received {
            items: RefCell::default(),
            arrived: Event::new().named(name),
            epoch: Cell::new(0),
            ended: Cell::new(false),
            capacity,
        })
    }

    pub(crate) fn push(&self, item: T) {
        self.items.borrow_mut().push_back(item);
        self.arrived.notify_all();
    }

    pub(crate) fn has_room(&self) -> bool {
        self.items.borrow().len() < self.capacity
    }

    pub(crate) fn len(&self) -> usize {
        self.items.borrow().len()
    }

    pub(crate) fn try_take(&self) -> Option<T> {
        self.items.borrow_mut().pop_front()
    }

    /// Waits for the next item. With [`OnReset::Fail`], a reset that empties the queue is an error for those that
    /// wait.
    pub(crate) async fn take(&self, on_reset: OnReset) -> Result<T, Interrupted> {
        let epoch = self.epoch.get();
        loop {
            let wait = self.arrived.wait();
            if on_reset == OnReset::Fail && self.epoch.get() != epoch {
                return Err(Interrupted::Reset);
            }
            if let Some(item) = self.try_take() {
                return Ok(item);
            }
            if self.ended.get() {
                return Err(Interrupted::Ended);
            }
            wait.await;
        }
    }

    /// Empties the queue at a reset.
    pub(crate) fn reset(&self) {
        let dropped = std::mem::take(&mut *self.items.borrow_mut());
        drop(dropped);
        self.epoch.set(self.epoch.get() + 1);
        self.arrived.notify_all();
    }

    pub(crate) fn end(&self) {
        self.ended.set(true);
        self.arrived.notify_all();
    }
}

/// Closes the queue, however the component's task ends.
pub(crate) struct EndReceived<T>(pub(crate) Rc<Received<T>>);

impl<T> Drop for EndReceived<T> {
    fn drop(&mut self) {
        self.0.end();
    }
}
