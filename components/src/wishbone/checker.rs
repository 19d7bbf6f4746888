//! The side that knows the rules.

use std::collections::VecDeque;

use verifork::Result;
use verifork::dut::Signal;
use verifork::value::{Logic, LogicVec};

use super::request::{Burst, CLASSIC, END_OF_BURST, INCREMENTING};
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
/// use verifork_components::{Clocked, wishbone};
///
/// # fn example(tm: &TaskManager, signals: &wishbone::Signals, clocked: &Clocked) {
/// wishbone::Checker::new(signals).start(tm, clocked); // a broken rule fails the test, by its name
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
    /// A checker of all rules, without a limit of how long an access may wait.
    pub fn new(signals: &Signals) -> Self {
        Checker {
            signals: *signals,
            ignored: Ignored::default(),
            max_wait: None,
        }
    }

    ignores_rules! {
        ///
        /// `WB_3.50_NEGATED` for a subordinate that holds ACK at 1 (PERMISSION 3.35), for example, or
        /// `WB_3.25_CYC_STABLE` for a manager that withdraws its requests.
    }

    /// Sets the number of cycles for which an access may wait to be terminated, and on a pipelined bus to be
    /// accepted.
    pub fn max_wait(self, cycles: u32) -> Self {
        let max_wait = Some(cycles);
        Checker { max_wait, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test. An access that is under way when it
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
            asked: asked(&signals),
            data: [LogicVec::default(), LogicVec::default()],
            read: LogicVec::default(),
            held: false,
            open: VecDeque::with_capacity(16),
            waited: 0,
            burst: None,
            was_in_reset: false,
            accesses: 0,
        };
        look_at_edges(parent, signals.bus(), clocked, checking);
    }
}

/// A signal that STB qualifies.
struct QualifiedSignal {
    signal: Signal<LogicVec>,
    name: &'static str,
    stable: &'static str,
    unknown: &'static str,
    before: LogicVec,
    now: LogicVec,
}

impl QualifiedSignal {
    fn word(&self) -> u64 {
        self.now.value_word(0)
    }
}

/// ADR, WE, SEL, CTI and BTE; the last three are optional.
struct Qualified {
    adr: QualifiedSignal,
    we: QualifiedSignal,
    sel: Option<QualifiedSignal>,
    cti: Option<QualifiedSignal>,
    bte: Option<QualifiedSignal>,
}

impl Qualified {
    fn each(&self) -> impl Iterator<Item = &QualifiedSignal> {
        let others = [&self.sel, &self.cti, &self.bte].into_iter().flatten();
        [&self.adr, &self.we].into_iter().chain(others)
    }

    fn each_mut(&mut self) -> impl Iterator<Item = &mut QualifiedSignal> {
        let others = [&mut self.sel, &mut self.cti, &mut self.bte];
        let others = others.into_iter().flatten();
        [&mut self.adr, &mut self.we].into_iter().chain(others)
    }

    fn cti(&self) -> u8 {
        let word = self
            .cti
            .as_ref()
            .map_or(u64::from(CLASSIC), QualifiedSignal::word);
        word.to_le_bytes()[0]
    }

    fn bte(&self) -> u8 {
        let word = self.bte.as_ref().map_or(0, QualifiedSignal::word);
        word.to_le_bytes()[0]
    }
}

fn asked(signals: &Signals) -> Qualified {
    let asked = |signal: Signal<LogicVec>, name, stable, unknown| QualifiedSignal {
        signal,
        name,
        stable,
        unknown,
        before: LogicVec::default(),
        now: LogicVec::default(),
    };
    let some = |signal: Option<Signal<u8>>, name, stable, unknown| {
        Some(asked(signal?.as_logic(), name, stable, unknown))
    };
    Qualified {
        adr: asked(
            signals.adr.as_logic(),
            "ADR",
            "WB_3.60_ADR_STABLE",
            "WB_3.60_ADR_X",
        ),
        we: asked(
            signals.we.as_logic(),
            "WE",
            "WB_3.60_WE_STABLE",
            "WB_3.60_WE_X",
        ),
        sel: some(signals.sel, "SEL", "WB_3.60_SEL_STABLE", "WB_3.60_SEL_X"),
        cti: some(signals.cti, "CTI", "WB_3.60_CTI_STABLE", "WB_3.60_CTI_X"),
        bte: some(signals.bte, "BTE", "WB_3.60_BTE_STABLE", "WB_3.60_BTE_X"),
    }
}

/// The last accepted access of a burst, which determines the next one.
#[derive(Clone, Copy)]
struct Last {
    burst: Burst,
    cti: u8,
    bte: u8,
    address: u64,
    writes: u64,
    select: Option<u64>,
}

struct Checking {
    signals: Signals,
    ignored: Ignored,
    max_wait: Option<u32>,
    asked: Qualified,
    /// The written data, before and now.
    data: [LogicVec; 2],
    read: LogicVec,
    /// STB was 1 at the edge before, and its access was not taken.
    held: bool,
    /// The bits that are read by the accesses that are taken and not terminated.
    open: VecDeque<u64>,
    waited: u32,
    burst: Option<Last>,
    was_in_reset: bool,
    accesses: u64,
}

impl AtEdges for Checking {
    fn look(&mut self, in_reset: bool) -> Result {
        let signals = self.signals;
        let after_reset = std::mem::replace(&mut self.was_in_reset, in_reset);
        if after_reset {
            for (signal, rule) in [
                (signals.cyc, "WB_3.20_CYC_RESET"),
                (signals.stb, "WB_3.20_STB_RESET"),
            ] {
                let what = "it must be 0 in a reset and at the first edge after it";
                self.check_bit(signal.get().is_zero(), rule, signal, what)?;
            }
        }
        if in_reset {
            self.forget();
            return Ok(());
        }
        let cycle = self.known(signals.cyc, "WB_CYC_X", "CYC must be 0 or 1")?;
        if cycle { self.in_cycle() } else { self.idle() }
    }
}

impl Checking {
    fn forget(&mut self) {
        self.open.clear();
        (self.held, self.burst, self.waited) = (false, None, 0);
    }

    /// An edge with CYC at 0.
    fn idle(&mut self) -> Result {
        let signals = self.signals;
        let open = self.held || !self.open.is_empty();
        let what = "CYC fell before what was asked for has been terminated";
        self.check(!open, "WB_3.25_CYC_STABLE", what)?;
        let what = "CYC fell in a burst, after an access with another CTI than 111";
        self.check(self.burst.is_none(), "WB_4.30_END_OF_BURST", what)?;
        let what = "STB is 1 while CYC is 0";
        self.check(!signals.stb.get().is_one(), "WB_3.25_CYC", what)?;
        self.forget();
        // A shared bus may be unknown here: only a definite 1 is a termination.
        let terminates = [Some(signals.ack), signals.err, signals.rty];
        let mut terminates = terminates.into_iter().flatten();
        let terminates = terminates.any(|signal| signal.get().is_one());
        self.unasked(terminates)
    }

    fn unasked(&self, terminates: bool) -> Result {
        let (rule, what) = if self.signals.is_pipelined() {
            ("WB_3.35_ASKED", "a termination without an access")
        } else {
            (
                "WB_3.50_NEGATED",
                "a termination while STB and CYC are not 1",
            )
        };
        self.check(!terminates, rule, what)
    }

    /// An edge with CYC at 1.
    fn in_cycle(&mut self) -> Result {
        let signals = self.signals;
        let pipelined = signals.is_pipelined();
        let strobe = self.known(signals.stb, "WB_STB_X", "STB must be 0 or 1")?;
        let what = if pipelined {
            "STB was taken back while STALL was 1"
        } else {
            "STB was taken back before the access has been terminated"
        };
        self.check(strobe || !self.held, "WB_3.75_STB_STABLE", what)?;
        if strobe {
            self.request()?;
        }
        let terminates = self.termination()?;
        if !pipelined && !strobe {
            // A subordinate may be ahead in a burst (PERMISSION 4.20).
            self.unasked(terminates.is_some() && self.burst.is_none())?;
            self.held = false;
            return Ok(());
        }
        let taken = strobe
            && if pipelined {
                let what = "STALL must be 0 or 1 while STB is 1";
                !match signals.stall {
                    Some(signal) => self.known(signal, "WB_STALL_X", what)?,
                    None => false,
                }
            } else {
                terminates.is_some()
            };
        self.held = strobe && !taken;
        if taken {
            self.taken();
        }
        if let Some(acknowledged) = terminates {
            let Some(reads) = self.open.pop_front() else {
                return self.unasked(true);
            };
            if acknowledged {
                self.is_read(reads)?;
            } else {
                self.burst = None; // it may be given up
            }
            self.accesses += 1;
        }
        let waits = self.held || !self.open.is_empty();
        if taken || terminates.is_some() || !waits {
            self.waited = 0;
            return Ok(());
        }
        self.waited += 1;
        if self.max_wait.is_none_or(|limit| self.waited <= limit) {
            return Ok(());
        }
        let what = format!("an access has waited for {} cycles", self.waited);
        self.ignored
            .report(self.broken("WB_REC_3.10_MAX_WAIT", &what))
    }

    /// Checks that the signals that STB qualifies are known and stable, and continue the burst.
    fn request(&mut self) -> Result {
        for asked in self.asked.each_mut() {
            asked.signal.get_into(&mut asked.now)?;
        }
        let data = self.signals.dat_w.as_logic();
        data.get_into(&mut self.data[1])?;
        let increments = self.asked.cti() == INCREMENTING;
        for asked in self.asked.each() {
            // BTE means nothing elsewhere.
            let means = asked.name != "BTE" || increments;
            let what = "must be known while STB is 1";
            let known = !means || !asked.now.has_unknown();
            self.check_asked(known, asked, asked.unknown, what)?;
            let same = !means || !self.held || asked.now == asked.before;
            let what = "changed before the access was taken";
            self.check_asked(same, asked, asked.stable, what)?;
        }
        let select = self.select();
        if self.asked.we.word() == 1 {
            let unknown = self.data[1].unknown_word(0) & mask_of(select);
            let what = "selected bytes of what is written must be known while STB is 1";
            self.check(unknown == 0, "WB_3.60_DAT_X", what)?;
            let same = !self.held || self.data[0] == self.data[1];
            let what = "what is written changed before the access was taken";
            self.check(same, "WB_3.60_DAT_STABLE", what)?;
        }
        let cti = self.asked.cti();
        let what = "CTI is none of 000, 001, 010 and 111";
        let reserved = cti > INCREMENTING && cti < END_OF_BURST;
        self.check(!reserved, "WB_4.05_CTI_RESERVED", what)?;
        if !self.held {
            self.goes_on(cti)?;
        }
        for asked in self.asked.each_mut() {
            std::mem::swap(&mut asked.before, &mut asked.now);
        }
        self.data.swap(0, 1);
        Ok(())
    }

    fn select(&self) -> u8 {
        let select = self.asked.sel.as_ref().map(QualifiedSignal::word);
        select.map_or(self.signals.all_bytes(), |word| word.to_le_bytes()[0])
    }

    /// Checks that a new access continues the burst.
    fn goes_on(&self, cti: u8) -> Result {
        let Some(last) = self.burst else {
            return Ok(());
        };
        let what =
            "an access with another CTI inside of a burst, whose last has to have the CTI 111";
        let goes_on = cti == last.cti || cti == END_OF_BURST;
        self.check(goes_on, "WB_4.30_END_OF_BURST", what)?;
        let constant = last.burst == Burst::Constant;
        let rule = |of_constant, of_incrementing| {
            if constant {
                of_constant
            } else {
                of_incrementing
            }
        };
        let address = self.signals.address_of(self.asked.adr.word());
        let next = last.burst.next(last.address, self.signals.bytes() as u64);
        let fits = self.signals.address_bits();
        if (address ^ next) & fits != 0 {
            let what = format!("a burst went on at {address:#x}, not at {next:#x}");
            let rule = rule("WB_4.35_CONSTANT_ADR", "WB_4.40_INCREMENT_ADR");
            self.ignored.report(self.broken(rule, &what))?;
        }
        let what = "WE changed inside of a burst";
        let rule_of_we = rule("WB_4.35_CONSTANT_WE", "WB_4.40_INCREMENT_WE");
        self.check(self.asked.we.word() == last.writes, rule_of_we, what)?;
        let what = "SEL changed inside of a burst";
        let rule_of_sel = rule("WB_4.35_CONSTANT_SEL", "WB_4.40_INCREMENT_SEL");
        let select = self.asked.sel.as_ref().map(QualifiedSignal::word);
        self.check(select == last.select, rule_of_sel, what)?;
        let what = "BTE changed inside of a burst";
        let same = constant || cti == END_OF_BURST || self.asked.bte() == last.bte;
        self.check(same, "WB_4.40_INCREMENT_BTE", what)
    }

    /// Handles an accepted access, whose request is in `before`.
    fn taken(&mut self) {
        let before = |asked: &QualifiedSignal| asked.before.value_word(0);
        let writes = before(&self.asked.we);
        let select = self.asked.sel.as_ref().map(before);
        let all = self.signals.all_bytes();
        let bytes = select.map_or(all, |word| word.to_le_bytes()[0]);
        self.open
            .push_back(if writes == 1 { 0 } else { mask_of(bytes) });
        let tag =
            |asked: &Option<QualifiedSignal>| asked.as_ref().map_or(0, before).to_le_bytes()[0];
        let (cti, bte) = (tag(&self.asked.cti), tag(&self.asked.bte));
        self.burst = Burst::of(cti, bte).map(|burst| Last {
            burst,
            cti,
            bte,
            address: self.signals.address_of(before(&self.asked.adr)),
            writes,
            select,
        });
    }

    /// Whether the access is terminated at this edge, and if so, with ACK.
    fn termination(&self) -> Result<Option<bool>> {
        let signals = self.signals;
        let of = |signal: Option<Signal<Logic>>, rule, what| match signal {
            Some(signal) => self.known(signal, rule, what),
            None => Ok(false),
        };
        let ack = of(
            Some(signals.ack),
            "WB_ACK_X",
            "ACK must be 0 or 1 while CYC is 1",
        )?;
        let err = of(signals.err, "WB_ERR_X", "ERR must be 0 or 1 while CYC is 1")?;
        let rty = of(signals.rty, "WB_RTY_X", "RTY must be 0 or 1 while CYC is 1")?;
        let what = "more than one of ACK, ERR and RTY is 1";
        let one = u8::from(ack) + u8::from(err) + u8::from(rty) <= 1;
        self.check(one, "WB_3.45_ONE_TERMINATION", what)?;
        Ok((ack || err || rty).then_some(!(err || rty)))
    }

    /// These bits are read at this edge.
    fn is_read(&mut self, bits: u64) -> Result {
        if bits == 0 {
            return Ok(());
        }
        self.signals.dat_r.as_logic().get_into(&mut self.read)?;
        let known = self.read.unknown_word(0) & bits == 0;
        let what = "selected bytes of what is read must be known with ACK";
        self.check(known, "WB_3.65_DAT_X", what)
    }

    /// The value of a bit; one that is unknown and whose rule is ignored is 0.
    fn known(&self, signal: Signal<Logic>, rule: &'static str, what: &str) -> Result<bool> {
        let value = signal.get();
        self.check_bit(!value.is_unknown(), rule, signal, what)?;
        Ok(value.is_one())
    }

    fn check_bit(
        &self,
        holds: bool,
        rule: &'static str,
        signal: Signal<Logic>,
        what: &str,
    ) -> Result {
        if holds {
            return Ok(());
        }
        let state = format_args!("is {}", signal.get()).to_string();
        let violation = self.broken(rule, what).signal(signal.path(), state);
        self.ignored.report(violation)
    }

    fn check_asked(
        &self,
        holds: bool,
        asked: &QualifiedSignal,
        rule: &'static str,
        what: &str,
    ) -> Result {
        if holds {
            return Ok(());
        }
        let violation = self
            .broken(rule, &format!("{} {what}", asked.name))
            .signal(asked.signal.path(), format_args!("is {:x}", asked.now));
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
            .of(format!("access {}", self.accesses + 1))
    }
}

impl AtEnd for Checking {
    fn at_end(&self) {
        if !self.held && self.open.is_empty() {
            return;
        }
        let what = "an access is under way at the end";
        let violation = Violation::new("WB_ALL_DONE_EOS", self.signals.bus(), what);
        self.ignored.report_at_end(violation);
    }
}
