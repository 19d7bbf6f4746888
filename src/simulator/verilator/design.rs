//! The design by the names of its source: a tree, made of the host's table.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use verifork_protocol::declarations::Declaration;

use super::memory::{Layout, Location};
use super::object::{Array, Body, Contents, Name, Object, Scope, Value, Writable};
use super::table::{
    DRIVEN, Host, KNOWS_ARRAYS, KNOWS_SIGNS, NET, PARAMETER, SIGNED, ScopeEntry, ScopeKind,
    VariableEntry, WRITABLE,
};
use crate::simulator::declarations::Declarations;
use crate::simulator::description::length;
use crate::simulator::generated_name::{decoded, parts};
use crate::simulator::verilog_name;
use crate::simulator::{Direction, Encoding, ObjectKind};

/// The scope beside the top in which its ports are.
const PORTS: &str = "TOP";

/// A scope on its way into the tree: what the table has of it, and the scopes below by their names.
#[derive(Default)]
struct Branch {
    entry: Option<&'static ScopeEntry>,
    below: BTreeMap<String, Branch>,
}

pub(super) struct Design {
    host: Host,
    declared: Declarations,
}

impl Design {
    pub(super) fn new(host: Host, declared: Declarations) -> Design {
        Design { host, declared }
    }

    /// The scopes at the top, packages last.
    pub(super) fn roots(&self) -> Contents {
        let mut tree = Branch::default();
        let mut ports = None;
        for entry in self.host.scopes() {
            let path = entry.name();
            if path == PORTS {
                ports = Some(entry);
                continue;
            }
            let mut branch = &mut tree;
            for part in parts(&path) {
                branch = branch.below.entry(decoded(part)).or_default();
            }
            branch.entry = Some(entry);
        }
        let is_package = |branch: &Branch| {
            branch
                .entry
                .is_some_and(|entry| entry.kind() != ScopeKind::Module)
        };
        let (packages, tops): (Vec<_>, Vec<_>) = tree
            .below
            .iter()
            .partition(|(_, branch)| is_package(branch));
        let mut roots = Contents::default();
        for (name, branch) in &tops {
            // Of several tops none has ports.
            let ports = ports.filter(|_| tops.len() == 1);
            roots.add(self.scope(name, name, branch, ObjectKind::Module, ports));
        }
        for (name, branch) in packages {
            roots.add(self.scope(name, name, branch, ObjectKind::Package, None));
        }
        roots
    }

    fn scope(
        &self,
        name: &str,
        path: &str,
        branch: &Branch,
        kind: ObjectKind,
        ports: Option<&'static ScopeEntry>,
    ) -> &'static Object {
        let mut contents = Contents::default();
        self.add_variables(&mut contents, path, branch.entry, ports);
        for (below, branch) in &branch.below {
            let kind = match branch.entry.map(ScopeEntry::kind) {
                Some(ScopeKind::Module) => ObjectKind::Module,
                Some(ScopeKind::Package) => ObjectKind::Package,
                // One that the table does not have is around one that it has.
                Some(ScopeKind::Block) | None => ObjectKind::GenerateScope,
            };
            let path = format!("{path}.{below}");
            contents.add(self.scope(below, &path, branch, kind, None));
        }
        let own = Name::Own {
            name: name.into(),
            path: path.into(),
        };
        let scope = Scope {
            kind,
            definition: branch.entry.and_then(ScopeEntry::definition),
            contents,
        };
        Object::new(own, Body::Scope(scope))
    }

    /// The variables of a scope. The ports of the top lie beside it: the inputs there are those to
    /// write, of which the top's own are copies; of outputs, the top's own are the originals.
    fn add_variables(
        &self,
        contents: &mut Contents,
        path: &str,
        entry: Option<&'static ScopeEntry>,
        ports: Option<&'static ScopeEntry>,
    ) {
        let own = entry.map_or(&[][..], |entry| self.host.variables(entry));
        let beside = ports.map_or(&[][..], |entry| self.host.variables(entry));
        let (outputs, inputs): (Vec<_>, Vec<_>) = beside
            .iter()
            .partition(|port| direction(port) == Some(Direction::Output));
        for port in inputs {
            contents.add_some(self.variable(path, port, None));
        }
        for variable in own {
            let name = variable.name();
            let port = outputs.iter().find(|port| port.name() == name);
            contents.add_some(self.variable(path, variable, port.map(|_| Direction::Output)));
        }
        for port in outputs {
            contents.add_some(self.copy(path, port));
        }
    }

    fn copy(&self, path: &str, entry: &VariableEntry) -> Option<&'static Object> {
        self.object(path, entry, direction(entry), Writable::Copy)
    }

    fn variable(
        &self,
        path: &str,
        entry: &VariableEntry,
        direction_of_port: Option<Direction>,
    ) -> Option<&'static Object> {
        let direction = direction_of_port.or_else(|| direction(entry));
        let writable = if entry.is(PARAMETER) {
            Writable::Constant
        } else if entry.is(DRIVEN) && direction.is_none() {
            Writable::Driven
        } else if entry.is(WRITABLE) {
            // What is driven and a port is told by its direction.
            Writable::Yes
        } else {
            Writable::ReadOnly
        };
        self.object(path, entry, direction, writable)
    }

    fn object(
        &self,
        scope: &str,
        entry: &VariableEntry,
        direction: Option<Direction>,
        writable: Writable,
    ) -> Option<&'static Object> {
        let name = verilog_name::plain(&entry.name()).to_owned();
        let path = format!("{scope}.{name}");
        let [mut unpacked, mut packed] = self.host.dimensions(entry);
        let declared = self.declared.of(&path);
        if !entry.is(KNOWS_ARRAYS)
            && let ([], [bits]) = (&*unpacked, &*packed)
            && let Some(elements) = array_of_bits(entry, *bits, declared)
        {
            unpacked = vec![elements];
            packed.clear();
        }
        let width: u64 = packed.iter().map(|range| length(*range)).product();
        let width = u32::try_from(width).ok()?;
        let layout = Layout::of(entry.data_type, width)?;
        let range = match packed[..] {
            [] => None,
            [range] => Some(range),
            _ => Some((i64::from(width) - 1, 0)),
        };
        let signed = if entry.is(KNOWS_SIGNS) {
            entry.is(SIGNED)
        } else {
            declared.is_some_and(|declared| declared.signed)
        };
        let encoding = match layout {
            Layout::Real => Encoding::Real,
            Layout::Text => Encoding::Text,
            _ => Encoding::Logic {
                width,
                range: declared
                    .and_then(|declared| declared.range)
                    .filter(|declared| range.is_some() && length(*declared) == u64::from(width))
                    .or(range),
                signed,
                two_state: true,
            },
        };
        let kind = match layout {
            _ if entry.is(PARAMETER) => ObjectKind::Parameter,
            Layout::Real => ObjectKind::Real,
            Layout::Text => ObjectKind::Text,
            _ if entry.is(NET) => ObjectKind::Net,
            _ => ObjectKind::Variable,
        };
        // SAFETY: the address and the type of the host's own table.
        let location = unsafe { Location::new(entry.data, layout, width) };
        let body = match unpacked.split_first() {
            None => Body::Value(Value {
                location: Cell::new(location),
                kind,
                encoding,
                direction,
                writable,
            }),
            Some((range, rest)) => Body::Array(Array {
                location,
                range: *range,
                rest: rest.into(),
                element_bytes: element_bytes(entry, layout)?,
                kind,
                encoding,
                writable,
                elements: RefCell::default(),
            }),
        };
        let own = Name::Own {
            name: name.into(),
            path: path.into(),
        };
        Some(Object::new(own, body))
    }
}

/// The range of an array of single bits, which older versions show as a vector of them. What else they
/// show of one dimension is a vector that descends, whatever its declaration, and fits its word.
fn array_of_bits(
    entry: &VariableEntry,
    bits: (i64, i64),
    declared: Option<&Declaration>,
) -> Option<(i64, i64)> {
    let of_words = u64::from(entry.element_bytes) * 8;
    let told = declared.and_then(|declared| match declared.dimensions[..] {
        [elements] if length(elements) == length(bits) => Some(elements),
        _ => None,
    });
    told.or_else(|| (bits.0 < bits.1 || length(bits) > of_words).then_some(bits))
}

/// The distance between elements; `None` for those that are no plain memory.
fn element_bytes(entry: &VariableEntry, layout: Layout) -> Option<usize> {
    let bytes = match layout {
        Layout::Byte => 1,
        Layout::Half => 2,
        Layout::Word => 4,
        Layout::Double | Layout::Real => 8,
        Layout::Words(count) => 4 * count,
        Layout::Text => return None,
    };
    (bytes == entry.element_bytes).then_some(bytes as usize)
}

fn direction(entry: &VariableEntry) -> Option<Direction> {
    match entry.direction() {
        1 => Some(Direction::Input),
        2 => Some(Direction::Output),
        3 => Some(Direction::InOut),
        _ => None,
    }
}

impl Contents {
    fn add_some(&mut self, object: Option<&'static Object>) {
        if let Some(object) = object {
            self.add(object);
        }
    }
}
