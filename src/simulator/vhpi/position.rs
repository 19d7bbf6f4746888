//! Logic values as VHPI has them: positions among the nine states of `std_ulogic`, or the two of `bit`.

use crate::value::Logic;

/// The nine states in the order of IEEE 1164, one bit a state; what is not a position reads as X.
const VALUE_PLANE: u32 = 0b11_1010_1011;
const UNKNOWN_PLANE: u32 = 0b11_0011_0011;
const NO_POSITION: u32 = 9;

/// The positions of 0, 1, Z and X, by value and unknown bit.
const FOUR_STATES: [u32; 4] = [2, 3, 4, 1];

/// The widest vector that is read and written without a buffer of its own.
pub(super) const SMALL: usize = 64;

/// A position as one bit of each plane.
#[inline]
pub(super) fn planes_of(position: u32, bits: bool) -> (u64, u64) {
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
pub(super) fn planes_of_all(positions: &[u32], bits: bool) -> (u64, u64) {
    positions
        .iter()
        .fold((0, 0), |(value, unknown), &position| {
            let (value_bit, unknown_bit) = planes_of(position, bits);
            (value << 1 | value_bit, unknown << 1 | unknown_bit)
        })
}

/// The position of a state.
#[inline]
pub(super) fn position_of(value: u64, unknown: u64, bits: bool) -> u32 {
    let known = if unknown & 1 == 0 { 0 } else { 2 };
    let position = FOUR_STATES[known | usize::from(value & 1 == 1)];
    if bits { position - 2 } else { position }
}

pub(super) fn logic_of(position: u32, bits: bool) -> Logic {
    if bits {
        return Logic::from(position & 1 == 1);
    }
    let state = Logic::ALL.get(position as usize);
    state.copied().unwrap_or(Logic::Unknown)
}

pub(super) fn position_of_logic(logic: Logic, bits: bool) -> u32 {
    if bits {
        u32::from(logic.is_one())
    } else {
        logic as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::LogicVec;

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
