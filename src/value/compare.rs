//! Comparison as a design compares: with unknown bits, and with don't-cares.

use super::integer::halves;
use super::planes::{Planes, WORD_BITS};
use super::{Logic, LogicVec};

impl LogicVec {
    /// Compares as Verilog's `==` does (IEEE 1800 11.4.5): the narrower side is extended with
    /// `0`, strengths do not matter, one pair of known bits that differ decides ([`Logic::Zero`]),
    /// and where only unknown bits could decide, the answer is [`Logic::Unknown`].
    ///
    /// The other side is a vector, a `bool` or an integer of any type. A negative integer stands
    /// for its two's complement in the vector's width, and equals no vector that it does not fit.
    ///
    /// ```
    /// # use verifork::value::{Logic, LogicVec};
    /// let bus: LogicVec = "8'hx5".parse()?;
    /// assert_eq!(bus.logical_eq(0x15), Logic::Unknown);
    /// assert_eq!(bus.logical_eq(0x16), Logic::Zero);
    /// assert_eq!(LogicVec::ones(8).logical_eq(-1), Logic::One);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    #[must_use]
    pub fn logical_eq(&self, other: impl Operand) -> Logic {
        other.compare(self)
    }

    /// Whether the vector has the pattern's width and its bits wherever the pattern asks for
    /// some. Don't-care are `-`, as in VHDL's `case?` and `std_match`, and `Z`, as in Verilog's
    /// `casez` (where it is also written `?`). Elsewhere the strength does not matter (`1` and
    /// `H` match), and an unknown matches only the same unknown: `X` does not match `U`.
    ///
    /// ```
    /// # use verifork::value::{LogicVec, ValueError};
    /// let opcode: LogicVec = "8'b0110_x011".parse()?;
    /// assert!(opcode.matches(&"8'b011?_-011".parse()?));
    /// assert!(!opcode.matches(&"8'b011?_1011".parse()?));
    /// # Ok::<(), ValueError>(())
    /// ```
    #[must_use]
    pub fn matches(&self, pattern: &LogicVec) -> bool {
        self.width() == pattern.width()
            && self
                .planes_iter()
                .zip(pattern.planes_iter())
                .all(|(bits, pattern)| {
                    let high_impedance = pattern.unknown & !pattern.value;
                    let free = high_impedance | (pattern.weak & pattern.special);
                    let level = bits.value ^ pattern.value | bits.unknown ^ pattern.unknown;
                    let kind = bits.weak ^ pattern.weak | bits.special ^ pattern.special;
                    (level | kind & pattern.unknown) & !free == 0
                })
    }

    /// Whether the `width` bits from `low` up are exactly those of the other vector.
    pub(crate) fn is_same_part(&self, other: &LogicVec, low: u32, width: u32) -> bool {
        let mut offsets = (0..width).step_by(WORD_BITS as usize);
        offsets.all(|offset| {
            let part = |of: &LogicVec| of.window(low + offset).masked(width - offset);
            part(self) == part(other)
        })
    }

    /// [`logical_eq`](LogicVec::logical_eq) with a vector given by the planes of its words.
    fn compare_words(&self, words: usize, planes_at: impl Fn(usize) -> Planes) -> Logic {
        let mut unknown = false;
        for index in 0..words.max(self.word_count()) {
            let (left, right) = (self.planes_at(index), planes_at(index));
            let open = left.unknown | right.unknown;
            if (left.value ^ right.value) & !open != 0 {
                return Logic::Zero;
            }
            unknown |= open != 0;
        }
        if unknown { Logic::Unknown } else { Logic::One }
    }
}

/// What [`LogicVec::logical_eq`] compares with: `&LogicVec`, [`Logic`], `bool` and the integers.
///
/// ```
/// use verifork::value::{Logic, LogicVec};
///
/// let vector: LogicVec = "0011".parse().unwrap();
/// assert_eq!(vector.logical_eq(3_u8), Logic::One);
/// assert_eq!(vector.logical_eq(&vector), Logic::One);
/// ```
pub trait Operand: sealed::Sealed {
    #[doc(hidden)]
    fn compare(self, vector: &LogicVec) -> Logic;
}

mod sealed {
    pub trait Sealed {}
}

impl sealed::Sealed for &LogicVec {}

impl Operand for &LogicVec {
    fn compare(self, vector: &LogicVec) -> Logic {
        vector.compare_words(self.word_count(), |index| self.planes_at(index))
    }
}

impl sealed::Sealed for Logic {}

impl Operand for Logic {
    fn compare(self, vector: &LogicVec) -> Logic {
        LogicVec::from(self).compare(vector)
    }
}

macro_rules! integer_operand {
    ($($type:ty as $wide:ty),*) => {$(
        impl sealed::Sealed for $type {}

        impl Operand for $type {
            #[inline]
            fn compare(self, vector: &LogicVec) -> Logic {
                // No target has a usize wider than 128 bits.
                #[allow(clippy::cast_lossless)]
                let wide = self as $wide;
                wide.compare(vector)
            }
        }
    )*};
}

integer_operand!(
    bool as u128,
    u8 as u128,
    u16 as u128,
    u32 as u128,
    u64 as u128,
    usize as u128
);
integer_operand!(
    i8 as i128,
    i16 as i128,
    i32 as i128,
    i64 as i128,
    isize as i128
);

impl sealed::Sealed for u128 {}

impl Operand for u128 {
    fn compare(self, vector: &LogicVec) -> Logic {
        let (low, high) = halves(self);
        let word = |index| [low, high].get(index).copied().unwrap_or(0);
        vector.compare_words(2, |index| Planes::four_state(word(index), 0))
    }
}

impl sealed::Sealed for i128 {}

impl Operand for i128 {
    fn compare(self, vector: &LogicVec) -> Logic {
        if self >= 0 {
            return self.cast_unsigned().compare(vector);
        }
        LogicVec::from_i128(self, vector.width())
            .map_or(Logic::Zero, |operand| operand.compare(vector))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::model::{bits, vector};

    fn parse(text: &str) -> LogicVec {
        text.parse().unwrap()
    }

    fn bin(text: &str) -> LogicVec {
        LogicVec::from_binary_str(text).unwrap()
    }

    #[test]
    fn equality_with_unknown_bits_is_unknown_unless_a_known_bit_differs() {
        assert_eq!(
            parse("4'b1x00").logical_eq(&parse("4'b1000")),
            Logic::Unknown
        );
        assert_eq!(parse("4'b1x00").logical_eq(&parse("4'b1x01")), Logic::Zero);
        assert_eq!(parse("4'b0101").logical_eq(&parse("80'h5")), Logic::One);
        assert_eq!(parse("8'hff").logical_eq(-1_i8), Logic::One);
        assert_eq!(parse("8'hff").logical_eq(255), Logic::One);
        assert_eq!(parse("8'hff").logical_eq(-129), Logic::Zero);
        assert_eq!(parse("8'hxx").logical_eq(256_u128), Logic::Zero);
        assert_eq!(parse("1'bz").logical_eq(true), Logic::Unknown);
        assert_eq!(parse("1'b1").logical_eq(Logic::WeakOne), Logic::One);
    }

    #[test]
    fn dont_care_is_only_in_the_pattern() {
        assert!(bin("01XZUWLH-").matches(&bin("---------")));
        assert!(bin("01XZUWLH-").matches(&bin("ZZZZZZZZZ")));
        assert!(bin("01XZUWLH-").matches(&bin("LHXZUW01-")));
        for pattern in ["X", "U", "W", "0"] {
            for bits in ["Z", "-", "1"] {
                assert!(!bin(bits).matches(&bin(pattern)), "{bits} {pattern}");
            }
        }
        assert!(!bin("X").matches(&bin("U")));
        assert!(!bin("00").matches(&bin("-")));
    }

    proptest! {
        #[test]
        fn matching_agrees_bit_by_bit(
            bits in bits(130..131), pattern in bits(130..131), flip in 0_usize..130,
        ) {
            let single = |bit: Logic, pattern: Logic| {
                pattern == Logic::DontCare || pattern == Logic::HighImpedance || bit == pattern
                    || (bit.is_one() && pattern.is_one()) || (bit.is_zero() && pattern.is_zero())
            };
            let all = bits.iter().zip(&pattern).all(|(bit, pattern)| single(*bit, *pattern));
            prop_assert_eq!(vector(&bits).matches(&vector(&pattern)), all);
            let mut close = bits.clone();
            close[flip] = pattern[flip];
            let expected = single(bits[flip], pattern[flip])
                && bits.iter().enumerate().all(|(at, bit)| at == flip || single(*bit, *bit));
            prop_assert_eq!(vector(&bits).matches(&vector(&close)), expected);
        }
    }
}
