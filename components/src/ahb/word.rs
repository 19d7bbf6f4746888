//! The data of a transfer.

use std::fmt;

/// The data of a transfer, in the lowest bits. Up to 64 bits need no heap.
///
/// ```
/// use verifork_components::ahb::Word;
///
/// let word = Word::from(0x1234);
/// assert!(word == 0x1234 && word.to_u64() == Some(0x1234));
/// let wide = Word::from_le_bytes(&[0x11; 16]);
/// assert_eq!(format!("{wide:#x}"), "0x11111111111111111111111111111111");
/// assert_eq!((wide.to_u64(), wide.bits()), (None, 125));
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Word {
    low: u64,
    /// Those above, without zeros at their end.
    high: Vec<u64>,
}

impl Word {
    /// The word of these bytes, the lowest first.
    pub fn from_le_bytes(bytes: &[u8]) -> Self {
        Self::from_words(bytes.chunks(8).map(|bytes| {
            let mut eight = [0; 8];
            eight[..bytes.len()].copy_from_slice(bytes);
            u64::from_le_bytes(eight)
        }))
    }

    /// The word of words of 64 bits, the lowest first.
    pub(super) fn from_words(words: impl IntoIterator<Item = u64>) -> Self {
        let mut words = words.into_iter();
        let low = words.next().unwrap_or(0);
        let mut high: Vec<u64> = words.collect();
        while high.last() == Some(&0) {
            high.pop();
        }
        Word { low, high }
    }

    /// Its lowest bytes, the lowest first.
    pub fn to_le_bytes(&self, count: usize) -> Vec<u8> {
        let words = (0..).map(|index| self.word(index).to_le_bytes());
        words
            .take(count.div_ceil(8))
            .flatten()
            .take(count)
            .collect()
    }

    /// The value; `None` if it does not fit.
    pub fn to_u64(&self) -> Option<u64> {
        self.high.is_empty().then_some(self.low)
    }

    /// How many bits it has, up to its highest 1.
    pub fn bits(&self) -> usize {
        let top = self.high.last().unwrap_or(&self.low);
        let bits = 64 - top.leading_zeros() as usize;
        64 * self.high.len() + bits
    }

    /// The bits from 64 × `index` on.
    pub(crate) fn word(&self, index: usize) -> u64 {
        match index {
            0 => self.low,
            above => self.high.get(above - 1).copied().unwrap_or(0),
        }
    }
}

impl From<u64> for Word {
    fn from(low: u64) -> Self {
        let high = Vec::new();
        Word { low, high }
    }
}

impl PartialEq<u64> for Word {
    fn eq(&self, other: &u64) -> bool {
        self.to_u64() == Some(*other)
    }
}

impl fmt::LowerHex for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.high.iter().rev().chain([&self.low]);
        let digits: Vec<_> = words.map(|word| format!("{word:016x}")).collect();
        let digits = digits.concat();
        let digits = digits.trim_start_matches('0');
        let digits = if digits.is_empty() { "0" } else { digits };
        f.pad_integral(true, "0x", digits)
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#x}")
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_its_bits_however_it_was_made() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 0, 0, 0, 0, 0];
        let word = Word::from_le_bytes(&bytes);
        assert_eq!(word, Word::from_words([0x0807_0605_0403_0201, 9]));
        assert_eq!(word.to_le_bytes(17), bytes);
        assert_eq!(word.to_le_bytes(3), [1, 2, 3]);
        assert_eq!((word.word(1), word.word(2), word.bits()), (9, 0, 68));
        assert_eq!(word.to_string(), "0x90807060504030201");
        assert!(word != 9 && word.to_u64().is_none());
        let zero = Word::from_le_bytes(&[0; 128]);
        assert!(zero == 0 && zero == Word::default() && zero.bits() == 0);
        assert_eq!(format!("{zero:?} {:x}", Word::from(10)), "0x0 a");
    }
}
