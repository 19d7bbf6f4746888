//! What a module drives all the time: by continuous assignments, by processes that wait for nothing but
//! what they read, and by the outputs of instances. A write of a testbench's would not last.

use std::io;

use quick_xml::events::BytesStart;

use super::attribute::{attribute, wanted};

/// A name, in another scope if there is a path to that.
type Reference = (Option<String>, String);

/// The elements that are open below one that drives.
#[derive(Default)]
pub(super) struct Drivers {
    assignments: Vec<Assignment>,
    process: Option<Process>,
    depth: usize,
}

/// An assignment, or a port of an instance. Its last part is what is assigned to.
struct Assignment {
    depth: usize,
    kind: Kind,
    /// The names in the part that is being read; of a selection the first alone.
    names: Vec<Reference>,
    is_concatenation: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Continuous,
    InProcess,
    Output,
}

/// `always` without a list of what it waits for.
struct Process {
    depth: usize,
    waits: bool,
    assigned: Vec<Reference>,
}

impl Drivers {
    pub(super) fn begin(&mut self, element: &BytesStart<'_>) -> io::Result<()> {
        self.depth += 1;
        if let Some(assignment) = self.assignments.last_mut()
            && assignment.depth + 1 == self.depth
        {
            assignment.names.clear();
            assignment.is_concatenation = element.name().as_ref() == b"concat";
        }
        let mut assigns = |kind| {
            self.assignments.push(Assignment {
                depth: self.depth,
                kind,
                names: Vec::new(),
                is_concatenation: false,
            });
        };
        match element.name().as_ref() {
            b"contassign" | b"assignw" | b"assignalias" => assigns(Kind::Continuous),
            b"assign" if self.process.is_some() => assigns(Kind::InProcess),
            b"port" if attribute(element, "direction")?.is_some_and(|it| it == "out") => {
                assigns(Kind::Output);
            }
            b"varref" | b"varxref" => {
                if let Some(assignment) = self.assignments.last_mut()
                    && (assignment.is_concatenation || assignment.names.is_empty())
                {
                    let scope = attribute(element, "dotted")?.filter(|path| !path.is_empty());
                    assignment.names.push((scope, wanted(element, "name")?));
                }
            }
            b"always" => {
                self.process = Some(Process {
                    depth: self.depth,
                    waits: false,
                    assigned: Vec::new(),
                });
            }
            b"sentree" | b"delay" | b"eventcontrol" | b"wait" | b"fork" | b"assigndly" => {
                if let Some(process) = &mut self.process {
                    process.waits = true;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The names that are driven, known now that an element has ended.
    pub(super) fn end(&mut self) -> Vec<Reference> {
        let depth = self.depth;
        self.depth = depth.saturating_sub(1);
        if let Some(assignment) = self.assignments.pop_if(|it| it.depth == depth) {
            let names = assignment.names;
            return match (assignment.kind, &mut self.process) {
                (Kind::InProcess, Some(process)) => {
                    process.assigned.extend(names);
                    Vec::new()
                }
                _ => names,
            };
        }
        match self.process.take_if(|it| it.depth == depth) {
            Some(process) if !process.waits => process.assigned,
            _ => Vec::new(),
        }
    }
}
