//! Hardware verification in async Rust: forked tasks, resumed by the simulator.

pub mod sync;
pub mod task;
pub mod time;

pub use anyhow::Result;
