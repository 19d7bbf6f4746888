//! What simulators print when the design reports an error or ends the simulation, told from what the
//! design prints itself: the one place that knows their formats.
//!
//! No interface tells a plugin of `$error` or `severity error`: the text is all there is.

use std::collections::VecDeque;

use crate::time::{Precision, SimDuration, SimTime};

/// Whose messages are to be recognized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum MessageStyle {
    /// Not known: no message is recognized.
    Unknown,
    /// `ERROR: file:line: text`, and on a line of its own ` Time: steps Scope: path`. Icarus 11, 12.
    Icarus,
    /// `file:line:column:@time:(report error): text`, and `program:error: text` for what goes wrong
    /// at run time. GHDL 2, 5.
    Ghdl,
    /// `** Error: time+delta: text`, and on a line of its own a place; `file:line:column: error:
    /// time+delta: text` with `--messages=compact`. NVC 1.
    Nvc,
    /// `[time] %Error: file:line: text`. What is printed so is an error only if the program's host says
    /// that it is one. Verilator 5.006, 5.032.
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
    /// How the design's language says it.
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

/// A message of the simulator's about the design.
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

/// How many messages are kept that may be none; what one evaluation of a design can report.
const MOST_DOUBTFUL: usize = 10_000;

/// Recognizes messages in the lines of one stream.
#[derive(Debug)]
pub(crate) struct Messages {
    style: MessageStyle,
    precision: Precision,
    /// A message that has begun, and whose end is to come.
    begun: Option<Begun>,
    /// What looks like a message, and may have been printed by the design itself. Verilator.
    doubtful: VecDeque<Message>,
    /// The simulator also tells what a plugin asked in vain: NVC with `--vhpi-debug`.
    tells_of_plugins: bool,
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
            tells_of_plugins: std::env::args_os().any(|it| it == "--vhpi-debug"),
        }
    }

    /// Takes the next line, without its end and without colour. The message that it ends, if it ends one.
    pub(crate) fn line(&mut self, line: &str) -> Option<Message> {
        match self.style {
            MessageStyle::Unknown => None,
            MessageStyle::Icarus => self.icarus(line),
            MessageStyle::Ghdl => self.ghdl(line),
            MessageStyle::Nvc => self.nvc(line),
            MessageStyle::Verilator => self.verilator(line),
        }
    }

    /// Everything that was printed has been taken: a message that has no end of its own is whole.
    pub(crate) fn pause(&mut self) -> Option<Message> {
        let begun = self.begun.as_ref()?;
        let severe = matches!(begun.message.kind, MessageKind::Error | MessageKind::Fatal);
        // Those of a plugin may have no place.
        if self.style == MessageStyle::Nvc && severe && !self.tells_of_plugins {
            return self.begun.take().map(|begun| begun.message);
        }
        None
    }

    /// The program's host says that the design has stopped at this place, for one of several reasons. The
    /// error message that was printed there, unless there was none: then it is `$stop`.
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

    /// Adds a line to the message that has begun, and gives it up where it becomes too long for one.
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

    fn icarus(&mut self, line: &str) -> Option<Message> {
        let starts = [
            ("ERROR: ", Some(MessageKind::Error)),
            ("FATAL: ", Some(MessageKind::Fatal)),
            ("WARNING: ", None),
            ("INFO: ", None),
        ];
        for (start, kind) in starts {
            let Some((file, number, _)) = line.strip_prefix(start).and_then(place_first) else {
                continue;
            };
            // Whatever began before was not a message, but something that looked like one.
            self.begun = None;
            if let Some(kind) = kind {
                self.begin(message(kind, line, Some((file, number)), None));
            }
            return None;
        }
        if let Some(rest) = line.strip_prefix("       Time: ")
            && let Some((steps, scope)) = rest.split_once(' ')
            && scope.trim_start().starts_with("Scope: ")
            && let Ok(steps) = steps.parse()
        {
            let precision = self.precision;
            if let Some(begun) = &mut self.begun {
                begun.message.at = Some(SimTime::new(steps, precision));
            }
            return self.end(line);
        }
        // Without the option `-n`: it waits for a command, and goes on where nobody gives one.
        if line.starts_with("** VVP Stop(") {
            return Some(message(MessageKind::Stop, line, None, None));
        }
        // From version 12 on; 11 ends without a word.
        if let Some((file, number, rest)) = place_first(line) {
            let ends = [
                ("$finish", MessageKind::Finish),
                ("$stop", MessageKind::Stop),
            ];
            for (word, kind) in ends {
                let Some(rest) = rest.strip_prefix(word) else {
                    continue;
                };
                if let Some(rest) = rest.strip_prefix(" called at ") {
                    let steps = rest.split(' ').next().and_then(|steps| steps.parse().ok());
                    let at = steps.map(|steps| SimTime::new(steps, self.precision));
                    return Some(message(kind, line, Some((file, number)), at));
                }
            }
        }
        self.add(line);
        None
    }

    fn ghdl(&mut self, line: &str) -> Option<Message> {
        if let Some(message) = self.ghdl_report(line) {
            return Some(message);
        }
        let ends = [
            ("simulation finished @", MessageKind::Finish),
            ("simulation stopped @", MessageKind::Stop),
        ];
        for (start, kind) in ends {
            if let Some(rest) = line.strip_prefix(start) {
                let at = rest.split(' ').next().and_then(|time| self.time(time));
                return Some(message(kind, line, None, at));
            }
        }
        // What GHDL itself says comes after its program's name: `ghdl-mcode:error: `, `./design:error: `.
        let (program, text) = line.split_once(":error: ")?;
        // The last line of every such end, which says nothing.
        let last = text == "simulation failed";
        if last || program.is_empty() || program.contains(char::is_whitespace) {
            return None;
        }
        let place = text.rsplit_once(" at ").and_then(|(_, place)| {
            let (file, number) = place.rsplit_once(':')?;
            Some((file, number.parse().ok()?))
        });
        Some(message(MessageKind::Fatal, line, place, None))
    }

    fn ghdl_report(&self, line: &str) -> Option<Message> {
        let (place, rest) = line.split_once(":@")?;
        if place.starts_with(char::is_whitespace) {
            return None;
        }
        let (time, rest) = rest.split_once(":(")?;
        let (what, _) = rest.split_once("):")?;
        let kind = match what.rsplit_once(' ')?.1 {
            "error" => MessageKind::Error,
            "failure" => MessageKind::Fatal,
            _ => return None,
        };
        let (place, column) = place.rsplit_once(':')?;
        let (file, number) = place.rsplit_once(':')?;
        column.parse::<u32>().ok()?;
        let number = number.parse().ok()?;
        let at = self.time(time)?;
        Some(message(kind, line, Some((file, number)), Some(at)))
    }

    fn nvc(&mut self, line: &str) -> Option<Message> {
        if let Some((kind, text)) = line.strip_prefix("** ").and_then(|it| it.split_once(": ")) {
            let before = self.pause();
            self.begun = None;
            let time = self.cycle(text);
            let kind = match (kind, time) {
                ("Error", Some(_)) => MessageKind::Error,
                ("Failure" | "Fatal", _) => MessageKind::Fatal,
                ("Note", Some((_, "FINISH called"))) => MessageKind::Finish,
                ("Note", Some((_, "STOP called"))) => MessageKind::Stop,
                ("Note", Some((_, text))) if text.starts_with("FINISH called with status ") => {
                    MessageKind::Finish
                }
                ("Note", Some((_, text))) if text.starts_with("STOP called with status ") => {
                    MessageKind::Stop
                }
                _ => return before,
            };
            self.begin(message(kind, line, None, time.map(|(at, _)| at)));
            return before;
        }
        if let Some(begun) = &mut self.begun
            && let Some(rest) = line.strip_prefix("   ").map(str::trim_start)
            && let Some(place) = rest
                .strip_prefix("> ")
                .or(rest.rsplit_once(" at ").map(|it| it.1))
            && let Some((file, number)) = place.rsplit_once(':')
            && let Ok(number) = number.parse()
        {
            let called = match begun.message.kind {
                MessageKind::Finish => rest.starts_with("Procedure FINISH ["),
                MessageKind::Stop => rest.starts_with("Procedure STOP ["),
                MessageKind::Error | MessageKind::Fatal => true,
            };
            // Of a plugin, which goes on; an assertion without a text has such a place too.
            let of_plugin = self.tells_of_plugins
                && rest.starts_with("> ")
                && !begun.message.text.ends_with(": Assertion violation.");
            if !called || of_plugin {
                self.begun = None;
                return None;
            }
            begun.message.place = Some((file.to_owned(), number));
            return self.end(line);
        }
        let compact = self.nvc_compact(line);
        if compact.is_none() {
            self.add(line);
        }
        compact
    }

    fn nvc_compact(&self, line: &str) -> Option<Message> {
        let (place, rest) = line.split_once(": ")?;
        let (place, column) = place.rsplit_once(':')?;
        column.parse::<u32>().ok()?;
        let (file, number) = place.rsplit_once(':')?;
        let number = number.parse().ok()?;
        let (kind, rest) = rest.split_once(": ")?;
        let kind = match kind {
            "error" => MessageKind::Error,
            "failure" | "fatal" => MessageKind::Fatal,
            _ => return None,
        };
        let (at, _) = self.cycle(rest)?;
        Some(message(kind, line, Some((file, number)), Some(at)))
    }

    fn verilator(&mut self, line: &str) -> Option<Message> {
        let text = match line
            .strip_prefix('[')
            .and_then(|line| line.split_once("] "))
        {
            Some((time, text)) if time.trim().parse::<u64>().is_ok() => text,
            _ => line,
        };
        for (start, kind) in [
            ("%Error: ", MessageKind::Error),
            ("%Fatal: ", MessageKind::Fatal),
        ] {
            if let Some(rest) = text.strip_prefix(start) {
                if self.doubtful.len() >= MOST_DOUBTFUL {
                    self.doubtful.pop_front();
                }
                let place = place_only(rest);
                self.doubtful.push_back(message(kind, line, place, None));
                return None;
            }
        }
        // Of the program's host, which speaks for the library.
        if let Some((file, number, rest)) = line.strip_prefix("- ").and_then(place_first) {
            let kind = match rest {
                "Verilog $finish" => Some(MessageKind::Finish),
                "Verilog $stop" => Some(MessageKind::Stop),
                _ => None,
            };
            if let Some(kind) = kind {
                return Some(message(kind, line, Some((file, number)), None));
            }
        }
        None
    }

    /// A time as VHDL writes it, `1500ps`.
    fn time(&self, text: &str) -> Option<SimTime> {
        let time: SimDuration = text.parse().ok()?;
        let steps = time.to_steps(self.precision).ok()?;
        Some(SimTime::new(steps, self.precision))
    }

    /// What NVC begins a message with, `1500ps+0: `, and the text after it.
    fn cycle<'a>(&self, text: &'a str) -> Option<(SimTime, &'a str)> {
        let (cycle, text) = text.split_once(": ")?;
        let (time, delta) = cycle.split_once('+')?;
        delta.parse::<u64>().ok()?;
        Some((self.time(time)?, text))
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

/// `file:line` and a colon, with or without a text.
fn place_only(text: &str) -> Option<(&str, u32)> {
    match place_first(text) {
        Some((file, number, _)) => Some((file, number)),
        None => {
            let (file, number) = text.trim_end().strip_suffix(':')?.rsplit_once(':')?;
            Some((file, number.parse().ok()?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::TimeUnit;

    /// What the lines of a text give, with a pause at its end.
    fn all(style: MessageStyle, text: &str) -> Vec<Message> {
        let mut messages = Messages::new(style, TimeUnit::Picoseconds.into());
        let mut found: Vec<_> = text
            .lines()
            .filter_map(|line| messages.line(line))
            .collect();
        found.extend(messages.pause());
        found
    }

    fn told(style: MessageStyle, text: &str) -> Vec<(MessageKind, Option<u32>, Option<u64>)> {
        let found = all(style, text).into_iter().map(|message| {
            let line = message.place.map(|(_, line)| line);
            (message.kind, line, message.at.map(SimTime::steps))
        });
        found.collect()
    }

    use MessageKind::{Error, Fatal, Finish, Stop};
    use MessageStyle::{Ghdl, Icarus, Nvc, Verilator};

    #[test]
    fn icarus_ends_a_message_with_time_and_scope() {
        for gap in ["", " "] {
            let text = format!(
                "ERROR: a b/s.sv:2: first\nsecond line\n       Time: 1500 {gap}Scope: s.u\n\
                 WARNING: s.sv:3: w\n         Time: 1500 {gap}Scope: s.u\n\
                 ERROR: s.sv:4: \n       Time: 1600 {gap}Scope: s.u\n\
                 FATAL: s.sv:6: deadly\n       Time: 2500 {gap}Scope: s\n"
            );
            let found = [
                (Error, Some(2), Some(1500)),
                (Error, Some(4), Some(1600)),
                (Fatal, Some(6), Some(2500)),
            ];
            assert_eq!(told(Icarus, &text), found);
            let first = &all(Icarus, &text)[0];
            assert_eq!(first.place, Some(("a b/s.sv".to_owned(), 2)));
            assert!(
                first
                    .text
                    .starts_with("ERROR: a b/s.sv:2: first\nsecond line\n")
            );
        }
    }

    #[test]
    fn what_a_design_prints_in_the_words_of_icarus_is_no_message() {
        let text = "ERROR: s.sv:3: of the design's own\nERROR: no place\n\
                    ERROR: s.sv:4: $readmemh: Unable to open rom.hex for reading.\n\
                    INFO: s.sv:5: i\n      Time: 1500 Scope: s.u\n\
                    ERROR: s.sv:6: once more\nWARNING: s.sv:7: w\n         Time: 1 Scope: s\n\
                    \x20      Time: 1 Scope: s\n";
        assert_eq!(told(Icarus, text), []);
    }

    #[test]
    fn icarus_12_says_who_ended_the_simulation() {
        let text = "s.sv:5: $finish called at 2500 (1ps)\ns.sv:6: $stop called at 2600 (1ps)\n\
                    s.sv:7: $finish is not called\n** VVP Stop(0) **\n";
        let found = [
            (Finish, Some(5), Some(2500)),
            (Stop, Some(6), Some(2600)),
            (Stop, None, None),
        ];
        assert_eq!(told(Icarus, text), found);
    }

    #[test]
    fn ghdl_tells_severity_time_and_place_in_one_line() {
        let text = "../sv.vhd:6:55:@1500ps:(report error): an error\nsecond line\n\
                    sv.vhd:6:110:@1500ps:(assertion error): asserted\n\
                    sv.vhd:6:144:@1500ps:(report warning): w\n\
                    sv.vhd:6:1:@2ns:(report note): (report error): not so\n\
                    sv.vhd:9:217:@2ns:(psl assertion error): Assertion violation\n\
                    sv.vhd:8:25:@3ns:(report failure): deadly\n\
                    it said:error: none\nghdl:error: simulation failed\n\
                    ./sv:error: index (4) out of bounds (0 to 3) at ../sv.vhd:8\n\
                    simulation finished @3ns\nsimulation stopped @3ns with status 3\n";
        let found = [
            (Error, Some(6), Some(1500)),
            (Error, Some(6), Some(1500)),
            (Error, Some(9), Some(2000)),
            (Fatal, Some(8), Some(3000)),
            (Fatal, Some(8), None),
            (Finish, None, Some(3000)),
            (Stop, None, Some(3000)),
        ];
        assert_eq!(told(Ghdl, text), found);
    }

    #[test]
    fn nvc_tells_the_place_after_the_text() {
        let text = "** Error: 1500ps+0: an error\nsecond line\n   Process :sv:_p1 at sv.vhd:6\n\
                    ** Error: 1500ps+0: Assertion violation.\n    > sv.vhd:7\n   |\n\
                    ** Warning: 1500ps+0: w\n   Process :sv:_p1 at sv.vhd:6\n\
                    ** Note: 3ns+0: FINISH called\n   Process :sv:_p1 at sv.vhd:6\n\
                    ** Note: 3ns+0: FINISH called\n   Procedure FINISH [] at lib/env.vhd:42\n\
                    ** Note: 3ns+0: STOP called with status 3\n   Procedure STOP [INTEGER] at e.vhd:27\n\
                    ** Error: not of the design\n\
                    ** Failure: 3ns+0: deadly\n   Process :sv:_p2 at sv.vhd:9\n\
                    sv.vhd:6:55: error: 4ns+0: compact\nsv.vhd:6:55: note: 4ns+0: compact\n\
                    ** Fatal: 5ns+0: index 4 outside of INTEGER range 0 to 3\n";
        let found = [
            (Error, Some(6), Some(1500)),
            (Error, Some(7), Some(1500)),
            (Finish, Some(42), Some(3000)),
            (Stop, Some(27), Some(3000)),
            (Fatal, Some(9), Some(3000)),
            (Error, Some(6), Some(4000)),
            (Fatal, None, Some(5000)),
        ];
        assert_eq!(told(Nvc, text), found);
    }

    #[test]
    fn what_nvc_tells_of_a_plugin_is_not_of_the_design() {
        let mut messages = Messages::new(Nvc, TimeUnit::Picoseconds.into());
        messages.tells_of_plugins = true;
        let text = "** Error: 0ms+0: cannot get size of vhpiIndexedNameK\n\
                    ** Error: 0ms+0: unsupported format -1\n     > sv.vhd:1\n\
                    ** Fatal: 0ms+0: unsupported property vhpiLineNoP in vhpi_get\n     > sv.vhd:2\n\
                    ** Error: 1ns+0: Assertion violation.\n    > sv.vhd:7\n\
                    ** Error: 1ns+0: an error\n   Process :sv:_p1 at sv.vhd:6\n";
        let found = text.lines().filter_map(|line| messages.line(line));
        let lines: Vec<_> = found.map(|message| message.place.unwrap().1).collect();
        assert_eq!(lines, [7, 6]);
    }

    #[test]
    fn on_verilator_the_host_says_what_a_text_means() {
        let mut messages = Messages::new(Verilator, TimeUnit::Picoseconds.into());
        assert_eq!(messages.confirm("v.sv", 2), None, "nothing was printed");
        let line = "[1000] %Error: v.sv:2: Assertion failed in v.u: an error";
        let lines = [line, "second line", "[1000] %Fatal: v.sv:3:"];
        for line in lines {
            assert_eq!(messages.line(line), None);
        }
        assert_eq!(messages.confirm("v.sv", 4), None, "another place");
        let error = messages.confirm("hdl/v.sv", 2).unwrap();
        assert_eq!(error.place, Some(("hdl/v.sv".to_owned(), 2)));
        assert_eq!((error.kind, error.text.as_str()), (Error, line));
        assert_eq!(messages.confirm("v.sv", 2), None, "it is told once");
        assert_eq!(messages.confirm("v.sv", 3).unwrap().kind, Fatal);
        assert_eq!(told(Verilator, "- v.sv:4: Verilog $finish\n")[0].0, Finish);
    }

    #[test]
    fn a_message_that_never_ends_is_given_up() {
        let mut messages = Messages::new(Icarus, TimeUnit::Picoseconds.into());
        messages.line("ERROR: s.sv:3: fake");
        for _ in 0..LONGEST {
            messages.line("and so on");
        }
        assert_eq!(messages.line("       Time: 1 Scope: s"), None);
    }

    #[test]
    fn a_message_is_called_what_the_language_of_the_design_calls_it() {
        for style in [Icarus, Verilator] {
            let words = [Error, Fatal, Finish, Stop].map(|kind| style.word(kind));
            assert_eq!(
                words,
                [
                    "`$error` or a failed assertion",
                    "`$fatal`",
                    "`$finish`",
                    "`$stop`"
                ]
            );
        }
        for style in [Ghdl, Nvc] {
            let words = [Error, Fatal, Finish, Stop].map(|kind| style.word(kind));
            assert_eq!(
                words,
                [
                    "`severity error`",
                    "`severity failure`, or an error at run time",
                    "`std.env.finish`",
                    "`std.env.stop`"
                ]
            );
        }
    }

    #[test]
    fn of_an_unknown_simulator_no_line_is_a_message() {
        let lines = "ERROR: a.v:3: no\n** Error: 5ns+0: no\n%Error: a.v:3: no";
        assert!(told(MessageStyle::Unknown, lines).is_empty());
    }
}
