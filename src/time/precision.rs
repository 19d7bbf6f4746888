//! The step in which a simulator counts time.

use std::fmt;

use super::decimal::{COARSEST, FINEST};
use super::{SimDuration, TimeError, TimeUnit};

/// The step in which a simulator counts time, a power of ten of a second: the smallest precision
/// of any `timescale` in the design (IEEE 1800 3.14.3), always 1 fs in VHDL.
///
/// ```
/// use verifork::time::Precision;
///
/// assert_eq!(Precision::new(-10)?.to_string(), "100 ps");
/// assert!(Precision::new(-16).is_err());
/// # Ok::<(), verifork::time::TimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Precision(i8);

impl Precision {
    /// The precision of 10^`exponent` seconds, as `vpiTimePrecision` gives it: -15 (1 fs) to 2
    /// (100 s).
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::time::Precision;
    ///
    /// assert_eq!(Precision::new(-12)?.step(), 1.ps());
    /// assert!(Precision::new(-18).is_err(), "attoseconds");
    /// # Ok::<(), verifork::time::TimeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TimeError::NoPrecision`] for other powers.
    pub const fn new(exponent: i32) -> Result<Precision, TimeError> {
        if exponent >= FINEST as i32 && exponent <= COARSEST as i32 {
            // Lossless: both bounds are an i8.
            #[allow(clippy::cast_possible_truncation)]
            Ok(Precision(exponent as i8))
        } else {
            Err(TimeError::NoPrecision { exponent })
        }
    }

    /// The power of ten of a second.
    ///
    /// ```
    /// use verifork::time::{Precision, TimeUnit};
    ///
    /// assert_eq!(Precision::from(TimeUnit::Picoseconds).exponent(), -12);
    /// ```
    #[inline]
    pub const fn exponent(self) -> i8 {
        self.0
    }

    /// The duration of one step.
    ///
    /// ```
    /// use verifork::prelude::*;
    /// use verifork::time::{Precision, TimeUnit};
    ///
    /// assert_eq!(Precision::from(TimeUnit::Nanoseconds).step(), 1.ns());
    /// ```
    #[inline]
    pub const fn step(self) -> SimDuration {
        SimDuration::from_steps(1, self)
    }
}

impl From<TimeUnit> for Precision {
    #[inline]
    fn from(unit: TimeUnit) -> Precision {
        Precision(unit.exponent())
    }
}

/// The duration of one step: `1 ns`.
impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.step().fmt(f)
    }
}

impl fmt::Debug for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Precision({self})")
    }
}

/// Where [`SimDuration::to_steps_rounded`] puts a duration between two steps.
///
/// ```
/// use verifork::prelude::*;
/// use verifork::time::{Precision, Rounding};
///
/// let precision = Precision::new(-9).unwrap(); // 1 ns
/// let steps = 2500.ps().to_steps_rounded(precision, Rounding::Nearest);
/// assert_eq!(steps.unwrap(), 3);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Rounding {
    /// To the step before it.
    Down,
    /// To the step after it.
    Up,
    /// To the nearest step, and up from the middle, as Verilog rounds delays (IEEE 1800 3.14.1).
    Nearest,
}
