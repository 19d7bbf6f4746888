//! [`Random`]: types with a random value.

use rand::RngExt;

use super::TestRng;

/// A type with random values, for [`TestRng::random`]: `bool`, integers, floating-point numbers, arrays and tuples of
/// them, and a testbench's own types.
///
/// ```
/// use verifork::TestRng;
/// use verifork::random::Random;
///
/// struct Request {
///     write: bool,
///     address: u32,
/// }
///
/// impl Random for Request {
///     fn random(rng: &mut TestRng) -> Self {
///         Request { write: rng.random_bool(0.3), address: rng.random_range(0..256) * 4 }
///     }
/// }
///
/// let request: Request = TestRng::new(1).random();
/// assert!(request.address % 4 == 0);
/// # let _ = request.write;
/// ```
#[doc(alias = "rand")]
#[doc(alias = "randomize")]
#[diagnostic::on_unimplemented(
    message = "there is no random `{Self}`",
    note = "implement `verifork::random::Random` for it, or draw its parts"
)]
pub trait Random: Sized {
    /// Draws a value.
    ///
    /// ```
    /// use verifork::TestRng;
    /// use verifork::random::Random;
    ///
    /// #[derive(Debug)]
    /// struct Write {
    ///     address: u16,
    ///     data: u32,
    /// }
    ///
    /// impl Random for Write {
    ///     fn random(rng: &mut TestRng) -> Self {
    ///         Write { address: rng.random_range(..0x400) & !3, data: rng.random() }
    ///     }
    /// }
    ///
    /// let write: Write = TestRng::new(1).random();
    /// assert_eq!(write.address % 4, 0);
    /// ```
    fn random(rng: &mut TestRng) -> Self;
}

macro_rules! random {
    ($($random:ty)*) => {$(
        impl Random for $random {
            fn random(rng: &mut TestRng) -> Self {
                rng.0.random()
            }
        }
    )*};
}

random!(bool u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 f32 f64);

impl<T: Random, const N: usize> Random for [T; N] {
    fn random(rng: &mut TestRng) -> Self {
        std::array::from_fn(|_| rng.random())
    }
}

macro_rules! random_tuple {
    ($($element:ident)*) => {
        impl<$($element: Random),*> Random for ($($element,)*) {
            fn random(rng: &mut TestRng) -> Self {
                ($($element::random(rng),)*)
            }
        }
    };
}

random_tuple!(A);
random_tuple!(A B);
random_tuple!(A B C);
random_tuple!(A B C D);
random_tuple!(A B C D E);
random_tuple!(A B C D E F);
