//! Observes reads: AR and R.

use std::collections::VecDeque;

use verifork::Result;
use verifork::record::{self, Transaction};

use super::{Read, begin, is_transferred};
use crate::Publisher;
use crate::axi::bus::Bus;
use crate::axi::data::Lanes;
use crate::axi::rules;
use crate::axi::signals::ReadSignals;
use crate::handshake::Wires;
use crate::lanes::strobes_of;

pub(super) struct Reads {
    pub(super) bus: Bus,
    pub(super) signals: ReadSignals,
    pub(super) wires: [Wires; 2],
    pub(super) open: VecDeque<(Read, Transaction)>,
    pub(super) lanes: Lanes,
    pub(super) published: Publisher<Read>,
}

impl Reads {
    pub(super) fn edge(&mut self, in_reset: bool) -> Result {
        if in_reset {
            self.open.clear();
            return Ok(());
        }
        let [ar, r] = self.wires;
        if is_transferred(&ar)? {
            let burst = self.signals.ar.sample(&self.bus, &rules::AR)?;
            let recorded = begin(&self.bus, "read", &burst);
            let mut read = Read::new(burst, Vec::new());
            read.responses.clear();
            read.data.reserve(read.burst.data_bytes());
            let has_user = self.signals.r.user.is_some();
            let beats = usize::from(read.burst.beats);
            read.users.reserve(if has_user { beats } else { 0 });
            read.begun = verifork::now();
            self.open.push_back((read, recorded));
        }
        if is_transferred(&r)? {
            self.beat()?;
        }
        Ok(())
    }

    fn beat(&mut self) -> Result {
        let (signals, name) = (&self.signals.r, self.bus.name());
        let (id, response) = signals.sample(name)?;
        let found = self.open.iter().position(|(read, _)| read.burst.id == id);
        let Some((at, (read, _))) = found.and_then(|at| Some((at, self.open.get_mut(at)?))) else {
            return Ok(());
        };
        let beat = u16::try_from(read.responses.len()).unwrap_or(u16::MAX);
        let lanes = read.burst.lanes(beat, self.bus.bytes());
        let needed = if response.is_error() {
            0
        } else {
            strobes_of(lanes.clone())
        };
        self.lanes
            .sample(&signals.data, needed, &rules::RDATA, name)?;
        read.data.extend_from_slice(&self.lanes.bytes[lanes]);
        read.responses.push(response);
        if let Some(signal) = signals.user {
            read.users.push(signal.get());
        }
        if beat == 0 {
            read.data_begun = verifork::now();
        }
        if beat + 1 < read.burst.beats {
            return Ok(());
        }
        let Some((mut read, recorded)) = self.open.remove(at) else {
            return Ok(());
        };
        read.ended = verifork::now();
        if record::is_listened_to() {
            let error = read.responses.iter().find(|it| it.is_error());
            recorded.attribute("response", error.copied().unwrap_or(response));
        }
        recorded.end();
        self.published.publish(read);
        Ok(())
    }
}
