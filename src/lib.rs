//! Hardware verification in async Rust: forked tasks, resumed by the simulator.

pub mod dut;
mod plugin;
mod scheduler;
mod simulator;
pub mod sync;
mod sys;
pub mod task;
pub mod time;
pub mod value;

pub use simulator::{Description, Direction, Encoding, ObjectKind, PortError};
