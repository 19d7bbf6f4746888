//! Writes the Rust source of a design's structs: one for the top, and one for each requested scope below it.

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

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &str) -> Object {
        let told: verifork_protocol::description::Object = serde_json::from_str(text).unwrap();
        told.into()
    }

    fn logic(name: &str, direction: &str, width: u32, signed: bool) -> String {
        format!(
            r#"{{"kind": "net", "name": "{name}", "direction": {direction}, "constant": false,
                "encoding": {{"logic": {{"width": {width}, "range": [{}, 0], "signed": {signed}}}}}}}"#,
            width - 1
        )
    }

    fn module(name: &str, definition: &str, children: &[String]) -> String {
        let children = children.join(",");
        format!(
            r#"{{"kind": "module", "name": "{name}", "definition": "{definition}",
                "constant": false, "children": [{children}]}}"#
        )
    }

    fn text(top: &Object, internal: bool, depth: u8) -> String {
        source(
            &design(top),
            Extent { internal, depth },
            "cargo verifork bind",
        )
        .text
    }

    fn design(top: &Object) -> Design {
        let mut top = top.clone();
        top.settle();
        Design {
            refused: Vec::new(),
            simulator: "Fable".to_owned(),
            top,
            packages: Vec::new(),
            unlisted: Vec::new(),
        }
    }

    #[track_caller]
    fn has(text: &str, parts: &[&str]) {
        for part in parts {
            assert!(text.contains(part), "{part} is not in:\n{text}");
        }
    }

    #[test]
    fn ports_become_fields_with_types_that_fit_their_widths() {
        let top = object(&module(
            "u0",
            "my_top",
            &[
                logic("type", "\"input\"", 5, false),
                logic("dataOut", "\"output\"", 130, false),
                logic("pad", "\"inout\"", 1, false),
                logic("inner", "null", 12, true),
            ],
        ));
        let ports = text(&top, false, 0);
        has(
            &ports,
            &[
                "pub struct MyTop {",
                "/// Input, 5 bits `[4:0]`.\n    pub r#type: Signal<u8>,",
                "#[dut(path = \"dataOut\")]\n    pub data_out: Signal<LogicVec>,",
                "pub pad: Signal<Logic>,",
            ],
        );
        assert!(!ports.contains("inner"), "{ports}");
        let inside = "/// Inside, 12 bits `[11:0]`, signed.\n    pub inner: Signal<i16>,";
        has(&text(&top, true, 0), &[inside]);
    }

    #[test]
    fn parameters_are_fields_and_constants_inside_are_so_on_request() {
        let parameter = |name: &str, local: bool| {
            format!(
                r#"{{"kind": "parameter", "name": "{name}", "direction": null, "constant": true,
                    "local": {local},
                    "encoding": {{"logic": {{"width": 32, "range": null, "signed": true}}}}}}"#
            )
        };
        let children = [
            logic("width", "\"input\"", 4, false),
            parameter("WIDTH", false),
            parameter("LAST", true),
        ];
        let top = object(&module("top", "top", &children));
        let outside = text(&top, false, 0);
        // The port has the name that the parameter would have.
        has(
            &outside,
            &["#[dut(path = \"WIDTH\")]\n    pub width_2: Parameter<i32>,"],
        );
        assert!(!outside.contains("LAST"), "{outside}");
        has(
            &text(&top, true, 0),
            &[
                "/// Constant, 32 bits, signed.\n    #[dut(path = \"LAST\")]\n    pub last: Parameter<i32>,",
            ],
        );
    }

    #[test]
    fn instances_are_structs_one_for_all_that_are_alike() {
        let leaf = |name: &str, width: u32| {
            module(name, "leaf", &[logic("q", "\"output\"", width, false)])
        };
        let children = [leaf("a", 4), leaf("b", 4), leaf("c", 9)];
        let top = object(&module("top", "top", &children));
        let deep = text(&top, false, 1);
        has(
            &deep,
            &[
                "/// Instance of `leaf`.\n    pub a: Leaf,",
                "pub b: Leaf,",
                "pub c: Leaf2,",
                "pub struct Leaf {\n    /// Output, 4 bits `[3:0]`.\n    pub q: Signal<u8>,",
                "pub struct Leaf2 {\n    /// Output, 9 bits `[8:0]`.\n    pub q: Signal<u16>,",
            ],
        );
        assert_eq!(deep.matches("pub struct").count(), 3, "{deep}");
        assert!(deep.find("struct Top") < deep.find("struct Leaf"), "{deep}");
        assert!(!text(&top, false, 0).contains("Leaf"));
    }

    #[test]
    fn scopes_of_one_loop_are_an_array_unless_they_differ() {
        let lane = |index: u32, width: u32| {
            let leaf = module("u", "leaf", &[logic("q", "\"output\"", width, false)]);
            format!(
                r#"{{"kind": "generate scope", "name": "lane[{index}]", "path": "top.lane[{index}]",
                    "children": [{leaf}]}}"#
            )
        };
        let alike = object(&module("top", "top", &[lane(1, 4), lane(0, 4)]));
        has(
            &text(&alike, false, 2),
            &[
                "/// `lane`, elements `[0:1]`.\n    pub lane: [Lane; 2],",
                "pub struct Lane {\n    /// Instance of `leaf`.\n    pub u: Leaf,\n}",
            ],
        );
        let different = object(&module("top", "top", &[lane(0, 4), lane(1, 9)]));
        has(
            &text(&different, false, 2),
            &[
                "#[dut(path = \"lane[0]\")]\n    pub lane_0: Lane,",
                "#[dut(path = \"lane[1]\")]\n    pub lane_1: Lane2,",
            ],
        );
        // No level is left for what is in the scopes.
        let bare = text(&alike, false, 1);
        has(
            &bare,
            &["    // `lane`: a greater `--depth` includes what is in it.\n"],
        );
        let inside = module("u", "leaf", &[logic("state", "null", 4, false)]);
        has(
            &text(&object(&module("top", "top", &[inside])), false, 2),
            &["    // `u`: it has no ports or parameters; `--internal` includes its signals.\n"],
        );
        let nothing = module("u", "leaf", &[]);
        has(
            &text(&object(&module("top", "top", &[nothing])), false, 2),
            &["    // `u`: nothing in it has a visible value.\n"],
        );
    }

    #[test]
    fn instances_of_two_dimensions_are_arrays_of_arrays() {
        let children: Vec<String> = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
            .iter()
            .map(|(row, column)| {
                let name = format!("cell[{row}][{column}]");
                module(&name, "cell", &[logic("q", "\"output\"", 1, false)])
            })
            .collect();
        let top = object(&module("top", "top", &children));
        has(&text(&top, false, 1), &["pub cell: [[Cell; 3]; 2],"]);
    }

    #[test]
    fn scopes_that_only_paths_tell_of_stand_between() {
        let instance = |lane: u32| {
            let leaf = module("u", "leaf", &[logic("q", "\"output\"", 4, false)]);
            let path = format!(r#"{{"path": "top.lane[{lane}].u", "#);
            leaf.replacen('{', &path, 1)
        };
        let top = module("top", "top", &[instance(0), instance(1)]);
        let top = object(&top.replacen('{', r#"{"path": "top", "#, 1));
        has(
            &text(&top, false, 2),
            &["pub lane: [Lane; 2],", "pub u: Leaf,"],
        );
    }

    #[test]
    fn arrays_of_records_are_arrays_of_structs() {
        let field = logic("data", "null", 8, false);
        let array = format!(
            r#"{{"kind": "array", "name": "outs", "direction": "output", "array": [1, 2],
                "encoding": null, "element": {{"kind": "structure", "name": "outs[1]",
                "encoding": null, "children": [{field}]}}}}"#
        );
        let clock = logic("clk", "\"input\"", 1, false);
        let last = logic("last", "\"output\"", 1, false);
        let inside = logic("inside", "null", 1, false);
        let top = object(&module("top", "top", &[inside, clock, array, last]));
        let design = design(&top);
        let extent = Extent {
            internal: true,
            depth: 0,
        };
        let written = source(&design, extent, "cargo verifork bind");
        has(
            &written.text,
            &[
                "/// Output, records, elements `[1:2]`.\n    pub outs: [Outs; 2],",
                "/// Output, 8 bits `[7:0]`.\n    pub data: Signal<u8>,",
            ],
        );
        let ports: Vec<&str> = written.ports.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(ports, ["clk", "outs[0].data", "outs[1].data", "last"]);
        let places = ["clk:", "outs:", "last:", "inside:"].map(|it| written.text.find(it).unwrap());
        assert!(places.is_sorted(), "{}", written.text);
    }

    #[test]
    fn what_cannot_be_bound_stands_there_with_the_reason() {
        let hidden = |name: &str, kind: &str, reason: &str| {
            format!(
                r#"{{"kind": "{kind}", "name": "{name}", "direction": "input", "encoding": null,
                    "hidden": {reason}}}"#
            )
        };
        let top = object(&module(
            "top",
            "top",
            &[
                hidden("bits", "object", "\"Fable shows no bits\""),
                hidden("mem", "array", "null"),
                hidden("strange", "object", "null"),
            ],
        ));
        has(
            &text(&top, false, 0),
            &[
                "    // `bits`, input: Fable shows no bits.\n",
                "    // `mem`, input: an array of arrays; `dut.signal(\"mem[…][…]\")` is an element.\n",
                "    // `strange`, input: Fable shows no value of this object.\n",
            ],
        );
    }

    #[test]
    fn blocks_with_signals_are_scopes_and_subroutines_stand_there_with_the_reason() {
        let holds = |kind: &str, name: &str, inner: &[String]| {
            let inner = inner.join(",");
            format!(
                r#"{{"kind": "{kind}", "name": "{name}", "constant": false, "children": [{inner}]}}"#
            )
        };
        let variable = logic("count", "null", 8, false);
        let top = object(&module(
            "u0",
            "fifo",
            &[
                holds("named block", "drain", std::slice::from_ref(&variable)),
                holds("named block", "idle", &[]),
                holds("named block", "$unm_blk_1", std::slice::from_ref(&variable)),
                holds("task", "push", std::slice::from_ref(&variable)),
                holds("function", "parity", &[variable]),
            ],
        ));
        let inside = text(&top, true, 1);
        has(
            &inside,
            &[
                "    pub drain: Drain,\n",
                "pub struct Drain {\n    /// Inside, 8 bits `[7:0]`.\n    pub count: Signal<u8>,\n}",
                "// `push`, task: its variables have values only during a call.",
                "// `parity`, function: its variables have values only during a call.",
            ],
        );
        assert!(
            !inside.contains("idle") && !inside.contains("unm_blk"),
            "{inside}"
        );
        assert!(!text(&top, false, 0).contains("drain"));
    }

    #[test]
    fn a_dot_in_a_name_is_marked_as_part_of_it() {
        let port = logic("clk.in", "\"input\"", 1, false);
        let top = object(&module("top", "top", &[port]));
        let mut design = design(&top);
        let mut has_path = |simulator: &str, path: &str| {
            design.simulator = simulator.to_owned();
            let text = source(&design, Extent::default(), "cargo verifork bind").text;
            has(&text, &[path, "pub clk_in: Signal<bool>,"]);
        };
        has_path("Verilator", "#[dut(path = \"\\\\clk.in \")]");
        has_path("nvc", "#[dut(path = \"\\\\clk.in\\\\\")]");
    }

    #[test]
    fn an_enumeration_with_names_is_an_enum_and_others_are_integers() {
        let state = |name: &str, literals: &[(&str, u128)]| {
            let literal =
                |(name, value): &(&str, u128)| format!(r#"{{"name": "{name}", "value": {value}}}"#);
            let literals: Vec<String> = literals.iter().map(literal).collect();
            let literals = literals.join(",");
            format!(
                r#"{{"kind": "net", "name": "{name}", "direction": "input", "constant": false,
                    "literals": [{literals}],
                    "encoding": {{"logic": {{"width": 8, "range": null, "signed": false}}}}}}"#
            )
        };
        let children = [
            state("state", &[("IDLE", 0), ("RUN_FAST", 1)]),
            state("next", &[("IDLE", 0), ("RUN_FAST", 1)]),
            state("bits", &[("'0'", 0), ("'1'", 1)]),
            state("one_hot", &[("OFF", 1), ("ON", 2)]),
            state("huge", &[("LAST", u128::MAX)]),
        ];
        let top = object(&module("top", "top", &children));
        let design = design(&top);
        let written = source(&design, Extent::default(), "cargo verifork bind");
        has(
            &written.text,
            &[
                "pub state: Signal<State>,",
                "pub next: Signal<State>,",
                "pub bits: Signal<u8>,",
                "pub huge: Signal<u8>,",
                "pub enum OneHot {\n    /// `OFF`\n    Off = 1,\n    /// `ON`\n    On = 2,\n}",
                "#[logic(width = 8)]\npub enum State {\n    /// `IDLE`\n    Idle,\n    /// `RUN_FAST`\n    RunFast,\n}",
            ],
        );
        assert_eq!(written.ports[0].variants[0], "State::Idle");
    }
}
