//! NVC 1: `** Error: time+delta: text`, and a place on a line of its own; with `--messages=compact`,
//! `file:line:column: error: time+delta: text`.

use super::{Message, MessageKind, Messages, message};
use crate::time::SimTime;

impl Messages {
    pub(super) fn nvc(&mut self, line: &str) -> Option<Message> {
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
            // A failed call of a plugin, which goes on. An assertion without a text has such a place too.
            let of_plugin = self.reports_plugins
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

    /// The time with which NVC begins a message, `1500ps+0: `, and the text after it.
    fn cycle<'a>(&self, text: &'a str) -> Option<(SimTime, &'a str)> {
        let (cycle, text) = text.split_once(": ")?;
        let (time, delta) = cycle.split_once('+')?;
        delta.parse::<u64>().ok()?;
        Some((self.time(time)?, text))
    }
}
