//! The literals of enumerations. For a variable, the netlist has only the bits of its type and the type's name. This
//! finds the types that the name can mean in a module.

use std::collections::HashMap;
use std::io;

use quick_xml::events::BytesStart;
use verifork_protocol::description::Literal;

use super::attribute::{attribute, wanted};

/// The known names of types.
#[derive(Default)]
pub(super) struct Enumerations {
    names: HashMap<String, Vec<Typedef>>,
    types: Vec<Enumeration>,
    /// The module, the package or the interface that is being read.
    scope: Option<Scope>,
    /// How many named blocks are open in it.
    blocks: usize,
    /// The name of the literal that is being read.
    literal: Option<String>,
}

#[derive(Clone)]
struct Scope {
    name: String,
    /// Whether names in it can be used from elsewhere.
    is_shared: bool,
}

/// A name that is given to a type.
struct Typedef {
    scope: Scope,
    is_in_block: bool,
    bits: String,
}

struct Enumeration {
    /// With the scope in front of it.
    name: String,
    /// The type of its bits.
    bits: String,
    literals: Vec<Literal>,
}

/// The bits of a constant such as `2'h3`; none if some are unknown.
pub(super) fn bits(constant: &str) -> Option<u128> {
    let (_, digits) = constant.split_once('\'')?;
    let digits = digits.trim_start_matches('s').strip_prefix('h')?;
    u128::from_str_radix(&digits.replace('_', ""), 16).ok()
}

impl Enumerations {
    pub(super) fn begin(&mut self, element: &BytesStart<'_>) -> io::Result<()> {
        match element.name().as_ref() {
            kind @ (b"module" | b"package" | b"iface") => {
                // As the source has it, whatever the parameters.
                let name = attribute(element, "origName")?;
                let shown = || wanted(element, "name");
                let is_shared = kind != b"module";
                let name = match name {
                    Some(name) if kind == b"module" => name,
                    _ => shown()?,
                };
                self.scope = Some(Scope { name, is_shared });
            }
            b"begin" => self.blocks += 1,
            b"typedef" => {
                if let Some(scope) = &self.scope {
                    let typedef = Typedef {
                        scope: scope.clone(),
                        is_in_block: self.blocks > 0,
                        bits: wanted(element, "dtype_id")?,
                    };
                    let names = self.names.entry(wanted(element, "name")?).or_default();
                    names.push(typedef);
                }
            }
            b"enumdtype" => self.types.push(Enumeration {
                name: attribute(element, "name")?.unwrap_or_default(),
                bits: wanted(element, "sub_dtype_id")?,
                literals: Vec::new(),
            }),
            b"enumitem" => self.literal = Some(wanted(element, "name")?),
            b"const" => {
                if let Some(name) = self.literal.take()
                    && let Some(of) = self.types.last_mut()
                    && let Some(value) = bits(&wanted(element, "name")?)
                {
                    of.literals.push(Literal { name, value });
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn end(&mut self, element: &[u8]) {
        match element {
            b"module" | b"package" | b"iface" => self.scope = None,
            b"begin" => self.blocks -= 1,
            b"enumitem" => self.literal = None,
            _ => {}
        }
    }

    /// The literals of the type that this name is to a variable of this module, which is of these bits. None where
    /// the name may mean types with different ones.
    pub(super) fn literals(&self, module: &str, name: &str, bits: &str) -> &[Literal] {
        let names = self.names.get(name).map_or(&[][..], Vec::as_slice);
        let mut found: Option<&[Literal]> = None;
        for typedef in names.iter().filter(|it| it.bits == bits) {
            let scope = &typedef.scope;
            let is_own = !scope.is_shared && scope.name == module;
            if is_own && typedef.is_in_block {
                return &[];
            }
            if !is_own && !scope.is_shared {
                continue;
            }
            let mut literals = self.types.iter().filter(|it| {
                let name = it.name.strip_suffix(name);
                let of = name.and_then(|it| it.strip_suffix("::").or(it.strip_suffix('.')));
                of == Some(&scope.name) && it.bits == bits
            });
            let Some(first) = literals.next() else {
                return &[];
            };
            let mut all = literals.map(|it| &*it.literals).chain(found);
            if all.any(|it| it != first.literals) {
                return &[];
            }
            found = Some(&first.literals);
        }
        found.unwrap_or_default()
    }
}
