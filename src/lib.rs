//! Hardware verification in async Rust: forked tasks, resumed by the simulator.

// The macros name the library by its own name, also inside of it.
extern crate self as verifork;

pub mod clock;
pub mod dut;
mod failure;
mod plugin;
pub mod prelude;
mod regression;
mod scheduler;
mod simulator;
pub mod sync;
mod sys;
pub mod task;
pub mod time;
pub mod trigger;
pub mod value;

pub use anyhow::{Context, Error};
pub use rand;
pub use regression::test::{Test, TestRng, skip};
pub use scheduler::NoSimulation;
pub use simulator::{Description, Direction, Encoding, ObjectKind, PortError};
pub use verifork_macros::test;

/// What tests and tasks return: a value, nothing by default, or any error.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// What the macros expand to.
#[doc(hidden)]
pub mod __private {
    pub use crate::Result;
    pub use crate::failure::failure;
    pub use crate::regression::registry::{
        FromTest, TestContext, TestEntry, TestFuture, TestOptions, TestOutput,
    };
    pub use crate::dut::{Binder, Dut, FieldSpec, enum_width};
    pub use crate::scheduler::census;
    pub use crate::simulator::Direction;
    pub use crate::time::TimeUnits;
    pub use crate::value::{LogicEnum, LogicValue, LogicVec, ValueError};
    pub use {anyhow, inventory};
}
