//! The units of time.

use std::fmt;

/// A unit of time, as in `timescale` (IEEE 1800 3.14) and the type `time` of VHDL.
///
/// ```
/// use verifork::time::TimeUnit;
///
/// assert_eq!(TimeUnit::Nanoseconds.symbol(), "ns");
/// assert_eq!("us".parse(), Ok(TimeUnit::Microseconds));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TimeUnit {
    /// 10^-15 s.
    Femtoseconds,
    /// 10^-12 s.
    Picoseconds,
    /// 10^-9 s.
    Nanoseconds,
    /// 10^-6 s.
    Microseconds,
    /// 10^-3 s.
    Milliseconds,
    /// 1 s.
    Seconds,
}

impl TimeUnit {
    /// The units, the smallest first.
    pub const ALL: [TimeUnit; 6] = [
        TimeUnit::Femtoseconds,
        TimeUnit::Picoseconds,
        TimeUnit::Nanoseconds,
        TimeUnit::Microseconds,
        TimeUnit::Milliseconds,
        TimeUnit::Seconds,
    ];

    /// The power of ten of a second: -15 for femtoseconds to 0 for seconds.
    ///
    /// ```
    /// use verifork::time::TimeUnit;
    ///
    /// assert_eq!(TimeUnit::Nanoseconds.exponent(), -9);
    /// ```
    #[inline]
    pub const fn exponent(self) -> i8 {
        match self {
            TimeUnit::Femtoseconds => -15,
            TimeUnit::Picoseconds => -12,
            TimeUnit::Nanoseconds => -9,
            TimeUnit::Microseconds => -6,
            TimeUnit::Milliseconds => -3,
            TimeUnit::Seconds => 0,
        }
    }

    /// The unit's symbol: `ns`.
    ///
    /// ```
    /// use verifork::time::TimeUnit;
    ///
    /// assert_eq!(TimeUnit::Microseconds.symbol(), "us");
    /// ```
    pub const fn symbol(self) -> &'static str {
        match self {
            TimeUnit::Femtoseconds => "fs",
            TimeUnit::Picoseconds => "ps",
            TimeUnit::Nanoseconds => "ns",
            TimeUnit::Microseconds => "us",
            TimeUnit::Milliseconds => "ms",
            TimeUnit::Seconds => "s",
        }
    }
}

/// The unit's symbol.
impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.symbol())
    }
}
