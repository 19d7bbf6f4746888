//! Times as VPI passes them: 64 bits in two halves.

use crate::sys::vpi;

/// The time of a callback that needs none.
pub(super) const SUPPRESSED: vpi::t_vpi_time = vpi::t_vpi_time {
    type_: vpi::vpiSuppressTime,
    high: 0,
    low: 0,
    real: 0.0,
};

#[inline]
#[allow(
    clippy::cast_possible_truncation,
    reason = "the halves are taken apart on purpose"
)]
pub(super) fn steps_to_vpi(steps: u64) -> vpi::t_vpi_time {
    vpi::t_vpi_time {
        type_: vpi::vpiSimTime,
        high: (steps >> 32) as u32,
        low: steps as u32,
        real: 0.0,
    }
}

#[inline]
pub(super) fn steps_from_vpi(time: &vpi::t_vpi_time) -> u64 {
    u64::from(time.high) << 32 | u64::from(time.low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_of_a_time_survive() {
        for steps in [
            0,
            1,
            u64::from(u32::MAX),
            1 << 32,
            0x1234_5678_9abc_def0,
            u64::MAX,
        ] {
            assert_eq!(steps_from_vpi(&steps_to_vpi(steps)), steps);
        }
    }
}
