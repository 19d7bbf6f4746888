//! Hardware verification in async Rust: forked tasks, resumed by the simulator.
//!
//! A testbench is a crate of type `cdylib` whose tests are async functions. The simulator loads it as a
//! plugin, and its callbacks resume the tasks: on an edge, after simulated time, or in a phase of a time
//! step. Everything runs on the simulator's thread, so the same seed gives the same run.
//!
//! # A first testbench
//!
//! ```no_run
//! use verifork::prelude::*;
//!
//! /// Bound by name when the test starts. One error reports every mismatch with the design.
//! #[derive(Dut)]
//! struct Counter {
//!     clk: Signal<bool>,
//!     rst: Signal<bool>,
//!     en: Signal<bool>,
//!     count: Signal<u8>,
//! }
//!
//! #[verifork::test(timeout = 1.ms())]
//! async fn counts(dut: Counter) -> Result {
//!     Clock::new(&dut.clk, 10.ns()).start();
//!     dut.en.set(false);
//!     dut.rst.set(true); // applied when the time step reaches its read-write phase
//!     dut.clk.rising_edges(2).await;
//!     dut.rst.set(false);
//!     dut.en.set(true);
//!     for expected in 1..=200u8 {
//!         dut.clk.rising_edge().await;
//!         read_only().await; // the time step has settled
//!         dut.count.expect(expected)?; // names signal, values, time and line
//!         next_time_step().await; // writes are allowed again
//!     }
//!     Ok(())
//! }
//! # fn main() {}
//! ```
//!
//! `tests/sim.rs` names the design, with `verifork-runner` as a dev-dependency:
//!
//! ```ignore
//! use verifork_runner::Design;
//!
//! fn main() -> std::process::ExitCode {
//!     verifork_runner::main([Design::new("counter").sources(["hdl/counter.v"])])
//! }
//! ```
//!
//! `Cargo.toml` declares the plugin and the harness:
//!
//! ```toml
//! [lib]
//! crate-type = ["cdylib", "rlib"]
//! test = false # its tests run in simulators
//! doctest = false
//!
//! [[test]]
//! name = "sim"
//! harness = false
//! ```
//!
//! `cargo test` then compiles the design and runs every test on every installed simulator, each in its own
//! process:
//!
//! ```text
//! test counter::icarus::counts    ... ok
//! test counter::verilator::counts ... ok
//! ```
//!
//! `cargo verifork new` writes such a crate for a design. `VERIFORK_HELP=1` lists the variables that choose
//! tests, seed, limits, log and reports.
//!
//! # Where to look
//!
//! | for | see |
//! |---|---|
//! | tests: cases, limits, expected failures, skipping | [`macro@test`], [`Test`], [`skip`] |
//! | the design: signals, memories, parameters, scopes | [`dut`], [`macro@dut::Dut`] |
//! | waiting for edges, time and phases; what an edge is | [`trigger`] |
//! | clocks | [`clock`] |
//! | forking, joining and cancelling tasks | [`task`], [`task::scope`], [`task::TaskManager`] |
//! | communication between tasks, blocking code | [`sync`] |
//! | logic with four and nine states, vectors of any width | [`value`] |
//! | durations and points in simulated time | [`time`] |
//! | transactions, for files and the log | [`record`] |
//! | errors | [`Result`], [`bail!`], [`ensure!`], [`error!`] |
//! | a test that hangs | [`guide::when_it_hangs`] |
//! | cocotb's names and their counterparts | [`guide::coming_from_cocotb`] |
//!
//! # Tasks in parallel
//!
//! ```no_run
//! # use verifork::prelude::*;
//! # async fn drive(_: &Signal<bool>) -> Result { Ok(()) }
//! # async fn monitor(_: &Signal<bool>) -> Result<u32> { Ok(0) }
//! # async fn example(valid: Signal<bool>) -> Result {
//! scope(async |tm| {
//!     let monitor = tm.fork("monitor", monitor(&valid)); // borrows: it ends with the scope
//!     tm.fork("driver", drive(&valid)).await?;
//!     let words = monitor.await?;
//!     ensure!(words > 0, "nothing came through");
//!     Ok(())
//! })
//! .await?; // the errors of all tasks, in the order in which they happened
//! # Ok(())
//! # }
//! ```

#![warn(missing_debug_implementations)]

// `use verifork::*;` brings what the prelude does.
#[doc(no_inline)]
pub use prelude::*;

// The macros name the library by its own name, also inside of it.
extern crate self as verifork;

#[doc(alias = "clkgen")]
pub mod clock;
#[doc(alias = "handle")]
#[doc(alias = "HierarchyObject")]
pub mod dut;
mod failure;
pub mod guide;
#[cfg(test)]
mod model;
mod plugin;
pub mod prelude;
pub mod random;
pub mod record;
mod regression;
mod scheduler;
mod simulator;
#[doc(alias = "threads")]
pub mod sync;
mod sys;
#[doc(alias = "coroutine")]
#[doc(alias = "fork")]
pub mod task;
mod threads;
pub mod time;
#[doc(alias = "Trigger")]
#[doc(alias = "await")]
pub mod trigger;
pub mod value;

pub use anyhow::{Context, Error};
/// The macros that write to the log, with the simulated time: `log::info!("…")`.
#[doc(no_inline)]
pub use log;
/// The traits of random number generators, for [`TestRng`] in distributions of other crates.
#[doc(no_inline)]
pub use rand::rand_core;
#[doc(alias(
    "random",
    "rand",
    "randomize",
    "$urandom",
    "$urandom_range",
    "RandomPType"
))]
pub use random::TestRng;
pub use regression::simulator::{SimulatorInfo, SimulatorVersion};
#[doc(alias("uvm_test", "TestFactory", "regression"))]
pub use regression::test::Test;
#[doc(alias = "pass_test")]
pub use regression::test::pass;
#[doc(alias("SkipTest", "pytest.skip"))]
pub use regression::test::skip;
pub use regression::test_end;
pub use scheduler::NoSimulation;
pub use simulator::{Description, Direction, Encoding, ObjectKind, PortError};
#[doc(alias("select", "race", "First", "await_first"))]
pub use task::first_of::first_of;
#[doc(alias(
    "TestFactory",
    "uvm_test",
    "expect_fail",
    "expect_error",
    "skip",
    "timeout",
    "cocotb.test",
    "parametrize"
))]
pub use verifork_macros::test;
#[doc(inline)]
pub use verifork_protocol::description::Literal;

/// What tests and tasks return: a value, nothing by default, or any error.
///
/// ```
/// use verifork::prelude::*;
///
/// fn parse(line: &str) -> Result<u32> {
///     let digits = line.trim().strip_prefix("0x").context("no 0x")?;
///     Ok(u32::from_str_radix(digits, 16)?)
/// }
/// assert_eq!(parse("0x40\n").unwrap(), 64);
/// assert!(parse("40").is_err());
/// ```
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// What the macros expand to.
#[doc(hidden)]
pub mod __private {
    pub use crate::Result;
    pub use crate::dut::{
        Affix, Binder, Declare, DeclareNothing, DeclaredPaths, Dut, FieldSpec, enum_width,
    };
    pub use crate::failure::failure;
    pub use crate::regression::failure_kind::FailureKind;
    pub use crate::regression::failures::line_of;
    pub use crate::regression::registry::{
        End, FromTest, ShouldFail, TestContext, TestEntry, TestFuture, TestOptions, TestOutput,
        case_value,
    };
    pub use crate::regression::simulator::Condition;
    pub use crate::scheduler::leak_counts;
    pub use crate::simulator::Direction;
    pub use crate::task::first_of::{Either, either};
    pub use crate::time::TimeUnits;
    pub use crate::value::{
        Declared, Field, FieldLayout, Layout, LogicEnum, LogicStruct, LogicValue, LogicVec,
        LogicWidth, NoField, ValueError, check_structure, field, field_layouts, field_places,
        some_keep_all_states, structure_width,
    };
    pub use std::future::IntoFuture;
    pub use {anyhow, inventory};
}
