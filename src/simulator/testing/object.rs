//! An object in the simulation: its value, who drives it, who listens.

use std::cell::{Cell, RefCell};

use super::value::Content;
use super::{Description, Driver, ObjectId, PortError, WriteMode};

#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, none excludes another"
)]
pub(super) struct Object {
    pub(super) description: Description,
    pub(super) children: Vec<ObjectId>,
    pub(super) is_top: bool,
    /// Processes that its changes resume; those to 1 only, or all.
    pub(super) sensitive: Vec<(usize, bool)>,
    pub(super) content: RefCell<Content>,
    /// What it would hold without a force.
    pub(super) driven: RefCell<Content>,
    /// What was written and will be its value in the next delta cycle.
    pub(super) written: RefCell<Option<Content>>,
    pub(super) is_forced: Cell<bool>,
    pub(super) watches: RefCell<Vec<Watch>>,
    pub(super) reports_assignments: bool,
    pub(super) checks_writes: bool,
    pub(super) driver: Driver,
    pub(super) refusal: Option<(PortError, bool)>,
    pub(super) hidden: Option<PortError>,
    pub(super) unreadable: Option<PortError>,
    pub(super) unlisted: Vec<(String, String)>,
    pub(super) left_out: Option<PortError>,
    pub(super) ports: Vec<String>,
    pub(super) is_local: bool,
}

/// Somebody is called for every change.
#[derive(Clone, Copy)]
pub(super) struct Watch {
    pub(super) number: usize,
    pub(super) token: u64,
    pub(super) scalar: bool,
}

/// A write that reached the simulator: path, value, mode.
pub(crate) type WriteRecord = (String, String, WriteMode);

/// Operations that a test can make the simulator refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Read,
    Write,
    Watch,
    Delay,
    Phase,
}

impl Operation {
    pub(super) fn verb(self) -> &'static str {
        match self {
            Operation::Read => "read",
            Operation::Write => "write",
            Operation::Watch => "watch",
            Operation::Delay => "wait for",
            Operation::Phase => "wait for the phase of",
        }
    }
}
