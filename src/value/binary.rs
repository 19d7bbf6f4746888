//! Strings of one character a bit, the most significant first: what simulators exchange.

use super::planes::{Planes, WORD_BITS, bit_offset, width_of};
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
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let bus = LogicVec::from_binary_str("10xz")?;
    /// assert_eq!((bus.width(), bus.has_unknown()), (4, true));
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
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
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::from_binary_bytes(b"1010")?.to_u64()?, 10);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
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
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let mut word = LogicVec::default();
    /// for text in [&b"0001"[..], b"0010"] {
    ///     word.assign_binary_bytes(text)?; // lines of a file, say
    ///     assert_eq!(word.width(), 4);
    /// }
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
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
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let mut line = "b".to_owned(); // a value change of VCD
    /// LogicVec::from_u64(5, 4)?.write_binary(&mut line);
    /// assert_eq!(line, "b0101");
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    pub fn write_binary(&self, text: &mut String) {
        text.reserve(self.width() as usize);
        self.encode(|characters| {
            text.extend(std::str::from_utf8(characters));
        });
    }

    /// As [`write_binary`](LogicVec::write_binary), into bytes: for a C string.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// let mut text = Vec::new();
    /// LogicVec::unknown(3).write_binary_bytes(&mut text);
    /// assert_eq!(text, b"XXX");
    /// ```
    pub fn write_binary_bytes(&self, text: &mut Vec<u8>) {
        text.reserve(self.width() as usize);
        self.encode(|characters| text.extend_from_slice(characters));
    }

    /// What [`write_binary`](LogicVec::write_binary) writes: `01XZ`.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::from_u64(10, 6)?.to_binary_string(), "001010");
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
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
            let count = (self.width() - bit_offset(index)).min(WORD_BITS);
            // Whole chunks at the end of the buffer; what is too many there is not passed on.
            for (chunk, byte) in characters.rchunks_exact_mut(8).zip(0..count.div_ceil(8)) {
                let (value, unknown) = (planes.value >> (8 * byte), planes.unknown >> (8 * byte));
                chunk.copy_from_slice(&encode_byte(value, unknown));
            }
            if planes.is_nine_state() {
                for (character, index) in characters.iter_mut().rev().zip(0..count) {
                    *character = CHARACTERS[usize::from(planes.bit(index).code())];
                }
            }
            sink(&characters[(WORD_BITS - count) as usize..]);
        }
    }
}

/// The planes of up to 64 characters, or `None` if one of them stands for no state.
#[inline]
fn decode_word(text: &[u8]) -> Option<Planes> {
    let (head, chunks) = text.split_at(text.len() % 8);
    let mut first = [b'0'; 8];
    first[8 - head.len()..].copy_from_slice(head);
    let (mut value, mut unknown, mut others) = decode_chunk(first);
    for chunk in chunks.chunks_exact(8) {
        let mut characters = [0; 8];
        characters.copy_from_slice(chunk);
        let (low_value, low_unknown, more) = decode_chunk(characters);
        value = value << 8 | low_value;
        unknown = unknown << 8 | low_unknown;
        others |= more;
    }
    if others == 0 {
        Some(Planes::four_state(value, unknown))
    } else {
        decode_any(text)
    }
}

/// The planes value and unknown of 8 characters, the first in bit 7, all bytes at once; and a
/// word that is 0 if all the characters are among `01xXzZ`.
#[inline]
fn decode_chunk(characters: [u8; 8]) -> (u64, u64, u64) {
    let word = u64::from_le_bytes(characters);
    // Of `0` 0x30, `1` 0x31, `X` 0x58, `Z` 0x5a, `x` 0x78 and `z` 0x7a, letters have bit 6.
    let unknown = word >> 6 & LOWEST;
    // The byte without the bits that select the digit, or the letter and its case.
    let expected = ZEROS + unknown * 0x48;
    let free = LOWEST + unknown * 0x21;
    let others = (word ^ expected) & !free;
    let value = (word & !unknown | !(word >> 1) & unknown) & LOWEST;
    (gather(value), gather(unknown), others)
}

/// The lowest bits of 8 bytes as the bits of one, those of the first byte in bit 7.
#[inline]
fn gather(bits: u64) -> u64 {
    bits.wrapping_mul(DIAGONAL) >> 56
}

/// As [`decode_word`], one by one.
#[cold]
fn decode_any(text: &[u8]) -> Option<Planes> {
    let mut planes = Planes::ZERO;
    for character in text {
        let code = u64::from(CODES[usize::from(*character)]);
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

/// The characters of the lowest 8 bits of four-state planes, all bytes at once.
#[inline]
fn encode_byte(value: u64, unknown: u64) -> [u8; 8] {
    let (value, unknown) = (scatter(value), scatter(unknown));
    // `Z` is `0` + 0x2a, and `X` is `1` + 0x2a - 3.
    (ZEROS + value + unknown * 0x2a - (value & unknown) * 3).to_le_bytes()
}

/// The lowest 8 bits as the lowest bits of 8 bytes, bit 7 in the first one.
#[inline]
fn scatter(bits: u64) -> u64 {
    // Byte `i` keeps bit 7 - `i`; adding 0x7f carries any bit into the byte's top one.
    let spread = (bits & 0xff).wrapping_mul(LOWEST) & ANTIDIAGONAL;
    (spread + 0x7f * LOWEST) >> 7 & LOWEST
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
    let reason = format!("{character:?} is not one of the nine states 0 1 X Z U W L H -");
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
            "`0101_0101` is not logic value: at character 5, \
             '_' is not one of the nine states 0 1 X Z U W L H -"
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

    #[test]
    fn every_other_byte_is_refused_at_any_place() {
        for byte in 0..=u8::MAX {
            for place in 0..11 {
                let mut text = *b"01xXzZ01xz1";
                text[place] = byte;
                let fits = byte.is_ascii() && Logic::from_char(char::from(byte)).is_some();
                assert_eq!(
                    LogicVec::from_binary_bytes(&text).is_ok(),
                    fits,
                    "{byte} at {place}"
                );
            }
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
