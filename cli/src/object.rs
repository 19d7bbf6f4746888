//! The objects of an elaborated design as the plugin describes them, and their names and types in Rust.

use verifork_protocol::description::{self, Encoding, Literal};

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
    fn from(told: description::Object) -> Object {
        Object {
            kind: told.kind,
            name: told.name,
            path: told.path,
            definition: told.definition,
            direction: told.direction,
            constant: told.constant,
            local: told.local,
            array: told.array,
            encoding: told.encoding,
            literals: told.literals,
            children: told.children.into_iter().map(Object::from).collect(),
            element: told.element.map(|element| Box::new((*element).into())),
            hidden: told.hidden,
            elements: Vec::new(),
        }
    }
}

impl Object {
    /// The name of the module or entity, or of the scope if the simulator does not show it.
    pub(crate) fn design(&self) -> &str {
        self.definition.as_deref().unwrap_or(&self.name)
    }

    /// Makes the tree the same for all simulators.
    ///
    /// Constants that only look like parameters are marked as local: outside a module no constant can be set, and the
    /// variable of a loop is a constant. Fields of a record get the direction of the record. Scopes that the
    /// simulator leaves out are inserted, and the scopes of one loop or instance array become one object.
    pub(crate) fn settle(&mut self) {
        let (module, record) = (self.kind == "module", self.is_record());
        self.insert_scopes();
        for child in &mut self.children {
            child.local |= child.constant && !module;
            child.widen_genvar(module);
            if record {
                child.direction.clone_from(&self.direction);
            }
            child.settle();
        }
        if let Some(element) = &mut self.element {
            element.direction.clone_from(&self.direction);
            element.settle();
        }
        while self.join_scopes() {}
    }

    /// A loop's variable is an integer (IEEE 1800-2017, 27.4), which Icarus shows as wide as its value.
    fn widen_genvar(&mut self, in_module: bool) {
        if let Some(Encoding::Logic {
            width,
            range: None,
            signed: true,
            ..
        }) = &mut self.encoding
            && self.constant
            && !in_module
        {
            *width = (*width).max(32);
        }
    }

    /// Puts children into the scopes that only their paths show: `top.lane[0].u` of `top`.
    fn insert_scopes(&mut self) {
        let mut direct: Vec<Object> = Vec::new();
        for child in std::mem::take(&mut self.children) {
            let below = child.path.strip_prefix(&self.path);
            let below = below.and_then(|below| below.strip_prefix('.'));
            let scopes = below.and_then(|below| below.strip_suffix(&child.name));
            let scopes = scopes.and_then(|scopes| scopes.strip_suffix('.'));
            let Some(scopes) = scopes.filter(|_| child.is_scope()) else {
                direct.push(child);
                continue;
            };
            let (first, _) = scopes.split_once('.').unwrap_or((scopes, ""));
            let known = direct
                .iter_mut()
                .find(|it| it.name == first && it.is_scope());
            if let Some(known) = known {
                known.children.push(child);
            } else {
                let path = format!("{}.{first}", self.path);
                direct.push(Object::scope(first.to_owned(), path, vec![child]));
            }
        }
        self.children = direct;
    }

    /// Joins the scopes with one name and different indices; returns whether there were any.
    fn join_scopes(&mut self) -> bool {
        let mut joined: Vec<Object> = Vec::new();
        let mut any = false;
        for child in std::mem::take(&mut self.children) {
            let split = child.is_scope().then(|| split_index(&child.name)).flatten();
            let Some((base, index)) = split else {
                joined.push(child);
                continue;
            };
            any = true;
            let base = base.to_owned();
            let known = joined
                .iter_mut()
                .find(|it| it.kind == SCOPE_ARRAY && it.name == base);
            if let Some(known) = known {
                known.elements.push((index, child));
            } else {
                let path = format!("{}.{base}", self.path);
                let mut array = Object::scope(base, path, Vec::new());
                SCOPE_ARRAY.clone_into(&mut array.kind);
                array.elements.push((index, child));
                joined.push(array);
            }
        }
        for array in &mut joined {
            array.elements.sort_by_key(|(index, _)| *index);
        }
        self.children = joined;
        any
    }

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

    /// Sorts what it holds by these names, as far as they are known; names of VHDL have no case.
    pub(crate) fn sort_by(&mut self, names: &[String]) {
        let place = |child: &Object| {
            let is_it = |name: &String| name.eq_ignore_ascii_case(&child.name);
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

    /// The Rust type of its values, as far as its encoding determines it.
    pub(crate) fn value_type(&self) -> String {
        let inout = self.direction.as_deref() == Some("inout");
        match self.encoding {
            Some(Encoding::Logic { width: 1, .. }) if inout => "Logic".to_owned(),
            Some(Encoding::Logic { width: 1, .. }) => "bool".to_owned(),
            _ if self.is_integer() => "i32".to_owned(),
            Some(Encoding::Logic { width, signed, .. }) if !inout && (2..=128).contains(&width) => {
                let letter = if signed { 'i' } else { 'u' };
                format!("{letter}{}", width.next_power_of_two().max(8))
            }
            Some(Encoding::Real) => "f64".to_owned(),
            Some(Encoding::Text) => "String".to_owned(),
            _ => "LogicVec".to_owned(),
        }
    }

    /// Its role in the scope that has it.
    pub(crate) fn role(&self) -> &'static str {
        match self.direction.as_deref() {
            Some("input") => "Input",
            Some("output") => "Output",
            Some("inout") => "Both ways",
            _ if self.constant && !self.local => "Parameter",
            _ if self.constant => "Constant",
            _ => "Inside",
        }
    }

    /// Why no field can be bound to it, if none can; `simulator` is who has described it.
    pub(crate) fn unbindable(&self, simulator: &str) -> Option<String> {
        if self.innermost().encoding.is_some() {
            return None;
        }
        Some(match (&self.hidden, self.kind.as_str()) {
            (Some(reason), _) => reason.clone(),
            (None, "named event") => "an event has no value".to_owned(),
            (None, "array") => format!(
                "an array of arrays; `dut.signal(\"{}[…][…]\")` is an element",
                self.name
            ),
            (None, kind) => format!("{simulator} shows no value of this {kind}"),
        })
    }

    /// The documentation of its field.
    pub(crate) fn documentation(&self) -> String {
        let mut parts = vec![self.role().to_owned()];
        if let Some(Encoding::Logic {
            width,
            range,
            signed,
            ..
        }) = self.innermost().encoding
        {
            let bits = if width == 1 { "bit" } else { "bits" };
            parts.push(match range {
                Some((left, right)) if width > 1 => format!("{width} {bits} `[{left}:{right}]`"),
                _ => format!("{width} {bits}"),
            });
            if signed {
                parts.push("signed".to_owned());
            }
        }
        let ranges = self.ranges().into_iter();
        let ranges: Vec<String> = ranges
            .map(|(left, right)| format!("[{left}:{right}]"))
            .collect();
        let ranges = ranges.concat();
        if !ranges.is_empty() {
            parts.push(format!("elements `{ranges}`"));
        }
        parts.join(", ") + "."
    }

    /// The documentation of the field of a scope or a record.
    pub(crate) fn description(&self) -> String {
        let indices: Vec<i64> = match self.array {
            Some((left, right)) => vec![left, right],
            None => self.elements.iter().map(|(index, _)| *index).collect(),
        };
        let elements = match (&indices[..], self.array) {
            ([], _) => String::new(),
            ([left, right], Some(_)) => format!(", elements `[{left}:{right}]`"),
            ([first, .., last], _) if last.abs_diff(*first) + 1 == indices.len() as u64 => {
                format!(", elements `[{first}:{last}]`")
            }
            _ => {
                let indices: Vec<String> = indices.iter().map(ToString::to_string).collect();
                format!(", elements {}", indices.join(", "))
            }
        };
        let first = match self.elements.first() {
            Some((_, first)) => first,
            None => self.element.as_deref().unwrap_or(self),
        };
        let what = match (&first.definition, first.has_fields()) {
            (Some(definition), _) if self.is_array_of_scopes() => {
                format!("Instances of `{definition}`")
            }
            (Some(definition), _) => format!("Instance of `{definition}`"),
            (None, true) if self.array.is_some() => format!("{}, records", self.role()),
            (None, true) => format!("{}, a record", self.role()),
            (None, false) => format!("`{}`", self.name),
        };
        format!("{what}{elements}.")
    }

    fn is_array_of_scopes(&self) -> bool {
        self.kind == SCOPE_ARRAY
    }

    /// Its name in Rust's way: `dataOut` is `data_out`, `gen[0]` is `gen_0`.
    pub(crate) fn snake_case(&self) -> String {
        let mut name = String::new();
        let mut previous = '_';
        let plain = self
            .name
            .trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_');
        for c in plain.chars() {
            if c.is_ascii_uppercase()
                && (previous.is_ascii_lowercase() || previous.is_ascii_digit())
            {
                name.push('_');
            }
            name.push(if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            });
            previous = c;
        }
        // Snake case has no two underscores in a row, except at the ends.
        while let Some(at) = name.trim_matches('_').find("__") {
            let begin = name.len() - name.trim_start_matches('_').len();
            name.remove(begin + at);
        }
        if name.starts_with(|c: char| c.is_ascii_digit()) || name.chars().all(|c| c == '_') {
            name.insert_str(0, "signal_");
        }
        if ["self", "super", "crate"].contains(&name.as_str()) {
            name.push('_');
        }
        name
    }
}

/// The kind of what [`Object::settle`] has put together.
pub(crate) const SCOPE_ARRAY: &str = "array of scopes";

/// Kinds of objects that hold others without being a level of the hierarchy.
const NO_MEMBERS: [&str; 4] = ["generate array", "package", "function", "task"];

/// The name before the index at its end, and the index.
fn split_index(name: &str) -> Option<(&str, i64)> {
    let (base, index) = name.strip_suffix(']')?.rsplit_once('[')?;
    let index = index.parse().ok()?;
    (!base.is_empty()).then_some((base, index))
}

/// A name as types and variants have it: `axi_lite` is `AxiLite`.
pub(crate) fn camel_case(name: &str) -> String {
    let words = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|it| !it.is_empty());
    let capital = |word: &str| {
        let (first, rest) = word.split_at(1);
        // `IDLE` is a word, `rxData` is two.
        let shouted = !rest.contains(|c: char| c.is_ascii_lowercase());
        let rest = if shouted {
            rest.to_ascii_lowercase()
        } else {
            rest.to_owned()
        };
        first.to_ascii_uppercase() + &rest
    };
    let name: String = words.map(capital).collect();
    // Rust's own word, which no escape frees.
    if name == "Self" {
        return "SelfValue".to_owned();
    }
    name
}

/// The name as it is written where Rust has a word of its own by that name.
pub(crate) fn escaped(name: &str) -> String {
    if KEYWORDS.contains(&name) {
        format!("r#{name}")
    } else {
        name.to_owned()
    }
}

const KEYWORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_rust_are_escaped_those_that_it_only_reserves_too() {
        for name in [
            "match", "gen", "while", "typeof", "unsized", "virtual", "yield",
        ] {
            assert_eq!(escaped(name), format!("r#{name}"));
        }
        assert_eq!(escaped("union"), "union");
    }

    #[test]
    fn names_of_fields_are_words_with_single_dashes() {
        for (name, expected) in [
            ("dataOut", "data_out"),
            ("a__b", "a_b"),
            ("__x___y_", "__x_y_"),
            ("data-in", "data_in"),
            ("Self", "self_"),
            ("2d", "signal_2d"),
            ("___", "signal____"),
        ] {
            let object = Object::scope(name.to_owned(), String::new(), Vec::new());
            assert_eq!(object.snake_case(), expected, "{name}");
        }
    }

    #[test]
    fn names_of_types_are_words_with_capitals() {
        for (name, expected) in [
            ("axi_lite", "AxiLite"),
            ("IDLE", "Idle"),
            ("WAIT_FOR_2", "WaitFor2"),
            ("rxData", "RxData"),
            ("gen[0]", "Gen0"),
            ("self", "SelfValue"),
        ] {
            assert_eq!(camel_case(name), expected);
        }
    }
}
