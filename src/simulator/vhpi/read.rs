//! Reads, in the simulator's own format of a value, so that nothing is lost.

use super::object::Object;
use super::position::{SMALL, logic_of, planes_of, planes_of_all};
use super::raw::Unread;
use super::scalar::Scalar;
use super::shape::{EnumerationFormat, PhysicalRead, Shape};
use super::{VhpiPort, refusal, wrong_encoding};
use crate::simulator::PortError;
use crate::simulator::text::latin_1;
use crate::sys::vhpi;
use crate::value::{LogicVec, low_mask};

impl VhpiPort {
    #[inline]
    fn check(&self, object: &Object, read: Result<Scalar, Unread>) -> Result<Scalar, PortError> {
        read.map_err(|unread| self.unread(unread, object))
    }

    #[cold]
    fn unread(&self, unread: Unread, object: &Object) -> PortError {
        match unread {
            Unread::Missing(missing) => self.missing(missing),
            Unread::Refused => self.refused("read", object),
        }
    }

    /// Reads up to 64 bits.
    #[inline]
    pub(super) fn read_planes(&self, object: &'static Object) -> Result<(u64, u64), PortError> {
        super::check_not_over()?;
        if object.written.is_anything()
            && let Some(planes) = object.written.planes()
        {
            return Ok(planes);
        }
        match self.shape(object) {
            &Shape::Logic { bits } => {
                let read = self.raw.read_scalar(self.held(object)?, Scalar::Logic(0));
                match self.check(object, read)? {
                    Scalar::Logic(position) => Ok(planes_of(position, bits)),
                    _ => Err(self.refused("read", object)),
                }
            }
            Shape::Vector { width: 0, .. } => Ok((0, 0)),
            &Shape::Vector { width, bits, .. } if width as usize <= SMALL => {
                let mut buffer = [0; SMALL];
                let positions = &mut buffer[..width as usize];
                self.raw
                    .read_positions(self.held(object)?, positions)
                    .map_err(|unread| self.unread(unread, object))?;
                Ok(planes_of_all(positions, bits))
            }
            Shape::Structure { width, .. } => {
                let mut whole = LogicVec::zeros(*width);
                self.read_structure(object, &mut whole)?;
                Ok((whole.value_word(0), whole.unknown_word(0)))
            }
            shape => self.read_number(object, shape),
        }
    }

    /// Why the simulator would read another value than the object's.
    #[cold]
    pub(super) fn unreadable_value(
        &self,
        object: &'static Object,
        shape: &Shape,
    ) -> Option<PortError> {
        let (what, remedy) = match shape {
            Shape::Integer {
                unreadable: true, ..
            } => (
                "an integer of a type that does not take 32 bits",
                "declare it as `integer` or one of its subtypes, in VHDL-2008 or before",
            ),
            Shape::Enumeration {
                unreadable: true, ..
            } => (
                "of a subtype of an enumeration with more than 256 literals",
                "declare it with the enumeration itself",
            ),
            _ => return None,
        };
        Some(self.unsupported("read", object, what, remedy))
    }

    /// Reads an integer, an enumeration's position or a physical value.
    fn read_number(&self, object: &'static Object, shape: &Shape) -> Result<(u64, u64), PortError> {
        let value = match shape {
            Shape::Integer {
                unreadable: true, ..
            }
            | Shape::Enumeration {
                unreadable: true, ..
            } => {
                let refusal = self.unreadable_value(object, shape);
                return Err(refusal.unwrap_or_else(|| self.refused("read", object)));
            }
            Shape::Integer { long, .. } => {
                let wanted = if *long {
                    Scalar::LongInteger(0)
                } else {
                    Scalar::Integer(0)
                };
                let read = self.raw.read_scalar(self.held(object)?, wanted);
                match self.check(object, read)? {
                    Scalar::Integer(integer) => u64::from(integer.cast_unsigned()),
                    Scalar::LongInteger(integer) => integer.cast_unsigned(),
                    _ => return Err(self.refused("read", object)),
                }
            }
            Shape::Enumeration { format, .. } => {
                let wanted = enumeration(*format, 0);
                let read = self.raw.read_scalar(self.held(object)?, wanted);
                match self.check(object, read)? {
                    Scalar::SmallEnumeration(position) | Scalar::Character(position) => {
                        u64::from(position)
                    }
                    Scalar::Enumeration(position) => u64::from(position),
                    _ => return Err(self.refused("read", object)),
                }
            }
            Shape::Physical {
                range,
                format,
                reads_as,
                ..
            } => {
                let value = self.read_physical(object, *format, *reads_as)?;
                // Held in no more bytes than the type needs, and extended by its sign.
                let value = if range.low >= 0 && value < 0 {
                    let width = u64::BITS - range.high.leading_zeros();
                    value & low_mask(width.next_multiple_of(8)).cast_signed()
                } else {
                    value
                };
                value.cast_unsigned()
            }
            shape => {
                return Err(wrong_encoding("read", object, shape.encoding()));
            }
        };
        Ok((value, 0))
    }

    fn read_physical(
        &self,
        object: &'static Object,
        format: vhpi::vhpiFormatT,
        reads_as: PhysicalRead,
    ) -> Result<i64, PortError> {
        match reads_as {
            PhysicalRead::Value => {
                let wanted = Scalar::Physical { format, value: 0 };
                let read = self.raw.read_scalar(self.held(object)?, wanted);
                match self.check(object, read)? {
                    Scalar::Physical { value, .. } => Ok(value),
                    _ => Err(self.refused("read", object)),
                }
            }
            PhysicalRead::Property => self
                .raw
                .get_physical(vhpi::vhpiPhysValP, Some(self.held(object)?))
                .ok_or_else(|| self.refused("read", object)),
            PhysicalRead::Nothing => Err(self.unsupported(
                "read",
                object,
                "an element or field of a subtype of a physical type",
                "declare it with the type itself, such as `time`",
            )),
        }
    }

    /// Reads any object of logic values, all nine states kept.
    pub(super) fn read_vector(
        &self,
        object: &'static Object,
        into: &mut LogicVec,
    ) -> Result<(), PortError> {
        super::check_not_over()?;
        match self.shape(object) {
            Shape::Logic { bits } => {
                if object.written.read_vector(1, into) {
                    return Ok(());
                }
                let read = self.raw.read_scalar(self.held(object)?, Scalar::Logic(0));
                if let Scalar::Logic(position) = self.check(object, read)? {
                    *into = LogicVec::from(logic_of(position, *bits));
                }
                Ok(())
            }
            Shape::Vector { width, .. } => {
                if object.written.read_vector(*width, into) {
                    return Ok(());
                }
                let mut digits = self.characters.take();
                let read = self.raw.read_characters(
                    self.held(object)?,
                    vhpi::vhpiBinStrVal,
                    *width as usize,
                    &mut digits,
                );
                let assigned = read.map(|()| into.assign_binary_bytes(&digits));
                self.characters.set(digits);
                match assigned {
                    Ok(Ok(())) => Ok(()),
                    Ok(Err(error)) => Err(refusal("read", object, error.to_string())),
                    Err(unread) => Err(self.unread(unread, object)),
                }
            }
            Shape::Structure { width, .. } => {
                *into = LogicVec::zeros(*width);
                self.read_structure(object, into)
            }
            shape => {
                let (value, unknown) = self.read_planes(object)?;
                let width = shape.encoding().width().unwrap_or(0);
                *into = LogicVec::from_planes_u64(width, value, unknown);
                Ok(())
            }
        }
    }

    pub(super) fn get_real(&self, object: &'static Object) -> Result<f64, PortError> {
        super::check_not_over()?;
        if let Some(written) = object.written.real() {
            return Ok(written);
        }
        let read = self.raw.read_scalar(self.held(object)?, Scalar::Real(0.0));
        match self.check(object, read)? {
            Scalar::Real(real) => Ok(real),
            _ => Err(self.refused("read", object)),
        }
    }

    pub(super) fn get_string(&self, object: &'static Object) -> Result<String, PortError> {
        super::check_not_over()?;
        if let Some(written) = object.written.text() {
            return Ok(written);
        }
        let shape = self.shape(object);
        let Shape::Text { length } = *shape else {
            return Err(wrong_encoding("read", object, shape.encoding()));
        };
        if length == 0 {
            return Ok(String::new());
        }
        let mut characters = Vec::new();
        self.raw
            .read_characters(
                self.held(object)?,
                vhpi::vhpiStrVal,
                length,
                &mut characters,
            )
            .map_err(|unread| self.unread(unread, object))?;
        Ok(latin_1(&characters))
    }
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "a format is chosen by the number of literals"
)]
pub(super) fn enumeration(format: EnumerationFormat, position: usize) -> Scalar {
    match format {
        EnumerationFormat::Small => Scalar::SmallEnumeration(position as u8),
        EnumerationFormat::Character => Scalar::Character(position as u8),
        EnumerationFormat::Large => Scalar::Enumeration(position as u32),
    }
}
