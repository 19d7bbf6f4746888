//! Random numbers for tests: [`TestRng`], a generator that the seed reproduces.
//!
//! [`Test::rng`](crate::Test::rng) gives each task a generator of its own. A testbench needs no other
//! crate for the usual draws:
//!
//! ```no_run
//! use verifork::prelude::*;
//!
//! #[verifork::test]
//! async fn random_traffic(test: Test) -> Result {
//!     let mut rng = test.rng();
//!     let (data, last): (u32, bool) = rng.random();
//!     let length = rng.random_range(1..=16_u8);
//!     let pause = rng.random_range(0..100).ns();
//!     let address = LogicVec::random(100, &mut rng);
//!     # let _ = (data, last, length, pause, address);
//!     Ok(())
//! }
//! ```
//!
//! For distributions of other crates, the generator implements [`rand_core::TryRng`](crate::rand_core), and with it
//! `rand_core::Rng`: the traits of the small crate on which `rand` and its companions are built. `verifork` re-exports it
//! as [`verifork::rand_core`](crate::rand_core). `rand` itself appears in no signature of this library, so a testbench
//! may use any version of it that is built on this `rand_core`.

mod range;
mod value;
mod words;

use std::convert::Infallible;
use std::fmt;

use rand::rand_core::TryRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use verifork_protocol::items::Item;

pub use range::{RandomNumber, RandomRange};
pub use value::Random;
use words::Words;

/// A generator of random numbers that repeats with its seed, on every machine: `ChaCha8`.
///
/// [`Test::rng`](crate::Test::rng) makes one for the running task.
///
/// ```
/// use verifork::TestRng;
///
/// let (mut rng, mut again) = (TestRng::new(7), TestRng::new(7));
/// let (mode, length): (u8, u16) = (rng.random(), rng.random_range(1..=1500));
/// assert!((1..=1500).contains(&length));
/// assert_eq!((mode, length), (again.random(), again.random_range(1..=1500)));
/// let kind = rng.choose(&["read", "write"]).unwrap();
/// assert!(["read", "write"].contains(kind));
/// ```
#[derive(Clone)]
pub struct TestRng(Words);

impl TestRng {
    /// A generator with a given seed, for code that runs without a [`Test`](crate::Test).
    ///
    /// ```
    /// use verifork::TestRng;
    ///
    /// let (mut one, mut other) = (TestRng::new(7), TestRng::new(7));
    /// assert_eq!(one.random::<u64>(), other.random::<u64>()); // one seed is one sequence
    /// ```
    pub fn new(seed: u64) -> Self {
        TestRng::from_stream(ChaCha8Rng::seed_from_u64(seed))
    }

    pub(crate) fn from_stream(stream: ChaCha8Rng) -> Self {
        TestRng(Words::Stream(stream))
    }

    /// The generator for an item of a sequence.
    pub(crate) fn from_words(stream: ChaCha8Rng, item: Item) -> Self {
        TestRng(Words::of_item(stream, item))
    }

    /// The words from which an item was drawn.
    pub(crate) fn into_words(self) -> Vec<u64> {
        self.0.drawn()
    }

    /// A random value of any type that implements [`Random`]: each `bool` and each integer is as likely as any other,
    /// floating-point numbers are in `[0, 1)`.
    ///
    /// ```
    /// use verifork::TestRng;
    ///
    /// let mut rng = TestRng::new(1);
    /// let (address, write): (u32, bool) = (rng.random(), rng.random());
    /// println!("{} {address:#010x}", if write { "write" } else { "read" });
    /// ```
    pub fn random<T: Random>(&mut self) -> T {
        T::random(self)
    }

    /// An endless iterator of random values.
    ///
    /// ```
    /// use verifork::TestRng;
    ///
    /// let bytes: Vec<u8> = TestRng::new(1).random_iter().take(64).collect();
    /// assert_eq!(bytes.len(), 64);
    /// ```
    pub fn random_iter<T: Random>(mut self) -> impl Iterator<Item = T> {
        std::iter::repeat_with(move || self.random())
    }

    /// A number of a range, each as likely as any other: `0..16`, `0..=15`, of integers and
    /// floating-point numbers; `..16`, `..=15`, of unsigned integers.
    ///
    /// ```
    /// use verifork::TestRng;
    ///
    /// let mut rng = TestRng::new(1);
    /// let length: u16 = rng.random_range(64..=1518); // a frame of Ethernet
    /// assert!((64..=1518).contains(&length));
    /// ```
    ///
    /// # Panics
    ///
    /// At the caller's line, if the range is empty, or one of its ends is not a number.
    #[doc(alias = "$urandom_range")]
    #[doc(alias = "randint")]
    #[doc(alias = "RandInt")]
    #[track_caller]
    pub fn random_range<T: RandomNumber, R: RandomRange<T>>(&mut self, range: R) -> T {
        match range.draw(self) {
            Some(number) => number,
            None => panic!("no number is in an empty range"),
        }
    }

    /// `true` with the given probability.
    ///
    /// # Panics
    ///
    /// At the caller's line, if it is not between 0 and 1.
    ///
    /// ```
    /// use verifork::TestRng;
    ///
    /// let mut rng = TestRng::new(1);
    /// assert!(rng.random_bool(1.0) && !rng.random_bool(0.0));
    /// ```
    #[track_caller]
    pub fn random_bool(&mut self, probability: f64) -> bool {
        assert!(
            (0.0..=1.0).contains(&probability),
            "{probability} is not a probability: it must be between 0 and 1"
        );
        self.0.random_bool(probability)
    }

    /// One of the values, each as likely as any other; `None` if the slice is empty.
    ///
    /// ```
    /// use verifork::TestRng;
    ///
    /// let mut rng = TestRng::new(1);
    /// let size = rng.choose(&[1, 2, 4]).copied();
    /// assert!(matches!(size, Some(1 | 2 | 4)));
    /// ```
    #[doc(alias = "randcase")]
    #[doc(alias = "RandSlv")]
    pub fn choose<'a, T>(&mut self, values: &'a [T]) -> Option<&'a T> {
        values.choose(&mut self.0)
    }

    /// Shuffles values into a random order.
    ///
    /// ```
    /// use verifork::TestRng;
    ///
    /// let mut order = [0, 1, 2, 3];
    /// TestRng::new(1).shuffle(&mut order);
    /// assert_eq!(order.iter().sum::<i32>(), 6);
    /// ```
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        values.shuffle(&mut self.0);
    }

    /// Fills a slice with random bytes.
    ///
    /// ```
    /// use verifork::TestRng;
    ///
    /// let mut payload = vec![0; 64];
    /// TestRng::new(1).fill_bytes(&mut payload);
    /// assert!(payload.iter().any(|byte| *byte != 0));
    /// ```
    pub fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }
}

impl TryRng for TestRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(bytes)
    }
}

impl fmt::Debug for TestRng {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestRng").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use rand::rand_core::Rng;

    use super::*;

    #[test]
    fn a_range_gives_its_numbers_and_no_others() {
        let mut rng = TestRng::new(1);
        let mut seen = [false; 4];
        for _ in 0..200 {
            seen[rng.random_range(..4_usize)] = true;
            assert!((-3..=3).contains(&rng.random_range(-3..=3)));
            assert!(rng.random_range(..=7_u8) <= 7);
            assert!((0.5..1.5).contains(&rng.random_range(0.5..1.5)));
            assert_eq!(rng.random_range(9..10_i64), 9);
        }
        assert_eq!(seen, [true; 4]);
        let _: u128 = rng.random_range(..=u128::MAX);
    }

    #[test]
    #[allow(clippy::reversed_empty_ranges, reason = "that is what is refused")]
    fn an_empty_range_is_refused_at_the_callers_line() {
        let caught = |action: fn(&mut TestRng)| {
            let panic = crate::task::catch(|| action(&mut TestRng::new(1))).unwrap_err();
            panic.at.unwrap()
        };
        let first = line!() + 2;
        let actions: [fn(&mut TestRng); 6] = [
            |rng| _ = rng.random_range(0..0),
            |rng| _ = rng.random_range(..0_u8),
            |rng| _ = rng.random_range(u8::MAX..=0),
            |rng| _ = rng.random_range(f64::NAN..1.0),
            |rng| _ = rng.random_range(0.0..=f64::INFINITY),
            |rng| _ = rng.random_bool(1.5),
        ];
        for (line, action) in (first..).zip(actions) {
            let at = caught(action);
            assert!(
                at.contains(&format!("random.rs:{line}")),
                "{at}, not {line}"
            );
        }
    }

    #[test]
    fn one_seed_gives_one_stream() {
        let mut rng = TestRng::new(7);
        let drawn = (
            rng.next_u64(),
            rng.random::<u8>(),
            rng.random_range(0..1000),
        );
        let mut again = TestRng::new(7);
        assert_eq!(
            drawn,
            (
                again.next_u64(),
                again.random::<u8>(),
                again.random_range(0..1000)
            )
        );
        assert_ne!(drawn.0, TestRng::new(8).next_u64());
    }

    #[test]
    fn values_have_every_part_drawn_in_turn() {
        let mut rng = TestRng::new(3);
        let drawn: ([u8; 3], (bool, u32), i128) = (rng.random(), rng.random(), rng.random());
        let mut again = TestRng::new(3);
        let bytes = [again.random(), again.random(), again.random()];
        assert_eq!(
            drawn,
            (bytes, (again.random(), again.random()), again.random())
        );
        let ones = TestRng::new(3)
            .random_iter::<bool>()
            .take(1000)
            .filter(|&one| one)
            .count();
        assert!((400..600).contains(&ones), "{ones}");
    }

    #[test]
    fn choosing_and_shuffling_keep_the_values() {
        let mut rng = TestRng::new(3);
        assert_eq!(rng.choose::<u8>(&[]), None);
        let mut values: Vec<u8> = (0..50).collect();
        rng.shuffle(&mut values);
        assert_ne!(values, (0..50).collect::<Vec<u8>>());
        values.sort_unstable();
        assert_eq!(values, (0..50).collect::<Vec<u8>>());
        let mut bytes = [0; 64];
        rng.fill_bytes(&mut bytes);
        assert_ne!(bytes, [0; 64]);
    }
}
