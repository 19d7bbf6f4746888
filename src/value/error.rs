//! Why a value could not be converted.

use std::fmt;

use super::LogicVec;

/// A value that does not convert without losing something, or a place that does not exist.
///
/// Raised by conversions, parsing, slices and indices of [`LogicVec`], and, as the cause of a
/// [`ReadError`](crate::dut::ReadError) or [`WriteError`](crate::dut::WriteError), by signals.
///
/// ```
/// use verifork::value::{LogicVec, ValueError};
///
/// let vector: LogicVec = "10X0".parse().unwrap();
/// assert!(matches!(u8::try_from(&vector), Err(ValueError::Unknown { .. })));
/// assert!(matches!(vector.slice(4, 1), Err(ValueError::Slice { .. })));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// Bits that are neither 0 nor 1 were read as a type that has only those.
    #[error(
        "{} cannot be read as {wanted}: {}",
        Brief(value),
        UnknownRanges(value)
    )]
    Unknown {
        /// The value; [`LogicVec::unknown_bits`] lists its unknown bits.
        value: LogicVec,
        /// The Rust type asked for.
        wanted: &'static str,
    },
    /// A vector's value is outside the range of the Rust type asked for.
    #[error("{} does not fit {wanted}, which holds {}", Number(value, *read_as_signed),
        Range(*bits, *signed))]
    OutOfRange {
        /// What was read.
        value: LogicVec,
        /// The Rust type asked for.
        wanted: &'static str,
        /// The bits of that type; [`u32::MAX`] for any number of them.
        bits: u32,
        /// Whether that type is signed.
        signed: bool,
        /// Whether the bits were read as a signed number (two's complement).
        read_as_signed: bool,
    },
    /// An integer needs more bits than there are.
    #[error("{} does not fit {}, which hold{} {}", Shortened { text: value, limit: 80 }, Count(*width), third_person(*width),
        Range(*width, *signed))]
    DoesNotFit {
        /// The integer, in decimal.
        value: String,
        /// The bits there are.
        width: u32,
        /// Whether the integer counts as signed (two's complement).
        signed: bool,
    },
    /// A vector has another width than its place.
    #[error("{what} has {} where {} belong{}", Count(*actual), Count(*expected),
        third_person(*expected))]
    Width {
        /// What has the wrong width.
        what: &'static str,
        /// The width that would fit.
        expected: u32,
        /// The width it has.
        actual: u32,
    },
    /// What stands in the way of one field of a structure.
    #[error("field `{field}` of {structure}: {error}")]
    Field {
        /// The Rust struct.
        structure: &'static str,
        /// Its field.
        field: &'static str,
        /// What is wrong with it.
        error: Box<ValueError>,
    },
    /// What stands in the way of one lane of an array.
    #[error("lane {lane}: {error}")]
    Lane {
        /// The element of the array.
        lane: usize,
        /// What is wrong with it.
        error: Box<ValueError>,
    },
    /// A vector that is not a whole number of lanes.
    #[error("{} are not {lanes} lanes of one width", Count(*width))]
    Lanes {
        /// The width of the vector.
        width: u32,
        /// The number of lanes.
        lanes: usize,
    },
    /// A bit that the vector does not have.
    #[error("bit {index} is outside a vector of {}{}", Count(*width), Numbering(*width))]
    Index {
        /// The bit asked for, counted from the least significant.
        index: u32,
        /// The width of the vector.
        width: u32,
    },
    /// A slice that the vector does not have.
    #[error("slice {high}:{low} is outside a vector of {}{}{}", Count(*width), Numbering(*width),
        if high < low { ": the high index comes first" } else { "" })]
    Slice {
        /// The slice's most significant bit.
        high: u32,
        /// The slice's least significant bit.
        low: u32,
        /// The width of the vector.
        width: u32,
    },
    /// An index that the declared range does not have.
    #[error("index {index} is outside the declared range [{left}:{right}]")]
    DeclaredIndex {
        /// The index asked for.
        index: i64,
        /// The declared index of the most significant bit.
        left: i64,
        /// The declared index of the least significant bit.
        right: i64,
    },
    /// A part that the declared range does not have, or that runs against it.
    #[error("part [{}:{}] is outside the declared range [{}:{}], or runs against it",
        part.0, part.1, range.0, range.1)]
    DeclaredPart {
        /// The indices asked for, left and right.
        part: (i64, i64),
        /// The declared indices of the most and of the least significant bit.
        range: (i64, i64),
    },
    /// A text that is not a value.
    #[error("{} is not logic value: at character {}, {reason}", Quoted(text),
        text.get(..*at).map_or(*at, |before| before.chars().count()) + 1)]
    Parse {
        /// The text.
        text: String,
        /// The byte in the text where it went wrong.
        at: usize,
        /// What was wrong there, and what would fit.
        reason: String,
    },
    /// No variant of an enumeration has the value.
    #[error(
        "{} is not a variant of {enumeration}: {}",
        Brief(value),
        Variants(variants)
    )]
    NotAVariant {
        /// The enumeration's name.
        enumeration: &'static str,
        /// What was read.
        value: LogicVec,
        /// The enumeration's names and values.
        variants: &'static [(&'static str, u128)],
    },
}

impl ValueError {
    /// The same of a field.
    pub(super) fn of_field(self, structure: &'static str, field: &'static str) -> ValueError {
        ValueError::Field {
            structure,
            field,
            error: Box::new(self),
        }
    }

    /// The same of a lane.
    pub(super) fn of_lane(self, lane: usize) -> ValueError {
        ValueError::Lane {
            lane,
            error: Box::new(self),
        }
    }
}

/// "1 bit", "8 bits".
struct Count(u32);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bit{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}

/// The verb's ending after [`Count`].
fn third_person(count: u32) -> &'static str {
    if count == 1 { "s" } else { "" }
}

struct Numbering(u32);

impl fmt::Display for Numbering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            1 => f.write_str(", numbered 0"),
            width => write!(f, ", numbered {} to 0", width - 1),
        }
    }
}

/// The integers that fit a number of bits, exactly up to 64 bits and as powers beyond.
struct Range(u32, bool);

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Range(0, _) => f.write_str("only 0"),
            Range(u32::MAX, false) => f.write_str("no negative numbers"),
            Range(width @ 1..=64, false) => write!(f, "0 to {}", (1_u128 << width) - 1),
            Range(width @ 1..=64, true) => {
                let bound = 1_i128 << (width - 1);
                write!(f, "{} to {}", -bound, bound - 1)
            }
            Range(width, false) => write!(f, "0 to 2^{width}-1"),
            Range(width, true) => write!(f, "-2^{0} to 2^{0}-1", width - 1),
        }
    }
}

/// The value as a literal, shortened in the middle when it is too wide for a message.
struct Brief<'a>(&'a LogicVec);

impl fmt::Display for Brief<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Shortened {
            text: &self.0.to_string(),
            limit: 80,
        }
        .fmt(f)
    }
}

/// The value as a literal, with the number where that does not show it.
struct Number<'a>(&'a LogicVec, bool);

impl fmt::Display for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Number(value, signed) = self;
        match value.to_i128() {
            Ok(number @ ..=-1) if *signed => write!(f, "{number} ({})", Brief(value)),
            _ => Brief(value).fmt(f),
        }
    }
}

struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}`",
            Shortened {
                text: self.0,
                limit: 80
            }
        )
    }
}

struct Shortened<'a> {
    text: &'a str,
    limit: usize,
}

impl fmt::Display for Shortened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, kept) = (self.text, self.limit / 2);
        let head = text.char_indices().nth(kept).map(|(at, _)| at);
        let tail = text.char_indices().rev().nth(kept - 1).map(|(at, _)| at);
        match (head, tail) {
            (Some(head), Some(tail)) if head < tail => {
                write!(f, "{}…{}", &text[..head], &text[tail..])
            }
            _ => f.write_str(text),
        }
    }
}

/// "bits 7:4, 1 are unknown", most significant first as HDL writes ranges.
struct UnknownRanges<'a>(&'a LogicVec);

impl fmt::Display for UnknownRanges<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 8;
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for bit in self.0.unknown_bits() {
            match ranges.last_mut() {
                Some((high, _)) if *high + 1 == bit => *high = bit,
                _ => ranges.push((bit, bit)),
            }
        }
        let plural = ranges.len() > 1 || ranges.first().is_some_and(|(high, low)| high != low);
        f.write_str(if plural { "bits " } else { "bit " })?;
        for (index, (high, low)) in ranges.iter().rev().take(SHOWN).enumerate() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            if high == low {
                write!(f, "{high}")?;
            } else {
                write!(f, "{high}:{low}")?;
            }
        }
        if ranges.len() > SHOWN {
            write!(f, " … {} in all", self.0.count_unknown())?;
        }
        f.write_str(if plural {
            " are unknown"
        } else {
            " is unknown"
        })
    }
}

struct Variants(&'static [(&'static str, u128)]);

impl fmt::Display for Variants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 16;
        f.write_str("it has ")?;
        for (index, (name, value)) in self.0.iter().take(SHOWN).enumerate() {
            write!(f, "{}{name} = {value}", if index == 0 { "" } else { ", " })?;
        }
        match self.0.len() {
            0 => f.write_str("none"),
            count if count > SHOWN => write!(f, " … {count} in all"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Logic;

    #[test]
    fn unknown_bits_are_named_as_ranges() {
        let unknown = |text: &str| ValueError::Unknown {
            value: LogicVec::from_binary_str(text).unwrap(),
            wanted: "u8",
        };
        assert_eq!(
            unknown("XX00Z0-W").to_string(),
            "8'bxx00z0-w cannot be read as u8: bits 7:6, 3, 1:0 are unknown"
        );
        assert_eq!(
            unknown("X0000000").to_string(),
            "8'bx0000000 cannot be read as u8: bit 7 is unknown"
        );
        let many = unknown(&"X0".repeat(300)).to_string();
        assert!(many.contains("bits 599, 597, "), "{many}");
        assert!(many.contains("300 in all") && many.len() < 250, "{many}");
    }

    #[test]
    fn ranges_are_spelt_out() {
        let fit = |width, signed| ValueError::DoesNotFit {
            value: "9".into(),
            width,
            signed,
        };
        assert_eq!(
            fit(1, false).to_string(),
            "9 does not fit 1 bit, which holds 0 to 1"
        );
        assert_eq!(
            fit(4, true).to_string(),
            "9 does not fit 4 bits, which hold -8 to 7"
        );
        assert_eq!(
            fit(0, true).to_string(),
            "9 does not fit 0 bits, which hold only 0"
        );
        assert_eq!(
            fit(80, true).to_string(),
            "9 does not fit 80 bits, which hold -2^79 to 2^79-1"
        );
        let error = ValueError::OutOfRange {
            value: LogicVec::from_u64(256, 16).unwrap(),
            wanted: "u8",
            bits: 8,
            signed: false,
            read_as_signed: false,
        };
        assert_eq!(
            error.to_string(),
            "16'h0100 does not fit u8, which holds 0 to 255"
        );
    }

    #[test]
    fn variants_are_listed() {
        let error = ValueError::NotAVariant {
            enumeration: "State",
            value: LogicVec::filled(2, Logic::One),
            variants: &[("Idle", 0), ("Run", 1)],
        };
        assert_eq!(
            error.to_string(),
            "2'b11 is not a variant of State: it has Idle = 0, Run = 1"
        );
    }

    #[test]
    fn errors_stay_small_enough_to_return() {
        assert!(size_of::<ValueError>() <= 88, "{}", size_of::<ValueError>());
    }
}
