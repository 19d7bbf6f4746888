//! Times of components without a clock, in steps of the simulation.

use verifork::time::SimDuration;
use verifork::trigger::{now, timer};

/// A duration in steps of the present simulation.
///
/// # Panics
///
/// At the caller's line: it is finer than the design's precision, or too long.
#[track_caller]
pub(crate) fn steps_of(what: &str, duration: SimDuration) -> u64 {
    match duration.to_steps(now().precision()) {
        Ok(steps) => steps,
        Err(error) => panic!("{what}: {error}"),
    }
}

/// Steps as a duration.
pub(crate) fn duration_of(steps: u64) -> SimDuration {
    SimDuration::from_steps(steps, now().precision())
}

/// Waits until a step of simulated time; not at all if that has passed.
pub(crate) async fn until_step(step: u64) {
    let left = step.saturating_sub(now().steps());
    if left > 0 {
        timer(duration_of(left)).await;
    }
}

/// Waits for this many steps; with 0, it does not wait.
pub(crate) async fn for_steps(steps: u64) {
    until_step(now().steps().saturating_add(steps)).await;
}
