//! One safe port to the simulator that runs this process: over VPI, over VHPI, or in the memory of Verilator's model.
//!
//! Invariants: nothing unwinds into the simulator; only the port creates handles, and they live until the end of the
//! run; no call reaches the simulator once simulation has ended.
//! Boundary: the layers above know no C type and no simulator by name, only [`Port`], [`Events`] and the facts in
//! [`Quirks`].

mod agenda;
mod by_handle;
mod declarations;
mod description;
mod driver;
mod error;
mod event;
mod generated_name;
mod handle;
mod identity;
mod in_order;
mod message;
mod path;
mod port;
mod quirks;
#[cfg(test)]
pub(crate) mod testing;
mod text;
pub(crate) mod verilator;
mod verilog_name;
mod vhdl_name;
pub(crate) mod vhpi;
pub(crate) mod vpi;

pub(crate) use agenda::{Agenda, Phase};
pub(crate) use by_handle::ByHandle;
pub use description::{Description, Direction, Encoding, ObjectKind};
pub(crate) use driver::{Driver, Processes};
pub use error::PortError;
pub(crate) use error::PortResult;
pub(crate) use event::{Events, Listener, Unusable, install, listen};
pub(crate) use handle::{CallbackHandle, Handle};
pub(crate) use identity::Identity;
pub(crate) use in_order::InOrder;
pub(crate) use message::{Message, MessageKind, MessageStyle, Messages};
pub(crate) use port::{Port, Value, WriteMode, port};
pub(crate) use quirks::{NameCase, Quirks, VectorFormats};
pub(crate) use verilog_name::first_name;
