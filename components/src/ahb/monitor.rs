//! The side that sees transfers.

use std::rc::Rc;

use verifork::time::SimTime;
use verifork::{Result, record};

use super::signals::Signals;
use super::transfer::{Burst, NONSEQ, Phase};
use super::word::Word;
use crate::known::Known;
use crate::parent::{Parent, free_name};
use crate::{Clocked, Publisher, Subscription};

/// A transfer that has ended.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::ahb;
///
/// # async fn example(monitor: ahb::RunningMonitor) {
/// let seen = monitor.transfers();
/// while let Ok(it) = seen.recv().await {
///     log::info!("{it:?}");
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// In bytes.
    pub address: u64,
    /// How many bytes it has.
    pub bytes: u32,
    /// How many bytes the data of the bus has.
    pub bytes_of_data: u32,
    /// The written data, in the lowest bits; `None` for a read.
    pub write: Option<Word>,
    /// The read data, in the lowest bits; 0 for a write or an error.
    pub read: Word,
    /// Whether it has ended with an error.
    pub error: bool,
    /// Its burst.
    pub burst: Burst,
    /// Whether it is the first of its burst.
    pub is_first: bool,
    /// The edge at the end of its address phase.
    pub begun: SimTime,
    /// The edge at the end of its data phase.
    pub ended: SimTime,
}

/// Sees every transfer and drives nothing: a builder, until it is [started](Self::start).
///
/// Each transfer is [recorded](verifork::record).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, ahb};
///
/// # fn example(tm: &TaskManager, signals: &ahb::Signals, clocked: &Clocked) {
/// let monitor: ahb::RunningMonitor = ahb::Monitor::new(signals).start(tm, clocked);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a monitor does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Monitor {
    signals: Signals,
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
        let (signals, clocked) = (self.signals, *clocked);
        signals.check_widths();
        let transfers = Publisher::new();
        let publisher = transfers.clone();
        let name = free_name(parent, format!("{} monitor", signals.bus()));
        parent.add_background(name, async move {
            let mut data = None;
            loop {
                clocked.edge().await;
                if clocked.is_in_reset() {
                    data = None;
                } else if signals.bit(&signals.hready, "AHB_ERRS_HREADY_X", "HREADY")? {
                    if let Some((phase, begun)) = data.take() {
                        publisher.publish(ended(&signals, &phase, begun)?);
                    }
                    let kind = signals.transfer_kind()?;
                    if kind >= NONSEQ {
                        data = Some((signals.phase(kind)?, verifork::now()));
                    }
                }
            }
        });
        RunningMonitor { transfers }
    }
}

fn ended(signals: &Signals, phase: &Phase, begun: SimTime) -> Result<Transfer> {
    let error = signals.is_error()?;
    let write = if phase.writes {
        Some(signals.written(phase)?)
    } else {
        None
    };
    let read = if phase.writes || error {
        Word::default()
    } else {
        signals.read(phase)?
    };
    let kind = if phase.writes { "write" } else { "read" };
    let recorded = record::begin_at(signals.bus(), kind, begun);
    recorded.attribute("address", format_args!("{:#x}", phase.address));
    recorded.attribute("data", write.as_ref().unwrap_or(&read));
    recorded.attribute("error", error);
    recorded.end();
    Ok(Transfer {
        address: phase.address,
        bytes: phase.bytes,
        bytes_of_data: signals.hwdata.width() / 8,
        write,
        read,
        error,
        burst: phase.burst,
        is_first: phase.is_first,
        begun,
        ended: verifork::now(),
    })
}

/// A monitor that runs. A clone is the same monitor.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::ahb;
///
/// # async fn example(monitor: ahb::RunningMonitor) {
/// let seen = monitor.transfers();
/// while let Ok(it) = seen.recv().await {
///     log::info!("{it:?}");
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RunningMonitor {
    transfers: Publisher<Transfer>,
}

impl RunningMonitor {
    /// Every transfer that ends from now on.
    #[track_caller]
    pub fn transfers(&self) -> Subscription<Transfer> {
        self.transfers.subscribe()
    }

    /// Calls a function with every transfer that ends from now on.
    pub fn for_each(&self, function: impl Fn(&Rc<Transfer>) + 'static) {
        self.transfers.for_each(function);
    }
}
