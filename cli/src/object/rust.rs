//! The names, types and documentation of objects in Rust.

use verifork_protocol::description::Encoding;

use super::{Object, SCOPE_ARRAY};

impl Object {
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
            Some("inout") => "Inout",
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
