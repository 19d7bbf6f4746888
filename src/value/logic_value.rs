//! Rust types that a signal of fitting width can be read as and written with.

use super::integer::does_not_fit;
use super::planes::{WORD_BITS, low_mask};
use super::{Layout, Logic, LogicVec, ValueError};

/// What the declaration of an object makes of its bits: how many there are, and which number they
/// stand for.
///
/// ```
/// use verifork::value::{Declared, LogicValue, LogicVec};
///
/// let bits = LogicVec::from_u64(0xf0, 8).unwrap();
/// let unsigned = Declared::unsigned(8); // logic [7:0]
/// let signed = Declared { signed: true, ..unsigned }; // logic signed [7:0]
/// assert_eq!(i32::from_declared(unsigned, &bits), Ok(240));
/// assert_eq!(i32::from_declared(signed, &bits), Ok(-16));
/// // A type of exactly the object's width takes the bits as they are.
/// assert_eq!(i8::from_declared(unsigned, &bits), Ok(-16));
/// assert!((-1_i32).to_declared(unsigned).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The number of bits.
    pub width: u32,
    /// The most significant bit is a sign (two's complement).
    pub signed: bool,
    /// A number without bits of its own, as integers and enumerations of VHDL are: no Rust type takes
    /// it for another number, whatever its width.
    pub number: bool,
}

impl Declared {
    /// Bits without a sign.
    ///
    /// ```
    /// use verifork::value::{Declared, LogicValue, LogicVec};
    ///
    /// let bits = LogicVec::ones(4); // logic [3:0]
    /// assert_eq!(i8::from_declared(Declared::unsigned(4), &bits), Ok(15));
    /// ```
    pub const fn unsigned(width: u32) -> Self {
        Declared {
            width,
            signed: false,
            number: false,
        }
    }

    /// Whether an integer type of `bits` bits takes the bits as they are, sign or not.
    #[inline]
    const fn is_taken_as_bits(self, bits: u32) -> bool {
        self.width == bits && !self.number
    }
}

/// A Rust type for a signal's value: `bool`, [`Logic`], the integers, [`LogicVec`], enumerations through
/// `#[derive(LogicEnum)]`, structs through `#[derive(LogicStruct)]`, and arrays of all but `LogicVec`.
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
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type for a value of bits",
    label = "use `bool`, `Logic`, `u8` to `u128`, `i8` to `i128`, or a type that derives `LogicEnum` or \
             `LogicStruct`"
)]
pub trait LogicValue: Sized + 'static {
    /// The type's own width in bits; `None` if it takes any.
    const NATIVE_WIDTH: Option<u32>;
    /// Whether it keeps all nine states of IEEE 1164, which two planes of bits cannot carry.
    const ALL_STATES: bool = false;
    /// What the bits are, which is compared with what the design's declaration says.
    #[doc(hidden)]
    const LAYOUT: Layout = Layout::Bits;

    /// Reads a vector: zero-extended for unsigned integers, sign-extended for signed ones.
    ///
    /// ```
    /// use verifork::value::{LogicValue, LogicVec};
    ///
    /// let bits = LogicVec::from_binary_str("1111")?;
    /// assert_eq!((u8::from_logic(&bits)?, i8::from_logic(&bits)?), (15, -1));
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError`] if that loses something.
    fn from_logic(vector: &LogicVec) -> Result<Self, ValueError>;

    /// Writes the value into `width` bits.
    ///
    /// ```
    /// use verifork::value::LogicValue;
    ///
    /// assert_eq!(5_u8.to_logic(4)?.to_binary_string(), "0101");
    /// assert!(16_u8.to_logic(4).is_err());
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError`] if it does not fit.
    fn to_logic(&self, width: u32) -> Result<LogicVec, ValueError>;

    /// The type's name for messages.
    ///
    /// ```
    /// use verifork::value::LogicValue;
    ///
    /// assert_eq!(u16::type_name(), "u16");
    /// ```
    fn type_name() -> &'static str;

    /// Reads the value of an object: an integer is the number that its declaration says, and the bits
    /// as they are only for an integer type of exactly its width.
    ///
    /// ```
    /// use verifork::value::{Declared, LogicValue, LogicVec};
    ///
    /// let sample = Declared { signed: true, ..Declared::unsigned(12) }; // logic signed [11:0]
    /// assert_eq!(i16::from_declared(sample, &LogicVec::ones(12)), Ok(-1));
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError`] if the type does not hold it.
    fn from_declared(declared: Declared, vector: &LogicVec) -> Result<Self, ValueError> {
        let _ = declared;
        Self::from_logic(vector)
    }

    /// The bits that have this value in an object: the inverse of
    /// [`from_declared`](LogicValue::from_declared).
    ///
    /// ```
    /// use verifork::value::{Declared, LogicValue};
    ///
    /// let sample = Declared { signed: true, ..Declared::unsigned(4) }; // logic signed [3:0]
    /// assert_eq!((-2_i16).to_declared(sample)?.to_binary_string(), "1110");
    /// assert!(8_i16.to_declared(sample).is_err(), "7 is the greatest");
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError`] if the object does not hold it.
    fn to_declared(&self, declared: Declared) -> Result<LogicVec, ValueError> {
        self.to_logic(declared.width)
    }

    /// [`from_declared`](LogicValue::from_declared) of
    /// [`from_planes_u64`](LogicVec::from_planes_u64): the path of every read of a narrow
    /// signal, of 64 bits at most.
    ///
    /// ```
    /// use verifork::value::{Declared, LogicValue};
    ///
    /// assert_eq!(u8::from_planes_u64(Declared::unsigned(8), 0x5a, 0), Ok(0x5a));
    /// assert!(u8::from_planes_u64(Declared::unsigned(8), 0x5a, 1).is_err(), "bit 0 is X or Z");
    /// ```
    ///
    /// # Errors
    ///
    /// As [`from_declared`](LogicValue::from_declared).
    #[inline]
    fn from_planes_u64(declared: Declared, value: u64, unknown: u64) -> Result<Self, ValueError> {
        let vector = LogicVec::from_planes_u64(declared.width, value, unknown);
        Self::from_declared(declared, &vector)
    }

    /// [`small_planes`](LogicVec::small_planes) of [`to_declared`](LogicValue::to_declared): the
    /// path of every write to a narrow signal.
    ///
    /// ```
    /// use verifork::value::{Declared, LogicValue};
    ///
    /// assert_eq!(0x5a_u8.to_small_planes(Declared::unsigned(8)), Ok(Some((0x5a, 0))));
    /// ```
    ///
    /// # Errors
    ///
    /// As [`to_declared`](LogicValue::to_declared).
    #[inline]
    fn to_small_planes(&self, declared: Declared) -> Result<Option<(u64, u64)>, ValueError> {
        self.to_declared(declared)
            .map(|vector| vector.small_planes())
    }
}

/// A type made by a derive whose values a signal can carry: it says how wide the signal has to be.
/// `#[derive(LogicEnum)]` and `#[derive(LogicStruct)]` implement it.
///
/// ```
/// use verifork::prelude::*;
/// use verifork::value::LogicWidth;
///
/// #[derive(LogicEnum, Clone, Copy, Debug, PartialEq)]
/// enum State {
///     Idle,
///     Busy = 4,
/// }
/// assert_eq!(State::MIN_WIDTH, 3);
/// ```
pub trait LogicWidth: LogicValue {
    /// The fewest bits that hold every value. [`NATIVE_WIDTH`](LogicValue::NATIVE_WIDTH) is the same, or
    /// `None` if more are fine.
    const MIN_WIDTH: u32;
}

/// An enumeration without fields as a signal's value; `#[derive(LogicEnum)]` implements it.
///
/// ```
/// use verifork::prelude::*;
/// use verifork::value::LogicEnum as _;
///
/// #[derive(LogicEnum, Clone, Copy, Debug, PartialEq)]
/// enum State {
///     Idle,
///     Done = 3,
/// }
/// assert_eq!(State::VARIANTS, [("Idle", 0), ("Done", 3)]);
/// assert_eq!(State::WIDTH, 2);
/// ```
pub trait LogicEnum: LogicWidth {
    /// The variants' names and values in the order of their declaration.
    const VARIANTS: &'static [(&'static str, u128)];
    /// The width in bits: the declared one, else what the largest value needs.
    const WIDTH: u32;

    /// The position in [`VARIANTS`](LogicEnum::VARIANTS) of the variant whose value `vector` is.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// #[derive(Clone, Copy, Debug, PartialEq, LogicEnum)]
    /// enum State { Idle = 0, Busy = 1, Done = 4 }
    ///
    /// assert_eq!(State::variant_index(&LogicVec::from_u64(4, 3)?)?, 2);
    /// assert!(State::variant_index(&LogicVec::from_u64(5, 3)?).is_err());
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
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
    /// assert_eq!(LogicVec::ones(8).to::<i32>()?, -1);
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
    const ALL_STATES: bool = true;

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
    fn to_small_planes(&self, declared: Declared) -> Result<Option<(u64, u64)>, ValueError> {
        self.expect_width(declared.width, "the value")?;
        Ok(self.small_planes())
    }
}

impl LogicValue for Logic {
    const NATIVE_WIDTH: Option<u32> = Some(1);
    const ALL_STATES: bool = true;

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
    fn from_planes_u64(declared: Declared, value: u64, unknown: u64) -> Result<bool, ValueError> {
        if declared.width == 1 && unknown & 1 == 0 {
            return Ok(value & 1 != 0);
        }
        LogicVec::from_planes_u64(declared.width, value, unknown).to_bool()
    }

    #[inline]
    fn to_small_planes(&self, declared: Declared) -> Result<Option<(u64, u64)>, ValueError> {
        u8::from(*self).to_small_planes(Declared::unsigned(declared.width))
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

    impl LogicWidth for State {
        const MIN_WIDTH: u32 = 2;
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
            LogicVec::ones(2).to::<State>().unwrap_err().to_string(),
            "2'b11 is not a variant of State: it has Idle = 0, Run = 2"
        );
        assert!(matches!(
            LogicVec::unknown(2).to::<State>(),
            Err(ValueError::Unknown {
                wanted: "State",
                ..
            })
        ));
        let wide = LogicVec::ones(200).to::<State>();
        assert!(matches!(wide, Err(ValueError::NotAVariant { .. })));
    }

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

    #[test]
    fn a_vector_is_written_only_in_its_own_width() {
        let error = LogicVec::zeros(9).to_logic(8).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the value has 9 bits where 8 bits belong"
        );
        assert!(Logic::One.to_logic(2).is_err());
        assert_eq!(LogicVec::ones(1).to::<Logic>(), Ok(Logic::One));
        assert!(LogicVec::ones(2).to::<Logic>().is_err());
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
