//! Transitions: values sampled one after the other (IEEE 1800-2023, 19.5.2).

mod automaton;
mod sequence;

use std::fmt::Write as _;
use std::marker::PhantomData;
use std::ops::RangeInclusive;

pub(crate) use self::automaton::Automaton;
pub(crate) use self::sequence::{Sequence, Unknown, excluded, sequences};
use crate::ranges::{Keys, Values};
use crate::value::{CoverValue, Shape};

/// A set of values, and how often it repeats.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) values: Vec<Keys>,
    pub(crate) least: u32,
    pub(crate) most: u32,
    pub(crate) repetition: Repetition,
}

/// Which other values may occur between the repetitions of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repetition {
    /// `[*n]`: none.
    Consecutive,
    /// `[->n]`: any, up to the last repetition.
    Goto,
    /// `[=n]`: any, also after the last repetition.
    Nonconsecutive,
}

impl Step {
    fn once(values: Vec<Keys>) -> Step {
        Step {
            values,
            least: 1,
            most: 1,
            repetition: Repetition::Consecutive,
        }
    }
}

/// A sequence of samples: each set of values follows at the next sample of the point.
///
/// ```
/// use verifork_coverage::{Bins, Transition};
///
/// // Idle, then two to four busy ones, then idle: `0 => 1..=9 [*2..=4] => 0`.
/// let sequence = Transition::from(0).then(1..=9).repeated(2..=4).then(0);
/// let bins = Bins::<u8>::new().transition("pulse", sequence).transition("up", [1, 2, 3]);
/// ```
#[derive(Clone, Debug)]
pub struct Transition<V = ()> {
    pub(crate) steps: Vec<Step>,
    values: PhantomData<fn(V)>,
}

impl<V: CoverValue> Transition<V> {
    /// Begins with one of these values.
    #[must_use]
    #[allow(
        clippy::should_implement_trait,
        reason = "a set of values is converted, of which there are many types"
    )]
    pub fn from(values: impl Values<V>) -> Self {
        let begun = Transition {
            steps: Vec::new(),
            values: PhantomData,
        };
        begun.then(values)
    }

    /// Continues, at the next sample, with one of these values.
    #[must_use]
    pub fn then(mut self, values: impl Values<V>) -> Self {
        self.steps.push(Step::once(values.keys()));
        self
    }

    /// The last step is repeated this many times in a row: `[*2:4]` of IEEE 1800.
    #[must_use]
    pub fn repeated(self, times: RangeInclusive<u32>) -> Self {
        self.coming(times, Repetition::Consecutive)
    }

    /// The last step occurs this many times, with any other values before each. The next step follows at the next
    /// sample: `[->2:4]` of IEEE 1800.
    ///
    /// ```
    /// use verifork_coverage::{Bins, GroupBuilder, Transition};
    ///
    /// // A request, two beats whenever they come, then at once the end: `1 => 2 [->2] => 3`.
    /// let burst = Transition::from(1).then(2).goto(2..=2).then(3);
    /// let mut builder = GroupBuilder::new("bus");
    /// let phase = builder.point("phase", Bins::<u8>::new().transition("burst", burst))?;
    /// [1, 0, 2, 0, 0, 2, 3].map(|value| phase.sample(value));
    /// assert_eq!(phase.count("burst"), Some(1));
    /// # Ok::<(), verifork_coverage::DefinitionError>(())
    /// ```
    #[must_use]
    pub fn goto(self, times: RangeInclusive<u32>) -> Self {
        self.coming(times, Repetition::Goto)
    }

    /// Like [`goto`](Self::goto), but other values may also occur before the next step: `[=2:4]` of IEEE 1800.
    #[must_use]
    pub fn nonconsecutive(self, times: RangeInclusive<u32>) -> Self {
        self.coming(times, Repetition::Nonconsecutive)
    }

    fn coming(mut self, times: RangeInclusive<u32>, repetition: Repetition) -> Self {
        if let Some(step) = self.steps.last_mut() {
            (step.least, step.most) = (*times.start(), *times.end());
            step.repetition = repetition;
        }
        self
    }
}

/// Types that convert to a [`Transition`]: itself, an array of values or ranges, or a tuple of these.
///
/// ```
/// use verifork_coverage::{Bins, Transition};
///
/// let bins = Bins::<u8>::new()
///     .transition("up", [1, 2, 3]) // values
///     .transition("wraps", (250..=255, 0)) // values and ranges
///     .transition("stays", Transition::from(7).repeated(3..=9));
/// # let _ = bins;
/// ```
pub trait IntoTransition<V> {
    /// The sequence.
    fn into_transition(self) -> Transition;
}

impl<V> IntoTransition<V> for Transition<V> {
    fn into_transition(self) -> Transition {
        Transition {
            steps: self.steps,
            values: PhantomData,
        }
    }
}

fn sequence(sets: impl IntoIterator<Item = Vec<Keys>>) -> Transition {
    let steps = sets.into_iter().map(Step::once);
    Transition {
        steps: steps.collect(),
        values: PhantomData,
    }
}

impl<V, T: Values<V>, const N: usize> IntoTransition<V> for [T; N] {
    fn into_transition(self) -> Transition {
        sequence(self.into_iter().map(Values::keys))
    }
}

macro_rules! tuples {
    ($($($set:ident)*;)*) => {$(
        impl<V, $($set: Values<V>),*> IntoTransition<V> for ($($set,)*) {
            #[allow(non_snake_case, reason = "a name for type and value")]
            fn into_transition(self) -> Transition {
                let ($($set,)*) = self;
                sequence([$($set.keys()),*])
            }
        }
    )*};
}

tuples! {
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
}

impl Transition {
    /// The notation of IEEE 1800: `0 => 1..=9 [*2..=4] => 0`.
    pub(crate) fn text(&self, shape: Shape) -> String {
        let mut text = String::new();
        for (index, step) in self.steps.iter().enumerate() {
            if index > 0 {
                text.push_str(" => ");
            }
            for (index, keys) in step.values.iter().enumerate() {
                if index > 0 {
                    text.push_str(", ");
                }
                match &keys.0 {
                    Ok((first, last)) => text.push_str(&shape.range_text(*first, *last)),
                    Err(range) => text.push_str(range),
                }
            }
            let sign = match step.repetition {
                Repetition::Consecutive => "*",
                Repetition::Goto => "->",
                Repetition::Nonconsecutive => "=",
            };
            match (step.least, step.most) {
                (1, 1) if step.repetition == Repetition::Consecutive => Ok(()),
                (least, most) if least == most => write!(text, " [{sign}{least}]"),
                (least, most) => write!(text, " [{sign}{least}..={most}]"),
            }
            .unwrap_or_default(); // Writing to a string cannot fail.
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bins::Bins;
    use crate::builder::GroupBuilder;

    /// A required value, or any number of others.
    #[derive(Clone, Copy)]
    enum Token {
        Of(u8),
        Others(u8),
    }

    /// Whether the tokens match these samples, from the first to the last.
    fn matches(tokens: &[Token], samples: &[u8]) -> bool {
        let first = samples.first().copied();
        match tokens.split_first() {
            None => samples.is_empty(),
            Some((Token::Of(value), rest)) => first == Some(*value) && matches(rest, &samples[1..]),
            Some((Token::Others(value), rest)) => {
                matches(rest, samples)
                    || first.is_some_and(|it| it != *value) && matches(tokens, &samples[1..])
            }
        }
    }

    /// All sequences of this length of three values.
    fn sequences(length: u32) -> impl Iterator<Item = Vec<u8>> {
        (0..3_u32.pow(length)).map(move |number| {
            (0..length)
                .map(|place| (number / 3_u32.pow(place) % 3) as u8)
                .collect()
        })
    }

    fn agree(transition: &Transition<u8>, alternatives: &[&[Token]]) {
        let mut hits = 0;
        for samples in sequences(7) {
            let mut builder = GroupBuilder::new("g");
            let bins = Bins::<u8>::new().transition("t", transition.clone());
            let point = builder.point("p", bins).unwrap();
            for end in 0..samples.len() {
                let before = point.count("t");
                point.sample(samples[end]);
                let expected = (0..=end).any(|start| {
                    let part = &samples[start..=end];
                    alternatives.iter().any(|tokens| matches(tokens, part))
                });
                assert_eq!(
                    point.count("t") != before,
                    expected,
                    "{samples:?} up to {end}"
                );
                hits += u32::from(expected);
            }
        }
        assert!(hits > 20, "{hits}");
    }

    #[test]
    fn other_values_may_lie_between_those_that_count() {
        use Token::{Of, Others};
        let begun = || Transition::<u8>::from(0);
        agree(
            &begun().then(1).goto(2..=2).then(2),
            &[&[Of(0), Others(1), Of(1), Others(1), Of(1), Of(2)]],
        );
        agree(
            &begun().then(1).nonconsecutive(1..=2).then(2),
            &[
                &[Of(0), Others(1), Of(1), Others(1), Of(2)],
                &[Of(0), Others(1), Of(1), Others(1), Of(1), Others(1), Of(2)],
            ],
        );
        // At the ends, values before or after it are not a part of it.
        agree(&begun().goto(2..=2), &[&[Of(0), Others(0), Of(0)]]);
        agree(
            &begun().then(1).nonconsecutive(2..=2),
            &[&[Of(0), Others(1), Of(1), Others(1), Of(1)]],
        );
        // Two kinds of other values, one after the other.
        agree(
            &begun().nonconsecutive(1..=1).then(1).goto(1..=1),
            &[&[Of(0), Others(0), Others(1), Of(1)]],
        );
        agree(
            &begun().repeated(2..=3).then(1),
            &[&[Of(0), Of(0), Of(1)], &[Of(0), Of(0), Of(0), Of(1)]],
        );
    }

    #[test]
    fn a_transition_is_written_as_in_ieee_1800() {
        let text = |transition: Transition<u8>| transition.into_transition_text();
        let begun = || Transition::<u8>::from(0);
        assert_eq!(
            text(begun().then(1..=2).goto(1..=1).then(3)),
            "0 => 1..=2 [->1] => 3"
        );
        assert_eq!(
            text(begun().then(1).nonconsecutive(2..=4)),
            "0 => 1 [=2..=4]"
        );
    }

    impl Transition<u8> {
        fn into_transition_text(self) -> String {
            IntoTransition::<u8>::into_transition(self).text(u8::SHAPE)
        }
    }
}
