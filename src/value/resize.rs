//! Vectors made wider and narrower.

use super::integer::does_not_fit;
use super::planes::{Planes, bit_offset, low_mask};
use super::{Logic, LogicVec, ValueError};

impl LogicVec {
    /// The vector with `0` put before it up to `width` bits.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let byte = LogicVec::from_u64(0x80, 8)?;
    /// assert_eq!(byte.zero_extend(16)?.to_u64()?, 0x0080);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::Width`] if the vector is wider; [`truncate`](LogicVec::truncate) cuts bits off.
    pub fn zero_extend(&self, width: u32) -> Result<LogicVec, ValueError> {
        self.at_most(width, "the vector to extend")?;
        Ok(self.wrapping_resize(width))
    }

    /// The vector with copies of its most significant bit, in whatever state that is, put before
    /// it up to `width` bits. A vector of no bits is filled with `0`.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let immediate = LogicVec::from_i64(-3, 12)?;
    /// assert_eq!(immediate.sign_extend(32)?.to_i64()?, -3);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::Width`] if the vector is wider; [`truncate`](LogicVec::truncate) cuts bits off.
    pub fn sign_extend(&self, width: u32) -> Result<LogicVec, ValueError> {
        self.at_most(width, "the vector to extend")?;
        Ok(self.wrapping_resize_signed(width))
    }

    /// The `width` least significant bits, whatever the others are.
    ///
    /// # Errors
    ///
    /// [`ValueError::Width`] if the vector is narrower.
    ///
    /// ```
    /// # use verifork::value::{LogicVec, ValueError};
    /// let word: LogicVec = "16'hbeef".parse()?;
    /// assert_eq!(word.truncate(8)?, "8'hef".parse()?);
    /// # Ok::<(), ValueError>(())
    /// ```
    pub fn truncate(&self, width: u32) -> Result<LogicVec, ValueError> {
        if width > self.width() {
            return Err(ValueError::Width {
                what: "the vector to truncate",
                expected: width,
                actual: self.width(),
            });
        }
        Ok(self.wrapping_resize(width))
    }

    /// The same unsigned number in `width` bits: `0` is put before it, or cut off.
    ///
    /// # Errors
    ///
    /// [`ValueError::DoesNotFit`] if a bit that is not `0`, or is unknown, would be cut off.
    ///
    /// ```
    /// # use verifork::value::{LogicVec, ValueError};
    /// let length = LogicVec::from_u64(200, 16)?;
    /// assert_eq!(length.resize(8)?.to_u64()?, 200);
    /// assert_eq!(
    ///     length.resize(7).unwrap_err().to_string(),
    ///     "16'h00c8 does not fit 7 bits, which hold 0 to 127",
    /// );
    /// # Ok::<(), ValueError>(())
    /// ```
    pub fn resize(&self, width: u32) -> Result<LogicVec, ValueError> {
        let resized = self.wrapping_resize(width);
        self.is_still(resized.wrapping_resize(self.width()))
            .then_some(resized)
            .ok_or_else(|| does_not_fit(self, width, false))
    }

    /// The same signed number (two's complement) in `width` bits: copies of the sign are put before it, or
    /// cut off.
    ///
    /// # Errors
    ///
    /// [`ValueError::DoesNotFit`] if a bit that differs from the sign of the result would be cut off.
    ///
    /// ```
    /// # use verifork::value::{LogicVec, ValueError};
    /// let offset = LogicVec::from_i64(-3, 16)?;
    /// assert_eq!(offset.resize_signed(4)?.to_i64()?, -3);
    /// assert!(LogicVec::from_i64(-9, 16)?.resize_signed(4).is_err());
    /// # Ok::<(), ValueError>(())
    /// ```
    pub fn resize_signed(&self, width: u32) -> Result<LogicVec, ValueError> {
        let resized = self.wrapping_resize_signed(width);
        self.is_still(resized.wrapping_resize_signed(self.width()))
            .then_some(resized)
            .ok_or_else(|| does_not_fit(self, width, true))
    }

    /// `width` bits as an assignment makes them of an unsigned value (IEEE 1800-2017, 10.7): `0` is put
    /// before it, or the most significant bits are cut off.
    ///
    /// ```
    /// # use verifork::value::{LogicVec, ValueError};
    /// let bus: LogicVec = "8'b1xz0_1010".parse()?;
    /// assert_eq!(bus.wrapping_resize(12), "12'b0000_1xz0_1010".parse()?);
    /// assert_eq!(bus.wrapping_resize(4), "4'b1010".parse()?);
    /// # Ok::<(), ValueError>(())
    /// ```
    #[must_use]
    pub fn wrapping_resize(&self, width: u32) -> LogicVec {
        self.filled_up(width, Logic::Zero)
    }

    /// `width` bits as an assignment makes them of a signed value (IEEE 1800-2017, 10.7): copies of the most
    /// significant bit, in whatever state it is, are put before it, or the most significant bits are cut
    /// off. `resize` of a `signed` in VHDL keeps the sign when it narrows (IEEE 1076-2008, 16.8.5.3);
    /// this does not.
    ///
    /// ```
    /// # use verifork::value::{LogicVec, ValueError};
    /// let offset: LogicVec = "4'b10x1".parse()?;
    /// assert_eq!(offset.wrapping_resize_signed(8), "8'b1111_10x1".parse()?);
    /// assert_eq!(offset.wrapping_resize_signed(3), "3'b0x1".parse()?);
    /// # Ok::<(), ValueError>(())
    /// ```
    #[must_use]
    pub fn wrapping_resize_signed(&self, width: u32) -> LogicVec {
        let sign = self.width().checked_sub(1).and_then(|top| self.bit(top));
        self.filled_up(width, sign.unwrap_or(Logic::Zero))
    }

    /// The lowest `width` bits of an unsigned number, as `as` does for Rust's integers.
    ///
    /// ```
    /// # use verifork::value::{LogicVec, ValueError};
    /// assert_eq!(LogicVec::wrapping_from_u128(300, 8).to_u64()?, 44);
    /// # Ok::<(), ValueError>(())
    /// ```
    #[must_use]
    pub fn wrapping_from_u128(value: u128, width: u32) -> LogicVec {
        LogicVec::from(value).wrapping_resize(width)
    }

    /// The lowest `width` bits of a signed number in two's complement, as `as` does for Rust's integers.
    ///
    /// ```
    /// # use verifork::value::{LogicVec, ValueError};
    /// assert_eq!(LogicVec::wrapping_from_i128(-1, 12).to_u64()?, 0xfff);
    /// # Ok::<(), ValueError>(())
    /// ```
    #[must_use]
    pub fn wrapping_from_i128(value: i128, width: u32) -> LogicVec {
        LogicVec::from(value).wrapping_resize_signed(width)
    }

    fn at_most(&self, expected: u32, what: &'static str) -> Result<(), ValueError> {
        let actual = self.width();
        if actual <= expected {
            return Ok(());
        }
        Err(ValueError::Width {
            what,
            expected,
            actual,
        })
    }

    /// Whether nothing was lost on the way there and back.
    fn is_still(&self, back: LogicVec) -> bool {
        *self == back
    }

    fn filled_up(&self, width: u32, filling: Logic) -> LogicVec {
        let (own, filling) = (self.width(), Planes::filled(filling));
        LogicVec::build(width, |index| {
            let kept = low_mask(own.saturating_sub(bit_offset(index)));
            self.planes_at(index)
                .zip(filling, |bits, filling| bits | filling & !kept)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::model::{bits, bits_of, vector};

    fn parse(text: &str) -> LogicVec {
        LogicVec::from_binary_str(text).unwrap()
    }

    #[test]
    fn extension_never_narrows() {
        assert_eq!(parse("X1").sign_extend(70).unwrap().count_unknown(), 69);
        assert_eq!(LogicVec::default().sign_extend(3), Ok(LogicVec::zeros(3)));
        let error = parse("0001").zero_extend(3).unwrap_err().to_string();
        assert_eq!(error, "the vector to extend has 4 bits where 3 bits belong");
    }

    #[test]
    fn truncation_never_widens() {
        assert_eq!(parse("X1Z0").truncate(2), Ok(parse("Z0")));
        let error = parse("0001").truncate(5).unwrap_err().to_string();
        assert_eq!(
            error,
            "the vector to truncate has 4 bits where 5 bits belong"
        );
    }

    #[test]
    fn a_resize_that_would_lose_something_is_an_error() {
        for (text, width) in [("100", 2), ("X00", 2), ("Z00", 2), ("L00", 2), ("1", 0)] {
            assert!(parse(text).resize(width).is_err(), "{text} to {width}");
        }
        assert_eq!(parse("0X0").resize(2), Ok(parse("X0")));
        for (text, width) in [("011", 2), ("100", 2), ("X11", 2), ("1", 0)] {
            assert!(
                parse(text).resize_signed(width).is_err(),
                "{text} to {width}"
            );
        }
        assert_eq!(parse("1110").resize_signed(2), Ok(parse("10")));
        assert_eq!(
            parse("0111").resize_signed(3).unwrap_err().to_string(),
            "4'h7 does not fit 3 bits, which hold -4 to 3"
        );
    }

    proptest! {
        #[test]
        fn resizing_agrees_with_a_list_of_bits(bits in bits(0..150), width in 0_u32..220) {
            let whole = vector(&bits);
            let top = bits.last().copied().unwrap_or(Logic::Zero);
            for (filling, resized, extended) in [
                (Logic::Zero, whole.wrapping_resize(width), whole.zero_extend(width)),
                (top, whole.wrapping_resize_signed(width), whole.sign_extend(width)),
            ] {
                let mut expected = bits.clone();
                expected.resize(width as usize, filling);
                prop_assert_eq!(&resized, &vector(&expected));
                prop_assert_eq!(bits_of(&resized), expected);
                prop_assert_eq!(extended.is_ok(), width >= whole.width());
                prop_assert_eq!(extended.unwrap_or(resized.clone()), resized);
            }
            let truncated = whole.truncate(width).ok();
            prop_assert_eq!(
                truncated,
                bits.get(..width as usize).map(vector)
            );
        }

        #[test]
        fn resizing_keeps_a_number_or_refuses(value: i128, from in 1_u32..=128, to in 1_u32..=128) {
            let mask = u128::MAX >> (128 - from);
            let bits = LogicVec::from_u128(value.cast_unsigned() & mask, from).unwrap();
            let unsigned = bits.to_u128().unwrap();
            prop_assert_eq!(bits.resize(to).ok(), LogicVec::from_u128(unsigned, to).ok());
            let signed = bits.to_i128().unwrap();
            prop_assert_eq!(bits.resize_signed(to).ok(), LogicVec::from_i128(signed, to).ok());
            prop_assert_eq!(LogicVec::wrapping_from_i128(value, from), bits.clone());
            prop_assert_eq!(LogicVec::wrapping_from_u128(value.cast_unsigned(), from), bits);
        }
    }
}
