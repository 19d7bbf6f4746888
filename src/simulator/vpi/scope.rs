//! The contents of scopes, as the port has found them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::simulator::{Direction, Handle};
use crate::sys::vpi;

/// The scopes queried so far; `None` stands for the top of the design.
pub(super) type Scopes = HashMap<Option<Handle>, Rc<Scope>>;

/// What a scope holds.
#[derive(Default)]
pub(super) struct Scope {
    /// In the simulator's order.
    pub(super) objects: Vec<Handle>,
    pub(super) by_name: HashMap<Box<str>, Handle>,
    pub(super) directions: HashMap<Box<str>, Direction>,
    /// Look-ups on a simulator that does not list everything.
    pub(super) unlisted: Unlisted,
    /// There is another scope, which the simulator shows without a name.
    pub(super) holds_nameless: bool,
}

/// The objects found by names that a scope does not list; `None` if it does not have the name.
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
