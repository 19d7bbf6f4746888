//! The side that answers.

use std::collections::VecDeque;
use std::ops::Range;

use verifork::value::Logic;
use verifork::{Result, TestRng};

use super::request::{Burst, Request, Termination};
use super::signals::Signals;
use crate::axi_lite::Target;
use crate::parent::{Claim, Parent, free_name, rng_named};
use crate::pauses::Cursor;
use crate::{Clocked, Pauses};

/// Answers accesses: a builder, until it is [started](Self::start).
///
/// A word is at its address rounded down to the bytes of the data; a read asks for the bytes from the first to the last that
/// SEL has, and no others. An access that fails ends with ERR; without
/// that signal nothing tells.
///
/// In standard mode it terminates an access in the clock after it has seen it; reads of a burst, whose addresses
/// it knows before, one in each clock. Pipelined, it takes an access in each clock, and terminates it in the next.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, wishbone, memory::Memory};
///
/// # fn example(tm: &TaskManager, signals: &wishbone::Signals, clocked: &Clocked) {
/// let memory = Memory::sparse(); // what the manager writes, the test sees
/// wishbone::Subordinate::new(signals, &memory).start(tm, clocked);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a subordinate does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Subordinate<T> {
    signals: Signals,
    target: T,
    pauses: Pauses,
    retries: Pauses,
    queue: usize,
}

impl<T: Target + Clone + 'static> Subordinate<T> {
    /// A subordinate that waits only for the target's latency, and asks for no retries.
    pub fn new(signals: &Signals, target: &T) -> Self {
        Subordinate {
            signals: *signals,
            target: target.clone(),
            pauses: Pauses::none(),
            retries: Pauses::none(),
            queue: 8,
        }
    }

    /// Cycles in which an access waits; pipelined: in which it stalls.
    pub fn pauses(self, pauses: &Pauses) -> Self {
        let pauses = pauses.clone();
        Subordinate { pauses, ..self }
    }

    /// Sets which accesses end with RTY, by pauses of which one is drawn for each access.
    pub fn retries(self, retries: &Pauses) -> Self {
        let retries = retries.clone();
        Subordinate { retries, ..self }
    }

    /// On a pipelined bus, sets how many accesses it accepts ahead of their terminations. The default is 8.
    ///
    /// # Panics
    ///
    /// At the caller's line: it is 0.
    #[track_caller]
    pub fn queue(self, queue: usize) -> Self {
        assert!(queue > 0, "a subordinate takes one access ahead at least");
        Subordinate { queue, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol, another subordinate drives the bus, there are to be
    /// [retries](Self::retries) and there is no RTY.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) {
        clocked.check_runs();
        let (signals, clocked) = (self.signals, *clocked);
        signals.check_widths();
        let bus = signals.bus();
        assert!(
            signals.rty.is_some() || self.retries.are_none(),
            "Wishbone: accesses of `{bus}` are to end with RTY, and it has no RTY"
        );
        let claim = Claim::new(signals.ack.path(), "subordinate");
        let mut answering = Answering {
            signals,
            target: self.target,
            pauses: self.pauses.of_channel(signals.ack.path()),
            retries: self.retries.of_channel(&format!("retries of {bus}")),
            rng: rng_named(&format!("latency of {bus}")),
            state: State::Idle,
            // Different from the values in a reset, so that they are written.
            given: Some(Termination::Ack),
            taken: VecDeque::with_capacity(self.queue),
            queue: self.queue,
            now: 0,
            stalls: false,
        };
        let name = free_name(parent, format!("{bus} subordinate"));
        parent.add_background(name, async move {
            let _claim = claim;
            loop {
                answering.reset()?;
                clocked.out_of_reset().await;
                while !clocked.is_in_reset() {
                    if signals.is_pipelined() {
                        answering.pipelined()?;
                    } else {
                        answering.classic()?;
                    }
                    clocked.edge().await;
                }
            }
        });
    }
}

/// The state of the access that STB requests in standard mode.
#[derive(Clone, Copy)]
enum State {
    Idle,
    /// Waits at least this many cycles.
    Waits(u32),
    /// It is terminated; with `ahead`, the next one of the burst is terminated before it is requested.
    Terminates {
        ahead: bool,
    },
}

struct Answering<T> {
    signals: Signals,
    target: T,
    pauses: Cursor,
    retries: Cursor,
    rng: TestRng,
    state: State,
    /// The values of the signals.
    given: Option<Termination>,
    /// Pipelined: the accepted accesses, their data, and the edge from which each may be terminated.
    taken: VecDeque<(u64, Termination, u64)>,
    queue: usize,
    now: u64,
    stalls: bool,
}

impl<T: Target> Answering<T> {
    fn reset(&mut self) -> Result {
        self.state = State::Idle;
        self.taken.clear();
        self.stall(false)?;
        self.give(None)
    }

    /// An edge in standard mode.
    fn classic(&mut self) -> Result {
        let signals = self.signals;
        let in_cycle = signals.is_in_cycle()?;
        let asked = in_cycle && signals.is_asked()?;
        let left = match self.state {
            // The manager waits inside of a burst.
            State::Terminates { ahead: true } if in_cycle && !asked => return Ok(()),
            State::Terminates { .. } if asked => return self.terminated(),
            _ if !asked => {
                self.state = State::Idle;
                return self.give(None);
            }
            State::Waits(left) => left,
            _ => self.target.latency(&mut self.rng),
        };
        if left > 0 || self.pauses.next_cycle() {
            self.state = State::Waits(left.saturating_sub(1));
            return Ok(());
        }
        let request = signals.request()?;
        self.state = State::Terminates { ahead: false };
        self.answer(&request)
    }

    /// An access has been terminated at this edge: in a burst the next read is known.
    fn terminated(&mut self) -> Result {
        let signals = self.signals;
        let request = signals.request()?;
        let (cti, bte) = signals.tags()?;
        let goes_on = request.write.is_none() && self.given == Some(Termination::Ack);
        self.state = State::Idle;
        let Some(burst) = Burst::of(cti, bte).filter(|_| goes_on) else {
            return self.give(None);
        };
        let latency = self.target.latency(&mut self.rng);
        if latency > 0 || self.pauses.next_cycle() {
            self.state = State::Waits(latency);
            return self.give(None);
        }
        let word = self.word(request.address);
        let address = burst.next(word, signals.bytes() as u64) & signals.address_bits();
        self.state = State::Terminates { ahead: true };
        self.answer(&Request { address, ..request })
    }

    /// An edge of a pipelined bus.
    fn pipelined(&mut self) -> Result {
        let signals = self.signals;
        self.now += 1;
        if !signals.is_in_cycle()? {
            self.taken.clear();
            return self.give(None);
        }
        if signals.is_asked()? && !self.stalls {
            let latency = self.target.latency(&mut self.rng);
            let (termination, data) = self.access(&signals.request()?);
            let due = self.now + u64::from(latency);
            self.taken.push_back((due, termination, data));
        }
        if self.taken.front().is_some_and(|(due, ..)| *due <= self.now)
            && let Some((_, termination, data)) = self.taken.pop_front()
        {
            signals.dat_r.try_set(data)?;
            self.give(Some(termination))?;
        } else {
            self.give(None)?;
        }
        let stalls = self.taken.len() >= self.queue || self.pauses.next_cycle();
        self.stall(stalls)
    }

    fn answer(&mut self, request: &Request) -> Result {
        let (termination, data) = self.access(request);
        self.signals.dat_r.try_set(data)?;
        self.give(Some(termination))
    }

    fn word(&self, address: u64) -> u64 {
        address - address % self.signals.bytes() as u64
    }

    fn access(&mut self, request: &Request) -> (Termination, u64) {
        let signals = self.signals;
        if signals.rty.is_some() && self.retries.next_cycle() {
            return (Termination::Rty, 0);
        }
        let (word, bytes) = (self.word(request.address), signals.bytes());
        let mut read = [0; 8];
        let select = request.select.unwrap_or(signals.all_bytes());
        let outcome = match request.write {
            Some(data) => self
                .target
                .write(word, &data.to_le_bytes()[..bytes], select),
            None => {
                let lanes = selected(select);
                let address = word + lanes.start as u64;
                self.target.read(address, &mut read[lanes])
            }
        };
        match outcome {
            Err(_) if signals.err.is_some() => (Termination::Err, 0),
            _ => (Termination::Ack, u64::from_le_bytes(read)),
        }
    }

    fn give(&mut self, termination: Option<Termination>) -> Result {
        if self.given == termination {
            return Ok(());
        }
        self.given = termination;
        let signals = self.signals;
        let is = |which| Logic::from(termination == Some(which));
        signals.ack.try_set(is(Termination::Ack))?;
        if let Some(signal) = signals.err {
            signal.try_set(is(Termination::Err))?;
        }
        if let Some(signal) = signals.rty {
            signal.try_set(is(Termination::Rty))?;
        }
        Ok(())
    }

    fn stall(&mut self, stalls: bool) -> Result {
        // Without the signal it cannot; in standard mode the signal may be there and mean nothing.
        let Some(signal) = self.signals.stall else {
            return Ok(());
        };
        self.stalls = stalls;
        Ok(signal.try_set(Logic::from(stalls))?)
    }
}

/// The bytes from the first to the last that are selected.
fn selected(select: u8) -> Range<usize> {
    let (first, behind) = (select.trailing_zeros(), 8 - select.leading_zeros());
    first.min(behind) as usize..behind as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_is_of_the_bytes_that_are_selected() {
        for (select, lanes) in [
            (0b1111_1111, 0..8),
            (0b1, 0..1),
            (0b0011_0000, 4..6),
            (0b1000_0010, 1..8),
            (0, 0..0),
        ] {
            assert_eq!(selected(select), lanes, "{select:#b}");
        }
    }
}
