//! Simulated time as messages show it.

/// Femtoseconds of each unit, the largest first.
const UNITS: [(u128, &str); 6] = [
    (1_000_000_000_000_000, "s"),
    (1_000_000_000_000, "ms"),
    (1_000_000_000, "us"),
    (1_000_000, "ns"),
    (1_000, "ps"),
    (1, "fs"),
];

const NANOSECOND: u128 = 1_000_000;

/// A simulated time, exact: in the largest unit of which it is a whole number, from a nanosecond on
/// not in a finer one than that, digits in groups of three.
///
/// Times of one course mostly share a unit then, and compare at a glance.
///
/// ```
/// use verifork_protocol::time::simulated;
///
/// assert_eq!(simulated(3_120_000_000), "3,120 ns");
/// assert_eq!(simulated(100_000_000_000_000), "100 ms");
/// assert_eq!(simulated(1_500_000), "1.5 ns");
/// assert_eq!(simulated(0), "0 ns");
/// ```
#[must_use]
pub fn simulated(femtoseconds: u128) -> String {
    if femtoseconds == 0 {
        return "0 ns".to_owned();
    }
    let fits = |unit: u128| {
        femtoseconds.is_multiple_of(unit) || (unit == NANOSECOND && femtoseconds >= NANOSECOND)
    };
    let found = UNITS.iter().find(|(unit, _)| fits(*unit));
    let &(unit, symbol) = found.unwrap_or(&UNITS[UNITS.len() - 1]);
    let whole = grouped(femtoseconds / unit);
    match femtoseconds % unit {
        0 => format!("{whole} {symbol}"),
        rest => {
            let fraction = format!("{rest:06}");
            format!("{whole}.{} {symbol}", fraction.trim_end_matches('0'))
        }
    }
}

/// A number with a comma between groups of three digits.
#[must_use]
pub fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The femtoseconds of a decimal number of nanoseconds, as results hold it; none if the text is no
/// such number.
#[must_use]
pub fn of_nanoseconds(text: &str) -> Option<u128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.trim_end_matches('0');
    let places = 6_usize.checked_sub(fraction.len())?;
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    format!("{whole}{fraction}{}", "0".repeat(places))
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_whole_number_of_the_largest_unit() {
        for (nanoseconds, text) in [
            ("255.00", "255 ns"),
            ("3120.00", "3,120 ns"),
            ("100000000.00", "100 ms"),
            ("1000000255.00", "1,000,000,255 ns"),
            ("1.50", "1.5 ns"),
            ("3120.000001", "3,120.000001 ns"),
            ("0.50", "500 ps"),
            ("0.000001", "1 fs"),
            ("12", "12 ns"),
            ("0.00", "0 ns"),
            ("1000000000.00", "1 s"),
        ] {
            let time = of_nanoseconds(nanoseconds).map(simulated);
            assert_eq!(time.as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_no_decimal_number_is_no_time() {
        for text in ["", ".5", "-1", "1e3", "1.0000001", "1.-5", "1.5.0", "1,000"] {
            assert_eq!(of_nanoseconds(text), None, "{text}");
        }
    }

    #[test]
    fn digits_stand_in_groups_of_three() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
