//! Reads the ports and parameters of a top from its source: their order, which some simulators do not keep, and those
//! that a VHDL simulator does not list.
//!
//! This reads only headers. If it does not understand one, nothing is known of it.

use std::fs;
use std::path::{Path, PathBuf};

use verifork_runner::Language;

use crate::object::Object;

/// The declarations of a header.
#[derive(Default)]
pub(crate) struct Declared {
    /// Parameters and ports, each in their order.
    pub(crate) names: Vec<String>,
    /// The directions of ports, if they are declared beside the names.
    directions: Vec<(String, &'static str)>,
    /// Whether the language has conditional compilation in headers, so that some declarations may not exist.
    pub(crate) is_conditional: bool,
}

impl Declared {
    /// The declarations in the header of `top` in one of the sources.
    pub(crate) fn of(top: &str, sources: &[PathBuf]) -> Declared {
        let of = |path: &PathBuf| {
            // A source that cannot be read was not compiled either.
            let text = fs::read_to_string(path).ok()?;
            match Language::of(path)? {
                Language::Vhdl => entity(&text, top),
                Language::Verilog | Language::SystemVerilog => module(&text, top),
                _ => None,
            }
        };
        sources.iter().find_map(of).unwrap_or_default()
    }

    /// Sets the direction of ports that the simulator does not show as ports.
    pub(crate) fn complete(&self, scope: &mut Object) {
        for child in &mut scope.children {
            if child.direction.is_none() && !child.constant {
                // Names of VHDL, which alone has nothing conditional in headers, have no case.
                let is_it = |name: &String| {
                    *name == child.name
                        || !self.is_conditional && name.eq_ignore_ascii_case(&child.name)
                };
                let known = self.directions.iter().find(|(name, _)| is_it(name));
                child.direction = known.map(|(_, direction)| (*direction).to_owned());
            }
        }
    }

    /// The declared names that a scope does not list.
    pub(crate) fn missing_in(&self, scope: &Object) -> Vec<String> {
        if self.is_conditional {
            return Vec::new();
        }
        let listed = |name: &&String| {
            let listed = scope.children.iter().map(|it| it.name.as_str());
            let plain = name.trim_matches('\\');
            listed
                .map(|it| it.trim_matches('\\'))
                .any(|it| it.eq_ignore_ascii_case(plain))
        };
        self.names
            .iter()
            .filter(|it| !listed(it))
            .cloned()
            .collect()
    }
}

impl Object {
    /// Whether the simulator lists ports in the order of their declaration, with their directions.
    pub(crate) fn has_order_of_its_own(&self) -> bool {
        // Verilator does not name the definition of a module.
        self.definition.is_some()
    }
}

/// The generics and ports of an entity (IEEE 1076-2008, 6.5.6).
fn entity(text: &str, name: &str) -> Option<Declared> {
    let text = without_comments(text, Path::new("x.vhd"));
    let lower = text.to_ascii_lowercase();
    let start = words(&lower).find_map(|(at, word)| {
        let rest = (word == "entity").then(|| lower[at + word.len()..].trim_start())?;
        let rest = rest.strip_prefix(&name.to_ascii_lowercase())?.trim_start();
        rest.starts_with("is").then_some(lower.len() - rest.len())
    })?;
    let end = words(&lower[start..]).find(|(_, word)| *word == "end")?.0 + start;
    let (mut names, mut directions) = (Vec::new(), Vec::new());
    for part in ["generic", "port"] {
        let found = words(&lower[start..end]).find(|(_, word)| *word == part);
        let Some((at, _)) = found else { continue };
        let list = in_parentheses(&text[start + at..])?;
        for declaration in split(list, ';') {
            let (left, right) = declaration.split_once(':')?;
            let mode = words(right)
                .next()
                .map(|(_, word)| word.to_ascii_lowercase());
            let direction = match mode.as_deref() {
                Some("out" | "buffer") => "output",
                Some("inout" | "linkage") => "inout",
                _ => "input",
            };
            for name in left.split(',').filter_map(last_name) {
                if part == "port" {
                    directions.push((name.to_owned(), direction));
                }
                names.push(name.to_owned());
            }
        }
    }
    Some(Declared {
        names,
        directions,
        is_conditional: false,
    })
}

/// The name in `signal clk`, `constant WIDTH` or `\clk in\`: the class may stand before it, and an extended
/// identifier may have spaces.
fn last_name(declared: &str) -> Option<&str> {
    let declared = declared.trim();
    match declared.strip_suffix('\\') {
        Some(extended) => declared.get(extended.rfind('\\')?..),
        None => declared.split_whitespace().next_back(),
    }
}

/// The parameters and ports of a module (IEEE 1800-2017, 23.2.1).
fn module(text: &str, name: &str) -> Option<Declared> {
    let text = without_comments(text, Path::new("x.v"));
    let start = words(&text).find_map(|(at, word)| {
        ["module", "macromodule"].contains(&word).then_some(())?;
        let mut rest = text[at + word.len()..].trim_start();
        for lifetime in ["static ", "automatic "] {
            rest = rest.strip_prefix(lifetime).unwrap_or(rest).trim_start();
        }
        let rest = rest.strip_prefix(name)?;
        let is_whole = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$');
        is_whole.then_some(text.len() - rest.len())
    })?;
    let mut rest = text[start..].trim_start();
    while rest.starts_with("import ") {
        rest = rest[rest.find(';')? + 1..].trim_start();
    }
    let header = &rest[..rest.find('(').unwrap_or_default()];
    let mut names = Vec::new();
    if header.contains('#') {
        let parameters = in_parentheses(rest)?;
        names.extend(split(parameters, ',').filter_map(last_identifier));
        rest = &rest[rest.find('(')? + parameters.len() + 2..];
    }
    let semicolon = rest.find(';')?;
    let (mut directions, mut direction) = (Vec::new(), None);
    if rest.find('(').is_some_and(|at| at < semicolon) {
        for declaration in split(in_parentheses(rest)?, ',') {
            let first = words(declaration).next().map(|(_, word)| word);
            // It holds for those that follow without one.
            let mut keywords = ["input", "output", "inout"].into_iter();
            direction = keywords.find(|it| Some(*it) == first).or(direction);
            if let Some(name) = last_identifier(declaration) {
                directions.extend(direction.map(|direction| (name.clone(), direction)));
                names.push(name);
            }
        }
    }
    Some(Declared {
        names,
        directions,
        is_conditional: true,
    })
}

/// The name that a declaration of Verilog declares.
fn last_identifier(declaration: &str) -> Option<String> {
    let mut left = declaration.split('=').next()?.trim_end();
    while left.ends_with(']') {
        left = left[..left.rfind('[')?].trim_end();
    }
    let name = left
        .rsplit(|c: char| c.is_whitespace() || c == ']')
        .next()?;
    let name = name.trim_start_matches(['.', '\\']);
    (!name.is_empty()).then(|| name.to_owned())
}

/// The text between the first parenthesis and the one that closes it.
fn in_parentheses(text: &str) -> Option<&str> {
    let start = text.find('(')? + 1;
    let mut depth = 1;
    for (at, c) in text[start..].char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(&text[start..start + at]);
        }
    }
    None
}

/// The parts between separators that are not in brackets.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    text.split(move |c| {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        depth == 0 && c == separator
    })
}

/// The words of a text, with their places.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.split(move |c| !is_part(c))
        .filter(|word| !word.is_empty())
        .map(|word| (word.as_ptr().addr() - text.as_ptr().addr(), word))
}

/// The text with spaces for its comments, and for the attributes and directives of Verilog.
fn without_comments(text: &str, path: &Path) -> String {
    let vhdl = Language::of(path) == Some(Language::Vhdl);
    let line = if vhdl { "--" } else { "//" };
    let (mut plain, mut rest) = (String::new(), text);
    while let Some(c) = rest.chars().next() {
        let skipped = if rest.starts_with(line) || !vhdl && c == '`' {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if !vhdl && rest.starts_with("(*") && !rest.starts_with("(*)") {
            rest.find("*)").map_or(rest.len(), |end| end + 2)
        } else if c == '"' {
            rest[1..].find('"').map_or(rest.len(), |end| end + 2)
        } else {
            plain.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        plain.push(' ');
        rest = &rest[skipped..];
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_of_a_module_stand_in_their_order() {
        let text = "module other(input q); endmodule // module top(x);\n\
            module top_2(input z); endmodule\n\
            module top import p::*; #(parameter int N = f(3, 4), parameter L = 2) (\n\
            input logic clk_i, rst_ni, /* (not, this) */ input logic [L-1:0][7:0] data,\n\
            (* keep *) input t valid [L], output hdr_t hdr_o = '{0, 1});\nendmodule";
        let declared = module(text, "top").unwrap();
        let directions: Vec<_> = declared.directions.iter().map(|(_, it)| *it).collect();
        assert_eq!(directions, ["input", "input", "input", "input", "output"]);
        assert_eq!(
            declared.names,
            ["N", "L", "clk_i", "rst_ni", "data", "valid", "hdr_o"]
        );
        let bare = "module m import p::*; import q::r; (input a, output b); endmodule";
        assert_eq!(module(bare, "m").unwrap().names, ["a", "b"]);
        let old = "module m(a, b,\n c);\n input a; endmodule";
        let names = |text| module(text, "m").unwrap().names;
        assert_eq!(names(old), ["a", "b", "c"]);
        assert_eq!(names("module m; wire a; endmodule"), [""; 0]);
        assert!(module(old, "missing").is_none());
    }

    #[test]
    fn generics_and_ports_of_an_entity_stand_in_their_order() {
        let text = "entity other is port (x : in bit); end; -- entity Top is port (y : in bit);\n\
            Entity Top Is Generic (N : positive := 3; Name_G, B : string := \"a;b\");\n\
            Port (signal Clk, Rst, \\clk in\\ : in std_logic; D : in vec(0 to f(N, 1) - 1)); End;\n";
        let names = entity(text, "top").unwrap().names;
        assert_eq!(names, ["N", "Name_G", "B", "Clk", "Rst", "\\clk in\\", "D"]);
        assert_eq!(entity("entity e is end;", "e").unwrap().names, [""; 0]);
        let modes = "entity e is generic (a : bit); port (b : bit; c : In bit; d : out bit; e : buffer \
            inner; f : inout bit; g : linkage bit); end;";
        let directions = entity(modes, "e").unwrap().directions;
        let directions: Vec<(&str, &str)> =
            directions.iter().map(|(n, d)| (n.as_str(), *d)).collect();
        assert_eq!(
            directions,
            [
                ("b", "input"),
                ("c", "input"),
                ("d", "output"),
                ("e", "output"),
                ("f", "inout"),
                ("g", "inout")
            ]
        );
    }

    #[test]
    fn ports_are_sorted_by_their_declaration_those_between_backslashes_too() {
        let children = ["q", "D", "clk in"]
            .map(|name| format!(r#"{{"kind": "net", "name": "{name}", "direction": "input"}}"#));
        let top = format!(
            r#"{{"kind": "module", "name": "top", "children": [{}]}}"#,
            children.join(", ")
        );
        let top: verifork_protocol::description::Object = serde_json::from_str(&top).unwrap();
        let mut top = Object::from(top);
        let text = "entity top is port (\\clk in\\ : in bit; d : in bit; q : out bit); end;";
        top.sort_by(&entity(text, "top").unwrap().names);
        let names: Vec<&str> = top.children.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["clk in", "D", "q"]);
    }
}
