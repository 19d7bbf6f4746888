//! The side that sees accesses.

use std::collections::VecDeque;
use std::rc::Rc;

use verifork::time::SimTime;
use verifork::{Result, record};

use super::request::{Answer, Burst, Request};
use super::signals::Signals;
use crate::parent::{Parent, free_name};
use crate::violation::Violation;
use crate::{Clocked, Publisher, Subscription};

/// An access that has been terminated.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::wishbone;
///
/// # async fn example(monitor: wishbone::RunningMonitor) {
/// let seen = monitor.transfers();
/// while let Ok(it) = seen.recv().await {
///     log::info!("{it:?}");
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// The request; bytes that are not selected are 0.
    pub request: Request,
    /// How it ended.
    pub answer: Answer,
    /// The burst that continues after it, according to CTI and BTE; `None` for the last access of a burst.
    pub burst: Option<Burst>,
    /// The number of its cycle since the monitor was started: CYC stays 1 from one access to the next.
    pub cycle: u64,
    /// The first edge with its STB.
    pub begun: SimTime,
    /// The edge at which it was terminated.
    pub ended: SimTime,
}

/// Sees every access and drives nothing: a builder, until it is [started](Self::start).
///
/// Each access is [recorded](verifork::record).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, wishbone};
///
/// # fn example(tm: &TaskManager, signals: &wishbone::Signals, clocked: &Clocked) {
/// let monitor: wishbone::RunningMonitor = wishbone::Monitor::new(signals).start(tm, clocked);
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
        let mut seeing = Seeing {
            signals,
            publisher: transfers.clone(),
            open: VecDeque::new(),
            begun: None,
            in_cycle: false,
            cycle: 0,
        };
        let name = free_name(parent, format!("{} monitor", signals.bus()));
        parent.add_background(name, async move {
            loop {
                clocked.edge().await;
                seeing.look(clocked.is_in_reset())?;
            }
        });
        RunningMonitor {
            transfers,
            bytes: signals.bytes(),
        }
    }
}

/// An access that has been taken.
struct Open {
    request: Request,
    burst: Option<Burst>,
    begun: SimTime,
}

struct Seeing {
    signals: Signals,
    publisher: Publisher<Transfer>,
    open: VecDeque<Open>,
    begun: Option<SimTime>,
    in_cycle: bool,
    cycle: u64,
}

impl Seeing {
    fn look(&mut self, in_reset: bool) -> Result {
        let signals = self.signals;
        if in_reset || !signals.is_in_cycle()? {
            self.open.clear();
            (self.begun, self.in_cycle) = (None, false);
            return Ok(());
        }
        if !std::mem::replace(&mut self.in_cycle, true) {
            self.cycle += 1;
        }
        let now = verifork::now();
        let asked = signals.is_asked()?;
        // In standard mode it means nothing without STB.
        let listens = signals.is_pipelined() || asked;
        let termination = if listens {
            signals.termination()?
        } else {
            None
        };
        if asked {
            let begun = *self.begun.get_or_insert(now);
            let taken = if signals.is_pipelined() {
                !signals.is_stalled()?
            } else {
                termination.is_some()
            };
            if taken {
                let (cti, bte) = signals.tags()?;
                self.open.push_back(Open {
                    request: signals.request()?,
                    burst: Burst::of(cti, bte),
                    begun,
                });
                self.begun = None;
            }
        }
        let Some(termination) = termination else {
            return Ok(());
        };
        let Some(open) = self.open.pop_front() else {
            let what = "a termination without an access";
            return Err(Violation::new("WB_3.35_ASKED", signals.bus(), what)
                .now()
                .into());
        };
        let Open {
            request,
            burst,
            begun,
        } = open;
        let answer = signals.answer(&request, termination)?;
        let kind = if request.write.is_some() {
            "write"
        } else {
            "read"
        };
        let recorded = record::begin_at(signals.bus(), kind, begun);
        recorded.attribute("address", format_args!("{:#x}", request.address));
        let data = request.write.unwrap_or(answer.data);
        recorded.attribute("data", format_args!("{data:#x}"));
        recorded.attribute("termination", termination);
        recorded.end();
        self.publisher.publish(Transfer {
            request,
            answer,
            burst,
            cycle: self.cycle,
            begun,
            ended: now,
        });
        Ok(())
    }
}

/// A monitor that runs. A clone is the same monitor.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::wishbone;
///
/// # async fn example(monitor: wishbone::RunningMonitor) {
/// let seen = monitor.transfers();
/// while let Ok(it) = seen.recv().await {
///     log::info!("{it:?}");
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RunningMonitor {
    transfers: Publisher<Transfer>,
    /// The read word.
    bytes: usize,
}

impl RunningMonitor {
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Every access that is terminated from now on.
    #[track_caller]
    pub fn transfers(&self) -> Subscription<Transfer> {
        self.transfers.subscribe()
    }

    /// Calls a function with every access that is terminated from now on.
    pub fn for_each(&self, function: impl Fn(&Rc<Transfer>) + 'static) {
        self.transfers.for_each(function);
    }
}
