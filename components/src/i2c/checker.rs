//! The side that knows the rules.

use verifork::time::{SimDuration, SimTime};
use verifork::trigger::read_only;
use verifork::{Result, first_of};

use super::bus::RunningBus;
use super::follower::Follower;
use super::lines::{Event, EventKind};
use super::pins::Wire;
use super::rules::RULES;
use super::timing::{Timing, in_steps};
use crate::Clocked;
use crate::checking::{AtEnd, BetweenResets, ignores_rules, look_between_resets};
use crate::parent::{Parent, interned};
use crate::steps::{duration_of, until_step};
use crate::violation::{Ignored, Violation};

/// Fails the test when a [rule](RULES) is broken: a builder, until it is [started](Self::start).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::i2c;
///
/// # fn example(tm: &TaskManager, bus: &i2c::RunningBus, timing: i2c::Timing) {
/// i2c::Checker::new(bus, timing).start(tm); // a broken rule fails the test, by its name
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a checker does nothing until it is started: add `.start(tm)`"]
pub struct Checker {
    bus: RunningBus,
    timing: Timing,
    ignored: Ignored,
    max_low: Option<SimDuration>,
    reset: Option<Clocked>,
}

impl Checker {
    /// A checker of all rules, with these times, and without a limit of how long the clock may be stretched.
    pub fn new(bus: &RunningBus, timing: Timing) -> Self {
        Checker {
            bus: bus.clone(),
            timing,
            ignored: Ignored::default(),
            max_low: None,
            reset: None,
        }
    }

    ignores_rules! {}

    /// For how long SCL may be 0 at a time.
    pub fn max_low(self, time: SimDuration) -> Self {
        let max_low = Some(time);
        Checker { max_low, ..self }
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
    /// At the caller's line: a time is finer than the design's precision.
    #[track_caller]
    pub fn start(self, parent: &impl Parent) {
        let lines = &self.bus.0;
        let bus = lines.name();
        let timing = &self.timing;
        let mut max_low = None;
        if let Some(time) = self.max_low {
            max_low = Some(in_steps("the longest low time", time));
        }
        let checking = Checking {
            bus: self.bus.clone(),
            follower: Follower::new(lines, interned(format!("a change of the lines of {bus}"))),
            ignored: self.ignored,
            times: Times {
                hold_start: in_steps("tHD;STA", timing.hold_start),
                setup_start: in_steps("tSU;STA", timing.setup_start),
                setup_stop: in_steps("tSU;STO", timing.setup_stop),
                bus_free: in_steps("tBUF", timing.bus_free),
                low: in_steps("tLOW", timing.low),
                high: in_steps("tHIGH", timing.high),
                period: in_steps("1/fSCL", timing.period),
                setup_data: in_steps("tSU;DAT", timing.setup_data),
                hold_data: in_steps("tHD;DAT", timing.hold_data),
                valid_data: in_steps("tVD;DAT", timing.valid_data),
                valid_acknowledge: in_steps("tVD;ACK", timing.valid_acknowledge),
                max_low,
            },
            transfers: 0,
            is_busy: lines.is_busy(),
            message: Message::default(),
            started: None,
            stopped: lines.free_since(),
            rose: None,
            fell: None,
            data: None,
            valid: None,
        };
        look_between_resets(parent, bus, self.reset, checking);
    }
}

/// In steps of the simulation.
struct Times {
    hold_start: u64,
    setup_start: u64,
    setup_stop: u64,
    bus_free: u64,
    low: u64,
    high: u64,
    period: u64,
    setup_data: u64,
    hold_data: u64,
    valid_data: u64,
    valid_acknowledge: u64,
    max_low: Option<u64>,
}

/// The message so far.
#[derive(Default)]
struct Message {
    /// The bits of the current byte and its acknowledge.
    bits: u32,
    bytes: u32,
    first: u8,
    acknowledged: bool,
}

struct Checking {
    bus: RunningBus,
    follower: Follower,
    ignored: Ignored,
    times: Times,
    transfers: u64,
    is_busy: bool,
    message: Message,
    /// The last start, until SCL has fallen after it.
    started: Option<SimTime>,
    stopped: Option<SimTime>,
    /// In the present message.
    rose: Option<SimTime>,
    fell: Option<SimTime>,
    /// The last change of SDA since SCL has fallen.
    data: Option<SimTime>,
    /// How long after the fall of SCL that was, in steps, until it is known whether it was a bit.
    valid: Option<u64>,
}

impl BetweenResets for Checking {
    async fn run(&mut self) -> Result {
        self.follower.clear();
        self.is_busy = self.bus.is_busy();
        loop {
            let event = match (self.times.max_low, self.fell) {
                (Some(limit), Some(fell)) if !self.bus.scl() => {
                    let until = fell.steps() + limit + 1;
                    first_of! {
                        event = self.follower.event() => Some(event?),
                        () = until_step(until) => None,
                    }
                }
                _ => Some(self.follower.event().await?),
            };
            // The pins of one change may follow each other within the time step.
            if self.bus.0.pushed().is_some() {
                read_only().await;
            }
            if let Some(pushed) = self.bus.0.pushed() {
                let what = format!("{pushed} drives a line to 1, not just lets it go");
                self.check(false, "I2C_OPEN_DRAIN", &what)?;
            }
            match event {
                Some(event) => self.look(event)?,
                None => {
                    let limit = duration_of(self.times.max_low.unwrap_or(0));
                    let what = format!("SCL is 0 for more than {limit}");
                    self.fell = None;
                    self.check(false, "I2C_SCL_LOW_MAX", &what)?;
                }
            }
        }
    }

    fn reset(&mut self) {
        self.is_busy = false;
        (self.stopped, self.fell, self.valid) = (None, None, None);
    }
}

impl Checking {
    fn look(&mut self, Event { kind, at }: Event) -> Result {
        match kind {
            EventKind::Start => self.start(at),
            EventKind::Stop => self.stop(at),
            EventKind::Rise(level) => self.rise(level, at),
            EventKind::Fall => self.fall(at),
            EventKind::Data => {
                self.after("I2C_tHD;DAT", self.fell, at, self.times.hold_data)?;
                self.data = Some(at);
                Ok(())
            }
        }
    }

    fn start(&mut self, at: SimTime) -> Result {
        if self.is_busy {
            self.ends_message()?;
            self.after("I2C_tSU;STA", self.rose, at, self.times.setup_start)?;
        } else {
            self.after("I2C_tBUF", self.stopped, at, self.times.bus_free)?;
            self.transfers += 1;
        }
        self.is_busy = true;
        self.message = Message::default();
        (self.started, self.rose, self.valid) = (Some(at), None, None);
        Ok(())
    }

    fn stop(&mut self, at: SimTime) -> Result {
        let what = "a stop follows a start without a byte between them";
        let empty = self.message.bytes == 0 && self.message.bits <= 1;
        self.check(!self.is_busy || !empty, "I2C_START_STOP", what)?;
        if self.is_busy {
            self.ends_message()?;
            self.after("I2C_tSU;STO", self.rose, at, self.times.setup_stop)?;
        }
        self.is_busy = false;
        (self.stopped, self.started, self.valid) = (Some(at), None, None);
        Ok(())
    }

    /// A start or a stop, whose own rise of SCL is counted as a bit.
    fn ends_message(&self) -> Result {
        let Message {
            bits,
            bytes,
            first,
            acknowledged,
        } = self.message;
        let what = format!(
            "SDA changed while SCL was 1, in bit {bits} of byte {}",
            bytes + 1
        );
        self.check(bits <= 1, "I2C_SDA_STABLE", &what)?;
        let reads = first & 1 == 1 && bytes > 1;
        let what = "the last byte of a read was acknowledged: the target is about to send another";
        self.check(!reads || !acknowledged, "I2C_LAST_NACK", what)
    }

    fn rise(&mut self, level: bool, at: SimTime) -> Result {
        if !self.is_busy {
            return Ok(());
        }
        self.after("I2C_tLOW", self.fell, at, self.times.low)?;
        self.after("I2C_tSU;DAT", self.data, at, self.times.setup_data)?;
        self.after("I2C_fSCL", self.rose, at, self.times.period)?;
        self.rose = Some(at);
        let changed = self
            .data
            .zip(self.fell)
            .filter(|_| !self.bus.0.is_stretched());
        self.valid = changed.map(|(data, fell)| data.steps() - fell.steps());
        let message = &mut self.message;
        message.bits += 1;
        if message.bits == 9 {
            (message.bits, message.acknowledged) = (0, !level);
            message.bytes += 1;
        } else if message.bytes == 0 {
            message.first = message.first << 1 | u8::from(level);
        }
        Ok(())
    }

    fn fall(&mut self, at: SimTime) -> Result {
        let what = "SCL fell while the bus was free";
        self.check(self.is_busy, "I2C_SCL_FREE", what)?;
        match self.started.take() {
            Some(started) => {
                self.after("I2C_tHD;STA", Some(started), at, self.times.hold_start)?;
            }
            None => self.after("I2C_tHIGH", self.rose, at, self.times.high)?,
        }
        if let Some(valid) = self.valid.take() {
            let (rule, most) = match self.message.bits {
                0 => ("I2C_tVD;ACK", self.times.valid_acknowledge),
                _ => ("I2C_tVD;DAT", self.times.valid_data),
            };
            let name = rule.trim_start_matches("I2C_");
            let (valid, limit) = (duration_of(valid), duration_of(most));
            let what = format!("{name} is {valid}, not {limit} at most");
            self.check(valid <= limit, rule, &what)?;
        }
        (self.fell, self.data) = (Some(at), None);
        Ok(())
    }

    /// Checks a minimum time between two events.
    fn after(
        &self,
        rule: &'static str,
        since: Option<SimTime>,
        at: SimTime,
        wanted: u64,
    ) -> Result {
        let Some(since) = since else { return Ok(()) };
        let time = at.steps() - since.steps();
        if time >= wanted {
            return Ok(());
        }
        let name = rule.trim_start_matches("I2C_");
        let what = format!(
            "{name} is {}, not {}",
            duration_of(time),
            duration_of(wanted)
        );
        self.check(false, rule, &what)
    }

    fn check(&self, holds: bool, rule: &'static str, what: &str) -> Result {
        if holds {
            return Ok(());
        }
        let lines = &self.bus.0;
        let Message { bits, bytes, .. } = self.message;
        let violation = Violation::new(rule, lines.name(), what)
            .now()
            .of(format!(
                "transfer {}, byte {}, bit {}",
                self.transfers,
                bytes + 1,
                bits + 1
            ))
            .signal(
                "SCL",
                format_args!("is {}", u8::from(lines.level(Wire::Scl))),
            )
            .signal(
                "SDA",
                format_args!("is {}", u8::from(lines.level(Wire::Sda))),
            );
        self.ignored.report(violation)
    }
}

impl AtEnd for Checking {
    fn at_end(&self) {
        if !self.bus.is_busy() || !self.is_busy {
            return;
        }
        let what = "the bus is busy at the end";
        let violation = Violation::new("I2C_ALL_DONE_EOS", self.bus.0.name(), what);
        self.ignored.report_at_end(violation);
    }
}
