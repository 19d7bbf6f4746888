//! The side that answers.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use verifork::dut::Signal;
use verifork::value::{Logic, LogicValue, LogicVec};
use verifork::{Result, TestRng};

use super::burst::Burst;
use super::exclusive::ExclusiveMonitor;
use super::rules;
use super::signals::{
    Bus, Lanes, ReadSignals, WriteSignals, drive_user, last as last_of, strobes, unknown,
};
use super::users::{AnsweredRead, AnsweredWrite, ReadUser, WriteUser};
use crate::axi_common::{Answering, Channel, ChannelPauses, Response, answer_all};
use crate::handshake::{Offering, Taking};
use crate::memory::{Fault, Memory};
use crate::parent::{Claim, Parent, free_name, rng_named};
use crate::violation::Violation;
use crate::{Clocked, Pauses};

/// What a subordinate answers from: a [`Memory`], or a testbench's own.
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
#[must_use = "a subordinate answers when it is started: add `.start(tm, &clocked)`"]
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
    /// A subordinate without pauses that answers in order, on [`Signals`](super::Signals), [`WriteSignals`] or
    /// [`ReadSignals`].
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

    /// How many bursts of each direction it takes before it has answered one: any number unless told otherwise.
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

    /// What BUSER is with each answer to a burst of writes: an integer, a [`LogicVec`], or any other
    /// [`LogicValue`]. What does not fit the signal fails the test.
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

    /// What RUSER is with each beat of a read, as [`buser`](Self::buser).
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
        let side = |what: &str| Side {
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
                side: side("writes"),
                signals,
                aw: Taking::new(aw, &self.pauses.of(Channel::Aw)),
                w: Taking::new(w, &self.pauses.of(Channel::W)),
                b: Offering::new(b, &self.pauses.of(Channel::B)),
                open: VecDeque::new(),
                // WUSER is asked for only by who may use it.
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
                side: side("reads"),
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

/// What both directions have.
struct Side<T> {
    bus: Bus,
    target: T,
    order: Order,
    most: usize,
    exclusive: Option<Rc<RefCell<ExclusiveMonitor>>>,
    latency: TestRng,
    choice: TestRng,
    cycle: u64,
}

impl<T: Target> Side<T> {
    /// When a burst that came now may be answered.
    fn due(&mut self) -> u64 {
        self.cycle + u64::from(self.target.latency(&mut self.latency))
    }

    /// Which of the bursts is answered next: one that is due, and the first of its ID.
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

/// Beats of data, of which it need not be known yet where they go.
struct Arrived {
    bus_bytes: usize,
    bytes: VecDeque<u8>,
    beats: VecDeque<(u128, Option<bool>)>,
    lanes: Lanes,
    strobe: LogicVec,
    user: Option<Signal<LogicVec>>,
    /// One for each beat, if there is the signal.
    users: VecDeque<LogicVec>,
}

impl Arrived {
    fn new(bus_bytes: usize, user: Option<Signal<LogicVec>>) -> Self {
        Arrived {
            bus_bytes,
            bytes: VecDeque::new(),
            beats: VecDeque::new(),
            lanes: Lanes::new(bus_bytes),
            strobe: LogicVec::zeros(0),
            user,
            users: VecDeque::new(),
        }
    }

    fn sample(&mut self, bus: &Bus, signals: &WriteSignals) -> Result {
        let (signals, name) = (&signals.w, bus.name());
        let strobes = strobes(signals.strb, &mut self.strobe, bus)?;
        self.lanes
            .sample(&signals.data, strobes, &rules::WDATA, name)?;
        let last = last_of(signals.last, &rules::WLAST, name)?;
        self.bytes.extend(&self.lanes.bytes[..self.bus_bytes]);
        self.beats.push_back((strobes, last));
        if let Some(signal) = self.user {
            let user = signal.get();
            if user.has_unknown() {
                return Err(unknown(&rules::WUSER, name, &signal, &user));
            }
            self.users.push_back(user);
        }
        Ok(())
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.beats.clear();
        self.users.clear();
    }
}

struct OpenWrite {
    burst: Burst,
    due: u64,
    /// The bytes of all lanes of all beats, and the strobes.
    bytes: Vec<u8>,
    strobes: Vec<u128>,
    users: Vec<LogicVec>,
}

struct Writes<T> {
    side: Side<T>,
    signals: WriteSignals,
    aw: Taking,
    w: Taking,
    b: Offering,
    open: VecDeque<OpenWrite>,
    data: Arrived,
    /// The first so many of those that are open have all their data.
    complete: usize,
    user: Option<WriteUser>,
}

impl<T: Target> Answering for Writes<T> {
    fn idle(&mut self) -> Result {
        self.aw.set_ready(false)?;
        self.w.set_ready(false)?;
        Ok(self.b.idle()?)
    }

    fn waits_for(&self) -> &'static str {
        let taking = if self.complete < self.open.len() {
            &self.w
        } else {
            &self.aw
        };
        self.b.waits_for().unwrap_or(taking.waits_for())
    }

    fn forget(&mut self) {
        self.open.clear();
        self.data.clear();
        self.complete = 0;
        if let Some(exclusive) = &self.side.exclusive {
            exclusive.borrow_mut().reset();
        }
    }

    fn edge(&mut self) -> Result {
        self.side.cycle += 1;
        if self.aw.is_given()? {
            let burst = self.signals.aw.sample(&self.side.bus, &rules::AW)?;
            self.open.push_back(OpenWrite {
                bytes: Vec::with_capacity(usize::from(burst.beats) * self.side.bus.bytes()),
                strobes: Vec::with_capacity(usize::from(burst.beats)),
                users: Vec::new(),
                burst,
                due: 0,
            });
        }
        if self.w.is_given()? {
            self.data.sample(&self.side.bus, &self.signals)?;
        }
        self.collect()?;
        self.b.is_taken()?;
        let complete = self.open.iter().take(self.complete);
        let chosen = if self.b.waits_for().is_some() {
            None
        } else {
            let complete = complete.map(|open| (&open.burst, open.due));
            self.side.choose(complete)
        };
        if self.b.may_offer(chosen.is_some())?
            && let Some(write) = chosen.and_then(|at| self.open.remove(at))
        {
            self.complete -= 1;
            let response = self.perform(&write);
            let signals = &self.signals.b;
            if let Some(signal) = signals.resp {
                signal.try_set(response.bits())?;
            }
            if let Some(signal) = signals.id {
                signal.try_set(write.burst.id)?;
            }
            match (&self.user, signals.user) {
                (Some(user), Some(signal)) => {
                    let answered = AnsweredWrite {
                        burst: &write.burst,
                        users: &write.users,
                        response,
                    };
                    user.drive(signal, &answered)?;
                }
                (_, signal) => drive_user(signal, None)?,
            }
            self.b.offered()?;
        }
        self.aw.open_if(self.open.len() < self.side.most)?;
        self.w.open_if(true)?;
        Ok(())
    }
}

impl<T: Target> Writes<T> {
    /// Gives the beats that are there to the bursts that wait for them.
    fn collect(&mut self) -> Result {
        while let Some(write) = self.open.get_mut(self.complete) {
            let Some((strobes, last)) = self.data.beats.pop_front() else {
                return Ok(());
            };
            let beat = u16::try_from(write.strobes.len()).unwrap_or(u16::MAX);
            let allowed = write.burst.strobes(beat, self.side.bus.bytes());
            if strobes & !allowed != 0 {
                let what = format!(
                    "WSTRB is {strobes:#b} with beat {} of {}, which has {allowed:#b}",
                    beat + 1,
                    write.burst.beats
                );
                return Err(self.side.violation("AXI4_ERRM_WSTRB", what));
            }
            let is_last = beat + 1 == write.burst.beats;
            if last.is_some_and(|last| last != is_last) {
                let what = format!(
                    "WLAST is {} with beat {} of {}",
                    u8::from(!is_last),
                    beat + 1,
                    write.burst.beats
                );
                return Err(self.side.violation("AXI4_ERRM_WDATA_NUM", what));
            }
            write
                .bytes
                .extend(self.data.bytes.drain(..self.data.bus_bytes));
            write.strobes.push(strobes);
            write.users.extend(self.data.users.pop_front());
            if is_last {
                let due = self.side.due();
                write.due = due;
                self.complete += 1;
            }
        }
        Ok(())
    }

    /// Writes a burst.
    fn perform(&self, write: &OpenWrite) -> Response {
        let burst = &write.burst;
        let bus_bytes = self.side.bus.bytes();
        let exclusive = self.side.exclusive.as_ref().filter(|_| burst.exclusive);
        if exclusive.is_some_and(|monitor| !monitor.borrow().allows(burst)) {
            return Response::Okay; // which tells that nothing was written
        }
        let mut response = Response::Okay;
        let beats = write.bytes.chunks_exact(bus_bytes).zip(&write.strobes);
        for ((bytes, strobes), beat) in beats.zip(0..) {
            let lanes = burst.lanes(beat, bus_bytes);
            let strobes = strobes >> lanes.start;
            let address = burst.address_of(beat);
            let outcome = self.side.target.write(address, &bytes[lanes], strobes);
            if response == Response::Okay {
                response = outcome.into();
            }
        }
        if let Some(monitor) = &self.side.exclusive {
            monitor.borrow_mut().written(&burst.range());
        }
        match response {
            Response::Okay if exclusive.is_some() => Response::ExOkay,
            response => response,
        }
    }
}

struct OpenRead {
    burst: Burst,
    due: u64,
    beat: u16,
}

struct Reads<T> {
    side: Side<T>,
    signals: ReadSignals,
    ar: Taking,
    r: Offering,
    open: VecDeque<OpenRead>,
    lanes: Lanes,
    user: Option<ReadUser>,
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
        self.open.clear();
    }

    fn edge(&mut self) -> Result {
        self.side.cycle += 1;
        if self.ar.is_given()? {
            let burst = self.signals.ar.sample(&self.side.bus, &rules::AR)?;
            let due = self.side.due();
            let beat = 0;
            self.open.push_back(OpenRead { burst, due, beat });
        }
        self.r.is_taken()?;
        let chosen = if self.r.waits_for().is_some() {
            None
        } else {
            self.next()
        };
        if self.r.may_offer(chosen.is_some())?
            && let Some(at) = chosen
        {
            self.drive_beat(at)?;
            self.r.offered()?;
        }
        self.ar.open_if(self.open.len() < self.side.most)?;
        Ok(())
    }
}

impl<T: Target> Reads<T> {
    fn next(&mut self) -> Option<usize> {
        let begun = self.open.iter().position(|open| open.beat > 0);
        match begun {
            Some(at) if self.side.order != Order::Interleaved => Some(at),
            _ => {
                let open = self.open.iter().map(|open| (&open.burst, open.due));
                self.side.choose(open)
            }
        }
    }

    fn drive_beat(&mut self, at: usize) -> Result {
        let OpenRead { burst, beat, .. } = &mut self.open[at];
        let lanes = burst.lanes(*beat, self.side.bus.bytes());
        let mut bytes = [0; 128];
        let bytes = &mut bytes[..lanes.len()];
        let outcome = self.side.target.read(burst.address_of(*beat), bytes);
        let mut response = Response::from(outcome);
        let exclusive = self.side.exclusive.as_ref().filter(|_| burst.exclusive);
        if let Some(monitor) = exclusive
            && response == Response::Okay
        {
            response = Response::ExOkay;
            if *beat == 0 {
                monitor.borrow_mut().read(burst);
            }
        }
        *beat += 1;
        let is_last = *beat == burst.beats;
        let signals = &self.signals.r;
        self.lanes.drive(&signals.data, lanes, bytes)?;
        if let Some(signal) = signals.resp {
            signal.try_set(response.bits())?;
        }
        if let Some(signal) = signals.id {
            signal.try_set(burst.id)?;
        }
        if let Some(signal) = signals.last {
            signal.try_set(Logic::from(is_last))?;
        }
        match (&self.user, signals.user) {
            (Some(user), Some(signal)) => {
                let answered = AnsweredRead {
                    burst,
                    beat: *beat - 1,
                    response,
                };
                user.drive(signal, &answered)?;
            }
            (_, signal) => drive_user(signal, None)?,
        }
        if is_last {
            self.open.remove(at);
        }
        Ok(())
    }
}
