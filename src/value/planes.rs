//! Up to 64 bits of nine-state logic in four machine words.

use super::Logic;

/// Bits in one word of a plane.
pub(super) const WORD_BITS: u32 = u64::BITS;

/// Up to 64 bits, one word a plane.
///
/// `value` and `unknown` alone are the four-state view in VPI's encoding (IEEE 1800 38.15:
/// `aval` and `bval`): 0 is (0, 0), 1 is (1, 0), Z is (0, 1), X is (1, 1). `weak` and `special`
/// distinguish the other states, and are zero in four-state data:
///
/// | | 0 | 1 | Z | X | L | H | W | U | - |
/// |---|---|---|---|---|---|---|---|---|---|
/// | value | 0 | 1 | 0 | 1 | 0 | 1 | 1 | 1 | 1 |
/// | unknown | 0 | 0 | 1 | 1 | 0 | 0 | 1 | 1 | 1 |
/// | weak | 0 | 0 | 0 | 0 | 1 | 1 | 1 | 0 | 1 |
/// | special | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 1 | 1 |
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Planes {
    pub(super) value: u64,
    pub(super) unknown: u64,
    pub(super) weak: u64,
    pub(super) special: u64,
}

impl Planes {
    pub(super) const ZERO: Planes = Planes {
        value: 0,
        unknown: 0,
        weak: 0,
        special: 0,
    };

    #[inline]
    pub(super) const fn four_state(value: u64, unknown: u64) -> Planes {
        Planes {
            value,
            unknown,
            weak: 0,
            special: 0,
        }
    }

    /// All 64 bits in one state.
    #[inline]
    pub(super) const fn filled(logic: Logic) -> Planes {
        const fn plane(code: u8, index: u8) -> u64 {
            if code >> index & 1 == 1 { u64::MAX } else { 0 }
        }
        let code = logic.code();
        Planes {
            value: plane(code, 0),
            unknown: plane(code, 1),
            weak: plane(code, 2),
            special: plane(code, 3),
        }
    }

    /// Applies one operation to every plane.
    #[inline]
    pub(super) fn map(self, mut operation: impl FnMut(u64) -> u64) -> Planes {
        Planes {
            value: operation(self.value),
            unknown: operation(self.unknown),
            weak: operation(self.weak),
            special: operation(self.special),
        }
    }

    /// Applies one operation to every pair of planes.
    #[inline]
    pub(super) fn zip(self, other: Planes, mut operation: impl FnMut(u64, u64) -> u64) -> Planes {
        Planes {
            value: operation(self.value, other.value),
            unknown: operation(self.unknown, other.unknown),
            weak: operation(self.weak, other.weak),
            special: operation(self.special, other.special),
        }
    }

    /// The lowest `width` bits; the others become 0.
    #[inline]
    pub(super) fn masked(self, width: u32) -> Planes {
        let mask = low_mask(width);
        self.map(|plane| plane & mask)
    }

    /// The state of one bit below 64.
    #[inline]
    pub(super) fn bit(self, index: u32) -> Logic {
        let code = self.value >> index & 1
            | (self.unknown >> index & 1) << 1
            | (self.weak >> index & 1) << 2
            | (self.special >> index & 1) << 3;
        Logic::from_code(code.to_le_bytes()[0])
    }

    /// Whether some bit is in a state that only the nine-state planes can express.
    #[inline]
    pub(super) const fn is_nine_state(self) -> bool {
        self.weak | self.special != 0
    }
}

/// A word whose lowest `width` bits are set; all of them from 64 on.
#[inline]
pub(crate) const fn low_mask(width: u32) -> u64 {
    if width >= WORD_BITS {
        u64::MAX
    } else {
        (1 << width) - 1
    }
}

/// Words a plane of `width` bits takes.
#[inline]
pub(super) const fn word_count(width: u32) -> usize {
    width.div_ceil(WORD_BITS) as usize
}

/// The index of the first bit of word `index`.
#[inline]
pub(super) fn bit_offset(index: usize) -> u32 {
    debug_assert!(index < word_count(u32::MAX));
    u32::try_from(index).map_or(u32::MAX, |index| index * WORD_BITS)
}

/// The width that `count` bits have.
///
/// # Panics
///
/// From 2^32 bits on, like a collection whose capacity overflows.
#[track_caller]
pub(super) fn width_of(count: usize) -> u32 {
    u32::try_from(count).expect("a vector has fewer than 2^32 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_fills_and_reads_back() {
        for logic in Logic::ALL {
            let planes = Planes::filled(logic);
            assert_eq!(planes.bit(0), logic);
            assert_eq!(planes.bit(63), logic);
            assert_eq!(planes.masked(3).bit(2), logic);
            assert_eq!(planes.masked(3).bit(3), Logic::Zero);
        }
    }

    #[test]
    fn masks_cover_the_whole_word() {
        assert_eq!((low_mask(0), low_mask(1), low_mask(64)), (0, 1, u64::MAX));
        assert_eq!((word_count(0), word_count(64), word_count(65)), (0, 1, 2));
        assert_eq!(word_count(u32::MAX), 1 << 26);
    }

    #[test]
    fn a_mask_has_as_many_ones_as_the_width() {
        for width in 0..=64 {
            assert_eq!(low_mask(width).count_ones(), width);
        }
    }
}
