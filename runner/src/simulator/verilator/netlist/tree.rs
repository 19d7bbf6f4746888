//! What a design drives all the time, and the literals of enumerations, from the tree that newer versions write
//! with `--json-only`. They tell everything else of a declaration at run time.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io;
use std::panic::resume_unwind;
use std::thread;

use serde::Deserialize as _;
use serde_json::Value;

use verifork_protocol::declarations::{DRIVEN, literal, marked, unknown};
use verifork_protocol::description::Literal;

use super::enumerations::bits;

/// The nodes that stand for a wait: a process with one is no combinational logic.
const WAITS: [&str; 5] = ["DELAY", "EVENTCONTROL", "WAIT", "FORK", "ASSIGNDLY"];

/// What any design needs of the stack, and more than a level of nesting does while the tree is read, walked
/// and dropped, in bytes.
const STACK: usize = 2 << 20;
const STACK_OF_LEVEL: usize = 8 << 10;

/// A line for each object that is shown, or `of_all`, and is driven all the time or of an enumeration.
///
/// # Errors
///
/// It is not the tree that Verilator writes.
pub(in super::super) fn declarations(json: &str, of_all: bool) -> io::Result<String> {
    // A concatenation of many parts is a chain of nodes, each inside the one before.
    let stack = STACK + STACK_OF_LEVEL * nesting(json);
    thread::scope(|scope| {
        let reader = thread::Builder::new().stack_size(stack);
        let reader = reader.spawn_scoped(scope, || declarations_of(&read(json)?, of_all))?;
        reader.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}

/// How deep lists and objects are nested.
fn nesting(json: &str) -> usize {
    let (mut deepest, mut depth) = (0_usize, 0_usize);
    let mut bytes = json.bytes();
    let mut in_text = false;
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_text = !in_text,
            // What follows is not the end of the text.
            b'\\' if in_text => drop(bytes.next()),
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn read(json: &str) -> serde_json::Result<Value> {
    let json = legal(json);
    let mut reader = serde_json::Deserializer::from_str(&json);
    reader.disable_recursion_limit();
    let tree = Value::deserialize(&mut reader)?;
    reader.end()?;
    Ok(tree)
}

/// The tree as JSON has it. Verilator writes bytes beyond ASCII as `\350`, which it does not have: UTF-8 if they
/// can be, else ISO 8859-1, as the plugin reads names.
fn legal(json: &str) -> Cow<'_, str> {
    let octal = |at: usize| {
        let digits = json.get(at + 1..at + 4)?;
        let is_octal = digits.bytes().all(|it| it.is_ascii_digit());
        is_octal.then(|| u8::from_str_radix(digits, 8).ok())?
    };
    let (mut legal, mut done, mut at) = (String::new(), 0, 0);
    while let Some(found) = json[at..].find('\\') {
        at += found;
        let bytes: Vec<u8> = (at..)
            .step_by(4)
            .map_while(|at| json[at..].starts_with('\\').then(|| octal(at)).flatten())
            .collect();
        if bytes.is_empty() {
            // The character that it escapes has one byte.
            at = json.len().min(at + 2);
            continue;
        }
        legal += &json[done..at];
        match str::from_utf8(&bytes) {
            Ok(text) => legal += text,
            Err(_) => legal.extend(bytes.iter().map(|byte| char::from(*byte))),
        }
        at += 4 * bytes.len();
        done = at;
    }
    if done == 0 {
        return Cow::Borrowed(json);
    }
    Cow::Owned(legal + &json[done..])
}

fn declarations_of(tree: &Value, of_all: bool) -> io::Result<String> {
    if text(tree, "type") != "NETLIST" {
        return Err(super::malformed("its root is no netlist"));
    }
    let modules = || list(tree, "modulesp");
    let mut design = Design {
        modules: modules().map(|it| (text(it, "addr"), it)).collect(),
        types: list(tree, "miscsp")
            .flat_map(|table| list(table, "typesp"))
            .map(|it| (text(it, "addr"), it))
            .collect(),
        driven: HashSet::new(),
        of_all,
        lines: String::new(),
    };
    for module in modules() {
        design.find_drivers(module);
    }
    for module in modules().filter(|it| text(it, "type") == "MODULE") {
        if module["level"] == 1 {
            design.write(module, name(module), true, 0);
        }
    }
    Ok(design.lines)
}

struct Design<'a> {
    modules: HashMap<&'a str, &'a Value>,
    types: HashMap<&'a str, &'a Value>,
    /// The addresses of variables in the tree.
    driven: HashSet<&'a str>,
    of_all: bool,
    lines: String,
}

fn text<'a>(node: &'a Value, key: &str) -> &'a str {
    node[key].as_str().unwrap_or_default()
}

fn list<'a>(node: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    node[key].as_array().into_iter().flatten()
}

/// As the source has it, without the marks of an escaped identifier (IEEE 1800-2017, 5.6.1).
fn name(node: &Value) -> &str {
    match text(node, "verilogName") {
        "" => text(node, "name"),
        name => match name.strip_prefix('\\') {
            Some(escaped) => escaped.trim_end_matches(' '),
            None => name,
        },
    }
}

fn below(node: &Value) -> impl Iterator<Item = &Value> {
    let fields = node.as_object().into_iter().flatten();
    fields.filter_map(|(_, field)| field.as_array()).flatten()
}

/// Whether a process waits for something, but for what it reads.
fn waits(node: &Value) -> bool {
    WAITS.contains(&text(node, "type")) || below(node).any(waits)
}

/// Nets that are pulled to a level, or are one: a driver that never lets go.
const PULLED: [&str; 4] = ["TRI0", "TRI1", "SUPPLY0", "SUPPLY1"];

impl<'a> Design<'a> {
    fn find_drivers(&mut self, node: &'a Value) {
        match text(node, "type") {
            "ALWAYS" => {
                let keyword = text(node, "keyword");
                let is_sensitive = list(node, "sentreep").next().is_some();
                if keyword != "always_ff" && !is_sensitive && !waits(node) {
                    self.add_written(node);
                }
            }
            "ASSIGNW" | "PIN" => self.add_written(node),
            _ => below(node).for_each(|node| self.find_drivers(node)),
        }
    }

    fn add_written(&mut self, node: &'a Value) {
        if text(node, "type") == "VARREF" && text(node, "access") == "WR" {
            self.driven.insert(text(node, "varp"));
        }
        below(node).for_each(|node| self.add_written(node));
    }

    fn write(&mut self, scope: &'a Value, path: &str, is_top: bool, depth: usize) {
        // No module is part of itself.
        if depth > self.modules.len() {
            return;
        }
        for node in list(scope, "stmtsp").chain(list(scope, "itemsp")) {
            match text(node, "type") {
                "VAR" => self.write_variable(node, path, is_top),
                "CELL" => {
                    if let Some(module) = self.modules.get(text(node, "modp")).copied() {
                        let path = format!("{path}.{}", name(node));
                        self.write(module, &path, false, depth + 1);
                    }
                }
                "BEGIN" | "GENBLOCK" => {
                    let path = match name(node) {
                        "" => path.to_owned(),
                        name => format!("{path}.{name}"),
                    };
                    self.write(node, &path, false, depth);
                }
                _ => {}
            }
        }
    }

    fn write_variable(&mut self, node: &Value, path: &str, is_top: bool) {
        let driven = match text(node, "direction") {
            "INPUT" => !is_top,
            _ => {
                PULLED.contains(&text(node, "varType")) || self.driven.contains(text(node, "addr"))
            }
        };
        let is_shown = node["isSigUserRdPublic"] == true || node["isSigPublic"] == true;
        if !is_shown && !self.of_all {
            return;
        }
        let path = format!("{path}.{}", name(node));
        let literals = self.data_type(node);
        let literals = literals.map_or_else(Vec::new, literals_of);
        if driven || !literals.is_empty() {
            let marks = driven.then(|| DRIVEN.to_owned()).into_iter();
            let marks = marks.chain(literals.iter().map(literal));
            self.lines.push_str(&marked(unknown(&path), marks));
        }
    }

    /// The type of a variable, or of an unpacked array's elements, whatever other names it has.
    fn data_type(&self, node: &Value) -> Option<&'a Value> {
        let mut data_type = self.types.get(text(node, "dtypep"))?;
        // A type is not part of itself: there is an end to this.
        for _ in 0..=self.types.len() {
            let of = match text(data_type, "type") {
                "REFDTYPE" | "UNPACKARRAYDTYPE" => text(data_type, "refDTypep"),
                _ => break,
            };
            data_type = self.types.get(of)?;
        }
        Some(data_type)
    }
}

/// The literals of a type, if it is an enumeration, but for those of which bits are unknown.
fn literals_of(data_type: &Value) -> Vec<Literal> {
    let items = list(data_type, "itemsp").filter(|it| text(it, "type") == "ENUMITEM");
    let literals = items.filter_map(|item| {
        let value = list(item, "valuep").next()?;
        Some(Literal {
            name: name(item).to_owned(),
            value: bits(text(value, "name"))?,
        })
    });
    literals.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_without_a_wait_is_driven() {
        let variable = |name: &str, direction: &str| {
            format!(
                r#"{{"type":"VAR","name":"{name}","addr":"({name})","direction":"{direction}","isSigPublic":true}}"#
            )
        };
        let of = |name: &str, access: &str| {
            format!(r#"{{"type":"VARREF","access":"{access}","varp":"({name})"}}"#)
        };
        let assign = |name: &str| {
            let (to, from) = (of(name, "WR"), of("a", "RD"));
            format!(r#"{{"type":"ASSIGN","rhsp":[{from}],"lhsp":[{to}]}}"#)
        };
        let always = |keyword: &str, waits: &str, name: &str| {
            let statements = assign(name);
            format!(
                r#"{{"type":"ALWAYS","keyword":"{keyword}","sentreep":[{waits}],"stmtsp":[{statements}]}}"#
            )
        };
        let nodes = [
            variable("a", "INPUT"),
            variable("wire", "NONE"),
            variable("comb", "NONE"),
            variable("clocked", "NONE"),
            variable("toggles", "NONE"),
            variable("from_leaf", "NONE"),
            variable("pulled", r#"NONE","varType":"TRI1"#),
            always("cont_assign", "", "wire"),
            always("always_comb", "", "comb"),
            always("always", r#"{"type":"SENTREE"}"#, "clocked"),
            format!(
                r#"{{"type":"ALWAYS","keyword":"always","stmtsp":[{{"type":"DELAY","stmtsp":[{}]}}]}}"#,
                assign("toggles")
            ),
            format!(
                r#"{{"type":"GENBLOCK","name":"lane[0]","itemsp":[{{"type":"CELL","name":"u","modp":"(LEAF)","pinsp":[{{"type":"PIN","exprp":[{}]}}]}}]}}"#,
                of("from_leaf", "WR")
            ),
        ];
        let top = nodes.join(",");
        let json = format!(
            r#"{{"type":"NETLIST","modulesp":[
                {{"type":"MODULE","name":"top","addr":"(TOP)","level":1,"stmtsp":[{top}]}},
                {{"type":"MODULE","name":"leaf","addr":"(LEAF)","level":2,"stmtsp":[{}]}}]}}"#,
            variable("d", "INPUT")
        );
        let lines = declarations(&json, false).unwrap();
        let paths: Vec<&str> = lines
            .lines()
            .map(|line| line.strip_suffix("\t\t\t\tdriven").unwrap())
            .collect();
        let expected = [
            "top.wire",
            "top.comb",
            "top.from_leaf",
            "top.pulled",
            "top.lane[0].u.d",
        ];
        assert_eq!(paths, expected);
        assert!(declarations("{}", false).is_err() && declarations("", false).is_err());
    }

    #[test]
    fn names_are_those_of_the_source_whatever_their_letters() {
        let variable = |name: &str| {
            format!(
                r#"{{"type":"VAR","name":"mangled","verilogName":"{name}","varType":"TRI1","isSigPublic":true}}"#
            )
        };
        let names = [
            r"plain",
            r"\\caf\350 ",
            r"\\\303\251t\303\251 ",
            r"\\a\\350 ",
        ];
        let json = format!(
            r#"{{"type":"NETLIST","modulesp":[{{"type":"MODULE","name":"top","addr":"(T)","level":1,"stmtsp":[{}]}}]}}"#,
            names.map(variable).join(",")
        );
        let lines = declarations(&json, false).unwrap();
        let names: Vec<&str> = lines
            .lines()
            .filter_map(|it| it.split('\t').next())
            .collect();
        assert_eq!(names, ["top.plain", "top.cafè", "top.été", r"top.a\350"]);
    }

    #[test]
    fn a_variable_and_an_array_have_the_literals_of_their_type() {
        let json = r#"{"type":"NETLIST","modulesp":[{"type":"MODULE","name":"top","addr":"(T)","level":1,"stmtsp":[
                {"type":"VAR","name":"s","dtypep":"(1)","isSigPublic":true},
                {"type":"VAR","name":"array","dtypep":"(2)","isSigPublic":true},
                {"type":"VAR","name":"packed","dtypep":"(3)","isSigPublic":true},
                {"type":"VAR","name":"hidden","dtypep":"(1)"}]}],
            "miscsp":[{"type":"TYPETABLE","typesp":[
                {"type":"REFDTYPE","addr":"(1)","refDTypep":"(4)"},
                {"type":"UNPACKARRAYDTYPE","addr":"(2)","refDTypep":"(1)"},
                {"type":"PACKARRAYDTYPE","addr":"(3)","refDTypep":"(1)"},
                {"type":"ENUMDTYPE","addr":"(4)","itemsp":[
                    {"type":"ENUMITEM","name":"IDLE","valuep":[{"type":"CONST","name":"2'h0"}]},
                    {"type":"ENUMITEM","name":"NEVER","valuep":[{"type":"CONST","name":"2'bxx"}]},
                    {"type":"ENUMITEM","name":"DONE","valuep":[{"type":"CONST","name":"2'h3"}]}]}]}]}"#;
        assert_eq!(
            declarations(json, false).unwrap(),
            "top.s\t\t\t\tliteral:0:IDLE\tliteral:3:DONE\n\
             top.array\t\t\t\tliteral:0:IDLE\tliteral:3:DONE\n"
        );
    }

    /// A concatenation of many parts is a chain of nodes, each below the one before.
    #[test]
    fn expressions_may_be_as_deep_as_the_source_has_them() {
        const DEPTH: usize = 20_000;
        let json = format!(
            r#"{{"type":"NETLIST","modulesp":[{{"type":"MODULE","name":"top","addr":"(TOP)","level":1,"stmtsp":[
                {{"type":"VAR","name":"q","addr":"(q)","direction":"NONE","isSigPublic":true}},
                {{"type":"ASSIGNW","lhsp":[{{"type":"VARREF","access":"WR","varp":"(q)"}}],"rhsp":[{}{}]}}]}}]}}"#,
            r#"{"type":"CONCAT","lhsp":["#.repeat(DEPTH),
            "]}".repeat(DEPTH)
        );
        assert_eq!(declarations(&json, false).unwrap(), "top.q\t\t\t\tdriven\n");
    }
}
