//! The side that knows the rules.

use verifork::Result;
use verifork::dut::Signal;
use verifork::value::LogicVec;

use super::rules::RULES;
use super::signals::Signals;
use crate::Clocked;
use crate::axi_common::Channel;
use crate::checking::{AtEdges, AtEnd, ignores_rules, look_at_edges};
use crate::memory::mask_of;
use crate::parent::Parent;
use crate::violation::{Ignored, Violation};
use crate::watching::{Seen, Watched, Watching};

/// Fails the test when a [rule](RULES) is broken: a builder, until it is [started](Self::start).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, axi_lite};
///
/// # fn example(tm: &TaskManager, signals: &axi_lite::Signals, clocked: &Clocked) {
/// axi_lite::Checker::new(signals).start(tm, clocked); // a broken rule fails the test, by its name
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
    /// A checker of all rules, without a limit of how long VALID may wait.
    pub fn new(signals: &Signals) -> Self {
        Checker {
            signals: *signals,
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
        let signals = self.signals;
        signals.check_widths();
        let watch = |channel, watched: [Option<Watched>; 2]| {
            let watched = watched.into_iter().flatten().collect();
            let wires = signals.wires(channel, clocked);
            Watching::new(wires, self.ignored.clone(), watched, self.max_wait)
        };
        let one = |signal: Signal<LogicVec>, name, stable, unknown| {
            Some(Watched::new(signal, name, stable, unknown))
        };
        let some = |signal: Option<Signal<u8>>, name, stable, unknown| {
            let signal = signal.map(|signal| signal.as_logic())?;
            Some(Watched::new(signal, name, stable, Some(unknown)))
        };
        let address = |signal: Signal<u64>, name, stable, unknown| {
            one(signal.as_logic(), name, stable, Some(unknown))
        };
        let checking = Checking {
            aw: watch(
                Channel::Aw,
                [
                    address(
                        signals.awaddr,
                        "AWADDR",
                        "AXI4LITE_ERRM_AWADDR_STABLE",
                        "AXI4LITE_ERRM_AWADDR_X",
                    ),
                    some(
                        signals.awprot,
                        "AWPROT",
                        "AXI4LITE_ERRM_AWPROT_STABLE",
                        "AXI4LITE_ERRM_AWPROT_X",
                    ),
                ],
            ),
            w: watch(
                Channel::W,
                [
                    // Whether unknown bits matter depends on WSTRB.
                    one(
                        signals.wdata.as_logic(),
                        "WDATA",
                        "AXI4LITE_ERRM_WDATA_STABLE",
                        None,
                    ),
                    some(
                        signals.wstrb,
                        "WSTRB",
                        "AXI4LITE_ERRM_WSTRB_STABLE",
                        "AXI4LITE_ERRM_WSTRB_X",
                    ),
                ],
            ),
            b: watch(
                Channel::B,
                [
                    some(
                        signals.bresp,
                        "BRESP",
                        "AXI4LITE_ERRS_BRESP_STABLE",
                        "AXI4LITE_ERRS_BRESP_X",
                    ),
                    None,
                ],
            ),
            ar: watch(
                Channel::Ar,
                [
                    address(
                        signals.araddr,
                        "ARADDR",
                        "AXI4LITE_ERRM_ARADDR_STABLE",
                        "AXI4LITE_ERRM_ARADDR_X",
                    ),
                    some(
                        signals.arprot,
                        "ARPROT",
                        "AXI4LITE_ERRM_ARPROT_STABLE",
                        "AXI4LITE_ERRM_ARPROT_X",
                    ),
                ],
            ),
            r: watch(
                Channel::R,
                [
                    // That of a read that failed means nothing.
                    one(
                        signals.rdata.as_logic(),
                        "RDATA",
                        "AXI4LITE_ERRS_RDATA_STABLE",
                        None,
                    ),
                    some(
                        signals.rresp,
                        "RRESP",
                        "AXI4LITE_ERRS_RRESP_STABLE",
                        "AXI4LITE_ERRS_RRESP_X",
                    ),
                ],
            ),
            signals,
            ignored: self.ignored,
            counts: Counts::default(),
        };
        look_at_edges(parent, signals.bus(), clocked, checking);
    }
}

/// How many transfers of each channel there have been since the last reset.
#[derive(Clone, Copy, Default)]
struct Counts {
    aw: u64,
    w: u64,
    b: u64,
    ar: u64,
    r: u64,
}

struct Checking {
    signals: Signals,
    ignored: Ignored,
    aw: Watching,
    w: Watching,
    b: Watching,
    ar: Watching,
    r: Watching,
    counts: Counts,
}

impl AtEdges for Checking {
    fn look(&mut self, in_reset: bool) -> Result {
        let counts = self.counts;
        let number = |kind: &'static str, done: u64| move || format!("{kind} {}", done + 1);
        let aw = self.aw.look(in_reset, number("write", counts.aw))?;
        let w = self.w.look(in_reset, number("write", counts.w))?;
        let b = self.b.look(in_reset, number("write", counts.b))?;
        let ar = self.ar.look(in_reset, number("read", counts.ar))?;
        let r = self.r.look(in_reset, number("read", counts.r))?;
        if in_reset {
            self.counts = Counts::default();
            return Ok(());
        }
        if matches!(w, Seen::Valid { .. }) {
            self.check_written()?;
        }
        if matches!(b, Seen::Valid { .. }) {
            let what = "a write is answered before its address was transferred";
            self.check(counts.b < counts.aw, "AXI4LITE_ERRS_BRESP_AW", what)?;
            let what = "a write is answered before its data was transferred";
            self.check(counts.b < counts.w, "AXI4LITE_ERRS_BRESP_WLAST", what)?;
            let exclusive = self.signals.bresp.is_some() && self.b.value(0).value_word(0) == 1;
            self.check(
                !exclusive,
                "AXI4LITE_ERRS_BRESP_EXOKAY",
                "a write is answered EXOKAY",
            )?;
        }
        if matches!(r, Seen::Valid { .. }) {
            let what = "a read is answered before its address was transferred";
            self.check(counts.r < counts.ar, "AXI4LITE_ERRS_RDATA_AR", what)?;
            let response = match self.signals.rresp {
                Some(_) => self.r.value(1).value_word(0),
                None => 0,
            };
            self.check(
                response != 1,
                "AXI4LITE_ERRS_RRESP_EXOKAY",
                "a read is answered EXOKAY",
            )?;
            let known = response != 0 || !self.r.value(0).has_unknown();
            self.check(
                known,
                "AXI4LITE_ERRS_RDATA_X",
                "RDATA must be known while RVALID is 1",
            )?;
        }
        let add = |count: &mut u64, seen| {
            *count += u64::from(seen == Seen::Valid { transferred: true });
        };
        add(&mut self.counts.aw, aw);
        add(&mut self.counts.w, w);
        add(&mut self.counts.b, b);
        add(&mut self.counts.ar, ar);
        add(&mut self.counts.r, r);
        Ok(())
    }
}

impl Checking {
    fn check_written(&self) -> Result {
        let strobe = match self.signals.wstrb {
            Some(_) => self.w.value(1).value_word(0).to_le_bytes()[0],
            None => self.signals.all_bytes(),
        };
        let unknown = self.w.value(0).unknown_word(0) & mask_of(strobe);
        let what = "bytes of WDATA that are written must be known while WVALID is 1";
        self.check(unknown == 0, "AXI4LITE_ERRM_WDATA_X", what)
    }

    fn check(&self, holds: bool, rule: &'static str, what: &str) -> Result {
        if holds {
            return Ok(());
        }
        self.ignored
            .report(Violation::new(rule, self.signals.bus(), what).now())
    }
}

impl AtEnd for Checking {
    fn at_end(&self) {
        let Counts { aw, w, b, ar, r } = self.counts;
        let bus = self.signals.bus();
        for (open, rule, kind) in [
            (
                aw.max(w).saturating_sub(b),
                "AXI4LITE_ERRS_BRESP_ALL_DONE_EOS",
                "writes",
            ),
            (
                ar.saturating_sub(r),
                "AXI4LITE_ERRS_RDATA_ALL_DONE_EOS",
                "reads",
            ),
        ] {
            if open > 0 {
                let what = format!("{open} {kind} are not answered at the end");
                let violation = Violation::new(rule, bus, what);
                self.ignored.report_at_end(violation);
            }
        }
    }
}
