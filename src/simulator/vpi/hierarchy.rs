//! Scopes and objects, by name and by index.
//!
//! Look-ups use our own index of a scope, which is built at the first one by iterating over the scope once.
//! `vpi_handle_by_name` is not used for Verilog (for VHDL see [`vhdl`](super::vhdl)): it searches the scope from the
//! start each time, and finds no bits of vectors. On Icarus 11, it takes an escaped identifier of a scope only with
//! its backslash, and refuses a path through one.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::VpiPort;
use super::description::object_kind;
use super::scope::{Scope, direction};
use crate::simulator::{Direction, Handle, ObjectKind, event, path, verilog_name};
use crate::sys::vpi;

/// The relations from a scope to its contents. Icarus lists arrays of nets with the memories as well.
const RELATIONS: [i32; 9] = [
    vpi::vpiNet,
    vpi::vpiReg,
    vpi::vpiVariables,
    vpi::vpiMemory,
    vpi::vpiNetArray,
    vpi::vpiRegArray,
    vpi::vpiParameter,
    vpi::vpiNamedEvent,
    vpi::vpiInternalScope,
];

impl VpiPort {
    pub(super) fn all_roots(&self) -> Vec<Handle> {
        self.scope(None).objects.clone()
    }

    pub(super) fn all_children(&self, scope: Handle) -> Vec<Handle> {
        if self.holds_names(scope) {
            self.scope(Some(scope)).objects.clone()
        } else {
            vec![]
        }
    }

    /// The index of a scope, made if need be.
    pub(super) fn scope(&self, scope: Option<Handle>) -> Rc<Scope> {
        if let Some(known) = self.scopes.borrow().get(&scope) {
            return Rc::clone(known);
        }
        if event::is_over() {
            return Rc::default();
        }
        let made = Rc::new(match (self.vhdl, scope) {
            (Some(vhdl), None) => self.index_vhdl(vhdl, None, self.top()),
            (Some(vhdl), Some(of)) => self.index_vhdl(vhdl, scope, self.contents(of)),
            (None, None) => self.index(None, self.top()),
            (None, Some(scope)) => {
                let mut made = self.index(Some(scope), self.contents(scope));
                made.directions = self.port_directions(scope);
                made
            }
        });
        self.scopes.borrow_mut().insert(scope, Rc::clone(&made));
        made
    }

    /// Modules first: Icarus lists packages and `$unit` among them.
    fn top(&self) -> Vec<Handle> {
        let mut scopes = self.raw.all_related(vpi::vpiModule, None);
        scopes.extend(self.raw.all_related(vpi::vpiPackage, None));
        scopes.sort_by_key(|scope| self.kind(*scope) == ObjectKind::Package);
        scopes
    }

    fn contents(&self, scope: Handle) -> Vec<Handle> {
        if self.is_unpacked_structure(self.vpi_type(scope)) {
            let mut members = self.raw.all_related(vpi::vpiMember, Some(scope));
            members.retain(|member| !self.is_declared_out_of_reach(*member));
            return members;
        }
        let mut objects = Vec::new();
        for relation in RELATIONS {
            objects.extend(self.raw.all_related(relation, Some(scope)));
        }
        if self.quirks.top_ports_lie_beside {
            objects = self.with_ports_of_top(scope, objects);
        }
        if self.quirks.everything_is_a_register {
            self.find_parameters(scope, &mut objects);
        }
        if self.quirks.generate_scopes_are_hidden {
            objects.extend(self.scopes_below(scope));
        }
        if self.quirks.watches_compare {
            self.leave_members_out(&mut objects);
            objects.retain(|object| !self.is_declared_out_of_reach(*object));
        }
        objects
    }

    fn index(&self, of: Option<Handle>, objects: Vec<Handle>) -> Scope {
        let mut scope = Scope::default();
        let mut seen = HashSet::new();
        for object in objects {
            // Icarus 11 has string variables and queues without a name, which cannot be found.
            let Some(name) = self.name_within(of, object) else {
                continue;
            };
            if self.quirks.handles_are_not_unique {
                // The same object is in several relations, with a different handle in each.
                if !scope.by_name.contains_key(&Self::key(&name)) {
                    scope.add(Self::key(&name), object);
                }
            } else if seen.insert(object) {
                scope.add(Self::key(&name), object);
            }
        }
        scope
    }

    /// An object's name as it is looked up in a scope.
    fn name_within(&self, scope: Option<Handle>, object: Handle) -> Option<String> {
        if self.quirks.generate_scopes_are_hidden {
            return self.name_below(scope, object);
        }
        self.raw.get_text(vpi::vpiName, object)
    }

    fn port_directions(&self, scope: Handle) -> HashMap<Box<str>, Direction> {
        if self.kind(scope) != ObjectKind::Module {
            return HashMap::new();
        }
        let ports = self.raw.all_related(vpi::vpiPort, Some(scope));
        let entries = ports.into_iter().filter_map(|port| {
            let name = self.raw.get_text(vpi::vpiName, port)?;
            Some((
                Self::key(&name),
                direction(self.raw.get(vpi::vpiDirection, Some(port))?)?,
            ))
        });
        entries.collect()
    }

    /// The names of a module's ports in the order of their declaration.
    pub(super) fn declared_ports(&self, scope: Handle) -> Vec<String> {
        // GHDL has the right order already, and Verilator has no such relation.
        if event::is_over()
            || self.vhdl.is_some()
            || self.quirks.everything_is_a_register
            || self.kind(scope) != ObjectKind::Module
        {
            return Vec::new();
        }
        let ports = self.raw.all_related(vpi::vpiPort, Some(scope));
        let names = ports.into_iter().filter_map(|port| {
            let name = self.raw.get_text(vpi::vpiName, port)?;
            Some(verilog_name::plain(&name).to_owned())
        });
        names.collect()
    }

    /// A name as it is compared.
    fn key(name: &str) -> Box<str> {
        verilog_name::plain(name).into()
    }

    pub(super) fn find_by_path(&self, scope: Option<Handle>, path: &str) -> Option<Handle> {
        if event::is_over() {
            return None;
        }
        if let Some(vhdl) = self.vhdl {
            return self.find_vhdl(vhdl, scope, path);
        }
        path::find(
            scope,
            path,
            verilog_name::splits,
            |scope, name| self.child(scope, name),
            |object| self.holds_names(object),
        )
    }

    /// Whether it is a scope, or an unpacked structure.
    fn holds_names(&self, object: Handle) -> bool {
        let vpi_type = self.vpi_type(object);
        self.kind_of(object, vpi_type).is_scope() || self.is_unpacked_structure(vpi_type)
    }

    /// The object in a scope with a name of one identifier, which may have an index.
    fn child(&self, scope: Option<Handle>, name: &str) -> Option<Handle> {
        let index = self.scope(scope);
        if let Some(object) = index.by_name.get(&Self::key(name)) {
            return Some(*object);
        }
        if self.quirks.generate_scopes_are_hidden
            && let Some(hidden) = self.hidden_scope(scope, name)
        {
            return Some(hidden);
        }
        if let Some((base, index)) = verilog_name::split_index(name) {
            let array = self.child(scope, base)?;
            return self.array_element(array, index);
        }
        None
    }

    pub(super) fn array_element(&self, array: Handle, index: i64) -> Option<Handle> {
        if event::is_over() || self.kind(array) != ObjectKind::Array {
            return None;
        }
        if let Some(vhdl) = self.vhdl {
            return self.element_vhdl(vhdl, array, index);
        }
        if self.has_dimensions(array) {
            return self.declared_element(array, index);
        }
        let index = i32::try_from(index).ok()?;
        if self.quirks.handles_are_not_unique {
            return self.kept_element(array, index);
        }
        self.raw.by_index(array, index)
    }

    /// The same, of an array that is known to be one, where the simulator itself keeps its elements.
    #[inline]
    pub(super) fn plain_element(&self, array: Handle, index: i64) -> Option<Handle> {
        if event::is_over() {
            return None;
        }
        if self.has_dimensions(array) {
            return self.declared_element(array, index);
        }
        self.raw.by_index(array, i32::try_from(index).ok()?)
    }

    pub(super) fn vpi_type(&self, object: Handle) -> i32 {
        if self.is_row(object) {
            return vpi::vpiRegArray;
        }
        self.raw
            .get(vpi::vpiType, Some(object))
            .unwrap_or(vpi::vpiUndefined)
    }

    pub(super) fn kind(&self, object: Handle) -> ObjectKind {
        self.kind_of(object, self.vpi_type(object))
    }

    /// The kind of an object of this type.
    pub(super) fn kind_of(&self, object: Handle, vpi_type: i32) -> ObjectKind {
        match object_kind(vpi_type) {
            // Verilator has packages as such scopes.
            ObjectKind::GenerateScope if self.quirks.watches_compare && self.is_root(object) => {
                ObjectKind::Package
            }
            kind => kind,
        }
    }

    fn is_root(&self, scope: Handle) -> bool {
        let path = self.raw.get_text(vpi::vpiFullName, scope);
        path.is_some_and(|path| !path.contains('.'))
    }

    /// The full name, or a mark for an object that has none.
    pub(super) fn path(&self, object: Handle) -> String {
        if let Some(path) = self.vhdl.and_then(|vhdl| vhdl.path(object)) {
            return path;
        }
        if event::is_over() {
            return "?".to_owned();
        }
        let path = self
            .declared_name(vpi::vpiFullName, object)
            .or_else(|| self.raw.get_text(vpi::vpiFullName, object))
            .map(|path| {
                if self.quirks.generate_scopes_are_hidden {
                    self.usual_path(&path)
                } else {
                    path
                }
            });
        path.unwrap_or_else(|| "?".to_owned())
    }

    pub(super) fn direction_of(&self, object: Handle, name: &str) -> Option<Direction> {
        if self.quirks.top_ports_lie_beside {
            return direction(self.direction_of_port(object, name)?);
        }
        let scope = self.raw.related(vpi::vpiScope, object)?;
        if self.kind(scope) != ObjectKind::Module {
            return None;
        }
        self.scope(Some(scope))
            .directions
            .get(&Self::key(name))
            .copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_direction_is_none() {
        assert_eq!(direction(vpi::vpiInout), Some(Direction::InOut));
        assert_eq!(direction(5), None);
    }
}
