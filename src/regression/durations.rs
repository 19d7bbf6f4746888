//! Both kinds of time as text: limits as settings give them, times as reports show them.

use std::time::Duration;

use verifork_protocol::time::{NO_TIME, grouped};

use crate::time::{SimDuration, TimeError};

/// Parses a simulated duration such as `1ms`, `2.5 us` or `400ps`, greater than 0.
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
    fn people_read_nanoseconds_in_groups_of_digits_without_zeros_at_the_end() {
        assert_eq!(in_nanoseconds(SimDuration::ZERO), "0");
        assert_eq!(in_nanoseconds(5215.ns()), "5,215");
        assert_eq!(in_nanoseconds(1500.ps()), "1.5");
        assert_eq!(in_nanoseconds(1.fs()), "0.000001");
        assert_eq!(in_nanoseconds(100.ms()), "100,000,000");
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
