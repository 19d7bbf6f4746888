//! What an object is: its kind, its encoding, its source location.

use verifork_protocol::description::Literal;

use super::VhpiPort;
use super::object::{Object, Role};
use super::raw::Raw;
use super::shape::Shape;
use crate::simulator::{Description, ObjectKind, event, vhdl_name};
use crate::sys::vhpi;

/// The kind of an object that holds a value.
fn value_kind(role: Role, shape: &Shape) -> ObjectKind {
    match (role, shape) {
        (Role::Region(kind), _) => kind,
        (_, Shape::Array { .. }) => ObjectKind::Array,
        (_, Shape::Record | Shape::Structure { .. }) => ObjectKind::Struct,
        (Role::Constant, _) => ObjectKind::Parameter,
        (_, Shape::Integer { .. } | Shape::Physical { time: false, .. }) => ObjectKind::Integer,
        (_, Shape::Physical { time: true, .. }) => ObjectKind::Time,
        (_, Shape::Real { .. }) => ObjectKind::Real,
        (_, Shape::Text { .. }) => ObjectKind::Text,
        (_, Shape::Enumeration { literals, .. })
            if literals.len() != 2 || !is_boolean(literals) =>
        {
            ObjectKind::Enumeration
        }
        (_, Shape::None) => ObjectKind::Other,
        (Role::Variable, _) => ObjectKind::Variable,
        _ => ObjectKind::Net,
    }
}

fn is_boolean(literals: &[String]) -> bool {
    literals
        .iter()
        .zip(["false", "true"])
        .all(|(literal, name)| literal.eq_ignore_ascii_case(name))
}

impl VhpiPort {
    pub(super) fn description(&self, object: &'static Object) -> Description {
        let shape = self.shape(object);
        let kind = value_kind(object.role, shape);
        let mut description = Description {
            encoding: shape.encoding(),
            number: shape.is_number(),
            direction: match object.role {
                Role::Port(direction) => direction,
                _ => None,
            },
            constant: object.is_constant(),
            ..Description::new(kind, object.name.to_string(), object.path.to_string())
        };
        if let Shape::Array { dimensions } = shape {
            description.array = dimensions.first().map(|first| first.range());
            description.is_empty = dimensions.iter().any(|range| range.length == 0);
            let element = self.element_shape(object);
            description.encoding = element.encoding();
            description.number = element.is_number();
            if let Shape::Enumeration { literals, .. } = element {
                description.literals = Literal::positions(literals);
            }
        }
        if let Shape::Enumeration { literals, .. } = shape {
            description.literals = Literal::positions(literals);
        }
        if !event::is_over() && !object.is_part {
            self.describe_place(object, &mut description);
        }
        description
    }

    fn describe_place(&self, object: &'static Object, description: &mut Description) {
        self.with_handle(object, |raw| {
            description.file = self.raw.get_text(vhpi::vhpiFileNameP, raw);
            if description.file.is_some() {
                let line = self.raw.get(vhpi::vhpiLineNoP, raw);
                description.line = line
                    .and_then(|line| u32::try_from(line).ok())
                    .filter(|&line| line > 0);
            }
            if description.kind == ObjectKind::Module {
                description.definition = self.definition(raw);
            }
        });
    }

    /// The name of an instance's entity, without its library.
    fn definition(&self, instance: Raw) -> Option<String> {
        let unit = self.raw.related(vhpi::vhpiDesignUnit, Some(instance))?;
        // An architecture leads to its entity.
        let primary = self.raw.related(vhpi::vhpiPrimaryUnit, Some(unit));
        let name = self
            .raw
            .get_text(vhpi::vhpiUnitNameP, primary.unwrap_or(unit));
        if let Some(primary) = primary {
            self.raw.release(primary);
        }
        self.raw.release(unit);
        let name = name?;
        let simple = name.rsplit(['.', ':']).next().unwrap_or(&name);
        Some(vhdl_name::shown(simple, self.quirks.names))
    }

    /// The shape of an array's innermost elements.
    fn element_shape(&self, array: &'static Object) -> &'static Shape {
        let mut object = array;
        while let Shape::Array { dimensions } = self.shape(object) {
            let first = dimensions.first();
            match first.and_then(|first| self.array_element(object, first.left)) {
                Some(element) => object = element,
                None => return &Shape::None,
            }
        }
        self.shape(object)
    }
}

#[cfg(test)]
mod tests {
    use super::super::shape::Dimension;
    use super::*;

    #[test]
    fn signals_of_bits_are_nets_and_constants_parameters() {
        let vector = Shape::Vector {
            width: 8,
            range: (7, 0),
            signed: false,
            bits: false,
        };
        assert_eq!(value_kind(Role::Port(None), &vector), ObjectKind::Net);
        assert_eq!(value_kind(Role::Variable, &vector), ObjectKind::Variable);
        assert_eq!(value_kind(Role::Constant, &vector), ObjectKind::Parameter);
        let words = Shape::Array {
            dimensions: vec![Dimension::new(0, 3, false)],
        };
        assert_eq!(value_kind(Role::Constant, &words), ObjectKind::Array);
    }
}
