//! Conversions between vectors, [`Logic`], `bool`, integers and lists of `bool`, by Rust's traits.

use super::integer::halves;
use super::planes::WORD_BITS;
use super::{Logic, LogicVec, ValueError};

impl Logic {
    /// The level as a `bool`; the strength does not matter (`L` is `false`, `H` is `true`).
    ///
    /// ```
    /// use verifork::value::Logic;
    ///
    /// assert_eq!(Logic::WeakOne.to_bool(), Ok(true)); // a pull-up
    /// assert!(Logic::HighImpedance.to_bool().is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::Unknown`] for `U`, `X`, `Z`, `W` and `-`.
    #[inline]
    pub fn to_bool(self) -> Result<bool, ValueError> {
        match self {
            Logic::Zero | Logic::WeakZero => Ok(false),
            Logic::One | Logic::WeakOne => Ok(true),
            _ => Err(ValueError::Unknown {
                value: LogicVec::from(self),
                wanted: "bool",
            }),
        }
    }
}

impl TryFrom<Logic> for bool {
    type Error = ValueError;

    #[inline]
    fn try_from(logic: Logic) -> Result<bool, ValueError> {
        logic.to_bool()
    }
}

impl TryFrom<char> for Logic {
    type Error = ValueError;

    fn try_from(character: char) -> Result<Logic, ValueError> {
        Logic::from_char(character).ok_or_else(|| ValueError::Parse {
            text: character.to_string(),
            at: 0,
            reason: format!("{character:?} is not one of the nine states 0 1 X Z U W L H -"),
        })
    }
}

/// What all integer types (and `bool`) have in common: a vector of the type's own width, and
/// being read from any vector they fit.
macro_rules! integer {
    ($type:ty, $width:expr, $read:expr, $from:expr) => {
        impl TryFrom<&LogicVec> for $type {
            type Error = ValueError;

            #[inline]
            fn try_from(vector: &LogicVec) -> Result<$type, ValueError> {
                let read: fn(&LogicVec) -> Result<$type, ValueError> = $read;
                read(vector)
            }
        }

        impl TryFrom<LogicVec> for $type {
            type Error = ValueError;

            #[inline]
            fn try_from(vector: LogicVec) -> Result<$type, ValueError> {
                <$type>::try_from(&vector)
            }
        }

        #[doc = concat!("As many bits as `", stringify!($type), "` has.")]
        impl From<$type> for LogicVec {
            #[inline]
            fn from(value: $type) -> LogicVec {
                let from: fn($type) -> LogicVec = $from;
                from(value)
            }
        }
    };
}

/// Unsigned integers that a word holds. The cast to the type is lossless: the value was checked
/// to fit its bits.
macro_rules! unsigned {
    ($($type:ident),*) => {$(
        integer!(
            $type,
            $type::BITS,
            |vector| vector
                .unsigned_word($type::BITS, stringify!($type))
                .map(|value| value as $type),
            |value| LogicVec::from_planes_u64($type::BITS, value as u64, 0)
        );
    )*};
}

/// Signed integers that a word holds; the casts are lossless as for the unsigned ones.
macro_rules! signed {
    ($($type:ident),*) => {$(
        integer!(
            $type,
            $type::BITS,
            |vector| vector
                .signed_word($type::BITS, stringify!($type))
                .map(|value| value as $type),
            |value| LogicVec::from_planes_u64($type::BITS, (value as i64).cast_unsigned(), 0)
        );
    )*};
}

// One macro for all widths: `From` does not exist for `usize` and `isize`, and all the casts are
// lossless as said at the macros.
#[allow(clippy::cast_lossless, clippy::cast_possible_truncation)]
mod words {
    use super::{LogicVec, ValueError};

    unsigned!(u8, u16, u32, u64, usize);
    signed!(i8, i16, i32, i64, isize);
}

integer!(bool, 1, LogicVec::to_bool, |value| LogicVec::from(
    Logic::from(value)
));
integer!(u128, 128, LogicVec::to_u128, |value| {
    let (low, high) = halves(value);
    LogicVec::from_planes(128, &[low, high], &[])
});
integer!(i128, 128, LogicVec::to_i128, |value| LogicVec::from(
    value.cast_unsigned()
));

/// One bit.
impl From<Logic> for LogicVec {
    #[inline]
    fn from(logic: Logic) -> LogicVec {
        LogicVec::filled(1, logic)
    }
}

/// The one bit of a vector of width 1.
impl TryFrom<&LogicVec> for Logic {
    type Error = ValueError;

    #[inline]
    fn try_from(vector: &LogicVec) -> Result<Logic, ValueError> {
        vector.expect_width(1, "the vector to read as Logic")?;
        Ok(vector.planes_at(0).bit(0))
    }
}

/// The bits, the least significant first.
///
/// # Panics
///
/// From 2^32 bits on.
impl From<&[bool]> for LogicVec {
    fn from(bits: &[bool]) -> LogicVec {
        bits.iter().copied().collect()
    }
}

/// Collects bits, the least significant first.
///
/// # Panics
///
/// From 2^32 bits on.
impl FromIterator<bool> for LogicVec {
    fn from_iter<I: IntoIterator<Item = bool>>(bits: I) -> LogicVec {
        bits.into_iter().map(Logic::from).collect()
    }
}

/// The bits, the least significant first.
impl TryFrom<&LogicVec> for Vec<bool> {
    type Error = ValueError;

    fn try_from(vector: &LogicVec) -> Result<Vec<bool>, ValueError> {
        vector.check_known("Vec<bool>")?;
        let bit = |index: u32| {
            vector.value_word((index / WORD_BITS) as usize) >> (index % WORD_BITS) & 1 != 0
        };
        Ok((0..vector.width()).map(bit).collect())
    }
}
