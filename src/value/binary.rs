//! Strings of one character a bit, the most significant first: what simulators exchange.

use super::planes::{Planes, WORD_BITS, width_of};
use super::{Logic, LogicVec, ValueError};

/// `b'0'` in every byte.
const ZEROS: u64 = u64::from_ne_bytes([b'0'; 8]);
/// The lowest bit of every byte.
const LOWEST: u64 = u64::from_ne_bytes([1; 8]);
/// 2^63 + 2^54 + … + 2^9 + 2^0: moves the lowest bit of byte `i` to bit 63 - `i` in a product.
const DIAGONAL: u64 = 0x8040_2010_0804_0201;
/// Bit 7 - `i` of byte `i`.
const ANTIDIAGONAL: u64 = DIAGONAL.swap_bytes();

/// Marks a byte that stands for no state in [`CODES`].
const INVALID: u8 = u8::MAX;

/// [`Logic::code`] of every character of IEEE 1164.
const CODES: [u8; 256] = {
    let mut codes = [INVALID; 256];
    let mut index = 0;
    while index < Logic::ALL.len() {
        let logic = Logic::ALL[index];
        // All nine characters are ASCII.
        let character = logic.to_char() as u8;
        codes[character as usize] = logic.code();
        codes[character.to_ascii_lowercase() as usize] = logic.code();
        index += 1;
    }
    codes
};

/// The character of every code.
const CHARACTERS: [u8; 16] = {
    let mut characters = [b'X'; 16];
    let mut code = 0;
    while code < 16 {
        characters[code as usize] = Logic::from_code(code).to_char() as u8;
        code += 1;
    }
    characters
};

impl LogicVec {
    /// The vector that a string of the characters `0 1 X Z U W L H -` (in either case) spells,
    /// one a bit, the most significant first. No prefix, no `_`; [`str::parse`] reads literals.
    ///
    /// # Errors
    ///
    /// [`ValueError::Parse`] at the first other character.
    ///
    /// # Panics
    ///
    /// From 2^32 characters on.
    pub fn from_binary_str(text: &str) -> Result<LogicVec, ValueError> {
        LogicVec::from_binary_bytes(text.as_bytes())
    }

    /// As [`from_binary_str`](LogicVec::from_binary_str), of text that need not be UTF-8: a C
    /// string as a simulator hands it out.
    ///
    /// # Errors
    ///
    /// [`ValueError::Parse`] at the first byte that is none of the characters.
    ///
    /// # Panics
    ///
    /// From 2^32 bytes on.
    pub fn from_binary_bytes(text: &[u8]) -> Result<LogicVec, ValueError> {
        let mut vector = LogicVec::default();
        vector.assign_binary_bytes(text)?;
        Ok(vector)
    }

    /// As [`from_binary_bytes`](LogicVec::from_binary_bytes); a vector that is wide already
    /// keeps its memory.
    ///
    /// # Errors
    ///
    /// [`ValueError::Parse`] at the first byte that is none of the characters. The vector's
    /// value is unspecified then.
    ///
    /// # Panics
    ///
    /// From 2^32 bytes on.
    pub fn assign_binary_bytes(&mut self, text: &[u8]) -> Result<(), ValueError> {
        let mut valid = true;
        let mut rest = text;
        self.assign(width_of(text.len()), |_| {
            let (head, word) = rest.split_at(rest.len().saturating_sub(WORD_BITS as usize));
            rest = head;
            decode_word(word).unwrap_or_else(|| {
                valid = false;
                Planes::ZERO
            })
        });
        if valid {
            Ok(())
        } else {
            Err(bad_character(text))
        }
    }

    /// Appends the vector's characters of IEEE 1164, one a bit, the most significant first, the
    /// letters in upper case.
    pub fn write_binary(&self, text: &mut String) {
        text.reserve(self.width() as usize);
        self.encode(|characters| {
            text.extend(std::str::from_utf8(characters));
        });
    }

    /// As [`write_binary`](LogicVec::write_binary), into bytes: for a C string.
    pub fn write_binary_bytes(&self, text: &mut Vec<u8>) {
        text.reserve(self.width() as usize);
        self.encode(|characters| text.extend_from_slice(characters));
    }

    /// What [`write_binary`](LogicVec::write_binary) writes: `01XZ`.
    pub fn to_binary_string(&self) -> String {
        let mut text = String::new();
        self.write_binary(&mut text);
        text
    }

    /// Passes the characters on, up to 64 ASCII ones at a time.
    #[inline]
    fn encode(&self, mut sink: impl FnMut(&[u8])) {
        let mut characters = [0; WORD_BITS as usize];
        for index in (0..self.word_count()).rev() {
            let planes = self.planes_at(index);
            for (chunk, byte) in characters.chunks_exact_mut(8).zip((0..8).rev()) {
                chunk.copy_from_slice(&encode_byte(planes.map(|plane| plane >> (8 * byte) & 0xff)));
            }
            // Only the top word, which comes first, has less than 64 bits.
            let unused = self.word_count() * characters.len() - self.width() as usize;
            let first = if index + 1 == self.word_count() {
                unused
            } else {
                0
            };
            sink(&characters[first..]);
        }
    }
}

/// The planes of up to 64 characters, or `None` if one of them stands for no state.
#[inline]
fn decode_word(text: &[u8]) -> Option<Planes> {
    let (head, chunks) = text.split_at(text.len() % 8);
    let mut first = [b'0'; 8];
    first[8 - head.len()..].copy_from_slice(head);
    let mut planes = decode_chunk(first)?;
    for chunk in chunks.chunks_exact(8) {
        let mut characters = [0; 8];
        characters.copy_from_slice(chunk);
        planes = planes.zip(decode_chunk(characters)?, |high, low| high << 8 | low);
    }
    Some(planes)
}

/// The planes of 8 characters, at once if all are `0` or `1`.
#[inline]
fn decode_chunk(characters: [u8; 8]) -> Option<Planes> {
    let word = u64::from_le_bytes(characters) ^ ZEROS;
    if word & !LOWEST == 0 {
        return Some(Planes::four_state(word.wrapping_mul(DIAGONAL) >> 56, 0));
    }
    let mut planes = Planes::ZERO;
    for character in characters {
        let code = u64::from(CODES[usize::from(character)]);
        if code == u64::from(INVALID) {
            return None;
        }
        planes.value = planes.value << 1 | code & 1;
        planes.unknown = planes.unknown << 1 | code >> 1 & 1;
        planes.weak = planes.weak << 1 | code >> 2 & 1;
        planes.special = planes.special << 1 | code >> 3;
    }
    Some(planes)
}

/// The characters of the lowest 8 bits; the others are 0.
#[inline]
fn encode_byte(planes: Planes) -> [u8; 8] {
    if planes.unknown | planes.weak == 0 {
        // Byte `i` keeps bit 7 - `i`; adding 0x7f carries any bit into the byte's top one.
        let spread = planes.value.wrapping_mul(LOWEST) & ANTIDIAGONAL;
        let ones = (spread + 0x7f * LOWEST) >> 7 & LOWEST;
        return (ones | ZEROS).to_le_bytes();
    }
    let mut characters = [0; 8];
    for (character, index) in characters.iter_mut().zip((0..8).rev()) {
        *character = CHARACTERS[usize::from(planes.bit(index).code())];
    }
    characters
}

#[cold]
fn bad_character(text: &[u8]) -> ValueError {
    let at = text
        .iter()
        .position(|byte| CODES[usize::from(*byte)] == INVALID)
        .unwrap_or(0);
    let text = String::from_utf8_lossy(text).into_owned();
    let character = text
        .get(at..)
        .and_then(|rest| rest.chars().next())
        .unwrap_or('\u{fffd}');
    let reason = format!("{character:?} is none of the nine states 0 1 X Z U W L H -");
    ValueError::Parse { text, at, reason }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::model::{bits, bits_of, vector};

    #[test]
    fn the_bad_character_is_named() {
        let error = LogicVec::from_binary_str("0101_0101").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`0101_0101` is no logic value: at character 5, \
             '_' is none of the nine states 0 1 X Z U W L H -"
        );
        assert!(LogicVec::from_binary_bytes(b"01\xff1").is_err());
        assert!(
            LogicVec::from_binary_str(&format!("{}é{}", "1".repeat(99), "0".repeat(99))).is_err()
        );
    }

    #[test]
    fn no_characters_are_no_bits() {
        assert_eq!(LogicVec::from_binary_str("").unwrap(), LogicVec::default());
        assert_eq!(LogicVec::default().to_binary_string(), "");
    }

    #[test]
    fn every_byte_is_written_and_read() {
        for byte in 0..=255_u64 {
            let text = format!("{byte:08b}");
            let vector = LogicVec::from_u64(byte, 8).unwrap();
            assert_eq!(vector.to_binary_string(), text);
            assert_eq!(LogicVec::from_binary_str(&text).unwrap(), vector);
        }
    }

    proptest! {
        #[test]
        fn strings_agree_with_a_list_of_bits(bits in bits(0..300)) {
            let text: String = bits.iter().rev().map(|bit| bit.to_char()).collect();
            let vector = vector(&bits);
            prop_assert_eq!(vector.to_binary_string(), &text[..]);
            let mut bytes = b"before".to_vec();
            vector.write_binary_bytes(&mut bytes);
            prop_assert_eq!(&bytes[6..], text.as_bytes());
            let read = LogicVec::from_binary_str(&text.to_ascii_lowercase()).unwrap();
            prop_assert_eq!(bits_of(&read), bits);
            prop_assert_eq!(read, vector);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[01xXzZ_ aé]{0,140}") {
            let fits = text.chars().all(|character| Logic::from_char(character).is_some());
            prop_assert_eq!(LogicVec::from_binary_str(&text).is_ok(), fits);
        }
    }
}
