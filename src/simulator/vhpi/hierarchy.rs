//! Scopes and objects: what there is, by name and by index.
//!
//! Look-up goes by our own index of a scope or record, made at the first question about it, and
//! elements are kept once found: a simulator gives another handle at each look-up, and to us an
//! object is one. `vhpi_handle_by_name` is not asked: on NVC it takes the dot in an extended
//! identifier for a separator, and finds no element of an array.

use std::cell::{Cell, OnceCell, RefCell};

use super::VhpiPort;
use super::name;
use super::object::{Contents, Object, Role, Written};
use super::raw::Raw;
use super::shape::Shape;
use crate::simulator::{Direction, Handle, ObjectKind, event};
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
                self.add_declared(&mut contents, raw, None);
            }
            contents
        })
    }

    /// What a region or a record holds; nothing for any other object.
    pub(super) fn contents(&self, of: &'static Object) -> &'static Contents {
        of.contents.get_or_init(|| {
            let mut contents = Contents::default();
            if event::is_over() {
                return contents;
            }
            match of.role {
                Role::Region(ObjectKind::Package) => self.add_of_package(&mut contents, of),
                Role::Region(_) => {
                    for relation in RELATIONS {
                        self.add_related(&mut contents, relation, of);
                    }
                }
                _ if *self.shape(of) == Shape::Record => {
                    let fields = self.raw.all_related(vhpi::vhpiSelectedNames, Some(of.raw));
                    for raw in fields {
                        self.add_field(&mut contents, raw, of);
                    }
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

    fn add_related(
        &self,
        contents: &mut Contents,
        relation: vhpi::vhpiOneToManyT,
        scope: &'static Object,
    ) {
        for raw in self.raw.all_related(relation, Some(scope.raw)) {
            self.add_declared(contents, raw, Some(scope));
        }
    }

    fn add_of_package(&self, contents: &mut Contents, package: &'static Object) {
        self.add_related(contents, vhpi::vhpiGenericDecls, package);
        let is_generic = !contents.objects.is_empty();
        // They hold no regions, and NVC 1 ends the process when it is asked for those of an instance
        // of a generic package.
        for relation in [vhpi::vhpiSigDecls, vhpi::vhpiVarDecls, vhpi::vhpiConstDecls] {
            self.add_related(contents, relation, package);
        }
        if is_generic && self.quirks.generic_packages_abort {
            for object in &contents.objects {
                object.shape.get_or_init(|| Shape::None);
            }
        }
    }

    fn add_declared(&self, contents: &mut Contents, raw: Raw, scope: Option<&'static Object>) {
        let role = self.role(raw);
        let name = self.raw.get_text(vhpi::vhpiCaseNameP, raw);
        // A simulator that does not keep the source's case need not have this property.
        let name = name.or_else(|| self.raw.get_text(vhpi::vhpiNameP, raw));
        let (Some(role), Some(mut name)) = (role, name) else {
            self.raw.release(raw);
            return;
        };
        if role == Role::Region(ObjectKind::Package) {
            // NVC separates the library by a colon.
            name = name.replace(':', ".");
        }
        let shown = name::shown(&name, self.quirks.names);
        let path = match scope {
            Some(scope) => format!("{}.{shown}", scope.path),
            None => shown.clone(),
        };
        let object = self.keep(raw, role, false, shown, path, None);
        contents.add(name::key(&name), object);
    }

    fn add_field(&self, contents: &mut Contents, raw: Raw, record: &'static Object) {
        let name = match self.raw.related(vhpi::vhpiSuffix, Some(raw)) {
            Some(suffix) => {
                let name = self.raw.get_text(vhpi::vhpiCaseNameP, suffix);
                self.raw.release(suffix);
                name
            }
            None => None,
        };
        let Some(name) = name else {
            self.raw.release(raw);
            return;
        };
        let shown = name::shown(&name, self.quirks.names);
        let path = format!("{}.{shown}", record.path);
        let object = self.keep(raw, record.role, true, shown, path, None);
        contents.add(name::key(&name), object);
    }

    fn role(&self, raw: Raw) -> Option<Role> {
        let class = self.raw.get(vhpi::vhpiKindP, raw)?.try_into().ok()?;
        Some(match class {
            vhpi::vhpiPortDeclK => {
                Role::Port(self.raw.get(vhpi::vhpiModeP, raw).and_then(direction))
            }
            vhpi::vhpiSigDeclK => Role::Signal,
            vhpi::vhpiVarDeclK => Role::Variable,
            vhpi::vhpiGenericDeclK | vhpi::vhpiConstDeclK => Role::Constant,
            class => Role::Region(region_kind(class)?),
        })
    }

    /// Keeps an object to the end of the run.
    fn keep(
        &self,
        raw: Raw,
        role: Role,
        is_part: bool,
        name: String,
        path: String,
        row: Option<u32>,
    ) -> &'static Object {
        let object = Box::leak(Box::new(Object {
            raw,
            role,
            is_part,
            name: name.into(),
            path: path.into(),
            row,
            shape: OnceCell::new(),
            contents: OnceCell::new(),
            elements: RefCell::default(),
            forced: Cell::new(false),
            written: Written::default(),
        }));
        if row.is_none() {
            self.kept.borrow_mut().push(raw);
        }
        object
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
        name::splits(path).find_map(|split| {
            let object = self.member(scope, split.first)?;
            match split.rest {
                None => Some(object),
                Some(rest) if self.holds_names(object) => self.find_by_path(Some(object), rest),
                Some(_) => None,
            }
        })
    }

    /// The object that a region or record holds by one name, which may have indices.
    fn member(&self, scope: Option<&'static Object>, name: &str) -> Option<&'static Object> {
        let contents = match scope {
            Some(scope) => self.contents(scope),
            None => self.top(),
        };
        if let Some(object) = name::keys(name).find_map(|key| contents.by_name.get(&key)) {
            return Some(object);
        }
        let (base, indices) = name::split_indices(name)?;
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
        if let Some(known) = array.elements.borrow().get(&index) {
            return Some(known);
        }
        let Shape::Array { dimensions } = self.shape(array) else {
            return None;
        };
        let (&(left, right), inner) = dimensions.split_first()?;
        if event::is_over() || !(left.min(right)..=left.max(right)).contains(&index) {
            return None;
        }
        let inner_length: u64 = inner
            .iter()
            .map(|(left, right)| left.abs_diff(*right) + 1)
            .product();
        let position = u64::from(array.row.unwrap_or(0)) + index.abs_diff(left) * inner_length;
        let position = u32::try_from(position).ok()?;
        let (name, path) = (
            format!("{}[{index}]", array.name),
            format!("{}[{index}]", array.path),
        );
        let element = if inner.is_empty() {
            let position = i32::try_from(position).ok()?;
            let raw = self
                .raw
                .by_position(vhpi::vhpiIndexedNames, array.raw, position)?;
            self.keep(raw, array.role, true, name, path, None)
        } else {
            let row = self.keep(array.raw, array.role, true, name, path, Some(position));
            let dimensions = inner.to_vec();
            row.shape.get_or_init(|| Shape::Array { dimensions });
            row
        };
        array.elements.borrow_mut().insert(index, element);
        Some(element)
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
