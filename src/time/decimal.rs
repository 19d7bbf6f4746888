//! Powers of ten, and the range of those in which time is counted.

/// The power of ten of the smallest unit, 1 fs.
pub(super) const FINEST: i8 = -15;
/// The power of ten of the coarsest precision, 100 s (IEEE 1800-2017, 3.14.2).
pub(super) const COARSEST: i8 = 2;

/// The powers of ten that a `u64` holds.
pub(super) const POWERS: [u64; 20] = {
    let mut powers = [1; 20];
    let mut exponent = 1;
    while exponent < powers.len() {
        powers[exponent] = 10 * powers[exponent - 1];
        exponent += 1;
    }
    powers
};

/// 10^`exponent`, which is at most 17 here: between femtoseconds and hundreds of seconds.
#[inline]
pub(super) const fn power(exponent: u8) -> u64 {
    POWERS[exponent as usize]
}
