//! Paths of names, taken apart name by name.

use std::borrow::Cow;

/// The first name of a path and what follows its separator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Split<'a> {
    /// The name, in the form that the interface's own module of names gives it.
    pub(super) first: Cow<'a, str>,
    /// The rest of the path, `None` at its end.
    pub(super) rest: Option<&'a str>,
}

/// Every way to take the first name off a path that begins with no backslash, the longest name
/// first.
pub(super) fn splits_of_plain(path: &str) -> impl Iterator<Item = Split<'_>> {
    let whole = Split {
        first: path.into(),
        rest: None,
    };
    let shorter = path.rmatch_indices('.').map(|(at, _)| Split {
        first: path[..at].into(),
        rest: Some(&path[at + 1..]),
    });
    std::iter::once(whole).chain(shorter)
}

/// Finds an object by its path from a scope, of which `None` is the top: every way to take the first name
/// off is tried, and the rest is looked for below what is found, if that holds names.
pub(super) fn find<'a, T: Copy, S: Iterator<Item = Split<'a>>>(
    scope: Option<T>,
    path: &'a str,
    splits: impl Fn(&'a str) -> S + Copy,
    child: impl Fn(Option<T>, &str) -> Option<T> + Copy,
    holds_names: impl Fn(T) -> bool + Copy,
) -> Option<T> {
    splits(path).find_map(|split| {
        let object = child(scope, &split.first)?;
        match split.rest {
            None => Some(object),
            Some(rest) if holds_names(object) => {
                find(Some(object), rest, splits, child, holds_names)
            }
            Some(_) => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the scopes of a design hold; by number, and in order.
    const OBJECTS: [(Option<usize>, &str); 5] = [
        (None, "top"),
        (Some(0), "a.b"),
        (Some(0), "a"),
        (Some(1), "x"),
        (Some(2), "y"),
    ];

    fn found(scope: Option<usize>, path: &str) -> Option<usize> {
        let child = |scope, name: &str| OBJECTS.iter().position(|it| *it == (scope, name));
        // The last two hold no names.
        find(scope, path, splits_of_plain, child, |object| object < 3)
    }

    #[test]
    fn the_longest_name_that_leads_to_an_object_is_taken() {
        assert_eq!(found(None, "top"), Some(0));
        assert_eq!(found(None, "top.a.b"), Some(1));
        assert_eq!(found(None, "top.a.b.x"), Some(3));
        // `a.b` holds no `y`, and `a` no `b`.
        assert_eq!(found(None, "top.a.y"), Some(4));
        assert_eq!(found(None, "top.a.b.y"), None);
        assert_eq!(found(Some(0), "a.y"), Some(4));
    }

    #[test]
    fn nothing_is_found_below_what_holds_no_names() {
        assert_eq!(found(None, "top.a.y.z"), None);
        assert_eq!(found(None, "nothing"), None);
        assert_eq!(found(None, ""), None);
    }

    #[test]
    fn every_way_to_take_a_name_off_is_tried_the_longest_first() {
        let splits: Vec<_> = splits_of_plain("a.b.c").collect();
        let of = |first: &'static str, rest| Split {
            first: first.into(),
            rest,
        };
        let expected = [
            of("a.b.c", None),
            of("a.b", Some("c")),
            of("a", Some("b.c")),
        ];
        assert_eq!(splits, expected);
    }
}
