//! Helpers of several tests.
#![allow(dead_code, reason = "each test program uses a part")]
#![allow(clippy::cast_precision_loss, reason = "counts are small")]

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use verifork_stimulus::Randomize;

pub(crate) fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Draws values, each of which must satisfy the test's condition.
#[track_caller]
pub(crate) fn all<T: Randomize + std::fmt::Debug>(seed: u64, holds: impl Fn(&T) -> bool) -> Vec<T> {
    let mut rng = rng(seed);
    let draw = |_| {
        let drawn = T::randomize(&mut rng).unwrap_or_else(|error| panic!("{error}"));
        assert!(holds(&drawn), "{drawn:?}");
        drawn
    };
    (0..400).map(draw).collect()
}

/// Pearson's test at about four standard deviations: each key is drawn as often as it should be, and no
/// other. The seeds are fixed, so that a test passes always or never.
#[track_caller]
pub(crate) fn chi_squared<K: Ord + std::fmt::Debug>(
    drawn: impl IntoIterator<Item = K>,
    expected: impl IntoIterator<Item = (K, f64)>,
) {
    let mut counts: BTreeMap<K, u32> = BTreeMap::new();
    let mut draws = 0;
    for key in drawn {
        *counts.entry(key).or_default() += 1;
        draws += 1;
    }
    let expected: Vec<(K, f64)> = expected.into_iter().collect();
    let total: f64 = expected.iter().map(|(_, share)| share).sum();
    let mut chi = 0.0;
    for (key, share) in &expected {
        let wanted = share / total * f64::from(draws);
        assert!(wanted >= 10.0, "too few draws for {key:?}: {wanted}");
        let count = counts.remove(key).unwrap_or_default();
        chi += (f64::from(count) - wanted).powi(2) / wanted;
    }
    assert!(counts.is_empty(), "these are not solutions: {counts:?}");
    let freedom = expected.len() as f64 - 1.0;
    let limit = freedom + 4.0 * (2.0 * freedom).sqrt() + 4.0;
    assert!(chi < limit, "{chi} with {freedom} degrees of freedom");
}
