//! Types of objects, and the shapes of values that they make.
//!
//! The simulator names the format in which it holds a value; ranges and literals come from the type.

use super::VhpiPort;
use super::object::Object;
use super::raw::Raw;
use super::shape::{Dimension, EnumerationFormat, PhysicalRead, Range, Shape};
use crate::sys::vhpi;

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

    /// The ranges of an array's dimensions; `None` if one is not available.
    fn dimensions(&self, array: Raw) -> Option<Vec<Dimension>> {
        let ranges = self.raw.all_related(vhpi::vhpiConstraints, Some(array));
        let bounds = ranges.into_iter().map(|range| {
            let bounds = self.bounds(range);
            self.raw.release(range);
            bounds
        });
        // All of them are released, also after one that is not available.
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
