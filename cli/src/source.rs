//! Writes the Rust source of a design's structs: one for the top, and one for each requested scope below it.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fmt::Write as _;

use verifork_protocol::description::{Encoding, Literal};

use crate::elaborated::Design;
use crate::object::{Object, SCOPE_ARRAY, camel_case, escaped};

/// Which objects of a design become fields.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extent {
    /// Signals, arrays and constants inside, beside ports and parameters.
    pub(crate) internal: bool,
    /// How many levels of instances below the top get their own structs.
    pub(crate) depth: u8,
}

/// A port of the top that a testbench drives or watches: a field, or a field of one.
pub(crate) struct Port<'a> {
    /// The object with its values: the innermost row of an array.
    pub(crate) object: &'a Object,
    /// How many dimensions of an array there are.
    pub(crate) dimensions: usize,
    /// Its path from the top's struct: `r#type`, `request.data`, `lanes[2].valid`.
    pub(crate) field: String,
    pub(crate) value_type: String,
    /// Its values in order, if the type is an enumeration of the design.
    pub(crate) variants: Vec<String>,
}

impl Port<'_> {
    /// The bits of its value; 0 if it has no value of bits.
    pub(crate) fn width(&self) -> u32 {
        match self.object.encoding {
            Some(Encoding::Logic { width, .. }) => width,
            _ => 0,
        }
    }
}

/// The source, and the facts that a first test needs.
pub(crate) struct Written<'a> {
    pub(crate) text: String,
    /// The name of the top's struct.
    pub(crate) name: String,
    pub(crate) ports: Vec<Port<'a>>,
}

/// Writes the structs; `command` is the one that does it again.
pub(crate) fn source<'a>(design: &'a Design, extent: Extent, command: &str) -> Written<'a> {
    let mut writer = Writer {
        simulator: &design.simulator,
        internal: extent.internal,
        types: Vec::new(),
        names: TAKEN.iter().map(ToString::to_string).collect(),
    };
    let top = &design.top;
    let name = writer.structure(top, extent.depth, Some(&design.unlisted));
    let mut ports = Vec::new();
    writer.ports(top, "", &mut ports);
    for package in design.packages.iter().filter(|_| extent.internal) {
        writer.structure(package, 0, None);
    }
    let mut text = format!(
        "//! The design's signals, written from the elaborated design by\n\
         //! `{command}`.\n\
         //! With `--check`, the command fails if this file is out of date.\n\n\
         use verifork::prelude::*;\n"
    );
    for item in &writer.types {
        let Type { before, name, rest } = item;
        // Writing to a string cannot fail.
        let _ = write!(text, "\n{before}{name}{rest}");
    }
    Written { text, name, ports }
}

/// Names of types that the source itself or verifork's prelude uses.
const TAKEN: [&str; 41] = [
    "Array",
    "Box",
    "ChildOptions",
    "Clock",
    "Clone",
    "Context",
    "Copy",
    "Debug",
    "Dut",
    "Eq",
    "Err",
    "Event",
    "Instance",
    "Logic",
    "LogicEnum",
    "LogicStruct",
    "LogicVec",
    "Mutex",
    "None",
    "Ok",
    "Option",
    "Parameter",
    "PartialEq",
    "Receiver",
    "Result",
    "RunningClock",
    "Semaphore",
    "Send",
    "Sender",
    "Signal",
    "SimDuration",
    "SimTime",
    "Some",
    "String",
    "Sync",
    "Task",
    "TaskManager",
    "Test",
    "TestRng",
    "TimeUnits",
    "Vec",
];

/// An item of the source. Its name is separate, to find items that differ only in it.
#[derive(PartialEq)]
struct Type {
    before: String,
    name: String,
    rest: String,
}

struct Writer<'a> {
    simulator: &'a str,
    internal: bool,
    types: Vec<Type>,
    names: HashSet<String>,
}

impl Writer<'_> {
    /// Adds the struct of a scope unless there is an equal one, and returns its name. `unlisted` are the ports of the
    /// top that are in its source but not shown by the simulator.
    fn structure(&mut self, scope: &Object, depth: u8, unlisted: Option<&[String]>) -> String {
        // The top comes first in the source, though it is complete last.
        let place = self.types.len();
        let mut fields = String::new();
        let mut taken = HashSet::new();
        for port in scope.shown_ports() {
            if port.has_fields() {
                self.inner(port, depth, &mut taken, &mut fields);
            } else {
                // Writing to a string cannot fail.
                let _ = self.member(port, &mut taken, &mut fields);
            }
        }
        for member in scope.members(self.internal) {
            let _ = self.member(member, &mut taken, &mut fields);
        }
        for subroutine in scope.subroutines(self.internal) {
            let Object { name, kind, .. } = subroutine;
            let reason = "its variables have values only during a call";
            let _ = writeln!(fields, "    // `{name}`, {kind}: {reason}.");
        }
        for name in unlisted.unwrap_or_default() {
            let _ = writeln!(
                fields,
                "    // `{name}`: {} does not list it, but may find it by its name.",
                self.simulator
            );
        }
        for inner in scope.scopes(self.internal, depth) {
            // A record is on the level of the scope that it is in.
            let depth = depth - u8::from(inner.is_scope());
            self.inner(inner, depth, &mut taken, &mut fields);
        }
        let base = match &scope.definition {
            Some(definition) => definition.clone(),
            // All scopes of one loop have its name.
            None => scope
                .name
                .split(['[', '('])
                .next()
                .unwrap_or_default()
                .to_owned(),
        };
        let what = match &scope.definition {
            _ if scope.kind == "package" => format!(
                "The package `{0}`, bound by `Instance::find({0:?})?.bind()`.",
                scope.name
            ),
            _ if unlisted.is_some() => {
                format!("`{}`, bound by name when a test starts.", scope.design())
            }
            Some(definition) => format!("An instance of `{definition}`."),
            None if scope.is_record() => format!("The record `{base}`."),
            None => format!("The scope `{base}`."),
        };
        let before = format!(
            "/// {what}\n#[derive(Debug, Dut)]\n\
             #[allow(dead_code, reason = \"no test needs everything\")]\npub struct "
        );
        let rest = if fields.is_empty() {
            " {}\n".to_owned()
        } else {
            format!(" {{\n{fields}}}\n")
        };
        self.add(place, before, &base, rest)
    }

    /// Adds the field of an object with a value, or a comment with the reason why there is none.
    fn member(
        &mut self,
        member: &Object,
        taken: &mut HashSet<String>,
        fields: &mut String,
    ) -> std::fmt::Result {
        let innermost = member.innermost();
        if let Some(reason) = member.unbindable(self.simulator) {
            let role = member.role().to_lowercase();
            return writeln!(fields, "    // `{}`, {role}: {reason}.", member.name);
        }
        let (field, path) = field(member, taken, self.simulator);
        let (value_type, _) = self.value_type(innermost);
        let ranges = member.ranges();
        let holder = match (member.constant, ranges.split_last()) {
            (true, None) => format!("Parameter<{value_type}>"),
            (false, None) => format!("Signal<{value_type}>"),
            (_, Some((_, outer))) => {
                let row = format!("Array<{value_type}>");
                outer.iter().rfold(row, |row, (left, right)| {
                    format!("[{row}; {}]", left.abs_diff(*right) + 1)
                })
            }
        };
        write!(
            fields,
            "    /// {}\n{path}    pub {field}: {holder},\n",
            member.documentation()
        )
    }

    /// Adds the field of a scope or a record, or the fields of an array of them whose elements
    /// are not of one type.
    fn inner(
        &mut self,
        inner: &Object,
        depth: u8,
        taken: &mut HashSet<String>,
        fields: &mut String,
    ) {
        // Writing to a string cannot fail.
        if inner.is_empty(self.internal, depth) {
            let name = &inner.name;
            let why = if !inner.is_empty(self.internal, u8::MAX) {
                "a greater `--depth` includes what is in it"
            } else if !inner.is_empty(true, u8::MAX) {
                "it has no ports or parameters; `--internal` includes its signals"
            } else {
                "nothing in it has a visible value"
            };
            let _ = writeln!(fields, "    // `{name}`: {why}.");
            return;
        }
        let Some(structure) = self.inner_type(inner, depth) else {
            for (_, element) in &inner.elements {
                self.inner(element, depth, taken, fields);
            }
            return;
        };
        let (field, path) = field(inner, taken, self.simulator);
        let _ = write!(
            fields,
            "    /// {}\n{path}    pub {field}: {structure},\n",
            inner.description()
        );
    }

    /// The type of a scope's or record's field; none for an array of different ones.
    fn inner_type(&mut self, inner: &Object, depth: u8) -> Option<String> {
        if let (Some((left, right)), Some(element)) = (inner.array, &inner.element) {
            let element = self.inner_type(element, depth)?;
            return Some(format!("[{element}; {}]", left.abs_diff(right) + 1));
        }
        if inner.kind != SCOPE_ARRAY {
            return Some(self.structure(inner, depth, None));
        }
        let elements: Option<Vec<String>> = inner
            .elements
            .iter()
            .map(|(_, element)| self.inner_type(element, depth))
            .collect();
        let elements = elements?;
        let first = elements.first()?;
        let alike = elements.iter().all(|element| element == first);
        alike.then(|| format!("[{first}; {}]", elements.len()))
    }

    /// The ports of the top, and the fields of those that are records.
    fn ports<'a>(&mut self, scope: &'a Object, prefix: &str, ports: &mut Vec<Port<'a>>) {
        let mut taken = HashSet::new();
        for port in scope.shown_ports() {
            if !port.has_fields() && port.innermost().encoding.is_none() {
                continue;
            }
            let (field, _) = field(port, &mut taken, self.simulator);
            if !port.has_fields() {
                let (value_type, variants) = self.value_type(port.innermost());
                ports.push(Port {
                    object: port,
                    dimensions: port.ranges().len(),
                    field: format!("{prefix}{field}"),
                    value_type,
                    variants,
                });
                continue;
            }
            match (port.array, &port.element) {
                (Some((left, right)), Some(element)) => {
                    for index in 0..=left.abs_diff(right) {
                        self.ports(element, &format!("{prefix}{field}[{index}]."), ports);
                    }
                }
                _ => self.ports(port, &format!("{prefix}{field}."), ports),
            }
        }
    }

    /// The type of an object's values, and these values if it is an enumeration.
    fn value_type(&mut self, object: &Object) -> (String, Vec<String>) {
        let plain = (object.value_type(), Vec::new());
        let Some(Encoding::Logic { width, .. }) = object.encoding else {
            return plain;
        };
        let literals = &object.literals;
        let variants: Vec<String> = literals.iter().map(|it| camel_case(&it.name)).collect();
        let different: HashSet<&String> = variants.iter().collect();
        let is_name = |name: &String| name.starts_with(|c: char| c.is_ascii_alphabetic());
        let boolean = ["False", "True"];
        // Characters such as '0' are not names in Rust.
        if variants.is_empty()
            || variants == boolean
            || different.len() < variants.len()
            || !variants.iter().all(is_name)
            // Rust has no greater ones.
            || literals.iter().any(|it| i64::try_from(it.value).is_err())
        {
            return plain;
        }
        let mut rest = " {\n".to_owned();
        let is_counted = (0..).zip(literals).all(|(at, it)| it.value == at);
        for (variant, Literal { name, value }) in variants.iter().zip(literals) {
            let value = if is_counted {
                String::new()
            } else {
                format!(" = {value}")
            };
            let _ = write!(rest, "    /// `{name}`\n    {variant}{value},\n");
        }
        rest += "}\n";
        let before = format!(
            "/// The values of `{}`.\n#[derive(LogicEnum, Clone, Copy, Debug, PartialEq, Eq)]\n\
             #[allow(dead_code, reason = \"no test needs everything\")]\n\
             #[logic(width = {width})]\npub enum ",
            object.name
        );
        let same = |it: &&Type| it.rest == rest && it.before.ends_with("pub enum ");
        let name = match self.types.iter().find(same) {
            Some(known) => known.name.clone(),
            None => self.add(self.types.len(), before, &object.name, rest),
        };
        let variants = variants.iter().map(|it| format!("{name}::{it}"));
        let variants = variants.collect();
        (name, variants)
    }

    /// Adds an item under a name that is still free, unless there is one like it.
    fn add(&mut self, place: usize, before: String, base: &str, rest: String) -> String {
        let mut base = camel_case(base);
        if !base.starts_with(|c: char| c.is_ascii_alphabetic()) {
            base.insert_str(0, "Dut");
        }
        let like = |it: &&Type| {
            it.before == before
                && it.rest == rest
                && it.name.trim_end_matches(|c: char| c.is_ascii_digit())
                    == base.trim_end_matches(|c: char| c.is_ascii_digit())
        };
        if let Some(known) = self.types.iter().find(like) {
            return known.name.clone();
        }
        let name = free(&base, "", &mut self.names);
        let item = Type {
            before,
            name: name.clone(),
            rest,
        };
        self.types.insert(place, item);
        name
    }
}

/// The name of an object's field, and the attribute that says where it is, if its name does not.
fn field(object: &Object, taken: &mut HashSet<String>, simulator: &str) -> (String, String) {
    let field = free(&object.snake_case(), "_", taken);
    let name = &object.name;
    let path = if field == *name {
        String::new()
    } else if !name.contains('.') {
        format!("    #[dut(path = {name:?})]\n")
    } else if ["nvc", "GHDL"].contains(&simulator) {
        // A dot does not lead into a scope if the name is an extended identifier.
        format!("    #[dut(path = {:?})]\n", format!("\\{name}\\"))
    } else {
        format!("    #[dut(path = {:?})]\n", format!("\\{name} "))
    };
    (escaped(&field), path)
}

/// A name that is still free: this one, or with the first number that makes it so.
pub(crate) fn free(base: &str, dash: &str, taken: &mut HashSet<String>) -> String {
    let dash = if base.ends_with('_') { "" } else { dash };
    let numbered = (2..).map(|number| format!("{base}{dash}{number}"));
    let name = std::iter::once(base.to_owned())
        .chain(numbered)
        .find(|name| !taken.contains(name))
        .expect("numbers do not end");
    taken.insert(name.clone());
    name
}
