//! The test harness of a testbench crate, in `tests/sim.rs`: `cargo test` compiles the designs, starts the
//! simulators, and reports every test of the crate as a Rust test.
//!
//! ```toml
//! [lib]
//! crate-type = ["cdylib", "rlib"]     # the plugin that simulators load
//! test = false                        # its tests run in simulators
//! doctest = false
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
//! A test is named *design*`::`*label*`::`*variant*`::`*simulator*`::`*test*, where label and variant are
//! optional: `counter::icarus::counts`, `counter::vhdl::ghdl::wraps::from_0`. So `cargo test counter::vhdl`
//! runs one design, `cargo test ::ghdl::` one simulator, and `cargo test counts` one test on everything.
//!
//! The arguments are those of any Rust test: filters, one of which must match (`cargo test -- counts wraps`),
//! `--exact`, `--skip`, `--list`, `--ignored`, `--include-ignored`, `--test-threads`, `--format`, and `--nocapture`,
//! which shows the simulators' output live. `cargo nextest` works as well.
//!
//! # How a test runs
//!
//! Cargo builds the crate's library, the `cdylib` included, before its integration tests. The harness finds it
//! beside itself and reads the list of tests from it, without a simulator. Each test is one simulator process, in a
//! process group that does not outlive the harness. All its files are in `target/verifork/runs/…`: the log, the
//! results, the wave file, and the folder in which the simulator ran.
//!
//! Compiled designs are kept in `target/verifork/designs` and reused until a file changes that the compiler read, or
//! one appears that it looked for and did not find. Files of tests that no longer exist are removed, except the newest
//! few.
//!
//! A test passes only if the plugin wrote that it passed. A crash, a hang, an early end, or a plugin that was never
//! loaded fails that test and no other.
//!
//! # When no test runs
//!
//! The tests of a simulator that is not installed are ignored, with a note. They fail if the simulator is named by
//! `VERIFORK_SIM`, `VERIFORK_REQUIRE` or a variable with its location. If no test at all could run, because all are
//! ignored or the settings leave none, the harness fails, unless `VERIFORK_ALLOW_EMPTY=1`. Filters on the command line
//! may select nothing, as with any Rust test.
//!
//! # Settings
//!
//! Settings are environment variables. A misspelt or malformed one is an error. `VERIFORK_HELP=1 cargo test`
//! shows them with their current values. The harness reads these:
//!
//! | variable | meaning |
//! |---|---|
//! | `VERIFORK_SIM=icarus,nvc` | only these simulators, which must be installed; `all`, the default, means all that are installed |
//! | `VERIFORK_REQUIRE=all` | simulators, or `all`, whose tests fail if they are not installed; the tests of others are then ignored |
//! | `VERIFORK_ICARUS`, `VERIFORK_VERILATOR`, `VERIFORK_GHDL`, `VERIFORK_NVC` | where a simulator is, instead of on `PATH`: its folder, its program, or the name of a program on `PATH`, such as `ghdl-llvm` |
//! | `VERIFORK_WAVES=vcd`, `fst`, `ghw` | a wave file for each test in this format; a simulator without it uses its own, with a note |
//! | `VERIFORK_WAVES=on-failure` | waves of each failed test, from a second run; `on-failure:vcd` names the format |
//! | `VERIFORK_ITEMS=…` | items to draw of a test's random sequences (`Test::sequence`), in the notation of a failure's report |
//! | `VERIFORK_AIM=folder` | coverage of earlier runs: aimed draws prefer the holes that those runs left; `cargo verifork close` sets it |
//! | `VERIFORK_COMPILE_TIMEOUT=10min` | when to kill the compiler of a design; `off` by default, `2min` for `cargo verifork new` and `bind` |
//! | `VERIFORK_SHRINK=60s` | how long to shrink the random sequences (`Test::sequence`) of a failed test: it runs again with fewer and simpler items, each time in a fresh simulation, as long as it still fails; `off` disables this |
//! | `VERIFORK_JUNIT=file.xml` | results of the whole run as `JUnit` XML; the path is relative to the crate's folder; an absolute path collects the results of all crates of one `cargo test` or nextest run |
//! | `VERIFORK_SEED=7` | the seed that a failure printed; by default, each run has another one |
//! | `VERIFORK_FILTER` | tests by their own names, as in a run by hand; applies in addition to the filters on the command line |
//! | `VERIFORK_WALL_TIMEOUT=300s` | limit of wall-clock time for tests that set none themselves; 30 s later the simulator is killed |
//! | `VERIFORK_ALLOW_EMPTY=1` | a harness in which no test could run passes; for workspaces where a filter or `VERIFORK_SIM` concerns only some crates |
//! | `VERIFORK_COVERAGE=functional,code` | coverage to record beside the results: `functional` (cover groups; the default), `code` (the design's code; Verilator records lines, toggles and cover properties, NVC statements, branches, expressions, states and toggles of driven signals, GHDL 5 with mcode, or any GHDL with GCC, statements; others print a note), or `off` |
//! | `VERIFORK_CACHE=0` | compile every design again |
//! | `VERIFORK_VERILATOR_LIBRARY=folder` | where Verilator's own library is kept compiled, for the designs of all crates; the target folder if not set. Kept between runs in CI, it saves most of the time of the first compilation |
//! | `VERIFORK_DESCRIBE=folder` | write the elaborated designs as JSON into the folder, and run no test |
//! | `VERIFORK_HELP=1` | show all variables, and run no test |
//!
//! It passes these on to the plugin in each simulator: `VERIFORK_TIMEOUT`, the limit of simulated time; `VERIFORK_LOG`;
//! `VERIFORK_COLOR`; `VERIFORK_REPEAT`, which runs each test several times in its simulation; `VERIFORK_VERILATOR_PORT`,
//! which selects `memory` or `vpi` to access a design compiled by Verilator; `VERIFORK_TOP`, which defaults to the top of a
//! design in Verilog; and `VERIFORK_ORDER` and `VERIFORK_FAIL_FAST`, which matter if tests share a simulation. Use `--list`
//! in place of `VERIFORK_LIST`. The harness itself sets `VERIFORK_RESULTS`, the file to which the plugin writes results,
//! and `VERIFORK_DECLARATIONS`, the file with facts about declarations that the simulator does not show.

mod arguments;
mod cache;
mod cause;
mod context;
mod describe;
mod design;
mod file_list;
mod front;
mod harness;
mod hash;
mod inputs;
mod installed;
mod jobs;
mod junit;
mod known;
mod locked;
mod plan;
mod process;
mod refused;
mod resolved;
mod settings;
mod shrink;
mod simulation;
mod simulator;
mod testbench;
#[cfg(test)]
mod testing;
mod tidy;
mod top;
mod trial;
mod unix_time;
mod verdict;

#[doc(alias("dut", "build", "get_runner", "hdl_toplevel"))]
pub use design::Design;
pub use design::{ParameterValue, UnknownStandard, VhdlStandard};
#[doc(alias("runner", "get_runner", "Makefile"))]
pub use harness::main;
pub use installed::{KnownSimulator, known_simulators, known_simulators_keys};
pub use known::{Language, Simulator, UnknownSimulator};
pub use simulator::Unusable;
