//! Signal values: [`Logic`], [`LogicVec`], and the conversions to and from Rust's types.
//!
//! A conversion that would lose information returns a [`ValueError`]: an unknown bit is never read as 0, and no bit is
//! dropped silently.
//!
//! ```
//! use verifork::value::{Logic, LogicVec, ValueError};
//!
//! let bus: LogicVec = "8'hx5".parse()?;
//! assert_eq!(bus.bit(0), Some(Logic::One));
//! assert_eq!(bus.slice(3, 0)?.to_u64()?, 5);
//! assert_eq!(
//!     u8::try_from(&bus).unwrap_err().to_string(),
//!     "8'hx5 cannot be read as u8: bits 7:4 are unknown",
//! );
//! assert_eq!(
//!     LogicVec::from_u64(300, 8).unwrap_err().to_string(),
//!     "300 does not fit 8 bits, which hold 0 to 255",
//! );
//! # Ok::<(), ValueError>(())
//! ```

mod aggregate;
#[cfg(feature = "num-bigint")]
mod bigint;
mod binary;
mod bits;
mod bitwise;
mod bytes;
mod compare;
mod convert;
mod declared;
mod enumeration;
mod error;
mod format;
mod integer;
mod layout;
mod logic;
mod logic_integer;
mod logic_value;
mod parse;
mod planes;
mod random;
mod ranged;
mod resize;
mod resolve;
mod select;
mod shift;
mod storage;
mod vec;

#[cfg(test)]
mod model;

#[doc(alias("packed", "struct packed", "record"))]
pub use aggregate::LogicStruct;
#[doc(hidden)]
pub use aggregate::{Field, NoField, check_structure, field};
pub use bits::{Bits, UnknownBits};
pub use compare::Operand;
pub use declared::Declared;
pub use enumeration::LogicEnum;
pub use error::ValueError;
#[doc(hidden)]
pub use layout::{
    FieldLayout, Layout, field_layouts, field_places, some_keep_all_states, structure_width,
};
#[doc(alias("std_logic", "std_ulogic"))]
pub use logic::Logic;
pub use logic_value::{LogicValue, LogicWidth};
pub(crate) use planes::low_mask;
pub(crate) use ranged::DeclaredRange;
#[doc(alias = "downto")]
pub use ranged::Ranged;
#[doc(alias("LogicArray", "std_logic_vector", "BinaryValue"))]
pub use vec::LogicVec;
