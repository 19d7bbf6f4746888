//! Bytes in both orders.

use std::fmt::Write;

use super::planes::{Planes, bit_offset};
use super::{LogicVec, ValueError};

/// Bytes in a word of a plane.
const WORD_BYTES: usize = size_of::<u64>();

impl LogicVec {
    /// `width` bits out of bytes, the least significant first. Bytes that are missing count as 0.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let word = LogicVec::from_le_bytes(&[0x34, 0x12], 16)?;
    /// assert_eq!(word.to_u64()?, 0x1234);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::DoesNotFit`] if a bit at or above `width` is set.
    pub fn from_le_bytes(bytes: &[u8], width: u32) -> Result<LogicVec, ValueError> {
        LogicVec::from_bytes(bytes.len(), |index| bytes[index], width)
    }

    /// `width` bits out of bytes, the most significant first. Bytes that are missing before them
    /// count as 0.
    ///
    /// ```
    /// # use verifork::value::LogicVec;
    /// let bus = LogicVec::from_be_bytes(&[0x01, 0x23], 12)?;
    /// assert_eq!(bus.to_string(), "12'h123");
    /// assert_eq!(bus.to_be_bytes()?, [0x01, 0x23]);
    /// assert_eq!(bus.to_le_bytes()?, [0x23, 0x01]);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::DoesNotFit`] if a bit at or above `width` is set.
    pub fn from_be_bytes(bytes: &[u8], width: u32) -> Result<LogicVec, ValueError> {
        LogicVec::from_bytes(bytes.len(), |index| bytes[bytes.len() - 1 - index], width)
    }

    /// The bytes, the least significant first. A width that is not a multiple of 8 is filled up
    /// with 0.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::from_u64(0x1234, 16)?.to_le_bytes()?, [0x34, 0x12]);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::Unknown`] if a bit is neither 0 nor 1.
    pub fn to_le_bytes(&self) -> Result<Vec<u8>, ValueError> {
        self.check_known("bytes")?;
        let count = self.width().div_ceil(8) as usize;
        let words = self.planes_iter().map(|planes| planes.value.to_le_bytes());
        let mut bytes = words.flatten().collect::<Vec<u8>>();
        bytes.truncate(count);
        Ok(bytes)
    }

    /// The bytes, the most significant first. A width that is not a multiple of 8 is filled up with
    /// 0 before the most significant bit.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::from_u64(0x123, 12)?.to_be_bytes()?, [0x01, 0x23]);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::Unknown`] if a bit is neither 0 nor 1.
    pub fn to_be_bytes(&self) -> Result<Vec<u8>, ValueError> {
        let mut bytes = self.to_le_bytes()?;
        bytes.reverse();
        Ok(bytes)
    }

    fn from_bytes(
        count: usize,
        byte: impl Fn(usize) -> u8,
        width: u32,
    ) -> Result<LogicVec, ValueError> {
        let used = (0..count).rev().find(|&index| byte(index) != 0);
        let needed = used.map_or(0, |index| {
            8 * index as u64 + u64::from(8 - byte(index).leading_zeros())
        });
        if needed > u64::from(width) {
            let mut value = String::from("0x");
            for index in (0..=used.unwrap_or(0)).rev() {
                // Writing to a string never fails.
                let _ = write!(value, "{:02x}", byte(index));
            }
            return Err(ValueError::DoesNotFit {
                value,
                width,
                signed: false,
            });
        }
        Ok(LogicVec::build(width, |index| {
            let mut word = [0; WORD_BYTES];
            let start = bit_offset(index) as usize / 8;
            for (position, place) in (start..count).zip(&mut word) {
                *place = byte(position);
            }
            Planes::four_state(u64::from_le_bytes(word), 0)
        }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_byte_too_many_is_an_error() {
        let error = LogicVec::from_le_bytes(&[0xff, 0x10, 0], 12).unwrap_err();
        assert_eq!(
            error.to_string(),
            "0x10ff does not fit 12 bits, which hold 0 to 4095"
        );
        assert_eq!(
            LogicVec::from_le_bytes(&[0xff, 0x0f, 0], 12),
            Ok(LogicVec::ones(12))
        );
        assert_eq!(LogicVec::from_be_bytes(&[], 3), Ok(LogicVec::zeros(3)));
        assert!(LogicVec::unknown(9).to_le_bytes().is_err());
    }

    proptest! {
        #[test]
        fn bytes_round_trip_in_both_orders(mut bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let width = u32::try_from(8 * bytes.len()).unwrap();
            let little = LogicVec::from_le_bytes(&bytes, width).unwrap();
            prop_assert_eq!(&little.to_le_bytes().unwrap(), &bytes);
            for (index, bit) in little.iter().enumerate() {
                prop_assert_eq!(bit.is_one(), bytes[index / 8] >> (index % 8) & 1 == 1);
            }
            bytes.reverse();
            let big = LogicVec::from_be_bytes(&bytes, width).unwrap();
            prop_assert_eq!(&big.to_be_bytes().unwrap(), &bytes);
            prop_assert_eq!(big, little);
        }
    }
}
