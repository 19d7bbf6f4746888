//! Checks reads: AR and R.

use std::collections::VecDeque;

use verifork::Result;

use super::addresses::Addresses;
use super::{
    Reporter, bit, id_at, number_at, optional, places, response_at, value_at, watched_data,
};
use crate::axi::burst::Burst;
use crate::axi::rules;
use crate::axi::signals::ReadSignals;
use crate::axi_common::Response;
use crate::lanes::unknown_lanes;
use crate::watching::{Seen, Watched, Watching};

/// RDATA, RID, RRESP, RLAST.
pub(super) fn read_data(signals: &ReadSignals) -> (Vec<Watched>, [Option<usize>; 5]) {
    let signals = &signals.r;
    let response = signals.resp.map(|signal| signal.as_logic());
    places([
        Some(watched_data(signals.data, &rules::RDATA)),
        optional(signals.id.map(|signal| signal.as_logic()), &rules::RID),
        optional(response, &rules::RRESP),
        optional(bit(signals.last), &rules::RLAST),
        optional(signals.user, &rules::RUSER),
    ])
}

pub(super) struct Reads {
    pub(super) ar: Addresses,
    pub(super) r: Watching,
    pub(super) r_places: [Option<usize>; 5],
    pub(super) reporter: Reporter,
    pub(super) open: VecDeque<(Burst, u16)>,
    pub(super) done: u64,
}

impl Reads {
    pub(super) fn look(&mut self, in_reset: bool) -> Result<Option<Burst>> {
        let (open, done) = (self.open.len() as u64, self.done);
        let of = || format!("read {}", done + open + 1);
        let burst = self.ar.look(in_reset, &self.reporter, of)?;
        let r = self.r.look(in_reset, || format!("after {done} reads"))?;
        if in_reset {
            self.open.clear();
            return Ok(None);
        }
        let asked = self.open.len();
        if let Some(burst) = &burst {
            self.open.push_back((burst.clone(), 0));
        }
        if let Seen::Valid { transferred } = r {
            self.check_beat(transferred, asked)?;
        }
        Ok(burst)
    }

    /// The number of reads that were requested before this edge. If the rule is ignored, the one of this edge is
    /// included.
    fn check_beat(&mut self, transferred: bool, asked: usize) -> Result {
        let [data, id, response, last, _] = self.r_places;
        let id = id_at(&self.r, id);
        let found = self.open.iter().position(|(burst, _)| burst.id == id);
        let of = || format!("data with ID {id}");
        let what = "no read with this ID is under way";
        let is_asked = found.is_some_and(|at| at < asked);
        self.reporter.check(is_asked, "AXI4_ERRS_RID", of, what)?;
        let Some(at) = found else {
            return Ok(());
        };
        let (burst, beat) = &mut self.open[at];
        let of = || {
            format!(
                "beat {} of {} of a read with ID {id}",
                *beat + 1,
                burst.beats
            )
        };
        let response = response_at(&self.r, response);
        let holds = response != Response::ExOkay || burst.exclusive;
        let what = "a read that is not exclusive is answered EXOKAY";
        self.reporter
            .check(holds, "AXI4_ERRS_RRESP_EXOKAY", of, what)?;
        // Data of a beat that failed means nothing.
        let used = if response.is_error() {
            0
        } else {
            burst.strobes(*beat, self.reporter.bus.bytes())
        };
        let unknown = value_at(&self.r, data).map_or(0, unknown_lanes) & used;
        let what = "bytes of RDATA that are read must be known while RVALID is 1";
        self.reporter
            .check(unknown == 0, rules::RDATA.unknown, of, what)?;
        let is_last = *beat + 1 == burst.beats;
        let last = number_at(&self.r, last).map_or(is_last, |bit| bit == 1);
        if last != is_last {
            let what = format!("RLAST is {}", u8::from(last));
            self.reporter.broken("AXI4_ERRS_RDATA_NUM", of(), what)?;
        }
        if transferred {
            *beat += 1;
            // If the rule is ignored, the last signal decides where the data ends.
            if last || *beat == u16::MAX {
                self.open.remove(at);
                self.done += 1;
            }
        }
        Ok(())
    }
}
