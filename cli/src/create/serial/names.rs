//! The names of ports, word by word, as all serial lines are looked for.

use super::super::ports::plain;
use crate::source::Port;

/// A port, and the words of its name in lower case.
pub(super) type Named<'a> = (&'a Port<'a>, Vec<String>);
/// A line that was found: the prefix of its pins' names, and the pins.
pub(super) type Group<'a> = (String, Vec<(&'static str, &'a Port<'a>)>);

/// Words that say no more than where a pin is.
pub(super) const PLACES: [&str; 9] = ["i", "o", "in", "out", "io", "pad", "pin", "line", "port"];

/// Words that say that a signal is active at 0.
pub(super) const LOW: [&str; 6] = ["n", "ni", "no", "b", "l", "bar"];

/// Splits a name at one of these words: the text before it, the word, and the text after it.
pub(super) fn around<'w>(
    words: &'w [String],
    known: &[&str],
) -> Option<(String, String, &'w [String])> {
    let at = words
        .iter()
        .position(|word| known.contains(&plain(word).as_str()))?;
    let before = words[..at].iter().map(String::as_str);
    let before: Vec<&str> = before.filter(|word| !PLACES.contains(word)).collect();
    Some((before.join("_"), plain(&words[at]), &words[at + 1..]))
}

pub(super) fn are_all(words: &[String], known: &[&[&str]]) -> bool {
    let is_known = |word: &String| {
        let word = plain(word);
        word.is_empty() || known.iter().any(|words| words.contains(&word.as_str()))
    };
    words.iter().all(is_known)
}

pub(super) fn is_input(port: &Port<'_>) -> bool {
    port.object.direction.as_deref() == Some("input")
}

pub(super) fn is_output(port: &Port<'_>) -> bool {
    port.object.direction.as_deref() == Some("output")
}
