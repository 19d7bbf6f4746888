//! What a scope holds, as the port has found it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::simulator::{Direction, Handle};
use crate::sys::vpi;

/// The scopes asked about so far; `None` stands for the top of the design.
pub(super) type Scopes = HashMap<Option<Handle>, Rc<Scope>>;

/// What a scope holds.
#[derive(Default)]
pub(super) struct Scope {
    /// In the simulator's order.
    pub(super) objects: Vec<Handle>,
    pub(super) by_name: HashMap<Box<str>, Handle>,
    pub(super) directions: HashMap<Box<str>, Direction>,
    /// What a simulator has been asked for that does not list it.
    pub(super) unlisted: Unlisted,
    /// There is a scope more, which the simulator shows without a name.
    pub(super) holds_nameless: bool,
}

/// What a scope has been asked for by names that it does not list; `None` if it does not have it.
type Unlisted = RefCell<HashMap<Box<str>, Option<Handle>>>;

/// A direction of VPI; `None` for `vpiMixedIO` and what is not a port.
pub(super) fn direction(vpi_direction: i32) -> Option<Direction> {
    match vpi_direction {
        vpi::vpiInput => Some(Direction::Input),
        vpi::vpiOutput => Some(Direction::Output),
        vpi::vpiInout => Some(Direction::InOut),
        _ => None,
    }
}

impl Scope {
    /// Adds an object; of two of one name the first is found.
    pub(super) fn add(&mut self, key: Box<str>, object: Handle) {
        self.by_name.entry(key).or_insert(object);
        self.objects.push(object);
    }

    pub(super) fn get(&self, key: &str) -> Option<Handle> {
        self.by_name.get(key).copied()
    }
}
