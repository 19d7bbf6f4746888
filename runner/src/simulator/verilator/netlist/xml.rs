//! The netlist that `--xml-only` writes.

use std::io;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::attribute::{attribute, wanted};
use super::drivers::Drivers;
use super::malformed;
use super::scope::{Instance, Netlist, Scope, Variable};
use super::types::{DataType, Structure, basic, opaque_type};

/// A constant such as `32'shfffffffe`, as Verilator writes bounds, which have 32 bits.
fn constant(text: &str) -> Option<i64> {
    let (_, digits) = text.split_once('\'')?;
    let digits = digits.trim_start_matches('s').strip_prefix('h')?;
    let value = u32::from_str_radix(&digits.replace('_', ""), 16).ok()?;
    Some(i64::from(value.cast_signed()))
}

/// Scopes that hold nothing which is there all the time.
fn is_aside(element: &[u8]) -> bool {
    [&b"func"[..], b"task", b"class"].contains(&element)
}

#[derive(Default)]
struct Reading {
    netlist: Netlist,
    /// The scopes that are open, the innermost last, by the names that they have in each other.
    open: Vec<(String, Scope)>,
    drivers: Drivers,
    /// The bounds of the range that is being read.
    bounds: Option<Vec<i64>>,
    /// The array whose range is being read.
    array: Option<String>,
    /// The instance that is being read, and the port of it which may be an interface.
    instance: Option<Instance>,
    port: Option<String>,
    /// The structure whose members are being read.
    structure: Option<String>,
}

pub(super) fn read(xml: &str) -> io::Result<Netlist> {
    let mut reading = Reading::default();
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event().map_err(malformed)? {
            Event::Start(element) => reading.begin(&element)?,
            Event::Empty(element) => {
                reading.begin(&element)?;
                reading.end(element.name().as_ref());
            }
            Event::End(element) => reading.end(element.name().as_ref()),
            Event::Eof => return Ok(reading.netlist),
            _ => {}
        }
    }
}

fn data_type(element: &BytesStart<'_>) -> io::Result<DataType> {
    let bound = |name| {
        let text = attribute(element, name)?;
        let bound = text.map(|text| text.parse::<i64>().map_err(malformed));
        bound.transpose()
    };
    let name = element.name();
    let opaque = std::str::from_utf8(name.as_ref())
        .ok()
        .and_then(opaque_type);
    if let Some(what) = opaque {
        return Ok(DataType::Opaque(what));
    }
    Ok(match name.as_ref() {
        b"basicdtype" => basic(
            &attribute(element, "name")?.unwrap_or_default(),
            attribute(element, "signed")?.is_some(),
            bound("left")?.zip(bound("right")?),
        ),
        b"packarraydtype" => DataType::Packed {
            of: wanted(element, "sub_dtype_id")?,
            range: None,
        },
        b"structdtype" | b"uniondtype" => DataType::Structure(Structure {
            is_union: name.as_ref() == b"uniondtype",
            ..Structure::default()
        }),
        b"unpackarraydtype" => DataType::Array {
            of: wanted(element, "sub_dtype_id")?,
            range: None,
        },
        _ => match attribute(element, "sub_dtype_id")? {
            Some(other) => DataType::As(other),
            None => DataType::Other,
        },
    })
}

impl Reading {
    fn begin(&mut self, element: &BytesStart<'_>) -> io::Result<()> {
        self.drivers.begin(element)?;
        self.netlist.enumerations.begin(element)?;
        match element.name().as_ref() {
            b"module" | b"package" | b"iface" => {
                let name = wanted(element, "name")?;
                if attribute(element, "topModule")?.is_some() {
                    self.netlist.tops.push((name.clone(), name.clone()));
                } else if element.name().as_ref() == b"package" {
                    self.netlist.packages.push((name.clone(), name.clone()));
                }
                let original = attribute(element, "origName")?.unwrap_or_default();
                let scope = Scope {
                    original,
                    ..Scope::default()
                };
                self.open.push((name, scope));
            }
            name if name == b"begin" || is_aside(name) => {
                let name = attribute(element, "name")?.unwrap_or_default();
                self.open.push((name, Scope::default()));
            }
            b"var" => {
                if let Some((_, scope)) = self.open.last_mut() {
                    let has = |name| Ok::<_, io::Error>(attribute(element, name)?.is_some());
                    let is_parameter = has("param")? || has("localparam")?;
                    scope.variables.push(Variable {
                        name: wanted(element, "name")?,
                        data_type: wanted(element, "dtype_id")?,
                        type_name: attribute(element, "vartype")?.unwrap_or_default(),
                        shown: has("public")? || is_parameter,
                        is_parameter,
                        direction: attribute(element, "dir")?,
                    });
                }
            }
            b"instance" => {
                self.instance = Some(Instance {
                    name: wanted(element, "name")?,
                    definition: wanted(element, "defName")?,
                    ..Instance::default()
                });
            }
            // One that is an interface has no direction.
            b"port" if attribute(element, "direction")?.is_none() => {
                self.port = attribute(element, "name")?;
            }
            b"varref" => {
                if let Some(port) = self.port.take()
                    && let Some(instance) = &mut self.instance
                {
                    instance.interfaces.push((port, wanted(element, "name")?));
                }
            }
            b"range" => self.bounds = Some(Vec::new()),
            b"const" => {
                if let Some(bounds) = &mut self.bounds {
                    bounds.extend(constant(&wanted(element, "name")?));
                }
            }
            name if name.ends_with(b"dtype") => {
                let data_type = data_type(element)?;
                let id = wanted(element, "id")?;
                match data_type {
                    DataType::Array { .. } | DataType::Packed { .. } => {
                        self.array = Some(id.clone());
                    }
                    DataType::Structure(_) => self.structure = Some(id.clone()),
                    _ => {}
                }
                if element.name().as_ref() == b"memberdtype"
                    && let Some(structure) = &self.structure
                    && let Some(DataType::Structure(structure)) =
                        self.netlist.types.get_mut(structure)
                {
                    structure
                        .members
                        .push((wanted(element, "name")?, id.clone()));
                }
                self.netlist.types.insert(id, data_type);
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, element: &[u8]) {
        let driven = self.drivers.end(element);
        self.netlist.enumerations.end(element);
        if let Some((_, scope)) = self.open.last_mut() {
            for ((scope_of, name), driver) in driven {
                match scope_of {
                    None => scope.drivers.add(name, driver),
                    Some(path) => scope.drivers_elsewhere.push((path, name, driver)),
                }
            }
        }
        match element {
            b"module" | b"package" | b"iface" => {
                if let Some((name, scope)) = self.open.pop() {
                    self.netlist.definitions.insert(name, scope);
                }
            }
            b"begin" => {
                if let Some((name, scope)) = self.open.pop()
                    && let Some((_, outer)) = self.open.last_mut()
                {
                    outer.add_block(name, scope);
                }
            }
            name if is_aside(name) => _ = self.open.pop(),
            b"port" => self.port = None,
            b"instance" => {
                if let Some(instance) = self.instance.take()
                    && let Some((_, scope)) = self.open.last_mut()
                {
                    scope.instances.push(instance);
                }
            }
            b"structdtype" | b"uniondtype" => self.structure = None,
            b"unpackarraydtype" | b"packarraydtype" => self.array = None,
            b"range" => {
                let bounds = self.bounds.take().unwrap_or_default();
                let [left, right] = bounds[..] else {
                    return;
                };
                let array = self.array.as_ref();
                if let Some(DataType::Array { range, .. } | DataType::Packed { range, .. }) =
                    array.and_then(|id| self.netlist.types.get_mut(id))
                {
                    *range = Some((left, right));
                } else if let Some(instance) = &mut self.instance {
                    instance.range = Some((left, right));
                }
            }
            _ => {}
        }
    }
}
