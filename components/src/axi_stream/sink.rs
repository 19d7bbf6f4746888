//! The side that receives frames.

use std::cell::RefCell;
use std::rc::Rc;

use super::assembly::Assembly;
use super::beats::BeatBuffer;
use super::frame::Frame;
use super::signals::Signals;
use crate::handshake::take_all;
use crate::parent::{Claim, Parent, free_name, interned};
use crate::received::{EndReceived, Received};
use crate::sending::{Interrupted, OnReset};
use crate::{Clocked, Pauses};

/// Receives frames: a builder, until it is [started](Self::start).
///
/// Null bytes are left out, and frames of several TIDs or TDESTs may be mixed: they come in the order in which
/// they end.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, Pauses, axi_stream};
///
/// # fn example(tm: &TaskManager, signals: &axi_stream::Signals, clocked: &Clocked) {
/// let running: axi_stream::RunningSink = axi_stream::Sink::new(signals)
///     .pauses(&Pauses::random(0.2))
///     .start(tm, clocked);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a sink does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Sink {
    signals: Signals,
    pauses: Pauses,
    on_reset: OnReset,
    capacity: usize,
}

impl Sink {
    /// A sink that is always ready.
    pub fn new(signals: &Signals) -> Self {
        Sink {
            signals: *signals,
            pauses: Pauses::none(),
            on_reset: OnReset::default(),
            capacity: usize::MAX,
        }
    }

    /// The cycles in which it is not ready: back pressure.
    pub fn pauses(self, pauses: &Pauses) -> Self {
        let pauses = pauses.clone();
        Sink { pauses, ..self }
    }

    /// Whether a reset ends a waiting [`recv`](RunningSink::recv) with an error.
    pub fn on_reset(self, on_reset: OnReset) -> Self {
        Sink { on_reset, ..self }
    }

    /// The number of frames that it keeps. It is not ready while this many were received and not taken by
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
    /// At the caller's line: widths do not fit the protocol, or another sink drives TREADY.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) -> RunningSink {
        clocked.check_runs();
        self.signals.check_widths();
        let wires = self.signals.wires(clocked);
        let claim = Claim::if_there(wires.ready.map(|ready| ready.path()), "sink");
        let queue_name = interned(format!("what {} received", wires.bus));
        let received = Received::new(queue_name, self.capacity);
        let queue = Rc::clone(&received);
        let on_reset = self.on_reset;
        let name = free_name(parent, format!("{} sink", wires.bus));
        parent.add_background(name, async move {
            let _claim = claim;
            let _end = EndReceived(Rc::clone(&queue));
            let mut beat = BeatBuffer::new(&self.signals);
            let frames = RefCell::new(Assembly::new());
            let each = || {
                beat.sample()?;
                if let Some((frame, ())) = frames.borrow_mut().add(&beat, || ()) {
                    queue.push(frame);
                }
                Ok(())
            };
            let reset = || {
                frames.borrow_mut().clear();
                queue.reset();
            };
            take_all(wires, &self.pauses, || queue.has_room(), each, reset).await
        });
        RunningSink { received, on_reset }
    }
}

/// A sink that runs. A clone is the same sink.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::axi_stream::RunningSink;
///
/// # async fn example(sink: RunningSink) -> Result {
/// let frame = sink.recv().await?;
/// ensure!(!frame.data.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RunningSink {
    received: Rc<Received<Frame>>,
    on_reset: OnReset,
}

impl RunningSink {
    /// Waits for the next frame.
    ///
    /// # Errors
    ///
    /// A reset has come while it waited (with [`OnReset::Fail`]), or the sink has ended.
    pub async fn recv(&self) -> Result<Frame, Interrupted> {
        self.received.take(self.on_reset).await
    }

    /// The next frame, if one was received.
    pub fn try_recv(&self) -> Option<Frame> {
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

impl std::fmt::Debug for RunningSink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunningSink")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
