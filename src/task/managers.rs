//! The managers of a thread that live, so that the end of a test finds those that are left.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::rc::{Rc, Weak};

use super::manager::Manager;

/// Numbers are reused.
#[derive(Default)]
pub(super) struct Managers(RefCell<Registered>);

#[derive(Default)]
struct Registered {
    entries: Vec<Weak<Manager>>,
    vacant: Vec<usize>,
}

impl Managers {
    /// Registers a manager until [`remove`](Self::remove). Returns its number.
    pub(super) fn insert(&self, manager: Weak<Manager>) -> usize {
        let registered = &mut *self.0.borrow_mut();
        match registered.vacant.pop() {
            Some(number) => {
                registered.entries[number] = manager;
                number
            }
            None => {
                registered.entries.push(manager);
                registered.entries.len() - 1
            }
        }
    }

    /// Called when the manager is dropped: no user code runs here.
    pub(super) fn remove(&self, number: usize) {
        let registered = &mut *self.0.borrow_mut();
        registered.entries[number] = Weak::new();
        registered.vacant.push(number);
    }

    /// The managers begun after this serial number that still have an owner, newest first.
    pub(super) fn owned_since(&self, serial: u64) -> Vec<Rc<Manager>> {
        let mut owned: Vec<Rc<Manager>> = {
            let registered = self.0.borrow();
            registered
                .entries
                .iter()
                .filter_map(Weak::upgrade)
                .collect()
        };
        owned.retain(|manager| manager.serial > serial && manager.is_owned());
        owned.sort_by_key(|manager| Reverse(manager.serial));
        owned
    }
}
