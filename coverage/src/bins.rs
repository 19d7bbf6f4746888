//! The bins of a point's values (IEEE 1800-2023, 19.5).

mod resolve;
mod wildcard;

use std::marker::PhantomData;

pub(crate) use self::resolve::{Resolved, ResolvedBin, resolve, wrong_transition};

use crate::ranges::{Keys, Values};
use crate::transition::{IntoTransition, Transition};
use crate::value::CoverValue;

/// The kind of a bin.
///
/// ```
/// use verifork_coverage::{BinKind, Database};
///
/// /// How many bins of a database are to be hit.
/// fn counted(database: &Database) -> usize {
///     let totals = database.totals();
///     let points = totals.iter().flat_map(|total| &total.definition.points);
///     points.flat_map(|point| &point.bins).filter(|bin| bin.kind == BinKind::Count).count()
/// }
/// ```
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BinKind {
    /// Its values are to be covered.
    Count,
    /// Its values are ignored: they count for no bin of any kind.
    Ignore,
    /// Its values must not occur: a sample of one fails the test.
    Illegal,
    /// It counts values that are in no other bin. It is not part of the coverage.
    Default,
}

#[derive(Clone, Debug)]
pub(crate) enum Declaration {
    /// One bin.
    One(BinKind, Vec<Keys>),
    /// A bin for each value.
    Each(Vec<Keys>),
    /// This many bins, among which the values are divided in order.
    Split(u64, Vec<Keys>),
    /// At most this many bins, among which all values are divided.
    Automatic(u64),
    Wildcard(BinKind, String),
    Rest(BinKind),
    Transition(BinKind, Transition),
}

/// The bins of a point with values of type `V`.
///
/// Without any bins, the values are divided into at most 64 bins, and an enum has one for each variant (automatic
/// bins, IEEE 1800-2023, 19.5.3).
///
/// ```
/// use verifork_coverage::Bins;
///
/// let length = Bins::<u8>::new()
///     .bin("single", 0)
///     .bin("short", 1..=15)
///     .bin("long", 16..)
///     .transition("shrinks", [16..=255, 1..=15]);
/// ```
#[derive(Clone, Debug)]
pub struct Bins<V> {
    pub(crate) declarations: Vec<(String, Declaration)>,
    pub(crate) overlapping: bool,
    values: PhantomData<fn(V)>,
}

impl<V: CoverValue> Default for Bins<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: CoverValue> Bins<V> {
    /// Creates an empty set of bins.
    pub fn new() -> Self {
        Bins {
            declarations: Vec::new(),
            overlapping: false,
            values: PhantomData,
        }
    }

    fn with(mut self, name: impl Into<String>, declaration: Declaration) -> Self {
        self.declarations.push((name.into(), declaration));
        self
    }

    /// Adds a bin of these values: one, a range, or several of these in an array or vector.
    #[must_use]
    pub fn bin(self, name: impl Into<String>, values: impl Values<V>) -> Self {
        self.with(name, Declaration::One(BinKind::Count, values.keys()))
    }

    /// Adds a bin for each of these values, named after the value: `name[3]`, or `3` if `name` is empty.
    #[must_use]
    pub fn each(self, name: impl Into<String>, values: impl Values<V>) -> Self {
        self.with(name, Declaration::Each(values.keys()))
    }

    /// Adds a bin for each value of the type: each variant of an enum, each number.
    #[must_use]
    pub fn each_value(self) -> Self {
        let all = Keys::all(V::SHAPE);
        self.with("", Declaration::Each(vec![all]))
    }

    /// Adds `count` bins, `name[0]`, `name[1]`, …, among which these values are divided in order. The last one
    /// takes the remainder.
    #[must_use]
    pub fn split(self, name: impl Into<String>, count: u64, values: impl Values<V>) -> Self {
        self.with(name, Declaration::Split(count, values.keys()))
    }

    /// Divides all values in order among at most this many bins, named by their values, such as `0..=3`. An enum has
    /// a bin for each variant.
    #[must_use]
    pub fn automatic(self, at_most: u64) -> Self {
        self.with("", Declaration::Automatic(at_most))
    }

    /// Adds a bin of the values that match a bit pattern: `0`, `1`, and `x`, `z` or `?` for either. `_` may
    /// separate digits. The highest bit comes first, and missing upper bits are 0 (IEEE 1800-2023, 19.5.4).
    #[must_use]
    pub fn wildcard(self, name: impl Into<String>, pattern: impl Into<String>) -> Self {
        self.with(name, Declaration::Wildcard(BinKind::Count, pattern.into()))
    }

    /// Ignores these values: they count for no bin (IEEE 1800-2023, 19.5.5).
    #[must_use]
    pub fn ignore(self, name: impl Into<String>, values: impl Values<V>) -> Self {
        self.with(name, Declaration::One(BinKind::Ignore, values.keys()))
    }

    /// Like [`ignore`](Self::ignore), for the values that match a pattern.
    #[must_use]
    pub fn ignore_wildcard(self, name: impl Into<String>, pattern: impl Into<String>) -> Self {
        self.with(name, Declaration::Wildcard(BinKind::Ignore, pattern.into()))
    }

    /// Makes these values illegal: a sample of one fails the test (IEEE 1800-2023, 19.5.6).
    #[must_use]
    pub fn illegal(self, name: impl Into<String>, values: impl Values<V>) -> Self {
        self.with(name, Declaration::One(BinKind::Illegal, values.keys()))
    }

    /// Like [`illegal`](Self::illegal), for the values that match a pattern.
    #[must_use]
    pub fn illegal_wildcard(self, name: impl Into<String>, pattern: impl Into<String>) -> Self {
        self.with(
            name,
            Declaration::Wildcard(BinKind::Illegal, pattern.into()),
        )
    }

    /// Adds a bin for the values that are in no other bin. It is not part of the coverage.
    #[must_use]
    pub fn rest(self, name: impl Into<String>) -> Self {
        self.with(name, Declaration::Rest(BinKind::Default))
    }

    /// Makes values illegal that are in no other bin.
    #[must_use]
    pub fn illegal_rest(self, name: impl Into<String>) -> Self {
        self.with(name, Declaration::Rest(BinKind::Illegal))
    }

    /// Adds a bin for values sampled one after the other: one of the first set, then one of the second, and so on.
    /// See [`Transition`].
    #[must_use]
    pub fn transition(self, name: impl Into<String>, transition: impl IntoTransition<V>) -> Self {
        let sequence = transition.into_transition();
        self.with(name, Declaration::Transition(BinKind::Count, sequence))
    }

    /// Ignores a transition: no transition bin counts it. If `5 => 0` is ignored, `1..=9 => 0` still counts the other
    /// eight. A longer transition that contains `5 => 0` is not affected (IEEE 1800-2023, 19.5.5).
    ///
    /// ```
    /// use verifork_coverage::{Bins, GroupBuilder};
    ///
    /// let mut builder = GroupBuilder::new("levels");
    /// let bins = Bins::<u8>::new().transition("falls", (1..=9, 0)).ignore_transition("reset", [5, 0]);
    /// let level = builder.point("level", bins)?;
    /// [5, 0].map(|value| level.sample(value));
    /// assert_eq!((level.count("falls"), level.count("reset")), (Some(0), Some(1)));
    /// [7, 0].map(|value| level.sample(value));
    /// assert_eq!(level.count("falls"), Some(1));
    /// # Ok::<(), verifork_coverage::DefinitionError>(())
    /// ```
    #[must_use]
    pub fn ignore_transition(
        self,
        name: impl Into<String>,
        transition: impl IntoTransition<V>,
    ) -> Self {
        let sequence = transition.into_transition();
        self.with(name, Declaration::Transition(BinKind::Ignore, sequence))
    }

    /// Makes a transition illegal: it fails the test, and no transition bin counts it.
    #[must_use]
    pub fn illegal_transition(
        self,
        name: impl Into<String>,
        transition: impl IntoTransition<V>,
    ) -> Self {
        let sequence = transition.into_transition();
        self.with(name, Declaration::Transition(BinKind::Illegal, sequence))
    }

    /// Allows a value in several bins; it counts for each. Otherwise that is an error of the definition.
    #[must_use]
    pub fn overlapping(mut self) -> Self {
        self.overlapping = true;
        self
    }
}
