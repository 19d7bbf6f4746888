//! Broken rules.

use std::cell::Cell;
use std::fmt;

use verifork::Test;
use verifork::task::fail_test;
use verifork::test_end::at_test_end;
use verifork::time::SimTime;

/// A broken rule of a protocol: the error of checkers, and of other components that cannot continue.
///
/// ```text
/// AXI4STREAM_ERRM_TDATA_STABLE: it changed while TVALID was 1 and TREADY was 0; on top.m_axis at 125 ns,
/// beat 3 of a frame with TID 2; top.m_axis_tdata was 32'h00000001, is 32'h00000002
/// ```
///
/// The error of a failed test gives it back by `downcast_ref`.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    rule: &'static str,
    what: String,
    bus: String,
    at: Option<SimTime>,
    transaction: String,
    signals: Vec<String>,
}

impl Violation {
    /// A broken rule, at no time unless [`now`](Self::now) says so.
    pub(crate) fn new(rule: &'static str, bus: &str, what: impl Into<String>) -> Self {
        Violation {
            rule,
            what: what.into(),
            bus: bus.to_owned(),
            at: None,
            transaction: String::new(),
            signals: Vec::new(),
        }
    }

    /// At the present simulated time.
    #[must_use]
    pub(crate) fn now(self) -> Self {
        let at = Some(verifork::now());
        Violation { at, ..self }
    }

    /// The transaction.
    #[must_use]
    pub(crate) fn of(self, transaction: impl Into<String>) -> Self {
        let transaction = transaction.into();
        Violation {
            transaction,
            ..self
        }
    }

    /// A signal that is involved, and its state.
    #[must_use]
    pub(crate) fn signal(mut self, path: &str, state: impl fmt::Display) -> Self {
        self.signals.push(format!("{path} {state}"));
        self
    }

    /// The rule's name: `AXI4STREAM_ERRM_TDATA_STABLE`.
    pub fn rule(&self) -> &'static str {
        self.rule
    }

    /// The bus, by the common part of its signals' paths.
    pub fn bus(&self) -> &str {
        &self.bus
    }

    /// The time at which it was broken; `None` if it does not depend on time.
    pub fn at(&self) -> Option<SimTime> {
        self.at
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; on {}", self.rule, self.what, self.bus)?;
        if let Some(at) = self.at {
            write!(f, " at {at}")?;
        }
        if !self.transaction.is_empty() {
            write!(f, ", {}", self.transaction)?;
        }
        for signal in &self.signals {
            write!(f, "; {signal}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Violation {}

/// A rule that a checker knows, for its table and for [`ignore`](crate::axi_stream::Checker::ignore).
///
/// ```
/// use verifork_components::axi_stream;
///
/// for rule in axi_stream::RULES {
///     println!("{}: {}", rule.name, rule.demands);
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The name that the field knows it by.
    pub name: &'static str,
    /// Its requirement.
    pub demands: &'static str,
}

thread_local! {
    /// Whether a rule was broken in the running test.
    static BROKEN: Cell<bool> = const { Cell::new(false) };
}

pub(crate) fn note_broken() {
    if Test::current().is_some() && !BROKEN.replace(true) {
        at_test_end(|_| {
            BROKEN.set(false);
            Ok(())
        });
    }
}

/// Which of a checker's rules are not looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ignored(Vec<&'static str>);

impl Ignored {
    /// Adds a rule by its name.
    ///
    /// # Panics
    ///
    /// At the caller's line, if there is no such rule.
    #[track_caller]
    pub(crate) fn add(&mut self, name: &str, rules: &[Rule]) {
        let names: Vec<_> = rules.iter().map(|rule| rule.name).collect();
        self.add_one_of(name, &names);
    }

    /// Adds one of a few rules by its name.
    ///
    /// # Panics
    ///
    /// At the caller's line, for any other rule.
    #[track_caller]
    pub(crate) fn add_one_of(&mut self, name: &str, rules: &[&'static str]) {
        match rules.iter().find(|rule| **rule == name) {
            Some(rule) => self.0.push(rule),
            None => panic!(
                "there is no rule `{name}` to ignore; there are {}",
                rules.join(", ")
            ),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains(&name)
    }

    /// The violation as an error, unless its rule is ignored.
    pub(crate) fn report(&self, violation: Violation) -> Result<(), verifork::Error> {
        if self.has(violation.rule) {
            return Ok(());
        }
        note_broken();
        Err(violation.into())
    }

    /// Fails the test for unfinished transactions at the end of a checker, unless the rule is ignored or a broken
    /// rule has ended the test.
    pub(crate) fn report_at_end(&self, violation: Violation) {
        if !self.has(violation.rule) && !BROKEN.get() {
            fail_test(violation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_says_rule_bus_transaction_and_signals() {
        let violation = Violation::new("X_STABLE", "top.s", "it changed")
            .of("beat 3")
            .signal("top.s_data", "was 1, is 2");
        assert_eq!(
            violation.to_string(),
            "X_STABLE: it changed; on top.s, beat 3; top.s_data was 1, is 2"
        );
        assert_eq!(
            (violation.rule(), violation.bus(), violation.at()),
            ("X_STABLE", "top.s", None)
        );
    }

    #[test]
    fn only_rules_that_exist_are_ignored() {
        const RULES: &[Rule] = &[
            Rule {
                name: "A",
                demands: "",
            },
            Rule {
                name: "B",
                demands: "",
            },
        ];
        let mut ignored = Ignored::default();
        ignored.add("B", RULES);
        assert!(
            ignored
                .report(Violation::new("B", "bus", "it changed"))
                .is_ok()
        );
        assert!(
            ignored
                .report(Violation::new("A", "bus", "it changed"))
                .is_err()
        );
        let panic = std::panic::catch_unwind(move || ignored.add("C", RULES)).unwrap_err();
        let text = panic.downcast::<String>().unwrap();
        assert_eq!(*text, "there is no rule `C` to ignore; there are A, B");
    }
}
