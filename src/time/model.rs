//! Durations for property tests.

use proptest::prelude::*;

use super::SimDuration;
use super::decimal::{COARSEST, FINEST};

/// Durations of every exponent, short ones as often as long ones.
pub(super) fn duration() -> impl Strategy<Value = SimDuration> {
    (any::<u64>(), 0_u32..64, FINEST..=COARSEST).prop_map(|(count, shift, exponent)| SimDuration {
        count: count >> shift,
        exponent,
    })
}
