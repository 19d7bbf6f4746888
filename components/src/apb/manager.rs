//! The side that reads and writes.

use std::rc::Rc;

use verifork::sync::OneshotSender;
use verifork::task::waiting_for;
use verifork::value::Logic;
use verifork::{Error, Result};

use super::signals::{Answer, Request, Signals};
use crate::parent::{Claim, Parent, free_name, interned};
use crate::sending::{EndOnDrop, OnReset, Sending};
use crate::{Clocked, Pauses};

/// Reads and writes, one transfer after the other: a builder, until it is [started](Self::start).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, Pauses, apb};
///
/// # fn example(tm: &TaskManager, signals: &apb::Signals, clocked: &Clocked) {
/// let running: apb::RunningManager = apb::Manager::new(signals)
///     .pauses(&Pauses::random(0.2))
///     .start(tm, clocked);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a manager does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Manager {
    signals: Signals,
    pauses: Pauses,
    timeout: Option<u32>,
    on_reset: OnReset,
}

impl Manager {
    /// A manager without pauses, which waits for PREADY as long as it takes.
    pub fn new(signals: &Signals) -> Self {
        Manager {
            signals: *signals,
            pauses: Pauses::none(),
            timeout: None,
            on_reset: OnReset::Fail,
        }
    }

    /// Pauses between transfers.
    pub fn pauses(self, pauses: &Pauses) -> Self {
        let pauses = pauses.clone();
        Manager { pauses, ..self }
    }

    /// How many cycles a transfer may wait for PREADY. A longer wait is an error for the caller, and fails the test.
    pub fn timeout(self, cycles: u32) -> Self {
        let timeout = Some(cycles);
        Manager { timeout, ..self }
    }

    /// Sets what a reset does to requested transfers that are not done: by default, they fail.
    pub fn on_reset(self, on_reset: OnReset) -> Self {
        Manager { on_reset, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol, or another manager drives the bus.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) -> RunningManager {
        clocked.check_runs();
        let (signals, clocked) = (self.signals, *clocked);
        signals.check_widths();
        let bus = signals.bus();
        let claim = Claim::new(signals.psel.path(), "manager");
        let queue: Rc<Sending<Pending>> =
            Sending::new(interned(format!("queue of {bus}")), usize::MAX);
        let ready = signals.pready.map_or("", |ready| ready.path());
        let waits_for = interned(format!("`{ready}`, to end a transfer on {bus}"));
        let name = free_name(parent, format!("{bus} manager"));
        let requests = Rc::clone(&queue);
        parent.add_background(name, async move {
            let _claim = claim;
            let _end = EndOnDrop(Rc::clone(&requests));
            let mut pauses = self.pauses.of_channel(signals.psel.path());
            idle(&signals)?;
            // That which is under way.
            let mut current = None;
            loop {
                clocked.out_of_reset().await;
                'run: loop {
                    current = current.or_else(|| requests.take());
                    let Some((_, Pending { request, .. })) = &current else {
                        idle(&signals)?;
                        requests.filled().await;
                        clocked.edge().await;
                        if clocked.is_in_reset() {
                            break 'run;
                        }
                        continue;
                    };
                    while pauses.next_cycle() {
                        idle(&signals)?;
                        clocked.edge().await;
                        if clocked.is_in_reset() {
                            break 'run;
                        }
                    }
                    drive(&signals, request)?;
                    clocked.edge().await;
                    if clocked.is_in_reset() {
                        break 'run;
                    }
                    signals.penable.try_set(Logic::One)?;
                    let mut waited = 0;
                    loop {
                        waiting_for(waits_for, clocked.edge()).await;
                        if clocked.is_in_reset() {
                            break 'run;
                        }
                        if signals.is_ready()? {
                            break;
                        }
                        waited += 1;
                        if self.timeout.is_some_and(|limit| waited > limit) {
                            let address = request.address;
                            verifork::bail!(
                                "APB: the transfer at {address:#x} on {bus} waits for `{ready}` for more than \
                                 {} cycles",
                                waited - 1
                            );
                        }
                    }
                    let answer = signals.answer(request.write.is_some())?;
                    if let Some((number, pending)) = current.take() {
                        let _ = pending.answer.send(answer); // the task that waits may be gone
                        requests.is_done(number);
                    }
                }
                idle(&signals)?;
                if self.on_reset == OnReset::Fail {
                    current = None;
                    requests.drop_all();
                }
            }
        });
        RunningManager {
            requests: queue,
            signals,
        }
    }
}

fn idle(signals: &Signals) -> Result {
    signals.psel.try_set(Logic::Zero)?;
    Ok(signals.penable.try_set(Logic::Zero)?)
}

/// The setup phase.
fn drive(signals: &Signals, request: &Request) -> Result {
    signals.psel.try_set(Logic::One)?;
    signals.penable.try_set(Logic::Zero)?;
    signals.paddr.try_set(request.address)?;
    signals
        .pwrite
        .try_set(Logic::from(request.write.is_some()))?;
    signals.pwdata.try_set(request.write.unwrap_or(0))?;
    if let Some(signal) = signals.pstrb {
        let strobe = request.strobe.unwrap_or(signals.all_bytes());
        signal.try_set(if request.write.is_some() { strobe } else { 0 })?;
    }
    if let Some(signal) = signals.pprot {
        signal.try_set(request.prot)?;
    }
    Ok(())
}

struct Pending {
    request: Request,
    answer: OneshotSender<Answer>,
}

/// A manager that runs. A clone is the same manager.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::apb;
///
/// # async fn example(manager: apb::RunningManager) -> Result {
/// manager.access(apb::Request::write(0x10, 3)).await?;
/// manager.access(apb::Request::read(0x10)).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RunningManager {
    requests: Rc<Sending<Pending>>,
    signals: Signals,
}

impl RunningManager {
    pub(crate) fn signals(&self) -> &Signals {
        &self.signals
    }

    /// Makes a transfer, and returns its outcome.
    ///
    /// # Errors
    ///
    /// At the caller's line: the request does not fit the bus. A reset came before its end, or the manager has
    /// ended.
    #[track_caller]
    pub fn access(&self, request: Request) -> impl Future<Output = Result<Answer>> + use<> {
        let refused = self
            .signals
            .refuses(&request)
            .map(|reason| verifork::error!("APB: {reason}"));
        let requests = Rc::clone(&self.requests);
        async move {
            if let Some(error) = refused {
                return Err(error);
            }
            requests.ask(|answer| Pending { request, answer }).await
        }
    }

    /// Writes all bytes of a word.
    ///
    /// # Errors
    ///
    /// As [`access`](Self::access), and if it ends with PSLVERR.
    #[track_caller]
    pub fn write(&self, address: u32, data: u32) -> impl Future<Output = Result> + use<> {
        let failed = failed("a write", address);
        let access = self.access(Request::write(address, data));
        async move {
            let answer = access.await?;
            if answer.error { Err(failed) } else { Ok(()) }
        }
    }

    /// Reads a word.
    ///
    /// # Errors
    ///
    /// As [`access`](Self::access), and if it ends with PSLVERR.
    #[track_caller]
    pub fn read(&self, address: u32) -> impl Future<Output = Result<u32>> + use<> {
        let failed = failed("a read", address);
        let access = self.access(Request::read(address));
        async move {
            let answer = access.await?;
            if answer.error {
                Err(failed)
            } else {
                Ok(answer.data)
            }
        }
    }
}

/// An error of the caller's line, in case.
#[track_caller]
fn failed(what: &str, address: u32) -> Error {
    verifork::error!("{what} at {address:#x} ended with PSLVERR")
}

impl std::fmt::Debug for RunningManager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunningManager")
            .field("bus", &self.signals.bus())
            .finish_non_exhaustive()
    }
}
