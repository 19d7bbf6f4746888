//! Scopes and objects, by name and by index.
//!
//! Look-ups use our own index of a scope or record, which is built at the first one. Found elements are kept, because
//! a simulator returns a new handle for each look-up, and here each object exists once. `vhpi_handle_by_name` is not
//! used: on NVC it takes the dot in an extended identifier for a separator, and finds no elements of arrays.

use super::VhpiPort;
use super::object::{Contents, Object, Role, Source};
use super::raw::Raw;
use super::shape::{Dimension, Shape};
use crate::simulator::{Direction, Handle, ObjectKind, PortError, event, path, vhdl_name};
use crate::sys::vhpi;

/// The relations that lead from a region to what it holds.
const RELATIONS: [vhpi::vhpiOneToManyT; 6] = [
    vhpi::vhpiGenericDecls,
    vhpi::vhpiPortDecls,
    vhpi::vhpiSigDecls,
    vhpi::vhpiVarDecls,
    vhpi::vhpiConstDecls,
    vhpi::vhpiInternalRegions,
];

fn region_kind(class: vhpi::vhpiClassKindT) -> Option<ObjectKind> {
    Some(match class {
        vhpi::vhpiRootInstK | vhpi::vhpiCompInstStmtK => ObjectKind::Module,
        vhpi::vhpiForGenerateK | vhpi::vhpiIfGenerateK => ObjectKind::GenerateScope,
        vhpi::vhpiBlockStmtK | vhpi::vhpiProcessStmtK => ObjectKind::NamedBlock,
        vhpi::vhpiPackInstK => ObjectKind::Package,
        vhpi::vhpiFuncDeclK => ObjectKind::Function,
        vhpi::vhpiProcDeclK => ObjectKind::Task,
        _ => return None,
    })
}

fn direction(mode: i32) -> Option<Direction> {
    match mode.try_into().ok()? {
        vhpi::vhpiInMode => Some(Direction::Input),
        vhpi::vhpiOutMode | vhpi::vhpiBufferMode => Some(Direction::Output),
        vhpi::vhpiInoutMode => Some(Direction::InOut),
        _ => None,
    }
}

/// What a handle shows about an object, before the object is kept.
struct Found {
    role: Role,
    /// The relation that leads to it.
    relation: vhpi::vhpiOneToManyT,
    is_part: bool,
    name: String,
}

impl VhpiPort {
    /// The top of the design, then the packages.
    pub(super) fn top(&self) -> &Contents {
        self.top.get_or_init(|| {
            let mut contents = Contents::default();
            if event::is_over() {
                return contents;
            }
            let root = self.raw.related(vhpi::vhpiRootInst, None);
            let packages = self.raw.all_related(vhpi::vhpiPackInsts, None);
            for raw in root.into_iter().chain(packages) {
                self.add_or_release(&mut contents, raw, self.declared(raw), None);
            }
            contents
        })
    }

    /// The contents of a region or a record; none for any other object.
    pub(super) fn contents(&self, of: &'static Object) -> &'static Contents {
        of.contents.get_or_init(|| {
            let mut contents = Contents::default();
            if event::is_over() {
                return contents;
            }
            match of.role {
                Role::Region(ObjectKind::Package) => self.add_of_package(&mut contents, of),
                Role::Region(_) => self.add_related(&mut contents, &RELATIONS, of),
                _ if *self.shape(of) == Shape::Record => {
                    self.add_fields(&mut contents, of);
                }
                _ => {}
            }
            contents
        })
    }

    pub(super) fn shape(&self, object: &'static Object) -> &'static Shape {
        object.shape.get_or_init(|| match object.role {
            Role::Region(_) => Shape::None,
            _ if event::is_over() => Shape::None,
            _ => self.find_shape(object),
        })
    }

    /// Adds what a region holds in these relations, in their order.
    fn add_related(
        &self,
        contents: &mut Contents,
        relations: &[vhpi::vhpiOneToManyT],
        scope: &'static Object,
    ) {
        if !self.quirks.positions_count_all {
            for relation in relations {
                self.add_held(contents, *relation, scope, |raw| self.declared(raw));
            }
            return;
        }
        // Each of these relations contains several others.
        let mut found = self.at_positions(vhpi::vhpiDecls, scope, |raw| self.declared(raw));
        if relations.contains(&vhpi::vhpiInternalRegions) {
            let regions =
                self.at_positions(vhpi::vhpiInternalRegions, scope, |raw| self.declared(raw));
            found.retain(|(found, _)| found.relation != vhpi::vhpiInternalRegions);
            found.extend(regions);
        }
        for relation in relations {
            for (found, source) in found.extract_if(.., |(it, _)| it.relation == *relation) {
                self.add(contents, found, source, Some(scope));
            }
        }
    }

    /// Adds what an object holds in a relation, with its handles.
    fn add_held(
        &self,
        contents: &mut Contents,
        relation: vhpi::vhpiOneToManyT,
        parent: &'static Object,
        look: impl Fn(Raw) -> Option<Found>,
    ) {
        let Ok(of) = self.held(parent) else { return };
        for raw in self.raw.all_related(relation, Some(of)) {
            self.add_or_release(contents, raw, look(raw), Some(parent));
        }
    }

    /// What an object holds in a relation, without handles.
    fn at_positions(
        &self,
        relation: vhpi::vhpiOneToManyT,
        parent: &'static Object,
        look: impl Fn(Raw) -> Option<Found>,
    ) -> Vec<(Found, Source)> {
        let mut all = Vec::new();
        let Ok(of) = self.held(parent) else {
            return all;
        };
        for position in 0.. {
            let Some(raw) = self.raw.by_position(relation, of, position) else {
                break;
            };
            let found = look(raw);
            self.raw.release(raw);
            let source = Source::Position {
                parent,
                relation,
                position,
            };
            all.extend(found.map(|found| (found, source)));
        }
        all
    }

    fn add_or_release(
        &self,
        contents: &mut Contents,
        raw: Raw,
        found: Option<Found>,
        parent: Option<&'static Object>,
    ) {
        let Some(found) = found else {
            self.raw.release(raw);
            return;
        };
        let object = self.add(contents, found, Source::Held, parent);
        object.held.set(Some(raw));
        self.handles.hold(raw);
    }

    fn add(
        &self,
        contents: &mut Contents,
        found: Found,
        source: Source,
        parent: Option<&'static Object>,
    ) -> &'static Object {
        let Found {
            role,
            is_part,
            name,
            ..
        } = found;
        let shown = vhdl_name::shown(&name, self.quirks.names);
        let path = match parent {
            Some(parent) => format!("{}.{shown}", parent.path),
            None => shown.clone(),
        };
        let object = Object::keep(source, role, is_part, shown, path, None);
        contents.add(vhdl_name::key(&name), object);
        object
    }

    fn add_of_package(&self, contents: &mut Contents, package: &'static Object) {
        self.add_related(contents, &[vhpi::vhpiGenericDecls], package);
        let is_generic = !contents.objects.is_empty();
        // They hold no regions, and a query for the regions of an instance of a generic package ends NVC 1.
        let declarations = [vhpi::vhpiSigDecls, vhpi::vhpiVarDecls, vhpi::vhpiConstDecls];
        self.add_related(contents, &declarations, package);
        if is_generic && self.quirks.generic_packages_abort {
            for object in &contents.objects {
                object.shape.get_or_init(|| Shape::None);
            }
        }
    }

    fn add_fields(&self, contents: &mut Contents, record: &'static Object) {
        let relation = vhpi::vhpiSelectedNames;
        let look = |raw| self.field(raw, record);
        if !self.quirks.positions_count_all {
            self.add_held(contents, relation, record, look);
            return;
        }
        for (found, source) in self.at_positions(relation, record, look) {
            self.add(contents, found, source, Some(record));
        }
    }

    /// The object behind a handle to a declaration or a region.
    fn declared(&self, raw: Raw) -> Option<Found> {
        let (role, relation) = self.role(raw)?;
        let name = self.raw.get_text(vhpi::vhpiCaseNameP, raw);
        // A simulator that does not keep the source's case need not have this property.
        let mut name = name.or_else(|| self.raw.get_text(vhpi::vhpiNameP, raw))?;
        if role == Role::Region(ObjectKind::Package) {
            // NVC separates the library by a colon.
            name = name.replace(':', ".");
        }
        Some(Found {
            role,
            relation,
            is_part: false,
            name,
        })
    }

    fn field(&self, raw: Raw, record: &'static Object) -> Option<Found> {
        let suffix = self.raw.related(vhpi::vhpiSuffix, Some(raw))?;
        let name = self.raw.get_text(vhpi::vhpiCaseNameP, suffix);
        self.raw.release(suffix);
        Some(Found {
            role: record.role,
            relation: vhpi::vhpiSelectedNames,
            is_part: true,
            name: name?,
        })
    }

    fn role(&self, raw: Raw) -> Option<(Role, vhpi::vhpiOneToManyT)> {
        let class = self.raw.get(vhpi::vhpiKindP, raw)?.try_into().ok()?;
        Some(match class {
            vhpi::vhpiPortDeclK => (
                Role::Port(self.raw.get(vhpi::vhpiModeP, raw).and_then(direction)),
                vhpi::vhpiPortDecls,
            ),
            vhpi::vhpiSigDeclK => (Role::Signal, vhpi::vhpiSigDecls),
            vhpi::vhpiVarDeclK => (Role::Variable, vhpi::vhpiVarDecls),
            vhpi::vhpiGenericDeclK => (Role::Constant, vhpi::vhpiGenericDecls),
            vhpi::vhpiConstDeclK => (Role::Constant, vhpi::vhpiConstDecls),
            class => (Role::Region(region_kind(class)?), vhpi::vhpiInternalRegions),
        })
    }

    /// Why a scope shows none of its contents.
    pub(super) fn hidden_contents(&self, scope: &'static Object) -> Option<PortError> {
        // A for-generate ends in its index.
        let is_branch = scope.role == Role::Region(ObjectKind::GenerateScope)
            && !scope.name.ends_with(']')
            && self.contents(scope).objects.is_empty();
        (is_branch && self.quirks.generates_by_index_are_empty).then(|| PortError::Unsupported {
            what: format!(
                "show what is in `{}`, a generate whose condition depends on the index of the `for` \
                 generate around it",
                scope.path
            ),
            simulator: self.identity.to_string(),
            remedy: "declare what the testbench needs outside of it, in the `for` generate".to_owned(),
        })
    }

    pub(super) fn holds_names(&self, object: &'static Object) -> bool {
        matches!(object.role, Role::Region(_)) || *self.shape(object) == Shape::Record
    }

    pub(super) fn find_by_path(
        &self,
        scope: Option<&'static Object>,
        path: &str,
    ) -> Option<&'static Object> {
        if event::is_over() {
            return None;
        }
        path::find(
            scope,
            path,
            vhdl_name::splits,
            |scope, name| self.member(scope, name),
            |object| self.holds_names(object),
        )
    }

    /// The object in a region or record with this name, which may have indices.
    fn member(&self, scope: Option<&'static Object>, name: &str) -> Option<&'static Object> {
        let contents = match scope {
            Some(scope) => self.contents(scope),
            None => self.top(),
        };
        if let Some(object) = vhdl_name::keys(name).find_map(|key| contents.by_name.get(&key)) {
            return Some(object);
        }
        let (base, indices) = vhdl_name::split_indices(name)?;
        let array = self.member(scope, base)?;
        indices
            .into_iter()
            .try_fold(array, |array, index| self.array_element(array, index))
    }

    /// The element of an array at a declared index; of an array of several dimensions, a row.
    pub(super) fn array_element(
        &self,
        array: &'static Object,
        index: i64,
    ) -> Option<&'static Object> {
        let parts = array.parts();
        if let Some(known) = parts.elements.borrow().get(&index) {
            return Some(known);
        }
        if event::is_over() {
            return None;
        }
        let (position, inner) = self.position_of_element(array, index)?;
        let (name, path) = (
            format!("{}[{index}]", array.name),
            format!("{}[{index}]", array.path),
        );
        let element = if inner.is_empty() {
            let position = i32::try_from(position).ok()?;
            let source = Source::Position {
                parent: array,
                relation: vhpi::vhpiIndexedNames,
                position,
            };
            Object::keep(source, array.role, true, name, path, None)
        } else {
            let source = Source::Row(array);
            let row = Object::keep(source, array.role, true, name, path, Some(position));
            let dimensions = inner.to_vec();
            row.shape.get_or_init(|| Shape::Array { dimensions });
            row
        };
        if let Some(written) = parts.take_written(index) {
            element.written.restore(&written);
            self.written.borrow_mut().push(element);
        }
        parts.elements.borrow_mut().insert(index, element);
        Some(element)
    }

    pub(super) fn first_index(&self, array: &'static Object) -> Option<i64> {
        let Shape::Array { dimensions } = self.shape(array) else {
            return None;
        };
        dimensions.first().map(|range| range.left)
    }

    /// The position among an array's innermost elements of the one at a declared index, or of the first
    /// of a row; and the dimensions within.
    pub(super) fn position_of_element(
        &self,
        array: &'static Object,
        index: i64,
    ) -> Option<(u32, &'static [Dimension])> {
        let Shape::Array { dimensions } = self.shape(array) else {
            return None;
        };
        let (first, inner) = dimensions.split_first()?;
        if !first.holds(index) {
            return None;
        }
        let inner_length: u64 = inner.iter().map(|range| range.length).product();
        let position =
            u64::from(array.row.unwrap_or(0)) + index.abs_diff(first.left) * inner_length;
        Some((u32::try_from(position).ok()?, inner))
    }
}

impl Contents {
    pub(super) fn handles(&self) -> Vec<Handle> {
        self.objects.iter().map(|object| object.handle()).collect()
    }

    fn add(&mut self, key: String, object: &'static Object) {
        self.by_name.entry(key).or_insert(object);
        self.objects.push(object);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_is_an_output_and_a_linkage_has_no_direction() {
        let mode = |mode: vhpi::vhpiModeT| direction(i32::try_from(mode).unwrap());
        assert_eq!(mode(vhpi::vhpiBufferMode), Some(Direction::Output));
        assert_eq!(mode(vhpi::vhpiInoutMode), Some(Direction::InOut));
        assert_eq!(mode(1005), None);
    }
}
