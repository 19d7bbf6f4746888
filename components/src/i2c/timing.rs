//! The times of the bus.

use verifork::time::{SimDuration, TimeUnit};

use crate::steps::steps_of;

/// The times of NXP's UM10204, table 10 (characteristics of the SDA and SCL bus lines), by its names.
///
/// ```
/// use verifork::time::TimeUnits;
/// use verifork_components::i2c::Timing;
///
/// assert_eq!(Timing::fast().low, 1.3.us());
/// // A hundred times as fast, so that a simulation takes less.
/// assert_eq!(Timing::fast().divided_by(100).low, 13.ns());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// 1 / fSCL: the shortest period of SCL.
    pub period: SimDuration,
    /// tHD;STA: SDA falls, and so long after it SCL.
    pub hold_start: SimDuration,
    /// tLOW: the low time of SCL.
    pub low: SimDuration,
    /// tHIGH: the high time of SCL.
    pub high: SimDuration,
    /// tSU;STA: SCL is high for so long before a repeated start.
    pub setup_start: SimDuration,
    /// tHD;DAT: SDA does not change for so long after SCL has fallen.
    pub hold_data: SimDuration,
    /// tSU;DAT: nor for so long before SCL rises.
    pub setup_data: SimDuration,
    /// tSU;STO: SCL is high for so long before a stop.
    pub setup_stop: SimDuration,
    /// tBUF: from a stop to the next start.
    pub bus_free: SimDuration,
    /// tVD;DAT: the longest time from the fall of SCL to a data bit on SDA, unless the clock is stretched.
    pub valid_data: SimDuration,
    /// tVD;ACK: the same of an acknowledge.
    pub valid_acknowledge: SimDuration,
}

const fn ns(count: u64) -> SimDuration {
    SimDuration::new(count, TimeUnit::Nanoseconds)
}

impl Timing {
    /// Standard mode, 100 kbit/s.
    pub const fn standard() -> Self {
        Timing {
            period: ns(10_000),
            hold_start: ns(4000),
            low: ns(4700),
            high: ns(4000),
            setup_start: ns(4700),
            hold_data: ns(0),
            setup_data: ns(250),
            setup_stop: ns(4000),
            bus_free: ns(4700),
            valid_data: ns(3450),
            valid_acknowledge: ns(3450),
        }
    }

    /// Fast mode, 400 kbit/s.
    pub const fn fast() -> Self {
        Timing {
            period: ns(2500),
            hold_start: ns(600),
            low: ns(1300),
            high: ns(600),
            setup_start: ns(600),
            hold_data: ns(0),
            setup_data: ns(100),
            setup_stop: ns(600),
            bus_free: ns(1300),
            valid_data: ns(900),
            valid_acknowledge: ns(900),
        }
    }

    /// Fast mode plus, 1 Mbit/s.
    pub const fn fast_plus() -> Self {
        Timing {
            period: ns(1000),
            hold_start: ns(260),
            low: ns(500),
            high: ns(260),
            setup_start: ns(260),
            hold_data: ns(0),
            setup_data: ns(50),
            setup_stop: ns(260),
            bus_free: ns(500),
            valid_data: ns(450),
            valid_acknowledge: ns(450),
        }
    }

    /// All times divided by a number.
    ///
    /// # Panics
    ///
    /// At the caller's line: by 0, or a time is not a whole number of femtoseconds then.
    #[must_use]
    #[track_caller]
    pub fn divided_by(self, divisor: u64) -> Self {
        let Timing {
            mut period,
            mut hold_start,
            mut low,
            mut high,
            mut setup_start,
            mut hold_data,
            mut setup_data,
            mut setup_stop,
            mut bus_free,
            mut valid_data,
            mut valid_acknowledge,
        } = self;
        for time in [
            &mut period,
            &mut hold_start,
            &mut low,
            &mut high,
            &mut setup_start,
            &mut hold_data,
            &mut setup_data,
            &mut setup_stop,
            &mut bus_free,
            &mut valid_data,
            &mut valid_acknowledge,
        ] {
            *time = match time.checked_div(divisor) {
                Ok(part) => part,
                Err(error) => panic!("I2C: {error}"),
            };
        }
        Timing {
            period,
            hold_start,
            low,
            high,
            setup_start,
            hold_data,
            setup_data,
            setup_stop,
            bus_free,
            valid_data,
            valid_acknowledge,
        }
    }
}

/// One of the times in steps of the simulation.
///
/// # Panics
///
/// At the caller's line: it is finer than the design's precision, or too long.
#[track_caller]
pub(super) fn in_steps(name: &str, time: SimDuration) -> u64 {
    steps_of(&format!("I2C: {name}"), time)
}
