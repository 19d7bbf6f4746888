//! Vectors as text.

use std::fmt;

use super::planes::{Planes, low_mask};
use super::{Logic, LogicVec};

/// Bits that one digit of a base stands for.
#[derive(Clone, Copy)]
#[repr(u32)]
enum Base {
    Binary = 1,
    Octal = 3,
    Hexadecimal = 4,
}

/// A Verilog literal with its width: `8'h5x` if every hexadecimal digit is either a number or one
/// state throughout, else `8'b0101x1zz`. Fewer than 4 bits are written in binary. `{:#}` groups
/// the digits by four: `32'hdead_beef`. [`str::parse`] reads it back, all nine states kept.
impl fmt::Display for LogicVec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let compact = self.width() >= 4
            && self
                .digits(Base::Hexadecimal)
                .all(|(bits, count)| digit(bits, count).is_some());
        let (letter, base) = if compact {
            ('h', Base::Hexadecimal)
        } else {
            ('b', Base::Binary)
        };
        let mut text = format!("{}'{letter}", self.width());
        self.write_digits(&mut text, base, f.alternate());
        f.pad(&text)
    }
}

/// As [`Display`](fmt::Display): `{:#?}` groups the digits.
impl fmt::Debug for LogicVec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The bits, letters in lower case: `01xz`. `{:#b}` groups by four: `0b1111_01xz`.
impl fmt::Binary for LogicVec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pad_digits(f, "0b", Base::Binary, false)
    }
}

/// Digits of 3 bits; one of mixed states stands in brackets, bit by bit: `7x[01z]`.
impl fmt::Octal for LogicVec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pad_digits(f, "0o", Base::Octal, false)
    }
}

/// Digits of 4 bits; one of mixed states stands in brackets, bit by bit: `fx[01xz]`. `{:#x}`
/// groups by four: `0xdead_beef`.
impl fmt::LowerHex for LogicVec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pad_digits(f, "0x", Base::Hexadecimal, false)
    }
}

/// As [`LowerHex`](fmt::LowerHex) with letters in upper case.
impl fmt::UpperHex for LogicVec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pad_digits(f, "0x", Base::Hexadecimal, true)
    }
}

impl LogicVec {
    /// The planes and the number of bits of every digit, the most significant first.
    fn digits(&self, base: Base) -> impl Iterator<Item = (Planes, u32)> + '_ {
        let (width, bits) = (self.width(), base as u32);
        (0..width.div_ceil(bits)).rev().map(move |index| {
            let count = bits.min(width - index * bits);
            (self.window(index * bits).masked(count), count)
        })
    }

    fn write_digits(&self, text: &mut String, base: Base, grouped: bool) {
        let total = self.width().div_ceil(base as u32);
        for (left, (bits, count)) in (0..total).rev().zip(self.digits(base)) {
            if let Some(digit) = digit(bits, count) {
                text.push(digit);
            } else {
                text.push('[');
                text.extend((0..count).rev().map(|index| state(bits.bit(index))));
                text.push(']');
            }
            if grouped && left > 0 && left % 4 == 0 {
                text.push('_');
            }
        }
    }

    fn pad_digits(
        &self,
        f: &mut fmt::Formatter<'_>,
        prefix: &str,
        base: Base,
        upper: bool,
    ) -> fmt::Result {
        let mut text = String::new();
        self.write_digits(&mut text, base, f.alternate());
        if upper {
            text.make_ascii_uppercase();
        }
        f.pad_integral(true, prefix, &text)
    }
}

/// The character of `count` bits that are a number, or in one state throughout.
fn digit(bits: Planes, count: u32) -> Option<char> {
    if bits.unknown | bits.weak == 0 {
        return u32::try_from(bits.value)
            .ok()
            .and_then(|value| char::from_digit(value, 16));
    }
    let first = bits.bit(0);
    (bits == Planes::filled(first).map(|plane| plane & low_mask(count))).then(|| state(first))
}

fn state(logic: Logic) -> char {
    logic.to_char().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::model::{bits, vector};

    fn bin(text: &str) -> LogicVec {
        LogicVec::from_binary_str(text).unwrap()
    }

    #[test]
    fn a_literal_is_as_short_as_it_can_be_exactly() {
        assert_eq!(bin("0101XXXX").to_string(), "8'h5x");
        assert_eq!(bin("0101XXX0").to_string(), "8'b0101xxx0");
        assert_eq!(bin("UUUU----").to_string(), "8'hu-");
        assert_eq!(bin("X").to_string(), "1'bx");
        assert_eq!(bin("101").to_string(), "3'b101");
        assert_eq!(bin("X1111").to_string(), "5'hxf");
        assert_eq!(LogicVec::default().to_string(), "0'b");
        assert_eq!(format!("{:>8}", bin("1")), "    1'b1");
    }

    #[test]
    fn groups_are_of_four_digits() {
        let vector = LogicVec::from_u64(0x1_dead_beef, 36).unwrap();
        assert_eq!(format!("{vector:#}"), "36'h1_dead_beef");
        assert_eq!(format!("{vector:#?}"), "36'h1_dead_beef");
        assert_eq!(format!("{vector:?}"), "36'h1deadbeef");
        assert_eq!(format!("{:#b}", bin("1111101XZ")), "0b1_1111_01xz");
        assert_eq!(format!("{vector:#X}"), "0x1_DEAD_BEEF");
        assert_eq!(format!("{vector:o}"), "073653337357");
    }

    #[test]
    fn mixed_digits_keep_their_bits() {
        assert_eq!(format!("{:x}", bin("1111XXXX01XZ")), "fx[01xz]");
        assert_eq!(format!("{:X}", bin("1111XXXX01XZ")), "FX[01XZ]");
        assert_eq!(format!("{:o}", bin("1ZZZ")), "1z");
        assert_eq!(format!("{:b}", bin("01XZUWLH-")), "01xzuwlh-");
    }

    proptest! {
        #[test]
        fn text_reads_back_exactly(bits in bits(0..150)) {
            let vector = vector(&bits);
            for text in [vector.to_string(), format!("{vector:#}")] {
                let read: LogicVec = text.parse().unwrap();
                prop_assert_eq!(&read, &vector, "{}", text);
            }
            if !vector.is_empty() {
                let read: LogicVec = format!("{vector:#b}").parse().unwrap();
                prop_assert_eq!(&read, &vector);
            }
        }

        #[test]
        fn known_values_print_as_integers_do(value in any::<u128>()) {
            let vector = LogicVec::from(value);
            prop_assert_eq!(format!("{vector:x}"), format!("{value:032x}"));
            prop_assert_eq!(format!("{vector:X}"), format!("{value:032X}"));
            prop_assert_eq!(format!("{vector:b}"), format!("{value:0128b}"));
            prop_assert_eq!(format!("{vector:o}"), format!("{value:043o}"));
        }
    }
}
