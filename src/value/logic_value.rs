//! Rust types that a signal of fitting width can be read as and written with.

use super::planes::{WORD_BITS, low_mask};
use super::{Logic, LogicVec, ValueError};

/// A Rust type for a signal's value: `bool`, [`Logic`], the integers, [`LogicVec`], and
/// enumerations through `#[derive(LogicEnum)]`.
///
/// ```
/// use verifork::value::{LogicValue, LogicVec};
///
/// fn round_trip<T: LogicValue>(value: T) -> T {
///     let vector = value.to_logic(T::NATIVE_WIDTH.unwrap_or(8)).unwrap();
///     T::from_logic(&vector).unwrap()
/// }
/// assert_eq!(round_trip(-5_i16), -5);
/// ```
pub trait LogicValue: Sized + 'static {
    /// The type's own width in bits; `None` if it takes any.
    const NATIVE_WIDTH: Option<u32>;

    /// Reads a vector: zero-extended for unsigned integers, sign-extended for signed ones.
    ///
    /// # Errors
    ///
    /// [`ValueError`] if that loses something.
    fn from_logic(vector: &LogicVec) -> Result<Self, ValueError>;

    /// Writes the value into `width` bits.
    ///
    /// # Errors
    ///
    /// [`ValueError`] if it does not fit.
    fn to_logic(&self, width: u32) -> Result<LogicVec, ValueError>;

    /// The type's name for messages.
    fn type_name() -> &'static str;

    /// [`from_logic`](LogicValue::from_logic) of
    /// [`from_planes_u64`](LogicVec::from_planes_u64): the path of every read of a narrow
    /// signal. `width` is at most 64.
    ///
    /// # Errors
    ///
    /// As [`from_logic`](LogicValue::from_logic).
    #[inline]
    fn from_planes_u64(width: u32, value: u64, unknown: u64) -> Result<Self, ValueError> {
        Self::from_logic(&LogicVec::from_planes_u64(width, value, unknown))
    }

    /// [`small_planes`](LogicVec::small_planes) of [`to_logic`](LogicValue::to_logic): the path
    /// of every write to a narrow signal.
    ///
    /// # Errors
    ///
    /// As [`to_logic`](LogicValue::to_logic).
    #[inline]
    fn to_small_planes(&self, width: u32) -> Result<Option<(u64, u64)>, ValueError> {
        self.to_logic(width).map(|vector| vector.small_planes())
    }
}

/// An enumeration without fields as a signal's value; `#[derive(LogicEnum)]` implements it.
pub trait LogicEnum: LogicValue {
    /// The variants' names and values in the order of their declaration.
    const VARIANTS: &'static [(&'static str, u128)];
    /// The width in bits: the declared one, else what the largest value needs.
    const WIDTH: u32;

    /// The position in [`VARIANTS`](LogicEnum::VARIANTS) of the variant whose value `vector` is.
    ///
    /// # Errors
    ///
    /// [`ValueError::Unknown`] if a bit is neither 0 nor 1, [`ValueError::NotAVariant`] if no
    /// variant has the value.
    fn variant_index(vector: &LogicVec) -> Result<usize, ValueError> {
        vector.check_known(Self::type_name())?;
        let value = vector.to_u128().ok();
        Self::VARIANTS
            .iter()
            .position(|(_, variant)| Some(*variant) == value)
            .ok_or_else(|| ValueError::NotAVariant {
                enumeration: Self::type_name(),
                value: vector.clone(),
                variants: Self::VARIANTS,
            })
    }
}

impl LogicVec {
    /// The value as any [`LogicValue`].
    ///
    /// ```
    /// # use verifork::value::LogicVec;
    /// assert_eq!(LogicVec::all_one(8).to::<i32>()?, -1);
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError`] if the type cannot hold it.
    #[inline]
    pub fn to<T: LogicValue>(&self) -> Result<T, ValueError> {
        T::from_logic(self)
    }
}

impl LogicValue for LogicVec {
    const NATIVE_WIDTH: Option<u32> = None;

    fn from_logic(vector: &LogicVec) -> Result<LogicVec, ValueError> {
        Ok(vector.clone())
    }

    fn to_logic(&self, width: u32) -> Result<LogicVec, ValueError> {
        self.expect_width(width, "the value")?;
        Ok(self.clone())
    }

    fn type_name() -> &'static str {
        "LogicVec"
    }

    #[inline]
    fn to_small_planes(&self, width: u32) -> Result<Option<(u64, u64)>, ValueError> {
        self.expect_width(width, "the value")?;
        Ok(self.small_planes())
    }
}

impl LogicValue for Logic {
    const NATIVE_WIDTH: Option<u32> = Some(1);

    #[inline]
    fn from_logic(vector: &LogicVec) -> Result<Logic, ValueError> {
        Logic::try_from(vector)
    }

    #[inline]
    fn to_logic(&self, width: u32) -> Result<LogicVec, ValueError> {
        let vector = LogicVec::from(*self);
        vector.expect_width(width, "a Logic")?;
        Ok(vector)
    }

    fn type_name() -> &'static str {
        "Logic"
    }
}

macro_rules! logic_value {
    ($($type:ident by $from:ident as $wide:ty $(, read by $extend:path, written by $bits:path)?;)*) => {$(
        impl LogicValue for $type {
            const NATIVE_WIDTH: Option<u32> = Some(<$type>::BITS);

            #[inline]
            fn from_logic(vector: &LogicVec) -> Result<$type, ValueError> {
                <$type>::try_from(vector)
            }

            #[inline]
            fn to_logic(&self, width: u32) -> Result<LogicVec, ValueError> {
                LogicVec::$from(<$wide>::from(*self), width)
            }

            fn type_name() -> &'static str {
                stringify!($type)
            }

            $(
                #[inline]
                fn from_planes_u64(
                    width: u32,
                    value: u64,
                    unknown: u64,
                ) -> Result<$type, ValueError> {
                    let mask = low_mask(width);
                    if (1..=WORD_BITS).contains(&width) && unknown & mask == 0 {
                        let integer = $extend(value & mask, width);
                        if let Some(integer) = narrowed(integer) {
                            return Ok(integer);
                        }
                    }
                    <$type>::from_logic(&LogicVec::from_planes_u64(width, value, unknown))
                }

                #[inline]
                fn to_small_planes(&self, width: u32) -> Result<Option<(u64, u64)>, ValueError> {
                    if (1..=WORD_BITS).contains(&width)
                        && let Some(bits) = $bits(<$wide>::from(*self), width)
                    {
                        return Ok(Some((bits, 0)));
                    }
                    self.to_logic(width).map(|vector| vector.small_planes())
                }
            )?
        }
    )*};
}

logic_value! {
    u8 by from_u64 as u64, read by zero_extended, written by unsigned_bits;
    u16 by from_u64 as u64, read by zero_extended, written by unsigned_bits;
    u32 by from_u64 as u64, read by zero_extended, written by unsigned_bits;
    u64 by from_u64 as u64, read by zero_extended, written by unsigned_bits;
    u128 by from_u128 as u128;
    i8 by from_i64 as i64, read by sign_extended, written by signed_bits;
    i16 by from_i64 as i64, read by sign_extended, written by signed_bits;
    i32 by from_i64 as i64, read by sign_extended, written by signed_bits;
    i64 by from_i64 as i64, read by sign_extended, written by signed_bits;
    i128 by from_i128 as i128;
}

/// The same integer in a type that may be narrower.
#[inline]
fn narrowed<T: TryFrom<U>, U>(integer: U) -> Option<T> {
    T::try_from(integer).ok()
}

/// The bits of an unsigned integer that fits `width` of them, at most 64.
#[inline]
fn unsigned_bits(integer: u64, width: u32) -> Option<u64> {
    (integer & !low_mask(width) == 0).then_some(integer)
}

/// The bits of a signed integer that fits `width` of them, 1 to 64, in two's complement.
#[inline]
fn signed_bits(integer: i64, width: u32) -> Option<u64> {
    // What lies above the sign bit must be copies of it.
    matches!(integer >> (width - 1), 0 | -1).then(|| integer.cast_unsigned() & low_mask(width))
}

/// `width` bits, the others 0, as an unsigned integer.
#[inline]
fn zero_extended(value: u64, _width: u32) -> u64 {
    value
}

/// `width` bits, 1 to 64, as a signed integer.
#[inline]
fn sign_extended(value: u64, width: u32) -> i64 {
    let unused = WORD_BITS - width;
    (value << unused).cast_signed() >> unused
}

impl LogicValue for bool {
    const NATIVE_WIDTH: Option<u32> = Some(1);

    #[inline]
    fn from_logic(vector: &LogicVec) -> Result<bool, ValueError> {
        vector.to_bool()
    }

    #[inline]
    fn to_logic(&self, width: u32) -> Result<LogicVec, ValueError> {
        LogicVec::from_u64(u64::from(*self), width)
    }

    fn type_name() -> &'static str {
        "bool"
    }

    #[inline]
    fn from_planes_u64(width: u32, value: u64, unknown: u64) -> Result<bool, ValueError> {
        if width == 1 && unknown & 1 == 0 {
            return Ok(value & 1 != 0);
        }
        LogicVec::from_planes_u64(width, value, unknown).to_bool()
    }

    #[inline]
    fn to_small_planes(&self, width: u32) -> Result<Option<(u64, u64)>, ValueError> {
        u8::from(*self).to_small_planes(width)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, PartialEq)]
    enum State {
        Idle,
        Run,
    }

    impl LogicValue for State {
        const NATIVE_WIDTH: Option<u32> = Some(2);

        fn from_logic(vector: &LogicVec) -> Result<State, ValueError> {
            Ok([State::Idle, State::Run][State::variant_index(vector)?].clone_of())
        }

        fn to_logic(&self, width: u32) -> Result<LogicVec, ValueError> {
            LogicVec::from_u64(if *self == State::Idle { 0 } else { 2 }, width)
        }

        fn type_name() -> &'static str {
            "State"
        }
    }

    impl State {
        fn clone_of(&self) -> State {
            if *self == State::Idle {
                State::Idle
            } else {
                State::Run
            }
        }
    }

    impl LogicEnum for State {
        const VARIANTS: &'static [(&'static str, u128)] = &[("Idle", 0), ("Run", 2)];
        const WIDTH: u32 = 2;
    }

    #[test]
    fn a_value_without_a_variant_is_an_error_that_lists_them() {
        assert_eq!(
            LogicVec::from_u64(2, 2).unwrap().to::<State>(),
            Ok(State::Run)
        );
        assert_eq!(
            LogicVec::all_one(2).to::<State>().unwrap_err().to_string(),
            "2'b11 is no variant of State: it has Idle = 0, Run = 2"
        );
        assert!(matches!(
            LogicVec::unknown(2).to::<State>(),
            Err(ValueError::Unknown {
                wanted: "State",
                ..
            })
        ));
        let wide = LogicVec::all_one(200).to::<State>();
        assert!(matches!(wide, Err(ValueError::NotAVariant { .. })));
    }

    #[test]
    fn narrow_values_travel_as_planes() {
        assert_eq!(u8::from_planes_u64(8, 0x1a5, 0x100), Ok(0xa5));
        assert!(u8::from_planes_u64(8, 0, 1).is_err());
        assert_eq!((-1_i8).to_small_planes(4), Ok(Some((0xf, 0))));
        assert!(16_u8.to_small_planes(4).is_err());
        assert_eq!(Logic::WeakOne.to_small_planes(1), Ok(None));
        assert_eq!(1_u8.to_small_planes(65), Ok(None));
    }

    #[test]
    fn a_vector_is_written_only_in_its_own_width() {
        let error = LogicVec::all_zero(9).to_logic(8).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the value has 9 bits where 8 bits belong"
        );
        assert!(Logic::One.to_logic(2).is_err());
        assert_eq!(LogicVec::all_one(1).to::<Logic>(), Ok(Logic::One));
        assert!(LogicVec::all_one(2).to::<Logic>().is_err());
    }

    proptest! {
        #[test]
        fn planes_read_as_their_vector(
            width in 0_u32..70, value in any::<u64>(), shift in 0_u32..64,
            unknown in prop_oneof![Just(0_u64), any::<u64>()],
        ) {
            let value = value.cast_signed() >> shift;
            for value in [value.cast_unsigned(), !value.cast_unsigned()] {
                let vector = LogicVec::from_planes_u64(width, value, unknown);
                macro_rules! agrees {
                    ($($type:ty),*) => {$(
                        prop_assert_eq!(
                            <$type>::from_planes_u64(width, value, unknown),
                            <$type>::try_from(&vector)
                        );
                        let truncated = <$type>::try_from(&LogicVec::from(value)).unwrap_or_default();
                        prop_assert_eq!(
                            truncated.to_small_planes(width),
                            truncated.to_logic(width).map(|vector| vector.small_planes())
                        );
                    )*};
                }
                agrees!(bool, u8, u16, u32, u64, u128, i8, i16, i32, i64, i128);
            }
        }
    }
}
