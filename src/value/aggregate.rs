//! Values made of others: packed structures, and lanes of packed arrays.

use std::marker::PhantomData;

use super::{FieldLayout, Layout, LogicValue, LogicVec, LogicWidth, ValueError};

/// A struct as the value of a packed structure (IEEE 1800-2017, 7.2.1); `#[derive(LogicStruct)]`
/// implements it.
///
/// ```
/// use verifork::prelude::*;
///
/// #[derive(LogicStruct, Clone, Debug, PartialEq)]
/// struct Header {
///     kind: u8,
///     last: bool,
/// }
/// assert_eq!(Header::FIELDS, [("kind", 1, 8), ("last", 0, 1)]);
/// ```
///
/// A record of VHDL is bound by the names of its fields, in upper or lower case, whatever their order. Its
/// vectors have the width of the struct's fields, and its integers and enumerations any that hold their
/// values.
///
/// A struct that fits several variants of a design is generic in what differs:
///
/// ```
/// use verifork::prelude::*;
///
/// #[derive(LogicStruct, Clone, Debug, PartialEq)]
/// struct Beat<T, const ID: u32> {
///     data: T,
///     #[logic(width = ID)]
///     id: u8,
/// }
/// assert_eq!(Beat::<u32, 4>::FIELDS, [("data", 4, 32), ("id", 0, 4)]);
/// ```
pub trait LogicStruct: LogicWidth {
    /// The fields in the order of their declaration: each one's name, least significant bit and width.
    const FIELDS: &'static [(&'static str, u32, u32)];
    /// The same with the meaning of each field's bits.
    #[doc(hidden)]
    const LAYOUTS: &'static [FieldLayout];
}

/// A field, by its type and its declared width. Without a declared width, it has the type's own.
///
/// Evaluated when the derive's output is compiled; a panic becomes an error at the field's type.
///
/// # Panics
///
/// If there is no width, the width is 0, or the type holds fewer bits.
#[doc(hidden)]
pub const fn field<T: LogicValue>(name: &'static str, declared: Option<u32>) -> FieldLayout {
    let width = match (declared, T::NATIVE_WIDTH) {
        (Some(0), _) | (_, Some(0)) => panic!("a field is at least 1 bit wide"),
        (Some(declared), Some(native)) => {
            assert!(
                declared <= native,
                "the width of this field is greater than that of its type"
            );
            declared
        }
        (Some(width), None) | (None, Some(width)) => width,
        (None, None) => {
            panic!("this type has no width of its own: say it, as in `#[logic(width = 3)]`")
        }
    };
    FieldLayout {
        name,
        low: 0,
        width,
        layout: T::LAYOUT,
        all_states: T::ALL_STATES,
    }
}

/// Whether a structure is as wide as its place.
///
/// # Errors
///
/// [`ValueError::Width`].
#[doc(hidden)]
pub fn check_structure(expected: u32, actual: u32) -> Result<(), ValueError> {
    if expected == actual {
        return Ok(());
    }
    Err(ValueError::Width {
        what: "a value of this structure",
        expected,
        actual,
    })
}

/// Reads and writes a field in the code of the derive, where a type that is no [`LogicValue`] is no second
/// error: the methods of [`NoField`] are there for it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Field<T> {
    place: (&'static str, u32, u32),
    structure: &'static str,
    value: PhantomData<T>,
}

impl<T> Field<T> {
    pub fn new(place: (&'static str, u32, u32), structure: &'static str) -> Self {
        Field {
            place,
            structure,
            value: PhantomData,
        }
    }
}

impl<T: LogicValue> Field<T> {
    /// Reads the field.
    ///
    /// # Errors
    ///
    /// [`ValueError::Field`] around what stands in the way.
    pub fn read(self, vector: &LogicVec) -> Result<T, ValueError> {
        let (field, low, width) = self.place;
        vector
            .slice(low + width - 1, low)
            .and_then(|bits| T::from_logic(&bits))
            .map_err(|error| error.of_field(self.structure, field))
    }

    /// Writes the field.
    ///
    /// # Errors
    ///
    /// [`ValueError::Field`] around what stands in the way.
    pub fn write(self, vector: &mut LogicVec, value: &T) -> Result<(), ValueError> {
        let (field, low, width) = self.place;
        value
            .to_logic(width)
            .and_then(|bits| vector.set_slice(low + width - 1, low, &bits))
            .map_err(|error| error.of_field(self.structure, field))
    }
}

/// See [`Field`]. Never called.
#[doc(hidden)]
pub trait NoField<T>: Sized {
    fn read(self, _: &LogicVec) -> Result<T, ValueError> {
        unreachable!("a field's type is a `LogicValue`")
    }

    fn write(self, _: &mut LogicVec, _: &T) -> Result<(), ValueError> {
        unreachable!("a field's type is a `LogicValue`")
    }
}

impl<T> NoField<T> for Field<T> {}

/// Lanes of a packed array: `[u8; 4]` is `logic [3:0][7:0]`, element 0 the least significant.
///
/// ```
/// use verifork::value::{LogicValue, LogicVec};
///
/// let lanes: [u8; 4] = LogicVec::from_u64(0x0403_0201, 32)?.to()?;
/// assert_eq!(lanes, [1, 2, 3, 4]);
/// assert_eq!([true, false, true].to_logic(3)?, LogicVec::from_u64(0b101, 3)?);
/// # Ok::<(), verifork::value::ValueError>(())
/// ```
impl<T: LogicValue, const N: usize> LogicValue for [T; N] {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "it is compared with what is cast"
    )]
    const NATIVE_WIDTH: Option<u32> = match T::NATIVE_WIDTH {
        Some(width) if N as u32 as usize == N => width.checked_mul(N as u32),
        _ => None,
    };
    const ALL_STATES: bool = T::ALL_STATES;
    const LAYOUT: Layout = Layout::Lanes(&T::LAYOUT, N);

    fn from_logic(vector: &LogicVec) -> Result<Self, ValueError> {
        let width = lane_width(vector.width(), N)?;
        let mut problem = None;
        let lanes: [Option<T>; N] = std::array::from_fn(|lane| {
            let low = u32::try_from(lane).ok()? * width;
            let bits = vector.slice(low + width - 1, low);
            bits.and_then(|bits| T::from_logic(&bits))
                .map_err(|error| problem.get_or_insert(error.of_lane(lane)).clone())
                .ok()
        });
        match problem {
            Some(problem) => Err(problem),
            None => Ok(lanes.map(|lane| lane.expect("without a problem each lane has its value"))),
        }
    }

    fn to_logic(&self, width: u32) -> Result<LogicVec, ValueError> {
        let lane_width = lane_width(width, N)?;
        let mut vector = LogicVec::zeros(width);
        let mut low = 0;
        for (number, lane) in self.iter().enumerate() {
            lane.to_logic(lane_width)
                .and_then(|bits| vector.set_slice(low + lane_width - 1, low, &bits))
                .map_err(|error| error.of_lane(number))?;
            low += lane_width;
        }
        Ok(vector)
    }

    fn type_name() -> &'static str {
        std::any::type_name::<Self>()
    }
}

/// The width of each of `lanes` lanes.
fn lane_width(width: u32, lanes: usize) -> Result<u32, ValueError> {
    let uneven = ValueError::Lanes { width, lanes };
    let lanes = u32::try_from(lanes).map_err(|_| uneven.clone())?;
    let per_lane = width.checked_div(lanes).unwrap_or(0);
    if per_lane > 0 && per_lane * lanes == width {
        Ok(per_lane)
    } else {
        Err(uneven)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Logic;

    #[derive(Debug, Clone, Copy, PartialEq, verifork_macros::LogicEnum)]
    #[logic(width = 3)]
    enum Kind {
        Data,
        Control = 5,
    }

    #[derive(Debug, Clone, PartialEq, verifork_macros::LogicStruct)]
    struct Flags {
        last: bool,
        strobe: [bool; 2],
    }

    #[derive(Debug, Clone, PartialEq, verifork_macros::LogicStruct)]
    struct Header {
        kind: Kind,
        #[logic(width = 12)]
        length: u16,
        #[logic(width = 4)]
        offset: i8,
        flags: Flags,
        #[logic(width = 2)]
        rest: LogicVec,
    }

    #[derive(Debug, Clone, PartialEq, verifork_macros::LogicStruct)]
    #[logic(lsb_first)]
    struct Reversed {
        kind: Kind,
        #[logic(width = 12)]
        length: u16,
        state: Logic,
    }

    fn header() -> Header {
        Header {
            kind: Kind::Control,
            length: 0xabc,
            offset: -2,
            flags: Flags {
                last: true,
                strobe: [false, true],
            },
            rest: "01".parse().unwrap(),
        }
    }

    #[test]
    fn the_first_field_is_the_most_significant_unless_it_is_said_otherwise() {
        assert_eq!(Header::MIN_WIDTH, 24);
        assert_eq!(Header::NATIVE_WIDTH, Some(24));
        // It has a field of `LogicVec`, and the other one of `Logic`.
        let keep = [Header::ALL_STATES, Reversed::ALL_STATES, Flags::ALL_STATES];
        assert_eq!(keep, [true, true, false]);
        let fields = [
            ("kind", 21, 3),
            ("length", 9, 12),
            ("offset", 5, 4),
            ("flags", 2, 3),
            ("rest", 0, 2),
        ];
        assert_eq!(Header::FIELDS, fields);
        let bits = header().to_logic(24).unwrap();
        assert_eq!(bits.to_binary_string(), "101101010111100111011001");
        assert_eq!(Header::from_logic(&bits).unwrap(), header());
        let fields = [("kind", 0, 3), ("length", 3, 12), ("state", 15, 1)];
        assert_eq!(Reversed::FIELDS, fields);
        let reversed = Reversed {
            kind: Kind::Data,
            length: 1,
            state: Logic::HighImpedance,
        };
        let bits = reversed.to_logic(16).unwrap();
        assert_eq!(bits.to_binary_string(), "Z000000000001000");
        assert_eq!(Reversed::from_logic(&bits).unwrap(), reversed);
    }

    #[test]
    fn an_error_names_the_field_however_deep_it_is() {
        let text = |bits: &str| {
            let vector = LogicVec::from_binary_str(bits).unwrap();
            Header::from_logic(&vector).unwrap_err().to_string()
        };
        let kind = text("010000000000000000000000");
        assert!(kind.starts_with("field `kind` of Header: "), "{kind}");
        let deep = text("00000000000000000000X000");
        let names = "field `flags` of Header: field `strobe` of Flags: lane 1: ";
        assert!(deep.starts_with(names), "{deep}");
        let wide = Header {
            length: 0x1000,
            ..header()
        };
        let error = wide.to_logic(24).unwrap_err().to_string();
        assert!(
            error.starts_with("field `length` of Header: 4096 does not fit 12 bits"),
            "{error}"
        );
        let width = header().to_logic(25).unwrap_err().to_string();
        assert_eq!(
            width,
            "a value of this structure has 24 bits where 25 bits belong"
        );
    }

    #[test]
    fn lanes_are_counted_from_the_least_significant() {
        let lanes: [[u8; 2]; 2] = LogicVec::from_u64(0x0403_0201, 32).unwrap().to().unwrap();
        assert_eq!(lanes, [[1, 2], [3, 4]]);
        assert_eq!(
            lanes.to_logic(32).unwrap(),
            LogicVec::from_u64(0x0403_0201, 32).unwrap()
        );
        let nibbles: [u8; 3] = LogicVec::from_u64(0xcba, 12).unwrap().to().unwrap();
        assert_eq!(nibbles, [0xa, 0xb, 0xc]);
        let uneven = LogicVec::zeros(10).to::<[u8; 3]>().unwrap_err();
        assert_eq!(uneven.to_string(), "10 bits are not 3 lanes of one width");
        let unknown = LogicVec::from_binary_str("0X00").unwrap();
        let error = unknown.to::<[u8; 2]>().unwrap_err().to_string();
        assert!(error.starts_with("lane 1: "), "{error}");
        assert!(
            [7_u8, 16]
                .to_logic(8)
                .unwrap_err()
                .to_string()
                .starts_with("lane 1: 16")
        );
    }
}
