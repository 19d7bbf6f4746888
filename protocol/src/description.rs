//! An elaborated design as JSON, for programs that write code from it: what the simulator shows, in its
//! order. The plugin writes it into the file that
//! [`Variable::Describe`](crate::variables::Variable::Describe) names; the harness adds what it knows.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The version of the format. It changes when a field gets another meaning.
pub const FORMAT: u32 = 1;

/// A design as a simulator has elaborated it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// The writer's [`FORMAT`].
    pub format: u32,
    /// The version of the library that has written it.
    pub library: String,
    /// The simulator, as it names itself.
    pub simulator: String,
    /// Its version.
    pub version: String,
    /// The time step of the simulation, such as `1 ps`.
    pub precision: String,
    /// Objects without a parent: top modules or entities, packages.
    pub tops: Vec<Object>,
    /// What the harness adds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub harness: Option<Harness>,
}

/// What the harness knows of a design.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Harness {
    /// Design, label and variant, joined by `::`.
    pub design: String,
    /// The design's place among those of the crate, from 0.
    pub position: usize,
    /// Its sources.
    pub sources: Vec<PathBuf>,
    /// The simulators that were tried before and refused it.
    pub refused: Vec<Refusal>,
}

/// Why a simulator does not describe a design.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// The simulator's key.
    pub simulator: String,
    /// Its message.
    pub reason: String,
}

/// An object of the design.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Object {
    /// What it is: `module`, `net`, `generate scope`, …
    pub kind: String,
    /// Its own name.
    pub name: String,
    /// The whole path, as the simulator writes it.
    pub path: String,
    /// The name of the module or entity that it is an instance of.
    pub definition: Option<String>,
    /// Where it is declared.
    pub file: Option<String>,
    /// The line there.
    pub line: Option<u32>,
    /// `input`, `output` or `inout`, of a port.
    pub direction: Option<String>,
    /// Whether it is a parameter, generic or constant.
    pub constant: bool,
    /// Whether it is a constant that cannot be set from outside.
    pub local: bool,
    /// The names of its values, if it is of an enumeration type and the simulator shows them.
    pub literals: Vec<Literal>,
    /// The first and last index of an array.
    pub array: Option<(i64, i64)>,
    /// The encoding of its values; `None` for an object without a value.
    pub encoding: Option<Encoding>,
    /// The objects inside a scope or a structure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Object>,
    /// What the simulator leaves out, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
    /// The leftmost element of an array whose elements are arrays, or have no value of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<Box<Object>>,
    /// Why the simulator shows no value of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden: Option<String>,
}

/// A name in an enumeration of the design, with its value.
///
/// ```
/// use verifork_protocol::description::Literal;
///
/// // `type state_t is (idle, busy)`
/// let states = Literal::positions(["idle", "busy"]);
/// assert_eq!((states[1].name.as_str(), states[1].value), ("busy", 1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Literal {
    /// As the design writes it.
    pub name: String,
    /// Its encoding; in VHDL its position.
    pub value: u128,
}

impl Literal {
    /// Those of VHDL, whose values are their positions.
    pub fn positions(names: impl IntoIterator<Item = impl Into<String>>) -> Vec<Literal> {
        let literal = |(name, value): (_, u128)| Literal { name, value };
        let names = names.into_iter().map(Into::into);
        names.zip(0..).map(literal).collect()
    }
}

/// The values of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(
    clippy::exhaustive_enums,
    reason = "another encoding is another format"
)]
pub enum Encoding {
    /// Bits.
    Logic {
        /// How many.
        width: u32,
        /// The first and last index, as declared; none for a scalar.
        range: Option<(i64, i64)>,
        /// Whether it is signed.
        signed: bool,
        /// Whether it has no X and Z.
        #[serde(default)]
        two_state: bool,
    },
    /// A real number.
    Real,
    /// A text.
    Text,
}

impl Description {
    /// The description as JSON.
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        text.expect("a description has no keys but names") + "\n"
    }

    /// Reads a description.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or its format is another: a text that names the versions of its writer and
    /// its reader.
    pub fn read(path: &Path) -> Result<Description, String> {
        let cannot =
            |why: String| format!("cannot read the description `{}`: {why}", path.display());
        let text = fs::read_to_string(path).map_err(|error| cannot(error.to_string()))?;
        Description::parse(&text).map_err(cannot)
    }

    fn parse(text: &str) -> Result<Description, String> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Head {
            format: u32,
            library: String,
        }
        let head: Head = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let versions = || {
            format!(
                "it was written by verifork {}, and this is version {}; give both the same version",
                head.library,
                crate::VERSION
            )
        };
        if head.format != FORMAT {
            let format = head.format;
            return Err(format!(
                "its format is {format} and not {FORMAT}: {}",
                versions()
            ));
        }
        serde_json::from_str(text).map_err(|error| format!("{error}; {}", versions()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn description() -> Description {
        Description {
            format: FORMAT,
            library: crate::VERSION.to_owned(),
            simulator: "Icarus Verilog".to_owned(),
            version: "11.0".to_owned(),
            precision: "1 ps".to_owned(),
            tops: vec![Object {
                kind: "module".to_owned(),
                children: vec![Object {
                    encoding: Some(Encoding::Logic {
                        width: 8,
                        range: Some((7, 0)),
                        signed: true,
                        two_state: false,
                    }),
                    array: Some((0, 3)),
                    ..Object::default()
                }],
                ..Object::default()
            }],
            harness: None,
        }
    }

    #[test]
    fn what_is_written_is_read_as_it_was() {
        let described = description();
        assert_eq!(Description::parse(&described.text()), Ok(described));
    }

    #[test]
    fn a_vector_is_reported_with_its_declared_range() {
        let text = description().text();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let logic = &json["tops"][0]["children"][0]["encoding"]["logic"];
        assert_eq!(logic["range"], serde_json::json!([7, 0]));
        assert_eq!(serde_json::json!(Encoding::Text), "text");
    }

    #[test]
    fn another_format_or_an_unknown_field_is_reported_with_both_versions() {
        let text = description().text();
        let library = format!("\"library\": \"{}\"", crate::VERSION);
        let text = text.replace(&library, "\"library\": \"9.8.7\"");
        let formats = text.replace("\"format\": 1", "\"format\": 2");
        let fields = text.replace("\"constant\"", "\"news\"");
        for (text, what) in [(formats, "format is 2"), (fields, "news")] {
            let message = Description::parse(&text).unwrap_err();
            for part in [what, "9.8.7", crate::VERSION] {
                assert!(message.contains(part), "no {part} in {message}");
            }
        }
    }
}
