//! Integers out of vectors and into them.

use std::fmt::Display;

use super::planes::{Planes, WORD_BITS, low_mask};
use super::{LogicVec, ValueError};

impl LogicVec {
    /// `width` bits that hold an unsigned integer.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let opcode = LogicVec::from_u64(0x1f, 5)?;
    /// assert_eq!(opcode.to_binary_string(), "11111");
    /// assert!(LogicVec::from_u64(0x20, 5).is_err(), "it needs six bits");
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::DoesNotFit`] if it needs more bits.
    #[inline]
    pub fn from_u64(value: u64, width: u32) -> Result<LogicVec, ValueError> {
        if value & !low_mask(width) == 0 {
            Ok(LogicVec::from_planes_u64(width, value, 0))
        } else {
            Err(does_not_fit(value, width, false))
        }
    }

    /// `width` bits that hold an unsigned integer.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let key = LogicVec::from_u128(0x2b7e_1516_28ae_d2a6_abf7_1588_09cf_4f3c, 128)?;
    /// assert_eq!(key.to_be_bytes()?[0], 0x2b);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::DoesNotFit`] if it needs more bits.
    pub fn from_u128(value: u128, width: u32) -> Result<LogicVec, ValueError> {
        if width < u128::BITS && value >> width != 0 {
            return Err(does_not_fit(value, width, false));
        }
        let (low, high) = halves(value);
        Ok(LogicVec::from_planes(width, &[low, high], &[]))
    }

    /// `width` bits that hold a signed integer in two's complement.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::from_i64(-2, 4)?.to_binary_string(), "1110");
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::DoesNotFit`] if it is outside -2^(width-1) to 2^(width-1)-1.
    #[inline]
    pub fn from_i64(value: i64, width: u32) -> Result<LogicVec, ValueError> {
        if width == 0 || width > WORD_BITS {
            return LogicVec::from_i128(i128::from(value), width);
        }
        // What lies above the sign bit must be copies of it.
        let above = value >> (width - 1);
        if above == 0 || above == -1 {
            Ok(LogicVec::from_planes_u64(width, value.cast_unsigned(), 0))
        } else {
            Err(does_not_fit(value, width, true))
        }
    }

    /// `width` bits that hold a signed integer in two's complement.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::from_i128(-1, 100)?, LogicVec::ones(100));
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::DoesNotFit`] if it is outside -2^(width-1) to 2^(width-1)-1.
    pub fn from_i128(value: i128, width: u32) -> Result<LogicVec, ValueError> {
        let fits = match width {
            0 => value == 0,
            1..=127 => matches!(value >> (width - 1), 0 | -1),
            _ => true,
        };
        if !fits {
            return Err(does_not_fit(value, width, true));
        }
        let (low, high) = halves(value.cast_unsigned());
        let sign = if value < 0 { u64::MAX } else { 0 };
        Ok(LogicVec::build(width, |index| {
            Planes::four_state([low, high].get(index).copied().unwrap_or(sign), 0)
        }))
    }

    /// The value as an unsigned integer.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::ones(12).to_u64(), Ok(0xfff));
    /// assert!(LogicVec::unknown(12).to_u64().is_err(), "unknown bits are not number");
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::Unknown`] if a bit is neither 0 nor 1, [`ValueError::OutOfRange`] if a bit
    /// from 64 up is set.
    #[inline]
    pub fn to_u64(&self) -> Result<u64, ValueError> {
        self.unsigned_word(u64::BITS, "u64")
    }

    /// The value as an unsigned integer.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::ones(100).to_u128(), Ok((1 << 100) - 1));
    /// ```
    ///
    /// # Errors
    ///
    /// As [`to_u64`](LogicVec::to_u64), from bit 128 up.
    pub fn to_u128(&self) -> Result<u128, ValueError> {
        self.check_known("u128")?;
        if self.planes_iter().skip(2).any(|planes| planes.value != 0) {
            return Err(self.out_of_range(128, false, "u128"));
        }
        Ok(joined(self.value_word(0), self.value_word(1)))
    }

    /// The value as a signed integer: the most significant bit, whatever the width, is the sign.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::from_binary_str("1110")?.to_i64(), Ok(-2)); // a signed sample of 4 bits
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::Unknown`] if a bit is neither 0 nor 1, [`ValueError::OutOfRange`] if the
    /// integer is.
    #[inline]
    pub fn to_i64(&self) -> Result<i64, ValueError> {
        self.signed_word(i64::BITS, "i64")
    }

    /// The value as a signed integer; see [`to_i64`](LogicVec::to_i64).
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::ones(100).to_i128(), Ok(-1));
    /// ```
    ///
    /// # Errors
    ///
    /// As [`to_i64`](LogicVec::to_i64).
    pub fn to_i128(&self) -> Result<i128, ValueError> {
        self.check_known("i128")?;
        let word = |index| self.sign_extended_word(index);
        let value = joined(word(0), word(1)).cast_signed();
        let sign = if value < 0 { u64::MAX } else { 0 };
        if (2..self.word_count()).all(|index| word(index) == sign) {
            Ok(value)
        } else {
            Err(self.out_of_range(128, true, "i128"))
        }
    }

    /// The value of a vector that is 0 or 1.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let status = LogicVec::from_u64(0b1000, 4)?;
    /// assert_eq!(status.slice(3, 3)?.to_bool(), Ok(true));
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::Unknown`] if a bit is neither 0 nor 1, [`ValueError::OutOfRange`] if
    /// another bit than bit 0 is set.
    #[inline]
    pub fn to_bool(&self) -> Result<bool, ValueError> {
        self.unsigned_word(1, "bool").map(|value| value != 0)
    }

    /// The value of a fully known vector that fits `bits`, at most 64.
    #[inline]
    pub(super) fn unsigned_word(&self, bits: u32, wanted: &'static str) -> Result<u64, ValueError> {
        let value = self.value_word(0);
        if self.word_count() <= 1 && self.unknown_word(0) == 0 && value & !low_mask(bits) == 0 {
            return Ok(value);
        }
        self.wide_unsigned_word(bits, wanted)
    }

    #[cold]
    fn wide_unsigned_word(&self, bits: u32, wanted: &'static str) -> Result<u64, ValueError> {
        self.check_known(wanted)?;
        let value = self.value_word(0);
        if value & !low_mask(bits) != 0 || self.planes_iter().skip(1).any(|word| word.value != 0) {
            return Err(self.out_of_range(bits, false, wanted));
        }
        Ok(value)
    }

    /// The value, as two's complement, of a fully known vector that fits `bits`, 1 to 64.
    #[inline]
    pub(super) fn signed_word(&self, bits: u32, wanted: &'static str) -> Result<i64, ValueError> {
        if self.word_count() <= 1 && self.unknown_word(0) == 0 {
            let value = self.sign_extended_word(0).cast_signed();
            if matches!(value >> (bits - 1), 0 | -1) {
                return Ok(value);
            }
        }
        self.wide_signed_word(bits, wanted)
    }

    #[cold]
    fn wide_signed_word(&self, bits: u32, wanted: &'static str) -> Result<i64, ValueError> {
        self.check_known(wanted)?;
        let value = self.sign_extended_word(0).cast_signed();
        let sign = if value < 0 { u64::MAX } else { 0 };
        let fits = matches!(value >> (bits - 1), 0 | -1)
            && (1..self.word_count()).all(|index| self.sign_extended_word(index) == sign);
        if fits {
            Ok(value)
        } else {
            Err(self.out_of_range(bits, true, wanted))
        }
    }

    /// Word `index` of the plane value, with the most significant bit repeated above the width.
    #[inline]
    pub(super) fn sign_extended_word(&self, index: usize) -> u64 {
        let width = self.width();
        if width == 0 {
            return 0;
        }
        let top = width - 1;
        let last = (top / WORD_BITS) as usize;
        let unused = WORD_BITS - 1 - top % WORD_BITS;
        let extended = (self.value_word(last) << unused).cast_signed() >> unused;
        match index.cmp(&last) {
            std::cmp::Ordering::Less => self.value_word(index),
            std::cmp::Ordering::Equal => extended.cast_unsigned(),
            std::cmp::Ordering::Greater => (extended >> (WORD_BITS - 1)).cast_unsigned(),
        }
    }

    /// # Errors
    ///
    /// [`ValueError::Unknown`] if a bit is neither 0 nor 1.
    pub(super) fn check_known(&self, wanted: &'static str) -> Result<(), ValueError> {
        if self.has_unknown() {
            Err(ValueError::Unknown {
                value: self.clone(),
                wanted,
            })
        } else {
            Ok(())
        }
    }

    pub(super) fn out_of_range(&self, bits: u32, signed: bool, wanted: &'static str) -> ValueError {
        ValueError::OutOfRange {
            value: self.clone(),
            wanted,
            bits,
            signed,
            read_as_signed: signed,
        }
    }
}

#[cold]
pub(super) fn does_not_fit(value: impl Display + Copy, width: u32, signed: bool) -> ValueError {
    ValueError::DoesNotFit {
        value: value.to_string(),
        width,
        signed,
    }
}

/// The low and the high 64 bits.
#[inline]
pub(super) fn halves(value: u128) -> (u64, u64) {
    let bytes = value.to_le_bytes();
    let word = |start: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[start..start + 8]);
        u64::from_le_bytes(word)
    };
    (word(0), word(8))
}

#[inline]
fn joined(low: u64, high: u64) -> u128 {
    u128::from(high) << WORD_BITS | u128::from(low)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::Logic;
    use crate::value::model::{levels, vector};

    fn parse(text: &str) -> LogicVec {
        text.parse().unwrap()
    }

    #[test]
    fn an_unknown_bit_is_never_read_as_a_number() {
        for logic in Logic::ALL.into_iter().filter(|logic| logic.is_unknown()) {
            for width in [1, 8, 64, 65, 128, 200] {
                for at in [0, width / 2, width - 1] {
                    let mut vector = LogicVec::zeros(width);
                    vector.set_bit(at, logic).unwrap();
                    assert!(matches!(vector.to_bool(), Err(ValueError::Unknown { .. })));
                    assert!(matches!(vector.to_u64(), Err(ValueError::Unknown { .. })));
                    assert!(matches!(vector.to_i64(), Err(ValueError::Unknown { .. })));
                    assert!(matches!(vector.to_u128(), Err(ValueError::Unknown { .. })));
                    assert!(matches!(vector.to_i128(), Err(ValueError::Unknown { .. })));
                    assert!(Vec::<bool>::try_from(&vector).is_err());
                }
            }
        }
    }

    #[test]
    fn weak_levels_are_levels() {
        let vector = LogicVec::from_binary_str("HLH1").unwrap();
        assert_eq!(vector.to_u64(), Ok(0b1011));
        assert_eq!(i8::try_from(&vector), Ok(-5));
        assert_eq!(vector.logical_eq(11), Logic::One);
    }

    #[test]
    fn a_value_outside_the_type_is_an_error() {
        let message = |error: ValueError| error.to_string();
        assert_eq!(
            message(u8::try_from(&parse("16'h0100")).unwrap_err()),
            "16'h0100 does not fit u8, which holds 0 to 255"
        );
        assert_eq!(
            message(i8::try_from(&parse("16'h0080")).unwrap_err()),
            "16'h0080 does not fit i8, which holds -128 to 127"
        );
        assert_eq!(i8::try_from(&parse("16'hff80")), Ok(-128));
        assert_eq!(u8::try_from(&parse("3'b101")), Ok(5));
        assert_eq!(i64::try_from(&LogicVec::ones(100)), Ok(-1));
        assert!(u64::try_from(&LogicVec::ones(65)).is_err());
        assert_eq!(u8::try_from(&LogicVec::default()), Ok(0));
        assert_eq!(i8::try_from(&LogicVec::default()), Ok(0));
    }

    #[test]
    fn an_integer_outside_the_width_is_an_error() {
        assert_eq!(
            LogicVec::from_i128(-129, 8).unwrap_err().to_string(),
            "-129 does not fit 8 bits, which hold -128 to 127"
        );
        assert!(LogicVec::from_i64(128, 8).is_err());
        assert!(LogicVec::from_u64(1, 0).is_err());
        assert!(LogicVec::from_i64(-1, 0).is_err());
        assert_eq!(LogicVec::from_i64(0, 0).unwrap().width(), 0);
        assert_eq!(LogicVec::from_i64(-1, 64).unwrap(), LogicVec::ones(64));
        assert_eq!(LogicVec::from_i64(-1, 200).unwrap(), LogicVec::ones(200));
    }

    /// The unsigned and the signed integer of known bits; at most 128 of them.
    fn integers(bits: &[Logic]) -> (u128, i128) {
        let unsigned = bits
            .iter()
            .rev()
            .fold(0, |sum, bit| sum << 1 | u128::from(bit.to_bool().unwrap()));
        let negative = bits.last().is_some_and(|bit| bit.is_one());
        let above = if negative && bits.len() < 128 {
            u128::MAX << bits.len()
        } else {
            0
        };
        (unsigned, (unsigned | above).cast_signed())
    }

    proptest! {
        #[test]
        fn reading_agrees_with_arithmetic(bits in levels(0..129)) {
            let vector = vector(&bits);
            let (unsigned, signed) = integers(&bits);
            prop_assert_eq!(vector.to_u128(), Ok(unsigned));
            prop_assert_eq!(vector.to_i128(), Ok(signed));
            prop_assert_eq!(u64::try_from(&vector).ok(), u64::try_from(unsigned).ok());
            prop_assert_eq!(u32::try_from(&vector).ok(), u32::try_from(unsigned).ok());
            prop_assert_eq!(u16::try_from(&vector).ok(), u16::try_from(unsigned).ok());
            prop_assert_eq!(u8::try_from(&vector).ok(), u8::try_from(unsigned).ok());
            prop_assert_eq!(usize::try_from(&vector).ok(), usize::try_from(unsigned).ok());
            prop_assert_eq!(i64::try_from(&vector).ok(), i64::try_from(signed).ok());
            prop_assert_eq!(i32::try_from(&vector).ok(), i32::try_from(signed).ok());
            prop_assert_eq!(i16::try_from(&vector).ok(), i16::try_from(signed).ok());
            prop_assert_eq!(i8::try_from(&vector).ok(), i8::try_from(signed).ok());
            prop_assert_eq!(vector.to_bool().ok(), (unsigned < 2).then_some(unsigned == 1));
            prop_assert_eq!(vector.logical_eq(unsigned), Logic::One);
            let list = Vec::<bool>::try_from(&vector).unwrap();
            prop_assert_eq!(LogicVec::from(list.as_slice()).to_u128(), Ok(unsigned));
        }

        #[test]
        fn writing_agrees_with_arithmetic(
            value in any::<u128>(), shift in 0_u32..128, width in 0_u32..200,
        ) {
            let value = value >> shift;
            let fits = width >= 128 || value >> width == 0;
            let written = LogicVec::from_u128(value, width);
            prop_assert_eq!(written.is_ok(), fits);
            if let Ok(vector) = written {
                prop_assert_eq!(vector.width(), width);
                prop_assert_eq!(vector.to_u128(), Ok(value));
            }
            if let Ok(value) = u64::try_from(value) {
                prop_assert_eq!(
                    LogicVec::from_u64(value, width), LogicVec::from_u128(value.into(), width));
            }
        }

        #[test]
        fn writing_signed_agrees_with_arithmetic(
            value in any::<i128>(), shift in 0_u32..128, width in 1_u32..200,
        ) {
            let value = value >> shift;
            let bound = if width < 128 { 1_i128 << (width - 1) } else { i128::MAX };
            let fits = width >= 128 || (-bound..bound).contains(&value);
            let written = LogicVec::from_i128(value, width);
            prop_assert_eq!(written.is_ok(), fits);
            if let Ok(vector) = written {
                prop_assert_eq!(vector.to_i128(), Ok(value));
                prop_assert_eq!(vector.logical_eq(value), Logic::One);
            }
            if let Ok(value) = i64::try_from(value) {
                prop_assert_eq!(
                    LogicVec::from_i64(value, width), LogicVec::from_i128(value.into(), width));
            }
        }

        #[test]
        fn every_integer_has_its_own_width(value in any::<i128>()) {
            prop_assert_eq!(LogicVec::from(value).to_i128(), Ok(value));
            let low = value.to_le_bytes()[0];
            prop_assert_eq!(LogicVec::from(low).width(), 8);
            prop_assert_eq!(LogicVec::from(low).to_u64(), Ok(low.into()));
            prop_assert_eq!(LogicVec::from(low.cast_signed()).to_i64(), Ok(low.cast_signed().into()));
        }
    }
}
