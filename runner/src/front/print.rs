//! The lines of libtest, in its three formats.

use std::fmt::Write as _;
use std::io::Write;
use std::time::Duration;

use serde_json::json;
use verifork_protocol::page::report;

use super::{Counts, Outcome, Warning};
use crate::arguments::Format;
use crate::verdict::Failure;

/// How many names are shown of tests that fail with one cause; each has its own line above.
const SHOWN: usize = 8;
/// Up to this many failures with one cause are all shown in full.
const FEW: usize = 3;
/// The number of characters in a line of the short format.
const IN_LINE: usize = 88;

const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";

pub(super) struct Printer {
    out: Box<dyn Write>,
    format: Format,
    colored: bool,
    /// The width of the terminal.
    pub(super) width: usize,
    name_width: usize,
    total: usize,
    ended: usize,
    /// The running test has begun its line.
    alone: bool,
    groups: Vec<Group>,
    /// The warnings of tests that have passed, each cause once, with these tests.
    warnings: Vec<(Warning, Vec<String>)>,
}

/// Tests that have failed with one cause, in order.
struct Group {
    names: Vec<String>,
    /// The failures of the first few.
    failures: Vec<Failure>,
}

impl Group {
    fn is_of(&self, cause: &str) -> bool {
        self.failures[0].cause == cause
    }
}

impl Printer {
    pub(super) fn new<'a>(
        out: Box<dyn Write>,
        format: Format,
        colored: bool,
        names: impl Iterator<Item = &'a str>,
    ) -> Printer {
        let name_width = names.map(|name| name.chars().count()).max();
        Printer {
            out,
            format,
            colored,
            width: usize::MAX,
            name_width: name_width.unwrap_or(0),
            total: 0,
            ended: 0,
            alone: false,
            groups: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Writes and flushes. If the reader is gone, only the status reports the result.
    fn write(&mut self, text: &str) {
        let _ = self.out.write_all(text.as_bytes());
        let _ = self.out.flush();
    }

    fn painted(&self, color: &str, text: &str) -> String {
        if self.colored {
            format!("{color}{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    pub(super) fn listed(&mut self, name: &str) {
        self.write(&format!("{name}: test\n"));
    }

    pub(super) fn title(&mut self, tests: usize) {
        self.total = tests;
        let text = match self.format {
            Format::Json => {
                json!({"type": "suite", "event": "started", "test_count": tests}).to_string()
            }
            _ if tests == 1 => "\nrunning 1 test".to_owned(),
            _ => format!("\nrunning {tests} tests"),
        };
        self.write(&(text + "\n"));
    }

    /// A test begins. `alone`: no other begins before it has ended.
    pub(super) fn begins(&mut self, name: &str, alone: bool) {
        match self.format {
            Format::Json => {
                let event = json!({"type": "test", "event": "started", "name": name});
                self.write(&format!("{event}\n"));
            }
            Format::Pretty if alone => self.write(&self.beginning(name)),
            _ => {}
        }
        self.alone = alone;
    }

    fn beginning(&self, name: &str) -> String {
        // One long name does not push the results of all others to the next line.
        let fits = self.width.saturating_sub("test  ... FAILED".len());
        let width = self.name_width.min(fits);
        format!("test {name:<width$} ... ")
    }

    pub(super) fn is_slow(&mut self, name: &str, after: Duration) {
        let text = match self.format {
            Format::Json => json!({"type": "test", "event": "timeout", "name": name}).to_string(),
            _ => format!(
                "test {name} has been running for over {} seconds",
                after.as_secs()
            ),
        };
        self.write(&(text + "\n"));
    }

    pub(super) fn outcome(&mut self, name: &str, outcome: Outcome) {
        self.ended += 1;
        let (word, letter, color) = match &outcome {
            Outcome::Passed | Outcome::Warned(_) => ("ok".to_owned(), '.', GREEN),
            Outcome::Ignored(None) => ("ignored".to_owned(), 'i', YELLOW),
            Outcome::Ignored(Some(reason)) => (format!("ignored ({reason})"), 'i', YELLOW),
            Outcome::Failed(_) => ("FAILED".to_owned(), 'F', RED),
        };
        let text = match self.format {
            Format::Pretty => {
                let beginning = if self.alone {
                    String::new()
                } else {
                    self.beginning(name)
                };
                format!("{beginning}{}\n", self.painted(color, &word))
            }
            Format::Terse => {
                let letter = self.painted(color, &letter.to_string());
                if self.ended.is_multiple_of(IN_LINE) && self.ended < self.total {
                    format!("{letter} {}/{}\n", self.ended, self.total)
                } else {
                    letter
                }
            }
            Format::Json => format!("{}\n", self.event(name, &outcome)),
        };
        self.write(&text);
        if let Outcome::Warned(warnings) = &outcome {
            for warning in warnings {
                let known = self
                    .warnings
                    .iter_mut()
                    .find(|(first, _)| first.cause == warning.cause);
                match known {
                    Some((_, names)) => names.push(name.to_owned()),
                    None => self.warnings.push((warning.clone(), vec![name.to_owned()])),
                }
            }
        }
        if let Outcome::Failed(failure) = outcome {
            let same = |group: &&mut Group| group.is_of(&failure.cause);
            match self.groups.iter_mut().find(same) {
                Some(group) => {
                    group.names.push(name.to_owned());
                    if group.failures.len() < FEW {
                        group.failures.push(failure);
                    }
                }
                None => self.groups.push(Group {
                    names: vec![name.to_owned()],
                    failures: vec![failure],
                }),
            }
        }
    }

    fn event(&self, name: &str, outcome: &Outcome) -> serde_json::Value {
        match outcome {
            Outcome::Passed => json!({"type": "test", "name": name, "event": "ok"}),
            Outcome::Warned(warnings) => {
                // Libtest's event has what the test has printed, if that is asked for.
                let texts: Vec<&str> = warnings.iter().map(|it| it.text.as_str()).collect();
                let told = texts.join("\n");
                json!({"type": "test", "name": name, "event": "ok", "stdout": told})
            }
            Outcome::Ignored(None) => json!({"type": "test", "name": name, "event": "ignored"}),
            Outcome::Ignored(Some(reason)) => {
                json!({"type": "test", "name": name, "event": "ignored", "message": reason})
            }
            Outcome::Failed(failure) => {
                let mut event = json!({"type": "test", "name": name, "event": "failed"});
                let same = self.groups.iter().find(|it| it.is_of(&failure.cause));
                let is_reported = failure.reported || same.is_some();
                let brief = failure.brief.as_ref().filter(|_| is_reported);
                event["stdout"] = brief.unwrap_or(&failure.text).as_str().into();
                if let Some(same) = same.filter(|it| brief.is_some() || it.names.len() >= FEW) {
                    // Libtest has no such field, and its readers ignore unknown ones.
                    event["same_as"] = same.names[0].as_str().into();
                }
                event
            }
        }
    }

    /// The warnings of tests that have passed, each once. Those of others are in the log of the failure.
    pub(super) fn warnings(&mut self) {
        if self.warnings.is_empty() || matches!(self.format, Format::Json) {
            return;
        }
        let mut text = "\nwarnings:\n\n".to_owned();
        for (warning, mut names) in std::mem::take(&mut self.warnings) {
            // A test may have several with one cause.
            names.dedup();
            let others = match names.len() - 1 {
                0 => String::new(),
                1 => " and 1 other test".to_owned(),
                others => format!(" and {others} other tests"),
            };
            let told = report(&warning.text, self.width);
            // Writing to a string cannot fail.
            let _ = writeln!(text, "---- {}{others} ----\n{told}\n", names[0]);
        }
        text.truncate(text.trim_end().len() + 1);
        self.write(&text);
    }

    /// The failures, each cause once.
    pub(super) fn failures(&mut self) {
        if self.groups.is_empty() || matches!(self.format, Format::Json) {
            return;
        }
        let mut text = "\nfailures:\n\n".to_owned();
        let groups = std::mem::take(&mut self.groups);
        for Group { names, failures } in &groups {
            let shown = if names.len() > FEW { 1 } else { names.len() };
            for (number, (name, failure)) in names.iter().zip(failures).take(shown).enumerate() {
                let brief = failure
                    .brief
                    .as_ref()
                    .filter(|_| failure.reported || number > 0);
                let page = report(brief.unwrap_or(&failure.text).trim_end(), self.width);
                // Writing to a string cannot fail.
                let _ = writeln!(text, "---- {name} ----\n{page}\n");
            }
            if shown < names.len() {
                let others = names.len() - shown;
                let what = failures[0].brief.as_deref().unwrap_or("fail alike");
                let alike = self.painted(RED, &format!("{others} other tests {what}:"));
                let _ = writeln!(text, "{alike}\n{}", list(&names[shown..], Some(SHOWN)));
            }
        }
        text += "\nfailures:\n";
        for Group { names, .. } in &groups {
            // In the short format, this is the only place where each is named.
            let most = matches!(self.format, Format::Pretty).then_some(SHOWN + 1);
            text += &list(names, most);
        }
        self.write(&text);
    }

    pub(super) fn summary(&mut self, counts: Counts, time: Duration) {
        let Counts {
            passed,
            failed,
            ignored,
            filtered_out,
        } = counts;
        let seconds = time.as_secs_f64();
        let text = if matches!(self.format, Format::Json) {
            let event = if failed > 0 { "failed" } else { "ok" };
            let event = json!({
                "type": "suite", "event": event, "passed": passed, "failed": failed,
                "ignored": ignored, "measured": 0, "filtered_out": filtered_out,
                "exec_time": seconds,
            });
            format!("{event}\n")
        } else {
            let result = if failed > 0 {
                self.painted(RED, "FAILED")
            } else {
                self.painted(GREEN, "ok")
            };
            format!(
                "\ntest result: {result}. {passed} passed; {failed} failed; {ignored} ignored; \
                 0 measured; {filtered_out} filtered out; finished in {seconds:.2}s\n\n"
            )
        };
        self.write(&text);
    }
}

/// The names, one per line; of more than `most`, only the first.
fn list(names: &[String], most: Option<usize>) -> String {
    // A line "and 1 more" would say less than the name.
    let most = most.filter(|most| names.len() > most + 1);
    let shown = most.unwrap_or(names.len());
    let mut text = String::new();
    for name in &names[..shown] {
        let _ = writeln!(text, "    {name}");
    }
    if shown < names.len() {
        let _ = writeln!(text, "    and {} more", names.len() - shown);
    }
    text
}
