//! The objects of `sync`. Each wait has a number. A queue is a list of waits; a second list has those that
//! were served and have not been polled since.

use std::collections::VecDeque;

use super::{NodeId, Wait, World};

/// An event, or the gate of a barrier: it counts its openings.
#[derive(Default)]
pub(super) struct Event {
    pub(super) set: bool,
    pub(super) openings: u64,
    pub(super) waits: Vec<(Wait, NodeId)>,
}

impl Event {
    /// Whether it has been opened since the wait began; waits if not.
    pub(super) fn passes(&mut self, wait: Wait, who: NodeId, since: u64) -> bool {
        if self.openings != since {
            return true;
        }
        if self.waits.iter().all(|&(known, _)| known != wait) {
            self.waits.push((wait, who));
        }
        false
    }

    pub(super) fn open(&mut self) -> Vec<NodeId> {
        self.openings += 1;
        self.waits.drain(..).map(|(_, who)| who).collect()
    }
}

/// Permits that are given to the front of the queue when they become free.
#[derive(Default)]
pub(super) struct Permits {
    pub(super) available: usize,
    queue: Vec<(Wait, NodeId, usize)>,
    /// Waits that own their permits, and whose tasks have not run since.
    served: Vec<Wait>,
}

impl Permits {
    pub(super) fn new(available: usize) -> Self {
        Permits {
            available,
            ..Permits::default()
        }
    }

    /// Whether the wait has its permits; waits if not.
    pub(super) fn take(&mut self, wait: Wait, who: NodeId, count: usize) -> bool {
        if let Some(place) = self.served.iter().position(|&known| known == wait) {
            self.served.remove(place);
            return true;
        }
        if self.queue.iter().any(|&(known, ..)| known == wait) {
            return false;
        }
        let is_first = self.queue.is_empty() || count == 0;
        if is_first && self.available >= count {
            self.available -= count;
            return true;
        }
        self.queue.push((wait, who, count));
        false
    }

    /// The wait is dropped, wherever it is.
    pub(super) fn give_up(&mut self, wait: Wait, count: usize) {
        self.queue.retain(|&(known, ..)| known != wait);
        if let Some(place) = self.served.iter().position(|&known| known == wait) {
            self.served.remove(place);
            self.available += count;
        }
    }

    /// Serves the front of the queue, if there is enough.
    fn serve(&mut self) -> Option<NodeId> {
        let &(wait, who, count) = self.queue.first()?;
        if count > self.available {
            return None;
        }
        self.available -= count;
        self.queue.remove(0);
        self.served.push(wait);
        Some(who)
    }
}

/// Items in order. Room and items that become free are promised to the first wait.
pub(super) struct Channel {
    room: Option<usize>,
    items: VecDeque<u32>,
    pub(super) closed: bool,
    sending: Vec<(Wait, NodeId)>,
    receiving: Vec<(Wait, NodeId)>,
    /// Woken waits that hold a promise.
    may_send: Vec<Wait>,
    may_receive: Vec<Wait>,
}

impl Channel {
    pub(super) fn new(room: Option<usize>) -> Self {
        Channel {
            room,
            items: VecDeque::new(),
            closed: false,
            sending: Vec::new(),
            receiving: Vec::new(),
            may_send: Vec::new(),
            may_receive: Vec::new(),
        }
    }

    fn has_room(&self) -> bool {
        self.room
            .is_none_or(|room| self.items.len() + self.may_send.len() < room)
    }

    fn has_item(&self) -> bool {
        self.items.len() > self.may_receive.len()
    }

    fn is_over(&self) -> bool {
        self.closed && self.items.is_empty()
    }

    /// A wait is dropped: a promise that it holds goes back.
    pub(super) fn leave(&mut self, wait: Wait) {
        self.sending.retain(|&(known, _)| known != wait);
        self.receiving.retain(|&(known, _)| known != wait);
        self.may_send.retain(|&known| known != wait);
        self.may_receive.retain(|&known| known != wait);
    }

    fn serve(&mut self) -> Option<NodeId> {
        let room = self.has_room();
        if (self.closed || room) && !self.sending.is_empty() {
            let (wait, who) = self.sending.remove(0);
            if !self.closed {
                self.may_send.push(wait);
            }
            return Some(who);
        }
        if (self.has_item() || self.is_over()) && !self.receiving.is_empty() {
            let (wait, who) = self.receiving.remove(0);
            if self.has_item() {
                self.may_receive.push(wait);
            }
            return Some(who);
        }
        None
    }
}

pub(super) struct Oneshot {
    pub(super) has_sender: bool,
    pub(super) has_receiver: bool,
    pub(super) open: bool,
    pub(super) item: Option<u32>,
    pub(super) waits: Option<NodeId>,
}

impl Oneshot {
    pub(super) fn new() -> Self {
        Oneshot {
            has_sender: true,
            has_receiver: true,
            open: true,
            item: None,
            waits: None,
        }
    }
}

impl World {
    pub(super) fn wake_all(&mut self, who: Vec<NodeId>) {
        for node in who {
            self.wake(node);
        }
    }

    pub(super) fn set_event(&mut self, event: usize) {
        if !std::mem::replace(&mut self.events[event].set, true) {
            self.open_event(event);
        }
    }

    pub(super) fn open_event(&mut self, event: usize) {
        let woken = self.events[event].open();
        self.wake_all(woken);
    }

    pub(super) fn serve_lock(&mut self, lock: usize) {
        while let Some(who) = self.locks[lock].serve() {
            self.wake(who);
        }
    }

    pub(super) fn serve_semaphore(&mut self) {
        while let Some(who) = self.semaphore.serve() {
            self.wake(who);
        }
    }

    pub(super) fn serve_channel(&mut self, channel: usize) {
        while let Some(who) = self.channels[channel].serve() {
            self.wake(who);
        }
    }

    /// Whether the item was sent; `None` while there is no room.
    pub(super) fn send(&mut self, channel: usize, wait: Wait, item: u32) -> Option<bool> {
        let me = self.me();
        let known = &mut self.channels[channel];
        if known.closed {
            known.leave(wait);
            return Some(false);
        }
        let promised = known.may_send.contains(&wait);
        if !promised && known.sending.iter().any(|&(known, _)| known == wait) {
            return None;
        }
        if !promised && !known.has_room() {
            known.sending.push((wait, me));
            return None;
        }
        known.leave(wait);
        known.items.push_back(item);
        self.serve_channel(channel);
        Some(true)
    }

    pub(super) fn try_send(&mut self, channel: usize, item: u32) -> &'static str {
        let known = &mut self.channels[channel];
        if known.closed {
            return "not sent";
        }
        if !known.has_room() {
            return "full";
        }
        known.items.push_back(item);
        self.serve_channel(channel);
        "sent"
    }

    /// The description of the result; `None` while the channel is empty.
    pub(super) fn receive(&mut self, channel: usize, wait: Wait) -> Option<String> {
        let me = self.me();
        let known = &mut self.channels[channel];
        let promised = known.may_receive.contains(&wait);
        let waits = known.receiving.iter().any(|&(known, _)| known == wait);
        if !promised && waits {
            return None;
        }
        if !promised && !known.has_item() && !known.is_over() {
            known.receiving.push((wait, me));
            return None;
        }
        known.leave(wait);
        let item = known.items.pop_front();
        self.serve_channel(channel);
        Some(match item {
            Some(item) => format!("received {item}"),
            None => "nothing to receive".into(),
        })
    }

    pub(super) fn try_recv(&mut self, channel: usize) -> String {
        let known = &mut self.channels[channel];
        if !known.has_item() {
            return if known.is_over() { "Closed" } else { "Empty" }.into();
        }
        let item = known.items.pop_front().expect("there is one");
        self.serve_channel(channel);
        format!("received {item}")
    }

    /// Either end is gone.
    pub(super) fn close_oneshot(&mut self, oneshot: usize) {
        self.oneshots[oneshot].open = false;
        if let Some(who) = self.oneshots[oneshot].waits.take() {
            self.wake(who);
        }
    }
}
