//! Observes writes: AW, W and B.

use std::collections::VecDeque;

use verifork::Result;
use verifork::record::{self, Transaction};
use verifork::time::SimTime;
use verifork::value::LogicVec;

use super::{Write, begin, is_transferred, never};
use crate::Publisher;
use crate::axi::access::WriteData;
use crate::axi::burst::Burst;
use crate::axi::bus::Bus;
use crate::axi::data::{Lanes, last as last_of, strobes};
use crate::axi::rules;
use crate::axi::signals::WriteSignals;
use crate::handshake::Wires;

/// The data of a write, all lanes of each beat. It may come before the address.
pub(super) struct Arriving {
    pub(super) bytes: Vec<u8>,
    pub(super) strobes: Vec<u128>,
    pub(super) users: Vec<LogicVec>,
    pub(super) ended: SimTime,
}

impl Default for Arriving {
    fn default() -> Self {
        Arriving {
            bytes: Vec::new(),
            strobes: Vec::new(),
            users: Vec::new(),
            ended: never(),
        }
    }
}

pub(super) struct Writes {
    pub(super) bus: Bus,
    pub(super) signals: WriteSignals,
    pub(super) wires: [Wires; 3],
    pub(super) addresses: VecDeque<(Burst, SimTime, Transaction, Option<Arriving>)>,
    /// Complete data that came before its address.
    pub(super) data: VecDeque<Arriving>,
    pub(super) arriving: Arriving,
    pub(super) lanes: Lanes,
    pub(super) strobe: LogicVec,
    pub(super) published: Publisher<Write>,
}

impl Writes {
    pub(super) fn edge(&mut self, in_reset: bool) -> Result {
        if in_reset {
            self.addresses.clear();
            self.data.clear();
            self.arriving = Arriving::default();
            return Ok(());
        }
        let [aw, w, b] = self.wires;
        // Requests come first. Otherwise responses of a design that does not wait a cycle would belong to later
        // accesses.
        if is_transferred(&aw)? {
            let burst = self.signals.aw.sample(&self.bus, &rules::AW)?;
            let recorded = begin(&self.bus, "write", &burst);
            self.addresses
                .push_back((burst, verifork::now(), recorded, None));
        }
        if is_transferred(&w)? {
            self.beat()?;
        }
        let waiting = self.addresses.iter_mut().filter(|it| it.3.is_none());
        for (address, data) in waiting.zip(std::iter::from_fn(|| self.data.pop_front())) {
            address.3 = Some(data);
        }
        if is_transferred(&b)? {
            self.answered()?;
        }
        Ok(())
    }

    fn beat(&mut self) -> Result {
        let (signals, name) = (&self.signals.w, self.bus.name());
        let strobes = strobes(signals.strb, &mut self.strobe, &self.bus)?;
        self.lanes
            .sample(&signals.data, strobes, &rules::WDATA, name)?;
        let arriving = &mut self.arriving;
        let open = self.addresses.iter().find(|it| it.3.is_none());
        if arriving.strobes.is_empty() {
            let beats = open.map_or(16, |it| it.0.beats.into());
            arriving.bytes.reserve(beats * self.bus.bytes());
            arriving.strobes.reserve(beats);
            arriving
                .users
                .reserve(if signals.user.is_some() { beats } else { 0 });
        }
        arriving
            .bytes
            .extend_from_slice(&self.lanes.bytes[..self.bus.bytes()]);
        arriving.strobes.push(strobes);
        if let Some(signal) = signals.user {
            arriving.users.push(signal.get());
        }
        let last = last_of(signals.last, &rules::WLAST, name)?;
        // Without WLAST, the address determines the number of beats.
        let beats = arriving.strobes.len();
        let last = last.unwrap_or(open.is_none_or(|it| usize::from(it.0.beats) == beats));
        if last {
            let mut whole = std::mem::take(arriving);
            whole.ended = verifork::now();
            self.data.push_back(whole);
        }
        Ok(())
    }

    fn answered(&mut self) -> Result {
        let (id, response) = self.signals.b.sample(self.bus.name())?;
        let found = self
            .addresses
            .iter()
            .position(|(burst, _, _, data)| burst.id == id && data.is_some());
        let Some((burst, begun, recorded, Some(arrived))) =
            found.and_then(|at| self.addresses.remove(at))
        else {
            return Ok(());
        };
        if record::is_listened_to() {
            recorded.attribute("response", response);
        }
        recorded.end();
        if !self.published.has_receivers() {
            return Ok(());
        }
        let bus_bytes = self.bus.bytes();
        let mut data = WriteData {
            users: arrived.users,
            ..WriteData::default()
        };
        data.bytes.reserve(burst.data_bytes());
        let beats = arrived.bytes.chunks_exact(bus_bytes).zip(&arrived.strobes);
        for ((bytes, strobes), beat) in beats.zip(0..burst.beats) {
            for lane in burst.lanes(beat, bus_bytes) {
                let enabled = strobes >> lane & 1 == 1;
                data.bytes.push(if enabled { bytes[lane] } else { 0 });
                data.enabled.push(enabled);
            }
        }
        if data.enabled.iter().all(|&enabled| enabled) {
            data.enabled.clear();
        }
        self.published.publish(Write {
            burst,
            data,
            response,
            user: self.signals.b.user.map(|signal| signal.get()),
            begun,
            data_ended: arrived.ended,
            ended: verifork::now(),
        });
        Ok(())
    }
}
