//! Paths of names, taken apart name by name.

/// The first name of a path and what follows its separator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Split<'a> {
    /// The name, in the form that the interface's own module of names gives it.
    pub(super) first: &'a str,
    /// The rest of the path, `None` at its end.
    pub(super) rest: Option<&'a str>,
}

/// Every way to take the first name off a path that begins with no backslash, the longest name
/// first.
pub(super) fn splits_of_plain(path: &str) -> impl Iterator<Item = Split<'_>> {
    let whole = Split {
        first: path,
        rest: None,
    };
    let shorter = path.rmatch_indices('.').map(|(at, _)| Split {
        first: &path[..at],
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
        let object = child(scope, split.first)?;
        match split.rest {
            None => Some(object),
            Some(rest) if holds_names(object) => {
                find(Some(object), rest, splits, child, holds_names)
            }
            Some(_) => None,
        }
    })
}
