//! What Verilator does not tell of a declaration at run time, from the netlist that `--xml-only` writes:
//! whether it is signed, in which direction its range goes, that it is an array of single bits, which
//! older versions show as a vector, or has several dimensions, which they do not show, or is an unpacked
//! structure; the literals of enumerations; and what the design drives all the time. What is unsigned and
//! descends is told.

use std::collections::{HashMap, HashSet};
use std::io;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use verifork_protocol::declarations::{DRIVEN, STRUCTURE, line, literal, marked, member};

use self::drivers::Drivers;
use self::enumerations::Enumerations;

mod drivers;
mod enumerations;
pub(super) mod tree;

/// A module or a package, or a named block in one.
#[derive(Default)]
struct Scope {
    /// Its name in the source.
    original: String,
    variables: Vec<Variable>,
    blocks: Vec<(String, Scope)>,
    /// The names of instances, and of what.
    instances: Vec<(String, String)>,
    /// What combinational logic and ports drive.
    driven: HashSet<String>,
}

struct Variable {
    name: String,
    data_type: String,
    /// The name of the type as the declaration has it, if it has a name.
    type_name: String,
    shown: bool,
    direction: Option<String>,
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
    /// A packed dimension above another one.
    Packed {
        of: String,
        range: Option<(i64, i64)>,
    },
    /// A structure with its members' names and types. Whether it is packed is told by what it is shown as.
    Structure(Vec<(String, String)>),
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
    /// The structure whose members are being read.
    structure: Option<String>,
    drivers: Drivers,
    enumerations: Enumerations,
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
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, none excludes another"
)]
struct Shape {
    signed: bool,
    range: Option<(i64, i64)>,
    /// The dimensions of an array, where all are known.
    dimensions: Vec<(i64, i64)>,
    /// Whether older versions show it as what it is, or at all.
    is_shown: bool,
    is_structure: bool,
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
        for port in variables.filter(|it| it.direction.is_some()) {
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
        self.drivers.begin(element)?;
        self.enumerations.begin(element)?;
        match element.name().as_ref() {
            b"module" | b"package" | b"iface" => {
                let name = wanted(element, "name")?;
                if attribute(element, "topModule")?.is_some() {
                    self.tops.push(name.clone());
                } else if element.name().as_ref() == b"package" {
                    self.packages.push(name.clone());
                }
                let original = attribute(element, "origName")?.unwrap_or_default();
                let scope = Scope {
                    original,
                    ..Scope::default()
                };
                open.push((name, scope));
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
                        type_name: attribute(element, "vartype")?.unwrap_or_default(),
                        shown: has("public")? || has("param")? || has("localparam")?,
                        direction: attribute(element, "dir")?,
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
                match data_type {
                    DataType::Array { .. } | DataType::Packed { .. } => {
                        self.array = Some((id.clone(), Vec::new()));
                    }
                    DataType::Structure(_) => self.structure = Some(id.clone()),
                    _ => {}
                }
                if element.name().as_ref() == b"memberdtype"
                    && let Some(structure) = &self.structure
                    && let Some(DataType::Structure(members)) = self.types.get_mut(structure)
                {
                    members.push((wanted(element, "name")?, id.clone()));
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
            b"packarraydtype" => DataType::Packed {
                of: wanted(element, "sub_dtype_id")?,
                range: None,
            },
            b"structdtype" => DataType::Structure(Vec::new()),
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
        let driven = self.drivers.end();
        self.enumerations.end(element);
        if let Some((_, scope)) = open.last_mut() {
            scope.driven.extend(driven);
        }
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
            b"structdtype" => self.structure = None,
            b"unpackarraydtype" | b"packarraydtype" => {
                if let Some((id, bounds)) = self.array.take()
                    && let [left, right] = bounds[..]
                    && let Some(DataType::Array { range, .. } | DataType::Packed { range, .. }) =
                        self.types.get_mut(&id)
                {
                    *range = Some((left, right));
                }
            }
            _ => {}
        }
    }

    fn shape(&self, data_type: &str) -> Option<Shape> {
        let mut data_type = self.types.get(data_type)?;
        let mut shape = Shape {
            signed: false,
            range: None,
            dimensions: Vec::new(),
            is_shown: true,
            is_structure: false,
        };
        let mut dimensions = 0;
        // A type is not part of itself: there is an end to this.
        for _ in 0..=self.types.len() {
            match data_type {
                DataType::Vector { signed, range } => {
                    (shape.signed, shape.range) = (*signed, *range);
                    break;
                }
                DataType::Packed { .. } => {
                    shape.is_shown = dimensions == 0;
                    break;
                }
                DataType::Structure(_) => {
                    let width = i64::try_from(self.width(data_type, 0).unwrap_or(0)).unwrap_or(0);
                    shape.is_structure = true;
                    shape.range = (width > 0).then_some((width - 1, 0));
                    break;
                }
                DataType::As(other) => data_type = self.types.get(other)?,
                DataType::Array { of, range } => {
                    shape.dimensions.extend(*range);
                    dimensions += 1;
                    data_type = self.types.get(of)?;
                }
                DataType::Other => return None,
            }
        }
        shape.is_shown &= dimensions < 2;
        if shape.dimensions.len() != dimensions {
            shape.dimensions.clear();
        }
        Some(shape)
    }

    /// The bits of a packed type; `None` for one that cannot be.
    fn width(&self, data_type: &DataType, depth: usize) -> Option<u64> {
        let of = |id: &String| {
            let below = self.types.get(id).filter(|_| depth < self.types.len())?;
            self.width(below, depth + 1)
        };
        let length = |range: Option<(i64, i64)>| {
            range.map_or(1, |(left, right)| left.abs_diff(right).saturating_add(1))
        };
        match data_type {
            DataType::Vector { range, .. } => Some(length(*range)),
            DataType::As(other) => of(other),
            DataType::Packed { of: below, range } => {
                of(below)?.checked_mul(length(Some((*range)?)))
            }
            DataType::Structure(members) => members.iter().map(|(_, id)| of(id)).sum(),
            DataType::Array { .. } | DataType::Other => None,
        }
    }

    /// The lines of the members of a packed structure, or of an array of such, whose least significant bit is
    /// `low`.
    fn write_members(
        &self,
        lines: &mut String,
        path: &str,
        data_type: &str,
        low: u64,
        depth: usize,
    ) {
        let mut structure = self.types.get(data_type);
        // A type is not part of itself: there is an end to this.
        for _ in 0..=self.types.len() {
            structure = match structure {
                Some(DataType::As(of) | DataType::Array { of, .. }) => self.types.get(of),
                _ => break,
            };
        }
        let Some(DataType::Structure(members)) = structure.filter(|_| depth < self.types.len())
        else {
            return;
        };
        let width = |id: &str| self.width(self.types.get(id)?, 0);
        let mut left: u64 = members.iter().filter_map(|(_, id)| width(id)).sum();
        // The first is the most significant (IEEE 1800-2017, 7.2.1).
        for (name, id) in members {
            let (Some(shape), Some(width)) = (self.shape(id), width(id)) else {
                return;
            };
            left -= width;
            let low = low + left;
            let path = format!("{path}.{name}");
            let whole = i64::try_from(width).ok().map(|width| (width - 1, 0));
            let range = shape.range.or(whole.filter(|_| width > 1));
            let structure = shape.is_structure.then(|| STRUCTURE.to_owned());
            let line = line(&path, "", shape.signed, range);
            lines.push_str(&marked(line, structure.into_iter().chain([member(low)])));
            self.write_members(lines, &path, id, low, depth + 1);
        }
    }

    fn write(&self, lines: &mut String, path: &str, definition: &str, of_all: bool) {
        if let Some(scope) = self.definitions.get(definition) {
            let is_top = path == definition;
            self.write_scope(lines, [path, &scope.original], scope, of_all, is_top);
        }
    }

    fn write_scope(
        &self,
        lines: &mut String,
        [path, module]: [&str; 2],
        scope: &Scope,
        of_all: bool,
        is_top: bool,
    ) {
        for variable in scope.variables.iter().filter(|it| it.shown || of_all) {
            let Some(shape) = self.shape(&variable.data_type) else {
                continue;
            };
            // What comes in by a pin of the chip itself is the testbench's. On one that leads both ways
            // there is what the design drives, whatever comes from outside.
            let driven = match variable.direction.as_deref() {
                Some("input") => !is_top,
                _ => scope.driven.contains(&variable.name),
            };
            let ascends = shape.range.is_some_and(|(left, right)| left < right);
            let of_bits = shape.range.is_none() && shape.dimensions.len() == 1;
            let plain = !shape.signed && !ascends && !of_bits && shape.is_shown;
            let names = &self.enumerations;
            let literals = names.literals(module, &variable.type_name, &variable.data_type);
            if plain && !driven && !shape.is_structure && literals.is_empty() {
                continue;
            }
            let path = format!("{path}.{}", variable.name);
            let dimensions = shape.dimensions.iter();
            let dimensions: String = dimensions
                .map(|(left, right)| format!("[{left}:{right}]"))
                .filter(|_| of_bits || !shape.is_shown)
                .collect();
            let marks = [(driven, DRIVEN), (shape.is_structure, STRUCTURE)];
            let marks = marks.into_iter().filter(|it| it.0);
            let marks = marks.map(|it| it.1.to_owned());
            let marks = marks.chain(literals.iter().map(literal));
            let line = line(&path, &dimensions, shape.signed, shape.range);
            lines.push_str(&marked(line, marks));
            if shape.is_structure && shape.range.is_some() {
                self.write_members(lines, &path, &variable.data_type, 0, 0);
            }
        }
        for (name, block) in &scope.blocks {
            if name.is_empty() {
                self.write_scope(lines, [path, module], block, of_all, false);
            } else {
                let path = format!("{path}.{name}");
                self.write_scope(lines, [&path, module], block, of_all, false);
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
            top.gen[1].deeper.l.rows_of_bits\t[0:1][-2:1]\tunsigned\t\n\
            p.offset\t\tsigned\t[7:0]\n";
        assert_eq!(declarations, expected);
        let all = survey(NETLIST, true).unwrap().declarations;
        assert!(all.contains("top.hidden\t\tsigned\t[7:0]\n"), "{all}");
    }

    #[test]
    fn what_the_design_drives_all_the_time_is_marked() {
        let names = [
            "wire", "comb", "part", "high", "low", "by_leaf", "clocked", "toggles", "index", "pad",
            "d",
        ];
        let variable = |name: &str| {
            let direction = match name {
                "pad" => " dir=\"inout\"",
                "d" => " dir=\"input\"",
                _ => "",
            };
            format!("<var name=\"{name}\" dtype_id=\"1\" public=\"true\"{direction}/>")
        };
        let variables = names.map(variable).concat();
        let of = |name: &str| format!("<varref name=\"{name}\"/>");
        let assign = |to: &str| format!("<assign>{}{to}</assign>", of("d"));
        let part = format!("<sel>{}{}</sel>", of("part"), of("index"));
        let both = format!("<concat>{}{}</concat>", of("high"), of("low"));
        let continuous = [of("wire"), both, of("pad")]
            .map(|to| {
                format!(
                    "<contassign><and>{}{}</and>{to}</contassign>",
                    of("index"),
                    of("d")
                )
            })
            .concat();
        let netlist = format!(
            "<netlist><module name=\"top\" topModule=\"1\">{variables}{continuous}\
             <always><begin>{}<if>{}{}</if></begin></always>\
             <always><sentree><senitem>{}</senitem></sentree>{}</always>\
             <always><delay/>{}</always><initial>{}</initial>\
             <instance name=\"l\" defName=\"leaf\"><port direction=\"out\">{}</port>\
             <port direction=\"in\">{}</port></instance></module>\
             <module name=\"leaf\">{}</module>\
             <typetable><basicdtype id=\"1\"/></typetable></netlist>",
            assign(&of("comb")),
            of("index"),
            assign(&part),
            of("d"),
            assign(&of("clocked")),
            assign(&of("toggles")),
            assign(&of("index")),
            of("by_leaf"),
            of("index"),
            variable("d"),
        );
        let lines = survey(&netlist, false).unwrap().declarations;
        let driven: Vec<&str> = lines
            .lines()
            .filter_map(|line| line.split_once("\t\tunsigned\t\tdriven").map(|it| it.0))
            .collect();
        assert_eq!(
            driven,
            [
                "wire", "comb", "part", "high", "low", "by_leaf", "pad", "l.d"
            ]
            .map(|it| format!("top.{it}"))
        );
    }

    #[test]
    fn a_structure_has_the_width_of_its_members() {
        let netlist = "<netlist><module name=\"top\" topModule=\"1\">\
            <var name=\"s\" dtype_id=\"5\" public=\"true\"/><var name=\"t\" dtype_id=\"7\" public=\"true\"/>\
            <var name=\"rows\" dtype_id=\"3\" public=\"true\"/></module><typetable>\
            <basicdtype id=\"1\" left=\"7\" right=\"0\"/><basicdtype id=\"2\" name=\"string\"/>\
            <packarraydtype id=\"3\" sub_dtype_id=\"1\"><range><const name=\"32'h1\"/><const name=\"32'h0\"/></range></packarraydtype>\
            <structdtype id=\"5\"><memberdtype id=\"8\" name=\"id\" sub_dtype_id=\"1\"/><memberdtype id=\"9\" name=\"rows\" sub_dtype_id=\"3\"/></structdtype>\
            <unpackarraydtype id=\"6\" sub_dtype_id=\"1\"/>\
            <structdtype id=\"7\"><memberdtype id=\"10\" name=\"row\" sub_dtype_id=\"6\"/></structdtype>\
            </typetable></netlist>";
        let lines = survey(netlist, false).unwrap().declarations;
        assert_eq!(
            lines,
            "top.s\t\tunsigned\t[23:0]\tstructure\n\
             top.s.id\t\tunsigned\t[7:0]\tmember:16\n\
             top.s.rows\t\tunsigned\t[15:0]\tmember:0\n\
             top.t\t\tunsigned\t\tstructure\n"
        );
    }

    #[test]
    fn a_variable_has_the_literals_of_what_its_types_name_means_in_its_module() {
        let variable = |name: &str, of: &str| {
            format!("<var name=\"{name}\" dtype_id=\"1\" vartype=\"{of}\" public=\"true\"/>")
        };
        let named = |name: &str| format!("<typedef name=\"{name}\" dtype_id=\"1\"/>");
        let literals = |name: &str, literals: &[(&str, &str)]| {
            let item = |(name, value): &(&str, &str)| {
                format!("<enumitem name=\"{name}\"><const name=\"{value}\"/></enumitem>")
            };
            let items: String = literals.iter().map(item).collect();
            format!(
                "<enumdtype id=\"{name}\" name=\"{name}\" sub_dtype_id=\"1\">{items}</enumdtype>"
            )
        };
        let netlist = [
            "<netlist><module name=\"top\" origName=\"top\" topModule=\"1\">",
            &named("own"),
            &variable("a", "own"),
            &variable("b", "of_package"),
            &variable("c", "of_both"),
            &variable("d", "of_a_block"),
            &variable("e", "no_enum"),
            &variable("f", "logic"),
            "<instance name=\"l\" defName=\"leaf__W2\"/></module>",
            "<module name=\"leaf__W2\" origName=\"leaf\">",
            &named("own"),
            &variable("a", "own"),
            "<begin name=\"g\">",
            &variable("b", "of_package"),
            &named("of_a_block"),
            &variable("d", "of_a_block"),
            "</begin></module><package name=\"p\">",
            &named("of_package"),
            &named("of_both"),
            &named("no_enum"),
            "</package><package name=\"$unit\" origName=\"__024unit\">",
            &named("of_both"),
            "</package><typetable><basicdtype id=\"1\" left=\"1\" right=\"0\"/>",
            &literals("top.own", &[("A", "2'h1"), ("B", "2'h2"), ("X", "2'bxx")]),
            &literals("leaf.own", &[("C", "2'sh0")]),
            &literals("leaf.of_a_block", &[("D", "2'h0")]),
            &literals("p::of_package", &[("E", "2'h0")]),
            &literals("p::of_both", &[("F", "2'h0")]),
            &literals("$unit::of_both", &[("F", "2'h1")]),
            "</typetable></netlist>",
        ];
        let lines = survey(&netlist.concat(), false).unwrap().declarations;
        assert_eq!(
            lines,
            "top.a\t\tunsigned\t[1:0]\tliteral:1:A\tliteral:2:B\n\
             top.b\t\tunsigned\t[1:0]\tliteral:0:E\n\
             top.l.a\t\tunsigned\t[1:0]\tliteral:0:C\n\
             top.l.g.b\t\tunsigned\t[1:0]\tliteral:0:E\n"
        );
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
