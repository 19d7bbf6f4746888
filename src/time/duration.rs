//! Lengths of simulated time.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Sub, SubAssign};
use std::str::FromStr;
use std::time::Duration;

use super::decimal::{power, write_seconds};
use super::{Precision, Rounding, TimeError, TimeUnit};

/// The power of ten of the smallest unit there is, 1 fs.
pub(super) const FINEST: i8 = -15;
/// The power of ten of the coarsest precision there is, 100 s (IEEE 1800 3.14.2).
pub(super) const COARSEST: i8 = 2;

/// An exact length of simulated time: a whole number of a power of ten of a second, down to
/// femtoseconds.
///
/// Made by [`TimeUnits`](super::TimeUnits): `10.ns()`. Compared by value: `1000.ps()` equals
/// `1.ns()`. Operators panic, at the caller's line, where the result would be negative, beyond
/// what the type holds or (division) not exact; the `checked_` methods do not.
///
/// ```
/// use verifork::time::TimeUnits;
///
/// let period = 10.ns();
/// assert_eq!(period / 4, 2.5.ns());
/// assert_eq!(period * 3 + 500.ps(), 30.5.ns());
/// assert_eq!((period * 100).to_string(), "1 us");
/// assert!(period.checked_div(3).is_ok_and(|third| third * 3 < period) == false);
/// ```
#[derive(Clone, Copy)]
pub struct SimDuration {
    count: u64,
    /// [`FINEST`] to [`COARSEST`].
    exponent: i8,
}

impl SimDuration {
    /// No time.
    pub const ZERO: SimDuration = SimDuration {
        count: 0,
        exponent: FINEST,
    };

    /// A whole number of a unit.
    #[inline]
    pub const fn new(count: u64, unit: TimeUnit) -> SimDuration {
        SimDuration {
            count,
            exponent: unit.exponent(),
        }
    }

    /// A number of a unit that has a finite decimal down to femtoseconds: 2.5 µs, or 0.1 ns.
    ///
    /// # Errors
    ///
    /// [`TimeError::NotADuration`] if it is negative or not finite, [`TimeError::Inexact`] if it
    /// is no whole number of femtoseconds, or has more digits than an `f64` tells apart;
    /// [`TimeError::OutOfRange`] from 2^64 seconds on.
    pub fn from_f64(value: f64, unit: TimeUnit) -> Result<SimDuration, TimeError> {
        if !value.is_finite() || value < 0.0 {
            return Err(TimeError::NotADuration { value, unit });
        }
        for exponent in (FINEST..=unit.exponent()).rev() {
            // Both sides are whole numbers that an f64 holds exactly, so that their quotient is
            // the f64 nearest to the decimal: what a literal of that decimal gives.
            let scale = float_power(unit.exponent() - exponent);
            let count = (value * scale).round();
            if count < EXACT_FLOATS && same(count / scale, value) {
                return Ok(SimDuration {
                    count: whole(count),
                    exponent,
                });
            }
        }
        let total = value * float_power(unit.exponent() - FINEST);
        let nearest = SimDuration::from_scaled_nearest(wide_whole(total.round()), FINEST);
        match nearest {
            Some(nearest) => Err(TimeError::Inexact {
                value,
                unit,
                nearest,
            }),
            None => Err(too_long(format!("{value} {unit}"))),
        }
    }

    /// A whole number of steps of a precision.
    #[inline]
    pub const fn from_steps(steps: u64, precision: Precision) -> SimDuration {
        SimDuration {
            count: steps,
            exponent: precision.exponent(),
        }
    }

    /// The number of steps of the design's precision.
    ///
    /// # Errors
    ///
    /// [`TimeError::TooFine`] if that is no whole number, [`TimeError::TooLong`] from 2^64 on.
    #[inline]
    pub fn to_steps(self, precision: Precision) -> Result<u64, TimeError> {
        match u8::try_from(self.exponent - precision.exponent()) {
            Ok(factor) => match self.count.checked_mul(power(factor)) {
                Some(steps) => Ok(steps),
                None => Err(self.too_many_steps(precision)),
            },
            Err(_) => self.to_coarser_steps(precision),
        }
    }

    /// The number of steps of the design's precision, rounded if that is no whole number.
    ///
    /// # Errors
    ///
    /// [`TimeError::TooLong`] from 2^64 steps on.
    pub fn to_steps_rounded(
        self,
        precision: Precision,
        rounding: Rounding,
    ) -> Result<u64, TimeError> {
        if self.exponent >= precision.exponent() {
            return self.to_steps(precision);
        }
        let divisor = power((precision.exponent() - self.exponent).unsigned_abs());
        let (steps, rest) = (self.count / divisor, self.count % divisor);
        let up = match rounding {
            Rounding::Down => false,
            Rounding::Up => rest != 0,
            Rounding::Nearest => rest >= divisor - rest,
        };
        // No overflow: the divisor is at least 10.
        Ok(steps + u64::from(up))
    }

    /// The duration as a number of a unit, rounded to what an `f64` can tell apart.
    pub fn as_unit(self, unit: TimeUnit) -> f64 {
        // Rounded by design, as the method says.
        #[allow(clippy::cast_precision_loss)]
        let count = self.count as f64;
        let shift = self.exponent - unit.exponent();
        let scale = float_power(shift.abs());
        if shift < 0 {
            count / scale
        } else {
            count * scale
        }
    }

    /// Whether it is no time at all.
    #[inline]
    pub const fn is_zero(self) -> bool {
        self.count == 0
    }

    /// The sum, or `None` if no duration holds it exactly.
    pub fn checked_add(self, other: SimDuration) -> Option<SimDuration> {
        let exponent = self.exponent.min(other.exponent);
        let sum = self
            .counted_in(exponent)
            .checked_add(other.counted_in(exponent))?;
        SimDuration::from_scaled(sum, exponent)
    }

    /// The difference, or `None` if it is negative or no duration holds it exactly.
    pub fn checked_sub(self, other: SimDuration) -> Option<SimDuration> {
        let exponent = self.exponent.min(other.exponent);
        let difference = self
            .counted_in(exponent)
            .checked_sub(other.counted_in(exponent))?;
        SimDuration::from_scaled(difference, exponent)
    }

    /// The multiple, or `None` if no duration holds it exactly.
    pub fn checked_mul(self, factor: u64) -> Option<SimDuration> {
        SimDuration::from_scaled(u128::from(self.count) * u128::from(factor), self.exponent)
    }

    /// The part.
    ///
    /// # Errors
    ///
    /// [`TimeError::Indivisible`] if no duration holds it exactly,
    /// [`TimeError::DividedByZero`].
    pub fn checked_div(self, divisor: u64) -> Result<SimDuration, TimeError> {
        if divisor == 0 {
            return Err(TimeError::DividedByZero { duration: self });
        }
        let wide = u128::from(divisor);
        for exponent in (FINEST..=self.exponent).rev() {
            let count = self.counted_in(exponent);
            if count % wide == 0 {
                if let Some(exact) = SimDuration::from_scaled(count / wide, exponent) {
                    return Ok(exact);
                }
            }
        }
        let total = self.femtoseconds();
        let rounded = total / wide + u128::from(total % wide >= wide - total % wide);
        // A part is no longer than the whole, which a duration holds.
        let nearest = SimDuration::from_scaled_nearest(rounded, FINEST).unwrap_or(self);
        Err(TimeError::Indivisible {
            duration: self,
            divisor,
            nearest,
        })
    }

    /// The duration in femtoseconds, which is always a whole number.
    #[inline]
    pub fn femtoseconds(self) -> u128 {
        self.counted_in(FINEST)
    }

    /// The count in units of 10^`exponent` seconds, at most the duration's own. No overflow: a
    /// count is below 2^64, and 10^17 below 2^57.
    #[inline]
    fn counted_in(self, exponent: i8) -> u128 {
        u128::from(self.count) * u128::from(power((self.exponent - exponent).unsigned_abs()))
    }

    /// A count that may be too large for the type, made smaller by dropping zeros at its end.
    fn from_scaled(mut count: u128, mut exponent: i8) -> Option<SimDuration> {
        loop {
            if let Ok(count) = u64::try_from(count) {
                return Some(SimDuration { count, exponent });
            }
            if count % 10 != 0 || exponent == COARSEST {
                return None;
            }
            count /= 10;
            exponent += 1;
        }
    }

    /// As [`from_scaled`](SimDuration::from_scaled), rounding the digits that are too many.
    fn from_scaled_nearest(mut count: u128, mut exponent: i8) -> Option<SimDuration> {
        while u64::try_from(count).is_err() && exponent < COARSEST {
            count = count / 10 + u128::from(count % 10 >= 5);
            exponent += 1;
        }
        SimDuration::from_scaled(count, exponent)
    }

    /// [`to_steps`](SimDuration::to_steps) where a step is longer than the duration's unit.
    fn to_coarser_steps(self, precision: Precision) -> Result<u64, TimeError> {
        let divisor = power((precision.exponent() - self.exponent).unsigned_abs());
        let steps = self.count / divisor;
        if self.count % divisor == 0 {
            return Ok(steps);
        }
        Err(TimeError::TooFine {
            duration: self,
            precision,
            below: SimDuration::from_steps(steps, precision),
            above: steps
                .checked_add(1)
                .map(|steps| SimDuration::from_steps(steps, precision)),
        })
    }

    #[cold]
    fn too_many_steps(self, precision: Precision) -> TimeError {
        TimeError::TooLong {
            time: self.to_string(),
            precision,
        }
    }
}

/// From here on neighbouring whole numbers are the same `f64`: 2^53.
const EXACT_FLOATS: f64 = 9_007_199_254_740_992.0;

/// 10^`exponent`, exact: at most 10^17.
fn float_power(exponent: i8) -> f64 {
    // Below 10^22 every power of ten is an f64.
    #[allow(clippy::cast_precision_loss)]
    let power = power(exponent.unsigned_abs()) as f64;
    power
}

/// Whether two numbers are the same, which is what "exact" means here.
#[allow(clippy::float_cmp)]
fn same(left: f64, right: f64) -> bool {
    left == right
}

/// A whole number from 0 to 2^53.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(value: f64) -> u64 {
    value as u64
}

/// A whole number that is not negative, or the largest `u128`.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn wide_whole(value: f64) -> u128 {
    value as u128
}

#[cold]
fn too_long(duration: String) -> TimeError {
    let holds = "ends at about 1.8e21 s";
    TimeError::OutOfRange {
        duration,
        target: "SimDuration",
        holds,
    }
}

/// An exact decimal in the largest unit of which there is at least one: `1.5 ns`.
impl fmt::Display for SimDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_seconds(f, self.count, self.exponent)
    }
}

/// As [`Display`](fmt::Display).
impl fmt::Debug for SimDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Default for SimDuration {
    fn default() -> SimDuration {
        SimDuration::ZERO
    }
}

impl PartialEq for SimDuration {
    #[inline]
    fn eq(&self, other: &SimDuration) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for SimDuration {}

impl PartialOrd for SimDuration {
    #[inline]
    fn partial_cmp(&self, other: &SimDuration) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SimDuration {
    #[inline]
    fn cmp(&self, other: &SimDuration) -> Ordering {
        self.femtoseconds().cmp(&other.femtoseconds())
    }
}

impl Hash for SimDuration {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.femtoseconds().hash(state);
    }
}

impl Add for SimDuration {
    type Output = SimDuration;

    #[track_caller]
    fn add(self, other: SimDuration) -> SimDuration {
        let sum = self.checked_add(other);
        sum.unwrap_or_else(|| panic!("{self} + {other} is more than a duration holds exactly"))
    }
}

impl AddAssign for SimDuration {
    #[track_caller]
    fn add_assign(&mut self, other: SimDuration) {
        *self = *self + other;
    }
}

impl Sub for SimDuration {
    type Output = SimDuration;

    #[track_caller]
    fn sub(self, other: SimDuration) -> SimDuration {
        self.checked_sub(other).unwrap_or_else(|| {
            let reason = if self < other {
                "negative"
            } else {
                "more than a duration holds exactly"
            };
            panic!("{self} - {other} is {reason}")
        })
    }
}

impl SubAssign for SimDuration {
    #[track_caller]
    fn sub_assign(&mut self, other: SimDuration) {
        *self = *self - other;
    }
}

impl Mul<u64> for SimDuration {
    type Output = SimDuration;

    #[track_caller]
    fn mul(self, factor: u64) -> SimDuration {
        let product = self.checked_mul(factor);
        product.unwrap_or_else(|| panic!("{self} * {factor} is more than a duration holds exactly"))
    }
}

impl Mul<SimDuration> for u64 {
    type Output = SimDuration;

    #[track_caller]
    fn mul(self, duration: SimDuration) -> SimDuration {
        duration * self
    }
}

impl Div<u64> for SimDuration {
    type Output = SimDuration;

    #[track_caller]
    fn div(self, divisor: u64) -> SimDuration {
        self.checked_div(divisor)
            .unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Sum for SimDuration {
    #[track_caller]
    fn sum<I: Iterator<Item = SimDuration>>(durations: I) -> SimDuration {
        let mut total = SimDuration::ZERO;
        for duration in durations {
            total += duration;
        }
        total
    }
}

/// Real time as simulated time, exactly.
impl TryFrom<Duration> for SimDuration {
    type Error = TimeError;

    fn try_from(duration: Duration) -> Result<SimDuration, TimeError> {
        SimDuration::from_scaled(duration.as_nanos(), TimeUnit::Nanoseconds.exponent()).ok_or_else(
            || TimeError::OutOfRange {
                duration: format!("{duration:?}"),
                target: "SimDuration",
                holds: "counts to 2^64 in one unit",
            },
        )
    }
}

/// Simulated time as real time, exactly: a whole number of nanoseconds.
impl TryFrom<SimDuration> for Duration {
    type Error = TimeError;

    fn try_from(duration: SimDuration) -> Result<Duration, TimeError> {
        let (nanoseconds, rest) = (
            duration.femtoseconds() / 1_000_000,
            duration.femtoseconds() % 1_000_000,
        );
        let seconds = u64::try_from(nanoseconds / 1_000_000_000);
        let fraction = u32::try_from(nanoseconds % 1_000_000_000);
        match (seconds, fraction, rest) {
            (Ok(seconds), Ok(fraction), 0) => Ok(Duration::new(seconds, fraction)),
            _ => Err(TimeError::OutOfRange {
                duration: duration.to_string(),
                target: "std::time::Duration",
                holds: "counts whole nanoseconds up to 2^64 s",
            }),
        }
    }
}

/// Reads a decimal with a unit: `10ns`, `1.5 us`.
impl FromStr for SimDuration {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<SimDuration, TimeError> {
        let error = |reason| TimeError::Parse {
            text: text.to_owned(),
            reason,
        };
        let trimmed = text.trim();
        let end = trimmed
            .find(|character: char| !matches!(character, '0'..='9' | '.' | '_'))
            .ok_or_else(|| error("the unit is missing: fs, ps, ns, us, ms or s"))?;
        let (number, symbol) = trimmed.split_at(end);
        let unit: TimeUnit = symbol
            .trim_start()
            .parse()
            .map_err(|_| error("a number and a unit belong here: fs, ps, ns, us, ms or s"))?;
        let (integer, fraction) = number.split_once('.').unwrap_or((number, ""));
        let fraction = fraction.trim_end_matches('0');
        let digits = [integer, fraction].concat().replace('_', "");
        if integer.is_empty() || digits.contains('.') {
            return Err(error("a number belongs before the unit, as in 1.5 ns"));
        }
        let places = i8::try_from(fraction.replace('_', "").len()).unwrap_or(i8::MAX);
        let exponent = unit.exponent().saturating_sub(places);
        if exponent < FINEST {
            return Err(error("it is finer than 1 fs"));
        }
        let too_long = || error("it has more digits than a duration holds");
        let count = digits.parse().map_err(|_| too_long())?;
        SimDuration::from_scaled(count, exponent).ok_or_else(too_long)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::TimeUnits;
    use super::*;

    fn precision(exponent: i32) -> Precision {
        Precision::new(exponent).unwrap()
    }

    fn duration() -> impl Strategy<Value = SimDuration> {
        (any::<u64>(), 0_u32..64, FINEST..=COARSEST).prop_map(|(count, shift, exponent)| {
            SimDuration {
                count: count >> shift,
                exponent,
            }
        })
    }

    #[test]
    fn a_duration_between_steps_is_an_error_that_names_both() {
        let error = 1.5.ns().to_steps(precision(-9)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "1.5 ns is finer than the design's precision of 1 ns: use 1 ns or 2 ns, or a finer \
             `timescale`"
        );
        assert_eq!(1500.ps().to_steps(precision(-10)), Ok(15));
        assert_eq!(0.ps().to_steps(precision(0)), Ok(0));
        assert_eq!(2000.ps().to_steps(precision(-9)), Ok(2));
        assert_eq!(100.seconds().to_steps(precision(2)), Ok(1));
    }

    #[test]
    fn more_steps_than_can_be_counted_are_an_error() {
        let error = 18_447.seconds().to_steps(precision(-15)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "18447 s is beyond 2^64 steps of the precision of 1 fs"
        );
        assert!(18_446.seconds().to_steps(precision(-15)).is_ok());
    }

    #[test]
    fn rounding_goes_where_it_is_told() {
        let steps = |duration: SimDuration, rounding| {
            duration.to_steps_rounded(precision(-9), rounding).unwrap()
        };
        for (duration, down, up, nearest) in [
            (1499.ps(), 1, 2, 1),
            (1500.ps(), 1, 2, 2),
            (2000.ps(), 2, 2, 2),
            (3.us(), 3000, 3000, 3000),
        ] {
            assert_eq!(steps(duration, Rounding::Down), down);
            assert_eq!(steps(duration, Rounding::Up), up);
            assert_eq!(steps(duration, Rounding::Nearest), nearest);
        }
    }

    #[test]
    fn decimals_are_exact_or_an_error() {
        assert_eq!(2.5.us(), 2500.ns());
        assert_eq!(0.1.ns(), 100.ps());
        assert_eq!(1e-6.ns(), 1.fs());
        assert_eq!(123.456_789.us(), 123_456_789.ps());
        assert_eq!(1e12.ns(), 1000.seconds());
        let message = |value, unit| SimDuration::from_f64(value, unit).unwrap_err().to_string();
        assert_eq!(
            message(1.0 / 3.0, TimeUnit::Nanoseconds),
            "0.3333333333333333 ns is not exact in any unit down to 1 fs: the nearest is 333.333 ps"
        );
        assert!(message(0.4, TimeUnit::Femtoseconds).contains("the nearest is 0 fs"));
        assert!(message(-1.0, TimeUnit::Seconds).contains("no duration"));
        assert!(message(f64::NAN, TimeUnit::Seconds).contains("no duration"));
        assert!(message(f64::INFINITY, TimeUnit::Seconds).contains("no duration"));
        assert!(message(1e300, TimeUnit::Seconds).contains("does not fit SimDuration"));
    }

    #[test]
    #[should_panic(expected = "-5 ns is no duration: it is negative")]
    fn a_negative_literal_panics() {
        let _ = (-5).ns();
    }

    #[test]
    #[should_panic(expected = "10 ns / 3 is not exact in any unit down to 1 fs: the nearest is")]
    fn an_inexact_division_panics() {
        let _ = 10.ns() / 3;
    }

    #[test]
    #[should_panic(expected = "1 ns - 1.001 ns is negative")]
    fn a_negative_difference_panics() {
        let _ = 1.ns() - 1001.ps();
    }

    #[test]
    fn text_is_an_exact_decimal() {
        for (duration, text) in [
            (10.ns(), "10 ns"),
            (1500.ps(), "1.5 ns"),
            (1_000_001.fs(), "1.000001 ns"),
            (0.us(), "0 us"),
            (3600.seconds(), "3600 s"),
            (SimDuration::from_steps(5, precision(-10)), "500 ps"),
            (SimDuration::from_steps(123, precision(-10)), "12.3 ns"),
            (SimDuration::from_steps(3, precision(2)), "300 s"),
            (SimDuration::from_steps(0, precision(-10)), "0 ns"),
            (SimDuration::from_steps(0, precision(2)), "0 s"),
        ] {
            assert_eq!(duration.to_string(), text);
        }
        assert_eq!(format!("{:>8}", 1.ns()), "    1 ns");
    }

    #[test]
    fn text_without_a_unit_or_a_number_is_an_error() {
        for text in [
            "10",
            "ns",
            "",
            "1.2.3 ns",
            "10 minutes",
            "-1 ns",
            ".5 ns",
            "0.1 fs",
            "é",
            "_ns",
        ] {
            assert!(text.parse::<SimDuration>().is_err(), "{text}");
        }
        assert_eq!("1_000ns".parse(), Ok(1.us()));
        assert_eq!("1.50 US".parse(), Ok(1500.ns()));
        assert!("99999999999999999999999 s".parse::<SimDuration>().is_err());
        assert_eq!(
            "10".parse::<SimDuration>().unwrap_err().to_string(),
            "`10` is no time: the unit is missing: fs, ps, ns, us, ms or s"
        );
    }

    #[test]
    fn real_time_converts_exactly() {
        assert_eq!(SimDuration::try_from(Duration::from_millis(5)), Ok(5.ms()));
        assert_eq!(
            Duration::try_from(1500.us()),
            Ok(Duration::from_micros(1500))
        );
        assert!(Duration::try_from(1.ps()).is_err());
        let far = Duration::new(u64::MAX, 1);
        assert!(SimDuration::try_from(far).is_err());
        assert_eq!(
            SimDuration::try_from(Duration::from_secs(u64::MAX)),
            Ok(u64::MAX.seconds())
        );
    }

    proptest! {
        #[test]
        fn steps_agree_with_arithmetic(duration in duration(), exponent in -15_i32..=2) {
            let step = precision(exponent).step().femtoseconds();
            let (steps, rest) = (duration.femtoseconds() / step, duration.femtoseconds() % step);
            let exact = u64::try_from(steps).ok().filter(|_| rest == 0);
            prop_assert_eq!(duration.to_steps(precision(exponent)).ok(), exact);
            let rounded = |rounding| {
                duration.to_steps_rounded(precision(exponent), rounding).ok().map(u128::from)
            };
            if u64::try_from(steps).is_ok() {
                prop_assert_eq!(rounded(Rounding::Down), Some(steps));
                prop_assert_eq!(rounded(Rounding::Up), Some(steps + u128::from(rest > 0)));
                let near = steps + u128::from(2 * rest >= step);
                prop_assert_eq!(rounded(Rounding::Nearest), Some(near));
            }
        }

        #[test]
        fn arithmetic_agrees_with_femtoseconds(
            a in duration(), b in duration(), n in prop_oneof![0_u64..100, any::<u64>()],
        ) {
            prop_assert_eq!(a.cmp(&b), a.femtoseconds().cmp(&b.femtoseconds()));
            if let Some(sum) = a.checked_add(b) {
                prop_assert_eq!(sum.femtoseconds(), a.femtoseconds() + b.femtoseconds());
            }
            match a.checked_sub(b) {
                Some(rest) => {
                    prop_assert_eq!(rest.femtoseconds(), a.femtoseconds() - b.femtoseconds());
                }
                None if a < b => {}
                None => prop_assert!(a.femtoseconds() > u128::from(u64::MAX)),
            }
            if let Some(product) = a.checked_mul(n) {
                prop_assert_eq!(product.femtoseconds(), a.femtoseconds() * u128::from(n));
            }
            if let Ok(part) = a.checked_div(n) {
                prop_assert_eq!(part.femtoseconds() * u128::from(n), a.femtoseconds());
            } else if n != 0 {
                prop_assert!(a.femtoseconds() % u128::from(n) != 0
                    || a.femtoseconds() / u128::from(n) > u128::from(u64::MAX));
            }
        }

        #[test]
        fn text_reads_back(duration in duration()) {
            if let Ok(read) = duration.to_string().parse::<SimDuration>() {
                prop_assert_eq!(read, duration);
            } else {
                prop_assert!(duration.femtoseconds() > u128::from(u64::MAX));
            }
        }

        #[test]
        fn literals_mean_the_decimal_they_show(whole in 0_u32..1_000_000, places in 0_u32..1_000_000) {
            let literal: f64 = format!("{whole}.{places:06}").parse().unwrap();
            let exact = u64::from(whole) * 1_000_000 + u64::from(places);
            prop_assert_eq!(literal.ns(), exact.fs());
        }

        #[test]
        fn no_text_panics(text in "[0-9._]{0,30} ?[a-zé]{0,3}") {
            let _ = text.parse::<SimDuration>();
        }
    }
}
