//! Rust types that a signal of fitting width can be read as and written with.

use super::{Declared, Layout, Logic, LogicVec, ValueError};

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
    use super::*;

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
}
