//! Logic values between VPI's scalars, strings of digits and vectors, and our two planes.

use crate::sys::vpi;
use crate::value::Logic;

/// The two planes of a scalar.
#[inline]
pub(super) fn scalar_planes(scalar: i32) -> (u64, u64) {
    match scalar {
        vpi::vpi0 | vpi::vpiL => (0, 0),
        vpi::vpi1 | vpi::vpiH => (1, 0),
        vpi::vpiZ => (0, 1),
        _ => (1, 1),
    }
}

/// A scalar as a logic value.
#[inline]
pub(super) fn scalar_logic(scalar: i32) -> Logic {
    match scalar {
        vpi::vpi0 => Logic::Zero,
        vpi::vpi1 => Logic::One,
        vpi::vpiZ => Logic::HighImpedance,
        vpi::vpiH => Logic::WeakOne,
        vpi::vpiL => Logic::WeakZero,
        vpi::vpiDontCare => Logic::DontCare,
        _ => Logic::Unknown,
    }
}

/// Bit 0 of each byte.
const ONES: u64 = 0x0101_0101_0101_0101;

/// Gathers bit 0 of each byte: no two terms of the product meet in one bit of the top byte.
#[inline]
fn gather(bits: u64) -> u64 {
    bits.wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Eight digits of `01xXzZ`, the most significant first, as eight bits of each plane.
///
/// In ASCII the letters have bit 6 set and bit 0 clear, and bit 1 tells z from x.
#[inline]
fn eight_digits(digits: [u8; 8]) -> (u64, u64) {
    let digits = u64::from_be_bytes(digits);
    let letters = digits >> 6 & ONES;
    if letters == 0 {
        return (gather(digits & ONES), 0);
    }
    (
        gather(digits & ONES | letters & !(digits >> 1)),
        gather(letters),
    )
}

/// Up to 64 digits as two planes.
#[inline]
pub(super) fn digits_to_planes(digits: &[u8]) -> (u64, u64) {
    let (head, eights) = digits.as_rchunks::<8>();
    let (mut value, mut unknown) = (0, 0);
    if !head.is_empty() {
        let mut padded = [b'0'; 8];
        padded[8 - head.len()..].copy_from_slice(head);
        (value, unknown) = eight_digits(padded);
    }
    for &eight in eights {
        let (value_bits, unknown_bits) = eight_digits(eight);
        (value, unknown) = (value << 8 | value_bits, unknown << 8 | unknown_bits);
    }
    (value, unknown)
}

/// Up to 64 digits of nine states as two planes: those of the four states they stand for.
pub(super) fn nine_state_planes(digits: &[u8]) -> (u64, u64) {
    let (head, eights) = digits.as_rchunks::<8>();
    let mut planes = head.iter().copied().fold((0, 0), one_more_digit);
    for eight in eights {
        let known = u64::from_be_bytes(*eight);
        planes = if known & !ONES == ONES * u64::from(b'0') {
            (planes.0 << 8 | gather(known & ONES), planes.1 << 8)
        } else {
            eight.iter().copied().fold(planes, one_more_digit)
        };
    }
    planes
}

fn one_more_digit((value, unknown): (u64, u64), digit: u8) -> (u64, u64) {
    let (value_bit, unknown_bit) = match digit {
        b'0' | b'L' | b'l' => (0, 0),
        b'1' | b'H' | b'h' => (1, 0),
        b'Z' | b'z' => (0, 1),
        _ => (1, 1),
    };
    (value << 1 | value_bit, unknown << 1 | unknown_bit)
}

/// A word of 64 bits as the two vector elements VPI wants for it.
#[inline]
#[allow(
    clippy::cast_possible_truncation,
    reason = "the halves are taken apart on purpose"
)]
pub(super) fn vector_elements(value: u64, unknown: u64) -> [vpi::t_vpi_vecval; 2] {
    [
        vpi::t_vpi_vecval {
            aval: value as u32,
            bval: unknown as u32,
        },
        vpi::t_vpi_vecval {
            aval: (value >> 32) as u32,
            bval: (unknown >> 32) as u32,
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_become_planes_as_vpi_encodes_them() {
        assert_eq!(digits_to_planes(b"0"), (0, 0));
        assert_eq!(digits_to_planes(b"01xz"), (0b0110, 0b0011));
        assert_eq!(digits_to_planes(b"XZ"), (0b10, 0b11));
        assert_eq!(digits_to_planes(b"1000000x1"), (0b1_0000_0011, 0b10));
        assert_eq!(digits_to_planes(&[b'1'; 64]), (u64::MAX, 0));
        assert_eq!(digits_to_planes(&[b'x'; 64]), (u64::MAX, u64::MAX));
        assert_eq!(digits_to_planes(&[b'z'; 33]), (0, (1 << 33) - 1));
    }

    #[test]
    fn nine_states_become_the_four_they_stand_for() {
        assert_eq!(
            nine_state_planes(b"UX01ZWLH-"),
            (0b1_1010_1011, 0b1_1001_1001)
        );
    }

    #[test]
    fn each_of_nine_states_is_reported_wherever_it_stands() {
        for (digit, planes) in [
            (b'0', (0_u64, 0_u64)),
            (b'1', (1, 0)),
            (b'Z', (0, 1)),
            (b'H', (1, 0)),
            (b'U', (1, 1)),
        ] {
            for at in 0..64 {
                let mut digits = [if at % 2 == 0 { b'1' } else { b'0' }; 64];
                let others = if at % 2 == 0 { !(1 << (63 - at)) } else { 0 };
                digits[at] = digit;
                let expected = (planes.0 << (63 - at) | others, planes.1 << (63 - at));
                assert_eq!(nine_state_planes(&digits), expected, "{at}");
                assert_eq!(nine_state_planes(&digits[at..=at]), planes);
            }
        }
    }

    #[test]
    fn every_digit_has_its_own_bit() {
        for at in 0..64 {
            let mut digits = [b'0'; 64];
            digits[at] = b'1';
            assert_eq!(digits_to_planes(&digits), (1 << (63 - at), 0));
            digits[at] = b'z';
            assert_eq!(digits_to_planes(&digits), (0, 1 << (63 - at)));
        }
    }

    #[test]
    fn scalars_agree_with_vectors() {
        for (scalar, digit) in [
            (vpi::vpi0, b'0'),
            (vpi::vpi1, b'1'),
            (vpi::vpiZ, b'z'),
            (vpi::vpiX, b'x'),
        ] {
            assert_eq!(scalar_planes(scalar), digits_to_planes(&[digit]));
        }
    }
}
