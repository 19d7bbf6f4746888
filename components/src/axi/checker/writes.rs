//! Checks writes: AW, W and B.

use std::collections::VecDeque;

use verifork::Result;

use super::addresses::Addresses;
use super::{
    Reporter, bit, id_at, number_at, optional, places, response_at, value_at, watched_data,
};
use crate::axi::burst::Burst;
use crate::axi::data::wide;
use crate::axi::rules;
use crate::axi::signals::WriteSignals;
use crate::axi_common::Response;
use crate::lanes::{strobes_of, unknown_lanes};
use crate::watching::{Seen, Watched, Watching};

/// WDATA, WSTRB, WLAST.
pub(super) fn write_data(signals: &WriteSignals) -> (Vec<Watched>, [Option<usize>; 4]) {
    let signals = &signals.w;
    places([
        Some(watched_data(signals.data, &rules::WDATA)),
        optional(signals.strb, &rules::WSTRB),
        optional(bit(signals.last), &rules::WLAST),
        optional(signals.user, &rules::WUSER),
    ])
}

/// BID, BRESP.
pub(super) fn responses(signals: &WriteSignals) -> (Vec<Watched>, [Option<usize>; 3]) {
    let signals = &signals.b;
    let response = signals.resp.map(|signal| signal.as_logic());
    places([
        optional(signals.id.map(|signal| signal.as_logic()), &rules::BID),
        optional(response, &rules::BRESP),
        optional(signals.user, &rules::BUSER),
    ])
}

/// A beat of data that came before its address.
pub(super) struct Beat {
    pub(super) strobes: u128,
    pub(super) last: Option<bool>,
}

pub(super) struct Writes {
    pub(super) aw: Addresses,
    pub(super) w: Watching,
    pub(super) w_places: [Option<usize>; 4],
    pub(super) b: Watching,
    pub(super) b_places: [Option<usize>; 3],
    pub(super) reporter: Reporter,
    pub(super) open: VecDeque<Burst>,
    pub(super) early: VecDeque<Beat>,
    /// The number of open bursts, counted from the first, that have all their data.
    pub(super) with_data: usize,
    /// The next beat of the burst after these.
    pub(super) beat: u16,
    /// The last exclusive read of each ID.
    pub(super) exclusive: Vec<Burst>,
    /// The number of answered writes.
    pub(super) done: u64,
}

impl Writes {
    pub(super) fn look(&mut self, in_reset: bool) -> Result {
        let number = |open: usize, done: u64| move || format!("write {}", done + open as u64 + 1);
        let (asked, with_data) = (self.open.len(), self.with_data);
        let of = number(asked, self.done);
        let burst = self.aw.look(in_reset, &self.reporter, of)?;
        let w = self.w.look(in_reset, number(with_data, self.done))?;
        let b = self.b.look(in_reset, number(0, self.done))?;
        if in_reset {
            self.open.clear();
            self.early.clear();
            self.exclusive.clear();
            (self.with_data, self.beat) = (0, 0);
            return Ok(());
        }
        if let Some(burst) = burst {
            if burst.exclusive {
                self.check_pair(&burst)?;
            }
            self.open.push_back(burst);
        }
        if let Seen::Valid { transferred } = w {
            self.check_data()?;
            if transferred {
                let strobes = value_at(&self.w, self.w_places[1]).map(wide);
                let last = number_at(&self.w, self.w_places[2]).map(|bit| bit == 1);
                self.early.push_back(Beat {
                    strobes: strobes.unwrap_or(0),
                    last,
                });
            }
        }
        while let Some(burst) = self.open.get(self.with_data) {
            let Some(beat) = self.early.pop_front() else {
                break;
            };
            let number = self.done + self.with_data as u64 + 1;
            check_beat(&self.reporter, burst, &beat, self.beat, number)?;
            self.beat += 1;
            // If the rule is ignored, the last signal decides where the data ends.
            if beat.last.unwrap_or(self.beat == burst.beats) || self.beat == u16::MAX {
                (self.with_data, self.beat) = (self.with_data + 1, 0);
            }
        }
        // A response at an edge belongs to a request at an earlier one.
        if let Seen::Valid { transferred } = b {
            self.check_answer(transferred, asked, with_data)?;
        }
        Ok(())
    }

    fn check_data(&self) -> Result {
        let strobes = value_at(&self.w, self.w_places[1]).map(wide);
        let strobes = strobes.unwrap_or(strobes_of(0..self.reporter.bus.bytes()));
        let unknown = unknown_lanes(self.w.value(0)) & strobes;
        let of = || format!("write {}", self.done + self.with_data as u64 + 1);
        let what = "bytes of WDATA that are written must be known while WVALID is 1";
        self.reporter
            .check(unknown == 0, rules::WDATA.unknown, of, what)
    }

    fn check_pair(&self, burst: &Burst) -> Result {
        let of = || format!("write {}", self.done + self.open.len() as u64 + 1);
        let read = self.exclusive.iter().find(|read| read.id == burst.id);
        let what = "an exclusive write without an exclusive read with its ID before it";
        self.reporter
            .check(read.is_some(), "AXI4_RECM_EXCL_PAIR", of, what)?;
        let is_pair = read.is_none_or(|read| burst.is_pair_of(read));
        let what = "an exclusive write differs from the exclusive read before it in address, size, length \
                    or kind";
        self.reporter
            .check(is_pair, "AXI4_RECM_EXCL_MATCH", of, what)
    }

    /// The numbers of writes whose address, and whose data, were transferred before this edge. If the rules are
    /// ignored, those of this edge are included.
    fn check_answer(&mut self, transferred: bool, asked: usize, with_data: usize) -> Result {
        let id = id_at(&self.b, self.b_places[0]);
        let response = response_at(&self.b, self.b_places[1]);
        let found = self.open.iter().position(|burst| burst.id == id);
        let of = || format!("an answer with ID {id}");
        let what = "a write is answered before its address was transferred";
        let is_asked = found.is_some_and(|at| at < asked);
        self.reporter
            .check(is_asked, "AXI4_ERRS_BRESP_AW", of, what)?;
        let has_data = found.is_none_or(|at| at < with_data);
        let what = "a write is answered before its last beat of data was transferred";
        self.reporter
            .check(has_data, "AXI4_ERRS_BRESP_WLAST", of, what)?;
        let exclusive = found.is_some_and(|at| self.open[at].exclusive);
        let what = "a write that is not exclusive is answered EXOKAY";
        let holds = response != Response::ExOkay || exclusive;
        self.reporter
            .check(holds, "AXI4_ERRS_BRESP_EXOKAY", of, what)?;
        if transferred && let Some(at) = found {
            self.open.remove(at);
            if at < self.with_data {
                self.with_data -= 1;
            } else if at == self.with_data {
                self.beat = 0;
            }
            self.done += 1;
        }
        Ok(())
    }

    /// The number of bursts of data without an address.
    pub(super) fn early_bursts(&self) -> usize {
        self.early.len().min(1)
    }
}

/// Checks a beat of data against its burst.
pub(super) fn check_beat(
    reporter: &Reporter,
    burst: &Burst,
    beat: &Beat,
    at: u16,
    number: u64,
) -> Result {
    let of = || format!("beat {} of {} of write {number}", at + 1, burst.beats);
    let allowed = burst.strobes(at, reporter.bus.bytes());
    if beat.strobes & !allowed != 0 {
        let what = format!(
            "WSTRB is {:#b}, and the beat has {allowed:#b}",
            beat.strobes
        );
        reporter.broken("AXI4_ERRM_WSTRB", of(), what)?;
    }
    let is_last = at + 1 == burst.beats;
    if beat.last.is_some_and(|last| last != is_last) {
        let what = format!("WLAST is {}", u8::from(!is_last));
        reporter.broken("AXI4_ERRM_WDATA_NUM", of(), what)?;
    }
    Ok(())
}
