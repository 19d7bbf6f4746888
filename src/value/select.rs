//! Parts of a vector, and vectors out of parts.

use std::borrow::Borrow;

use super::planes::{WORD_BITS, bit_offset, width_of};
use super::{LogicVec, ValueError};

impl LogicVec {
    /// Bits `high` down to `low`, counted from the least significant bit, both included.
    ///
    /// # Errors
    ///
    /// [`ValueError::Slice`] if `high` is less than `low` or outside the vector.
    ///
    /// ```
    /// # use verifork::value::{LogicVec, ValueError};
    /// let bus: LogicVec = "16'hbeef".parse()?;
    /// assert_eq!(bus.slice(11, 4)?, "8'hee".parse()?);
    /// # Ok::<(), ValueError>(())
    /// ```
    pub fn slice(&self, high: u32, low: u32) -> Result<LogicVec, ValueError> {
        let width = self.slice_width(high, low)?;
        Ok(LogicVec::build(width, |index| {
            self.window(low + bit_offset(index))
        }))
    }

    /// Overwrites bits `high` down to `low`.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let mut header = LogicVec::zeros(32);
    /// header.set_slice(31, 24, &LogicVec::from_u64(0x45, 8)?)?; // version and length of IPv4
    /// assert_eq!(header.to_u64()?, 0x4500_0000);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::Slice`] if the slice is outside the vector, [`ValueError::Width`] if `bits`
    /// has another width than the slice. The vector is unchanged then.
    pub fn set_slice(&mut self, high: u32, low: u32, bits: &LogicVec) -> Result<(), ValueError> {
        let expected = self.slice_width(high, low)?;
        bits.expect_width(expected, "the new value of the slice")?;
        self.overwrite(low, bits);
        Ok(())
    }

    /// The parts side by side, the most significant first, as `{a, b}` in Verilog and `a & b` in
    /// VHDL.
    ///
    /// ```
    /// # use verifork::value::{LogicVec, ValueError};
    /// let (high, low): (LogicVec, LogicVec) = ("4'hb".parse()?, "8'hxe".parse()?);
    /// assert_eq!(LogicVec::concat(&[high, low]).to_string(), "12'hbxe");
    /// # Ok::<(), ValueError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If the result had 2^32 bits or more.
    #[track_caller]
    #[must_use]
    pub fn concat<V: Borrow<LogicVec>>(parts: &[V]) -> LogicVec {
        let width = width_of(
            parts
                .iter()
                .map(|part| part.borrow().width() as usize)
                .sum(),
        );
        let mut whole = LogicVec::zeros(width);
        let mut offset = 0;
        for part in parts.iter().rev() {
            whole.overwrite(offset, part.borrow());
            offset += part.borrow().width();
        }
        whole
    }

    /// The same bits, the most significant one last.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let byte = LogicVec::from_u64(0b0000_0011, 8)?;
    /// assert_eq!(byte.reversed().to_u64()?, 0b1100_0000); // for a CRC that takes bits in this order
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    #[must_use]
    pub fn reversed(&self) -> LogicVec {
        let width = self.width();
        LogicVec::build(width, |index| {
            let rest = width - bit_offset(index);
            let (bits, unused) = match rest.checked_sub(WORD_BITS) {
                Some(offset) => (self.window(offset), 0),
                None => (self.window(0).masked(rest), WORD_BITS - rest),
            };
            bits.map(|plane| plane.reverse_bits() >> unused)
        })
    }

    /// # Errors
    ///
    /// [`ValueError::Width`] if the vector, called `what` in the message, has another width.
    pub(super) fn expect_width(&self, expected: u32, what: &'static str) -> Result<(), ValueError> {
        let actual = self.width();
        if actual == expected {
            Ok(())
        } else {
            Err(ValueError::Width {
                what,
                expected,
                actual,
            })
        }
    }

    fn slice_width(&self, high: u32, low: u32) -> Result<u32, ValueError> {
        let width = self.width();
        if low <= high && high < width {
            Ok(high - low + 1)
        } else {
            Err(ValueError::Slice { high, low, width })
        }
    }

    /// Overwrites the bits from `offset` up with a vector that fits there.
    fn overwrite(&mut self, offset: u32, bits: &LogicVec) {
        for (index, planes) in bits.planes_iter().enumerate() {
            let start = bit_offset(index);
            self.merge(
                offset + start,
                (bits.width() - start).min(WORD_BITS),
                planes,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::Logic;
    use crate::value::model::{self, bits, vector};

    #[test]
    fn a_slice_outside_the_vector_is_an_error() {
        let vector = LogicVec::zeros(8);
        let message = |high, low| vector.slice(high, low).unwrap_err().to_string();
        assert_eq!(
            message(8, 0),
            "slice 8:0 is outside a vector of 8 bits, numbered 7 to 0"
        );
        assert!(message(0, 7).ends_with("the high index comes first"));
        assert!(LogicVec::default().slice(0, 0).is_err());
    }

    #[test]
    fn a_slice_takes_only_its_own_width() {
        let mut vector = LogicVec::zeros(8);
        let error = vector.set_slice(3, 0, &LogicVec::ones(5)).unwrap_err();
        let expected = "the new value of the slice has 5 bits where 4 bits belong";
        assert_eq!(error.to_string(), expected);
        assert_eq!(vector, LogicVec::zeros(8));
    }

    proptest! {
        #[test]
        fn selection_agrees_with_a_list_of_bits(
            bits in bits(1..300), a in any::<prop::sample::Index>(),
            b in any::<prop::sample::Index>(), new in bits(300..301),
        ) {
            let mut vector = vector(&bits);
            let (a, b) = (a.index(bits.len()), b.index(bits.len()));
            let (low, high) = (a.min(b), a.max(b));
            let (low_bit, high_bit) = (width_of(low), width_of(high));
            let slice = vector.slice(high_bit, low_bit).unwrap();
            prop_assert_eq!(model::bits_of(&slice), &bits[low..=high]);

            let new = &new[..=high - low];
            vector.set_slice(high_bit, low_bit, &model::vector(new)).unwrap();
            let mut expected = bits.clone();
            expected[low..=high].copy_from_slice(new);
            prop_assert_eq!(model::bits_of(&vector), expected);
        }

        #[test]
        fn rearranging_agrees_with_a_list_of_bits(
            high in bits(0..150), low in bits(0..150),
        ) {
            let whole = LogicVec::concat(&[&vector(&high), &vector(&low)]);
            let expected: Vec<Logic> = low.iter().chain(&high).copied().collect();
            prop_assert_eq!(model::bits_of(&whole), &expected[..]);
            prop_assert_eq!(&whole, &expected.iter().copied().collect());
            prop_assert_eq!(whole.iter().rev().collect::<Vec<_>>(),
                model::bits_of(&whole.reversed()));
        }
    }
}
