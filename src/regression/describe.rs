//! The elaborated design for programs that write code from it, as [`verifork_protocol::description`] has it. It has
//! everything that the simulator shows, in the simulator's order.

use std::fs;
use std::path::Path;

use verifork_protocol::description::{self, Description, FORMAT, Object};

use crate::simulator::{Direction, Encoding, Handle, ObjectKind, Port, PortError};

/// How far below the tops objects are described: designs may be deep, and those who read this
/// look at a few levels.
const DEPTH: u32 = 6;

/// Writes the design to the file.
///
/// # Errors
///
/// The file cannot be written.
pub(crate) fn write(port: &dyn Port, path: &Path) -> anyhow::Result<()> {
    let identity = port.identity();
    let tops = port.roots();
    let description = Description {
        format: FORMAT,
        library: verifork_protocol::VERSION.to_owned(),
        simulator: identity.product.clone(),
        version: identity.version.clone(),
        precision: port.precision().to_string(),
        tops: tops.iter().map(|&top| object(port, top, DEPTH)).collect(),
        harness: None,
    };
    fs::write(path, description.text()).map_err(|error| {
        anyhow::anyhow!(
            "cannot describe the design in `{}`: {error}",
            path.display()
        )
    })
}

fn object(port: &dyn Port, handle: Handle, depth: u32) -> Object {
    let description = port.describe(handle);
    let mut object_of = Object {
        kind: description.kind.to_string(),
        local: description.constant && port.is_local(handle),
        encoding: encoding(&description.encoding),
        direction: description.direction.map(|direction| direction.to_string()),
        name: description.name,
        path: description.path,
        definition: description.definition,
        file: description.file,
        line: description.line,
        constant: description.constant,
        literals: description.literals,
        array: description.array,
        ..Object::default()
    };
    let is_scope = description.kind.is_scope();
    if (is_scope || description.kind == ObjectKind::Struct) && depth > 0 {
        let children = port.children(handle);
        let children = children.iter().map(|&it| object(port, it, depth - 1));
        object_of.children = children.collect();
        if is_scope {
            let unlisted = unlisted(port, handle, &object_of);
            object_of.children.extend(unlisted);
        }
        put_in_order(&port.ports(handle), &mut object_of.children, |child| {
            child.name.clone()
        });
        object_of.left_out = port.left_out(handle).map(|left_out| left_out.to_string());
    }
    if let Some((left, _)) = description.array
        && depth > 0
    {
        // An array of records has elements that hold others, and one of arrays has rows.
        let element = port.element(handle, left).filter(|&element| {
            description.encoding == Encoding::None || port.describe(element).array.is_some()
        });
        object_of.element = element.map(|element| Box::new(object(port, element, depth - 1)));
    }
    // An input is written, and need not be read.
    if description.direction != Some(Direction::Input)
        && let Some(reason) = port.unreadable(handle)
    {
        object_of.encoding = None;
        object_of.hidden = Some(reason.to_string());
    }
    if description.encoding == Encoding::None && !is_scope {
        object_of.hidden = hidden(port, handle, description.kind);
    }
    object_of
}

/// The objects of a scope that the simulator does not list, with the reason.
fn unlisted(port: &dyn Port, handle: Handle, scope: &Object) -> Vec<Object> {
    let mut unlisted = port.unlisted(handle);
    unlisted.retain(|(name, _)| scope.children.iter().all(|child| child.name != *name));
    let objects = unlisted.into_iter().map(|(name, why)| Object {
        kind: ObjectKind::Variable.to_string(),
        path: format!("{}.{name}", scope.path),
        name,
        hidden: Some(why),
        ..Object::default()
    });
    objects.collect()
}

/// Why the simulator does not show an object's value, where that is known.
fn hidden(port: &dyn Port, handle: Handle, kind: ObjectKind) -> Option<String> {
    let described_design = port.hidden(handle).map(|reason| reason.to_string());
    described_design.or_else(|| {
        (kind == ObjectKind::Other && port.quirks().everything_is_a_register)
            .then(|| PortError::hidden_value(port.identity()))
    })
}

/// Ports first, in the order of their declaration; the rest as it was.
fn put_in_order<T>(ports: &[String], children: &mut [T], name: impl Fn(&T) -> String) {
    if ports.is_empty() {
        return;
    }
    let place = |child: &T| {
        let name = name(child);
        ports.iter().position(|port| *port == name)
    };
    children.sort_by_cached_key(|child| place(child).unwrap_or(ports.len()));
}

fn encoding(encoding: &Encoding) -> Option<description::Encoding> {
    match *encoding {
        Encoding::Logic {
            width,
            range,
            signed,
            two_state,
        } => Some(description::Encoding::Logic {
            width,
            range,
            signed,
            two_state,
        }),
        Encoding::Real => Some(description::Encoding::Real),
        Encoding::Text => Some(description::Encoding::Text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::PortError;
    use crate::simulator::testing::{Design, bits};

    #[test]
    fn ports_stand_in_the_order_of_their_declaration() {
        let ports = ["q", "clk", "d"].map(str::to_owned);
        let mut children = ["clk", "inner", "q", "d", "after"];
        put_in_order(&ports, &mut children, |it| (*it).to_owned());
        assert_eq!(children, ["q", "clk", "d", "inner", "after"]);
    }

    fn not_shown(what: &str) -> PortError {
        PortError::Unsupported {
            what: format!("show {what}"),
            simulator: "Fable 1".into(),
            remedy: "name it".into(),
        }
    }

    /// The description that is written of a design.
    fn described(design: Design) -> Description {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("design.json");
        write(design.begin(), &path).unwrap();
        Description::read(&path).unwrap()
    }

    #[test]
    fn everything_that_the_simulator_shows_is_described() {
        let mut design = Design::new();
        let top = design.module(None, "top");
        design.describe(top).definition = Some("counter".into());
        design.describe(top).file = Some("counter.v".into());
        design.describe(top).line = Some(7);
        design.input(top, "clk");
        design.variable(top, "inner", bits(3, 0));
        design.add(Some(top), "level", ObjectKind::Real, Encoding::Real);
        let width = design.parameter(top, "WIDTH", 8);
        design.parameter(top, "DEPTH", 2);
        design.is_local(width);
        design.array(top, "memory", (0, 3), bits(7, 0));
        let record = design.add(Some(top), "record", ObjectKind::Struct, Encoding::None);
        design.variable(record, "field", Design::BIT);
        design.hides(record, not_shown("records"));
        design.declares_ports(top, &["level", "clk"]);
        design.leaves_out(top, not_shown("the rest"));
        design.does_not_list(top, "done", "it is an event");
        design.does_not_list(top, "inner", "it is shown all the same");
        let described_design = described(design);
        assert_eq!(described_design.simulator, "Fable");
        assert_eq!(described_design.precision, "1 ns");
        let top = &described_design.tops[0];
        let names: Vec<_> = top.children.iter().map(|child| &*child.name).collect();
        let expected = [
            "level", "clk", "inner", "WIDTH", "DEPTH", "memory", "record", "done",
        ];
        assert_eq!(names, expected);
        assert_eq!(
            (top.definition.as_deref(), top.file.as_deref(), top.line),
            (Some("counter"), Some("counter.v"), Some(7))
        );
        let left_out = "Fable 1 cannot show the rest: name it";
        assert_eq!(top.left_out.as_deref(), Some(left_out));
        let child = |name: &str| {
            let at = names.iter().position(|it| *it == name).unwrap();
            &top.children[at]
        };
        assert_eq!(child("clk").direction.as_deref(), Some("input"));
        assert_eq!(child("level").encoding, Some(description::Encoding::Real));
        let inner = description::Encoding::Logic {
            width: 4,
            range: Some((3, 0)),
            signed: false,
            two_state: false,
        };
        assert_eq!(child("inner").encoding, Some(inner));
        assert!(child("WIDTH").local);
        assert!(!child("DEPTH").local);
        assert_eq!(child("memory").array, Some((0, 3)));
        let done = child("done");
        assert_eq!(done.hidden.as_deref(), Some("it is an event"));
        assert_eq!((&*done.path, done.encoding.is_none()), ("top.done", true));
        let hidden = "Fable 1 cannot show records: name it";
        assert_eq!(child("record").hidden.as_deref(), Some(hidden));
    }

    #[test]
    fn what_cannot_be_read_has_no_value_unless_it_is_an_input() {
        let mut design = Design::new();
        let top = design.module(None, "top");
        let directions = [
            ("input", Some(Direction::Input)),
            ("output", Some(Direction::Output)),
            ("inside", None),
        ];
        for (name, direction) in directions {
            let object = design.add(Some(top), name, ObjectKind::Variable, Encoding::Real);
            design.describe(object).direction = direction;
            let refusal = PortError::Unsupported {
                what: format!("read `{name}`"),
                simulator: "Fable 1".to_owned(),
                remedy: "write it".to_owned(),
            };
            design.does_not_read(object, refusal);
        }
        let described_design = described(design);
        let [input, output, inside] = &described_design.tops[0].children[..] else {
            panic!("{:?}", described_design.tops[0].children);
        };
        assert_eq!(input.encoding, Some(description::Encoding::Real));
        assert_eq!(input.hidden, None);
        for (child, name) in [(output, "output"), (inside, "inside")] {
            assert_eq!(child.encoding, None);
            let reason = format!("Fable 1 cannot read `{name}`: write it");
            assert_eq!(child.hidden.as_ref(), Some(&reason));
        }
    }

    #[test]
    fn an_array_of_records_is_described_by_an_element() {
        let mut design = Design::new();
        let top = design.module(None, "top");
        let array = design.add(Some(top), "records", ObjectKind::Array, Encoding::None);
        design.describe(array).array = Some((2, 3));
        for index in 2..4 {
            let name = format!("records[{index}]");
            design.add(Some(array), &name, ObjectKind::Struct, Encoding::None);
        }
        let described_design = described(design);
        let records = &described_design.tops[0].children[0];
        let element = records.element.as_ref().unwrap();
        assert_eq!(element.path, "top.records[2]");
    }

    #[test]
    fn what_a_simulator_cannot_show_is_reported_where_everything_is_a_register() {
        let mut design = Design::new().simulated_by("Verilator", "5.006");
        let top = design.module(None, "top");
        design.add(Some(top), "odd", ObjectKind::Other, Encoding::None);
        let described_design = described(design);
        let hidden = described_design.tops[0].children[0].hidden.as_deref();
        assert!(
            hidden
                .unwrap()
                .starts_with("Verilator cannot show its value")
        );
    }

    #[test]
    fn scopes_are_described_down_to_a_depth() {
        let mut design = Design::new();
        let mut scope = design.module(None, "top");
        for _ in 0..DEPTH + 2 {
            scope = design.module(Some(scope), "below");
        }
        let described_design = described(design);
        let mut depth = 0;
        let mut scope = &described_design.tops[0];
        while let Some(below) = scope.children.first() {
            scope = below;
            depth += 1;
        }
        assert_eq!(depth, DEPTH);
    }

    #[test]
    fn a_file_that_cannot_be_written_is_named() {
        let mut design = Design::new();
        design.module(None, "top");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("no folder/design.json");
        let text = write(design.begin(), &path).unwrap_err().to_string();
        assert!(
            text.contains("cannot describe the design in `") && text.contains("no folder/"),
            "{text}"
        );
    }
}
