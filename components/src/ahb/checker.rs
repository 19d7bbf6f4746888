//! The side that knows the rules.

use verifork::Result;
use verifork::dut::Signal;
use verifork::value::{Logic, LogicVec};

use super::rules::RULES;
use super::signals::Signals;
use super::transfer::{BUSY, Burst, IDLE, NONSEQ, Phase, SEQ};
use crate::Clocked;
use crate::checking::{AtEdges, AtEnd, ignores_rules, look_at_edges};
use crate::lanes::{differing_lanes, unknown_lanes};
use crate::parent::Parent;
use crate::violation::{Ignored, Violation};

/// Fails the test when a [rule](RULES) is broken: a builder, until it is [started](Self::start).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, ahb};
///
/// # fn example(tm: &TaskManager, signals: &ahb::Signals, clocked: &Clocked) {
/// ahb::Checker::new(signals).start(tm, clocked); // a broken rule fails the test, by its name
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
    /// A checker of all rules, without a limit of how long a transfer may wait.
    pub fn new(signals: &Signals) -> Self {
        Checker {
            signals: *signals,
            ignored: Ignored::default(),
            max_wait: None,
        }
    }

    ignores_rules! {}

    /// For how many cycles a transfer may wait for HREADY: the specification recommends no more than 16.
    pub fn max_wait(self, cycles: u32) -> Self {
        let max_wait = Some(cycles);
        Checker { max_wait, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test. A transfer that is under way when it
    /// ends with that is a broken rule.
    ///
    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) {
        clocked.check_runs();
        let signals = self.signals;
        signals.check_widths();
        let checking = Checking {
            signals,
            ignored: self.ignored,
            max_wait: self.max_wait,
            control: control(&signals),
            data: [LogicVec::default(), LogicVec::default()],
            before: None,
            answered: Answered::Unknown,
            burst: None,
            bursts: 0,
            waited: 0,
            was_in_reset: false,
            transfers: 0,
        };
        look_at_edges(parent, signals.bus(), clocked, checking);
    }
}

/// A signal of the address phase.
struct Control {
    signal: Signal<LogicVec>,
    name: &'static str,
    unknown: &'static str,
    stable: &'static str,
    /// It does not change in a burst; `None` of HADDR, which does.
    burst: Option<&'static str>,
    before: LogicVec,
    now: LogicVec,
    /// That of the first transfer of the burst.
    first: LogicVec,
}

const HADDR: usize = 0;
const HWRITE: usize = 1;

/// HADDR and HWRITE first, then the optional signals that exist.
fn control(signals: &Signals) -> Vec<Control> {
    let control = |signal: Signal<LogicVec>, name, unknown, stable, burst| Control {
        signal,
        name,
        unknown,
        stable,
        burst,
        before: LogicVec::default(),
        now: LogicVec::default(),
        first: LogicVec::default(),
    };
    let mut all = vec![
        control(
            signals.haddr.as_logic(),
            "HADDR",
            "AHB_ERRM_HADDR_X",
            "AHB_ERRM_HADDR_STABLE",
            None,
        ),
        control(
            signals.hwrite.as_logic(),
            "HWRITE",
            "AHB_ERRM_HWRITE_X",
            "AHB_ERRM_HWRITE_STABLE",
            Some("AHB_ERRM_HWRITE_BURST"),
        ),
    ];
    let others = [
        (
            signals.hsize,
            "HSIZE",
            "AHB_ERRM_HSIZE_X",
            "AHB_ERRM_HSIZE_STABLE",
            "AHB_ERRM_HSIZE_BURST",
        ),
        (
            signals.hburst,
            "HBURST",
            "AHB_ERRM_HBURST_X",
            "AHB_ERRM_HBURST_STABLE",
            "AHB_ERRM_HBURST_BURST",
        ),
        (
            signals.hprot,
            "HPROT",
            "AHB_ERRM_HPROT_X",
            "AHB_ERRM_HPROT_STABLE",
            "AHB_ERRM_HPROT_BURST",
        ),
    ];
    for (signal, name, unknown, stable, burst) in others {
        if let Some(signal) = signal {
            all.push(control(
                signal.as_logic(),
                name,
                unknown,
                stable,
                Some(burst),
            ));
        }
    }
    all
}

/// The state at the edge before.
#[derive(Clone, Copy)]
struct Before {
    kind: u8,
    ready: bool,
    /// The first cycle of an error.
    error: bool,
}

/// The response of a data phase.
#[derive(Clone, Copy)]
enum Answered {
    /// It began before the checker did, or belongs to another subordinate.
    Unknown,
    /// IDLE or BUSY.
    Nothing,
    Transfer {
        phase: Phase,
        burst: u64,
        /// Of how many cycles there have been.
        cycles: u32,
    },
}

/// A burst that is under way.
#[derive(Clone, Copy)]
struct Open {
    number: u64,
    burst: Burst,
    first: u64,
    next: u64,
    bytes: u64,
    /// How many transfers it has still to have; `None` of INCR.
    left: Option<usize>,
    /// One has ended with an error: it may be given up.
    may_end: bool,
}

struct Checking {
    signals: Signals,
    ignored: Ignored,
    max_wait: Option<u32>,
    control: Vec<Control>,
    /// HWDATA before and now.
    data: [LogicVec; 2],
    before: Option<Before>,
    answered: Answered,
    burst: Option<Open>,
    bursts: u64,
    waited: u32,
    was_in_reset: bool,
    transfers: u64,
}

impl AtEdges for Checking {
    fn look(&mut self, in_reset: bool) -> Result {
        let signals = self.signals;
        if in_reset {
            (self.before, self.burst, self.waited) = (None, None, 0);
            (self.answered, self.was_in_reset) = (Answered::Unknown, true);
            return Ok(());
        }
        let after_reset = std::mem::take(&mut self.was_in_reset);
        let selected = match signals.hsel {
            Some(signal) => self.known(signal, "AHB_ERRM_HTRANS_X", "HSEL must be known")?,
            None => true,
        };
        let kind = signals.htrans.as_logic().get();
        let what = "HTRANS must be known";
        self.check(!kind.has_unknown(), "AHB_ERRM_HTRANS_X", what)?;
        let kind = kind.value_word(0).to_le_bytes()[0];
        let what = "HTRANS must be IDLE at the first edge after a reset";
        self.check(!after_reset || kind == IDLE, "AHB_ERRM_HTRANS_RESET", what)?;
        let ready = self.known(signals.hready, "AHB_ERRS_HREADY_X", "HREADY must be 0 or 1")?;
        let error = match signals.hresp {
            Some(signal) => self.known(signal, "AHB_ERRS_HRESP_X", "HRESP must be 0 or 1")?,
            None => false,
        };
        self.response(ready, error)?;
        if kind != IDLE {
            self.asked()?;
        }
        self.stable(kind)?;
        if kind != IDLE {
            for control in &mut self.control {
                std::mem::swap(&mut control.before, &mut control.now);
            }
        }
        let first_of_error = error && !ready;
        self.before = Some(Before {
            kind,
            ready,
            error: first_of_error,
        });
        if ready {
            self.accepted(kind, selected)?;
        }
        Ok(())
    }
}

impl Checking {
    /// The data phase.
    fn response(&mut self, ready: bool, error: bool) -> Result {
        let was_first = self.before.is_some_and(|before| before.error);
        let Answered::Transfer {
            phase,
            burst,
            cycles,
        } = self.answered
        else {
            let okay = ready && !error;
            let unknown = matches!(self.answered, Answered::Unknown);
            let what = "IDLE and BUSY must be answered with OKAY, without a wait";
            return self.check(okay || unknown, "AHB_ERRS_HREADY_IDLE", what);
        };
        if phase.writes {
            self.signals.hwdata.get_into(&mut self.data[1])?;
            let lanes = self.signals.strobes(&phase);
            let unknown = unknown_lanes(&self.data[1]) & lanes;
            let what = "the lanes of HWDATA that are written must be known";
            self.check(unknown == 0, "AHB_ERRM_HWDATA_X", what)?;
            let what = "HWDATA changed before the data phase has ended";
            let [before, now] = &self.data;
            let same = cycles == 0 || differing_lanes(before, now) & lanes == 0;
            self.check(same, "AHB_ERRM_HWDATA_STABLE", what)?;
            self.data.swap(0, 1);
        }
        let what = "an error must begin with a cycle in which HREADY is 0";
        let begins = !(error && ready) || was_first;
        self.check(begins, "AHB_ERRS_HRESP_FIRST", what)?;
        let what = "an error has to end in its second cycle, with HREADY and HRESP at 1";
        let ends = !was_first || (ready && error);
        self.check(ends, "AHB_ERRS_HRESP_SECOND", what)?;
        if error
            && let Some(open) = &mut self.burst
            && open.number == burst
        {
            open.may_end = true;
        }
        if !ready {
            self.waited += 1;
            self.answered = Answered::Transfer {
                phase,
                burst,
                cycles: cycles + 1,
            };
            if self.max_wait.is_none_or(|limit| self.waited <= limit) {
                return Ok(());
            }
            let what = format!("the transfer has waited for {} cycles", self.waited);
            let violation = self.broken("AHB_RECS_HREADY_MAX_WAIT", &what);
            return self.ignored.report(violation);
        }
        (self.waited, self.answered) = (0, Answered::Nothing);
        self.transfers += 1;
        if phase.writes || error {
            return Ok(());
        }
        let read = self.signals.hrdata.get();
        let known = unknown_lanes(&read) & self.signals.strobes(&phase) == 0;
        let what = "the lanes of HRDATA that are read must be known";
        self.check(known, "AHB_ERRS_HRDATA_X", what)
    }

    /// Checks that the request is known and valid.
    fn asked(&mut self) -> Result {
        for control in &mut self.control {
            control.signal.get_into(&mut control.now)?;
        }
        for control in &self.control {
            let known = !control.now.has_unknown();
            let what = "must be known unless HTRANS is IDLE";
            self.check_control(known, control, control.unknown, what)?;
        }
        let bytes = self.bytes(|control| control.now.value_word(0));
        let what = "a transfer is wider than the data";
        let fits = bytes <= self.signals.bytes() as u64;
        self.check(fits, "AHB_ERRM_HSIZE_WIDTH", what)?;
        let address = self.control[HADDR].now.value_word(0);
        let aligned = address.is_multiple_of(bytes);
        let what = format!("{address:#x} is not a multiple of the {bytes} bytes of a transfer");
        self.check(aligned, "AHB_ERRM_HADDR_ALIGNED", &what)
    }

    /// The number of bytes of a transfer, by HSIZE.
    fn bytes(&self, word: impl Fn(&Control) -> u64) -> u64 {
        let size = self.control.iter().find(|control| control.name == "HSIZE");
        size.map_or(self.signals.bytes() as u64, |size| 1 << (word(size) & 7))
    }

    /// While HREADY is 0, the request must not change.
    fn stable(&self, kind: u8) -> Result {
        let Some(before) = self.before.filter(|before| !before.ready) else {
            return Ok(());
        };
        let ends_by_error = before.error && kind == IDLE;
        let any_length = self.burst.is_none_or(|open| open.left.is_none());
        let may_change = match before.kind {
            IDLE => true,
            BUSY => kind == SEQ || any_length,
            _ => false,
        };
        let what = "HTRANS changed while HREADY was 0";
        let holds = kind == before.kind || may_change || ends_by_error;
        self.check(holds, "AHB_ERRM_HTRANS_STABLE", what)?;
        // IDLE may change, and so may a BUSY that ends a burst of undefined length.
        let goes_on = before.kind >= NONSEQ || (before.kind == BUSY && kind != NONSEQ);
        if kind == IDLE || before.kind == IDLE || !goes_on {
            return Ok(());
        }
        for control in &self.control {
            let what = "changed while HREADY was 0";
            let same = control.now == control.before;
            self.check_control(same, control, control.stable, what)?;
        }
        Ok(())
    }

    /// Handles the end of an address phase: it continues the burst, and becomes the next data phase. Its request is
    /// in `before`.
    fn accepted(&mut self, kind: u8, selected: bool) -> Result {
        let what = "a burst has ended before its last transfer";
        let ends = self
            .burst
            .is_none_or(|open| open.left.is_none_or(|left| left == 0) || open.may_end);
        if kind == IDLE || kind == NONSEQ {
            self.check(ends, "AHB_ERRM_BURST_LENGTH", what)?;
            self.burst = None;
        }
        self.answered = if selected {
            Answered::Nothing
        } else {
            Answered::Unknown
        };
        if kind == IDLE {
            return Ok(());
        }
        let before = |control: &Control| control.before.value_word(0);
        let address = before(&self.control[HADDR]);
        let writes = before(&self.control[HWRITE]) == 1;
        let bytes = self.bytes(before);
        let code = self.control.iter().find(|control| control.name == "HBURST");
        let code = code.map_or(0, before).to_le_bytes()[0];
        let burst = Burst::of(code);
        if kind == NONSEQ {
            for control in &mut self.control {
                control.first.clone_from(&control.before);
            }
            self.bursts += 1;
            self.burst = (burst != Burst::Single).then(|| Open {
                number: self.bursts,
                burst,
                first: address,
                next: burst.next(address, bytes),
                bytes,
                left: burst.length().map(|length| length - 1),
                may_end: false,
            });
        } else {
            self.goes_on(kind, address)?;
        }
        if kind != BUSY && selected {
            let phase = Phase {
                address,
                bytes: u32::try_from(bytes)?,
                writes,
                burst,
                is_first: kind == NONSEQ,
            };
            self.answered = Answered::Transfer {
                phase,
                burst: self.bursts,
                cycles: 0,
            };
        }
        Ok(())
    }

    /// SEQ and BUSY.
    fn goes_on(&mut self, kind: u8, address: u64) -> Result {
        let what = "HTRANS is SEQ or BUSY outside a burst";
        let open = self.burst.filter(|open| open.left != Some(0));
        self.check(open.is_some(), "AHB_ERRM_HTRANS_BURST", what)?;
        let Some(mut open) = open else {
            return Ok(());
        };
        for control in &self.control {
            if let Some(rule) = control.burst {
                let same = control.before == control.first;
                self.check_control(same, control, rule, "changed in a burst")?;
            }
        }
        let what = format!("a burst went on at {address:#x}, not at {:#x}", open.next);
        self.check(address == open.next, "AHB_ERRM_HADDR_BURST", &what)?;
        let what = format!("a burst from {:#x} goes on at {address:#x}", open.first);
        let inside = address >> 10 == open.first >> 10;
        self.check(inside, "AHB_ERRM_BURST_1KB", &what)?;
        if kind == SEQ {
            open.next = open.burst.next(address, open.bytes);
            open.left = open.left.map(|left| left - 1);
            self.burst = Some(open);
        }
        Ok(())
    }

    fn known(&self, signal: Signal<Logic>, rule: &'static str, what: &str) -> Result<bool> {
        let value = signal.get();
        if value.is_unknown() {
            let violation = self
                .broken(rule, what)
                .signal(signal.path(), format_args!("is {value}"));
            self.ignored.report(violation)?;
        }
        Ok(value.is_one())
    }

    fn check_control(
        &self,
        holds: bool,
        control: &Control,
        rule: &'static str,
        what: &str,
    ) -> Result {
        if holds {
            return Ok(());
        }
        let violation = self
            .broken(rule, &format!("{} {what}", control.name))
            .signal(control.signal.path(), format_args!("is {:x}", control.now));
        self.ignored.report(violation)
    }

    fn check(&self, holds: bool, rule: &'static str, what: &str) -> Result {
        if holds {
            return Ok(());
        }
        self.ignored.report(self.broken(rule, what))
    }

    fn broken(&self, rule: &'static str, what: &str) -> Violation {
        Violation::new(rule, self.signals.bus(), what)
            .now()
            .of(format!("transfer {}", self.transfers + 1))
    }
}

impl AtEnd for Checking {
    fn at_end(&self) {
        let asks = self
            .before
            .is_some_and(|before| before.kind >= NONSEQ && !before.ready);
        let is_open = matches!(self.answered, Answered::Transfer { .. });
        if !(asks || is_open) {
            return;
        }
        let what = "a transfer is under way at the end";
        let violation = Violation::new("AHB_ERRS_ALL_DONE_EOS", self.signals.bus(), what);
        self.ignored.report_at_end(violation);
    }
}
