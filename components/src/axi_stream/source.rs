//! The side that sends frames.

use std::rc::Rc;

use verifork::{Result, Test, TestRng};

use super::beats::Writer;
use super::frame::Frame;
use super::signals::Signals;
use crate::handshake::{Ended, Next, Offering, next_of};
use crate::parent::{Claim, Parent, free_name, interned};
use crate::sending::{EndOnDrop, OnReset, Sending, Ticket};
use crate::{Clocked, Interrupted, Pauses};

/// Sends frames: a builder, until it is [started](Self::start).
///
/// A frame that does not fill its last beat leaves bytes out by TKEEP.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, Pauses, axi_stream};
///
/// # fn example(tm: &TaskManager, signals: &axi_stream::Signals, clocked: &Clocked) {
/// let running: axi_stream::RunningSource = axi_stream::Source::new(signals)
///     .pauses(&Pauses::random(0.2))
///     .start(tm, clocked);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a source does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Source {
    signals: Signals,
    pauses: Pauses,
    on_reset: OnReset,
    capacity: usize,
    interleaved: usize,
}

impl Source {
    /// A source without pauses, whose queue has no limit, and which sends frame after frame.
    pub fn new(signals: &Signals) -> Self {
        Source {
            signals: *signals,
            pauses: Pauses::none(),
            on_reset: OnReset::default(),
            capacity: usize::MAX,
            interleaved: 1,
        }
    }

    /// Pauses between beats.
    pub fn pauses(self, pauses: &Pauses) -> Self {
        let pauses = pauses.clone();
        Source { pauses, ..self }
    }

    /// Sets what a reset does to frames that were accepted but not sent completely.
    pub fn on_reset(self, on_reset: OnReset) -> Self {
        Source { on_reset, ..self }
    }

    /// How many frames are accepted before [`send`](RunningSource::send) waits.
    ///
    /// # Panics
    ///
    /// At the caller's line: for 0.
    #[track_caller]
    pub fn queue(self, capacity: usize) -> Self {
        assert!(capacity > 0, "a queue with room for 0 accepts nothing");
        Source { capacity, ..self }
    }

    /// Interleaves the beats of up to this many frames whose TID or TDEST differ, in a random order that the test's
    /// seed determines.
    ///
    /// # Panics
    ///
    /// At the caller's line: for 0.
    #[track_caller]
    pub fn interleave(self, frames: usize) -> Self {
        assert!(
            frames > 0,
            "a source must be able to send at least 1 frame at a time"
        );
        let interleaved = frames;
        Source {
            interleaved,
            ..self
        }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol, or another source drives the stream.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) -> RunningSource {
        clocked.check_runs();
        self.signals.check_widths();
        let wires = self.signals.wires(clocked);
        let claim = Claim::new(wires.valid.path(), "source");
        let sending = Sending::new(interned(format!("queue of {}", wires.bus)), self.capacity);
        let name = free_name(parent, format!("{} source", wires.bus));
        let running = RunningSource {
            sending: Rc::clone(&sending),
            signals: self.signals,
        };
        parent.add_background(name, async move {
            let _claim = claim;
            let _end = EndOnDrop(Rc::clone(&sending));
            let mut offering = Offering::new(wires, &self.pauses);
            let mut under_way = UnderWay::new(sending, self.interleaved, wires.bus);
            let mut writer = Writer::new(&self.signals);
            offering.idle()?;
            loop {
                wires.clocked.out_of_reset().await;
                loop {
                    let Some((frame, beat)) = under_way.choose() else {
                        offering.idle()?;
                        match next_of(&wires, &under_way.sending).await {
                            Next::Begins => continue,
                            Next::CameBeforeReset => under_way.reset(self.on_reset),
                            Next::CameInReset => {}
                        }
                        break;
                    };
                    if offering.offer(|| writer.write(frame, beat)).await? == Ended::Reset {
                        offering.idle()?;
                        under_way.reset(self.on_reset);
                        break;
                    }
                    under_way.sent(self.signals.bytes());
                }
            }
        });
        running
    }
}

struct Open {
    number: u64,
    frame: Frame,
    beat: usize,
}

/// The frames whose beats are being sent.
struct UnderWay {
    sending: Rc<Sending<Frame>>,
    frames: Vec<Open>,
    most: usize,
    /// Which of them has its turn.
    turn: usize,
    rng: Option<TestRng>,
}

impl UnderWay {
    fn new(sending: Rc<Sending<Frame>>, most: usize, bus: &str) -> Self {
        let rng = Test::current().map(|test| test.rng_named(&format!("interleaving of {bus}")));
        UnderWay {
            sending,
            frames: Vec::new(),
            most,
            turn: 0,
            rng,
        }
    }

    /// The next frame and beat, if there is one.
    fn choose(&mut self) -> Option<(&Frame, usize)> {
        while self.frames.len() < self.most {
            let frames = &self.frames;
            let is_other = |frame: &Frame| {
                let same = |open: &Open| (open.frame.id, open.frame.dest) == (frame.id, frame.dest);
                !frames.iter().any(same)
            };
            let Some((number, frame)) = self.sending.take_first(is_other) else {
                break;
            };
            self.frames.push(Open {
                number,
                frame,
                beat: 0,
            });
        }
        let count = self.frames.len();
        self.turn = match &mut self.rng {
            Some(rng) if count > 1 => rng.random_range(0..count),
            _ => 0,
        };
        let open = self.frames.get(self.turn)?;
        Some((&open.frame, open.beat))
    }

    /// The beat that was chosen is taken.
    fn sent(&mut self, bytes: usize) {
        let open = &mut self.frames[self.turn];
        open.beat += 1;
        if open.beat == open.frame.beats(bytes) {
            let open = self.frames.remove(self.turn);
            self.sending.is_done(open.number);
        }
    }

    fn reset(&mut self, on_reset: OnReset) {
        match on_reset {
            OnReset::Fail => {
                self.frames.clear();
                self.sending.drop_all();
            }
            OnReset::Retry => {
                self.frames.sort_by_key(|open| open.number);
                for open in self.frames.drain(..).rev() {
                    self.sending.put_back(open.number, open.frame);
                }
            }
        }
    }
}

/// A source that runs. A clone is the same source.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::axi_stream::{Frame, RunningSource};
///
/// # async fn example(source: RunningSource) -> Result {
/// source.send(Frame::new([1, 2, 3])).await?;
/// source.all_sent().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RunningSource {
    sending: Rc<Sending<Frame>>,
    signals: Signals,
}

impl RunningSource {
    /// Queues a frame; resolves once the queue has accepted it. The ticket tells when its last beat was taken.
    ///
    /// # Errors
    ///
    /// The stream cannot carry the frame, at the caller's line: TKEEP, TSTRB, TDATA, TID, TDEST or TUSER would
    /// be needed and is missing, or too narrow. Or the source has ended.
    #[track_caller]
    pub fn send(&self, frame: Frame) -> impl Future<Output = Result<Ticket>> + use<> {
        let refused = self
            .signals
            .refuses(&frame)
            .map(|reason| verifork::error!("AXI4-Stream: {reason}"));
        let sending = Rc::clone(&self.sending);
        async move {
            match refused {
                Some(error) => Err(error),
                None => Ok(sending.accept(frame).await?),
            }
        }
    }

    /// Waits until all frames accepted so far were taken.
    ///
    /// # Errors
    ///
    /// One of them was dropped by a reset, or the source has ended.
    pub async fn all_sent(&self) -> Result<(), Interrupted> {
        self.sending.all_done().await
    }

    /// How many frames are accepted and were not taken in full.
    pub fn pending(&self) -> usize {
        self.sending.open()
    }
}

impl std::fmt::Debug for RunningSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunningSource")
            .field("bus", &self.signals.bus())
            .field("pending", &self.pending())
            .finish_non_exhaustive()
    }
}
