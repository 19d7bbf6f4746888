//! The objects of an elaborated design as the plugin describes them, and their names and types in Rust.

mod rust;
mod settle;

use verifork_protocol::description::{self, Encoding, Literal};

pub(crate) use self::rust::{camel_case, escaped};

/// An object of the design.
#[derive(Clone)]
pub(crate) struct Object {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) definition: Option<String>,
    pub(crate) direction: Option<String>,
    pub(crate) constant: bool,
    /// Whether it is a constant that cannot be set from outside.
    pub(crate) local: bool,
    pub(crate) array: Option<(i64, i64)>,
    pub(crate) encoding: Option<Encoding>,
    /// The names of its values, if it is of an enumeration type and the simulator shows them.
    pub(crate) literals: Vec<Literal>,
    pub(crate) children: Vec<Object>,
    /// The leftmost element of an array whose elements are arrays, or have no value of their own.
    pub(crate) element: Option<Box<Object>>,
    /// Why the simulator shows no value of it.
    pub(crate) hidden: Option<String>,
    /// The elements of what [`Object::settle`] has put together, with their indices.
    pub(crate) elements: Vec<(i64, Object)>,
}

impl From<description::Object> for Object {
    fn from(described: description::Object) -> Object {
        Object {
            kind: described.kind,
            name: described.name,
            path: described.path,
            definition: described.definition,
            direction: described.direction,
            constant: described.constant,
            local: described.local,
            array: described.array,
            encoding: described.encoding,
            literals: described.literals,
            children: described.children.into_iter().map(Object::from).collect(),
            element: described.element.map(|element| Box::new((*element).into())),
            hidden: described.hidden,
            elements: Vec::new(),
        }
    }
}

impl Object {
    /// A scope without anything but its name, path and children.
    fn scope(name: String, path: String, children: Vec<Object>) -> Object {
        Object {
            kind: "generate scope".to_owned(),
            name,
            path,
            definition: None,
            direction: None,
            constant: false,
            local: false,
            array: None,
            encoding: None,
            literals: Vec::new(),
            children,
            element: None,
            hidden: None,
            elements: Vec::new(),
        }
    }

    /// The name of the module or entity, or of the scope if the simulator does not show it.
    pub(crate) fn design(&self) -> &str {
        self.definition.as_deref().unwrap_or(&self.name)
    }

    /// Sorts what it holds by these names, as far as they are known; names of VHDL have no case, unless they are
    /// between backslashes, which simulators do not show.
    pub(crate) fn sort_by(&mut self, names: &[String]) {
        let names: Vec<&str> = names.iter().map(|name| name.trim_matches('\\')).collect();
        let place = |child: &Object| {
            let is_it = |name: &&str| name.eq_ignore_ascii_case(&child.name);
            let exact = names.iter().position(|name| *name == child.name);
            exact
                .or_else(|| names.iter().position(is_it))
                .unwrap_or(names.len())
        };
        self.children.sort_by_cached_key(place);
    }

    /// Whether it holds others and has no value.
    pub(crate) fn is_scope(&self) -> bool {
        ["module", "generate scope", "named block", SCOPE_ARRAY].contains(&self.kind.as_str())
    }

    /// The ports in their order, with records. Ports without a value are included, since the source gives the reason.
    pub(crate) fn shown_ports(&self) -> impl Iterator<Item = &Object> {
        self.children.iter().filter(|it| {
            it.direction.is_some() && !it.is_scope() && !NO_MEMBERS.contains(&it.kind.as_str())
        })
    }

    /// The other objects that become fields, in order: those that can be set from outside come first.
    pub(crate) fn members(&self, internal: bool) -> Vec<&Object> {
        // Verilator does not show which signals of an inner module are ports, nor which module it is.
        let internal =
            internal || self.kind == "module" && self.definition.is_none() && !self.is_top();
        let is_member = |it: &&Object| {
            !it.is_scope()
                && !it.has_fields()
                && !NO_MEMBERS.contains(&it.kind.as_str())
                && it.direction.is_none()
                && (internal || it.constant && !it.local)
        };
        let mut members: Vec<&Object> = self.children.iter().filter(is_member).collect();
        members.sort_by_key(|it| match (it.constant, it.local) {
            (true, false) => 0,
            (false, _) => 1,
            (true, true) => 2,
        });
        members
    }

    /// Tasks and functions with variables of their own, which get no field.
    pub(crate) fn subroutines(&self, internal: bool) -> impl Iterator<Item = &Object> {
        self.children.iter().filter(move |it| {
            let is_one = ["task", "function"].contains(&it.kind.as_str());
            internal && is_one && it.children.iter().any(|it| it.encoding.is_some())
        })
    }

    fn is_top(&self) -> bool {
        self.path == self.name
    }

    /// Whether nothing in it can be bound.
    pub(crate) fn is_empty(&self, internal: bool, depth: u8) -> bool {
        let element = self.element.as_deref();
        let elements = self.elements.iter().map(|(_, element)| element);
        let mut elements = elements.chain(element).peekable();
        if elements.peek().is_some() {
            return elements.all(|it| it.is_empty(internal, depth));
        }
        let ports = self.shown_ports().filter(|it| !it.has_fields());
        let mut members = ports.chain(self.members(internal));
        let mut scopes = self.scopes(internal, depth);
        let records = self.shown_ports().filter(|it| it.has_fields());
        let mut scopes = records.chain(&mut scopes);
        members.all(|it| it.innermost().encoding.is_none())
            && scopes.all(|it| it.is_empty(internal, depth - u8::from(it.is_scope())))
    }

    /// The objects inside that have their own struct: records that are not ports, and below the top, instances,
    /// blocks and generate scopes.
    pub(crate) fn scopes(&self, internal: bool, depth: u8) -> impl Iterator<Item = &Object> {
        self.children.iter().filter(move |it| {
            if it.kind == "named block" {
                // A block of statements in Verilog may have no name and no variables.
                depth > 0 && !it.name.starts_with('$') && !it.is_empty(internal, depth - 1)
            } else if it.is_scope() {
                depth > 0
            } else {
                it.has_fields() && internal && it.direction.is_none()
            }
        })
    }

    /// The ranges of its indices, the outermost first: none of what is not an array.
    pub(crate) fn ranges(&self) -> Vec<(i64, i64)> {
        let inner = self.element.iter().flat_map(|it| it.ranges());
        self.array.into_iter().chain(inner).collect()
    }

    /// The object with the values: itself, or the innermost row of an array of arrays.
    pub(crate) fn innermost(&self) -> &Object {
        self.element.as_deref().map_or(self, Object::innermost)
    }

    /// Whether it is a record, or an array of records.
    pub(crate) fn has_fields(&self) -> bool {
        let element = self.element.as_ref();
        self.is_record() || element.is_some_and(|it| it.has_fields())
    }

    pub(crate) fn is_record(&self) -> bool {
        self.kind == "structure"
    }

    pub(crate) fn is_input(&self) -> bool {
        self.direction.as_deref() == Some("input")
    }

    /// Whether it is an integer of VHDL: it has a width, since simulators store it in bits, but no range of bits.
    pub(crate) fn is_integer(&self) -> bool {
        matches!(
            self.encoding,
            Some(Encoding::Logic {
                width: 32,
                range: None,
                ..
            })
        )
    }

    /// Whether it is of a physical type of VHDL, such as `time`: those have 64 bits here.
    pub(crate) fn is_physical(&self) -> bool {
        matches!(
            self.encoding,
            Some(Encoding::Logic {
                width: 64,
                range: None,
                signed: true,
                ..
            })
        )
    }
}

/// The kind of what [`Object::settle`] has put together.
pub(crate) const SCOPE_ARRAY: &str = "array of scopes";

/// Kinds of objects that hold others without being a level of the hierarchy.
const NO_MEMBERS: [&str; 4] = ["generate array", "package", "function", "task"];
