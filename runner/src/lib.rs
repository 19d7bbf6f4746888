//! Makes `tests/sim.rs` of a testbench crate a test harness: `cargo test` compiles the designs,
//! starts the simulators, and shows every test of the crate as a test of Rust.
//!
//! ```toml
//! [lib]
//! crate-type = ["cdylib", "rlib"]     # the plugin that simulators load
//!
//! [dev-dependencies]
//! verifork-runner = "0.1"
//!
//! [[test]]
//! name = "sim"
//! harness = false
//! ```
//!
//! ```no_run
//! // tests/sim.rs
//! use verifork_runner::Design;
//!
//! fn main() -> std::process::ExitCode {
//!     verifork_runner::main([
//!         Design::new("counter").sources(["hdl/counter.v"]).parameter("WIDTH", 8),
//!         Design::new("counter").sources(["hdl/counter.vhd"]).label("vhdl"),
//!     ])
//! }
//! ```
//!
//! # Names
//!
//! A test is called *design*`::`*label*`::`*variant*`::`*simulator*`::`*test*, without the label or
//! the variant where there is none: `counter::icarus::counts`, `counter::vhdl::ghdl::wraps::from_0`.
//! So `cargo test counter::vhdl` runs one design, `cargo test ::ghdl::` one simulator, and
//! `cargo test counts` one test on everything. The arguments are those of any Rust test: a filter,
//! `--exact`, `--skip`, `--list`, `--ignored`, `--include-ignored`, `--test-threads`, `--nocapture`
//! (which shows what a simulator prints while it prints it), `--format`. `cargo nextest` works as well.
//!
//! # How a test runs
//!
//! Cargo builds the crate's library, the `cdylib` included, before its integration tests; the
//! harness finds it beside itself and asks it for its tests, without a simulator. Each test is
//! one simulator process, in a group of processes that does not outlive the harness. Everything
//! of it is in `target/verifork/runs/…`: the log, the results, the wave file, and the folder in
//! which the simulator ran. Compiled designs are kept in `target/verifork/designs` until
//! something that goes into them changes.
//!
//! A test has passed only if the plugin wrote that it has. A crash, a hang, an early end, a
//! plugin that was never loaded: each fails that test, and no other.
//!
//! # Settings
//!
//! Environment variables, which the plugin's own `VERIFORK_HELP=1` lists too:
//!
//! | variable | meaning |
//! |---|---|
//! | `VERIFORK_SIM=icarus,nvc` | only these simulators |
//! | `VERIFORK_REQUIRE=all` | a simulator that is not installed fails its tests; they are ignored otherwise |
//! | `VERIFORK_ICARUS`, `VERIFORK_GHDL`, `VERIFORK_NVC` | where a simulator is, in place of `PATH` |
//! | `VERIFORK_WAVES=vcd`, `fst`, `ghw` | a wave file each test |
//! | `VERIFORK_WAVES=on-failure` | a second run of each test that fails, with waves |
//! | `VERIFORK_JUNIT=file.xml` | results of the whole run as `JUnit` XML |
//! | `VERIFORK_SEED=7` | the seed a failure printed |
//! | `VERIFORK_CACHE=0` | compile every design anew |

mod cache;
mod design;
mod elaboration;
mod execution;
mod harness;
mod installed;
mod junit;
mod nearest;
mod process;
mod results;
mod settings;
mod simulator;
mod testbench;
mod trial;
mod verdict;

pub use design::{Design, Language, ParameterValue, Simulator, VhdlStandard};
pub use harness::main;
pub use installed::{KnownSimulator, known_simulators, known_simulators_keys};
