//! Simulated time to and from real time.

use std::time::Duration;

use super::{SimDuration, TimeError, TimeUnit};

/// Real time as simulated time, exactly.
impl TryFrom<Duration> for SimDuration {
    type Error = TimeError;

    fn try_from(duration: Duration) -> Result<SimDuration, TimeError> {
        SimDuration::from_scaled(duration.as_nanos(), TimeUnit::Nanoseconds.exponent()).ok_or_else(
            || TimeError::OutOfRange {
                duration: format!("{duration:?}"),
                target: "SimDuration",
                holds: "counts to 2^64 in one unit",
            },
        )
    }
}

/// Simulated time as real time, exactly: a whole number of nanoseconds.
impl TryFrom<SimDuration> for Duration {
    type Error = TimeError;

    fn try_from(duration: SimDuration) -> Result<Duration, TimeError> {
        let (nanoseconds, rest) = (
            duration.femtoseconds() / 1_000_000,
            duration.femtoseconds() % 1_000_000,
        );
        let seconds = u64::try_from(nanoseconds / 1_000_000_000);
        let fraction = u32::try_from(nanoseconds % 1_000_000_000);
        match (seconds, fraction, rest) {
            (Ok(seconds), Ok(fraction), 0) => Ok(Duration::new(seconds, fraction)),
            _ => Err(TimeError::OutOfRange {
                duration: duration.to_string(),
                target: "std::time::Duration",
                holds: "counts whole nanoseconds up to 2^64 s",
            }),
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::TimeUnits;
    use super::*;

    #[test]
    fn real_time_converts_exactly() {
        assert_eq!(SimDuration::try_from(Duration::from_millis(5)), Ok(5.ms()));
        assert_eq!(
            Duration::try_from(1500.us()),
            Ok(Duration::from_micros(1500))
        );
        assert!(Duration::try_from(1.ps()).is_err());
        let far = Duration::new(u64::MAX, 1);
        assert!(SimDuration::try_from(far).is_err());
        assert_eq!(
            SimDuration::try_from(Duration::from_secs(u64::MAX)),
            Ok(u64::MAX.seconds())
        );
    }
}
