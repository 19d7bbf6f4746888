//! Durations and units as text.

use std::fmt;
use std::str::FromStr;

use verifork_protocol::time::simulated;

use super::decimal::FINEST;
use super::{SimDuration, TimeError, TimeUnit};

/// The exact duration, in the form of all messages: in the largest unit that makes it a whole number, but from a
/// nanosecond on in nanoseconds or more; digits in groups of three: `100 ms`, `1,500 ns`, `1.5 ns`.
impl fmt::Display for SimDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&simulated(self.femtoseconds()))
    }
}

/// As [`Display`](fmt::Display).
impl fmt::Debug for SimDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads a unit's symbol, in either case.
impl FromStr for TimeUnit {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<TimeUnit, TimeError> {
        let unit = TimeUnit::ALL
            .into_iter()
            .find(|unit| text.eq_ignore_ascii_case(unit.symbol()));
        unit.ok_or_else(|| TimeError::Parse {
            text: text.to_owned(),
            reason: "the units are fs, ps, ns, us, ms and s",
        })
    }
}

/// Reads a decimal with a unit: `10ns`, `1.5 us`, `1_500 ns`, and what is printed: `1,500 ns`.
impl FromStr for SimDuration {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<SimDuration, TimeError> {
        let error = |reason| TimeError::Parse {
            text: text.to_owned(),
            reason,
        };
        let trimmed = text.trim();
        let end = trimmed
            .find(|character: char| !matches!(character, '0'..='9' | '.' | '_' | ','))
            .ok_or_else(|| error("the unit is missing: fs, ps, ns, us, ms or s"))?;
        let (number, symbol) = trimmed.split_at(end);
        let unit: TimeUnit = symbol
            .trim_start()
            .parse()
            .map_err(|_| error("a number and a unit belong here: fs, ps, ns, us, ms or s"))?;
        let (integer, fraction) = number.split_once('.').unwrap_or((number, ""));
        let fraction = fraction.trim_end_matches('0');
        let grouped = |number: &str| {
            let mut groups = number.split(',');
            let first = groups.next().unwrap_or_default();
            (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3)
        };
        if number.contains(',') && (fraction.contains(',') || !grouped(integer)) {
            return Err(error(
                "a comma stands between groups of three digits, as in 1,500 ns",
            ));
        }
        let digits = [integer, fraction].concat().replace(['_', ','], "");
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

#[cfg(all(test, not(loom)))]
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
            (0.us(), "0 ns"),
            (3600.seconds(), "3,600 s"),
            (1500.ns(), "1,500 ns"),
            (1500.us(), "1,500 us"),
            (1500.fs(), "1.5 ps"),
            (SimDuration::from_steps(5, precision(-10)), "500 ps"),
            (SimDuration::from_steps(123, precision(-10)), "12.3 ns"),
            (SimDuration::from_steps(3, precision(2)), "300 s"),
            (SimDuration::from_steps(0, precision(-10)), "0 ns"),
            (SimDuration::from_steps(0, precision(2)), "0 ns"),
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
            "1,5 ns",
            "1,500,0 ns",
            ",500 ns",
            "1.500,000 ns",
        ] {
            assert!(text.parse::<SimDuration>().is_err(), "{text}");
        }
        assert_eq!("1_000ns".parse(), Ok(1.us()));
        assert_eq!("12,345.5 ns".parse(), Ok(12_345_500.ps()));
        assert_eq!("1.50 US".parse(), Ok(1500.ns()));
        assert!("99999999999999999999999 s".parse::<SimDuration>().is_err());
        assert_eq!(
            "10".parse::<SimDuration>().unwrap_err().to_string(),
            "`10` is not a time: the unit is missing: fs, ps, ns, us, ms or s"
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
        fn no_text_panics(text in "[0-9._,]{0,30} ?[a-zé]{0,3}") {
            let _ = text.parse::<SimDuration>();
        }
    }
}
