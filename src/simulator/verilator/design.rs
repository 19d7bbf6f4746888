//! The design by the names of its source: a tree, made of the host's table.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};

use verifork_protocol::declarations::Declaration;

use super::memory::{Location, MemoryLayout};
use super::object::{
    Array, Body, Contents, Member, Name, Object, Scope, Shape, Variable, Writable,
};
use super::table::{
    DRIVEN, Host, KNOWS_ARRAYS, KNOWS_SIGNS, NET, PARAMETER, SIGNED, STRUCTURE, ScopeEntry,
    ScopeKind, TEXT, VariableEntry, WRITABLE,
};
use crate::simulator::declarations::{Declarations, is_unpacked};
use crate::simulator::description::length;
use crate::simulator::generated_name::{decoded, parts};
use crate::simulator::verilog_name;
use crate::simulator::{Direction, Encoding, Identity, ObjectKind};

/// The scope beside the top in which its ports are.
const PORTS: &str = "TOP";

/// A scope on its way into the tree: what the table has of it, and the scopes below by their names.
#[derive(Default)]
struct Branch {
    entry: Option<&'static ScopeEntry>,
    below: BTreeMap<String, Branch>,
}

/// The scope that has the ports of all tops.
#[derive(Clone, Copy)]
struct Ports {
    entry: &'static ScopeEntry,
    of_several: bool,
}

impl Branch {
    fn is_module(&self) -> bool {
        let kind = self.entry.map(ScopeEntry::kind);
        kind == Some(ScopeKind::Module)
    }

    fn holds_module(&self) -> bool {
        let mut below = self.below.values();
        below.any(|branch| branch.is_module() || branch.holds_module())
    }
}

pub(super) struct Design<'a> {
    host: Host,
    declared: &'a Declarations,
    /// Inout ports of the top show only what the design drives.
    inouts_are_closed: bool,
    /// The compiler, or this version of Verilator, shows what the design drives.
    drivers_are_known: bool,
    /// A dot in a name is one before a member of an unpacked structure; older versions have escaped names
    /// without their marks.
    shows_members: bool,
}

impl<'a> Design<'a> {
    pub(super) fn new(host: Host, declared: &'a Declarations, identity: &Identity) -> Self {
        Design {
            host,
            declared,
            inouts_are_closed: !identity.is_before(5, 32),
            drivers_are_known: !identity.is_before(5, 44) || !declared.is_empty(),
            shows_members: !identity.is_before(5, 50),
        }
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
        // One that the table does not have is around some that it has: a top without variables, or a package of
        // classes, as `std` is (IEEE 1800-2017, annex G).
        let no_top_is_there = !tree.below.values().any(Branch::is_module);
        let is_package = |branch: &Branch| match branch.entry {
            Some(_) => !branch.is_module(),
            None => !no_top_is_there && !branch.holds_module(),
        };
        let (packages, tops): (Vec<_>, Vec<_>) = tree
            .below
            .iter()
            .partition(|(_, branch)| is_package(branch));
        let mut roots = Contents::default();
        for (name, branch) in &tops {
            let ports = ports.map(|entry| Ports {
                entry,
                of_several: tops.len() > 1,
            });
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
        ports: Option<Ports>,
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
        ports: Option<Ports>,
    ) {
        let own = Variables::of(entry.map_or(&[][..], |entry| self.host.variables(entry)));
        let all = ports.map_or(&[][..], |ports| self.host.variables(ports.entry));
        let beside = Variables::of(all);
        let of_several = ports.is_some_and(|ports| ports.of_several);
        let named = beside.shown.iter().filter_map(|port| {
            let name = port.name();
            if !of_several {
                return Some((name, *port));
            }
            // Where several tops have ports of one name, these have the top's before it.
            let name = verilog_name::plain(&name);
            let stripped = name
                .strip_prefix(path)
                .and_then(|rest| rest.strip_prefix('.'));
            let is_own = |name: &&str| own.shown.iter().any(|variable| variable.name() == *name);
            let name = stripped.or_else(|| Some(name).filter(is_own))?.to_owned();
            Some((name, *port))
        });
        let (outputs, inputs): (Vec<_>, Vec<_>) =
            named.partition(|(_, port)| direction(port) == Some(Direction::Output));
        let mut structures = Structures::new();
        for (name, port) in inputs {
            if !self.add_to_structures(&mut structures, &name, port) {
                contents.add_some(self.variable(path, &name, port, None, &beside));
            }
        }
        for variable in &own.shown {
            let name = variable.name();
            if self.add_to_structures(&mut structures, &name, variable) {
                continue;
            }
            let port = outputs.iter().find(|port| port.0 == name);
            let direction = port.map(|_| Direction::Output);
            contents.add_some(self.variable(path, &name, variable, direction, &own));
        }
        for (name, port) in outputs {
            let copy = Writable::Copy;
            contents.add_some(self.object(path, &name, port, direction(port), copy, &beside));
        }
        for (name, structure) in &structures {
            contents.add_some(self.structure(path, name, structure));
        }
    }

    /// Adds an unpacked structure or a member of one. Returns whether the entry is one.
    fn add_to_structures(
        &self,
        structures: &mut Structures,
        name: &str,
        entry: &'static VariableEntry,
    ) -> bool {
        if let Some((of, member)) = self.member(name) {
            let structure = structures.entry(of.to_owned()).or_default();
            structure.members.push((member.to_owned(), entry));
        } else if entry.data_type == STRUCTURE {
            structures.entry(name.to_owned()).or_default().whole = Some(entry);
        } else {
            return false;
        }
        true
    }

    fn is_declared_driven(&self, scope: &str, name: &str) -> bool {
        let path = format!("{scope}.{}", verilog_name::plain(name));
        self.declared.get(&path).is_some_and(|it| it.driven)
    }

    /// The structure and the member in a name such as `s.id`. An escaped name may hold a dot.
    fn member<'n>(&self, name: &'n str) -> Option<(&'n str, &'n str)> {
        let may_be = self.shows_members && !name.starts_with('\\');
        name.split_once('.').filter(|_| may_be)
    }

    /// An unpacked structure, which the table has member by member; of an array of such, the members of the
    /// first element.
    fn structure(&self, path: &str, name: &str, structure: &Structure) -> Option<&'static Object> {
        let path = format!("{path}.{}", verilog_name::plain(name));
        let (mut contents, mut structures) = (Contents::default(), Structures::new());
        for (name, entry) in &structure.members {
            if !self.add_to_structures(&mut structures, name, entry) {
                let beside = Variables::of(&[]);
                contents.add_some(self.variable(&path, name, entry, None, &beside));
            }
        }
        for (name, structure) in &structures {
            contents.add_some(self.structure(&path, name, structure));
        }
        let own = |path: &str| Name::Own {
            name: verilog_name::plain(name).into(),
            path: path.into(),
        };
        let scope = Scope {
            kind: ObjectKind::Struct,
            definition: None,
            contents,
        };
        let object = Object::new(own(&path), Body::Scope(scope));
        let whole = structure
            .whole
            .map(|entry| (entry, self.host.dimensions(entry)));
        let Some((entry, [unpacked, _])) = whole.filter(|(_, [unpacked, _])| !unpacked.is_empty())
        else {
            return Some(object);
        };
        let (range, rest) = unpacked.split_first()?;
        // SAFETY: the address of the host's own table, of which no value is read as a byte.
        let location = unsafe { Location::new(entry.data, MemoryLayout::Byte, 8) };
        let array = Array {
            location,
            range: *range,
            rest: rest.into(),
            element_bytes: usize::try_from(entry.element_bytes)
                .ok()
                .filter(|it| *it > 0)?,
            structure: Some((location, object)),
            kind: ObjectKind::Struct,
            encoding: Encoding::None,
            direction: direction(entry),
            writable: Writable::Yes,
            driven: false,
            shape: Shape::default(),
            elements: RefCell::default(),
        };
        Some(Object::new(own(&path), Body::Array(array)))
    }

    /// The members of the packed structure with this path, whose least significant bit is `base`. They live
    /// as long as the objects do.
    fn members(&self, path: &str, base: u32) -> &'static [Member] {
        let members = self.declared.members(path).filter_map(|(name, declared)| {
            let low = declared.member?;
            let width = declared.range.map_or(1, length);
            Some(Member {
                name: name.into(),
                low: low.checked_sub(base)?,
                encoding: Encoding::Logic {
                    width: u32::try_from(width).ok()?,
                    range: declared.range,
                    signed: declared.signed == Some(true),
                    two_state: true,
                },
                shape: self.shape(&format!("{path}.{name}"), low, declared),
            })
        });
        let members: Vec<Member> = members.collect();
        if members.is_empty() {
            &[]
        } else {
            members.leak()
        }
    }

    /// How the bits of a vector are divided that begins with bit `low` of the structure which it is in.
    fn shape(&self, path: &str, low: u32, declared: &Declaration) -> Shape {
        let packed = match &*declared.packed.1 {
            [] => &[][..],
            packed => packed.to_vec().leak(),
        };
        // Those of an array's elements are counted from each of these.
        let low = if packed.is_empty() { low } else { 0 };
        Shape {
            packed,
            members: self.members(path, low),
        }
    }

    fn variable(
        &self,
        path: &str,
        name: &str,
        entry: &VariableEntry,
        direction_of_port: Option<Direction>,
        beside: &Variables,
    ) -> Option<&'static Object> {
        let direction = direction_of_port.or_else(|| direction(entry));
        let writable = if entry.is(PARAMETER) {
            Writable::Constant
        } else if direction == Some(Direction::InOut)
            && (self.inouts_are_closed || self.is_declared_driven(path, name))
        {
            Writable::InOut
        } else if entry.is(WRITABLE) {
            Writable::Yes
        } else {
            Writable::ReadOnly
        };
        self.object(path, name, entry, direction, writable, beside)
    }

    fn object(
        &self,
        scope: &str,
        name: &str,
        entry: &VariableEntry,
        direction: Option<Direction>,
        writable: Writable,
        beside: &Variables,
    ) -> Option<&'static Object> {
        let name = verilog_name::plain(name);
        let path = format!("{scope}.{name}");
        let declared = self.declared.get(&path);
        // What leads into the top is the testbench's alone.
        let is_pin = direction.is_some() && !scope.contains('.');
        // A pin that leads into the chip is the testbench's to drive, as is one that leads both ways.
        let driven = declared.is_some_and(|declared| declared.driven)
            || entry.is(DRIVEN) && direction.is_none();
        if declared.is_some_and(|declared| declared.opaque.is_some()) {
            return None;
        }
        let [mut unpacked, mut packed] = self.host.dimensions(entry);
        if let Some(elements) = array_of_others(entry, &packed, declared) {
            unpacked = vec![elements];
            packed.clear();
        }
        if !entry.is(KNOWS_ARRAYS)
            && let ([], [bits]) = (&*unpacked, &*packed)
            && let Some(elements) = array_of_bits(entry, *bits, declared)
        {
            unpacked = vec![elements];
            packed.clear();
        }
        let width: u64 = packed.iter().map(|range| length(*range)).product();
        let width = u32::try_from(width).ok()?;
        let is_of_reals = declared.is_some_and(|declared| declared.real);
        let layout = match MemoryLayout::of(entry.data_type, width)? {
            MemoryLayout::Double if packed.is_empty() && is_of_reals => MemoryLayout::Real,
            layout => layout,
        };
        if !layout.holds(width) {
            return None;
        }
        let range = match packed[..] {
            [] => None,
            [range] => Some(range),
            _ => Some((i64::from(width) - 1, 0)),
        };
        let signed = if entry.is(KNOWS_SIGNS) {
            entry.is(SIGNED)
        } else {
            declared.is_some_and(|declared| declared.signed == Some(true))
        };
        let encoding = match layout {
            MemoryLayout::Real => Encoding::Real,
            MemoryLayout::Text => Encoding::Text,
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
            MemoryLayout::Real => ObjectKind::Real,
            MemoryLayout::Text => ObjectKind::Text,
            _ if entry.is(NET) => ObjectKind::Net,
            _ => ObjectKind::Variable,
        };
        if let (Some(declared), Encoding::Logic { width, .. }) = (declared, encoding)
            && is_unpacked(declared, width)
        {
            // It is an unpacked structure or an array of such, whose members older versions do not show.
            return None;
        }
        let mut shape = declared.map_or_else(Shape::default, |it| self.shape(&path, 0, it));
        if declared.is_none() && packed.len() > 1 {
            shape.packed = packed.leak();
        }
        // SAFETY: the address and the type of the host's own table.
        let location = unsafe { Location::new(entry.data, layout, width) };
        let body = match unpacked.split_first() {
            None => Body::Variable(Variable {
                location: Cell::new(beside.forceable(entry, location, layout, width, driven)),
                kind,
                encoding,
                direction,
                writable,
                driven,
                may_be_driven: !self.drivers_are_known && !is_pin,
                shape,
                parts: OnceCell::new(),
                elements: RefCell::default(),
            }),
            Some((range, rest)) => Body::Array(Array {
                location,
                range: *range,
                rest: rest.into(),
                element_bytes: element_bytes(entry, layout)?,
                structure: None,
                kind,
                encoding,
                direction,
                writable,
                driven,
                shape,
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

/// Unpacked structures by their names.
type Structures = BTreeMap<String, Structure>;

#[derive(Default)]
struct Structure {
    /// The structure itself, or an array of such.
    whole: Option<&'static VariableEntry>,
    members: Vec<(String, &'static VariableEntry)>,
}

/// The variables of a scope, and those that Verilator has put beside ones that can be forced.
struct Variables {
    shown: Vec<&'static VariableEntry>,
    of_forces: HashMap<String, &'static VariableEntry>,
}

/// The ends of their names: which bits are forced, to what, and what is read.
const OF_FORCES: [&str; 3] = ["__VforceEn", "__VforceVal", "__VforceRd"];

impl Variables {
    fn of(all: &'static [VariableEntry]) -> Variables {
        let mut variables = Variables {
            shown: Vec::new(),
            of_forces: HashMap::new(),
        };
        for entry in all {
            let name = entry.name();
            if OF_FORCES.iter().any(|end| name.ends_with(end)) {
                variables.of_forces.insert(name, entry);
            } else {
                variables.shown.push(entry);
            }
        }
        variables
    }

    /// The location of a variable, by which it is forced too if it can be.
    fn forceable(
        &self,
        entry: &VariableEntry,
        own: Location,
        layout: MemoryLayout,
        width: u32,
        driven: bool,
    ) -> Location {
        if self.of_forces.is_empty() {
            return own;
        }
        let name = entry.name();
        let [enable, value, read] = OF_FORCES.map(|end| {
            let beside = self.of_forces.get(&format!("{name}{end}"))?;
            let fits = MemoryLayout::of(beside.data_type, width) == Some(layout);
            // SAFETY: the address and the type of the host's own table.
            fits.then(|| unsafe { Location::new(beside.data, layout, width) })
        });
        let driven = driven || entry.is(DRIVEN) || entry.is(NET);
        let found = enable.zip(value).and_then(|(enable, value)| {
            Location::forceable(own, [enable, value], read, width, driven)
        });
        found.unwrap_or(own)
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
    let known = declared.and_then(|declared| match declared.dimensions[..] {
        [elements] if length(elements) == length(bits) => Some(elements),
        _ => None,
    });
    known.or_else(|| (bits.0 < bits.1 || length(bits) > of_words).then_some(bits))
}

/// The range of an array of real numbers or strings, which older versions show as a vector of so many bits.
fn array_of_others(
    entry: &VariableEntry,
    packed: &[(i64, i64)],
    declared: Option<&Declaration>,
) -> Option<(i64, i64)> {
    let [bits] = *packed else {
        return None;
    };
    let declared = declared.filter(|declared| declared.real || declared.text);
    let known = declared.and_then(|declared| declared.dimensions.first().copied());
    // A string has no bits.
    known.or_else(|| (entry.data_type == TEXT).then_some(bits))
}

/// The distance between elements; `None` for those that are not plain memory.
fn element_bytes(entry: &VariableEntry, layout: MemoryLayout) -> Option<usize> {
    let bytes = match layout {
        MemoryLayout::Byte => 1,
        MemoryLayout::Half => 2,
        MemoryLayout::Word => 4,
        MemoryLayout::Double | MemoryLayout::Real => 8,
        MemoryLayout::Words(count) => 4 * count,
        MemoryLayout::Text => entry.element_bytes,
        MemoryLayout::Forceable(_) | MemoryLayout::Part(_) => return None,
    };
    (bytes > 0 && bytes == entry.element_bytes).then_some(bytes as usize)
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
