//! The side that knows the rules.

use verifork::Result;
use verifork::value::LogicVec;

use super::beats::{unknown_bits, watched};
use super::rules::RULES;
use super::signals::Signals;
use crate::Clocked;
use crate::checking::{AtEdges, AtEnd, ignores_rules, look_at_edges};
use crate::parent::Parent;
use crate::violation::{Ignored, Violation};
use crate::watching::{Seen, Watching};

/// Fails the test when a [rule](RULES) is broken: a builder, until it is [started](Self::start).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, axi_stream};
///
/// # fn example(tm: &TaskManager, signals: &axi_stream::Signals, clocked: &Clocked) {
/// axi_stream::Checker::new(signals).start(tm, clocked); // a broken rule fails the test, by its name
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a checker does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Checker {
    signals: Signals,
    ignored: Ignored,
    max_wait: Option<u32>,
}

impl Checker {
    /// A checker of all rules, without a limit of how long TVALID may wait.
    pub fn new(signals: &Signals) -> Self {
        Checker {
            signals: *signals,
            ignored: Ignored::default(),
            max_wait: None,
        }
    }

    ignores_rules! {}

    /// For how many cycles TVALID may be 1 without TREADY: `AXI4STREAM_RECS_TREADY_MAX_WAIT`, for which ARM's
    /// guide proposes 16.
    pub fn max_wait(self, cycles: u32) -> Self {
        let max_wait = Some(cycles);
        Checker { max_wait, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// When it ends with that, a stream that has not had its TLAST breaks
    /// `AXI4STREAM_ERRM_STREAM_ALL_DONE_EOS`.
    ///
    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol; TID and TDEST together have more than 24 bits
    /// (`AXI4STREAM_AUXM_TID_TDEST_WIDTH`).
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) {
        clocked.check_runs();
        self.signals.check_widths();
        let wires = self.signals.wires(clocked);
        let width =
            |signal: Option<_>| signal.map_or(0, |signal: verifork::Signal<_>| signal.width());
        let ids = width(self.signals.tid) + width(self.signals.tdest);
        let too_wide = Violation::new(
            "AXI4STREAM_AUXM_TID_TDEST_WIDTH",
            wires.bus,
            format!("TID and TDEST together have {ids} bits, and may have 24"),
        );
        if ids > 24
            && let Err(error) = self.ignored.report(too_wide)
        {
            panic!("{error}");
        }
        let signals = watched(&self.signals);
        let place = |signal: Option<&'static str>| {
            signal.and_then(|path| {
                signals
                    .iter()
                    .position(|watched| watched.signal.path() == path)
            })
        };
        let places = Places {
            data: place(self.signals.tdata.map(|it| it.path())),
            keep: place(self.signals.tkeep.map(|it| it.path())),
            strobe: place(self.signals.tstrb.map(|it| it.path())),
            last: place(self.signals.tlast.map(|it| it.path())),
            id: place(self.signals.tid.map(|it| it.path())),
            dest: place(self.signals.tdest.map(|it| it.path())),
        };
        let watching = Watching::new(wires, self.ignored, signals, self.max_wait);
        let checking = Checking {
            watching,
            places,
            bytes: self.signals.bytes(),
            open: Vec::new(),
            beats: 0,
        };
        look_at_edges(parent, wires.bus, clocked, checking);
    }
}

/// The index of each signal among the watched ones.
#[derive(Clone, Copy)]
struct Places {
    data: Option<usize>,
    keep: Option<usize>,
    strobe: Option<usize>,
    last: Option<usize>,
    id: Option<usize>,
    dest: Option<usize>,
}

struct Checking {
    watching: Watching,
    places: Places,
    bytes: usize,
    /// TID and TDEST of the streams that are inside of a frame.
    open: Vec<(u64, u64)>,
    beats: u64,
}

impl AtEdges for Checking {
    fn look(&mut self, in_reset: bool) -> Result {
        let of = || format!("beat {}", self.beats + 1);
        match self.watching.look(in_reset, of)? {
            Seen::Reset => {
                self.open.clear();
                Ok(())
            }
            Seen::Nothing => Ok(()),
            Seen::Valid { transferred } => {
                let bytes = self.check_bytes();
                if transferred {
                    self.note();
                }
                bytes
            }
        }
    }
}

impl Checking {
    fn value(&self, place: Option<usize>) -> Option<&LogicVec> {
        place.map(|place| self.watching.value(place))
    }

    /// Checks TKEEP, TSTRB and TDATA against each other.
    fn check_bytes(&self) -> Result {
        let (keep, strobe) = (self.value(self.places.keep), self.value(self.places.strobe));
        let bit = |vector: Option<&LogicVec>, index: usize| {
            vector.is_none_or(|it| it.value_word(index / 64) >> (index % 64) & 1 == 1)
        };
        let wires = &self.watching.wires;
        let broken = |rule, what: String| {
            let mut violation = Violation::new(rule, wires.bus, what)
                .now()
                .of(format!("beat {}", self.beats + 1));
            let places = [self.places.keep, self.places.strobe, self.places.data];
            for place in places.into_iter().flatten() {
                let (watched, value) = (&self.watching.signals[place], self.watching.value(place));
                violation = violation.signal(watched.signal.path(), format_args!("is {value:x}"));
            }
            violation
        };
        if let (Some(keep), Some(strobe)) = (keep, strobe) {
            let both = |word: usize| strobe.value_word(word) & !keep.value_word(word);
            if let Some(word) = (0..strobe.word_count()).find(|&word| both(word) != 0) {
                let byte = word * 64 + both(word).trailing_zeros() as usize;
                self.watching.ignored.report(broken(
                    "AXI4STREAM_ERRM_TKEEP_TSTRB",
                    format!("byte {byte} has TSTRB 1 and TKEEP 0"),
                ))?;
            }
        }
        if let Some(data) = self.value(self.places.data)
            && data.has_unknown()
            && let Some(byte) = (0..self.bytes).find(|&index| {
                unknown_bits(data, index) != 0 && bit(keep, index) && bit(strobe, index)
            })
        {
            self.watching.ignored.report(broken(
                "AXI4STREAM_ERRM_TDATA_X",
                format!("byte {byte} of TDATA is data, but unknown while TVALID is 1"),
            ))?;
        }
        Ok(())
    }

    /// A beat was transferred: which streams are inside of a frame.
    fn note(&mut self) {
        self.beats += 1;
        let number = |place| self.value(place).map_or(0, |value| value.value_word(0));
        let stream = (number(self.places.id), number(self.places.dest));
        // Without TLAST, each beat is a frame.
        let is_last = self.places.last.is_none() || number(self.places.last) == 1;
        let found = self.open.iter().position(|&open| open == stream);
        match found {
            Some(at) if is_last => _ = self.open.swap_remove(at),
            None if !is_last => self.open.push(stream),
            _ => {}
        }
    }
}

impl AtEnd for Checking {
    fn at_end(&self) {
        let Some((id, dest)) = self.open.first() else {
            return;
        };
        let bus = self.watching.wires.bus;
        let what = format!(
            "{} stream(s) are inside of a frame at the end, the first with TID {id} and TDEST {dest}",
            self.open.len()
        );
        let violation = Violation::new("AXI4STREAM_ERRM_STREAM_ALL_DONE_EOS", bus, what)
            .of(format!("after {} beats", self.beats));
        self.watching.ignored.report_at_end(violation);
    }
}
