//! Draws single numbers.

use rand_core::Rng;

/// A number below `end`, which is not 0; all are equally likely.
pub(crate) fn below<R: Rng + ?Sized>(rng: &mut R, end: u128) -> u128 {
    if let Ok(end) = u64::try_from(end) {
        // Lemire's method (2019): the upper half of a product, unless the lower half says that it is a surplus one.
        let mut product = u128::from(rng.next_u64()) * u128::from(end);
        if (product as u64) < end {
            let surplus = end.wrapping_neg() % end;
            while (product as u64) < surplus {
                product = u128::from(rng.next_u64()) * u128::from(end);
            }
        }
        return product >> 64;
    }
    let above = (end - 1).leading_zeros();
    loop {
        let drawn = bits(rng) >> above;
        if drawn < end {
            return drawn;
        }
    }
}

/// The index of one of these weights, with a probability of the weight over their total.
pub(crate) fn weighted<R: Rng + ?Sized>(
    rng: &mut R,
    total: u64,
    mut weights: impl Iterator<Item = u32>,
) -> usize {
    let mut drawn = below(rng, total.into()) as u64;
    let place = weights.position(|weight| match drawn.checked_sub(weight.into()) {
        Some(rest) => {
            drawn = rest;
            false
        }
        None => true,
    });
    place.expect("less than the total is drawn")
}

/// A number between two others, both included, in two's complement if they are signed.
pub(crate) fn between<R: Rng + ?Sized>(rng: &mut R, low: u128, high: u128) -> u128 {
    match high.wrapping_sub(low).checked_add(1) {
        // A power of two needs only bits. They are the upper ones, as in every range, so that a smaller word gives
        // a smaller number.
        Some(count) if count.is_power_of_two() && count <= 1 << 64 => {
            low.wrapping_add((u128::from(rng.next_u64()) * count) >> 64)
        }
        Some(count) => low.wrapping_add(below(rng, count)),
        None => bits(rng),
    }
}

/// 128 random bits.
pub(crate) fn bits<R: Rng + ?Sized>(rng: &mut R) -> u128 {
    u128::from(rng.next_u64()) << 64 | u128::from(rng.next_u64())
}

/// Takes random bits a few at a time, because generating words takes most of the time.
pub(crate) struct RandomBits<'a> {
    rng: &'a mut dyn Rng,
    word: u64,
    left: u32,
}

impl<'a> RandomBits<'a> {
    pub(crate) fn new(rng: &'a mut dyn Rng) -> Self {
        RandomBits {
            rng,
            word: 0,
            left: 0,
        }
    }

    /// Takes up to 64 bits.
    fn take(&mut self, bits: u32) -> u64 {
        if bits > self.left {
            if bits > 32 {
                return self.rng.next_u64() >> (64 - bits);
            }
            self.word = self.rng.next_u64();
            self.left = 64;
        }
        let taken = self.word & !(u64::MAX << bits);
        self.word >>= bits;
        self.left -= bits;
        taken
    }

    /// Takes up to 128 bits.
    pub(crate) fn bits(&mut self, bits: u32) -> u128 {
        let low: u128 = self.take(bits.min(64)).into();
        if bits > 64 {
            u128::from(self.take(bits - 64)) << 64 | low
        } else {
            low
        }
    }

    /// Whether a random 64-bit number is below this one. Its first 16 bits nearly always decide.
    pub(crate) fn is_below(&mut self, share: u64) -> bool {
        const REST: u64 = u64::MAX >> 16;
        let (first, wanted) = (self.take(16), share >> 48);
        if first == wanted {
            self.rng.next_u64() & REST < share & REST
        } else {
            first < wanted
        }
    }
}

/// The generator `SplitMix64`, for random numbers that must not depend on the user's generator.
/// Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators (OOPSLA 2014).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SplitMix64(pub(crate) u64);

impl SplitMix64 {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl rand_core::TryRng for SplitMix64 {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok((self.next() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(self.next())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.next().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::cast_precision_loss, reason = "tests of probabilities")]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_a_range_is_drawn_and_no_other() {
        let mut rng = SplitMix64(1);
        for (low, high) in [
            (0, 0),
            (3, 9),
            (-3, 3),
            (i128::MIN, i128::MIN + 2),
            (-1, 254),
        ] {
            let mut seen = std::collections::BTreeSet::new();
            for _ in 0..5000 {
                seen.insert(
                    between(&mut rng, low.cast_unsigned(), high.cast_unsigned()).cast_signed(),
                );
            }
            assert_eq!(seen.first(), Some(&low));
            assert_eq!(seen.last(), Some(&high));
            assert_eq!(seen.len() as i128, high - low + 1);
        }
    }

    #[test]
    fn a_decision_is_as_likely_as_its_share() {
        let mut rng = SplitMix64(3);
        let mut random = RandomBits::new(&mut rng);
        for share in [u64::MAX / 3, 1 << 63, u64::MAX / 1000, (1 << 48) + 1] {
            let count = 200_000;
            let ones = (0..count).filter(|_| random.is_below(share)).count() as f64;
            let expected = share as f64 / 2_f64.powi(64) * f64::from(count);
            assert!(
                (ones - expected).abs() < 5.0 * expected.sqrt() + 1.0,
                "{ones}, not {expected}"
            );
        }
        for bits in [1, 7, 33, 64, 65, 128] {
            let all = (0..300).fold(0, |all, _| all | random.bits(bits));
            assert_eq!(all, u128::MAX >> (128 - bits));
        }
    }

    #[test]
    fn wide_ranges_reach_their_upper_half() {
        let mut rng = SplitMix64(2);
        let end = (1_u128 << 100) + 1;
        let large = (0..1000)
            .filter(|_| below(&mut rng, end) >= end / 2)
            .count();
        assert!((400..600).contains(&large), "{large}");
        let all = (0..100).fold(0, |all, _| all | between(&mut rng, 0, u128::MAX));
        assert_eq!(all, u128::MAX);
    }
}
