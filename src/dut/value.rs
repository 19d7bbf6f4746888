//! The Rust types that a signal's value can have.

use self::sealed::{ValueSource, ValueWrite};
use super::error::{ReadCause, ReadError, expect};
use crate::scheduler::{SignalEntry, SignalIndex, Write};
use crate::simulator::Encoding;
use crate::value::{
    Declared, Layout, Logic, LogicValue, LogicVec, LogicWidth, ValueError, low_mask,
};

/// A Rust type that a [`Signal`](super::Signal) can carry.
///
/// | type | fits | [`get`](super::Signal::get) returns |
/// |---|---|---|
/// | `bool` | 1 bit | `Result<bool, ReadError>` |
/// | `u8` … `u128`, `i8` … `i128` | as many bits or fewer | `Result<_, ReadError>` |
/// | [`Logic`] | 1 bit | `Logic`: all nine states |
/// | [`LogicVec`] | any number of bits | `LogicVec`: all nine states |
/// | an enum that derives [`LogicEnum`](crate::value::LogicEnum) | its declared width, else its width or more; any enumeration of VHDL | `Result<_, ReadError>` |
/// | a struct that derives [`LogicStruct`](crate::value::LogicStruct) | the sum of its fields; a record of VHDL with the same fields | `Result<_, ReadError>` |
/// | `[T; N]` of these: lanes of a packed array, element 0 the least significant | `N` times as many bits | `Result<_, ReadError>` |
/// | `f64` | a real number | `f64` |
/// | `String` | a string | `String` |
///
/// With the feature `num-bigint`, `BigUint` and `BigInt` fit any number of bits.
///
/// ```
/// use verifork::dut::{Dut, Signal, SignalValue};
///
/// /// The same port of two designs, which differ in the width of the data.
/// #[derive(Dut)]
/// struct Port<T: SignalValue> {
///     valid: Signal<bool>,
///     data: Signal<T>,
/// }
///
/// async fn send<T: SignalValue>(port: &Port<T>, word: T) {
///     port.data.set(word);
///     port.valid.set(true);
/// }
/// ```
///
/// # Integers
///
/// The *declaration*, not the Rust type, decides which number the bits mean: `logic [7:0]` with the
/// bits `f0` is 240 as `u16` and as `i32`, and `logic signed [7:0]` is -16 (IEEE 1800-2017, 11.8.1). An
/// enumeration, a character and a boolean of VHDL are their positions, from 0 on. Reading a number that
/// the Rust type cannot hold is an error. So is writing one that the object cannot hold: -16 to `logic
/// [7:0]`, 240 to `logic signed [7:0]`.
///
/// There is one exception. `u8`, `i8`, … `u128`, `i128` read and write the plain bits of a vector of
/// *exactly* their width: as `i8`, `logic [7:0]` with the bits `f0` is -16. This applies to vectors and
/// to Verilog's integers, not to VHDL's numbers, which have no bits.
///
/// Selected bits are unsigned (IEEE 1800-2017, 11.8.1), whatever they are selected from. Whether an
/// object is signed is known if the simulator shows it. Icarus shows it for every object (for words of
/// a memory with `cargo test` only), as does Verilator in a design compiled by `cargo test`, or from
/// 5.044 on. NVC shows it for integers, `signed` and `sfixed`; GHDL for integers only. A program built
/// by hand with an older Verilator does not show it. Where it is not known, vectors are unsigned; read
/// a signed one as the integer type of exactly its width.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type for a signal's value",
    label = "use `bool`, `Logic`, `u8` to `u128`, `i8` to `i128`, `LogicVec`, `f64` or `String`",
    note = "`f64` is the type for reals of every width, and `LogicVec` for vectors of any width; \
            an enum derives `LogicEnum`, a struct derives `LogicStruct`, \
            and a packed array of them is `[T; N]`"
)]
pub trait SignalValue: sealed::Value {
    /// What reading returns: the type itself where every value fits it, else a `Result`.
    type Read;

    #[doc(hidden)]
    fn read(result: Result<Self, ReadError>) -> Self::Read;
}

/// A type for signals of 1 bit, which have edges: `bool` and [`Logic`].
///
/// ```
/// use verifork::dut::{ScalarValue, Signal};
///
/// async fn three_cycles<T: ScalarValue>(clk: Signal<T>) {
///     clk.rising_edges(3).await;
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a `Signal<{Self}>` has no edges: await `changed()` or `wait_for(value)`",
    label = "only `Signal<bool>` and `Signal<Logic>` have edges"
)]
pub trait ScalarValue: SignalValue + LogicValue {}

impl ScalarValue for bool {}
impl ScalarValue for Logic {}

pub(super) mod sealed {
    use super::{
        Declared, Encoding, Layout, ReadCause, SignalEntry, SignalIndex, ValueError, Write,
    };

    /// How a value goes through the scheduler.
    pub trait Value: Sized + 'static {
        /// The type's name, for messages.
        fn name() -> &'static str;
        /// The values that it takes, for messages: "1 to 8 bits".
        fn takes() -> String;
        /// What its bits mean.
        fn layout() -> Layout {
            Layout::Bits
        }
        /// Whether it takes every value of the encoding, unknown bits aside.
        fn fits(encoding: &Encoding) -> bool;
        /// Whether it is a value of bits, of whatever width.
        fn takes_logic() -> bool {
            true
        }
        /// Its bits, if they are up to 64, all known, and the object holds the value.
        #[inline]
        fn small(&self, _declared: Declared) -> Option<u64> {
            None
        }
        /// Reads it.
        fn load(source: ValueSource) -> Result<Self, ReadCause>;
        /// Passes it to `put` in the cheapest form.
        fn store<R>(
            &self,
            declared: Declared,
            put: impl FnOnce(ValueWrite<'_>) -> R,
        ) -> Result<R, ValueError>;
    }

    /// Where a value is read.
    #[derive(Clone, Copy)]
    #[allow(missing_debug_implementations, reason = "it is not visible outside")]
    pub struct ValueSource {
        pub(in crate::dut) entry: &'static SignalEntry,
        pub(in crate::dut) index: SignalIndex,
    }

    /// A value on its way to the scheduler.
    #[derive(Debug)]
    pub struct ValueWrite<'a>(pub(in crate::dut) Write<'a>);
}

#[inline]
fn load_logic<T: LogicValue>(ValueSource { entry, index }: ValueSource) -> Result<T, ReadCause> {
    let declared = entry.declared;
    if declared.width <= 64
        && let Some(value) = entry.read_direct(index)
    {
        return Ok(T::from_planes_u64(declared, value, 0)?);
    }
    load_asked(entry, index)
}

/// Reads through the port.
#[inline(never)]
fn load_asked<T: LogicValue>(entry: &SignalEntry, index: SignalIndex) -> Result<T, ReadCause> {
    let declared = entry.declared;
    if declared.width <= 64 && !T::ALL_STATES {
        let (value, unknown) = entry.read_small(index)?;
        return Ok(T::from_planes_u64(declared, value, unknown)?);
    }
    let mut vector = LogicVec::default();
    entry.kernel.read(index, &mut vector)?;
    Ok(T::from_declared(declared, &vector)?)
}

#[inline]
fn small_logic<T: LogicValue>(value: &T, declared: Declared) -> Option<u64> {
    if declared.width > 64 {
        return None;
    }
    match value.to_small_planes(declared) {
        Ok(Some((value, 0))) => Some(value),
        _ => None,
    }
}

#[inline]
fn store_logic<T: LogicValue, R>(
    value: &T,
    declared: Declared,
    put: impl FnOnce(ValueWrite<'_>) -> R,
) -> Result<R, ValueError> {
    if declared.width <= 64
        && let Some((value, unknown)) = value.to_small_planes(declared)?
    {
        return Ok(put(ValueWrite(Write::Small {
            value,
            unknown,
            mask: low_mask(declared.width),
        })));
    }
    Ok(put(ValueWrite(Write::Wide(&value.to_declared(declared)?))))
}

fn bits(count: u32) -> String {
    if count == 1 {
        "1 bit".to_owned()
    } else {
        format!("{count} bits")
    }
}

/// The parts of `Value` that all logic types share.
macro_rules! through_logic {
    () => {
        #[inline]
        fn load(source: ValueSource) -> Result<Self, ReadCause> {
            load_logic(source)
        }

        #[inline]
        fn small(&self, declared: Declared) -> Option<u64> {
            small_logic(self, declared)
        }

        #[inline]
        fn store<R>(
            &self,
            declared: Declared,
            put: impl FnOnce(ValueWrite<'_>) -> R,
        ) -> Result<R, ValueError> {
            store_logic(self, declared, put)
        }

        fn name() -> &'static str {
            <Self as LogicValue>::type_name()
        }

        fn layout() -> Layout {
            <Self as LogicValue>::LAYOUT
        }
    };
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl sealed::Value for $type {
            through_logic!();

            fn takes() -> String {
                format!("1 to {} bits", <$type>::BITS)
            }

            fn fits(encoding: &Encoding) -> bool {
                encoding.width().is_some_and(|width| width <= <$type>::BITS)
            }
        }

        impl SignalValue for $type {
            type Read = Result<$type, ReadError>;

            #[inline]
            fn read(result: Result<$type, ReadError>) -> Self::Read {
                result
            }
        }
    )*};
}

integers!(u8 u16 u32 u64 u128 i8 i16 i32 i64 i128);

impl sealed::Value for bool {
    through_logic!();

    fn takes() -> String {
        bits(1)
    }

    fn fits(encoding: &Encoding) -> bool {
        encoding.width() == Some(1)
    }
}

impl SignalValue for bool {
    type Read = Result<bool, ReadError>;

    #[inline]
    fn read(result: Result<bool, ReadError>) -> Self::Read {
        result
    }
}

impl sealed::Value for Logic {
    through_logic!();

    fn takes() -> String {
        bits(1)
    }

    fn fits(encoding: &Encoding) -> bool {
        encoding.width() == Some(1)
    }
}

impl SignalValue for Logic {
    type Read = Logic;

    #[inline]
    #[track_caller]
    fn read(result: Result<Logic, ReadError>) -> Logic {
        expect(result)
    }
}

macro_rules! any_width {
    ($type:ty) => {
        impl sealed::Value for $type {
            through_logic!();

            fn takes() -> String {
                "any number of bits".to_owned()
            }

            fn fits(encoding: &Encoding) -> bool {
                encoding.width().is_some()
            }
        }
    };
}

any_width!(LogicVec);

impl SignalValue for LogicVec {
    type Read = LogicVec;

    #[inline]
    #[track_caller]
    fn read(result: Result<LogicVec, ReadError>) -> LogicVec {
        expect(result)
    }
}

#[cfg(feature = "num-bigint")]
mod big {
    use num_bigint::{BigInt, BigUint};

    use super::{
        Declared, Encoding, Layout, LogicValue, ReadCause, ReadError, SignalValue, ValueError,
        ValueSource, ValueWrite, load_logic, sealed, small_logic, store_logic,
    };

    any_width!(BigUint);
    any_width!(BigInt);

    impl SignalValue for BigUint {
        type Read = Result<BigUint, ReadError>;

        fn read(result: Result<BigUint, ReadError>) -> Self::Read {
            result
        }
    }

    impl SignalValue for BigInt {
        type Read = Result<BigInt, ReadError>;

        fn read(result: Result<BigInt, ReadError>) -> Self::Read {
            result
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T: LogicWidth> sealed::Value for T {
    through_logic!();

    fn takes() -> String {
        match T::NATIVE_WIDTH {
            Some(width) => bits(width),
            None => format!("{} or more", bits(T::MIN_WIDTH)),
        }
    }

    fn fits(encoding: &Encoding) -> bool {
        encoding.width().is_some_and(|width| {
            T::NATIVE_WIDTH.map_or(width >= T::MIN_WIDTH, |declared| width == declared)
        })
    }
}

#[diagnostic::do_not_recommend]
impl<T: LogicWidth> SignalValue for T {
    type Read = Result<T, ReadError>;

    #[inline]
    fn read(result: Result<T, ReadError>) -> Self::Read {
        result
    }
}

impl<T: LogicValue, const N: usize> sealed::Value for [T; N] {
    through_logic!();

    fn takes() -> String {
        match Self::NATIVE_WIDTH {
            Some(width) => bits(width),
            None => format!("{N} lanes of one width"),
        }
    }

    fn fits(encoding: &Encoding) -> bool {
        encoding
            .width()
            .is_some_and(|width| match Self::NATIVE_WIDTH {
                Some(native) => width == native,
                None => width > 0 && (width as usize).is_multiple_of(N),
            })
    }
}

/// Lanes of a packed array, element 0 the least significant.
impl<T: LogicValue, const N: usize> SignalValue for [T; N] {
    type Read = Result<[T; N], ReadError>;

    #[inline]
    fn read(result: Result<[T; N], ReadError>) -> Self::Read {
        result
    }
}

impl sealed::Value for f64 {
    fn takes_logic() -> bool {
        false
    }

    fn name() -> &'static str {
        "f64"
    }

    fn takes() -> String {
        "a real number".to_owned()
    }

    fn fits(encoding: &Encoding) -> bool {
        matches!(encoding, Encoding::Real)
    }

    fn load(source: ValueSource) -> Result<f64, ReadCause> {
        Ok(source.entry.kernel.read_real(source.index)?)
    }

    fn store<R>(
        &self,
        _declared: Declared,
        put: impl FnOnce(ValueWrite<'_>) -> R,
    ) -> Result<R, ValueError> {
        Ok(put(ValueWrite(Write::Real(*self))))
    }
}

impl SignalValue for f64 {
    type Read = f64;

    #[track_caller]
    fn read(result: Result<f64, ReadError>) -> f64 {
        expect(result)
    }
}

impl sealed::Value for String {
    fn takes_logic() -> bool {
        false
    }

    fn name() -> &'static str {
        "String"
    }

    fn takes() -> String {
        "a string".to_owned()
    }

    fn fits(encoding: &Encoding) -> bool {
        matches!(encoding, Encoding::Text)
    }

    fn load(source: ValueSource) -> Result<String, ReadCause> {
        Ok(source.entry.kernel.read_text(source.index)?)
    }

    fn store<R>(
        &self,
        _declared: Declared,
        put: impl FnOnce(ValueWrite<'_>) -> R,
    ) -> Result<R, ValueError> {
        Ok(put(ValueWrite(Write::Text(self))))
    }
}

impl SignalValue for String {
    type Read = String;

    #[track_caller]
    fn read(result: Result<String, ReadError>) -> String {
        expect(result)
    }
}

/// The width of an enum: the declared one, which must hold every variant, else what they need.
/// Used by `#[derive(LogicEnum)]`, when it is compiled.
#[doc(hidden)]
pub const fn enum_width(variants: &[(&str, u128)], declared: Option<u32>) -> u32 {
    let (mut index, mut needed) = (0, 1);
    while index < variants.len() {
        let bits = u128::BITS - variants[index].1.leading_zeros();
        assert!(
            bits < u128::BITS,
            "a variant of a `LogicEnum` has a negative value"
        );
        if bits > needed {
            needed = bits;
        }
        index += 1;
    }
    match declared {
        Some(declared) => {
            assert!(
                needed <= declared,
                "the declared width of a `LogicEnum` does not hold all of its variants"
            );
            declared
        }
        None => needed,
    }
}
