//! The side that knows the rules.

use verifork::dut::Signal;
use verifork::time::SimDuration;
use verifork::trigger::{now, read_only};
use verifork::value::LogicVec;
use verifork::{Result, first_of};

use super::format::{Assembly, Format, Position, Side};
use super::rules::RULES;
use super::signals::{Signals, levels, width};
use crate::Clocked;
use crate::checking::{AtEnd, BetweenResets, ignores_rules, look_between_resets};
use crate::parent::Parent;
use crate::steps::{duration_of, steps_of};
use crate::violation::{Ignored, Violation};

/// Fails the test when a [rule](RULES) is broken: a builder, until it is [started](Self::start).
///
/// All times are 0 by default: two events in a required order then must only not coincide. A time in clocks is
/// `period * clocks`.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::spi;
///
/// # fn example(tm: &TaskManager, pins: &spi::Signals, format: &spi::Format) {
/// spi::Checker::new(pins, format).start(tm); // a broken rule fails the test, by its name
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a checker does nothing until it is started: add `.start(tm)`"]
pub struct Checker {
    signals: Signals,
    format: Format,
    ignored: Ignored,
    miso_from_word: usize,
    times: [SimDuration; TIMES],
    reset: Option<Clocked>,
}

const TIMES: usize = 7;
const SETUP: usize = 0;
const HOLD: usize = 1;
const SCLK_HIGH: usize = 2;
const SCLK_LOW: usize = 3;
const SELECT_SETUP: usize = 4;
const SELECT_HOLD: usize = 5;
const GAP: usize = 6;

impl Checker {
    /// A checker of all rules.
    pub fn new(signals: &Signals, format: &Format) -> Self {
        Checker {
            signals: *signals,
            format: *format,
            ignored: Ignored::default(),
            miso_from_word: 0,
            times: [SimDuration::ZERO; TIMES],
            reset: None,
        }
    }

    ignores_rules! {}

    /// Sets the number of words in a transfer before the first word that the peripheral must answer with known
    /// bits.
    pub fn miso_from_word(self, miso_from_word: usize) -> Self {
        Checker {
            miso_from_word,
            ..self
        }
    }

    /// Sets the time for which MOSI and MISO must be stable before they are sampled.
    pub fn setup(self, time: SimDuration) -> Self {
        self.time(SETUP, time)
    }

    /// For how long MOSI and MISO are stable after they were sampled.
    pub fn hold(self, time: SimDuration) -> Self {
        self.time(HOLD, time)
    }

    /// For how long SCLK is 1 at least.
    pub fn sclk_high(self, time: SimDuration) -> Self {
        self.time(SCLK_HIGH, time)
    }

    /// For how long SCLK is 0 at least, within a transfer.
    pub fn sclk_low(self, time: SimDuration) -> Self {
        self.time(SCLK_LOW, time)
    }

    /// Sets the time from a select to the first edge of SCLK.
    pub fn select_setup(self, time: SimDuration) -> Self {
        self.time(SELECT_SETUP, time)
    }

    /// For how long a select stays after the last edge of SCLK.
    pub fn select_hold(self, time: SimDuration) -> Self {
        self.time(SELECT_HOLD, time)
    }

    /// For how long nothing is selected between two transfers.
    pub fn gap(self, time: SimDuration) -> Self {
        self.time(GAP, time)
    }

    fn time(mut self, which: usize, time: SimDuration) -> Self {
        self.times[which] = time;
        self
    }

    /// Sets a reset: while it is active, nothing is checked, and interrupted transfers are dropped.
    pub fn reset_of(self, clocked: &Clocked) -> Self {
        let reset = Some(*clocked);
        Checker { reset, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test. A transfer that is under way when it
    /// ends with that is a broken rule.
    ///
    /// # Panics
    ///
    /// At the caller's line: there are too few pins for the lanes, or a time is finer than the design's
    /// precision.
    #[track_caller]
    pub fn start(self, parent: &impl Parent) {
        let signals = self.signals;
        signals.check(&self.format);
        let mut times = [0; TIMES];
        for (steps, time) in times.iter_mut().zip(self.times) {
            *steps = steps_of("SPI: a time of the checker", time);
        }
        let checking = Checking {
            signals,
            format: self.format,
            ignored: self.ignored,
            miso_from_word: self.miso_from_word,
            times,
            data: [
                Data::new("MOSI", signals.mosi, Side::Controller),
                Data::new("MISO", signals.miso, Side::Peripheral),
            ],
            selected: 0,
            clock: self.format.mode.cpol,
            at: Position::default(),
            transfers: 0,
            selected_at: 0,
            deselected_at: None,
            edge_at: None,
        };
        look_between_resets(parent, signals.bus(), self.reset, checking);
    }
}

/// The pins of one direction.
struct Data {
    name: &'static str,
    pins: Option<Signal<LogicVec>>,
    value: (u64, u64),
    changed_at: Option<u64>,
    sampled_at: Option<u64>,
    assembly: Assembly,
    rules: [&'static str; 3],
}

impl Data {
    fn new(name: &'static str, pins: Option<Signal<LogicVec>>, from: Side) -> Self {
        Data {
            name,
            pins,
            value: levels(pins),
            changed_at: None,
            sampled_at: None,
            assembly: Assembly::new(from),
            rules: match from {
                Side::Controller => ["SPI_MOSI_X", "SPI_MOSI_SETUP", "SPI_MOSI_HOLD"],
                Side::Peripheral => ["SPI_MISO_X", "SPI_MISO_SETUP", "SPI_MISO_HOLD"],
            },
        }
    }
}

struct Checking {
    signals: Signals,
    format: Format,
    ignored: Ignored,
    miso_from_word: usize,
    times: [u64; TIMES],
    data: [Data; 2],
    selected: u64,
    clock: bool,
    at: Position,
    transfers: u64,
    selected_at: u64,
    deselected_at: Option<u64>,
    /// Of SCLK, in the present transfer.
    edge_at: Option<u64>,
}

impl BetweenResets for Checking {
    async fn run(&mut self) -> Result {
        read_only().await;
        self.deselected_at = None;
        self.clock = self.signals.sclk.get().is_one();
        for data in &mut self.data {
            (data.value, data.changed_at) = (levels(data.pins), None);
        }
        loop {
            self.look()?;
            let Signals {
                sclk,
                cs_n,
                mosi,
                miso,
            } = self.signals;
            let (mosi, miso) = (
                mosi.map_or_else(|| cs_n.changed(), |signal| signal.changed()),
                miso.map_or_else(|| cs_n.changed(), |signal| signal.changed()),
            );
            first_of! {
                () = sclk.changed() => {},
                () = cs_n.changed() => {},
                () = mosi => {},
                () = miso => {},
            }
            // Changes in one time step count as simultaneous.
            read_only().await;
        }
    }

    fn reset(&mut self) {
        self.selected = 0;
    }
}

impl Checking {
    fn look(&mut self) -> Result {
        let step = now().steps();
        for data in &mut self.data {
            let value = levels(data.pins);
            if value != data.value {
                (data.value, data.changed_at) = (value, Some(step));
            }
        }
        let selected = match self.signals.selected() {
            Ok(selected) => selected,
            Err(error) => return self.unless_ignored(error),
        };
        if selected == 0 && self.selected == 0 {
            return self.look_idle();
        }
        let what = "more than one peripheral is selected";
        self.check(selected.count_ones() <= 1, "SPI_CS_ONE", what)?;
        let level = match self.signals.clock() {
            Ok(level) => level,
            Err(error) => return self.unless_ignored(error),
        };
        let changed = level != std::mem::replace(&mut self.clock, level);
        let before = std::mem::replace(&mut self.selected, selected);
        if before == 0 {
            return self.begins(changed, step);
        }
        if selected == 0 {
            return self.ends(changed, step);
        }
        if changed {
            self.edge(level, step)?;
        }
        self.hold(step)
    }

    fn look_idle(&mut self) -> Result {
        let value = self.signals.sclk.get();
        if value.is_unknown() {
            return Ok(());
        }
        let changed = value.is_one() != std::mem::replace(&mut self.clock, value.is_one());
        let what = "SCLK changed while nothing was selected";
        self.check(!changed, "SPI_SCLK_SELECTED", what)
    }

    fn begins(&mut self, clock_changed: bool, step: u64) -> Result {
        self.transfers += 1;
        self.at = Position::default();
        (self.selected_at, self.edge_at) = (step, None);
        for data in &mut self.data {
            data.sampled_at = None;
            data.assembly = Assembly::new(if data.name == "MOSI" {
                Side::Controller
            } else {
                Side::Peripheral
            });
        }
        if let Some(ended) = self.deselected_at {
            let wanted = self.times[GAP];
            let what = format!(
                "nothing was selected for {}, not for {}",
                duration_of(step - ended),
                duration_of(wanted)
            );
            self.check(step - ended >= wanted, "SPI_CS_HIGH", &what)?;
        }
        let what = "SCLK must be at CPOL when a peripheral is selected";
        self.check(self.clock == self.format.mode.cpol, "SPI_SCLK_IDLE", what)?;
        let what = "SCLK changed with the select";
        self.check(!clock_changed, "SPI_CS_SETUP", what)
    }

    fn ends(&mut self, clock_changed: bool, step: u64) -> Result {
        self.deselected_at = Some(step);
        let what = "SCLK changed with the end of the select";
        self.check(!clock_changed, "SPI_CS_HOLD", what)?;
        let since = step - self.edge_at.unwrap_or(self.selected_at);
        let wanted = self.times[SELECT_HOLD];
        let what = format!(
            "the select ended {} after the last edge of SCLK, not {} after it",
            duration_of(since),
            duration_of(wanted)
        );
        self.check(since >= wanted, "SPI_CS_HOLD", &what)?;
        let what = "SCLK must be at CPOL when the select ends";
        self.check(self.clock == self.format.mode.cpol, "SPI_SCLK_IDLE", what)?;
        let what = format!("the transfer ended in {}", self.at);
        let whole = self.at.time == 0 && self.at.word > 0;
        self.check(whole, "SPI_WHOLE_WORDS", &what)
    }

    fn edge(&mut self, level: bool, step: u64) -> Result {
        match self.edge_at.replace(step) {
            Some(last) => {
                // The level that has ended.
                let (name, rule, wanted) = if level {
                    ("0", "SPI_SCLK_LOW", self.times[SCLK_LOW])
                } else {
                    ("1", "SPI_SCLK_HIGH", self.times[SCLK_HIGH])
                };
                let what = format!(
                    "SCLK was {name} for {}, not for {}",
                    duration_of(step - last),
                    duration_of(wanted)
                );
                self.check(step - last >= wanted, rule, &what)?;
            }
            None => {
                let (since, wanted) = (step - self.selected_at, self.times[SELECT_SETUP]);
                let what = format!(
                    "the first edge of SCLK came {} after the select, not {} after it",
                    duration_of(since),
                    duration_of(wanted)
                );
                self.check(since >= wanted, "SPI_CS_SETUP", &what)?;
            }
        }
        if self.format.mode.samples_at(level) {
            for index in 0..self.data.len() {
                self.sample(index, step)?;
            }
            self.at.advance(&self.format);
        }
        Ok(())
    }

    fn sample(&mut self, index: usize, step: u64) -> Result {
        let (at, wanted) = (self.at, self.times[SETUP]);
        let data = &mut self.data[index];
        let Some(pins) = data.pins else {
            return Ok(());
        };
        data.sampled_at = Some(step);
        let known = data
            .assembly
            .add(&self.format, at, data.value, width(data.pins));
        let used = index == 0 || at.word >= self.miso_from_word;
        let (name, [unknown, setup, _], changed_at) = (data.name, data.rules, data.changed_at);
        if !known && used {
            let what = format!("{name} must be known when it is sampled");
            let violation = self
                .broken(unknown, &what)
                .signal(pins.path(), format_args!("is {}", pins.get()));
            self.ignored.report(violation)?;
        }
        // At this very step it is a hold that is broken, not a setup.
        let Some(since) = changed_at.map(|at| step - at).filter(|&since| since > 0) else {
            return Ok(());
        };
        let what = format!(
            "{name} changed {} before it is sampled, not {} before it",
            duration_of(since),
            duration_of(wanted)
        );
        self.check(since >= wanted, setup, &what)
    }

    /// Sampled pins must be stable for some time after the sample.
    fn hold(&mut self, step: u64) -> Result {
        for index in 0..self.data.len() {
            let data = &self.data[index];
            let (Some(sampled), Some(changed)) = (data.sampled_at, data.changed_at) else {
                continue;
            };
            if changed != step {
                continue;
            }
            let (since, wanted) = (step - sampled, self.times[HOLD]);
            let what = format!(
                "{} changed {} after it was sampled, not {} after it",
                data.name,
                duration_of(since),
                duration_of(wanted)
            );
            let holds = since > 0 && since >= wanted;
            self.check(holds, data.rules[2], &what)?;
        }
        Ok(())
    }

    fn unless_ignored(&self, error: verifork::Error) -> Result {
        match error.downcast::<Violation>() {
            Ok(violation) => self.ignored.report(violation),
            Err(error) => Err(error),
        }
    }

    fn check(&self, holds: bool, rule: &'static str, what: &str) -> Result {
        if holds {
            return Ok(());
        }
        self.ignored.report(self.broken(rule, what))
    }

    fn broken(&self, rule: &'static str, what: &str) -> Violation {
        let Checking {
            transfers,
            at,
            signals,
            ..
        } = self;
        Violation::new(rule, signals.bus(), what)
            .now()
            .of(format!("transfer {transfers}, {at}"))
            .signal(
                signals.cs_n.path(),
                format_args!("is {}", signals.cs_n.get()),
            )
            .signal(
                signals.sclk.path(),
                format_args!("is {}", signals.sclk.get()),
            )
    }
}

impl AtEnd for Checking {
    fn at_end(&self) {
        if self.selected == 0 {
            return;
        }
        let what = "a peripheral is selected at the end";
        let violation = Violation::new("SPI_ALL_DONE_EOS", self.signals.bus(), what);
        self.ignored.report_at_end(violation);
    }
}
