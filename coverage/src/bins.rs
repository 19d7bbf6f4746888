//! How the values of a point are divided into bins (IEEE 1800-2023, 19.5).

mod resolve;
mod wildcard;

use std::marker::PhantomData;

pub(crate) use self::resolve::{Resolved, ResolvedBin, resolve, wrong_transition};

use crate::ranges::{Keys, Values};
use crate::transition::{IntoTransition, Transition};
use crate::value::CoverValue;

/// What a value in a bin means.
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
    /// It is to be seen.
    Count,
    /// It is of no interest: it counts for no bin, also of another kind.
    Ignore,
    /// It must not be seen: a sample of it fails the test.
    Illegal,
    /// It is in no other bin; to see it is not an aim.
    Default,
}

#[derive(Clone, Debug)]
pub(crate) enum Declaration {
    /// One bin.
    One(BinKind, Vec<Keys>),
    /// A bin for each value.
    Each(Vec<Keys>),
    /// The values in order, divided among this many bins.
    Split(u64, Vec<Keys>),
    /// All values, divided among at most this many bins.
    Automatic(u64),
    Wildcard(BinKind, String),
    Rest(BinKind),
    Transition(BinKind, Transition),
}

/// The bins of a point whose values are of the type `V`.
///
/// Without any bin, the values are divided into 64 bins at most, and those of an enum into one each, as
/// IEEE 1800 has it.
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
    /// No bins so far.
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

    /// A bin of these values: one, a range, or several of these in an array or vector.
    #[must_use]
    pub fn bin(self, name: impl Into<String>, values: impl Values<V>) -> Self {
        self.with(name, Declaration::One(BinKind::Count, values.keys()))
    }

    /// A bin for each of these values, called by the value, `name[3]`; without a name, `3`.
    #[must_use]
    pub fn each(self, name: impl Into<String>, values: impl Values<V>) -> Self {
        self.with(name, Declaration::Each(values.keys()))
    }

    /// A bin for each value that there is: each variant of an enum, each number.
    #[must_use]
    pub fn each_value(self) -> Self {
        let all = Keys::all(V::SHAPE);
        self.with("", Declaration::Each(vec![all]))
    }

    /// So many bins, `name[0]`, `name[1]`, …, among which these values are divided in their order. The last
    /// one takes the remainder.
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

    /// A bin of the values that fit a pattern of bits: `0` and `1` for these, `x`, `z` or `?` for either,
    /// `_` to read better; the highest bit comes first, and what is missing above is 0.
    #[must_use]
    pub fn wildcard(self, name: impl Into<String>, pattern: impl Into<String>) -> Self {
        self.with(name, Declaration::Wildcard(BinKind::Count, pattern.into()))
    }

    /// Values that are of no interest: they count for no bin.
    #[must_use]
    pub fn ignore(self, name: impl Into<String>, values: impl Values<V>) -> Self {
        self.with(name, Declaration::One(BinKind::Ignore, values.keys()))
    }

    /// As [`ignore`](Self::ignore), by a pattern.
    #[must_use]
    pub fn ignore_wildcard(self, name: impl Into<String>, pattern: impl Into<String>) -> Self {
        self.with(name, Declaration::Wildcard(BinKind::Ignore, pattern.into()))
    }

    /// Values that must not be seen: a sample of one fails the test.
    #[must_use]
    pub fn illegal(self, name: impl Into<String>, values: impl Values<V>) -> Self {
        self.with(name, Declaration::One(BinKind::Illegal, values.keys()))
    }

    /// As [`illegal`](Self::illegal), by a pattern.
    #[must_use]
    pub fn illegal_wildcard(self, name: impl Into<String>, pattern: impl Into<String>) -> Self {
        self.with(
            name,
            Declaration::Wildcard(BinKind::Illegal, pattern.into()),
        )
    }

    /// Counts what is in no other bin. To see it is not an aim, and no part of the coverage.
    #[must_use]
    pub fn rest(self, name: impl Into<String>) -> Self {
        self.with(name, Declaration::Rest(BinKind::Default))
    }

    /// What is in no other bin must not be seen.
    #[must_use]
    pub fn illegal_rest(self, name: impl Into<String>) -> Self {
        self.with(name, Declaration::Rest(BinKind::Illegal))
    }

    /// A bin for values sampled one after the other: in the first of these sets, then in the second, and so
    /// on, as [`Transition`] has it.
    #[must_use]
    pub fn transition(self, name: impl Into<String>, transition: impl IntoTransition<V>) -> Self {
        let sequence = transition.into_transition();
        self.with(name, Declaration::Transition(BinKind::Count, sequence))
    }

    /// Values sampled one after the other that are of no interest: no transition counts them. Of `1..=9 => 0`, an ignored
    /// `5 => 0` leaves what begins with the other eight; a longer one that has `5 => 0` in it is another and stays
    /// (IEEE 1800-2023, 19.5.5).
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

    /// Values sampled one after the other that must not be seen so. No transition that is to be seen counts them.
    #[must_use]
    pub fn illegal_transition(
        self,
        name: impl Into<String>,
        transition: impl IntoTransition<V>,
    ) -> Self {
        let sequence = transition.into_transition();
        self.with(name, Declaration::Transition(BinKind::Illegal, sequence))
    }

    /// A value may be in several bins, and counts for each. Otherwise that is an error of the definition.
    #[must_use]
    pub fn overlapping(mut self) -> Self {
        self.overlapping = true;
        self
    }
}
