//! The bytes of data, by their lanes: a bit for each.

use std::ops::Range;

use verifork::value::LogicVec;

/// A bit for each of these bytes.
pub(crate) fn strobes_of(lanes: Range<usize>) -> u128 {
    let below = |lane: usize| match lane {
        128.. => u128::MAX,
        lane => (1 << lane) - 1,
    };
    below(lanes.end) & !below(lanes.start)
}

/// A bit for each byte with unknown bits.
pub(crate) fn unknown_lanes(value: &LogicVec) -> u128 {
    if !value.has_unknown() {
        return 0;
    }
    lanes_of(value, |word| value.unknown_word(word))
}

/// A bit for each byte in which two values of one width differ.
pub(crate) fn differing_lanes(one: &LogicVec, other: &LogicVec) -> u128 {
    lanes_of(one, |word| {
        let values = one.value_word(word) ^ other.value_word(word);
        values | (one.unknown_word(word) ^ other.unknown_word(word))
    })
}

fn lanes_of(value: &LogicVec, bits: impl Fn(usize) -> u64) -> u128 {
    let mut lanes = 0;
    for word in 0..value.word_count() {
        let bytes = bits(word).to_le_bytes();
        for (lane, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte != 0) {
            lanes |= 1 << (8 * word + lane);
        }
    }
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_bits() {
        assert_eq!(strobes_of(0..128), u128::MAX);
        assert_eq!(strobes_of(127..128), 1 << 127);
        assert_eq!(strobes_of(3..3), 0);
        let zeros = LogicVec::zeros(1024);
        let mut other = zeros.clone();
        other.assign_planes(1024, |word| match word {
            0 => (0x100, 0),
            15 => (1 << 63, 1 << 63),
            _ => (0, 0),
        });
        assert_eq!(unknown_lanes(&other), 1 << 127);
        assert_eq!(differing_lanes(&zeros, &other), 1 << 127 | 2);
        assert_eq!(differing_lanes(&zeros, &zeros), 0);
    }
}
