//! Durations as floating-point numbers of a unit.

use super::decimal::FINEST;
use super::decimal::power;
use super::{SimDuration, TimeError, TimeUnit};

impl SimDuration {
    /// A number of a unit that has a finite decimal down to femtoseconds: 2.5 µs, or 0.1 ns.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::time::TimeUnit;
    ///
    /// let period = SimDuration::from_f64(2.5, TimeUnit::Nanoseconds)?;
    /// assert_eq!(period, 2500.ps());
    /// assert!(SimDuration::from_f64(1.0 / 3.0, TimeUnit::Nanoseconds).is_err());
    /// # Ok::<(), verifork::time::TimeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TimeError::NotADuration`] if it is negative or not finite, [`TimeError::Inexact`] if it
    /// is not a whole number of femtoseconds, or has more digits than an `f64` holds;
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

    /// The duration as a number of a unit, rounded to the precision of an `f64`.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::time::TimeUnit;
    ///
    /// assert_eq!(2500.ps().as_unit(TimeUnit::Nanoseconds), 2.5);
    /// ```
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

#[cfg(all(test, not(loom)))]
mod tests {
    use proptest::prelude::*;

    use super::super::TimeUnits;
    use super::*;

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
        assert!(message(0.4, TimeUnit::Femtoseconds).contains("the nearest is 0 ns"));
        assert!(message(-1.0, TimeUnit::Seconds).contains("not a duration"));
        assert!(message(f64::NAN, TimeUnit::Seconds).contains("not a duration"));
        assert!(message(f64::INFINITY, TimeUnit::Seconds).contains("not a duration"));
        assert!(message(1e300, TimeUnit::Seconds).contains("does not fit SimDuration"));
    }

    proptest! {
        #[test]
        fn literals_mean_the_decimal_they_show(whole in 0_u32..1_000_000, places in 0_u32..1_000_000) {
            let literal: f64 = format!("{whole}.{places:06}").parse().unwrap();
            let exact = u64::from(whole) * 1_000_000 + u64::from(places);
            prop_assert_eq!(literal.ns(), exact.fs());
        }
    }
}
