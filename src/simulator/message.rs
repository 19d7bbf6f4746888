//! Recognizes what a simulator prints when the design reports an error or ends the simulation.
//!
//! No interface reports `$error` or `severity error` to a plugin, so the text is the only source. Each simulator's
//! format is in a file of its own, and nowhere else.

mod ghdl;
mod icarus;
mod nvc;
mod verilator;

use std::collections::VecDeque;

use crate::time::{Precision, SimDuration, SimTime};

/// The simulator whose messages are recognized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum MessageStyle {
    /// No message is recognized.
    Unknown,
    Icarus,
    Ghdl,
    Nvc,
    Verilator,
}

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum MessageKind {
    /// `$error`, a failed assertion, `severity error`: the simulation goes on.
    Error,
    /// `$fatal`, `severity failure`, or an error at run time that ends the simulation.
    Fatal,
    /// `$finish`, `std.env.finish`.
    Finish,
    /// `$stop`, `std.env.stop`.
    Stop,
}

impl MessageStyle {
    /// What the design's language calls it.
    pub(crate) fn word(self, kind: MessageKind) -> &'static str {
        let vhdl = matches!(self, MessageStyle::Ghdl | MessageStyle::Nvc);
        match (kind, vhdl) {
            (MessageKind::Error, false) => "`$error` or a failed assertion",
            (MessageKind::Fatal, false) => "`$fatal`",
            (MessageKind::Finish, false) => "`$finish`",
            (MessageKind::Stop, false) => "`$stop`",
            (MessageKind::Error, true) => "`severity error`",
            (MessageKind::Fatal, true) => "`severity failure`, or an error at run time",
            (MessageKind::Finish, true) => "`std.env.finish`",
            (MessageKind::Stop, true) => "`std.env.stop`",
        }
    }
}

/// A message of the simulator about the design.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) kind: MessageKind,
    /// The simulator's own lines.
    pub(crate) text: String,
    /// The design's file and line.
    pub(crate) place: Option<(String, u32)>,
    pub(crate) at: Option<SimTime>,
}

/// How many lines a message may have before the one that ends it.
const LONGEST: usize = 64;

/// How many doubtful messages are kept: more than one evaluation of a design reports.
const MOST_DOUBTFUL: usize = 10_000;

/// Recognizes messages in the lines of one stream.
#[derive(Debug)]
pub(crate) struct Messages {
    style: MessageStyle,
    precision: Precision,
    /// A message whose end has not come yet.
    begun: Option<Begun>,
    /// What looks like a message of Verilator, but may have been printed by the design itself.
    doubtful: VecDeque<Message>,
    /// The simulator also reports the failed calls of plugins: NVC with `--vhpi-debug`.
    reports_plugins: bool,
}

#[derive(Debug)]
struct Begun {
    message: Message,
    lines: usize,
}

impl Messages {
    pub(crate) fn new(style: MessageStyle, precision: Precision) -> Self {
        Messages {
            style,
            precision,
            begun: None,
            doubtful: VecDeque::new(),
            reports_plugins: std::env::args_os().any(|it| it == "--vhpi-debug"),
        }
    }

    /// Takes the next line, without its line end and without colour, and returns the message that it ends, if any.
    pub(crate) fn line(&mut self, line: &str) -> Option<Message> {
        match self.style {
            MessageStyle::Unknown => None,
            MessageStyle::Icarus => self.icarus(line),
            MessageStyle::Ghdl => self.ghdl(line),
            MessageStyle::Nvc => self.nvc(line),
            MessageStyle::Verilator => self.verilator(line),
        }
    }

    /// Returns a message without an end of its own, once everything that was printed has been taken.
    pub(crate) fn pause(&mut self) -> Option<Message> {
        let begun = self.begun.as_ref()?;
        let severe = matches!(begun.message.kind, MessageKind::Error | MessageKind::Fatal);
        // Those of a plugin may have no place.
        if self.style == MessageStyle::Nvc && severe && !self.reports_plugins {
            return self.begun.take().map(|begun| begun.message);
        }
        None
    }

    /// The error message that was printed for this place, where Verilator's host says that the design has stopped.
    /// `None` means `$stop`.
    pub(crate) fn confirm(&mut self, file: &str, line: u32) -> Option<Message> {
        // Messages may leave out the folders.
        let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
        let here = |message: &Message| {
            let place = message.place.as_ref();
            place.is_some_and(|(path, number)| *number == line && name(path) == name(file))
        };
        let mut message = self.doubtful.remove(self.doubtful.iter().position(here)?)?;
        message.place = Some((file.to_owned(), line));
        Some(message)
    }

    fn begin(&mut self, message: Message) {
        self.begun = Some(Begun { message, lines: 1 });
    }

    /// Adds a line to the message that has begun, and drops the message if it becomes too long.
    fn add(&mut self, line: &str) {
        let Some(begun) = &mut self.begun else { return };
        begun.lines += 1;
        if begun.lines > LONGEST {
            self.begun = None;
            return;
        }
        begun.message.text.push('\n');
        begun.message.text.push_str(line);
    }

    fn end(&mut self, line: &str) -> Option<Message> {
        self.add(line);
        self.begun.take().map(|begun| begun.message)
    }

    /// A time as VHDL writes it, `1500ps`.
    fn time(&self, text: &str) -> Option<SimTime> {
        let time: SimDuration = text.parse().ok()?;
        let steps = time.to_steps(self.precision).ok()?;
        Some(SimTime::new(steps, self.precision))
    }
}

fn message(
    kind: MessageKind,
    line: &str,
    place: Option<(&str, u32)>,
    at: Option<SimTime>,
) -> Message {
    Message {
        kind,
        text: line.trim_end().to_owned(),
        place: place.map(|(file, number)| (file.to_owned(), number)),
        at,
    }
}

/// `file:line: rest`, by the first number between colons.
fn place_first(text: &str) -> Option<(&str, u32, &str)> {
    let mut from = 0;
    while let Some(found) = text[from..].find(": ") {
        let end = from + found;
        if let Some((file, number)) = text[..end].rsplit_once(':')
            && !file.is_empty()
            && let Ok(number) = number.parse()
        {
            return Some((file, number, &text[end + 2..]));
        }
        from = end + 2;
    }
    None
}

#[cfg(test)]
mod tests;
