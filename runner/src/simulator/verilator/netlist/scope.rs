//! Modules, packages, interfaces, and what is in them: the design before it is compiled, as whichever version has
//! written it.

use std::collections::{BTreeSet, HashMap, HashSet};

use verifork_protocol::declarations::{marked, unknown};

use super::Names;
use super::driver::{Driver, Drivers};
use super::enumerations::Enumerations;
use super::types::Types;

/// A module or a package, or a named block in one.
#[derive(Default)]
pub(super) struct Scope {
    /// Its name in the source, where types are known by it.
    pub(super) original: String,
    pub(super) variables: Vec<Variable>,
    pub(super) blocks: Vec<(String, Scope)>,
    pub(super) instances: Vec<Instance>,
    /// The drivers of variables, by name.
    pub(super) drivers: Drivers,
    /// The same in other scopes: the path to the scope, and the name there.
    pub(super) drivers_elsewhere: Vec<(String, String, Driver)>,
}

pub(super) struct Variable {
    pub(super) name: String,
    pub(super) data_type: String,
    /// The name of the type as the declaration has it, where the literals of enumerations are known by it.
    pub(super) type_name: String,
    pub(super) shown: bool,
    pub(super) is_parameter: bool,
    /// `input`, `output`, `inout`; empty if it is not a port.
    pub(super) direction: Option<String>,
}

#[derive(Default)]
pub(super) struct Instance {
    pub(super) name: String,
    /// The module that it is an instance of.
    pub(super) definition: String,
    /// The range of an array of instances.
    pub(super) range: Option<(i64, i64)>,
    /// Ports and the interfaces that are connected to them.
    pub(super) interfaces: Vec<(String, String)>,
}

#[derive(Default)]
pub(super) struct Netlist {
    /// Modules, interfaces and packages by what identifies them in the netlist.
    pub(super) definitions: HashMap<String, Scope>,
    pub(super) types: Types,
    pub(super) enumerations: Enumerations,
    /// Names, and what identifies the definitions.
    pub(super) tops: Vec<(String, String)>,
    pub(super) packages: Vec<(String, String)>,
}

impl Scope {
    /// Names that are driven in a block and not declared there are those of the scope around.
    pub(super) fn add_block(&mut self, name: String, mut block: Scope) {
        for (name, driver) in block.drivers.take() {
            let is_own = block.variables.iter().any(|it| it.name == name);
            let place = if is_own { &mut block } else { &mut *self };
            place.drivers.add(name, driver);
        }
        self.blocks.push((name, block));
    }

    /// Shows the variables of the blocks whose names are among these, and adds them to what is found.
    fn show_blocks(&mut self, names: &BTreeSet<String>, found: &mut BTreeSet<String>) {
        for (_, block) in &mut self.blocks {
            show(&mut block.variables, names, found);
            block.show_blocks(names, found);
        }
    }

    fn drives_elsewhere(&self) -> bool {
        let mut blocks = self.blocks.iter().map(|it| &it.1);
        !self.drivers_elsewhere.is_empty() || blocks.any(Scope::drives_elsewhere)
    }
}

fn show(variables: &mut [Variable], names: &BTreeSet<String>, found: &mut BTreeSet<String>) {
    for variable in variables {
        if names.contains(&variable.name.to_ascii_lowercase()) {
            variable.shown = true;
            found.insert(variable.name.clone());
        }
    }
}

impl Instance {
    /// The names of the instances: of an array each with its index.
    fn names(&self) -> Vec<String> {
        let Some((left, right)) = self.range else {
            return vec![self.name.clone()];
        };
        let indices = left.min(right)..=left.max(right);
        indices
            .map(|index| format!("{}[{index}]", self.name))
            .collect()
    }
}

/// The signals that are driven from other scopes, by path.
#[derive(Default)]
struct Elsewhere {
    scopes: HashSet<String>,
    /// Ports that are interfaces, and whose they are.
    interfaces: HashMap<String, String>,
    /// The start, the path to a scope, and a name in that scope with its driver.
    references: Vec<(String, String, String, Driver)>,
    drivers: Drivers,
}

impl Elsewhere {
    /// The scope that a path leads to from another scope, or from one around that (IEEE 1800-2017, 23.8).
    fn scope(&self, from: &str, path: &str) -> Option<String> {
        let around = std::iter::successors(Some(from), |from| Some(from.rsplit_once('.')?.0));
        let mut candidates = around.map(|around| format!("{around}.{path}"));
        candidates
            .find_map(|path| {
                let known = self.scopes.contains(&path).then(|| path.clone());
                known.or_else(|| self.interfaces.get(&path).cloned())
            })
            .or_else(|| self.scopes.get(path).cloned())
    }
}

impl Netlist {
    /// Shows the variables with these names, which are in lower case, and returns the names as they are spelt.
    pub(super) fn show(&mut self, names: &Names) -> Names {
        let mut found = Names::default();
        for (id, scope) in &mut self.definitions {
            let (names_here, found_here) = if self.tops.iter().any(|(_, top)| top == id) {
                (&names.of_top, &mut found.of_top)
            } else {
                (&names.elsewhere, &mut found.elsewhere)
            };
            show(&mut scope.variables, names_here, found_here);
            scope.show_blocks(&names.elsewhere, &mut found.elsewhere);
        }
        found
    }

    /// A line for each declaration of which the netlist knows more than the simulator shows, if plugins see it, or
    /// `of_all`.
    pub(super) fn declarations(&self, of_all: bool) -> String {
        let tops = || self.tops.iter().chain(&self.packages);
        let mut elsewhere = Elsewhere::default();
        if self.definitions.values().any(Scope::drives_elsewhere) {
            for (name, top) in tops() {
                self.find_scopes(&mut elsewhere, name, top, 0);
            }
            let references = std::mem::take(&mut elsewhere.references);
            for (from, path, name, driver) in references {
                if let Some(scope) = elsewhere.scope(&from, &path) {
                    elsewhere.drivers.add(format!("{scope}.{name}"), driver);
                }
            }
        }
        let mut lines = String::new();
        for (name, top) in tops() {
            self.write(&mut lines, &elsewhere.drivers, name, top, of_all, 0);
        }
        lines
    }

    fn find_scopes(&self, found: &mut Elsewhere, path: &str, definition: &str, depth: usize) {
        // No module is part of itself.
        if let Some(scope) = self.definitions.get(definition)
            && depth <= self.definitions.len()
        {
            self.find_scopes_in(found, path, scope, depth);
        }
    }

    fn find_scopes_in(&self, found: &mut Elsewhere, path: &str, scope: &Scope, depth: usize) {
        found.scopes.insert(path.to_owned());
        for (to, name, driver) in &scope.drivers_elsewhere {
            let reference = (path.to_owned(), to.clone(), name.clone(), driver.clone());
            found.references.push(reference);
        }
        for (name, block) in &scope.blocks {
            self.find_scopes_in(found, &below(path, name), block, depth);
        }
        // Interfaces first, which the others may be connected to.
        let has_ports = |it: &&Instance| !it.interfaces.is_empty();
        let instances = scope.instances.iter();
        let (others, interfaces): (Vec<_>, Vec<_>) = instances.partition(has_ports);
        for instance in interfaces.into_iter().chain(others) {
            for name in instance.names() {
                let inside = format!("{path}.{name}");
                for (port, interface) in &instance.interfaces {
                    if let Some(interface) = found.scope(path, interface) {
                        found
                            .interfaces
                            .insert(format!("{inside}.{port}"), interface);
                    }
                }
                self.find_scopes(found, &inside, &instance.definition, depth + 1);
            }
        }
    }

    fn write(
        &self,
        lines: &mut String,
        elsewhere: &Drivers,
        path: &str,
        definition: &str,
        of_all: bool,
        depth: usize,
    ) {
        if let Some(scope) = self.definitions.get(definition)
            && depth <= self.definitions.len()
        {
            self.write_scope(
                lines,
                elsewhere,
                [path, &scope.original],
                scope,
                of_all,
                depth,
            );
        }
    }

    fn write_scope(
        &self,
        lines: &mut String,
        elsewhere: &Drivers,
        [path, module]: [&str; 2],
        scope: &Scope,
        of_all: bool,
        depth: usize,
    ) {
        for variable in scope.variables.iter().filter(|it| it.shown || of_all) {
            let of_variable = format!("{path}.{}", variable.name);
            // The testbench drives the input pins of the chip itself. An inout pin has the value that the design
            // drives, whatever comes from outside.
            let mut driver = match variable.direction.as_deref() {
                Some("input") => (depth > 0).then_some(Driver::Continuous),
                _ => scope.drivers.get(&variable.name).cloned(),
            };
            if variable.direction.as_deref() != Some("input")
                && let Some(other) = elsewhere.get(&of_variable)
            {
                driver
                    .get_or_insert_with(|| other.clone())
                    .join(other.clone());
            }
            let Some(mut shape) = self.types.shape(&variable.data_type) else {
                let mark = driver.map(|driver| marked(unknown(&of_variable), [driver.mark()]));
                lines.extend(mark);
                continue;
            };
            if shape.literals.is_empty() {
                let names = &self.enumerations;
                let literals = names.literals(module, &variable.type_name, &variable.data_type);
                shape.literals = literals.to_vec();
            }
            lines.extend(shape.line(&of_variable, driver.as_ref(), variable.is_parameter));
            let low = shape.range.map(|_| 0);
            self.types
                .write_members(lines, &of_variable, &variable.data_type, low, 0);
        }
        for (name, block) in &scope.blocks {
            let path = below(path, name);
            self.write_scope(lines, elsewhere, [&path, module], block, of_all, depth);
        }
        for instance in &scope.instances {
            for name in instance.names() {
                let path = format!("{path}.{name}");
                self.write(
                    lines,
                    elsewhere,
                    &path,
                    &instance.definition,
                    of_all,
                    depth + 1,
                );
            }
        }
    }
}

/// The path of a block, which may have no name.
fn below(path: &str, name: &str) -> String {
    if name.is_empty() {
        path.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
