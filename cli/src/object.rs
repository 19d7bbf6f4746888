//! What the plugin tells of an elaborated design, and what that is called in Rust.

use serde::Deserialize;

/// An object of the design.
#[derive(Clone, Deserialize)]
pub(crate) struct Object {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) definition: Option<String>,
    pub(crate) direction: Option<String>,
    pub(crate) constant: bool,
    /// Whether it is a constant that nobody outside can set.
    #[serde(default)]
    pub(crate) local: bool,
    pub(crate) array: Option<(i64, i64)>,
    pub(crate) encoding: Option<Encoding>,
    /// The names of its values, where it is of an enumeration type and the simulator tells them.
    #[serde(default)]
    pub(crate) literals: Vec<String>,
    #[serde(default)]
    pub(crate) children: Vec<Object>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Encoding {
    Logic {
        width: u32,
        range: Option<(i64, i64)>,
        signed: bool,
    },
    Real,
    Text,
}

impl Object {
    /// The name of the module or entity, or of the scope where the simulator does not tell it.
    pub(crate) fn design(&self) -> &str {
        self.definition.as_deref().unwrap_or(&self.name)
    }

    /// Marks what only looks like a parameter: outside of a module nobody can set a constant,
    /// and a loop's variable is one. Fields of a record go the way of the record.
    pub(crate) fn settle(&mut self) {
        let (module, record) = (self.kind == "module", self.is_record());
        for child in &mut self.children {
            child.local |= child.constant && !module;
            if record {
                child.direction.clone_from(&self.direction);
            }
            child.settle();
        }
    }

    /// What a struct has fields for, in their order: what it shows to others first.
    pub(crate) fn members(&self, internal: bool) -> Vec<&Object> {
        let is_member = |it: &&Object| {
            it.encoding.is_some()
                && (internal || it.direction.is_some() || it.constant && !it.local)
        };
        let mut members: Vec<&Object> = self.children.iter().filter(is_member).collect();
        members.sort_by_key(|it| match &it.direction {
            Some(_) => 0,
            None if it.constant && !it.local => 1,
            None if it.constant => 3,
            None => 2,
        });
        members
    }

    /// What is in it and has a struct of its own: records, and, below the top, instances and
    /// generate scopes.
    pub(crate) fn scopes(&self, internal: bool, depth: u8) -> impl Iterator<Item = &Object> {
        self.children
            .iter()
            .filter(move |it| match it.kind.as_str() {
                "module" | "generate scope" => depth > 0,
                _ => it.is_record() && (internal || it.direction.is_some()),
            })
    }

    pub(crate) fn is_record(&self) -> bool {
        self.kind == "structure"
    }

    pub(crate) fn is_input(&self) -> bool {
        self.direction.as_deref() == Some("input")
    }

    /// The Rust type of its values, as far as its encoding tells.
    pub(crate) fn value_type(&self) -> String {
        let inout = self.direction.as_deref() == Some("inout");
        match self.encoding {
            Some(Encoding::Logic { width: 1, .. }) if inout => "Logic".to_owned(),
            Some(Encoding::Logic { width: 1, .. }) => "bool".to_owned(),
            // A VHDL integer: it has a width, since simulators keep it in so many bits, and no range.
            Some(Encoding::Logic {
                width: 32,
                range: None,
                ..
            }) => "i32".to_owned(),
            Some(Encoding::Logic { width, signed, .. }) if !inout && (2..=128).contains(&width) => {
                let letter = if signed { 'i' } else { 'u' };
                format!("{letter}{}", width.next_power_of_two().max(8))
            }
            Some(Encoding::Real) => "f64".to_owned(),
            Some(Encoding::Text) => "String".to_owned(),
            _ => "LogicVec".to_owned(),
        }
    }

    /// What it is for the scope that has it.
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

    /// What stands above its field.
    pub(crate) fn documentation(&self) -> String {
        let mut parts = vec![self.role().to_owned()];
        if let Some(Encoding::Logic {
            width,
            range,
            signed,
        }) = self.encoding
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
        if let Some((left, right)) = self.array {
            parts.push(format!("elements `[{left}:{right}]`"));
        }
        parts.join(", ") + "."
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
        if name.starts_with(|c: char| c.is_ascii_digit()) || name.chars().all(|c| c == '_') {
            name.insert_str(0, "signal_");
        }
        if ["self", "super", "crate"].contains(&name.as_str()) {
            name.push('_');
        }
        name
    }
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
    words.map(capital).collect()
}

/// The name as it is written where Rust has a word of its own by that name.
pub(crate) fn escaped(name: &str) -> String {
    if KEYWORDS.contains(&name) {
        format!("r#{name}")
    } else {
        name.to_owned()
    }
}

const KEYWORDS: [&str; 43] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "unsafe", "use", "where",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_types_are_words_with_capitals() {
        for (name, expected) in [
            ("axi_lite", "AxiLite"),
            ("IDLE", "Idle"),
            ("WAIT_FOR_2", "WaitFor2"),
            ("rxData", "RxData"),
            ("gen[0]", "Gen0"),
        ] {
            assert_eq!(camel_case(name), expected);
        }
    }
}
