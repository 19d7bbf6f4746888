//! The buses and serial lines of a design, and the form of their test.

use super::buses::Bus;
use super::serial::Serial;
use crate::source::Port;

/// What the test of the buses expects, as far as the trial has shown it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Something comes out of each bus.
    Checked,
    /// No rule of a protocol is broken.
    Unchecked,
    /// It failed, and is not run.
    Skipped(String),
    /// It looks for settings that the names do not show, and writes them into a file in this folder.
    Survey(String),
}

/// The parts of a design that have components.
pub(super) struct Parts<'a> {
    pub(super) buses: Vec<Bus<'a>>,
    pub(super) serials: Vec<Serial<'a>>,
    /// All ports but clocks and resets.
    pub(super) free: Vec<&'a Port<'a>>,
}

impl Parts<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.buses.is_empty() && self.serials.is_empty()
    }
}

/// How the check says that nothing has come out of a bus.
pub(super) const NOTHING_CAME_OUT: &str = "nothing has come out of";
