//! The side that knows the rules.

mod addresses;
mod reads;
mod writes;

use std::collections::VecDeque;

use verifork::Result;
use verifork::dut::Signal;
use verifork::value::{Logic, LogicVec};

use super::bus::Bus;
use super::rules::{self, RULES, SignalRules};
use crate::Clocked;
use crate::axi_common::Response;
use crate::checking::{AtEdges, AtEnd, ignores_rules, look_at_edges};
use crate::handshake::Wires;
use crate::parent::Parent;
use crate::violation::{Ignored, Violation};
use crate::watching::{Watched, Watching};
use addresses::Addresses;
use reads::{Reads, read_data};
use writes::{Writes, responses, write_data};

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
#[must_use = "a checker does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Checker {
    bus: Bus,
    ignored: Ignored,
    max_wait: Option<u32>,
}

impl Checker {
    /// A checker of all rules on [`Signals`](super::Signals), [`WriteSignals`](super::WriteSignals) or [`ReadSignals`](super::ReadSignals), without a
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
        let reporter = Reporter {
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
                reporter: reporter.clone(),
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
                reporter: reporter.clone(),
                open: VecDeque::new(),
                done: 0,
            }
        });
        let checking = Checking { write, read };
        look_at_edges(parent, bus.name(), clocked, checking);
    }
}

#[derive(Clone)]
struct Reporter {
    bus: Bus,
    ignored: Ignored,
}

impl Reporter {
    fn broken(&self, rule: &'static str, of: String, what: impl Into<String>) -> Result {
        let violation = Violation::new(rule, self.bus.name(), what).now().of(of);
        self.ignored.report(violation)
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

/// The signals that the bus has, and the index of each among them.
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
        for (reporter, open, rule, kind) in [
            writes.map(|it| {
                let open = it.open.len().max(it.early_bursts());
                (&it.reporter, open, "AXI4_ERRS_BRESP_ALL_DONE_EOS", "writes")
            }),
            reads.map(|it| {
                let open = it.open.len();
                (&it.reporter, open, "AXI4_ERRS_RLAST_ALL_DONE_EOS", "reads")
            }),
        ]
        .into_iter()
        .flatten()
        {
            if open > 0 {
                let what = format!("{open} {kind} are not answered at the end");
                let violation = Violation::new(rule, reporter.bus.name(), what);
                reporter.ignored.report_at_end(violation);
            }
        }
    }
}
