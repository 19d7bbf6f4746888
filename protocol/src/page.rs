//! Text that fits the width of a page.

/// A line on as many lines as it takes, broken between words, the following ones indented by `margin`;
/// a word that is wider than the page has a line of its own.
///
/// ```
/// use verifork_protocol::page::wrapped;
///
/// assert_eq!(wrapped("  a format of waves", 4, 12), "  a format\n    of waves");
/// ```
#[must_use]
pub fn wrapped(line: &str, margin: usize, width: usize) -> String {
    let mut text = String::with_capacity(line.len());
    let mut column = 0;
    // Each word with the space before it, which indents the first one and may make columns.
    let mut rest = line;
    while !rest.is_empty() {
        let start = rest.find(|it: char| !it.is_whitespace());
        let word = &rest[start.unwrap_or(rest.len())..];
        let space = &rest[..rest.len() - word.len()];
        let word = &word[..word.find(char::is_whitespace).unwrap_or(word.len())];
        let (gap, length) = (space.chars().count(), word.chars().count());
        if column > margin && column + gap + length > width {
            text.push('\n');
            text.push_str(&" ".repeat(margin));
            column = margin;
        } else if !word.is_empty() {
            text.push_str(space);
            column += gap;
        }
        text.push_str(word);
        column += length;
        rest = &rest[space.len() + word.len()..];
    }
    text
}

/// A report for a page of this width: prose is broken between words, and what people copy, commands and
/// paths, is left whole.
///
/// ```
/// use verifork_protocol::page::report;
///
/// let text = "the test did not end\n  $ vvp a_long_path\n";
/// assert_eq!(report(text, 12), "the test did\n  not end\n  $ vvp a_long_path\n");
/// ```
#[must_use]
pub fn report(text: &str, width: usize) -> String {
    let mut wrapped_text = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = match line.strip_suffix('\n') {
            Some(line) => (line, "\n"),
            None => (line, ""),
        };
        let plain = line.trim_start();
        let is_copied = COPIED.iter().any(|begin| plain.starts_with(begin));
        if is_copied || line.chars().count() <= width {
            wrapped_text.push_str(line);
        } else {
            let indent = line.chars().count() - plain.chars().count();
            wrapped_text.push_str(&wrapped(line, indent + 2, width));
        }
        wrapped_text.push_str(end);
    }
    wrapped_text
}

/// How lines of a report begin that people copy.
const COPIED: [&str; 4] = ["$ ", "repeat ", "log  ", "waves  "];

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "ok       GHDL      what the table says, since its writes last";

    #[test]
    fn a_report_fits_the_page_but_for_what_is_copied() {
        let text = "cannot read `top.count`: bits 7:0 are unknown\n  it is in a log, far too long\nrepeat     \
                    VERIFORK_SEED=1 cargo test -p counter\nat 25 ns\n";
        let wrapped_text = report(text, 24);
        let wide: Vec<&str> = wrapped_text
            .lines()
            .filter(|it| it.chars().count() > 24)
            .collect();
        assert_eq!(wide, ["repeat     VERIFORK_SEED=1 cargo test -p counter"]);
        assert!(wrapped_text.contains("\n    too long\n"), "{wrapped_text}");
        assert_eq!(report(text, usize::MAX), text);
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(words(&wrapped_text), words(text));
    }

    #[test]
    fn lines_fit_the_page_and_lose_no_word() {
        for width in [30, 40, 60] {
            let text = wrapped(LINE, 19, width);
            assert!(
                text.lines().all(|line| line.chars().count() <= width),
                "{text}"
            );
            assert!(text.starts_with("ok       GHDL      what"), "{text}");
            let words = |text: &str| {
                text.split_whitespace()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            assert_eq!(words(&text), words(LINE));
        }
        assert_eq!(wrapped(LINE, 19, usize::MAX), LINE);
    }

    #[test]
    fn a_word_that_is_too_wide_stands_alone() {
        assert_eq!(
            wrapped("at  /a/long/path b", 4, 8),
            "at  /a/long/path\n    b"
        );
        assert_eq!(wrapped("", 4, 8), "");
    }
}
