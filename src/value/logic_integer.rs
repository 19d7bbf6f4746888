//! Integers as signal values.

use super::integer::does_not_fit;
use super::planes::{WORD_BITS, low_mask};
use super::{Declared, Layout, LogicValue, LogicVec, ValueError};

macro_rules! logic_value {
    ($($type:ident by $from:ident as $wide:ty;)*) => {$(
        impl LogicValue for $type {
            const NATIVE_WIDTH: Option<u32> = Some(<$type>::BITS);
            const LAYOUT: Layout = Layout::Integer {
                signed: <$type>::MIN != 0,
            };

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

            fn from_declared(
                declared: Declared,
                vector: &LogicVec,
            ) -> Result<$type, ValueError> {
                if declared.is_taken_as_bits(<$type>::BITS) {
                    return <$type>::try_from(vector);
                }
                vector.check_known(stringify!($type))?;
                let integer = if declared.signed {
                    vector.to_i128().ok().and_then(narrowed)
                } else {
                    vector.to_u128().ok().and_then(narrowed)
                };
                integer.ok_or_else(|| ValueError::OutOfRange {
                    value: vector.clone(),
                    wanted: stringify!($type),
                    bits: <$type>::BITS,
                    signed: <$type>::MIN != 0,
                    read_as_signed: declared.signed,
                })
            }

            fn to_declared(&self, declared: Declared) -> Result<LogicVec, ValueError> {
                let Declared { width, signed, .. } = declared;
                if declared.is_taken_as_bits(<$type>::BITS) {
                    return self.to_logic(width);
                }
                let vector = if signed {
                    narrowed(*self).map(|integer| LogicVec::from_i128(integer, width))
                } else {
                    narrowed(*self).map(|integer| LogicVec::from_u128(integer, width))
                };
                vector.unwrap_or_else(|| Err(does_not_fit(*self, width, signed)))
            }

            #[inline]
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_possible_wrap,
                clippy::cast_lossless,
                reason = "a type of the object's own width takes its bits"
            )]
            fn from_planes_u64(
                declared: Declared,
                value: u64,
                unknown: u64,
            ) -> Result<$type, ValueError> {
                let width = declared.width;
                let mask = low_mask(width);
                if (1..=WORD_BITS).contains(&width) && unknown & mask == 0 {
                    let bits = value & mask;
                    if declared.is_taken_as_bits(<$type>::BITS) {
                        return Ok(bits as $type);
                    }
                    let integer = if declared.signed {
                        narrowed(sign_extended(bits, width))
                    } else {
                        narrowed(bits)
                    };
                    if let Some(integer) = integer {
                        return Ok(integer);
                    }
                }
                let vector = LogicVec::from_planes_u64(width, value, unknown);
                <$type>::from_declared(declared, &vector)
            }

            #[inline]
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_lossless,
                reason = "a type of the object's own width gives its bits"
            )]
            fn to_small_planes(
                &self,
                declared: Declared,
            ) -> Result<Option<(u64, u64)>, ValueError> {
                let width = declared.width;
                if (1..=WORD_BITS).contains(&width) {
                    let bits = if declared.is_taken_as_bits(<$type>::BITS) {
                        Some(*self as u64 & low_mask(width))
                    } else if declared.signed {
                        narrowed(*self).and_then(|integer| signed_bits(integer, width))
                    } else {
                        narrowed(*self).and_then(|integer| unsigned_bits(integer, width))
                    };
                    if let Some(bits) = bits {
                        return Ok(Some((bits, 0)));
                    }
                }
                self.to_declared(declared)
                    .map(|vector| vector.small_planes())
            }
        }
    )*};
}

logic_value! {
    u8 by from_u64 as u64;
    u16 by from_u64 as u64;
    u32 by from_u64 as u64;
    u64 by from_u64 as u64;
    u128 by from_u128 as u128;
    i8 by from_i64 as i64;
    i16 by from_i64 as i64;
    i32 by from_i64 as i64;
    i64 by from_i64 as i64;
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

/// `width` bits, 1 to 64, as a signed integer.
#[inline]
fn sign_extended(value: u64, width: u32) -> i64 {
    let unused = WORD_BITS - width;
    (value << unused).cast_signed() >> unused
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::Logic;

    const fn signed(width: u32) -> Declared {
        Declared {
            signed: true,
            ..Declared::unsigned(width)
        }
    }

    #[test]
    fn narrow_values_travel_as_planes() {
        let byte = Declared::unsigned(8);
        assert_eq!(u8::from_planes_u64(byte, 0x1a5, 0x100), Ok(0xa5));
        assert!(u8::from_planes_u64(byte, 0, 1).is_err());
        assert_eq!((-1_i8).to_small_planes(signed(4)), Ok(Some((0xf, 0))));
        assert!(16_u8.to_small_planes(Declared::unsigned(4)).is_err());
        let bit = Declared::unsigned(1);
        assert_eq!(Logic::WeakOne.to_small_planes(bit), Ok(None));
        assert_eq!(1_u8.to_small_planes(Declared::unsigned(65)), Ok(None));
    }

    #[test]
    fn the_declaration_says_which_number_bits_are() {
        let bits = LogicVec::from_u64(0xf0, 8).unwrap();
        let (unsigned, signed) = (Declared::unsigned(8), signed(8));
        assert_eq!(i32::from_declared(unsigned, &bits), Ok(240));
        assert_eq!(u128::from_declared(unsigned, &bits), Ok(240));
        assert_eq!(i32::from_declared(signed, &bits), Ok(-16));
        assert_eq!(i128::from_declared(signed, &bits), Ok(-16));
        assert_eq!(
            u16::from_declared(signed, &bits).unwrap_err().to_string(),
            "-16 (8'hf0) does not fit u16, which holds 0 to 65535"
        );
        assert_eq!(240_i32.to_declared(unsigned), Ok(bits.clone()));
        assert_eq!((-16_i32).to_declared(signed), Ok(bits));
        assert_eq!(
            (-16_i32).to_declared(unsigned).unwrap_err().to_string(),
            "-16 does not fit 8 bits, which hold 0 to 255"
        );
        assert_eq!(
            240_u16.to_declared(signed).unwrap_err().to_string(),
            "240 does not fit 8 bits, which hold -128 to 127"
        );
        let bit = LogicVec::ones(1);
        assert_eq!(i8::from_declared(Declared::unsigned(1), &bit), Ok(1));
        assert_eq!(1_i64.to_declared(Declared::unsigned(1)), Ok(bit));
    }

    #[test]
    fn a_type_of_exactly_the_width_takes_bits_but_no_other_number() {
        let bits = LogicVec::from_u64(0xe9, 8).unwrap();
        let byte = Declared::unsigned(8);
        assert_eq!(i8::from_declared(byte, &bits), Ok(-23));
        assert_eq!((-23_i8).to_declared(byte), Ok(bits.clone()));
        assert_eq!(u8::from_declared(signed(8), &bits), Ok(0xe9));
        assert_eq!(0xe9_u8.to_declared(signed(8)), Ok(bits.clone()));
        // The position of a character, and an integer of VHDL.
        let position = Declared {
            number: true,
            ..byte
        };
        assert_eq!(u8::from_declared(position, &bits), Ok(233));
        assert!(i8::from_declared(position, &bits).is_err());
        assert!((-23_i8).to_declared(position).is_err());
        let integer = Declared {
            number: true,
            ..signed(32)
        };
        let minus_one = LogicVec::ones(32);
        assert_eq!(i32::from_declared(integer, &minus_one), Ok(-1));
        assert!(u32::from_declared(integer, &minus_one).is_err());
        assert!(u32::MAX.to_declared(integer).is_err());
    }

    proptest! {
        #[test]
        fn planes_read_as_their_vector(
            width in 0_u32..70, value in any::<u64>(), shift in 0_u32..64,
            signed in any::<bool>(), number in any::<bool>(),
            unknown in prop_oneof![Just(0_u64), any::<u64>()],
        ) {
            let declared = Declared { width, signed, number };
            let value = value.cast_signed() >> shift;
            for value in [value.cast_unsigned(), !value.cast_unsigned()] {
                let vector = LogicVec::from_planes_u64(width, value, unknown);
                macro_rules! agrees {
                    ($($type:ty),*) => {$(
                        prop_assert_eq!(
                            <$type>::from_planes_u64(declared, value, unknown),
                            <$type>::from_declared(declared, &vector)
                        );
                        let truncated = <$type>::try_from(&LogicVec::from(value)).unwrap_or_default();
                        prop_assert_eq!(
                            truncated.to_small_planes(declared),
                            truncated.to_declared(declared).map(|vector| vector.small_planes())
                        );
                        if let Ok(read) = <$type>::from_declared(declared, &vector) {
                            prop_assert_eq!(read.to_declared(declared), Ok(vector.clone()));
                        }
                    )*};
                }
                agrees!(u8, u16, u32, u64, u128, i8, i16, i32, i64, i128);
            }
        }
    }
}
