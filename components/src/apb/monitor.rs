//! The side that sees transfers.

use std::rc::Rc;

use verifork::record;
use verifork::time::SimTime;

use super::signals::{Answer, Request, Signals};
use crate::known::Known;
use crate::parent::{Parent, free_name};
use crate::{Clocked, Publisher, Subscription};

/// A transfer that has ended.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::apb;
///
/// # async fn example(monitor: apb::RunningMonitor) {
/// let seen = monitor.transfers();
/// while let Ok(it) = seen.recv().await {
///     log::info!("{it:?}");
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// The request; bytes that are not written are 0.
    pub request: Request,
    /// How it ended.
    pub answer: Answer,
    /// The edge at the end of its setup phase.
    pub begun: SimTime,
    /// The edge at which it ended.
    pub ended: SimTime,
}

/// Sees every transfer and drives nothing: a builder, until it is [started](Self::start).
///
/// Each transfer is [recorded](verifork::record).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, apb};
///
/// # fn example(tm: &TaskManager, signals: &apb::Signals, clocked: &Clocked) {
/// let monitor: apb::RunningMonitor = apb::Monitor::new(signals).start(tm, clocked);
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
        let bus = signals.bus();
        let transfers = Publisher::new();
        let publisher = transfers.clone();
        let name = free_name(parent, format!("{bus} monitor"));
        parent.add_background(name, async move {
            let mut setup = None;
            loop {
                clocked.edge().await;
                if clocked.is_in_reset()
                    || !signals.bit(&signals.psel, "APB_ERRM_PSEL_X", "PSEL")?
                {
                    setup = None;
                    continue;
                }
                let now = verifork::now();
                if !signals.bit(&signals.penable, "APB_ERRM_PENABLE_X", "PENABLE")? {
                    setup = Some(now);
                    continue;
                }
                if !signals.is_ready()? {
                    continue;
                }
                let request = signals.request()?;
                let answer = signals.answer(request.write.is_some())?;
                let begun = setup.take().unwrap_or(now);
                let kind = if request.write.is_some() {
                    "write"
                } else {
                    "read"
                };
                let recorded = record::begin_at(bus, kind, begun);
                recorded.attribute("address", format_args!("{:#x}", request.address));
                recorded.attribute(
                    "data",
                    format_args!("{:#x}", request.write.unwrap_or(answer.data)),
                );
                recorded.attribute("error", answer.error);
                recorded.end();
                publisher.publish(Transfer {
                    request,
                    answer,
                    begun,
                    ended: now,
                });
            }
        });
        RunningMonitor {
            transfers,
            bytes: signals.bytes(),
        }
    }
}

/// A monitor that runs. A clone is the same monitor.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::apb;
///
/// # async fn example(monitor: apb::RunningMonitor) {
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
