//! The side that sees reads and writes.

use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use verifork::Result;
use verifork::record::{self, Transaction};
use verifork::time::{Precision, SimDuration, SimTime};
use verifork::value::LogicVec;

use super::access::WriteData;
use super::burst::Burst;
use super::rules;
use super::signals::{Bus, Lanes, ReadSignals, WriteSignals, last as last_of, strobes};
use crate::axi_common::Response;
use crate::handshake::Wires;
use crate::lanes::strobes_of;
use crate::parent::{Parent, free_name};
use crate::{Clocked, Publisher, Subscription};

/// The time of what is only expected.
fn never() -> SimTime {
    let precision = Precision::new(-15).expect("a femtosecond is a precision");
    SimTime::new(0, precision)
}

/// A burst of writes that was answered. Two are equal if they do the same, whenever they were.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::axi;
///
/// # async fn example(monitor: axi::RunningMonitor) {
/// let seen = monitor.writes();
/// while let Ok(it) = seen.recv().await {
///     log::info!("{it:?}");
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Write {
    /// What went over AW.
    pub burst: Burst,
    /// What went over W; bytes that are not enabled are 0.
    pub data: WriteData,
    /// BRESP.
    pub response: Response,
    /// BUSER, if there is the signal.
    pub user: Option<LogicVec>,
    /// When its address was transferred.
    pub begun: SimTime,
    /// When the last beat of its data was, which may be earlier.
    pub data_ended: SimTime,
    /// When it was answered.
    pub ended: SimTime,
}

impl Write {
    /// A write that is answered OKAY, as a scoreboard expects it: at no time.
    pub fn new(burst: Burst, data: impl Into<WriteData>) -> Self {
        Write {
            burst,
            data: data.into(),
            response: Response::Okay,
            user: None,
            begun: never(),
            data_ended: never(),
            ended: never(),
        }
    }

    /// From the later of its address and its data to its answer.
    pub fn latency(&self) -> SimDuration {
        self.ended - self.begun.max(self.data_ended)
    }
}

impl PartialEq for Write {
    fn eq(&self, other: &Self) -> bool {
        let what = |it: &Self| (it.response, it.user.clone());
        self.burst == other.burst && self.data == other.data && what(self) == what(other)
    }
}

impl fmt::Debug for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Write")
            .field("burst", &self.burst)
            .field("data", &self.data)
            .field("response", &self.response)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// A burst of reads that was answered. Two are equal if they do the same, whenever they were.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::axi;
///
/// # async fn example(monitor: axi::RunningMonitor) {
/// let seen = monitor.reads();
/// while let Ok(it) = seen.recv().await {
///     log::info!("{it:?}");
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Read {
    /// What went over AR.
    pub burst: Burst,
    /// The bytes of its beats; those of a beat that failed mean nothing.
    pub data: Vec<u8>,
    /// RRESP of each beat.
    pub responses: Vec<Response>,
    /// RUSER of each beat, if there is the signal.
    pub users: Vec<LogicVec>,
    /// When its address was transferred.
    pub begun: SimTime,
    /// When its first beat was.
    pub data_begun: SimTime,
    /// When its last beat was.
    pub ended: SimTime,
}

impl Read {
    /// A read that is answered OKAY, as a scoreboard expects it: at no time.
    pub fn new(burst: Burst, data: impl Into<Vec<u8>>) -> Self {
        Read {
            responses: vec![Response::Okay; burst.beats.into()],
            burst,
            data: data.into(),
            users: Vec::new(),
            begun: never(),
            data_begun: never(),
            ended: never(),
        }
    }

    /// From its address to its first beat.
    pub fn latency(&self) -> SimDuration {
        self.data_begun - self.begun
    }
}

impl PartialEq for Read {
    fn eq(&self, other: &Self) -> bool {
        self.burst == other.burst
            && self.data == other.data
            && self.responses == other.responses
            && self.users == other.users
    }
}

impl fmt::Debug for Read {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Read")
            .field("burst", &self.burst)
            .field("data", &self.data)
            .field("responses", &self.responses)
            .field("users", &self.users)
            .finish_non_exhaustive()
    }
}

/// Sees every burst and drives nothing: a builder, until it is [started](Self::start).
///
/// Each burst is [recorded](verifork::record) from its address to its answer. One that breaks the protocol is
/// the [`Checker`](super::Checker)'s to find: a monitor makes of it what it can.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, axi};
///
/// # fn example(tm: &TaskManager, signals: &axi::Signals, clocked: &Clocked) {
/// let monitor: axi::RunningMonitor = axi::Monitor::new(signals).start(tm, clocked);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a monitor sees something when it is started: add `.start(tm, &clocked)`"]
pub struct Monitor {
    bus: Bus,
}

impl Monitor {
    /// A monitor of [`Signals`](super::Signals), [`WriteSignals`] or [`ReadSignals`].
    pub fn new(signals: impl Into<Bus>) -> Self {
        Monitor {
            bus: signals.into(),
        }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) -> RunningMonitor {
        clocked.check_runs();
        let bus = self.bus;
        bus.check_widths();
        let running = RunningMonitor {
            writes: Publisher::new(),
            reads: Publisher::new(),
        };
        let mut writes = bus.write.map(|signals| Writes {
            bus,
            signals,
            wires: bus.write_wires(&signals, clocked),
            addresses: VecDeque::new(),
            data: VecDeque::new(),
            arriving: Arriving::default(),
            lanes: Lanes::new(bus.bytes()),
            strobe: LogicVec::zeros(0),
            published: running.writes.clone(),
        });
        let mut reads = bus.read.map(|signals| Reads {
            bus,
            signals,
            wires: bus.read_wires(&signals, clocked),
            open: VecDeque::new(),
            lanes: Lanes::new(bus.bytes()),
            published: running.reads.clone(),
        });
        let clocked = *clocked;
        let name = free_name(parent, format!("{} monitor", bus.name()));
        parent.add_background(name, async move {
            loop {
                clocked.edge().await;
                let in_reset = clocked.is_in_reset();
                if let Some(writes) = &mut writes {
                    writes.edge(in_reset)?;
                }
                if let Some(reads) = &mut reads {
                    reads.edge(in_reset)?;
                }
            }
        });
        running
    }
}

fn is_transferred(wires: &Wires) -> Result<bool> {
    Ok(wires.is_valid()? && wires.is_ready()?)
}

fn begin(bus: &Bus, kind: &str, burst: &Burst) -> Transaction {
    let recorded = record::begin(bus.name(), kind);
    if record::is_listened_to() {
        recorded.attribute("address", format_args!("{:#x}", burst.address));
        recorded.attribute("id", burst.id);
        recorded.attribute("beats", burst.beats);
        recorded.attribute("bytes", burst.data_bytes());
    }
    recorded
}

/// The data of a write, of which it need not be known yet where it goes: all lanes of each beat.
struct Arriving {
    bytes: Vec<u8>,
    strobes: Vec<u128>,
    users: Vec<LogicVec>,
    ended: SimTime,
}

impl Default for Arriving {
    fn default() -> Self {
        Arriving {
            bytes: Vec::new(),
            strobes: Vec::new(),
            users: Vec::new(),
            ended: never(),
        }
    }
}

struct Writes {
    bus: Bus,
    signals: WriteSignals,
    wires: [Wires; 3],
    addresses: VecDeque<(Burst, SimTime, Transaction, Option<Arriving>)>,
    /// Whole data whose addresses are not there yet.
    data: VecDeque<Arriving>,
    arriving: Arriving,
    lanes: Lanes,
    strobe: LogicVec,
    published: Publisher<Write>,
}

impl Writes {
    fn edge(&mut self, in_reset: bool) -> Result {
        if in_reset {
            self.addresses.clear();
            self.data.clear();
            self.arriving = Arriving::default();
            return Ok(());
        }
        let [aw, w, b] = self.wires;
        // What is asked for comes first: answers of a design that does not wait a cycle would belong to the accesses
        // after them otherwise.
        if is_transferred(&aw)? {
            let burst = self.signals.aw.sample(&self.bus, &rules::AW)?;
            let recorded = begin(&self.bus, "write", &burst);
            self.addresses
                .push_back((burst, verifork::now(), recorded, None));
        }
        if is_transferred(&w)? {
            self.beat()?;
        }
        let waiting = self.addresses.iter_mut().filter(|it| it.3.is_none());
        for (address, data) in waiting.zip(std::iter::from_fn(|| self.data.pop_front())) {
            address.3 = Some(data);
        }
        if is_transferred(&b)? {
            self.answered()?;
        }
        Ok(())
    }

    fn beat(&mut self) -> Result {
        let (signals, name) = (&self.signals.w, self.bus.name());
        let strobes = strobes(signals.strb, &mut self.strobe, &self.bus)?;
        self.lanes
            .sample(&signals.data, strobes, &rules::WDATA, name)?;
        let arriving = &mut self.arriving;
        let open = self.addresses.iter().find(|it| it.3.is_none());
        if arriving.strobes.is_empty() {
            let beats = open.map_or(16, |it| it.0.beats.into());
            arriving.bytes.reserve(beats * self.bus.bytes());
            arriving.strobes.reserve(beats);
            arriving
                .users
                .reserve(if signals.user.is_some() { beats } else { 0 });
        }
        arriving
            .bytes
            .extend_from_slice(&self.lanes.bytes[..self.bus.bytes()]);
        arriving.strobes.push(strobes);
        if let Some(signal) = signals.user {
            arriving.users.push(signal.get());
        }
        let last = last_of(signals.last, &rules::WLAST, name)?;
        // Without WLAST the address says how many there are.
        let beats = arriving.strobes.len();
        let last = last.unwrap_or(open.is_none_or(|it| usize::from(it.0.beats) == beats));
        if last {
            let mut whole = std::mem::take(arriving);
            whole.ended = verifork::now();
            self.data.push_back(whole);
        }
        Ok(())
    }

    fn answered(&mut self) -> Result {
        let (id, response) = self.signals.b.sample(self.bus.name())?;
        let found = self
            .addresses
            .iter()
            .position(|(burst, _, _, data)| burst.id == id && data.is_some());
        let Some((burst, begun, recorded, Some(arrived))) =
            found.and_then(|at| self.addresses.remove(at))
        else {
            return Ok(());
        };
        if record::is_listened_to() {
            recorded.attribute("response", response);
        }
        recorded.end();
        if !self.published.has_receivers() {
            return Ok(());
        }
        let bus_bytes = self.bus.bytes();
        let mut data = WriteData {
            users: arrived.users,
            ..WriteData::default()
        };
        data.bytes.reserve(burst.data_bytes());
        let beats = arrived.bytes.chunks_exact(bus_bytes).zip(&arrived.strobes);
        for ((bytes, strobes), beat) in beats.zip(0..burst.beats) {
            for lane in burst.lanes(beat, bus_bytes) {
                let enabled = strobes >> lane & 1 == 1;
                data.bytes.push(if enabled { bytes[lane] } else { 0 });
                data.enabled.push(enabled);
            }
        }
        if data.enabled.iter().all(|&enabled| enabled) {
            data.enabled.clear();
        }
        self.published.publish(Write {
            burst,
            data,
            response,
            user: self.signals.b.user.map(|signal| signal.get()),
            begun,
            data_ended: arrived.ended,
            ended: verifork::now(),
        });
        Ok(())
    }
}

struct Reads {
    bus: Bus,
    signals: ReadSignals,
    wires: [Wires; 2],
    open: VecDeque<(Read, Transaction)>,
    lanes: Lanes,
    published: Publisher<Read>,
}

impl Reads {
    fn edge(&mut self, in_reset: bool) -> Result {
        if in_reset {
            self.open.clear();
            return Ok(());
        }
        let [ar, r] = self.wires;
        if is_transferred(&ar)? {
            let burst = self.signals.ar.sample(&self.bus, &rules::AR)?;
            let recorded = begin(&self.bus, "read", &burst);
            let mut read = Read::new(burst, Vec::new());
            read.responses.clear();
            read.data.reserve(read.burst.data_bytes());
            let has_user = self.signals.r.user.is_some();
            let beats = usize::from(read.burst.beats);
            read.users.reserve(if has_user { beats } else { 0 });
            read.begun = verifork::now();
            self.open.push_back((read, recorded));
        }
        if is_transferred(&r)? {
            self.beat()?;
        }
        Ok(())
    }

    fn beat(&mut self) -> Result {
        let (signals, name) = (&self.signals.r, self.bus.name());
        let (id, response) = signals.sample(name)?;
        let found = self.open.iter().position(|(read, _)| read.burst.id == id);
        let Some((at, (read, _))) = found.and_then(|at| Some((at, self.open.get_mut(at)?))) else {
            return Ok(());
        };
        let beat = u16::try_from(read.responses.len()).unwrap_or(u16::MAX);
        let lanes = read.burst.lanes(beat, self.bus.bytes());
        let needed = if response.is_error() {
            0
        } else {
            strobes_of(lanes.clone())
        };
        self.lanes
            .sample(&signals.data, needed, &rules::RDATA, name)?;
        read.data.extend_from_slice(&self.lanes.bytes[lanes]);
        read.responses.push(response);
        if let Some(signal) = signals.user {
            read.users.push(signal.get());
        }
        if beat == 0 {
            read.data_begun = verifork::now();
        }
        if beat + 1 < read.burst.beats {
            return Ok(());
        }
        let Some((mut read, recorded)) = self.open.remove(at) else {
            return Ok(());
        };
        read.ended = verifork::now();
        if record::is_listened_to() {
            let error = read.responses.iter().find(|it| it.is_error());
            recorded.attribute("response", error.copied().unwrap_or(response));
        }
        recorded.end();
        self.published.publish(read);
        Ok(())
    }
}

/// A monitor that runs. A clone is the same monitor.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::axi;
///
/// # async fn example(monitor: axi::RunningMonitor) {
/// let seen = monitor.writes();
/// while let Ok(it) = seen.recv().await {
///     log::info!("{it:?}");
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RunningMonitor {
    writes: Publisher<Write>,
    reads: Publisher<Read>,
}

impl RunningMonitor {
    /// Every burst of writes that is answered from now on.
    #[track_caller]
    pub fn writes(&self) -> Subscription<Write> {
        self.writes.subscribe()
    }

    /// Every burst of reads that ends from now on.
    #[track_caller]
    pub fn reads(&self) -> Subscription<Read> {
        self.reads.subscribe()
    }

    /// Calls a function with every burst of writes that is answered from now on.
    pub fn for_each_write(&self, function: impl Fn(&Rc<Write>) + 'static) {
        self.writes.for_each(function);
    }

    /// Calls a function with every burst of reads that ends from now on.
    pub fn for_each_read(&self, function: impl Fn(&Rc<Read>) + 'static) {
        self.reads.for_each(function);
    }
}
