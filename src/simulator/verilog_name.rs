//! Hierarchical names: escaped identifiers, indices, the separators between them.

use crate::simulator::path::{Split, splits_of_plain};

/// An identifier as names are compared: without the marks of an escaped identifier
/// (IEEE 1800-2017, 5.6.1).
pub(super) fn plain(name: &str) -> &str {
    match name.strip_prefix('\\') {
        Some(escaped) => escaped.trim_end_matches(' '),
        None => name,
    }
}

/// Every way to take the first identifier off a path, the longest identifier first, so that an
/// escaped identifier given without its backslash wins over a hierarchy that reads the same.
///
/// An identifier with a backslash ends at its space, or at the end of the path.
pub(super) fn splits(path: &str) -> impl Iterator<Item = Split<'_>> {
    let escaped = path
        .strip_prefix('\\')
        .map(|escaped| match escaped.split_once(' ') {
            Some((first, rest)) => Split {
                first,
                rest: after_escaped(rest),
            },
            None => Split {
                first: escaped,
                rest: None,
            },
        });
    let plain = if escaped.is_some() { None } else { Some(path) };
    escaped
        .into_iter()
        .chain(plain.into_iter().flat_map(splits_of_plain))
}

fn after_escaped(rest: &str) -> Option<&str> {
    let rest = rest.trim_start_matches(' ');
    if rest.is_empty() {
        None
    } else {
        Some(rest.strip_prefix('.').unwrap_or(rest))
    }
}

/// The name before an index in brackets at its end, and the index.
pub(super) fn split_index(name: &str) -> Option<(&str, i64)> {
    let (base, index) = name.strip_suffix(']')?.rsplit_once('[')?;
    let index = index.trim().parse().ok()?;
    (!base.is_empty()).then_some((base.trim_end(), index))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(path: &str) -> Vec<(&str, Option<&str>)> {
        splits(path)
            .map(|split| (split.first, split.rest))
            .collect()
    }

    #[test]
    fn the_longest_identifier_is_tried_first() {
        assert_eq!(
            all("a.b.c"),
            [("a.b.c", None), ("a.b", Some("c")), ("a", Some("b.c"))],
        );
        assert_eq!(all("a"), [("a", None)]);
    }

    #[test]
    fn a_backslash_ends_at_its_space() {
        assert_eq!(all(r"\a.b .c"), [("a.b", Some("c"))]);
        assert_eq!(all(r"\a.b "), [("a.b", None)]);
        assert_eq!(all(r"\a.b"), [("a.b", None)]);
        assert_eq!(all(r"\w$ird[0] .\x "), [("w$ird[0]", Some(r"\x "))]);
    }

    #[test]
    fn marks_of_escaped_identifiers_are_not_part_of_the_name() {
        assert_eq!(plain(r"\a.b "), "a.b");
        assert_eq!(plain("clk"), "clk");
    }

    #[test]
    fn an_index_is_a_number_in_brackets_at_the_end() {
        assert_eq!(split_index("mem[3]"), Some(("mem", 3)));
        assert_eq!(split_index("mem [-1]"), Some(("mem", -1)));
        assert_eq!(split_index("mem[1][2]"), Some(("mem[1]", 2)));
        assert_eq!(split_index("mem"), None);
        assert_eq!(split_index("mem[a]"), None);
        assert_eq!(split_index("[3]"), None);
    }
}
