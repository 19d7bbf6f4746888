//! Bit patterns, as sets of values.

use crate::value::Shape;

/// The most free bits above a fixed one: each doubles the ranges of values.
const LIMIT: u32 = 12;

/// The ranges of positions whose values match a pattern.
///
/// # Errors
///
/// The reason why the pattern is invalid, to follow its name in a sentence.
pub(super) fn ranges(shape: Shape, pattern: &str) -> Result<Vec<(u128, u128)>, String> {
    let digits = pattern.strip_prefix("0b").unwrap_or(pattern);
    let (mut fixed, mut free, mut width) = (0_u128, 0_u128, 0_u32);
    for digit in digits.chars().filter(|digit| *digit != '_') {
        width += 1;
        if width > shape.width {
            return Err(format!(
                "has more than the {} bits of the values",
                shape.width
            ));
        }
        let (one, either) = match digit {
            '0' => (0, 0),
            '1' => (1, 0),
            'x' | 'X' | 'z' | 'Z' | '?' => (0, 1),
            other => {
                return Err(format!(
                    "has `{other}` in it: its digits are 0, 1, x, z and ?"
                ));
            }
        };
        fixed = fixed << 1 | one;
        free = free << 1 | either;
    }
    if width == 0 {
        return Err("has no digits".to_owned());
    }
    // The free bits below the lowest fixed one make one range; each other free bit doubles the ranges.
    let low = free.trailing_ones();
    let low_mask = if low == 128 {
        u128::MAX
    } else {
        (1 << low) - 1
    };
    let high = free & !low_mask;
    if high.count_ones() > LIMIT {
        return Err(format!(
            "stands for 2^{} ranges of values, which is more than 2^{LIMIT}",
            high.count_ones()
        ));
    }
    let mut ranges = Vec::new();
    let mut chosen = 0;
    loop {
        let first = fixed | chosen;
        let (one, other) = (shape.key(first), shape.key(first | low_mask));
        if one <= other {
            ranges.push((one, other));
        } else {
            // The sign is among the free bits: negative values come first.
            ranges.extend([(0, other), (one, shape.last())]);
        }
        // The next subset of the free bits.
        chosen = chosen.wrapping_sub(high) & high;
        if chosen == 0 {
            return Ok(ranges);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{CoverValue, key_of};

    fn fits<V: CoverValue>(pattern: &str, value: V) -> bool {
        let ranges = ranges(V::SHAPE, pattern).unwrap();
        let key = key_of(value);
        ranges
            .iter()
            .filter(|(first, last)| (*first..=*last).contains(&key))
            .count()
            == 1
    }

    #[test]
    fn a_value_fits_where_every_fixed_bit_does() {
        for value in 0..=u8::MAX {
            assert_eq!(
                fits("0bx1_x0xx?1", value),
                value & 0b0101_0001 == 0b0100_0001,
                "{value}"
            );
            assert!(fits("xxxxxxxx", value));
            assert_eq!(fits("1x", value), matches!(value, 2 | 3));
        }
        for value in i8::MIN..=i8::MAX {
            assert!(fits("zzzzzzzz", value), "{value}");
            assert_eq!(fits("1xxxxxxx", value), value < 0, "{value}");
            assert_eq!(
                fits("x0000001", value),
                matches!(value, 1 | -127),
                "{value}"
            );
        }
        assert!(fits(&"x".repeat(128), u128::MAX));
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        let why = |pattern: &str| ranges(u8::SHAPE, pattern).unwrap_err();
        assert_eq!(why("00000000x"), "has more than the 8 bits of the values");
        assert_eq!(why("012"), "has `2` in it: its digits are 0, 1, x, z and ?");
        assert_eq!(why("0b"), "has no digits");
        let many = format!("{}1", "x".repeat(20));
        assert!(
            ranges(u32::SHAPE, &many)
                .unwrap_err()
                .contains("2^20 ranges")
        );
    }
}
