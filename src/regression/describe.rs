//! The elaborated design for programs that write code from it, as
//! [`verifork_protocol::description`] has it. Whatever the simulator shows is in it, in the simulator's
//! order.

use std::fs;
use std::path::Path;

use verifork_protocol::description::{self, Description, FORMAT, Object};

use crate::simulator::{Encoding, Handle, ObjectKind, Port};

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
        let mut children = port.children(handle);
        put_in_order(&port.ports(handle), &mut children, |child| {
            port.describe(*child).name
        });
        let children = children.iter().map(|&it| object(port, it, depth - 1));
        object_of.children = children.collect();
        object_of.left_out = port.left_out(handle).map(|left_out| left_out.to_string());
    }
    if description.encoding == Encoding::None && !is_scope {
        // An array of records has elements that hold others.
        let element = description
            .array
            .and_then(|(left, _)| port.element(handle, left));
        if let Some(element) = element.filter(|_| depth > 0) {
            object_of.element = Some(Box::new(object(port, element, depth - 1)));
        }
        object_of.hidden = hidden(port, handle, description.kind);
    }
    object_of
}

/// Why the simulator does not show an object's value, where that is known.
fn hidden(port: &dyn Port, handle: Handle, kind: ObjectKind) -> Option<String> {
    let told = port.hidden(handle).map(|reason| reason.to_string());
    told.or_else(|| {
        let product = &port.identity().product;
        (kind == ObjectKind::Other && port.quirks().everything_is_a_register)
            .then(|| format!("{product} cannot show its value, as of an array of single bits"))
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

    #[test]
    fn ports_stand_in_the_order_of_their_declaration() {
        let ports = ["q", "clk", "d"].map(str::to_owned);
        let mut children = ["clk", "inner", "q", "d", "after"];
        put_in_order(&ports, &mut children, |it| (*it).to_owned());
        assert_eq!(children, ["q", "clk", "d", "inner", "after"]);
    }
}
