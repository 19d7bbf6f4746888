//! [`Randomize`], and its implementations for scalars, arrays and vectors.

use std::ops::Range;

use rand_core::Rng;

use crate::aimed::{Aimed, Hole};
use crate::declare::{Values, declare, placeholder, within};
use crate::error::RandomizeError;
use crate::expr::{self, Expr, Symbol};
use crate::list::List;
use crate::node::Id;
use crate::plan;
use crate::record::{self, Name};
use crate::settings::Settings;

/// A type whose values can be drawn at random under constraints. Derive it: [`macro@crate::Randomize`].
///
/// `bool`, integers, arrays, and vectors (as fields with a `length`) implement it too.
///
/// ```
/// use verifork_stimulus::Randomize;
/// # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
///
/// #[derive(Randomize)]
/// #[randomize(address % 4 == 0)]
/// struct Write { address: u32, data: u32 }
///
/// let writes: Vec<Write> = (0..10).map(|_| Write::randomize(&mut rng)).collect::<Result<_, _>>()?;
/// assert!(writes.iter().all(|write| write.address % 4 == 0));
/// # Ok::<(), verifork_stimulus::RandomizeError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be drawn at random",
    note = "derive it with `#[derive(Randomize)]`, or exclude a field from drawing with `#[randomize(fixed)]`"
)]
pub trait Randomize: Sized + 'static {
    #[doc(hidden)]
    type Symbols: Clone + 'static;

    /// The type of the values in `range` and `weights` of a field of this type.
    #[doc(hidden)]
    type Scalar;

    /// Whether all draws have the same variables, which is so without vectors and `fixed` fields.
    #[doc(hidden)]
    const SAME_VARIABLES: bool;

    #[doc(hidden)]
    fn declare(settings: Settings<Self::Scalar>, current: Option<&Self>) -> Self::Symbols;

    /// Declares a field of another type, and returns the indices of its variables too.
    #[doc(hidden)]
    fn declare_field(
        name: &'static str,
        settings: Settings<Self::Scalar>,
        current: Option<&Self>,
    ) -> (Self::Symbols, Range<u32>) {
        within(Name::Field(name), || Self::declare(settings, current))
    }

    #[doc(hidden)]
    fn placeholder(node: Id) -> Self::Symbols;

    #[doc(hidden)]
    fn build(symbols: &Self::Symbols, values: &Values<'_>, current: Option<&mut Self>) -> Self;

    /// Draws a value that satisfies the constraints of the type. `fixed` fields get their defaults.
    ///
    /// ```
    /// use verifork_stimulus::Randomize;
    /// # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
    ///
    /// #[derive(Randomize)]
    /// #[randomize(address % 4 == 0)]
    /// struct Read {
    ///     address: u16,
    /// }
    ///
    /// let read = Read::randomize(&mut rng)?;
    /// assert_eq!(read.address % 4, 0);
    /// # Ok::<(), verifork_stimulus::RandomizeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If no value satisfies the constraints: the error names a minimal set of constraints that contradict each
    /// other. If the solver gives up: [`RandomizeError`] lists the reasons.
    fn randomize<R: Rng + ?Sized>(mut rng: &mut R) -> Result<Self, RandomizeError> {
        plan::draw(None, None, &mut rng)
    }

    /// Draws a value that also satisfies in-line constraints, made by [`constrain!`](crate::constrain) (IEEE
    /// 1800-2017, 18.7).
    ///
    /// ```
    /// use verifork_stimulus::{Randomize, constrain};
    /// # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
    ///
    /// #[derive(Randomize)]
    /// struct Read {
    ///     address: u16,
    /// }
    ///
    /// let page = 3;
    /// let read = Read::randomize_with(&mut rng, constrain!(|t| t.address >> 12 == page))?;
    /// assert_eq!(read.address >> 12, 3);
    /// # Ok::<(), verifork_stimulus::RandomizeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`randomize`](Self::randomize), under both the type's and the in-line constraints.
    #[doc(alias = "constraint")]
    #[doc(alias = "inline constraint")]
    #[doc(alias = "with")]
    fn randomize_with<R, C>(mut rng: &mut R, constraint: C) -> Result<Self, RandomizeError>
    where
        R: Rng + ?Sized,
        C: Fn(&Self::Symbols),
    {
        plan::draw(None, Some(&constraint), &mut rng)
    }

    /// Prepares a draw that prefers holes: combinations of values that have not been covered yet.
    ///
    /// ```
    /// use verifork_stimulus::Randomize;
    /// # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
    ///
    /// #[derive(Randomize)]
    /// #[randomize(length < 200)]
    /// struct Write {
    ///     address: u16,
    ///     length: u8,
    /// }
    ///
    /// // `group.holes()` of a cover group of verifork-coverage; the second one has no solution.
    /// let holes = [
    ///     vec![("length".to_owned(), vec![7..=7]), ("address".to_owned(), vec![0..=3])],
    ///     vec![("length".to_owned(), vec![200..=255])],
    /// ];
    /// let write = Write::aimed_at(holes).randomize(&mut rng)?;
    /// assert!(write.length == 7 && write.address < 4);
    /// # Ok::<(), verifork_stimulus::RandomizeError>(())
    /// ```
    fn aimed_at(holes: impl IntoIterator<Item = Hole>) -> Aimed<Self> {
        Aimed::at(holes)
    }

    /// Draws all fields again except `fixed` ones, which keep their values and are constants in the constraints. If
    /// there is an error, nothing changes.
    ///
    /// ```
    /// use verifork_stimulus::Randomize;
    /// # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
    ///
    /// #[derive(Randomize)]
    /// #[randomize(address < limit)]
    /// struct Read {
    ///     #[randomize(fixed)]
    ///     limit: u16,
    ///     address: u16,
    /// }
    ///
    /// let mut read = Read { limit: 16, address: 0 };
    /// read.redraw(&mut rng)?;
    /// assert!(read.limit == 16 && read.address < 16);
    /// # Ok::<(), verifork_stimulus::RandomizeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`randomize`](Self::randomize).
    fn redraw<R: Rng + ?Sized>(&mut self, mut rng: &mut R) -> Result<(), RandomizeError> {
        *self = plan::draw(Some(self), None, &mut rng)?;
        Ok(())
    }

    /// Like [`redraw`](Self::redraw), with in-line constraints.
    ///
    /// ```
    /// use verifork_stimulus::{Randomize, constrain};
    /// # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
    ///
    /// #[derive(Randomize)]
    /// struct Read {
    ///     #[randomize(fixed)]
    ///     limit: u32,
    ///     address: u32,
    /// }
    ///
    /// let mut read = Read { limit: 16, address: 0 };
    /// read.redraw_with(&mut rng, constrain!(|read| read.address < read.limit && read.address > 7))?;
    /// assert!((8..16).contains(&read.address));
    /// # Ok::<(), verifork_stimulus::RandomizeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If no value satisfies them together with those of the type.
    fn redraw_with<R, C>(&mut self, mut rng: &mut R, constraint: C) -> Result<(), RandomizeError>
    where
        R: Rng + ?Sized,
        C: Fn(&Self::Symbols),
    {
        *self = plan::draw(Some(self), Some(&constraint), &mut rng)?;
        Ok(())
    }
}

macro_rules! scalars {
    ($($scalar:ty)*) => {$(
        impl Randomize for $scalar {
            type Symbols = Symbol<$scalar>;
            type Scalar = $scalar;
            const SAME_VARIABLES: bool = true;

            fn declare(settings: Settings<$scalar>, _: Option<&Self>) -> Self::Symbols {
                declare(settings)
            }

            fn placeholder(node: Id) -> Self::Symbols {
                placeholder(node)
            }

            fn build(symbols: &Self::Symbols, values: &Values<'_>, _: Option<&mut Self>) -> Self {
                values.get(symbols)
            }
        }
    )*};
}

scalars!(bool u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

impl<T: Randomize> Randomize for Vec<T> {
    type Symbols = List<T::Symbols>;
    type Scalar = T::Scalar;
    const SAME_VARIABLES: bool = false;

    fn declare(settings: Settings<T::Scalar>, _: Option<&Self>) -> Self::Symbols {
        let Some((low, high)) = settings.length else {
            let path = record::with(|recording| recording.path(recording.scope()));
            panic!("the vector `{path}` has no `length`: #[randomize(length = 0..=16)]");
        };
        // An empty range is reported later, when everything is recorded.
        let found = if low > high {
            None
        } else {
            record::with(|recording| recording.next_length(low, high))
        };
        let Some(length) = found else {
            let range = low as usize..=high as usize;
            let own = Settings {
                source: settings.source,
                ..Settings::default()
            };
            let symbol = declare::<usize>(own.range(range));
            record::with(|recording| recording.sought.push(symbol.index));
            return List {
                elements: None,
                length: symbol.expr,
                placeholder: T::placeholder,
            };
        };
        record::with(|recording| recording.enter_elements());
        let elements = (0..length)
            .map(|index| within(Name::Index(index), || T::declare(settings.elements(), None)).0);
        let elements = elements.collect();
        record::with(|recording| recording.leave_elements());
        List {
            elements: Some(elements),
            length: expr::lift(length as usize),
            placeholder: T::placeholder,
        }
    }

    fn placeholder(node: Id) -> Self::Symbols {
        List {
            elements: None,
            length: Expr::of(node),
            placeholder: T::placeholder,
        }
    }

    fn build(symbols: &Self::Symbols, values: &Values<'_>, _: Option<&mut Self>) -> Self {
        let elements = symbols.elements.iter().flatten();
        elements
            .map(|element| T::build(element, values, None))
            .collect()
    }
}

impl<T: Randomize, const N: usize> Randomize for [T; N] {
    type Symbols = List<T::Symbols>;
    type Scalar = T::Scalar;
    const SAME_VARIABLES: bool = T::SAME_VARIABLES;

    fn declare(settings: Settings<T::Scalar>, current: Option<&Self>) -> Self::Symbols {
        let symbols = (0..N).map(|index| {
            let name = Name::Index(u32::try_from(index).unwrap_or(u32::MAX));
            let current = current.map(|current| &current[index]);
            within(name, || T::declare(settings.elements(), current)).0
        });
        List {
            elements: Some(symbols.collect()),
            length: expr::lift(N),
            placeholder: T::placeholder,
        }
    }

    fn placeholder(node: Id) -> Self::Symbols {
        List {
            elements: Some((0..N).map(|_| T::placeholder(node)).collect()),
            length: expr::lift(N),
            placeholder: T::placeholder,
        }
    }

    fn build(symbols: &Self::Symbols, values: &Values<'_>, current: Option<&mut Self>) -> Self {
        let elements = symbols.elements.as_deref().unwrap_or_default();
        let mut current = current.map(|current| current.iter_mut());
        std::array::from_fn(|index| {
            let current = current.as_mut().and_then(Iterator::next);
            T::build(&elements[index], values, current)
        })
    }
}
