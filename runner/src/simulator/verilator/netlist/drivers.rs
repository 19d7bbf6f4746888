//! The signals that a module drives all the time: by continuous assignments, by processes that wait only for what
//! they read, and by the outputs of instances. A write of a testbench would not last. Also the signals that its other
//! processes assign, in tasks and functions that they call too. A write lasts until the next assignment there.

use std::collections::{HashMap, HashSet};
use std::io;

use quick_xml::events::BytesStart;

use super::attribute::{attribute, wanted};
use super::driver::{Driver, place};
use verifork_protocol::declarations::Assigned;

/// A name, in another scope if there is a path to that.
type Reference = (Option<String>, String);

/// The elements that are open below one that drives.
#[derive(Default)]
pub(super) struct Drivers {
    assignments: Vec<Assignment>,
    process: Option<Process>,
    routine: Option<Routine>,
    /// The routines of the module that is open, by their names.
    routines: HashMap<String, Routine>,
    /// Those that its processes call.
    called: Vec<String>,
    /// Files by the letters that stand for them.
    files: HashMap<String, String>,
    depth: usize,
}

/// An assignment, or a port of an instance. Its last part is what is assigned to.
struct Assignment {
    depth: usize,
    kind: Kind,
    place: Option<Box<str>>,
    /// The names in the part that is being read, and whether with all of their bits; of a selection the first alone.
    names: Vec<(Reference, bool)>,
    is_concatenation: bool,
    /// The depth of the selection that is open.
    selection: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Continuous,
    InProcess,
    Output,
}

/// `always` with a list of what it waits for, or without.
struct Process {
    depth: usize,
    waits: bool,
    assigned: Vec<(Reference, Assigned)>,
}

/// A task or a function.
#[derive(Default)]
struct Routine {
    depth: usize,
    name: String,
    locals: HashSet<String>,
    assigned: Vec<(Reference, Assigned)>,
    calls: Vec<String>,
}

impl Drivers {
    pub(super) fn begin(&mut self, element: &BytesStart<'_>) -> io::Result<()> {
        self.depth += 1;
        if let Some(assignment) = self.assignments.last_mut() {
            if assignment.depth + 1 == self.depth {
                assignment.names.clear();
                assignment.is_concatenation = element.name().as_ref() == b"concat";
            }
            if assignment.selection.is_none() && element.name().as_ref().ends_with(b"sel") {
                assignment.selection = Some(self.depth);
            }
        }
        match element.name().as_ref() {
            b"file" => {
                let (letter, name) = (wanted(element, "id")?, wanted(element, "filename")?);
                self.files.insert(letter, name);
            }
            b"contassign" | b"assignw" | b"assignalias" => {
                self.add_assignment(element, Kind::Continuous)?;
            }
            b"assign" | b"assigndly" if self.process.is_some() || self.routine.is_some() => {
                self.add_assignment(element, Kind::InProcess)?;
            }
            b"port" if attribute(element, "direction")?.is_some_and(|it| it == "out") => {
                self.add_assignment(element, Kind::Output)?;
            }
            b"varref" | b"varxref" => {
                if let Some(assignment) = self.assignments.last_mut()
                    && (assignment.is_concatenation || assignment.names.is_empty())
                {
                    let scope = attribute(element, "dotted")?.filter(|path| !path.is_empty());
                    let name = (scope, wanted(element, "name")?);
                    assignment
                        .names
                        .push((name, assignment.selection.is_none()));
                }
            }
            b"always" => {
                self.process = Some(Process {
                    depth: self.depth,
                    waits: false,
                    assigned: Vec::new(),
                });
            }
            b"func" | b"task" => {
                self.routine = Some(Routine {
                    depth: self.depth,
                    name: attribute(element, "name")?.unwrap_or_default(),
                    ..Routine::default()
                });
            }
            b"var" => {
                if let Some(routine) = &mut self.routine {
                    routine.locals.insert(wanted(element, "name")?);
                }
            }
            b"funcref" | b"taskref" => {
                // One in another scope has a path to there.
                let is_own = attribute(element, "dotted")?.is_none_or(|path| path.is_empty());
                if let Some(routine) = self.routine.as_mut().filter(|_| is_own) {
                    routine.calls.push(wanted(element, "name")?);
                } else if is_own && self.process.is_some() {
                    self.called.push(wanted(element, "name")?);
                }
            }
            _ => {}
        }
        if let Some(process) = &mut self.process {
            let waits: [&[u8]; 6] = [
                b"sentree",
                b"delay",
                b"eventcontrol",
                b"wait",
                b"fork",
                b"assigndly",
            ];
            process.waits |= waits.contains(&element.name().as_ref());
        }
        Ok(())
    }

    fn add_assignment(&mut self, element: &BytesStart<'_>, kind: Kind) -> io::Result<()> {
        let at = attribute(element, "loc")?;
        self.assignments.push(Assignment {
            depth: self.depth,
            kind,
            place: at.and_then(|at| place(&at, &self.files)),
            names: Vec::new(),
            is_concatenation: false,
            selection: None,
        });
        Ok(())
    }

    /// The names that are driven and by what, known now that an element has ended.
    pub(super) fn end(&mut self, element: &[u8]) -> Vec<(Reference, Driver)> {
        let depth = self.depth;
        self.depth = depth.saturating_sub(1);
        if let Some(assignment) = self.assignments.last_mut() {
            assignment.selection = assignment.selection.filter(|of| *of != depth);
        }
        if let Some(assignment) = self.assignments.pop_if(|it| it.depth == depth) {
            return self.end_assignment(assignment);
        }
        if let Some(routine) = self.routine.take_if(|it| it.depth == depth) {
            self.routines.insert(routine.name.clone(), routine);
            return Vec::new();
        }
        if let Some(process) = self.process.take_if(|it| it.depth == depth) {
            let assigned = process.assigned.into_iter();
            let driven = assigned.map(|(name, by)| {
                let by = Driver::Processes(by);
                (
                    name,
                    if process.waits {
                        by
                    } else {
                        Driver::Continuous
                    },
                )
            });
            return driven.collect();
        }
        match element {
            b"module" | b"package" | b"iface" => self.end_module(),
            _ => Vec::new(),
        }
    }

    fn end_assignment(&mut self, assignment: Assignment) -> Vec<(Reference, Driver)> {
        let Assignment {
            kind, place, names, ..
        } = assignment;
        if kind != Kind::InProcess {
            let names = names.into_iter();
            return names.map(|(name, _)| (name, Driver::Continuous)).collect();
        }
        let assigned = match (&mut self.routine, &mut self.process) {
            (Some(routine), _) => &mut routine.assigned,
            (None, Some(process)) => &mut process.assigned,
            (None, None) => return Vec::new(),
        };
        assigned.extend(names.into_iter().map(|(name, whole)| {
            let place = place.clone();
            (name, Assigned { whole, place })
        }));
        Vec::new()
    }

    /// What the routines assign that its processes call.
    fn end_module(&mut self) -> Vec<(Reference, Driver)> {
        let mut calls = std::mem::take(&mut self.called);
        let mut routines = std::mem::take(&mut self.routines);
        let mut driven = Vec::new();
        while let Some(call) = calls.pop() {
            // Each once, also one that calls itself.
            let Some(routine) = routines.remove(&call) else {
                continue;
            };
            calls.extend(routine.calls);
            for (name, by) in routine.assigned {
                if name.0.is_some() || !routine.locals.contains(&name.1) {
                    driven.push((name, Driver::Processes(by)));
                }
            }
        }
        driven
    }
}
