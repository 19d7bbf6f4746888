//! Both kinds of time as text: limits as settings give them, times as reports show them.

use std::time::Duration;

use verifork_protocol::time::grouped;

use crate::time::{SimDuration, TimeError};

/// A simulated duration such as `1ms`, `2.5 us` or `400ps`, more than none.
///
/// # Errors
///
/// What is wrong with the text, as a lower-case fragment.
pub(crate) fn parse_simulated(text: &str) -> Result<SimDuration, String> {
    let duration: SimDuration = text.parse().map_err(|error| match error {
        TimeError::Parse { reason, .. } => reason.to_owned(),
        other => other.to_string(),
    })?;
    if duration.is_zero() {
        Err(NO_TIME.to_owned())
    } else {
        Ok(duration)
    }
}

const NO_TIME: &str = "a limit of no time at all: `off` for no limit";

/// A wall-clock duration such as `60s`, `500ms`, `1.5min` or `2h`.
///
/// # Errors
///
/// What is wrong with the text, as a lower-case fragment.
pub(crate) fn parse_wall(text: &str) -> Result<Duration, String> {
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

/// Simulated time in nanoseconds for programs, exact: two decimals, or as many as it takes.
pub(crate) fn nanoseconds(duration: SimDuration) -> String {
    let femtoseconds = duration.femtoseconds();
    let (whole, rest) = (femtoseconds / 1_000_000, femtoseconds % 1_000_000);
    let mut text = format!("{whole}.{rest:06}");
    while text.ends_with('0') && text.len() - text.rfind('.').unwrap_or(0) > 3 {
        text.pop();
    }
    text
}

/// Simulated time in nanoseconds for people, exact: `5,215`, `1.5`.
pub(crate) fn in_nanoseconds(duration: SimDuration) -> String {
    let femtoseconds = duration.femtoseconds();
    let mut text = grouped(femtoseconds / 1_000_000);
    let rest = femtoseconds % 1_000_000;
    if rest > 0 {
        text += format!(".{rest:06}").trim_end_matches('0');
    }
    text
}

/// A limit of wall-clock time as a message has it: `4 s`, `1.5 s`, `250 ms`.
pub(crate) fn wall_clock(limit: Duration) -> String {
    let (count, unit) = if limit < Duration::from_secs(1) {
        (limit.as_secs_f64() * 1e3, "ms")
    } else {
        (limit.as_secs_f64(), "s")
    };
    let text = format!("{count:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} {unit}")
}

/// Wall-clock time in seconds, to the millisecond.
pub(crate) fn seconds(wall: Duration) -> String {
    format!("{:.3}", wall.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::TimeUnits;

    #[test]
    fn a_simulated_limit_is_exact_and_not_zero() {
        assert_eq!(parse_simulated("1ms"), Ok(1.ms()));
        assert_eq!(parse_simulated(" 2.5 us "), Ok(2500.ns()));
        assert!(
            parse_simulated("60")
                .unwrap_err()
                .starts_with("the unit is missing")
        );
        assert!(parse_simulated("0ms").unwrap_err().contains("`off`"));
    }

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
    fn people_read_nanoseconds_in_groups_of_digits_without_zeros_at_the_end() {
        assert_eq!(in_nanoseconds(SimDuration::ZERO), "0");
        assert_eq!(in_nanoseconds(5215.ns()), "5,215");
        assert_eq!(in_nanoseconds(1500.ps()), "1.5");
        assert_eq!(in_nanoseconds(1.fs()), "0.000001");
        assert_eq!(in_nanoseconds(100.ms()), "100,000,000");
    }

    #[test]
    fn a_limit_of_wall_clock_time_has_a_unit_and_no_zeros_at_its_end() {
        for (limit, text) in [
            (Duration::from_secs(60), "60 s"),
            (Duration::from_millis(1500), "1.5 s"),
            (Duration::from_millis(250), "250 ms"),
            (Duration::ZERO, "0 ms"),
        ] {
            assert_eq!(wall_clock(limit), text);
        }
    }

    #[test]
    fn nanoseconds_are_exact_with_at_least_two_decimals() {
        assert_eq!(nanoseconds(SimDuration::ZERO), "0.00");
        assert_eq!(nanoseconds(120.ns()), "120.00");
        assert_eq!(nanoseconds(1500.ps()), "1.50");
        assert_eq!(nanoseconds(1.fs()), "0.000001");
        assert_eq!(nanoseconds(1.seconds()), "1000000000.00");
    }
}
