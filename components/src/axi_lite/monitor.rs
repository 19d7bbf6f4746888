//! The side that sees reads and writes.

use std::collections::VecDeque;
use std::rc::Rc;

use verifork::record::{self, Transaction};
use verifork::time::SimTime;

use super::signals::Signals;
use crate::axi_common::{Channel, Response};
use crate::parent::{Parent, free_name};
use crate::{Clocked, Publisher, Subscription};

/// A write that was answered.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::axi_lite;
///
/// # async fn example(monitor: axi_lite::RunningMonitor) {
/// let seen = monitor.writes();
/// while let Ok(it) = seen.recv().await {
///     log::info!("{it:?}");
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// Its address.
    pub address: u64,
    /// Its data; 0 for bytes without a strobe.
    pub data: u64,
    /// The bytes that are written.
    pub strobe: u8,
    /// The answer.
    pub response: Response,
    /// When its address was transferred.
    pub begun: SimTime,
    /// The time of the response.
    pub ended: SimTime,
}

/// A read that was answered.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::axi_lite;
///
/// # async fn example(monitor: axi_lite::RunningMonitor) {
/// let seen = monitor.reads();
/// while let Ok(it) = seen.recv().await {
///     log::info!("{it:?}");
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// Its address.
    pub address: u64,
    /// Its data; it means nothing unless the answer is OKAY.
    pub data: u64,
    /// The answer.
    pub response: Response,
    /// When its address was transferred.
    pub begun: SimTime,
    /// When it was answered.
    pub ended: SimTime,
}

/// Sees every access and drives nothing: a builder, until it is [started](Self::start).
///
/// Each access is [recorded](verifork::record) from its address to its answer.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, axi_lite};
///
/// # fn example(tm: &TaskManager, signals: &axi_lite::Signals, clocked: &Clocked) {
/// let monitor: axi_lite::RunningMonitor = axi_lite::Monitor::new(signals).start(tm, clocked);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a monitor does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Monitor {
    signals: Signals,
}

#[derive(Default)]
struct UnderWay {
    addresses: VecDeque<(u64, SimTime, Transaction)>,
    data: VecDeque<(u64, u8)>,
    reads: VecDeque<(u64, SimTime, Transaction)>,
}

impl Monitor {
    /// A monitor.
    pub fn new(signals: &Signals) -> Self {
        Monitor { signals: *signals }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) -> RunningMonitor {
        clocked.check_runs();
        let signals = self.signals;
        signals.check_widths();
        let bus = signals.bus();
        let running = RunningMonitor {
            bytes: signals.bytes(),
            writes: Publisher::new(),
            reads: Publisher::new(),
        };
        let (writes, reads) = (running.writes.clone(), running.reads.clone());
        let wires = |channel| signals.wires(channel, clocked);
        let (aw, w, b) = (wires(Channel::Aw), wires(Channel::W), wires(Channel::B));
        let (ar, r) = (wires(Channel::Ar), wires(Channel::R));
        let name = free_name(parent, format!("{bus} monitor"));
        parent.add_background(name, async move {
            let mut open = UnderWay::default();
            loop {
                if aw.edge().await {
                    open = UnderWay::default();
                    continue;
                }
                let now = verifork::now();
                let begin = |kind, address| {
                    let recorded = record::begin(bus, kind);
                    recorded.attribute("address", format_args!("{address:#x}"));
                    (address, now, recorded)
                };
                // Requests come first. Otherwise responses of a design that does not wait a cycle would belong to
                // later accesses.
                if aw.is_valid()? && aw.is_ready()? {
                    open.addresses
                        .push_back(begin("write", signals.address(Channel::Aw)?));
                }
                if w.is_valid()? && w.is_ready()? {
                    open.data.push_back(signals.written()?);
                }
                if ar.is_valid()? && ar.is_ready()? {
                    open.reads
                        .push_back(begin("read", signals.address(Channel::Ar)?));
                }
                if b.is_valid()? && b.is_ready()? {
                    let response = signals.write_response()?;
                    let whole = !open.addresses.is_empty() && !open.data.is_empty();
                    if whole
                        && let Some((address, begun, recorded)) = open.addresses.pop_front()
                        && let Some((data, strobe)) = open.data.pop_front()
                    {
                        recorded.attribute("data", format_args!("{data:#x}"));
                        recorded.attribute("response", response);
                        recorded.end();
                        writes.publish(Write {
                            address,
                            data,
                            strobe,
                            response,
                            begun,
                            ended: now,
                        });
                    }
                }
                if r.is_valid()? && r.is_ready()? {
                    let (response, data) = signals.read_response()?;
                    if let Some((address, begun, recorded)) = open.reads.pop_front() {
                        recorded.attribute("data", format_args!("{data:#x}"));
                        recorded.attribute("response", response);
                        recorded.end();
                        reads.publish(Read {
                            address,
                            data,
                            response,
                            begun,
                            ended: now,
                        });
                    }
                }
            }
        });
        running
    }
}

/// A monitor that runs. A clone is the same monitor.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::axi_lite;
///
/// # async fn example(monitor: axi_lite::RunningMonitor) {
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
    /// The read word.
    bytes: usize,
}

impl RunningMonitor {
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Every write that is answered from now on.
    #[track_caller]
    pub fn writes(&self) -> Subscription<Write> {
        self.writes.subscribe()
    }

    /// Every read that is answered from now on.
    #[track_caller]
    pub fn reads(&self) -> Subscription<Read> {
        self.reads.subscribe()
    }

    /// Calls a function with every write that is answered from now on.
    pub fn for_each_write(&self, function: impl Fn(&Rc<Write>) + 'static) {
        self.writes.for_each(function);
    }

    /// Calls a function with every read that is answered from now on.
    pub fn for_each_read(&self, function: impl Fn(&Rc<Read>) + 'static) {
        self.reads.for_each(function);
    }
}
