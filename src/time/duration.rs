//! Lengths of simulated time.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use super::decimal::{COARSEST, FINEST, power};
use super::{Precision, Rounding, TimeError, TimeUnit};

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
/// assert!(period.checked_div(3).is_err());
/// ```
#[derive(Clone, Copy)]
pub struct SimDuration {
    pub(super) count: u64,
    /// [`FINEST`] to [`COARSEST`].
    pub(super) exponent: i8,
}

impl SimDuration {
    /// No time.
    pub const ZERO: SimDuration = SimDuration {
        count: 0,
        exponent: FINEST,
    };

    /// A whole number of a unit.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::time::TimeUnit;
    ///
    /// const BIT: SimDuration = SimDuration::new(8680, TimeUnit::Nanoseconds); // 115,200 baud
    /// assert_eq!(BIT, 8680.ns());
    /// ```
    #[inline]
    pub const fn new(count: u64, unit: TimeUnit) -> SimDuration {
        SimDuration {
            count,
            exponent: unit.exponent(),
        }
    }

    /// A whole number of steps of a precision.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::time::Precision;
    ///
    /// let picosecond = Precision::new(-12)?;
    /// assert_eq!(SimDuration::from_steps(2500, picosecond), 2500.ps());
    /// # Ok::<(), verifork::time::TimeError>(())
    /// ```
    #[inline]
    pub const fn from_steps(steps: u64, precision: Precision) -> SimDuration {
        SimDuration {
            count: steps,
            exponent: precision.exponent(),
        }
    }

    /// The number of steps of the design's precision.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::time::Precision;
    ///
    /// let nanosecond = Precision::new(-9)?;
    /// assert_eq!(2.us().to_steps(nanosecond)?, 2000);
    /// assert!(500.ps().to_steps(nanosecond).is_err(), "half a step");
    /// # Ok::<(), verifork::time::TimeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TimeError::TooFine`] if that is not a whole number, [`TimeError::TooLong`] from 2^64 on.
    #[inline]
    pub fn to_steps(self, precision: Precision) -> Result<u64, TimeError> {
        match self.to_finer_steps(precision) {
            Some(steps) => Ok(steps),
            None if self.exponent >= precision.exponent() => Err(self.too_many_steps(precision)),
            None => self.to_coarser_steps(precision),
        }
    }

    /// [`to_steps`](SimDuration::to_steps) where a step is no longer than the duration's unit,
    /// as it nearly always is. `None` where it is longer, or where there are too many steps.
    #[inline]
    pub(crate) fn to_finer_steps(self, precision: Precision) -> Option<u64> {
        if self.exponent == precision.exponent() {
            return Some(self.count);
        }
        let factor = u8::try_from(self.exponent - precision.exponent()).ok()?;
        self.count.checked_mul(power(factor))
    }

    /// The number of steps of the design's precision, rounded if that is not a whole number.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::time::{Precision, Rounding};
    ///
    /// let nanosecond = Precision::new(-9)?;
    /// assert_eq!(1200.ps().to_steps_rounded(nanosecond, Rounding::Up)?, 2);
    /// assert_eq!(1200.ps().to_steps_rounded(nanosecond, Rounding::Down)?, 1);
    /// # Ok::<(), verifork::time::TimeError>(())
    /// ```
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

    /// Whether it is not a time at all.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// let gap = 10.ns() - 10.ns();
    /// assert!(gap.is_zero());
    /// ```
    #[inline]
    pub const fn is_zero(self) -> bool {
        self.count == 0
    }

    /// The sum, or `None` if no duration holds it exactly.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// assert_eq!(1.us().checked_add(1.ns()), Some(1001.ns()));
    /// assert_eq!(u64::MAX.seconds().checked_add(1.seconds()), None);
    /// ```
    pub fn checked_add(self, other: SimDuration) -> Option<SimDuration> {
        let exponent = self.exponent.min(other.exponent);
        let sum = self
            .counted_in(exponent)
            .checked_add(other.counted_in(exponent))?;
        SimDuration::from_scaled(sum, exponent)
    }

    /// The difference, or `None` if it is negative or no duration holds it exactly.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// assert_eq!(10.ns().checked_sub(4.ns()), Some(6.ns()));
    /// assert_eq!(4.ns().checked_sub(10.ns()), None);
    /// ```
    pub fn checked_sub(self, other: SimDuration) -> Option<SimDuration> {
        let exponent = self.exponent.min(other.exponent);
        let difference = self
            .counted_in(exponent)
            .checked_sub(other.counted_in(exponent))?;
        SimDuration::from_scaled(difference, exponent)
    }

    /// The multiple, or `None` if no duration holds it exactly.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// assert_eq!(10.ns().checked_mul(16), Some(160.ns()));
    /// assert_eq!(u64::MAX.seconds().checked_mul(3), None);
    /// ```
    pub fn checked_mul(self, factor: u64) -> Option<SimDuration> {
        SimDuration::from_scaled(u128::from(self.count) * u128::from(factor), self.exponent)
    }

    /// The part.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// assert_eq!(1.us().checked_div(8), Ok(125.ns()));
    /// assert!(1.us().checked_div(3).is_err(), "1/3 µs is not a whole number of femtoseconds");
    /// ```
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
            if count.is_multiple_of(wide)
                && let Some(exact) = SimDuration::from_scaled(count / wide, exponent)
            {
                return Ok(exact);
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
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// assert_eq!(5.ns().femtoseconds(), 5_000_000);
    /// ```
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
    pub(super) fn from_scaled(mut count: u128, mut exponent: i8) -> Option<SimDuration> {
        loop {
            if let Ok(count) = u64::try_from(count) {
                return Some(SimDuration { count, exponent });
            }
            if !count.is_multiple_of(10) || exponent == COARSEST {
                return None;
            }
            count /= 10;
            exponent += 1;
        }
    }

    /// As [`from_scaled`](SimDuration::from_scaled), rounding the digits that are too many.
    pub(super) fn from_scaled_nearest(mut count: u128, mut exponent: i8) -> Option<SimDuration> {
        while u64::try_from(count).is_err() && exponent < COARSEST {
            count = count / 10 + u128::from(count % 10 >= 5);
            exponent += 1;
        }
        SimDuration::from_scaled(count, exponent)
    }

    /// [`to_steps`](SimDuration::to_steps) where a step is longer than the duration's unit.
    #[inline(never)]
    fn to_coarser_steps(self, precision: Precision) -> Result<u64, TimeError> {
        let divisor = power((precision.exponent() - self.exponent).unsigned_abs());
        let steps = self.count / divisor;
        if self.count.is_multiple_of(divisor) {
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

#[cfg(all(test, not(loom)))]
mod tests {
    use proptest::prelude::*;

    use super::super::TimeUnits;
    use super::super::model::duration;
    use super::*;

    fn precision(exponent: i32) -> Precision {
        Precision::new(exponent).unwrap()
    }

    #[test]
    fn a_duration_between_steps_is_an_error_that_names_both() {
        let error = 1.5.ns().to_steps(precision(-9)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "1.5 ns is finer than the design's precision of 1 ns: use 1 ns or 2 ns, or a finer \
             `timescale`"
        );
        let error = 10.ns().to_steps(precision(0)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "10 ns is finer than the design's precision of 1 s: use 1 s, or a finer `timescale`",
            "nobody who asks for some time is helped by none"
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
            "18,447 s is beyond 2^64 steps of the precision of 1 fs"
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

    }
}
