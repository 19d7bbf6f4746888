//! What the design does on its own: errors that it reports, and the end of the simulation.

use std::fmt::Write as _;

use super::failures::Failures;
use super::limits::unfinished;
use super::{PlannedTest, RegressionRun, task_tree};
use crate::regression::console::{self, DesignMessages};
use crate::regression::failure_kind::FailureKind;
use crate::regression::outcome::{FailureEntry, Status};
use crate::regression::registry::{End, TestOptions};
use crate::simulator::{Message, MessageKind};

/// How the run of a test came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TestEnd {
    /// The test ended, and the time step in which it did.
    Itself,
    /// It was given up.
    GivenUp,
    /// The simulation ended, with the test's own code at work or, `after` it, in the same time step.
    Simulation { after: bool },
}

impl End {
    fn kind(self) -> MessageKind {
        match self {
            End::Fatal => MessageKind::Fatal,
            End::Finish => MessageKind::Finish,
            End::Stop => MessageKind::Stop,
        }
    }

    /// As the attribute has it.
    fn name(self) -> &'static str {
        match self {
            End::Fatal => "fatal",
            End::Finish => "finish",
            End::Stop => "stop",
        }
    }
}

impl RegressionRun {
    /// The verdict on a test, with the design's messages while it ran.
    pub(super) fn judge(
        &self,
        planned: &PlannedTest,
        options: &TestOptions,
        mut failures: Failures,
        ended: TestEnd,
    ) -> Status {
        let collected = console::take_messages();
        self.push_errors(options, &collected, &mut failures);
        match (ended, options.ends) {
            (TestEnd::Simulation { after }, wanted) => {
                self.judge_end(planned, wanted, after, &collected, &mut failures);
            }
            (TestEnd::Itself, Some(End::Stop)) if has_stopped(&collected) => {}
            (TestEnd::Itself, None) if has_stopped(&collected) => {
                let text = format!(
                    "the design called {} while the test ran, and the simulator went on",
                    self.word(MessageKind::Stop)
                );
                failures.push(self, planned, FailureKind::Design, text);
            }
            (TestEnd::Itself, Some(wanted)) if failures.is_empty() => {
                let text = format!(
                    "the test ended, but `ends = {:?}` requires the design to end the simulation with {} before that",
                    wanted.name(),
                    self.word(wanted.kind())
                );
                failures.push(self, planned, FailureKind::Design, text);
            }
            (TestEnd::Itself | TestEnd::GivenUp, _) => {}
        }
        let status = failures.into_status();
        match options.should_fail {
            Some(expected) => status.judged_by_should_fail(expected),
            None => status,
        }
    }

    fn word(&self, kind: MessageKind) -> &'static str {
        self.kernel.port().quirks().messages.word(kind)
    }

    fn push_errors(
        &self,
        options: &TestOptions,
        collected: &DesignMessages,
        failures: &mut Failures,
    ) {
        for message in &collected.messages {
            // Others end the simulation, and are judged as that.
            if message.kind == MessageKind::Error && !options.ignores_design_errors {
                let word = self.word(message.kind);
                let mut text = format!("the design reports an error ({word}): {}", message.text);
                if let again @ 1.. = collected.again(message) {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "\n(and {again} more from this line)");
                }
                failures.entries.push(entry(message, text));
            }
        }
        if collected.more > 0 && !options.ignores_design_errors {
            let text = format!("the design reports {} more errors", collected.more);
            failures.entries.push(FailureEntry {
                kind: FailureKind::Design,
                ..FailureEntry::of_test(text)
            });
        }
    }

    /// Judges the end of the simulation: the one that the test asked for, or a failure.
    fn judge_end(
        &self,
        planned: &PlannedTest,
        wanted: Option<End>,
        after: bool,
        collected: &DesignMessages,
        failures: &mut Failures,
    ) {
        let fatal = |message: &&Message| message.kind == MessageKind::Fatal;
        let said = collected.messages.iter().find(fatal).or_else(|| {
            let ends = |message: &&Message| message.kind != MessageKind::Error;
            collected.messages.iter().rfind(ends)
        });
        // Where the simulator has not said who ended it.
        let by_design = self.kernel.awaits_time();
        let as_wanted = wanted.is_some_and(|wanted| match said {
            Some(message) => message.kind == wanted.kind(),
            None => by_design && wanted != End::Fatal,
        });
        let is_fatal = said.is_some_and(|message| message.kind == MessageKind::Fatal);
        if as_wanted || wanted.is_none() && after && !is_fatal {
            return;
        }
        let cause = match said {
            Some(message) => format!(
                "the design called {}: {}",
                self.word(message.kind),
                message.text
            ),
            None if by_design => format!(
                "the design called {} or {}",
                self.word(MessageKind::Finish),
                self.word(MessageKind::Stop)
            ),
            None => format!(
                "no events were left, or the design called {}",
                self.word(MessageKind::Finish)
            ),
        };
        let when = if after {
            "in the time step in which the test ended"
        } else {
            "while the test ran"
        };
        let mut text = format!("the simulation ended {when}: {cause}");
        if let Some(wanted) = wanted {
            let (name, word) = (wanted.name(), self.word(wanted.kind()));
            // Writing to a string cannot fail.
            let _ = write!(text, "\n`ends = {name:?}` requires it to be {word}");
        }
        if !after && (by_design || said.is_some()) {
            let _ = write!(text, "\n{}", task_tree(self.kernel));
        } else if !after {
            text = unfinished(self.kernel, &text, "");
        }
        match said {
            Some(message) => {
                let mut entry = entry(message, text);
                entry.at = entry.at.or(Some(self.kernel.now()));
                failures.entries.push(entry);
            }
            None => failures.push(self, planned, FailureKind::Design, text),
        }
    }
}

fn has_stopped(collected: &DesignMessages) -> bool {
    let stop = |message: &Message| message.kind == MessageKind::Stop;
    collected.messages.iter().any(stop)
}

fn entry(message: &Message, text: String) -> FailureEntry {
    FailureEntry {
        place: message.place.clone(),
        at: message.at,
        kind: FailureKind::Design,
        ..FailureEntry::of_test(text)
    }
}
