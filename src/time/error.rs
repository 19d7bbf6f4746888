//! Why a time could not be expressed.

use std::fmt::Write as _;

use super::{Precision, SimDuration, TimeUnit};

/// A time that cannot be expressed exactly.
///
/// Raised where a duration meets the design's precision ([`try_timer`](crate::trigger::try_timer),
/// [`SimDuration::to_steps`]), and by conversions and parsing of durations.
///
/// ```
/// use verifork::time::{Precision, SimDuration, TimeError, TimeUnits};
///
/// let precision = Precision::new(-9).unwrap(); // 1 ns
/// assert!(matches!(1500.ps().to_steps(precision), Err(TimeError::TooFine { .. })));
/// assert!(matches!("soon".parse::<SimDuration>(), Err(TimeError::Parse { .. })));
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeError {
    /// The duration lies between two steps of the design's precision.
    #[error(
        "{duration} is finer than the design's precision of {precision}: use {}a finer `timescale`",
        would_fit(*below, *above)
    )]
    TooFine {
        /// The duration asked for.
        duration: SimDuration,
        /// The design's precision.
        precision: Precision,
        /// The nearest shorter duration that is a number of steps.
        below: SimDuration,
        /// The nearest longer one, if there is one.
        above: Option<SimDuration>,
    },
    /// The time is more steps of the design's precision than the simulator can count.
    #[error("{time} is beyond 2^64 steps of the precision of {precision}")]
    TooLong {
        /// The duration or point in time, in words.
        time: String,
        /// The precision it was counted in.
        precision: Precision,
    },
    /// The time comes after the last one that the simulator can count to.
    #[error("{duration} from {now} is beyond the last time of the simulation, {last}")]
    BeyondTheEnd {
        /// The duration asked for.
        duration: SimDuration,
        /// The time that it was counted from, in words.
        now: String,
        /// The last time, in words.
        last: String,
    },
    /// A number of a unit is negative or not finite.
    #[error("{value} {unit} is not a duration: it takes a finite number, 0 or more")]
    NotADuration {
        /// The number.
        value: f64,
        /// Its unit.
        unit: TimeUnit,
    },
    /// A number of a unit is not a whole number of femtoseconds, or has too many digits to be exact.
    #[error("{value} {unit} is not exact in any unit down to 1 fs: the nearest is {nearest}")]
    Inexact {
        /// The number.
        value: f64,
        /// Its unit.
        unit: TimeUnit,
        /// The nearest whole number of femtoseconds that a duration can express.
        nearest: SimDuration,
    },
    /// A duration cannot be divided exactly.
    #[error(
        "{duration} / {divisor} is not exact in any unit down to 1 fs: the nearest is {nearest}"
    )]
    Indivisible {
        /// The duration.
        duration: SimDuration,
        /// What it was divided by.
        divisor: u64,
        /// The nearest whole number of femtoseconds that a duration can express.
        nearest: SimDuration,
    },
    /// A duration is outside what a type holds.
    #[error("{duration} does not fit {target}, which {holds}")]
    OutOfRange {
        /// The duration, in words.
        duration: String,
        /// The type.
        target: &'static str,
        /// What the type can hold.
        holds: &'static str,
    },
    /// A division by zero.
    #[error("{duration} / 0 is not a duration")]
    DividedByZero {
        /// The duration.
        duration: SimDuration,
    },
    /// A power of ten that no simulator has as its precision.
    #[error("10^{exponent} s is not a precision: it lies between 10^-15 s and 10^2 s")]
    NoPrecision {
        /// The power of ten of a second.
        exponent: i32,
    },
    /// A text that is not a duration.
    #[error("`{text}` is not a time: {reason}")]
    Parse {
        /// The text.
        text: String,
        /// What would fit.
        reason: &'static str,
    },
}

/// The neighbours that are worth a try; no time at all is none.
fn would_fit(below: SimDuration, above: Option<SimDuration>) -> String {
    let below = (below != SimDuration::ZERO).then_some(below);
    let mut text = String::new();
    for neighbour in below.into_iter().chain(above) {
        let before = if text.is_empty() { "" } else { " or " };
        _ = write!(text, "{before}{neighbour}"); // never fails into a string
    }
    if !text.is_empty() {
        text.push_str(", or ");
    }
    text
}
