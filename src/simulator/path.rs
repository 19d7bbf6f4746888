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
