//! The side that knows the rules.

use verifork::Result;
use verifork::dut::Signal;
use verifork::value::LogicVec;

use super::rules::RULES;
use super::signals::Signals;
use crate::Clocked;
use crate::checking::{AtEdges, AtEnd, ignores_rules, look_at_edges};
use crate::memory::mask_of;
use crate::parent::Parent;
use crate::violation::{Ignored, Violation};

/// Fails the test when a [rule](RULES) is broken: a builder, until it is [started](Self::start).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, apb};
///
/// # fn example(tm: &TaskManager, signals: &apb::Signals, clocked: &Clocked) {
/// apb::Checker::new(signals).start(tm, clocked); // a broken rule fails the test, by its name
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

    /// For how many cycles a transfer may wait for PREADY.
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
        let held = |signal: Signal<LogicVec>, name, stable, unknown| Held {
            signal,
            name,
            stable,
            unknown,
            before: LogicVec::default(),
            now: LogicVec::default(),
        };
        let mut asked = vec![
            held(
                signals.paddr.as_logic(),
                "PADDR",
                "APB_ERRM_PADDR_STABLE",
                "APB_ERRM_PADDR_X",
            ),
            held(
                signals.pwrite.as_logic(),
                "PWRITE",
                "APB_ERRM_PWRITE_STABLE",
                "APB_ERRM_PWRITE_X",
            ),
        ];
        if let Some(signal) = signals.pstrb {
            asked.push(held(
                signal.as_logic(),
                "PSTRB",
                "APB_ERRM_PSTRB_STABLE",
                "APB_ERRM_PSTRB_X",
            ));
        }
        if let Some(signal) = signals.pprot {
            asked.push(held(
                signal.as_logic(),
                "PPROT",
                "APB_ERRM_PPROT_STABLE",
                "APB_ERRM_PPROT_X",
            ));
        }
        let checking = Checking {
            signals,
            ignored: self.ignored,
            max_wait: self.max_wait,
            asked,
            data: [LogicVec::default(), LogicVec::default()],
            phase: Phase::Idle,
            was_in_reset: false,
            transfers: 0,
        };
        look_at_edges(parent, signals.bus(), clocked, checking);
    }
}

/// A signal that must be stable from the setup phase to the end of the transfer.
struct Held {
    signal: Signal<LogicVec>,
    name: &'static str,
    stable: &'static str,
    unknown: &'static str,
    before: LogicVec,
    now: LogicVec,
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Idle,
    /// The number of cycles of the transfer so far, without its last one.
    Transfer(u32),
}

struct Checking {
    signals: Signals,
    ignored: Ignored,
    max_wait: Option<u32>,
    asked: Vec<Held>,
    /// PWDATA before and now.
    data: [LogicVec; 2],
    phase: Phase,
    was_in_reset: bool,
    transfers: u64,
}

impl AtEdges for Checking {
    fn look(&mut self, in_reset: bool) -> Result {
        let signals = self.signals;
        if in_reset {
            (self.phase, self.was_in_reset) = (Phase::Idle, true);
            return Ok(());
        }
        let after_reset = std::mem::take(&mut self.was_in_reset);
        let selected = signals.psel.get();
        self.check(
            !selected.is_unknown(),
            "APB_ERRM_PSEL_X",
            "PSEL must be 0 or 1",
        )?;
        let selected = selected.is_one();
        let what = "PSEL must be 0 at the first edge after a reset";
        self.check(!(after_reset && selected), "APB_ERRM_PSEL_RESET", what)?;
        if !selected {
            let what = "PSEL was taken back before the transfer has ended";
            self.check(self.phase == Phase::Idle, "APB_ERRM_PSEL_STABLE", what)?;
            self.phase = Phase::Idle;
            return Ok(());
        }
        let enable = signals.penable.get();
        self.check(
            !enable.is_unknown(),
            "APB_ERRM_PENABLE_X",
            "PENABLE must be 0 or 1",
        )?;
        let enable = enable.is_one();
        self.hold()?;
        let cycles = match self.phase {
            Phase::Idle => {
                let what = "PENABLE must be 0 in the first cycle of a transfer";
                self.check(!enable, "APB_ERRM_PENABLE_SETUP", what)?;
                self.phase = Phase::Transfer(1);
                return Ok(());
            }
            Phase::Transfer(cycles) => cycles,
        };
        let what = "PENABLE must be 1 from the second cycle of a transfer on";
        self.check(enable, "APB_ERRM_PENABLE_ACCESS", what)?;
        let ready = signals.pready.map(|signal| signal.get());
        let known = ready.is_none_or(|ready| !ready.is_unknown());
        self.check(
            known,
            "APB_ERRS_PREADY_X",
            "PREADY must be 0 or 1 while PENABLE is 1",
        )?;
        if ready.is_none_or(|ready| ready.is_one()) {
            self.phase = Phase::Idle;
            self.ended()?;
            self.transfers += 1;
            return Ok(());
        }
        self.phase = Phase::Transfer(cycles + 1);
        if self.max_wait.is_none_or(|limit| cycles <= limit) {
            return Ok(());
        }
        let what = format!("the transfer has waited for {cycles} cycles");
        self.ignored
            .report(self.broken("APB_RECS_PREADY_MAX_WAIT", &what))
    }
}

impl Checking {
    /// Checks that the request is known and stable.
    fn hold(&mut self) -> Result {
        let held = self.phase != Phase::Idle;
        for asked in &mut self.asked {
            asked.signal.get_into(&mut asked.now)?;
        }
        self.signals.pwdata.as_logic().get_into(&mut self.data[1])?;
        for asked in &self.asked {
            let known = !asked.now.has_unknown();
            self.check_signal(known, asked, asked.unknown, "must be known while PSEL is 1")?;
            let same = !held || asked.now == asked.before;
            self.check_signal(
                same,
                asked,
                asked.stable,
                "changed before the transfer has ended",
            )?;
        }
        let writes = self.asked[1].now.value_word(0) == 1;
        let strobe = match self.signals.pstrb {
            Some(_) => self.asked[2].now.value_word(0).to_le_bytes()[0],
            None => self.signals.all_bytes(),
        };
        if writes {
            let unknown = self.data[1].unknown_word(0) & mask_of(strobe);
            let what = "bytes of PWDATA that are written must be known while PSEL is 1";
            self.check(unknown == 0, "APB_ERRM_PWDATA_X", what)?;
            let same = !held || self.data[0] == self.data[1];
            let what = "PWDATA changed before the transfer has ended";
            self.check(same, "APB_ERRM_PWDATA_STABLE", what)?;
        } else if self.signals.pstrb.is_some() {
            self.check(
                strobe == 0,
                "APB_ERRM_PSTRB_READ",
                "PSTRB must be 0 in a read",
            )?;
        }
        for asked in &mut self.asked {
            std::mem::swap(&mut asked.before, &mut asked.now);
        }
        self.data.swap(0, 1);
        Ok(())
    }

    fn ended(&self) -> Result {
        let error = self.signals.pslverr.map(|signal| signal.get());
        let known = error.is_none_or(|error| !error.is_unknown());
        let what = "PSLVERR must be known at the end of a transfer";
        self.check(known, "APB_ERRS_PSLVERR_X", what)?;
        let reads = self.asked[1].before.value_word(0) == 0;
        if reads && error.is_none_or(|error| error.is_zero()) {
            let data = self.signals.prdata.as_logic().get();
            let what = "PRDATA must be known at the end of a read";
            self.check(!data.has_unknown(), "APB_ERRS_PRDATA_X", what)?;
        }
        Ok(())
    }

    fn check_signal(&self, holds: bool, held: &Held, rule: &'static str, what: &str) -> Result {
        if holds {
            return Ok(());
        }
        let violation = self.broken(rule, &format!("{} {what}", held.name)).signal(
            held.signal.path(),
            format_args!("was {:x}, is {:x}", held.before, held.now),
        );
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
        if self.phase == Phase::Idle {
            return;
        }
        let what = "a transfer is under way at the end";
        let violation = Violation::new("APB_ERRS_ALL_DONE_EOS", self.signals.bus(), what);
        self.ignored.report_at_end(violation);
    }
}
