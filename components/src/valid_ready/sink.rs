//! Receives payloads: drives `ready`.

use std::fmt;
use std::rc::Rc;

use verifork::Result;

use super::{Channel, sample};
use crate::handshake::take_all;
use crate::parent::{Claim, Parent, free_name, interned};
use crate::received::{EndReceived, Received};
use crate::sending::{Interrupted, OnReset};
use crate::{Clocked, Pauses, Payload};

/// Receives values: a builder, until it is [started](Self::start).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, Data, Pauses, valid_ready};
///
/// # fn example(tm: &TaskManager, channel: &valid_ready::Channel<Data<u8>>, clocked: &Clocked) {
/// let running: valid_ready::RunningSink<u8> = valid_ready::Sink::new(channel)
///     .pauses(&Pauses::random(0.2))
///     .start(tm, clocked);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a sink does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Sink<P: Payload> {
    channel: Channel<P>,
    pauses: Pauses,
    on_reset: OnReset,
    capacity: usize,
}

impl<P: Payload> Sink<P> {
    /// A sink that is always ready.
    pub fn new(channel: &Channel<P>) -> Self {
        Sink {
            channel: channel.clone(),
            pauses: Pauses::none(),
            on_reset: OnReset::default(),
            capacity: usize::MAX,
        }
    }

    /// The cycles in which it is not ready.
    pub fn pauses(self, pauses: &Pauses) -> Self {
        let pauses = pauses.clone();
        Sink { pauses, ..self }
    }

    /// Whether a reset ends a waiting [`recv`](RunningSink::recv) with an error.
    pub fn on_reset(self, on_reset: OnReset) -> Self {
        Sink { on_reset, ..self }
    }

    /// The number of values that it keeps. It is not ready while this many were received and not taken by
    /// [`recv`](RunningSink::recv).
    ///
    /// # Panics
    ///
    /// At the caller's line: for 0.
    #[track_caller]
    pub fn queue(self, capacity: usize) -> Self {
        assert!(capacity > 0, "a queue with room for 0 receives nothing");
        Sink { capacity, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: another sink drives `ready`.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) -> RunningSink<P::Value> {
        clocked.check_runs();
        let wires = self.channel.wires(clocked);
        let claim = Claim::if_there(wires.ready.map(|ready| ready.path()), "sink");
        let name = interned(format!("what {} received", wires.bus));
        let received = Received::new(name, self.capacity);
        let queue = Rc::clone(&received);
        let name = free_name(parent, format!("{} sink", wires.bus));
        let on_reset = self.on_reset;
        parent.add_background(name, async move {
            let _claim = claim;
            let _end = EndReceived(Rc::clone(&queue));
            let payload = &self.channel.payload;
            let each = || {
                queue.push(sample(&wires, payload)?);
                Ok(())
            };
            take_all(
                wires,
                &self.pauses,
                || queue.has_room(),
                each,
                || queue.reset(),
            )
            .await
        });
        RunningSink { received, on_reset }
    }
}

/// A sink that runs. A clone is the same sink.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::valid_ready::RunningSink;
///
/// # async fn example(sink: RunningSink<u8>) -> Result {
/// ensure!(sink.recv().await? == 3);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RunningSink<V> {
    received: Rc<Received<V>>,
    on_reset: OnReset,
}

impl<V> RunningSink<V> {
    /// Waits for the next value.
    ///
    /// # Errors
    ///
    /// A reset has come while it waited (with [`OnReset::Fail`]), or the sink has ended.
    pub async fn recv(&self) -> Result<V, Interrupted> {
        self.received.take(self.on_reset).await
    }

    /// The next value, if one was received.
    pub fn try_recv(&self) -> Option<V> {
        self.received.try_take()
    }

    /// How many were received and not taken.
    pub fn len(&self) -> usize {
        self.received.len()
    }

    /// Whether all that were received were taken.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<V> fmt::Debug for RunningSink<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningSink").finish_non_exhaustive()
    }
}
