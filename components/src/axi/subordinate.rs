//! The direction that answers.

mod reads;
mod writes;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use verifork::value::LogicValue;
use verifork::{Result, TestRng};

use super::burst::Burst;
use super::bus::Bus;
use super::data::Lanes;
use super::exclusive::ExclusiveMonitor;
use super::users::{AnsweredRead, AnsweredWrite, ReadUser, WriteUser};
use crate::axi_common::{Channel, ChannelPauses, answer_all};
use crate::handshake::{Offering, Taking};
use crate::memory::{Fault, Memory};
use crate::parent::{Claim, Parent, free_name, rng_named};
use crate::violation::Violation;
use crate::{Clocked, Pauses};
use reads::Reads;
use writes::{Arrived, Writes};

/// The storage or logic behind a subordinate: a [`Memory`], or a type of the testbench.
///
/// ```
/// use verifork_components::axi::Target;
/// use verifork_components::memory::Fault;
///
/// /// Reads as its own address, and refuses writes.
/// struct Ramp;
///
/// impl Target for Ramp {
///     fn read(&self, address: u64, into: &mut [u8]) -> Result<(), Fault> {
///         for (byte, address) in into.iter_mut().zip(address..) {
///             *byte = address.to_le_bytes()[0];
///         }
///         Ok(())
///     }
///
///     fn write(&self, _: u64, _: &[u8], _: u128) -> Result<(), Fault> {
///         Err(Fault::Slave) // SLVERR
///     }
/// }
/// ```
pub trait Target {
    /// Reads the bytes of a beat, from an address on.
    ///
    /// # Errors
    ///
    /// How the beat fails.
    fn read(&self, address: u64, into: &mut [u8]) -> Result<(), Fault>;

    /// Writes those bytes of a beat, from an address on, whose bit in `strobe` is 1.
    ///
    /// # Errors
    ///
    /// How the burst fails.
    fn write(&self, address: u64, bytes: &[u8], strobe: u128) -> Result<(), Fault>;

    /// For how many cycles the answer to a burst is held back at least.
    fn latency(&self, rng: &mut TestRng) -> u32 {
        let _ = rng;
        0
    }
}

impl Target for Memory {
    fn read(&self, address: u64, into: &mut [u8]) -> Result<(), Fault> {
        self.bus_read(address, into)
    }

    fn write(&self, address: u64, bytes: &[u8], strobe: u128) -> Result<(), Fault> {
        self.bus_write(address, bytes, |index| strobe >> index & 1 == 1)
    }

    fn latency(&self, rng: &mut TestRng) -> u32 {
        self.draw_latency(rng)
    }
}

/// In which order bursts are answered; those of one ID always in their own.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::axi::{Order, Subordinate};
/// use verifork_components::memory::Memory;
/// # fn example(tm: &TaskManager, clocked: &verifork_components::Clocked, bus: &verifork_components::axi::Signals) -> Result {
/// Subordinate::new(bus, &Memory::sparse()).order(Order::Interleaved).start(tm, clocked);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As they came.
    #[default]
    AsAsked,
    /// In any order between IDs, by the test's random numbers.
    BetweenIds,
    /// And beats of reads of several IDs are mixed.
    Interleaved,
}

/// Answers bursts: a builder, until it is [started](Self::start).
///
/// A burst is written as a whole, when its answer is given; an exclusive one only if it is answered EXOKAY. BUSER
/// and RUSER are 0 unless [`buser`](Self::buser) and [`ruser`](Self::ruser) say otherwise.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, axi, memory::Memory};
///
/// # fn example(tm: &TaskManager, signals: &axi::Signals, clocked: &Clocked) {
/// let memory = Memory::sparse(); // what the manager writes, the test sees
/// axi::Subordinate::new(signals, &memory).start(tm, clocked);
/// # }
/// ```
#[must_use = "a subordinate does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Subordinate<T> {
    bus: Bus,
    target: T,
    pauses: ChannelPauses,
    order: Order,
    most: usize,
    exclusive: bool,
    buser: Option<WriteUser>,
    ruser: Option<ReadUser>,
}

impl<T> fmt::Debug for Subordinate<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subordinate")
            .field("bus", &self.bus.name())
            .field("order", &self.order)
            .finish_non_exhaustive()
    }
}

impl<T: Target + Clone + 'static> Subordinate<T> {
    /// A subordinate without pauses that answers in order, on [`Signals`](super::Signals), [`WriteSignals`](super::WriteSignals) or
    /// [`ReadSignals`](super::ReadSignals).
    pub fn new(signals: impl Into<Bus>, target: &T) -> Self {
        Subordinate {
            bus: signals.into(),
            target: target.clone(),
            pauses: ChannelPauses::default(),
            order: Order::default(),
            most: usize::MAX,
            exclusive: true,
            buser: None,
            ruser: None,
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

    /// In which order it answers.
    pub fn order(self, order: Order) -> Self {
        Subordinate { order, ..self }
    }

    /// Limits the number of bursts in each direction that it accepts before it has answered one. By default there
    /// is no limit.
    ///
    /// # Panics
    ///
    /// At the caller's line: for 0.
    #[track_caller]
    pub fn outstanding(self, most: usize) -> Self {
        assert!(
            most > 0,
            "AXI4: a subordinate that takes 0 bursts answers nothing"
        );
        Subordinate { most, ..self }
    }

    /// Answers exclusive accesses as others: OKAY.
    pub fn without_exclusive(self) -> Self {
        Subordinate {
            exclusive: false,
            ..self
        }
    }

    /// Sets BUSER of each response to a write: a function that returns an integer, a [`LogicVec`](verifork::value::LogicVec), or any other
    /// [`LogicValue`]. A value that does not fit the signal fails the test.
    ///
    /// ```no_run
    /// # use verifork_components::{Clocked, Parent, axi, memory::Memory};
    /// # fn example(bus: &axi::Signals, memory: &Memory, tm: &impl Parent, clocked: &Clocked) {
    /// // What came with the address goes back, and a read has the number of the beat.
    /// axi::Subordinate::new(bus, memory)
    ///     .buser(|write| write.burst.user.clone().expect("there is an AWUSER"))
    ///     .ruser(|read| read.beat)
    ///     .start(tm, clocked);
    /// # }
    /// ```
    #[track_caller]
    pub fn buser<V: LogicValue>(self, user: impl Fn(&AnsweredWrite<'_>) -> V + 'static) -> Self {
        let buser = Some(WriteUser::new(user));
        Subordinate { buser, ..self }
    }

    /// Sets RUSER of each beat of a read, like [`buser`](Self::buser).
    #[track_caller]
    pub fn ruser<V: LogicValue>(self, user: impl Fn(&AnsweredRead<'_>) -> V + 'static) -> Self {
        let ruser = Some(ReadUser::new(user));
        Subordinate { ruser, ..self }
    }

    /// Starts it, as background children of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol, another subordinate drives the bus, or there is a
    /// function for BUSER or RUSER and no such signal.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) {
        clocked.check_runs();
        let clocked = *clocked;
        let bus = self.bus;
        bus.check_widths();
        if let Some(user) = &self.buser {
            user.check_is_there("BUSER", &bus, bus.write.and_then(|it| it.b.user));
        }
        if let Some(user) = &self.ruser {
            user.check_is_there("RUSER", &bus, bus.read.and_then(|it| it.r.user));
        }
        let name = bus.name();
        let exclusive: Option<Rc<RefCell<ExclusiveMonitor>>> = self
            .exclusive
            .then(Rc::<RefCell<ExclusiveMonitor>>::default);
        let direction = |what: &str| Direction {
            bus,
            target: self.target.clone(),
            order: self.order,
            most: self.most,
            exclusive: exclusive.clone(),
            latency: rng_named(&format!("latency of {what} of {name}")),
            choice: rng_named(&format!("order of {what} of {name}")),
            cycle: 0,
        };
        if let Some(signals) = bus.write {
            let claim = Claim::new(signals.aw.ready.path(), "subordinate");
            let [aw, w, b] = bus.write_wires(&signals, &clocked);
            let writes = Writes {
                direction: direction("writes"),
                signals,
                aw: Taking::new(aw, &self.pauses.of(Channel::Aw)),
                w: Taking::new(w, &self.pauses.of(Channel::W)),
                b: Offering::new(b, &self.pauses.of(Channel::B)),
                open: VecDeque::new(),
                // WUSER is sampled only if a function may use it.
                data: Arrived::new(bus.bytes(), signals.w.user.filter(|_| self.buser.is_some())),
                complete: 0,
                user: self.buser,
            };
            let name = free_name(parent, format!("{name} subordinate writes"));
            parent.add_background(name, async move {
                let _claim = claim;
                answer_all(writes, clocked).await
            });
        }
        if let Some(signals) = bus.read {
            let claim = Claim::new(signals.ar.ready.path(), "subordinate");
            let [ar, r] = bus.read_wires(&signals, &clocked);
            let reads = Reads {
                direction: direction("reads"),
                signals,
                ar: Taking::new(ar, &self.pauses.of(Channel::Ar)),
                r: Offering::new(r, &self.pauses.of(Channel::R)),
                open: VecDeque::new(),
                lanes: Lanes::new(bus.bytes()),
                user: self.ruser,
            };
            let name = free_name(parent, format!("{name} subordinate reads"));
            parent.add_background(name, async move {
                let _claim = claim;
                answer_all(reads, clocked).await
            });
        }
    }
}

/// The common part of both directions.
struct Direction<T> {
    bus: Bus,
    target: T,
    order: Order,
    most: usize,
    exclusive: Option<Rc<RefCell<ExclusiveMonitor>>>,
    latency: TestRng,
    choice: TestRng,
    cycle: u64,
}

impl<T: Target> Direction<T> {
    /// The cycle from which a burst that arrives now may be answered.
    fn due(&mut self) -> u64 {
        self.cycle + u64::from(self.target.latency(&mut self.latency))
    }

    /// Chooses the burst to answer next: one that is due, and the first of its ID.
    fn choose<'a>(
        &mut self,
        open: impl Iterator<Item = (&'a Burst, u64)> + Clone,
    ) -> Option<usize> {
        let (order, cycle) = (self.order, self.cycle);
        let is_first = |at: usize, id: u32| !open.clone().take(at).any(|(other, _)| other.id == id);
        let eligible = open
            .clone()
            .enumerate()
            .take(if order == Order::AsAsked {
                1
            } else {
                usize::MAX
            })
            .filter(|&(at, (burst, due))| due <= cycle && is_first(at, burst.id))
            .map(|(at, _)| at);
        match (order, eligible.clone().count()) {
            (_, 0) => None,
            (Order::AsAsked, _) | (_, 1) => eligible.clone().next(),
            (_, count) => eligible.clone().nth(self.choice.random_range(0..count)),
        }
    }

    fn violation(&self, rule: &'static str, what: String) -> verifork::Error {
        Violation::new(rule, self.bus.name(), what).now().into()
    }
}
