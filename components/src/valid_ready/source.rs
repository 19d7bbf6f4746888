//! Sends payloads: drives `valid`.

use std::fmt;
use std::rc::Rc;

use verifork::Result;

use super::Channel;
use crate::handshake::send_all;
use crate::parent::{Claim, Parent, free_name, interned};
use crate::sending::{EndOnDrop, Interrupted, OnReset, Sending, Ticket};
use crate::{Clocked, Pauses, Payload};

/// Sends values: a builder, until it is [started](Self::start).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, Data, Pauses, valid_ready};
///
/// # fn example(tm: &TaskManager, channel: &valid_ready::Channel<Data<u8>>, clocked: &Clocked) {
/// let running: valid_ready::RunningSource<u8> = valid_ready::Source::new(channel)
///     .pauses(&Pauses::random(0.2))
///     .start(tm, clocked);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a source does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Source<P: Payload> {
    channel: Channel<P>,
    pauses: Pauses,
    on_reset: OnReset,
    capacity: usize,
}

impl<P: Payload> Source<P> {
    /// A source without pauses whose queue has no limit.
    pub fn new(channel: &Channel<P>) -> Self {
        Source {
            channel: channel.clone(),
            pauses: Pauses::none(),
            on_reset: OnReset::default(),
            capacity: usize::MAX,
        }
    }

    /// Pauses between transfers.
    pub fn pauses(self, pauses: &Pauses) -> Self {
        let pauses = pauses.clone();
        Source { pauses, ..self }
    }

    /// Sets what a reset does to values that were accepted but not transferred yet.
    pub fn on_reset(self, on_reset: OnReset) -> Self {
        Source { on_reset, ..self }
    }

    /// How many values are accepted before [`send`](RunningSource::send) waits.
    ///
    /// # Panics
    ///
    /// At the caller's line: for 0.
    #[track_caller]
    pub fn queue(self, capacity: usize) -> Self {
        assert!(capacity > 0, "a queue with room for 0 accepts nothing");
        Source { capacity, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: another source drives the channel.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) -> RunningSource<P::Value> {
        clocked.check_runs();
        let wires = self.channel.wires(clocked);
        let claim = Claim::new(wires.valid.path(), "source");
        let sending = Sending::new(interned(format!("queue of {}", wires.bus)), self.capacity);
        let queue = Rc::clone(&sending);
        let name = free_name(parent, format!("{} source", wires.bus));
        parent.add_background(name, async move {
            let _claim = claim;
            let _end = EndOnDrop(Rc::clone(&queue));
            let payload = &self.channel.payload;
            let drive = |value: &P::Value| Ok(payload.drive(value)?);
            send_all(wires, &self.pauses, &queue, self.on_reset, drive).await
        });
        RunningSource { sending }
    }
}

/// A source that runs. A clone is the same source.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::valid_ready::RunningSource;
///
/// # async fn example(source: RunningSource<u8>) -> Result {
/// source.send(3).await?;
/// source.all_sent().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RunningSource<V> {
    sending: Rc<Sending<V>>,
}

impl<V: 'static> RunningSource<V> {
    /// Queues a value; resolves once the queue has accepted it. The ticket tells when it was taken.
    ///
    /// # Errors
    ///
    /// The source has ended.
    pub async fn send(&self, value: V) -> Result<Ticket, Interrupted> {
        Rc::clone(&self.sending).accept(value).await
    }

    /// Waits until all values accepted so far were taken.
    ///
    /// # Errors
    ///
    /// One of them was dropped by a reset, or the source has ended.
    pub async fn all_sent(&self) -> Result<(), Interrupted> {
        self.sending.all_done().await
    }

    /// How many values are accepted and were not taken.
    pub fn pending(&self) -> usize {
        self.sending.open()
    }
}

impl<V> fmt::Debug for RunningSource<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningSource").finish_non_exhaustive()
    }
}
