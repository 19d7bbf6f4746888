//! Makes `tests/sim.rs` of a testbench crate a test harness: `cargo test` compiles the designs,
//! starts the simulators, and shows every test of the crate as a test of Rust.
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
//! A test is called *design*`::`*label*`::`*variant*`::`*simulator*`::`*test*, without the label or
//! the variant where there is none: `counter::icarus::counts`, `counter::vhdl::ghdl::wraps::from_0`.
//! So `cargo test counter::vhdl` runs one design, `cargo test ::ghdl::` one simulator, and
//! `cargo test counts` one test on everything. The arguments are those of any Rust test: filters, of
//! which one has to fit (`cargo test -- counts wraps`), `--exact`, `--skip`, `--list`, `--ignored`, `--include-ignored`, `--test-threads`, `--nocapture`
//! (which shows what a simulator prints while it prints it), `--format`. `cargo nextest` works as well.
//!
//! # How a test runs
//!
//! Cargo builds the crate's library, the `cdylib` included, before its integration tests; the
//! harness finds it beside itself and asks it for its tests, without a simulator. Each test is
//! one simulator process, in a group of processes that does not outlive the harness. Everything
//! of it is in `target/verifork/runs/…`: the log, the results, the wave file, and the folder in
//! which the simulator ran. Compiled designs are kept in `target/verifork/designs`, and used again until
//! something that the compiler has read, or looked for in vain, changes. What no test names any more is
//! removed, but for the newest few.
//!
//! A test has passed only if the plugin wrote that it has. A crash, a hang, an early end, a
//! plugin that was never loaded: each fails that test, and no other.
//!
//! # Nothing ran
//!
//! A simulator that is not installed has its tests ignored, with a note; one that is named, by
//! `VERIFORK_SIM`, `VERIFORK_REQUIRE` or a variable that says where it is, has them fail. If not one
//! test could run, since all are ignored or the settings leave none, the harness fails, unless
//! `VERIFORK_ALLOW_EMPTY=1`. What filters of the command line select may be nothing, as with any
//! Rust test.
//!
//! # Settings
//!
//! Environment variables; one that is misspelt or malformed is an error. `VERIFORK_HELP=1 cargo test`
//! shows them with their present values. The harness reads these:
//!
//! | variable | meaning |
//! |---|---|
//! | `VERIFORK_SIM=icarus,nvc` | these simulators and no others, all of which have to be there; `all`, as without it, is what is installed |
//! | `VERIFORK_REQUIRE=all` | simulators, or all, whose tests fail where they are not installed; they are ignored otherwise |
//! | `VERIFORK_ICARUS`, `VERIFORK_VERILATOR`, `VERIFORK_GHDL`, `VERIFORK_NVC` | where a simulator is, in place of `PATH`: its folder, its program, or the name of one on `PATH`, such as `ghdl-llvm` |
//! | `VERIFORK_WAVES=vcd`, `fst`, `ghw` | a wave file each test, in this format, or in the simulator's own if it does not have it, with a note |
//! | `VERIFORK_WAVES=on-failure` | a second run of each test that fails, with waves; `on-failure:vcd` names the format |
//! | `VERIFORK_ITEMS=…` | which items of a test's random sequences (`Test::sequence`) are drawn, as the report of a failure names them |
//! | `VERIFORK_AIM=folder` | coverage of earlier runs: draws that prefer holes prefer those that these have, too; `cargo verifork close` sets it |
//! | `VERIFORK_SHRINK=60s` | how long a failed test with a random sequence (`Test::sequence`) is run again with fewer and simpler items, each time in a fresh simulation, for the smallest with which it still fails; `off` for not at all |
//! | `VERIFORK_JUNIT=file.xml` | results of the whole run as `JUnit` XML, relative to the folder of the crate; with an absolute path, those of all crates that one `cargo test` or one nextest runs |
//! | `VERIFORK_SEED=7` | the seed a failure printed; another one each run without it |
//! | `VERIFORK_FILTER` | tests by their own names, as the plugin by hand takes it, beside the filter of the command line |
//! | `VERIFORK_WALL_TIMEOUT=300s` | the limit of wall-clock time of a test that sets none itself; 30 s later its simulator is killed |
//! | `VERIFORK_ALLOW_EMPTY=1` | a harness in which no test could run passes: one of many that a filter or `VERIFORK_SIM` is for |
//! | `VERIFORK_COVERAGE=functional,code` | coverage that tests leave beside their results: `functional`, that of cover groups, which is all without it; `code`, that of the design, by Verilator (lines, toggles, cover properties), NVC (statements, branches, expressions, states, toggles of what the design drives) and GHDL 5 with its mcode back end (statements), and a note on others; or `off` |
//! | `VERIFORK_CACHE=0` | compile every design anew |
//! | `VERIFORK_DESCRIBE=folder` | write the elaborated designs as JSON into the folder, and run no test |
//! | `VERIFORK_HELP=1` | show all variables, and run no test |
//!
//! and the plugin in each simulator has these from it as they are: `VERIFORK_TIMEOUT`, the limit of
//! simulated time; `VERIFORK_LOG`; `VERIFORK_COLOR`; `VERIFORK_REPEAT`, which runs each test several
//! times in its simulation; `VERIFORK_VERILATOR_PORT`, `memory` or `vpi`: how a design that Verilator has
//! compiled is reached; `VERIFORK_TOP`, which is the top of a design in Verilog if it is not set; and
//! `VERIFORK_ORDER` and `VERIFORK_FAIL_FAST`, which matter where tests share a simulation.
//! `VERIFORK_LIST` is `--list` here. `VERIFORK_RESULTS`, the file through which the plugin tells what it
//! has done, and `VERIFORK_DECLARATIONS`, through which it is told what the simulator does not show, the
//! harness sets itself.

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
