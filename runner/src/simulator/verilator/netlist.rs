//! What Verilator does not tell of a declaration at run time, from the netlist that `--xml-only` writes:
//! whether it is signed, in which direction its range goes, and that it is an array of single bits, which
//! older versions show as a vector. What is unsigned and descends is told.

use std::collections::HashMap;
use std::io;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use verifork_protocol::declarations::line;

/// A module or a package, or a named block in one.
#[derive(Default)]
struct Scope {
    variables: Vec<Variable>,
    blocks: Vec<(String, Scope)>,
    /// The names of instances, and of what.
    instances: Vec<(String, String)>,
}

struct Variable {
    name: String,
    data_type: String,
    shown: bool,
    is_port: bool,
}

/// What the netlist tells of the design before it is compiled.
pub(super) struct Survey {
    /// A line for each declaration that is shown, or all.
    pub(super) declarations: String,
    /// The ports of the tops, all of which are shown.
    pub(super) ports: Vec<String>,
}

enum DataType {
    /// A vector, or a single bit.
    Vector {
        signed: bool,
        range: Option<(i64, i64)>,
    },
    /// As another type: its name, the base of an enumeration.
    As(String),
    /// An unpacked array: its elements, and its range.
    Array {
        of: String,
        range: Option<(i64, i64)>,
    },
    Other,
}

#[derive(Default)]
struct Netlist {
    /// Modules and packages by name.
    definitions: HashMap<String, Scope>,
    types: HashMap<String, DataType>,
    tops: Vec<String>,
    packages: Vec<String>,
    /// The array whose range is being read, and the bounds found so far.
    array: Option<(String, Vec<i64>)>,
}

/// A constant such as `32'shfffffffe`, as Verilator writes bounds.
fn constant(text: &str) -> Option<i64> {
    let (_, digits) = text.split_once('\'')?;
    let signed = digits.starts_with('s');
    let digits = digits.trim_start_matches('s').strip_prefix('h')?;
    let value = u32::from_str_radix(&digits.replace('_', ""), 16).ok()?;
    Some(if signed {
        i64::from(value.cast_signed())
    } else {
        i64::from(value)
    })
}

/// What a declaration makes of bits.
struct Shape {
    signed: bool,
    range: Option<(i64, i64)>,
    /// Of an array with one dimension.
    array: Option<(i64, i64)>,
}

/// What a netlist tells; declarations of what is shown to plugins, or `of_all`.
///
/// # Errors
///
/// It is not the netlist that Verilator writes.
pub(super) fn survey(xml: &str, of_all: bool) -> io::Result<Survey> {
    let mut netlist = Netlist::read(xml)?;
    let mut ports = Vec::new();
    for top in &netlist.tops {
        let scope = netlist.definitions.get_mut(top);
        let variables = scope.into_iter().flat_map(|scope| &mut scope.variables);
        for port in variables.filter(|it| it.is_port) {
            port.shown = true;
            ports.push(port.name.clone());
        }
    }
    let mut declarations = String::new();
    for top in netlist.tops.iter().chain(&netlist.packages) {
        netlist.write(&mut declarations, top, top, of_all);
    }
    Ok(Survey {
        declarations,
        ports,
    })
}

fn malformed(what: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn attribute(element: &BytesStart<'_>, name: &str) -> io::Result<Option<String>> {
    let Some(attribute) = element.try_get_attribute(name).map_err(malformed)? else {
        return Ok(None);
    };
    let value = attribute
        .normalized_value(quick_xml::XmlVersion::Explicit1_0)
        .map_err(malformed)?;
    Ok(Some(value.into_owned()))
}

fn wanted(element: &BytesStart<'_>, name: &str) -> io::Result<String> {
    attribute(element, name)?.ok_or_else(|| {
        let element = String::from_utf8_lossy(element.name().as_ref()).into_owned();
        malformed(format!("`{element}` has no `{name}`"))
    })
}

impl Netlist {
    fn read(xml: &str) -> io::Result<Netlist> {
        let mut netlist = Netlist::default();
        let mut reader = Reader::from_str(xml);
        // The scopes that are open, the innermost last, by the names that they have in each other.
        let mut open: Vec<(String, Scope)> = Vec::new();
        loop {
            match reader.read_event().map_err(malformed)? {
                Event::Start(element) => netlist.begin(&mut open, &element)?,
                Event::Empty(element) => {
                    netlist.begin(&mut open, &element)?;
                    netlist.end(&mut open, element.name().as_ref());
                }
                Event::End(element) => netlist.end(&mut open, element.name().as_ref()),
                Event::Eof => return Ok(netlist),
                _ => {}
            }
        }
    }

    fn begin(
        &mut self,
        open: &mut Vec<(String, Scope)>,
        element: &BytesStart<'_>,
    ) -> io::Result<()> {
        match element.name().as_ref() {
            b"module" | b"package" | b"iface" => {
                let name = wanted(element, "name")?;
                if attribute(element, "topModule")?.is_some() {
                    self.tops.push(name.clone());
                } else if element.name().as_ref() == b"package" {
                    self.packages.push(name.clone());
                }
                open.push((name, Scope::default()));
            }
            b"begin" => {
                let name = attribute(element, "name")?.unwrap_or_default();
                open.push((name, Scope::default()));
            }
            b"var" => {
                if let Some((_, scope)) = open.last_mut() {
                    let has = |name| Ok::<_, io::Error>(attribute(element, name)?.is_some());
                    scope.variables.push(Variable {
                        name: wanted(element, "name")?,
                        data_type: wanted(element, "dtype_id")?,
                        shown: has("public")? || has("param")? || has("localparam")?,
                        is_port: has("dir")?,
                    });
                }
            }
            b"instance" => {
                if let Some((_, scope)) = open.last_mut() {
                    let instance = (wanted(element, "name")?, wanted(element, "defName")?);
                    scope.instances.push(instance);
                }
            }
            b"const" => {
                if let Some((_, bounds)) = &mut self.array {
                    bounds.extend(constant(&wanted(element, "name")?));
                }
            }
            name if name.ends_with(b"dtype") => {
                let data_type = Self::data_type(element)?;
                let id = wanted(element, "id")?;
                if let DataType::Array { .. } = data_type {
                    self.array = Some((id.clone(), Vec::new()));
                }
                self.types.insert(id, data_type);
            }
            _ => {}
        }
        Ok(())
    }

    fn data_type(element: &BytesStart<'_>) -> io::Result<DataType> {
        let bound = |name| {
            let text = attribute(element, name)?;
            let bound = text.map(|text| text.parse::<i64>().map_err(malformed));
            bound.transpose()
        };
        Ok(match element.name().as_ref() {
            b"basicdtype" => DataType::Vector {
                signed: attribute(element, "signed")?.is_some(),
                range: bound("left")?.zip(bound("right")?),
            },
            // Of several packed dimensions none is that of the bits.
            b"packarraydtype" => DataType::Other,
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

    fn end(&mut self, open: &mut Vec<(String, Scope)>, element: &[u8]) {
        match element {
            b"module" | b"package" | b"iface" => {
                if let Some((name, scope)) = open.pop() {
                    self.definitions.insert(name, scope);
                }
            }
            b"begin" => {
                if let Some((name, scope)) = open.pop()
                    && let Some((_, outer)) = open.last_mut()
                {
                    outer.blocks.push((name, scope));
                }
            }
            b"unpackarraydtype" => {
                if let Some((id, bounds)) = self.array.take()
                    && let [left, right] = bounds[..]
                    && let Some(DataType::Array { range, .. }) = self.types.get_mut(&id)
                {
                    *range = Some((left, right));
                }
            }
            _ => {}
        }
    }

    fn shape(&self, data_type: &str) -> Option<Shape> {
        let mut data_type = self.types.get(data_type)?;
        let (mut array, mut dimensions) = (None, 0);
        // A type is not part of itself: there is an end to this.
        for _ in 0..=self.types.len() {
            match data_type {
                DataType::Vector { signed, range } => {
                    return Some(Shape {
                        signed: *signed,
                        range: *range,
                        array: array.filter(|_| dimensions == 1),
                    });
                }
                DataType::As(other) => data_type = self.types.get(other)?,
                DataType::Array { of, range } => {
                    array = *range;
                    dimensions += 1;
                    data_type = self.types.get(of)?;
                }
                DataType::Other => return None,
            }
        }
        None
    }

    fn write(&self, lines: &mut String, path: &str, definition: &str, of_all: bool) {
        if let Some(scope) = self.definitions.get(definition) {
            self.write_scope(lines, path, scope, of_all);
        }
    }

    fn write_scope(&self, lines: &mut String, path: &str, scope: &Scope, of_all: bool) {
        for variable in scope.variables.iter().filter(|it| it.shown || of_all) {
            let Some(Shape {
                signed,
                range,
                array,
            }) = self.shape(&variable.data_type)
            else {
                continue;
            };
            let ascends = range.is_some_and(|(left, right)| left < right);
            let of_bits = array.filter(|_| range.is_none());
            if !signed && !ascends && of_bits.is_none() {
                continue;
            }
            let path = format!("{path}.{}", variable.name);
            let array =
                of_bits.map_or_else(String::new, |(left, right)| format!("[{left}:{right}]"));
            lines.push_str(&line(&path, &array, signed, range));
        }
        for (name, block) in &scope.blocks {
            if name.is_empty() {
                self.write_scope(lines, path, block, of_all);
            } else {
                self.write_scope(lines, &format!("{path}.{name}"), block, of_all);
            }
        }
        for (name, definition) in &scope.instances {
            self.write(lines, &format!("{path}.{name}"), definition, of_all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NETLIST: &str = r#"<?xml version="1.0" ?>
        <verilator_xml><netlist>
        <module name="top" topModule="1">
            <var name="clk" dtype_id="1" public="true"/>
            <var name="s" dtype_id="2" public="true"/>
            <var name="q" dtype_id="2" dir="output"/>
            <var name="hidden" dtype_id="2"/>
            <begin name="gen[1]">
                <var name="up" dtype_id="3" public="true"/>
                <begin name="deeper"><instance name="l" defName="leaf__W6"><port name="d"/></instance></begin>
            </begin>
        </module>
        <module name="leaf__W6">
            <var name="WEIGHT" dtype_id="4" param="true"><const name="32'sh3"/></var>
            <var name="memory" dtype_id="5" public="true"/>
            <var name="bytes" dtype_id="6" public="true"/>
            <var name="bits" dtype_id="7" public="true"/>
            <var name="rows_of_bits" dtype_id="8" public="true"/>
        </module>
        <package name="p"><var name="offset" dtype_id="2" public="true"/></package>
        <typetable>
            <basicdtype id="1" name="logic"/>
            <basicdtype id="2" name="logic" left="7" right="0" signed="true"/>
            <basicdtype id="3" name="logic" left="0" right="7"/>
            <refdtype id="4" name="weight_t" sub_dtype_id="2"/>
            <unpackarraydtype id="5" sub_dtype_id="4"><range><const name="32'sh0"/></range></unpackarraydtype>
            <packarraydtype id="6" sub_dtype_id="2"/>
            <unpackarraydtype id="7" sub_dtype_id="1"><range><const name="32'shfffffffe"/><const name="32'h1"/></range></unpackarraydtype>
            <unpackarraydtype id="8" sub_dtype_id="7"><range><const name="32'h0"/><const name="32'h1"/></range></unpackarraydtype>
        </typetable>
        </netlist></verilator_xml>"#;

    #[test]
    fn signs_and_ascending_ranges_go_by_path() {
        let Survey {
            declarations,
            ports,
        } = survey(NETLIST, false).unwrap();
        assert_eq!(ports, ["q"]);
        let expected = "top.s\t\tsigned\t[7:0]\n\
            top.q\t\tsigned\t[7:0]\n\
            top.gen[1].up\t\tunsigned\t[0:7]\n\
            top.gen[1].deeper.l.WEIGHT\t\tsigned\t[7:0]\n\
            top.gen[1].deeper.l.memory\t\tsigned\t[7:0]\n\
            top.gen[1].deeper.l.bits\t[-2:1]\tunsigned\t\n\
            p.offset\t\tsigned\t[7:0]\n";
        assert_eq!(declarations, expected);
        let all = survey(NETLIST, true).unwrap().declarations;
        assert!(all.contains("top.hidden\t\tsigned\t[7:0]\n"), "{all}");
    }

    #[test]
    fn what_is_no_netlist_is_an_error() {
        let error = survey("<verilator_xml><module/></verilator_xml>", false)
            .err()
            .unwrap();
        assert_eq!(error.to_string(), "`module` has no `name`");
        assert!(survey("<a></b>", false).is_err());
    }
}
