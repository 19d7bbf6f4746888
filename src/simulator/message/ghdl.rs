//! GHDL 2 and 5: `file:line:column:@time:(report error): text`, and `program:error: text` for what goes wrong at run time.

use super::{Message, MessageKind, Messages, message};

impl Messages {
    pub(super) fn ghdl(&mut self, line: &str) -> Option<Message> {
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
        // GHDL's own messages begin with the name of its program: `ghdl-mcode:error: `, `./design:error: `.
        let (program, text) = line.split_once(":error: ")?;
        // The last line of every such end adds nothing.
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
}
