//! The layers `task` and `sync` by themselves, and what else of the library holds threads: the gate between the
//! simulator's thread and the watchdog, the watchdog and the exit status. The sanitizers run their unit tests, and
//! `tests/interleavings` has loom's models of them.
//! With the layers above, which have many more tests, instrumented code takes minutes to compile.

#![allow(
    dead_code,
    unused_imports,
    unexpected_cfgs,
    reason = "the layers above use the rest"
)]

// The macros name the library by its own name.
extern crate self as verifork;

#[path = "../../src/failure.rs"]
mod failure;
#[cfg(all(test, not(loom)))]
#[path = "../../src/model/mod.rs"]
mod model;
#[path = "../../src/sync/mod.rs"]
pub mod sync;
#[path = "../../src/task/mod.rs"]
pub mod task;
#[path = "../../src/threads/mod.rs"]
mod threads;
#[path = "../../src/time/mod.rs"]
pub mod time;

pub use anyhow::{Context, Error};

pub type Result<T = (), E = Error> = std::result::Result<T, E>;

pub mod __private {
    pub use crate::Result;
    pub use crate::failure::failure;
    pub use crate::task::first_of::{Either, either};
    pub use anyhow;
    pub use std::future::IntoFuture;
}

mod regression;
mod scheduler;
