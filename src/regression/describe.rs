//! The elaborated design as JSON, for programs that write code from it: the file
//! `VERIFORK_DESCRIBE`. Whatever the simulator shows is in it, in the simulator's order.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::simulator::{Encoding, Handle, ObjectKind, Port};

/// How far below the tops objects are described: designs may be deep, and those who read this
/// look at a few floors.
const DEPTH: u32 = 6;

/// Writes the design to the file.
///
/// # Errors
///
/// The file cannot be written.
pub(crate) fn write(port: &dyn Port, path: &Path) -> anyhow::Result<()> {
    let tops: Vec<Value> = port
        .roots()
        .iter()
        .map(|&top| object(port, top, DEPTH))
        .collect();
    let identity = port.identity();
    let text = json!({
        "simulator": identity.product,
        "version": identity.version,
        "precision": port.precision().to_string(),
        "tops": tops,
    });
    fs::write(path, format!("{text:#}\n")).map_err(|error| {
        anyhow::anyhow!(
            "cannot describe the design in `{}`: {error}",
            path.display()
        )
    })
}

fn object(port: &dyn Port, handle: Handle, depth: u32) -> Value {
    let description = port.describe(handle);
    let mut value = json!({
        "kind": description.kind.to_string(),
        "name": description.name,
        "path": description.path,
        "definition": description.definition,
        "file": description.file,
        "line": description.line,
        "direction": description.direction.map(|direction| direction.to_string()),
        "constant": description.constant,
        "local": description.constant && port.is_local(handle),
        "literals": description.literals,
        "array": description.array,
        "encoding": encoding(&description.encoding),
    });
    let is_scope = description.kind.is_scope();
    if (is_scope || description.kind == ObjectKind::Struct) && depth > 0 {
        let mut children = port.children(handle);
        put_in_order(&port.ports(handle), &mut children, |child| {
            port.describe(*child).name
        });
        value["children"] = children
            .iter()
            .map(|&it| object(port, it, depth - 1))
            .collect();
        value["left_out"] = json!(port.left_out(handle).map(|left_out| left_out.to_string()));
    }
    if description.encoding == Encoding::None && !is_scope {
        // An array of records has elements that hold others.
        let element = description
            .array
            .and_then(|(left, _)| port.element(handle, left));
        if let Some(element) = element.filter(|_| depth > 0) {
            value["element"] = object(port, element, depth - 1);
        }
        value["hidden"] = hidden(port, handle, description.kind).into();
    }
    value
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

fn encoding(encoding: &Encoding) -> Value {
    match *encoding {
        Encoding::Logic {
            width,
            range,
            signed,
            two_state,
        } => json!({
            "logic": {"width": width, "range": range, "signed": signed, "two_state": two_state},
        }),
        Encoding::Real => json!("real"),
        Encoding::Text => json!("text"),
        _ => Value::Null,
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

    #[test]
    fn a_vector_is_told_with_its_declared_range() {
        let byte = Encoding::Logic {
            width: 8,
            range: Some((7, 0)),
            signed: true,
            two_state: false,
        };
        let told = encoding(&byte);
        assert_eq!(told["logic"]["range"], json!([7, 0]));
        assert_eq!(encoding(&Encoding::Text), "text");
    }
}
