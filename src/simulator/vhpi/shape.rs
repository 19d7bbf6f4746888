//! The shape of an object's value.

use crate::simulator::Encoding;
use crate::sys::vhpi;

/// The values an integer or physical type or subtype allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) low: i64,
    pub(super) high: i64,
}

/// The range of one dimension of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dimension {
    pub(super) left: i64,
    pub(super) right: i64,
    /// 0 for a null range.
    pub(super) length: u64,
}

impl Dimension {
    pub(super) fn new(left: i64, right: i64, is_null: bool) -> Self {
        let length = if is_null { 0 } else { left.abs_diff(right) + 1 };
        Dimension {
            left,
            right,
            length,
        }
    }

    pub(super) fn range(self) -> (i64, i64) {
        (self.left, self.right)
    }

    pub(super) fn holds(self, index: i64) -> bool {
        let (low, high) = (self.left.min(self.right), self.left.max(self.right));
        self.length > 0 && (low..=high).contains(&index)
    }
}

/// The value of an object.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// One `std_ulogic`, or one `bit`.
    Logic {
        bits: bool,
    },
    /// A one-dimensional array of them.
    Vector {
        width: u32,
        range: (i64, i64),
        signed: bool,
        bits: bool,
    },
    /// `long`: the simulator holds 64 bits. `unreadable`: the simulator would read something else.
    Integer {
        range: Range,
        long: bool,
        unreadable: bool,
    },
    Enumeration {
        literals: Vec<String>,
        format: EnumerationFormat,
        unreadable: bool,
    },
    /// In the base unit: fs for times.
    Physical {
        range: Range,
        format: vhpi::vhpiFormatT,
        time: bool,
        reads_as: PhysicalRead,
    },
    /// `limits` where a subtype has them.
    Real {
        limits: Option<(f64, f64)>,
    },
    /// A string of this many characters.
    Text {
        length: usize,
    },
    /// Ranges of the dimensions, the first one outermost.
    Array {
        dimensions: Vec<Dimension>,
    },
    Record,
    /// The fields of a record as the bits of a structure.
    Structure {
        width: u32,
        two_state: bool,
    },
    /// No accessible value.
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EnumerationFormat {
    Small,
    Large,
    Character,
}

/// How a physical value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PhysicalRead {
    Value,
    /// As a property of the declared object.
    Property,
    Nothing,
}

impl Range {
    fn holds(self, low: i64, high: i64) -> bool {
        self.low >= low && self.high <= high
    }

    /// Whether 32 bits are needed and enough.
    pub(super) fn needs_32_bits(self) -> bool {
        let fits_less = self.holds(i64::from(i16::MIN), i64::from(i16::MAX))
            || self.holds(0, i64::from(u16::MAX));
        !fits_less && self.holds(i64::from(i32::MIN), i64::from(i32::MAX))
    }
}

/// The least number of bits, 1 or more, for positions up to `last`.
pub(super) fn position_bits(last: usize) -> u32 {
    (usize::BITS - last.leading_zeros()).max(1)
}

impl Shape {
    pub(super) fn encoding(&self) -> Encoding {
        let logic = |width, range, signed, two_state| Encoding::Logic {
            width,
            range,
            signed,
            two_state,
        };
        match self {
            Shape::Logic { bits } => logic(1, None, false, *bits),
            Shape::Vector {
                width,
                range,
                signed,
                bits,
            } => logic(*width, Some(*range), *signed, *bits),
            Shape::Integer { long: false, .. } => logic(32, None, true, true),
            Shape::Integer { long: true, .. } | Shape::Physical { .. } => {
                logic(64, None, true, true)
            }
            Shape::Enumeration { literals, .. } => {
                let last = literals.len().saturating_sub(1);
                logic(position_bits(last), None, false, true)
            }
            Shape::Structure { width, two_state } => logic(*width, None, false, *two_state),
            Shape::Real { .. } => Encoding::Real,
            Shape::Text { .. } => Encoding::Text,
            Shape::Array { .. } | Shape::Record | Shape::None => Encoding::None,
        }
    }
}

impl Shape {
    /// Whether it is a number without bits.
    pub(super) fn is_number(&self) -> bool {
        matches!(
            self,
            Shape::Integer { .. } | Shape::Enumeration { .. } | Shape::Physical { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_need_one_bit_or_more() {
        assert_eq!(position_bits(0), 1);
        assert_eq!(position_bits(1), 1);
        assert_eq!(position_bits(2), 2);
        assert_eq!(position_bits(3), 2);
        assert_eq!(position_bits(255), 8);
    }

    #[test]
    fn a_range_needs_32_bits_unless_fewer_or_more_are_needed() {
        let range = |low, high| Range { low, high };
        assert!(range(i64::from(i32::MIN), i64::from(i32::MAX)).needs_32_bits());
        assert!(range(0, 70_000).needs_32_bits());
        assert!(!range(0, 65_535).needs_32_bits());
        assert!(!range(-5, 5).needs_32_bits());
        assert!(!range(0, 1 << 32).needs_32_bits());
    }

    #[test]
    fn an_enumeration_is_as_wide_as_its_last_position() {
        let literals = ["idle", "busy", "done"].map(str::to_owned).to_vec();
        let shape = Shape::Enumeration {
            literals,
            format: EnumerationFormat::Small,
            unreadable: false,
        };
        assert_eq!(shape.encoding().width(), Some(2));
    }
}
