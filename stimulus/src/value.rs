//! The types of variables in constraints: `bool`, the integers, and enums without fields.

use std::fmt;

/// How the values of a type are encoded as a number.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Encoding {
    /// The width in bits.
    pub bits: u32,
    /// Two's complement.
    pub signed: bool,
    /// The largest value, if it is not the largest that the width allows.
    pub last: Option<u32>,
}

impl Encoding {
    /// The smallest and the largest value.
    pub(crate) fn range(self) -> (Number, Number) {
        if let Some(last) = self.last {
            return (0_i128.into(), i128::from(last).into());
        }
        if self.signed {
            let low = i128::MIN >> (128 - self.bits);
            return (low.into(), (!low).into());
        }
        (0_i128.into(), (u128::MAX >> (128 - self.bits)).into())
    }

    /// Keeps the lowest bits of a number, as `as` does.
    pub(crate) fn wrap(self, bits: u128) -> Number {
        let above = 128 - self.bits;
        if self.signed {
            ((bits << above).cast_signed() >> above).into()
        } else {
            ((bits << above) >> above).into()
        }
    }
}

/// A type whose values constraints compute with: `bool`, an integer of up to 128 bits, or an enum without
/// fields that derives [`Randomize`](crate::Randomize).
///
/// ```
/// use verifork_stimulus::Randomize;
/// # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
///
/// /// An enum without fields is a value, so constraints compare it.
/// #[derive(Clone, Copy, PartialEq, Randomize)]
/// enum Kind { Read, Write }
///
/// #[derive(Randomize)]
/// #[randomize(if kind == Kind::Write { strobe != 0 })]
/// struct Access { kind: Kind, strobe: u8 }
///
/// let access = Access::randomize(&mut rng)?;
/// assert!(access.kind == Kind::Read || access.strobe != 0);
/// # Ok::<(), verifork_stimulus::RandomizeError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "a constraint cannot compute with `{Self}`",
    note = "it can with `bool`, integers, and enums without fields that derive `Randomize`"
)]
pub trait Value: Sized + 'static {
    #[doc(hidden)]
    const ENCODING: Encoding;

    /// The value as a number, sign-extended.
    #[doc(hidden)]
    fn encode(&self) -> u128;

    /// The value of a number. Bits above the width are ignored.
    #[doc(hidden)]
    fn decode(bits: u128) -> Self;

    /// For an enum, the discriminant of each value; else empty.
    #[doc(hidden)]
    const DISCRIMINANTS: &'static [i128] = &[];
}

/// An integer of 8 to 128 bits, signed or unsigned, or `usize` or `isize`.
///
/// ```
/// use verifork_stimulus::Integer;
///
/// fn at_most<T: Integer>(value: &T, limit: &T) -> Result<(), String> {
///     if value <= limit { Ok(()) } else { Err(format!("{value} is above {limit}")) }
/// }
/// assert!(at_most(&3_u8, &4).is_ok());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an integer: constraints calculate with integers only"
)]
pub trait Integer: Value + PartialOrd + fmt::Display {}

/// A [`Value`] that has an order, for the operators `<`, `<=`, `>` and `>=`.
///
/// ```
/// use verifork_stimulus::Randomize;
/// # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
///
/// /// `PartialOrd` lets constraints use `<` and its kin.
/// #[derive(Clone, Copy, PartialEq, PartialOrd, Randomize)]
/// enum Speed { Ten, Hundred, Thousand }
///
/// #[derive(Randomize)]
/// #[randomize(speed >= Speed::Hundred)]
/// struct Link { speed: Speed }
///
/// assert!(Link::randomize(&mut rng)?.speed != Speed::Ten);
/// # Ok::<(), verifork_stimulus::RandomizeError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "a constraint cannot tell which `{Self}` is less",
    note = "it can of `bool` and integers, and of enums that derive `PartialOrd`"
)]
pub trait Ordered: Value + PartialOrd {}

impl<T: Value + PartialOrd> Ordered for T {}

macro_rules! integers {
    ($signed:literal: $($integer:ty)*) => {$(
        impl Value for $integer {
            const ENCODING: Encoding = Encoding { bits: <$integer>::BITS, signed: $signed, last: None };

            fn encode(&self) -> u128 {
                *self as u128
            }

            fn decode(bits: u128) -> Self {
                bits as $integer
            }
        }

        impl Integer for $integer {}
    )*};
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_lossless,
    clippy::cast_possible_wrap,
    clippy::unnecessary_cast,
    trivial_numeric_casts,
    reason = "sign extension and truncation are what is meant"
)]
mod integers {
    use super::{Encoding, Integer, Value};

    integers!(false: u8 u16 u32 u64 u128 usize);
    integers!(true: i8 i16 i32 i64 i128 isize);
}

impl Value for bool {
    const ENCODING: Encoding = Encoding {
        bits: 1,
        signed: false,
        last: None,
    };

    fn encode(&self) -> u128 {
        u128::from(*self)
    }

    fn decode(bits: u128) -> Self {
        bits & 1 == 1
    }
}

/// An integer from -2^127 to 2^128 - 1, which includes all values of all types.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Number {
    bits: u128,
    negative: bool,
}

impl Number {
    pub(crate) fn of<T: Value>(value: &T) -> Number {
        let bits = value.encode();
        Number {
            bits,
            negative: T::ENCODING.signed && bits >> 127 == 1,
        }
    }

    /// `None` from 2^127 on.
    pub(crate) fn small(self) -> Option<i128> {
        let value = self.bits.cast_signed();
        (self.negative == (value < 0)).then_some(value)
    }

    pub(crate) fn is_negative(self) -> bool {
        self.negative
    }

    pub(crate) fn bits(self) -> u128 {
        self.bits
    }

    /// The number of significant bits, without the sign.
    pub(crate) fn width(self) -> u32 {
        let zeros = if self.negative {
            self.bits.leading_ones()
        } else {
            self.bits.leading_zeros()
        };
        128 - zeros
    }
}

impl From<i128> for Number {
    fn from(value: i128) -> Number {
        Number {
            bits: value.cast_unsigned(),
            negative: value < 0,
        }
    }
}

impl From<u128> for Number {
    fn from(bits: u128) -> Number {
        Number {
            bits,
            negative: false,
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> std::cmp::Ordering {
        // Two negative numbers are in the order of their bits.
        (!self.negative, self.bits).cmp(&(!other.negative, other.bits))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            self.bits.cast_signed().fmt(f)
        } else {
            self.bits.fmt(f)
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
