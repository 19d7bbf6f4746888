//! What gives a variable its value, by what the netlist says.

use std::collections::HashMap;

use verifork_protocol::declarations::{Assigned, DRIVEN, assigned};

/// What gives a variable its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Driver {
    /// A continuous assignment, a process that waits for nothing but what it reads, or an instance.
    Continuous,
    /// Processes that assign it again and again.
    Processes(Assigned),
}

impl Driver {
    pub(super) fn mark(&self) -> String {
        match self {
            Driver::Continuous => DRIVEN.to_owned(),
            Driver::Processes(by) => assigned(by),
        }
    }

    /// Adds another driver of the same variable.
    pub(super) fn join(&mut self, other: Driver) {
        match (&mut *self, other) {
            (Driver::Processes(by), Driver::Processes(other)) => {
                by.whole |= other.whole;
                by.place = by.place.take().or(other.place);
            }
            (driver, Driver::Continuous) => *driver = Driver::Continuous,
            (Driver::Continuous, Driver::Processes(_)) => {}
        }
    }
}

/// What drives variables, by their names.
#[derive(Default)]
pub(super) struct Drivers(HashMap<String, Driver>);

impl Drivers {
    pub(super) fn add(&mut self, name: String, driver: Driver) {
        match self.0.entry(name) {
            std::collections::hash_map::Entry::Occupied(found) => found.into_mut().join(driver),
            std::collections::hash_map::Entry::Vacant(free) => _ = free.insert(driver),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Driver> {
        self.0.get(name)
    }

    /// All of them, of which none is left.
    pub(super) fn take(&mut self) -> impl Iterator<Item = (String, Driver)> + use<> {
        std::mem::take(&mut self.0).into_iter()
    }
}

/// The place `d,12:5,12:9` or `d,12,5,12,9`, in which a letter stands for a file.
pub(super) fn place(of: &str, files: &HashMap<String, String>) -> Option<Box<str>> {
    let (file, position) = of.split_once(',')?;
    let line = position.split([':', ',']).next()?;
    Some(format!("{}:{line}", files.get(file)?).into())
}
