//! Values between VHPI's formats and ours.
//!
//! A write becomes the value in the next cycle of the same time step (`vhpiDepositPropagate`,
//! IEEE 1076-2008, 22.5). Until then reads find what was written, so that a read, and a write of
//! some bits, come upon the writes before them as on any other simulator; the exception is an
//! object that is forced, where a deposit changes nothing.
//!
//! What the type of the object does not allow is refused here: simulators write positions and
//! numbers unseen.

use super::VhpiPort;
use super::object::Object;
use super::raw::{Missing, Scalar, Unread, latin_1};
use super::shape::{EnumerationFormat, PhysicalRead, Shape};
use crate::simulator::{PortError, WriteMode};
use crate::sys::vhpi;
use crate::value::{Logic, LogicVec};

/// The nine states in the order of IEEE 1164, one bit a state; what is no position reads as X.
const VALUE_PLANE: u32 = 0b11_1010_1011;
const UNKNOWN_PLANE: u32 = 0b11_0011_0011;
const NO_POSITION: u32 = 9;

/// The positions of 0, 1, Z and X, by value and unknown bit.
const FOUR_STATES: [u32; 4] = [2, 3, 4, 1];

/// The widest vector that is read and written without a buffer of its own.
const SMALL: usize = 64;

/// As many ones as a width has bits, up to 64.
#[inline]
fn mask(width: u32) -> u64 {
    if width >= 64 {
        u64::MAX
    } else {
        (1 << width) - 1
    }
}

/// A position as one bit of each plane.
#[inline]
fn planes_of(position: u32, bits: bool) -> (u64, u64) {
    if bits {
        return (u64::from(position & 1), 0);
    }
    let position = position.min(NO_POSITION);
    (
        u64::from(VALUE_PLANE >> position & 1),
        u64::from(UNKNOWN_PLANE >> position & 1),
    )
}

/// Up to 64 positions, the leftmost first, as two planes.
#[inline]
fn planes_of_all(positions: &[u32], bits: bool) -> (u64, u64) {
    positions
        .iter()
        .fold((0, 0), |(value, unknown), &position| {
            let (value_bit, unknown_bit) = planes_of(position, bits);
            (value << 1 | value_bit, unknown << 1 | unknown_bit)
        })
}

/// The position of a state.
#[inline]
fn position_of(value: u64, unknown: u64, bits: bool) -> u32 {
    let position = FOUR_STATES[(value & 1 | (unknown & 1) << 1) as usize];
    if bits { position - 2 } else { position }
}

pub(super) fn logic_of(position: u32, bits: bool) -> Logic {
    if bits {
        return Logic::from(position & 1 == 1);
    }
    let state = Logic::ALL.get(position as usize);
    state.copied().unwrap_or(Logic::Unknown)
}

fn position_of_logic(logic: Logic, bits: bool) -> u32 {
    if bits {
        u32::from(logic.is_one())
    } else {
        logic as u32
    }
}

fn put_mode(mode: WriteMode) -> vhpi::vhpiPutValueModeT {
    match mode {
        WriteMode::Deposit => vhpi::vhpiDepositPropagate,
        WriteMode::Force => vhpi::vhpiForcePropagate,
        WriteMode::Release => vhpi::vhpiRelease,
    }
}

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
                let read = self.raw.read_scalar(object.raw, Scalar::Logic(0));
                match self.check(object, read)? {
                    Scalar::Logic(position) => Ok(planes_of(position, bits)),
                    _ => Err(self.refused("read", object)),
                }
            }
            &Shape::Vector { width, bits, .. } if width as usize <= SMALL => {
                let mut buffer = [0; SMALL];
                let positions = &mut buffer[..width as usize];
                self.raw
                    .read_positions(object.raw, positions)
                    .map_err(|unread| self.unread(unread, object))?;
                Ok(planes_of_all(positions, bits))
            }
            shape => self.read_number(object, shape),
        }
    }

    /// Reads an integer, an enumeration's position or a physical value.
    fn read_number(&self, object: &'static Object, shape: &Shape) -> Result<(u64, u64), PortError> {
        let value = match shape {
            Shape::Integer {
                unreadable: true, ..
            } => {
                return Err(self.unsupported(
                    "read",
                    object,
                    "an integer of a type that does not take 32 bits",
                    "declare it as `integer` or one of its subtypes, in VHDL-2008 or before",
                ));
            }
            Shape::Integer { long, .. } => {
                let wanted = if *long {
                    Scalar::LongInteger(0)
                } else {
                    Scalar::Integer(0)
                };
                let read = self.raw.read_scalar(object.raw, wanted);
                match self.check(object, read)? {
                    Scalar::Integer(integer) => u64::from(integer.cast_unsigned()),
                    Scalar::LongInteger(integer) => integer.cast_unsigned(),
                    _ => return Err(self.refused("read", object)),
                }
            }
            Shape::Enumeration {
                unreadable: true, ..
            } => {
                return Err(self.unsupported(
                    "read",
                    object,
                    "of a subtype of an enumeration with more than 256 literals",
                    "declare it with the enumeration itself",
                ));
            }
            Shape::Enumeration { format, .. } => {
                let wanted = enumeration(*format, 0);
                let read = self.raw.read_scalar(object.raw, wanted);
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
                    value & mask(width.next_multiple_of(8)).cast_signed()
                } else {
                    value
                };
                value.cast_unsigned()
            }
            shape => {
                return Err(self.wrong_encoding("read", object, shape.encoding()));
            }
        };
        Ok((value, 0))
    }

    fn read_physical(
        &self,
        object: &Object,
        format: vhpi::vhpiFormatT,
        reads_as: PhysicalRead,
    ) -> Result<i64, PortError> {
        match reads_as {
            PhysicalRead::Value => {
                let wanted = Scalar::Physical { format, value: 0 };
                let read = self.raw.read_scalar(object.raw, wanted);
                match self.check(object, read)? {
                    Scalar::Physical { value, .. } => Ok(value),
                    _ => Err(self.refused("read", object)),
                }
            }
            PhysicalRead::Property => self
                .raw
                .get_physical(vhpi::vhpiPhysValP, Some(object.raw))
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
                let read = self.raw.read_scalar(object.raw, Scalar::Logic(0));
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
                    object.raw,
                    vhpi::vhpiBinStrVal,
                    *width as usize,
                    &mut digits,
                );
                let assigned = read.map(|()| into.assign_binary_bytes(&digits));
                self.characters.set(digits);
                match assigned {
                    Ok(Ok(())) => Ok(()),
                    Ok(Err(error)) => Err(self.refusal("read", object, error.to_string())),
                    Err(unread) => Err(self.unread(unread, object)),
                }
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
        let read = self.raw.read_scalar(object.raw, Scalar::Real(0.0));
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
            return Err(self.wrong_encoding("read", object, shape.encoding()));
        };
        let mut characters = Vec::new();
        self.raw
            .read_characters(object.raw, vhpi::vhpiStrVal, length, &mut characters)
            .map_err(|unread| self.unread(unread, object))?;
        Ok(latin_1(&characters))
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
                self.check_bits(object, bits, unknown)?;
                let position = Scalar::Logic(position_of(value, unknown, bits));
                let put = self.raw.write_scalar(object.raw, position, put_mode(mode));
                self.finish_write(object, mode, put, |object| {
                    object.written.set_planes((value & 1, unknown & 1));
                })
            }
            &Shape::Vector { width, bits, .. } if width as usize <= SMALL => {
                let (value, unknown) = (value & mask(width), unknown & mask(width));
                self.check_bits(object, bits, unknown)?;
                let mut buffer = [0; SMALL];
                let positions = &mut buffer[..width as usize];
                for (bit, position) in positions.iter_mut().rev().enumerate() {
                    *position = position_of(value >> bit, unknown >> bit, bits);
                }
                let put = self
                    .raw
                    .write_positions(object.raw, positions, put_mode(mode));
                self.finish_write(object, mode, put, |object| {
                    object.written.set_planes((value, unknown));
                })
            }
            shape => self.write_number(object, shape, value, unknown, mode),
        }
    }

    /// A bit has no third state to take.
    #[inline]
    fn check_bits(&self, object: &Object, bits: bool, unknown: u64) -> Result<(), PortError> {
        if bits && unknown != 0 {
            return Err(self.refusal(
                "write",
                object,
                "it is of type `bit`, which holds 0 and 1 only".to_owned(),
            ));
        }
        Ok(())
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
        let refuse = |message| Err(self.refusal("write", object, message));
        if unknown != 0 {
            return refuse(format!(
                "its type, {}, has no unknown values",
                shape.encoding()
            ));
        }
        let scalar = match shape {
            Shape::Integer { range, long, .. } => {
                #[allow(clippy::cast_possible_truncation, reason = "the encoding has 32 bits")]
                let number = if *long {
                    value.cast_signed()
                } else {
                    i64::from((value as u32).cast_signed())
                };
                if !(range.low..=range.high).contains(&number) {
                    return refuse(format!(
                        "{number} is not within {} to {}",
                        range.low, range.high
                    ));
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
                        "{value} is none of its {} values: {}",
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
                    return refuse(format!(
                        "{number} is not within {} to {}",
                        range.low, range.high
                    ));
                }
                Scalar::Physical {
                    format: *format,
                    value: number,
                }
            }
            shape => return Err(self.wrong_encoding("write", object, shape.encoding())),
        };
        let put = self.raw.write_scalar(object.raw, scalar, put_mode(mode));
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
            Shape::Logic { bits } | Shape::Vector { bits, .. } => *bits,
            shape => {
                let (low, unknown) = (value.value_word(0), value.unknown_word(0));
                return self.write_number(object, shape, low, unknown, mode);
            }
        };
        if bits && value.has_unknown() {
            return self.check_bits(object, bits, 1);
        }
        let mut positions = self.positions.take();
        positions.clear();
        let states = (0..value.width()).rev().filter_map(|bit| value.bit(bit));
        positions.extend(states.map(|state| position_of_logic(state, bits)));
        let put = if let (Shape::Logic { .. }, Some(&position)) = (shape, positions.first()) {
            let position = Scalar::Logic(position);
            self.raw.write_scalar(object.raw, position, put_mode(mode))
        } else {
            self.raw
                .write_positions(object.raw, &mut positions, put_mode(mode))
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
        if let Shape::Real {
            limits: Some((low, high)),
        } = self.shape(object)
            && !(*low..=*high).contains(&real)
            && mode != WriteMode::Release
        {
            let message = format!("{real} is not within {low} to {high}");
            return Err(self.refusal("write", object, message));
        }
        let put = self
            .raw
            .write_scalar(object.raw, Scalar::Real(real), put_mode(mode));
        self.finish_write(object, mode, put, |object| object.written.set_real(real))
    }

    pub(super) fn put_string(&self, object: &'static Object, text: &str) -> Result<(), PortError> {
        super::check_not_over()?;
        let shape = self.shape(object);
        let Shape::Text { length } = *shape else {
            return Err(self.wrong_encoding("write", object, shape.encoding()));
        };
        let characters: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
        let Ok(characters) = characters else {
            let message = "VHDL's characters are those of ISO 8859-1".to_owned();
            return Err(self.refusal("write", object, message));
        };
        if characters.len() != length {
            let message = format!(
                "it holds {length} characters, not {}: fill the text up",
                characters.len()
            );
            return Err(self.refusal("write", object, message));
        }
        let put = self
            .raw
            .write_characters(object.raw, &characters, vhpi::vhpiDepositPropagate);
        self.finish_write(object, WriteMode::Deposit, put, |object| {
            object.written.set_text(text);
        })
    }

    /// Ends a force. The value does not matter, but NVC takes the length from it.
    pub(super) fn end_force(&self, object: &'static Object) -> Result<(), PortError> {
        super::check_not_over()?;
        let release = vhpi::vhpiRelease;
        let put = match self.shape(object) {
            Shape::Logic { .. } => self.raw.write_scalar(object.raw, Scalar::Logic(0), release),
            Shape::Vector { width, .. } => {
                let mut positions = vec![0; *width as usize];
                self.raw
                    .write_positions(object.raw, &mut positions, release)
            }
            Shape::Text { length } => {
                let spaces = vec![b' '; *length];
                self.raw.write_characters(object.raw, &spaces, release)
            }
            Shape::Integer { long: false, .. } => {
                self.raw
                    .write_scalar(object.raw, Scalar::Integer(0), release)
            }
            Shape::Integer { long: true, .. } => {
                self.raw
                    .write_scalar(object.raw, Scalar::LongInteger(0), release)
            }
            Shape::Enumeration { format, .. } => {
                self.raw
                    .write_scalar(object.raw, enumeration(*format, 0), release)
            }
            Shape::Real { .. } => self
                .raw
                .write_scalar(object.raw, Scalar::Real(0.0), release),
            shape @ Shape::Physical { .. } => {
                return self.write_number(object, shape, 0, 0, WriteMode::Release);
            }
            shape => return Err(self.wrong_encoding("release", object, shape.encoding())),
        };
        self.finish_write(object, WriteMode::Release, put, |_| {})
    }
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "a format is chosen by the number of literals"
)]
fn enumeration(format: EnumerationFormat, position: usize) -> Scalar {
    match format {
        EnumerationFormat::Small => Scalar::SmallEnumeration(position as u8),
        EnumerationFormat::Character => Scalar::Character(position as u8),
        EnumerationFormat::Large => Scalar::Enumeration(position as u32),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_become_the_planes_of_the_four_states_they_stand_for() {
        for (position, state) in (0..).zip(Logic::ALL) {
            let vector = LogicVec::from(state);
            let planes = (vector.value_word(0), vector.unknown_word(0));
            assert_eq!(planes_of(position, false), planes, "{state}");
            assert_eq!(logic_of(position, false), state);
            assert_eq!(position_of_logic(state, false), position);
        }
        assert_eq!(planes_of(9, false), (1, 1));
        assert_eq!(planes_of(1000, false), (1, 1));
        assert_eq!(planes_of(1, true), (1, 0));
    }

    #[test]
    fn the_leftmost_position_is_the_most_significant_bit() {
        assert_eq!(planes_of_all(&[3, 2, 4, 1], false), (0b1001, 0b0011));
        assert_eq!(planes_of_all(&[1, 0, 0], true), (0b100, 0));
    }

    #[test]
    fn planes_become_the_positions_that_they_came_from() {
        for position in [1, 2, 3, 4] {
            let (value, unknown) = planes_of(position, false);
            assert_eq!(position_of(value, unknown, false), position);
        }
        assert_eq!(position_of(1, 0, true), 1);
        assert_eq!(position_of(0, 0, true), 0);
    }
}
