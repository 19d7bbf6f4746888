//! Durations as text.

use std::fmt;
use std::str::FromStr;

use super::decimal::write_seconds;
use super::duration::FINEST;
use super::{SimDuration, TimeError, TimeUnit};

/// An exact decimal in the largest unit of which there is at least one: `1.5 ns`.
impl fmt::Display for SimDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_seconds(f, self.count, self.exponent)
    }
}

/// As [`Display`](fmt::Display).
impl fmt::Debug for SimDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads a decimal with a unit: `10ns`, `1.5 us`.
impl FromStr for SimDuration {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<SimDuration, TimeError> {
        let error = |reason| TimeError::Parse {
            text: text.to_owned(),
            reason,
        };
        let trimmed = text.trim();
        let end = trimmed
            .find(|character: char| !matches!(character, '0'..='9' | '.' | '_'))
            .ok_or_else(|| error("the unit is missing: fs, ps, ns, us, ms or s"))?;
        let (number, symbol) = trimmed.split_at(end);
        let unit: TimeUnit = symbol
            .trim_start()
            .parse()
            .map_err(|_| error("a number and a unit belong here: fs, ps, ns, us, ms or s"))?;
        let (integer, fraction) = number.split_once('.').unwrap_or((number, ""));
        let fraction = fraction.trim_end_matches('0');
        let digits = [integer, fraction].concat().replace('_', "");
        if integer.is_empty() || digits.contains('.') {
            return Err(error("a number belongs before the unit, as in 1.5 ns"));
        }
        let places = i8::try_from(fraction.replace('_', "").len()).unwrap_or(i8::MAX);
        let exponent = unit.exponent().saturating_sub(places);
        if exponent < FINEST {
            return Err(error("it is finer than 1 fs"));
        }
        let too_long = || error("it has more digits than a duration holds");
        let count = digits.parse().map_err(|_| too_long())?;
        SimDuration::from_scaled(count, exponent).ok_or_else(too_long)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::model::duration;
    use super::super::{Precision, TimeUnits};
    use super::*;

    fn precision(exponent: i32) -> Precision {
        Precision::new(exponent).unwrap()
    }

    #[test]
    fn text_is_an_exact_decimal() {
        for (duration, text) in [
            (10.ns(), "10 ns"),
            (1500.ps(), "1.5 ns"),
            (1_000_001.fs(), "1.000001 ns"),
            (0.us(), "0 us"),
            (3600.seconds(), "3600 s"),
            (SimDuration::from_steps(5, precision(-10)), "500 ps"),
            (SimDuration::from_steps(123, precision(-10)), "12.3 ns"),
            (SimDuration::from_steps(3, precision(2)), "300 s"),
            (SimDuration::from_steps(0, precision(-10)), "0 ns"),
            (SimDuration::from_steps(0, precision(2)), "0 s"),
        ] {
            assert_eq!(duration.to_string(), text);
        }
        assert_eq!(format!("{:>8}", 1.ns()), "    1 ns");
    }

    #[test]
    fn text_without_a_unit_or_a_number_is_an_error() {
        for text in [
            "10",
            "ns",
            "",
            "1.2.3 ns",
            "10 minutes",
            "-1 ns",
            ".5 ns",
            "0.1 fs",
            "é",
            "_ns",
        ] {
            assert!(text.parse::<SimDuration>().is_err(), "{text}");
        }
        assert_eq!("1_000ns".parse(), Ok(1.us()));
        assert_eq!("1.50 US".parse(), Ok(1500.ns()));
        assert!("99999999999999999999999 s".parse::<SimDuration>().is_err());
        assert_eq!(
            "10".parse::<SimDuration>().unwrap_err().to_string(),
            "`10` is no time: the unit is missing: fs, ps, ns, us, ms or s"
        );
    }

    proptest! {
        #[test]
        fn text_reads_back(duration in duration()) {
            if let Ok(read) = duration.to_string().parse::<SimDuration>() {
                prop_assert_eq!(read, duration);
            } else {
                prop_assert!(duration.femtoseconds() > u128::from(u64::MAX));
            }
        }

        #[test]
        fn no_text_panics(text in "[0-9._]{0,30} ?[a-zé]{0,3}") {
            let _ = text.parse::<SimDuration>();
        }
    }
}
