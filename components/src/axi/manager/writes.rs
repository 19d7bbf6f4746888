//! The side of a manager that writes: AW, W and B.

use verifork::Result;
use verifork::sync::OneshotSender;
use verifork::value::{Logic, LogicVec};

use crate::axi::access::{WriteAnswer, WriteData};
use crate::axi::burst::Burst;
use crate::axi::bus::Bus;
use crate::axi::data::{Lanes, drive_user, words};
use crate::axi::signals::WriteSignals;
use crate::handshake::{Offering, Taking};
use crate::outstanding::{Outstanding, Progress, Side};
use crate::violation::{Ignored, Violation};

pub(super) struct Writing {
    pub(super) burst: Burst,
    pub(super) data: WriteData,
    pub(super) answer: OneshotSender<WriteAnswer>,
}

pub(super) struct WriteSide {
    pub(super) bus: Bus,
    pub(super) signals: WriteSignals,
    pub(super) aw: Offering,
    pub(super) w: Offering,
    pub(super) b: Taking,
    /// The current beat and its offset in the data of a burst.
    pub(super) beat: u16,
    pub(super) offset: usize,
    pub(super) lanes: Lanes,
    pub(super) strobe: LogicVec,
    /// The last values of WSTRB and WLAST.
    pub(super) written: Option<(u128, bool)>,
    pub(super) ignored: Ignored,
}

impl Side for WriteSide {
    type Access = Writing;

    fn idle(&mut self) -> Result {
        self.aw.idle()?;
        self.w.idle()?;
        Ok(self.b.set_ready(false)?)
    }

    fn waits_for(&self) -> &'static str {
        let sending = self.aw.waits_for().or(self.w.waits_for());
        sending.unwrap_or(self.b.waits_for())
    }

    fn reset(&mut self, _: &mut Outstanding<Writing>) {
        (self.beat, self.offset) = (0, 0);
    }

    fn edge(&mut self, writes: &mut Outstanding<Writing>) -> Result {
        let before = writes.progress();
        if self.aw.is_taken()? {
            writes.address_is_sent();
        }
        if self.w.is_taken()?
            && let Some(writing) = writes.next_data()
        {
            let lanes = writing.burst.lanes(self.beat, self.bus.bytes());
            self.beat += 1;
            self.offset += lanes.len();
            if self.beat == writing.burst.beats {
                (self.beat, self.offset) = (0, 0);
                writes.data_is_sent();
            }
        }
        if self.b.is_given()? {
            self.answered(writes, before)?;
        }
        let next = writes.next_address();
        if self.aw.may_offer(next.is_some())?
            && let Some(writing) = next
        {
            self.signals.aw.drive(&writing.burst)?;
            self.aw.offered()?;
        }
        let next = writes.next_data();
        if self.w.may_offer(next.is_some())?
            && let Some(writing) = next
        {
            self.drive_beat(writing)?;
            self.w.offered()?;
        }
        self.b.open_if(true)?;
        Ok(())
    }
}

impl WriteSide {
    fn drive_beat(&mut self, writing: &Writing) -> Result {
        let signals = &self.signals.w;
        let Writing { burst, data, .. } = writing;
        let lanes = burst.lanes(self.beat, self.bus.bytes());
        let (first, count) = (lanes.start, lanes.len());
        let bytes = &data.bytes[self.offset..][..count];
        let strobes = if data.enabled.is_empty() {
            crate::lanes::strobes_of(lanes.clone())
        } else {
            let enabled = (0..count).filter(|index| data.is_enabled(self.offset + index));
            enabled.fold(0, |bits, index| bits | 1 << (first + index))
        };
        self.lanes.drive(&signals.data, lanes, bytes)?;
        let last = self.beat + 1 == burst.beats;
        // Unchanged signals are not written again.
        let written = self.written.replace((strobes, last));
        if let Some(signal) = signals.strb
            && written.is_none_or(|written| written.0 != strobes)
        {
            let words = words(strobes);
            self.strobe
                .assign_planes(signal.width(), |word| (words[word], 0));
            signal.try_set_from(&self.strobe)?;
        }
        if let Some(signal) = signals.last
            && written.is_none_or(|written| written.1 != last)
        {
            signal.try_set(Logic::from(last))?;
        }
        drive_user(signals.user, data.user(self.beat))
    }

    fn answered(&mut self, writes: &mut Outstanding<Writing>, before: Progress) -> Result {
        let name = self.bus.name();
        let (id, response) = self.signals.b.sample(name)?;
        let found = writes.find(|writing| writing.burst.id == id);
        let holds = |rule, has: fn(Progress, usize) -> bool, what: &str| {
            if writes.is_in_time(found, before, has, (rule, &self.ignored)) {
                return Ok(());
            }
            let what = format!("an answer with ID {id} to a write, {what}");
            Err(verifork::Error::from(
                Violation::new(rule, name, what).now(),
            ))
        };
        holds(
            "AXI4_ERRS_BRESP_AW",
            Progress::is_addressed,
            "that was not asked for",
        )?;
        holds(
            "AXI4_ERRS_BRESP_WLAST",
            Progress::is_sent,
            "before the last beat of its data",
        )?;
        let Some(writing) = found.and_then(|at| writes.remove(at)) else {
            return Ok(());
        };
        let user = self.signals.b.user.map(|signal| signal.get());
        // The task that waits for the response may be gone.
        let _ = writing.answer.send(WriteAnswer { response, user });
        Ok(())
    }
}
