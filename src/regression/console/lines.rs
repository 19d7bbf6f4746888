//! Lines: found in what is printed, and the last of them kept.

use std::collections::VecDeque;

/// How many lines reports show of what was printed last.
pub(super) const TAIL_LINES: usize = 200;

/// The greatest length of a line; longer output is split.
const LONGEST: usize = 16 * 1024;

/// The beginning of a line whose end is to come.
#[derive(Debug, Default)]
pub(super) struct Unfinished(Vec<u8>);

impl Unfinished {
    /// Takes the next bytes, and calls for each line that they end.
    pub(super) fn take(&mut self, bytes: &[u8], mut each: impl FnMut(&str)) {
        let mut text = String::new();
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.0.extend_from_slice(piece);
            let ended = self.0.last() == Some(&b'\n');
            if ended || self.0.len() >= LONGEST {
                let line = String::from_utf8_lossy(&self.0);
                text.clear();
                push_without_color(&mut text, line.trim_end_matches(['\n', '\r']));
                each(&text);
                self.0.clear();
            }
        }
    }
}

/// Leaves out sequences that select a colour (ECMA-48, SGR).
fn push_without_color(out: &mut String, line: &str) {
    let mut parts = line.split("\x1b[");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push_str(part.split_once('m').map_or(part, |(_, rest)| rest));
    }
}

/// The last lines; when it is full, the room of the oldest is used again.
pub(super) struct Tail {
    lines: VecDeque<String>,
}

impl Tail {
    pub(super) const fn new() -> Self {
        Tail {
            lines: VecDeque::new(),
        }
    }

    pub(super) fn push(&mut self, line: &str) {
        let mut kept = if self.lines.len() < TAIL_LINES {
            String::new()
        } else {
            self.lines.pop_front().unwrap_or_default()
        };
        kept.clear();
        push_without_color(&mut kept, line);
        self.lines.push_back(kept);
    }

    pub(super) fn clear(&mut self) {
        self.lines.clear();
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            text.push_str(line);
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_however_they_were_written() {
        let mut unfinished = Unfinished::default();
        let mut lines = Vec::new();
        for bytes in [&b"one\ntw"[..], b"o\r\n\x1b[31;1mth", b"ree\x1b[0m\n\nfou"] {
            unfinished.take(bytes, |line| lines.push(line.to_owned()));
        }
        assert_eq!(lines, ["one", "two", "three", ""]);
        unfinished.take(&vec![b'x'; LONGEST], |line| lines.push(line.to_owned()));
        assert_eq!(
            lines[4].len(),
            LONGEST + 3,
            "a line without an end is told in pieces"
        );
    }

    #[test]
    fn what_is_no_text_is_kept_as_such() {
        let mut lines = Vec::new();
        Unfinished::default().take(b"caf\xe9\n", |line| lines.push(line.to_owned()));
        assert_eq!(lines, ["caf\u{fffd}"]);
    }

    #[test]
    fn the_tail_keeps_the_last_lines() {
        let mut tail = Tail::new();
        for number in 0..2 * TAIL_LINES {
            tail.push(&format!("line {number}"));
        }
        let text = tail.text();
        assert_eq!(text.lines().count(), TAIL_LINES);
        assert!(text.starts_with(&format!("line {TAIL_LINES}\n")), "{text}");
        assert!(
            text.ends_with(&format!("line {}\n", 2 * TAIL_LINES - 1)),
            "{text}"
        );
        tail.clear();
        assert_eq!(tail.text(), "");
    }

    #[test]
    fn colour_is_not_kept() {
        let mut tail = Tail::new();
        tail.push("          - \x1b[32mINFO \x1b[0m x");
        assert_eq!(tail.text(), "          - INFO  x\n");
    }
}
