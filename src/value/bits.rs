//! Vectors bit by bit.

use std::iter::FusedIterator;

use super::planes::{Planes, WORD_BITS, bit_offset, width_of};
use super::{Logic, LogicVec};

impl LogicVec {
    /// The bits in turn, the least significant first.
    ///
    /// ```
    /// use verifork::value::{Logic, LogicVec};
    ///
    /// let bus = LogicVec::from_binary_str("110")?;
    /// let serial: Vec<Logic> = bus.iter().collect(); // least significant bit first
    /// assert_eq!(serial, [Logic::Zero, Logic::One, Logic::One]);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    #[inline]
    pub fn iter(&self) -> Bits<'_> {
        Bits {
            vector: self,
            next: 0,
            end: self.width(),
        }
    }

    /// The indices of the bits that are neither 0 nor 1, in ascending order.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let bus = LogicVec::from_binary_str("1x0z")?;
    /// assert_eq!(bus.unknown_bits().collect::<Vec<_>>(), [0, 2]);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    #[inline]
    pub fn unknown_bits(&self) -> UnknownBits<'_> {
        UnknownBits {
            vector: self,
            index: 0,
            word: self.unknown_word(0),
        }
    }
}

/// The bits of a vector, the least significant first; made by [`LogicVec::iter`].
///
/// ```
/// use verifork::value::{Logic, LogicVec};
///
/// let vector: LogicVec = "10X".parse().unwrap();
/// assert_eq!(vector.iter().collect::<Vec<_>>(), [Logic::Unknown, Logic::Zero, Logic::One]);
/// ```
#[derive(Clone, Debug)]
pub struct Bits<'a> {
    vector: &'a LogicVec,
    next: u32,
    end: u32,
}

impl Iterator for Bits<'_> {
    type Item = Logic;

    #[inline]
    fn next(&mut self) -> Option<Logic> {
        if self.next == self.end {
            return None;
        }
        self.next += 1;
        self.vector.bit(self.next - 1)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = (self.end - self.next) as usize;
        (count, Some(count))
    }
}

impl DoubleEndedIterator for Bits<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Logic> {
        if self.next == self.end {
            return None;
        }
        self.end -= 1;
        self.vector.bit(self.end)
    }
}

impl ExactSizeIterator for Bits<'_> {}
impl FusedIterator for Bits<'_> {}

impl<'a> IntoIterator for &'a LogicVec {
    type Item = Logic;
    type IntoIter = Bits<'a>;

    fn into_iter(self) -> Bits<'a> {
        self.iter()
    }
}

/// Collects bits, the least significant first.
///
/// # Panics
///
/// From 2^32 bits on.
impl FromIterator<Logic> for LogicVec {
    fn from_iter<I: IntoIterator<Item = Logic>>(bits: I) -> LogicVec {
        let bits: Vec<Logic> = bits.into_iter().collect();
        LogicVec::from(bits.as_slice())
    }
}

/// The bits, the least significant first.
///
/// # Panics
///
/// From 2^32 bits on.
impl From<&[Logic]> for LogicVec {
    fn from(bits: &[Logic]) -> LogicVec {
        LogicVec::build(width_of(bits.len()), |index| {
            let start = index * WORD_BITS as usize;
            let end = bits.len().min(start + WORD_BITS as usize);
            let mut planes = Planes::ZERO;
            for (shift, bit) in bits[start..end].iter().enumerate() {
                planes = planes.zip(Planes::filled(*bit), |all, bit| all | (bit & 1) << shift);
            }
            planes
        })
    }
}

/// The indices of a vector's unknown bits; made by [`LogicVec::unknown_bits`].
///
/// Made by [`LogicVec::unknown_bits`].
///
/// ```
/// use verifork::value::LogicVec;
///
/// let vector: LogicVec = "1X0Z".parse().unwrap();
/// assert_eq!(vector.unknown_bits().collect::<Vec<_>>(), [0, 2]);
/// ```
#[derive(Clone, Debug)]
pub struct UnknownBits<'a> {
    vector: &'a LogicVec,
    index: usize,
    word: u64,
}

impl Iterator for UnknownBits<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        while self.word == 0 {
            self.index += 1;
            if self.index >= self.vector.word_count() {
                self.index = self.vector.word_count();
                return None;
            }
            self.word = self.vector.unknown_word(self.index);
        }
        let bit = self.word.trailing_zeros();
        self.word &= self.word - 1;
        Some(bit_offset(self.index) + bit)
    }
}

impl FusedIterator for UnknownBits<'_> {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::value::model::{bits, vector};

    proptest! {
        #[test]
        fn unknown_bits_are_those_of_the_list(bits in bits(0..300)) {
            let vector = vector(&bits);
            let expected: Vec<u32> = (0..).zip(&bits)
                .filter(|(_, bit)| bit.is_unknown()).map(|(index, _)| index).collect();
            prop_assert_eq!(vector.count_unknown() as usize, expected.len());
            prop_assert_eq!(vector.has_unknown(), !expected.is_empty());
            prop_assert_eq!(vector.unknown_bits().collect::<Vec<_>>(), expected);
        }
    }
}
