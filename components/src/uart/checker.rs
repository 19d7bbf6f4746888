//! The side that knows the rules.

use std::cell::Cell;
use std::rc::Rc;

use verifork::dut::{ScalarValue, Signal};
use verifork::time::SimTime;
use verifork::trigger::{now, read_only};
use verifork::{Result, first_of};

use super::flow::Flow;
use super::format::{Format, Timing};
use super::line::Line;
use super::rules::RULES;
use crate::Clocked;
use crate::checking::{AtEnd, BetweenResets, ignores_rules, look_between_resets};
use crate::clocked::between_resets;
use crate::parent::{Parent, free_name};
use crate::steps::until_step;
use crate::violation::{Ignored, Violation};

/// Fails the test when a [rule](RULES) is broken: a builder, until it is [started](Self::start).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::uart;
///
/// # fn example(tm: &TaskManager, tx: &Signal<bool>, format: &uart::Format) {
/// uart::Checker::new(tx, format).start(tm);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a checker does nothing until it is started: add `.start(tm)`"]
pub struct Checker {
    line: Line,
    format: Format,
    ignored: Ignored,
    tolerance: u32,
    breaks: bool,
    cts: Option<Flow>,
    reset: Option<Clocked>,
}

impl Checker {
    /// A checker of all rules, with a tolerance of 20,000 ppm (2 %), to which a break is not an error.
    pub fn new<T: ScalarValue>(line: &Signal<T>, format: &Format) -> Self {
        Checker {
            line: Line::of(line),
            format: *format,
            ignored: Ignored::default(),
            tolerance: 20_000,
            breaks: true,
            cts: None,
            reset: None,
        }
    }

    ignores_rules! {}

    /// By how many parts in a million the sender's baud rate may be off: so much of the time since the start
    /// bit began, and a step of simulated time, may a change of the line be early or late.
    ///
    /// # Panics
    ///
    /// At the caller's line: for 500,000 and more.
    #[track_caller]
    pub fn tolerance_ppm(self, tolerance: u32) -> Self {
        assert!(
            tolerance < 500_000,
            "UART: a tolerance is below 500000 ppm, not {tolerance}"
        );
        Checker { tolerance, ..self }
    }

    /// Makes a break an error, as `UART_BREAK`.
    pub fn no_breaks(self) -> Self {
        let breaks = false;
        Checker { breaks, ..self }
    }

    /// Flow control: no character begins a bit or more after this line, active at 0, has become inactive. Until then
    /// its change may be on its way through the sender.
    pub fn cts_low<T: ScalarValue>(self, signal: &Signal<T>) -> Self {
        let cts = Some(Flow::new(signal, false));
        Checker { cts, ..self }
    }

    /// The same by a line that is active at 1.
    pub fn cts_high<T: ScalarValue>(self, signal: &Signal<T>) -> Self {
        let cts = Some(Flow::new(signal, true));
        Checker { cts, ..self }
    }

    /// Sets a reset: while it is active, nothing is checked, and interrupted characters are dropped.
    pub fn reset_of(self, clocked: &Clocked) -> Self {
        let reset = Some(*clocked);
        Checker { reset, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test. A character that is under way when it
    /// ends with that is a broken rule.
    ///
    /// # Panics
    ///
    /// At the caller's line: a bit is too short for the design's precision.
    #[track_caller]
    pub fn start(self, parent: &impl Parent) {
        let inactive_since = Rc::new(Cell::new(None));
        if let Some(cts) = self.cts {
            let name = free_name(parent, format!("{} checker", cts.path()));
            let (since, reset) = (Rc::clone(&inactive_since), self.reset);
            parent.add_background(name, async move {
                let mut since = since;
                let run = async |since: &mut Rc<Cell<_>>| cts.watch(since).await;
                between_resets(reset, &mut since, run, |since| {
                    since.set(None);
                    Ok(())
                })
                .await
            });
        }
        let checking = Checking {
            inactive_since,
            line: self.line,
            format: self.format,
            timing: Timing::of_now(&self.format),
            ignored: self.ignored,
            tolerance: self.tolerance,
            breaks: self.breaks,
            has_reset: self.reset.is_some(),
            characters: 0,
            under_way: None,
            level: true,
            last_change: None,
            suspect: None,
        };
        look_between_resets(parent, self.line.path(), self.reset, checking);
    }
}

/// A change of the line that is not at the end of a bit.
#[derive(Clone, Copy)]
struct Suspect {
    /// When.
    step: u64,
    /// In thousandths of a bit since the start bit began.
    at: u64,
}

struct Checking {
    /// The step of simulated time at which CTS became inactive, if it is.
    inactive_since: Rc<Cell<Option<u64>>>,
    line: Line,
    format: Format,
    timing: Timing,
    ignored: Ignored,
    tolerance: u32,
    breaks: bool,
    has_reset: bool,
    characters: u64,
    /// When the start bit of the present character began.
    under_way: Option<SimTime>,
    /// After the last change that was seen.
    level: bool,
    last_change: Option<u64>,
    suspect: Option<Suspect>,
}

impl BetweenResets for Checking {
    async fn run(&mut self) -> Result {
        read_only().await;
        self.level = self.look()?;
        self.last_change = None;
        if self.has_reset {
            let what = "the line must be 1 when a reset ends";
            self.check(self.level, "UART_IDLE_RESET", what)?;
        }
        self.high_again().await?;
        loop {
            self.change().await?;
            if !self.level {
                self.under_way = Some(now());
                self.character(now()).await?;
                self.under_way = None;
            }
        }
    }

    fn reset(&mut self) {
        (self.under_way, self.suspect) = (None, None);
    }
}

impl Checking {
    /// From the beginning of a start bit to the end of the stop bits.
    async fn character(&mut self, begun: SimTime) -> Result {
        self.characters += 1;
        if let Some(since) = self.inactive_since.get() {
            let what = "a character begins although the other side signals that it has no room";
            let in_time = begun.steps() < since + self.timing.steps_to(1000);
            self.check(in_time, "UART_CTS", what)?;
        }
        let (mut samples, before_stop) = (0_u16, self.format.bits_before_stop());
        for index in 0..self.format.samples() {
            self.until(begun, self.format.sampled_at(index)).await?;
            if index == 0 && self.level {
                return Ok(()); // it was a glitch, which is ignored
            }
            samples |= u16::from(self.level) << index;
            if index + 1 == before_stop && self.format.has_parity() {
                let seen = self.format.character(samples | !0 << before_stop);
                let what = format!("the parity bit of {:#x} is wrong", seen.data);
                let low_throughout = samples == 0; // it may become a break
                self.check(!seen.parity_error || low_throughout, "UART_PARITY", &what)?;
            }
            if index >= before_stop && !self.level && samples != 0 {
                return self.low_stop().await;
            }
        }
        if samples == 0 {
            return self.line_break(begun).await;
        }
        let seen = self.format.character(samples);
        if samples & ((1 << before_stop) - 1) == 0 {
            // It could have been a break until its stop bit came.
            let what = format!("the parity bit of {:#x} is wrong", seen.data);
            self.check(!seen.parity_error, "UART_PARITY", &what)?;
        }
        let ends = self.format.ends();
        let until = begun.steps() + self.timing.steps_to(ends);
        let until = until.saturating_sub(self.allowed(ends));
        while now().steps() < until {
            if !self.change_until(until).await? {
                break;
            }
            let at = self.timing.thousandths_of(now().steps() - begun.steps());
            let what = format!(
                "the next character begins {} of a bit after this one's stop bits began, which last for {}",
                Thousandths(at.saturating_sub(self.format.stop_begins())),
                Thousandths(ends - self.format.stop_begins()),
            );
            self.check(self.level, "UART_STOP_LENGTH", &what)?;
            if !self.level {
                self.under_way = Some(now());
                return Box::pin(self.character(now())).await;
            }
        }
        Ok(())
    }

    async fn low_stop(&mut self) -> Result {
        let what = "the line must be 1 in the stop bits";
        self.check(false, "UART_STOP", what)?;
        self.high_again().await
    }

    /// All bits are 0, the stop bits too.
    async fn line_break(&mut self, begun: SimTime) -> Result {
        let ends = self.format.ends();
        let until = begun.steps() + self.timing.steps_to(ends);
        let until = until.saturating_sub(self.allowed(ends));
        self.suspect = None;
        if now().steps() < until && self.change_until(until).await? {
            // It was not a break.
            return self.low_stop().await;
        }
        let what = "the line is 0 for a whole character";
        self.check(self.breaks, "UART_BREAK", what)?;
        self.high_again().await?;
        // The mark after it.
        let marked = now().steps()
            + self
                .timing
                .steps_to(1000)
                .saturating_sub(self.allowed(1000));
        if self.change_until(marked).await? {
            let what = "the line must be 1 for a bit after a break";
            self.check(self.level, "UART_BREAK_MARK", what)?;
            if !self.level {
                self.under_way = Some(now());
                return Box::pin(self.character(now())).await;
            }
        }
        Ok(())
    }

    /// Waits for a line that is 1.
    async fn high_again(&mut self) -> Result {
        self.suspect = None;
        while !self.level {
            self.change().await?;
        }
        Ok(())
    }

    /// Waits until so much of a character, and looks at each change on the way.
    async fn until(&mut self, begun: SimTime, thousandths: u64) -> Result {
        let until = begun.steps() + self.timing.steps_to(thousandths);
        loop {
            let half = self.timing.steps_to(500);
            let judged = self.suspect.map(|suspect| suspect.step + half);
            let deadline = judged.map_or(until, |judged| judged.min(until));
            let changed = self.change_until(deadline).await?;
            if changed {
                let at = self.timing.thousandths_of(now().steps() - begun.steps());
                self.suspect = self.is_off(at, begun).then_some(Suspect {
                    step: now().steps(),
                    at,
                });
            } else if judged == Some(deadline)
                && let Some(Suspect { at, .. }) = self.suspect.take()
            {
                let what = format!(
                    "the line changed {} bits after the start bit began, which is not where a bit ends",
                    Thousandths(at)
                );
                self.check(false, "UART_BIT_TIME", &what)?;
            }
            if !changed && now().steps() >= until {
                return Ok(());
            }
        }
    }

    /// Whether a change is not at the end of a bit.
    fn is_off(&self, at: u64, begun: SimTime) -> bool {
        let boundary = (at + 500) / 1000 * 1000;
        let wanted = begun.steps() + self.timing.steps_to(boundary);
        now().steps().abs_diff(wanted) > self.allowed(boundary)
    }

    /// The number of steps by which a change may be off, at this many thousandths of a bit after the start.
    fn allowed(&self, thousandths: u64) -> u64 {
        let steps = u128::from(self.timing.steps_to(thousandths));
        let allowed = steps * u128::from(self.tolerance) / 1_000_000;
        u64::try_from(allowed).unwrap_or(u64::MAX) + 1
    }

    async fn change(&mut self) -> Result {
        while !self.change_until(u64::MAX).await? {}
        Ok(())
    }

    /// Waits for a change of the line until a step of simulated time; whether there was one.
    async fn change_until(&mut self, step: u64) -> Result<bool> {
        loop {
            if step == u64::MAX {
                self.line.signal.changed().await;
            } else {
                let changed = self.line.signal.changed();
                first_of! {
                    () = changed => {},
                    () = until_step(step) => {
                        // A change in this very step is one before the end.
                        read_only().await;
                        if self.look()? == self.level {
                            return Ok(false);
                        }
                    },
                }
            }
            // A level that lasts no time is not a level.
            read_only().await;
            let level = self.look()?;
            if level != self.level {
                return self.changed(level).map(|()| true);
            }
        }
    }

    fn changed(&mut self, level: bool) -> Result {
        let step = now().steps();
        let last = self.last_change.replace(step);
        self.level = level;
        let Some(last) = last else {
            return Ok(());
        };
        let lasted = step - last;
        if lasted >= self.timing.steps_to(500) {
            return Ok(());
        }
        let what = format!(
            "the line was {} for {} of a bit",
            u8::from(!level),
            Thousandths(self.timing.thousandths_of(lasted))
        );
        self.suspect = None;
        self.check(false, "UART_GLITCH", &what)
    }

    /// The level, which must be known.
    fn look(&self) -> Result<bool> {
        match self.line.level() {
            Err(error) => match error.downcast::<Violation>() {
                Ok(violation) => {
                    self.ignored.report(self.of_character(violation))?;
                    Ok(self.level)
                }
                Err(error) => Err(error),
            },
            level => level,
        }
    }

    fn check(&self, holds: bool, rule: &'static str, what: &str) -> Result {
        if holds {
            return Ok(());
        }
        let path = self.line.path();
        let violation = Violation::new(rule, path, what)
            .now()
            .signal(path, format_args!("is {}", u8::from(self.level)));
        self.ignored.report(self.of_character(violation))
    }

    fn of_character(&self, violation: Violation) -> Violation {
        violation.of(match self.under_way {
            Some(begun) => format!(
                "character {}, begun at {begun} ({})",
                self.characters, self.format
            ),
            None => format!("after {} characters", self.characters),
        })
    }
}

/// Shown as a number of bits.
struct Thousandths(u64);

impl std::fmt::Display for Thousandths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}

impl AtEnd for Checking {
    fn at_end(&self) {
        let Some(begun) = self.under_way else {
            return;
        };
        // A receiver has received it since the middle of its last stop bit.
        let last = self.format.sampled_at(self.format.samples() - 1);
        if self.level && now().steps() >= begun.steps() + self.timing.steps_to(last) {
            return;
        }
        let path = self.line.path();
        let what = format!("a character that began at {begun} is under way at the end");
        let violation = Violation::new("UART_ALL_DONE_EOS", path, what);
        self.ignored.report_at_end(violation);
    }
}
