//! What a run of tests needs beside the tests: settings, the choice of tests and their order,
//! seeds, reports, the log, limits of wall-clock time, and the process's exit status.
//!
//! Nothing here calls the simulator; the runner hands in what these parts need as values and
//! function pointers, so every rule is tested without one.
#![allow(
    dead_code,
    reason = "the runner, which uses all of this, stands above these parts"
)]

pub(crate) mod config;
pub(crate) mod durations;
pub(crate) mod exit;
pub(crate) mod filter;
pub(crate) mod junit;
pub(crate) mod logger;
mod nearest;
pub(crate) mod outcome;
pub(crate) mod repeat;
pub(crate) mod report;
pub(crate) mod seed;
pub(crate) mod select;
mod variables;
pub(crate) mod watchdog;
mod xml_text;
