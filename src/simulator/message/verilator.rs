//! Verilator 5.006 and 5.032: `[time] %Error: file:line: text`, which is an error only if the program's host says so.

use super::{MOST_DOUBTFUL, Message, MessageKind, Messages, message, place_first};

impl Messages {
    pub(super) fn verilator(&mut self, line: &str) -> Option<Message> {
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
        // Printed by the program's host in place of Verilator's library.
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
