//! What the value of an object looks like, by its type.
//!
//! The simulator names the format in which it holds a value; ranges and literals come from the type.

use super::VhpiPort;
use super::object::Object;
use super::raw::Raw;
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
    /// No value that can be had.
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
    fn needs_32_bits(self) -> bool {
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
    /// Whether it is a number and no bits.
    pub(super) fn is_number(&self) -> bool {
        matches!(
            self,
            Shape::Integer { .. } | Shape::Enumeration { .. } | Shape::Physical { .. }
        )
    }
}

/// Handles of an object's type and base type, released when this goes.
struct Types<'a> {
    port: &'a VhpiPort,
    subtype: Raw,
    base: Raw,
}

impl Drop for Types<'_> {
    fn drop(&mut self) {
        if self.base != self.subtype {
            self.port.raw.release(self.base);
        }
        self.port.raw.release(self.subtype);
    }
}

impl VhpiPort {
    /// The type of an object or the element type of an array type.
    fn types(&self, relation: vhpi::vhpiOneToOneT, of: Raw) -> Option<Types<'_>> {
        let subtype = self.raw.related(relation, Some(of))?;
        let base = self.raw.related(vhpi::vhpiBaseType, Some(subtype));
        Some(Types {
            port: self,
            subtype,
            // A type is its own base.
            base: base.unwrap_or(subtype),
        })
    }

    fn class(&self, object: Raw) -> vhpi::vhpiClassKindT {
        let class = self.raw.get(vhpi::vhpiKindP, object);
        class.and_then(|class| class.try_into().ok()).unwrap_or(0)
    }

    /// Finds out what an object's value looks like; asks the simulator many times.
    pub(super) fn find_shape(&self, object: &'static Object) -> Shape {
        let shape = self.with_handle(object, |raw| self.shape_of(object, raw));
        shape.unwrap_or(Shape::None)
    }

    fn shape_of(&self, object: &Object, raw: Raw) -> Shape {
        let Some(types) = self.types(vhpi::vhpiType, raw) else {
            return Shape::None;
        };
        let format = self.raw.own_format(raw);
        match self.class(types.base) {
            vhpi::vhpiRecordTypeDeclK => Shape::Record,
            vhpi::vhpiArrayTypeDeclK => self.array_shape(&types, format),
            vhpi::vhpiEnumTypeDeclK => self.enumeration_shape(&types, format),
            vhpi::vhpiIntTypeDeclK => self.integer_shape(&types, format),
            vhpi::vhpiPhysTypeDeclK => self.physical_shape(&types, format, object),
            vhpi::vhpiFloatTypeDeclK => Shape::Real {
                limits: self.real_limits(&types),
            },
            _ => Shape::None,
        }
    }

    fn array_shape(&self, types: &Types<'_>, format: Option<vhpi::vhpiFormatT>) -> Shape {
        let Some(dimensions) = self.dimensions(types.subtype) else {
            return Shape::None;
        };
        let mut lengths = dimensions.iter().map(|range| u32::try_from(range.length));
        let (&[dimension], Some(Ok(length))) = (&*dimensions, lengths.next()) else {
            return if dimensions.is_empty() {
                Shape::None
            } else {
                Shape::Array { dimensions }
            };
        };
        match format {
            Some(vhpi::vhpiLogicVecVal) => Shape::Vector {
                width: length,
                range: dimension.range(),
                signed: self.is_signed(types.base),
                bits: self
                    .types(vhpi::vhpiElemType, types.subtype)
                    .is_some_and(|element| self.literals(element.base).len() == 2),
            },
            Some(vhpi::vhpiStrVal) => Shape::Text {
                length: length as usize,
            },
            _ => Shape::Array { dimensions },
        }
    }

    /// The ranges of an array's dimensions; `None` if one is not to be had.
    fn dimensions(&self, array: Raw) -> Option<Vec<Dimension>> {
        let ranges = self.raw.all_related(vhpi::vhpiConstraints, Some(array));
        let bounds = ranges.into_iter().map(|range| {
            let bounds = self.bounds(range);
            self.raw.release(range);
            bounds
        });
        // All of them are released, also after one that is not to be had.
        let bounds: Vec<_> = bounds.collect();
        bounds.into_iter().collect()
    }

    fn bounds(&self, range: Raw) -> Option<Dimension> {
        let is_null = self.raw.get(vhpi::vhpiIsNullP, range) == Some(1);
        let bound = |property| self.raw.bound(property, range).map(i64::from);
        let (left, right) = bound(vhpi::vhpiLeftBoundP).zip(bound(vhpi::vhpiRightBoundP))?;
        Some(Dimension::new(left, right, is_null))
    }

    /// Whether vectors of a type are numbers with a sign: `numeric_std` and the fixed-point
    /// packages, with the names of their unresolved types.
    fn is_signed(&self, base: Raw) -> bool {
        let name = self.raw.get_text(vhpi::vhpiNameP, base).unwrap_or_default();
        let name = name.to_ascii_uppercase();
        let name = name.strip_prefix("UNRESOLVED_").unwrap_or(&name);
        let name = name.strip_prefix("U_").unwrap_or(name);
        matches!(name, "SIGNED" | "SFIXED")
    }

    /// The names of an enumeration's literals, in the order of their positions.
    fn literals(&self, base: Raw) -> Vec<String> {
        let literals = self.raw.all_related(vhpi::vhpiEnumLiterals, Some(base));
        let names = literals.into_iter().map(|literal| {
            let name = self.raw.get_text(vhpi::vhpiStrValP, literal);
            self.raw.release(literal);
            let name = name.unwrap_or_default();
            if name.starts_with('\'') {
                name
            } else {
                crate::simulator::vhdl_name::shown(&name, self.quirks.names)
            }
        });
        names.collect()
    }

    fn enumeration_shape(&self, types: &Types<'_>, format: Option<vhpi::vhpiFormatT>) -> Shape {
        let literals = self.literals(types.base);
        let format = match format {
            Some(vhpi::vhpiLogicVal) => {
                return Shape::Logic {
                    bits: literals.len() == 2,
                };
            }
            Some(vhpi::vhpiCharVal) => EnumerationFormat::Character,
            Some(vhpi::vhpiSmallEnumVal) => EnumerationFormat::Small,
            Some(vhpi::vhpiEnumVal) => EnumerationFormat::Large,
            _ => return Shape::None,
        };
        Shape::Enumeration {
            literals,
            format,
            unreadable: self.quirks.sized_subtypes_read_zero
                && format == EnumerationFormat::Large
                && types.subtype != types.base
                && self.class(types.subtype) == vhpi::vhpiSubtypeDeclK,
        }
    }

    fn integer_shape(&self, types: &Types<'_>, format: Option<vhpi::vhpiFormatT>) -> Shape {
        let long = match format {
            Some(vhpi::vhpiIntVal) => false,
            Some(vhpi::vhpiLongIntVal) => true,
            _ => return Shape::None,
        };
        let widest = if long {
            (i64::MIN, i64::MAX)
        } else {
            (i64::from(i32::MIN), i64::from(i32::MAX))
        };
        let widest = Range {
            low: widest.0,
            high: widest.1,
        };
        let base = self.integer_range(types.base);
        let range = self.integer_range(types.subtype).or(base);
        Shape::Integer {
            // Bounds of 64 bits do not pass: what is allowed is then not known.
            range: if long {
                widest
            } else {
                range.unwrap_or(widest)
            },
            long,
            unreadable: self.quirks.odd_integers_are_misread
                && !base.is_some_and(Range::needs_32_bits),
        }
    }

    /// The range of an integer type or subtype; `None` if it has none of its own.
    fn integer_range(&self, of: Raw) -> Option<Range> {
        let [Dimension { left, right, .. }] = *self.dimensions(of)? else {
            return None;
        };
        Some(Range {
            low: left.min(right),
            high: left.max(right),
        })
    }

    fn physical_shape(
        &self,
        types: &Types<'_>,
        format: Option<vhpi::vhpiFormatT>,
        object: &Object,
    ) -> Shape {
        let Some(format) = format else {
            return Shape::None;
        };
        let name = self.raw.get_text(vhpi::vhpiNameP, types.base);
        let subtype = self.class(types.subtype) == vhpi::vhpiSubtypeDeclK;
        let range = self
            .physical_range(types.subtype)
            .or_else(|| self.physical_range(types.base));
        Shape::Physical {
            range: range.unwrap_or(Range {
                low: i64::MIN,
                high: i64::MAX,
            }),
            format,
            time: name.is_some_and(|name| name.eq_ignore_ascii_case("time")),
            reads_as: match (self.quirks.sized_subtypes_read_zero, subtype) {
                (true, true) if !object.is_part => PhysicalRead::Property,
                (true, true) => PhysicalRead::Nothing,
                _ => PhysicalRead::Value,
            },
        }
    }

    fn physical_range(&self, of: Raw) -> Option<Range> {
        let ranges = self.raw.all_related(vhpi::vhpiConstraints, Some(of));
        let bounds = ranges.into_iter().map(|range| {
            let bound = |property| self.raw.get_physical(property, Some(range));
            let bounds = bound(vhpi::vhpiPhysLeftBoundP).zip(bound(vhpi::vhpiPhysRightBoundP));
            self.raw.release(range);
            bounds
        });
        let bounds: Vec<_> = bounds.collect();
        let (left, right) = (*bounds.first()?)?;
        Some(Range {
            low: left.min(right),
            high: left.max(right),
        })
    }

    /// The limits of a subtype of a real type.
    fn real_limits(&self, types: &Types<'_>) -> Option<(f64, f64)> {
        if self.class(types.subtype) != vhpi::vhpiSubtypeDeclK {
            return None;
        }
        let ranges = self
            .raw
            .all_related(vhpi::vhpiConstraints, Some(types.subtype));
        let bounds = ranges.into_iter().map(|range| {
            let bound = |property| self.raw.get_real(property, range);
            let bounds = bound(vhpi::vhpiFloatLeftBoundP).zip(bound(vhpi::vhpiFloatRightBoundP));
            self.raw.release(range);
            bounds
        });
        let bounds: Vec<_> = bounds.collect();
        let (left, right) = (*bounds.first()?)?;
        Some((left.min(right), left.max(right)))
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
