//! The items that a testbench uses all the time.
//!
//! ```no_run
//! use verifork::prelude::*;
//!
//! #[derive(Dut)]
//! struct Counter {
//!     clk: Signal<bool>,
//!     count: Signal<u8>,
//! }
//!
//! #[verifork::test]
//! async fn counts(dut: Counter) -> Result {
//!     Clock::new(&dut.clk, 10.ns()).start();
//!     dut.count.wait_for(3).await;
//!     Ok(())
//! }
//! # fn main() {}
//! ```
//!
//! `use verifork::*;` imports the same items and the modules. Either way, write the attribute as `#[verifork::test]`:
//! `#[test]` is Rust's own.

pub use std::future::pending;

pub use crate::clock::{Clock, RunningClock};
pub use crate::dut::{Array, Dut, Instance, Parameter, Signal};
pub use crate::random::TestRng;
pub use crate::regression::test::{Test, pass, skip};
pub use crate::sync::{Event, Mutex, Receiver, Semaphore, Sender, channel, unbounded};
pub use crate::task::{
    ChildOptions, Task, TaskManager, background, scope, scope_with, spawn, spawn_named, yield_now,
};
pub use crate::time::{SimDuration, SimTime, TimeUnits};
pub use crate::trigger::{next_time_step, now, read_only, read_write, timer, with_timeout};
pub use crate::value::{Logic, LogicEnum, LogicStruct, LogicVec};
pub use crate::{Context, Result, bail, ensure, first_of};
pub use log;
pub use verifork_macros::{LogicEnum, LogicStruct};
