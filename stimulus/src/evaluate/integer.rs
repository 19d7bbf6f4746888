//! The numbers of programs: 128 bits, or 256 if these are not enough.

use ethnum::I256;

use crate::value::Number;

pub(crate) trait Integer: Copy + Ord {
    const ZERO: Self;
    const ONE: Self;

    /// From a constant. Programs have no constants that are too large.
    fn of(number: Number) -> Self;
    /// The lowest bits.
    fn bits(self) -> u128;

    /// These saturate.
    fn add(self, other: Self) -> Self;
    fn multiply(self, other: Self) -> Self;
    fn shift_left(self, distance: Self) -> Self;

    /// For results that are never too large.
    fn subtract(self, other: Self) -> Self;
    fn sum(self, other: Self) -> Self;
    fn shift_right(self, distance: Self) -> Self;

    /// 0 if there is no result; it is not used then.
    fn divide(self, other: Self) -> Self;
    fn remainder(self, other: Self) -> Self;

    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
}

impl Integer for i128 {
    const ZERO: i128 = 0;
    const ONE: i128 = 1;

    fn of(number: Number) -> i128 {
        number.bits().cast_signed()
    }

    fn bits(self) -> u128 {
        self.cast_unsigned()
    }

    fn add(self, other: i128) -> i128 {
        self.saturating_add(other)
    }

    fn multiply(self, other: i128) -> i128 {
        match (i64::try_from(self), i64::try_from(other)) {
            (Ok(left), Ok(right)) => i128::from(left) * i128::from(right),
            _ => self.saturating_mul(other),
        }
    }

    fn shift_left(self, distance: i128) -> i128 {
        let distance = u32::try_from(distance).unwrap_or(u32::MAX);
        if distance < self.unsigned_abs().leading_zeros() {
            self << distance
        } else {
            self.signum().saturating_mul(i128::MAX)
        }
    }

    fn subtract(self, other: i128) -> i128 {
        self.wrapping_sub(other)
    }

    fn sum(self, other: i128) -> i128 {
        self.wrapping_add(other)
    }

    fn shift_right(self, distance: i128) -> i128 {
        self >> distance.clamp(0, 127)
    }

    fn divide(self, other: i128) -> i128 {
        divide(self, other, i64::checked_div, i128::checked_div)
    }

    fn remainder(self, other: i128) -> i128 {
        divide(self, other, i64::checked_rem, i128::checked_rem)
    }

    fn and(self, other: i128) -> i128 {
        self & other
    }

    fn or(self, other: i128) -> i128 {
        self | other
    }

    fn xor(self, other: i128) -> i128 {
        self ^ other
    }
}

/// In 64 bits if these are enough, which is several times as fast.
fn divide(
    left: i128,
    right: i128,
    small: fn(i64, i64) -> Option<i64>,
    large: fn(i128, i128) -> Option<i128>,
) -> i128 {
    if let (Ok(left), Ok(right)) = (i64::try_from(left), i64::try_from(right))
        && let Some(result) = small(left, right)
    {
        return result.into();
    }
    large(left, right).unwrap_or_default()
}

impl Integer for I256 {
    const ZERO: I256 = I256::ZERO;
    const ONE: I256 = I256::ONE;

    fn of(number: Number) -> I256 {
        if number.is_negative() {
            I256::from(number.bits().cast_signed())
        } else {
            I256::from(number.bits())
        }
    }

    fn bits(self) -> u128 {
        self.as_u128()
    }

    fn add(self, other: I256) -> I256 {
        self.saturating_add(other)
    }

    fn multiply(self, other: I256) -> I256 {
        self.saturating_mul(other)
    }

    fn shift_left(self, distance: I256) -> I256 {
        let distance = u32::try_from(distance).unwrap_or(u32::MAX);
        if distance < self.unsigned_abs().leading_zeros() {
            self << distance
        } else {
            self.signum().saturating_mul(I256::MAX)
        }
    }

    fn subtract(self, other: I256) -> I256 {
        self.wrapping_sub(other)
    }

    fn sum(self, other: I256) -> I256 {
        self.wrapping_add(other)
    }

    fn shift_right(self, distance: I256) -> I256 {
        self >> distance.clamp(I256::ZERO, I256::from(255_u8)).as_u32()
    }

    fn divide(self, other: I256) -> I256 {
        self.checked_div(other).unwrap_or_default()
    }

    fn remainder(self, other: I256) -> I256 {
        self.checked_rem(other).unwrap_or_default()
    }

    fn and(self, other: I256) -> I256 {
        self & other
    }

    fn or(self, other: I256) -> I256 {
        self | other
    }

    fn xor(self, other: I256) -> I256 {
        self ^ other
    }
}
