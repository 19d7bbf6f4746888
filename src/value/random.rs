//! Random vectors.

use rand::rand_core::Rng;

use super::planes::Planes;
use super::{Logic, LogicVec};

impl LogicVec {
    /// `width` bits, each `0` or `1`, as likely as the other. The generator is a
    /// [`TestRng`](crate::TestRng), or any other that stands on [`rand_core`](crate::rand_core).
    ///
    /// ```
    /// use verifork::TestRng;
    /// use verifork::value::LogicVec;
    ///
    /// let data = LogicVec::random(100, &mut TestRng::new(7));
    /// assert_eq!((data.width(), data.count_unknown()), (100, 0));
    /// ```
    pub fn random<R: Rng + ?Sized>(width: u32, rng: &mut R) -> LogicVec {
        LogicVec::build(width, |_| Planes::four_state(rng.next_u64(), 0))
    }

    /// `width` bits, each in one of the given states, all as likely: `&[Logic::Zero, Logic::One,
    /// Logic::Unknown, Logic::HighImpedance]` for Verilog's four, [`Logic::ALL`] for the nine.
    ///
    /// # Panics
    ///
    /// At the caller's line, if no state is given.
    ///
    /// ```
    /// use verifork::TestRng;
    /// use verifork::value::{Logic, LogicVec};
    ///
    /// let lines = LogicVec::random_of(8, &[Logic::HighImpedance, Logic::WeakOne], &mut TestRng::new(7));
    /// assert_eq!(lines.count_zeros(), 0);
    /// ```
    #[track_caller]
    pub fn random_of<R: Rng + ?Sized>(width: u32, states: &[Logic], rng: &mut R) -> LogicVec {
        assert!(
            !states.is_empty(),
            "there is no state to choose from: give at least one"
        );
        let mut vector = LogicVec::zeros(width);
        for index in 0..width {
            let state = draw(states, rng);
            // Within the width.
            vector.set_bit(index, state).ok();
        }
        vector
    }
}

/// One of the states, each as likely as any other to within 2^-58.
fn draw<R: Rng + ?Sized>(states: &[Logic], rng: &mut R) -> Logic {
    let scaled = u128::from(rng.next_u64()) * states.len() as u128;
    states[usize::try_from(scaled >> 64).unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TestRng;

    #[test]
    fn random_bits_are_known_and_about_half_of_them_ones() {
        let mut rng = TestRng::new(1);
        for width in [0, 1, 63, 64, 65, 1000] {
            let vector = LogicVec::random(width, &mut rng);
            assert_eq!((vector.width(), vector.has_unknown()), (width, false));
        }
        let ones = LogicVec::random(10_000, &mut rng).count_ones();
        assert!((4500..5500).contains(&ones), "{ones}");
        assert_ne!(
            LogicVec::random(64, &mut rng),
            LogicVec::random(64, &mut rng)
        );
    }

    #[test]
    fn every_state_that_is_given_is_drawn_and_no_other() {
        let mut rng = TestRng::new(1);
        let vector = LogicVec::random_of(900, &Logic::ALL, &mut rng);
        for state in Logic::ALL {
            let count = vector.iter().filter(|&bit| bit == state).count();
            assert!((50..150).contains(&count), "{state}: {count}");
        }
        let two = LogicVec::random_of(70, &[Logic::HighImpedance, Logic::WeakZero], &mut rng);
        assert_eq!(two.count_unknown() + two.count_zeros(), 70);
    }

    #[test]
    #[should_panic(expected = "there is no state to choose from")]
    fn no_state_is_refused() {
        let _ = LogicVec::random_of(1, &[], &mut TestRng::new(1));
    }
}
