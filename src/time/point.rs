//! Points in simulated time.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Sub;

use verifork_protocol::time::simulated;

use super::{Precision, SimDuration, TimeError, TimeUnit};

/// A point in simulated time: the steps since its start, and how long a step is.
///
/// ```
/// use verifork::time::{Precision, SimTime, TimeUnit, TimeUnits};
///
/// let precision = Precision::from(TimeUnit::Picoseconds);
/// let (start, end) = (SimTime::new(1_000, precision), SimTime::new(3_500, precision));
/// assert_eq!(end - start, 2.5.ns());
/// assert_eq!(end.to_string(), "3.5 ns");
/// ```
#[derive(Clone, Copy)]
pub struct SimTime {
    steps: u64,
    precision: Precision,
}

impl SimTime {
    /// The point `steps` steps after the start.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::time::TimeUnit;
    ///
    /// let time = SimTime::new(250, TimeUnit::Nanoseconds.into());
    /// assert_eq!(time.since_start(), 250.ns());
    /// ```
    #[inline]
    pub const fn new(steps: u64, precision: Precision) -> SimTime {
        SimTime { steps, precision }
    }

    /// The steps since the start of the simulation.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example() -> Result {
    /// let stimulus = now().steps(); // as $time gives it in the simulator's precision
    /// log::info!("{stimulus}");
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub const fn steps(self) -> u64 {
        self.steps
    }

    /// How long a step is.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example() -> Result {
    /// log::info!("the simulator counts in steps of {}", now().precision().step());
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub const fn precision(self) -> Precision {
        self.precision
    }

    /// The time since the start of the simulation.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example() -> Result {
    /// ensure!(now().since_start() < 1.ms(), "the start-up takes too long");
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub const fn since_start(self) -> SimDuration {
        SimDuration::from_steps(self.steps, self.precision)
    }

    /// The time since an earlier point. Like [`Instant::duration_since`], zero if `earlier` is the later one;
    /// [`checked_sub`](SimTime::checked_sub) returns `None` then.
    ///
    /// [`Instant::duration_since`]: std::time::Instant::duration_since
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(request: Signal<bool>, grant: Signal<bool>) -> Result {
    /// request.rising_edge().await;
    /// let requested = now();
    /// grant.rising_edge().await;
    /// let latency = now().since(requested);
    /// ensure!(latency <= 200.ns(), "the grant took {latency}");
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    #[must_use]
    pub fn since(self, earlier: SimTime) -> SimDuration {
        self.checked_sub(earlier).unwrap_or(SimDuration::ZERO)
    }

    /// The time since an earlier point, or `None` if `earlier` is the later one, or (at
    /// different precisions) if no [`SimDuration`] holds the difference.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::time::TimeUnit;
    ///
    /// let at = |steps| SimTime::new(steps, TimeUnit::Nanoseconds.into());
    /// assert_eq!(at(30).checked_sub(at(20)), Some(10.ns()));
    /// assert_eq!(at(20).checked_sub(at(30)), None);
    /// ```
    #[inline]
    pub fn checked_sub(self, earlier: SimTime) -> Option<SimDuration> {
        if self.precision == earlier.precision {
            let steps = self.steps.checked_sub(earlier.steps)?;
            return Some(SimDuration::from_steps(steps, self.precision));
        }
        self.since_start().checked_sub(earlier.since_start())
    }

    /// The point a duration later.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::time::TimeUnit;
    ///
    /// let time = SimTime::new(20, TimeUnit::Nanoseconds.into());
    /// assert_eq!(time.checked_add(1.us())?.steps(), 1020);
    /// assert!(time.checked_add(1.ps()).is_err(), "the precision is 1 ns");
    /// # Ok::<(), verifork::time::TimeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TimeError::TooFine`] if the duration is not a whole number of steps,
    /// [`TimeError::TooLong`] from 2^64 steps on.
    #[inline]
    pub fn checked_add(self, duration: SimDuration) -> Result<SimTime, TimeError> {
        let steps = self.steps.checked_add(duration.to_steps(self.precision)?);
        steps
            .map(|steps| SimTime { steps, ..self })
            .ok_or_else(|| TimeError::TooLong {
                time: format!("{self} + {duration}"),
                precision: self.precision,
            })
    }

    /// The point as a number of a unit since the start, rounded to the precision of an `f64`.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::time::TimeUnit;
    ///
    /// let time = SimTime::new(2500, TimeUnit::Picoseconds.into());
    /// assert_eq!(time.as_unit(TimeUnit::Nanoseconds), 2.5);
    /// ```
    pub fn as_unit(self, unit: TimeUnit) -> f64 {
        self.since_start().as_unit(unit)
    }
}

impl PartialEq for SimTime {
    #[inline]
    fn eq(&self, other: &SimTime) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for SimTime {}

impl PartialOrd for SimTime {
    #[inline]
    fn partial_cmp(&self, other: &SimTime) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SimTime {
    #[inline]
    fn cmp(&self, other: &SimTime) -> Ordering {
        if self.precision == other.precision {
            self.steps.cmp(&other.steps)
        } else {
            self.since_start().cmp(&other.since_start())
        }
    }
}

impl Hash for SimTime {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.since_start().hash(state);
    }
}

/// The time between two points.
///
/// # Panics
///
/// At the caller's line, if the right one is the later one.
impl Sub for SimTime {
    type Output = SimDuration;

    #[track_caller]
    fn sub(self, earlier: SimTime) -> SimDuration {
        let difference = self.checked_sub(earlier);
        difference.unwrap_or_else(|| panic!("{self} - {earlier} is not a duration"))
    }
}

/// The exact time since the start, in the form of all messages: in the largest unit that makes it a whole number, but
/// from a nanosecond on in nanoseconds or more: `1,230 ns`.
impl fmt::Display for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&simulated(self.since_start().femtoseconds()))
    }
}

/// As [`Display`](fmt::Display).
impl fmt::Debug for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::TimeUnits;
    use super::*;

    fn at(steps: u64, exponent: i32) -> SimTime {
        SimTime::new(steps, Precision::new(exponent).unwrap())
    }

    #[test]
    fn points_compare_by_time_whatever_the_precision() {
        assert_eq!(at(1, -9), at(1000, -12));
        assert!(at(1, -9) < at(1001, -12));
        assert_eq!(at(1001, -12) - at(1, -9), 1.ps());
    }

    #[test]
    fn time_elapsed_is_never_negative() {
        assert_eq!(at(5, -9).since(at(3, -9)), 2.ns());
        assert_eq!(at(3, -9).since(at(5, -9)), 0.ns());
        assert_eq!(at(3, -9).checked_sub(at(5, -9)), None);
    }

    #[test]
    fn a_later_point_is_exact_or_an_error() {
        assert_eq!(at(5, -9).checked_add(1.us()), Ok(at(1005, -9)));
        assert!(matches!(
            at(5, -9).checked_add(1.ps()),
            Err(TimeError::TooFine { .. })
        ));
        let error = at(u64::MAX, -15)
            .checked_add(1.fs())
            .unwrap_err()
            .to_string();
        assert!(error.contains("+ 1 fs is beyond 2^64 steps"), "{error}");
    }

    #[test]
    fn points_print_as_exact_decimals() {
        assert_eq!(at(1230, -9).to_string(), "1,230 ns");
        assert_eq!(at(3_000_000, -12).to_string(), "3 us");
        assert_eq!(at(0, -15).to_string(), "0 ns");
        assert_eq!(
            at(u64::MAX, -15).to_string(),
            "18,446,744,073,709.551615 ns"
        );
        assert!((at(1230, -9).as_unit(TimeUnit::Microseconds) - 1.23).abs() < 1e-12);
    }
}
