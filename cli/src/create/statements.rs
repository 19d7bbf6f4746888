//! Statements of generated tests that read or write one port, of any type and any number of dimensions.

use verifork_protocol::description::Encoding;

use crate::source::Port;

/// The rows of an array of arrays, innermost ones.
pub(super) fn rows(port: &Port<'_>) -> String {
    let flat = ".into_iter().flatten()".repeat(port.dimensions.saturating_sub(2));
    format!("dut.{}{flat}", port.field)
}

/// A loop over all elements of an array, whatever its dimensions.
pub(super) fn each(port: &Port<'_>, statement: &str) -> String {
    if port.dimensions == 1 {
        return format!(
            "    for (_, element) in dut.{}.elements() {{\n        {statement}\n    }}\n",
            port.field
        );
    }
    format!(
        "    for row in {} {{\n        for (_, element) in row.elements() {{\n            \
         {statement}\n        }}\n    }}\n",
        rows(port)
    )
}

/// The statement that sets an input, or each element of it, or says why it is not set.
pub(super) fn set(port: &Port<'_>, value: Option<String>) -> String {
    let field = &port.field;
    let Some(value) = value else {
        return format!(
            "    // `{field}` keeps its first value: which others it may have is not known.\n"
        );
    };
    if port.dimensions > 0 {
        let value = value.replace(&format!("dut.{field}."), "element.");
        return each(port, &format!("element.set({value});"));
    }
    format!("    dut.{field}.set({value});\n")
}

/// Zero, or the first value; none where it may be out of the range of a type of VHDL.
pub(super) fn zero(port: &Port<'_>) -> Option<String> {
    Some(match (port.variants.first(), port.value_type.as_str()) {
        (Some(first), _) => format!("dut::{first}"),
        (None, "bool") => "false".to_owned(),
        (None, "f64" | "String") => return None,
        (None, "LogicVec") => format!("LogicVec::zeros(dut.{}.width())", port.field),
        (None, _) if port.object.is_integer() || port.object.is_physical() => return None,
        (None, _) => "0".to_owned(),
    })
}

/// A random value of a bit or of bits; none of what may not have every value.
pub(super) fn random(port: &Port<'_>) -> Option<String> {
    let Some(Encoding::Logic { width, signed, .. }) = port.object.encoding else {
        return None;
    };
    let is_number = port.value_type.starts_with(['i', 'u']);
    let is_enumeration =
        port.object.kind == "enumeration variable" || !port.object.literals.is_empty();
    if port.object.is_integer() || port.object.is_physical() || is_enumeration {
        return (port.value_type == "bool").then(|| "rng.random()".to_owned());
    }
    match (port.value_type.as_str(), width) {
        ("bool", _) | (_, 8 | 16 | 32 | 64 | 128) if port.value_type == "bool" || is_number => {
            Some("rng.random()".to_owned())
        }
        _ if is_number && signed => {
            // Verilator before 5.044 does not show that it is signed.
            Some(format!("rng.random_range(0..1 << {})", width - 1))
        }
        _ if is_number => Some(format!("rng.random_range(0..1 << {width})")),
        _ => None,
    }
}
