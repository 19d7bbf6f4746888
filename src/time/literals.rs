//! `10.ns()`.

use super::{SimDuration, TimeUnit};

/// Durations from numbers: `10.ns()`, `2.5.us()`.
///
/// ```
/// use verifork::time::TimeUnits;
///
/// assert_eq!(2.5.us(), 2500.ns());
/// assert_eq!(0.1.ns(), 100.ps());
/// ```
///
/// # Panics
///
/// All methods, at the caller's line, for a number that is negative, not finite, or (`f64`) has
/// no finite decimal down to 1 fs: a slip in a literal. [`SimDuration::new`] never panics, and
/// [`SimDuration::from_f64`] gives an error.
pub trait TimeUnits: Sized {
    /// The number of `unit`.
    #[track_caller]
    fn of_unit(self, unit: TimeUnit) -> SimDuration;

    /// Femtoseconds.
    #[inline]
    #[track_caller]
    fn fs(self) -> SimDuration {
        self.of_unit(TimeUnit::Femtoseconds)
    }

    /// Picoseconds.
    #[inline]
    #[track_caller]
    fn ps(self) -> SimDuration {
        self.of_unit(TimeUnit::Picoseconds)
    }

    /// Nanoseconds.
    #[inline]
    #[track_caller]
    fn ns(self) -> SimDuration {
        self.of_unit(TimeUnit::Nanoseconds)
    }

    /// Microseconds.
    #[inline]
    #[track_caller]
    fn us(self) -> SimDuration {
        self.of_unit(TimeUnit::Microseconds)
    }

    /// Milliseconds.
    #[inline]
    #[track_caller]
    fn ms(self) -> SimDuration {
        self.of_unit(TimeUnit::Milliseconds)
    }

    /// Seconds.
    #[inline]
    #[track_caller]
    fn seconds(self) -> SimDuration {
        self.of_unit(TimeUnit::Seconds)
    }
}

macro_rules! unsigned {
    ($($type:ty),*) => {$(
        impl TimeUnits for $type {
            #[inline]
            #[track_caller]
            fn of_unit(self, unit: TimeUnit) -> SimDuration {
                // No target has a usize wider than 64 bits.
                #[allow(clippy::cast_lossless)]
                SimDuration::new(self as u64, unit)
            }
        }
    )*};
}

unsigned!(u8, u16, u32, u64, usize);

impl TimeUnits for i32 {
    #[inline]
    #[track_caller]
    fn of_unit(self, unit: TimeUnit) -> SimDuration {
        i64::from(self).of_unit(unit)
    }
}

impl TimeUnits for i64 {
    #[inline]
    #[track_caller]
    fn of_unit(self, unit: TimeUnit) -> SimDuration {
        let Ok(count) = u64::try_from(self) else {
            panic!("{self} {unit} is no duration: it is negative");
        };
        SimDuration::new(count, unit)
    }
}

impl TimeUnits for f64 {
    #[track_caller]
    fn of_unit(self, unit: TimeUnit) -> SimDuration {
        SimDuration::from_f64(self, unit).unwrap_or_else(|error| panic!("{error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "-5 ns is no duration: it is negative")]
    fn a_negative_literal_panics() {
        let _ = (-5).ns();
    }

    #[test]
    #[should_panic(expected = "0.0001 ps is not exact in any unit down to 1 fs")]
    fn a_literal_finer_than_femtoseconds_panics() {
        let _ = 0.0001.ps();
    }
}
