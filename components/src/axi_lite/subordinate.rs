//! The direction that answers.

use std::collections::VecDeque;

use verifork::{Result, TestRng};

use super::signals::Signals;
use crate::axi_common::{Answering, Channel, ChannelPauses, Response, answer_all};
use crate::handshake::{Offering, Taking};
use crate::memory::{Fault, Memory};
use crate::parent::{Claim, Parent, free_name, rng_named};
use crate::{Clocked, Pauses};

/// The storage or logic behind a subordinate: a [`Memory`], or registers of the testbench.
///
/// ```
/// use std::cell::Cell;
/// use verifork_components::axi_lite::Target;
/// use verifork_components::memory::Fault;
///
/// /// One register at address 0, which counts its reads.
/// #[derive(Default)]
/// struct Counter(Cell<u32>);
///
/// impl Target for Counter {
///     fn read(&self, address: u64, into: &mut [u8]) -> Result<(), Fault> {
///         if address != 0 {
///             return Err(Fault::Decode); // DECERR
///         }
///         self.0.set(self.0.get() + 1);
///         let word = self.0.get().to_le_bytes();
///         into.copy_from_slice(&word[..into.len()]);
///         Ok(())
///     }
///
///     fn write(&self, _: u64, _: &[u8], _: u8) -> Result<(), Fault> {
///         self.0.set(0);
///         Ok(())
///     }
/// }
/// ```
pub trait Target {
    /// Reads the bytes from an address on.
    ///
    /// # Errors
    ///
    /// How the access fails.
    fn read(&self, address: u64, into: &mut [u8]) -> Result<(), Fault>;

    /// Writes those bytes from an address on whose bit in `strobe` is 1.
    ///
    /// # Errors
    ///
    /// How the access fails.
    fn write(&self, address: u64, bytes: &[u8], strobe: u8) -> Result<(), Fault>;

    /// The response to an access of this size, if it can be told before the data of a write arrives; the default is
    /// `None`. It is called by buses that respond to a write in the cycle of its data; with `None` they wait.
    fn would_answer(&self, address: u64, bytes: usize, write: bool) -> Option<Result<(), Fault>> {
        let _ = (address, bytes, write);
        None
    }

    /// For how many cycles the answer to an access is held back.
    fn latency(&self, rng: &mut TestRng) -> u32 {
        let _ = rng;
        0
    }
}

impl Target for Memory {
    fn read(&self, address: u64, into: &mut [u8]) -> Result<(), Fault> {
        self.bus_read(address, into)
    }

    fn write(&self, address: u64, bytes: &[u8], strobe: u8) -> Result<(), Fault> {
        self.bus_write(address, bytes, |index| strobe >> index & 1 == 1)
    }

    fn would_answer(&self, address: u64, bytes: usize, write: bool) -> Option<Result<(), Fault>> {
        Some(self.allows(address, bytes, |_| true, !write))
    }

    fn latency(&self, rng: &mut TestRng) -> u32 {
        self.draw_latency(rng)
    }
}

/// Answers reads and writes: a builder, until it is [started](Self::start).
///
/// A word is at its address rounded down to the bytes of the data.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, axi_lite, memory::Memory};
///
/// # fn example(tm: &TaskManager, signals: &axi_lite::Signals, clocked: &Clocked) {
/// let memory = Memory::sparse(); // what the manager writes, the test sees
/// axi_lite::Subordinate::new(signals, &memory).start(tm, clocked);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a subordinate does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Subordinate<T> {
    signals: Signals,
    target: T,
    pauses: ChannelPauses,
}

impl<T: Target + Clone + 'static> Subordinate<T> {
    /// A subordinate without pauses.
    pub fn new(signals: &Signals, target: &T) -> Self {
        Subordinate {
            signals: *signals,
            target: target.clone(),
            pauses: ChannelPauses::default(),
        }
    }

    /// Pauses on all channels, each with its own random numbers.
    pub fn pauses(self, pauses: &Pauses) -> Self {
        let pauses = ChannelPauses::all(pauses);
        Subordinate { pauses, ..self }
    }

    /// Pauses on one channel.
    pub fn pauses_on(mut self, channel: Channel, pauses: &Pauses) -> Self {
        self.pauses.set(channel, pauses);
        self
    }

    /// Starts it, as background children of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol, or another subordinate drives the bus.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) {
        clocked.check_runs();
        let signals = self.signals;
        signals.check_widths();
        let bus = signals.bus();
        let clocked = *clocked;
        let taking =
            |channel| Taking::new(signals.wires(channel, &clocked), &self.pauses.of(channel));
        let offering =
            |channel| Offering::new(signals.wires(channel, &clocked), &self.pauses.of(channel));
        let direction = |what: &str| Direction {
            signals,
            target: self.target.clone(),
            latency: rng_named(&format!("latency of {what} of {bus}")),
            cycle: 0,
        };

        let claim = Claim::new(signals.awready.path(), "subordinate");
        let writes = Writes {
            direction: direction("writes"),
            aw: taking(Channel::Aw),
            w: taking(Channel::W),
            b: offering(Channel::B),
            addresses: VecDeque::new(),
            data: VecDeque::new(),
            whole: VecDeque::new(),
        };
        let name = free_name(parent, format!("{bus} subordinate writes"));
        parent.add_background(name, async move {
            let _claim = claim;
            answer_all(writes, clocked).await
        });

        let claim = Claim::new(signals.arready.path(), "subordinate");
        let reads = Reads {
            direction: direction("reads"),
            ar: taking(Channel::Ar),
            r: offering(Channel::R),
            addresses: VecDeque::new(),
        };
        let name = free_name(parent, format!("{bus} subordinate reads"));
        parent.add_background(name, async move {
            let _claim = claim;
            answer_all(reads, clocked).await
        });
    }
}

/// The common part of both directions.
struct Direction<T> {
    signals: Signals,
    target: T,
    latency: TestRng,
    cycle: u64,
}

impl<T: Target> Direction<T> {
    /// The cycle from which a request that arrives now may be answered.
    fn due(&mut self) -> u64 {
        self.cycle + u64::from(self.target.latency(&mut self.latency))
    }

    /// A word is at its address rounded down.
    fn word(&self, address: u64) -> u64 {
        address - address % self.signals.bytes() as u64
    }
}

struct Writes<T> {
    direction: Direction<T>,
    aw: Taking,
    w: Taking,
    b: Offering,
    /// Those without data, and data without an address.
    addresses: VecDeque<u64>,
    data: VecDeque<(u64, u8)>,
    /// Address, data, strobes, and when they may be answered.
    whole: VecDeque<(u64, u64, u8, u64)>,
}

impl<T: Target> Answering for Writes<T> {
    fn idle(&mut self) -> Result {
        self.aw.set_ready(false)?;
        self.w.set_ready(false)?;
        Ok(self.b.idle()?)
    }

    fn waits_for(&self) -> &'static str {
        let taking = if self.addresses.is_empty() {
            &self.aw
        } else {
            &self.w
        };
        self.b.waits_for().unwrap_or(taking.waits_for())
    }

    fn forget(&mut self) {
        self.addresses.clear();
        self.data.clear();
        self.whole.clear();
    }

    fn edge(&mut self) -> Result {
        self.direction.cycle += 1;
        let signals = self.direction.signals;
        if self.aw.is_given()? {
            self.addresses.push_back(signals.address(Channel::Aw)?);
        }
        if self.w.is_given()? {
            self.data.push_back(signals.written()?);
        }
        if !self.addresses.is_empty()
            && let Some((data, strobe)) = self.data.pop_front()
            && let Some(address) = self.addresses.pop_front()
        {
            let due = self.direction.due();
            self.whole.push_back((address, data, strobe, due));
        }
        self.b.is_taken()?;
        let is_due = |&(.., due): &(u64, u64, u8, u64)| due <= self.direction.cycle;
        if self.b.may_offer(self.whole.front().is_some_and(is_due))?
            && let Some((address, data, strobe, _)) = self.whole.pop_front()
        {
            let bytes = &data.to_le_bytes()[..signals.bytes()];
            let word = self.direction.word(address);
            let response = Response::from(self.direction.target.write(word, bytes, strobe));
            if let Some(signal) = signals.bresp {
                signal.try_set(response.bits())?;
            }
            self.b.offered()?;
        }
        self.aw.open_if(true)?;
        self.w.open_if(true)?;
        Ok(())
    }
}

struct Reads<T> {
    direction: Direction<T>,
    ar: Taking,
    r: Offering,
    /// And when they may be answered.
    addresses: VecDeque<(u64, u64)>,
}

impl<T: Target> Answering for Reads<T> {
    fn idle(&mut self) -> Result {
        self.ar.set_ready(false)?;
        Ok(self.r.idle()?)
    }

    fn waits_for(&self) -> &'static str {
        self.r.waits_for().unwrap_or(self.ar.waits_for())
    }

    fn forget(&mut self) {
        self.addresses.clear();
    }

    fn edge(&mut self) -> Result {
        self.direction.cycle += 1;
        let signals = self.direction.signals;
        if self.ar.is_given()? {
            let due = self.direction.due();
            self.addresses
                .push_back((signals.address(Channel::Ar)?, due));
        }
        self.r.is_taken()?;
        let is_due = |&(_, due): &(u64, u64)| due <= self.direction.cycle;
        if self
            .r
            .may_offer(self.addresses.front().is_some_and(is_due))?
            && let Some((address, _)) = self.addresses.pop_front()
        {
            let mut word_read = [0; 8];
            let bytes = &mut word_read[..signals.bytes()];
            let outcome = self
                .direction
                .target
                .read(self.direction.word(address), bytes);
            if let Some(signal) = signals.rresp {
                signal.try_set(Response::from(outcome).bits())?;
            }
            signals.rdata.try_set(u64::from_le_bytes(word_read))?;
            self.r.offered()?;
        }
        self.ar.open_if(true)?;
        Ok(())
    }
}
