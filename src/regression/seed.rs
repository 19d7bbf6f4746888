//! The base seed of a run, and the random streams of tests and tasks that follow from it by their names.
//!
//! A stream depends only on the base seed and the names that lead to it. Another filter, another order or one more
//! test does not change it. How names become bits is part of the library's contract, because the seed of a failure
//! must reproduce it with a later version: see [`Seed::stream`].

use std::fmt;

use rand::SeedableRng;
use rand::TryRng;
use rand_chacha::ChaCha8Rng;

/// The base seed of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Seed(u64);

impl Seed {
    /// The seed with this value, as in `VERIFORK_SEED`.
    pub(crate) const fn new(value: u64) -> Self {
        Seed(value)
    }

    /// A random seed.
    ///
    /// # Errors
    ///
    /// The system provides no random bytes.
    pub(crate) fn from_os() -> Result<Self, rand::rngs::SysError> {
        rand::rngs::SysRng.try_next_u64().map(Seed)
    }

    /// The number that `VERIFORK_SEED` takes to get this seed again.
    pub(crate) const fn value(self) -> u64 {
        self.0
    }

    /// The seed of the given repetition of a run, counted from 0.
    ///
    /// Repetition 0 has this seed; each later one has a seed of its own, which alone repeats it.
    #[must_use]
    pub(crate) fn repetition(self, number: u32) -> Self {
        if number == 0 {
            self
        } else {
            Seed(split_mix(self.0, u64::from(number)))
        }
    }

    /// The random stream of a test (`["counts"]`) or of a task in it (`["counts", "driver"]`).
    ///
    /// The key of `ChaCha8` is four words, little-endian: the first two outputs of `SplitMix64`
    /// started at the base seed, and the first two of `SplitMix64` started at the path's hash.
    /// The hash is 64-bit FNV-1a over the UTF-8 bytes of every name, each name followed by the
    /// byte FF, which UTF-8 never holds: so `["a", "b"]` is not `["ab"]`.
    ///
    /// The first name is a test's and never empty; paths that start with an empty name are kept
    /// for the library's own use.
    pub(crate) fn stream(self, path: &[&str]) -> ChaCha8Rng {
        let path = hash(path);
        let words = [
            split_mix(self.0, 1),
            split_mix(self.0, 2),
            split_mix(path, 1),
            split_mix(path, 2),
        ];
        let mut key = [0; 32];
        for (bytes, word) in key.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        ChaCha8Rng::from_seed(key)
    }

    /// A test's place in a random order: tests are sorted by it. Two tests that both run keep
    /// their relative order whatever else a filter lets through.
    pub(crate) fn place_in_order(self, test: &str) -> u64 {
        split_mix(split_mix(self.0, 1) ^ hash(&["", "order", test]), 1)
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// 64-bit FNV-1a over the names, each followed by FF.
fn hash(path: &[&str]) -> u64 {
    let mut state = FNV_OFFSET;
    for name in path {
        state = fnv_1a(state, name.as_bytes());
        state = fnv_1a(state, &[0xFF]);
    }
    state
}

const FNV_OFFSET: u64 = 0xCBF2_9CE4_8422_2325;

fn fnv_1a(state: u64, bytes: &[u8]) -> u64 {
    const PRIME: u64 = 0x0000_0100_0000_01B3;
    bytes.iter().fold(state, |state, &byte| {
        (state ^ u64::from(byte)).wrapping_mul(PRIME)
    })
}

/// The `number`th output, counted from 1, of `SplitMix64` started at `state`.
fn split_mix(state: u64, number: u64) -> u64 {
    let mut z = state.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;

    fn first(seed: u64, path: &[&str]) -> u64 {
        Seed::new(seed).stream(path).next_u64()
    }

    #[test]
    fn the_hash_is_fnv_1a() {
        // From the vectors that the authors of FNV publish.
        assert_eq!(fnv_1a(FNV_OFFSET, b""), 0xCBF2_9CE4_8422_2325);
        assert_eq!(fnv_1a(FNV_OFFSET, b"a"), 0xAF63_DC4C_8601_EC8C);
        assert_eq!(fnv_1a(FNV_OFFSET, b"foobar"), 0x8594_4171_F739_67E8);
    }

    #[test]
    fn the_mixer_is_split_mix_64() {
        // The published sequence from 1234567.
        let outputs = [1, 2, 3].map(|number| split_mix(1_234_567, number));
        assert_eq!(
            outputs,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn a_stream_never_changes_between_versions() {
        // Golden values, computed by another program from the definition at `stream`: a change here
        // makes every seed that users have written down useless.
        assert_eq!(first(0, &["counts"]), 0x5DFC_9611_2615_54FB);
        assert_eq!(first(7, &["counts"]), 0x56AC_0D3D_2E69_542D);
        assert_eq!(first(7, &["counts", "driver"]), 0xE9E7_D9A8_3612_1D44);
        assert_eq!(Seed::new(7).repetition(1).value(), 0x63CB_E1E4_5932_0DD7);
        assert_eq!(Seed::new(7).place_in_order("counts"), 0x0876_53DD_97B5_B383);
    }

    #[test]
    fn every_name_on_the_path_counts() {
        let paths: [&[&str]; 6] = [
            &[],
            &["a"],
            &["ab"],
            &["a", "b"],
            &["b", "a"],
            &["a", "b", ""],
        ];
        let mut outputs: Vec<u64> = paths.iter().map(|path| first(1, path)).collect();
        outputs.push(first(2, &["a"]));
        outputs.sort_unstable();
        outputs.dedup();
        assert_eq!(outputs.len(), 7);
    }

    #[test]
    fn the_first_repetition_is_the_seed_itself() {
        let seed = Seed::new(9);
        assert_eq!(seed.repetition(0), seed);
        assert_ne!(seed.repetition(1), seed.repetition(2));
    }

    #[test]
    fn the_operating_system_gives_another_seed_each_time() {
        assert_ne!(Seed::from_os().unwrap(), Seed::from_os().unwrap());
    }
}
