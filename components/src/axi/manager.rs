//! The side that reads and writes.

mod reads;
mod writes;

use std::rc::Rc;

use verifork::sync::oneshot;
use verifork::value::LogicVec;
use verifork::{Error, Result};

use super::access::{ReadAnswer, WriteAnswer, WriteData, refuses, refuses_data};
use super::burst::{Burst, split};
use super::bus::Bus;
use super::data::Lanes;
use super::rules;
use crate::axi_common::{At, Channel, ChannelPauses, Response};
use crate::handshake::{Offering, Taking};
use crate::outstanding::{Requests, make_all};
use crate::parent::{Claim, Parent, free_name, interned};
use crate::sending::OnReset;
use crate::violation::Ignored;
use crate::{Clocked, Pauses};
use reads::{ReadSide, Reading};
use writes::{WriteSide, Writing};

/// Reads and writes: a builder, until it is [started](Self::start).
///
/// Any number of bursts may be under way; they go out in the order in which they were asked for, and are
/// answered in any order between IDs. Addresses and data of writes go each at their own pace: with
/// [pauses](Self::pauses_on) on AW, data comes first.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, Pauses, axi};
///
/// # fn example(tm: &TaskManager, signals: &axi::Signals, clocked: &Clocked) {
/// let running: axi::RunningManager = axi::Manager::new(signals)
///     .pauses(&Pauses::random(0.2))
///     .start(tm, clocked);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a manager does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Manager {
    bus: Bus,
    pauses: ChannelPauses,
    on_reset: OnReset,
    longest: u16,
    ignored: Ignored,
}

/// The rules of answers that come too soon, which a manager can do without.
const TOO_SOON: [&str; 3] = [
    "AXI4_ERRS_BRESP_AW",
    "AXI4_ERRS_BRESP_WLAST",
    "AXI4_ERRS_RID",
];

impl Manager {
    /// A manager without pauses, of [`Signals`](super::Signals), [`WriteSignals`](super::WriteSignals) or [`ReadSignals`](super::ReadSignals).
    pub fn new(signals: impl Into<Bus>) -> Self {
        Manager {
            bus: signals.into(),
            pauses: ChannelPauses::default(),
            on_reset: OnReset::default(),
            longest: 256,
            ignored: Ignored::default(),
        }
    }

    /// Pauses on all channels, each with its own random numbers.
    pub fn pauses(self, pauses: &Pauses) -> Self {
        let pauses = ChannelPauses::all(pauses);
        Manager { pauses, ..self }
    }

    /// Pauses on one channel.
    pub fn pauses_on(mut self, channel: Channel, pauses: &Pauses) -> Self {
        self.pauses.set(channel, pauses);
        self
    }

    /// Sets what a reset does to accesses without a response: they fail, or are repeated after it.
    pub fn on_reset(self, on_reset: OnReset) -> Self {
        Manager { on_reset, ..self }
    }

    /// Sets the most beats in the bursts of [`write`](RunningManager::write) and [`read`](RunningManager::read).
    /// The default is 256.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # use verifork_components::{Clocked, axi};
    /// # async fn example(bus: &axi::Signals, clocked: &Clocked, test: Test) -> Result {
    /// let manager = axi::Manager::new(bus).longest_burst(16).start(&test, clocked);
    /// manager.write(0x1000, &[0; 256]).await?; // in bursts of up to 16 beats
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// At the caller's line: for 0 and above 256.
    #[track_caller]
    pub fn longest_burst(self, beats: u16) -> Self {
        assert!(
            (1..=256).contains(&beats),
            "AXI4: bursts of {beats} beats; they have 1 to 256"
        );
        Manager {
            longest: beats,
            ..self
        }
    }

    /// Accepts responses that break one of the rules `AXI4_ERRS_BRESP_AW`, `AXI4_ERRS_BRESP_WLAST` and
    /// `AXI4_ERRS_RID`: those in the same cycle as the last transfer of their request. A
    /// [`Checker`](super::Checker) has its own [`ignore`](super::Checker::ignore).
    ///
    /// # Panics
    ///
    /// At the caller's line, for any other rule.
    #[track_caller]
    pub fn ignore(mut self, rule: &str) -> Self {
        self.ignored.add_one_of(rule, &TOO_SOON);
        self
    }

    /// Starts it, as background children of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol, or another manager drives the bus.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) -> RunningManager {
        clocked.check_runs();
        let bus = self.bus;
        bus.check_widths();
        let name = bus.name();
        let asked = |what: &str| interned(format!("{what} of {name}"));
        let shared = Shared {
            writes: Requests::new(asked("writes")),
            reads: Requests::new(asked("reads")),
        };
        let (clocked, on_reset) = (*clocked, self.on_reset);
        if let Some(signals) = bus.write {
            let claim = Claim::new(signals.aw.valid.path(), "manager");
            let [aw, w, b] = bus.write_wires(&signals, &clocked);
            let side = WriteSide {
                bus,
                signals,
                aw: Offering::new(aw, &self.pauses.of(Channel::Aw)),
                w: Offering::new(w, &self.pauses.of(Channel::W)),
                b: Taking::new(b, &self.pauses.of(Channel::B)),
                beat: 0,
                offset: 0,
                lanes: Lanes::new(bus.bytes()),
                strobe: LogicVec::zeros(0),
                written: None,
                ignored: self.ignored.clone(),
            };
            let name = free_name(parent, format!("{name} manager writes"));
            let asked = Rc::clone(&shared.writes);
            parent.add_background(name, async move {
                let _claim = claim;
                make_all(side, asked, clocked, on_reset).await
            });
        }
        if let Some(signals) = bus.read {
            let claim = Claim::new(signals.ar.valid.path(), "manager");
            let [ar, r] = bus.read_wires(&signals, &clocked);
            let side = ReadSide {
                bus,
                signals,
                ar: Offering::new(ar, &self.pauses.of(Channel::Ar)),
                r: Taking::new(r, &self.pauses.of(Channel::R)),
                lanes: Lanes::new(bus.bytes()),
                ignored: self.ignored,
            };
            let name = free_name(parent, format!("{name} manager reads"));
            let asked = Rc::clone(&shared.reads);
            parent.add_background(name, async move {
                let _claim = claim;
                make_all(side, asked, clocked, on_reset).await
            });
        }
        RunningManager {
            shared,
            bus,
            like: Burst::incr(0, 1, 1),
            longest: self.longest,
        }
    }
}

#[derive(Clone)]
struct Shared {
    writes: Rc<Requests<Writing>>,
    reads: Rc<Requests<Reading>>,
}

/// A manager that runs. A clone is the same manager.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::axi;
///
/// # async fn example(manager: axi::RunningManager) -> Result {
/// let burst = axi::Burst::incr(0x100, 4, 4); // four beats of four bytes
/// manager.write_burst(burst.clone(), vec![0; 16]).await?;
/// manager.read_burst(burst).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RunningManager {
    shared: Shared,
    bus: Bus,
    /// The template for bursts of accesses of any length.
    like: Burst,
    longest: u16,
}

impl RunningManager {
    pub(crate) fn bus(&self) -> &Bus {
        &self.bus
    }

    /// The same manager, whose [`write`](Self::write) and [`read`](Self::read) make bursts with this ID,
    /// protection, and so on.
    ///
    /// ```no_run
    /// # async fn example(bus: verifork_components::axi::RunningManager) -> verifork::Result {
    /// let other = bus.with(|burst| burst.id(3).qos(1));
    /// other.write(0x1000, &[1, 2, 3]).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with(&self, attributes: impl FnOnce(Burst) -> Burst) -> Self {
        let mut other = self.clone();
        other.like = attributes(other.like);
        other
    }

    /// Writes bytes, of any number and to any address: in bursts that do not cross 4 KB.
    ///
    /// # Errors
    ///
    /// At the caller's line: a burst is not answered OKAY, or does not fit the bus. A reset came before the
    /// answer, or the manager has ended.
    #[track_caller]
    pub fn write(&self, address: u64, bytes: &[u8]) -> impl Future<Output = Result> + use<> {
        let place = At::here();
        let mut rest = bytes;
        let mut parts = Vec::new();
        let mut refused = None;
        for (burst, count) in split(address, rest.len(), self.bus.bytes(), self.longest) {
            let burst = self.like.at(burst.address, burst.beats, burst.beat_bytes);
            let (part, others) = rest.split_at(count);
            rest = others;
            let mut data = WriteData::from(part);
            let all = burst.data_bytes();
            if all != count {
                data.bytes.resize(all, 0);
                data = data.enabled((0..all).map(|index| index < count));
            }
            if refused.is_none() {
                refused = self.refuses_write(&burst, &data);
            }
            parts.push((burst, data));
        }
        let shared = self.shared.clone();
        async move {
            if let Some(error) = refused {
                return Err(error);
            }
            // All are under way at once.
            let asked: Vec<_> = parts
                .into_iter()
                .map(|(burst, data)| (burst.address, shared.ask_write(burst, data)))
                .collect();
            for (at, asked) in asked {
                match asked.await?.response {
                    Response::Okay => {}
                    response => return Err(place.failed("a write", at, response)),
                }
            }
            Ok(())
        }
    }

    /// Reads this many bytes from any address on, in bursts that do not cross 4 KB. The last beat of each burst is
    /// whole, so it may read bytes after those requested.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write).
    #[track_caller]
    pub fn read(
        &self,
        address: u64,
        count: usize,
    ) -> impl Future<Output = Result<Vec<u8>>> + use<> {
        let place = At::here();
        let mut parts = Vec::new();
        let mut refused = None;
        for (burst, count) in split(address, count, self.bus.bytes(), self.longest) {
            let burst = self.like.at(burst.address, burst.beats, burst.beat_bytes);
            if refused.is_none() {
                refused = self.refuses_read(&burst);
            }
            parts.push((burst, count));
        }
        let shared = self.shared.clone();
        async move {
            if let Some(error) = refused {
                return Err(error);
            }
            let asked: Vec<_> = parts
                .into_iter()
                .map(|(burst, count)| (burst.address, count, shared.ask_read(burst)))
                .collect();
            let mut bytes = Vec::with_capacity(count);
            for (at, count, asked) in asked {
                let read = asked.await?;
                match read.response() {
                    Response::Okay => bytes.extend_from_slice(&read.data[..count]),
                    response => return Err(place.failed("a read", at, response)),
                }
            }
            Ok(bytes)
        }
    }

    /// Writes a burst, and returns the response.
    ///
    /// # Errors
    ///
    /// At the caller's line: it breaks a rule of the protocol, which the error names, or does not fit the bus.
    /// A reset came before the answer, or the manager has ended.
    #[track_caller]
    pub fn write_burst<D: Into<WriteData>>(
        &self,
        burst: Burst,
        data: D,
    ) -> impl Future<Output = Result<WriteAnswer>> + use<D> {
        let data = data.into();
        let refused = self.refuses_write(&burst, &data);
        let shared = self.shared.clone();
        async move {
            if let Some(error) = refused {
                return Err(error);
            }
            shared.ask_write(burst, data).await
        }
    }

    /// Reads a burst, and returns the response.
    ///
    /// # Errors
    ///
    /// As [`write_burst`](Self::write_burst).
    #[track_caller]
    pub fn read_burst(&self, burst: Burst) -> impl Future<Output = Result<ReadAnswer>> + use<> {
        let refused = self.refuses_read(&burst);
        let shared = self.shared.clone();
        async move {
            if let Some(error) = refused {
                return Err(error);
            }
            shared.ask_read(burst).await
        }
    }

    #[track_caller]
    fn refuses_write(&self, burst: &Burst, data: &WriteData) -> Option<Error> {
        let name = self.bus.name();
        let Some(signals) = &self.bus.write else {
            return Some(verifork::error!(
                "AXI4: a write, and `{name}` has no channels for it"
            ));
        };
        let why = refuses(&self.bus, &signals.aw, burst, &rules::AW)
            .or_else(|| refuses_data(&self.bus, burst, data))?;
        Some(verifork::error!("AXI4: a write refused: {why}"))
    }

    #[track_caller]
    fn refuses_read(&self, burst: &Burst) -> Option<Error> {
        let name = self.bus.name();
        let Some(signals) = &self.bus.read else {
            return Some(verifork::error!(
                "AXI4: a read, and `{name}` has no channels for it"
            ));
        };
        let why = refuses(&self.bus, &signals.ar, burst, &rules::AR)?;
        Some(verifork::error!("AXI4: a read refused: {why}"))
    }
}

impl Shared {
    fn ask_write(
        &self,
        burst: Burst,
        data: WriteData,
    ) -> impl Future<Output = Result<WriteAnswer>> + use<> {
        let (answer, receiver) = oneshot();
        let writing = Writing {
            burst,
            data,
            answer,
        };
        self.writes.ask(writing, receiver)
    }

    fn ask_read(&self, burst: Burst) -> impl Future<Output = Result<ReadAnswer>> + use<> {
        let (sender, receiver) = oneshot();
        let reading = Reading {
            burst,
            beat: 0,
            answer: ReadAnswer::default(),
            sender,
        };
        self.reads.ask(reading, receiver)
    }
}

impl std::fmt::Debug for RunningManager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunningManager")
            .field("bus", &self.bus.name())
            .finish_non_exhaustive()
    }
}
