//! The side that sees reads and writes.

mod reads;
mod writes;

use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use verifork::Result;
use verifork::record::{self, Transaction};
use verifork::time::{Precision, SimDuration, SimTime};
use verifork::value::LogicVec;

use super::access::WriteData;
use super::burst::Burst;
use super::bus::Bus;
use super::data::Lanes;
use crate::axi_common::Response;
use crate::handshake::Wires;
use crate::parent::{Parent, free_name};
use crate::{Clocked, Publisher, Subscription};
use reads::Reads;
use writes::{Arriving, Writes};

/// The time in an expected transaction, which is not compared.
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
    /// The burst on AW.
    pub burst: Burst,
    /// The data on W; bytes that are not enabled are 0.
    pub data: WriteData,
    /// BRESP.
    pub response: Response,
    /// BUSER, if the bus has it.
    pub user: Option<LogicVec>,
    /// When its address was transferred.
    pub begun: SimTime,
    /// When the last beat of its data was, which may be earlier.
    pub data_ended: SimTime,
    /// The time of the response.
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
    /// The burst on AR.
    pub burst: Burst,
    /// The bytes of its beats; those of a beat that failed mean nothing.
    pub data: Vec<u8>,
    /// RRESP of each beat.
    pub responses: Vec<Response>,
    /// RUSER of each beat, if the bus has it.
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
/// Each burst is [recorded](verifork::record) from its address to its answer. One that breaks the protocol is for
/// the [`Checker`](super::Checker) to find: a monitor interprets them as far as it can.
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
#[must_use = "a monitor does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Monitor {
    bus: Bus,
}

impl Monitor {
    /// A monitor of [`Signals`](super::Signals), [`WriteSignals`](super::WriteSignals) or [`ReadSignals`](super::ReadSignals).
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
