//! Scalar values, each in its format.

use crate::sys::vhpi;

/// A value that is read or written, except for vectors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scalar {
    /// `vhpiLogicVal`: a position among the nine states, or the two of a bit.
    Logic(u32),
    /// `vhpiSmallEnumVal`: the position of a literal, of 256 at most.
    SmallEnumeration(u8),
    /// `vhpiEnumVal`.
    Enumeration(u32),
    /// `vhpiCharVal`.
    Character(u8),
    /// `vhpiIntVal`.
    Integer(i32),
    /// `vhpiLongIntVal`.
    LongInteger(i64),
    /// `vhpiRealVal`.
    Real(f64),
    /// `vhpiTimeVal` or `vhpiPhysVal`, in the base unit.
    Physical {
        format: vhpi::vhpiFormatT,
        value: i64,
    },
}

pub(super) fn physical(value: vhpi::vhpiPhysT) -> i64 {
    i64::from(value.high) << 32 | i64::from(value.low)
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the halves are taken apart on purpose"
)]
fn halves(value: i64) -> vhpi::vhpiPhysT {
    vhpi::vhpiPhysT {
        high: (value >> 32) as i32,
        low: value as u32,
    }
}

impl Scalar {
    pub(super) fn format(self) -> vhpi::vhpiFormatT {
        match self {
            Scalar::Logic(_) => vhpi::vhpiLogicVal,
            Scalar::SmallEnumeration(_) => vhpi::vhpiSmallEnumVal,
            Scalar::Enumeration(_) => vhpi::vhpiEnumVal,
            Scalar::Character(_) => vhpi::vhpiCharVal,
            Scalar::Integer(_) => vhpi::vhpiIntVal,
            Scalar::LongInteger(_) => vhpi::vhpiLongIntVal,
            Scalar::Real(_) => vhpi::vhpiRealVal,
            Scalar::Physical { format, .. } => format,
        }
    }

    pub(super) fn store(self, value: &mut vhpi::vhpiValueT) {
        let value = &mut value.value;
        match self {
            Scalar::Logic(position) | Scalar::Enumeration(position) => value.enumv = position,
            Scalar::SmallEnumeration(position) => value.smallenumv = position,
            Scalar::Character(character) => value.ch = character,
            Scalar::Integer(integer) => value.intg = integer,
            Scalar::LongInteger(integer) => value.longintg = integer,
            Scalar::Real(real) => value.real = real,
            Scalar::Physical {
                value: physical, ..
            } => value.phys = halves(physical),
        }
    }

    /// # Safety
    ///
    /// The simulator has filled `value` in this scalar's format.
    pub(super) unsafe fn load(self, value: &vhpi::vhpiValueT) -> Scalar {
        // SAFETY: the format says which member was written, by this function's own condition.
        unsafe {
            match self {
                Scalar::Logic(_) => Scalar::Logic(value.value.enumv),
                Scalar::Enumeration(_) => Scalar::Enumeration(value.value.enumv),
                Scalar::SmallEnumeration(_) => Scalar::SmallEnumeration(value.value.smallenumv),
                Scalar::Character(_) => Scalar::Character(value.value.ch),
                Scalar::Integer(_) => Scalar::Integer(value.value.intg),
                Scalar::LongInteger(_) => Scalar::LongInteger(value.value.longintg),
                Scalar::Real(_) => Scalar::Real(value.value.real),
                Scalar::Physical { format, .. } => Scalar::Physical {
                    format,
                    value: physical(value.value.phys),
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_of_a_physical_value_survive() {
        for value in [0, 1, -1, i64::MIN, i64::MAX, 0x1_0000_0000, -0x8000_0001] {
            assert_eq!(physical(halves(value)), value);
        }
    }
}
