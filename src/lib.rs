//! Hardware verification in async Rust: forked tasks, resumed by the simulator.

mod plugin;
mod regression;
mod scheduler;
mod simulator;
pub mod sync;
mod sys;
pub mod task;
pub mod time;
pub mod trigger;
pub mod value;

pub use anyhow::{Context, Error, Result, anyhow as error, bail, ensure};
pub use scheduler::NoSimulation;
pub use simulator::{Description, Direction, Encoding, ObjectKind, PortError};
