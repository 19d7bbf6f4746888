//! Writes.
//!
//! A write becomes the value in the next cycle of the same time step (`vhpiDepositPropagate`,
//! IEEE 1076-2008, 22.5). Until then reads find what was written, so that a read, and a write of
//! some bits, come upon the writes before them as on any other simulator; the exception is an
//! object that is forced, where a deposit changes nothing.
//!
//! What the type of the object does not allow is refused here: simulators write positions and
//! numbers unseen.

use super::object::Object;
use super::position::{SMALL, position_of, position_of_logic};
use super::raw::Missing;
use super::read::enumeration;
use super::scalar::Scalar;
use super::shape::{Range, Shape};
use super::{VhpiPort, refusal, wrong_encoding};
use crate::simulator::{PortError, Value, WriteMode};
use crate::sys::vhpi;
use crate::value::{LogicVec, low_mask};

fn put_mode(mode: WriteMode) -> vhpi::vhpiPutValueModeT {
    match mode {
        WriteMode::Deposit => vhpi::vhpiDepositPropagate,
        WriteMode::Force => vhpi::vhpiForcePropagate,
        WriteMode::Release => vhpi::vhpiRelease,
    }
}

/// A bit has no third state to take.
#[inline]
fn check_bits(object: &Object, bits: bool, unknown: u64) -> Result<(), PortError> {
    if bits && unknown != 0 {
        return Err(refusal(
            "write",
            object,
            "it is of type `bit`, which holds 0 and 1 only".to_owned(),
        ));
    }
    Ok(())
}

impl VhpiPort {
    /// Whether a force keeps a write from having any effect, so that it need not be made.
    #[inline]
    fn is_held(&self, object: &Object, mode: WriteMode) -> bool {
        mode == WriteMode::Deposit && object.forced.get() && self.quirks.deposits_pass_forces
    }

    /// Whether a write was done; if so, and unless a force stands against it, `note` keeps what
    /// was written until the next cycle.
    #[inline]
    fn finish_write(
        &self,
        object: &'static Object,
        mode: WriteMode,
        put: Result<bool, Missing>,
        note: impl FnOnce(&Object),
    ) -> Result<(), PortError> {
        match put {
            Ok(true) => {}
            Ok(false) => return Err(self.refused("write", object)),
            Err(missing) => return Err(self.missing(missing)),
        }
        match mode {
            WriteMode::Deposit if object.forced.get() => {}
            WriteMode::Release => {
                object.forced.set(false);
                object.written.forget();
            }
            WriteMode::Deposit | WriteMode::Force => {
                if mode == WriteMode::Force {
                    object.forced.set(true);
                }
                if !object.written.is_anything() {
                    self.note_write(object);
                }
                note(object);
            }
        }
        self.cycle_asked_for.set(true);
        Ok(())
    }

    #[inline]
    pub(super) fn write_planes(
        &self,
        object: &'static Object,
        value: u64,
        unknown: u64,
        mode: WriteMode,
    ) -> Result<(), PortError> {
        super::check_not_over()?;
        match self.shape(object) {
            &Shape::Logic { bits } => {
                check_bits(object, bits, unknown)?;
                if self.is_held(object, mode) {
                    return Ok(());
                }
                let position = Scalar::Logic(position_of(value, unknown, bits));
                let put = self
                    .raw
                    .write_scalar(self.held(object)?, position, put_mode(mode));
                self.finish_write(object, mode, put, |object| {
                    object.written.set_planes((value & 1, unknown & 1));
                })
            }
            Shape::Vector { width: 0, .. } => Ok(()),
            &Shape::Vector { width, bits, .. } if width as usize <= SMALL => {
                let (value, unknown) = (value & low_mask(width), unknown & low_mask(width));
                check_bits(object, bits, unknown)?;
                if self.is_held(object, mode) {
                    return Ok(());
                }
                let mut buffer = [0; SMALL];
                let positions = &mut buffer[..width as usize];
                for (bit, position) in positions.iter_mut().rev().enumerate() {
                    *position = position_of(value >> bit, unknown >> bit, bits);
                }
                let put = self
                    .raw
                    .write_positions(self.held(object)?, positions, put_mode(mode));
                self.finish_write(object, mode, put, |object| {
                    object.written.set_planes((value, unknown));
                })
            }
            Shape::Structure { width, .. } => {
                let whole = LogicVec::from_planes_u64(*width, value, unknown);
                self.write_structure(object, &whole, mode)
            }
            shape => self.write_number(object, shape, value, unknown, mode),
        }
    }

    /// Whether the type of an object may refuse a value.
    pub(super) fn refuses_values(&self, object: &'static Object) -> bool {
        if let Some(structure) = &object.structure {
            let mut parts = structure.parts.iter();
            return parts.any(|part| part.is_number() || self.refuses_values(part.object));
        }
        !matches!(
            self.shape(object),
            Shape::Logic { bits: false } | Shape::Vector { bits: false, .. }
        )
    }

    /// Whether the type of an object takes a value. Of what some bits of a number would make of it,
    /// nothing is known before they are written.
    pub(super) fn check_value(
        &self,
        object: &'static Object,
        value: Value<'_>,
    ) -> Result<(), PortError> {
        let shape = self.shape(object);
        match (shape, value) {
            (&Shape::Logic { bits } | &Shape::Vector { bits, .. }, value) => {
                let unknown = match value {
                    Value::Planes { unknown, .. } => unknown,
                    Value::Vector(vector) => u64::from(vector.has_unknown()),
                    Value::Bits { unknown } => u64::from(unknown),
                    Value::Real(_) | Value::Text(_) => 0,
                };
                check_bits(object, bits, unknown)
            }
            (Shape::Structure { width, .. }, Value::Planes { value, unknown }) => {
                let whole = LogicVec::from_planes_u64(*width, value, unknown);
                self.check_structure(object, &whole)
            }
            (Shape::Structure { .. }, Value::Vector(whole)) => self.check_structure(object, whole),
            (_, Value::Planes { value, unknown }) => {
                self.number(object, shape, value, unknown).map(drop)
            }
            (_, Value::Vector(vector)) => {
                let (value, unknown) = (vector.value_word(0), vector.unknown_word(0));
                self.number(object, shape, value, unknown).map(drop)
            }
            (_, Value::Bits { unknown: true }) => self.number(object, shape, 0, 1).map(drop),
            (Shape::Physical { .. }, Value::Bits { .. }) => {
                self.number(object, shape, 0, 0).map(drop)
            }
            (_, Value::Bits { .. }) => Ok(()),
            (_, Value::Real(real)) => self.check_real(object, real),
            (_, Value::Text(text)) => self.characters_of(object, text).map(drop),
        }
    }

    /// An integer, an enumeration's position or a physical value, where the type allows it.
    pub(super) fn number(
        &self,
        object: &'static Object,
        shape: &Shape,
        value: u64,
        unknown: u64,
    ) -> Result<Scalar, PortError> {
        let refuse = |message| Err(refusal("write", object, message));
        if unknown != 0 {
            return refuse(format!(
                "its type, {}, has no unknown values",
                shape.encoding()
            ));
        }
        Ok(match shape {
            Shape::Integer { range, long, .. } => {
                #[allow(clippy::cast_possible_truncation, reason = "the encoding has 32 bits")]
                let number = if *long {
                    value.cast_signed()
                } else {
                    i64::from((value as u32).cast_signed())
                };
                if !(range.low..=range.high).contains(&number) {
                    return refuse(outside(number, *range));
                }
                match i32::try_from(number) {
                    Ok(number) if !long => Scalar::Integer(number),
                    _ => Scalar::LongInteger(number),
                }
            }
            Shape::Enumeration {
                literals, format, ..
            } => {
                let position = usize::try_from(value).ok();
                let Some(position) = position.filter(|position| *position < literals.len()) else {
                    return refuse(format!(
                        "{value} is not one of its {} values: {}",
                        literals.len(),
                        shortened(literals)
                    ));
                };
                enumeration(*format, position)
            }
            Shape::Physical { range, format, .. } => {
                if self.quirks.physical_types_are_read_only {
                    return Err(self.unsupported(
                        "write",
                        object,
                        "a signal of a physical type",
                        "let the design convert it from an integer",
                    ));
                }
                let number = value.cast_signed();
                if !(range.low..=range.high).contains(&number) {
                    return refuse(outside(number, *range));
                }
                Scalar::Physical {
                    format: *format,
                    value: number,
                }
            }
            shape => return Err(wrong_encoding("write", object, shape.encoding())),
        })
    }

    /// Writes an integer or an enumeration's position, where the type allows it.
    fn write_number(
        &self,
        object: &'static Object,
        shape: &Shape,
        value: u64,
        unknown: u64,
        mode: WriteMode,
    ) -> Result<(), PortError> {
        let scalar = self.number(object, shape, value, unknown)?;
        if self.is_held(object, mode) {
            return Ok(());
        }
        let put = self
            .raw
            .write_scalar(self.held(object)?, scalar, put_mode(mode));
        self.finish_write(object, mode, put, |object| {
            object.written.set_planes((value, 0));
        })
    }

    /// Writes any object of logic values; the width is right.
    pub(super) fn write_vector(
        &self,
        object: &'static Object,
        value: &LogicVec,
        mode: WriteMode,
    ) -> Result<(), PortError> {
        super::check_not_over()?;
        let shape = self.shape(object);
        let bits = match shape {
            Shape::Vector { width: 0, .. } => return Ok(()),
            Shape::Logic { bits } | Shape::Vector { bits, .. } => *bits,
            Shape::Structure { .. } => return self.write_structure(object, value, mode),
            shape => {
                let (low, unknown) = (value.value_word(0), value.unknown_word(0));
                return self.write_number(object, shape, low, unknown, mode);
            }
        };
        if bits && value.has_unknown() {
            return check_bits(object, bits, 1);
        }
        if self.is_held(object, mode) {
            return Ok(());
        }
        let mut positions = self.positions.take();
        positions.clear();
        let states = (0..value.width()).rev().filter_map(|bit| value.bit(bit));
        positions.extend(states.map(|state| position_of_logic(state, bits)));
        let put = if let (Shape::Logic { .. }, Some(&position)) = (shape, positions.first()) {
            let position = Scalar::Logic(position);
            self.raw
                .write_scalar(self.held(object)?, position, put_mode(mode))
        } else {
            self.raw
                .write_positions(self.held(object)?, &mut positions, put_mode(mode))
        };
        self.positions.set(positions);
        self.finish_write(object, mode, put, |object| object.written.set_vector(value))
    }

    pub(super) fn put_real(
        &self,
        object: &'static Object,
        real: f64,
        mode: WriteMode,
    ) -> Result<(), PortError> {
        super::check_not_over()?;
        if mode != WriteMode::Release {
            self.check_real(object, real)?;
        }
        if self.is_held(object, mode) {
            return Ok(());
        }
        let put = self
            .raw
            .write_scalar(self.held(object)?, Scalar::Real(real), put_mode(mode));
        self.finish_write(object, mode, put, |object| object.written.set_real(real))
    }

    fn check_real(&self, object: &'static Object, real: f64) -> Result<(), PortError> {
        match self.shape(object) {
            Shape::Real {
                limits: Some((low, high)),
            } if !(*low..=*high).contains(&real) => {
                let message = format!("{real} is not within {low} to {high}");
                Err(refusal("write", object, message))
            }
            _ => Ok(()),
        }
    }

    /// A text as the characters that a string holds, where it has the string's length.
    fn characters_of(&self, object: &'static Object, text: &str) -> Result<Vec<u8>, PortError> {
        let shape = self.shape(object);
        let Shape::Text { length } = *shape else {
            return Err(wrong_encoding("write", object, shape.encoding()));
        };
        let characters: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
        let Ok(characters) = characters else {
            let message = "VHDL's characters are those of ISO 8859-1".to_owned();
            return Err(refusal("write", object, message));
        };
        if characters.len() != length {
            let remedy = if characters.len() < length {
                "pad the text"
            } else {
                "shorten the text"
            };
            let message = format!(
                "it holds {length} characters, not {}: {remedy}",
                characters.len()
            );
            return Err(refusal("write", object, message));
        }
        Ok(characters)
    }

    pub(super) fn put_string(&self, object: &'static Object, text: &str) -> Result<(), PortError> {
        super::check_not_over()?;
        let characters = self.characters_of(object, text)?;
        if characters.is_empty() || self.is_held(object, WriteMode::Deposit) {
            return Ok(());
        }
        let put =
            self.raw
                .write_characters(self.held(object)?, &characters, vhpi::vhpiDepositPropagate);
        self.finish_write(object, WriteMode::Deposit, put, |object| {
            object.written.set_text(text);
        })
    }

    /// Ends a force. The value does not matter, but NVC takes the length from it.
    pub(super) fn end_force(&self, object: &'static Object) -> Result<(), PortError> {
        super::check_not_over()?;
        let release = vhpi::vhpiRelease;
        let put = match self.shape(object) {
            Shape::Logic { .. } => {
                self.raw
                    .write_scalar(self.held(object)?, Scalar::Logic(0), release)
            }
            Shape::Vector { width: 0, .. } | Shape::Text { length: 0 } => return Ok(()),
            Shape::Structure { .. } => return self.end_forces_of(object),
            Shape::Vector { width, .. } => {
                let mut positions = vec![0; *width as usize];
                self.raw
                    .write_positions(self.held(object)?, &mut positions, release)
            }
            Shape::Text { length } => {
                let spaces = vec![b' '; *length];
                self.raw
                    .write_characters(self.held(object)?, &spaces, release)
            }
            Shape::Integer { long: false, .. } => {
                self.raw
                    .write_scalar(self.held(object)?, Scalar::Integer(0), release)
            }
            Shape::Integer { long: true, .. } => {
                self.raw
                    .write_scalar(self.held(object)?, Scalar::LongInteger(0), release)
            }
            Shape::Enumeration { format, .. } => {
                self.raw
                    .write_scalar(self.held(object)?, enumeration(*format, 0), release)
            }
            Shape::Real { .. } => {
                self.raw
                    .write_scalar(self.held(object)?, Scalar::Real(0.0), release)
            }
            shape @ Shape::Physical { .. } => {
                return self.write_number(object, shape, 0, 0, WriteMode::Release);
            }
            shape => return Err(wrong_encoding("release", object, shape.encoding())),
        };
        self.finish_write(object, WriteMode::Release, put, |_| {})
    }
}

fn outside(number: i64, range: Range) -> String {
    format!("{number} is not within {} to {}", range.low, range.high)
}

/// The first of an enumeration's literals.
fn shortened(literals: &[String]) -> String {
    const SHOWN: usize = 12;
    let mut text = literals[..literals.len().min(SHOWN)].join(", ");
    if literals.len() > SHOWN {
        text.push_str(", …");
    }
    text
}
