//! Answers reads: AR and R.

use std::collections::VecDeque;

use verifork::Result;
use verifork::value::Logic;

use super::{Direction, Order, Target};
use crate::axi::burst::Burst;
use crate::axi::data::{Lanes, drive_user};
use crate::axi::rules;
use crate::axi::signals::ReadSignals;
use crate::axi::users::{AnsweredRead, ReadUser};
use crate::axi_common::{Answering, Response};
use crate::handshake::{Offering, Taking};

pub(super) struct OpenRead {
    pub(super) burst: Burst,
    pub(super) due: u64,
    pub(super) beat: u16,
}

pub(super) struct Reads<T> {
    pub(super) direction: Direction<T>,
    pub(super) signals: ReadSignals,
    pub(super) ar: Taking,
    pub(super) r: Offering,
    pub(super) open: VecDeque<OpenRead>,
    pub(super) lanes: Lanes,
    pub(super) user: Option<ReadUser>,
}

impl<T: Target> Answering for Reads<T> {
    fn idle(&mut self) -> Result {
        self.ar.set_ready(false)?;
        Ok(self.r.idle()?)
    }

    fn waits_for(&self) -> &'static str {
        self.r.waits_for().unwrap_or(self.ar.waits_for())
    }

    fn forget(&mut self) {
        self.open.clear();
    }

    fn edge(&mut self) -> Result {
        self.direction.cycle += 1;
        if self.ar.is_given()? {
            let burst = self.signals.ar.sample(&self.direction.bus, &rules::AR)?;
            let due = self.direction.due();
            let beat = 0;
            self.open.push_back(OpenRead { burst, due, beat });
        }
        self.r.is_taken()?;
        let chosen = if self.r.waits_for().is_some() {
            None
        } else {
            self.next()
        };
        if self.r.may_offer(chosen.is_some())?
            && let Some(at) = chosen
        {
            self.drive_beat(at)?;
            self.r.offered()?;
        }
        self.ar.open_if(self.open.len() < self.direction.most)?;
        Ok(())
    }
}

impl<T: Target> Reads<T> {
    fn next(&mut self) -> Option<usize> {
        let begun = self.open.iter().position(|open| open.beat > 0);
        match begun {
            Some(at) if self.direction.order != Order::Interleaved => Some(at),
            _ => {
                let open = self.open.iter().map(|open| (&open.burst, open.due));
                self.direction.choose(open)
            }
        }
    }

    fn drive_beat(&mut self, at: usize) -> Result {
        let OpenRead { burst, beat, .. } = &mut self.open[at];
        let lanes = burst.lanes(*beat, self.direction.bus.bytes());
        let mut bytes = [0; 128];
        let bytes = &mut bytes[..lanes.len()];
        let outcome = self.direction.target.read(burst.address_of(*beat), bytes);
        let mut response = Response::from(outcome);
        let exclusive = self
            .direction
            .exclusive
            .as_ref()
            .filter(|_| burst.exclusive);
        if let Some(monitor) = exclusive
            && response == Response::Okay
        {
            response = Response::ExOkay;
            if *beat == 0 {
                monitor.borrow_mut().read(burst);
            }
        }
        *beat += 1;
        let is_last = *beat == burst.beats;
        let signals = &self.signals.r;
        self.lanes.drive(&signals.data, lanes, bytes)?;
        if let Some(signal) = signals.resp {
            signal.try_set(response.bits())?;
        }
        if let Some(signal) = signals.id {
            signal.try_set(burst.id)?;
        }
        if let Some(signal) = signals.last {
            signal.try_set(Logic::from(is_last))?;
        }
        match (&self.user, signals.user) {
            (Some(user), Some(signal)) => {
                let answered = AnsweredRead {
                    burst,
                    beat: *beat - 1,
                    response,
                };
                user.drive(signal, &answered)?;
            }
            (_, signal) => drive_user(signal, None)?,
        }
        if is_last {
            self.open.remove(at);
        }
        Ok(())
    }
}
