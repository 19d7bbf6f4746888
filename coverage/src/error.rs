//! Errors in the definition of a cover group.

/// An error in the definition of a cover group.
///
/// ```
/// use verifork_coverage::{Bins, GroupBuilder};
///
/// let mut builder = GroupBuilder::new("frames");
/// let overlapping = Bins::<u8>::new().bin("short", 0..=16).bin("long", 16..);
/// let error = builder.point("length", overlapping).unwrap_err();
/// assert!(error.to_string().contains("overlap at 16"), "{error}");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cover group `{group}`: {problem}")]
pub struct DefinitionError {
    /// The group's name.
    pub group: String,
    /// The error, and its place in the group.
    pub problem: Box<Problem>,
}

/// The reason.
///
/// ```
/// use verifork_coverage::{Bins, GroupBuilder, Problem};
///
/// let empty = Bins::<u8>::new().bin("none", 5..5);
/// let error = GroupBuilder::new("frames").point("length", empty).unwrap_err();
/// assert!(matches!(*error.problem, Problem::EmptyRange { .. }));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A range holds no value.
    #[error("point `{point}`: the range `{range}` of bin `{bin}` is empty")]
    EmptyRange {
        /// The point.
        point: String,
        /// The bin.
        bin: String,
        /// The text of the range.
        range: String,
    },
    /// A value would be counted in two bins.
    #[error(
        "point `{point}`: bins `{first}` and `{second}` overlap at {value}; \
         `overlapping` allows that, and counts the value in both"
    )]
    Overlap {
        /// The point.
        point: String,
        /// One bin.
        first: String,
        /// The other.
        second: String,
        /// The smallest value in both.
        value: String,
    },
    /// A name is used twice.
    #[error("{place}: there are two of the name `{name}`")]
    NameTaken {
        /// The point or group that has both.
        place: String,
        /// The name.
        name: String,
    },
    /// There are too many bins.
    #[error("{place}: {count} bins are more than {limit}; {advice}")]
    TooManyBins {
        /// The point or cross.
        place: String,
        /// The number that there would be.
        count: u128,
        /// The largest allowed number.
        limit: u128,
        /// How to reduce them.
        advice: &'static str,
    },
    /// No bin is left to count.
    #[error("{place}: there is no bin to count, since all values are ignored or illegal")]
    NoBins {
        /// The point or cross.
        place: String,
    },
    /// A pattern is invalid.
    #[error("point `{point}`: the pattern `{pattern}` of bin `{bin}` {why}")]
    Pattern {
        /// The point.
        point: String,
        /// The bin.
        bin: String,
        /// The pattern.
        pattern: String,
        /// The reason.
        why: String,
    },
    /// A transition is invalid.
    #[error("point `{point}`: the transition `{bin}` {why}")]
    Transition {
        /// The point.
        point: String,
        /// The bin.
        bin: String,
        /// The reason.
        why: String,
    },
    /// A cross names a bin that its point does not have.
    #[error("cross `{cross}`: point `{point}` has no bin `{bin}`; its bins are {bins}")]
    NoSuchBin {
        /// The cross.
        cross: String,
        /// The point.
        point: String,
        /// The name.
        bin: String,
        /// The names that exist.
        bins: String,
    },
    /// A cross has too few or too many points, or a selection of its bins names too few or too many.
    #[error("cross `{cross}`: {why}")]
    Cross {
        /// The cross.
        cross: String,
        /// The reason.
        why: String,
    },
    /// The value of an option is out of its range.
    #[error("{place}: `{option}` is {value}, and must be {wanted}")]
    Option {
        /// The group, point or cross.
        place: String,
        /// The option.
        option: &'static str,
        /// Its value.
        value: u64,
        /// The allowed values.
        wanted: &'static str,
    },
}
