//! The side that reads and writes.

use std::collections::VecDeque;
use std::rc::Rc;

use verifork::sync::OneshotSender;
use verifork::task::waiting_for;
use verifork::value::Logic;
use verifork::{Error, Result};

use super::signals::Signals;
use super::transfer::{Answer, BUSY, IDLE, NONSEQ, Phase, Request, SEQ};
use super::word::Word;
use crate::parent::{Claim, Parent, free_name, interned};
use crate::pauses::Cursor;
use crate::sending::{EndOnDrop, OnReset, Sending};
use crate::{Clocked, Pauses};

/// Reads and writes, one request after the other, a transfer each clock: a builder, until it is
/// [started](Self::start).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, Pauses, ahb};
///
/// # fn example(tm: &TaskManager, signals: &ahb::Signals, clocked: &Clocked) {
/// let running: ahb::RunningManager = ahb::Manager::new(signals)
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
    goes_on: bool,
    on_reset: OnReset,
}

impl Manager {
    /// Creates a manager without pauses and time limit. After an error it cancels the rest of the burst.
    pub fn new(signals: &Signals) -> Self {
        Manager {
            signals: *signals,
            pauses: Pauses::none(),
            timeout: None,
            goes_on: false,
            on_reset: OnReset::Fail,
        }
    }

    /// Pauses: IDLE between requests, BUSY inside of a burst.
    pub fn pauses(self, pauses: &Pauses) -> Self {
        let pauses = pauses.clone();
        Manager { pauses, ..self }
    }

    /// How many cycles a transfer may wait for HREADY. A longer wait is an error for the caller, and fails the test.
    pub fn timeout(self, cycles: u32) -> Self {
        let timeout = Some(cycles);
        Manager { timeout, ..self }
    }

    /// Continues bursts after an error.
    pub fn goes_on_after_errors(self) -> Self {
        let goes_on = true;
        Manager { goes_on, ..self }
    }

    /// Sets what a reset does to requests that are not done: by default, they fail. A repeated request begins with
    /// its first transfer.
    pub fn on_reset(self, on_reset: OnReset) -> Self {
        Manager { on_reset, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test; and if there is a HREADYOUT, another one
    /// that drives HREADY from it.
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
        let claim = Claim::new(signals.htrans.path(), "manager");
        let queue: Rc<Sending<Pending>> =
            Sending::new(interned(format!("queue of {bus}")), usize::MAX);
        let ready = signals.answer_ready().path();
        let mut running = Running {
            signals,
            pauses: self.pauses.of_channel(signals.htrans.path()),
            requests: Rc::clone(&queue),
            open: VecDeque::with_capacity(2),
            address: None,
            data: None,
            waited: 0,
            timeout: self.timeout,
            goes_on: self.goes_on,
        };
        let waits_for = interned(format!("`{ready}`, to end a transfer on {bus}"));
        if let Some(out) = signals.hreadyout {
            let name = free_name(parent, format!("{bus} HREADY"));
            parent.add_background(name, async move {
                loop {
                    signals.hready.try_set(out.get())?;
                    out.changed().await;
                }
            });
        }
        let name = free_name(parent, format!("{bus} manager"));
        let requests = Rc::clone(&queue);
        parent.add_background(name, async move {
            let _claim = claim;
            let _end = EndOnDrop(Rc::clone(&requests));
            running.idle()?;
            loop {
                clocked.out_of_reset().await;
                loop {
                    if running.is_quiet() {
                        requests.filled().await;
                        clocked.edge().await;
                    } else {
                        waiting_for(waits_for, clocked.edge()).await;
                    }
                    if clocked.is_in_reset() {
                        break;
                    }
                    running.edge()?;
                }
                running.reset(self.on_reset);
                running.idle()?;
                if self.on_reset == OnReset::Fail {
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

struct Pending {
    request: Request,
    answer: OneshotSender<Answer>,
}

/// A request under way.
struct Open {
    number: u64,
    pending: Pending,
    bytes: u32,
    /// The address of the next transfer.
    next: u64,
    /// The numbers of transfers that were requested, that have ended, and of all.
    issued: usize,
    ended: usize,
    total: usize,
    answer: Answer,
}

struct Running {
    signals: Signals,
    pauses: Cursor,
    requests: Rc<Sending<Pending>>,
    /// The request of the data phase, and its successor, which may be in its address phase.
    open: VecDeque<Open>,
    /// The request; none with IDLE and BUSY.
    address: Option<Phase>,
    data: Option<Phase>,
    waited: u32,
    timeout: Option<u32>,
    goes_on: bool,
}

impl Running {
    fn reset(&mut self, on_reset: OnReset) {
        if on_reset == OnReset::Fail {
            self.open.clear();
        }
        for open in &mut self.open {
            let Request { address, beats, .. } = open.pending.request;
            (open.next, open.issued, open.ended, open.total) = (address, 0, 0, beats);
            open.answer = Answer::default();
        }
        (self.address, self.data, self.waited) = (None, None, 0);
    }

    fn is_quiet(&self) -> bool {
        self.open.is_empty() && self.requests.is_empty()
    }

    fn idle(&self) -> Result {
        let signals = self.signals;
        signals.htrans.try_set(IDLE)?;
        if let Some(signal) = signals.hmastlock {
            signal.try_set(Logic::Zero)?;
        }
        if let Some(signal) = signals.hsel {
            signal.try_set(Logic::One)?;
        }
        Ok(())
    }

    /// The request whose transfer was issued last.
    fn asking(&self) -> Option<usize> {
        self.open.iter().rposition(|open| open.issued > 0)
    }

    fn edge(&mut self) -> Result {
        let signals = self.signals;
        let error = self.data.is_some() && signals.is_error()?;
        if !signals.is_ready()? {
            return self.waits(error);
        }
        self.waited = 0;
        if let Some(phase) = self.data.take() {
            self.ended(&phase, error)?;
        }
        self.data = self.address.take();
        if let Some(phase) = &self.data
            && phase.writes
            && let Some(open) = self.asking().map(|at| &self.open[at])
            && let Some(words) = &open.pending.request.write
        {
            signals.drive(&signals.hwdata, phase, &words[open.issued - 1])?;
        }
        self.ask()
    }

    /// HREADY is 0.
    fn waits(&mut self, error: bool) -> Result {
        if error && !self.goes_on && !self.open.is_empty() {
            // In the first cycle of an error, the rest of the burst is cancelled.
            let is_asking = self.asking() == Some(0);
            let front = &mut self.open[0];
            if is_asking && self.address.take().is_some() {
                front.issued -= 1;
            }
            front.total = front.issued;
            if is_asking {
                self.idle()?;
            }
        }
        // One that cannot begin waits, too.
        let Some(phase) = self.data.as_ref().or(self.address.as_ref()) else {
            return Ok(());
        };
        self.waited += 1;
        if self.timeout.is_some_and(|limit| self.waited > limit) {
            verifork::bail!(
                "AHB: the transfer at {:#x} on {} waits for more than {} cycles",
                phase.address,
                self.signals.bus(),
                self.waited - 1
            );
        }
        Ok(())
    }

    /// A transfer of the first request has ended.
    fn ended(&mut self, phase: &Phase, error: bool) -> Result {
        let Some(front) = self.open.front_mut() else {
            return Ok(());
        };
        let word = if error || phase.writes {
            Word::default()
        } else {
            self.signals.read(phase)?
        };
        front.answer.data.push(word);
        if error {
            front.answer.errors.push(front.ended);
            if !self.goes_on {
                front.total = front.issued;
            }
        }
        front.ended += 1;
        if front.ended == front.total
            && let Some(Open {
                number,
                pending,
                answer,
                ..
            }) = self.open.pop_front()
        {
            let _ = pending.answer.send(answer); // the task that waits may be gone
            self.requests.is_done(number);
        }
        Ok(())
    }

    /// The next address phase.
    fn ask(&mut self) -> Result {
        let signals = self.signals;
        let is_open = |open: &Open| open.issued < open.total;
        if !self.open.iter().any(is_open) {
            let Some((number, pending)) = self.requests.take() else {
                return self.idle();
            };
            self.open.push_back(Open {
                number,
                bytes: signals.bytes_of(&pending.request),
                next: pending.request.address,
                issued: 0,
                ended: 0,
                total: pending.request.beats,
                answer: Answer::default(),
                pending,
            });
        }
        let pauses = self.pauses.next_cycle();
        let Some(open) = self.open.iter_mut().find(|open| is_open(open)) else {
            return self.idle();
        };
        let Request {
            burst,
            prot,
            locked,
            ref write,
            ..
        } = open.pending.request;
        let is_first = open.issued == 0;
        if pauses && is_first {
            return self.idle();
        }
        let writes = write.is_some();
        signals.haddr.try_set(open.next)?;
        signals.hwrite.try_set(Logic::from(writes))?;
        if let Some(signal) = signals.hsize {
            signal.try_set(open.bytes.trailing_zeros().to_le_bytes()[0])?;
        }
        if let Some(signal) = signals.hburst {
            signal.try_set(burst.code())?;
        }
        if let Some(signal) = signals.hprot {
            signal.try_set(prot)?;
        }
        if let Some(signal) = signals.hmastlock {
            signal.try_set(Logic::from(locked))?;
        }
        if pauses {
            signals.htrans.try_set(BUSY)?;
            return Ok(());
        }
        signals
            .htrans
            .try_set(if is_first { NONSEQ } else { SEQ })?;
        self.address = Some(Phase {
            address: open.next,
            bytes: open.bytes,
            writes,
            burst,
            is_first,
        });
        open.issued += 1;
        open.next = burst.next(open.next, open.bytes.into());
        Ok(())
    }
}

/// A manager that runs. A clone is the same manager.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::ahb;
///
/// # async fn example(manager: ahb::RunningManager) -> Result {
/// manager.access(ahb::Request::write(0x10, 3)).await?;
/// manager.access(ahb::Request::read(0x10)).await?;
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

    /// Makes a transfer or a burst, and returns its outcome.
    ///
    /// # Errors
    ///
    /// At the caller's line: the request does not fit the bus, or its burst crosses a boundary of 1 KB. A reset came
    /// before its end, or the manager has ended.
    #[track_caller]
    pub fn access(&self, request: Request) -> impl Future<Output = Result<Answer>> + use<> {
        let refused = self
            .signals
            .refuses(&request)
            .map(|reason| verifork::error!("AHB: {reason}"));
        let requests = Rc::clone(&self.requests);
        async move {
            if let Some(error) = refused {
                return Err(error);
            }
            requests.ask(|answer| Pending { request, answer }).await
        }
    }

    /// Writes a word, as wide as the data.
    ///
    /// # Errors
    ///
    /// As [`access`](Self::access), and if it ends with an error.
    #[track_caller]
    pub fn write<W: Into<Word>>(
        &self,
        address: u64,
        data: W,
    ) -> impl Future<Output = Result> + use<W> {
        let failed = failed("a write", address);
        let access = self.access(Request::write(address, data));
        async move {
            if access.await?.is_okay() {
                Ok(())
            } else {
                Err(failed)
            }
        }
    }

    /// Reads a word, as wide as the data, which has at most 64 bits: of wider data
    /// [`read_word`](Self::read_word) reads one.
    ///
    /// # Errors
    ///
    /// As [`access`](Self::access), and if it ends with an error, or the data is wider.
    #[track_caller]
    pub fn read(&self, address: u64) -> impl Future<Output = Result<u64>> + use<> {
        let bits = self.signals.hrdata.width();
        let read = if bits > 64 {
            Err(verifork::error!(
                "AHB: a word of {bits} bits is read by `read_word`: `read` gives 64"
            ))
        } else {
            Ok(self.read_word(address))
        };
        async move { Ok(read?.await?.word(0)) }
    }

    /// Reads a word, as wide as the data.
    ///
    /// # Errors
    ///
    /// As [`access`](Self::access), and if it ends with an error.
    #[track_caller]
    pub fn read_word(&self, address: u64) -> impl Future<Output = Result<Word>> + use<> {
        let failed = failed("a read", address);
        let access = self.access(Request::read(address));
        async move {
            match access.await? {
                Answer { mut data, errors } if errors.is_empty() => Ok(data.swap_remove(0)),
                _ => Err(failed),
            }
        }
    }
}

/// An error of the caller's line, in case.
#[track_caller]
fn failed(what: &str, address: u64) -> Error {
    verifork::error!("{what} at {address:#x} ended with ERROR")
}

impl std::fmt::Debug for RunningManager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunningManager")
            .field("bus", &self.signals.bus())
            .finish_non_exhaustive()
    }
}
