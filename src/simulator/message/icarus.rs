//! Icarus 11 and 12: `ERROR: file:line: text`, and on a line of its own ` Time: steps Scope: path`.

use super::{Message, MessageKind, Messages, message, place_first};
use crate::time::SimTime;

impl Messages {
    pub(super) fn icarus(&mut self, line: &str) -> Option<Message> {
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
            // What began before only looked like a message.
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
        // Without the option `-n`, vvp waits for a command.
        if line.starts_with("** VVP Stop(") {
            return Some(message(MessageKind::Stop, line, None, None));
        }
        // From version 12 on; 11 prints nothing.
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
}
