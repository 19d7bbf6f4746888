//! The run of all tests: settings, selection and order of tests, seeds, reports, the log, limits of wall-clock
//! time, and the process's exit status.
//!
//! Only `run` calls the simulator. The other parts get values and function pointers from it, so their rules are
//! tested without one.

pub(crate) mod config;
pub(crate) mod console;
mod crash;
pub(crate) mod describe;
pub(crate) mod durations;
pub(crate) mod exit;
pub(crate) mod failure_kind;
pub(crate) mod failures;
pub(crate) mod filter;
mod items;
pub(crate) mod junit;
pub(crate) mod listing;
pub(crate) mod logger;
pub(crate) mod outcome;
pub(crate) mod registry;
pub(crate) mod repeat;
pub(crate) mod report;
pub(crate) mod results;
pub(crate) mod run;
pub(crate) mod seed;
pub(crate) mod select;
pub(crate) mod simulator;
pub(crate) mod test;
pub mod test_end;
mod variables;
pub(crate) mod watchdog;
