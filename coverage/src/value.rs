//! The values of points: at most 128 bits, in an order.

use std::fmt::{self, Display};
use std::ops::RangeInclusive;

/// The shape of a type's values: how many bits they have, how they are ordered, and their names.
///
/// ```
/// use verifork_coverage::{CoverValue, Shape};
///
/// assert_eq!(u8::SHAPE, Shape::unsigned(8));
/// assert_eq!(Shape::named(&[("Idle", 0), ("Busy", 5)]).names.len(), 2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shape {
    /// The width in bits, from 1 to 128.
    pub width: u32,
    /// Whether values are in two's complement.
    pub signed: bool,
    /// The named values, if not every bit pattern is a value: those of an enum.
    pub names: &'static [(&'static str, i128)],
}

impl Shape {
    /// Unsigned numbers of this width.
    pub const fn unsigned(width: u32) -> Self {
        Shape {
            width,
            signed: false,
            names: &[],
        }
    }

    /// Signed numbers of this width, in two's complement.
    pub const fn signed(width: u32) -> Self {
        Shape {
            width,
            signed: true,
            names: &[],
        }
    }

    /// The values with these names, such as an enum's variants.
    pub const fn named(names: &'static [(&'static str, i128)]) -> Self {
        let mut width = 1;
        let mut index = 0;
        while index < names.len() {
            let value = names[index].1;
            let magnitude = if value < 0 { !value } else { value };
            let needed = 129 - magnitude.leading_zeros();
            if needed > width {
                width = needed;
            }
            index += 1;
        }
        Shape {
            width,
            signed: true,
            names,
        }
    }

    /// The position of a value's bits, sign-extended to 128, in the order of all values.
    pub(crate) const fn key(&self, bits: u128) -> u128 {
        if self.signed {
            bits.wrapping_add(1 << (self.width - 1)) & self.last()
        } else {
            bits
        }
    }

    /// The position of the greatest value.
    pub(crate) const fn last(&self) -> u128 {
        u128::MAX >> (128 - self.width)
    }

    /// The text of the value at this position.
    pub(crate) fn text(&self, key: u128) -> KeyText {
        let middle = 1 << (self.width - 1);
        if !self.signed {
            KeyText::Number(false, key)
        } else if key >= middle {
            self.named_or(false, key - middle)
        } else {
            self.named_or(true, middle - key)
        }
    }

    /// The value at this position as a number, even if it has a name.
    pub(crate) fn number(&self, key: u128) -> String {
        let middle = 1 << (self.width - 1);
        let (negative, magnitude) = match key.checked_sub(middle) {
            _ if !self.signed => (false, key),
            Some(magnitude) => (false, magnitude),
            None => (true, middle - key),
        };
        KeyText::Number(negative, magnitude).to_string()
    }

    fn named_or(&self, negative: bool, magnitude: u128) -> KeyText {
        let is_it = |value: i128| (value < 0) == negative && value.unsigned_abs() == magnitude;
        let name = self.names.iter().find(|(_, value)| is_it(*value));
        match name {
            Some((name, _)) => KeyText::Name(name),
            None => KeyText::Number(negative, magnitude),
        }
    }

    /// A range of positions as numbers, cut to the range of `i128`; `None` if it lies outside.
    pub(crate) fn values(&self, first: u128, last: u128) -> Option<RangeInclusive<i128>> {
        if !self.signed {
            let last = last.min(i128::MAX.cast_unsigned());
            return (first <= last).then(|| first.cast_signed()..=last.cast_signed());
        }
        let middle = 1_u128 << (self.width - 1);
        let value = |key: u128| key.wrapping_sub(middle).cast_signed();
        Some(value(first)..=value(last))
    }

    /// The text of a range of positions.
    pub(crate) fn range_text(&self, first: u128, last: u128) -> String {
        if first == last {
            self.text(first).to_string()
        } else {
            format!("{}..={}", self.text(first), self.text(last))
        }
    }
}

/// The text of a value.
pub(crate) enum KeyText {
    Name(&'static str),
    /// A sign and a magnitude.
    Number(bool, u128),
}

impl Display for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyText::Name(name) => f.pad(name),
            KeyText::Number(negative, magnitude) => {
                f.pad_integral(!negative, "", &magnitude.to_string())
            }
        }
    }
}

/// A type whose values can be counted in bins: the integers of up to 128 bits, `bool`, and enums that
/// derive it.
///
/// ```
/// use verifork_coverage::CoverValue;
///
/// #[derive(Clone, Copy, CoverValue)]
/// enum Burst { Fixed, Incr, Wrap }
/// assert_eq!(Burst::Wrap.bits(), 2);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value that can be covered",
    note = "integers of up to 128 bits, `bool` and enums with `#[derive(CoverValue)]` are",
    note = "of a value that may be X or Z, take the number first, which is an error then: `signal.get()?`"
)]
pub trait CoverValue: Copy {
    /// The shape of the values.
    const SHAPE: Shape;

    /// The value's bits, sign-extended to 128 bits if it is signed.
    fn bits(self) -> u128;
}

/// The position of a value in the order of its type's values.
#[inline]
pub(crate) fn key_of<V: CoverValue>(value: V) -> u128 {
    V::SHAPE.key(value.bits())
}

macro_rules! integers {
    ($shape:ident: $($type:ident)*) => {$(
        impl CoverValue for $type {
            const SHAPE: Shape = Shape::$shape($type::BITS);

            #[inline]
            #[allow(
                clippy::cast_sign_loss,
                clippy::cast_lossless,
                reason = "the extension of the sign is what is wanted"
            )]
            fn bits(self) -> u128 {
                self as u128
            }
        }
    )*};
}

integers!(unsigned: u8 u16 u32 u64 u128 usize);
integers!(signed: i8 i16 i32 i64 i128 isize);

impl CoverValue for bool {
    const SHAPE: Shape = Shape::named(&[("false", 0), ("true", 1)]);

    #[inline]
    fn bits(self) -> u128 {
        u128::from(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_positions_is_that_of_values() {
        let keys: Vec<_> = [i8::MIN, -1, 0, 1, i8::MAX].map(key_of).to_vec();
        assert_eq!(keys, [0, 127, 128, 129, 255]);
        assert_eq!(key_of(u128::MAX), u128::MAX);
        assert_eq!((key_of(i128::MIN), key_of(i128::MAX)), (0, u128::MAX));
    }

    #[test]
    fn a_position_is_written_as_its_value() {
        let text = |key| i8::SHAPE.text(key).to_string();
        assert_eq!(
            [text(0), text(127), text(128), text(255)],
            ["-128", "-1", "0", "127"]
        );
        assert_eq!(i128::SHAPE.text(0).to_string(), i128::MIN.to_string());
        assert_eq!(
            bool::SHAPE.range_text(key_of(false), key_of(true)),
            "false..=true"
        );
        assert_eq!(u8::SHAPE.range_text(3, 3), "3");
    }
}
