//! Records as the values of Rust structs.
//!
//! A record cannot be read or written as a whole. As a structure, it has the bits of a struct that derives
//! `LogicStruct`, and each field with a value is a part of them. Reads and writes go part by part. Its changes are
//! those of the record.

use verifork_protocol::description::Literal;
use verifork_protocol::nearest::{did_you_mean, nearest};

use super::object::{Form, Number, Object, Part, Structure};
use super::shape::{Dimension, Shape};
use super::{VhpiPort, refusal};
use crate::simulator::{Encoding, PortError, Value, WriteMode};
use crate::value::{FieldLayout, Layout, LogicVec, low_mask};

impl Number {
    /// The number that bits stand for.
    fn of(self, bits: &LogicVec) -> Option<i128> {
        if self.signed {
            bits.to_i128().ok()
        } else {
            bits.to_u128().ok()?.try_into().ok()
        }
    }

    /// The bits that stand for a number.
    fn bits(self, number: i128) -> Option<LogicVec> {
        if self.signed {
            LogicVec::from_i128(number, self.width).ok()
        } else {
            LogicVec::from_u128(number.try_into().ok()?, self.width).ok()
        }
    }
}

impl Part {
    pub(super) fn is_number(&self) -> bool {
        matches!(self.form, Form::Number { .. })
    }

    /// Its bits of the structure's, and what is written to the field for them: the same bits, or those
    /// of the same number.
    fn value_in(&self, whole: &LogicVec) -> Result<LogicVec, PortError> {
        let bits = whole
            .slice(self.low + self.width - 1, self.low)
            .map_err(|error| refusal("write", self.object, error.to_string()))?;
        match self.form {
            Form::Number { there, here } if !bits.has_unknown() => here
                .of(&bits)
                .and_then(|number| there.bits(number))
                .ok_or_else(|| refusal("write", self.object, does_not_hold(&bits, there))),
            // The type of the field says what it makes of unknown bits.
            Form::Number { there, .. } => Ok(LogicVec::unknown(there.width)),
            Form::Bits => Ok(bits),
        }
    }
}

fn does_not_hold(bits: &LogicVec, number: Number) -> String {
    let sign = if number.signed { "signed" } else { "unsigned" };
    format!("its {bits} does not fit {} bits, {sign}", number.width)
}

impl Structure {
    pub(super) fn is_write_pending(&self) -> bool {
        self.parts
            .iter()
            .any(|part| part.object.written.is_anything())
    }
}

/// The parts found so far, and the differences of the fields.
#[derive(Default)]
struct Found {
    parts: Vec<Part>,
    differences: Vec<String>,
}

impl VhpiPort {
    /// A record as a structure of such fields, or how they differ.
    pub(super) fn structure_of(
        &self,
        record: &'static Object,
        fields: &'static [FieldLayout],
    ) -> Result<&'static Object, String> {
        let known = &record.parts().structures;
        let is_it = |it: &&&'static Object| {
            let structure = it.structure.as_ref();
            structure.is_some_and(|structure| structure.fields == fields)
        };
        if let Some(known) = known.borrow().iter().find(is_it) {
            return Ok(known);
        }
        let mut found = Found::default();
        self.find_fields(record, "", 0, fields, &mut found);
        if !found.differences.is_empty() {
            return Err(found.differences.join("; "));
        }
        let two_state = |part: &Part| self.shape(part.object).encoding().has_two_states();
        let shape = Shape::Structure {
            width: crate::value::structure_width(fields),
            two_state: found.parts.iter().all(two_state),
        };
        let parts = found.parts.into();
        let structure = Object::keep_structure(record, shape, Structure { fields, parts });
        known.borrow_mut().push(structure);
        Ok(structure)
    }

    /// Finds each field of a record by its name. `above` is the path of the record among the fields, with
    /// its point.
    fn find_fields(
        &self,
        record: &'static Object,
        above: &str,
        low: u32,
        fields: &'static [FieldLayout],
        found: &mut Found,
    ) {
        let objects = &self.contents(record).objects;
        for field in fields {
            let path = format!("{above}{}", field.name);
            let mut same = objects
                .iter()
                .filter(|it| it.name.eq_ignore_ascii_case(field.name));
            match same.next() {
                Some(object) => self.find_part(object, &path, low, field, found),
                None => {
                    let names = objects.iter().map(|object| &*object.name);
                    let similar = nearest(field.name, names, 1);
                    let like = did_you_mean(&similar);
                    found
                        .differences
                        .push(format!("it has no field `{path}`{like}"));
                }
            }
        }
        for object in objects {
            if !fields
                .iter()
                .any(|field| field.name.eq_ignore_ascii_case(&object.name))
            {
                let name = &object.name;
                found
                    .differences
                    .push(format!("the struct has no field for its `{above}{name}`"));
            }
        }
    }

    /// Finds what a field is made of.
    fn find_part(
        &self,
        object: &'static Object,
        path: &str,
        low: u32,
        field: &FieldLayout,
        found: &mut Found,
    ) {
        let FieldLayout { width, layout, .. } = *field;
        let low = low + field.low;
        let shape = self.shape(object);
        let differs = match (shape, layout) {
            (Shape::Record, Layout::Structure(fields)) => {
                return self.find_fields(object, &format!("{path}."), low, fields, found);
            }
            (Shape::Record, _) => {
                "is a record: its field in the struct is a struct that derives `LogicStruct`"
                    .to_owned()
            }
            (Shape::Array { dimensions }, Layout::Lanes(lane, count)) => match dimensions.first() {
                Some(range) if range.length == count as u64 => {
                    return self.find_lanes(object, (path, *range), low, (*lane, width), found);
                }
                _ => format!("is an array, and not of {count} elements"),
            },
            (Shape::Array { .. }, _) => {
                "is an array: its field in the struct is an array too, `[T; N]`".to_owned()
            }
            _ => match form_of(shape, width, layout) {
                Ok(form) => {
                    return found.parts.push(Part {
                        object,
                        low,
                        width,
                        form,
                    });
                }
                Err(differs) => differs,
            },
        };
        found.differences.push(format!("`{path}` {differs}"));
    }

    /// Finds the elements of an array, lane 0 being the one with the lowest index.
    fn find_lanes(
        &self,
        array: &'static Object,
        (path, range): (&str, Dimension),
        low: u32,
        (layout, width): (Layout, u32),
        found: &mut Found,
    ) {
        let (first, last) = (range.left.min(range.right), range.left.max(range.right));
        let lanes = u32::try_from(range.length).unwrap_or(u32::MAX);
        let width = width / lanes.max(1);
        for (lane, index) in (0..lanes).zip(first..=last) {
            let field = FieldLayout {
                name: "",
                low: lane * width,
                width,
                layout,
                all_states: false,
            };
            let path = format!("{path}[{index}]");
            match self.array_element(array, index) {
                Some(element) => self.find_part(element, &path, low, &field, found),
                None => found.differences.push(format!("`{path}` is not shown")),
            }
        }
    }

    pub(super) fn read_structure(
        &self,
        object: &'static Object,
        whole: &mut LogicVec,
    ) -> Result<(), PortError> {
        let Some(structure) = &object.structure else {
            return Ok(());
        };
        let mut value = LogicVec::default();
        for part in &structure.parts {
            self.read_vector(part.object, &mut value)?;
            let bits = match part.form {
                Form::Number { there, here } => {
                    let number = there.of(&value).and_then(|number| here.bits(number));
                    &number
                        .ok_or_else(|| refusal("read", part.object, does_not_hold(&value, here)))?
                }
                Form::Bits => &value,
            };
            whole
                .set_slice(part.low + part.width - 1, part.low, bits)
                .map_err(|error| refusal("read", part.object, error.to_string()))?;
        }
        Ok(())
    }

    /// Whether the types of all fields take what a structure's bits are for them.
    pub(super) fn check_structure(
        &self,
        object: &'static Object,
        whole: &LogicVec,
    ) -> Result<(), PortError> {
        let parts = object.structure.iter().flat_map(|it| &it.parts);
        for part in parts {
            let value = part.value_in(whole)?;
            self.check_value(part.object, Value::Vector(&value))?;
        }
        Ok(())
    }

    /// Writes all fields, or none if the type of one refuses its value.
    pub(super) fn write_structure(
        &self,
        object: &'static Object,
        whole: &LogicVec,
        mode: WriteMode,
    ) -> Result<(), PortError> {
        self.check_structure(object, whole)?;
        let parts = object.structure.iter().flat_map(|it| &it.parts);
        for part in parts {
            let value = part.value_in(whole)?;
            if value.width() <= u64::BITS && value.small_planes().is_some() {
                let mask = low_mask(value.width());
                let planes = (value.value_word(0) & mask, value.unknown_word(0) & mask);
                self.write_planes(part.object, planes.0, planes.1, mode)?;
            } else {
                self.write_vector(part.object, &value, mode)?;
            }
        }
        Ok(())
    }

    /// Ends the forces of all fields.
    pub(super) fn end_forces_of(&self, object: &'static Object) -> Result<(), PortError> {
        let parts = object.structure.iter().flat_map(|it| &it.parts);
        for part in parts {
            self.end_force(part.object)?;
        }
        Ok(())
    }
}

/// How the value of an object goes into bits of such a meaning.
fn form_of(shape: &Shape, width: u32, layout: Layout) -> Result<Form, String> {
    let encoding = shape.encoding();
    let Encoding::Logic {
        width: declared,
        signed,
        ..
    } = encoding
    else {
        return Err(match encoding {
            Encoding::None => "has no value that can be read".to_owned(),
            other => format!("is a {other}, which no field can hold"),
        });
    };
    let is_integer = matches!(shape, Shape::Integer { .. } | Shape::Physical { .. });
    let here = match layout {
        _ if !shape.is_number() => None,
        Layout::Integer { signed } => Some(signed),
        Layout::Enumeration(_) => Some(false),
        // Bits of a position, a boolean's for example.
        Layout::Bits if !is_integer => Some(false),
        _ => None,
    };
    if let Shape::Enumeration { literals, .. } = shape
        && let Some(differs) = layout.differs_from(&Literal::positions(literals))
    {
        return Err(format!("is an enumeration, of which {differs}"));
    }
    match here {
        Some(sign) => Ok(Form::Number {
            there: Number {
                width: declared,
                signed,
            },
            here: Number {
                width,
                signed: sign,
            },
        }),
        None if declared == width => Ok(Form::Bits),
        None => {
            let bits = if width == 1 { "bit" } else { "bits" };
            Err(format!(
                "is {encoding}, and its field in the struct has {width} {bits}"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_the_bits_that_its_place_has_room_for() {
        let number = |width, signed| Number { width, signed };
        let (integer, byte, small) = (number(32, true), number(8, false), number(4, true));
        let minus_two = integer.bits(-2).unwrap();
        assert_eq!(integer.of(&minus_two), Some(-2));
        assert_eq!(small.bits(-2).unwrap().to_binary_string(), "1110");
        assert!(byte.bits(-2).is_none() && small.bits(8).is_none());
        assert_eq!(byte.of(&byte.bits(255).unwrap()), Some(255));
    }
}
