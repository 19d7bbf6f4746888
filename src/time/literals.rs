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
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::time::TimeUnit;
    ///
    /// assert_eq!(10.of_unit(TimeUnit::Nanoseconds), 10.ns());
    /// ```
    #[track_caller]
    fn of_unit(self, unit: TimeUnit) -> SimDuration;

    /// Femtoseconds.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// assert_eq!(1000.fs(), 1.ps());
    /// ```
    #[inline]
    #[track_caller]
    fn fs(self) -> SimDuration {
        self.of_unit(TimeUnit::Femtoseconds)
    }

    /// Picoseconds.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// let half_a_period = 1250.ps(); // 400 MHz
    /// assert_eq!(half_a_period * 2, 2500.ps());
    /// ```
    #[inline]
    #[track_caller]
    fn ps(self) -> SimDuration {
        self.of_unit(TimeUnit::Picoseconds)
    }

    /// Nanoseconds.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(rst: Signal<bool>) -> Result {
    /// rst.set(true);
    /// timer(25.ns()).await;
    /// rst.set(false);
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    #[track_caller]
    fn ns(self) -> SimDuration {
        self.of_unit(TimeUnit::Nanoseconds)
    }

    /// Microseconds.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// assert_eq!(1.us() / 8, 125.ns());
    /// ```
    #[inline]
    #[track_caller]
    fn us(self) -> SimDuration {
        self.of_unit(TimeUnit::Microseconds)
    }

    /// Milliseconds.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(done: Signal<bool>) -> Result {
    /// with_timeout(2.ms(), done.wait_for(true)).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    #[track_caller]
    fn ms(self) -> SimDuration {
        self.of_unit(TimeUnit::Milliseconds)
    }

    /// Seconds.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// assert_eq!(1.seconds(), 1000.ms());
    /// ```
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
            panic!("{self} {unit} is not a duration: it is negative");
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

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "-5 ns is not a duration: it is negative")]
    fn a_negative_literal_panics() {
        let _ = (-5).ns();
    }

    #[test]
    #[should_panic(expected = "0.0001 ps is not exact in any unit down to 1 fs")]
    fn a_literal_finer_than_femtoseconds_panics() {
        let _ = 0.0001.ps();
    }
}
