//! The side that knows the rules.

use std::collections::VecDeque;

use verifork::Result;
use verifork::dut::Signal;
use verifork::value::{Logic, LogicVec};

use super::burst::Burst;
use super::rules::{self, AddressRules, RULES, SignalRules};
use super::signals::{AddressSignals, Bus, FIELDS, Field, ReadSignals, WriteSignals, decode, wide};
use crate::Clocked;
use crate::axi_common::Response;
use crate::checking::{AtEdges, AtEnd, ignores_rules, look_at_edges};
use crate::handshake::{Seen, Watched, Watching, Wires};
use crate::lanes::{strobes_of, unknown_lanes};
use crate::parent::Parent;
use crate::violation::{Ignored, Violation};

/// Fails the test when a [rule](RULES) is broken: a builder, until it is [started](Self::start).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, axi};
///
/// # fn example(tm: &TaskManager, signals: &axi::Signals, clocked: &Clocked) {
/// axi::Checker::new(signals).start(tm, clocked); // a broken rule fails the test, by its name
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a checker checks when it is started: add `.start(tm, &clocked)`"]
pub struct Checker {
    bus: Bus,
    ignored: Ignored,
    max_wait: Option<u32>,
}

impl Checker {
    /// A checker of all rules on [`Signals`](super::Signals), [`WriteSignals`] or [`ReadSignals`], without a
    /// limit of how long VALID may wait.
    pub fn new(signals: impl Into<Bus>) -> Self {
        Checker {
            bus: signals.into(),
            ignored: Ignored::default(),
            max_wait: None,
        }
    }

    ignores_rules! {}

    /// For how many cycles VALID may be 1 without READY, on each channel.
    pub fn max_wait(self, cycles: u32) -> Self {
        let max_wait = Some(cycles);
        Checker { max_wait, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test. An access that is not answered when
    /// it ends with that is a broken rule.
    ///
    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) {
        clocked.check_runs();
        let Checker { bus, ignored, .. } = self;
        bus.check_widths();
        let watch = |wires: Wires, watched: Vec<Watched>| {
            Watching::new(wires, ignored.clone(), watched, self.max_wait)
        };
        let judge = Judge {
            bus,
            ignored: ignored.clone(),
        };
        let write = bus.write.map(|signals| {
            let [aw, w, b] = bus.write_wires(&signals, clocked);
            let (w_signals, w_places) = write_data(&signals);
            let (b_signals, b_places) = responses(&signals);
            Writes {
                aw: Addresses::new(&signals.aw, &rules::AW, |watched| watch(aw, watched)),
                w: watch(w, w_signals),
                w_places,
                b: watch(b, b_signals),
                b_places,
                judge: judge.clone(),
                open: VecDeque::new(),
                early: VecDeque::new(),
                with_data: 0,
                beat: 0,
                exclusive: Vec::new(),
                done: 0,
            }
        });
        let read = bus.read.map(|signals| {
            let [ar, r] = bus.read_wires(&signals, clocked);
            let (r_signals, r_places) = read_data(&signals);
            Reads {
                ar: Addresses::new(&signals.ar, &rules::AR, |watched| watch(ar, watched)),
                r: watch(r, r_signals),
                r_places,
                judge: judge.clone(),
                open: VecDeque::new(),
                done: 0,
            }
        });
        let checking = Checking { write, read };
        look_at_edges(parent, bus.name(), clocked, checking);
    }
}

#[derive(Clone)]
struct Judge {
    bus: Bus,
    ignored: Ignored,
}

impl Judge {
    fn broken(&self, rule: &'static str, of: String, what: impl Into<String>) -> Result {
        let violation = Violation::new(rule, self.bus.name(), what).now().of(of);
        self.ignored.judge(violation)
    }

    fn check(
        &self,
        holds: bool,
        rule: &'static str,
        of: impl Fn() -> String,
        what: &str,
    ) -> Result {
        if holds {
            return Ok(());
        }
        self.broken(rule, of(), what)
    }
}

fn watched(signal: Signal<LogicVec>, rules: &SignalRules) -> Watched {
    Watched::new(signal, rules.name, rules.stable, Some(rules.unknown))
}

/// Data: whether unknown bits matter depends on which bytes are used.
fn watched_data(signal: Signal<LogicVec>, rules: &SignalRules) -> Watched {
    Watched::new(signal, rules.name, rules.stable, None)
}

/// The signals that are there, and where each is among them.
fn places<const N: usize>(all: [Option<Watched>; N]) -> (Vec<Watched>, [Option<usize>; N]) {
    let mut signals = Vec::new();
    let places = all.map(|watched| {
        signals.push(watched?);
        Some(signals.len() - 1)
    });
    (signals, places)
}

fn optional(signal: Option<Signal<LogicVec>>, rules: &SignalRules) -> Option<Watched> {
    signal.map(|signal| watched(signal, rules))
}

fn bit(signal: Option<Signal<Logic>>) -> Option<Signal<LogicVec>> {
    signal.map(|signal| signal.as_logic())
}

/// WDATA, WSTRB, WLAST.
fn write_data(signals: &WriteSignals) -> (Vec<Watched>, [Option<usize>; 4]) {
    let signals = &signals.w;
    places([
        Some(watched_data(signals.data, &rules::WDATA)),
        optional(signals.strb, &rules::WSTRB),
        optional(bit(signals.last), &rules::WLAST),
        optional(signals.user, &rules::WUSER),
    ])
}

/// BID, BRESP.
fn responses(signals: &WriteSignals) -> (Vec<Watched>, [Option<usize>; 3]) {
    let signals = &signals.b;
    let response = signals.resp.map(|signal| signal.as_logic());
    places([
        optional(signals.id.map(|signal| signal.as_logic()), &rules::BID),
        optional(response, &rules::BRESP),
        optional(signals.user, &rules::BUSER),
    ])
}

/// RDATA, RID, RRESP, RLAST.
fn read_data(signals: &ReadSignals) -> (Vec<Watched>, [Option<usize>; 5]) {
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

fn value_at(watching: &Watching, place: Option<usize>) -> Option<&LogicVec> {
    place.map(|place| watching.value(place))
}

fn number_at(watching: &Watching, place: Option<usize>) -> Option<u64> {
    value_at(watching, place).map(|value| value.value_word(0))
}

fn response_at(watching: &Watching, place: Option<usize>) -> Response {
    let bits = number_at(watching, place).unwrap_or(0);
    Response::of(bits.to_le_bytes()[0])
}

fn id_at(watching: &Watching, place: Option<usize>) -> u32 {
    u32::try_from(number_at(watching, place).unwrap_or(0)).unwrap_or(u32::MAX)
}

/// A channel of addresses.
struct Addresses {
    watching: Watching,
    places: [Option<usize>; 11],
    rules: &'static AddressRules,
    /// What is offered was judged.
    judged: bool,
}

impl Addresses {
    fn new(
        signals: &AddressSignals,
        rules: &'static AddressRules,
        watch: impl FnOnce(Vec<Watched>) -> Watching,
    ) -> Self {
        let (watched, places) = places(
            FIELDS.map(|field| optional(signals.field(field), &rules.signals[field as usize])),
        );
        Addresses {
            watching: watch(watched),
            places,
            rules,
            judged: false,
        }
    }

    /// Looks on at an edge: the burst, if one is transferred.
    fn look(
        &mut self,
        in_reset: bool,
        judge: &Judge,
        of: impl Fn() -> String,
    ) -> Result<Option<Burst>> {
        let Seen::Valid { transferred } = self.watching.look(in_reset, &of)? else {
            self.judged = false;
            return Ok(None);
        };
        if self.judged && !transferred {
            return Ok(None);
        }
        let values = self.places.map(|place| number_at(&self.watching, place));
        let bytes = judge.bus.bytes();
        let mut burst = match decode(&values, bytes) {
            Ok(burst) => burst,
            Err(what) => {
                if !self.judged {
                    judge.broken(self.rules.burst, of(), what)?;
                }
                let mut values = values;
                values[Field::Burst as usize] = None;
                decode(&values, bytes).unwrap_or(Burst::incr(0, 1, 1))
            }
        };
        if !self.judged {
            for (rule, what) in burst.broken(bytes, self.rules) {
                judge.broken(rule, of(), what)?;
            }
        }
        self.judged = !transferred;
        let user = value_at(&self.watching, self.places[Field::User as usize]);
        burst.user = user.cloned();
        Ok(transferred.then_some(burst))
    }
}

struct Checking {
    write: Option<Writes>,
    read: Option<Reads>,
}

impl AtEdges for Checking {
    fn look(&mut self, in_reset: bool) -> Result {
        let read = match &mut self.read {
            Some(read) => read.look(in_reset)?,
            None => None,
        };
        if let Some(write) = &mut self.write {
            write.look(in_reset)?;
            if let Some(read) = read.filter(|burst| burst.exclusive) {
                write.exclusive.retain(|other| other.id != read.id);
                write.exclusive.push(read);
            }
        }
        Ok(())
    }
}

impl AtEnd for Checking {
    fn at_end(&self) {
        let writes = self.write.as_ref();
        let reads = self.read.as_ref();
        for (judge, open, rule, kind) in [
            writes.map(|it| {
                let open = it.open.len().max(it.early_bursts());
                (&it.judge, open, "AXI4_ERRS_BRESP_ALL_DONE_EOS", "writes")
            }),
            reads.map(|it| {
                let open = it.open.len();
                (&it.judge, open, "AXI4_ERRS_RLAST_ALL_DONE_EOS", "reads")
            }),
        ]
        .into_iter()
        .flatten()
        {
            if open > 0 {
                let what = format!("{open} {kind} are not answered at the end");
                let violation = Violation::new(rule, judge.bus.name(), what);
                judge.ignored.judge_end(violation);
            }
        }
    }
}

/// A beat of data whose address is not there yet.
struct Beat {
    strobes: u128,
    last: Option<bool>,
}

struct Writes {
    aw: Addresses,
    w: Watching,
    w_places: [Option<usize>; 4],
    b: Watching,
    b_places: [Option<usize>; 3],
    judge: Judge,
    open: VecDeque<Burst>,
    early: VecDeque<Beat>,
    /// The first so many of those that are open have all their data.
    with_data: usize,
    /// Which beat of the one after them is next.
    beat: u16,
    /// The last exclusive read of each ID.
    exclusive: Vec<Burst>,
    /// How many were answered.
    done: u64,
}

impl Writes {
    fn look(&mut self, in_reset: bool) -> Result {
        let number = |open: usize, done: u64| move || format!("write {}", done + open as u64 + 1);
        let (asked, with_data) = (self.open.len(), self.with_data);
        let of = number(asked, self.done);
        let burst = self.aw.look(in_reset, &self.judge, of)?;
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
            check_beat(&self.judge, burst, &beat, self.beat, number)?;
            self.beat += 1;
            // Whoever ignores the rule goes on with the data's idea of its end.
            if beat.last.unwrap_or(self.beat == burst.beats) || self.beat == u16::MAX {
                (self.with_data, self.beat) = (self.with_data + 1, 0);
            }
        }
        // What is answered at an edge was asked for at an earlier one.
        if let Seen::Valid { transferred } = b {
            self.check_answer(transferred, asked, with_data)?;
        }
        Ok(())
    }

    fn check_data(&self) -> Result {
        let strobes = value_at(&self.w, self.w_places[1]).map(wide);
        let strobes = strobes.unwrap_or(strobes_of(0..self.judge.bus.bytes()));
        let unknown = unknown_lanes(self.w.value(0)) & strobes;
        let of = || format!("write {}", self.done + self.with_data as u64 + 1);
        let what = "bytes of WDATA that are written must be known while WVALID is 1";
        self.judge
            .check(unknown == 0, rules::WDATA.unknown, of, what)
    }

    fn check_pair(&self, burst: &Burst) -> Result {
        let of = || format!("write {}", self.done + self.open.len() as u64 + 1);
        let read = self.exclusive.iter().find(|read| read.id == burst.id);
        let what = "an exclusive write, and no exclusive read with its ID was before it";
        self.judge
            .check(read.is_some(), "AXI4_RECM_EXCL_PAIR", of, what)?;
        let is_pair = read.is_none_or(|read| burst.is_pair_of(read));
        let what = "an exclusive write differs from the exclusive read before it in address, size, length \
                    or kind";
        self.judge.check(is_pair, "AXI4_RECM_EXCL_MATCH", of, what)
    }

    /// Of so many writes the address was transferred before this edge, and of so many all data. Whoever ignores the
    /// rules goes on with those of this edge, too.
    fn check_answer(&mut self, transferred: bool, asked: usize, with_data: usize) -> Result {
        let id = id_at(&self.b, self.b_places[0]);
        let response = response_at(&self.b, self.b_places[1]);
        let found = self.open.iter().position(|burst| burst.id == id);
        let of = || format!("an answer with ID {id}");
        let what = "a write is answered before its address was transferred";
        let is_asked = found.is_some_and(|at| at < asked);
        self.judge.check(is_asked, "AXI4_ERRS_BRESP_AW", of, what)?;
        let has_data = found.is_none_or(|at| at < with_data);
        let what = "a write is answered before its last beat of data was transferred";
        self.judge
            .check(has_data, "AXI4_ERRS_BRESP_WLAST", of, what)?;
        let exclusive = found.is_some_and(|at| self.open[at].exclusive);
        let what = "a write that is not exclusive is answered EXOKAY";
        let holds = response != Response::ExOkay || exclusive;
        self.judge
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

    /// How many bursts of data there are without an address.
    fn early_bursts(&self) -> usize {
        self.early.len().min(1)
    }
}

/// A beat of data has what the address says.
fn check_beat(judge: &Judge, burst: &Burst, beat: &Beat, at: u16, number: u64) -> Result {
    let of = || format!("beat {} of {} of write {number}", at + 1, burst.beats);
    let allowed = burst.strobes(at, judge.bus.bytes());
    if beat.strobes & !allowed != 0 {
        let what = format!(
            "WSTRB is {:#b}, and the beat has {allowed:#b}",
            beat.strobes
        );
        judge.broken("AXI4_ERRM_WSTRB", of(), what)?;
    }
    let is_last = at + 1 == burst.beats;
    if beat.last.is_some_and(|last| last != is_last) {
        let what = format!("WLAST is {}", u8::from(!is_last));
        judge.broken("AXI4_ERRM_WDATA_NUM", of(), what)?;
    }
    Ok(())
}

struct Reads {
    ar: Addresses,
    r: Watching,
    r_places: [Option<usize>; 5],
    judge: Judge,
    open: VecDeque<(Burst, u16)>,
    done: u64,
}

impl Reads {
    fn look(&mut self, in_reset: bool) -> Result<Option<Burst>> {
        let (open, done) = (self.open.len() as u64, self.done);
        let of = || format!("read {}", done + open + 1);
        let burst = self.ar.look(in_reset, &self.judge, of)?;
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

    /// So many reads were asked for before this edge. Whoever ignores the rule goes on with that of this edge, too.
    fn check_beat(&mut self, transferred: bool, asked: usize) -> Result {
        let [data, id, response, last, _] = self.r_places;
        let id = id_at(&self.r, id);
        let found = self.open.iter().position(|(burst, _)| burst.id == id);
        let of = || format!("data with ID {id}");
        let what = "no read with this ID is under way";
        let is_asked = found.is_some_and(|at| at < asked);
        self.judge.check(is_asked, "AXI4_ERRS_RID", of, what)?;
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
        self.judge
            .check(holds, "AXI4_ERRS_RRESP_EXOKAY", of, what)?;
        // Data of a beat that failed means nothing.
        let used = if response.is_error() {
            0
        } else {
            burst.strobes(*beat, self.judge.bus.bytes())
        };
        let unknown = value_at(&self.r, data).map_or(0, unknown_lanes) & used;
        let what = "bytes of RDATA that are read must be known while RVALID is 1";
        self.judge
            .check(unknown == 0, rules::RDATA.unknown, of, what)?;
        let is_last = *beat + 1 == burst.beats;
        let last = number_at(&self.r, last).map_or(is_last, |bit| bit == 1);
        if last != is_last {
            let what = format!("RLAST is {}", u8::from(last));
            self.judge.broken("AXI4_ERRS_RDATA_NUM", of(), what)?;
        }
        if transferred {
            *beat += 1;
            // Whoever ignores the rule goes on with the data's idea of its end.
            if last || *beat == u16::MAX {
                self.open.remove(at);
                self.done += 1;
            }
        }
        Ok(())
    }
}
