//! Draws that prefer what has not been covered yet.

use std::fmt;
use std::marker::PhantomData;
use std::ops::RangeInclusive;

use rand_core::Rng;

use crate::draw;
use crate::error::RandomizeError;
use crate::plan;
use crate::randomize::Randomize;
use crate::record::{self, Node, Operator, Recording, Source};
use crate::value::Number;

/// What is to be drawn together: for each field that takes part its path, such as `header.length`, and the
/// ranges that its value is to be in. An enum's values are its discriminants, those of `bool` 0 and 1.
///
/// `CoverGroup::holes` of `verifork-coverage` gives these, by the names of the points.
pub type Hole = Vec<(String, Vec<RangeInclusive<i128>>)>;

/// Draws of `T` that fill holes: [`Randomize::aimed_at`] makes it.
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

    /// Draws a value in one of the holes, each as likely as any other; one in another hole if the type's
    /// constraints leave none in that, and any value if there is no hole that can be filled. What a hole says of fields
    /// that the type has not is left out.
    ///
    /// # Errors
    ///
    /// No value satisfies the type's own constraints.
    pub fn randomize<R: Rng + ?Sized>(mut self, mut rng: &mut R) -> Result<T, RandomizeError> {
        while !self.holes.is_empty() {
            let chosen = draw::below(rng, self.holes.len() as u128) as usize;
            let hole = self.holes.swap_remove(chosen);
            let require = |_: &T::Symbols| {
                record::with(|recording| {
                    for (path, ranges) in &hole {
                        recording.require_between(path, ranges);
                    }
                });
            };
            // A hole that cannot be filled contradicts the constraints.
            if let Ok(drawn) = plan::draw(None, Some(&require), &mut rng) {
                return Ok(drawn);
            }
        }
        T::randomize(rng)
    }
}

impl Recording {
    /// The variables with this path lie in these ranges.
    fn require_between(&mut self, path: &str, ranges: &[RangeInclusive<i128>]) {
        for index in 0..self.count() {
            let variable = self.variables[index as usize];
            if self.path(variable.scope) != path {
                continue;
            }
            let value = self.push(Node::Variable(index));
            // Enums are drawn by the numbers of their variants.
            let variants = (0_i128..).zip(variable.discriminants);
            let variants = variants.filter(|(_, value)| ranges.iter().any(|it| it.contains(value)));
            let numbers: Vec<_> = if variable.discriminants.is_empty() {
                ranges
                    .iter()
                    .map(|range| (*range.start(), *range.end()))
                    .collect()
            } else {
                variants.map(|(number, _)| (number, number)).collect()
            };
            let mut among = self.push(Node::Number(Number::from(0_i128)));
            for (first, last) in numbers {
                let [first, last] =
                    [first, last].map(|it| self.push(Node::Number(Number::from(it))));
                let [below, above] = [(value, first), (last, value)].map(|(left, right)| {
                    let less = self.push(Node::Binary(Operator::Less, left, right));
                    self.push(Node::Not(less))
                });
                let between = self.push(Node::Binary(Operator::Both, below, above));
                among = self.push(Node::Binary(Operator::Either, among, between));
            }
            let source = Source {
                text: "what is not covered yet",
                file: file!(),
                line: line!(),
            };
            self.require(among, false, source);
        }
    }
}
