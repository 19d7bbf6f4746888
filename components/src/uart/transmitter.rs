//! The side that sends characters.

use std::rc::Rc;

use verifork::Result;
use verifork::dut::{ScalarValue, Signal};
use verifork::trigger::now;

use super::flow::Flow;
use super::format::{Format, Timing};
use super::frame::Frame;
use super::line::Line;
use crate::clocked::between_resets;
use crate::parent::{Claim, Parent, free_name, interned};
use crate::pauses::Cursor;
use crate::sending::{EndOnDrop, OnReset, Sending, Ticket};
use crate::{Clocked, Interrupted, Pauses};

/// Sends characters: a builder, until it is [started](Self::start). It drives a line that the design receives
/// from.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::uart;
///
/// # fn example(tm: &TaskManager, tx: &Signal<bool>, format: &uart::Format) {
/// let running: uart::RunningTransmitter = uart::Transmitter::new(tx, format).start(tm);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a transmitter does nothing until it is started: add `.start(tm)`"]
pub struct Transmitter {
    line: Line,
    format: Format,
    pauses: Pauses,
    cts: Option<Flow>,
    on_reset: OnReset,
    reset: Option<Clocked>,
}

impl Transmitter {
    /// A transmitter that sends one character straight after the other.
    pub fn new<T: ScalarValue>(line: &Signal<T>, format: &Format) -> Self {
        Transmitter {
            line: Line::of(line),
            format: *format,
            pauses: Pauses::none(),
            cts: None,
            on_reset: OnReset::default(),
            reset: None,
        }
    }

    /// Pauses between characters, each of the time of a bit.
    pub fn pauses(self, pauses: &Pauses) -> Self {
        let pauses = pauses.clone();
        Transmitter { pauses, ..self }
    }

    /// Flow control: a character begins only while this line of the design, active at 0, says that it may: `rts_n`
    /// of the design's side.
    pub fn cts_low<T: ScalarValue>(self, signal: &Signal<T>) -> Self {
        let cts = Some(Flow::new(signal, false));
        Transmitter { cts, ..self }
    }

    /// The same by a line that is active at 1.
    pub fn cts_high<T: ScalarValue>(self, signal: &Signal<T>) -> Self {
        let cts = Some(Flow::new(signal, true));
        Transmitter { cts, ..self }
    }

    /// Sets a reset: while it is active, the line is idle and accepted frames wait.
    pub fn reset_of(self, clocked: &Clocked) -> Self {
        let reset = Some(*clocked);
        Transmitter { reset, ..self }
    }

    /// Sets what a reset does to characters that were accepted but not sent completely.
    pub fn on_reset(self, on_reset: OnReset) -> Self {
        Transmitter { on_reset, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test. The line is idle from now on,
    /// for a bit at least, as it is after a reset.
    ///
    /// # Panics
    ///
    /// At the caller's line: a bit is too short for the design's precision, or another transmitter drives the
    /// line.
    #[track_caller]
    pub fn start(self, parent: &impl Parent) -> RunningTransmitter {
        let Transmitter { line, format, .. } = self;
        let timing = Timing::of_now(&format);
        let claim = Claim::new(line.path(), "transmitter");
        let sending = Sending::new(interned(format!("queue of {}", line.path())), usize::MAX);
        let name = free_name(parent, format!("{} transmitter", line.path()));
        let running = RunningTransmitter {
            sending: Rc::clone(&sending),
            format,
            line,
        };
        parent.add_background(name, async move {
            let _claim = claim;
            let _end = EndOnDrop(Rc::clone(&sending));
            let mut work = Work {
                line,
                format,
                timing,
                pauses: self.pauses.of_channel(line.path()),
                cts: self.cts,
                sending,
                open: None,
            };
            line.drive(true)?;
            let run = async |work: &mut Work| {
                // The first start bit is one only after a line that was 1.
                work.timing.until(now(), 1000).await;
                loop {
                    work.send_next().await?;
                }
            };
            between_resets(self.reset, &mut work, run, |work| work.reset(self.on_reset)).await
        });
        running
    }
}

struct Work {
    line: Line,
    format: Format,
    timing: Timing,
    pauses: Cursor,
    cts: Option<Flow>,
    sending: Rc<Sending<Frame>>,
    /// The current frame.
    open: Option<(u64, Frame)>,
}

impl Work {
    async fn send_next(&mut self) -> Result {
        self.sending.filled().await;
        while self.pauses.next_cycle() {
            self.timing.until(now(), 1000).await;
        }
        if let Some(cts) = self.cts {
            cts.clear_to_send().await?;
        }
        let Some((number, frame)) = self.sending.take() else {
            return Ok(());
        };
        let levels = frame.levels(&self.format);
        self.open = Some((number, frame));
        let begun = now();
        for (level, until) in levels {
            self.line.drive(level)?;
            self.timing.until(begun, until).await;
        }
        self.open = None;
        self.sending.is_done(number);
        Ok(())
    }

    fn reset(&mut self, on_reset: OnReset) -> Result {
        self.sending.reset(on_reset, self.open.take());
        self.line.drive(true)
    }
}

/// A transmitter that runs. A clone is the same transmitter.
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(console: verifork_components::uart::RunningTransmitter) -> Result {
/// for byte in b"help\r" {
///     console.send(*byte).await?; // accepted
/// }
/// console.all_sent().await?; // and on the line
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RunningTransmitter {
    sending: Rc<Sending<Frame>>,
    format: Format,
    line: Line,
}

impl RunningTransmitter {
    /// Queues a frame to send: a [`Frame`], or a character as a `u8` or `u16`. The ticket tells when its last stop
    /// bit has ended.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(console: verifork_components::uart::RunningTransmitter) -> Result {
    /// let ticket = console.send(b'?').await?;
    /// ticket.sent().await?; // its stop bit has ended
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The format cannot have it, at the caller's line. Or the transmitter has ended.
    #[track_caller]
    pub fn send<F: Into<Frame>>(&self, frame: F) -> impl Future<Output = Result<Ticket>> + use<F> {
        let frame = frame.into();
        let refused = frame
            .refused_by(&self.format, self.line.path())
            .map(|reason| verifork::error!("UART: {reason}"));
        let sending = Rc::clone(&self.sending);
        async move {
            match refused {
                Some(error) => Err(error),
                None => Ok(sending.accept(frame).await?),
            }
        }
    }

    /// Waits until all that was accepted so far is sent.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(console: verifork_components::uart::RunningTransmitter) -> Result {
    /// console.send(b'?').await?;
    /// console.all_sent().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A reset has dropped some of it, or the transmitter has ended.
    pub async fn all_sent(&self) -> Result<(), Interrupted> {
        self.sending.all_done().await
    }

    /// How many frames are accepted and not sent in full.
    pub fn pending(&self) -> usize {
        self.sending.open()
    }
}

impl std::fmt::Debug for RunningTransmitter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunningTransmitter")
            .field("line", &self.line.path())
            .field("pending", &self.pending())
            .finish_non_exhaustive()
    }
}
