//! Simulated time: durations in exact decimal units, the design's precision, points in time.
//!
//! Nothing is rounded unless you ask for it. A duration finer than the design's precision is an error that names
//! the nearest possible values.
//!
//! ```
//! use verifork::time::{Precision, Rounding, SimDuration, TimeUnit, TimeUnits};
//!
//! let precision = Precision::from(TimeUnit::Nanoseconds);
//! assert_eq!(2.us().to_steps(precision)?, 2000);
//! assert_eq!(
//!     1.5.ns().to_steps(precision).unwrap_err().to_string(),
//!     "1.5 ns is finer than the design's precision of 1 ns: use 1 ns or 2 ns, or a finer \
//!      `timescale`",
//! );
//! assert_eq!(1.5.ns().to_steps_rounded(precision, Rounding::Up)?, 2);
//! assert_eq!("1.5 ns".parse::<SimDuration>()?, 1500.ps());
//! # Ok::<(), verifork::time::TimeError>(())
//! ```

mod decimal;
mod duration;
mod error;
mod float;
mod literals;
mod operators;
mod point;
mod precision;
mod real;
mod text;
mod unit;

#[cfg(all(test, not(loom)))]
mod model;

pub use duration::SimDuration;
pub use error::TimeError;
pub use literals::TimeUnits;
pub use point::SimTime;
#[doc(alias("timescale", "timeprecision"))]
pub use precision::Precision;
pub use precision::Rounding;
#[doc(alias = "timescale")]
pub use unit::TimeUnit;
