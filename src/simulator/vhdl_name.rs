//! Names as VHDL has them: case, extended identifiers, indices, and the paths made of them.

use std::fmt::Write as _;

use crate::simulator::NameCase;
use crate::simulator::path::{Split, splits_of_plain};

/// A name as it is shown: without the marks of an extended identifier (IEEE 1076-2008, 15.4.3), in
/// lower case where the simulator does not keep the source's, and with indices in brackets.
pub(super) fn shown(name: &str, case: NameCase) -> String {
    if let Some(extended) = extended(name) {
        return extended;
    }
    let name = if case == NameCase::AsWritten {
        name.to_owned()
    } else {
        name.to_lowercase()
    };
    with_brackets(&name)
}

/// A name as it is compared: basic identifiers without case, extended ones with it and marked by a
/// backslash.
pub(super) fn key(name: &str) -> String {
    match extended(name) {
        Some(extended) => format!("\\{extended}"),
        None => with_brackets(&name.to_lowercase()),
    }
}

/// The keys under which a user's name may stand: as the identifier that it is, and as an extended
/// one whose marks were left out.
pub(super) fn keys(name: &str) -> impl Iterator<Item = String> {
    let unmarked = (!name.starts_with('\\')).then(|| format!("\\{name}"));
    std::iter::once(key(name)).chain(unmarked)
}

/// What an extended identifier says: a backslash that was doubled is one. The closing backslash may
/// be missing, and spaces stand in its place, as in Verilog.
fn extended(name: &str) -> Option<String> {
    let inner = name.strip_prefix('\\')?;
    let inner = inner.trim_end_matches(' ');
    let inner = inner.strip_suffix('\\').unwrap_or(inner);
    Some(inner.replace("\\\\", "\\"))
}

/// `gen(1)` as `gen[1]`, so that a testbench finds both languages' scopes by the same name.
fn with_brackets(name: &str) -> String {
    match split_indices(name) {
        Some((base, indices)) => {
            let mut name = with_brackets(base);
            for index in indices {
                // Writing to a string never fails.
                let _ = write!(name, "[{index}]");
            }
            name
        }
        None => name.to_owned(),
    }
}

/// Every way to take the first name off a path, the longest name first, so that an extended
/// identifier given without its marks wins over a hierarchy that reads the same.
///
/// A name with a backslash ends at the next one that stands alone, or as Verilog's do, at a space
/// or at the end of the path.
pub(super) fn splits(path: &str) -> impl Iterator<Item = Split<'_>> {
    let marked = path.strip_prefix('\\').map(|inner| {
        let end = 1 + end_of_extended(inner);
        // Its indices belong to it.
        let separator = path[end..].find('.').map_or(path.len(), |at| end + at);
        Split {
            first: path[..separator].into(),
            rest: path.get(separator + 1..),
        }
    });
    let plain = if marked.is_some() { None } else { Some(path) };
    marked
        .into_iter()
        .chain(plain.into_iter().flat_map(splits_of_plain))
}

/// Where an extended identifier ends, its opening backslash taken off.
fn end_of_extended(inner: &str) -> usize {
    let mut rest = inner.char_indices().peekable();
    while let Some((at, letter)) = rest.next() {
        if letter == '\\' && rest.next_if(|(_, next)| *next == '\\').is_none() {
            return at + 1;
        }
    }
    inner.find(' ').unwrap_or(inner.len())
}

/// The name before the last group of indices at its end, and the indices: `m[1]`, `m(1)`, `m(1,2)`.
pub(super) fn split_indices(name: &str) -> Option<(&str, Vec<i64>)> {
    let (base, indices) = match name.strip_suffix(']') {
        Some(open) => open.rsplit_once('[')?,
        None => name.strip_suffix(')')?.rsplit_once('(')?,
    };
    let indices: Option<Vec<i64>> = indices
        .split(',')
        .map(|index| index.trim().parse().ok())
        .collect();
    (!base.is_empty()).then_some((base.trim_end(), indices?))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn all(path: &str) -> Vec<(Cow<'_, str>, Option<&str>)> {
        splits(path)
            .map(|split| (split.first, split.rest))
            .collect()
    }

    fn of<'a>(first: &'a str, rest: Option<&'a str>) -> (Cow<'a, str>, Option<&'a str>) {
        (first.into(), rest)
    }

    #[test]
    fn names_are_shown_without_the_marks_of_the_simulator() {
        assert_eq!(shown("NEXT_COUNT", NameCase::Upper), "next_count");
        assert_eq!(shown("NextCount", NameCase::AsWritten), "NextCount");
        assert_eq!(shown(r"\odd+Name\", NameCase::Upper), "odd+Name");
        assert_eq!(shown("GEN(1)", NameCase::Upper), "gen[1]");
        assert_eq!(shown(r"\a\\b(1)\", NameCase::Upper), r"a\b(1)");
    }

    #[test]
    fn basic_names_are_compared_without_case_and_extended_ones_with_it() {
        assert_eq!(key("Clk"), key("CLK"));
        assert_ne!(key(r"\Clk\"), key(r"\clk\"));
        assert_ne!(key(r"\clk\"), key("clk"));
        assert_eq!(key("GEN(1)"), "gen[1]");
        let wanted: Vec<_> = keys("odd+Name").collect();
        assert!(wanted.contains(&key(r"\odd+Name\")));
        // As a user of Verilog writes it.
        assert_eq!(key(r"\odd+Name "), key(r"\odd+Name\"));
    }

    #[test]
    fn the_longest_name_is_tried_first() {
        assert_eq!(
            all("a.b.c"),
            [
                of("a.b.c", None),
                of("a.b", Some("c")),
                of("a", Some("b.c"))
            ],
        );
    }

    #[test]
    fn an_extended_identifier_ends_at_its_backslash_or_space() {
        assert_eq!(all(r"\a.b\.c"), [of(r"\a.b\", Some("c"))]);
        assert_eq!(all(r"\a\\.b\"), [of(r"\a\\.b\", None)]);
        assert_eq!(all(r"\a.b\[1].c"), [of(r"\a.b\[1]", Some("c"))]);
        assert_eq!(all(r"\a.b .c"), [of(r"\a.b ", Some("c"))]);
        assert_eq!(all(r"\a.b"), [of(r"\a.b", None)]);
    }

    #[test]
    fn indices_are_numbers_in_brackets_or_parentheses() {
        assert_eq!(split_indices("mem[3]"), Some(("mem", vec![3])));
        assert_eq!(split_indices("mem (1, -2)"), Some(("mem", vec![1, -2])));
        assert_eq!(split_indices("mem[1][2]"), Some(("mem[1]", vec![2])));
        assert_eq!(split_indices("mem(a)"), None);
        assert_eq!(split_indices("[3]"), None);
    }
}
