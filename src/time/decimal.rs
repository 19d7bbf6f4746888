//! Powers of ten.

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
