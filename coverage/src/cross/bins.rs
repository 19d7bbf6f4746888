//! The bins of a cross that are ignored or illegal (IEEE 1800-2023, 19.6.1 to 19.6.3).

use std::fmt;
use std::rc::Rc;

use crate::bins::BinKind;

pub(super) type Predicate = Rc<dyn Fn(&[&str]) -> bool>;

/// The ignored and illegal bins of a cross. Without any, it counts every combination of its points'
/// bins.
///
/// ```
/// use verifork_coverage::CrossBins;
///
/// // By the points in their order; `_` is any bin, `|` separates several.
/// let bins = CrossBins::new()
///     .ignore(["long", "Wrap | Fixed"])
///     .illegal(["_", "Reserved"])
///     .ignore_where(|bins| bins[0] == "single" && bins[1] != "Incr");
/// ```
#[derive(Clone, Default)]
pub struct CrossBins {
    pub(super) selects: Vec<(BinKind, Select)>,
}

#[derive(Clone)]
pub(super) enum Select {
    Names(Vec<String>),
    Where(Predicate),
}

impl fmt::Debug for CrossBins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.selects.iter().map(|(kind, select)| match select {
                Select::Names(names) => format!("{kind:?} {names:?}"),
                Select::Where(_) => format!("{kind:?} where …"),
            }))
            .finish()
    }
}

impl CrossBins {
    /// Every combination counts.
    pub fn new() -> Self {
        CrossBins::default()
    }

    fn names<S: Into<String>>(mut self, kind: BinKind, names: impl IntoIterator<Item = S>) -> Self {
        let names = names.into_iter().map(Into::into).collect();
        self.selects.push((kind, Select::Names(names)));
        self
    }

    /// Ignores combinations: for each point the name of a bin, several with `|`, or `_` for any.
    #[must_use]
    pub fn ignore<S: Into<String>>(self, bins: impl IntoIterator<Item = S>) -> Self {
        self.names(BinKind::Ignore, bins)
    }

    /// Makes combinations illegal, in the same notation.
    #[must_use]
    pub fn illegal<S: Into<String>>(self, bins: impl IntoIterator<Item = S>) -> Self {
        self.names(BinKind::Illegal, bins)
    }

    /// Ignores the combinations for which the function returns true, given the names of their bins.
    #[must_use]
    pub fn ignore_where(mut self, holds: impl Fn(&[&str]) -> bool + 'static) -> Self {
        self.selects
            .push((BinKind::Ignore, Select::Where(Rc::new(holds))));
        self
    }

    /// Makes the combinations illegal for which the function returns true, given the names of their bins.
    #[must_use]
    pub fn illegal_where(mut self, holds: impl Fn(&[&str]) -> bool + 'static) -> Self {
        self.selects
            .push((BinKind::Illegal, Select::Where(Rc::new(holds))));
        self
    }
}
