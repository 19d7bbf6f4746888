//! Objects: each with one handle, the ports of the top, and what a register holds.

use std::collections::HashSet;

use crate::simulator::description::length;
use crate::simulator::generated_name::{decoded, encoded, parts};
use crate::simulator::verilog_name;
use crate::simulator::vpi::VpiPort;
use crate::simulator::vpi::verilator::PortOfTop;
use crate::simulator::{Encoding, Handle, ObjectKind};
use crate::sys::vpi;

/// The scope beside the top in which its ports are.
const PORTS: &str = "TOP";

/// The longest vector that older versions give the value of, in bits.
const LONGEST: u32 = 2046;

impl VpiPort {
    pub(in crate::simulator::vpi) fn kept_element(
        &self,
        array: Handle,
        index: i32,
    ) -> Option<Handle> {
        let known = self.kept.elements.borrow().get(&(array, index)).copied();
        known.or_else(|| {
            let element = self.raw.by_index(array, index)?;
            let mut elements = self.kept.elements.borrow_mut();
            elements.insert((array, index), element);
            Some(element)
        })
    }

    /// A generate scope, a block or an instance in one, which no relation leads to.
    pub(in crate::simulator::vpi) fn hidden_scope(
        &self,
        scope: Option<Handle>,
        name: &str,
    ) -> Option<Handle> {
        let name = verilog_name::plain(name);
        let key = (scope, Box::from(name));
        if let Some(known) = self.kept.scopes.borrow().get(&key) {
            return Some(*known);
        }
        // Newer versions have the names of the design; where one holds a dot, they take it for a path.
        let mut spellings: Vec<String> = encoded(name).collect();
        if !name.contains('.') {
            spellings.extend([name.to_owned(), format!("\\{name} ")]);
        }
        let mut found = spellings
            .iter()
            .filter_map(|name| self.raw.by_name(name, scope));
        let found = found.find(|found| self.kind(*found).is_scope())?;
        self.kept.scopes.borrow_mut().insert(key, found);
        Some(found)
    }

    /// The scopes that a scope holds. No relation leads to generate scopes, and instances in them are
    /// listed with the instance around them: so they are found by the paths of those. Of a scope
    /// that is not a module, Verilator 5.006 gives the modules at the top.
    pub(in crate::simulator::vpi) fn scopes_below(&self, scope: Handle) -> Vec<Handle> {
        let instances = if self.kind(scope) == ObjectKind::Module {
            self.raw.all_related(vpi::vpiModule, Some(scope))
        } else {
            let inside = self.kept.inside.borrow();
            inside.get(&scope).cloned().unwrap_or_default()
        };
        let of_scope = self.raw.get_text(vpi::vpiFullName, scope);
        let (mut scopes, mut known) = (Vec::new(), HashSet::new());
        for instance in instances {
            let path = self.raw.get_text(vpi::vpiFullName, instance);
            let between = path.as_deref().and_then(|path| {
                let below = path.strip_prefix(of_scope.as_deref()?)?.strip_prefix('.')?;
                let mut parts = parts(below);
                parts.next().filter(|_| parts.next().is_some())
            });
            let hidden = between.and_then(|name| self.hidden_scope(Some(scope), &decoded(name)));
            if let Some(hidden) = hidden {
                let mut inside = self.kept.inside.borrow_mut();
                inside.entry(hidden).or_default().push(instance);
            }
            let shown = hidden.unwrap_or(instance);
            if known.insert(shown) {
                scopes.push(shown);
            }
        }
        scopes
    }

    /// Whether objects of a type hold others by name: unpacked structures, which newer versions show.
    pub(in crate::simulator::vpi) fn is_unpacked_structure(&self, vpi_type: i32) -> bool {
        self.quirks.watches_compare && [vpi::vpiStructVar, vpi::vpiStructNet].contains(&vpi_type)
    }

    /// Leaves out the members of unpacked structures, which are listed with what their scope holds.
    pub(in crate::simulator::vpi) fn leave_members_out(&self, objects: &mut Vec<Handle>) {
        if self.identity.is_before(5, 50) {
            return;
        }
        let path = |object: Handle| self.raw.get_text(vpi::vpiFullName, object);
        let is_around = |object: &Handle| {
            let vpi_type = self.vpi_type(*object);
            let is_array = vpi_type == vpi::vpiRegArray || vpi_type == vpi::vpiMemory;
            self.is_unpacked_structure(vpi_type) || is_array
        };
        let around = objects.iter().filter(|object| is_around(object));
        let around: HashSet<String> = around.filter_map(|object| path(*object)).collect();
        if around.is_empty() {
            return;
        }
        objects.retain(|object| {
            let path = path(*object).unwrap_or_default();
            let mut dots = path.match_indices('.');
            !dots.any(|(at, _)| around.contains(&path[..at]))
        });
    }

    /// Puts parameters into the places of the variables they are listed as.
    pub(in crate::simulator::vpi) fn find_parameters(&self, scope: Handle, objects: &mut [Handle]) {
        for object in objects {
            let Some(name) = self.raw.get_text(vpi::vpiName, *object) else {
                continue;
            };
            if let Some(found) = self.raw.by_name(&name, Some(scope))
                && self.vpi_type(found) == vpi::vpiParameter
            {
                *object = found;
            }
        }
    }

    /// What a top holds, its ports with it.
    pub(in crate::simulator::vpi) fn with_ports_of_top(
        &self,
        scope: Handle,
        own: Vec<Handle>,
    ) -> Vec<Handle> {
        let path = self.raw.get_text(vpi::vpiFullName, scope);
        let Some(path) = path.filter(|path| !path.contains('.')) else {
            return own;
        };
        if self.kind(scope) != ObjectKind::Module {
            return own;
        }
        let ports = self.ports_of_tops();
        let ports = ports.iter().filter(|port| port.top == path);
        let (outputs, inputs): (Vec<_>, Vec<_>) =
            ports.partition(|port| port.direction == Some(vpi::vpiOutput));
        let [outputs, inputs] =
            [outputs, inputs].map(|ports| ports.iter().map(|it| it.object).collect::<Vec<_>>());
        self.kept.copies.borrow_mut().extend(&outputs);
        let originals = self.originals_of_top(&own);
        // Of two objects of one name the first is taken.
        let objects = inputs.into_iter().chain(originals);
        let own = own
            .into_iter()
            .filter(|object| !self.is_port_of_top(*object));
        objects.chain(own).chain(outputs).collect()
    }

    pub(super) fn is_port_of_top(&self, object: Handle) -> bool {
        let path = self.raw.get_text(vpi::vpiFullName, object);
        path.is_some_and(|path| path.starts_with("TOP."))
    }

    /// What the top holds, its own of the ports too. Verilator 5.032 gives those beside it in their
    /// place when it is asked for what a top holds, but not for what the scope of a variable holds
    /// that happens to be the top.
    fn originals_of_top(&self, own: &[Handle]) -> Vec<Handle> {
        if !own.iter().any(|object| self.is_port_of_top(*object)) {
            return Vec::new();
        }
        let inside = own.iter().filter(|object| !self.is_port_of_top(**object));
        let scope = inside
            .filter(|object| !self.kind(**object).is_scope())
            .find_map(|object| self.raw.related(vpi::vpiScope, *object));
        let held = scope.map(|scope| self.raw.all_related(vpi::vpiReg, Some(scope)));
        held.unwrap_or_default()
    }

    /// The ports of all tops. Where several tops have ports of one name, these have the top's before it.
    fn ports_of_tops(&self) -> &[PortOfTop] {
        self.kept.ports.get_or_init(|| {
            let Some(scope) = self.hidden_scope(None, PORTS) else {
                return Vec::new();
            };
            let path = |object| self.raw.get_text(vpi::vpiFullName, object);
            let tops: Vec<(Handle, String)> = self
                .raw
                .all_related(vpi::vpiModule, None)
                .into_iter()
                .filter_map(|top| Some((top, path(top)?)))
                .filter(|top| top.1 != PORTS)
                .collect();
            let names_in = |top: Handle| -> Vec<String> {
                let objects = self.raw.all_related(vpi::vpiReg, Some(top)).into_iter();
                let names = objects.filter_map(|object| self.raw.get_text(vpi::vpiName, object));
                names.collect()
            };
            let names: Vec<Vec<String>> = match &tops[..] {
                [_] => Vec::new(),
                tops => tops.iter().map(|top| names_in(top.0)).collect(),
            };
            let whose = |name: &str| {
                if let [(_, top)] = &tops[..] {
                    return Some((top.clone(), name.to_owned()));
                }
                let plain = verilog_name::plain(name);
                let told = tops.iter().find_map(|(_, top)| {
                    let own = plain.strip_prefix(top.as_str())?.strip_prefix('.')?;
                    Some((top.clone(), own.to_owned()))
                });
                told.or_else(|| {
                    let mut tops = tops.iter().zip(&names);
                    let ((_, top), _) =
                        tops.find(|(_, names)| names.iter().any(|it| it == name))?;
                    Some((top.clone(), plain.to_owned()))
                })
            };
            let ports = self.raw.all_related(vpi::vpiReg, Some(scope)).into_iter();
            ports
                .filter_map(|object| {
                    let (top, name) = whose(&self.raw.get_text(vpi::vpiName, object)?)?;
                    Some(PortOfTop {
                        object,
                        path: path(object)?,
                        name: verilog_name::plain(&name).to_owned(),
                        top,
                        direction: self.raw.get(vpi::vpiDirection, Some(object)),
                    })
                })
                .collect()
        })
    }

    /// The name in its top of an object that lies beside that, if it is one.
    pub(in crate::simulator::vpi) fn name_of_port(&self, object: Handle) -> Option<&str> {
        if !self.quirks.top_ports_lie_beside {
            return None;
        }
        let path = self.raw.get_text(vpi::vpiFullName, object)?;
        if !path.starts_with("TOP.") {
            return None;
        }
        let port = self.ports_of_tops().iter().find(|it| it.path == path)?;
        Some(&port.name)
    }

    /// The direction that the object itself or, if it is the top's own, the port has.
    pub(in crate::simulator::vpi) fn direction_of_port(
        &self,
        object: Handle,
        name: &str,
    ) -> Option<i32> {
        let path = self.raw.get_text(vpi::vpiFullName, object)?;
        let own = self.raw.get(vpi::vpiDirection, Some(object));
        if path.matches('.').count() != 1 || path.starts_with("TOP.") {
            return own;
        }
        let (top, _) = path.split_once('.')?;
        let mut ports = self.ports_of_tops().iter();
        let port = ports.find(|port| port.top == top && port.name == name);
        port.map_or(own, |port| port.direction)
    }

    /// What a register holds, found out by reading it, since its type does not tell.
    pub(in crate::simulator::vpi) fn encoding_of_register(
        &self,
        object: Handle,
        kind: ObjectKind,
    ) -> (ObjectKind, Encoding) {
        match kind {
            ObjectKind::Real => return (kind, Encoding::Real),
            ObjectKind::Text => return (kind, Encoding::Text),
            ObjectKind::Parameter
                if self.raw.get(vpi::vpiConstType, Some(object)) == Some(vpi::vpiStringConst) =>
            {
                return (kind, Encoding::Text);
            }
            _ => {}
        }
        let is_value = matches!(
            kind,
            ObjectKind::Variable
                | ObjectKind::Net
                | ObjectKind::Integer
                | ObjectKind::Time
                | ObjectKind::Enumeration
                | ObjectKind::Struct
                | ObjectKind::Parameter
        );
        if !is_value {
            return (kind, Encoding::None);
        }
        let or_parameter = |of_value: ObjectKind| {
            if kind == ObjectKind::Parameter {
                kind
            } else {
                of_value
            }
        };
        // An unpacked structure, which newer versions show by its members.
        if self.vpi_type(object) == vpi::vpiStructVar {
            return (ObjectKind::Struct, Encoding::None);
        }
        // As integers, words of up to 32 bits are read, and nothing else; by newer versions wider ones too.
        let is_small = self.get_bits(object).is_ok();
        let is_vector = || self.get_words(object, &mut [(0, 0)]).is_ok();
        let element = self.vpi_type(object) == vpi::vpiMemoryWord;
        if !element && self.is_declared_array(object) {
            return (ObjectKind::Other, Encoding::None);
        }
        if !element && self.raw.get(vpi::vpiScalar, Some(object)) == Some(1) {
            return if self.is_declared_unpacked(object, 1) {
                (ObjectKind::Other, Encoding::None)
            } else if is_small {
                (
                    kind,
                    self.as_declared(object, self.logic(object, None, true)),
                )
            } else if self.get_real(object).is_ok() {
                (or_parameter(ObjectKind::Real), Encoding::Real)
            } else {
                (or_parameter(ObjectKind::Text), Encoding::Text)
            };
        }
        let range = self.range(object);
        // Before 5.040, vectors are shown with their greater index at the left, whatever was declared:
        // this is an array of single bits, which has the type and the range of a vector.
        let is_array_of_bits = !element
            && range.is_some_and(|(left, right)| left < right)
            && self.identity.is_before(5, 40);
        // Older versions end the process where a longer value is read.
        if self.identity.is_before(5, 34)
            && range.is_some_and(|range| length(range) > u64::from(LONGEST))
        {
            return (ObjectKind::Other, Encoding::None);
        }
        let encoding = self.as_declared(object, self.logic(object, range, true));
        let fits = match encoding.width() {
            Some(..=32) => is_small,
            Some(_) => (!is_small || !self.identity.is_before(5, 34)) && is_vector(),
            None => false,
        };
        let is_unpacked = encoding
            .width()
            .is_some_and(|width| !element && self.is_declared_unpacked(object, width));
        if fits && !is_array_of_bits && !is_unpacked {
            (kind, encoding)
        } else {
            (ObjectKind::Other, Encoding::None)
        }
    }

    /// The name by which a scope holds an object: with that of a generate scope between them which is
    /// not shown at all.
    pub(in crate::simulator::vpi) fn name_below(
        &self,
        scope: Option<Handle>,
        object: Handle,
    ) -> Option<String> {
        if let Some(name) = self.name_of_port(object) {
            return Some(name.to_owned());
        }
        let name = self.raw.get_text(vpi::vpiName, object)?;
        let Some(scope) = scope.filter(|_| self.kind(object).is_scope()) else {
            return Some(name);
        };
        let path = self.raw.get_text(vpi::vpiFullName, object)?;
        let of_scope = self.raw.get_text(vpi::vpiFullName, scope)?;
        let below = path
            .strip_prefix(&of_scope)
            .and_then(|below| below.strip_prefix('.'));
        let Some(below) = below else {
            return Some(name);
        };
        let name = decoded(below);
        if parts(below).nth(1).is_some() {
            let mut long = self.kept.long_names.borrow_mut();
            long.insert(object, name.clone());
        }
        Some(name)
    }

    /// The name of a scope: the last one in its path, after those of scopes that are not shown. What it says is its name is its path, or cut off: `__0` in
    /// `gen__BRA__0__KET__` is taken for a character's code.
    pub(in crate::simulator::vpi) fn name_at_the_end(&self, scope: Handle) -> String {
        if let Some(name) = self.kept.long_names.borrow().get(&scope) {
            return name.clone();
        }
        let path = self.raw.get_text(vpi::vpiFullName, scope);
        let path = path.unwrap_or_default();
        decoded(parts(&path).next_back().unwrap_or_default())
    }

    /// A path as the design has it.
    pub(in crate::simulator::vpi) fn usual_path(&self, path: &str) -> String {
        if !path.starts_with("TOP.") {
            return decoded(path);
        }
        // It may be an element of one.
        let mut ports = self.ports_of_tops().iter();
        let port = ports.find_map(|port| {
            let index = path.strip_prefix(&*port.path)?;
            (index.is_empty() || index.starts_with('[')).then_some((port, index))
        });
        match port {
            Some((port, index)) => {
                format!("{}.{}{index}", decoded(&port.top), decoded(&port.name))
            }
            None => decoded(path),
        }
    }
}
