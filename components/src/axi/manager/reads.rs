//! The side of a manager that reads: AR and R.

use verifork::Result;
use verifork::sync::OneshotSender;

use crate::axi::access::ReadAnswer;
use crate::axi::burst::Burst;
use crate::axi::bus::Bus;
use crate::axi::data::{Lanes, last as last_of};
use crate::axi::rules;
use crate::axi::signals::ReadSignals;
use crate::handshake::{Offering, Taking};
use crate::outstanding::{Outstanding, Progress, Side};
use crate::violation::{Ignored, Violation};

pub(super) struct Reading {
    pub(super) burst: Burst,
    pub(super) beat: u16,
    pub(super) answer: ReadAnswer,
    pub(super) sender: OneshotSender<ReadAnswer>,
}

pub(super) struct ReadSide {
    pub(super) bus: Bus,
    pub(super) signals: ReadSignals,
    pub(super) ar: Offering,
    pub(super) r: Taking,
    pub(super) lanes: Lanes,
    pub(super) ignored: Ignored,
}

impl Side for ReadSide {
    type Access = Reading;

    fn idle(&mut self) -> Result {
        self.ar.idle()?;
        Ok(self.r.set_ready(false)?)
    }

    fn waits_for(&self) -> &'static str {
        self.ar.waits_for().unwrap_or(self.r.waits_for())
    }

    fn reset(&mut self, reads: &mut Outstanding<Reading>) {
        for reading in reads.iter_mut() {
            reading.beat = 0;
            reading.answer = ReadAnswer::default();
        }
    }

    fn edge(&mut self, reads: &mut Outstanding<Reading>) -> Result {
        let before = reads.progress();
        if self.ar.is_taken()? {
            reads.address_is_sent();
        }
        if self.r.is_given()? {
            self.answered(reads, before)?;
        }
        let next = reads.next_address();
        if self.ar.may_offer(next.is_some())?
            && let Some(reading) = next
        {
            self.signals.ar.drive(&reading.burst)?;
            self.ar.offered()?;
        }
        self.r.open_if(true)?;
        Ok(())
    }
}

impl ReadSide {
    fn answered(&mut self, reads: &mut Outstanding<Reading>, before: Progress) -> Result {
        let (name, bytes) = (self.bus.name(), self.bus.bytes());
        let signals = &self.signals.r;
        let (id, response) = signals.sample(name)?;
        let found = reads.find(|reading| reading.burst.id == id);
        let rule = "AXI4_ERRS_RID";
        let (has, rules) = (Progress::is_addressed, (rule, &self.ignored));
        let in_time = reads.is_in_time(found, before, has, rules);
        let found = found.filter(|_| in_time);
        let Some((at, reading)) = found.and_then(|at| Some((at, reads.get_mut(at)?))) else {
            let what = format!("data with ID {id}, and no read with it is under way");
            return Err(Violation::new(rule, name, what).now().into());
        };
        let lanes = reading.burst.lanes(reading.beat, bytes);
        let needed = if response.is_error() {
            0
        } else {
            crate::lanes::strobes_of(lanes.clone())
        };
        self.lanes
            .sample(&signals.data, needed, &rules::RDATA, name)?;
        let answer = &mut reading.answer;
        if reading.beat == 0 {
            answer.data.reserve(reading.burst.data_bytes());
            let beats = usize::from(reading.burst.beats);
            answer.responses.reserve(beats);
            answer
                .users
                .reserve(if signals.user.is_some() { beats } else { 0 });
        }
        answer.data.extend_from_slice(&self.lanes.bytes[lanes]);
        answer.responses.push(response);
        if let Some(signal) = signals.user {
            answer.users.push(signal.get());
        }
        reading.beat += 1;
        let is_last = reading.beat == reading.burst.beats;
        let last = last_of(signals.last, &rules::RLAST, name)?.unwrap_or(is_last);
        if last != is_last {
            let what = format!(
                "RLAST is {} with beat {} of {}",
                u8::from(last),
                reading.beat,
                reading.burst.beats
            );
            return Err(Violation::new("AXI4_ERRS_RDATA_NUM", name, what)
                .now()
                .into());
        }
        if is_last && let Some(reading) = reads.remove(at) {
            let _ = reading.sender.send(reading.answer); // the task that waits may be gone
        }
        Ok(())
    }
}
