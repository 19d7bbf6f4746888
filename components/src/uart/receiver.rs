//! The side that receives characters.

use std::rc::Rc;

use verifork::Result;
use verifork::dut::{ScalarValue, Signal};
use verifork::sync::Event as Pulse;
use verifork::time::SimTime;
use verifork::trigger::now;

use super::flow::{Flow, Request};
use super::format::{Character, Format, Timing};
use super::line::Line;
use crate::Clocked;
use crate::clocked::between_resets;
use crate::parent::{Claim, Parent, free_name, interned};
use crate::received::{EndReceived, Received};
use crate::sending::{Interrupted, OnReset};

/// A line that characters are read from, each bit in its middle.
pub(super) struct Sampler {
    pub(super) line: Line,
    pub(super) format: Format,
    pub(super) timing: Timing,
    waits_for: &'static str,
}

impl Sampler {
    #[track_caller]
    pub(super) fn new(line: Line, format: Format) -> Self {
        Sampler {
            line,
            format,
            timing: Timing::of_now(&format),
            waits_for: interned(format!("`{}`, to receive a character", line.path())),
        }
    }

    /// Receives the next character, with the time of its start bit. If the line is 1 again in the middle of a start
    /// bit, there is no character.
    pub(super) async fn next(&self) -> Result<(Character, SimTime)> {
        self.line.wait_for(true, self.waits_for).await?;
        loop {
            self.line.wait_for(false, self.waits_for).await?;
            let begun = now();
            let mut samples = 0;
            for index in 0..self.format.samples() {
                self.timing
                    .until(begun, self.format.sampled_at(index))
                    .await;
                samples |= u16::from(self.line.level()?) << index;
                if samples & 1 == 1 {
                    break;
                }
            }
            if samples & 1 == 0 {
                return Ok((self.format.character(samples), begun));
            }
        }
    }
}

/// Receives characters: a builder, until it is [started](Self::start). It drives nothing: any number of
/// receivers may listen to a line.
///
/// Each bit is sampled once, in its middle, counted from the beginning of the start bit; a character is there
/// in the middle of its last stop bit. After a stop bit that is 0 it waits for a line that is 1.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::uart;
///
/// # fn example(tm: &TaskManager, tx: &Signal<bool>, format: &uart::Format) {
/// let running: uart::RunningReceiver = uart::Receiver::new(tx, format).start(tm);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a receiver does nothing until it is started: add `.start(tm)`"]
pub struct Receiver {
    line: Line,
    format: Format,
    rts: Option<(Flow, usize)>,
    on_reset: OnReset,
    reset: Option<Clocked>,
}

impl Receiver {
    /// A receiver on a line that the design transmits to.
    pub fn new<T: ScalarValue>(line: &Signal<T>, format: &Format) -> Self {
        Receiver {
            line: Line::of(line),
            format: *format,
            rts: None,
            on_reset: OnReset::default(),
            reset: None,
        }
    }

    /// Flow control: drives this line of the design to 0 while fewer than this many received characters wait to be
    /// taken, else to 1. The line changes in the middle of a stop bit, in time for the sender to hold back the next
    /// character.
    ///
    /// # Panics
    ///
    /// At the caller's line: for 0 characters.
    #[track_caller]
    pub fn rts_low<T: ScalarValue>(self, signal: &Signal<T>, most: usize) -> Self {
        self.rts(Flow::new(signal, false), most)
    }

    /// The same by a line that is active at 1.
    ///
    /// # Panics
    ///
    /// As [`rts_low`](Self::rts_low).
    #[track_caller]
    pub fn rts_high<T: ScalarValue>(self, signal: &Signal<T>, most: usize) -> Self {
        self.rts(Flow::new(signal, true), most)
    }

    #[track_caller]
    fn rts(self, flow: Flow, most: usize) -> Self {
        assert!(
            most > 0,
            "UART: a receiver that has room for 0 characters on `{}` receives none",
            self.line.path()
        );
        let rts = Some((flow, most));
        Receiver { rts, ..self }
    }

    /// Sets a reset: while it is active, nothing is received, and characters received before it are dropped.
    pub fn reset_of(self, clocked: &Clocked) -> Self {
        let reset = Some(*clocked);
        Receiver { reset, ..self }
    }

    /// Whether a reset ends a wait for a character with an error.
    pub fn on_reset(self, on_reset: OnReset) -> Self {
        Receiver { on_reset, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: a bit is too short for the design's precision, or another receiver drives its line of
    /// flow control.
    #[track_caller]
    pub fn start(self, parent: &impl Parent) -> RunningReceiver {
        let sampler = Sampler::new(self.line, self.format);
        let path = self.line.path();
        let received = Received::new(interned(format!("characters from {path}")), usize::MAX);
        let name = free_name(parent, format!("{path} receiver"));
        let changed = Rc::new(Pulse::new());
        if let Some((flow, most)) = self.rts {
            let name = free_name(parent, format!("{} request to send", flow.path()));
            let claim = Claim::new(flow.path(), "receiver");
            let (waiting, changed) = (Rc::clone(&received), Rc::clone(&changed));
            parent.add_background(name, async move {
                let _claim = claim;
                let request = Request {
                    flow,
                    most,
                    changed,
                };
                request.run(|| waiting.len()).await
            });
        }
        let running = RunningReceiver {
            changed: Rc::clone(&changed),
            received: Rc::clone(&received),
            on_reset: self.on_reset,
            line: self.line,
        };
        parent.add_background(name, async move {
            let mut end = EndReceived(received);
            let run = async |end: &mut EndReceived<Character>| {
                sampler.line.settled().await;
                loop {
                    let (character, _) = sampler.next().await?;
                    end.0.push(character);
                    changed.notify_all();
                }
            };
            between_resets(self.reset, &mut end, run, |end| {
                end.0.reset();
                changed.notify_all();
                Ok(())
            })
            .await
        });
        running
    }
}

/// A receiver that runs. A clone is the same receiver.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::uart;
///
/// # async fn example(receiver: uart::RunningReceiver) -> Result {
/// let character: uart::Character = receiver.recv().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RunningReceiver {
    received: Rc<Received<Character>>,
    /// Something has come, or was taken.
    changed: Rc<Pulse>,
    on_reset: OnReset,
    line: Line,
}

impl RunningReceiver {
    /// Waits for the next character, whatever is wrong with it.
    ///
    /// # Errors
    ///
    /// A reset came first, unless it is [made up for](Receiver::on_reset), or the receiver has ended.
    pub async fn recv(&self) -> Result<Character, Interrupted> {
        let taken = self.received.take(self.on_reset).await;
        self.changed.notify_all();
        taken
    }

    /// Waits for the next character, and returns an error if it has errors.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv), and, at the caller's line, for a character with a parity or framing error, or a
    /// break.
    #[track_caller]
    pub fn recv_good(&self) -> impl Future<Output = Result<u16>> + use<> {
        let this = self.clone();
        let path = self.line.path();
        let failed = verifork::error!("UART: a character without an error was to come");
        async move {
            let character = this.recv().await?;
            if character.is_good() {
                Ok(character.data)
            } else {
                Err(failed.context(format!("UART: `{path}` has sent {character}")))
            }
        }
    }

    /// The next character that has come already.
    pub fn try_recv(&self) -> Option<Character> {
        let taken = self.received.try_take();
        self.changed.notify_all();
        taken
    }

    /// How many have come and were not taken.
    pub fn len(&self) -> usize {
        self.received.len()
    }

    /// Whether all that have come were taken.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl std::fmt::Debug for RunningReceiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunningReceiver")
            .field("line", &self.line.path())
            .field("received", &self.len())
            .finish_non_exhaustive()
    }
}
