//! The side that reads and writes.

use std::rc::Rc;

use verifork::sync::OneshotSender;
use verifork::task::waiting_for;
use verifork::value::Logic;
use verifork::{Error, Result};

use super::request::{Answer, Burst, CLASSIC, END_OF_BURST, Request, Termination};
use super::signals::Signals;
use crate::parent::{Claim, Parent, free_name, interned};
use crate::pauses::Cursor;
use crate::sending::{EndOnDrop, OnReset, Sending};
use crate::violation::Violation;
use crate::{Clocked, Pauses};

/// Reads and writes, one cycle after the other: a builder, until it is [started](Self::start).
///
/// CYC is 0 for a clock at least between cycles.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, Pauses, wishbone};
///
/// # fn example(tm: &TaskManager, signals: &wishbone::Signals, clocked: &Clocked) {
/// let running: wishbone::RunningManager = wishbone::Manager::new(signals)
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
    retries: u32,
    on_reset: OnReset,
}

impl Manager {
    /// Creates a manager without pauses and time limit, which does not repeat accesses that end with RTY.
    pub fn new(signals: &Signals) -> Self {
        Manager {
            signals: *signals,
            pauses: Pauses::none(),
            timeout: None,
            retries: 0,
            on_reset: OnReset::Fail,
        }
    }

    /// Pauses between cycles, and between the accesses of one: STB is 0 then.
    pub fn pauses(self, pauses: &Pauses) -> Self {
        let pauses = pauses.clone();
        Manager { pauses, ..self }
    }

    /// How many cycles an access may wait. A longer wait is an error for the caller, and fails the test.
    pub fn timeout(self, cycles: u32) -> Self {
        let timeout = Some(cycles);
        Manager { timeout, ..self }
    }

    /// How often a single access is tried again after RTY.
    pub fn retries(self, retries: u32) -> Self {
        Manager { retries, ..self }
    }

    /// Sets what a reset does to requested cycles that are not done: by default, they fail. A repeated cycle begins
    /// with its first access.
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
        let claim = Claim::new(signals.cyc.path(), "manager");
        let queue: Rc<Sending<Cycle>> =
            Sending::new(interned(format!("queue of {bus}")), usize::MAX);
        let ack = signals.ack.path();
        let mut running = Running {
            signals,
            clocked,
            pauses: self.pauses.of_channel(signals.cyc.path()),
            timeout: self.timeout,
            waits_for: interned(format!("`{ack}`, to end an access on {bus}")),
        };
        let name = free_name(parent, format!("{bus} manager"));
        let cycles = Rc::clone(&queue);
        parent.add_background(name, async move {
            let _claim = claim;
            let _end = EndOnDrop(Rc::clone(&cycles));
            idle(&signals)?;
            // That which is under way.
            let mut current = None;
            loop {
                clocked.out_of_reset().await;
                'run: loop {
                    current = current.or_else(|| cycles.take());
                    let Some((_, cycle)) = &mut current else {
                        cycles.filled().await;
                        if running.edge_is_in_reset().await {
                            break 'run;
                        }
                        continue;
                    };
                    let Some(answers) = running.run(cycle).await? else {
                        break 'run;
                    };
                    if let Some((number, cycle)) = current.take() {
                        let _ = cycle.answers.send(answers); // the task that waits may be gone
                        cycles.is_done(number);
                    }
                    idle(&signals)?;
                    if running.edge_is_in_reset().await {
                        break 'run;
                    }
                }
                idle(&signals)?;
                if self.on_reset == OnReset::Fail {
                    current = None;
                    cycles.drop_all();
                }
            }
        });
        RunningManager {
            cycles: queue,
            signals,
            retries: self.retries,
        }
    }
}

fn idle(signals: &Signals) -> Result {
    signals.cyc.try_set(Logic::Zero)?;
    signals.stb.try_set(Logic::Zero)?;
    if let Some(signal) = signals.lock {
        signal.try_set(Logic::Zero)?;
    }
    Ok(())
}

/// One access, and its tags.
#[derive(Clone, Copy)]
struct Beat {
    request: Request,
    cti: u8,
    bte: u8,
}

type Modify = Box<dyn FnMut(u64) -> u64>;

struct Cycle {
    beats: Vec<Beat>,
    /// The write after the first access, which is a read.
    modify: Option<Modify>,
    answers: OneshotSender<Vec<Answer>>,
}

struct Running {
    signals: Signals,
    clocked: Clocked,
    pauses: Cursor,
    timeout: Option<u32>,
    waits_for: &'static str,
}

impl Running {
    async fn edge_is_in_reset(&self) -> bool {
        self.clocked.edge().await;
        self.clocked.is_in_reset()
    }

    /// Makes a cycle; `None` if a reset comes.
    async fn run(&mut self, cycle: &mut Cycle) -> Result<Option<Vec<Answer>>> {
        let signals = self.signals;
        while self.pauses.next_cycle() {
            if self.edge_is_in_reset().await {
                return Ok(None);
            }
        }
        signals.cyc.try_set(Logic::One)?;
        if let Some(signal) = signals.lock {
            signal.try_set(Logic::One)?;
        }
        // A RMW cycle that is tried again begins with its read.
        if cycle.modify.is_some() {
            cycle.beats.truncate(1);
        }
        let mut answers = Vec::with_capacity(cycle.beats.len());
        let (mut taken, mut offered, mut waited) = (0, false, 0);
        while answers.len() < cycle.beats.len() {
            if !offered {
                // There was a pause before the first.
                let pauses = taken > 0 && self.pauses.next_cycle();
                offered = taken < cycle.beats.len() && !pauses;
                signals.stb.try_set(Logic::from(offered))?;
                if offered {
                    self.drive(&cycle.beats[taken])?;
                }
            }
            waiting_for(self.waits_for, self.clocked.edge()).await;
            if self.clocked.is_in_reset() {
                return Ok(None);
            }
            // In standard mode, a termination counts only while STB is 1.
            let listens = signals.is_pipelined() || offered;
            let termination = if listens {
                signals.termination()?
            } else {
                None
            };
            let accepted = offered
                && if signals.is_pipelined() {
                    !signals.is_stalled()?
                } else {
                    termination.is_some()
                };
            if accepted {
                (taken, offered) = (taken + 1, false);
            }
            if let Some(termination) = termination {
                let at = answers.len();
                if at == taken {
                    let what = "a termination without an access";
                    let broken = Violation::new("WB_3.35_ASKED", signals.bus(), what);
                    return Err(broken.now().into());
                }
                let answer = signals.answer(&cycle.beats[at].request, termination)?;
                answers.push(answer);
                if let Some(modify) = &mut cycle.modify
                    && at == 0
                    && termination == Termination::Ack
                {
                    let Beat { request, .. } = cycle.beats[at];
                    let write = Some(modify(answer.data));
                    let request = Request { write, ..request };
                    if let Some(reason) = signals.refuses(&request) {
                        verifork::bail!("Wishbone: {reason}");
                    }
                    cycle.beats.push(Beat {
                        request,
                        cti: CLASSIC,
                        bte: 0,
                    });
                }
            }
            waited = if accepted || termination.is_some() || !(offered || answers.len() < taken) {
                0
            } else {
                waited + 1
            };
            if self.timeout.is_some_and(|limit| waited > limit) {
                let Beat { request, .. } = cycle.beats[answers.len()];
                verifork::bail!(
                    "Wishbone: the access at {:#x} on {} waits for more than {} cycles",
                    request.address,
                    signals.bus(),
                    waited - 1
                );
            }
        }
        Ok(Some(answers))
    }

    fn drive(&self, beat: &Beat) -> Result {
        let (signals, request) = (&self.signals, &beat.request);
        signals.adr.try_set(signals.adr_of(request.address))?;
        let writes = request.write.is_some();
        signals.we.try_set(Logic::from(writes))?;
        signals.dat_w.try_set(request.write.unwrap_or(0))?;
        if let Some(signal) = signals.sel {
            signal.try_set(request.select.unwrap_or(signals.all_bytes()))?;
        }
        if let Some(signal) = signals.cti {
            signal.try_set(beat.cti)?;
        }
        if let Some(signal) = signals.bte {
            signal.try_set(beat.bte)?;
        }
        Ok(())
    }
}

/// A manager that runs. A clone is the same manager.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::wishbone;
///
/// # async fn example(manager: wishbone::RunningManager) -> Result {
/// manager.access(wishbone::Request::write(0x10, 3)).await?;
/// manager.access(wishbone::Request::read(0x10)).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RunningManager {
    cycles: Rc<Sending<Cycle>>,
    signals: Signals,
    retries: u32,
}

impl RunningManager {
    pub(crate) fn signals(&self) -> &Signals {
        &self.signals
    }

    /// Makes one access in a cycle of its own, and returns its termination.
    ///
    /// # Errors
    ///
    /// At the caller's line: the request does not fit the bus. A reset came before its end, or the manager has
    /// ended.
    #[track_caller]
    pub fn access(&self, request: Request) -> impl Future<Output = Result<Answer>> + use<> {
        let refused = self.refused([&request]);
        let this = self.clone();
        async move {
            if let Some(error) = refused {
                return Err(error);
            }
            let mut tries_left = this.retries;
            loop {
                let answers = this.cycle(vec![Beat::alone(request)], None).await?;
                if answers[0].termination != Termination::Rty || tries_left == 0 {
                    return Ok(answers[0]);
                }
                tries_left -= 1;
            }
        }
    }

    /// Writes all bytes of a word.
    ///
    /// # Errors
    ///
    /// As [`access`](Self::access), and if it does not end with ACK.
    #[track_caller]
    pub fn write(&self, address: u64, data: u64) -> impl Future<Output = Result> + use<> {
        let place = At::here();
        let access = self.access(Request::write(address, data));
        async move { place.done("a write", address, access.await?).map(|_| ()) }
    }

    /// Reads a word.
    ///
    /// # Errors
    ///
    /// As [`access`](Self::access), and if it does not end with ACK.
    #[track_caller]
    pub fn read(&self, address: u64) -> impl Future<Output = Result<u64>> + use<> {
        let place = At::here();
        let access = self.access(Request::read(address));
        async move { place.done("a read", address, access.await?) }
    }

    /// Does accesses in one cycle, a BLOCK cycle: CYC stays 1 from the first to the last, and so does LOCK.
    ///
    /// # Errors
    ///
    /// As [`access`](Self::access), and at the caller's line without any request.
    #[track_caller]
    pub fn block<I: IntoIterator<Item = Request>>(
        &self,
        requests: I,
    ) -> impl Future<Output = Result<Vec<Answer>>> + use<I> {
        let requests: Vec<Request> = requests.into_iter().collect();
        let refused = self.refused(&requests);
        let this = self.clone();
        async move {
            if let Some(error) = refused {
                return Err(error);
            }
            let beats = requests.into_iter().map(Beat::alone).collect();
            this.cycle(beats, None).await
        }
    }

    /// Reads a word and writes it in the same cycle (RMW), and returns the word that was read. The function may be
    /// called again after a reset, with [`OnReset::Retry`].
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read) and [`write`](Self::write). A value that does not fit the data ends the manager.
    #[track_caller]
    pub fn modify<F: FnMut(u64) -> u64 + 'static>(
        &self,
        address: u64,
        modify: F,
    ) -> impl Future<Output = Result<u64>> + use<F> {
        let (reading, writing) = (At::here(), At::here());
        let request = Request::read(address);
        let refused = self.refused([&request]);
        let this = self.clone();
        async move {
            if let Some(error) = refused {
                return Err(error);
            }
            let beats = vec![Beat::alone(request)];
            let answers = this.cycle(beats, Some(Box::new(modify))).await?;
            let read = reading.done("a read", address, answers[0])?;
            writing.done("a write", address, answers[answers.len() - 1])?;
            Ok(read)
        }
    }

    /// Reads words as a burst: CTI and BTE announce the next access to the subordinate. On a bus without CTI, it is
    /// a BLOCK cycle.
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read), for each word. At the caller's line: there are no words, the address is not
    /// that of a word, or the burst increments and the bus has CTI but no BTE.
    #[track_caller]
    pub fn read_burst(
        &self,
        address: u64,
        words: usize,
        burst: Burst,
    ) -> impl Future<Output = Result<Vec<u64>>> + use<> {
        let place = At::here();
        let addresses = self.addresses(address, words, burst);
        let requests: Vec<Request> = addresses.into_iter().map(Request::read).collect();
        let done = self.burst(address, requests, burst);
        async move {
            let answers = done.await?;
            place.all_done("a read", &answers)?;
            Ok(answers.iter().map(|(_, answer)| answer.data).collect())
        }
    }

    /// Writes words as a burst.
    ///
    /// # Errors
    ///
    /// As [`read_burst`](Self::read_burst).
    #[track_caller]
    pub fn write_burst(
        &self,
        address: u64,
        words: &[u64],
        burst: Burst,
    ) -> impl Future<Output = Result> + use<> {
        let place = At::here();
        let addresses = self.addresses(address, words.len(), burst);
        let both = addresses.into_iter().zip(words);
        let requests: Vec<Request> = both.map(|(at, word)| Request::write(at, *word)).collect();
        let done = self.burst(address, requests, burst);
        async move {
            let answers = done.await?;
            place.all_done("a write", &answers)
        }
    }

    fn addresses(&self, first: u64, words: usize, burst: Burst) -> Vec<u64> {
        let bytes = self.signals.bytes() as u64;
        let next = |address: &u64| Some(burst.next(*address, bytes));
        std::iter::successors(Some(first), next)
            .take(words)
            .collect()
    }

    #[track_caller]
    fn burst(
        &self,
        address: u64,
        requests: Vec<Request>,
        burst: Burst,
    ) -> impl Future<Output = Result<Vec<(u64, Answer)>>> + use<> {
        let (bus, bytes) = (self.signals.bus(), self.signals.bytes());
        let refused = if !address.is_multiple_of(bytes as u64) {
            Some(verifork::error!(
                "Wishbone: a burst from {address:#x}, which is not an address of a word of {bytes} bytes of `{bus}`"
            ))
        } else if burst != Burst::Constant
            && self.signals.cti.is_some()
            && self.signals.bte.is_none()
        {
            Some(verifork::error!(
                "Wishbone: an incrementing burst, and `{bus}` has no BTE to say so (RULE 4.20)"
            ))
        } else {
            self.refused(&requests)
        };
        let this = self.clone();
        async move {
            if let Some(error) = refused {
                return Err(error);
            }
            let last = requests.len() - 1;
            let tagged = |(at, request): (usize, &Request)| Beat {
                request: *request,
                cti: if at == last {
                    END_OF_BURST
                } else {
                    burst.cti()
                },
                bte: burst.bte(),
            };
            let beats = requests.iter().enumerate().map(tagged).collect();
            let answers = this.cycle(beats, None).await?;
            let addresses = requests.iter().map(|request| request.address);
            Ok(addresses.zip(answers).collect())
        }
    }

    async fn cycle(&self, beats: Vec<Beat>, modify: Option<Modify>) -> Result<Vec<Answer>> {
        let cycle = |answers| Cycle {
            beats,
            modify,
            answers,
        };
        Rc::clone(&self.cycles).ask(cycle).await
    }

    #[track_caller]
    fn refused<'r>(&self, requests: impl IntoIterator<Item = &'r Request>) -> Option<Error> {
        let mut requests = requests.into_iter().peekable();
        if requests.peek().is_none() {
            let bus = self.signals.bus();
            return Some(verifork::error!(
                "Wishbone: a cycle without an access on `{bus}`"
            ));
        }
        let reason = requests.find_map(|request| self.signals.refuses(request));
        reason.map(|reason| verifork::error!("Wishbone: {reason}"))
    }
}

impl Beat {
    fn alone(request: Request) -> Self {
        Beat {
            request,
            cti: CLASSIC,
            bte: 0,
        }
    }
}

/// An error of the caller's line, in case.
struct At(Error);

impl At {
    #[track_caller]
    fn here() -> Self {
        At(verifork::error!("it did not end with ACK"))
    }

    fn done(self, what: &str, address: u64, answer: Answer) -> Result<u64> {
        match answer.termination {
            Termination::Ack => Ok(answer.data),
            other => Err(self
                .0
                .context(format!("{what} at {address:#x} ended with {other}"))),
        }
    }

    fn all_done(self, what: &str, answers: &[(u64, Answer)]) -> Result {
        let failed = |(_, answer): &&(u64, Answer)| answer.termination != Termination::Ack;
        match answers.iter().find(failed) {
            Some((address, answer)) => self.done(what, *address, *answer).map(|_| ()),
            None => Ok(()),
        }
    }
}

impl std::fmt::Debug for RunningManager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunningManager")
            .field("bus", &self.signals.bus())
            .finish_non_exhaustive()
    }
}
