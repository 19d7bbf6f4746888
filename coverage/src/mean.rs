//! Percentages, and their weighted mean.

/// A weighted mean.
#[derive(Default)]
pub(crate) struct Mean {
    sum: f64,
    weights: f64,
}

impl Mean {
    #[allow(clippy::cast_precision_loss, reason = "a weight is a small number")]
    pub(crate) fn add(&mut self, weight: u64, percent: f64) {
        self.sum += weight as f64 * percent;
        self.weights += weight as f64;
    }

    /// `None` if all weights are 0.
    pub(crate) fn percent(&self) -> Option<f64> {
        (self.weights > 0.0).then(|| self.sum / self.weights)
    }

    pub(crate) fn of(parts: impl Iterator<Item = (u64, f64)>) -> Option<f64> {
        let mut mean = Mean::default();
        for (weight, percent) in parts {
            mean.add(weight, percent);
        }
        mean.percent()
    }
}

/// `hit` of `all`, in per cent. Of nothing it is 0, since that is not a success.
#[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^52 bins")]
pub(crate) fn percent(hit: usize, all: usize) -> f64 {
    if all == 0 {
        0.0
    } else {
        100.0 * hit as f64 / all as f64
    }
}
