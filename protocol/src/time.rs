//! Simulated time as messages show it, and limits of wall-clock time as settings give them.

use std::time::Duration;

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

/// Formats a simulated time exactly, with digits in groups of three. The unit is the largest of which it is a whole
/// number, but at least nanoseconds from 1 ns on, and at least picoseconds below.
///
/// Most times of one run therefore share a unit and are easy to compare.
///
/// ```
/// use verifork_protocol::time::simulated;
///
/// assert_eq!(simulated(3_120_000_000), "3,120 ns");
/// assert_eq!(simulated(100_000_000_000_000), "100 ms");
/// assert_eq!(simulated(1_500_000), "1.5 ns");
/// assert_eq!(simulated(1_500), "1.5 ps");
/// assert_eq!(simulated(0), "0 ns");
/// ```
#[must_use]
pub fn simulated(femtoseconds: u128) -> String {
    if femtoseconds == 0 {
        return "0 ns".to_owned();
    }
    let fits = |unit: u128| {
        femtoseconds.is_multiple_of(unit) || (unit <= NANOSECOND && femtoseconds >= unit)
    };
    let found = UNITS.iter().find(|(unit, _)| fits(*unit));
    let &(unit, symbol) = found.unwrap_or(&UNITS[UNITS.len() - 1]);
    let whole = grouped(femtoseconds / unit);
    match femtoseconds % unit {
        0 => format!("{whole} {symbol}"),
        rest => {
            let places = usize::try_from(unit.ilog10()).unwrap_or(0);
            let fraction = format!("{rest:0places$}");
            format!("{whole}.{} {symbol}", fraction.trim_end_matches('0'))
        }
    }
}

/// The error for a limit of 0.
pub const NO_TIME: &str = "a limit of no time at all: `off` for no limit";

/// Parses a wall-clock duration such as `60s`, `500ms`, `1.5min` or `2h`.
///
/// # Errors
///
/// What is wrong with the text, as a lower-case fragment.
pub fn parse_wall(text: &str) -> Result<Duration, String> {
    // How many nanoseconds, without the zeros at the end, and how many zeros.
    const UNITS: [(&str, u64, usize); 5] = [
        ("ms", 1, 6),
        ("s", 1, 9),
        ("min", 6, 10),
        ("m", 6, 10),
        ("h", 36, 11),
    ];
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_')));
    let (number, symbol) = text.split_at(end.unwrap_or(text.len()));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = fraction.replace('_', "");
    let fraction = fraction.trim_end_matches('0');
    let digits = [whole, fraction].concat().replace('_', "");
    if digits.is_empty() || fraction.contains('.') {
        return Err("not a number with a unit".to_owned());
    }
    let symbol = symbol.trim();
    let Some(&(_, factor, zeros)) = UNITS.iter().find(|(name, ..)| *name == symbol) else {
        let known = "ms, s, min or h";
        return Err(match symbol {
            "" => format!("the unit is missing: {known}"),
            _ => format!("`{symbol}` is not a unit: {known}"),
        });
    };
    let Some(zeros) = zeros.checked_sub(fraction.len()) else {
        return Err("finer than a nanosecond".to_owned());
    };
    let nanoseconds = digits.parse().ok().and_then(|count: u64| {
        count
            .checked_mul(factor)?
            .checked_mul(10_u64.checked_pow(u32::try_from(zeros).ok()?)?)
    });
    match nanoseconds {
        None => Err("longer than 584 years".to_owned()),
        Some(0) => Err(NO_TIME.to_owned()),
        Some(nanoseconds) => Ok(Duration::from_nanos(nanoseconds)),
    }
}

/// Wall-clock time as messages have it.
///
/// ```
/// use std::time::Duration;
/// use verifork_protocol::time::wall_clock;
///
/// assert_eq!(wall_clock(Duration::from_millis(1500)), "1.5 s");
/// assert_eq!(wall_clock(Duration::from_millis(250)), "250 ms");
/// ```
#[must_use]
pub fn wall_clock(time: Duration) -> String {
    let (count, unit) = if time < Duration::from_secs(1) {
        (time.as_secs_f64() * 1e3, "ms")
    } else {
        (time.as_secs_f64(), "s")
    };
    let text = format!("{count:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} {unit}")
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
    fn a_wall_clock_limit_knows_minutes_and_hours() {
        assert_eq!(parse_wall("60s"), Ok(Duration::from_secs(60)));
        assert_eq!(parse_wall("1.5min"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_wall("1m"), Ok(Duration::from_secs(60)));
        assert_eq!(parse_wall("0.25h"), Ok(Duration::from_secs(900)));
        assert_eq!(parse_wall(" 1_500.0 ms "), Ok(Duration::from_millis(1500)));
    }

    #[test]
    fn what_is_wrong_with_a_wall_clock_limit_is_said() {
        let error = |text| parse_wall(text).unwrap_err();
        assert_eq!(error("60"), "the unit is missing: ms, s, min or h");
        assert_eq!(error("60us"), "`us` is not a unit: ms, s, min or h");
        assert_eq!(error("0.0000001ms"), "finer than a nanosecond");
        assert_eq!(error("999999999999999h"), "longer than 584 years");
        assert_eq!(error("0.0s"), NO_TIME);
        for text in ["", ".", "s", "-1s", "1.2.3s"] {
            assert_eq!(error(text), "not a number with a unit", "{text}");
        }
    }

    #[test]
    fn wall_clock_time_has_a_unit_and_no_zeros_at_its_end() {
        for (time, text) in [
            (Duration::from_secs(60), "60 s"),
            (Duration::from_millis(1500), "1.5 s"),
            (Duration::from_millis(250), "250 ms"),
            (Duration::ZERO, "0 ms"),
        ] {
            assert_eq!(wall_clock(time), text);
        }
    }

    #[test]
    fn a_time_is_a_whole_number_of_the_largest_unit() {
        for (nanoseconds, text) in [
            ("255.00", "255 ns"),
            ("3120.00", "3,120 ns"),
            ("100000000.00", "100 ms"),
            ("1000000255.00", "1,000,000,255 ns"),
            ("1.50", "1.5 ns"),
            ("3120.000001", "3,120.000001 ns"),
            ("1500.00", "1,500 ns"),
            ("0.50", "500 ps"),
            ("0.0015", "1.5 ps"),
            ("0.123456", "123.456 ps"),
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
