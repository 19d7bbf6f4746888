//! The side that is selected.

use verifork::task::waiting_for;
use verifork::time::SimDuration;
use verifork::value::LogicVec;
use verifork::{Result, first_of};

use super::format::{Assembly, Format, Position, Side, pins_for};
use super::signals::{Signals, drive, levels, width};
use crate::Clocked;
use crate::clocked::between_resets;
use crate::memory::Memory;
use crate::parent::{Claim, Parent, free_name, interned};
use crate::steps::{for_steps, steps_of};
use crate::violation::Violation;

/// The device behind a peripheral: any function of the received words, or a type with its own state.
///
/// ```
/// use verifork_components::spi::Device;
///
/// /// Answers each word with the one before it.
/// #[derive(Default)]
/// struct Echo {
///     last: u64,
/// }
///
/// impl Device for Echo {
///     fn next(&mut self, received: &[u64]) -> u64 {
///         if let Some(word) = received.last() {
///             self.last = *word;
///         }
///         self.last
///     }
/// }
/// ```
pub trait Device {
    /// The word to send next, after these were received in the present transfer: none at the moment at which
    /// the peripheral is selected. It is also called after the last word.
    fn next(&mut self, received: &[u64]) -> u64;
}

impl<F: FnMut(&[u64]) -> u64> Device for F {
    fn next(&mut self, received: &[u64]) -> u64 {
        self(received)
    }
}

/// A memory as EEPROMs and flashes of the series 25 are, with words of 8 bits: `02` and an address write what
/// follows, `03` and an address read, and addresses go up by themselves. An access that the memory refuses
/// writes nothing, and reads `ff`.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{memory::Memory, spi};
///
/// # fn example(tm: &TaskManager, pins: &spi::Signals, format: &spi::Format) {
/// let device = spi::MemoryDevice::new(&Memory::sparse(), 2); // addresses of two words
/// spi::Peripheral::new(pins, format, device).start(tm);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MemoryDevice {
    memory: Memory,
    address_words: usize,
}

impl MemoryDevice {
    /// A device with this memory, whose addresses have this many words.
    ///
    /// # Panics
    ///
    /// At the caller's line: unless 1 to 8.
    #[track_caller]
    pub fn new(memory: &Memory, address_words: usize) -> Self {
        assert!(
            (1..=8).contains(&address_words),
            "SPI: an address has 1 to 8 words, not {address_words}"
        );
        MemoryDevice {
            memory: memory.clone(),
            address_words,
        }
    }
}

impl Device for MemoryDevice {
    fn next(&mut self, received: &[u64]) -> u64 {
        let header = 1 + self.address_words;
        let (Some(&command), Some(address)) = (received.first(), received.get(1..header)) else {
            return 0xff;
        };
        let bits = 8 * self.address_words;
        let address = address.iter().fold(0, |all, word| all << 8 | word);
        let at = |word: usize| (address + word as u64) & (u64::MAX >> (64 - bits));
        let data = &received[header..];
        match command {
            0x02 => {
                if let Some((last, before)) = data.split_last() {
                    let byte = last.to_le_bytes()[0];
                    let _ = self.memory.bus_write(at(before.len()), &[byte], |_| true);
                }
                0xff
            }
            0x03 => {
                let mut byte = [0xff];
                match self.memory.bus_read(at(data.len()), &mut byte) {
                    Ok(()) => byte[0].into(),
                    Err(_) => 0xff,
                }
            }
            _ => 0xff,
        }
    }
}

/// Answers transfers of one select: a builder, until it is [started](Self::start).
///
/// It is driven by the pins alone: any number of them may be on one bus, each with its own select.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{memory::Memory, spi};
///
/// # fn example(tm: &TaskManager, pins: &spi::Signals, format: &spi::Format) {
/// let device = spi::MemoryDevice::new(&Memory::sparse(), 2); // addresses of two words
/// spi::Peripheral::new(pins, format, device).start(tm);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a peripheral does nothing until it is started: add `.start(tm)`"]
pub struct Peripheral<D> {
    signals: Signals,
    format: Format,
    device: D,
    select: u32,
    delay: SimDuration,
    releases: bool,
    reset: Option<Clocked>,
}

impl<D: Device + 'static> Peripheral<D> {
    /// A peripheral of select 0.
    pub fn new(signals: &Signals, format: &Format, device: D) -> Self {
        Peripheral {
            signals: *signals,
            format: *format,
            device,
            select: 0,
            delay: SimDuration::ZERO,
            releases: false,
            reset: None,
        }
    }

    /// A peripheral of another select.
    pub fn select(self, select: u32) -> Self {
        Peripheral { select, ..self }
    }

    /// How long after an edge its bit is on MISO: less than half a period of SCLK.
    pub fn output_delay(self, delay: SimDuration) -> Self {
        Peripheral { delay, ..self }
    }

    /// MISO is Z while it is not selected. Otherwise it keeps its level, which Verilator, with its two states,
    /// needs.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # use verifork_components::spi;
    /// # fn example(bus: &spi::Signals, test: Test) {
    /// let format = spi::Format::new(spi::Mode::new(0));
    /// spi::Peripheral::new(bus, &format, |_: &[u64]| 0x55).releases_miso().start(&test);
    /// # }
    /// ```
    pub fn releases_miso(self) -> Self {
        let releases = true;
        Peripheral { releases, ..self }
    }

    /// While this reset is active it answers nothing.
    pub fn reset_of(self, clocked: &Clocked) -> Self {
        let reset = Some(*clocked);
        Peripheral { reset, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: there is no such select, or another peripheral answers to it; there are too few
    /// pins for the lanes; the delay is finer than the design's precision.
    #[track_caller]
    pub fn start(self, parent: &impl Parent) {
        let Peripheral {
            signals, format, ..
        } = self;
        signals.check(&format);
        signals.check_select(self.select);
        let bus = signals.bus();
        let path = interned(format!("select {} of {bus}", self.select));
        let claim = Claim::new(path, "peripheral");
        let mut answering = Answering {
            signals,
            format,
            device: self.device,
            bit: 1 << self.select,
            delay: steps_of("SPI: the output delay", self.delay),
            releases: self.releases,
            waits_for_select: interned(format!(
                "`{}`, bit {}, to be selected",
                signals.cs_n.path(),
                self.select
            )),
            waits_for_clock: interned(format!("`{}`, for the next bit", signals.sclk.path())),
        };
        let name = free_name(parent, format!("{bus} peripheral {}", self.select));
        parent.add_background(name, async move {
            let _claim = claim;
            let run = async |answering: &mut Answering<D>| {
                answering.release()?;
                loop {
                    answering.transfer().await?;
                }
            };
            between_resets(
                self.reset,
                &mut answering,
                run,
                Answering::release_after_reset,
            )
            .await
        });
    }
}

struct Answering<D> {
    signals: Signals,
    format: Format,
    device: D,
    /// The mask of its select.
    bit: u64,
    delay: u64,
    releases: bool,
    waits_for_select: &'static str,
    waits_for_clock: &'static str,
}

impl<D: Device> Answering<D> {
    fn release(&self) -> Result {
        match self.signals.miso {
            Some(signal) if self.releases => {
                let z = LogicVec::filled(signal.width(), verifork::value::Logic::HighImpedance);
                Ok(signal.try_set(z)?)
            }
            _ => Ok(()),
        }
    }

    fn release_after_reset(&mut self) -> Result {
        self.release()
    }

    fn is_selected(&self) -> Result<bool> {
        Ok(self.signals.selected()? & self.bit != 0)
    }

    fn answer(&mut self, received: &[u64]) -> Result<u64> {
        let word = self.device.next(received);
        verifork::ensure!(
            word <= self.format.largest(),
            "SPI: a peripheral on {} answers {word:#x}, which does not fit its words ({})",
            self.signals.bus(),
            self.format
        );
        Ok(word)
    }

    async fn transfer(&mut self) -> Result {
        let Signals { sclk, cs_n, .. } = self.signals;
        let mode = self.format.mode;
        // Waits for writes of the time step in which it starts, such as a controller's idle levels.
        while self.signals.cs_n.get().has_unknown() || !self.is_selected()? {
            waiting_for(self.waits_for_select, cs_n.changed()).await;
        }
        let (mut at, mut received) = (Position::default(), Assembly::new(Side::Controller));
        let mut words = Vec::new();
        let mut word = self.answer(&words)?;
        let mut clock = self.signals.clock()?;
        let mut presents = !mode.cpha;
        loop {
            if std::mem::take(&mut presents) {
                for_steps(self.delay).await;
                if self.signals.clock()? != clock {
                    verifork::bail!(
                        "SPI: the output delay of a peripheral on {} is half a period of `{}` or more",
                        self.signals.bus(),
                        sclk.path()
                    );
                }
                let miso = self.signals.miso;
                drive(
                    miso,
                    pins_for(&self.format, at, word, Side::Peripheral, width(miso)),
                )?;
            }
            first_of! {
                () = waiting_for(self.waits_for_clock, sclk.changed()) => {},
                () = cs_n.changed() => {},
            }
            if !self.is_selected()? {
                return self.release();
            }
            let level = self.signals.clock()?;
            if level == std::mem::replace(&mut clock, level) {
                continue;
            }
            if !mode.samples_at(level) {
                // Without CPHA the last trailing edge of a word brings the first bit of the next.
                presents = true;
                continue;
            }
            let mosi = self.signals.mosi;
            let is_known = received.add(&self.format, at, levels(mosi), width(mosi));
            if let (false, Some(signal)) = (is_known, mosi) {
                let what = "MOSI must be known when it is sampled";
                return Err(Violation::new("SPI_MOSI_X", self.signals.bus(), what)
                    .now()
                    .of(at.to_string())
                    .signal(signal.path(), format_args!("is {}", signal.get()))
                    .into());
            }
            if at.advance(&self.format) {
                words.push(received.words.last().copied().flatten().unwrap_or(0));
                word = self.answer(&words)?;
            }
        }
    }
}
