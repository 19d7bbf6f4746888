//! The tree that newer versions write with `--json-only`.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::io;
use std::panic::resume_unwind;
use std::thread;

use serde::Deserialize as _;
use serde_json::Value;

use verifork_protocol::declarations::Assigned;
use verifork_protocol::description::Literal;

use super::driver::{Driver, place};
use super::enumerations::bits;
use super::scope::{Instance, Netlist, Scope, Variable};
use super::types::{DataType, Structure, basic, opaque_type};
use super::{Names, Survey, malformed};

/// The nodes of waits: a process with one is not combinational logic.
const WAITS: [&str; 5] = ["DELAY", "EVENTCONTROL", "WAIT", "FORK", "ASSIGNDLY"];

/// The stack that any design needs, in bytes; more than one level of nesting takes while the tree is read, walked and
/// dropped.
const STACK: usize = 2 << 20;
const STACK_OF_LEVEL: usize = 8 << 10;

/// Reads the tree as [`survey`](super::survey) does a netlist, but for the ports, which these versions find themselves.
/// `files` has the names of files for which letters stand in the tree.
///
/// # Errors
///
/// It is not the tree that Verilator writes.
pub(in super::super) fn survey(
    json: &str,
    files: &str,
    of_all: bool,
    names: &Names,
) -> io::Result<Survey> {
    // A concatenation of many parts is a chain of nodes, each inside the one before.
    let stack = STACK + STACK_OF_LEVEL * nesting(json);
    thread::scope(|scope| {
        let reader = thread::Builder::new().stack_size(stack);
        let netlist = || netlist_of(&read(json)?, names_of(files));
        let reader = reader.spawn_scoped(scope, netlist)?;
        let netlist = reader.join().unwrap_or_else(|panic| resume_unwind(panic))?;
        Ok(Survey::of(netlist, Vec::new(), of_all, names))
    })
}

/// The files by the letters that stand for them; none in a form that is not known: only messages name them.
fn names_of(files: &str) -> HashMap<String, String> {
    #[derive(Default, serde::Deserialize)]
    struct Letters {
        files: HashMap<String, File>,
    }
    #[derive(serde::Deserialize)]
    struct File {
        filename: String,
    }
    let names: Letters = serde_json::from_str(&legal(files)).unwrap_or_default();
    let files = names.files.into_iter();
    files
        .map(|(letter, file)| (letter, file.filename))
        .collect()
}

/// How deep lists and objects are nested.
fn nesting(json: &str) -> usize {
    let (mut deepest, mut depth) = (0_usize, 0_usize);
    let mut bytes = json.bytes();
    let mut in_text = false;
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_text = !in_text,
            // The text that follows is not the end.
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

fn text<'a>(node: &'a Value, key: &str) -> &'a str {
    node[key].as_str().unwrap_or_default()
}

fn list<'a>(node: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    node[key].as_array().into_iter().flatten()
}

fn below(node: &Value) -> impl Iterator<Item = &Value> {
    let fields = node.as_object().into_iter().flatten();
    fields.filter_map(|(_, field)| field.as_array()).flatten()
}

fn netlist_of(tree: &Value, files: HashMap<String, String>) -> io::Result<Netlist> {
    if text(tree, "type") != "NETLIST" {
        return Err(malformed("its root is not a netlist"));
    }
    let mut netlist = Netlist::default();
    netlist.types.dimensions_are_shown = true;
    let mut drivers = Drivers {
        files,
        ..Drivers::default()
    };
    drivers.find_routines(tree);
    let modules = || list(tree, "modulesp");
    // Which scope drives what of another one is not known before all have been seen.
    for module in modules() {
        drivers.find(module);
    }
    for module in modules() {
        let id = text(module, "addr").to_owned();
        match text(module, "type") {
            "MODULE" if module["level"] == 1 => {
                netlist.tops.push((name(module).to_owned(), id.clone()));
            }
            "PACKAGE" => netlist.packages.push((name(module).to_owned(), id.clone())),
            _ => {}
        }
        let mut scope = Scope::default();
        drivers.fill(&mut scope, module);
        scope.drivers_elsewhere = drivers.elsewhere.remove(&*id).unwrap_or_default();
        netlist.definitions.insert(id, scope);
    }
    for table in list(tree, "miscsp") {
        for node in list(table, "typesp") {
            netlist
                .types
                .insert(text(node, "addr").to_owned(), data_type(node));
            // Members are types of their own.
            for member in list(node, "membersp") {
                let of = DataType::As(text(member, "refDTypep").to_owned());
                netlist.types.insert(text(member, "addr").to_owned(), of);
            }
        }
    }
    Ok(netlist)
}

/// The two bounds in a text such as `[0:3]` or `7:0`.
fn range(text: &str) -> Option<(i64, i64)> {
    let text = text.trim_start_matches('[').trim_end_matches(']');
    let (left, right) = text.split_once(':')?;
    Some((left.parse().ok()?, right.parse().ok()?))
}

/// A constant such as `32'sh1`, as bounds are.
fn constant(node: &Value) -> Option<i64> {
    let (_, digits) = text(node, "name").split_once('h')?;
    let value = u32::from_str_radix(digits, 16).ok()?;
    Some(i64::from(value.cast_signed()))
}

fn data_type(node: &Value) -> DataType {
    let of = |key| match text(node, key) {
        "" | "UNLINKED" => None,
        id => Some(id.to_owned()),
    };
    let kind = text(node, "type");
    if let Some(what) = opaque_type(kind) {
        return DataType::Opaque(what);
    }
    let below = of("refDTypep");
    match (kind, below) {
        ("BASICDTYPE", _) => basic(
            text(node, "keyword"),
            node["signed"] == true,
            range(text(node, "range")),
        ),
        ("STRUCTDTYPE" | "UNIONDTYPE", _) => DataType::Structure(Structure {
            members: list(node, "membersp")
                .map(|it| (name(it).to_owned(), text(it, "addr").to_owned()))
                .collect(),
            is_union: kind == "UNIONDTYPE",
            is_packed: Some(node["packed"] == true),
        }),
        ("UNPACKARRAYDTYPE", Some(of)) => DataType::Array {
            of,
            range: range(text(node, "declRange")),
        },
        ("PACKARRAYDTYPE", Some(of)) => DataType::Packed {
            of,
            range: range(text(node, "declRange")),
        },
        ("ENUMDTYPE", Some(of)) => DataType::Enumeration {
            of,
            literals: literals_of(node),
        },
        (_, Some(other)) => DataType::As(other),
        // A type parameter names its type here, other types name themselves.
        _ => match of("dtypep").filter(|other| other != text(node, "addr")) {
            Some(other) => DataType::As(other),
            None => DataType::Other,
        },
    }
}

/// The literals of an enumeration, except those with unknown bits.
fn literals_of(enumeration: &Value) -> Vec<Literal> {
    let items = list(enumeration, "itemsp").filter(|it| text(it, "type") == "ENUMITEM");
    let literals = items.filter_map(|item| {
        let value = list(item, "valuep").next()?;
        Some(Literal {
            name: name(item).to_owned(),
            value: bits(text(value, "name"))?,
        })
    });
    literals.collect()
}

/// Whether a process waits for anything but what it reads.
fn waits(node: &Value) -> bool {
    WAITS.contains(&text(node, "type")) || below(node).any(waits)
}

/// Nets that are pulled to a level, or are one: a driver that never lets go.
const PULLED: [&str; 4] = ["TRI0", "TRI1", "SUPPLY0", "SUPPLY1"];

/// What drives variables.
#[derive(Default)]
struct Drivers<'a> {
    /// By the addresses of variables in the tree.
    driven: HashMap<&'a str, Driver>,
    /// By the module that drives them: the path to the scope, and the name there.
    elsewhere: HashMap<&'a str, Vec<(String, String, Driver)>>,
    module: &'a str,
    /// Tasks and functions by their addresses.
    routines: HashMap<&'a str, &'a Value>,
    /// Files by the letters that stand for them.
    files: HashMap<String, String>,
}

/// What a node is in, below which something is written.
struct Within<'a> {
    /// It drives all the time what it writes.
    is_continuous: bool,
    /// It is a part of what is written.
    is_part: bool,
    /// The routines that were gone into.
    seen: HashSet<&'a str>,
}

impl Within<'_> {
    fn new(is_continuous: bool) -> Self {
        Within {
            is_continuous,
            is_part: false,
            seen: HashSet::new(),
        }
    }
}

impl<'a> Drivers<'a> {
    /// Finds the tasks and functions in a node.
    fn find_routines(&mut self, node: &'a Value) {
        if let "TASK" | "FUNC" = text(node, "type") {
            self.routines.insert(text(node, "addr"), node);
        }
        below(node).for_each(|node| self.find_routines(node));
    }

    fn find(&mut self, module: &'a Value) {
        self.module = text(module, "addr");
        self.find_in(module);
    }

    fn find_in(&mut self, node: &'a Value) {
        match text(node, "type") {
            "ALWAYS" => {
                let keyword = text(node, "keyword");
                let is_sensitive = list(node, "sentreep").next().is_some();
                let is_continuous = keyword != "always_ff" && !is_sensitive && !waits(node);
                self.add_written(node, &mut Within::new(is_continuous));
            }
            "ASSIGNW" | "PIN" => self.add_written(node, &mut Within::new(true)),
            // What they write is written by who calls them.
            "TASK" | "FUNC" => {}
            _ => below(node).for_each(|node| self.find_in(node)),
        }
    }

    fn add_written(&mut self, node: &'a Value, within: &mut Within<'a>) {
        let kind = text(node, "type");
        if let "TASKREF" | "FUNCREF" = kind
            && let Some(&routine) = self.routines.get(text(node, "taskp"))
            && within.seen.insert(text(node, "taskp"))
        {
            // Whether it is run again with each change of what it reads is not known.
            let is_continuous = std::mem::take(&mut within.is_continuous);
            self.add_written(routine, within);
            within.is_continuous = is_continuous;
        }
        if let "WR" | "RW" = text(node, "access") {
            let driver = if within.is_continuous {
                Driver::Continuous
            } else {
                Driver::Processes(Assigned {
                    whole: !within.is_part,
                    place: place(text(node, "loc"), &self.files),
                })
            };
            match kind {
                "VARREF" => match self.driven.entry(text(node, "varp")) {
                    Entry::Occupied(found) => found.into_mut().join(driver),
                    Entry::Vacant(free) => _ = free.insert(driver),
                },
                "VARXREF" => {
                    let path = text(node, "dotted").to_owned();
                    let all = self.elsewhere.entry(self.module).or_default();
                    all.push((path, name(node).to_owned(), driver));
                }
                _ => {}
            }
        }
        let around = within.is_part;
        within.is_part |= kind.ends_with("SEL");
        below(node).for_each(|node| self.add_written(node, within));
        within.is_part = around;
    }

    /// Puts into a scope what its node holds.
    fn fill(&self, scope: &mut Scope, node: &Value) {
        for node in list(node, "stmtsp").chain(list(node, "itemsp")) {
            match text(node, "type") {
                "VAR" => self.add_variable(scope, node),
                "CELL" => scope.instances.push(Instance {
                    name: name(node).to_owned(),
                    definition: text(node, "modp").to_owned(),
                    range: list(node, "rangep").next().and_then(|range| {
                        let [left, right] = ["leftp", "rightp"].map(|key| list(range, key).next());
                        constant(left?).zip(constant(right?))
                    }),
                    interfaces: list(node, "pinsp")
                        .filter_map(|pin| {
                            let to = list(pin, "exprp").next()?;
                            let is_one = text(to, "type") == "VARREF";
                            is_one.then(|| (name(pin).to_owned(), name(to).to_owned()))
                        })
                        .collect(),
                }),
                "BEGIN" | "GENBLOCK" => {
                    let mut block = Scope::default();
                    self.fill(&mut block, node);
                    scope.add_block(name(node).to_owned(), block);
                }
                _ => {}
            }
        }
    }

    fn add_variable(&self, scope: &mut Scope, node: &Value) {
        let direction = text(node, "direction").to_ascii_lowercase();
        let is_pulled = PULLED.contains(&text(node, "varType"));
        let pulled = is_pulled.then_some(Driver::Continuous);
        let driver = pulled.or_else(|| self.driven.get(text(node, "addr")).cloned());
        if let Some(driver) = driver {
            scope.drivers.add(name(node).to_owned(), driver);
        }
        let shown = ["isSigUserRdPublic", "isSigPublic", "isParam"];
        scope.variables.push(Variable {
            name: name(node).to_owned(),
            data_type: text(node, "dtypep").to_owned(),
            type_name: String::new(),
            is_parameter: node["isParam"] == true,
            shown: shown.iter().any(|key| node[key] == true),
            direction: Some(direction).filter(|it| it != "none"),
        });
    }
}
