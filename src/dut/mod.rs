//! Handles to the design: objects found by name; signals, arrays and parameters with a Rust type.
//!
//! ```no_run
//! use verifork::dut::{Dut, Instance, Signal};
//! use verifork::value::LogicVec;
//!
//! #[derive(Dut)]
//! struct Counter {
//!     clk: Signal<bool>,
//!     en: Signal<bool>,
//!     count: Signal<u8>,
//! }
//!
//! async fn counts(dut: Counter) -> Result<(), verifork::dut::ReadError> {
//!     dut.en.set(true); // applied when the time step reaches its read-write phase
//!     dut.clk.rising_edges(3).await;
//!     let count: u8 = dut.count.get()?; // an error that says which bits, if some are unknown
//!     assert_eq!(count, 2);
//!     Ok(())
//! }
//!
//! fn explores(dut: Instance) -> Result<(), verifork::dut::BindError> {
//!     let count = dut.signal::<LogicVec>("count")?; // any width, all states
//!     println!("{} = {}", count.path(), count.get());
//!     Ok(())
//! }
//! ```
//!
//! Handles are small and `Copy`, as is a struct of them that derives `Dut`, and stay on the simulator's thread. A
//! name is looked up once, when the handle is created. Reading and writing up to 64 bits allocates nothing.
//!
//! Invariant: a [`Signal<T>`] exists only for an object whose encoding `T` can hold, so a read or a write can fail
//! only because of the value.
//! Boundary: the scheduler below knows no Rust types. Every access becomes one of its reads or writes, with the
//! caller's source location.

mod affix;
mod array;
mod bind;
mod bind_error;
mod declared_paths;
mod derived;
mod error;
mod expect;
mod fit;
mod instance;
mod lookup;
mod object;
mod parameter;
mod select;
mod several;
mod signal;
mod value;
mod wait;
mod write;

#[cfg(test)]
mod testing;

pub use affix::Affix;
#[doc(alias("memory", "ram", "rom", "register file"))]
pub use array::Array;
pub use bind::{Binder, Dut, FieldSpec};
pub(crate) use bind_error::DOES_NOT_FIT;
pub use bind_error::{BindError, BindErrorKind, FieldError};
pub use declared_paths::DeclaredPaths;
pub(crate) use declared_paths::PathSet;
#[doc(hidden)]
pub use derived::{Declare, DeclareNothing};
pub use error::{ReadCause, ReadError, SelectError, WriteCause, WriteError};
pub use expect::ExpectError;
#[doc(alias("module", "entity", "scope", "hierarchy"))]
pub use instance::Instance;
pub(crate) use instance::bind_top;
#[doc(alias("handle", "HierarchyObject", "ModifiableObject", "vpiHandle"))]
pub use object::Object;
#[doc(alias("generic", "localparam", "constant"))]
pub use parameter::Parameter;
#[doc(alias("part select", "bit select", "subfield"))]
pub use select::Select;
pub use signal::SameSignal;
#[doc(alias(
    "handle",
    "ModifiableObject",
    "LogicObject",
    "logic",
    "variable",
    "net",
    "wire",
    "reg",
    "port",
    "reset"
))]
pub use signal::Signal;
pub use value::{ScalarValue, SignalValue, enum_width};
#[doc(alias("bind", "handle", "interface", "modport"))]
pub use verifork_macros::Dut;
pub use wait::ArrayWait;
pub use wait::Condition;
