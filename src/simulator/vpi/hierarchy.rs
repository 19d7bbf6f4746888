//! Scopes and objects: what there is, by name and by index.
//!
//! Look-up goes by our own index of a scope, made at the first question about it by iterating
//! over the scope once. `vpi_handle_by_name` is asked only for what does not iterate (generics
//! and arrays in GHDL): it searches the scope from its start each time, on Icarus 11 it wants an
//! escaped identifier with its backslash when it is a scope and refuses the rest of a path
//! through one, and it finds no bit of a vector.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::VpiPort;
use super::name;
use crate::simulator::event;
use crate::simulator::{Description, Direction, Encoding, Handle, NameCase, ObjectKind, Simulator};
use crate::sys::vpi;

/// The scopes asked about so far; `None` stands for the top of the design.
pub(super) type Scopes = HashMap<Option<Handle>, Rc<Scope>>;

/// What a scope holds.
#[derive(Default)]
pub(super) struct Scope {
    /// In the simulator's order.
    objects: Vec<Handle>,
    by_name: HashMap<Box<str>, Handle>,
    directions: HashMap<Box<str>, Direction>,
}

/// The relations that lead from a scope to what it holds. Icarus gives the arrays of nets with
/// the memories as well.
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

fn object_kind(vpi_type: i32) -> ObjectKind {
    match vpi_type {
        vpi::vpiModule | vpi::vpiInterface | vpi::vpiProgram => ObjectKind::Module,
        vpi::vpiGenScope => ObjectKind::GenerateScope,
        vpi::vpiGenScopeArray => ObjectKind::GenerateArray,
        vpi::vpiPackage => ObjectKind::Package,
        vpi::vpiFunction => ObjectKind::Function,
        vpi::vpiTask => ObjectKind::Task,
        vpi::vpiNamedBegin | vpi::vpiNamedFork => ObjectKind::NamedBlock,
        vpi::vpiNet | vpi::vpiNetBit | vpi::vpiIntegerNet | vpi::vpiTimeNet => ObjectKind::Net,
        vpi::vpiReg
        | vpi::vpiRegBit
        | vpi::vpiBitVar
        | vpi::vpiMemoryWord
        | vpi::vpiPartSelect
        | vpi::vpiBitSelect => ObjectKind::Variable,
        vpi::vpiIntegerVar
        | vpi::vpiIntVar
        | vpi::vpiByteVar
        | vpi::vpiShortIntVar
        | vpi::vpiLongIntVar => ObjectKind::Integer,
        vpi::vpiRealVar | vpi::vpiShortRealVar => ObjectKind::Real,
        vpi::vpiTimeVar => ObjectKind::Time,
        vpi::vpiStringVar => ObjectKind::Text,
        vpi::vpiEnumVar | vpi::vpiEnumNet => ObjectKind::Enumeration,
        vpi::vpiParameter | vpi::vpiSpecParam => ObjectKind::Parameter,
        vpi::vpiMemory | vpi::vpiNetArray | vpi::vpiRegArray => ObjectKind::Array,
        vpi::vpiNamedEvent => ObjectKind::NamedEvent,
        vpi::vpiStructVar | vpi::vpiUnionVar | vpi::vpiStructNet => ObjectKind::Struct,
        _ => ObjectKind::Other,
    }
}

/// Whether objects of a type hold 0 and 1 only.
fn is_two_state(vpi_type: i32) -> bool {
    matches!(
        vpi_type,
        vpi::vpiBitVar
            | vpi::vpiIntVar
            | vpi::vpiByteVar
            | vpi::vpiShortIntVar
            | vpi::vpiLongIntVar
    )
}

fn direction(vpi_direction: i32) -> Option<Direction> {
    match vpi_direction {
        vpi::vpiInput => Some(Direction::Input),
        vpi::vpiOutput => Some(Direction::Output),
        vpi::vpiInout => Some(Direction::InOut),
        _ => None,
    }
}

impl VpiPort {
    pub(super) fn all_roots(&self) -> Vec<Handle> {
        self.scope(None).objects.clone()
    }

    pub(super) fn all_children(&self, scope: Handle) -> Vec<Handle> {
        if self.kind(scope).is_scope() {
            self.scope(Some(scope)).objects.clone()
        } else {
            vec![]
        }
    }

    /// The index of a scope, made if need be.
    fn scope(&self, scope: Option<Handle>) -> Rc<Scope> {
        if let Some(known) = self.scopes.borrow().get(&scope) {
            return Rc::clone(known);
        }
        if event::is_over() {
            return Rc::default();
        }
        let made = Rc::new(match scope {
            None => self.index(self.top()),
            Some(scope) => {
                let mut made = self.index(self.contents(scope));
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
        let mut objects = Vec::new();
        for relation in RELATIONS {
            objects.extend(self.raw.all_related(relation, Some(scope)));
        }
        if self.is(Simulator::Verilator) {
            // Verilator 5.006 does not know internal scopes.
            objects.extend(self.raw.all_related(vpi::vpiModule, Some(scope)));
        }
        objects
    }

    fn index(&self, objects: Vec<Handle>) -> Scope {
        let mut scope = Scope::default();
        let mut seen = HashSet::new();
        for object in objects {
            // Icarus 11 has string variables and queues without a name: out of reach.
            let Some(name) = self.raw.get_text(vpi::vpiName, object) else {
                continue;
            };
            if seen.insert(object) {
                scope.by_name.entry(self.key(&name)).or_insert(object);
                scope.objects.push(object);
            }
        }
        scope
    }

    fn port_directions(&self, scope: Handle) -> HashMap<Box<str>, Direction> {
        if self.kind(scope) != ObjectKind::Module {
            return HashMap::new();
        }
        let ports = self.raw.all_related(vpi::vpiPort, Some(scope));
        let entries = ports.into_iter().filter_map(|port| {
            let name = self.raw.get_text(vpi::vpiName, port)?;
            Some((
                self.key(&name),
                direction(self.raw.get(vpi::vpiDirection, Some(port))?)?,
            ))
        });
        entries.collect()
    }

    /// A name as it is compared.
    fn key(&self, name: &str) -> Box<str> {
        let name = name::plain(name);
        match self.quirks.names {
            NameCase::AsWritten => name.into(),
            NameCase::Lower => name.to_lowercase().into(),
            NameCase::Upper => name.to_uppercase().into(),
        }
    }

    pub(super) fn find_by_path(&self, scope: Option<Handle>, path: &str) -> Option<Handle> {
        if event::is_over() {
            return None;
        }
        name::splits(path).find_map(|split| {
            let object = self.child(scope, split.first)?;
            match split.rest {
                None => Some(object),
                Some(rest) if self.kind(object).is_scope() => self.find_by_path(Some(object), rest),
                Some(_) => None,
            }
        })
    }

    /// The object a scope holds by a name of one identifier, which may have an index.
    fn child(&self, scope: Option<Handle>, name: &str) -> Option<Handle> {
        let index = self.scope(scope);
        if let Some(object) = index.by_name.get(&self.key(name)) {
            return Some(*object);
        }
        if let Some((base, index)) = name::split_index(name) {
            let array = self.child(scope, base)?;
            return self.array_element(array, index);
        }
        if self.quirks.some_names_do_not_iterate {
            return self.raw.by_name(&self.key(name), scope);
        }
        None
    }

    pub(super) fn array_element(&self, array: Handle, index: i64) -> Option<Handle> {
        if event::is_over() || self.kind(array) != ObjectKind::Array {
            return None;
        }
        self.raw.by_index(array, i32::try_from(index).ok()?)
    }

    pub(super) fn vpi_type(&self, object: Handle) -> i32 {
        self.raw
            .get(vpi::vpiType, Some(object))
            .unwrap_or(vpi::vpiUndefined)
    }

    fn kind(&self, object: Handle) -> ObjectKind {
        object_kind(self.vpi_type(object))
    }

    /// The full name, or a mark for an object that has none.
    pub(super) fn path(&self, object: Handle) -> String {
        let path = (!event::is_over())
            .then(|| self.raw.get_text(vpi::vpiFullName, object))
            .flatten();
        path.unwrap_or_else(|| "?".to_owned())
    }

    pub(super) fn description(&self, object: Handle) -> Description {
        let vpi_type = if event::is_over() {
            vpi::vpiUndefined
        } else {
            self.vpi_type(object)
        };
        let kind = object_kind(vpi_type);
        let mut description = Description {
            kind,
            name: String::new(),
            path: self.path(object),
            definition: None,
            file: None,
            line: None,
            encoding: Encoding::None,
            direction: None,
            constant: kind == ObjectKind::Parameter,
            array: None,
        };
        if vpi_type == vpi::vpiUndefined {
            return description;
        }
        let name = self.raw.get_text(vpi::vpiName, object).unwrap_or_default();
        description.name = name::plain(&name).to_owned();
        if kind.is_scope() || kind == ObjectKind::Parameter {
            // Icarus 11 knows no more places, and aborts when a dynamic array is asked for its.
            self.describe_place(object, &mut description);
        }
        match kind {
            ObjectKind::Module => {
                description.definition = self.raw.get_text(vpi::vpiDefName, object);
            }
            ObjectKind::Array => self.describe_array(object, &mut description),
            ObjectKind::NamedEvent => {}
            kind if kind.is_scope() => {}
            _ => {
                let (kind, encoding) = self.encoding(object, vpi_type);
                description.kind = kind;
                description.encoding = encoding;
                description.direction = self.direction_of(object, &description.name);
            }
        }
        description
    }

    fn describe_place(&self, object: Handle, description: &mut Description) {
        let file = self.raw.get_text(vpi::vpiFile, object);
        // "N/A" and "-" are Icarus's for none.
        description.file = file.filter(|file| !matches!(file.as_str(), "" | "-" | "N/A"));
        if description.file.is_some() {
            let line = self.raw.get(vpi::vpiLineNo, Some(object));
            description.line = line
                .and_then(|line| u32::try_from(line).ok())
                .filter(|&line| line > 0);
        }
    }

    fn describe_array(&self, array: Handle, description: &mut Description) {
        description.array = self.range(array);
        // A dynamic array or a queue has no element to ask yet, or another one each time.
        if let Some((left, _)) = description.array
            && let Some(element) = self.array_element(array, left)
        {
            description.encoding = self.encoding(element, self.vpi_type(element)).1;
        }
    }

    /// The kind, where the value tells more than the type, and the encoding.
    fn encoding(&self, object: Handle, vpi_type: i32) -> (ObjectKind, Encoding) {
        let kind = object_kind(vpi_type);
        match vpi_type {
            vpi::vpiRealVar | vpi::vpiShortRealVar => (kind, Encoding::Real),
            vpi::vpiStringVar => (kind, Encoding::Text),
            vpi::vpiParameter | vpi::vpiSpecParam => {
                match self.raw.get(vpi::vpiConstType, Some(object)) {
                    Some(vpi::vpiRealConst) => (kind, Encoding::Real),
                    Some(vpi::vpiStringConst) => (kind, Encoding::Text),
                    // Icarus aborts when a parameter is asked whether it is a vector.
                    _ => (kind, self.logic(object, None, false)),
                }
            }
            // Icarus tells the type of an array's elements by the format of their values alone.
            vpi::vpiMemoryWord => match self.own_format(object) {
                Some(vpi::vpiRealVal) => (ObjectKind::Real, Encoding::Real),
                Some(vpi::vpiStringVal) => (ObjectKind::Text, Encoding::Text),
                // An element of 1 bit is [0:0] to Icarus, declared so or not.
                _ => {
                    let range = self.range(object).filter(|range| *range != (0, 0));
                    (kind, self.logic(object, range, false))
                }
            },
            _ => {
                let scalar = self.raw.get(vpi::vpiScalar, Some(object)) == Some(1);
                let range = if scalar { None } else { self.range(object) };
                let two_state = self.quirks.two_states_only || is_two_state(vpi_type);
                (kind, self.logic(object, range, two_state))
            }
        }
    }

    fn logic(&self, object: Handle, range: Option<(i64, i64)>, two_state: bool) -> Encoding {
        let size = self.raw.get(vpi::vpiSize, Some(object)).unwrap_or(0);
        match u32::try_from(size) {
            Ok(0) | Err(_) => Encoding::None,
            Ok(width) => Encoding::Logic {
                width,
                range: range.filter(|(left, right)| left.abs_diff(*right) + 1 == u64::from(width)),
                signed: self.raw.get(vpi::vpiSigned, Some(object)) == Some(1),
                two_state,
            },
        }
    }

    /// The declared bounds of a vector or an array.
    fn range(&self, object: Handle) -> Option<(i64, i64)> {
        let bound = |relation| {
            let bound = self.raw.related(relation, object)?;
            self.get_integer(bound).map(i64::from)
        };
        Some((bound(vpi::vpiLeftRange)?, bound(vpi::vpiRightRange)?))
    }

    fn direction_of(&self, object: Handle, name: &str) -> Option<Direction> {
        if self.quirks.ports_are_nets {
            return direction(self.raw.get(vpi::vpiDirection, Some(object))?);
        }
        let scope = self.raw.related(vpi::vpiScope, object)?;
        if self.kind(scope) != ObjectKind::Module {
            return None;
        }
        self.scope(Some(scope))
            .directions
            .get(&self.key(name))
            .copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_both_standards_have_a_kind() {
        assert_eq!(object_kind(vpi::vpiModule), ObjectKind::Module);
        assert_eq!(object_kind(vpi::vpiLongIntVar), ObjectKind::Integer);
        assert_eq!(object_kind(vpi::vpiRegArray), ObjectKind::Array);
        assert_eq!(object_kind(-1), ObjectKind::Other);
    }

    #[test]
    fn integers_of_verilog_have_four_states() {
        assert!(!is_two_state(vpi::vpiIntegerVar));
        assert!(is_two_state(vpi::vpiIntVar));
    }

    #[test]
    fn no_direction_is_none() {
        assert_eq!(direction(vpi::vpiInout), Some(Direction::InOut));
        assert_eq!(direction(5), None);
    }
}
