//! Draws that prefer holes in coverage.

use std::fmt;
use std::marker::PhantomData;
use std::ops::RangeInclusive;

use rand_core::Rng;

use crate::draw;
use crate::error::RandomizeError;
use crate::expr::{self, Expr, Set as _};
use crate::node::Node;
use crate::plan;
use crate::randomize::Randomize;
use crate::record::{self, Source};

/// Values that are to be drawn together: for each field involved, its path, such as `header.length`, and the ranges
/// for its value. The values of an enum are its discriminants; those of `bool` are 0 and 1.
///
/// `CoverGroup::holes` of `verifork-coverage` returns these, with the names of the points as paths.
///
/// ```
/// use verifork_stimulus::Hole;
///
/// // `header.length` is 0 or from 1500 on, in a write.
/// let hole: Hole = vec![
///     ("header.length".to_owned(), vec![0..=0, 1500..=1518]),
///     ("write".to_owned(), vec![1..=1]),
/// ];
/// # let _ = hole;
/// ```
pub type Hole = Vec<(String, Vec<RangeInclusive<i128>>)>;

/// Draws values of `T` that fill holes. [`Randomize::aimed_at`] creates it.
///
/// ```
/// use verifork_stimulus::{Aimed, Randomize};
/// # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
///
/// #[derive(Randomize)]
/// struct Write { address: u16 }
///
/// let aimed: Aimed<Write> = Write::aimed_at([vec![("address".to_owned(), vec![0xfff0..=0xffff])]]);
/// assert!(aimed.randomize(&mut rng)?.address >= 0xfff0);
/// # Ok::<(), verifork_stimulus::RandomizeError>(())
/// ```
pub struct Aimed<T> {
    holes: Vec<Hole>,
    of: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for Aimed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aimed").field("holes", &self.holes).finish()
    }
}

impl<T: Randomize> Aimed<T> {
    pub(crate) fn at(holes: impl IntoIterator<Item = Hole>) -> Self {
        Aimed {
            holes: holes.into_iter().collect(),
            of: PhantomData,
        }
    }

    /// Chooses a hole, all equally likely, and draws a value in it. If the constraints leave no value in that hole,
    /// another one is chosen; if they leave none in any hole, any value is drawn. Fields of a hole that the type
    /// does not have are ignored.
    ///
    /// ```
    /// use verifork_stimulus::Randomize;
    /// # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
    ///
    /// #[derive(Randomize)]
    /// #[randomize(length <= 64)]
    /// struct Frame { length: u16 }
    ///
    /// let impossible = [vec![("length".to_owned(), vec![1500..=1500])]];
    /// let frame = Frame::aimed_at(impossible).randomize(&mut rng)?; // any frame, then
    /// assert!(frame.length <= 64);
    /// # Ok::<(), verifork_stimulus::RandomizeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// No value satisfies the type's own constraints, or the solver gave up on a hole.
    pub fn randomize<R: Rng + ?Sized>(mut self, mut rng: &mut R) -> Result<T, RandomizeError> {
        while !self.holes.is_empty() {
            let chosen = draw::below(rng, self.holes.len() as u128) as usize;
            let hole = self.holes.swap_remove(chosen);
            let require = |_: &T::Symbols| {
                for (path, ranges) in &hole {
                    require_among(path, ranges);
                }
            };
            match plan::draw(None, Some(&require), &mut rng) {
                // The hole cannot be filled.
                Err(RandomizeError::Conflict { .. }) => {}
                drawn_or_unknown => return drawn_or_unknown,
            }
        }
        T::randomize(rng)
    }
}

/// Requires the fields with this path to lie in these ranges.
fn require_among(path: &str, ranges: &[RangeInclusive<i128>]) {
    let variables: Vec<_> = record::with(|recording| {
        let all = (0..).zip(&recording.variables);
        let meant = all.filter(|(_, variable)| recording.path(variable.scope) == path);
        meant
            .map(|(index, variable)| (index, variable.discriminants))
            .collect()
    });
    for (index, discriminants) in variables {
        let value = Expr::<i128>::new(Node::Variable(index));
        let among = if discriminants.is_empty() {
            ranges
                .iter()
                .map(|range| range.holds(value))
                .reduce(expr::either)
        } else {
            // The variables of enums are the numbers of the variants.
            (0..)
                .zip(discriminants)
                .filter(|(_, value)| ranges.iter().any(|range| range.contains(*value)))
                .map(|(number, _)| expr::eq(value, expr::lift(number)))
                .reduce(expr::either)
        };
        let source = Source {
            text: "what is not covered yet",
            file: file!(),
            line: line!(),
        };
        expr::require(among.unwrap_or_else(|| expr::lift(false)), false, source);
    }
}
