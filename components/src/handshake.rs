//! The valid/ready handshake of all protocols here, for the side that offers and the side that takes.

use verifork::Result;
use verifork::dut::{Signal, WriteError};
use verifork::task::waiting_for;
use verifork::value::Logic;

use crate::parent::interned;
use crate::pauses::Cursor;
use crate::sending::{OnReset, Sending};
use crate::violation::Violation;
use crate::{Clocked, Pauses};

/// The names that a protocol has for the rules of a handshake.
#[derive(Debug)]
pub(crate) struct HandshakeRules {
    pub(crate) valid_stable: &'static str,
    pub(crate) valid_x: &'static str,
    pub(crate) ready_x: &'static str,
    pub(crate) valid_reset: &'static str,
    pub(crate) max_wait: &'static str,
    /// The names of the two signals in the protocol.
    pub(crate) valid: &'static str,
    pub(crate) ready: &'static str,
}

/// The two signals, with their names for messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wires {
    pub(crate) valid: Signal<Logic>,
    pub(crate) ready: Option<Signal<Logic>>,
    pub(crate) clocked: Clocked,
    pub(crate) bus: &'static str,
    pub(crate) rules: &'static HandshakeRules,
}

impl Wires {
    /// Whether it is valid.
    #[inline]
    pub(crate) fn is_valid(&self) -> Result<bool> {
        let valid = self.valid.get();
        if valid.is_unknown() {
            return Err(self.unknown(self.rules.valid_x, self.rules.valid, &self.valid));
        }
        Ok(valid.is_one())
    }

    /// Whether it is ready; always, without such a signal.
    #[inline]
    pub(crate) fn is_ready(&self) -> Result<bool> {
        let Some(signal) = &self.ready else {
            return Ok(true);
        };
        let ready = signal.get();
        if ready.is_unknown() {
            return Err(self.unknown(self.rules.ready_x, self.rules.ready, signal));
        }
        Ok(ready.is_one())
    }

    #[cold]
    fn unknown(&self, rule: &'static str, name: &str, signal: &Signal<Logic>) -> verifork::Error {
        Violation::new(rule, self.bus, format!("{name} must be 0 or 1"))
            .now()
            .signal(signal.path(), format_args!("is {}", signal.get()))
            .into()
    }

    /// Waits for an edge, and returns whether the reset is active there.
    #[inline]
    pub(crate) async fn edge(&self) -> bool {
        self.clocked.edge().await;
        self.clocked.is_in_reset()
    }
}

/// The common part of the paths of a bus's signals, from that of one of them. Behind the signal's name may be an
/// end such as `_i`.
pub(crate) fn bus_of(path: &'static str, signal: &str) -> &'static str {
    let mut ends = std::iter::once(path.len()).chain(path.rfind('_'));
    let bus = ends.find_map(|end| {
        let at = end.checked_sub(signal.len()).filter(|&at| at > 0)?;
        let name = path.get(at..end)?;
        name.eq_ignore_ascii_case(signal).then(|| &path[..at])
    });
    bus.map_or(path, |bus| bus.trim_end_matches(['_', '.']))
}

/// How an offer, or the wait to take something, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It was transferred.
    Transferred,
    /// A reset has come.
    Reset,
}

/// The side that offers.
pub(crate) struct Offering {
    wires: Wires,
    pauses: Cursor,
    waits_for: &'static str,
    /// VALID is 1.
    is_offered: bool,
    /// The offer has not been taken yet.
    waits: bool,
}

impl Offering {
    pub(crate) fn new(wires: Wires, pauses: &Pauses) -> Self {
        let ready = wires.ready.map_or("", |ready| ready.path());
        Offering {
            wires,
            pauses: pauses.of_channel(wires.valid.path()),
            waits_for: interned(format!("`{ready}`, to send on {}", wires.bus)),
            is_offered: false,
            waits: false,
        }
    }

    /// Offers nothing.
    pub(crate) fn idle(&mut self) -> Result<(), WriteError> {
        (self.is_offered, self.waits) = (false, false);
        self.wires.valid.try_set(Logic::Zero)
    }

    /// The condition that it waits for, if any.
    pub(crate) fn waits_for(&self) -> Option<&'static str> {
        self.waits.then_some(self.waits_for)
    }

    /// At an edge: whether the offer is taken.
    #[inline]
    pub(crate) fn is_taken(&mut self) -> Result<bool> {
        let taken = self.waits && self.wires.is_ready()?;
        if taken {
            self.waits = false;
        }
        Ok(taken)
    }

    /// At an edge: whether something new may be offered, if there is something. Otherwise, and unless
    /// something waits to be taken, nothing is offered in the next cycle.
    #[inline]
    pub(crate) fn may_offer(&mut self, is_there: bool) -> Result<bool, WriteError> {
        if self.waits {
            return Ok(false);
        }
        if is_there && !self.pauses.next_cycle() {
            return Ok(true);
        }
        if self.is_offered {
            self.idle()?;
        }
        Ok(false)
    }

    /// The payload was written, and is on offer from now on.
    #[inline]
    pub(crate) fn offered(&mut self) -> Result<(), WriteError> {
        self.waits = true;
        if std::mem::replace(&mut self.is_offered, true) {
            return Ok(());
        }
        self.wires.valid.try_set(Logic::One)
    }

    /// Offers the payload that `drive` writes until it is taken. It begins and ends at an edge, so the next offer
    /// follows without a gap.
    pub(crate) async fn offer(
        &mut self,
        drive: impl FnOnce() -> Result<(), verifork::Error>,
    ) -> Result<Ended> {
        let wires = self.wires;
        while !self.may_offer(true)? {
            if wires.edge().await {
                return Ok(Ended::Reset);
            }
        }
        drive()?;
        self.offered()?;
        let mut in_reset = wires.edge().await;
        loop {
            if in_reset {
                return Ok(Ended::Reset);
            }
            if self.is_taken()? {
                return Ok(Ended::Transferred);
            }
            in_reset = waiting_for(self.waits_for, wires.edge()).await;
        }
    }
}

/// The side that takes.
pub(crate) struct Taking {
    wires: Wires,
    pauses: Cursor,
    waits_for: &'static str,
    is_ready: Option<bool>,
}

impl Taking {
    pub(crate) fn new(wires: Wires, pauses: &Pauses) -> Self {
        let valid = wires.valid.path();
        Taking {
            wires,
            pauses: pauses.of_channel(wires.ready.map_or(valid, |ready| ready.path())),
            waits_for: interned(format!("`{valid}`, to receive on {}", wires.bus)),
            is_ready: None,
        }
    }

    pub(crate) fn set_ready(&mut self, ready: bool) -> Result<(), WriteError> {
        match self.wires.ready {
            Some(signal) if self.is_ready != Some(ready) => {
                self.is_ready = Some(ready);
                signal.try_set(Logic::from(ready))
            }
            _ => Ok(()),
        }
    }

    /// The condition that it waits for.
    pub(crate) fn waits_for(&self) -> &'static str {
        self.waits_for
    }

    /// At an edge: whether something is transferred, to be sampled.
    #[inline]
    pub(crate) fn is_given(&self) -> Result<bool> {
        Ok(self.wires.is_valid()? && (self.wires.ready.is_none() || self.is_ready == Some(true)))
    }

    /// At an edge: whether the next cycle takes something.
    #[inline]
    pub(crate) fn open_if(&mut self, has_room: bool) -> Result<bool, WriteError> {
        let open = self.wires.ready.is_none() || has_room && !self.pauses.next_cycle();
        self.set_ready(open)?;
        Ok(open)
    }

    /// Takes the next offer while `has_room` is true, and returns at the edge at which it can be sampled.
    pub(crate) async fn take(&mut self, has_room: impl Fn() -> bool) -> Result<Ended> {
        let wires = self.wires;
        loop {
            let in_reset = if self.open_if(has_room())? {
                waiting_for(self.waits_for, wires.edge()).await
            } else {
                wires.edge().await
            };
            if in_reset {
                return Ok(Ended::Reset);
            }
            if self.is_given()? {
                return Ok(Ended::Transferred);
            }
        }
    }
}

/// The outcome of waiting for the next item of an empty queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// It may be offered from this edge on.
    Begins,
    /// At the edge is a reset, which began after it was accepted, or before.
    CameBeforeReset,
    CameInReset,
}

/// Waits for the next item of an empty queue, and for the edge at which it may be offered.
pub(crate) async fn next_of<T>(wires: &Wires, queue: &Sending<T>) -> Next {
    queue.filled().await;
    let in_reset = wires.clocked.is_in_reset();
    match (wires.edge().await, in_reset) {
        (false, _) => Next::Begins,
        (true, false) => Next::CameBeforeReset,
        (true, true) => Next::CameInReset,
    }
}

/// Sends the items of a queue, forever.
pub(crate) async fn send_all<T>(
    wires: Wires,
    pauses: &Pauses,
    queue: &Sending<T>,
    on_reset: OnReset,
    drive: impl Fn(&T) -> Result,
) -> Result {
    let mut offering = Offering::new(wires, pauses);
    offering.idle()?;
    loop {
        wires.clocked.out_of_reset().await;
        loop {
            let Some((number, item)) = queue.take() else {
                offering.idle()?;
                match next_of(&wires, queue).await {
                    Next::Begins => {}
                    Next::CameBeforeReset if on_reset == OnReset::Fail => {
                        queue.drop_all();
                        break;
                    }
                    Next::CameBeforeReset | Next::CameInReset => break,
                }
                continue;
            };
            match offering.offer(|| drive(&item)).await? {
                Ended::Transferred => queue.is_done(number),
                Ended::Reset => {
                    offering.idle()?;
                    queue.reset(on_reset, Some((number, item)));
                    break;
                }
            }
        }
    }
}

/// Takes transfers forever. `each` samples one at its edge; `reset` is called when a reset begins.
pub(crate) async fn take_all(
    wires: Wires,
    pauses: &Pauses,
    has_room: impl Fn() -> bool,
    mut each: impl FnMut() -> Result,
    reset: impl Fn(),
) -> Result {
    let mut taking = Taking::new(wires, pauses);
    loop {
        taking.set_ready(false)?;
        wires.clocked.out_of_reset().await;
        while taking.take(&has_room).await? == Ended::Transferred {
            each()?;
        }
        reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bus_is_named_by_what_its_signals_share() {
        assert_eq!(bus_of("top.s_axis_tvalid", "tvalid"), "top.s_axis");
        assert_eq!(bus_of("TOP.S_AXIS_TVALID", "tvalid"), "TOP.S_AXIS");
        assert_eq!(bus_of("top.bus.valid", "valid"), "top.bus");
        assert_eq!(bus_of("top.is_offered", "valid"), "top.is_offered");
        assert_eq!(bus_of("valid", "valid"), "valid");
        assert_eq!(bus_of("top.s_axi_awvalid_i", "awvalid"), "top.s_axi");
        assert_eq!(bus_of("top.VALID_I", "valid"), "top");
        assert_eq!(bus_of("top.i_wb_cyc", "cyc"), "top.i_wb");
    }
}
