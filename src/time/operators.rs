//! Arithmetic with durations, exact or a panic at the caller's line.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Sub, SubAssign};

use super::SimDuration;

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

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::TimeUnits;

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
}
