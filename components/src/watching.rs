//! A checker's view of a handshake: the signals that must be stable and known while it is valid.

use verifork::Result;
use verifork::dut::Signal;
use verifork::value::LogicVec;

use crate::handshake::Wires;
use crate::violation::{Ignored, Violation};

/// A signal that must be stable and known while the handshake waits.
pub(crate) struct Watched {
    pub(crate) signal: Signal<LogicVec>,
    /// Its name in the protocol.
    pub(crate) name: &'static str,
    pub(crate) stable: &'static str,
    /// `None` if unknown bits are checked elsewhere.
    pub(crate) unknown: Option<&'static str>,
    pub(crate) now: LogicVec,
    before: LogicVec,
}

impl Watched {
    pub(crate) fn new(
        signal: Signal<LogicVec>,
        name: &'static str,
        stable: &'static str,
        unknown: Option<&'static str>,
    ) -> Self {
        Watched {
            signal,
            name,
            stable,
            unknown,
            now: LogicVec::unknown(signal.width()),
            before: LogicVec::unknown(signal.width()),
        }
    }
}

/// The state of a handshake at an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Reset,
    Nothing,
    /// It is valid, and perhaps transferred.
    Valid {
        transferred: bool,
    },
}

/// The side that looks on, and knows the rules of every handshake.
pub(crate) struct Watching {
    pub(crate) wires: Wires,
    pub(crate) ignored: Ignored,
    pub(crate) signals: Vec<Watched>,
    max_wait: Option<u32>,
    /// It was valid and not ready.
    waits: bool,
    waited: u32,
    was_in_reset: bool,
}

impl Watching {
    pub(crate) fn new(
        wires: Wires,
        ignored: Ignored,
        signals: Vec<Watched>,
        max_wait: Option<u32>,
    ) -> Self {
        Watching {
            wires,
            ignored,
            signals,
            max_wait,
            waits: false,
            waited: 0,
            was_in_reset: false,
        }
    }

    /// Checks an edge. `transaction` names the transaction for messages.
    pub(crate) fn look(
        &mut self,
        in_reset: bool,
        transaction: impl Fn() -> String,
    ) -> Result<Seen> {
        let wires = self.wires;
        if in_reset {
            (self.waits, self.waited, self.was_in_reset) = (false, 0, true);
            return Ok(Seen::Reset);
        }
        let known = |it: Result<bool>, ignored: bool| match it {
            Err(_) if ignored => Ok(false),
            it => it,
        };
        let valid = known(wires.is_valid(), self.ignored.has(wires.rules.valid_x))?;
        let ready = known(wires.is_ready(), self.ignored.has(wires.rules.ready_x))?;
        let broken = |rule, what: &str| {
            let signal = wires.valid;
            Violation::new(rule, wires.bus, what)
                .now()
                .of(transaction())
                .signal(signal.path(), format_args!("is {}", signal.get()))
        };
        let (name, other) = (wires.rules.valid, wires.rules.ready);
        if std::mem::take(&mut self.was_in_reset) && valid {
            let what = format!("{name} must be 0 at the first edge after a reset");
            self.ignored
                .report(broken(wires.rules.valid_reset, &what))?;
        }
        if self.waits && !valid {
            let what = format!("{name} was taken back before {other} was 1");
            self.ignored
                .report(broken(wires.rules.valid_stable, &what))?;
        }
        if !valid {
            (self.waits, self.waited) = (false, 0);
            return Ok(Seen::Nothing);
        }
        for watched in &mut self.signals {
            watched.signal.get_into(&mut watched.now)?;
            if let Some(rule) = watched.unknown
                && watched.now.has_unknown()
            {
                let what = format!("{} must be known while {name} is 1", watched.name);
                let violation = broken(rule, &what)
                    .signal(watched.signal.path(), format_args!("is {:x}", watched.now));
                self.ignored.report(violation)?;
            }
            if self.waits && watched.now != watched.before {
                let what = format!(
                    "{} changed while {name} was 1 and {other} was 0",
                    watched.name
                );
                let violation = broken(watched.stable, &what).signal(
                    watched.signal.path(),
                    format_args!("was {:x}, is {:x}", watched.before, watched.now),
                );
                self.ignored.report(violation)?;
            }
            std::mem::swap(&mut watched.now, &mut watched.before);
        }
        if ready {
            (self.waits, self.waited) = (false, 0);
        } else {
            self.waits = true;
            self.waited += 1;
            if self.max_wait.is_some_and(|limit| self.waited > limit) {
                let what = format!(
                    "{name} has been 1 for {} cycles without {other}",
                    self.waited
                );
                self.waited = 0;
                self.ignored.report(broken(wires.rules.max_wait, &what))?;
            }
        }
        Ok(Seen::Valid { transferred: ready })
    }

    /// The value of a signal at the edge that was [`Seen::Valid`].
    pub(crate) fn value(&self, index: usize) -> &LogicVec {
        &self.signals[index].before
    }
}
