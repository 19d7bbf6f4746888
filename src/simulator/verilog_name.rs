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
/// An identifier with a backslash ends at its space, or at the end of the path. Indices behind it belong to
/// the name, as those behind any other do.
pub(super) fn splits(path: &str) -> impl Iterator<Item = Split<'_>> {
    let escaped = path.strip_prefix('\\').map(after_backslash);
    let plain = if escaped.is_some() { None } else { Some(path) };
    escaped
        .into_iter()
        .chain(plain.into_iter().flat_map(splits_of_plain))
}

fn after_backslash(escaped: &str) -> Split<'_> {
    let (name, rest) = escaped.split_once(' ').unwrap_or((escaped, ""));
    let rest = rest.trim_start_matches(' ');
    let (indices, rest) = rest.split_at(length_of_indices(rest));
    let first = if indices.is_empty() {
        name.into()
    } else {
        format!("{name}{indices}").into()
    };
    let rest = rest.trim_start_matches(' ');
    Split {
        first,
        rest: (!rest.is_empty()).then(|| rest.strip_prefix('.').unwrap_or(rest)),
    }
}

/// How many bytes of a text are indices in brackets at its beginning.
fn length_of_indices(text: &str) -> usize {
    let mut length = 0;
    while text[length..].starts_with('[')
        && let Some(end) = text[length..].find(']')
    {
        length += end + 1;
    }
    length
}

/// The first name of a path as the path has it: an escaped one with its backslash, and with its indices.
pub(crate) fn first_name(path: &str) -> &str {
    let end = if !path.starts_with('\\') {
        path.find('.')
    } else if let Some(space) = path.find(' ') {
        let indices = length_of_indices(&path[space + 1..]);
        Some(space + if indices == 0 { 0 } else { 1 + indices })
    } else {
        None
    };
    &path[..end.unwrap_or(path.len())]
}

/// The name before an index in brackets at its end, and the index.
pub(super) fn split_index(name: &str) -> Option<(&str, i64)> {
    let (base, index) = name.strip_suffix(']')?.rsplit_once('[')?;
    let index = index.trim().parse().ok()?;
    (!base.is_empty()).then_some((base.trim_end(), index))
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
    fn the_longest_identifier_is_tried_first() {
        assert_eq!(
            all("a.b.c"),
            [
                of("a.b.c", None),
                of("a.b", Some("c")),
                of("a", Some("b.c"))
            ],
        );
        assert_eq!(all("a"), [of("a", None)]);
    }

    #[test]
    fn a_backslash_ends_at_its_space() {
        assert_eq!(all(r"\a.b .c"), [of("a.b", Some("c"))]);
        assert_eq!(all(r"\a.b "), [of("a.b", None)]);
        assert_eq!(all(r"\a.b"), [of("a.b", None)]);
        assert_eq!(all(r"\w$ird[0] .\x "), [of("w$ird[0]", Some(r"\x "))]);
    }

    #[test]
    fn indices_behind_an_escaped_name_belong_to_it() {
        assert_eq!(all(r"\a.b [1]"), [of("a.b[1]", None)]);
        assert_eq!(all(r"\a.b [-1][2].c"), [of("a.b[-1][2]", Some("c"))]);
        assert_eq!(all(r"\a[0] [1] .\c "), [of("a[0][1]", Some(r"\c "))]);
        assert_eq!(all(r"\a.b [1"), [of("a.b", Some("[1"))]);
        for (path, first) in [
            (r"\a.b [1].c", r"\a.b [1]"),
            (r"\a.b .c", r"\a.b"),
            (r"\a.b", r"\a.b"),
            ("a[1].c", "a[1]"),
            ("a", "a"),
        ] {
            assert_eq!(first_name(path), first);
        }
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
