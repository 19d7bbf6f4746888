//! Answers writes: AW, W and B.

use std::collections::VecDeque;

use verifork::Result;
use verifork::dut::Signal;
use verifork::value::LogicVec;

use super::{Direction, Target};
use crate::axi::burst::Burst;
use crate::axi::bus::Bus;
use crate::axi::data::{Lanes, drive_user, last as last_of, strobes, unknown};
use crate::axi::rules;
use crate::axi::signals::WriteSignals;
use crate::axi::users::{AnsweredWrite, WriteUser};
use crate::axi_common::{Answering, Response};
use crate::handshake::{Offering, Taking};

/// Beats of data, which may come before their address.
pub(super) struct Arrived {
    pub(super) bus_bytes: usize,
    pub(super) bytes: VecDeque<u8>,
    pub(super) beats: VecDeque<(u128, Option<bool>)>,
    pub(super) lanes: Lanes,
    pub(super) strobe: LogicVec,
    pub(super) user: Option<Signal<LogicVec>>,
    /// WUSER of each beat, if the bus has it.
    pub(super) users: VecDeque<LogicVec>,
}

impl Arrived {
    pub(super) fn new(bus_bytes: usize, user: Option<Signal<LogicVec>>) -> Self {
        Arrived {
            bus_bytes,
            bytes: VecDeque::new(),
            beats: VecDeque::new(),
            lanes: Lanes::new(bus_bytes),
            strobe: LogicVec::zeros(0),
            user,
            users: VecDeque::new(),
        }
    }

    fn sample(&mut self, bus: &Bus, signals: &WriteSignals) -> Result {
        let (signals, name) = (&signals.w, bus.name());
        let strobes = strobes(signals.strb, &mut self.strobe, bus)?;
        self.lanes
            .sample(&signals.data, strobes, &rules::WDATA, name)?;
        let last = last_of(signals.last, &rules::WLAST, name)?;
        self.bytes.extend(&self.lanes.bytes[..self.bus_bytes]);
        self.beats.push_back((strobes, last));
        if let Some(signal) = self.user {
            let user = signal.get();
            if user.has_unknown() {
                return Err(unknown(&rules::WUSER, name, &signal, &user));
            }
            self.users.push_back(user);
        }
        Ok(())
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.beats.clear();
        self.users.clear();
    }
}

pub(super) struct OpenWrite {
    pub(super) burst: Burst,
    pub(super) due: u64,
    /// The bytes of all lanes of all beats, and the strobes.
    pub(super) bytes: Vec<u8>,
    pub(super) strobes: Vec<u128>,
    pub(super) users: Vec<LogicVec>,
}

pub(super) struct Writes<T> {
    pub(super) direction: Direction<T>,
    pub(super) signals: WriteSignals,
    pub(super) aw: Taking,
    pub(super) w: Taking,
    pub(super) b: Offering,
    pub(super) open: VecDeque<OpenWrite>,
    pub(super) data: Arrived,
    /// The number of open writes, counted from the first, that have all their data.
    pub(super) complete: usize,
    pub(super) user: Option<WriteUser>,
}

impl<T: Target> Answering for Writes<T> {
    fn idle(&mut self) -> Result {
        self.aw.set_ready(false)?;
        self.w.set_ready(false)?;
        Ok(self.b.idle()?)
    }

    fn waits_for(&self) -> &'static str {
        let taking = if self.complete < self.open.len() {
            &self.w
        } else {
            &self.aw
        };
        self.b.waits_for().unwrap_or(taking.waits_for())
    }

    fn forget(&mut self) {
        self.open.clear();
        self.data.clear();
        self.complete = 0;
        if let Some(exclusive) = &self.direction.exclusive {
            exclusive.borrow_mut().reset();
        }
    }

    fn edge(&mut self) -> Result {
        self.direction.cycle += 1;
        if self.aw.is_given()? {
            let burst = self.signals.aw.sample(&self.direction.bus, &rules::AW)?;
            self.open.push_back(OpenWrite {
                bytes: Vec::with_capacity(usize::from(burst.beats) * self.direction.bus.bytes()),
                strobes: Vec::with_capacity(usize::from(burst.beats)),
                users: Vec::new(),
                burst,
                due: 0,
            });
        }
        if self.w.is_given()? {
            self.data.sample(&self.direction.bus, &self.signals)?;
        }
        self.collect()?;
        self.b.is_taken()?;
        let complete = self.open.iter().take(self.complete);
        let chosen = if self.b.waits_for().is_some() {
            None
        } else {
            let complete = complete.map(|open| (&open.burst, open.due));
            self.direction.choose(complete)
        };
        if self.b.may_offer(chosen.is_some())?
            && let Some(write) = chosen.and_then(|at| self.open.remove(at))
        {
            self.complete -= 1;
            let response = self.perform(&write);
            let signals = &self.signals.b;
            if let Some(signal) = signals.resp {
                signal.try_set(response.bits())?;
            }
            if let Some(signal) = signals.id {
                signal.try_set(write.burst.id)?;
            }
            match (&self.user, signals.user) {
                (Some(user), Some(signal)) => {
                    let answered = AnsweredWrite {
                        burst: &write.burst,
                        users: &write.users,
                        response,
                    };
                    user.drive(signal, &answered)?;
                }
                (_, signal) => drive_user(signal, None)?,
            }
            self.b.offered()?;
        }
        self.aw.open_if(self.open.len() < self.direction.most)?;
        self.w.open_if(true)?;
        Ok(())
    }
}

impl<T: Target> Writes<T> {
    /// Gives the beats that are there to the bursts that wait for them.
    fn collect(&mut self) -> Result {
        while let Some(write) = self.open.get_mut(self.complete) {
            let Some((strobes, last)) = self.data.beats.pop_front() else {
                return Ok(());
            };
            let beat = u16::try_from(write.strobes.len()).unwrap_or(u16::MAX);
            let allowed = write.burst.strobes(beat, self.direction.bus.bytes());
            if strobes & !allowed != 0 {
                let what = format!(
                    "WSTRB is {strobes:#b} with beat {} of {}, which has {allowed:#b}",
                    beat + 1,
                    write.burst.beats
                );
                return Err(self.direction.violation("AXI4_ERRM_WSTRB", what));
            }
            let is_last = beat + 1 == write.burst.beats;
            if last.is_some_and(|last| last != is_last) {
                let what = format!(
                    "WLAST is {} with beat {} of {}",
                    u8::from(!is_last),
                    beat + 1,
                    write.burst.beats
                );
                return Err(self.direction.violation("AXI4_ERRM_WDATA_NUM", what));
            }
            write
                .bytes
                .extend(self.data.bytes.drain(..self.data.bus_bytes));
            write.strobes.push(strobes);
            write.users.extend(self.data.users.pop_front());
            if is_last {
                let due = self.direction.due();
                write.due = due;
                self.complete += 1;
            }
        }
        Ok(())
    }

    /// Writes a burst.
    fn perform(&self, write: &OpenWrite) -> Response {
        let burst = &write.burst;
        let bus_bytes = self.direction.bus.bytes();
        let exclusive = self
            .direction
            .exclusive
            .as_ref()
            .filter(|_| burst.exclusive);
        if exclusive.is_some_and(|monitor| !monitor.borrow().allows(burst)) {
            return Response::Okay; // which tells that nothing was written
        }
        let mut response = Response::Okay;
        let beats = write.bytes.chunks_exact(bus_bytes).zip(&write.strobes);
        for ((bytes, strobes), beat) in beats.zip(0..) {
            let lanes = burst.lanes(beat, bus_bytes);
            let strobes = strobes >> lanes.start;
            let address = burst.address_of(beat);
            let outcome = self.direction.target.write(address, &bytes[lanes], strobes);
            if response == Response::Okay {
                response = outcome.into();
            }
        }
        if let Some(monitor) = &self.direction.exclusive {
            monitor.borrow_mut().written(&burst.range());
        }
        match response {
            Response::Okay if exclusive.is_some() => Response::ExOkay,
            response => response,
        }
    }
}
