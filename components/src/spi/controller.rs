//! The side that selects, and drives the clock.

use std::rc::Rc;

use verifork::Result;
use verifork::sync::OneshotSender;
use verifork::time::SimDuration;
use verifork::value::{Logic, LogicVec};

use super::format::{Assembly, Format, Position, Side, pins_for};
use super::signals::{Signals, drive, levels, width};
use crate::clocked::between_resets;
use crate::parent::{Claim, Parent, free_name, interned};
use crate::pauses::Cursor;
use crate::sending::{EndOnDrop, OnReset, Sending};
use crate::steps::{for_steps, steps_of};
use crate::violation::Violation;
use crate::{Clocked, Pauses};

/// Does transfers, one after the other: a builder, until it is [started](Self::start).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::spi;
///
/// # fn example(tm: &TaskManager, pins: &spi::Signals, format: &spi::Format) {
/// let controller: spi::RunningController = spi::Controller::new(pins, format, 100.ns()).start(tm);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a controller does nothing until it is started: add `.start(tm)`"]
pub struct Controller {
    signals: Signals,
    format: Format,
    period: SimDuration,
    setup: Option<SimDuration>,
    hold: Option<SimDuration>,
    gap: Option<SimDuration>,
    pauses: Pauses,
    reset: Option<Clocked>,
    on_reset: OnReset,
}

impl Controller {
    /// Creates a controller whose SCLK has this period. By default, a select begins half a period before the first
    /// edge and ends half a period after the last, and there is half a period between two selects.
    pub fn new(signals: &Signals, format: &Format, period: SimDuration) -> Self {
        Controller {
            signals: *signals,
            format: *format,
            period,
            setup: None,
            hold: None,
            gap: None,
            pauses: Pauses::none(),
            reset: None,
            on_reset: OnReset::default(),
        }
    }

    /// The time from a select to the first edge of SCLK.
    pub fn select_setup(self, setup: SimDuration) -> Self {
        let setup = Some(setup);
        Controller { setup, ..self }
    }

    /// The time from the last edge of SCLK until nothing is selected.
    pub fn select_hold(self, hold: SimDuration) -> Self {
        let hold = Some(hold);
        Controller { hold, ..self }
    }

    /// The time from one transfer to the next, with nothing selected.
    pub fn gap(self, gap: SimDuration) -> Self {
        let gap = Some(gap);
        Controller { gap, ..self }
    }

    /// Pauses between words. Each takes one period, in which SCLK does not change.
    pub fn pauses(self, pauses: &Pauses) -> Self {
        let pauses = pauses.clone();
        Controller { pauses, ..self }
    }

    /// While this reset is active nothing is selected.
    pub fn reset_of(self, clocked: &Clocked) -> Self {
        let reset = Some(*clocked);
        Controller { reset, ..self }
    }

    /// Sets what a reset does to current and waiting transfers: they fail, or are made after it, from their first
    /// word on.
    pub fn on_reset(self, on_reset: OnReset) -> Self {
        Controller { on_reset, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test. From now on nothing is selected and
    /// SCLK is idle.
    ///
    /// # Panics
    ///
    /// At the caller's line: there are too few pins for the lanes, a time is finer than the design's precision,
    /// half a period is not a time, or another controller drives the bus.
    #[track_caller]
    pub fn start(self, parent: &impl Parent) -> RunningController {
        let Controller {
            signals, format, ..
        } = self;
        signals.check(&format);
        let bus = signals.bus();
        let period = steps_of("SPI: the period", self.period);
        assert!(
            period >= 2 && period.is_multiple_of(2),
            "SPI: a period of {} is not a multiple of 2 steps of the design's precision",
            self.period
        );
        let half = period / 2;
        let times = Times {
            half,
            setup: steps_or(half, "SPI: the setup of a select", self.setup),
            hold: steps_or(half, "SPI: the hold of a select", self.hold),
            gap: steps_or(half, "SPI: the gap", self.gap),
        };
        let claim = Claim::new(signals.sclk.path(), "controller");
        let queue = Sending::new(interned(format!("queue of {bus}")), usize::MAX);
        let name = free_name(parent, format!("{bus} controller"));
        let requests = Rc::clone(&queue);
        parent.add_background(name, async move {
            let _claim = claim;
            let _end = EndOnDrop(Rc::clone(&requests));
            let mut work = Work {
                signals,
                format,
                times,
                pauses: self.pauses.of_channel(signals.sclk.path()),
                requests,
                open: None,
            };
            work.idle()?;
            let run = async |work: &mut Work| {
                for_steps(work.times.gap).await;
                loop {
                    work.requests.filled().await;
                    work.next().await?;
                }
            };
            between_resets(self.reset, &mut work, run, |work| {
                let open = work.open.take();
                work.requests.reset(self.on_reset, open);
                work.idle()
            })
            .await
        });
        RunningController {
            requests: queue,
            signals,
            format,
        }
    }
}

#[track_caller]
fn steps_or(steps: u64, what: &str, time: Option<SimDuration>) -> u64 {
    match time {
        Some(time) => steps_of(what, time),
        None => steps,
    }
}

#[derive(Clone, Copy)]
struct Times {
    half: u64,
    setup: u64,
    hold: u64,
    gap: u64,
}

struct Request {
    select: u32,
    words: Rc<[u64]>,
    /// The first word whose answer must be known.
    looked_at: usize,
    answer: OneshotSender<Vec<u64>>,
}

struct Work {
    signals: Signals,
    format: Format,
    times: Times,
    pauses: Cursor,
    requests: Rc<Sending<Request>>,
    /// The current request.
    open: Option<(u64, Request)>,
}

impl Work {
    fn idle(&self) -> Result {
        self.select(None)?;
        self.clock(self.format.mode.cpol)
    }

    fn select(&self, select: Option<u32>) -> Result {
        let count = self.signals.selects();
        let none = u64::MAX >> (64 - count);
        let value = none & !select.map_or(0, |select| 1 << select);
        let value = LogicVec::from_planes_u64(count, value, 0);
        Ok(self.signals.cs_n.try_set(value)?)
    }

    fn clock(&self, level: bool) -> Result {
        Ok(self.signals.sclk.try_set(Logic::from(level))?)
    }

    fn put(&self, at: Position, word: u64) -> Result {
        let mosi = self.signals.mosi;
        let pins = pins_for(&self.format, at, word, Side::Controller, width(mosi));
        drive(mosi, pins)
    }

    async fn next(&mut self) -> Result {
        let Some((number, request)) = self.requests.take() else {
            return Ok(());
        };
        let Request {
            select, looked_at, ..
        } = request;
        let words = Rc::clone(&request.words);
        self.open = Some((number, request));
        let Format { mode, .. } = self.format;
        let times = self.times;
        let mut received = Assembly::new(Side::Peripheral);
        let mut at = Position::default();
        self.select(Some(select))?;
        if !mode.cpha {
            self.put(at, words[0])?;
        }
        for_steps(times.setup).await;
        while at.word < words.len() {
            if at.time == 0 && at.word > 0 {
                while self.pauses.next_cycle() {
                    for_steps(2 * times.half).await;
                }
            }
            // The leading edge.
            self.clock(!mode.cpol)?;
            if mode.cpha {
                self.put(at, words[at.word])?;
            } else {
                self.sample(looked_at, &mut received, at)?;
            }
            for_steps(times.half).await;
            // The trailing one.
            self.clock(mode.cpol)?;
            if mode.cpha {
                self.sample(looked_at, &mut received, at)?;
            }
            at.advance(&self.format);
            if at.word < words.len() {
                if !mode.cpha {
                    self.put(at, words[at.word])?;
                }
                for_steps(times.half).await;
            }
        }
        for_steps(times.hold).await;
        self.select(None)?;
        if times.gap == 0 {
            for_steps(1).await; // else nobody sees that nothing was selected
        }
        for_steps(times.gap).await;
        let words = received.words.split_off(looked_at);
        if let Some((number, request)) = self.open.take() {
            let _ = request.answer.send(words.into_iter().flatten().collect());
            self.requests.is_done(number);
        }
        Ok(())
    }

    fn sample(&self, looked_at: usize, received: &mut Assembly, at: Position) -> Result {
        let miso = self.signals.miso;
        let is_known = received.add(&self.format, at, levels(miso), width(miso));
        if is_known || at.word < looked_at {
            return Ok(());
        }
        let Some(signal) = miso else { return Ok(()) };
        let what = "MISO must be known when it is sampled";
        Err(Violation::new("SPI_MISO_X", self.signals.bus(), what)
            .now()
            .of(at.to_string())
            .signal(signal.path(), format_args!("is {}", signal.get()))
            .into())
    }
}

/// A controller that runs. A clone is the same controller.
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(flash: verifork_components::spi::RunningController) -> Result {
/// let identity = flash.write_read(0, &[0x9f], 3).await?; // the command RDID of a flash
/// ensure!(identity[0] == 0xef, "{identity:02x?}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RunningController {
    requests: Rc<Sending<Request>>,
    signals: Signals,
    format: Format,
}

impl RunningController {
    /// Sends words to a peripheral, and gives those that came at the same time.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(controller: verifork_components::spi::RunningController) -> Result {
    /// let back = controller.exchange(0, &[0x12, 0x34]).await?; // of the peripheral of select 0
    /// ensure!(back.len() == 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// At the caller's line: there is no such select, a word does not fit, there are no words, or there is no MISO.
    /// Also if a reset came first, or the controller has ended. A bit that is unknown fails the test, as
    /// `SPI_MISO_X`.
    #[track_caller]
    pub fn exchange(
        &self,
        select: u32,
        words: &[u64],
    ) -> impl Future<Output = Result<Vec<u64>>> + use<> {
        self.request(select, words.to_vec(), 0)
    }

    /// Sends words to a peripheral, and ignores the answers.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(dac: verifork_components::spi::RunningController) -> Result {
    /// dac.write(0, &[0x3, 0x80]).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`exchange`](Self::exchange).
    #[track_caller]
    pub fn write(&self, select: u32, words: &[u64]) -> impl Future<Output = Result> + use<> {
        let request = self.request(select, words.to_vec(), words.len());
        async move { request.await.map(|_| ()) }
    }

    /// Sends words to a peripheral, then, in the same transfer, zeros for the given number of words to receive:
    /// a command and the answer to it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(flash: verifork_components::spi::RunningController) -> Result {
    /// let bytes = flash.write_read(0, &[0x03, 0x00, 0x10], 4).await?; // READ from 0x10 on
    /// ensure!(bytes.len() == 4);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`exchange`](Self::exchange).
    #[track_caller]
    pub fn write_read(
        &self,
        select: u32,
        words: &[u64],
        count: usize,
    ) -> impl Future<Output = Result<Vec<u64>>> + use<> {
        let mut words = words.to_vec();
        let looked_at = words.len();
        words.resize(looked_at + count, 0);
        self.request(select, words, looked_at)
    }

    #[track_caller]
    fn request(
        &self,
        select: u32,
        words: Vec<u64>,
        looked_at: usize,
    ) -> impl Future<Output = Result<Vec<u64>>> + use<> {
        let refused = self
            .refuses(select, &words, looked_at)
            .map(|reason| verifork::error!("SPI: {reason}"));
        let requests = Rc::clone(&self.requests);
        async move {
            if let Some(error) = refused {
                return Err(error);
            }
            let request = |answer| Request {
                select,
                words: words.into(),
                looked_at,
                answer,
            };
            requests.ask(request).await
        }
    }

    fn refuses(&self, select: u32, words: &[u64], looked_at: usize) -> Option<String> {
        let (bus, largest) = (self.signals.bus(), self.format.largest());
        if let Some(reason) = self.signals.refuses_select(select) {
            return Some(reason);
        }
        if words.is_empty() {
            return Some(format!("a transfer on `{bus}` without a word"));
        }
        if let Some(word) = words.iter().find(|&&word| word > largest) {
            let format = self.format;
            return Some(format!(
                "{word:#x} does not fit the words of `{bus}` ({format})"
            ));
        }
        if self.signals.mosi.is_none() && words.iter().any(|&word| word != 0) {
            return Some(format!("`{bus}` has no MOSI to send {:#x} by", words[0]));
        }
        if self.signals.miso.is_none() && looked_at < words.len() {
            return Some(format!("`{bus}` has no MISO to receive by: `write` sends"));
        }
        None
    }
}

impl std::fmt::Debug for RunningController {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunningController")
            .field("bus", &self.signals.bus())
            .finish_non_exhaustive()
    }
}
