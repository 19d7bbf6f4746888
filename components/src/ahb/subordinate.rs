//! The side that answers.

use verifork::value::Logic;
use verifork::{Result, TestRng};

use super::signals::Signals;
use super::transfer::{NONSEQ, Phase};
use super::word::Word;
use crate::axi_lite::Target;
use crate::known::Known;
use crate::memory::Fault;
use crate::parent::{Claim, Parent, free_name, rng_named};
use crate::pauses::Cursor;
use crate::{Clocked, Pauses};

/// Answers transfers: a builder, until it is [started](Self::start).
///
/// A transfer that fails is answered with ERROR, of two cycles; without HRESP nothing tells. One of more than 8 bytes
/// is several accesses of the target, of 8 bytes each.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, ahb, memory::Memory};
///
/// # fn example(tm: &TaskManager, signals: &ahb::Signals, clocked: &Clocked) {
/// let memory = Memory::sparse(); // what the manager writes, the test sees
/// ahb::Subordinate::new(signals, &memory).start(tm, clocked);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a subordinate does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Subordinate<T> {
    signals: Signals,
    target: T,
    pauses: Pauses,
}

impl<T: Target + Clone + 'static> Subordinate<T> {
    /// Creates a subordinate that waits only for the target's latency. A write waits one more clock if the target
    /// [cannot tell](Target::would_answer) its response before it has the data.
    pub fn new(signals: &Signals, target: &T) -> Self {
        Subordinate {
            signals: *signals,
            target: target.clone(),
            pauses: Pauses::none(),
        }
    }

    /// Cycles in which HREADY is 0, in data phases.
    pub fn pauses(self, pauses: &Pauses) -> Self {
        let pauses = pauses.clone();
        Subordinate { pauses, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol, or another subordinate drives the bus.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) {
        clocked.check_runs();
        let (signals, clocked) = (self.signals, *clocked);
        signals.check_widths();
        let bus = signals.bus();
        let ready = signals.answer_ready().path();
        let claim = Claim::new(ready, "subordinate");
        let mut answering = Answering {
            signals,
            target: self.target,
            pauses: self.pauses.of_channel(ready),
            rng: rng_named(&format!("latency of {bus}")),
            phase: None,
            state: State::Okay,
        };
        let name = free_name(parent, format!("{bus} subordinate"));
        parent.add_background(name, async move {
            let _claim = claim;
            loop {
                (answering.phase, answering.state) = (None, State::Okay);
                answering.respond(true, false)?;
                clocked.out_of_reset().await;
                while !clocked.is_in_reset() {
                    answering.edge()?;
                    clocked.edge().await;
                }
            }
        });
    }
}

/// The response of the current cycle.
#[derive(Clone, Copy)]
enum State {
    /// HREADY: the data phase ends.
    Okay,
    /// Waits at least this many additional cycles.
    Waits(u32),
    /// The two cycles of an error.
    ErrorFirst,
    ErrorSecond,
}

struct Answering<T> {
    signals: Signals,
    target: T,
    pauses: Cursor,
    rng: TestRng,
    /// That of the data phase: of a write that is not done yet, while the answer is OKAY.
    phase: Option<Phase>,
    state: State,
}

impl<T: Target> Answering<T> {
    fn edge(&mut self) -> Result {
        match (self.state, self.phase) {
            (State::Waits(left), Some(phase)) => {
                if left > 0 || self.pauses.next_cycle() {
                    self.state = State::Waits(left.saturating_sub(1));
                    return Ok(());
                }
                return self.answer(phase, true);
            }
            (State::ErrorFirst, _) => {
                self.state = State::ErrorSecond;
                return self.respond(true, true);
            }
            (State::Okay, Some(phase)) if phase.writes => {
                // The response has promised that the write succeeds.
                let outcome = self.write(&phase)?;
                verifork::ensure!(
                    outcome.is_ok(),
                    "AHB: the target should have answered a write at {:#x}, but did not",
                    phase.address
                );
            }
            _ => {}
        }
        self.phase = None;
        self.state = State::Okay;
        let signals = self.signals;
        // Another subordinate may be in its data phase.
        let waits = signals.hreadyout.is_some()
            && !signals.bit(&signals.hready, "AHB_ERRS_HREADY_X", "HREADY")?;
        let kind = signals.transfer_kind()?;
        if waits || kind < NONSEQ {
            return self.respond(true, false);
        }
        let phase = signals.phase(kind)?;
        let latency = self.target.latency(&mut self.rng);
        if latency > 0 || self.pauses.next_cycle() {
            return self.wait(phase, latency.saturating_sub(1));
        }
        self.answer(phase, false)
    }

    fn wait(&mut self, phase: Phase, cycles: u32) -> Result {
        self.phase = Some(phase);
        self.state = State::Waits(cycles);
        self.respond(false, false)
    }

    /// Answers: `has_data`, HWDATA is that of the transfer.
    fn answer(&mut self, phase: Phase, has_data: bool) -> Result {
        let signals = self.signals;
        let outcome = if phase.writes {
            match self.would_write(&phase) {
                _ if has_data => self.write(&phase)?,
                Some(Ok(())) => {
                    // The data comes in the data phase.
                    (self.phase, self.state) = (Some(phase), State::Okay);
                    return self.respond(true, false);
                }
                Some(Err(fault)) => Err(fault),
                None => return self.wait(phase, 0),
            }
        } else {
            let mut read = [0; 128];
            let read = &mut read[..phase.bytes as usize];
            let outcome = each(phase.address, read.chunks_mut(8), |address, bytes| {
                self.target.read(address, bytes)
            });
            let word = Word::from_le_bytes(read);
            signals.drive(&signals.hrdata, &phase, &word)?;
            outcome
        };
        self.phase = None;
        if outcome.is_err() && signals.hresp.is_some() {
            self.state = State::ErrorFirst;
            return self.respond(false, true);
        }
        self.state = State::Okay;
        self.respond(true, false)
    }

    /// The response to a write, if the target knows it in advance.
    fn would_write(&self, phase: &Phase) -> Option<Result<(), Fault>> {
        let parts = (0..phase.bytes as usize).step_by(8);
        let mut parts = parts.zip((phase.address..).step_by(8));
        let known = parts.try_for_each(|(at, address)| {
            let bytes = (phase.bytes as usize - at).min(8);
            match self.target.would_answer(address, bytes, true) {
                Some(Ok(())) => Ok(()),
                other => Err(other),
            }
        });
        known.err().unwrap_or(Some(Ok(())))
    }

    fn write(&mut self, phase: &Phase) -> Result<Result<(), Fault>> {
        let word = self.signals.written(phase)?;
        // If a part is known to fail, the other parts are not written either.
        if let Some(Err(fault)) = self.would_write(phase) {
            return Ok(Err(fault));
        }
        let bytes = word.to_le_bytes(phase.bytes as usize);
        Ok(each(phase.address, bytes.chunks(8), |address, bytes| {
            self.target
                .write(address, bytes, u8::MAX >> (8 - bytes.len()))
        }))
    }

    fn respond(&self, ready: bool, error: bool) -> Result {
        let signals = self.signals;
        signals.answer_ready().try_set(Logic::from(ready))?;
        if let Some(signal) = signals.hresp {
            signal.try_set(Logic::from(error))?;
        }
        Ok(())
    }
}

/// Does the parts of a transfer, of up to 8 bytes each; the first that fails is how it ends.
fn each<B>(
    first: u64,
    parts: impl Iterator<Item = B>,
    mut access: impl FnMut(u64, B) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let addresses = (0..).map(|part: u64| first.wrapping_add(8 * part));
    let outcomes = addresses
        .zip(parts)
        .map(|(address, part)| access(address, part));
    outcomes.fold(Ok(()), Result::and)
}
