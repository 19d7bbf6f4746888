//! Hardware verification in async Rust: forked tasks, resumed by the simulator.

pub mod value;
pub mod time;
pub mod task;
pub mod sync;
mod sys;
mod simulator;
mod scheduler;
pub mod dut;
