//! Ranges from which numbers are drawn.

use std::ops::{Range, RangeInclusive, RangeTo, RangeToInclusive};

use rand::distr::uniform::SampleRange;

use super::TestRng;

/// A number that [`TestRng::random_range`] draws: an integer, `f32` or `f64`.
///
/// ```
/// use verifork::TestRng;
/// use verifork::random::RandomNumber;
///
/// /// One of the ends of a range, where faults are likely, or something in between.
/// fn corner<T: RandomNumber + Copy + PartialOrd>(rng: &mut TestRng, low: T, high: T) -> T
/// where
///     std::ops::RangeInclusive<T>: verifork::random::RandomRange<T>,
/// {
///     match rng.random_range(0..4_u8) {
///         0 => low,
///         1 => high,
///         _ => rng.random_range(low..=high),
///     }
/// }
/// assert!(corner(&mut TestRng::new(1), 1_u16, 1500) <= 1500);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number that can be drawn from a range",
    note = "integers, `f32` and `f64` are"
)]
pub trait RandomNumber: sealed::Number {}

/// A range that [`TestRng::random_range`] draws from: `a..b`, `a..=b`, `..b`, `..=b`.
///
/// ```
/// use verifork::TestRng;
/// use verifork::random::RandomRange;
///
/// /// A packet of this many bytes.
/// fn packet(rng: &mut TestRng, length: impl RandomRange<usize>) -> Vec<u8> {
///     let length = rng.random_range(length);
///     (0..length).map(|_| rng.random()).collect()
/// }
///
/// let mut rng = TestRng::new(1);
/// assert!(packet(&mut rng, 1..=64).len() <= 64);
/// assert!(packet(&mut rng, ..8).len() < 8);
/// ```
pub trait RandomRange<T>: sealed::Range<T> {}

mod sealed {
    use super::TestRng;

    pub trait Number: Sized + PartialOrd {
        /// A number from `low` to `high`, inclusive; `None` if the range is empty.
        fn up_to(rng: &mut TestRng, low: Self, high: Self) -> Option<Self>;
        /// The same without `high`.
        fn below(rng: &mut TestRng, low: Self, high: Self) -> Option<Self>;
    }

    /// The start of a range without one.
    pub trait Unsigned: Number {
        const ZERO: Self;
    }

    pub trait Range<T> {
        fn draw(self, rng: &mut TestRng) -> Option<T>;
    }
}

macro_rules! range {
    ($range:ty, $bound:ident, |$rng:ident, $of:ident| $draw:expr) => {
        impl<T: RandomNumber + sealed::$bound> RandomRange<T> for $range {}

        impl<T: RandomNumber + sealed::$bound> sealed::Range<T> for $range {
            fn draw(self, $rng: &mut TestRng) -> Option<T> {
                let $of = self;
                $draw
            }
        }
    };
}

range!(Range<T>, Number, |rng, range| T::below(
    rng,
    range.start,
    range.end
));
range!(RangeTo<T>, Unsigned, |rng, range| T::below(
    rng,
    T::ZERO,
    range.end
));
range!(RangeToInclusive<T>, Unsigned, |rng, range| T::up_to(
    rng,
    T::ZERO,
    range.end
));
range!(RangeInclusive<T>, Number, |rng, range| {
    let (low, high) = range.into_inner();
    T::up_to(rng, low, high)
});

macro_rules! numbers {
    ($finite:expr => $($number:ty)*) => {$(
        impl RandomNumber for $number {}

        impl sealed::Number for $number {
            fn up_to(rng: &mut TestRng, low: Self, high: Self) -> Option<Self> {
                let finite: fn(Self) -> bool = $finite;
                if !(finite(low) && finite(high)) {
                    return None;
                }
                (low..=high).sample_single(&mut rng.0).ok()
            }

            fn below(rng: &mut TestRng, low: Self, high: Self) -> Option<Self> {
                let finite: fn(Self) -> bool = $finite;
                if !(finite(low) && finite(high)) {
                    return None;
                }
                (low..high).sample_single(&mut rng.0).ok()
            }
        }
    )*};
}

macro_rules! unsigned {
    ($($number:ty)*) => {$(
        impl sealed::Unsigned for $number {
            const ZERO: Self = 0;
        }
    )*};
}

numbers!(|_| true => u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128);
numbers!(Self::is_finite => f32 f64);
unsigned!(u8 u16 u32 u64 u128 usize);
