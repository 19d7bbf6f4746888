//! Powers of ten, and counts of them written as decimals.

use std::fmt;

use super::TimeUnit;

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

/// `count` times 10^`exponent` seconds with fewest digits: in the largest unit of which it has
/// at least one, as an exact decimal.
pub(super) fn write_seconds(f: &mut fmt::Formatter<'_>, count: u64, exponent: i8) -> fmt::Result {
    let digits = u8::try_from(count.checked_ilog10().unwrap_or(0)).unwrap_or(0);
    let magnitude = exponent + digits.cast_signed();
    let unit = if count == 0 {
        TimeUnit::ALL
            .into_iter()
            .find(|unit| unit.exponent() >= exponent)
    } else {
        TimeUnit::ALL
            .into_iter()
            .rev()
            .find(|unit| unit.exponent() <= magnitude)
    };
    let unit = unit.unwrap_or(if count == 0 {
        TimeUnit::Seconds
    } else {
        TimeUnit::Femtoseconds
    });
    let text = match u8::try_from(unit.exponent() - exponent) {
        Ok(places) if places > 0 => {
            let (whole, fraction) = (count / power(places), count % power(places));
            let fraction = format!("{fraction:0places$}", places = usize::from(places));
            let fraction = fraction.trim_end_matches('0');
            let point = if fraction.is_empty() { "" } else { "." };
            format!("{whole}{point}{fraction} {unit}")
        }
        _ => {
            let zeros = usize::from((exponent - unit.exponent()).unsigned_abs());
            let zeros = if count == 0 { 0 } else { zeros };
            format!("{count}{:0<zeros$} {unit}", "")
        }
    };
    f.pad(&text)
}
